"""An author's SVG made fit to stand in a page: what runs or asks for other files is left out, styles become attributes.

Invariant: total. What comes out holds only elements and attributes that are listed here, as text that HTML reads back
as it was written; no `<style>`, no `style`, no address but of something inside the drawing or of a raster picture that
it carries. Every id is written between single quotes and begins with `ID_MARK`, which the page replaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from msgspec import Struct, field

from notes_site.model import ID_MARK, Drawing, Value
from notes_site.pixels import svg_pixels

if TYPE_CHECKING:
    from tinycss2.ast import Node  # type: ignore[import-untyped]

LARGEST: Final = 1_000_000
_DEEPEST: Final = 200
_SVG: Final = "http://www.w3.org/2000/svg"
_XLINK: Final = "http://www.w3.org/1999/xlink"
_XML: Final = "http://www.w3.org/XML/1998/namespace"

_SHAPES: Final = frozenset(("path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "use", "image"))
_TEXTS: Final = frozenset(("text", "tspan", "textPath"))
_FILTERS: Final = frozenset(
    (
        "feBlend", "feColorMatrix", "feComponentTransfer", "feComposite", "feConvolveMatrix", "feDiffuseLighting",
        "feDisplacementMap", "feDistantLight", "feDropShadow", "feFlood", "feFuncA", "feFuncB", "feFuncG", "feFuncR",
        "feGaussianBlur", "feMerge", "feMergeNode", "feMorphology", "feOffset", "fePointLight", "feSpecularLighting",
        "feSpotLight", "feTile", "feTurbulence",
    )
)  # fmt: skip
ELEMENTS: Final = _SHAPES | _TEXTS | _FILTERS | frozenset(
    (
        "svg", "g", "defs", "symbol", "switch", "marker", "clipPath", "mask", "pattern", "linearGradient",
        "radialGradient", "stop", "filter",
    )
)  # fmt: skip
# left out without a word: nothing of them is seen; the page names the drawing by its alternative text
_UNSEEN: Final = frozenset(("title", "desc", "metadata", "style", "view", "cursor"))
# its children stay
_WRAPPERS: Final = frozenset(("a",))

# properties that an attribute of the same name may set (SVG 2, appendix "property index")
_PROPERTIES: Final = frozenset(
    (
        "alignment-baseline", "baseline-shift", "clip-path", "clip-rule", "color", "color-interpolation",
        "color-interpolation-filters", "color-rendering", "cursor", "direction", "display", "dominant-baseline",
        "fill", "fill-opacity", "fill-rule", "filter", "flood-color", "flood-opacity", "font-family", "font-size",
        "font-size-adjust", "font-stretch", "font-style", "font-variant", "font-weight", "glyph-orientation-horizontal",
        "glyph-orientation-vertical", "image-rendering", "letter-spacing", "lighting-color", "marker-end", "marker-mid",
        "marker-start", "mask", "mask-type", "opacity", "overflow", "paint-order", "pointer-events", "shape-rendering",
        "stop-color", "stop-opacity", "stroke", "stroke-dasharray", "stroke-dashoffset", "stroke-linecap",
        "stroke-linejoin", "stroke-miterlimit", "stroke-opacity", "stroke-width", "text-anchor", "text-decoration",
        "text-overflow", "text-rendering", "transform-origin", "unicode-bidi", "vector-effect", "visibility",
        "white-space", "word-spacing", "writing-mode",
    )
)  # fmt: skip
# of these, those that go down from an element to what is in it
_INHERITED: Final = _PROPERTIES - frozenset(
    (
        "alignment-baseline", "baseline-shift", "clip-path", "display", "dominant-baseline", "filter", "flood-color",
        "flood-opacity", "lighting-color", "mask", "mask-type", "opacity", "overflow", "stop-color", "stop-opacity",
        "text-decoration", "text-overflow", "transform-origin", "unicode-bidi", "vector-effect",
    )
)  # fmt: skip
# these too, where the element has them as attributes
_GEOMETRY: Final = frozenset(("cx", "cy", "height", "r", "rx", "ry", "transform", "width", "x", "y"))
# properties whose absence nobody sees in a drawing
_SILENT: Final = frozenset(
    (
        "enable-background", "font-feature-settings", "font-kerning", "font-synthesis", "font-variant-alternates",
        "font-variant-caps", "font-variant-east-asian", "font-variant-ligatures", "font-variant-numeric",
        "font-variant-position", "font-variation-settings", "inline-size", "isolation", "line-height", "margin",
        "padding", "shape-inside", "shape-margin", "shape-padding", "solid-color", "solid-opacity", "src", "text-align",
        "text-decoration-color", "text-decoration-line", "text-decoration-style", "text-indent", "text-orientation",
        "text-transform", "user-select", "background", "background-color", "position", "max-width", "max-height",
    )
)  # fmt: skip
ATTRIBUTES: Final = _PROPERTIES | _GEOMETRY | frozenset(
    (
        "amplitude", "azimuth", "baseFrequency", "bias", "clipPathUnits", "d", "diffuseConstant", "divisor", "dx",
        "dy", "edgeMode", "elevation", "exponent", "filterUnits", "fr", "fx", "fy", "gradientTransform",
        "gradientUnits", "in", "in2", "intercept", "k1", "k2", "k3", "k4", "kernelMatrix", "kernelUnitLength",
        "lengthAdjust", "limitingConeAngle", "markerHeight", "markerUnits", "markerWidth", "maskContentUnits",
        "maskUnits", "mode", "numOctaves", "offset", "operator", "order", "orient", "pathLength",
        "patternContentUnits", "patternTransform", "patternUnits", "points", "pointsAtX", "pointsAtY", "pointsAtZ",
        "preserveAlpha", "preserveAspectRatio", "primitiveUnits", "radius", "refX", "refY", "result", "rotate", "scale",
        "seed", "side", "slope", "spacing", "specularConstant", "specularExponent", "spreadMethod", "startOffset",
        "stdDeviation", "stitchTiles", "surfaceScale", "systemLanguage", "tableValues", "targetX", "targetY",
        "textLength", "type", "values", "viewBox", "x1", "x2", "xChannelSelector", "y1", "y2", "yChannelSelector", "z",
    )
)  # fmt: skip

# `data:image/png;base64,iVBOR…`
_RASTER: Final = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]+")
# `url(#a)`, `url("#a")`
_LOCAL: Final = re.compile(r"url\(\s*(?P<quote>[\"']?)#(?P<id>[^\s\"'()\\]+)(?P=quote)\s*\)")
# what may ask for a file, or hide that it does
_ASKING: Final = re.compile(
    r"[\\@]|\b(?:url|src|image|image-set|cross-fade|element|expression)\s*\(|/\*|:\s*//", re.IGNORECASE
)
# `italic bold 12px/1.5 "DejaVu Sans", sans-serif`
_FONT: Final = re.compile(
    r"(?P<before>(?:(?:normal|italic|oblique|small-caps|bold|bolder|lighter|[1-9]00)\s+)*)"
    r"(?P<size>[\d.]+(?:[a-z]+|%)?|(?:x{1,2}-)?(?:small|large)|medium)(?:\s*/\s*[\w.%]+)?\s+(?P<family>\S.*)",
    re.DOTALL,
)
# an attribute `transform` has numbers where the property has lengths and angles: `rotate(45deg)`
_UNITS: Final = re.compile(r"(?<=[\d.])(?:px|deg)\b")
_FOLLOWS: Final = re.compile(r"\bcurrentcolor\b|\bvar\(", re.IGNORECASE)


class Cleaned(Value, frozen=True):
    """A drawing without what may not stand in a page, and the names of what was left out; or why there is none."""

    drawing: Drawing | None
    dropped: tuple[str, ...] = ()
    problem: str = ""


class _Refused(Exception):  # noqa: N818 - it names what happened
    """Why a file cannot be put into a page."""


def clean(data: bytes) -> Cleaned:
    """The SVG in `data`, fit to stand in a page."""
    if b"<svg" not in data and b":svg" not in data:
        return Cleaned(None, problem="it is no SVG")
    if len(data) > LARGEST:
        return Cleaned(None, problem=f"it has more than {LARGEST // 1_000_000} MB")
    try:
        root = _tree(data)
        cleaning = _Cleaning(*_styles(root))
        cleaning.refer(root)
        head, body = cleaning.attributes(root, 0), cleaning.inside(root, 1)
    except _Refused as error:
        return Cleaned(None, problem=str(error))
    width, height = svg_pixels(data[:8192].decode("utf-8", "replace"))
    box = "" if root.get("viewBox") or not width else f' viewBox="0 0 {width} {height}"'
    follows = _FOLLOWS.search(head) is not None or _FOLLOWS.search(body) is not None
    return Cleaned(Drawing(head + box, body, width, height, follows), tuple(dict.fromkeys(cleaning.dropped)))


# -- reading -----------------------------------------------------------------------------------------------------------


def _tree(data: bytes) -> Element:
    """The elements of an XML file. Raises _Refused; no entity is ever expanded but those of XML itself."""
    builder = TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise _Refused("its elements are nested too deeply")
        builder.start(_named(name), {_named(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_named(name))

    def entity(*_declared: object) -> None:
        raise _Refused("it declares entities; save it as plain SVG")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = entity
    try:
        parser.Parse(data, True)  # all of it
    except expat.ExpatError as error:
        raise _Refused(f"it is not valid XML: {error}") from error
    except (ValueError, LookupError) as error:  # an encoding that Python does not know, or that expat cannot use
        raise _Refused(f"its encoding cannot be read: {error}") from error
    root = builder.close()
    if _local(root.tag) != "svg":
        raise _Refused("it is no SVG")
    return root


def _named(name: str) -> str:
    """`{namespace}name`, as ElementTree has it; SVG that names no namespace is taken as SVG."""
    space, _, local = name.rpartition("}")
    return local if space in ("", _SVG) else f"{{{space}}}{local}"


def _local(tag: str) -> str:
    """The name of an element of SVG; empty for one of another language."""
    return "" if tag.startswith("{") else tag


# -- styles ------------------------------------------------------------------------------------------------------------


def _styles(root: Element) -> tuple[dict[Element, dict[str, str]], list[str]]:
    """The properties that style sheets and `style` give to elements, and the names of what was left out."""
    sheets = [element for element in root.iter("style") if "".join(element.itertext()).strip()]
    if not sheets and not any("style" in element.attrib for element in root.iter()):
        return {}, []
    import cssselect2  # type: ignore[import-untyped]
    import tinycss2  # type: ignore[import-untyped]

    dropped: list[str] = []
    matcher = cssselect2.Matcher()
    for sheet in sheets:
        for rule in tinycss2.parse_stylesheet("".join(sheet.itertext()), skip_comments=True, skip_whitespace=True):
            if rule.type == "at-rule":
                dropped.append(f"@{rule.at_keyword}")
            if rule.type != "qualified-rule":
                continue
            try:
                selectors = cssselect2.compile_selector_list(rule.prelude)
            except cssselect2.SelectorError:
                dropped.append(f'the style of "{tinycss2.serialize(rule.prelude).strip()}"')
                continue
            given = _declared(tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True))
            for selector in selectors:
                if not selector.never_matches:
                    matcher.add_selector(selector, given)
    found: dict[Element, dict[str, str]] = {}
    for wrapper in cssselect2.ElementWrapper.from_xml_root(root).iter_subtree():
        element = wrapper.etree_element
        rules = [payload for _, _, pseudo, payload in sorted(matcher.match(wrapper), key=_order) if pseudo is None]
        own = element.get("style")
        if own is not None:
            rules.append(_declared(tinycss2.parse_blocks_contents(own, skip_comments=True, skip_whitespace=True)))
        if rules:
            grave = [row for rule in rules for row in rule if row[2]]
            light = [row for rule in rules for row in rule if not row[2]]
            found[element] = {name: value for name, value, _ in (*light, *grave)}
    return found, dropped


def _order(match: tuple[tuple[int, ...], int, object, object]) -> tuple[tuple[int, ...], int]:
    """What is stronger comes later: specificity, then order."""
    return match[0], match[1]


def _declared(nodes: Iterable[Node]) -> list[tuple[str, str, bool]]:
    """The declarations of a rule: property, value, whether it is important."""
    import tinycss2

    found: list[tuple[str, str, bool]] = []
    for node in nodes:
        if node.type != "declaration":
            continue
        value = tinycss2.serialize(node.value).strip()
        font = _FONT.fullmatch(value) if node.lower_name == "font" else None
        if font is not None:
            found += [(name, text, node.important) for name, text in _font(font)]
        elif node.lower_name == "marker":
            found += [(f"marker-{where}", value, node.important) for where in ("start", "mid", "end")]
        else:
            found.append((node.lower_name, value, node.important))
    return found


def _font(found: re.Match[str]) -> Iterator[tuple[str, str]]:
    for word in found["before"].split():
        if word in ("italic", "oblique"):
            yield "font-style", word
        elif word == "small-caps":
            yield "font-variant", word
        elif word != "normal":
            yield "font-weight", word
    yield "font-size", found["size"]
    yield "font-family", found["family"].strip()


# -- writing -----------------------------------------------------------------------------------------------------------


class _Cleaning(Struct):
    """One drawing while it is written again. `names` are the new ids of what is referred to, by the author's."""

    styles: dict[Element, dict[str, str]]
    dropped: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    placed: set[str] = field(default_factory=set)
    kept: dict[Element, dict[str, str]] = field(default_factory=dict)

    def refer(self, root: Element) -> None:
        """Read the attributes of all that stays, and find out which ids are needed."""
        stays = list(self.staying(root))
        ids: dict[str, None] = {}
        wanted: set[str] = set()
        for element in stays:
            attributes = self.kept[element] = self.allowed(element)
            for key, value in attributes.items():
                if key == "href" and value.startswith("#"):
                    wanted.add(value[1:])
                wanted |= {found["id"] for found in _LOCAL.finditer(value)}
            if given := element.get("id"):
                ids[given] = None
        self.lift(root, stays)
        self.names = {name: f"{ID_MARK}{i}" for i, name in enumerate((name for name in ids if name in wanted), 1)}

    def lift(self, root: Element, stays: list[Element]) -> None:
        """What every element has, as by `* { stroke-linecap: butt }`, is said once."""
        for key in sorted(_INHERITED & self.kept[root].keys()):
            value = self.kept[root][key]
            if all(self.kept[element].get(key) == value for element in stays):
                for element in stays[1:]:
                    del self.kept[element][key]

    def staying(self, element: Element) -> Iterator[Element]:
        name = _local(element.tag)
        if name in ELEMENTS or name in _WRAPPERS:
            if name in _WRAPPERS:
                self.dropped.append(f"the link <{name}>")
            else:
                yield element
            for child in element:
                yield from self.staying(child)
        elif name and name not in _UNSEEN:
            self.dropped.append(f"<{name}>")

    def allowed(self, element: Element) -> dict[str, str]:
        """The attributes of an element, its styles among them, by name."""
        name = _local(element.tag)
        kept: dict[str, str] = {}
        for key, value in element.attrib.items():
            if key in ("href", f"{{{_XLINK}}}href"):
                if value.startswith("#") or (name == "image" and _RASTER.fullmatch(value)):
                    kept["href"] = "".join(value.split())
                else:
                    self.dropped.append(f"the address of <{name}>")
            elif key in ATTRIBUTES:
                self.keep(kept, key, value)
            elif key.lower().startswith("on"):
                self.dropped.append(f'"{key}"')
        if element.get(f"{{{_XML}}}space") == "preserve" and name in _TEXTS:
            kept["xml:space"] = "preserve"
        for key, value in self.styles.get(element, {}).items():
            if key in _PROPERTIES or key in _GEOMETRY:
                self.keep(kept, key, _UNITS.sub("", value) if key == "transform" else value)
            elif key not in _SILENT and not key.startswith("-"):
                self.dropped.append(f'the property "{key}"')
        return kept

    def keep(self, kept: dict[str, str], key: str, value: str) -> None:
        if _ASKING.search(_LOCAL.sub("", value)):
            self.dropped.append(f'the value of "{key}"')
        else:
            kept[key] = value

    def attributes(self, element: Element, depth: int) -> str:
        """The attributes as HTML; of the outermost element without its size, which the page gives."""
        rows: list[str] = []
        name = self.names.get(element.get("id", ""))
        if name and name not in self.placed:
            self.placed.add(name)  # a second element of that id has none
            rows.append(f" id='{name}'")
        for key, value in sorted(self.kept[element].items()):
            if depth == 0 and key in ("width", "height", "x", "y", "href"):
                continue
            rows.append(f' {key}="{escape(self.pointed(key, value))}"')
        return "".join(rows)

    def pointed(self, key: str, value: str) -> str:
        """A value with the new ids in it."""
        if key == "href" and value.startswith("#"):
            return f"#{self.names.get(value[1:], ID_MARK)}"
        return _LOCAL.sub(lambda found: f"url(#{self.names.get(found['id'], ID_MARK)})", value)

    def inside(self, element: Element, depth: int) -> str:
        """What is in an element, as HTML."""
        words = _local(element.tag) in _TEXTS
        rows = [escape(element.text or "", quote=False)] if words else []
        for child in element:
            rows.append(self.element(child, depth))
            if words:
                rows.append(escape(child.tail or "", quote=False))
        return "".join(rows)

    def element(self, element: Element, depth: int) -> str:
        name = _local(element.tag)
        if name in _WRAPPERS:
            return self.inside(element, depth)
        if name not in ELEMENTS:
            return ""
        return f"<{name}{self.attributes(element, depth)}>{self.inside(element, depth + 1)}</{name}>"

"""HTML that a cell has shown, without what runs; its tables scroll by themselves. Reads no file.

Invariant: every tag is closed in its order, and no attribute and no address in it can run anything.
"""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser
from typing import Final

from notes_site.notebook.unknown import CONTROLS, clean

_VOID: Final = frozenset(("br", "col", "hr", "img", "input", "source", "track", "wbr"))
_TABLE: Final = frozenset(("table", "caption", "colgroup", "thead", "tbody", "tfoot", "tr", "td", "th"))
_BLOCKS: Final = frozenset(
    (
        "address", "article", "aside", "blockquote", "center", "details", "div", "dl", "fieldset", "figcaption",
        "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "ol", "p", "pre",
        "section", "table", "ul",
    )
)  # fmt: skip
_INLINE: Final = frozenset(
    (
        "a", "abbr", "audio", "b", "bdi", "bdo", "big", "br", "button", "cite", "code", "data", "dd", "del", "dfn",
        "dt", "em", "font", "i", "iframe", "img", "input", "ins", "kbd", "label", "legend", "li", "mark", "meter",
        "picture", "progress", "q", "rp", "rt", "ruby", "s", "samp", "small", "source", "span", "strike", "strong",
        "sub", "summary", "sup", "time", "track", "tt", "u", "var", "video", "wbr", "col",
    )
)  # fmt: skip
_DRAWING: Final = frozenset(
    (
        "svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "textpath",
        "defs", "use", "symbol", "marker", "clippath", "mask", "pattern", "lineargradient", "radialgradient",
        "stop", "image", "math", "semantics", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "mfrac", "msqrt",
        "mroot", "msub", "msup", "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd", "mstyle",
        "mpadded", "mphantom", "menclose",
    )
)  # fmt: skip
_KNOWN: Final = _BLOCKS | _INLINE | _TABLE | _DRAWING
# these go with all that is in them
_DROPPED: Final = frozenset(
    (
        "script", "style", "template", "noscript", "noembed", "noframes", "title", "textarea", "select", "object",
        "annotation",
    )
)  # fmt: skip
_ROWS: Final = frozenset(("tr", "td", "th"))
# an open element, when it is the innermost, that a start tag closes: `<li>a<li>b`
_CLOSED_BY: Final = {
    **dict.fromkeys(_BLOCKS, frozenset(("p",))),
    "li": frozenset(("li", "p")), "td": frozenset(("td", "th", "p")), "th": frozenset(("td", "th", "p")), "tr": _ROWS,
    "dt": frozenset(("dt", "dd", "p")), "dd": frozenset(("dt", "dd", "p")),
    **dict.fromkeys(("thead", "tbody", "tfoot"), _ROWS | {"thead", "tbody", "tfoot", "colgroup", "caption"}),
}  # fmt: skip
_SEEN: Final = frozenset(("img", "svg", "video", "audio", "iframe", "math", "hr", "input", "progress", "meter"))
_ADDRESSES: Final = frozenset(
    (
        "href", "src", "xlink:href", "poster", "action", "formaction", "cite", "data", "background",
    )
)  # fmt: skip
_DEEPEST: Final = 100
# around a table, which may be wider than the page
_SCROLLING: Final = '<div class="table" tabindex="0">'


class _Filter(HTMLParser):
    """Writes again what it reads, without what runs, and with every tag closed in its order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.open: list[str] = []
        self.dropping = ""
        self.depth = 0
        self.seen = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.dropping:
            self.depth += tag == self.dropping
        elif tag in _DROPPED:
            self.dropping, self.depth = tag, 1
        elif tag in _KNOWN and len(self.open) < _DEEPEST:
            while self.open and self.open[-1] in _CLOSED_BY.get(tag, ()):
                self.pop()
            if tag == "table" and tag not in self.open:
                self.parts.append(_SCROLLING)
            self.parts.append(f"<{tag}{_attributes(attrs)}>")
            self.seen = self.seen or tag in _SEEN
            if tag not in _VOID:
                self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _DROPPED:
            return
        self.handle_starttag(tag, attrs)
        if tag in _DRAWING:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.dropping:
            self.depth -= tag == self.dropping
            self.dropping = self.dropping if self.depth else ""
            return
        barriers = ("table",) if tag in _TABLE else ("table", "td", "th", "caption")
        for depth in range(len(self.open) - 1, -1, -1):
            if self.open[depth] == tag:
                while len(self.open) > depth:
                    self.pop()
                return
            if self.open[depth] in barriers:
                return

    def handle_data(self, data: str) -> None:
        if not self.dropping:
            self.parts.append(escape(data, quote=False))
            self.seen = self.seen or bool(data.strip())

    def pop(self) -> None:
        tag = self.open.pop()
        self.parts.append(f"</{tag}>")
        if tag == "table" and tag not in self.open:
            self.parts.append("</div>")


def _attributes(pairs: list[tuple[str, str | None]]) -> str:
    kept: dict[str, str] = {}
    for name, given in pairs:
        value = given or ""
        address = re.sub(r"[\0-\x20]", "", value).lower()
        runs = name in _ADDRESSES and re.match(r"(?:javascript|vbscript):|data:(?!image/)", address)
        if runs or name.startswith("on") or name == "srcdoc" or not re.fullmatch(r"[a-z_][\w:.-]*", name, re.ASCII):
            continue
        kept.setdefault(name, value)
    return "".join(f' {name}="{escape(value)}"' if value else f" {name}" for name, value in kept.items())


def safe_html(text: str) -> str:
    """HTML without scripts, style sheets and handlers, with balanced tags; empty when nothing in it could be seen."""
    filtering = _Filter()
    try:
        filtering.feed(re.sub(r"<!\[[^>]*>?", "", text))
        filtering.close()
    except AssertionError:  # html.parser gives up on some malformed declarations
        return ""
    while filtering.open:
        filtering.pop()
    return clean(CONTROLS.sub("", "".join(filtering.parts))).strip("\n") if filtering.seen else ""

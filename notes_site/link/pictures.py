"""Pictures as they stand in a page: `<img>` with its widths and sizes, one for a dark page, an SVG in the page itself.

Invariant: a picture whose sides are known says them, so that nothing moves when it comes.
"""

from __future__ import annotations

import hashlib
import html
import re
from typing import Final

from msgspec.structs import replace

from notes_site.link.filling import Filling, Page
from notes_site.model import ID_MARK, AssetFacts, Drawing, Picture

# the width of the text on a wide screen, and the width of the screen up to which the text is as wide as the screen
_COLUMN, _NARROW = 40, 42
# `w50`: half as wide as the text
_PERCENT: Final = re.compile(r"w(\d{1,3})")


def picture(hole: Picture, page: Page) -> str:
    """A picture as it stands in a page; the name of one that is missing."""
    path, filling = page.path, page.filling
    drawing = filling.site.drawing(path, hole.target) if hole.inline and not filling.abroad else None
    if drawing is not None:
        return _drawing(hole, drawing, page)
    known = filling.site.asset(path, hole.target)
    if known is None:
        name = html.escape(hole.alt or hole.target)
        return f'<span class="missing-picture" role="img" aria-label="{name}">{name}</span>'
    dark = filling.site.asset(path, hole.dark) if hole.dark and not filling.abroad else None
    if dark is None:
        return _image(hole, known, filling, lazy=not page.at_the_top(hole))
    # what is hidden is not loaded, as long as it is lazy
    light = _image(_with_class(hole, "only-light"), known, filling, lazy=True)
    other = _image(_without_id(_with_class(hole, "only-dark")), dark, filling, lazy=True)
    return light + other


def _with_class(hole: Picture, name: str) -> Picture:
    pairs = dict(hole.attributes)
    pairs["class"] = f"{pairs.get('class', '')} {name}".strip()
    return replace(hole, attributes=tuple(pairs.items()))


def _without_id(hole: Picture) -> Picture:
    return replace(hole, attributes=tuple(pair for pair in hole.attributes if pair[0] != "id"))


def _sized(pairs: dict[str, str], width: int, height: int) -> dict[str, str]:
    """Attributes with both sides in pixels, so that a page keeps the place; one that is asked for decides the other."""
    if not width or not height:
        return pairs
    asked, tall = pairs.get("width", ""), pairs.get("height", "")
    if asked.isdecimal():
        return pairs if tall else pairs | {"height": str(max(1, round(height * int(asked) / width)))}
    if tall.isdecimal() and not asked:
        return pairs | {"width": str(max(1, round(width * int(tall) / height)))}
    return pairs if asked or tall else pairs | {"width": str(width), "height": str(height)}


def _image(hole: Picture, known: AssetFacts, filling: Filling, *, lazy: bool) -> str:
    """A picture as `<img>`; the browser chooses among its widths."""
    pairs = _sized(dict(hole.attributes), known.width, known.height)
    if not filling.abroad:
        if known.variants and "srcset" not in pairs:
            rows = [f"{filling.href(one.url)} {one.width}w" for one in known.variants]
            pairs |= {"srcset": ", ".join(rows), "sizes": _sizes(pairs, known, lazy=lazy)}
        pairs = pairs | ({"loading": pairs.get("loading", "lazy")} if lazy else {}) | {"decoding": "async"}
    rest = "".join(f' {key}="{html.escape(value)}"' for key, value in pairs.items())
    alt = "" if hole.alt is None else f' alt="{html.escape(hole.alt)}"'
    return f'<img src="{html.escape(filling.href(known.url))}"{alt}{rest}>'


def _sizes(pairs: dict[str, str], known: AssetFacts, *, lazy: bool) -> str:
    """How wide a picture will be shown: what a browser is told that does not find out for lazy ones by itself."""
    asked = pairs.get("width", "")
    given = int(asked) if asked.isdecimal() else known.width
    parts = [int(found[1]) for name in pairs.get("class", "").split() if (found := _PERCENT.fullmatch(name))]
    share = parts[0] if parts else 100
    if not parts and given < _COLUMN * 16:
        shown = f"(max-width: {given}px) 100vw, {given}px"
    else:
        shown = f"(max-width: {_NARROW}rem) 100vw, {_COLUMN * share / 100:g}rem"
    return f"auto, {shown}" if lazy else shown


def _drawing(hole: Picture, drawing: Drawing, page: Page) -> str:
    """An SVG in the page itself, with ids that nothing else on the page has.

    They stand between single quotes: what takes the ids off an embedded note, or changes them, leaves them alone.
    """
    page.drawings += 1
    told = "/".join((*page.filling.inside, hole.target, str(page.drawings)))
    prefix = f"d{hashlib.sha256(told.encode('utf-8', 'replace')).hexdigest()[:8]}-"
    pairs = _sized(dict(hole.attributes), drawing.width, drawing.height)
    classes = f"{pairs.pop('class', '')} drawing{'' if drawing.follows else ' plate'}".strip()
    title = pairs.pop("title", "")
    rest = "".join(f' {key}="{html.escape(value)}"' for key, value in pairs.items())
    name = f' role="img" aria-label="{html.escape(hole.alt)}"' if hole.alt else ' aria-hidden="true"'
    head, body = (text.replace(ID_MARK, prefix) for text in (drawing.attributes, drawing.body))
    tip = f"<title>{html.escape(title)}</title>" if title else ""
    return f'<svg class="{html.escape(classes)}"{name}{rest}{head}>{tip}{body}</svg>'

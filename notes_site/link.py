"""Fill the holes of a body: links, pictures, embeds, included code. Reads no file; asks the Site.

Invariant: total. A hole that cannot be filled becomes readable text; the diagnostic for it comes from the Site.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Callable, Collection, Sequence
from typing import Protocol, assert_never
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from notes_site import bibliography
from notes_site.address import preview_at
from notes_site.kinds import canonical
from notes_site.markdown.rawhtml import VOID
from notes_site.model import (
    EMPTY,
    ID_MARK,
    Asset,
    AssetFacts,
    Cite,
    Cited,
    Doc,
    Drawing,
    Embed,
    End,
    Hole,
    Include,
    Landmark,
    Num,
    Picture,
    Pointer,
    Ref,
    Resolution,
    Start,
    Term,
    TermCard,
    Text,
    Uses,
    WikiLink,
    WorkCard,
    Xref,
)
from notes_site.references import Manner, one_html, refer
from notes_site.terms import term_html


class Questions(Protocol):
    """The queries that filling asks."""

    def resolve(self, path: str, kind: str, target: str, fragment: str) -> Resolution | None: ...
    def asset(self, path: str, target: str) -> AssetFacts | None: ...
    def drawing(self, path: str, target: str) -> Drawing | None: ...
    def listing(self, path: str, target: str) -> str | None: ...
    def url(self, path: str) -> str | None: ...
    def numbers(self, path: str) -> tuple[Text, ...]: ...
    def pointers(self, path: str) -> tuple[Pointer, ...]: ...
    def label_title(self, path: str, key: str) -> Text: ...
    def uses(self, path: str) -> tuple[Uses, ...]: ...
    def work(self, key: str) -> WorkCard | None: ...
    def term(self, key: str) -> TermCard | None: ...


class Filling(Struct, frozen=True):
    """What filling needs: the questions, how a URL is written on the page, the other notes' bodies, the words.

    `bare` leaves out what belongs to a note's own page alone: who refers to what is in it. `own` is the path of the
    note whose works are listed at the end of the page. Without `previews`, links do not say where what they lead to
    can be had alone. `abroad`, our style sheets are not at hand, and a picture is one file.
    """

    site: Questions
    href: Callable[[str], str]
    body: Callable[[str], Doc | None]
    manner: Callable[[], Manner]
    inside: tuple[str, ...] = ()
    bare: bool = False
    own: str = ""
    previews: bool = True
    abroad: bool = False


def fill(doc: Doc, filling: Filling) -> str:
    """The note's HTML with every hole filled."""
    page = _page_of(doc, filling)
    return "".join([piece if isinstance(piece, str) else _fill(piece, page) for piece in doc.body])


def parts(doc: Doc, filling: Filling, wanted: Collection[int]) -> dict[int, str]:
    """The HTML of some things of a note that have labels, by their places among the labels."""
    page = _page_of(doc, filling)
    made: list[str] = []
    starts: dict[int, int] = {}
    found: dict[int, tuple[int, int]] = {}
    for piece in doc.body:
        if isinstance(piece, Start):
            if piece.label in wanted:
                starts[piece.label] = len(made)
        elif isinstance(piece, End):
            if piece.label in starts:
                found[piece.label] = starts[piece.label], len(made)
        elif len(starts) > len(found):  # something that is wanted is open
            made.append(piece if isinstance(piece, str) else _fill(piece, page))
    return {label: "".join(made[first:last]) for label, (first, last) in found.items()}


class _Page(Struct):
    """One note while it is filled. What is asked of the whole note is asked once, and only when something needs it."""

    path: str
    filling: Filling
    body: tuple[str | Hole, ...] = ()
    drawings: int = 0
    _first: Picture | None = None
    _looked: bool = False
    _pointers: dict[str, Pointer] | None = None
    _numbers: tuple[Text, ...] | None = None
    _uses: dict[int, Uses] | None = None

    def pointer(self, key: str) -> Pointer | None:
        """What a label means in the note."""
        if self._pointers is None:
            self._pointers = {one.key: one for one in self.filling.site.pointers(self.path)}
        return self._pointers.get(key)

    def at_the_top(self, hole: Picture) -> bool:
        """Whether a picture is the first of the note, on its own page, and near enough to its beginning to be seen."""
        if not self._looked:
            self._looked = True
            if self.filling.own == self.path and not self.filling.bare and len(self.filling.inside) == 1:
                self._first = _first_picture(self.body)
        return self._first is hole

    def number(self, label: int) -> str:
        """The number of the n-th label of the note, as HTML; empty where it has none."""
        if self._numbers is None:
            self._numbers = self.filling.site.numbers(self.path)
        return self._numbers[label].html if label < len(self._numbers) else ""

    def uses(self, label: int) -> Uses | None:
        """The notes that refer to the n-th label of the note."""
        if self._uses is None:
            self._uses = {one.label: one for one in self.filling.site.uses(self.path)}
        return self._uses.get(label)


def _page_of(doc: Doc, filling: Filling) -> _Page:
    path = doc.facts.path
    return _Page(path, replace(filling, inside=(*filling.inside, path)), doc.body)


def _fill(hole: Hole, page: _Page) -> str:
    path, filling = page.path, page.filling
    match hole:
        case Xref():
            return _reference(hole, page)
        case Num():
            number = page.number(hole.label)
            return f"{hole.before}{number}{hole.after}" if number else ""
        case Start():
            return ""
        case End(_, told):
            return _used(told, page) if told and not filling.bare else ""
        case Ref():
            return _ref(hole, path, filling)
        case WikiLink():
            return _wikilink(hole, path, filling)
        case Picture():
            return _picture(hole, page)
        case Asset(target):
            return _asset(target, path, filling)
        case Include():
            return _include(hole, path, filling)
        case Embed():
            return _embed(hole, path, filling)
        case Cite():
            return _citation(hole, page)
        case Term():
            return term_html(hole, filling.site.term(hole.key), filling.href)
        case _:
            assert_never(hole)


BLOBS = "_/"


def _asset(target: str, path: str, filling: Filling) -> str:
    if target.startswith("blob:"):
        return html.escape(filling.href("/" + BLOBS + target.removeprefix("blob:")))
    known = filling.site.asset(path, target)
    return html.escape(filling.href(known.url)) if known else _unknown(target)


def _include(hole: Include, path: str, filling: Filling) -> str:
    listing = filling.site.listing(path, hole.target)
    if listing is None:
        return html.escape(f"{hole.target} is missing")
    from notes_site.markdown.code import highlight

    lines = listing.split("\n")
    return highlight("\n".join(lines[hole.first - 1 : hole.last or None]).rstrip("\n") + "\n", hole.language)


def _ref(hole: Ref, path: str, filling: Filling) -> str:
    base, _, fragment = hole.target.partition("#")
    found = filling.site.resolve(path, "link", base, fragment)
    url: str | None = None
    if found is not None and found.path == path and not base and fragment and not filling.bare:
        url = "#" + found.url.partition("#")[2] if "#" in found.url else None
    elif found is not None:
        url = filling.href(found.url)
    if hole.classes is None:
        return _unknown(hole.target) if url is None else html.escape(url)
    if url is None:
        return f'class="{html.escape(f"{hole.classes} broken-link".strip())}"'
    classes = f' class="{html.escape(hole.classes)}"' if hole.classes else ""
    return f'href="{html.escape(url)}"{classes}{_preview(found, path, url, filling)}'


def _preview(found: Resolution | None, path: str, url: str, filling: Filling) -> str:
    """Where what a link to another note leads to can be had alone, as an attribute; `url` is that of the link."""
    if found is None or not found.path or found.path == path or not filling.previews:
        return ""
    return f' data-preview="{html.escape(preview_at(url))}"'


def _unknown(target: str) -> str:
    """An address that leads nowhere, as written; what was `%73` or `%3A` there makes no `javascript:` of it."""
    return html.escape(quote(target, safe="/#?=&;,+~!$*'()@"))


def _wikilink(hole: WikiLink, path: str, filling: Filling) -> str:
    found = filling.site.resolve(path, "wiki", hole.target, hole.fragment)
    shown = hole.text
    if found is None:
        name = shown or html.escape(hole.target or hole.fragment)
        return f'<span class="broken-link">{name}</span>'
    if not shown:
        words = hole.fragment.lstrip("^")
        shown = found.title.html or html.escape(hole.target)
        if hole.fragment and not hole.fragment.startswith("^") and hole.target:
            # only formulas and marks need the other note, so that a page does not depend on it for words
            marked = re.search(r"[$\\`*_]", words) is not None
            shown += " › " + ((marked and _heading(found, filling)) or html.escape(words))
    url = filling.href(found.url)
    return f'<a class="wikilink" href="{html.escape(url)}"{_preview(found, path, url, filling)}>{shown}</a>'


def _heading(found: Resolution, filling: Filling) -> str:
    """The heading to which a wikilink leads, as it is set there, when there may be more in it than words."""
    anchor = found.url.partition("#")[2]
    doc = filling.body(found.path) if anchor and found.path else None
    return next((h.text.html for h in doc.facts.headings if h.anchor == anchor), "") if doc else ""


# characters before the first picture of a note, without tags, when it is on the first screen still
_SCREEN = 1_200
_MARKUP = re.compile(r"<[^<>]*>")
# the width of the text on a wide screen, and the width of the screen up to which the text is as wide as the screen
_COLUMN, _NARROW = 40, 42
_PERCENT = re.compile(r"w(\d{1,3})")


def _first_picture(body: Sequence[str | Hole]) -> Picture | None:
    """The first picture of a note, if a reader sees it without scrolling."""
    before = 0
    for piece in body:
        if isinstance(piece, Picture):
            return piece
        before += len(_MARKUP.sub("", piece)) if isinstance(piece, str) else 0
        if before > _SCREEN:
            break
    return None


def _picture(hole: Picture, page: _Page) -> str:
    path, filling = page.path, page.filling
    drawing = filling.site.drawing(path, hole.target) if hole.inline and not filling.abroad else None
    if drawing is not None:
        return _drawing(hole, drawing, page)
    known = _shown(hole.target, path, filling)
    if known is None:
        name = html.escape(hole.alt or hole.target)
        return f'<span class="missing-picture" role="img" aria-label="{name}">{name}</span>'
    dark = _shown(hole.dark, path, filling) if hole.dark and not filling.abroad else None
    if dark is None:
        return _image(hole, known, filling, lazy=not page.at_the_top(hole))
    # what is hidden is not loaded, as long as it is lazy
    light = _image(_with_class(hole, "only-light"), known, filling, lazy=True)
    other = _image(_without_id(_with_class(hole, "only-dark")), dark, filling, lazy=True)
    return light + other


def _shown(target: str, path: str, filling: Filling) -> AssetFacts | None:
    """What is known of a file that is shown as a picture."""
    if target.startswith("blob:"):
        name = target.removeprefix("blob:")
        return AssetFacts(name, "/" + BLOBS + name, name)
    return filling.site.asset(path, target)


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


def _drawing(hole: Picture, drawing: Drawing, page: _Page) -> str:
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


def _embed(hole: Embed, path: str, filling: Filling) -> str:
    found = filling.site.resolve(path, "embed", hole.target, hole.fragment)
    name = html.escape(hole.target + (f"#{hole.fragment}" if hole.fragment else ""))
    if found is None or not found.path:
        return f'<p><span class="broken-link">{name}</span></p>\n'
    doc = filling.body(found.path)
    again = found.path in filling.inside and not (found.path == path and hole.fragment and len(filling.inside) == 1)
    if doc is None or again or len(filling.inside) > 8:
        return f'<p><a class="wikilink" href="{html.escape(filling.href(found.url))}">{found.title.html}</a></p>\n'
    inner = replace(filling, bare=True)
    if found.path == path:
        inner = replace(inner, inside=(*filling.inside, found.path))
    whole = fill(doc, inner)
    anchor = found.url.partition("#")[2]
    part = slice_of(whole, anchor) if anchor else whole
    href = html.escape(filling.href(found.url))
    source = f'<p class="embed-source"><a href="{href}">{found.title.html}</a></p>'
    return f'<div class="embed">\n{without_ids(part)}\n{source}</div>\n'


def _reference(hole: Xref, page: _Page) -> str:
    """A reference to labels, with a link for each."""
    alone = page.pointer(hole.keys[0]) if len(hole.keys) == 1 and hole.form == "full" and not hole.prefix else None
    if alone is not None and alone.number:
        manner = page.filling.manner()
        made = one_html(alone.kind, alone.number.html, hole.capital, manner)
        made = _pointer_link(alone, made, page) if hole.linked else made
        return made if hole.inside or not alone.where else f"{made} {_of_note(alone.where, manner)}"
    found = [_landmark(key, page, titled=hole.form == "title") for key in hole.keys]
    known = [landmark for landmark in found if landmark is not None]
    if len(known) < len(found):
        names = ", ".join(map(html.escape, hole.keys))
        return f'{hole.prefix} <span class="broken-link">{names}</span>'.lstrip()
    manner = page.filling.manner()

    def link(landmark: Landmark, text: Text) -> Text:
        pointer = page.pointer(landmark.key) if hole.linked else None
        if pointer is None:
            return text
        return Text(_pointer_link(pointer, text.html, page), text.plain)

    return refer(known, hole.form, Text(hole.prefix, hole.prefix), hole.capital, manner, link).html


def _of_note(where: Text, manner: Manner) -> str:
    """What a number is of, where that is not plain."""
    return f'<span class="ref-where">{manner.words.text("of_note", note=where.html)}</span>'


def _landmark(key: str, page: _Page, *, titled: bool) -> Landmark | None:
    """What a label means here; its title is asked for only where it is shown."""
    pointer = page.pointer(key)
    if pointer is None:
        return None
    title = page.filling.site.label_title(page.path, key) if titled or not pointer.number else EMPTY
    return Landmark(key, pointer.kind, pointer.url, pointer.number, title, page.path, "")


def _citation(hole: Cite, page: _Page) -> str:
    """A citation; keys that are labels after all are references, and works that nobody knows stay as written."""
    path, filling = page.path, page.filling
    works = [filling.site.work(one.key) for one in hole.works]
    labelled = [
        work is None and page.pointer(canonical(one.key)) is not None
        for one, work in zip(hole.works, works, strict=True)
    ]
    if not any(works) and not any(labelled):
        return hole.written if hole.narrative else f'<span class="broken-link">{hole.written}</span>'
    manner = filling.manner()
    items = [_cited(one, work, path, filling) for one, work in zip(hole.works, works, strict=True)]
    if any(labelled):
        said = [
            _reference_in(one, page) if is_label else bibliography.item(item, manner.style)
            for one, item, is_label in zip(hole.works, items, labelled, strict=True)
        ]
        return said[0] if all(labelled) and len(said) == 1 else f'<span class="citation">[{"; ".join(said)}]</span>'
    if hole.form == "nothing":
        return ""
    if hole.form == "names":
        return manner.words.join([html.escape(item.names or item.key) for item in items])
    if hole.form == "bare":
        return "; ".join(bibliography.item(item, manner.style) for item in items)
    if hole.form == "year":
        return manner.words.join([bibliography.linked(item, item.year) for item in items])
    if not hole.narrative:
        return bibliography.parenthetical(items, manner.style)
    return manner.words.join([bibliography.narrative(item, manner.style) for item in items])


def _reference_in(one: Cited, page: _Page) -> str:
    """A reference among citations, with the words around it."""
    form = "number" if one.alone or one.before else "full"
    made = _reference(Xref((canonical(one.key),), form), page)
    before = f"{one.before} " if one.before else ""
    comma = "" if one.after.startswith((",", ".", ";", ":")) or not one.after else " "
    return f"{before}{made}{comma}{one.after}"


def _cited(one: Cited, work: WorkCard | None, path: str, filling: Filling) -> bibliography.Cited:
    if work is None:
        return bibliography.Cited(one.key, prefix=one.before, locator=one.after)
    url = _work_url(work, path, filling)
    # where a citation leads to the site's own note on the work, the work itself is still listed at the end
    listed = f"#ref-{work.key}" if work.note and filling.own == path and not filling.bare else ""
    names, year = work.names, work.year
    return bibliography.Cited(one.key, work.label, names, year, url, one.before, one.after, one.alone, listed)


def _work_url(work: WorkCard, path: str, filling: Filling) -> str:
    """Where a citation leads: to the site's own note, to the reference on the page, or to the page of the work."""
    if work.note:
        return filling.href(work.note)
    return f"#ref-{work.key}" if filling.own == path and not filling.bare else filling.href(work.url)


def _pointer_link(pointer: Pointer, shown: str, page: _Page) -> str:
    """A link to a thing with a label; that on another page says where the thing alone can be had."""
    filling, url, preview = page.filling, pointer.url, ""
    if url[0] == "#":
        url = filling.href(f"{filling.site.url(page.path)}{url}") if filling.bare else url
    else:
        url = filling.href(url)
        if pointer.preview and filling.previews:
            preview = f' data-preview="{html.escape(preview_at(url))}"'
    return f'<a class="ref" href="{html.escape(url)}"{preview}>{shown}</a>'


def _used(told: tuple[int, ...], page: _Page) -> str:
    """The notes that refer to some things, folded; where there are several things, each by its number."""
    found = [uses for uses in map(page.uses, told) if uses is not None]
    if not found:
        return ""
    filling = page.filling
    words = filling.manner().words
    rows: list[str] = []
    for uses in found:
        links = [f'<a href="{html.escape(filling.href(card.url))}">{card.label.html}</a>' for card in uses.cards]
        if len(told) == 1:
            rows += links
        else:
            rows.append(f"{page.number(uses.label)}: {', '.join(links)}")
    count = len({card.url for uses in found for card in uses.cards})
    head = html.escape(words.count("used_in_notes", count))
    items = "".join(f"<li>{row}</li>" for row in rows)
    return f'<details class="used"><summary>{head}</summary><ul>{items}</ul></details>\n'


# what is shown of a heading or a block to which others lead, in characters of HTML: blocks begin before the first
# limit, and one that ends behind the second is not shown at all
FEW, MANY = 2_500, 16_000
_BLOCKS = frozenset(
    ("p", "div", "figure", "table", "blockquote", "details", "pre", "ul", "ol", "dl", "li", "section", "aside")
)
# `<h2`, `</p>`, `<mspace width="1em"/>`
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9-]*)[^<>]*?(?P<alone>/?)>")


def excerpt(doc: Doc, filling: Filling, anchor: str) -> str:
    """The heading of a note that has an anchor, with the first blocks under it, or the block that has it.

    Empty where there is neither.
    """
    page = _page_of(doc, filling)
    mark = f' id="{html.escape(anchor)}"'
    made, level = "", 0
    for piece in doc.body:
        if not made:
            if not isinstance(piece, str) or mark not in piece:
                continue
            made = piece[piece.rfind("<", 0, piece.index(mark)) :]
            name = _TAG.match(made)
            level = int(name["name"][1]) if name is not None and _HEADING.match(made) else 0
            if name is None or not (level or name["name"] in _BLOCKS):
                return ""
        else:
            made += piece if isinstance(piece, str) else _fill(piece, page)
        if len(made) > MANY:
            break
    return _first_blocks(made, level)


def _first_blocks(made: str, level: int) -> str:
    """The first block of some HTML, or its heading of a level with blocks up to the next one; what is cut is left."""
    depth = end = 0
    for tag in _TAG.finditer(made):
        if not depth and end and (not level or end > FEW or _ends(tag[0], level)):
            break
        if tag["name"].lower() in VOID or tag["alone"]:
            continue
        depth += -1 if tag["end"] else 1
        if depth < 0:
            break
        if not depth:
            end = tag.end()
    return made[:end] if end <= MANY else ""


def _ends(tag: str, level: int) -> bool:
    """Whether a section of a level ends before a tag."""
    found = _HEADING.match(tag)
    return tag.startswith('<section class="footnotes"') or (found is not None and int(found[1]) <= level)


_HEADING = re.compile(r"<h([1-6])[ >]")
_ID = re.compile(r'(<[a-zA-Z][^<>]*?) id="[^"]*"')
_SIDENOTE = re.compile(r'<small class="sidenote".*?</small>', re.DOTALL)
_FOOTNOTES = re.compile(r'<section class="footnotes".*?</section>\n?', re.DOTALL)


def without_sidenotes(body: str) -> str:
    """A body shown where there is no margin: its footnotes stand at its end alone."""
    return _SIDENOTE.sub("", body)


def without_ids(body: str) -> str:
    """A body shown on another page: its ids stay with its own page, and so do its footnotes' texts."""
    body = _FOOTNOTES.sub("", body)
    body = without_sidenotes(body)
    body = re.sub(r'<sup class="footnote-ref">.*?</sup>', "", body)
    body = re.sub(r'<a class="anchor"[^>]*>#</a>', "", body)
    return _ID.sub(r"\1", body)


# <div class="formula" id="eq-a">
_FORMULA = re.compile(r'<(?P<tag>div|span) class="formula[" ]')


def slice_of(body: str, anchor: str) -> str:
    """The part of a body that an anchor names: a section up to the next heading of its level, or one element."""
    escaped = re.escape(html.escape(anchor))
    found = re.search(rf'<(?P<tag>[a-zA-Z][a-zA-Z0-9-]*)(?=[^<>]*\sid="{escaped}")[^<>]*>', body)
    if found is None:
        return body
    if found["tag"] == "mtext":  # the number of a row: what can stand alone is the formula
        found = (found, *_FORMULA.finditer(body, 0, found.start()))[-1]
    tag = found["tag"].lower()
    if tag in VOID:
        return found[0]
    if re.fullmatch(r"h[1-6]", tag):
        level = int(tag[1])
        for following in _HEADING.finditer(body, found.end()):
            if int(following[1]) <= level:
                return body[found.start() : following.start()]
        end = body.find('<section class="footnotes"', found.end())
        return body[found.start() : end if end >= 0 else len(body)]
    depth = 0
    for piece in re.finditer(rf"<(/?){tag}(?=[\s>])[^<>]*>", body[found.start() :], re.IGNORECASE):
        depth += -1 if piece[1] else 1
        if depth == 0:
            made = body[found.start() : found.start() + piece.end()]
            return f"<ul>{made}</ul>" if tag == "li" else made
    return body[found.start() :]


def prefixed(body: str, prefix: str) -> str:
    """A body beside others on one page: its ids, and the links to them, begin with `prefix`."""
    ids = set(re.findall(r'<[a-zA-Z][^<>]*? id="([^"]*)"', body))
    body = re.sub(r'(<[a-zA-Z][^<>]*? id=")([^"]*")', rf"\g<1>{prefix}\2", body)
    return re.sub(r'href="#([^"]*)"', lambda f: f'href="#{prefix}{f[1]}"' if f[1] in ids else f[0], body)

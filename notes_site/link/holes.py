"""Fill the holes of a body: links, embeds, included code, and what other rooms fill.

Invariant: total. A hole that cannot be filled becomes readable text; the diagnostic for it comes from the Site.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection
from typing import assert_never
from urllib.parse import quote

from msgspec.structs import replace

from notes_site.address import preview_at
from notes_site.link.citations import in_words, said
from notes_site.link.excerpts import blocks_at, slice_of, without_ids
from notes_site.link.filling import Filling, Page, page_of
from notes_site.link.pictures import picture
from notes_site.link.references import used
from notes_site.model import (
    Asset,
    Cite,
    Doc,
    Embed,
    End,
    Hole,
    Include,
    Num,
    Picture,
    Ref,
    Resolution,
    Start,
    Term,
    WikiLink,
    Xref,
)
from notes_site.terms import term_html


def fill(doc: Doc, filling: Filling) -> str:
    """The note's HTML with every hole filled."""
    page = page_of(doc, filling)
    return "".join([piece if isinstance(piece, str) else _fill(piece, page) for piece in doc.body])


def parts(doc: Doc, filling: Filling, wanted: Collection[int]) -> dict[int, str]:
    """The HTML of some things of a note that have labels, by their places among the labels."""
    page = page_of(doc, filling)
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


def excerpt(doc: Doc, filling: Filling, anchor: str) -> str:
    """The heading of a note that has an anchor, with the first blocks under it, or the block that has it.

    Empty where there is neither.
    """
    page = page_of(doc, filling)
    return "".join([piece if isinstance(piece, str) else _fill(piece, page) for piece in blocks_at(doc.body, anchor)])


def _fill(hole: Hole, page: Page) -> str:
    path, filling = page.path, page.filling
    match hole:
        case Xref() | Cite():
            return said(hole, page)
        case Num():
            number = page.number(hole.label)
            return f"{hole.before}{number}{hole.after}" if number else ""
        case Start():
            return ""
        case End(_, told):
            return used(told, page) if told and not filling.bare else ""
        case Ref():
            return _ref(hole, path, filling)
        case WikiLink():
            return _wikilink(hole, path, filling)
        case Picture():
            return picture(hole, page)
        case Asset(target):
            return _asset(target, path, filling)
        case Include():
            return _include(hole, path, filling)
        case Embed():
            return _embed(hole, path, filling)
        case Term():
            term = replace(hole, text=in_words(hole.text, page)) if hole.text else hole
            return term_html(term, filling.site.term(hole.key), filling.href)
        case _:
            assert_never(hole)


def _asset(target: str, path: str, filling: Filling) -> str:
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

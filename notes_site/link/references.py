"""References to things with labels, as links, and which notes refer to a thing.

Invariant: a label that is not known is shown as it was written, and never leads anywhere.
"""

from __future__ import annotations

import html

from notes_site.address import preview_at
from notes_site.link.filling import Page
from notes_site.model import EMPTY, Landmark, Pointer, Text, Xref
from notes_site.references import of_where, one_html, refer


def reference(hole: Xref, page: Page) -> str:
    """A reference to labels, with a link for each."""
    alone = page.pointer(hole.keys[0]) if len(hole.keys) == 1 and hole.form == "full" and not hole.prefix else None
    if alone is not None and alone.number:
        manner = page.filling.manner()
        made = one_html(alone.kind, alone.number.html, hole.capital, manner)
        made = _pointer_link(alone, made, page) if hole.linked else made
        return made if hole.inside or not alone.where else f"{made} {of_where(alone.where, manner).html}"
    found = [_landmark(key, page, hole) for key in hole.keys]
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


def _landmark(key: str, page: Page, hole: Xref) -> Landmark | None:
    """What a label means here; its title is asked for only where it is shown."""
    pointer = page.pointer(key)
    if pointer is None:
        return None
    titled = hole.form == "title" or not pointer.number
    title = page.filling.site.label_title(page.path, key) if titled else EMPTY
    where = EMPTY if hole.inside else pointer.where
    return Landmark(
        key, pointer.kind, pointer.url, pointer.number, title, page.path, "", home=pointer.home, where=where
    )


def _pointer_link(pointer: Pointer, shown: str, page: Page) -> str:
    """A link to a thing with a label; that on another page says where the thing alone can be had."""
    filling, url, preview = page.filling, pointer.url, ""
    if url[0] == "#":
        url = filling.href(f"{filling.site.url(page.path)}{url}") if filling.bare else url
    else:
        url = filling.href(url)
        if pointer.preview and filling.previews:
            preview = f' data-preview="{html.escape(preview_at(url))}"'
    return f'<a class="ref" href="{html.escape(url)}"{preview}>{shown}</a>'


def used(told: tuple[int, ...], page: Page) -> str:
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

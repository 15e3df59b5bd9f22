"""How a citation reads: its works, and references among them. Pure.

Invariant: keys that are labels after all are references, and works that nobody knows stay as written.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from notes_site import bibliography
from notes_site.kinds import canonical
from notes_site.model import Cite, Cited, Text, WorkCard, Xref
from notes_site.references import Manner

_TAG: Final = re.compile(r"<[^<>]*>")


def citation(
    hole: Cite, work: Callable[[Cited], bibliography.Cited | None], refer: Callable[[Xref], str], manner: Manner
) -> str:
    """A citation as HTML. `work` finds a work, and `refer` makes a reference, which is empty for what is no label."""
    works = [work(one) for one in hole.works]
    references = [
        "" if found else refer(Xref((canonical(one.key),), "number" if one.alone or one.before else "full"))
        for one, found in zip(hole.works, works, strict=True)
    ]
    if not any(works) and not any(references):
        return hole.written if hole.narrative else f'<span class="broken-link">{hole.written}</span>'
    items = [
        found or bibliography.Cited(one.key, prefix=one.before, locator=one.after)
        for one, found in zip(hole.works, works, strict=True)
    ]
    if hole.capital:
        items[0] = replace(items[0], names=items[0].names[:1].upper() + items[0].names[1:])
    if any(references):
        said = [
            _among_works(one, reference) if reference else bibliography.item(item, manner.style)
            for one, item, reference in zip(hole.works, items, references, strict=True)
        ]
        return said[0] if all(references) and len(said) == 1 else f'<span class="citation">[{"; ".join(said)}]</span>'
    join = manner.words.join
    match hole.form:
        case "nothing":
            return ""
        case "names":
            return join([html.escape(item.names or item.key) for item in items])
        case "bare":
            return "; ".join(bibliography.item(item, manner.style) for item in items)
        case "title":
            return join([bibliography.titled(item) for item in items])
        case "year":
            return join([bibliography.linked(item, item.year) for item in items])
    if not hole.narrative:
        return bibliography.parenthetical(items, manner.style)
    return join([bibliography.narrative(item, manner.style) for item in items])


def item_of(one: Cited, card: WorkCard, url: str = "", preview: str = "", *, title: str = "") -> bibliography.Cited:
    """A work as a citation shows it; `url` leads to its reference, and `preview` where that leads elsewhere."""
    names, year = card.names, card.year
    return bibliography.Cited(one.key, card.label, names, year, url, one.before, one.after, one.alone, preview, title)


def _among_works(one: Cited, reference: str) -> str:
    """A reference among citations, with the words around it."""
    before = f"{one.before} " if one.before else ""
    comma = "" if one.after.startswith((",", ".", ";", ":")) or not one.after else " "
    return f"{before}{reference}{comma}{one.after}"


def citation_as_text(
    hole: Cite,
    work: Callable[[str], WorkCard | None],
    title: Callable[[str], Text],
    refer: Callable[[Xref], Text],
    manner: Manner,
) -> Text:
    """A citation without links, for titles; its words are HTML, or plain where only the plain text is wanted.

    `work` and `title` find the work of a key and what it is called.
    """

    def known(one: Cited, title: str) -> bibliography.Cited | None:
        card = work(one.key)
        return None if card is None else item_of(one, card, title=title)

    shown = citation(hole, lambda one: known(one, title(one.key).html), lambda said: refer(said).html, manner)
    works = [replace(one, before=html.escape(one.before), after=html.escape(one.after)) for one in hole.works]
    plain = replace(hole, works=tuple(works), written=html.escape(hole.written))
    told = citation(
        plain,
        lambda one: known(one, html.escape(title(one.key).plain)),
        lambda said: html.escape(refer(said).plain),
        manner,
    )
    return Text(shown, html.unescape(_TAG.sub("", told)))

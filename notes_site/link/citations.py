"""Citations as they stand in a page: where each leads, and references among them.

Invariant: keys that are labels after all are references, and works that nobody knows stay as written.
"""

from __future__ import annotations

import html

from notes_site import bibliography
from notes_site.kinds import canonical
from notes_site.link.filling import Filling, Page
from notes_site.link.references import reference
from notes_site.model import Cite, Cited, WorkCard, Xref


def citation(hole: Cite, page: Page) -> str:
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


def _reference_in(one: Cited, page: Page) -> str:
    """A reference among citations, with the words around it."""
    form = "number" if one.alone or one.before else "full"
    made = reference(Xref((canonical(one.key),), form), page)
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

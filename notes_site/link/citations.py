"""Citations as they stand in a page: where each leads, and references and citations in the words of others.

Invariant: what stands in a link, or in anything else that can be clicked, has no link itself.
"""

from __future__ import annotations

from msgspec.structs import replace

from notes_site import bibliography
from notes_site.citing import citation, item_of
from notes_site.link.filling import Filling, Page
from notes_site.link.references import reference
from notes_site.marks import Said, filled, within
from notes_site.model import Cited, WorkCard, Xref


def said(hole: Said, page: Page, *, linked: bool = True) -> str:
    """A reference or a citation, and those in its own words."""
    hole = within(hole, lambda inner: said(inner, page, linked=linked))
    if isinstance(hole, Xref):
        return reference(hole if linked else replace(hole, linked=False), page)

    def title(key: str) -> str:
        return page.filling.site.work_title(key).html if hole.form == "title" else ""

    def work(one: Cited) -> bibliography.Cited | None:
        known = page.filling.site.work(one.key)
        return None if known is None else _cited(one, known, title(one.key), page, linked=linked)

    def refer(among: Xref) -> str:
        return "" if page.pointer(among.keys[0]) is None else reference(replace(among, linked=linked), page)

    return citation(hole, work, refer, page.filling.manner())


def in_words(html: str, page: Page) -> str:
    """The words of a link, with references and citations in them as words."""
    return filled(html, lambda hole: said(hole, page, linked=False))


def _cited(one: Cited, work: WorkCard, title: str, page: Page, *, linked: bool) -> bibliography.Cited:
    path, filling = page.path, page.filling
    url = _work_url(work, path, filling) if linked else ""
    # where a citation leads to the site's own note on the work, the work itself is still listed at the end
    listed = f"#ref-{work.key}" if work.note and filling.own == path and not filling.bare else ""
    return item_of(one, work, url, listed, title=title)


def _work_url(work: WorkCard, path: str, filling: Filling) -> str:
    """Where a citation leads: to the site's own note, to the reference on the page, or to the page of the work."""
    if work.note:
        return filling.href(work.note)
    return f"#ref-{work.key}" if filling.own == path and not filling.bare else filling.href(work.url)

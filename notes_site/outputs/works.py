"""The bibliography of the site, and a page for each work."""

from __future__ import annotations

from markupsafe import Markup
from msgspec import Struct

from notes_site.bibliography import Style
from notes_site.model import Card, Target, WorkEntry
from notes_site.outputs.context import Context, safe
from notes_site.outputs.page import page_head, render
from notes_site.site import Site


class Entry(Struct, frozen=True):
    """A work as a template sees it: its anchor, its label, its reference, its page, the notes that cite it."""

    anchor: str
    label: str
    reference: Markup
    url: str
    note: str
    cited: tuple[Card, ...]


def entry_of(entry: WorkEntry) -> Entry:
    card = entry.card
    return Entry(f"ref-{card.key}", card.label, safe(entry.reference), card.url, card.note, entry.cited)


def bibliography(target: Target, site: Site, context: Context) -> bytes:
    """All works that the site cites."""
    words = context.words()
    head = page_head(context, target.url, words["bibliography"], "bibliography")
    entries = tuple(entry_of(entry) for entry in site.bibliography())
    style = context.manner().style
    return render("bibliography.html", head, context, {"entries": entries, "labelled": style is not Style.AUTHOR_YEAR})


def work(target: Target, site: Site, context: Context) -> bytes:
    """One work: its reference, the notes that cite it, and what to cite it with."""
    page = site.work_page(target.argument)
    assert page is not None
    title = page.title.plain or page.entry.card.label
    head = page_head(context, target.url, title, "work", description=page.abstract.plain)
    values = {
        "title": page.title,
        "entry": entry_of(page.entry),
        "abstract": page.abstract,
        "bibtex": page.bibtex,
        "ris": page.ris,
        "csl": page.csl,
        "own": page.note,
    }
    return render("work.html", head, context, values)

"""The pages at the end of a book: the glossary, the alphabetical index, the notation."""

from __future__ import annotations

from notes_site.model import Target
from notes_site.outputs.context import Context
from notes_site.outputs.page import page_head, render
from notes_site.site import Site


def glossary(target: Target, site: Site, context: Context) -> bytes:
    """Acronyms and terms by name, with the notes that use each."""
    words = context.words()
    head = page_head(context, target.url, words["glossary"], "glossary")
    return render("glossary.html", head, context, {"entries": site.glossary()})


def book_index(target: Target, site: Site, context: Context) -> bytes:
    """The alphabetical index, letter by letter."""
    words = context.words()
    head = page_head(context, target.url, words["index"], "index")
    return render("book-index.html", head, context, {"letters": site.index_letters()})


def notation(target: Target, site: Site, context: Context) -> bytes:
    """Symbols, what they mean, and where each is used first."""
    words = context.words()
    head = page_head(context, target.url, words["notation"], "notation")
    return render("notation.html", head, context, {"rows": site.notation()})

"""What stands at the end of a book: works, terms, the index, the notation. Small answers of the Site."""

from __future__ import annotations

from notes_site.model.cards import Card
from notes_site.model.values import EMPTY, Text, Value


class WorkCard(Value, frozen=True):
    """All that a page may know of a work that it cites: its label, its authors in short, its year, its page, and the
    site's own note on it if there is one.
    """

    key: str
    label: str
    names: str
    year: str
    url: str
    note: str = ""


class WorkEntry(Value, frozen=True):
    """A work in a bibliography: its reference as HTML, and the notes that cite it."""

    card: WorkCard
    reference: str
    cited: tuple[Card, ...] = ()


class WorkPage(Value, frozen=True):
    """A work on a page of its own."""

    entry: WorkEntry
    title: Text
    abstract: Text
    bibtex: str
    ris: str
    csl: str
    note: Card | None


class TermCard(Value, frozen=True):
    """All that a page may know of an entry of the glossary that it uses; `long` is empty unless it is an acronym.

    `anchor` is its place on the page of the glossary, `plain` its definition in one line.
    """

    anchor: str
    name: Text
    plural: Text
    long: Text = EMPTY
    long_plural: Text = EMPTY
    plain: str = ""


class TermEntry(Value, frozen=True):
    """An entry on the page of the glossary: its definition, the entries that belong to it, the notes that use it."""

    card: TermCard
    text: Text
    see: tuple[TermCard, ...] = ()
    used: tuple[Card, ...] = ()


class Locator(Value, frozen=True):
    """Where an entry of the index leads in one note: its title, the first place, and `more` of them."""

    title: Text
    url: str
    more: tuple[str, ...] = ()


class Seen(Value, frozen=True):
    """Another entry of the index to look under; without an anchor where there is none."""

    text: Text
    anchor: str = ""


class IndexEntry(Value, frozen=True):
    """An entry of the index, with the entries below it."""

    text: Text
    anchor: str
    places: tuple[Locator, ...] = ()
    see: tuple[Seen, ...] = ()
    also: tuple[Seen, ...] = ()
    entries: tuple[IndexEntry, ...] = ()


class IndexLetter(Value, frozen=True):
    """The entries of the index under one letter; `anchor` is its place on the page."""

    letter: str
    anchor: str
    entries: tuple[IndexEntry, ...]


class SymbolRow(Value, frozen=True):
    """A row of the notation: a symbol, what it means, and where it is used first, if anywhere."""

    look: Text
    meaning: Text
    first: Locator | None = None

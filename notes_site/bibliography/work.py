"""The values of a bibliography: people, works, libraries. Imports nothing but the model.

Invariant: every value can be packed; a field that a work does not have is an empty string.
"""

from __future__ import annotations

from enum import StrEnum

from notes_site.model import EMPTY, Diagnostic, Place, Span, Text, Value


class Style(StrEnum):
    """How citations and references are labelled."""

    ALPHABETIC = "alphabetic"
    NUMERIC = "numeric"
    AUTHOR_YEAR = "author-year"


class Person(Value, frozen=True):
    """A name in the four parts of BibTeX, as plain Unicode. A body such as {World Bank} has only `last`."""

    first: str = ""
    von: str = ""
    last: str = ""
    jr: str = ""

    @property
    def full(self) -> str:
        """`Ludwig van Beethoven, Jr.`"""
        name = " ".join(part for part in (self.first, self.von, self.last) if part)
        return f"{name}, {self.jr}" if self.jr else name

    @property
    def family(self) -> str:
        """`van Beethoven`: what a text calls the person."""
        return f"{self.von} {self.last}".strip()


class Work(Value, frozen=True):
    """One entry of a `.bib` file. `kind` is its type in lower case; texts are plain Unicode but where they are Text.

    `more_authors` and `more_editors` say that a list ends in "and others". `month` is "1" to "12", or as written;
    `day` likewise. `doi` has no address before it, `arxiv` no "arXiv:"; `url` begins with http:// or https://.
    `bibtex` is the entry to copy, with its strings and its crossref resolved.
    """

    key: str
    kind: str
    title: Text = EMPTY
    authors: tuple[Person, ...] = ()
    more_authors: bool = False
    editors: tuple[Person, ...] = ()
    more_editors: bool = False
    year: str = ""
    month: str = ""
    day: str = ""
    journal: str = ""
    booktitle: str = ""
    publisher: str = ""
    volume: str = ""
    number: str = ""
    pages: str = ""
    edition: str = ""
    chapter: str = ""
    series: str = ""
    school: str = ""
    institution: str = ""
    organization: str = ""
    address: str = ""
    howpublished: str = ""
    type: str = ""
    note: Text = EMPTY
    url: str = ""
    doi: str = ""
    arxiv: str = ""
    abstract: Text = EMPTY
    bibtex: str = ""
    place: Place = Place(Span(""))

    @property
    def creators(self) -> tuple[Person, ...]:
        """The authors, or the editors of a work without authors."""
        return self.authors or self.editors

    @property
    def more_creators(self) -> bool:
        return self.more_authors if self.authors else self.more_editors

    @property
    def body(self) -> str:
        """The body behind a work of no person: its institution, organization or school."""
        return self.institution or self.organization or self.school


class Library(Value, frozen=True):
    """The works of all `.bib` files of a site by key, and what is wrong with the files."""

    works: tuple[Work, ...] = ()
    problems: tuple[Diagnostic, ...] = ()

"""Bibliographies: `.bib` texts to works; works to labels, references, citations and exports. Pure.

    texts -> cutting -> parsing (pybtex) -> works -> Library -> labels, reference, citation, exports

Invariant: nothing is raised for what an author wrote, and importing this package imports neither pybtex nor the
typesetter: `read_library` does, when there is a file to read.
"""

from __future__ import annotations

from notes_site.bibliography.citation import Cited, item, linked, locator, narrative, parenthetical, titled
from notes_site.bibliography.labels import Label, labels, ordered
from notes_site.bibliography.library import read_library
from notes_site.bibliography.note import OwnWork
from notes_site.bibliography.reference import entry
from notes_site.bibliography.words import WORDS
from notes_site.bibliography.work import Library, Person, Style, Work

__all__ = [
    "WORDS",
    "Cited",
    "Label",
    "Library",
    "OwnWork",
    "Person",
    "Style",
    "Work",
    "entry",
    "item",
    "labels",
    "linked",
    "locator",
    "narrative",
    "ordered",
    "parenthetical",
    "read_library",
    "titled",
]

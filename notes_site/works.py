"""The works of a site on its pages: in the bibliographies of notes, of collections and of the site, and each on a page
of its own. Pure.

Wherever they are listed, it is in the order of the one bibliography.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from notes_site.bibliography.exports import csl_json, ris
from notes_site.catalogue import Catalogue, paper_of
from notes_site.landmarks import cards
from notes_site.model import Paper, WorkEntry, WorkPage
from notes_site.tree import Node, Tree
from notes_site.words import Words


class Works:
    """The works of a catalogue, which notes of a tree cite; `words_in` gives the words of a language."""

    def __init__(self, catalogue: Catalogue, tree: Tree, words_in: Callable[[str], Words]) -> None:
        self.catalogue, self.tree, self._words_in = catalogue, tree, words_in

    def all(self) -> tuple[WorkEntry, ...]:
        """The bibliography of the site, with the notes that cite each work."""
        return tuple(map(self._entry, self.catalogue.cards))

    def _entry(self, key: str) -> WorkEntry:
        catalogue = self.catalogue
        cited = cards(catalogue.cited_in.get(key, ()), self.tree.cards)
        return WorkEntry(catalogue.cards[key], catalogue.reference(key), cited)

    def cited_by(self, path: str) -> tuple[WorkEntry, ...]:
        """The bibliography of a note."""
        known = path in self.catalogue.notes
        return self._listed(self.catalogue.references(path), path) if known else ()

    def printed_with(self, node: Node) -> tuple[WorkEntry, ...]:
        """The bibliography of a collection and of those inside it."""
        catalogue = self.catalogue
        cited = {key for path in node.paths if path in catalogue.notes for key in catalogue.references(path)}
        return self._listed((key for key in catalogue.cards if key in cited), node.shelf.index)

    def _listed(self, keys: Iterable[str], path: str) -> tuple[WorkEntry, ...]:
        """Works in the language of a note, without who else cites them."""
        note = self.tree.facts_by_path.get(path)
        words = self._words_in(note.settings.lang) if note and note.settings.lang else None
        return tuple(WorkEntry(self.catalogue.cards[key], self.catalogue.reference(key, words)) for key in keys)

    def page(self, key: str) -> WorkPage | None:
        """All that is known of a work in the bibliography, with the site's own note on it."""
        catalogue = self.catalogue
        work = catalogue.works.get(key)
        if work is None or key not in catalogue.cards:
            return None
        own = catalogue.own_notes.get(key)
        (note,) = cards((own,), self.tree.cards) if own else (None,)
        return WorkPage(self._entry(key), work.title, work.abstract, work.bibtex, ris(work), csl_json(work), note)

    def paper(self, key: str) -> Paper | None:
        """A work as the head of the site's own note on it shows it."""
        work = self.catalogue.works.get(key)
        return paper_of(work) if work else None

"""What a page shows of the things with labels that its note refers to, and of who refers to its own. Pure.

The same is asked twice, by the page and by the file of what is on it that others show: answers are kept.
"""

from __future__ import annotations

from msgspec.structs import replace

from notes_site.landmarks import Landmarks, cards
from notes_site.model import EMPTY, Pointer, Text, Uses
from notes_site.tree import Tree


class Mentions:
    """The references to labels in all notes; with `where`, numbers of other notes tell what they are numbers of."""

    def __init__(self, landmarks: Landmarks, tree: Tree, *, where: bool) -> None:
        self.landmarks, self.tree, self.where = landmarks, tree, where
        self._pointers: dict[str, tuple[Pointer, ...]] = {}
        self._uses: dict[str, tuple[Uses, ...]] = {}

    def pointers(self, path: str) -> tuple[Pointer, ...]:
        """The things to which a note refers by their labels, each once, without their titles."""
        found = self._pointers.get(path)
        if found is None:
            note = self.tree.facts_by_path.get(path)
            keys = {mention.key: None for mention in note.mentions if mention.kind == "label"} if note else {}
            places = [place for key in keys if (place := self.landmarks.find(path, key)) is not None]
            found = self._pointers[path] = tuple([self._pointer(path, place) for place in places])
        return found

    def _pointer(self, path: str, place: tuple[str, int]) -> Pointer:
        pointer = self.landmarks.pointer(place, path)
        where = self._where(path, place[0]) if self.where and pointer.number else EMPTY
        return replace(pointer, where=where) if where else pointer

    def _where(self, path: str, other: str) -> Text:
        """What a number of another note is of: the note if it counts for itself, the collection if that is another."""
        if path == other:
            return EMPTY
        if self.landmarks.counts_alone(other):
            return self.tree.cards[other].label
        homes = self.tree.home_by_path
        home = homes.get(other)
        return home.card.title if home is not None and home is not homes.get(path) else EMPTY

    def title(self, path: str, key: str) -> Text:
        """The title of the thing that a label means in a note."""
        place = self.landmarks.find(path, key)
        return self.landmarks.title(place) if place else EMPTY

    def uses(self, path: str) -> tuple[Uses, ...]:
        """The labels of a note that other notes refer to, with these notes."""
        found = self._uses.get(path)
        if found is None:
            used = self.landmarks.uses(path)
            found = self._uses[path] = tuple(Uses(i, cards(paths, self.tree.cards)) for i, paths in used)
        return found

"""What filling needs, and one note while it is filled.

Invariant: what is asked of a whole note is asked once, and only when something of it needs the answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from notes_site.model import (
    AssetFacts,
    Doc,
    Drawing,
    Hole,
    Picture,
    Pointer,
    Resolution,
    TermCard,
    Text,
    Uses,
    WorkCard,
)
from notes_site.references import Manner

# characters before the first picture of a note, without tags, when it is on the first screen still
_SCREEN: Final = 1_200
_MARKUP: Final = re.compile(r"<[^<>]*>")


class Questions(Protocol):
    """The queries that filling asks."""

    def resolve(self, path: str, kind: str, target: str, fragment: str) -> Resolution | None: ...
    def asset(self, path: str, target: str) -> AssetFacts | None: ...
    def drawing(self, path: str, target: str) -> Drawing | None: ...
    def listing(self, path: str, target: str) -> str | None: ...
    def url(self, path: str) -> str | None: ...
    def numbers(self, path: str) -> tuple[Text, ...]: ...
    def pointers(self, path: str) -> tuple[Pointer, ...]: ...
    def label_title(self, path: str, key: str) -> Text: ...
    def uses(self, path: str) -> tuple[Uses, ...]: ...
    def work(self, key: str) -> WorkCard | None: ...
    def work_title(self, key: str) -> Text: ...
    def term(self, key: str) -> TermCard | None: ...


class Filling(Struct, frozen=True):
    """What filling needs: the questions, how a URL is written on the page, the other notes' bodies, the words.

    `bare` leaves out what belongs to a note's own page alone: who refers to what is in it. `own` is the path of the
    note whose works are listed at the end of the page. Without `previews`, links do not say where what they lead to
    can be had alone. `abroad`, our style sheets are not at hand, and a picture is one file.
    """

    site: Questions
    href: Callable[[str], str]
    body: Callable[[str], Doc | None]
    manner: Callable[[], Manner]
    inside: tuple[str, ...] = ()
    bare: bool = False
    own: str = ""
    previews: bool = True
    abroad: bool = False


class Page(Struct):
    """One note while it is filled. What is asked of the whole note is asked once, and only when something needs it."""

    path: str
    filling: Filling
    body: tuple[str | Hole, ...] = ()
    drawings: int = 0
    _first: Picture | None = None
    _looked: bool = False
    _pointers: dict[str, Pointer] | None = None
    _numbers: tuple[Text, ...] | None = None
    _uses: dict[int, Uses] | None = None

    def pointer(self, key: str) -> Pointer | None:
        """What a label means in the note."""
        if self._pointers is None:
            self._pointers = {one.key: one for one in self.filling.site.pointers(self.path)}
        return self._pointers.get(key)

    def at_the_top(self, hole: Picture) -> bool:
        """Whether a picture is the first of the note, on its own page, and near enough to its beginning to be seen."""
        if not self._looked:
            self._looked = True
            if self.filling.own == self.path and not self.filling.bare and len(self.filling.inside) == 1:
                self._first = _first_picture(self.body)
        return self._first is hole

    def number(self, label: int) -> str:
        """The number of the n-th label of the note, as HTML; empty where it has none."""
        if self._numbers is None:
            self._numbers = self.filling.site.numbers(self.path)
        return self._numbers[label].html if label < len(self._numbers) else ""

    def uses(self, label: int) -> Uses | None:
        """The notes that refer to the n-th label of the note."""
        if self._uses is None:
            self._uses = {one.label: one for one in self.filling.site.uses(self.path)}
        return self._uses.get(label)


def _first_picture(body: Sequence[str | Hole]) -> Picture | None:
    """The first picture of a note, if a reader sees it without scrolling."""
    before = 0
    for piece in body:
        if isinstance(piece, Picture):
            return piece
        before += len(_MARKUP.sub("", piece)) if isinstance(piece, str) else 0
        if before > _SCREEN:
            break
    return None


def page_of(doc: Doc, filling: Filling) -> Page:
    """A note of which nothing is filled yet, inside those that embed it."""
    path = doc.facts.path
    return Page(path, replace(filling, inside=(*filling.inside, path)), doc.body)

"""A note at each stage: as it lies on the disk, parsed, and kept in two parts.

A later stage is another type; none fills in what an earlier one left out.
"""

from __future__ import annotations

from typing import Final

from notes_site.model.facts import Facts
from notes_site.model.holes import Hole
from notes_site.model.mistakes import Diagnostic, Place
from notes_site.model.values import Value

# before the name of a file that a note carries inside itself, where a note shows it
INSIDE: Final = "blob:"


class Source(Value, frozen=True):
    """A note as it lies on the disk."""

    path: str
    digest: str
    data: bytes


class Blob(Value, frozen=True):
    """A file that a note carries inside itself (a notebook's picture), named by its content."""

    name: str
    data: bytes


class Carried(Value, frozen=True):
    """What is known of a file that a note carries: its name, the number of its bytes, its size in pixels or zeros.

    `flaw` is what is wrong with it, or empty.
    """

    name: str
    size: int
    width: int
    height: int
    flaw: str = ""

    @property
    def target(self) -> str:
        """How the note says that it shows the file."""
        return INSIDE + self.name

    @property
    def digest(self) -> str:
        return self.name.partition(".")[0]


class Findings(Value, frozen=True):
    """What parse found in one note that no other page may know. `places` are those of the links, in their order, and
    `labelled` and `mentioned` those of the labels and of the mentions. `named` are those of the bibliographies that the
    front matter names, and of the work that the note reads.

    `carried` are the files that the note carries inside itself. `macros` are those that it defines: the name, the body,
    the number of parameters, and what the first is when it is left out.
    """

    places: tuple[Place, ...] = ()
    labelled: tuple[Place, ...] = ()
    mentioned: tuple[Place, ...] = ()
    marked: tuple[Place, ...] = ()
    named: tuple[Place, ...] = ()
    words: int = 0
    formulas: int = 0
    glyphs: str = ""
    carried: tuple[Carried, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    macros: tuple[tuple[str, str, int, str | None], ...] = ()


class Doc(Value, frozen=True):
    """The result of parsing one note: its facts, its HTML cut at the holes, and what only its author needs to know."""

    facts: Facts
    body: tuple[str | Hole, ...]
    findings: Findings = Findings()
    blobs: tuple[Blob, ...] = ()

    def blob(self, name: str) -> bytes | None:
        """A file that the note carries inside itself."""
        return next((blob.data for blob in self.blobs if blob.name == name), None)


class Body(Value, frozen=True):
    """The part of a Doc that only pages which show the note need."""

    pieces: tuple[str | Hole, ...]
    blobs: tuple[Blob, ...] = ()


class Note(Value, frozen=True):
    """A parsed note without its body, which lies elsewhere under `key`: the digest of all that the parse read.

    `shape` is the digest of the facts: what other pages may see. `face` is that of all that its own page shows.
    """

    key: bytes
    shape: bytes
    face: bytes
    facts: Facts
    findings: Findings

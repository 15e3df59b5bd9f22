"""Has a file changed? What the disk says of it is the filter, the digest of its bytes decides.

Invariant: a file is taken as unchanged only when size, times and inode are those recorded, and when it was recorded
so long after it was written that a later write must have changed them.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

from notes_site.model import Value

# the clocks of file systems stand still for up to this long, in nanoseconds; whole seconds on the oldest of them
TICK: Final = 50_000_000
SECOND: Final = 1_000_000_000
_CHUNK: Final = 1 << 20


class Stamp(Value, frozen=True):
    """A file as it was when it was read: `seen` is the clock then, `digest` that of its bytes; times in ns.

    `note` is what the reader wants to know of the bytes without reading them again.
    """

    size: int
    modified: int
    changed: int
    inode: int
    seen: int
    digest: str
    note: str = ""

    def holds(self, now: os.stat_result) -> bool:
        """Whether the file is as it was, for all that the disk says."""
        return (
            self.size == now.st_size
            and self.modified == now.st_mtime_ns
            and self.changed == now.st_ctime_ns
            and self.inode == now.st_ino
            and self.seen - max(self.modified, self.changed) > (TICK if self.modified % SECOND else 2 * SECOND)
        )


def stamp(status: os.stat_result, seen: int, digest: str, note: str = "") -> Stamp:
    """What is recorded of a file whose bytes were just read or written."""
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, seen, digest, note)


def digest_of_bytes(data: bytes) -> str:
    """The digest by which files are known: the beginning of their SHA-256, in hex."""
    return hashlib.sha256(data).hexdigest()[:16]


def digest_of_file(file: str | Path) -> str:
    """The same of a file, read in pieces. Raises OSError."""
    made = hashlib.sha256()
    with open(file, "rb") as stream:
        while chunk := stream.read(_CHUNK):
            made.update(chunk)
    return made.hexdigest()[:16]


class Stamps:
    """The stamps of many files by place, those of earlier builds among them; `dirty` when one is new."""

    def __init__(self, known: dict[str, Stamp]) -> None:
        self.known = known
        self.dirty = False

    def put(self, place: str, made: Stamp) -> None:
        self.known[place] = made
        self.dirty = True

    def keep_only(self, places: Collection[str]) -> None:
        """Drop the stamps of files that are gone."""
        self.known = {place: made for place, made in self.known.items() if place in places}
        self.dirty = True

    def of(
        self, place: str, status: os.stat_result, note: Callable[[str], str] | None = None, *, kind: str = ""
    ) -> Stamp:
        """The stamp of a regular file, whose bytes are read only when it may have changed. Raises OSError.

        `note` makes, of the place, the note that is kept with the digest; stamps of one `kind` have notes of one kind.
        """
        known = self.known.get(kind + place)
        if known is None or not known.holds(status):
            seen = time.time_ns()
            known = stamp(status, seen, digest_of_file(place), note(place) if note else "")
            self.put(kind + place, known)
        return known

    def of_text(self, place: str, status: os.stat_result, note: Callable[[bytes], str]) -> tuple[Stamp, bytes | None]:
        """The same of a file that is small: `note` is made of its bytes, which are returned when they were read."""
        known = self.known.get(place)
        data: bytes | None = None
        if known is None or not known.holds(status):
            seen = time.time_ns()
            with open(place, "rb") as stream:
                data = stream.read()
            known = stamp(status, seen, digest_of_bytes(data), note(data))
            self.put(place, known)
        return known, data

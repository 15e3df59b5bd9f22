"""What a process keeps between builds of one site.

Invariant: a process that remembers nothing builds the same, only later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from notes_site.cache import Cache
from notes_site.ledger import Ledger
from notes_site.model import Diagnostic, Doc, Value
from notes_site.pictures import Known
from notes_site.scan import Scan
from notes_site.stamps import Stamps
from notes_site.trace import Record

if TYPE_CHECKING:
    from notes_site.layout import Layout
    from notes_site.notes import Notes
    from notes_site.theme import Theme


class Last(Value, frozen=True):
    """The last whole build into one output folder: the digest of all that it read, and what it said.

    `site` and `around` are the digests of the index and of the surroundings that all records were checked against.
    `searched` of its `files` are those of the search, which are `stale` when they were left to a later build.
    """

    inputs: bytes
    site: bytes
    around: bytes
    problems: tuple[Diagnostic, ...] = ()
    notes: int = 0
    formulas: int = 0
    files: int = 0
    outputs: int = 0
    searched: int = 0
    stale: bool = False


class Memory(Struct):
    """What a process keeps between builds of one site; a new one knows nothing, and builds the same."""

    cache: Cache | None = None
    inputs: Stamps = field(default_factory=lambda: Stamps({}))
    standing: Stamps = field(default_factory=lambda: Stamps({}))
    output: str = ""
    found: Scan | None = None
    theme: Theme | None = None
    notes: Notes | None = None
    layout: Layout | None = None
    layout_key: bytes = b""
    records: dict[str, Record] | None = None
    last: Last | None = None
    ledger: Ledger | None = None
    git: str | None = None
    pictures: Known = field(default_factory=Known)

    def doc(self, path: str) -> Doc | None:
        """A note as the last build found it."""
        return self.notes.doc(path) if self.notes is not None else None

    def forget(self) -> None:
        """Know of the outputs what the cache knows: the last whole build."""
        self.layout, self.records, self.last, self.output = None, None, None, ""

    def close(self) -> None:
        if self.cache is not None:
            self.cache.close()
            self.cache = None

    def empty(self) -> None:
        """Know nothing, as a new process does."""
        self.close()
        fresh = Memory()
        for name in self.__struct_fields__:
            setattr(self, name, getattr(fresh, name))

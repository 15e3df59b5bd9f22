"""What is kept of the builds into one output folder: in this process, in the cache, and in the list of its files.

Invariant: nothing is claimed of a file that was not written, so a build that ended in any way spoils no later one.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from notes_site.cache import LOCK, Cache
from notes_site.emit import all_stand
from notes_site.house import house
from notes_site.ledger import UNFINISHED, Ledger
from notes_site.memory import Last, Memory
from notes_site.packing import Unpackable, digest, pack, unpack
from notes_site.project import CACHE_NAME, Project
from notes_site.stamps import Stamp, Stamps
from notes_site.trace import Answers, Record

if TYPE_CHECKING:
    from notes_site.due import Due
    from notes_site.layout import Layout
    from notes_site.notes import Notes
    from notes_site.outcome import Outcome
    from notes_site.searching import Searched

LEDGER: Final = "outputs.json"
# the rows of stamps: of what is read, and of what stands in an output folder
_READ: Final = b"in"
_STANDING: Final = b"out "


class Archive(Struct):
    """What is known of an output folder, given by its real path. `key` stands for it in the cache, where its records
    are those of `stage`."""

    project: Project
    memory: Memory
    cache: Cache
    output: str
    key: bytes
    stage: str

    # -- what is known -------------------------------------------------------------------------------------------------

    def last(self) -> Last | None:
        """The last whole build."""
        if self.memory.last is not None:
            return self.memory.last
        data = self.cache.get("last", self.key)
        try:
            return unpack(data, Last) if data is not None else None
        except Unpackable:
            return None

    def records(self) -> dict[str, Record]:
        """How the outputs that stand in the output folder were made, by URL."""
        if self.memory.records is None:
            records: dict[str, Record] = {}
            for data in self.cache.get_all(self.stage).values():
                with suppress(Unpackable):
                    record = unpack(data, Record)
                    records[record.target.url] = record
            self.memory.records = records
        return self.memory.records

    def recorded(self, url: str) -> bool:
        """Whether an output was made; asks the cache alone."""
        return self.cache.get(self.stage, url.encode()) is not None

    def answer(self, answers: Answers, key: bytes) -> bytes | None:
        """A long answer of an earlier build, or else of this one."""
        return self.cache.get("answer", key) or answers.long.get(key)

    def ledger(self) -> Ledger:
        """The list of files that were written."""
        known = self.memory.ledger
        return known.fresh() if known is not None else Ledger.read(self.project.cache / LEDGER)

    def stands(self, last: Last) -> bool:
        """Whether every file of the last build is there as it was written."""
        self.memory.ledger = self.ledger()
        names = self.memory.ledger.names(self.output) - {UNFINISHED}
        return len(names) == last.files and all_stand(self.output, names, self.memory.standing)

    def searched(self) -> Searched:
        """What was made for the search of this output folder, unless nothing is searched any more."""
        from notes_site.searching import Searched, known

        return known(self.cache, self.key) if self.project.config.searchable else Searched()

    def held(self) -> frozenset[str]:
        """The files of the search that stand in the output folder, unless nothing is searched any more."""
        from notes_site.searching import FOLDER

        known = self.ledger().names(self.output) if self.project.config.searchable else frozenset[str]()
        return frozenset(name for name in known if name.startswith(FOLDER))

    def read_stamps(self) -> Stamps:
        """The stamps of what builds read."""
        if not self.memory.inputs.known:
            self.memory.inputs = Stamps(self._stamps(_READ))
        return self.memory.inputs

    def _stamps(self, key: bytes) -> dict[str, Stamp]:
        data = self.cache.get("stamps", key)
        try:
            return unpack(data, dict[str, Stamp]) if data is not None else {}
        except Unpackable:
            return {}

    # -- what is kept --------------------------------------------------------------------------------------------------

    def turn(self) -> None:
        """Remember this output folder, and no other."""
        memory = self.memory
        if memory.output != self.output:
            memory.forget()
            memory.output = self.output
            memory.standing = Stamps(self._stamps(_STANDING + os.fsencode(self.output)))

    def keep(self, laid: Layout, notes: Notes, due: Due, outcome: Outcome, now: Last) -> None:
        """What a build made, for the next one; after its files, so that a build that is killed claims too little."""
        cache, memory = self.cache, self.memory
        made = set(outcome.made)
        # one that was due and could not be made or written is as good as never made
        gone = [url for url in outcome.records if url not in laid.name_of or (url in due.reasons and url not in made)]
        for url in gone:
            del outcome.records[url]
        cache.drop(self.stage, [url.encode() for url in gone])
        cache.put("answer", outcome.answers.long.items())
        if due.everything:
            cache.keep_only("answer", {key for record in outcome.records.values() for key in record.long})
        cache.put(self.stage, [(url.encode(), pack(outcome.records[url])) for url in outcome.made])
        if notes.obsolete is None:
            gone_notes = cache.keep_only("note", (note.key for note in notes.by_path.values()))
            cache.drop("body", gone_notes)
        else:
            cache.drop("note", notes.obsolete)
            cache.drop("body", notes.obsolete)
        memory.last = now
        cache.put("last", [(self.key, pack(now))])
        self.keep_stamps()
        cache.commit()

    def keep_stamps(self) -> None:
        """What is known of files, as far as it is new."""
        memory = self.memory
        found, theme = memory.found, memory.theme
        if found and theme and len(memory.inputs.known) > 2 * (len(found.notes) + len(found.assets)) + 500:
            notes, assets = ({entry.place for entry in entries} for entries in (found.notes, found.assets))
            memory.inputs.keep_only({*notes, *assets, *theme.places})
        for key, stamps in ((_READ, memory.inputs), (_STANDING + os.fsencode(self.output), memory.standing)):
            if stamps.dirty:
                with suppress(UnicodeEncodeError):  # a name that is not UTF-8: such a file is read every time
                    self.cache.put("stamps", [(key, pack(stamps.known))])
                stamps.dirty = False


def open_archive(project: Project, memory: Memory) -> Archive:
    """The archive of a project's output folder, with the cache that the memory has open."""
    if memory.cache is None:
        memory.cache = Cache(project.cache, house())
    output = os.path.realpath(project.output)
    key = digest(os.fsencode(output))
    return Archive(project, memory, memory.cache, output, key, f"record {key.hex()}")


def drop_cache(project: Project) -> None:
    """Empty the cache; the list of files that other builds wrote elsewhere stays, or nobody could clean those."""
    import shutil

    cache = project.cache
    if not cache.name.startswith(CACHE_NAME) or not cache.is_dir() or cache.is_symlink():
        return
    listed = any(Ledger.read(cache / LEDGER).names_by_output.values())
    for entry in sorted(cache.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        elif entry.name != LOCK and not (listed and entry.name == LEDGER):
            with suppress(OSError):
                entry.unlink(missing_ok=True)
    with suppress(OSError):  # the list is still there
        cache.rmdir()

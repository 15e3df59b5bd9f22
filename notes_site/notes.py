"""All notes of a site, parsed: those that were parsed before come from the cache, the others go to workers.

Invariant: what is kept stands under a digest of everything that the parse reads: the note, its path, the options and
the macros in scope (and, in the cache, the program). Notes stand in the order of their paths, whoever parsed them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from notes_site.cache import Cache
from notes_site.collections import Folder, macros_for, plan
from notes_site.config import Config
from notes_site.markdown.options import MacroSource, Options
from notes_site.model import Body, Doc, Note, Source
from notes_site.packing import Unpackable, digest, digest_of, unpack
from notes_site.pool import Packed, Task, parse_all, parse_chunk, processes, worthwhile
from notes_site.scan import NoteFile, Scan
from notes_site.texts import TextReader, Texts, macros_of

if TYPE_CHECKING:
    from concurrent.futures import Executor

Progress = Callable[[str, int, int], None]
# bytes of bodies that stay in memory between their parse and their page
ROOM = 64_000_000


class Scope(Struct, frozen=True):
    """What the keys of notes are made of beside the notes: one digest for each set of macros that is in scope.

    `ground` is the digest of all of it; `macros` are those of the notes that have any of collections.
    """

    ground: bytes
    options: Options
    macros: Mapping[str, tuple[MacroSource, ...]]
    bases: Mapping[tuple[MacroSource, ...], bytes]

    def key(self, file: NoteFile) -> bytes:
        base = self.bases[self.macros.get(file.path, ())]
        return digest(base, file.path.encode(), file.digest.encode())


def _nowhere(_path: str) -> Source | None:
    """The source of no note."""
    return None


class Notes(Struct):
    """All notes by path. Bodies are large and seldom needed: they are unpacked one by one, when they are asked for.

    `source` reads a note again. `obsolete` are the keys that this process knows to be those of earlier versions.
    """

    by_path: dict[str, Note]
    cache: Cache
    scope: Scope
    digests: dict[str, str]
    parsed: int = 0
    source: Callable[[str], Source | None] = _nowhere
    obsolete: list[bytes] | None = None
    bodies: dict[bytes, bytes] = field(default_factory=dict)
    _latest: tuple[Note, Doc] | None = None

    def doc(self, path: str) -> Doc | None:
        """A note with its body; None when there is no such note."""
        note = self.by_path.get(path)
        if note is None:
            return None
        if self._latest is not None and self._latest[0] is note:
            return self._latest[1]  # what is on a note's page is asked for again at once
        data = self.bodies.get(note.key) or self.cache.get("body", note.key)
        try:
            body = unpack(data or b"", Body)
        except Unpackable:
            body = self._again(note)
        found = Doc(note.facts, body.pieces, note.findings, body.blobs)
        self._latest = note, found
        return found

    def blob(self, path: str, name: str) -> bytes | None:
        """A file that a note carries inside itself."""
        doc = self.doc(path)
        return doc.blob(name) if doc else None

    def _again(self, note: Note) -> Body:
        """A body that is not kept any more: another process may have thought it obsolete, or the cache was damaged."""
        source = self.source(note.facts.path)
        if source is None:
            return Body(())
        macros = self.scope.macros.get(note.facts.path, ())
        (packed,) = parse_chunk(self.scope.options, [Task(note.key, source, macros)])
        self.bodies[note.key] = packed.body
        return unpack(packed.body, Body)

    def forget(self) -> None:
        """Drop the bodies that were held for pages which are made now."""
        self.bodies.clear()


def read_notes(
    config: Config,
    found: Scan,
    folders: Sequence[Folder],
    cache: Cache,
    *,
    jobs: int,
    executor: Executor | None = None,
    progress: Progress,
    texts: TextReader,
    meanwhile: Callable[[], None],
    earlier: Notes | None = None,
) -> tuple[Notes, Texts]:
    """All notes of a scan, and the texts of the configuration.

    `executor` has the work, else processes of this machine where that pays; `meanwhile` is called while they work.
    `earlier` is what this process knows from its last build.
    """
    scope = _scope(config, found, folders, texts.options, earlier.scope if earlier is not None else None)
    same = earlier is not None and earlier.scope is scope
    by_path: dict[str, Note] = {}
    unknown: dict[bytes, NoteFile] = {}
    obsolete: list[bytes] = []
    for file in found.notes:
        known = earlier.by_path.get(file.path) if earlier is not None else None
        if known is not None and same and earlier is not None and earlier.digests[file.path] == file.digest:
            by_path[file.path] = known
            continue
        key = scope.key(file)
        if known is not None and known.key == key:
            by_path[file.path] = known
            continue
        unknown[key] = file
        if known is not None:
            obsolete.append(known.key)
    rows = cache.get_many("note", list(unknown)) if unknown else {}
    tasks: list[Task] = []
    digests = {file.path: file.digest for file in found.notes}
    for key, file in unknown.items():
        try:
            by_path[file.path] = unpack(rows.get(key, b""), Note)
        except Unpackable:
            source = found.source(file)
            if source.digest != file.digest:  # it was written since it was looked at
                digests[file.path] = source.digest
                key = scope.key(replace(file, digest=source.digest))  # noqa: PLW2901 - that of what is parsed
            tasks.append(Task(key, source, scope.macros.get(file.path, ())))
    if earlier is not None:
        obsolete += [note.key for path, note in earlier.by_path.items() if path not in digests]
    files = {file.path: file for file in found.notes}
    notes = Notes(
        by_path, cache, scope, digests, len(tasks),
        lambda path: found.source(files[path]) if path in files else None,
        obsolete if earlier is not None else None,
    )  # fmt: skip
    with _workers(executor, tasks, jobs) as workers:
        waiting = texts.begin(workers)
        packed = parse_all(tasks, scope.options, workers)
        if workers is not None:
            meanwhile()
        for done in _keep(packed, cache, notes):
            progress("parse", done, len(tasks))
        said = waiting()
    notes.by_path = {file.path: by_path[file.path] for file in found.notes}
    return notes, said


@contextmanager
def _workers(executor: Executor | None, tasks: Sequence[Task], jobs: int) -> Iterator[Executor | None]:
    """The executor given, or processes of this machine where these pay, or None for this process alone."""
    if executor is not None or not worthwhile(tasks, jobs):
        yield executor
        return
    with processes(jobs) as pool:
        try:
            yield pool
        except BaseException:  # what has not begun need not be done
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _keep(made: Iterable[Packed], cache: Cache, notes: Notes) -> Iterator[int]:
    waiting: list[Packed] = []
    held = 0
    for done, packed in enumerate(made, 1):
        note = unpack(packed.note, Note)
        notes.by_path[note.facts.path] = note
        held += len(packed.body)
        if held <= ROOM:
            notes.bodies[packed.key] = packed.body
        waiting.append(packed)
        if len(waiting) == 256:
            _write(waiting, cache)
        yield done
    _write(waiting, cache)


def _write(waiting: list[Packed], cache: Cache) -> None:
    cache.put("note", [(packed.key, packed.note) for packed in waiting])
    cache.put("body", [(packed.key, packed.body) for packed in waiting])
    waiting.clear()


def _scope(config: Config, found: Scan, folders: Sequence[Folder], options: Options, earlier: Scope | None) -> Scope:
    """The scope of all notes; the earlier one itself when it is the same."""
    paths = [note.path for note in found.notes]
    series = {note.path: note.series for note in found.notes if note.series}
    ground = digest(
        "\0".join(paths).encode(), digest_of((options, config.collections, folders, sorted(series.items())))
    )
    if earlier is not None and earlier.ground == ground:
        return earlier
    macros = {
        path: tuple(macro for collection in collections for macro in macros_of(collection.macros))
        for path, collections in macros_for(plan(config, folders, paths, series)).items()
    }
    base = digest_of(options)
    bases = {scope: digest(base, digest_of(scope)) for scope in {(), *macros.values()}}
    return Scope(ground, options, macros, bases)

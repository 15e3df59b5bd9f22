"""All notes of a site, parsed: those that were parsed before come from the cache, the others go to workers.

Invariant: what is kept stands under a digest of everything that the parse reads: the note, its path, the options and
the macros in scope (and, in the cache, the program). Notes stand in the order of their paths, whoever parsed them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct, field

from notes_site import frontmatter
from notes_site.cache import Cache
from notes_site.collections import Folder, macros_for, plan
from notes_site.config import Collection, Config, read_collection
from notes_site.markdown.options import MacroSource, Options
from notes_site.model import Body, Diagnostic, Doc, Note, Text, Value
from notes_site.packing import Unpackable, digest, digest_of, pack, unpack
from notes_site.pool import Packed, Task, parse_all, processes, worthwhile
from notes_site.scan import NoteFile, Scan

if TYPE_CHECKING:
    from concurrent.futures import Executor

Keys = tuple[str | int, ...]
Progress = Callable[[str, int, int], None]
Row = TypeVar("Row")
# bytes of bodies that stay in memory between their parse and their page
ROOM = 256_000_000


def options_of(config: Config) -> Options:
    """The part of the configuration that a parse reads."""
    return Options(
        html=config.markdown.html,
        smart=config.markdown.smart,
        breaks=config.markdown.breaks,
        inline_double_dollar=config.math.inline_double_dollar,
        macros=_macros(config.math.macros),
    )


def _macros(given: Mapping[str, object]) -> tuple[MacroSource, ...]:
    """Macros as a parse takes them; what cannot be one was reported where the configuration was read."""
    pairs: list[MacroSource] = []
    for name, body in given.items():
        if isinstance(body, list) and all(isinstance(part, (str, int)) for part in body):
            pairs.append((name, tuple(body)))
        elif isinstance(body, (str, int, float)):
            pairs.append((name, str(body)))
    return tuple(pairs)


# -- folders and texts -------------------------------------------------------------------------------------------------


class FolderRow(Value, frozen=True):
    """What the front matter of an `index.md` says of its folder, as the cache keeps it."""

    folder: Folder
    problems: tuple[Diagnostic, ...]


def read_folders(found: Scan, cache: Cache) -> tuple[tuple[Folder, ...], tuple[Diagnostic, ...]]:
    """The folders that an `index.md` makes collections, and what is wrong in it."""
    folders: list[Folder] = []
    problems: list[Diagnostic] = []
    for note in found.notes:
        folder, _, name = note.path.rpartition("/")
        if not folder or name.rpartition(".")[0] != "index" or name.endswith(".ipynb"):
            continue
        key = digest(note.path.encode(), note.digest.encode())
        row = _kept(cache, "folder", key, FolderRow)
        if row is None:
            text = found.source(note).data.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n")
            matter = frontmatter.read(text, note.path)
            said, wrong = read_collection(matter.tree, note.path, text)
            row = FolderRow(Folder(folder, note.path, said, matter.settings.weight), tuple(wrong))
            cache.put("folder", [(key, pack(row))])
        folders.append(row.folder)
        problems += row.problems
    return tuple(folders), tuple(problems)


def _kept(cache: Cache, stage: str, key: bytes, kind: type[Row]) -> Row | None:
    data = cache.get(stage, key)
    try:
        return unpack(data, kind) if data is not None else None
    except Unpackable:
        return None


class TextRow(Value, frozen=True):
    """A text of the configuration, set: the characters that its formulas need, what is wrong, and where it stands."""

    source: str
    text: Text
    glyphs: str
    problems: tuple[Diagnostic, ...]
    keys: Keys


class Texts(Value, frozen=True):
    """All texts of the configuration."""

    rows: tuple[TextRow, ...] = ()


def read_texts(config: Config, folders: Sequence[Folder], path: str, cache: Cache) -> Texts:
    """The texts of the configuration, set; `path` is that of its file."""
    wanted = tuple(_config_texts(config, folders))
    options = options_of(config)
    key = digest(pack(wanted), pack(options), path.encode())
    kept = _kept(cache, "texts", key, Texts)
    if kept is not None:
        return kept
    from notes_site.markdown.parse import Parser

    parser = Parser(options)
    rows: list[TextRow] = []
    for source, keys, macros in wanted:
        text, glyphs, wrong = parser.free_text(source, path, macros)
        rows.append(TextRow(source, text, "".join(sorted(map(chr, glyphs))), wrong, keys))
    made = Texts(tuple(rows))
    cache.put("texts", [(key, pack(made))])
    return made


def _config_texts(config: Config, folders: Sequence[Folder]) -> Iterator[tuple[str, Keys, tuple[MacroSource, ...]]]:
    """Each text of the configuration, its place there, and the macros of its collection.

    The texts of a folder's collection have no place: they are those of its note, and are reported there.
    """
    yield config.title, ("title",), ()
    yield config.description, ("description",), ()
    yield config.hero.title, ("hero", "title"), ()
    yield config.hero.text, ("hero", "text"), ()
    yield config.footer, ("footer",), ()
    for folder in folders:
        macros = _macros(folder.config.macros)
        yield folder.config.title, (), macros
        yield folder.config.description, (), macros
    waiting: list[tuple[Collection, Keys, tuple[MacroSource, ...]]]
    waiting = [(entry, ("collections", i), ()) for i, entry in enumerate(config.collections)]
    while waiting:
        collection, keys, outer = waiting.pop()
        macros = (*outer, *_macros(collection.macros))
        yield collection.title, (*keys, "title"), macros
        yield collection.description, (*keys, "description"), macros
        waiting += [(entry, (*keys, "collections", i), macros) for i, entry in enumerate(collection.collections)]


# -- notes -------------------------------------------------------------------------------------------------------------


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


class Notes(Struct):
    """All notes by path. Bodies are large and seldom needed: they are unpacked one by one, when they are asked for.

    `obsolete` are the keys that this process knows to be those of earlier versions.
    """

    by_path: dict[str, Note]
    cache: Cache
    scope: Scope
    digests: dict[str, str]
    parsed: int = 0
    obsolete: list[bytes] | None = None
    bodies: dict[bytes, bytes] = field(default_factory=dict)

    def doc(self, path: str) -> Doc | None:
        """A note with its body; None when there is no such note."""
        note = self.by_path.get(path)
        if note is None:
            return None
        data = self.bodies.get(note.key) or self.cache.get("body", note.key)
        body = unpack(data, Body) if data is not None else Body(())
        return Doc(note.facts, body.pieces, note.findings, body.blobs)

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
    earlier: Notes | None = None,
) -> Notes:
    """All notes of a scan. `executor` has the work, else processes of this machine where that pays; `earlier` is what
    this process knows from its last build."""
    scope = _scope(config, found, folders, earlier.scope if earlier is not None else None)
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
    for key, file in unknown.items():
        try:
            by_path[file.path] = unpack(rows.get(key, b""), Note)
        except Unpackable:
            tasks.append(Task(key, found.source(file), scope.macros.get(file.path, ())))
    digests = {file.path: file.digest for file in found.notes}
    if earlier is not None:
        obsolete += [note.key for path, note in earlier.by_path.items() if path not in digests]
    notes = Notes(by_path, cache, scope, digests, len(tasks), obsolete if earlier is not None else None)
    if tasks:
        progress("parse", 0, len(tasks))
        for made in _parsed(tasks, scope.options, cache, notes, jobs, executor):
            progress("parse", made, len(tasks))
    notes.by_path = {file.path: by_path[file.path] for file in found.notes}
    return notes


def _parsed(
    tasks: Sequence[Task], options: Options, cache: Cache, notes: Notes, jobs: int, executor: Executor | None
) -> Iterator[int]:
    """Parse the notes and keep them; yields how many are done."""
    if executor is not None or not worthwhile(tasks, jobs):
        yield from _keep(parse_all(tasks, options, executor), cache, notes)
        return
    with processes(jobs) as pool:
        yield from _keep(parse_all(tasks, options, pool), cache, notes)


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


def _scope(config: Config, found: Scan, folders: Sequence[Folder], earlier: Scope | None) -> Scope:
    """The scope of all notes; the earlier one itself when it is the same."""
    options = options_of(config)
    paths = [note.path for note in found.notes]
    series = {note.path: note.series for note in found.notes if note.series}
    ground = digest(
        "\0".join(paths).encode(), digest_of((options, config.collections, folders, sorted(series.items())))
    )
    if earlier is not None and earlier.ground == ground:
        return earlier
    macros = {
        path: tuple(macro for collection in collections for macro in _macros(collection.macros))
        for path, collections in macros_for(plan(config, folders, paths, series)).items()
    }
    base = digest_of(options)
    bases = {scope: digest(base, digest_of(scope)) for scope in {(), *macros.values()}}
    return Scope(ground, options, macros, bases)

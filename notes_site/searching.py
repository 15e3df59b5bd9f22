"""The files of the search of a site, made of its pages: what is searched of each page is kept, and an index is made
anew only when something that is in it changed.

Invariant: the files depend on the pages, the index of the notes and the program alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

from msgspec import Struct, field

from notes_site import fulltext
from notes_site.cache import Cache
from notes_site.emit import Output
from notes_site.index import Index
from notes_site.markdown.options import MacroSource
from notes_site.model import Diagnostic, Note, Span, Target, Value
from notes_site.packing import Unpackable, digest, digest_of, pack, unpack
from notes_site.pool import may_fork, processes
from notes_site.search import division, heads
from notes_site.search.division import divided
from notes_site.search.formulas import normalise, with_macros
from notes_site.search.index import Shard, formula_files, index_file
from notes_site.search.postings import Volume
from notes_site.search.records import Extract, Head, extract, letters, pages
from notes_site.stamps import digest_of_bytes
from notes_site.tex import Macro, parse_macros, plain
from notes_site.tex.expansion import expand
from notes_site.tex.formula import TexError
from notes_site.tex.symbols import SIGNS
from notes_site.tex.tokens import text_of, tokenize
from notes_site.words import Words

FOLDER: Final = "_/search/"
STAGE: Final = "searched"
KEPT: Final = "extract"
INDEXED: Final = "indexed"
# bytes of pages that take as long to read as two processes take to start
WORTHWHILE: Final = 4_000_000
WORDS: Final = "search_"

Pages: TypeAlias = Sequence[tuple[Head, Extract]]
# pages by the names of their files
Named: TypeAlias = Mapping[str, tuple[Head, Extract]]


class Bundle(Value, frozen=True):
    """A part of the search that was made: what it was made of, and its files with their digests."""

    key: bytes
    files: tuple[tuple[str, str], ...] = ()


class Searched(Value, frozen=True):
    """All that was made for one output folder, by the name of the part: a language, `en`, a volume of it, `en/0110`,
    or the formulas, which have none.
    """

    parts: tuple[tuple[str, Bundle], ...] = ()

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for _, part in self.parts for name, _ in part.files)


class Result(Struct, frozen=True):
    """What became of the search: its parts, the files to be written, which parts were `made`, whether it is to be tried
    again when nobody waits.
    """

    searched: Searched
    outputs: tuple[Output, ...] = ()
    made: tuple[str, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    stale: bool = False


class Wish(Struct, frozen=True):
    """What is searched: the notes, their pages with the digests of their files, and which of words and formulas."""

    index: Index
    targets: Sequence[Target]
    name_of: Mapping[str, str]
    digests: Mapping[str, str]
    notes: Mapping[str, Note]
    scopes: Mapping[str, tuple[MacroSource, ...]]
    shared: tuple[MacroSource, ...]
    words: Callable[[str], Words]
    output: str
    jobs: int
    text: bool
    formulas: bool


def known(cache: Cache, key: bytes) -> Searched:
    """What was made for an output folder."""
    data = cache.get(STAGE, key)
    try:
        return unpack(data, Searched) if data is not None else Searched()
    except Unpackable:
        return Searched()


def search(
    wish: Wish, cache: Cache, before: Searched, stands: Callable[[Sequence[str]], bool], stop: Callable[[], bool]
) -> Result:
    """The search of a site; `before` is what was made last, of which all is used again that `stands`."""
    found = _read(wish, cache, stop)
    if found is None:
        return Result(before, stale=True)
    making = _Making(wish, dict(before.parts), stands)
    try:
        if wish.text:
            making.words(found, cache, stop)
    except fulltext.NoIndex as error:
        hint = "formulas and titles can be searched without it" if wish.formulas else ""
        making.problems.append(Diagnostic("N140", f"words cannot be searched: {error}", Span(""), "", hint))
        making.without_words()
    except fulltext.Stopped:
        return Result(before, stale=True)
    making.rest(found)
    searched = Searched(tuple(making.parts.items()))
    return Result(searched, tuple(making.outputs), tuple(making.made), tuple(making.problems))


class _Making(Struct):
    """The parts of the search while they are made."""

    wish: Wish
    before: dict[str, Bundle]
    stands: Callable[[Sequence[str]], bool]
    parts: dict[str, Bundle] = field(default_factory=dict)
    outputs: list[Output] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    languages: tuple[str, ...] = ()

    def words(self, found: Pages, cache: Cache, stop: Callable[[], bool]) -> None:
        """An index of words for each language. Raises NoIndex, Stopped."""
        main = heads.language(self.wish.index.config.lang)
        given = {head.lang for head, _ in found}
        used: list[bytes] = []
        for lang in sorted(given, key=lambda lang: (lang != main, lang)):
            those = {head.name: (head, extract) for head, extract in found if head.lang == lang}
            used += self.language(lang, those, cache, stop, main=not self.languages)
            if self.parts[lang].files:
                self.languages = (*self.languages, lang)
        if self.made:
            cache.keep_only(INDEXED, used)

    def language(self, lang: str, found: Named, cache: Cache, stop: Callable[[], bool], *, main: bool) -> list[bytes]:
        """The index of the words of a language, put together from volumes of which only those are indexed anew that
        changed; it has no files where there is no word. Gives the keys of what is kept of it. Raises NoIndex, Stopped.
        """
        volumes = divided({name: letters(extract) for name, (_, extract) in found.items()}, division.MOST)
        keys = {name: _key(lang, [found[page] for page in held]) for name, held in volumes.items()}
        key, own = digest(b"main" if main else b"", *keys.values()), digest(b"program", lang.encode())
        used = [own, *keys.values()]
        whole = self.again(lang, key)
        missing = [name for name in volumes if not self.again(f"{lang}/{name}", keys[name])]
        if whole and not missing:
            return used
        kept = _kept(cache, [] if whole else list(keys.values()))
        program = _program(cache, own)
        if not whole:
            missing = [name for name in volumes if name in missing or keys[name] not in kept]
        if program is None:
            missing = list(volumes)
        texts = {name: (file for page in volumes[name] for file in pages(*found[page])) for name in missing}
        fresh = fulltext.indexed(texts, lang, self.wish.jobs, stop) if missing else {}
        for name, made in fresh.items():
            kept[keys[name]], program = made.volume, made.program or program
            self.part(f"{lang}/{name}".rstrip("/"), keys[name], _in(lang, made.fragments), f"{lang}/{name}")
        if fresh:
            rows = [(keys[name], pack(made.volume)) for name, made in fresh.items()]
            cache.put(INDEXED, [*rows, (own, pack(program))] if program is not None else rows)
        if not whole:
            held = [kept[key] for key in keys.values() if kept[key].pages]
            files = fulltext.files(lang, held, program, scripts=main) if program is not None and held else {}
            self.part(lang, key, _in(lang, files), lang)
        return used

    def without_words(self) -> None:
        self.parts.clear()
        self.outputs.clear()
        self.made.clear()
        self.languages = ()

    def rest(self, found: Pages) -> None:
        """The formulas, and the file that a browser reads first."""
        index = self.wish.index
        shards: list[Shard] = []
        files: dict[str, bytes] = {}
        if self.wish.formulas:
            for collections, count, data in formula_files(found):
                name = f"formulas.{digest_of_bytes(data)[:12]}.json"
                shards.append(Shard(name, count, collections))
                files[name] = data
        macros = _macros(self.macros())
        languages = dict.fromkeys((heads.language(index.config.lang), *(head.lang for head, _ in found)))
        words = {lang: self.wish.words(lang) for lang in languages}
        kinds = self.kinds(found, formulas=bool(shards))
        said = {
            lang: {
                **{key.removeprefix(WORDS): text for key, text in given.pairs if key.startswith(WORDS)},
                **{f"kind_{kind}": many for kind in kinds if (many := given.get(f"kind_{kind}_many")) is not None},
                "close": given["close"],
            }
            for lang, given in words.items()
        }
        files["index.json"] = index_file(
            self.languages, tuple(shards), heads.collections(index), heads.topics(index), kinds, said,
            with_macros(macros),
        )  # fmt: skip
        key = digest_of(sorted((name, digest_of_bytes(data)) for name, data in files.items()))
        if not self.again("", key):
            self.part("formulas", key, files, "")

    def kinds(self, found: Pages, *, formulas: bool) -> tuple[str, ...]:
        """The kinds of what is found, in the order in which they are offered."""
        there = {head.kind for head, _ in found}
        there |= {one.kind for _, extract in found for one in extract.statements}
        stated = [kind.name for kind in self.wish.index.kinds.all if kind.name in there]
        own = [kind for kind in (heads.NOTE, heads.PAPER) if kind in there]
        return (*own, *stated, *((heads.EQUATION,) if formulas else ()))

    def macros(self) -> tuple[MacroSource, ...]:
        """The macros that a reader may type: those of the site, and of collections where no other has the name."""
        found = {name: (name, value) for macros in self.wish.scopes.values() for name, value in reversed(macros)}
        return tuple({**found, **{name: (name, value) for name, value in self.wish.shared}}.values())

    def again(self, name: str, key: bytes) -> bool:
        """Whether a part that was made before is good, and stands."""
        part = self.before.get(name)
        if part is None or part.key != key or not self.stands([file for file, _ in part.files]):
            return False
        self.parts[name] = part
        return True

    def part(self, told: str, key: bytes, files: Mapping[str, bytes], name: str) -> None:
        """A part that was made; readers of reports are told so."""
        rows = tuple((FOLDER + file, digest_of_bytes(data)) for file, data in sorted(files.items()))
        self.parts[name] = Bundle(key, rows)
        if told not in self.made:
            self.made.append(told)
        for file, known_as in rows:
            self.outputs.append(Output(file, partial(files.get, file.removeprefix(FOLDER)), known_as))


def _key(lang: str, found: Pages) -> bytes:
    """What the index of some pages depends on."""
    said = [digest_of((head, extract.html, extract.statements)) for head, extract in found]
    return digest(lang.encode(), *said)


def _kept(cache: Cache, keys: Sequence[bytes]) -> dict[bytes, Volume]:
    """The volumes that were indexed before."""
    made: dict[bytes, Volume] = {}
    for key, data in cache.get_many(INDEXED, keys).items():
        with suppress(Unpackable):
            made[key] = unpack(data, Volume)
    return made


def _program(cache: Cache, key: bytes) -> fulltext.Program | None:
    data = cache.get(INDEXED, key)
    try:
        return unpack(data, fulltext.Program) if data is not None else None
    except Unpackable:
        return None


def _in(lang: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"{lang}/{name}": data for name, data in files.items()}


# -- what is searched of pages -----------------------------------------------------------------------------------------


class Task(Value, frozen=True):
    """A page whose text is not kept: its file, the kinds of its statements, and the macros of its formulas."""

    key: bytes
    place: str
    statements: tuple[tuple[str, str], ...]
    scope: tuple[MacroSource, ...]
    own: tuple[tuple[str, str, int, str | None], ...]


def _read(wish: Wish, cache: Cache, stop: Callable[[], bool]) -> Pages | None:
    """All pages with what is searched of them, in order; None when somebody waits."""
    rows: list[tuple[Head, Task]] = []
    for target, head in heads.heads(wish.index, wish.targets, wish.name_of):
        page = wish.digests.get(target.url)
        if page is None:  # it could not be made
            continue
        note = wish.notes.get(target.argument)
        kinds = tuple(heads.statements(wish.index, target.argument).items()) if target.make != "work" else ()
        scope = (*wish.shared, *wish.scopes.get(target.argument, ()))
        own = note.findings.macros if note is not None else ()
        key = digest(page.encode(), digest_of((kinds, scope, own)))
        rows.append((head, Task(key, f"{wish.output}/{head.name}", kinds, scope, own)))
    kept = cache.get_many(KEPT, [task.key for _, task in rows])
    found: dict[bytes, Extract] = {}
    missing: dict[bytes, Task] = {}
    for _, task in rows:
        try:
            found[task.key] = unpack(kept.get(task.key, b""), Extract)
        except Unpackable:
            missing[task.key] = task
    fresh: list[tuple[bytes, bytes]] = []
    for task, packed in _extracted(list(missing.values()), wish.jobs):
        if stop():
            cache.put(KEPT, fresh)
            return None
        fresh.append((task.key, packed))
        found[task.key] = unpack(packed, Extract)
    if fresh:
        cache.put(KEPT, fresh)
    if fresh or len(kept) > len(found):
        cache.keep_only(KEPT, found)
    return [(head, found[task.key]) for head, task in rows]


def _extracted(tasks: Sequence[Task], jobs: int) -> Iterator[tuple[Task, bytes]]:
    """What is searched of pages, packed; read in several processes where that pays."""
    size = 0
    for task in tasks:
        try:
            size += Path(task.place).stat().st_size
        except OSError:
            continue
    if jobs < 2 or size < WORTHWHILE or not may_fork():
        for task in tasks:
            yield task, _extract(task)
        return
    with processes(jobs) as pool:
        yield from zip(tasks, pool.map(_extract, tasks, chunksize=max(1, len(tasks) // (8 * jobs))), strict=True)


def _extract(task: Task) -> bytes:
    try:
        page = Path(task.place).read_bytes().decode("utf-8", "replace")
    except OSError:  # it went while the site was built
        page = ""
    scope = {macro.name: macro for macro in (*_macros(task.scope), *(Macro(*one) for one in task.own))}
    return pack(extract(page, dict(task.statements), partial(_written, scope)))


def _macros(given: Sequence[MacroSource]) -> tuple[Macro, ...]:
    """The macros that work; those that do not were reported where they stand."""
    return parse_macros({name: value if isinstance(value, str) else list(value) for name, value in given})[0]


# `%` and what follows it, up to the end of the line
_COMMENT: Final = re.compile(r"(?<!\\)%[^\n]*")
_COMMAND: Final = re.compile(r"\\([a-zA-Z]+|[^a-zA-Z])")
# formulas without macros of authors, which stand in many notes
_memo: dict[str, tuple[str, str]] = {}
_MOST: Final = 50_000


def _written(scope: Mapping[str, Macro], tex: str) -> tuple[str, str]:
    """The tokens of a formula, and its text."""
    own = not scope.keys().isdisjoint(_COMMAND.findall(tex))
    if not own and (known_as := _memo.get(tex)) is not None:
        return known_as
    body = _COMMENT.sub("", tex).replace("~", " ")
    if own:
        with suppress(TexError):
            body = text_of(expand(tokenize(body), scope, is_known=SIGNS.__contains__).tokens)
    made = normalise(body), plain(body)
    if not own:
        if len(_memo) >= _MOST:
            _memo.clear()
        _memo[tex] = made
    return made

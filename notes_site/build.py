"""The conductor: scan, parse, index, plan, render, emit. The only module that knows the whole way.

Invariant: an author's mistake never ends a build; whatever can be made is made, and what was good before stays. What
was made before is used again only while everything that it was made of is the same, so that an incremental build
gives the bytes and the diagnostics of a clean one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from msgspec import Struct, field
from msgspec.structs import replace

from notes_site import emit, images
from notes_site import scan as scanning
from notes_site.beside import LOCK as NUMBERS
from notes_site.beside import Beside, look_beside, read_terms, read_works
from notes_site.cache import LOCK, Cache, locked
from notes_site.diagnostics import counted, sort_problems
from notes_site.emit import Ledger, Output
from notes_site.house import house
from notes_site.model import Diagnostic, Doc, Place, Report, Span, Target, Value
from notes_site.packing import Unpackable, digest, digest_of, pack, unpack
from notes_site.pictures import FOLDER as PICTURES
from notes_site.pictures import Known, Pictures, Studio, look
from notes_site.project import CACHE_NAME, Project
from notes_site.scan import Scan
from notes_site.stamps import Stamp, Stamps
from notes_site.theme import Theme
from notes_site.trace import NEW, Answers, Reason, Record, World, broken, explain
from notes_site.variants import Recipe

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from notes_site.fonts import Font
    from notes_site.layout import Dates, Ground, Layout
    from notes_site.notes import Notes
    from notes_site.rendering import Fault, Made, Press
    from notes_site.searching import Result, Searched
    from notes_site.site import Site

LEDGER: Final = "outputs.json"
# the kind of output that takes longest to make, and that nobody waits for
_LONG: Final = "print"
Progress = Callable[[str, int, int], None]


class Overtaken(Exception):  # noqa: N818 - it names what happened
    """A newer change came while a build was under way."""


class Last(Value, frozen=True):
    """The last whole build into one output folder: the digest of all that it read, and what it said.

    `site` and `around` are the digests of the index and of the surroundings that all records were checked against.
    `searched` of its `files` are those of the search, which are `stale` when they were left to a later build.
    """

    inputs: bytes
    site: bytes
    around: bytes
    problems: tuple[Diagnostic, ...]
    notes: int
    formulas: int
    files: int
    outputs: int
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

    def close(self) -> None:
        if self.cache is not None:
            self.cache.close()
            self.cache = None


class Clock(Struct):
    """How long each stage took, in seconds, in the order of the stages."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - start


def quiet(_stage: str, _done: int, _all: int) -> None:
    """Progress that nobody watches."""


def never() -> bool:
    """A build that nothing overtakes."""
    return False


def silent() -> None:
    """A wait that nobody is told of."""


class Wishes(Struct, frozen=True):
    """How a build is asked for; the fields are the arguments of `build`."""

    jobs: int
    write: bool
    progress: Progress
    overtaken: Callable[[], bool]
    shown: Callable[[Report], None] | None
    explain: tuple[str, ...]
    clean: bool
    executor: Executor | None
    patient: bool


def build(
    project: Project,
    *,
    jobs: int = 0,
    write: bool = True,
    clean: bool = False,
    progress: Progress = quiet,
    memory: Memory | None = None,
    changed: frozenset[str] | None = None,
    overtaken: Callable[[], bool] = never,
    shown: Callable[[Report], None] | None = None,
    explain: Sequence[str] = (),
    executor: Executor | None = None,
    wait: Callable[[], None] = silent,
    patient: bool = True,
) -> Report:
    """Build the site of `project`; without `write` everything is made and checked, and nothing is written.

    `memory` is that of earlier builds in this process; with it, `changed` may name the only files (absolute, real
    paths) that changed since. `overtaken` is asked between pages; when it says yes, `Overtaken` is raised. `shown` is
    called when the page of a note that was edited is written, when all pages are, and when the rest is (feeds, the site
    map); its reports are those of the build so far. `explain` are URLs
    whose reasons the report is to give. `executor` parses in place of `jobs` processes. `wait` is called when another
    build of the same site has to end first. One that is not `patient` shows pictures as they are when their variants
    are not made yet, and leaves these and what readers search to a later build.
    """
    reason = emit.refused(project.content, project.output, project.root) if write else None
    if reason:
        hint = "choose another with --output-dir, or keep the notes in a folder `content`"
        message = f"the site cannot be written to {project.output}: {reason}"
        problem = Diagnostic("N053", message, Span("site.yml"), "", hint)
        return Report(problems=(*project.problems, problem), failed=True)
    wishes = Wishes(
        jobs or os.cpu_count() or 1, write, progress, overtaken, shown, tuple(explain), clean, executor, patient
    )
    ours = memory if memory is not None else Memory()
    with locked(project.cache, wait):
        if write and clean:
            ours.close()
            ours = Memory() if memory is None else _emptied(memory)
            _drop_cache(project)
        try:
            return _Build(project, wishes, ours).run(changed)
        finally:
            if memory is None:
                ours.close()


def _emptied(memory: Memory) -> Memory:
    """The memory of a process, with nothing in it."""
    fresh = Memory()
    for name in Memory.__struct_fields__:
        setattr(memory, name, getattr(fresh, name))
    return memory


class _Build:
    """One build, from the disk to the disk."""

    def __init__(self, project: Project, wishes: Wishes, memory: Memory) -> None:
        self.project, self.wishes, self.memory = project, wishes, memory
        self.clock = Clock()
        if memory.cache is None:
            memory.cache = Cache(project.cache, house())
        self.cache = memory.cache
        self.output = os.path.realpath(project.output)
        self.key = digest(os.fsencode(self.output))
        self.stage = f"record {self.key.hex()}"

    def run(self, changed: frozenset[str] | None) -> Report:
        """Raises Overtaken."""
        memory, project = self.memory, self.project
        if memory.output != self.output:
            memory.output, memory.records, memory.last = self.output, None, None
            memory.standing = Stamps(self._stamps(b"out " + os.fsencode(self.output)))
            memory.layout = None
        with self.clock.time("scan"):
            found = self._scan(changed)
            theme = self._theme()
            if project.config.git_dates and (changed is None or memory.git is None):
                memory.git = scanning.git_state(project.content)
            beside = look_beside(project, found, memory.inputs)
            inputs = self._inputs(found, theme, beside)
            last = memory.last or self._last()
        memory.found = found
        same = self.wishes.write and last is not None and last.inputs == inputs
        if same and last is not None and not (last.stale and self.wishes.patient) and self._stands(last):
            memory.last = last
            self._keep_stamps()
            self.cache.commit()
            return self._nothing_to_do(last)
        try:
            report = self._make(found, theme, beside, inputs, last, trusted=changed is not None)
        except BaseException:
            self._forget()  # some pages may have been written
            self.cache.rollback()
            raise
        if not self.wishes.write:
            self._forget()
            self.cache.commit()
        return report

    def _forget(self) -> None:
        """Know of the outputs what the cache knows: the last whole build."""
        memory = self.memory
        memory.layout, memory.records, memory.last, memory.output = None, None, None, ""

    # -- what there is -------------------------------------------------------------------------------------------------

    def _stamps(self, key: bytes) -> dict[str, Stamp]:
        data = self.cache.get("stamps", key)
        try:
            return unpack(data, dict[str, Stamp]) if data is not None else {}
        except Unpackable:
            return {}

    def _scan(self, changed: frozenset[str] | None) -> Scan:
        memory, project = self.memory, self.project
        content = os.path.realpath(project.content)
        inside = None
        if changed is not None and memory.found is not None:
            inside = frozenset(place for place in changed if place.startswith(content + os.sep))
        if inside is not None and memory.found is not None:
            found = scanning.rescan(memory.found, inside, memory.inputs, images.size)
            if found is not None:
                return found
        if not memory.inputs.known:
            memory.inputs = Stamps(self._stamps(b"in"))
        return scan(project, memory.inputs)

    def _theme(self) -> Theme:
        """The theme as it is on the disk; the one of the last build when that is the same."""
        from notes_site.theme import Theme

        fresh = Theme(self.project.templates, self.project.static, self.memory.inputs, self.cache)
        known = self.memory.theme
        if (
            known is not None
            and known.templates == fresh.templates
            and known.files == fresh.files
            and known.problems == fresh.problems
        ):
            return known
        self.memory.theme = fresh
        return fresh

    def _inputs(self, found: Scan, theme: Theme, beside: Beside) -> bytes:
        """The digest of everything that a build reads."""
        project = self.project
        files = [(note.path, note.digest) for note in found.notes]
        assets = [(asset.path, asset.digest) for asset in found.assets]
        statics = [(file.url, file.digest) for file in theme.files.values()]
        return digest(
            pack(project.config),
            pack(project.problems),
            project.digest.encode(),
            digest_of((files, assets, found.problems, beside.digests, beside.problems)),
            digest_of((sorted(theme.templates.items()), statics, tuple(theme.problems))),
            (self.memory.git or "").encode(),
            project.config_file.name.encode("utf-8", "surrogateescape"),
        )

    def _last(self) -> Last | None:
        data = self.cache.get("last", self.key)
        try:
            return unpack(data, Last) if data is not None else None
        except Unpackable:
            return None

    def _stands(self, last: Last) -> bool:
        """Whether every file of the last build is there as it was written."""
        self.memory.ledger = self._ledger()
        names = self.memory.ledger.names(self.output) - {emit.UNFINISHED}
        return len(names) == last.files and emit.all_stand(self.output, names, self.memory.standing)

    def _nothing_to_do(self, last: Last) -> Report:
        known = {url: self.cache.get(self.stage, url.encode()) is not None for url in self.wishes.explain}
        said = {True: "was not made: nothing of the site changed", False: "is no page of this site"}
        reasons = tuple((url, said[there]) for url, there in known.items())
        return Report(
            good=last.outputs,
            kept=last.files - last.searched,
            pending=int(last.stale),
            problems=sort_problems([*last.problems, *self.cache.said()]),
            seconds=tuple(self.clock.seconds.items()),
            notes=last.notes,
            formulas=last.formulas,
            reasons=reasons,
        )

    # -- what is made of it --------------------------------------------------------------------------------------------

    def index(self) -> Site:
        """The index of the site, and nothing made of it."""
        from notes_site.layout import index_of

        memory, project = self.memory, self.project
        found, theme = self._scan(None), self._theme()
        memory.git = scanning.git_state(project.content) if project.config.git_dates else ""
        ground, _ = self._ground(found, theme, look_beside(project, found, memory.inputs))
        return index_of(ground)

    def _ground(self, found: Scan, theme: Theme, beside: Beside) -> tuple[Ground, list[Diagnostic]]:
        """All that the site is made of, and what was wrong with it."""
        from notes_site import notes as reading
        from notes_site.texts import TextReader, read_folders

        project, wishes = self.project, self.wishes
        with self.clock.time("parse"):
            folders, wrong = read_folders(found, self.cache)
            problems: list[Diagnostic] = [*project.problems, *found.problems, *wrong, *theme.problems]
            glossary = read_terms(beside, project.config.lang, self.cache)
            reader = TextReader(project.config, found, folders, project.config_file.name, self.cache, glossary)
            notes, texts = reading.read_notes(
                project.config, found, folders, self.cache,
                jobs=wishes.jobs, executor=wishes.executor, progress=self._parsed, earlier=self.memory.notes,
                texts=reader, meanwhile=partial(_prepare, theme),
            )  # fmt: skip
            self.memory.notes = notes
            self.cache.commit()
        from notes_site.layout import Ground

        self._halt()
        with self.clock.time("pictures"):
            pictures = self._pictures(found, notes)
        with self.clock.time("index"):
            library = read_works(beside, self.cache)
            ground = Ground(
                project, found, folders, texts, theme, notes, self._dates(), beside, library, glossary, pictures
            )
        return ground, problems

    def _pictures(self, found: Scan, notes: Notes) -> Pictures:
        """The pictures of the notes that are shown, made ready."""
        config, given = self.project.config, self.project.config.images
        recipe = Recipe(given.widths, given.quality) if given.variants else None
        shown = (note for note in notes.by_path.values() if config.drafts or not note.facts.settings.draft)
        studio = Studio(
            self.project.cache / PICTURES, self.wishes.jobs, self.wishes.patient, self._parsed, self.memory.pictures
        )
        return look(found, shown, recipe, self.cache, studio)

    def _make(
        self, found: Scan, theme: Theme, beside: Beside, inputs: bytes, last: Last | None, *, trusted: bool
    ) -> Report:
        from notes_site import layout as laying
        from notes_site.rendering import Press

        memory, wishes, clock = self.memory, self.wishes, self.clock
        ground, problems = self._ground(found, theme, beside)
        notes = ground.notes
        with clock.time("index"):
            site_key = laying.site_key(ground)
            key = laying.key_of(ground, site_key)
            laid = memory.layout if memory.layout_key == key else None
            everything = laid is None or not trusted or last is None or not last.inputs
            if laid is None:
                laid = laying.lay(ground, site_key, self._font, memory.doc)
            memory.layout, memory.layout_key = laid, key
            problems += laying.problems_of(laid, ground, thorough=not wishes.write)
        records = self._records()
        with clock.time("verify"):
            reasons = self._broken(laid, notes, records, last)
        press = Press(laid.site, laid.around, theme, notes)
        self._halt()
        outcome = _Outcome(records, press.answers)
        emitted = self._emit(laid, press, reasons, outcome, problems, everything=everything)
        problems += outcome.problems
        searched = self._search(laid, notes, outcome, problems)
        lasting = sort_problems(problems)
        whole = not emitted.problems and not outcome.failed and bool(notes.by_path) and not ground.pictures.pending
        report = self._report(laid, notes, reasons, outcome, emitted, lasting)
        if wishes.write:
            with clock.time("keep"):
                now = Last(
                    inputs, laid.site_key, laid.around_key, lasting, report.notes, report.formulas,
                    len(laid.names | self._held()), len(laid.targets), len(self._held()), searched.stale,
                )  # fmt: skip
                self._keep(laid, notes, reasons, outcome, now, whole=whole, everything=everything)
        notes.forget()
        pending = ground.pictures.pending + searched.stale
        return replace(report, seconds=tuple(clock.seconds.items()), pending=pending, indexed=searched.made)

    def _parsed(self, stage: str, done: int, count: int) -> None:
        """Told as notes are parsed and pictures are made; raises Overtaken."""
        self._halt()
        self.wishes.progress(stage, done, count)

    def _halt(self) -> None:
        if self.wishes.overtaken():
            raise Overtaken

    def _dates(self) -> Dates | None:
        """What git knows of the notes; None in a shallow clone."""
        state = self.memory.git
        if not self.project.config.git_dates or not state:
            return {}
        if state == scanning.SHALLOW:
            return None
        key = digest(state.encode())
        data = self.cache.get("git", key)
        with suppress(Unpackable):
            if data is not None:
                return unpack(data, dict[str, tuple[datetime, datetime]])
        dates = scanning.git_dates(self.project.content)
        with suppress(UnicodeEncodeError):
            self.cache.keep_only("git", ())
            self.cache.put("git", [(key, pack(dates))])
        return dates

    def _font(self, glyphs: frozenset[int]) -> Font:
        """The font cut for some characters; see `fonts`."""
        from notes_site.fonts import font_for

        return font_for(glyphs, cache=self.project.cache / "fonts")

    def _records(self) -> dict[str, Record]:
        """How the outputs that stand in the output folder were made, by URL."""
        if self.memory.records is None:
            records: dict[str, Record] = {}
            for data in self.cache.get_all(self.stage).values():
                with suppress(Unpackable):
                    record = unpack(data, Record)
                    records[record.target.url] = record
            self.memory.records = records
        return self.memory.records

    def _broken(
        self, laid: Layout, notes: Notes, records: Mapping[str, Record], last: Last | None
    ) -> dict[str, Reason]:
        """The outputs to be made again, each with the first reason why, in the order of the plan."""
        site = None if last is not None and last.site == laid.site_key else laid.site
        around = None if last is not None and last.around == laid.around_key else laid.around
        faces = {path: notes.by_path[path].face for path in laid.site.facts_by_path}
        world = World(faces, site, around, Answers())
        found: dict[str, Reason] = {}
        for target in laid.targets:
            kept = records.get(target.url)
            reason = NEW if kept is None else broken(kept, target, world)
            if reason is not None:
                found[target.url] = reason
        return found

    def _emit(
        self,
        laid: Layout,
        press: Press,
        reasons: dict[str, Reason],
        outcome: _Outcome,
        problems: list[Diagnostic],
        *,
        everything: bool,
    ) -> emit.Emitted:
        """Make what must be made and write what differs; pages first when somebody waits for them.

        Without `everything` the rest is known to stand as it was written.
        """
        wishes = self.wishes
        # the page of the note that was edited comes first: somebody is looking at it
        own = {target.url for target in laid.targets if target.argument and target.argument == _note(reasons, target)}
        due = [target for target in laid.targets if target.url in reasons]
        due.sort(key=lambda target: (target.url not in own, wishes.shown is not None and target.make == _LONG))
        if not wishes.write or not laid.site.facts_by_path:
            for made in self._pressed(press, due):
                outcome.take(made)
            return emit.Emitted()
        if wishes.clean:
            with suppress(OSError):  # what cannot be removed is reported when it cannot be written
                emit.clean(self.project.output, self.project.cache / LEDGER)
        ledger = self._ledger()
        stream = _Stream(self._pressed(press, due), outcome)
        outputs = [
            Output(laid.name_of[target.url], partial(stream.next, target.url))
            if target.url in reasons
            else Output(
                laid.name_of[target.url],
                partial(self._again, press, target.url, laid, outcome),
                outcome.records[target.url].digest,
            )
            for target in laid.targets
            if target.url in reasons or everything
        ]
        files = laid.files if everything else ()
        names = laid.names | self._held()  # those of the search are looked at when all pages stand
        emitted = emit.Emitted()
        with self.clock.time("render"):
            for stage in self._staged(files, outputs, own, laid):
                more = emit.emit(self.project.output, stage, ledger, self.memory.standing, names=names)
                emitted = emit.joined(emitted, more)
                ledger = ledger.fresh()
                if wishes.shown is not None:
                    so_far = sort_problems([*problems, *outcome.problems, *emitted.problems])
                    wishes.shown(self._shown(laid, outcome, emitted, so_far))
        self.memory.ledger = ledger
        problems += emitted.problems
        return emitted

    def _searched(self) -> Searched:
        """What was made for the search of this output folder, unless nothing is searched any more."""
        from notes_site.searching import Searched, known

        return known(self.cache, self.key) if self.project.config.searchable else Searched()

    def _held(self) -> frozenset[str]:
        """The files of the search that stand in the output folder, unless nothing is searched any more."""
        from notes_site.searching import FOLDER

        known = self._ledger().names(self.output) if self.project.config.searchable else frozenset[str]()
        return frozenset(name for name in known if name.startswith(FOLDER))

    def _search(self, laid: Layout, notes: Notes, outcome: _Outcome, problems: list[Diagnostic]) -> Result:
        """Make what readers search, of pages that stand; left to a later build when somebody waits for this one."""
        from notes_site import searching

        config, wishes, memory, before = self.project.config.searched, self.wishes, self.memory, self._searched()
        if not wishes.write or not laid.site.facts_by_path or not self.project.config.searchable:
            return searching.Result(searching.Searched())
        if not wishes.patient or any(problem.code == "N053" for problem in problems):
            return searching.Result(before, stale=True)
        with self.clock.time("search"):
            digests = {url: record.digest for url, record in outcome.records.items() if url in laid.name_of}
            wish = searching.Wish(
                laid.site, laid.targets, laid.name_of, digests, notes.by_path, notes.scope.macros,
                notes.scope.options.macros, laid.around.words, self.output, self.project.cache / "search", wishes.jobs,
                config.text, config.formulas,
            )  # fmt: skip
            stands = partial(emit.all_stand, self.output, stamps=memory.standing)
            result = searching.search(wish, self.cache, before, stands, wishes.overtaken)
            if result.outputs or (result.searched.names != self._held() and not result.stale):
                names = laid.names | result.searched.names
                emitted = emit.emit(self.project.output, result.outputs, self._ledger(), memory.standing, names=names)
                memory.ledger = self._ledger()
                problems += emitted.problems
        problems += result.problems
        self.cache.put(searching.STAGE, [(self.key, pack(result.searched))])
        return result

    def _staged(
        self, files: Sequence[Output], outputs: Sequence[Output], own: AbstractSet[str], laid: Layout
    ) -> Iterator[list[Output]]:
        """What is written together: all at once, or, when somebody waits, their page, the other pages, and the rest."""
        if self.wishes.shown is None:
            yield [*files, *outputs]
            return
        names = {laid.name_of[url] for url in own}
        mine = [output for output in outputs if output.name in names]
        long = {laid.name_of[target.url] for target in laid.targets if target.make == _LONG}
        others = [output for output in outputs if output.name not in names]
        pages = [output for output in others if output.name.endswith(".html") and output.name not in long]
        rest = [output for output in others if not output.name.endswith(".html") or output.name in long]
        stages = [[*files, *mine], pages, rest]
        yield from [stage for stage in stages if stage] or [[]]

    def _ledger(self) -> Ledger:
        known = self.memory.ledger
        return known.fresh() if known is not None else Ledger.read(self.project.cache / LEDGER)

    def _pressed(self, press: Press, due: Sequence[Target]) -> Iterator[Made]:
        """The outputs that are due, one by one; raises Overtaken between them."""
        progress, count = self.wishes.progress, len(due)
        for done, made in enumerate(press.make_all(due, self.wishes.jobs)):
            if done % 32 == 0:
                progress("render", done, count)
                self._halt()
            yield made
        progress("render", count, count)

    def _again(self, press: Press, url: str, laid: Layout, outcome: _Outcome) -> bytes | None:
        """An output that is still good, but does not stand as it was written."""
        made = press.make(next(target for target in laid.targets if target.url == url))
        outcome.take(made)
        return made.content if made.fault is None else None

    # -- what is said and kept -----------------------------------------------------------------------------------------

    def _shown(
        self, laid: Layout, outcome: _Outcome, emitted: emit.Emitted, problems: tuple[Diagnostic, ...]
    ) -> Report:
        return Report(
            made=tuple(outcome.made),
            pages=laid.pages_of(outcome.made),
            written=emitted.written,
            kept=emitted.kept,
            removed=emitted.removed,
            problems=problems,
            failed=outcome.failed,
        )

    def _report(
        self,
        laid: Layout,
        notes: Notes,
        reasons: Mapping[str, Reason],
        outcome: _Outcome,
        emitted: emit.Emitted,
        problems: tuple[Diagnostic, ...],
    ) -> Report:
        shown = [notes.by_path[path] for path in laid.site.facts_by_path]
        external: list[tuple[str, Place]] = []
        if not self.wishes.write:
            for note in shown:
                links = zip(note.facts.links, note.findings.places, strict=True)
                external += [(link.target, place) for link, place in links if link.kind == "external"]
        return Report(
            made=tuple(outcome.made),
            good=len(laid.targets) - len(outcome.made),
            pages=laid.pages_of(outcome.made),
            written=emitted.written,
            kept=emitted.kept,
            removed=emitted.removed,
            problems=sort_problems([*problems, *self.cache.said()]),
            notes=len(shown),
            formulas=sum(note.findings.formulas for note in shown),
            failed=outcome.failed,
            reasons=tuple((url, self._reason(url, laid, reasons, outcome)) for url in self.wishes.explain),
            external=tuple(external),
        )

    def _reason(self, url: str, laid: Layout, reasons: Mapping[str, Reason], outcome: _Outcome) -> str:
        if url not in laid.name_of:
            return "is no page of this site"
        if url in outcome.lost:
            return "was to be made, and its template is at fault"
        if url in reasons:
            return f"was made: {explain(reasons[url], partial(self._long, outcome.answers))}"
        if url in outcome.made:
            return "was made: its file was changed or removed by someone else"
        return "was not made: its notes, its templates and all that it asked of the site are the same"

    def _long(self, answers: Answers, key: bytes) -> bytes | None:
        return self.cache.get("answer", key) or answers.long.get(key)

    def _keep(
        self,
        laid: Layout,
        notes: Notes,
        reasons: Mapping[str, Reason],
        outcome: _Outcome,
        now: Last,
        *,
        whole: bool,
        everything: bool,
    ) -> None:
        cache, memory = self.cache, self.memory
        made = set(outcome.made)
        # one that was due and could not be made or written is as good as never made
        gone = [url for url in outcome.records if url not in laid.name_of or (url in reasons and url not in made)]
        for url in gone:
            del outcome.records[url]
        cache.drop(self.stage, [url.encode() for url in gone])
        cache.put("answer", outcome.answers.long.items())
        if everything:
            cache.keep_only("answer", {key for record in outcome.records.values() for key in record.long})
        cache.put(self.stage, [(url.encode(), pack(outcome.records[url])) for url in outcome.made])
        if notes.obsolete is None:
            gone_notes = cache.keep_only("note", (note.key for note in notes.by_path.values()))
            cache.drop("body", gone_notes)
        else:
            cache.drop("note", notes.obsolete)
            cache.drop("body", notes.obsolete)
        # what every record was checked against, also when the build as a whole was not without fault
        memory.last = now if whole else Last(b"", now.site, now.around, (), 0, 0, 0, 0)
        cache.put("last", [(self.key, pack(memory.last))])
        self._keep_stamps()
        cache.commit()

    def _keep_stamps(self) -> None:
        memory = self.memory
        found, theme = memory.found, memory.theme
        if found and theme and len(memory.inputs.known) > 2 * (len(found.notes) + len(found.assets)) + 500:
            notes, assets = ({entry.place for entry in entries} for entries in (found.notes, found.assets))
            memory.inputs.keep_only({*notes, *assets, *theme.places})
        for key, stamps in ((b"in", memory.inputs), (b"out " + os.fsencode(self.output), memory.standing)):
            if stamps.dirty:
                with suppress(UnicodeEncodeError):  # a name that is not UTF-8: such a file is read every time
                    self.cache.put("stamps", [(key, pack(stamps.known))])
                stamps.dirty = False


class _Outcome(Struct):
    """What became of the outputs: their records, which were `made`, which could not be, and what was wrong."""

    records: dict[str, Record]
    answers: Answers
    made: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    _faults: dict[Fault, str] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        return bool(self.lost)

    @property
    def problems(self) -> list[Diagnostic]:
        """Each fault of a template once, with the first address at which it was met."""
        return [
            Diagnostic("N052", f"{fault.message} (first met at {url})", Span(f"templates/{fault.name}", fault.line))
            for fault, url in self._faults.items()
        ]

    def take(self, made: Made) -> None:
        url, fault = made.target.url, made.fault
        if made.record is not None:
            self.records[url] = made.record
            self.made.append(url)
        if fault is not None:
            self.lost.append(url)
            self._faults[fault] = min(url, self._faults.get(fault, url))


class _Stream(Struct):
    """Outputs as they are made, taken by URL in whatever order they are asked for."""

    source: Iterator[Made]
    outcome: _Outcome
    waiting: dict[str, Made] = field(default_factory=dict)

    def next(self, url: str) -> bytes | None:
        """The bytes of an output, or None when its template is at fault."""
        while url not in self.waiting:
            made = next(self.source)
            self.outcome.take(made)
            self.waiting[made.target.url] = made
        made = self.waiting.pop(url)
        return made.content if made.fault is None else None


def _note(reasons: Mapping[str, Reason], target: Target) -> str:
    """The note whose change is why an output is made, if that is the reason."""
    return reasons[target.url].note if target.url in reasons else ""


def _prepare(theme: Theme) -> None:
    """What can be done while notes are parsed elsewhere."""
    from notes_site import layout, rendering

    del layout, rendering
    theme.warm()


def scan(project: Project, stamps: Stamps | None = None) -> Scan:
    """The content folder, without what belongs to the machinery when that lies inside it."""
    exclude = (project.output, project.templates, project.static, project.cache, project.root / CACHE_NAME)
    return scanning.scan(project.content, project.config.ignore, exclude=exclude, stamps=stamps, size=images.size)


def lock(project: Project, *, progress: Progress = quiet, wait: Callable[[], None] = silent) -> tuple[str, ...]:
    """Write the numbers of the site into `numbers.lock`; returns what moved, came and went, and their number, in words.

    Raises OSError.
    """
    from notes_site.lock import compare, read_lock, write_lock

    memory = Memory()
    wishes = Wishes(
        jobs=os.cpu_count() or 1, write=False, progress=progress, overtaken=never, shown=None, explain=(), clean=False,
        executor=None, patient=False,
    )  # fmt: skip
    with locked(project.cache, wait):
        try:
            build = _Build(project, wishes, memory)
            numbers = build.index().published
            build.cache.commit()
        finally:
            memory.close()
    place = project.root / NUMBERS
    before = place.read_bytes().decode("utf-8", "replace").removeprefix("\ufeff") if place.exists() else None
    text = write_lock(numbers.entries)
    if before != text:
        emit.put(place, text.encode("utf-8"))
    changes = compare(read_lock(before)[0], numbers.entries) if before is not None else ()
    return (*map(numbers.told, changes), f"{NUMBERS} has {counted(len(numbers.entries), 'number')}")


def clean(project: Project) -> tuple[str, ...]:
    """Remove what earlier builds wrote, and the cache; returns the files removed from the output folder."""
    with locked(project.cache, silent):
        removed = emit.clean(project.output, project.cache / LEDGER)
        if removed:
            with suppress(OSError):  # it holds what is not ours
                project.output.rmdir()
        _drop_cache(project)
    with suppress(OSError):
        (project.cache / LOCK).unlink()
        project.cache.rmdir()
    return removed


def _drop_cache(project: Project) -> None:
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

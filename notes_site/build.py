"""The conductor: scan, parse, index, plan, render, emit. The only module that knows the whole way.

Invariant: an author's mistake never ends a build; whatever can be made is made, and what was good before stays. What
was made before is used again only while everything that it was made of is the same, so that an incremental build
gives the bytes and the diagnostics of a clean one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from notes_site import emit, reports
from notes_site.archive import LEDGER, drop_cache, open_archive
from notes_site.beside import LOCK as NUMBERS
from notes_site.cache import LOCK, locked
from notes_site.clock import Clock
from notes_site.diagnostics import counted, sort_problems
from notes_site.inputs import Inputs, look
from notes_site.ledger import put
from notes_site.memory import Last, Memory
from notes_site.model import Diagnostic, Report, Span
from notes_site.output_folder import refused
from notes_site.packing import pack
from notes_site.project import Project
from notes_site.wishes import Progress, Wishes, never, quiet, silent

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from notes_site.edition import Edition
    from notes_site.fonts import Font
    from notes_site.ground import Ground
    from notes_site.index import Index
    from notes_site.layout import Layout
    from notes_site.notes import Notes
    from notes_site.searching import Result


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
    if project.unread:
        return _unread(project)
    reason = refused(project.content, project.output, project.root) if write else None
    if reason:
        hint = "choose another with --output-dir, or keep the notes in a folder `content`"
        if project.content == project.root:
            hint = "run `notes-site init` to keep the notes where they are, or name a folder outside with --output-dir"
        message = f"the site cannot be written to {project.output}: {reason}"
        problem = Diagnostic("N053", message, Span("site.yml"), "", hint)
        return Report(problems=(*project.problems, problem), failed=True)
    wishes = Wishes(
        jobs or os.cpu_count() or 1, write, progress, overtaken, shown, tuple(explain), clean, executor, patient
    )
    ours = memory if memory is not None else Memory()
    with locked(project.cache, wait):
        if write and clean:
            ours.empty()
            drop_cache(project)
        try:
            return _Build(project, wishes, ours).run(changed)
        finally:
            if memory is None:
                ours.close()


def _unread(project: Project) -> Report:
    """What is said where nobody knows what the site is to be; what was good before stays."""
    name = project.config_file.name
    hint = "what was built before stays as it is"
    problem = Diagnostic("N051", f"nothing is built while {name} cannot be read", Span(name), "", hint)
    return Report(problems=(*project.problems, problem), failed=True)


class _Build:
    """One build, from the disk to the disk."""

    def __init__(self, project: Project, wishes: Wishes, memory: Memory) -> None:
        self.project, self.wishes, self.memory = project, wishes, memory
        self.clock = Clock()
        self.archive = open_archive(project, memory)
        self.cache = self.archive.cache

    def run(self, changed: frozenset[str] | None) -> Report:
        """Raises Overtaken."""
        archive, wishes, memory = self.archive, self.wishes, self.memory
        archive.turn()
        with self.clock.time("scan"):
            inputs = look(archive, changed)
            key = inputs.digest
            last = archive.last()
        same = wishes.write and last is not None and last.inputs == key
        if same and last is not None and not (last.stale and wishes.patient) and archive.stands(last):
            memory.last = last
            archive.keep_stamps()
            self.cache.commit()
            return self._timed(reports.unchanged(last, archive, wishes))
        try:
            report = self._make(inputs, key, last, trusted=changed is not None)
        except BaseException:
            memory.forget()  # some pages may have been written
            self.cache.rollback()
            raise
        if not wishes.write:
            memory.forget()
            self.cache.commit()
        return self._timed(report)

    def _timed(self, report: Report) -> Report:
        return replace(report, seconds=tuple(self.clock.seconds.items()))

    def index(self) -> Index:
        """The index of the site, and nothing made of it."""
        from notes_site.groundwork import read_ground
        from notes_site.layout import index_of

        ground, _ = read_ground(look(self.archive, None), self.archive, self.wishes, self.clock)
        return index_of(ground).index

    def _make(self, inputs: Inputs, key: bytes, last: Last | None, *, trusted: bool) -> Report:
        """Make what is due; `trusted`, what was not named is as the last build of this process left it."""
        from notes_site.due import find_due
        from notes_site.edition import Edition
        from notes_site.groundwork import read_ground
        from notes_site.layout import problems_of
        from notes_site.outcome import Outcome
        from notes_site.rendering import Press

        archive, wishes, clock = self.archive, self.wishes, self.clock
        ground, problems = read_ground(inputs, archive, wishes, clock)
        notes = ground.notes
        with clock.time("index"):
            laid, new = self._lay(ground)
            everything = new or not trusted or last is None or not last.inputs
            problems += problems_of(laid, ground, thorough=not wishes.write)
        records = archive.records()
        with clock.time("verify"):
            due = find_due(laid, notes, records, last, everything=everything)
        press = Press(laid.site, laid.around, inputs.theme, notes)
        outcome = Outcome(records, press.answers)
        edition = Edition(laid, due, press, outcome, wishes)
        wishes.halt()
        if not wishes.write or not laid.site.index.facts_by_path:
            edition.rehearse()
        else:
            with clock.time("render"):
                edition.publish(archive, problems)
        problems += outcome.problems
        searched = self._search(edition, notes, problems)
        report = reports.finished(edition, notes, archive, problems)
        if wishes.write:
            with clock.time("keep"):
                whole = outcome.sound and bool(notes.by_path) and not ground.pictures.pending
                held = archive.held()
                now = Last(
                    key, laid.site_key, laid.around_key, sort_problems(problems), report.notes, report.formulas,
                    len(laid.names | held), len(laid.targets), len(held), searched.stale,
                )  # fmt: skip
                # what every record was checked against, also when the build as a whole was not without fault
                archive.keep(laid, notes, due, outcome, now if whole else Last(b"", now.site, now.around))
        notes.forget()
        return replace(report, pending=ground.pictures.pending + searched.stale, indexed=searched.made)

    def _lay(self, ground: Ground) -> tuple[Layout, bool]:
        """The layout of the site, and whether it was laid anew."""
        from notes_site.layout import key_of, lay, site_key

        memory = self.memory
        site = site_key(ground)
        key = key_of(ground, site)
        known = memory.layout if memory.layout_key == key else None
        laid = known if known is not None else lay(ground, site, self._font, memory.doc)
        memory.layout, memory.layout_key = laid, key
        return laid, known is None

    def _font(self, glyphs: frozenset[int]) -> Font:
        """The font cut for some characters; see `fonts`."""
        from notes_site.fonts import font_for

        return font_for(glyphs, cache=self.project.cache / "fonts")

    def _search(self, edition: Edition, notes: Notes, problems: list[Diagnostic]) -> Result:
        """Make what readers search, of pages that stand; left to a later build when somebody waits for this one."""
        from notes_site import searching

        archive, wishes, memory, before = self.archive, self.wishes, self.memory, self.archive.searched()
        laid, config = edition.laid, self.project.config.searched
        if not wishes.write or not laid.site.index.facts_by_path or not self.project.config.searchable:
            return searching.Result(searching.Searched())
        if not wishes.patient or any(problem.code == "N053" for problem in problems):
            return searching.Result(before, stale=True)
        with self.clock.time("search"):
            digests = {url: record.digest for url, record in edition.outcome.records.items() if url in laid.name_of}
            wish = searching.Wish(
                laid.site.index, laid.targets, laid.name_of, digests, notes.by_path, notes.scope.macros,
                notes.scope.options.macros, laid.around.words, archive.output, wishes.jobs, config.text,
                config.formulas,
            )  # fmt: skip
            stands = partial(emit.all_stand, archive.output, stamps=memory.standing)
            result = searching.search(wish, self.cache, before, stands, wishes.overtaken)
            if result.outputs or (result.searched.names != archive.held() and not result.stale):
                names, ledger = laid.names | result.searched.names, archive.ledger()
                emitted = emit.emit(self.project.output, result.outputs, ledger, memory.standing, names=names)
                memory.ledger = archive.ledger()
                problems += emitted.problems
        problems += result.problems
        self.cache.put(searching.STAGE, [(archive.key, pack(result.searched))])
        return result


def lock(project: Project, *, progress: Progress = quiet, wait: Callable[[], None] = silent) -> tuple[str, ...]:
    """Write the numbers of the site into `numbers.lock`; returns what moved, came and went, and their number, in words.

    Raises OSError.
    """
    from notes_site.lock import compare, read_lock, write_lock

    memory = Memory()
    wishes = Wishes(os.cpu_count() or 1, write=False, progress=progress, patient=False)
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
        put(place, text.encode("utf-8"))
    changes = compare(read_lock(before)[0], numbers.entries) if before is not None else ()
    return (*map(numbers.told, changes), f"{NUMBERS} has {counted(len(numbers.entries), 'number')}")


def clean(project: Project) -> tuple[str, ...]:
    """Remove what earlier builds wrote, and the cache; returns the files removed from the output folder."""
    with locked(project.cache, silent):
        removed = emit.clean(project.output, project.cache / LEDGER)
        if removed:
            with suppress(OSError):  # it holds what is not ours
                project.output.rmdir()
        drop_cache(project)
    with suppress(OSError):
        (project.cache / LOCK).unlink()
        project.cache.rmdir()
    return removed

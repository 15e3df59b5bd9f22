"""The preview of a site: built in its own folder, and built anew when something changed, in one thread.

Invariant: when nothing has changed for a while, the folder holds what a clean build with the same options makes.
"""

from __future__ import annotations

import os
import signal
import threading
import time
import traceback
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final
from urllib.parse import unquote

from msgspec.structs import replace

from notes_site import address, beside
from notes_site.archive import LEDGER
from notes_site.build import build
from notes_site.changes import EVERYTHING, Change, Changes
from notes_site.diagnostics import summary
from notes_site.ledger import Ledger
from notes_site.live import Live, News
from notes_site.memory import Memory
from notes_site.model import Diagnostic, Report, Span
from notes_site.outputs.pages import base_path
from notes_site.project import CACHE_NAME, NoSite, Project
from notes_site.watch import Places, Watcher
from notes_site.wishes import Overtaken, Progress, quiet

# seconds without a change, after which one build looks at everything
VERIFY: Final = 1.0
# builds that newer changes may stop before one goes through to its end
OVERTAKINGS: Final = 3


class Why(Enum):
    """Why a build was made: the preview began, files changed, or to be certain that nothing was missed."""

    START = auto()
    CHANGE = auto()
    CERTAINTY = auto()


@dataclass(frozen=True, slots=True)
class Rebuild:
    """A build that came to its end: why, for which change, what it made, how long it took in seconds."""

    why: Why
    change: Change
    report: Report
    seconds: float


class Preview:
    """Builds the site that `find` finds, whenever its files change, until `stop`.

    `find` is asked again when the configuration changed; it may raise NoSite, also at the start. `told` hears of every
    build, in the thread that builds; `say` of what else there is to say.
    """

    def __init__(
        self,
        find: Callable[[], Project],
        live: Live,
        told: Callable[[Rebuild], None],
        say: Callable[[str], None],
        *,
        jobs: int = 0,
        follow: bool = False,
        progress: Callable[[], AbstractContextManager[Progress]] = lambda: nullcontext(quiet),
    ) -> None:
        self.find, self.live, self.told, self.say = find, live, told, say
        self.jobs, self.follow, self.progress = jobs, follow, progress
        self.project = find()
        self.changes = Changes()
        self.ready = threading.Event()
        self._watcher = Watcher(self.changes, say)
        self._memory = Memory()
        self._names = Ledger.read(self.project.cache / LEDGER).names(os.path.realpath(self.project.output))
        self._overtakings = 0
        self._built = False
        self._pending = False
        self._published: frozenset[str] = frozenset()
        live.base = base_of(self.project)

    def run(self) -> None:
        """Build, wait, build; returns after `stop`."""
        _without_signals()
        why, todo = Why.START, EVERYTHING
        try:
            while not self.changes.closed:
                done = self._attempt(why, todo)
                # after a change, and when it has been quiet for a while, one look at everything
                change = self.changes.take(VERIFY if done and (why is Why.CHANGE or self._pending) else None)
                if change is None:
                    why, todo = Why.CERTAINTY, EVERYTHING
                elif done:
                    why, todo = Why.CHANGE, change
                else:
                    why, todo = Why.START if why is Why.START else Why.CHANGE, todo | change
        finally:
            self._watcher.close()
            self._memory.close()

    def stop(self) -> None:
        """No build begins any more, and the one under way ends where it can."""
        self.changes.close()

    def _overtaken(self) -> bool:
        """The first build is never overtaken: all others have to be of little, and need what it finds out."""
        again = self._built and self._overtakings < OVERTAKINGS
        return self.changes.closed or (self.changes.waiting and again)

    def _attempt(self, why: Why, change: Change) -> bool:
        """Whether a build came to its end, well or not."""
        start = time.perf_counter()
        self._published = frozenset()
        try:
            with self.progress() if why is Why.START else nullcontext(quiet) as progress:
                report = self._build(why, change, progress)
        except Overtaken:
            self._overtakings += 1
            return False
        except NoSite as error:
            place = Span(self.project.config_file.name)
            report = Report(problems=(Diagnostic("N051", str(error), place),), failed=True)
        except BaseException:  # noqa: BLE001 - our own mistake is said, and the preview goes on
            if self.changes.closed:  # its workers were stopped
                return False
            self.say(traceback.format_exc())
            return True
        self._overtakings = 0
        self._built = True
        self._pending = bool(report.pending) and why is not Why.CERTAINTY
        self._publish(report, change)
        self._names = (self._names | frozenset(report.written)) - frozenset(report.removed)
        self.told(Rebuild(why, change, report, time.perf_counter() - start))
        return True

    def _build(self, why: Why, change: Change, progress: Progress) -> Report:
        """Raises Overtaken, NoSite."""
        if change.paths is None or str(self.project.config_file) in change.paths:
            try:
                self.project = self._found()
            finally:
                self._watcher.follow(places_of(self.project))
        else:
            self._watcher.follow(places_of(self.project))
        return build(
            self.project,
            jobs=self.jobs,
            progress=progress,
            memory=self._memory,
            changed=change.paths,
            overtaken=self._overtaken,
            shown=lambda report: self._publish(report, change, whole=False),
            wait=lambda: self.say("another build of this site is under way; the preview waits for it"),
            patient=why is Why.CERTAINTY,  # nobody waits: pictures are shown as they are until then
        )

    def _found(self) -> Project:
        """The project as it is; while its configuration cannot be read, the last good one, with what is wrong.

        Raises NoSite.
        """
        found, last = self.find(), self.project
        return found if last.unread or not found.unread else replace(last, problems=found.problems)

    def _publish(self, report: Report, change: Change, *, whole: bool = True) -> None:
        """Tell the open pages what this build changed and they do not know; `whole` when it is at its end."""
        written = [name for name in report.written if name not in self._published]
        added = [name for name in report.written if name not in self._names and name.endswith(".html")]
        edited = paths_of(self.project, change) if self.follow else frozenset()
        follow = next((url for url, path in report.pages if path in edited), None)
        self._published |= frozenset(written)
        self.ready.set()
        news = News(urls_of(written), urls_of(added), urls_of(report.removed), follow)
        self.live.tell(news, base_of(self.project), report.problems, self._addresses(report), whole=whole)

    def _addresses(self, report: Report) -> Mapping[str, str]:
        """By the paths of notes with problems, the addresses of their pages."""
        layout = self._memory.layout
        urls = layout.site.index.urls_by_path if layout is not None else {}
        paths = {problem.span.path for problem in report.problems} - {self.project.config_file.name}
        return {path: urls.get(path) or address.note_url(path, None, None) for path in paths}


def _without_signals() -> None:
    """Let worker processes, which inherit what this thread does not hear, not hear of Ctrl-C: it is not their end."""
    if hasattr(signal, "pthread_sigmask"):
        from multiprocessing import resource_tracker

        resource_tracker.ensure_running()  # the first worker would start it, and then hear all signals again
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def base_of(project: Project) -> str:
    """The path under which the site is served, decoded."""
    return unquote(base_path(project.config.urls))


def paths_of(project: Project, change: Change) -> frozenset[str]:
    """The files of the content folder that changed, as far as they are known, relative to it."""
    inner = (os.path.relpath(path, project.content).replace(os.sep, "/") for path in change.paths or ())
    return frozenset(unicodedata.normalize("NFC", path) for path in inner)


def urls_of(names: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """The addresses of files: `/a/` of `a/index.html`."""
    return tuple(
        "/" + (name.removesuffix("index.html") if f"/{name}".endswith("/index.html") else name) for name in names
    )


def places_of(project: Project) -> Places:
    """What a preview of this site watches."""
    folders = (project.content, project.templates, project.static)
    ignored = (project.output, project.cache, project.root / CACHE_NAME)
    files = (str(project.config_file), *beside.places(project))
    return Places(files, tuple(map(str, folders)), tuple(map(str, ignored)))


def line(rebuild: Rebuild, project: Project, *, changed: bool) -> str:
    """What a person is told of a build: what it was for, what it made, how long it took; empty when it is nothing.

    `changed` says whether the problems are others than before.
    """
    report = rebuild.report
    if rebuild.why is Why.CERTAINTY and not (report.written or report.removed or changed):
        return ""
    pages = sum(name.endswith(".html") for name in report.written)
    others = len(report.written) - pages
    parts = [f"{pages} page{'s' * (pages != 1)}"] if pages or not others else []
    parts += [f"{others} other file{'s' * (others != 1)}"] * bool(others)
    parts += [f"{len(report.removed)} removed"] * bool(report.removed)
    if rebuild.why is Why.START:
        parts.insert(
            0,
            f"{report.notes} note{'s' * (report.notes != 1)}, {report.formulas} formula{'s' * (report.formulas != 1)}",
        )
    found = summary(report.problems)
    return f"{_subject(rebuild, project)}: {', '.join(parts)} in {rebuild.seconds:.2f} s{f'; {found}' if found else ''}"


def _subject(rebuild: Rebuild, project: Project) -> str:
    """Why a build was made, in a few words: the names of the files that changed."""
    if rebuild.why is Why.START:
        return "built"
    if rebuild.change.paths is None:
        return "many files" if rebuild.why is Why.CHANGE else "looked at everything"
    names = [os.path.relpath(path, project.root).replace(os.sep, "/") for path in sorted(rebuild.change.paths)]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")

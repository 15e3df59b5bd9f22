"""Make the output folder hold a site: writes what differs, removes what earlier builds wrote and this one did not.

Invariant: only files that the ledger lists are ever replaced or removed, and a file is listed before it is written, so
a build that is killed at any moment leaves nothing that a later one would not know as its own.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct, field

from notes_site.ledger import UNFINISHED, Content, Ledger, is_safe
from notes_site.model import Diagnostic, Span
from notes_site.output_folder import Folder
from notes_site.stamps import Stamps, digest_of_bytes, digest_of_file, stamp


class Output(Struct, frozen=True):
    """A file of the site: its name in the output folder, and its content when it is asked for.

    `digest` is that of the content when it is known without loading it, else empty. `load` gives None for what cannot
    be made; what stands there is left.
    """

    name: str
    load: Callable[[], Content | None]
    digest: str = ""


def _given(content: Content | None) -> Content | None:
    return content


def ready(name: str, content: Content) -> Output:
    """An output whose content is at hand."""
    return Output(name, lambda: content)


class Emitted(Struct, frozen=True):
    """What was done: files `written` because their bytes differ, how many were `kept` as they were, `removed`."""

    written: tuple[str, ...] = ()
    kept: int = 0
    removed: tuple[str, ...] = ()
    problems: tuple[Diagnostic, ...] = ()


def _digest(content: Content) -> str:
    """Raises OSError."""
    return digest_of_bytes(content) if isinstance(content, bytes) else digest_of_file(content)


def emit(
    output: Path,
    outputs: Sequence[Output],
    ledger: Ledger,
    stamps: Stamps | None = None,
    *,
    names: frozenset[str] | None = None,
) -> Emitted:
    """Make the output folder hold `outputs` beside what is not ours; their order is that of writing.

    With `names` these are all the files that the site has, and those of them that are not among `outputs` are known to
    stand as they should. `stamps` are those of the output folder, by name; with them nothing is read that stands as it
    was written.

    Raises ValueError for a name that is not inside the folder or stands twice: that is our mistake. A folder that
    cannot be written, or whose ledger cannot, is one N053, and nothing is changed.
    """
    by_name: dict[str, Output] = {}
    for entry in outputs:
        if not is_safe(entry.name) or entry.name.rpartition("/")[2] == UNFINISHED:
            raise ValueError(f"not a file inside the output folder: {entry.name!r}")
        if entry.name in by_name:
            raise ValueError(f"two files of one name: {entry.name!r}")
        by_name[entry.name] = entry
    root = os.path.realpath(output)
    wanted = names if names is not None else frozenset(by_name)
    emitting = _Emitting(Folder(root), output.name or root, by_name, wanted, ledger, stamps or Stamps({}))
    try:
        os.makedirs(root, exist_ok=True)
        return emitting.run()
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        message = f"the output folder or its list of files cannot be written: {reason}"
        return Emitted(problems=(Diagnostic("N053", message, Span(output.name or root)),))


def joined(first: Emitted, second: Emitted) -> Emitted:
    """What two emits into one folder did, the second after the first."""
    written = {*first.written, *second.written}
    return Emitted(
        tuple(sorted(written)),
        second.kept - len(written - {*second.written}),
        tuple(sorted({*first.removed, *second.removed})),
        (*first.problems, *second.problems),
    )


def all_stand(output: str, names: Iterable[str], stamps: Stamps) -> bool:
    """Whether every one of our files is there as it was written."""
    folder = Folder(output)
    try:
        return all(folder.stands(name, stamps) for name in names)
    except OSError:
        return False


class _Emitting(Struct):
    """One emit; lives as long as the call."""

    folder: Folder
    title: str
    outputs: dict[str, Output]
    wanted: frozenset[str]
    ledger: Ledger
    stamps: Stamps
    problems: list[Diagnostic] = field(default_factory=list)

    def report(self, code: str, name: str, message: str, hint: str = "") -> None:
        self.problems.append(Diagnostic(code, message, Span(f"{self.title}/{name}"), hint=hint))

    def run(self) -> Emitted:
        """Raises OSError when the ledger cannot be written."""
        old = self.ledger.names(self.folder.root) - {UNFINISHED}
        kept, pending = self.sort(old)
        stale = old - self.wanted
        ledger = self.ledger.write(self.folder.root, old | kept | pending.keys() | {UNFINISHED})
        in_the_way = _in_the_way(stale, frozenset(pending)) if stale else frozenset()
        removed, left = self.folder.remove(in_the_way)
        written, same, lost = self.write(pending, old)
        more, more_left = self.folder.remove(stale - in_the_way)
        self.settle(written)
        untouched = (self.wanted - self.outputs.keys()) & old
        ours = untouched | kept | same | written | lost | frozenset(left) | frozenset(more_left) | {UNFINISHED}
        ledger.write(self.folder.root, ours)
        for name in (*removed, *more):
            self.stamps.known.pop(name, None)
        problems = tuple(sorted(self.problems, key=lambda problem: (problem.span, problem.code)))
        kept_count = len(kept) + len(same) + len(untouched)
        return Emitted(tuple(sorted(written)), kept_count, tuple(sorted((*removed, *more))), problems)

    def settle(self, written: Iterable[str]) -> None:
        """Look once more at what was written: most of it so long ago by now that its stamp can be believed."""
        seen = time.time_ns()
        for name in written:
            known = self.stamps.known[name]
            with contextlib.suppress(OSError):
                status = os.lstat(self.folder.place(name))
                if stamp(status, known.seen, known.digest) == known:
                    self.stamps.put(name, stamp(status, seen, known.digest))

    def sort(self, old: frozenset[str]) -> tuple[frozenset[str], dict[str, Output]]:
        """The names that stand there as they should, and the outputs to be loaded; the author's own are reported."""
        kept: set[str] = set()
        pending: dict[str, Output] = {}
        for name, output in self.outputs.items():
            try:
                if name in old and output.digest and self.stands(name, output.digest):
                    kept.add(name)
                    continue
                if name not in old and self.folder.standing(name) == "file":
                    content = output.load()
                    output = Output(name, partial(_given, content))  # noqa: PLW2901 - it is loaded once
                    if content is not None and digest_of_file(self.folder.place(name)) == _digest(content):
                        kept.add(name)
                    else:
                        self.foreign(name, "a file")
                    continue
            except OSError:
                pass  # tried again, and reported, when it is written
            pending[name] = output
        return frozenset(kept), pending

    def stands(self, name: str, digest: str) -> bool:
        """Whether one of our files is there with these bytes. Raises OSError."""
        if self.folder.standing(name) != "file":
            return False
        known = self.stamps.known.get(name)
        place = self.folder.place(name)
        status = os.lstat(place)
        if known is None or not known.holds(status):
            seen = time.time_ns()
            known = stamp(status, seen, digest_of_file(place))
            self.stamps.put(name, known)
        return known.digest == digest

    def foreign(self, name: str, what: str) -> None:
        message = f"{what} stands here that no build wrote; it is left"
        self.report("N054", name, message, "remove it, or rename the note")

    def write(
        self, pending: dict[str, Output], old: frozenset[str]
    ) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """The names written, those that had these bytes, and those of our files that stand as they were."""
        written: set[str] = set()
        same: set[str] = set()
        lost: set[str] = set()
        for name, output in pending.items():
            try:
                content = output.load()
                standing = self.folder.standing(name)
                if content is None:
                    lost |= {name} & old
                elif standing not in ("free", "file") or (standing == "file" and name not in old):
                    self.foreign(name, standing if standing != "file" else "a file")
                elif standing == "file" and self.stands(name, digest := _digest(content)):
                    same.add(name)
                else:
                    digest = _digest(content)
                    status = self.folder.write(name, content)
                    self.stamps.put(name, stamp(status, time.time_ns(), digest))
                    written.add(name)
            except OSError as problem:
                lost |= {name} & old
                self.report("N056", name, f"cannot be written: {(problem.strerror or str(problem)).lower()}")
        return frozenset(written), frozenset(same), frozenset(lost)


def _in_the_way(stale: frozenset[str], pending: frozenset[str]) -> frozenset[str]:
    """Our old files that must go first: `a` where `a/b` is to be written, `a/b` where `a` is."""
    folders = {name.rsplit("/", count)[0] for name in pending for count in range(1, name.count("/") + 1)}
    above = {
        name for name in stale if any(name.rsplit("/", count)[0] in pending for count in range(1, name.count("/") + 1))
    }
    return (stale & folders) | above


def clean(output: Path, ledger_file: Path) -> tuple[str, ...]:
    """Remove what the ledger lists for this folder; returns the names removed. Raises OSError."""
    root = os.path.realpath(output)
    ledger = Ledger.read(ledger_file)
    removed, left = Folder(root).remove(ledger.names(root))
    ledger.write(root, frozenset(left))
    return tuple(name for name in removed if name != UNFINISHED)

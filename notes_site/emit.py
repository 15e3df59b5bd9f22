"""The output folder: writes what differs, removes what earlier builds wrote and this one did not.

Invariant: only files that the ledger lists are ever replaced or removed, and a file is listed before it is written, so
a build that is killed at any moment leaves nothing that a later one would not know as its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

from msgspec import Struct, field

from notes_site.model import Diagnostic, Span
from notes_site.stamps import Stamps, digest_of_bytes, digest_of_file, stamp

Content: TypeAlias = bytes | Path
# a file being written, at the top of the output folder until it takes its place
UNFINISHED: Final = ".notes-site.tmp"
_CHUNK: Final = 1 << 20
# NUL, and halves of surrogate pairs
_UNWRITABLE: Final = re.compile("[\0\ud800-\udfff]")


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


# -- the ledger --------------------------------------------------------------------------------------------------------


class Ledger(Struct, frozen=True):
    """The files that earlier builds wrote, for each output folder: by its path from the site's own folder when it lies
    in there, so that a site may be moved, else by its absolute path."""

    file: Path
    names_by_output: dict[str, frozenset[str]] = field(default_factory=dict)
    stamp: tuple[int, int, int] | None = None

    @classmethod
    def read(cls, file: Path) -> Ledger:
        """The ledger in `file`; empty when there is none, or when it is not one of ours."""
        try:
            loaded: object = json.loads(file.read_bytes())
        except (OSError, ValueError, RecursionError):
            loaded = None
        outputs = loaded.get("outputs") if isinstance(loaded, dict) else None
        names_by_output: dict[str, frozenset[str]] = {}
        for output, names in outputs.items() if isinstance(outputs, dict) else ():
            if isinstance(names, list):
                kept = frozenset(name for name in names if isinstance(name, str) and _is_safe(name))
                names_by_output[output] = kept
        return cls(file, names_by_output, _stamp(file))

    def fresh(self) -> Ledger:
        """This ledger, or the one in the file when that has been written since."""
        return self if self.stamp is not None and self.stamp == _stamp(self.file) else Ledger.read(self.file)

    def _key(self, output: str) -> str:
        home = os.path.realpath(self.file.parent.parent)
        return os.path.relpath(output, home).replace(os.sep, "/") if _within(output, home) else output

    def names(self, output: str) -> frozenset[str]:
        """The names for an output folder, given by its real path."""
        return self.names_by_output.get(self._key(output), frozenset())

    def write(self, output: str, names: frozenset[str]) -> Ledger:
        """The ledger with other names for one output folder, on the disk too. Raises OSError."""
        if names == self.names(output):
            return self
        names_by_output = {**self.names_by_output, self._key(output): names}
        rows = {key: sorted(entry) for key, entry in sorted(names_by_output.items()) if entry}
        self.file.parent.mkdir(parents=True, exist_ok=True)
        data = json.dumps({"outputs": rows}, ensure_ascii=True, indent=0).encode()
        _replace(str(self.file), data, str(self.file.with_name(self.file.name + UNFINISHED)))
        return Ledger(self.file, names_by_output, _stamp(self.file))


def _stamp(file: Path) -> tuple[int, int, int] | None:
    """What tells one writing of the ledger from another: each is a new file."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def _is_safe(name: str) -> bool:
    """Whether a name means a file inside the output folder: relative, without `..`, `.`, empty steps and NUL."""
    steps = name.split("/")
    if _UNWRITABLE.search(name) or any(step in ("", ".", "..") for step in steps):
        return False
    return os.sep == "/" or not ("\\" in name or ":" in name)


# -- one file ----------------------------------------------------------------------------------------------------------


def put(place: Path, data: bytes) -> None:
    """Write one file of the author's whole, or not at all. Raises OSError."""
    _replace(os.path.realpath(place), data, f"{os.path.realpath(place)}{UNFINISHED}")


def _replace(place: str, content: Content, unfinished: str) -> None:
    """Put a file there in one step, through a file on the same file system. Raises OSError."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(unfinished)
    try:
        with open(unfinished, "xb") as stream:
            if isinstance(content, bytes):
                stream.write(content)
            else:
                with content.open("rb") as source:
                    while chunk := source.read(_CHUNK):
                        stream.write(chunk)
        os.replace(unfinished, place)
    except BaseException:
        if os.path.lexists(unfinished):
            os.unlink(unfinished)
        raise


def _digest(content: Content) -> str:
    """Raises OSError."""
    return digest_of_bytes(content) if isinstance(content, bytes) else digest_of_file(content)


class _Folder(Struct):
    """The output folder during one emit.

    `plain` are folders known to be real ones, `absent` those known not to be, `new` those that this emit made.
    """

    root: str
    plain: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    new: set[str] = field(default_factory=set)

    def place(self, name: str) -> str:
        return self.root + os.sep + (name if os.sep == "/" else name.replace("/", os.sep))

    def standing(self, name: str) -> str:
        """`free`, `file`, or what stands in the way: `a folder`, `a file in place of its folder`, `a link`."""
        parent = self.root
        for step in name.split("/")[:-1]:
            above, parent = parent, f"{parent}{os.sep}{step}"
            if parent in self.plain:
                continue
            if parent in self.absent or above in self.new:
                return "free"
            try:
                mode = os.lstat(parent).st_mode
            except FileNotFoundError:
                self.absent.add(parent)
                return "free"
            if not stat.S_ISDIR(mode):
                return "a link in place of its folder" if stat.S_ISLNK(mode) else "a file in place of its folder"
            self.plain.add(parent)
        if parent in self.new:
            return "free"  # asked before the file is written
        try:
            mode = os.lstat(self.place(name)).st_mode
        except FileNotFoundError:
            return "free"
        if stat.S_ISREG(mode):
            return "file"
        return "a folder" if stat.S_ISDIR(mode) else "a link" if stat.S_ISLNK(mode) else "no regular file"

    def stands(self, name: str, stamps: Stamps) -> bool:
        """Whether a file is there as its stamp says. Raises OSError."""
        known = stamps.known.get(name)
        if known is None or self.standing(name) != "file":
            return False
        status = os.lstat(self.place(name))
        if known.holds(status):
            return True
        seen = time.time_ns()
        now = stamp(status, seen, digest_of_file(self.place(name)))
        if now.digest != known.digest:
            return False
        stamps.put(name, now)
        return True

    def remove(self, names: Iterable[str]) -> tuple[list[str], list[str]]:
        """Remove those of our files that still are files, and the folders that this empties.

        Returns the names removed, and those that could not be.
        """
        removed: list[str] = []
        left: list[str] = []
        emptied: set[str] = set()
        for name in sorted(names):
            try:
                standing = self.standing(name)
                if standing == "file":
                    os.unlink(self.place(name))
                    removed.append(name)
                elif standing != "free":
                    continue
            except OSError:
                left.append(name)
                continue
            # also for a file that is gone: a build that was killed may have made its folder and no more
            emptied |= {name.rsplit("/", count)[0] for count in range(1, name.count("/") + 1)}
        for folder in sorted(emptied, key=lambda name: -name.count("/")):
            try:
                os.rmdir(self.place(folder))
            except OSError:  # not empty: something in it is not ours, or still ours
                continue
        if emptied:
            self.plain.clear()
            self.absent.clear()
            self.new.clear()
        return removed, left

    def write(self, name: str, content: Content) -> os.stat_result:
        """Raises OSError."""
        place = self.place(name)
        parent = os.path.dirname(place)
        if parent not in self.plain:
            self.make(name)
        if parent in self.new and isinstance(content, bytes):
            return _create(place, content)
        _replace(place, content, os.path.join(self.root, UNFINISHED))
        return os.lstat(place)

    def make(self, name: str) -> None:
        """Make the folders of a file. Raises OSError."""
        parent = self.root
        for step in name.split("/")[:-1]:
            parent = os.path.join(parent, step)
            if parent in self.plain:
                continue
            self.absent.discard(parent)
            try:
                os.mkdir(parent)
            except FileExistsError:
                continue
            self.plain.add(parent)
            self.new.add(parent)


def _create(place: str, content: bytes) -> os.stat_result:
    """Write a file of a new folder, in place: there is nothing to replace, and nobody reads there yet.

    Raises OSError.
    """
    try:
        with open(place, "xb", buffering=0) as stream:
            view = memoryview(content)
            while len(view := view[stream.write(view) :]):
                pass
            return os.fstat(stream.fileno())
    except FileExistsError:
        raise
    except BaseException:
        os.unlink(place)
        raise


# -- the whole ---------------------------------------------------------------------------------------------------------


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
        if not _is_safe(entry.name) or entry.name.rpartition("/")[2] == UNFINISHED:
            raise ValueError(f"not a file inside the output folder: {entry.name!r}")
        if entry.name in by_name:
            raise ValueError(f"two files of one name: {entry.name!r}")
        by_name[entry.name] = entry
    root = os.path.realpath(output)
    wanted = names if names is not None else frozenset(by_name)
    emitting = _Emitting(_Folder(root), output.name or root, by_name, wanted, ledger, stamps or Stamps({}))
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
    folder = _Folder(output)
    try:
        return all(folder.stands(name, stamps) for name in names)
    except OSError:
        return False


class _Emitting(Struct):
    """One emit; lives as long as the call."""

    folder: _Folder
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
    removed, left = _Folder(root).remove(ledger.names(root))
    ledger.write(root, frozenset(left))
    return tuple(name for name in removed if name != UNFINISHED)


def refused(content: Path, output: Path, root: Path) -> str | None:
    """Why a site may not be written to `output`, or None. Relative folders are meant from `root`, the project's."""
    project = os.path.realpath(root)
    notes, target = (os.path.realpath(os.path.join(project, folder)) for folder in (content, output))
    home = os.path.realpath(os.path.expanduser("~"))
    if target == os.path.dirname(target):
        return "the output folder is the root of the file system"
    if target == home:
        return "the output folder is the home folder"
    if target == notes:
        return "the output folder is the content folder"
    if _within(notes, target):
        return "the output folder holds the content folder"
    if _within(target, notes):
        return "the output folder lies inside the content folder"
    if _within(project, target):
        return "the output folder is the project's folder, or holds it"
    place = target
    while not os.path.lexists(place):
        place = os.path.dirname(place)
    if not os.path.isdir(place):
        return "the output folder is a file" if place == target else "the output folder lies in a file"
    return None


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)

"""What lies in the content folder: notes with their bytes, other files with their digests, dates from git.

Invariant: never raises for what an author may put there; nothing outside the content folder is opened, no link is
followed in a circle, and the order of the file system is not seen in the result.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import subprocess
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from notes_site.diagnostics import sort_problems
from notes_site.model import Diagnostic, Source, Span
from notes_site.patterns import matches

NOTES: Final = (".md", ".markdown", ".qmd", ".ipynb")
# names are cut nowhere: a longer one could not be written again with `/index.html` after it
LONGEST_NAME: Final = 255
LONGEST_PATH: Final = 1024
# links to folders that were reached through links to folders
DEEPEST_LINK: Final = 3

_SHOWN_DOTS: Final = (".well-known", ".nojekyll")
_LEFT_OUT_FOLDERS: Final = ("_site", "node_modules", "__pycache__")
_LEFTOVERS: Final = ("**/*~", "**/#*#", "**/*.swp", "**/Thumbs.db", "**/_quarto.yml", "**/*.bib", "*.yml", "*.yaml")


@dataclass(frozen=True, slots=True)
class AssetFile:
    """A file that is not a note; `digest` is that of its bytes, `size` their number."""

    path: str
    file: Path
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Scan:
    """All files of the content folder, by path, and what could not be read."""

    sources: tuple[Source, ...] = ()
    assets: tuple[AssetFile, ...] = ()
    problems: tuple[Diagnostic, ...] = ()


def scan(content: Path, ignore: Sequence[str], *, exclude: Sequence[Path] = ()) -> Scan:
    """The notes and other files under `content`, without what `ignore` means and without the folders of `exclude`."""
    root = os.path.realpath(content)
    excluded = frozenset(os.path.realpath(folder) for folder in exclude)
    walk = _Walk(root, tuple(ignore), frozenset(folder for folder in excluded if not _inside(root, folder)))
    sources: dict[str, Source] = {}
    assets: dict[str, AssetFile] = {}
    for path, file in walk.files(root, "", (root,), 0):
        if path in sources or path in assets:
            walk.report(path, "another file has the same name in composed Unicode", "rename one of them")
            continue
        try:
            if path.lower().endswith(NOTES):
                data = file.read_bytes()
                sources[path] = Source(path, _digest(data), data)
            else:
                with file.open("rb") as stream:
                    digest = hashlib.file_digest(stream, "sha256").hexdigest()[:16]
                    assets[path] = AssetFile(path, file, digest, stream.tell())
        except OSError as problem:
            walk.report(path, _reason(problem))
    return Scan(
        tuple(sources[path] for path in sorted(sources)),
        tuple(assets[path] for path in sorted(assets)),
        sort_problems(walk.problems),
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _inside(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or lies in it; both are real paths."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _reason(problem: OSError) -> str:
    return f"cannot be read: {(problem.strerror or str(problem)).lower()}"


def _hidden(name: str, *, folder: bool) -> bool:
    """Whether a name is left out whatever the patterns say: `.git`, `node_modules`, `~` leftovers of editors."""
    if folder and name in _LEFT_OUT_FOLDERS:
        return True
    return name.startswith(".") and name not in _SHOWN_DOTS


@dataclass(slots=True)
class _Walk:
    """One walk through the folder. `chain` are the real folders on the way down, `links` how many were links."""

    root: str
    ignore: tuple[str, ...]
    excluded: frozenset[str]
    problems: list[Diagnostic] = field(default_factory=list)

    def report(self, path: str, message: str, hint: str = "") -> None:
        self.problems.append(Diagnostic("N002", message, Span(path or "."), hint=hint))

    def files(self, folder: str, prefix: str, chain: tuple[str, ...], links: int) -> Iterator[tuple[str, Path]]:
        """The regular files under `folder`, as paths relative to the content folder and as places on the disk."""
        try:
            with os.scandir(folder) as entries:
                names = sorted(entry.name for entry in entries)
        except OSError as problem:
            self.report(prefix.rstrip("/"), _reason(problem))
            return
        for name in names:
            path = self.path(prefix, name)
            if path is not None:
                yield from self.entry(os.path.join(folder, name), path, chain, links)

    def path(self, prefix: str, name: str) -> str | None:
        """The path of an entry, or None (and a problem) when its name cannot stand in an address."""
        try:
            size = len(name.encode())
        except UnicodeEncodeError:
            shown = os.fsencode(name).decode("utf-8", "backslashreplace")
            self.report(prefix + shown, "the name is not UTF-8", "rename it")
            return None
        path = prefix + unicodedata.normalize("NFC", name)
        if any(ord(char) < 0x20 or ord(char) == 0x7F for char in name):
            self.report(prefix + ascii(name)[1:-1], "the name holds control characters", "rename it")
            return None
        if size > LONGEST_NAME or len(path.encode()) > LONGEST_PATH:
            self.report(path, "the name is too long", f"at most {LONGEST_PATH} bytes with its folders")
            return None
        return path

    def entry(self, place: str, path: str, chain: tuple[str, ...], links: int) -> Iterator[tuple[str, Path]]:
        name = path.rpartition("/")[2]
        folder = os.path.isdir(place)
        named = f"{path}/" if folder else path
        if _hidden(name, folder=folder) or matches(named, _LEFTOVERS) or matches(named, self.ignore):
            return
        real = place
        try:
            linked = os.path.islink(place)
            if linked:
                real = os.path.realpath(place, strict=True)
            mode = os.stat(real).st_mode
        except OSError as problem:
            self.report(path, _reason(problem))
            return
        if linked and not _inside(real, self.root):
            self.report(path, "the link leads out of the content folder", "copy what it leads to")
        elif any(_inside(real, folder) for folder in self.excluded):
            return
        elif stat.S_ISREG(mode):
            yield path, Path(place)
        elif not stat.S_ISDIR(mode):
            self.report(path, "neither a file nor a folder")
        else:
            yield from self.folder(place, os.path.realpath(place), path, chain, links + linked)

    def folder(
        self, place: str, real: str, path: str, chain: tuple[str, ...], links: int
    ) -> Iterator[tuple[str, Path]]:
        if real in chain or any(_inside(above, real) for above in chain):
            self.report(path, "the link leads back to a folder that it lies in")
        elif links > DEEPEST_LINK:
            self.report(path, "too many links follow each other")
        else:
            yield from self.files(place, f"{path}/", (*chain, real), links)


# -- git ---------------------------------------------------------------------------------------------------------------

GIT_SECONDS: Final = 60
# what `git rev-parse --local-env-vars` names, without configuration, and what would change the meaning of a path
_REDIRECTIONS: Final = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_DIR", "GIT_GRAFT_FILE", "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE", "GIT_LITERAL_PATHSPECS", "GIT_NAMESPACE", "GIT_NO_REPLACE_OBJECTS", "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX", "GIT_REPLACE_REF_BASE", "GIT_SHALLOW_FILE", "GIT_WORK_TREE", "GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS",
    "GIT_TRACE", "GIT_TRACE2", "GIT_CONFIG", "GIT_CONFIG_PARAMETERS",
)  # fmt: skip
# settings of the author's that would change what `git log` prints
_SETTINGS: Final = (
    "core.quotepath=false", "log.showRoot=true", "log.showSignature=false", "log.follow=false", "diff.renames=false",
    "diff.noprefix=false", "color.ui=false",
)  # fmt: skip


def git_dates(root: Path, paths: Sequence[str]) -> tuple[dict[str, tuple[datetime, datetime]], bool]:
    """First and last commit of each of `paths` (relative to `root`) in UTC, and whether the clone is shallow.

    No dates in a shallow clone, where the oldest commit at hand would pass for the first; none without git or without
    a repository, and none for a file that no commit holds.
    """
    shallow = _git(root, "rev-parse", "--is-shallow-repository")
    if shallow is None or shallow.strip() == b"true":
        return {}, shallow is not None
    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    log = _git(
        root, *settings, "log", "-z", "--format=%x01%ct", "--name-only", "--no-renames", "--no-ext-diff", "--relative",
        "--", ".",
    )  # fmt: skip
    if log is None:
        return {}, False
    wanted = set(paths)
    seconds_by_path: dict[str, tuple[int, int]] = {}
    now = 0
    for token in log.split(b"\0"):
        word = token.removeprefix(b"\n")
        if word.startswith(b"\x01"):
            now = int(word[1:]) if word[1:].isdigit() else 0
            continue
        path = unicodedata.normalize("NFC", os.fsdecode(word))
        if path in wanted:
            first, last = seconds_by_path.get(path, (now, now))
            seconds_by_path[path] = min(first, now), max(last, now)
    dates: dict[str, tuple[datetime, datetime]] = {}
    for path, (earliest, latest) in sorted(seconds_by_path.items()):
        try:
            dates[path] = datetime.fromtimestamp(earliest, UTC), datetime.fromtimestamp(latest, UTC)
        except (OverflowError, ValueError, OSError):
            continue
    return dates, False


def _git(root: Path, *arguments: str) -> bytes | None:
    """What git prints, or None when there is no git, no repository, or no answer in time."""
    git = shutil.which("git")
    if git is None:
        return None
    environment = {key: value for key, value in os.environ.items() if key not in _REDIRECTIONS}
    environment |= {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}
    try:
        done = subprocess.run(  # noqa: S603 -- no shell, and every word is ours
            [git, "--no-pager", *arguments],
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=GIT_SECONDS,
            check=False,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode == 0 else None

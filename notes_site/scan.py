"""What lies in the content folder: notes with their bytes, other files with their digests, dates from git.

Invariant: never raises for what an author may put there; nothing outside the content folder is opened, no link is
followed in a circle, and the order of the file system is not seen in the result.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeAlias

from msgspec import Struct, field

from notes_site.diagnostics import sort_problems
from notes_site.model import Diagnostic, Source, Span, Value
from notes_site.patterns import matches
from notes_site.stamps import Stamps, digest_of_bytes

NOTES: Final = (".md", ".markdown", ".qmd", ".ipynb")
WORKS: Final = ".bib"
PICTURES: Final = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg")
# names are cut nowhere: a longer one could not be written again with `/index.html` after it
LONGEST_NAME: Final = 255
LONGEST_PATH: Final = 1024
# links to folders that were reached through links to folders
DEEPEST_LINK: Final = 3

_SHOWN_DOTS: Final = (".well-known", ".nojekyll")
_LEFT_OUT_FOLDERS: Final = ("_site", "node_modules", "__pycache__")
_LEFTOVERS: Final = ("**/*~", "**/#*#", "**/*.swp", "**/Thumbs.db", "**/_quarto.yml", "*.yml", "*.yaml", "numbers.lock")


class NoteFile(Value, frozen=True):
    """A note that lies at `place`; `series` is the one that its front matter names, as far as a glance can tell."""

    path: str
    place: str
    digest: str
    series: str = ""


class AssetFile(Value, frozen=True):
    """A file that is not a note; `digest` is that of its bytes, `width` and `height` are in pixels, 0 when unknown."""

    path: str
    place: str
    digest: str
    width: int = 0
    height: int = 0


class Scan(Struct, frozen=True):
    """All files of the content folder, by path, and what could not be read. `read` are bytes at hand.

    `works` are bibliographies, which are read and not copied. `linked` says that links were followed, so that one file
    may be several notes.
    """

    notes: tuple[NoteFile, ...] = ()
    assets: tuple[AssetFile, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    read: Mapping[str, bytes] = field(default_factory=dict)
    linked: bool = False
    works: tuple[AssetFile, ...] = ()

    def source(self, note: NoteFile) -> Source:
        """A note with its bytes, empty when it has gone in the meantime."""
        data = self.read.get(note.path)
        if data is None:
            try:
                data = Path(note.place).read_bytes()
            except OSError:
                data = b""
            return Source(note.path, digest_of_bytes(data), data)
        return Source(note.path, note.digest, data)


# `series: optimization` in the head of a note, needed before the note is parsed for the macros of that series
_SERIES: Final = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?P<fence>---|\+\+\+)\s*\n(?:(?!(?P=fence)).*\n){0,60}?"
    rb"series[ \t]*[:=][ \t]*['\"]?([^'\"\s#]+)"
)
Size: TypeAlias = Callable[[Path], tuple[int, int]]


def _series(data: bytes) -> str:
    found = _SERIES.match(data)
    return found[2].decode("utf-8", "replace") if found else ""


def no_size(_file: Path) -> tuple[int, int]:
    """The size of what is not looked at."""
    return 0, 0


def scan(
    content: Path,
    ignore: Sequence[str],
    *,
    exclude: Sequence[Path] = (),
    stamps: Stamps | None = None,
    size: Size = no_size,
) -> Scan:
    """The notes and other files under `content`, without what `ignore` means and without the folders of `exclude`.

    A file whose stamp is known and holds is not read; `size` measures pictures.
    """
    root = os.path.realpath(content)
    excluded = frozenset(os.path.realpath(folder) for folder in exclude)
    walk = _Walk(root, tuple(ignore), frozenset(folder for folder in excluded if not _inside(root, folder)))
    stamps = stamps or Stamps({})
    notes: dict[str, NoteFile] = {}
    assets: dict[str, AssetFile] = {}
    read: dict[str, bytes] = {}
    works: dict[str, AssetFile] = {}
    for path, place, status in walk.files(root, "", (root,), 0):
        if path in notes or path in assets or path in works:
            walk.report(path, "another file has the same name in composed Unicode", "rename one of them")
            continue
        try:
            look(path, place, status, stamps, size, notes, works if path.endswith(WORKS) else assets, read)
        except OSError as problem:
            walk.report(path, _reason(problem))
    return Scan(
        tuple(notes[path] for path in sorted(notes)),
        tuple(assets[path] for path in sorted(assets)),
        sort_problems(walk.problems),
        read,
        walk.linked,
        tuple(asset for _, asset in sorted(works.items())),
    )


def look(
    path: str,
    place: str,
    status: os.stat_result,
    stamps: Stamps,
    size: Size,
    notes: dict[str, NoteFile],
    assets: dict[str, AssetFile],
    read: dict[str, bytes],
) -> None:
    """Put one file where it belongs. Raises OSError."""
    if path.lower().endswith(NOTES):
        known, data = stamps.of_text(place, status, _series)
        notes[path] = NoteFile(path, place, known.digest, known.note)
        if data is not None:
            read[path] = data
        return

    def measured(place: str) -> str:
        width, height = size(Path(place))
        return f"{width}x{height}" if width and height else ""

    known = stamps.of(place, status, measured if path.lower().endswith(PICTURES) else None)
    width, _, height = known.note.partition("x")
    assets[path] = AssetFile(path, place, known.digest, int(width or 0), int(height or 0))


def rescan(found: Scan, changed: frozenset[str], stamps: Stamps, size: Size = no_size) -> Scan | None:
    """The scan after some files (real, absolute paths) changed; None when only a whole scan can tell.

    It can be told when every file that changed is one that was there and still is, or never was one of the site's.
    """
    if found.linked:
        return None
    known: dict[str, NoteFile | AssetFile] = {entry.place: entry for entry in found.notes}
    known |= {entry.place: entry for entry in (*found.assets, *found.works)}
    notes = {note.path: note for note in found.notes}
    assets = {asset.path: asset for asset in found.assets}
    works = {file.path: file for file in found.works}
    read: dict[str, bytes] = {}
    for place in sorted(changed):
        entry = known.get(place)
        try:
            status = os.lstat(place)
        except OSError:
            if entry is not None:
                return None
            continue  # it came and went: what an editor writes on the way
        if entry is None or not stat.S_ISREG(status.st_mode):
            return None
        try:
            look(entry.path, place, status, stamps, size, notes, works if entry.path in works else assets, read)
        except OSError:
            return None
    return Scan(tuple(notes.values()), tuple(assets.values()), found.problems, read, works=tuple(works.values()))


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


class _Walk(Struct):
    """One walk through the folder. `chain` are the real folders on the way down, `links` how many were links."""

    root: str
    ignore: tuple[str, ...]
    excluded: frozenset[str]
    problems: list[Diagnostic] = field(default_factory=list)
    linked: bool = False

    def report(self, path: str, message: str, hint: str = "") -> None:
        self.problems.append(Diagnostic("N002", message, Span(path or "."), hint=hint))

    def files(
        self, folder: str, prefix: str, chain: tuple[str, ...], links: int
    ) -> Iterator[tuple[str, str, os.stat_result]]:
        """The regular files under `folder`: path relative to the content folder, place on the disk, what stat says."""
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as problem:
            self.report(prefix.rstrip("/"), _reason(problem))
            return
        for entry in entries:
            path = self.path(prefix, entry.name)
            if path is not None:
                yield from self.entry(entry, path, chain, links)

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

    def entry(
        self, entry: os.DirEntry[str], path: str, chain: tuple[str, ...], links: int
    ) -> Iterator[tuple[str, str, os.stat_result]]:
        name, place, linked = entry.name, entry.path, entry.is_symlink()
        self.linked |= linked
        folder = os.path.isdir(place) if linked else entry.is_dir(follow_symlinks=False)
        named = f"{path}/" if folder else path
        if _hidden(name, folder=folder) or matches(named, _LEFTOVERS) or matches(named, self.ignore):
            return
        real = place
        try:
            if linked:
                real = os.path.realpath(place, strict=True)
            status = os.stat(real)
        except OSError as problem:
            self.report(path, _reason(problem))
            return
        if linked and not _inside(real, self.root):
            self.report(path, "the link leads out of the content folder", "copy what it leads to")
        elif any(_inside(real, folder) for folder in self.excluded):
            return
        elif stat.S_ISREG(status.st_mode):
            yield path, place, status
        elif not stat.S_ISDIR(status.st_mode):
            self.report(path, "neither a file nor a folder")
        else:
            yield from self.folder(place, os.path.realpath(place), path, chain, links + linked)

    def folder(
        self, place: str, real: str, path: str, chain: tuple[str, ...], links: int
    ) -> Iterator[tuple[str, str, os.stat_result]]:
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


SHALLOW: Final = "shallow"


def git_state(root: Path) -> str:
    """What the dates of `git_dates` depend on: the commit that is checked out and where `root` lies in its repository.

    Empty without git or a repository; `SHALLOW` in a shallow clone, where the oldest commit at hand would pass for the
    first.
    """
    said = _git(root, "rev-parse", "--is-shallow-repository", "HEAD", "--show-prefix")
    lines = (said or b"").decode("utf-8", "replace").split("\n")
    if lines[0] == "true":
        return SHALLOW
    return " ".join(lines[1:3])


def git_dates(root: Path) -> dict[str, tuple[datetime, datetime]]:
    """First and last commit of each file under `root`, by its path there, in UTC; empty without git."""
    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    log = _git(
        root, *settings, "log", "-z", "--format=%x01%ct", "--name-only", "--no-renames", "--no-ext-diff", "--relative",
        "--", ".",
    )  # fmt: skip
    if log is None:
        return {}
    seconds_by_path: dict[str, tuple[int, int]] = {}
    now = 0
    for token in log.split(b"\0"):
        word = token.removeprefix(b"\n")
        if word.startswith(b"\x01"):
            now = int(word[1:]) if word[1:].isdigit() else 0
            continue
        path = unicodedata.normalize("NFC", os.fsdecode(word))
        if not path:
            continue
        first, last = seconds_by_path.get(path, (now, now))
        seconds_by_path[path] = min(first, now), max(last, now)
    dates: dict[str, tuple[datetime, datetime]] = {}
    for path, (earliest, latest) in sorted(seconds_by_path.items()):
        try:
            dates[path] = datetime.fromtimestamp(earliest, UTC), datetime.fromtimestamp(latest, UTC)
        except (OverflowError, ValueError, OSError):
            continue
    return dates


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

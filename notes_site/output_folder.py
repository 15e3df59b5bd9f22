"""The output folder on the disk: what stands in it, what may be written there, and how.

Invariant: no link is followed on the way to a file, and a file that somebody may read takes its place in one step.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from msgspec import Struct, field

from notes_site.ledger import UNFINISHED, Content, put_in_place, within
from notes_site.stamps import Stamps, digest_of_file, stamp

# folders that are never notes, wherever they stand among them: a scan passes them over
UNREAD: Final = frozenset(("_site", ".notes-site"))


class Folder(Struct):
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
        put_in_place(place, content, os.path.join(self.root, UNFINISHED))
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


def _never_read(folder: str, notes: str) -> bool:
    """Whether no scan of `notes` ever comes to `folder`, whatever a configuration says."""
    return not UNREAD.isdisjoint(os.path.relpath(folder, notes).split(os.sep))


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
    if within(notes, target):
        return "the output folder holds the content folder"
    if within(target, notes) and not _never_read(target, notes):
        return "the output folder lies inside the content folder"
    if within(project, target):
        return "the output folder is the project's folder, or holds it"
    place = target
    while not os.path.lexists(place):
        place = os.path.dirname(place)
    if not os.path.isdir(place):
        return "the output folder is a file" if place == target else "the output folder lies in a file"
    return None

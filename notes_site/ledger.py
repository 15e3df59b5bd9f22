"""The ledger: the files that earlier builds wrote, for each output folder; and one file, written whole or not at all.

Invariant: a ledger that cannot be read lists nothing, so that what it listed counts as the author's.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from pathlib import Path
from typing import Final, TypeAlias

from msgspec import Struct, field

Content: TypeAlias = bytes | Path
# a file being written, at the top of the output folder until it takes its place
UNFINISHED: Final = ".notes-site.tmp"
_CHUNK: Final = 1 << 20
# NUL, and halves of surrogate pairs
_UNWRITABLE: Final = re.compile("[\0\ud800-\udfff]")


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
                kept = frozenset(name for name in names if isinstance(name, str) and is_safe(name))
                names_by_output[output] = kept
        return cls(file, names_by_output, _stamp(file))

    def fresh(self) -> Ledger:
        """This ledger, or the one in the file when that has been written since."""
        return self if self.stamp is not None and self.stamp == _stamp(self.file) else Ledger.read(self.file)

    def _key(self, output: str) -> str:
        home = os.path.realpath(self.file.parent.parent)
        return os.path.relpath(output, home).replace(os.sep, "/") if within(output, home) else output

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
        put_in_place(str(self.file), data, str(self.file.with_name(self.file.name + UNFINISHED)))
        return Ledger(self.file, names_by_output, _stamp(self.file))


def _stamp(file: Path) -> tuple[int, int, int] | None:
    """What tells one writing of the ledger from another: each is a new file."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def is_safe(name: str) -> bool:
    """Whether a name means a file inside the output folder: relative, without `..`, `.`, empty steps and NUL."""
    steps = name.split("/")
    if _UNWRITABLE.search(name) or any(step in ("", ".", "..") for step in steps):
        return False
    return os.sep == "/" or not ("\\" in name or ":" in name)


def within(path: str, folder: str) -> bool:
    """Whether a path is a folder, or inside it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


# -- one file ----------------------------------------------------------------------------------------------------------


def put(place: Path, data: bytes) -> None:
    """Write one file of the author's whole, or not at all. Raises OSError."""
    put_in_place(os.path.realpath(place), data, f"{os.path.realpath(place)}{UNFINISHED}")


def put_in_place(place: str, content: Content, unfinished: str) -> None:
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

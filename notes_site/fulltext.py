"""Words indexed by Pagefind, a program of its own that reads a folder of pages and writes a folder of files.

Invariant: the same pages give the same bytes; nothing is left of the two folders, whatever happens.
"""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import tempfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from notes_site.packing import digest
from notes_site.search.cbor import NotCbor, dump, load

# of what Pagefind writes, what a browser asks for; the rest are dialogs of its own
_WANTED: Final = ("*.pf_meta", "wasm.*.pagefind", "fragment/*", "index/*", "filter/*")
SCRIPTS: Final = ("pagefind.js", "pagefind-worker.js")
ENTRY: Final = "pagefind-entry.json"
# what a file of Pagefind's begins with once it is unpacked; one that is not packed is read as it is
SIGNATURE: Final = b"pagefind_dcd"
# seconds between two looks at whether somebody waits
_LOOK: Final = 0.02
# letters of one step of a path: what is longer, no file system takes
_LONGEST: Final = 240


class NoIndex(Exception):  # noqa: N818 - it names what is missing
    """Why there is no index of words, in one line."""


class Stopped(Exception):  # noqa: N818 - it names what happened
    """Somebody waits for this process."""


def program() -> Path:
    """Pagefind's program. Raises NoIndex where there is none for this machine."""
    try:
        from pagefind_bin import get_executable  # type: ignore[import-untyped]
    except ImportError:
        raise NoIndex("pagefind-bin is not installed; there is none for some machines") from None
    try:
        return Path(get_executable())
    except OSError as error:
        raise NoIndex(str(error)) from error


def indexed(
    pages: Iterable[tuple[str, str]], lang: str, scratch: Path, stop: Callable[[], bool], *, scripts: bool
) -> dict[str, bytes]:
    """The files of an index by name, of pages by the names that tell their addresses, all in one language.

    `scripts` asks for Pagefind's own as well. Raises NoIndex, Stopped.
    """
    command = program()
    room: Path | None = scratch
    try:
        str(scratch).encode()
        scratch.mkdir(parents=True, exist_ok=True)
    except (OSError, UnicodeEncodeError):  # a cache that cannot be written, or whose name Pagefind cannot read
        room = None
    try:
        with tempfile.TemporaryDirectory(dir=room) as folder:
            source, output = Path(folder, "in"), Path(folder, "out")
            _write(source, pages)
            _run([str(command), "--site", str(source), "--output-path", str(output), "--force-language", lang], stop)
            return _read(output, SCRIPTS if scripts else ())
    except OSError as error:
        raise NoIndex((error.strerror or str(error)).lower()) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _write(folder: Path, pages: Iterable[tuple[str, str]]) -> None:
    for name, text in pages:
        place = folder / name
        if max(map(len, place.name.encode("utf-8", "replace").split(b"/"))) > _LONGEST:
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode("utf-8", "replace"))


def _run(command: list[str], stop: Callable[[], bool]) -> None:
    with subprocess.Popen(  # noqa: S603 - our own arguments
        [*command, "--silent"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:  # fmt: skip
        said = b""
        while True:
            try:
                _, said = process.communicate(timeout=_LOOK)
                break
            except subprocess.TimeoutExpired:
                if stop():
                    process.kill()
                    process.wait()
                    raise Stopped from None
    if process.returncode:
        lines = said.decode("utf-8", "replace").strip().splitlines()
        raise NoIndex(f"pagefind ended with {process.returncode}{': ' + lines[-1] if lines else ''}")


def _read(folder: Path, scripts: tuple[str, ...]) -> dict[str, bytes]:
    files = {place for pattern in (*_WANTED, *scripts) for place in folder.glob(pattern)}
    made = {place.relative_to(folder).as_posix(): place.read_bytes() for place in sorted(files)}
    try:
        return _in_order(made, json.loads((folder / ENTRY).read_bytes()))
    except (KeyError, TypeError, ValueError, EOFError, zlib.error, NotCbor) as error:
        raise NoIndex(f"this version of pagefind writes what is not known here: {error!r}") from error


def _in_order(files: dict[str, bytes], entry: dict[str, Any]) -> dict[str, bytes]:
    """The files with the values of filters in order: Pagefind writes them in one of chance, and names files by it.

    `pagefind.<hash>.pf_meta` is [version, pages, chunks, [[filter, hash], …], sorts, facts], a filter's file is
    [filter, [[value, pages], …]].
    """
    for lang in entry["languages"].values():
        name = f"pagefind.{lang['hash']}.pf_meta"
        meta = _item(files.pop(name))
        for row in meta[3]:
            found = _item(files.pop(f"filter/{row[1]}.pf_filter"))
            found[1].sort()
            data = SIGNATURE + dump(found)
            row[1] = f"{str(row[1]).partition('_')[0]}_{digest(data).hex()[:10]}"
            files[f"filter/{row[1]}.pf_filter"] = data
        meta[3].sort()
        data = SIGNATURE + dump(meta)
        lang["hash"] = f"{lang['hash'].partition('_')[0]}_{digest(data).hex()[:10]}"
        files[f"pagefind.{lang['hash']}.pf_meta"] = data
    used = {str(lang.get("wasm") or "unknown") for lang in entry["languages"].values()}
    files[ENTRY] = json.dumps(entry, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    # the one for languages that nobody knows is written beside every other
    unused = {name for name in files if name.startswith("wasm.") and name.split(".")[1] not in used}
    return {name: data for name, data in files.items() if name not in unused}


def _item(packed: bytes) -> list[Any]:
    """What a file of Pagefind's holds."""
    item = load(gzip.decompress(packed).removeprefix(SIGNATURE))
    if not isinstance(item, list):
        raise NotCbor("it is no array")
    return item

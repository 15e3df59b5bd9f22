"""Words indexed by Pagefind, a program of its own that is told pages and answers with files.

Each volume has a process, several at a time. It is spoken to over pipes, since from a folder it takes pages in the
order of the file system, which is another on another machine.

Invariant: the same pages give the same bytes, wherever and in whatever way they are indexed; no process is left.
"""

from __future__ import annotations

import gzip
import subprocess
import tempfile
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from itertools import chain
from pathlib import Path
from threading import Lock, Thread
from typing import IO, Final, TypeAlias

import msgspec
from msgspec import Struct, field

from notes_site.model import Value
from notes_site.search.cbor import NotCbor
from notes_site.search.postings import Volume, joined, name_of, volume

SCRIPTS: Final = ("pagefind.js", "pagefind-worker.js")
ENTRY: Final = "pagefind-entry.json"
# seconds between two looks at whether somebody waits
_LOOK: Final = 0.02
# between two messages, which are in base64
_COMMA: Final = b","
_READ: Final = 1 << 20

# pages by the names that tell their addresses
Pages: TypeAlias = Iterable[tuple[str, str]]


class NoIndex(Exception):  # noqa: N818 - it names what is missing
    """Why there is no index of words, in one line."""


class Stopped(Exception):  # noqa: N818 - it names what happened
    """Somebody waits for this process."""


class Program(Value, frozen=True):
    """What a browser needs of Pagefind's own to read an index in one language: files, and what it is told of them."""

    version: str
    signs: tuple[str, ...]
    wasm: str | None
    files: tuple[tuple[str, bytes], ...]


class Indexed(Struct, frozen=True):
    """A volume that was indexed, and the text of each of its pages as a file; it is empty where there is no word."""

    volume: Volume
    fragments: Mapping[str, bytes]
    program: Program | None


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


def indexed(volumes: Mapping[str, Pages], lang: str, jobs: int, stop: Callable[[], bool]) -> dict[str, Indexed]:
    """Volumes of pages in one language, `jobs` at a time, by their names. Raises NoIndex, Stopped."""
    command = program()
    running = _Running()
    made: dict[str, Future[Indexed]] = {}
    with ThreadPoolExecutor(max(1, min(jobs, len(volumes)))) as threads:
        try:
            for name, pages in volumes.items():
                made[name] = threads.submit(_indexed, command, running, lang, pages)
            while True:
                done, waiting = wait(made.values(), _LOOK, FIRST_EXCEPTION)
                for one in done:
                    one.result()  # raises what went wrong in it
                if not waiting:
                    return {name: one.result() for name, one in made.items()}
                if stop():
                    raise Stopped
        finally:
            running.end()
            threads.shutdown(cancel_futures=True)


def files(lang: str, volumes: Sequence[Volume], own: Program, *, scripts: bool) -> dict[str, bytes]:
    """The files of the index of all volumes by name, but the texts of pages. `scripts` asks for Pagefind's own as well.

    Raises NoIndex.
    """
    try:
        index = joined(lang, volumes)
    except (NotCbor, UnicodeDecodeError) as error:
        raise _unknown(error) from error
    told = {"hash": index.hash, "page_count": index.pages, "wasm": own.wasm}
    entry = {"include_characters": own.signs, "languages": {lang: told}, "version": own.version}
    made = dict(index.files) | {name: data for name, data in own.files if scripts or name not in SCRIPTS}
    return made | {ENTRY: msgspec.json.encode(entry, order="deterministic") + b"\n"}


def _unknown(error: Exception) -> NoIndex:
    return NoIndex(f"this version of pagefind writes what is not known here: {error!r}")


# -- the program while it runs -----------------------------------------------------------------------------------------


class _Running:
    """The processes that run, in several threads, until all are ended."""

    def __init__(self) -> None:
        self.lock, self.processes, self.over = Lock(), set[subprocess.Popen[bytes]](), False

    def begin(self, command: Path, said: IO[bytes]) -> subprocess.Popen[bytes]:
        with self.lock:
            if self.over:
                raise Stopped
            process = subprocess.Popen(  # noqa: S603 - our own arguments
                [str(command), "--service"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said
            )  # fmt: skip
            self.processes.add(process)
            return process

    def end(self) -> None:
        with self.lock:
            self.over = True
            for process in self.processes:
                process.kill()


def _indexed(command: Path, running: _Running, lang: str, pages: Pages) -> Indexed:
    """A volume, indexed by a process of its own."""
    messages: list[Mapping[str, object]] = [{"type": "NewIndex", "config": {"force_language": lang}}]
    messages += [
        {"type": "AddFile", "index_id": 0, "file_path": _plain(name), "file_contents": _plain(text)}
        for name, text in pages
    ]
    messages.append({"type": "GetFiles", "index_id": 0})
    try:
        with tempfile.TemporaryFile() as said, running.begin(command, said) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            speaker = Thread(target=_tell, args=(process.stdin, messages))
            speaker.start()
            answers = list(_answers(process.stdout, len(messages)))
            if len(answers) == len(messages):
                process.kill()
            code = process.wait()
            speaker.join()
            with suppress(OSError):  # what it was not told before it ended
                process.stdin.close()
            said.seek(0)
            lines = said.read().decode("utf-8", "replace").strip().splitlines()
    except OSError as error:
        raise NoIndex((error.strerror or str(error)).lower()) from error
    if len(answers) < len(messages):
        raise NoIndex(f"pagefind ended with {code}{': ' + lines[-1] if lines else ''}")
    try:
        return _read({file.path: file.content for file in _files(answers)})
    except (KeyError, TypeError, ValueError, EOFError, zlib.error, NotCbor, msgspec.MsgspecError) as error:
        raise _unknown(error) from error


def _plain(text: str) -> str:
    """A text without halves of surrogate pairs, which JSON cannot hold."""
    return text.encode("utf-8", "replace").decode()


def _tell(stdin: IO[bytes], messages: Sequence[object]) -> None:
    """Send the messages; the program answers them while it is told the next."""
    with suppress(OSError):  # it has ended, which is seen by who reads its answers
        for i, message in enumerate(messages):
            stdin.write(b64encode(msgspec.json.encode({"message_id": i, "payload": message})) + _COMMA)
        stdin.flush()


def _answers(stdout: IO[bytes], count: int) -> Iterator[bytes]:
    """As many answers as there were messages; fewer when the program ends."""
    rest = b""
    parts: list[bytes] = []
    while count and (data := stdout.read1(_READ)):  # type: ignore[attr-defined]
        *whole, rest = data.split(_COMMA)
        for end in whole:
            yield b"".join((*parts, end))
            parts.clear()
            count -= 1
        parts.append(rest)


# -- what it answers ---------------------------------------------------------------------------------------------------


class _File(Struct):
    path: str
    content: bytes


class _Payload(Struct):
    type: str
    message: str = ""
    files: tuple[_File, ...] = ()


class _Answer(Struct):
    payload: _Payload


class _Language(Struct):
    hash: str
    wasm: str | None = None


class _Entry(Struct):
    version: str
    languages: dict[str, _Language]
    include_characters: tuple[str, ...] = field(default_factory=tuple)


def _files(answers: Iterable[bytes]) -> list[_File]:
    given = [msgspec.json.decode(b64decode(answer), type=_Answer).payload for answer in answers]
    for payload in given:
        if payload.type == "Error":
            raise NoIndex(f"pagefind says: {payload.message}")
    return list(chain.from_iterable(payload.files for payload in given))


def _read(given: Mapping[str, bytes]) -> Indexed:
    """A volume from the files of its index. Texts of pages are named by all that is in them, so that those of several
    volumes can lie side by side.
    """
    entry = msgspec.json.decode(given[ENTRY], type=_Entry)
    if not entry.languages:
        return Indexed(Volume(entry.version, (), (), (), ()), {}, None)
    (language,) = entry.languages.values()
    kept = {file: data for file, data in given.items() if file.startswith("fragment/")}
    names = {Path(file).stem: name_of(data) for file, data in kept.items()}
    found = volume(
        gzip.decompress(given[f"pagefind.{language.hash}.pf_meta"]),
        [gzip.decompress(data) for file, data in given.items() if file.startswith("index/")],
        [gzip.decompress(data) for file, data in given.items() if file.startswith("filter/")],
        names,
    )
    wasm = f"wasm.{language.wasm or 'unknown'}.pagefind"
    own = tuple((file, given[file]) for file in (wasm, *SCRIPTS))
    fragments = {f"fragment/{names[Path(file).stem]}.pf_fragment": data for file, data in kept.items()}
    return Indexed(found, fragments, Program(entry.version, entry.include_characters, language.wasm, own))

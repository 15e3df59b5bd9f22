"""Parse many notes, here or in workers: the same bytes in the same order either way.

Workers are any `concurrent.futures.Executor`: processes of this machine, or those of a cluster. What travels is small
and packed: notes go out as their bytes, and come back as the rows that the cache keeps.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from notes_site.markdown.options import MacroSource, Options
from notes_site.model import Body, Note, Source, Value
from notes_site.packing import digest, pack

if TYPE_CHECKING:
    from concurrent.futures import Executor, ProcessPoolExecutor

# bytes of notes that take as long to parse as processes take to start: about 0.15 s
WORTHWHILE: Final = 150_000
# a worker is given notes of about this many bytes at a time, so that no worker waits long for the last
_CHUNK: Final = 40_000


class Task(Struct, frozen=True):
    """A note to parse: the key under which the outcome is kept, its bytes, and the macros of its collections."""

    key: bytes
    source: Source
    macros: tuple[MacroSource, ...]


class Packed(Value, frozen=True):
    """A parsed note as the cache keeps it: a packed Note, and a packed Body under the same key."""

    key: bytes
    note: bytes
    body: bytes


class _Worker(Struct):
    """The parser of this process; made once, because markdown-it and the memo of formulas are worth keeping."""

    options: Options | None = None
    parser: object = None


_worker = _Worker()


def parse_chunk(options: Options, tasks: Sequence[Task]) -> list[Packed]:
    """Some notes, parsed and packed, in the order given."""
    from notes_site.markdown.parse import Parser

    if _worker.options != options or not isinstance(_worker.parser, Parser):
        _worker.options, _worker.parser = options, Parser(options)
    made: list[Packed] = []
    for task in tasks:
        doc = _worker.parser.parse(task.source, task.macros)
        facts, body = pack(doc.facts), pack(Body(doc.body, doc.blobs))
        found = doc.findings
        face = digest(facts, body, b"%d %d" % (found.words, found.formulas))
        made.append(Packed(task.key, pack(Note(task.key, digest(facts), face, doc.facts, found)), body))
    return made


def parse_all(tasks: Sequence[Task], options: Options, executor: Executor | None) -> Iterator[Packed]:
    """All notes, parsed and packed, in any order: the largest are begun first, at once where there are workers."""
    if executor is None:
        return (made for task in tasks for made in parse_chunk(options, [task]))
    chunks: list[list[Task]] = []
    size = _CHUNK
    for task in sorted(tasks, key=lambda task: -len(task.source.data)):
        if size >= _CHUNK:
            chunks.append([])
            size = 0
        chunks[-1].append(task)
        size += len(task.source.data)
    results = executor.map(parse_chunk, [options] * len(chunks), chunks)
    return (made for chunk in results for made in chunk)


def worthwhile(tasks: Sequence[Task], jobs: int) -> bool:
    """Whether workers are done sooner than this process alone, the time that they take to start counted."""
    return jobs > 1 and sum(len(task.source.data) for task in tasks) >= WORTHWHILE


# objects made before Python looks for circles among them; a build makes millions, and hardly a circle
_LOOK: Final = 200_000


def seldom_collect() -> None:
    """Let this process look for garbage more seldom: 6 % of a parse, measured, for some megabytes."""
    gc.set_threshold(_LOOK)


def processes(jobs: int) -> ProcessPoolExecutor:
    """Worker processes of this machine: forked where that is safe, else started anew."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    return ProcessPoolExecutor(
        jobs, mp_context=multiprocessing.get_context("fork" if may_fork() else "spawn"), initializer=seldom_collect
    )


def may_fork() -> bool:
    """Whether a copy of this process would work: it is POSIX, and no thread may hold a lock at this moment."""
    import multiprocessing

    return "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1

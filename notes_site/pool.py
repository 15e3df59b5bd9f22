"""Parse many notes, here or in worker processes: the same Docs in the same order either way.

A pool costs 120 to 180 ms to start, so it is used only from `WORTHWHILE` notes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from notes_site.markdown.draft import Options
from notes_site.model import Doc, Source
from notes_site.tex import Macro

WORTHWHILE = 60

Task = tuple[Source, tuple[Macro, ...]]


@dataclass(slots=True)
class _Worker:
    """The parser of this process; made once, because markdown-it and the memo of formulas are worth keeping."""

    options: Options | None = None
    parser: object = None


_worker = _Worker()


def parse_chunk(options: Options, tasks: Sequence[Task]) -> list[Doc]:
    """The Docs of some notes, in the order given."""
    from notes_site.markdown.parse import Parser

    if _worker.options != options or not isinstance(_worker.parser, Parser):
        _worker.options, _worker.parser = options, Parser(options)
    return [_worker.parser.parse(source, macros) for source, macros in tasks]


def parse_all(tasks: Sequence[Task], options: Options, jobs: int) -> list[Doc]:
    """The Docs of all notes in the order given, over `jobs` processes where that pays."""
    if jobs < 2 or len(tasks) < WORTHWHILE:
        return parse_chunk(options, tasks)
    size = max(4, len(tasks) // (jobs * 4))
    chunks = [tasks[i : i + size] for i in range(0, len(tasks), size)]
    with ProcessPoolExecutor(jobs) as pool:
        made = list(pool.map(parse_chunk, [options] * len(chunks), chunks))
    return [doc for chunk in made for doc in chunk]

"""Make outputs, and write down of each what it asked: here, or in copies of this process.

Invariant: what a page holds does not depend on where it was made, nor on which pages were made before it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from msgspec import Struct, field

from notes_site.model import Doc, Target, Value
from notes_site.notes import Notes
from notes_site.outputs.around import Around
from notes_site.outputs.context import Context, Shared
from notes_site.packing import pack, unpack
from notes_site.pool import may_fork
from notes_site.site import Site
from notes_site.stamps import digest_of_bytes
from notes_site.targets import OUTPUTS
from notes_site.theme import Theme, ThemeError
from notes_site.trace import Answers, Question, Record, Recorder, record

if TYPE_CHECKING:
    from concurrent.futures import Future

# pages that take as long to make as two copies of this process take to start
WORTHWHILE: Final = 80
# pages of one folder share parts, so they stay together; and few enough that what waits to be written is little
_CHUNK: Final = (8, 32)
# chunks that are under way or wait, for each process
_AHEAD: Final = 3


class Fault(Value, frozen=True):
    """Why a page could not be made: what is wrong with which line of which template."""

    message: str
    name: str
    line: int


# outputs, each as bytes, packed record and fault; and the long answers among the records
Chunk: TypeAlias = tuple[list[tuple[bytes, bytes, Fault | None]], dict[bytes, bytes]]


class Made(Struct, frozen=True):
    """One output: its bytes and its record, or the fault of its template."""

    target: Target
    content: bytes = b""
    record: Record | None = None
    fault: Fault | None = None


class Press(Struct):
    """All that outputs are made of. `answers` packs what they asked."""

    site: Site
    around: Around
    theme: Theme
    notes: Notes
    answers: Answers = field(default_factory=Answers)
    shared: Shared = field(default_factory=dict)

    def make(self, target: Target) -> Made:
        """One output, with the questions that it asked."""
        of_site: dict[Question, object] = {}
        of_around: dict[Question, object] = {}
        faces: dict[str, bytes] = {}

        def doc(path: str) -> Doc | None:
            found = self.notes.doc(path) if path in self.site.index.facts_by_path else None
            faces[path] = self.notes.by_path[path].face if found is not None else b""
            return found

        context = Context(cast("Around", Recorder(self.around, of_around)), self.theme, doc, self.shared)
        try:
            content = OUTPUTS[target.make](target, cast("Site", Recorder(self.site, of_site)), context)
        except ThemeError as error:
            return Made(target, fault=Fault(str(error), error.name, error.line))
        made = record(target, digest_of_bytes(content), faces, of_site, of_around, self.answers)
        return Made(target, content, made)

    def make_all(self, targets: Sequence[Target], jobs: int) -> Iterator[Made]:
        """Outputs in the order given, over copies of this process where that pays."""
        if jobs < 2 or len(targets) < WORTHWHILE or not may_fork():
            for target in targets:
                yield self.make(target)
            return
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        self.theme.warm()
        self.notes.cache.commit()  # copies read what lies in the file
        size = min(_CHUNK[1], max(_CHUNK[0], len(targets) // (4 * jobs)))
        chunks = [targets[i : i + size] for i in range(0, len(targets), size)]
        _copied.press = self
        try:
            with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("fork")) as pool:
                waiting: deque[Future[Chunk]] = deque()
                for i, chunk in enumerate(chunks):
                    ahead = chunks[i:] if i == 0 else chunks[i + _AHEAD * jobs - 1 : i + _AHEAD * jobs]
                    waiting.extend(pool.submit(_make_chunk, one) for one in ahead[: _AHEAD * jobs])
                    rows, answers = waiting.popleft().result()
                    self.answers.long.update(answers)
                    for target, (content, packed, fault) in zip(chunk, rows, strict=True):
                        yield Made(target, content, unpack(packed, Record) if packed else None, fault)
        finally:
            _copied.press = None


class _Copied(Struct):
    """What a copy of this process finds when it starts."""

    press: Press | None = None
    opened: bool = False
    sent: set[bytes] = field(default_factory=set)


_copied = _Copied()


def _make_chunk(targets: Sequence[Target]) -> Chunk:
    """Runs in a copy: the outputs packed, and the long answers that this copy has not sent yet."""
    press = _copied.press
    assert press is not None
    if not _copied.opened:
        press.notes.cache.reopen()
        press.theme.part()
        _copied.opened = True
    made = [press.make(target) for target in targets]
    answers = {key: data for key, data in press.answers.long.items() if key not in _copied.sent}
    _copied.sent |= answers.keys()
    return [(one.content, pack(one.record) if one.record else b"", one.fault) for one in made], answers

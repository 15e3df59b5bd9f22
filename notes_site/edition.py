"""One edition of the site: what is due is made, what differs is written, page by page in the order of who waits.

Invariant: an output is made when its file is to be written, so that few wait in memory, and none is made twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

from msgspec import Struct, field

from notes_site import emit
from notes_site.archive import LEDGER, Archive
from notes_site.diagnostics import sort_problems
from notes_site.due import Due
from notes_site.emit import Output
from notes_site.layout import Layout
from notes_site.model import Diagnostic, Target
from notes_site.outcome import Outcome
from notes_site.rendering import Made, Press
from notes_site.wishes import Wishes

# the kind of output that takes longest to make, and that nobody waits for
_LONG: Final = "print"


class Edition(Struct, frozen=True):
    """What a build puts out: the layout, what of it is due, what makes it, and what becomes of it."""

    laid: Layout
    due: Due
    press: Press
    outcome: Outcome
    wishes: Wishes

    def rehearse(self) -> None:
        """Make everything that is due, and write nothing. Raises Overtaken."""
        for made in self._made():
            self.outcome.take(made)

    def publish(self, archive: Archive, problems: Sequence[Diagnostic]) -> None:
        """Make what is due and write what differs; pages first when somebody waits for them. Raises Overtaken.

        `problems` are those of the build so far, for those who are shown what was written.
        """
        laid, outcome, shown = self.laid, self.outcome, self.wishes.shown
        project, memory = archive.project, archive.memory
        if self.wishes.clean:
            with suppress(OSError):  # what cannot be removed is reported when it cannot be written
                emit.clean(project.output, project.cache / LEDGER)
        ledger = archive.ledger()
        names = laid.names | archive.held()  # those of the search are looked at when all pages stand
        for stage in self._stages():
            outcome.wrote(emit.emit(project.output, stage, ledger, memory.standing, names=names))
            ledger = ledger.fresh()
            if shown is not None:
                shown(outcome.report(laid, sort_problems([*problems, *outcome.problems])))
        memory.ledger = ledger

    def _stages(self) -> Iterator[list[Output]]:
        """What is written together: all at once, or, when somebody waits, their page, the other pages, and the rest."""
        laid = self.laid
        files, outputs = laid.files if self.due.everything else (), self._outputs()
        if self.wishes.shown is None:
            yield list(_woven(files, outputs))
            return
        names = {laid.name_of[url] for url in self.due.edited}
        mine = [output for output in outputs if output.name in names]
        long = {laid.name_of[target.url] for target in laid.targets if target.make == _LONG}
        others = [output for output in outputs if output.name not in names]
        pages = [output for output in others if output.name.endswith(".html") and output.name not in long]
        rest = [output for output in others if not output.name.endswith(".html") or output.name in long]
        stages = [[*files, *mine], pages, rest]
        yield from [stage for stage in stages if stage] or [[]]

    def _outputs(self) -> list[Output]:
        """The outputs that are due, each made when it is asked for; with the others when everything is looked at."""
        name_of, reasons, records = self.laid.name_of, self.due.reasons, self.outcome.records
        stream = _Stream(self._made(), self.outcome)
        return [
            Output(name_of[target.url], partial(stream.next, target.url))
            if target.url in reasons
            else Output(name_of[target.url], partial(self._again, target), records[target.url].digest)
            for target in (self.laid.targets if self.due.everything else self.due.targets)
        ]

    def _again(self, target: Target) -> bytes | None:
        """An output that is still good, but does not stand as it was written."""
        return self.outcome.take(self.press.make(target))

    def _made(self) -> Iterator[Made]:
        """The outputs that are due, one by one; raises Overtaken between them."""
        wishes, edited = self.wishes, self.due.edited
        # the page of the note that was edited comes first: somebody is looking at it
        targets = sorted(
            self.due.targets,
            key=lambda target: (target.url not in edited, wishes.shown is not None and target.make == _LONG),
        )
        count = len(targets)
        for done, made in enumerate(self.press.make_all(targets, wishes.jobs)):
            if done % 32 == 0:
                wishes.progress("render", done, count)
                wishes.halt()
            yield made
        wishes.progress("render", count, count)


def _woven(files: Sequence[Output], outputs: Sequence[Output]) -> Iterator[Output]:
    """All of them: some files before each output, so that files are written while others make outputs."""
    share = -(-len(files) // max(1, len(outputs)))
    for i, output in enumerate(outputs):
        yield from files[i * share : (i + 1) * share]
        yield output
    yield from files[len(outputs) * share :]


class _Stream(Struct):
    """Outputs as they are made, taken by URL in whatever order they are asked for."""

    source: Iterator[Made]
    outcome: Outcome
    waiting: dict[str, bytes | None] = field(default_factory=dict)

    def next(self, url: str) -> bytes | None:
        """The bytes of an output, or None when its template is at fault."""
        while url not in self.waiting:
            made = next(self.source)
            self.waiting[made.target.url] = self.outcome.take(made)
        return self.waiting.pop(url)

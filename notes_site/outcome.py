"""What became of the outputs of a build: made, lost to a template, written, kept, removed.

Invariant: an output is made or lost, never both; one that was neither is as good as it was.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field

from notes_site.emit import Emitted, joined
from notes_site.layout import Layout
from notes_site.model import Diagnostic, Report, Span
from notes_site.rendering import Fault, Made
from notes_site.trace import Answers, Record


class Outcome(Struct):
    """The records of all outputs, the URLs of those that were `made`, of those that could not be, and what was done to
    files."""

    records: dict[str, Record]
    answers: Answers
    made: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    emitted: Emitted = field(default_factory=Emitted)
    _faults: dict[Fault, str] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        return bool(self.lost)

    @property
    def problems(self) -> list[Diagnostic]:
        """What could not be written; and each fault of a template once, with the first address at which it was met."""
        faults = [
            Diagnostic("N052", f"{fault.message} (first met at {url})", Span(f"templates/{fault.name}", fault.line))
            for fault, url in self._faults.items()
        ]
        return [*self.emitted.problems, *faults]

    @property
    def sound(self) -> bool:
        """Whether everything was made and written."""
        return not self.lost and not self.emitted.problems

    def take(self, made: Made) -> bytes | None:
        """Note what became of one output; returns its bytes, or None when its template is at fault."""
        url, fault = made.target.url, made.fault
        if made.record is not None:
            self.records[url] = made.record
            self.made.append(url)
        if fault is None:
            return made.content
        self.lost.append(url)
        self._faults[fault] = min(url, self._faults.get(fault, url))
        return None

    def wrote(self, emitted: Emitted) -> None:
        """Note what was done to some files."""
        self.emitted = joined(self.emitted, emitted)

    def report(self, laid: Layout, problems: Sequence[Diagnostic]) -> Report:
        """What was done until now; all of it when nothing is left to be done."""
        return Report(
            made=tuple(self.made),
            pages=laid.pages_of(self.made),
            written=self.emitted.written,
            kept=self.emitted.kept,
            removed=self.emitted.removed,
            problems=tuple(problems),
            failed=self.failed,
        )

"""What a build says when it has ended: what it made and kept, what is wrong, and why a page was made or not.

Invariant: a build with nothing to do says of the site what the build before it said.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from notes_site.archive import Archive
from notes_site.diagnostics import sort_problems
from notes_site.memory import Last
from notes_site.model import Diagnostic, Note, Place, Report
from notes_site.trace import explain
from notes_site.wishes import Wishes

if TYPE_CHECKING:
    from notes_site.edition import Edition
    from notes_site.notes import Notes


def unchanged(last: Last, archive: Archive, wishes: Wishes) -> Report:
    """The report of a build that had nothing to do."""
    said = {True: "was not made: nothing of the site changed", False: "is no page of this site"}
    return Report(
        good=last.outputs,
        kept=last.files - last.searched,
        pending=int(last.stale),
        problems=sort_problems([*last.problems, *archive.cache.said()]),
        notes=last.notes,
        formulas=last.formulas,
        reasons=tuple((url, said[archive.recorded(url)]) for url in wishes.explain),
    )


def finished(edition: Edition, notes: Notes, archive: Archive, problems: Sequence[Diagnostic]) -> Report:
    """The report of a build that made what was due; links to elsewhere are listed when nothing was to be written."""
    laid, outcome, wishes = edition.laid, edition.outcome, edition.wishes
    shown = [notes.by_path[path] for path in laid.site.index.facts_by_path]
    return replace(
        outcome.report(laid, sort_problems([*problems, *archive.cache.said()])),
        good=len(laid.targets) - len(outcome.made),
        notes=len(shown),
        formulas=sum(note.findings.formulas for note in shown),
        reasons=tuple((url, _reason(url, edition, archive)) for url in wishes.explain),
        external=() if wishes.write else _external(shown),
    )


def _external(notes: Sequence[Note]) -> tuple[tuple[str, Place], ...]:
    """The links of notes that lead out of the site, with their places."""
    return tuple(
        (link.target, place)
        for note in notes
        for link, place in zip(note.facts.links, note.findings.places, strict=True)
        if link.kind == "external"
    )


def _reason(url: str, edition: Edition, archive: Archive) -> str:
    """Why an output was made or not."""
    outcome, reasons = edition.outcome, edition.due.reasons
    if url not in edition.laid.name_of:
        return "is no page of this site"
    if url in outcome.lost:
        return "was to be made, and its template is at fault"
    if url in reasons:
        return f"was made: {explain(reasons[url], partial(archive.answer, outcome.answers))}"
    if url in outcome.made:
        return "was made: its file was changed or removed by someone else"
    return "was not made: its notes, its templates and all that it asked of the site are the same"

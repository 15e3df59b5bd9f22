"""Places in an author's files, and what is wrong there.

A `Trouble` becomes a `Diagnostic` when its place is known.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from notes_site.model.values import Value


class Severity(StrEnum):
    """How grave a diagnostic is: an error makes the exit status 1, a warning only under `--strict`."""

    ERROR = "error"
    WARNING = "warning"


class Span(Value, frozen=True, order=True):
    """A place in a file of the author's; `line` and `column` count from 1, 0 when unknown; `cell` is a notebook's."""

    path: str
    line: int = 0
    column: int = 0
    length: int = 1
    cell: int | None = None


class Diagnostic(Value, frozen=True):
    """A mistake of the author's. `excerpt` is the line of `span` as it stands in the file, or what stands in it around
    the place, without `cut` characters at its beginning; or empty.
    """

    code: str
    message: str
    span: Span
    excerpt: str = ""
    hint: str = ""
    cut: int = 0


class Place(Value, frozen=True):
    """Where something stands in the author's file, and what stands there, as a Diagnostic shows it."""

    span: Span
    excerpt: str = ""
    cut: int = 0

    def problem(self, code: str, message: str, hint: str = "") -> Diagnostic:
        """A mistake that is here."""
        return Diagnostic(code, message, self.span, self.excerpt, hint, self.cut)


# characters of a line that are kept to show a place in it
LONGEST_EXCERPT: Final = 200


def place_in(line: str, span: Span) -> Place:
    """A place in a line, of which no more is kept than is shown."""
    if len(line) <= LONGEST_EXCERPT:
        return Place(span, line)
    start = max(0, min(span.column - LONGEST_EXCERPT // 2, len(line) - LONGEST_EXCERPT))
    return Place(span, line[start : start + LONGEST_EXCERPT], start)


class Trouble(Value, frozen=True):
    """What is wrong with a link, before its place in the file is known."""

    code: str
    message: str
    hint: str = ""

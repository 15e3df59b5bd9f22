r"""The values that go in and out of typesetting: a macro, a mistake, a typeset formula.

Nothing here has behaviour; every type is frozen, slotted, hashable and picklable.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from msgspec import Struct

ProblemKind: TypeAlias = Literal[
    "syntax",
    "unknown-command",
    "unknown-environment",
    "expansion-limit",
    "too-deep",
    "bad-macro",
    "bad-character",
]

# Which rows of a display get numbers. "none": none by itself. "labelled": those with a `\label`. "all": as in LaTeX.
# "whole": the display as one, whatever is in it, unless rows have labels or tags of their own.
Numbers: TypeAlias = Literal["none", "labelled", "all", "whole"]

# What the caller fills in: "\x020\x03" is the number of `rows[0]`, "\x041\x05" what `references[1]` shows.
MARKER = re.compile("\x02(?P<row>[0-9]+)\x03|\x04(?P<reference>[0-9]+)\x05")


class Macro(Struct, frozen=True):
    r"""One macro of the author's: `name` has no backslash, `body` says `#1` for the first argument.

    `default` is that of `\newcommand{\x}[2][default]{...}`: the first argument is then optional, in brackets.
    `comment` says what it means, and `example` how it is shown there; both are for readers alone.
    """

    name: str
    body: str
    parameters: int = 0
    default: str | None = None
    comment: str = ""
    example: str = ""


class TexProblem(Struct, frozen=True):
    """A mistake in TeX. `offset` and `length` are code points of the author's own text; `length` is at least 1."""

    kind: ProblemKind
    message: str
    offset: int
    length: int
    hint: str | None = None


class Row(Struct, frozen=True):
    r"""What has a number, or an author's `\tag` in its place; the n-th row of a formula is where `\x02n\x03` stands.

    `label` is the key as written, or empty, and `offset` the place of its command, else of the `\tag`, else of the
    row; `also` are further labels of the row, each with its offset. `tag_html` is what the `\tag` shows, without
    parentheses, as HTML that may hold a <math>, and `tag_plain` the same as text; both are empty when the number is
    automatic. Parentheses belong around a number, and around a tag that is not `starred`.

    A `parent` is what `subequations` as a whole are called, 3; it stands nowhere, and the rows right after it that
    are a `part` are 3a, 3b: all of them but those with a tag.
    """

    label: str = ""
    offset: int = 0
    also: tuple[tuple[str, int], ...] = ()
    tag_html: str = ""
    tag_plain: str = ""
    starred: bool = False
    part: bool = False
    parent: bool = False


class FormulaReference(Struct, frozen=True):
    r"""A reference in a formula: `command` is "eqref" for `\eqref`; `\cref{a,b}` has two keys, `\ref{}` none."""

    command: str
    keys: tuple[str, ...]
    offset: int


class Formula(Struct, frozen=True):
    r"""A formula after typesetting: `mathml` is None when it failed, and `problem` then says why.

    `labels` holds the key of every `\label` with its offset, also of those no row could take. `rows` and
    `references` are in the order of the markers in `mathml`.
    """

    mathml: str | None
    problem: TexProblem | None = None
    defined: tuple[Macro, ...] = ()
    labels: tuple[tuple[str, int], ...] = ()
    references: tuple[FormulaReference, ...] = ()
    rows: tuple[Row, ...] = ()


class TexError(Exception):
    """Carries a TexProblem out of the depths of one formula; never leaves this package."""

    def __init__(self, problem: TexProblem) -> None:
        super().__init__(problem.message)
        self.problem = problem

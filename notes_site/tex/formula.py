r"""The values that go in and out of typesetting: a macro, a mistake, a typeset formula.

Nothing here has behaviour; every type is frozen, slotted, hashable and picklable.
"""

from __future__ import annotations

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


class Macro(Struct, frozen=True):
    r"""One macro of the author's: `name` has no backslash, `body` says `#1` for the first argument.

    `default` is that of `\newcommand{\x}[2][default]{...}`: the first argument is then optional, in brackets.
    """

    name: str
    body: str
    parameters: int = 0
    default: str | None = None
    comment: str = ""


class TexProblem(Struct, frozen=True):
    """A mistake in TeX. `offset` and `length` are code points of the author's own text; `length` is at least 1."""

    kind: ProblemKind
    message: str
    offset: int
    length: int
    hint: str | None = None


class Formula(Struct, frozen=True):
    """A formula after typesetting: `mathml` is None when it failed, and `problem` then says why.

    `labels` and `references` hold each
    key with the offset of its command.
    """

    mathml: str | None
    problem: TexProblem | None = None
    defined: tuple[Macro, ...] = ()
    labels: tuple[tuple[str, int], ...] = ()
    references: tuple[tuple[str, int], ...] = ()


class TexError(Exception):
    """Carries a TexProblem out of the depths of one formula; never leaves this package."""

    def __init__(self, problem: TexProblem) -> None:
        super().__init__(problem.message)
        self.problem = problem

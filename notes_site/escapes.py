"""TeX in double quotes of YAML, where a backslash and a letter mean another character. Pure.

`"$\\nabla f$"` is a line break and "abla f" to YAML, and nothing is said of it. Only what can be nothing but TeX is
taken for it: a line break or a tab that somebody wrote stays one.
"""

from __future__ import annotations

import re
from typing import Final

# what YAML makes of a backslash and one of these letters, in words
MADE: Final = {
    "a": "a bell", "b": "a backspace", "t": "a tab", "n": "a line break", "v": "a vertical tab", "f": "a form feed",
    "r": "a carriage return", "e": "an escape", "N": "a line break", "L": "a line break", "P": "a paragraph break",
}  # fmt: skip
# those that somebody may want
_WANTED: Final = "nt"
# commands that no word after a line break or a tab could be taken for; long ones, for they stand outside of formulas
_COMMANDS: Final = frozenset((
    "nabla", "natural", "nearrow", "nexists", "ngeqslant", "nleftarrow", "nleqslant", "notin", "nparallel",
    "nrightarrow", "nsubseteq", "nsupseteq", "tbinom", "textbf", "textit", "textnormal", "textrm", "textsc", "textsf",
    "texttt", "tfrac", "therefore", "theta", "tilde", "times", "triangle", "trianglelefteq", "trianglerighteq",
    "twoheadrightarrow",
))  # fmt: skip
# `\\` and `\"` are one escape each; `\nabla` is one with its word
_ESCAPE: Final = re.compile(r"\\(?:([abtnvfreNLP])([A-Za-z]+)|.)", re.DOTALL)
# `$…$` and `$$…$$` as they stand between the quotes; a dollar sign that is none is written `\\$` there. Pandoc's rule.
_FORMULA: Final = re.compile(
    r"\\\\\$|\\.|\$\$(?:\\n)?(?P<display>(?:\\\\\$|\\.|[^\\$])+?)(?:\\n)?\$\$"
    r"|\$(?![\s$])(?P<inline>(?:\\\\\$|\\.|[^\\$])+?)(?<!\s)\$(?!\d)",
    re.DOTALL,
)


def commands(raw: str, *, formula: bool) -> list[tuple[int, str]]:
    """The TeX commands whose backslash YAML would take away: where each begins in `raw`, and the command.

    `raw` is what stands between double quotes; with `formula` all of it is TeX, as a macro is.
    """
    if "\\" not in raw:
        return []
    spans = [] if formula else [found.span(found.lastgroup) for found in _FORMULA.finditer(raw) if found.lastgroup]
    made: list[tuple[int, str]] = []
    for found in _ESCAPE.finditer(raw):
        letter, rest = found[1], found[2]
        if letter is None:
            continue
        inside = formula or any(start <= found.start() < end for start, end in spans)
        if inside or letter not in _WANTED or letter + rest in _COMMANDS:
            made.append((found.start(), found[0]))
    return made


def doubled(raw: str, places: list[tuple[int, str]]) -> str:
    """`raw` with the backslash of each of `places` written twice."""
    for start, _ in reversed(places):
        raw = f"{raw[:start]}\\{raw[start:]}"
    return raw


def told(places: list[tuple[int, str]]) -> str:
    """What is said of such commands, with a hint after a semicolon."""
    first = places[0][1]
    names = ", ".join(dict.fromkeys(f'"{command}"' for _, command in places))
    stands, was = ("stands", "was") if len(places) == 1 else ("stand", "were")
    return (
        f'{names} {stands} in double quotes, where "{first[:2]}" is {MADE[first[1]]}, and {was} read as TeX; '
        "write the backslash twice, or use single quotes"
    )

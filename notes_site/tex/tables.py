r"""Tables that math-core draws rightly as the author wrote them, so that their rows need no rewriting.

Invariant: a formula is called right only when `rewrites.rewrite` would change nothing in it but its white space.
"""

from __future__ import annotations

import re

from notes_site.tex.commands import DELIMITED, EXPANSIONS, TEXT
from notes_site.tex.rewrites import RULES

# `\begin{cases} a & b \\ c & d \end{cases}` without another table inside
_TABLE = re.compile(
    r"(?<!\\)\\begin\{(?P<name>[dr]?cases|drcases|[pbBvV]?matrix|aligned|gathered)\}"
    r"(?P<body>(?:[^\\]|\\(?!begin|end\{))*+)\\end\{(?P=name)\}",
)
_FENCE = re.compile(r"\\(left|right)(?![a-zA-Z])")
_COMMAND = re.compile(r"\\([a-zA-Z]+|[^a-zA-Z])")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_HARMLESS = DELIMITED | TEXT.keys() | {"\\begin", "\\left", "\\operatorname", "\\\\"}
# commands that mean something else, or nothing, in a table: `\hline`, `\notag`, `\color`
_REWRITTEN = frozenset(name[1:] for name in RULES if name[0] == "\\" and name not in _HARMLESS) | EXPANSIONS.keys()


def without_plain_tables(tex: str) -> str:
    r"""The formula with a blank for each `\\` that only separates the rows of a table, and a brace for its ends."""
    if "%" in tex or not _REWRITTEN.isdisjoint(_COMMAND.findall(tex)) or not _balanced(tex):
        return tex
    return _TABLE.sub(_plain, tex)


def _balanced(tex: str) -> bool:
    """Whether every brace has its partner; math-core takes some that have none."""
    depth = 0
    for sign in _BRACE.findall(tex):
        if sign == "{":
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth < 0:
                return False
    return depth == 0


def _plain(table: re.Match[str]) -> str:
    rows = table["body"].split("\\\\")
    if not rows[-1].strip() or any(row.lstrip().startswith(("[", "*")) for row in rows):
        return table[0]
    if not all(map(_whole, rows)):
        return table[0]
    return "{" + " ".join(rows) + "}"


def _whole(row: str) -> bool:
    """Whether no brace and no fence of a row is closed in another."""
    braces = row.count("{") - row.count("\\{") == row.count("}") - row.count("\\}")
    if not braces or ("\\left" not in row and "\\right" not in row):
        return braces
    fences = _FENCE.findall(row)
    return fences.count("left") == fences.count("right")

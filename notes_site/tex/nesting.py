r"""How deep a formula nests, and how many brackets it leaves open: what math-core cannot take must not reach it.

The engine and the rewriter recurse, and a stack that overflows ends the process. Measured with math-core 0.9.0:
512 KiB of stack, which is what a thread has on macOS, carry 186 levels of `\underbrace{`, 254 of `^{`, 313 of `{`,
430 of `\hat \hat` and over 500 of `(` or `\sin \sin`. The limit keeps clear of all of them.
math-core tries every reading of a bracket that is never closed: 22 of `\sin(` take 1.5 seconds, 23 take three.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from notes_site.tex.formula import TexError, TexProblem
from notes_site.tex.symbols import SIGNS
from notes_site.tex.tokens import Token, is_space

MAX_DEPTH = 100
# Brackets without a partner in one group or cell.
MAX_OPEN = 10
# A formula as short as this, with as few braces as MAX_DEPTH, cannot nest too deep however it is written.
SAFE_LENGTH = 1000

_OPENING = frozenset({"{", "\\begin", "\\left", "\\begingroup", "\\bgroup"})
_CLOSING = frozenset({"}", "\\end", "\\right", "\\endgroup", "\\egroup"})
# What follows one of these, up to the end of its group or cell, is nested in it.
_SWITCH_NAMES = "displaystyle textstyle scriptstyle scriptscriptstyle color rm bf it sf tt cal over"
_SWITCHES = frozenset("\\" + name for name in _SWITCH_NAMES.split())
# Commands that draw a bracket, and the signs that take what follows as their argument: sums and integrals.
_OPEN_SIGNS = frozenset("\\" + name for name, sign in SIGNS.items() if unicodedata.category(sign) == "Ps")
_CLOSE_SIGNS = frozenset("\\" + name for name, sign in SIGNS.items() if unicodedata.category(sign) == "Pe")
_OPEN = _OPEN_SIGNS | {"[", "\\{", "\\lvert", "\\lVert"}
_CLOSE = _CLOSE_SIGNS | {"]", "\\}", "\\rvert", "\\rVert"}
_SUMS = frozenset("∏∐∑∫∬∭∮∯∰∱∲∳⋀⋁⋂⋃") | {chr(point) for point in range(0x2A00, 0x2A1D)}
# Commands that take no argument in any sense, so that nothing nests in them.
_LEAVES = frozenset("\\" + name for name, sign in SIGNS.items() if sign not in _SUMS)


class _Group(Struct):
    """How deep a group makes what follows in it: its own level, its switches, its open brackets."""

    levels: int
    brackets: int = 0
    # The run of commands that wait for an argument, as it was before a group that is a script.
    run: int = 0


def is_shallow(tex: str) -> bool:
    """Whether a formula is so short, and opens so few brackets, that it need not be measured."""
    if len(tex) > SAFE_LENGTH or tex.count("{") > MAX_DEPTH:
        return False
    return tex.count("(") + tex.count("[") + tex.count("\\l") + tex.count("\\{") + tex.count("\\u") <= MAX_OPEN


def cannot_be_deep(tex: str) -> bool:
    """Whether a formula has so few signs that open anything, or wait for an argument, that `check_depth` must pass."""
    return is_shallow(tex) and tex.count("{") + tex.count("\\") + MAX_OPEN <= MAX_DEPTH


def check_braces(tokens: Sequence[Token]) -> None:
    """Raise TexError for the first brace without a partner."""
    opened: list[Token] = []
    for token in tokens:
        if token.text == "{":
            opened.append(token)
        elif token.text == "}":
            if not opened:
                raise TexError(TexProblem("syntax", '"}" without a "{" before it', token.start, 1))
            opened.pop()
    if opened:
        raise TexError(TexProblem("syntax", '"{" is never closed', opened[-1].start, 1))


def check_depth(tokens: Sequence[Token]) -> None:
    """Raise TexError when the tokens nest deeper than MAX_DEPTH, or leave more than MAX_OPEN brackets open."""
    groups = [_Group(0)]
    depth = run = 0
    for before, token in pairwise((Token(" ", 0, 0), *tokens)):
        text = token.text
        group = groups[-1]
        peak = 0
        if text in _OPENING:
            groups.append(_Group(1, run=run if before.text in ("^", "_") else 0))
            depth += 1
            run = 0
        elif text in _CLOSING:
            _check_brackets(group, token)
            run = group.run
            if len(groups) > 1:
                depth -= group.levels + group.brackets
                groups.pop()
        elif text in ("&", "\\\\"):
            _check_brackets(group, token)
            kept = min(1, len(groups) - 1)
            depth -= group.levels + group.brackets - kept
            group.levels, group.brackets = kept, 0
            run = 0
        elif text in _SWITCHES:
            group.levels += 1
            depth += 1
        elif text[0] == "\\" and len(text) > 2 and text not in _LEAVES:
            run += 1
        else:
            depth -= group.brackets
            group.brackets, highest = _brackets(text, group.brackets)
            depth += group.brackets
            peak = highest - group.brackets
            if before.text not in ("^", "_") and text not in ("^", "_", "[") and "(" not in text and not is_space(text):
                run = 0
        if depth + peak + run > MAX_DEPTH:
            message = f"nested more than {MAX_DEPTH} levels deep"
            raise TexError(TexProblem("too-deep", message, token.start, max(1, token.end - token.start)))
    for group in groups:
        _check_brackets(group, tokens[-1] if tokens else Token("", 0, 1))


def _brackets(text: str, brackets: int) -> tuple[int, int]:
    """How many brackets are open after a token, and at most within it, when `brackets` were open before."""
    if text in _OPEN:
        return brackets + 1, brackets + 1
    if text in _CLOSE:
        return max(0, brackets - 1), brackets
    if "(" not in text and ")" not in text:
        return brackets, brackets
    highest = brackets
    for character in text:
        if character == "(":
            brackets += 1
            highest = max(highest, brackets)
        elif character == ")" and brackets:
            brackets -= 1
    return brackets, highest


def _check_brackets(group: _Group, end: Token) -> None:
    if group.brackets > MAX_OPEN:
        message = f"{group.brackets} brackets are opened and never closed before this"
        hint = "close them, or put braces around each: {(}"
        raise TexError(TexProblem("too-deep", message, end.start, max(1, end.end - end.start), hint))

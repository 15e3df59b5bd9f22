r"""A `.bib` file cut into its entries, so that a mistake in one does not reach the next.

    @article{a, title = {Open {brace}, year = 2000 }
    @book{b, ...}

An entry ends at the brace that closes it, or, when there is none, before the next line that begins an entry. Whatever
stands between entries is a comment, as in BibTeX, unless it looks like an entry or a field.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from msgspec import Struct

# @article{, @string(
_HEAD = re.compile(r"@[ \t]*([A-Za-z][\w+.-]*)\s*([{(])", re.ASCII)
_BOUNDARY = re.compile(r"^[ \t]*@[A-Za-z]+[ \t]*[{(]", re.MULTILINE)
# year = {2000}, or @article without its brace, between entries
_LOST = re.compile(r"^[ \t]*(?:,?[ \t]*[A-Za-z][\w-]*[ \t]*=[ \t]*[{\"\d]|@[A-Za-z]+)", re.MULTILINE)
_FIELD_LINE = re.compile(r"\n[ \t]*[A-Za-z][\w-]*\s*=\s*[{\"\w]")


class Mistake(Struct, frozen=True):
    """What is wrong at an offset of a text."""

    offset: int
    length: int
    message: str
    hint: str = ""


class Piece(Struct, frozen=True):
    """One command of a file: `kind` in lower case, and the text from @ to the brace that closes it, or should."""

    kind: str
    start: int
    text: str
    closed: bool


class Mended(Struct, frozen=True):
    """A text with characters put into it: `inserted` are their offsets in the new text, in order."""

    text: str
    inserted: tuple[int, ...]

    def original(self, offset: int) -> int:
        """The offset in the text before it was mended."""
        return offset - bisect_left(self.inserted, offset)


def cut(text: str) -> tuple[tuple[Piece, ...], tuple[Mistake, ...]]:
    """The commands of a file without its comments, and what lies between them and should not."""
    closing = _closing_braces(text)
    boundaries = [found.end() - 1 for found in _BOUNDARY.finditer(text)]
    starts = [found.start() for found in _BOUNDARY.finditer(text)]
    pieces: list[Piece] = []
    mistakes: list[Mistake] = []
    position = 0
    while (head := _HEAD.search(text, position)) is not None:
        mistakes.extend(_lost(text, position, head.start()))
        kind, opened = head[1].lower(), head.end() - 1
        index = bisect_left(boundaries, opened + 1)
        limit = starts[index] if index < len(starts) else len(text)
        if kind == "comment":
            position = closing.get(opened, opened) + 1 if head[2] == "{" else head.end()
            continue
        close = closing.get(opened) if head[2] == "{" else _closing_parenthesis(text, head.end(), limit, closing)
        closed = close is not None and close < limit
        position = close + 1 if close is not None and closed else limit
        pieces.append(Piece(kind, head.start(), text[head.start() : position], closed))
    mistakes.extend(_lost(text, position, len(text)))
    return tuple(pieces), tuple(mistakes)


def mend(piece: Piece) -> tuple[Mended, Mistake]:
    """The text of a piece that is not closed, with the braces that seem to be missing, and what is wrong.

    A line that begins a field ends the value of the field before it.
    """
    text = piece.text.rstrip()
    made: list[str] = []
    inserted: list[int] = []
    first: int | None = None
    depth = done = length = 0
    fields = {found.start() for found in _FIELD_LINE.finditer(text)}
    for found in re.finditer(r"[{}\n]", text):
        if found[0] != "\n":
            depth = max(0, depth + (1 if found[0] == "{" else -1))
        elif depth > 1 and found.start() in fields:
            value = text[done : found.start()].rstrip(" \t\r,")
            first = done + len(value) if first is None else first
            made.append(value)
            length += len(value)
            inserted += range(length, length + depth - 1)
            made.append("}" * (depth - 1))
            length += depth - 1
            done += len(value)
            depth = 1
    made.append(text[done:])
    length += len(text) - done
    is_round = re.match(r"@[^{(]*\(", text) is not None
    rest = "}" * depth + ")" * is_round
    made.append(rest)
    inserted += range(length, length + len(rest))
    if first is not None:
        message, hint = f"a brace is missing here: @{piece.kind} is never closed", "it is read as if it stood here"
        return Mended("".join(made), tuple(inserted)), Mistake(first, 1, message, hint)
    mistake = Mistake(0, 1 + len(piece.kind), f"@{piece.kind} is never closed", "a brace is missing")
    return Mended("".join(made), tuple(inserted)), mistake


def _closing_braces(text: str) -> dict[int, int]:
    """The offset of the brace that closes each brace; BibTeX counts escaped braces too."""
    closing: dict[int, int] = {}
    opened: list[int] = []
    for brace in re.finditer(r"[{}]", text):
        if brace[0] == "{":
            opened.append(brace.start())
        elif opened:
            closing[opened.pop()] = brace.start()
    return closing


def _closing_parenthesis(text: str, start: int, limit: int, closing: dict[int, int]) -> int | None:
    position, quoted = start, False
    for sign in re.compile(r'[{)"]').finditer(text, start, limit):
        if sign.start() < position:
            continue
        if sign[0] == "{":
            position = closing.get(sign.start(), limit)
        elif sign[0] == '"':
            quoted = not quoted
        elif not quoted:
            return sign.start()
    return None


def _lost(text: str, start: int, end: int) -> Iterator[Mistake]:
    """A field or the head of an entry outside of any entry."""
    found = _LOST.search(text[start:end])
    if found is None:
        return
    shown = found[0].strip(" \t,")
    offset = start + found.start() + found[0].index(shown[:1])
    if shown[0] == "@":
        yield Mistake(offset, len(shown), f"{shown} has no braces", f"write {shown}{{key, ...}}")
    else:
        yield Mistake(offset, 1, "a field outside of any entry", "is the entry before it closed too early?")

"""`*emphasis*` and `**strong**`: the marks, as markdown-it has them; each character beside them is classed but once.

CommonMark 0.31, "left-flanking delimiter run" and what follows.
"""

from __future__ import annotations

import functools

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter

from notes_site.markdown.tokens import made

_BLANK, _SIGN, _LETTER = range(3)


@functools.lru_cache(maxsize=1024)
def _kind(character: str) -> int:
    if isWhiteSpace(ord(character)):
        return _BLANK
    return _SIGN if isMdAsciiPunct(ord(character)) or isPunctChar(character) else _LETTER


def _emphasis(state: StateInline, silent: bool) -> bool:
    src, start, end = state.src, state.pos, state.posMax
    mark = src[start]
    if silent or mark not in "*_":
        return False
    stop = start + 1
    while stop < end and src[stop] == mark:
        stop += 1
    before = _kind(src[start - 1]) if start else _BLANK
    after = _kind(src[stop]) if stop < end else _BLANK
    left = after == _LETTER or (after == _SIGN and before != _LETTER)
    right = before == _LETTER or (before == _SIGN and after != _LETTER)
    opens = left and (mark == "*" or not right or before == _SIGN)
    closes = right and (mark == "*" or not left or after == _SIGN)
    if state.pending:
        state.pushPending()
    level, tokens, count = state.level, state.tokens, stop - start
    state.pendingLevel = level
    for _ in range(count):
        state.delimiters.append(Delimiter(ord(mark), count, len(tokens), -1, opens, closes))
        tokens.append(made("text", "", 0, level, mark))
        state.tokens_meta.append(None)
    state.pos = stop
    return True


def install(md: MarkdownIt) -> None:
    md.inline.ruler.at("emphasis", _emphasis)

"""`*emphasis*` and `**strong**`: the marks, as markdown-it has them; each character beside them is classed but once.

CommonMark 0.31, "left-flanking delimiter run" and what follows.
"""

from __future__ import annotations

import functools
import re

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter

from notes_site.markdown.tokens import made

# `plain words**` with nothing in them that any rule takes, a colon only at the end of a word
_WORDS = re.compile(r"(?P<words>(?:[A-Za-z0-9 ,.;?()'\"/+#|-]|:(?=[ *_])|[^\x00-\x7f])+)(?P<mark>\*\*(?!\*)|__(?!_))")
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
    if opens and not closes and stop - start == 2 and not state.delimiters and _whole(state, stop, mark):
        return True
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


def _whole(state: StateInline, begin: int, mark: str) -> bool:
    """The tokens of `**plain words**` at once: where no other mark waits, its two marks have only each other."""
    src, end = state.src, state.posMax
    found = _WORDS.match(src, begin, end)
    if found is None or found["mark"][0] != mark or "www." in found["words"]:
        return False
    stop = found.end()
    before = _kind(src[found.end("words") - 1])
    after = _kind(src[stop]) if stop < end else _BLANK
    left = after == _LETTER or (after == _SIGN and before != _LETTER)
    right = before == _LETTER or (before == _SIGN and after != _LETTER)
    if left or not right:
        return False
    if state.pending:
        state.pushPending()
    else:
        state.tokens.append(made("text", "", 0, 0))
    opening, closing = made("strong_open", "strong", 1, 0), made("strong_close", "strong", -1, 0)
    opening.markup = closing.markup = mark * 2
    state.tokens += (opening, made("text", "", 0, 1, found["words"]), closing, made("text", "", 0, 0))
    state.tokens_meta += (None, None, None, None)
    state.pendingLevel = state.level
    state.pos = stop
    return True


def install(md: MarkdownIt) -> None:
    md.inline.ruler.at("emphasis", _emphasis)

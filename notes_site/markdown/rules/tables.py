"""Tables in which a `|` inside a formula belongs to the formula, with captions: `: Caption {#tbl-x}` under them."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.table import escapedSplit
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from notes_site.markdown.attributes import trailing_attributes
from notes_site.markdown.draft import At, draft_of
from notes_site.markdown.rules.math import formulas

# `|---|:-:|`, the line under a table's head
_DELIMITERS = re.compile(r"[ \t]*[|:-][-:| \t]*$")
_DELIMITER = ("|", "-", ":")
_CAPTION = re.compile(r"(?::|Table:)[ \t]+")
# NUL never stands in a source (markdown-it replaces it), so it can stand for a `|` while cells are cut
_PIPE = "\0"


def _masked(state: StateBlock, start_line: int, end_line: int) -> str | None:
    """The source with the `|` of formulas hidden in the lines of a table; None when there is nothing to hide."""
    pieces: list[str] = []
    done = 0
    line = start_line
    while line < end_line and not state.isEmpty(line):
        begin, end = state.bMarks[line] + state.tShift[line], state.eMarks[line]
        row = state.src[begin:end]
        if "|" in row and ("$" in row or "\\" in row):
            for first, last in formulas(row):
                if "|" in row[first:last]:
                    pieces += (state.src[done : begin + first], row[first:last].replace("|", _PIPE))
                    done = begin + last
        line += 1
    if not pieces:
        return None
    return "".join(pieces) + state.src[done:]


def _cells(row: str) -> list[str]:
    """The cells of a row, as GitHub cuts them: every `|` that no backslash escapes ends one, in code too."""
    cells = escapedSplit(row.strip())
    if cells and not cells[0]:
        cells.pop(0)
    if cells and not cells[-1]:
        cells.pop()
    return cells


def _report_lost(state: StateBlock, start_line: int, source: str) -> None:
    """Say of each row what it has more than the head has columns: it is not shown."""
    count = len(_cells(state.src[state.bMarks[start_line] : state.eMarks[start_line]]))
    for line in range(start_line + 2, state.line):
        begin, end = state.bMarks[line] + state.tShift[line], state.eMarks[line]
        bars = state.src.count("|", begin, end)
        if bars - state.src.startswith("|", begin) - state.src.startswith("|", end - 1) < count:
            continue
        lost = [cell.strip() for cell in _cells(state.src[begin:end])[count:]]
        if not any(lost):
            continue
        said = f'"{" | ".join(lost).replace(_PIPE, "|")}" is left out'
        row = source[begin:end]
        draft_of(state.env).report(
            "N035",
            f"this row has {len(lost)} more cell{'s' * (len(lost) > 1)} than the head of the table: {said}",
            At(line, row, max(0, row.rfind(lost[0].replace(_PIPE, "|")))),
            hint="in a cell, write `\\|` for a bar, in code too",
            length=len(lost[0]),
        )


def install(md: MarkdownIt) -> None:
    rule = next(entry for entry in md.block.ruler.__rules__ if entry.name == "table")
    upstream = rule.fn

    def table(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
        if start_line + 1 >= end_line:
            return False
        under = state.bMarks[start_line + 1] + state.tShift[start_line + 1]
        if not state.src.startswith(_DELIMITER, under):
            return False
        if not _DELIMITERS.match(state.src, under, state.eMarks[start_line + 1]):
            return False
        for line in range(start_line + 2, end_line):
            if state.isEmpty(line):
                break
            if _CAPTION.match(state.src, state.bMarks[line] + state.tShift[line]):
                end_line = line
                break
        masked = _masked(state, start_line, end_line)
        if masked is None:
            made = upstream(state, start_line, end_line, silent)
            if made and not silent:
                _report_lost(state, start_line, state.src)
            return bool(made)
        source, count = state.src, len(state.tokens)
        state.src = masked
        made = upstream(state, start_line, end_line, silent)
        if made and not silent:
            _report_lost(state, start_line, source)
        state.src = source
        for token in state.tokens[count:]:
            if token.type == "inline":
                token.content = token.content.replace(_PIPE, "|")
        return bool(made)

    md.block.ruler.at("table", table, {"alt": list(rule.alt)})
    md.core.ruler.after("block", "table_caption", _captions)


def _captions(state: StateCore) -> None:
    """Move a paragraph `: Caption {#tbl-x}` or `Table: Caption` after a table into the table."""
    if "|" not in state.src:
        return
    tokens = state.tokens
    made: list[Token] = []
    i = 0
    while i < len(tokens):
        token = tokens[i]
        made.append(token)
        i += 1
        if token.type != "table_close" or i + 2 >= len(tokens) or tokens[i].type != "paragraph_open":
            continue
        inline = tokens[i + 1]
        found = _CAPTION.match(inline.content)
        if found is None:
            continue
        text, attributes = trailing_attributes(inline.content[found.end() :])
        opening = max(j for j, earlier in enumerate(made) if earlier.type == "table_open")
        caption_open = Token("caption_open", "caption", 1, block=True, map=inline.map)
        caption_close = Token("caption_close", "caption", -1, block=True)
        inline.content = text
        if attributes is not None:
            made[opening].meta["attributes"] = attributes
            made[opening].meta["at"] = At(inline.map[0] if inline.map else 0, inline.content, 0)
        made[opening + 1 : opening + 1] = [caption_open, inline, caption_close]
        i += 3
    state.tokens = made

"""Fenced divs: `::: {.class #id}` … `:::`, nested as Pandoc has it. What a div means is decided when it is rendered."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from notes_site.markdown.attributes import NONE, Attributes, parse_attributes
from notes_site.markdown.draft import draft_of

# `::: {.callout-note title="x"}`, `:::: columns`, `:::{.proof} :::`
_OPEN = re.compile(
    r"(?P<colons>:{3,})[ \t]*(?:\{(?P<inner>(?:\"(?:\\.|[^\"\\])*\"|[^{}])*+)\}|(?P<word>[\w.-]+))[ \t]*:*[ \t]*$"
)
_CLOSE = re.compile(r":{3,}[ \t]*$")
_CODE = re.compile(r"(`{3,}|~{3,})")


def _row(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _closing_line(state: StateBlock, start_line: int, end_line: int) -> int | None:
    depth = 1
    code = ""
    for line in range(start_line + 1, end_line):
        if state.sCount[line] < state.blkIndent and not state.isEmpty(line):
            return None
        row = _row(state, line)
        fence = _CODE.match(row)
        if fence and not code:
            code = fence[1]
        elif fence and fence[1].startswith(code) and not row[len(fence[1]) :].strip():
            code = ""
        if code:
            continue
        if _CLOSE.match(row):
            depth -= 1
            if depth == 0:
                return line
        elif _OPEN.match(row):
            depth += 1
    return None


def _rule(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    begin = state.bMarks[start_line] + state.tShift[start_line]
    if not state.src.startswith(":::", begin) or state.is_code_block(start_line):
        return False
    found = _OPEN.match(state.src, begin, state.eMarks[start_line])
    if found is None:
        return False
    if silent:
        return True
    draft = draft_of(state.env)
    attributes = NONE
    if found["word"]:
        attributes = Attributes(classes=(found["word"].lstrip("."),))
    elif found["inner"]:
        read = parse_attributes(found["inner"])
        if read is None:
            draft.report("N037", "the attributes of this div cannot be read", start_line)
        else:
            attributes = Attributes(read.id, (*read.classes, *read.words), read.pairs)
    closing = _closing_line(state, start_line, end_line)
    if closing is None:
        draft.report("N030", "this div is never closed", start_line, hint="close it with a line `:::`", length=3)
    last = end_line if closing is None else closing

    parent, line_max = state.parentType, state.lineMax
    state.parentType = "div"
    token = state.push("div_open", "div", 1)
    token.meta["attributes"] = attributes
    token.map = [start_line, last]
    state.lineMax = last
    state.md.block.tokenize(state, start_line + 1, last)
    state.push("div_close", "div", -1).meta["attributes"] = attributes
    state.parentType, state.lineMax = parent, line_max
    state.line = last if closing is None else last + 1
    return True


def install(md: MarkdownIt) -> None:
    md.block.ruler.before("fence", "div", _rule, {"alt": ["paragraph", "reference", "blockquote", "list"]})

"""Headings, rules across the page and the marks of lists: recognised by a pattern, line by line.

What a line is, and the tokens that it makes, is as markdown-it has it, whose own rules look at one character at a time.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.common.utils import mdTrim
from markdown_it.rules_block import StateBlock

# `## ` or `##` alone
_HEADING = re.compile(r"(#{1,6})(?:[ \t]|$)")
# `* * *`, `-----`
_ACROSS = re.compile(r"([*_-])[ \t]*(?:\1[ \t]*){2,}$")
# `- `, `12. `, or one of them alone
_ITEM = re.compile(r"(?:[-+*]|(?P<number>[0-9]{1,9})[.)])(?:[ \t]+(?P<full>.)?|$)", re.DOTALL)


def _heading(state: StateBlock, start_line: int, _end_line: int, silent: bool) -> bool:
    if state.is_code_block(start_line):
        return False
    begin, end = state.bMarks[start_line] + state.tShift[start_line], state.eMarks[start_line]
    found = _HEADING.match(state.src, begin, end)
    if found is None:
        return False
    if silent:
        return True
    marks = found[1]
    content = state.src[begin + len(marks) : end].rstrip(" \t")
    # `## Title ##` is closed as well; what closes it stands after a space
    bare = content.rstrip("#")
    if bare.endswith((" ", "\t")):
        content = bare
    state.line = start_line + 1
    tag = f"h{len(marks)}"
    opening = state.push("heading_open", tag, 1)
    opening.markup = marks
    opening.map = [start_line, state.line]
    inline = state.push("inline", "", 0)
    inline.content = mdTrim(content)
    inline.map = [start_line, state.line]
    inline.children = []
    state.push("heading_close", tag, -1).markup = marks
    return True


def _across(state: StateBlock, start_line: int, _end_line: int, silent: bool) -> bool:
    if state.is_code_block(start_line):
        return False
    begin, end = state.bMarks[start_line] + state.tShift[start_line], state.eMarks[start_line]
    found = _ACROSS.match(state.src, begin, end)
    if found is None:
        return False
    if silent:
        return True
    state.line = start_line + 1
    token = state.push("hr", "hr", 0)
    token.map = [start_line, state.line]
    token.markup = found[1] * (found[0].count(found[1]) + 1)
    return True


def install(md: MarkdownIt) -> None:
    rules = {rule.name: rule for rule in md.block.ruler.__rules__}
    upstream = rules["list"].fn

    def items(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
        begin = state.bMarks[start_line] + state.tShift[start_line]
        found = _ITEM.match(state.src, begin, state.eMarks[start_line])
        if found is None:
            return False
        if not silent:
            return bool(upstream(state, start_line, end_line, silent))
        column = state.sCount[start_line]
        if column - state.blkIndent >= 4 and state.is_code_block(start_line):
            return False
        if 0 <= state.listIndent <= column - 4 and column < state.blkIndent:
            return False  # deep below the item above: more of its text
        if state.parentType != "paragraph" or column < state.blkIndent:
            return True
        # into a paragraph breaks only a list that begins with 1 and with some text
        return (found["number"] is None or int(found["number"]) == 1) and found["full"] is not None

    md.block.ruler.at("heading", _heading, {"alt": list(rules["heading"].alt)})
    md.block.ruler.at("hr", _across, {"alt": list(rules["hr"].alt)})
    md.block.ruler.at("list", items, {"alt": list(rules["list"].alt)})

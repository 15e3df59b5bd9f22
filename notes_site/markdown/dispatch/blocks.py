"""The tokenizer of blocks: the first sign of a line says which rules are asked.

Invariant: the tokens are those of markdown-it's own tokenizer.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Literal, TypeAlias

from markdown_it import MarkdownIt
from markdown_it.common.utils import mdTrim
from markdown_it.parser_block import ParserBlock, RuleFuncBlockType
from markdown_it.ruler import Ruler
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token
from markdown_it.utils import EnvType

from notes_site.markdown.dispatch.inline import advanced
from notes_site.markdown.tokens import made

# Block rules: the first character of a line on which each may answer True, as long as the line is no indented code.
BLOCK: Mapping[str, str] = {
    "code": "", "fence": "`~", "blockquote": ">", "hr": "*-_", "list": "*+-0123456789", "reference": "[",
    "html_block": "<", "heading": "#", "footnote_def": "[", "formula_block": "$\\", "div": ":", "comment_block": "%",
    "definitions": "\\%", "output": "\x02",
}  # fmt: skip
# The same where a rule is only asked whether it ends what stands above.
TERMINATORS: Mapping[str, str] = {**BLOCK, "deflist": ":~", "too_deep": ""}

_BlockRules: TypeAlias = tuple[RuleFuncBlockType, ...]


class BlockRuler(Ruler[RuleFuncBlockType]):
    """The rules of another ruler, with each chain but the main one behind a single function that asks the others."""

    def __init__(self, rules: Ruler[RuleFuncBlockType]) -> None:
        super().__init__()
        self.__rules__ = rules.__rules__

    def __compile__(self) -> None:
        super().__compile__()
        assert self.__cache__ is not None
        for chain, active in self.__cache__.items():
            if chain:
                entries = [(rule.name, rule.fn) for rule in self.__rules__ if rule.enabled and chain in rule.alt]
                self.__cache__[chain] = [_asking(*by_first_character(entries, TERMINATORS), tuple(active))]


def by_first_character(
    rules: Sequence[tuple[str, RuleFuncBlockType]], characters: Mapping[str, str]
) -> tuple[dict[str, _BlockRules], _BlockRules]:
    """For each character the rules that may begin with it, in their order; and those for all other characters."""
    known = set("".join(characters.get(name, "") for name, _ in rules))
    table = {
        character: tuple(fn for name, fn in rules if character in characters.get(name, character))
        for character in sorted(known)
    }
    return table, tuple(fn for name, fn in rules if name not in characters)


def _asking(table: Mapping[str, _BlockRules], others: _BlockRules, active: _BlockRules) -> RuleFuncBlockType:
    def ends(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
        at = state.bMarks[start_line] + state.tShift[start_line]
        src = state.src
        for rule in table.get(src[at], others) if at < len(src) else active:
            if rule(state, start_line, end_line, silent):
                return True
        return False

    return ends


class Lines(StateBlock):
    """markdown-it's state of a text's blocks, with its lines measured whole instead of sign by sign."""

    def __init__(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> None:
        super().__init__("", md, env, tokens)
        self.src = src
        rows = src.split("\n")
        if not rows[-1].strip(" \t"):
            rows.pop()  # no line of its own: what follows the last line end, or blanks at the end of the text
        lengths = [*map(len, rows)]
        shifts = [*map(operator.sub, lengths, [len(row.lstrip(" \t")) for row in rows])]
        indents: Sequence[int] = shifts
        if "\t" in src:
            indents = [
                len(row[:shift].expandtabs(4)) if "\t" in row else shift
                for row, shift in zip(rows, shifts, strict=True)
            ]
        starts = [*accumulate([length + 1 for length in lengths], initial=0)]
        del starts[-1]
        ends = [*map(operator.add, starts, lengths)]
        # the entry after the last line, which bounds are checked against
        self.bMarks, self.eMarks = [*starts, len(src)], [*ends, len(src)]
        self.tShift, self.sCount, self.bsCount = [*shifts, 0], [*indents, 0], [0] * (len(rows) + 1)
        self.lineMax = len(rows)

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        """A new token at the end, at the level that it opens or closes."""
        if nesting < 0:
            self.level -= 1
        token = made(ttype, tag, nesting, self.level, block=True)
        if nesting > 0:
            self.level += 1
        self.tokens.append(token)
        return token

    def getLines(self, begin: int, end: int, indent: int, keepLastLF: bool) -> str:  # noqa: N802, N803
        """The text of lines, without so many columns at the beginning of each."""
        if indent:
            return super().getLines(begin, end, indent, keepLastLF)
        if begin >= end:
            return ""
        src, starts, ends = self.src, self.bMarks, self.eMarks
        last = src[starts[end - 1] : ends[end - 1] + keepLastLF]
        if begin + 1 == end:
            return last
        return "".join([src[starts[line] : ends[line] + 1] for line in range(begin, end - 1)]) + last

    def skipEmptyLines(self, from_pos: int) -> int:  # noqa: N802 - markdown-it's name
        """The first line from this one on that holds more than blanks."""
        starts, shifts, ends, last = self.bMarks, self.tShift, self.eMarks, self.lineMax
        while from_pos < last and starts[from_pos] + shifts[from_pos] >= ends[from_pos]:
            from_pos += 1
        return from_pos


class BlockParser(ParserBlock):
    """The block tokenizer over the rules of another one."""

    ruler: BlockRuler

    def __init__(self, rules: ParserBlock) -> None:
        self.ruler = BlockRuler(rules.ruler)
        self._read: list[RuleFuncBlockType] = []
        self._table: dict[str, _BlockRules] = {}
        self._others: _BlockRules = ()
        # the rules that know a line of text, as `_lone_line` knows them
        self._text = {rule.name: rule.fn for rule in rules.ruler.__rules__ if rule.name in _TEXT_LINES}
        self._lone = False
        self._own: dict[str, _BlockRules] = {}

    def parse(self, src: str, md: MarkdownIt, env: EnvType, outTokens: list[Token]) -> list[Token] | None:  # noqa: N803
        """Add the tokens of a whole text to `outTokens`."""
        if not src:
            return None
        # a list without checkboxes need not be searched for items that have one
        md.options["tasklists"] = "[ ]" in src or "[x]" in src or "[X]" in src
        state = Lines(src, md, env, outTokens)
        self.tokenize(state, state.line, state.lineMax)
        return state.tokens

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:  # noqa: N803 - markdown-it's names
        """Tokens for the lines from `startLine` to before `endLine`."""
        active = self.ruler.getRules("")
        if active is not self._read:
            named = [(rule.name, rule.fn) for rule in self.ruler.__rules__ if rule.enabled]
            self._table, self._others = by_first_character(named, BLOCK)
            self._own = {}
            self._lone = {name: fn for name, fn in named if name not in BLOCK} == self._text
            if self._lone:
                self._own, _ = by_first_character([(name, fn) for name, fn in named if name in BLOCK], BLOCK)
            self._read = active
        most = state.md.options["maxNesting"]
        line, after_empty = startLine, False
        while line < endLine:
            state.line = line = state.skipEmptyLines(line)
            if line >= endLine or state.sCount[line] < state.blkIndent:
                break
            if state.level >= most:
                state.line = endLine
                break
            self._take(state, line, endLine)
            state.tight = not after_empty
            line = state.line
            # a paragraph may take the empty line after it along
            after_empty = after_empty or (line - 1 < endLine and state.isEmpty(line - 1))
            if line < endLine and state.isEmpty(line):
                after_empty = True
                line += 1
                state.line = line

    def _take(self, state: StateBlock, line: int, end_line: int) -> None:
        """One block, from this line on."""
        src, at = state.src, state.bMarks[line] + state.tShift[line]
        rules: Sequence[RuleFuncBlockType] = self._read
        if state.sCount[line] - state.blkIndent < 4 and at < len(src):
            character = src[at]
            rules = self._table.get(character, self._others)
            if self._lone and state.level < _SHALLOW and not _may_head_table(state, line + 1, end_line):
                for rule in self._own.get(character, ()):
                    if rule(state, line, end_line, False):
                        advanced(state.line > line)
                        return
                if _lone_line(state, line, end_line):
                    _paragraph(state, line, at)
                    return
                rules = self._others
        for rule in rules:
            if rule(state, line, end_line, False):
                advanced(state.line > line)
                return
        raise RuntimeError("no block rule takes this line")


# The rules that are asked about a line of text, which begins as no other block does.
_TEXT_LINES = frozenset(("too_deep", "table", "lheading", "deflist", "paragraph"))
# Blocks so much less deep than `too_deep` allows need not ask it.
_SHALLOW = 40
# `|---|:-:|`, the line under a table's head
_UNDER = re.compile(r"[|:-][-:| \t]*$")


def _may_head_table(state: StateBlock, below: int, end_line: int) -> bool:
    """Whether the line above this one may be the head of a table."""
    if below >= end_line:
        return False
    at = state.bMarks[below] + state.tShift[below]
    return state.src.startswith(("|", ":", "-"), at) and _UNDER.match(state.src, at, state.eMarks[below]) is not None


def _lone_line(state: StateBlock, line: int, end_line: int) -> bool:
    """Whether a line of text is a paragraph of its own: nothing follows, or an empty line, or the next item of a list.

    A table or an underlined heading needs a line right below it, a definition a line that says so.
    """
    below = line + 1
    if below >= end_line:
        alone = below >= state.lineMax
        if alone:
            state.parentType = "paragraph"
        return alone
    src, starts, shifts, ends = state.src, state.bMarks, state.tShift, state.eMarks
    at = starts[below] + shifts[below]
    if at == ends[below]:
        after = below + 1
        if after < end_line and src.startswith((":", "~"), starts[after] + shifts[after]):
            return False
        state.parentType = "paragraph"  # as the rule for underlined headings leaves it
        return True
    if (
        0 <= state.sCount[below] < state.blkIndent
        and end_line == state.lineMax
        and src[at] in "-*+0123456789"
        and src.find("$", starts[line], at) < 0
        and src.find("\\", starts[line], at) < 0
    ):
        outer, state.parentType = state.parentType, "paragraph"
        for rule in state.md.block.ruler.getRules("paragraph"):
            if rule(state, below, end_line, True):
                return True
        state.parentType = outer
    return False


def _paragraph(state: StateBlock, line: int, at: int) -> None:
    """A paragraph of one line, whose text begins at `at`."""
    level, tokens = state.level, state.tokens
    opening = made("paragraph_open", "p", 1, level, block=True)
    inline = made("inline", "", 0, level + 1, mdTrim(state.src[at : state.eMarks[line]]), block=True)
    closing = made("paragraph_close", "p", -1, level, block=True)
    opening.map = [line, line + 1]
    inline.map = [line, line + 1]
    inline.children = []
    tokens += (opening, inline, closing)
    state.line = line + 1

r"""Formulas: `$…$`, `$$…$$`, `\(…\)`, `\[…\]` and bare environments, wherever text may stand.

Found before tables, lists, emphasis and links: a line that begins inside a formula never begins a block.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from markdown_it import MarkdownIt
from markdown_it.common.utils import mdTrim
from markdown_it.parser_block import RuleFuncBlockType
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline

from notes_site.kinds import BUILT_IN
from notes_site.markdown.attributes import NONE, Attributes, parse_attributes
from notes_site.markdown.draft import At, Run, draft_of, mark
from notes_site.tex.definitions import DEFINERS, PREFIXES, read_definition
from notes_site.tex.environments import ENVIRONMENTS as TEX_ENVIRONMENTS
from notes_site.tex.formula import TexError
from notes_site.tex.problems import unknown_name
from notes_site.tex.tokens import Reader, tokenize

ENVIRONMENTS = (
    "equation", "align", "gather", "multline", "flalign", "alignat", "eqnarray", "displaymath", "math", "dmath",
    "subequations",
)  # fmt: skip
_NAMES = "|".join(ENVIRONMENTS)

# `\begin{align*}`
_BEGIN = re.compile(rf"\\begin\{{(?P<name>(?:{_NAMES})\*?)\}}")
# `x_i$` after the opening dollar, by Pandoc's rule; `\text{if $a$}` keeps its own dollars
_INLINE = re.compile(
    r"(?!\s)(?P<tex>(?:\\(?:text|textrm|textbf|textit|mbox|hbox)\s?\{(?:[^{}\\]|\\.|\{[^{}]*\})*\}|\\.|[^$\\])+?)(?<!\s)\$(?!\d)",
    re.DOTALL,
)
# The same where no command for text may hold dollars of its own: then the next dollar closes, or none does.
_WITHOUT_TEXT = re.compile(
    r"(?!\s)(?:[^$\\]++|\\(?!text|mbox|hbox).)++(?<!\s)\$(?!\d)",
    re.DOTALL,
)
# GitHub's form: `a_b` in code between dollars
_IN_CODE = re.compile(r"\$(?P<run>`+)(?P<tex>(?:(?!(?P=run)).)+)(?P=run)\$", re.DOTALL)
# `$$` that no backslash escapes
_DOUBLE = re.compile(r"(?<!\\)(?:\\\\)*\$\$")
# a heading or a fence, which never stands inside a display: the display above it was not closed
_OUTSIDE = re.compile(r"#{1,6} |```|~~~")
_OUTSIDE_FIRST = ("#", "`", "~")
# what may follow a display in a sentence: attributes with an id
_ATTACHED = re.compile(r"[ \t]*\{(?P<inner>[^{}\n]*#[^{}\n]*)\}")
# what may follow a display on its last line: attributes, `^block-id`, or nothing
_AFTER = re.compile(r"[ \t]*(?:\{(?P<inner>[^{}\n]*)\}|[ \t]\^(?P<block>[A-Za-z0-9][\w-]*))?[ \t]*$")
# `\begin{tikzcd}`, and the kinds that a div has
_ANY_BEGIN = re.compile(r"\\begin\{(?P<name>[A-Za-z]+)\*?\}")
_KINDS = frozenset(kind.name for kind in BUILT_IN if kind.family in ("statement", "proof"))


# `\newcommand{\R}`, `\def\R{`: what a preamble consists of
_DEFINING = re.compile(
    r"(?:\\(?:global|long|protected)\s*)?(?P<command>\\(?:newcommand|renewcommand|providecommand|DeclareRobustCommand|"
    r"DeclareMathOperator|[gex]?def|let)(?![A-Za-z]))\*?\s*\{?\s*\\[A-Za-z]+"
)


class Found(NamedTuple):
    """A formula in a text: its TeX is `text[start:stop]`, and `end` is the first character after its delimiter."""

    start: int
    stop: int
    end: int
    display: bool


def find_formula(text: str, position: int) -> Found | None:
    """The formula that opens at `position`, or None."""
    if text[position] == "$":
        if text.startswith("$$", position):
            closing = _DOUBLE.search(text, position + 2)
            if closing is None or not text[position + 2 : closing.end() - 2].strip():
                return None
            return Found(position + 2, closing.end() - 2, closing.end(), display=True)
        if text.startswith("`", position + 1) and (coded := _IN_CODE.match(text, position)) and coded["tex"].strip():
            return Found(coded.start("tex"), coded.end("tex"), coded.end(), display=False)
        inline = _WITHOUT_TEXT.match(text, position + 1) or _INLINE.match(text, position + 1)
        if inline is None:
            return None
        return Found(position + 1, inline.end() - 1, inline.end(), display=False)
    following = text[position + 1 : position + 2]
    if following in ("(", "["):
        closer = "\\)" if following == "(" else "\\]"
        at = text.find(closer, position + 2)
        if at < 0 or not text[position + 2 : at].strip() or (at and text[at - 1] == "\\" and text[at - 2] != "\\"):
            return None
        return Found(position + 2, at, at + 2, display=following == "[")
    begin = _BEGIN.match(text, position)
    if begin is None:
        return None
    end = f"\\end{{{begin['name']}}}"
    at = text.find(end, begin.end())
    if at < 0:
        return None
    return Found(position, at + len(end), at + len(end), display=begin["name"] != "math")


# where a formula, a code span or an escape may begin
_OPENER = re.compile(r"`+|\\.|\$+", re.DOTALL)


def formulas(text: str) -> list[tuple[int, int]]:
    """Where the formulas of a text lie, as (first, after the last) positions; code spans hold none."""
    found: list[tuple[int, int]] = []
    position = 0
    while opener := _OPENER.search(text, position):
        run = opener[0]
        position = opener.end()
        if run[0] == "`":
            closing = re.compile(rf"(?<!`){run}(?!`)").search(text, position)
            position = closing.end() if closing else position
            continue
        formula = find_formula(text, opener.start())
        if formula is not None:
            found.append((opener.start(), formula.end))
            position = formula.end
        elif run[0] == "$" and len(run) > 1:
            position = opener.end()
    return found


def _inline_rule(state: StateInline, silent: bool) -> bool:
    src, start = state.src, state.pos + 1
    if src[start - 1] not in "$\\":
        return False
    if src[start - 1] == "$" and src[start : start + 1] != "`" and (inline := _WITHOUT_TEXT.match(src, start)):
        end = inline.end()
        if end > state.posMax:
            return False
        if not silent:
            token = state.push("formula", "math", 0)
            token.content = src[start : end - 1]
            token.meta = {"at": mark(state, start), "display": False}
        state.pos = end
        return True
    found = find_formula(state.src, state.pos)
    if found is None or found.end > state.posMax:
        if found is None and not silent:
            _report_opener(state)
        return False
    if not silent:
        display = found.display
        if display and state.src.startswith("$$", state.pos):
            display = draft_of(state.env).options.inline_double_dollar != "inline"
        _push(state, found, display=display)
        if display:
            attributes = _ATTACHED.match(state.src, found.end, state.posMax)
            if attributes is not None:
                read = parse_attributes(attributes["inner"])
                if read is not None and read.id and not read.words:
                    state.tokens[-1].meta["attributes"] = read
                    state.pos = attributes.end()
                    return True
    state.pos = found.end
    return True


def _report_opener(state: StateInline) -> None:
    """Say what is wrong with what opens a display here and is none, when it does look like one; once in a block."""
    src, here, draft = state.src, state.pos, draft_of(state.env)
    if defining := _DEFINING.match(src, here):
        draft.report(
            "N060",
            f'"{defining["command"]}" stands in the text, where it defines nothing',
            mark(state, here),
            hint="give the definitions a paragraph of their own, or write them between dollars",
            length=len(defining[0]),
        )
        return
    found = _ANY_BEGIN.match(src, here)
    opener = found[0] if found else src[here : here + 2]
    if state.env.get("unclosed") == (draft.block, opener):
        return
    if found is None:
        end = src.find("\n", here)
        if opener == "$$":
            # the end of an empty formula, or of one of three dollars, opens nothing
            if src[:here].rstrip().endswith("$") or src.find("$$", here + 2) >= 0:
                return
        elif opener != "\\[" or src.find("]", here, end if end >= 0 else len(src)) >= 0:
            return
    elif not _BEGIN.match(src, here):
        name = found["name"]
        if name in TEX_ENVIRONMENTS or src[src.rfind("\n", 0, here) + 1 : here].strip():
            return
        hint = f"write ::: {{.{name}}}" if name in _KINDS else unknown_name("environment", name, 0, 0).hint or ""
        draft.report("N021", f'unknown environment "{name}"', mark(state, here), hint=hint, length=len(opener))
        state.env["unclosed"] = (draft.block, opener)
        return
    closer = {"$$": "$$", "\\[": "\\]"}.get(opener) or opener.replace("begin", "end", 1)
    message, hint = "a formula is opened here and never closed", f"close it with `{closer}`"
    draft.report("N025", message, mark(state, here), hint=hint, length=len(opener))
    state.env["unclosed"] = (draft.block, opener)


def _push(state: StateInline, found: Found, *, display: bool) -> None:
    token = state.push("formula", "math", 0)
    tex = state.src[found.start : found.stop]
    start = found.start + len(tex) - len(tex.lstrip())
    token.content = tex.strip()
    token.meta["at"] = mark(state, start)
    token.meta["display"] = display


def _block_rule(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    if state.is_code_block(start_line):
        return False
    begin = state.bMarks[start_line] + state.tShift[start_line]
    limit = state.eMarks[start_line]
    head = state.src[begin : begin + 2]
    if head == "$$":
        closer = "$$"
    elif head == "\\[":
        closer = "\\]"
    elif head == "\\b" and (environment := _BEGIN.match(state.src, begin, limit)):
        closer = f"\\end{{{environment['name']}}}"
    else:
        return False
    last = _closing_line(state, start_line, end_line, head, closer)
    if last is None:
        return False
    if silent:
        return True
    text = state.getLines(start_line, last + 1, state.blkIndent, False)
    lead = len(text) - len(text.lstrip())
    found = find_formula(text, lead)
    attributes = _AFTER.match(text, found.end) if found else None
    if found is None or attributes is None:
        return False
    token = state.push("formula_block", "math", 0)
    tex = text[found.start : found.stop]
    token.content = tex.strip()
    token.map = [start_line, last + 1]
    token.meta["at"] = At(start_line, text, found.start + len(tex) - len(tex.lstrip()))
    token.meta["display"] = True
    token.meta["attributes"] = parse_attributes(attributes["inner"] or "") or NONE
    if attributes["block"]:
        token.meta["attributes"] = Attributes("^" + attributes["block"])
    state.line = last + 1
    return True


def _definitions(state: StateBlock, start_line: int, _end_line: int, silent: bool) -> bool:
    """A paragraph of definitions alone, as in a preamble: a formula that shows nothing, and what is in it holds."""
    if silent or state.is_code_block(start_line):
        return False
    first = start_line
    while first < state.lineMax and not state.isEmpty(first) and _row_begins(state, first, "%"):
        first += 1
    if first >= state.lineMax or state.isEmpty(first):
        return False
    begin = state.bMarks[first] + state.tShift[first]
    if not _DEFINING.match(state.src, begin, state.eMarks[first]):
        return False
    last = first
    while last < state.lineMax and not state.isEmpty(last) and state.sCount[last] >= state.blkIndent:
        last += 1
    text = state.getLines(start_line, last, state.blkIndent, False)
    if not defines_alone(text):
        return False
    token = state.push("formula_block", "math", 0)
    token.content = text.strip()
    token.map = [start_line, last]
    token.meta["at"] = At(start_line, text, len(text) - len(text.lstrip()))
    token.meta["display"] = True
    token.meta["attributes"] = Attributes(classes=("unnumbered",))
    state.line = last
    return True


def defines_alone(text: str) -> bool:
    """Whether a text that begins with a definition holds nothing else; one with a mistake in a definition does."""
    reader, found = Reader(tokenize(text)), False
    while True:
        reader.skip_space()
        token = reader.next()
        if token is None:
            return found
        if token.text in PREFIXES:
            continue
        if token.text not in DEFINERS:
            return False
        try:
            read_definition(token, reader)
        except TexError:
            return True
        found = True


def _row_begins(state: StateBlock, line: int, sign: str) -> bool:
    return state.src.startswith(sign, state.bMarks[line] + state.tShift[line])


def _closing_line(state: StateBlock, start_line: int, end_line: int, head: str, closer: str) -> int | None:
    """The line on which the display that opens on `start_line` ends with nothing but attributes after it."""
    if state.src.find(closer, state.bMarks[start_line] + 2) < 0:
        return None
    for line in range(start_line, end_line):
        if line > start_line and not state.isEmpty(line) and state.sCount[line] < state.blkIndent:
            return None
        row = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]
        from_column = 2 if line == start_line and head != "\\b" else 0
        if row[:1] in _OUTSIDE_FIRST and line > start_line and head == "$$" and _OUTSIDE.match(row):
            return None
        while (at := row.find(closer, from_column)) >= 0:
            if at and closer != "\\end" and row[at - 1] == "\\" and (at < 2 or row[at - 2] != "\\"):
                from_column = at + 1
                continue
            if line == start_line and head == "$$" and at == 2 and row[2:4] == "$$":
                return None
            return line if _AFTER.match(row, at + len(closer)) else None
    return None


# the first characters of a line that could begin a block, or underline a heading; digits are asked for beside
_SUSPICIOUS = frozenset("-+*=>#~`<|:$\\_")
_NOWHERE: frozenset[int] = frozenset()


class _Indents(list[int]):
    """The indents of lines, in which a line that begins inside a formula is deep.

    markdown-it takes a deeply indented line of a paragraph for more of its text, whatever it holds.
    """

    def __init__(self, real: list[int], inside: frozenset[int], deep: int) -> None:
        super().__init__()
        self.real, self.inside, self.deep = real, inside, deep

    def __getitem__(self, line: int) -> int:  # type: ignore[override]
        return self.deep if line in self.inside else self.real[line]

    def __setitem__(self, line: int, count: int) -> None:  # type: ignore[override]
        self.real[line] = count


# a rule for lines of text of which none begins inside a formula
_Plain: TypeAlias = Callable[[StateBlock, int, int, bool, Run], bool]


def _guarded(rule_name: str, md: MarkdownIt, make_plain: Callable[[RuleFuncBlockType], _Plain]) -> None:
    """Keep `paragraph` and `lheading` from ending where a line begins inside a formula."""
    rules = md.block.ruler.__rules__
    rule = next(entry for entry in rules if entry.name == rule_name)
    upstream = rule.fn
    plain = make_plain(upstream)

    def guarded(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
        run = _run(state, start_line, end_line)
        if run.final <= start_line:
            return plain(state, start_line, end_line, silent, run)
        real = state.sCount
        state.sCount = _Indents(real, run.inside, state.blkIndent + 4)
        made = upstream(state, start_line, end_line, silent)
        state.sCount = real
        return bool(made)

    md.block.ruler.at(rule_name, guarded, {"alt": list(rule.alt)})


def _underlined(upstream: RuleFuncBlockType) -> _Plain:
    """The rule for underlined headings, which is not asked where nothing can be an underline."""

    def underlined(state: StateBlock, start_line: int, end_line: int, silent: bool, run: Run) -> bool:
        if run.underlined:
            return bool(upstream(state, start_line, end_line, silent))
        state.parentType = "paragraph"  # as the rule itself leaves it
        return False

    return underlined


def _paragraph(state: StateBlock, start_line: int, _end_line: int, _silent: bool, _run: Run) -> bool:
    """A paragraph, which goes on to an empty line or to one that begins a block."""
    outer, state.parentType = state.parentType, "paragraph"
    limit, line = state.lineMax, start_line + 1
    while line < limit and not state.isEmpty(line) and not _ends_text(state, line, limit):
        line += 1
    state.line = line
    place = [start_line, line]
    state.push("paragraph_open", "p", 1).map = place
    inline = state.push("inline", "", 0)
    inline.content = mdTrim(state.getLines(start_line, line, state.blkIndent, False))
    inline.map = [start_line, line]
    inline.children = []
    state.push("paragraph_close", "p", -1)
    state.parentType = outer
    return True


def _ends_text(state: StateBlock, line: int, limit: int) -> bool:
    """Whether a block begins on this line; one deeply indented, or that a quote took in, is more of the text."""
    if not 0 <= state.sCount[line] <= state.blkIndent + 3:
        return False
    for rule in state.md.block.ruler.getRules("paragraph"):  # noqa: SIM110 - any() costs more than what it asks
        if rule(state, line, limit, True):
            return True
    return False


def _run(state: StateBlock, start_line: int, end_line: int) -> Run:
    """The lines from `start_line`, or from before it, up to the next empty one."""
    draft = draft_of(state.env)
    run = draft.run
    place = (state.blkIndent, state.level, end_line)
    if (
        run is None
        or (run.indent, run.level, run.end) != place
        or not run.first <= start_line < run.last
        or start_line in run.inside
    ):
        src, starts, shifts, ends = state.src, state.bMarks, state.tShift, state.eMarks
        suspicious = underlined = False
        last = start_line + 1
        while last < end_line and (at := starts[last] + shifts[last]) < ends[last]:
            char = src[at]
            suspicious = suspicious or char in _SUSPICIOUS or char.isdecimal()
            underlined = underlined or char in "-="
            last += 1
        inside = _inside(state, start_line, last) if suspicious else []
        final = inside[-1] if inside else -1
        run = draft.run = Run(*place, start_line, last, frozenset(inside) if inside else _NOWHERE, final, underlined)
    return run


def _inside(state: StateBlock, start_line: int, last: int) -> list[int]:
    """The lines after `start_line`, up to `last`, that begin inside a formula."""
    first, end = state.bMarks[start_line] + state.tShift[start_line], state.eMarks[last - 1]
    if state.src.find("$", first, end) < 0 and state.src.find("\\", first, end) < 0:
        return []
    text = state.getLines(start_line, last, state.blkIndent, False)
    ranges = iter(formulas(text))
    current = next(ranges, None)
    found: list[int] = []
    at = 0
    for line, row in enumerate(text.split("\n"), start_line):
        while current is not None and current[1] <= at:
            current = next(ranges, None)
        if current is not None and current[0] < at:
            found.append(line)
        at += len(row) + 1
    return found


_ALT: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}


# what may follow a formula without a space, and never begins a line: `).`, `-th`, and the hyphen of `-dimensional`
_PUNCTUATION = re.compile(r"(?:[,.:;!?)\]’”]|[-–](?:[^\W\d_]{1,3}\b)?)+")


def _tails(state: StateCore) -> None:
    """Give the punctuation after an inline formula to the formula, so that no line begins with it."""
    for token in state.tokens:
        children = token.children or ()
        if len(children) < 2:
            continue
        for child, following in pairwise(children):
            if child.type == "formula" and not child.meta["display"] and following.type == "text":
                found = _PUNCTUATION.match(following.content)
                if found is not None:
                    child.meta["tail"] = found[0]
                    following.content = following.content[found.end() :]


def install(md: MarkdownIt) -> None:
    md.core.ruler.push("formula_tails", _tails)
    md.inline.ruler.before("escape", "formula", _inline_rule)
    md.block.ruler.before("fence", "formula_block", _block_rule, _ALT)
    md.block.ruler.before("fence", "definitions", _definitions)
    _guarded("paragraph", md, lambda _: _paragraph)
    _guarded("lheading", md, _underlined)

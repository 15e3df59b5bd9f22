r"""Decide which rows of a display have a number or a tag, and put it at the right of the row.

The rules are LaTeX's (amsmath, "Displayed equations"): one number for `equation` and `multline`, one for each row of
`align`, none where `\nonumber` stands; the label of a row without a number names the next row that has one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from notes_site.tex.environments import Environment
from notes_site.tex.formula import TexError, TexProblem
from notes_site.tex.levels import (
    Blocks,
    Draft,
    Level,
    Marks,
    Mode,
    Number,
    Part,
    Rewriter,
    RowEnd,
    Rule,
    stacked,
    without_last_row_end,
    wrapped,
)
from notes_site.tex.tokens import Reader, Token, is_space

# Every row of a table with numbers has as many cells as its longest; more in all are no formula.
MAX_CELLS = 100_000


def whole(rules: Mapping[str, Rule], tokens: Sequence[Token], marker: str, mode: Mode, *, display: bool) -> Rewriter:
    """The reader of a whole formula once it has read it; the tokens of its `owner` are what has become of it."""
    rewriter = Rewriter(rules=rules, display=display, marker=marker, mode=mode)
    rewriter.reader = Reader(tokens)
    level = Level(script=False, shows="equation" if display else "", outer=display)
    level.automatic = mode in ("all", "single")
    rewriter.owner = level
    rewriter.owned("", level, None)
    content = without_last_row_end(level)
    if display:
        content = numbered(rewriter, level, content)
    level.tokens = wrapped(content, "equation*") if level.tagged else stacked(level, content)
    return rewriter


def opened(rewriter: Rewriter, level: Level, known: Environment, begin: Token) -> Level:
    """The level of an environment that begins in `level`; it shows numbers where they have a margin to stand in."""
    mode, system = rewriter.mode, rewriter.system
    inside = Level(script=level.script, table=level.table or known.shows == "")
    if not rewriter.display or not (level.outer or (mode == "none" and known.shows != "system")):
        return inside
    inside.outer = level.outer and known.shows in ("equation", "system")
    if mode == "single" and known.shows != "multline":
        return inside
    inside.shows = known.shows
    asked = system is not None and bool(system.marks.labels)
    inside.automatic = known.automatic and (mode in ("all", "single") or (mode == "labelled" and asked))
    if known.shows == "system" and system is None and mode in ("labelled", "all"):
        inside.parent = Draft(begin.start, parent=True)
        rewriter.drafts.append(inside.parent)
        rewriter.system = inside
    return inside


def numbered(rewriter: Rewriter, level: Level, content: list[Token]) -> list[Token]:
    """The content of a level that has ended, with its numbers; `tagged` levels must be tagged environments."""
    rows = _rows(level, len(content))
    if level.shows == "equation":
        return _equation(rewriter, level, content, rows)
    if level.shows == "multline":
        rows = [RowEnd(len(content), 0, _merged(rows))]
    return _by_row(rewriter, level, content, rows)


def system(rewriter: Rewriter, level: Level, content: list[Token]) -> list[Token]:
    """The displays and words in `subequations`, whose labels are those of the rows as one."""
    marks = _merged(_rows(level, len(content)))
    parent = level.parent
    if rewriter.system is level:
        rewriter.system = None
    if parent is not None and rewriter.drafts[-1] is parent:
        rewriter.drafts.pop()
        parent = None
    (rewriter.owner.marks if parent is None else parent).labels += marks.labels
    rewriter.owner.marks.tags += marks.tags
    if level.blocks and _only_blocks(level):
        level.row_ends = 0
        if any(block.shown or block.words for block in level.blocks):
            return _below_each_other(rewriter, level)
        first, *others = [level.tokens[block.start : block.end] for block in level.blocks]
        for other in others:
            first = [*first, other[0].made("\\\\"), *other]
        return wrapped(first, "gathered") if others else first
    rewriter.mixed |= any(block.shown for block in level.blocks)
    return content


def _rows(level: Level, end: int) -> list[RowEnd]:
    """The rows of a level whose content is as long as `end`; labels without a number are those of a later row."""
    rows = [row for row in level.rows if row.at < end]
    rest = level.rows[len(rows) :]
    column = rest[0].column if rest else level.column
    marks = _merged([*rest, RowEnd(end, column, level.marks)])
    marks.silenced = (rest[0].marks if rest else level.marks).silenced
    rows.append(RowEnd(end, column, marks))
    carried: list[tuple[str, int]] = []
    for row in rows:
        carried += row.marks.labels
        row.marks.labels = carried
        if row.marks.silenced and not row.marks.tags and row is not rows[-1]:
            row.marks.labels = []
        else:
            carried = []
    return rows


def _merged(rows: Sequence[RowEnd]) -> Marks:
    said = [row.marks for row in rows]
    labels = [label for marks in said for label in marks.labels]
    named = any(marks.labels and not marks.silenced for marks in said)
    silenced = any(marks.silenced for marks in said) and not named
    return Marks(labels, [tag for marks in said for tag in marks.tags], silenced)


def _equation(rewriter: Rewriter, level: Level, content: list[Token], rows: list[RowEnd]) -> list[Token]:
    """One number for all that is displayed, unless there are displays in it, or several rows ask for one."""
    several = len(rows) > 1
    tagged = any(row.marks.tags for row in rows)
    shown = any(block.shown for block in level.blocks)
    if level.blocks and _only_blocks(level):
        if shown and not tagged:
            labels = _merged(rows).labels
            if labels and level.first < len(rewriter.drafts):
                rewriter.drafts[level.first].labels += labels
            level.shown, level.row_ends = True, 0
            return _below_each_other(rewriter, level)
        # environments without numbers by themselves, where no `equation` is around them
        level.automatic = level.automatic and (rewriter.mode == "single" or rewriter.owner is not level)
    rewriter.mixed |= shown
    if tagged or sum(bool(row.marks.labels) for row in rows) > 1 if several else level.columns:
        level.automatic = level.automatic and not several
        content = _by_row(rewriter, level, content, rows)
        if level.tagged:
            level.tagged, level.row_ends = False, 0
            return wrapped(content, "align*" if level.columns else "gather*")
        return content
    number = _number(rewriter, level, _merged(rows), content)
    if number:
        content = [*stacked(level, content), *number]
        level.tagged, level.row_ends = True, 0
    return content


def _by_row(rewriter: Rewriter, level: Level, content: list[Token], rows: list[RowEnd]) -> list[Token]:
    """The rows with their numbers, and as many cells each, so that a number, which follows them, is at the margin."""
    columns = 0 if level.shows == "multline" else level.columns
    starts = [0, *(row.at for row in rows)]
    numbers = [
        _number(rewriter, level, row.marks, content[start : row.at]) for start, row in zip(starts, rows, strict=False)
    ]
    if not any(numbers):
        return content
    level.tagged = True
    # math-core has no rules in a table with numbers
    rewriter.mixed |= level.ruled
    if level.shows == "eqnarray" and columns > 1:
        # a &=& b, as align has it: a &= b
        for at in level.thirds:
            content[at : at + 1] = [content[at].made(" ")] if at < len(content) else []
        columns = 1
    if columns * len(rows) > MAX_CELLS:
        message = f"a display of more than {MAX_CELLS} cells"
        raise TexError(TexProblem("expansion-limit", message, content[0].start if content else 0, 1))
    result: list[Token] = []
    for start, row, number in zip(starts, rows, numbers, strict=False):
        result += content[start : row.at]
        if result and row.column < columns:
            result += [result[-1].made("&")] * (columns - row.column)
        result += number
    return result


def _number(rewriter: Rewriter, level: Level, marks: Marks, row: Sequence[Token]) -> list[Token]:
    r"""What shows the number or the tags of a row, as one `\tag*`; empty when it has none."""
    mode = rewriter.mode
    first = next((token for token in row if not is_space(token.text) and token.text not in ("\\\\", "&")), None)
    if not marks.tags:
        asked = bool(marks.labels) and mode != "none" and not marks.silenced
        automatic = level.automatic and (not marks.silenced or mode == "single")
        if first is None or not (asked or automatic):
            return []
    place = marks.tags[0].hole if first is None or marks.tags else first
    draft: Draft | None = None
    if mode != "none" or marks.labels:
        offset = marks.labels[0][1] if marks.labels else place.start
        draft = Draft(offset, marks.labels, marks.tags, part=rewriter.system is not None)
        rewriter.drafts.append(draft)
    level.shown = True
    hole = rewriter.hole(place, Number(draft))
    tags = [tag.hole for tag in marks.tags]
    return [place.made("\\tag"), place.made("*"), place.made("{"), hole, *tags, place.made("}")]


def _only_blocks(level: Level) -> bool:
    r"""Whether nothing stands in a level but displays and words, with or without `\\` between them."""
    position = 0
    for block in level.blocks:
        if not _is_empty(level.tokens[position : block.start]):
            return False
        position = block.end
    return _is_empty(level.tokens[position:])


def _is_empty(tokens: Sequence[Token]) -> bool:
    return all(is_space(token.text) or token.text == "\\\\" for token in tokens)


def _below_each_other(rewriter: Rewriter, level: Level) -> list[Token]:
    """The displays in a level, of which some have numbers, or words between them."""
    level.shown = any(block.shown for block in level.blocks)
    parts = [Part(tuple(level.tokens[block.start : block.end]), block.words) for block in level.blocks]
    if len(parts) == 1:
        return list(parts[0].tokens)
    first = parts[0].tokens[0]
    hole = rewriter.hole(first, Blocks(tuple(parts)))
    return [first.made("\\text"), first.made("{"), hole, first.made("}")]

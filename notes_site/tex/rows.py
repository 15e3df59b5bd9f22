r"""Rules for what has rows or surrounds something: groups, fences, rows, columns, environments."""

from __future__ import annotations

import re

from notes_site.tex.environments import ENVIRONMENTS, Environment, columns
from notes_site.tex.formula import TexError
from notes_site.tex.levels import (
    Block,
    BottomRule,
    Level,
    Marks,
    Rewriter,
    problem,
    stacked,
    without_last_row_end,
    wrapped,
)
from notes_site.tex.numbers import numbered, opened, system
from notes_site.tex.problems import unknown_name
from notes_site.tex.systems import with_words
from notes_site.tex.tokens import Reader, Token, is_space, text_of

# A TeX length in brackets, as in \\[6pt] or \\[-.5\baselineskip].
_LENGTH = re.compile(r"\[\s*(?:[-+]?\s*[\d.,]*\s*(?:pt|pc|in|bp|cm|mm|dd|cc|sp|ex|em|mu|\\[a-zA-Z]+))?\s*\]")
# In tokens, with its brackets and blanks.
_LONGEST_LENGTH = 8
_DELIMITERS = {"<": "\\langle", ">": "\\rangle", "\\lt": "\\langle", "\\gt": "\\rangle"}


def group(rewriter: Rewriter, token: Token, level: Level) -> None:
    r"""`{a \\ b}`: rows inside braces are stacked."""
    content = rewriter.nested(level, "}", token)
    level.tokens += [token, *content, token.made("}")]


def left(rewriter: Rewriter, token: Token, level: Level) -> None:
    r"""`\left< x \right>`: angle brackets by their names."""
    opening = _delimiter(rewriter, token)
    inside = Level(script=level.script, table=level.table)
    rewriter.read("\\right", inside, token)
    content = stacked(inside, without_last_row_end(inside))
    right = rewriter.closed_by
    level.tokens += [token, *opening, *content, right, *_delimiter(rewriter, right)]


def delimited(rewriter: Rewriter, token: Token, level: Level) -> None:
    r"""`\big<`: angle brackets by their names."""
    level.tokens += [token, *_delimiter(rewriter, token)]


def row_end(rewriter: Rewriter, token: Token, level: Level) -> None:
    r"""`\\[6pt]` and `\\*`: the space between rows and the star are dropped."""
    rewriter.reader.star()
    spaces: list[Token] = []
    while is_space(rewriter.reader.peek() or "x") and (space := rewriter.reader.next()) is not None:
        spaces.append(space)
    if rewriter.reader.peek() == "[":
        bracket: list[Token] = []
        while len(bracket) < _LONGEST_LENGTH and (part := rewriter.reader.next()) is not None:
            bracket.append(part)
            if part.text == "]":
                break
        if not _LENGTH.fullmatch("".join([each.text for each in bracket])):
            rewriter.reader.push(bracket)
    level.end_row(level.marks)
    level.marks = Marks()
    level.tokens += [token.made("\\\\"), token.made(" ")]
    level.row_ends += 1


def column_end(_rewriter: Rewriter, token: Token, level: Level) -> None:
    """&: counted, to know how many columns there are."""
    if level.column:
        level.thirds.append(len(level.tokens))
    level.tokens.append(token)
    level.column += 1
    level.columns = max(level.columns, level.column)


def rule(_rewriter: Rewriter, token: Token, level: Level) -> None:
    r"""`\hline`: remembered, since not every environment takes it."""
    level.ruled = True
    before = next((each for each in reversed(level.tokens) if not is_space(each.text)), None)
    if before is None or before.text not in ("\\hline", "\\hdashline"):
        level.tokens.append(token)


def stack(rewriter: Rewriter, token: Token, level: Level) -> None:
    r"""`\substack{a \\ b}`: a small array of one column."""
    outer, rewriter.reader = rewriter.reader, Reader(rewriter.reader.argument() or [])
    inside = rewriter.read("", Level(script=True, table=True))
    rewriter.reader = outer
    content = without_last_row_end(inside)
    level.tokens += [token.made("{\\begin{subarray}{c}"), *content, token.made("\\end{subarray}}")]


def environment(rewriter: Rewriter, token: Token, level: Level) -> None:
    r"""`\begin{split}[t] ... \\ \end{split}`: renamed, without options and without an empty last row."""
    name, begin = _environment_name(rewriter, token)
    known = ENVIRONMENTS.get(name)
    if known is None:
        raise TexError(unknown_name("environment", name, begin.start, max(1, begin.end - begin.start)))
    spec = _options(rewriter, known)
    if known.shows == "system":
        rewriter.reader.push(with_words(rewriter.reader.environment()))
    inside = opened(rewriter, level, known, begin)
    rewriter.owned("\\end", inside, begin)
    ended, end = _environment_name(rewriter, rewriter.closed_by)
    if ended != name:
        raise TexError(problem(end, f'expected "\\end{{{name}}}", but found "\\end{{{ended}}}"'))
    content, last_rule = _without_last_rule(rewriter, inside)
    if known.shows == "system":
        content = system(rewriter, inside, content)
    elif inside.shows:
        content = numbered(rewriter, inside, content)
    start = len(level.tokens)
    level.tokens += _environment(known, begin, spec, inside, content + last_rule)
    if known.shows:
        level.blocks.append(Block(start, len(level.tokens), inside.shown))


def _environment_name(rewriter: Rewriter, command: Token) -> tuple[str, Token]:
    """The name in braces, and a token for all of `\\begin{name}`."""
    name = rewriter.reader.argument()
    if name is None:
        raise TexError(problem(command, f'"{command.text}" needs the name of an environment'))
    text = text_of(name).strip()
    end = max([command.end, *(token.end + 1 for token in name)]) if name else command.end
    return text, Token(f"{command.text}{{{text}}}", command.start, end)


def _options(rewriter: Rewriter, known: Environment) -> str:
    """Take the options of an environment; the columns it asks for, or an empty string."""
    match known.options:
        case "none":
            return known.spec
        case "position":
            _drop_position(rewriter)
            return ""
        case "count":
            _drop_position(rewriter)
            rewriter.reader.skip_space()
            if rewriter.reader.peek() == "{":
                rewriter.reader.argument()
            return ""
        case "columns":
            _drop_position(rewriter)
            return columns(text_of(rewriter.reader.argument() or []))
        case "alignment":
            given = rewriter.reader.optional() if _bracket(rewriter) else None
            return columns(text_of(given)) if given else ""


def _bracket(rewriter: Rewriter) -> bool:
    return rewriter.reader.peek() == "["


def _drop_position(rewriter: Rewriter) -> None:
    """Take `[t]`, but not a bracket that belongs to the formula."""
    if _bracket(rewriter):
        given = rewriter.reader.optional()
        if given is not None and text_of(given).strip() not in ("t", "b", "c", "l", "r", "s", ""):
            rewriter.reader.push([given[0].made("["), *given, given[-1].made("]")])


def _delimiter(rewriter: Rewriter, token: Token) -> list[Token]:
    rewriter.reader.skip_space()
    text = rewriter.reader.peek()
    if text in _DELIMITERS:
        delimiter = rewriter.reader.next()
        return [delimiter.made(_DELIMITERS[text])] if delimiter is not None else []
    if text in ("{", "}"):
        raise TexError(problem(token, f'"{token.text}" needs a delimiter', f'write "{token.text}\\{text}"'))
    delimiter = rewriter.reader.character()
    return [] if delimiter is None else [delimiter]


def _without_last_rule(rewriter: Rewriter, level: Level) -> tuple[list[Token], list[Token]]:
    r"""The rows of an environment; a rule under the last of them becomes a hole, since no row follows it."""
    tokens = level.tokens
    last = len(tokens)
    while last and (is_space(tokens[last - 1].text) or tokens[last - 1].text in ("\\hline", "\\hdashline")):
        last -= 1
    rules = [token for token in tokens[last:] if not is_space(token.text)]
    if not rules:
        return without_last_row_end(level), []
    del tokens[last:]
    content = without_last_row_end(level)
    if not content:
        return [], rules
    hole = rewriter.hole(rules[0], BottomRule())
    return content, [rules[0].made("\\\\"), rules[0].made("\\text"), rules[0].made("{"), hole, rules[0].made("}")]


def _environment(known: Environment, begin: Token, spec: str, inside: Level, content: list[Token]) -> list[Token]:
    """The tokens of an environment under the name that math-core has for it."""
    name = known.plain
    count = inside.columns + 1
    if inside.tagged and known.tagged:
        name = known.tagged
        spec = ""
    elif inside.ruled and known.ruled:
        name, spec = "darray", (known.ruled * count)[:count]
    elif known.options == "alignment":
        spec = spec if len(spec) > 1 else (spec or "c") * count
    if name in ("", "equation*"):
        if inside.row_ends:
            content = wrapped(content, "aligned" if inside.columns else "gathered")
        if not name:
            return [begin.made("{"), *content, begin.made("}")]
    columns_of = begin.made("{" + spec + "}") if spec else begin.made(" ")
    table = [begin.made(f"\\begin{{{name}}}"), columns_of, *content, begin.made(f"\\end{{{name}}}")]
    opening, closing = known.fences
    if not opening:
        return table
    return [begin.made("\\left"), begin.made(opening), *table, begin.made("\\right"), begin.made(closing)]

r"""Read a formula level by level: what stands between braces, `\left` and `\right`, or `\begin` and `\end`.

The reading itself knows no command; rules do, each a function of the rewriter, the token and the level it stands in.
Invariant: every token that comes out stands for a place in the author's text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct, field

from notes_site.tex.commands import REFERENCES
from notes_site.tex.formula import TexError, TexProblem
from notes_site.tex.tokens import UNSEEN, Reader, Token, is_space, is_verbatim, text_of


class Words(Struct, frozen=True):
    """A hole that is filled with text."""

    text: str


class Tex(Struct, frozen=True):
    """A hole that is filled with TeX typeset by itself."""

    tokens: tuple[Token, ...]


class BottomRule(Struct, frozen=True):
    """A last row that stands for a rule under the row before it."""


Hole: TypeAlias = Words | Tex | BottomRule


class Level(Struct):
    r"""A level while it is read. `tags` are those a level above has to show; `numbered` levels show their own.

    `rows` are the rows that have ended: where in `tokens`, and after how many `&`.
    """

    script: bool
    numbered: bool = False
    tokens: list[Token] = field(default_factory=list)
    tags: list[Token] = field(default_factory=list)
    row_ends: int = 0
    ruled: bool = False
    tagged: bool = False
    column: int = 0
    columns: int = 0
    rows: list[tuple[int, int]] = field(default_factory=list)


class Rewriter:
    """Reads one formula; the lists fill while it does."""

    def __init__(self, *, rules: Mapping[str, Rule], display: bool, marker: str) -> None:
        self.rules = rules
        self.display = display
        self.marker = marker
        self.holes: list[Hole] = []
        self.labels: list[tuple[str, int]] = []
        self.references: list[tuple[str, int]] = []
        self.reader = Reader(())
        self.closed_by = Token("", 0, 0)

    def formula(self, tokens: Sequence[Token]) -> list[Token]:
        """The whole formula: rows at its top level are stacked, and a tag stands at the right."""
        self.reader = Reader(tokens)
        level = self.read("", Level(script=False, numbered=self.display))
        content = self.with_tags(level, without_last_row_end(level))
        if not level.tagged:
            return stacked(level, content)
        if level.row_ends or level.columns:
            return wrapped(content, "align*" if level.columns else "gather*")
        return wrapped(content, "equation*")

    def inner(self, tokens: Sequence[Token], *, script: bool = False) -> list[Token]:
        """Tokens of an argument, rewritten as a level of their own."""
        outer, self.reader = self.reader, Reader(tokens)
        level = self.read("", Level(script=script))
        self.reader = outer
        return stacked(level, without_last_row_end(level))

    def read(self, closing: str, level: Level, opening: Token | None = None) -> Level:
        """Read up to `closing`, which is taken; a level that does not end is a TexError."""
        while (token := self.reader.next()) is not None:
            text = token.text
            if text == closing:
                self.closed_by = token
                return level
            if text in ("}", "\\end", "\\right"):
                raise unmatched(token, opening)
            rule = self.rules.get(text)
            if rule is not None:
                rule(self, token, level)
            elif text.isascii() and not text.startswith("\\verb"):
                level.tokens.append(token)
            elif text[0] in UNSEEN:
                continue
            elif not text.isascii() and is_space(text):
                level.tokens.append(token.made(" "))
            elif is_verbatim(text):
                hole = self.stand_in(token, self.reader)
                level.tokens += [token.made("\\texttt"), token.made("{"), hole, token.made("}")]
            else:
                level.tokens.append(token)
        if opening is not None:
            raise TexError(problem(opening, f'"{opening.text}" is never closed'))
        return level

    def nested(self, level: Level, closing: str, opening: Token) -> list[Token]:
        """The content of a group or of fences inside `level`, stacked when it has rows."""
        inside = self.read(closing, Level(script=level.script or after_script(level)), opening)
        content = stacked(inside, without_last_row_end(inside))
        level.tags += inside.tags
        return content

    def with_tags(self, level: Level, content: list[Token]) -> list[Token]:
        """The content of a level that has ended, with the tag of its last row."""
        if level.numbered and (level.tagged or level.tags):
            content = padded(level, content)
        self.show_tags(level, content)
        return content

    def show_tags(self, level: Level, content: list[Token]) -> None:
        r"""Put the tags of the levels below into a level that can show them, as one `\tag*`."""
        if not level.tags or not level.numbered:
            return
        first = level.tags[0]
        content += [first.made("\\tag"), first.made("*"), first.made("{"), *level.tags, first.made("}")]
        level.tags = []
        level.tagged = True

    def stand_in(self, token: Token, reader: Reader) -> Token:
        """A word in place of a reference or of verbatim text, to be filled in after conversion."""
        if is_verbatim(token.text):
            return self.hole(token, Words(token.text.removeprefix("\\verb").removeprefix("*")[1:-1]))
        reader.star()
        key = text_of(reader.argument() or []).strip()
        self.references.append((key, token.start))
        before, after = REFERENCES[token.text]
        return self.hole(token, Words(before + key + after))

    def hole(self, token: Token, content: Hole) -> Token:
        self.holes.append(content)
        return token.made(f"{self.marker}{len(self.holes) - 1}.")


# What one command becomes: the rule reads the arguments it needs and adds tokens to the level.
Rule = Callable[[Rewriter, Token, Level], None]


def after_script(level: Level) -> bool:
    """Whether the next group is a subscript or superscript."""
    for token in reversed(level.tokens):
        if not is_space(token.text):
            return token.text in ("_", "^")
    return False


def without_last_row_end(level: Level) -> list[Token]:
    r"""The tokens without white space and `\\` at the end, which would draw an empty row."""
    tokens = level.tokens
    last = len(tokens)
    while last and (is_space(tokens[last - 1].text) or tokens[last - 1].text == "\\\\"):
        last -= 1
        level.row_ends -= tokens[last].text == "\\\\"
    return tokens[:last]


def stacked(level: Level, content: list[Token]) -> list[Token]:
    """The content of a level that is no environment: its rows stand above each other."""
    if not level.row_ends:
        return content
    return wrapped(content, "aligned" if level.columns else "gathered")


def padded(level: Level, content: list[Token]) -> list[Token]:
    """The rows of a level with as many cells each, so that a tag, which follows them, stands at the margin."""
    last = len(content)
    ended = [row for row in level.rows if row[0] < last]
    columns = level.column if len(ended) == len(level.rows) else level.rows[len(ended)][1]
    content = list(content)
    for at, column in reversed([*ended, (last, columns)]):
        if content and column < level.columns:
            content[at:at] = [content[max(0, at - 1)].made("&")] * (level.columns - column)
    return content


def wrapped(content: list[Token], name: str) -> list[Token]:
    if not content:
        return []
    first, last = content[0], content[-1]
    begin = Token(f"\\begin{{{name}}}", first.start, first.end)
    return [begin, *content, Token(f"\\end{{{name}}}", last.start, last.end)]


def problem(token: Token, message: str, hint: str | None = None) -> TexProblem:
    return TexProblem("syntax", message, token.start, max(1, token.end - token.start), hint)


def unmatched(token: Token, opening: Token | None) -> TexError:
    if opening is None:
        return TexError(problem(token, f'"{token.text}" without what it closes'))
    return TexError(problem(opening, f'"{opening.text}" is not closed before "{token.text}"'))

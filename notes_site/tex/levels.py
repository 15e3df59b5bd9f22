r"""Read a formula level by level: what stands between braces, `\left` and `\right`, or `\begin` and `\end`.

The reading itself knows no command; rules do, each a function of the rewriter, the token and the level it stands in.
Invariant: every token that comes out stands for a place in the author's text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from msgspec import Struct, field

from notes_site.tex.environments import Shows
from notes_site.tex.formula import FormulaReference, TexError, TexProblem
from notes_site.tex.tokens import UNSEEN, Reader, Token, is_space, is_verbatim, text_of

# As `formula.Numbers`; "single" is one number for the whole display and none in it.
Mode: TypeAlias = Literal["none", "labelled", "all", "single"]


class Words(Struct, frozen=True):
    """A hole that is filled with text."""

    text: str


class Tex(Struct, frozen=True):
    """A hole that is filled with TeX typeset by itself."""

    tokens: tuple[Token, ...]


class BottomRule(Struct, frozen=True):
    """A last row that stands for a rule under the row before it."""


class Number(Struct, frozen=True):
    """A hole that is filled with the marker of a row; None when only a tag stands there."""

    row: Draft | None


class Part(NamedTuple):
    """A display among several, or the words between two of them."""

    tokens: tuple[Token, ...]
    words: bool


class Blocks(Struct, frozen=True):
    """A hole that is filled with displays and words, each typeset by itself, one below the other."""

    parts: tuple[Part, ...]


Hole: TypeAlias = Words | Tex | BottomRule | Number | Blocks


class Tag(NamedTuple):
    r"""A `\tag`: what stands in for it, with its parentheses, and the tokens of its argument."""

    hole: Token
    content: tuple[Token, ...]
    starred: bool


class Draft(Struct, eq=False):
    """A row that will be in the result; its place there is its number."""

    offset: int
    labels: list[tuple[str, int]] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    part: bool = False
    parent: bool = False


class Marks(Struct):
    r"""What was written in one row about its number; `silenced` by `\nonumber`."""

    labels: list[tuple[str, int]] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    silenced: bool = False


class RowEnd(NamedTuple):
    """A row that has ended: where in the tokens of its level, after how many `&`, and what was said of its number."""

    at: int
    column: int
    marks: Marks


class Block(NamedTuple):
    """A display within another, or `words` beside one: where in the tokens of that, and whether it shows numbers."""

    start: int
    end: int
    shown: bool
    words: bool = False


class Level(Struct):
    r"""A level while it is read. One that `shows` numbers shows those of the levels in it that do not.

    `automatic`: a row needs no label to have one. `outer`: what is displayed in it has the margin for itself.
    `table`: its rows are inside another row. `thirds` are where an `&` follows another in a row, `parent` is the row
    that stands for the parts of a `subequations`, `first` says how many rows with numbers came before this level.
    """

    script: bool
    shows: Shows = ""
    automatic: bool = False
    outer: bool = False
    table: bool = False
    tokens: list[Token] = field(default_factory=list)
    marks: Marks = field(default_factory=Marks)
    rows: list[RowEnd] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    thirds: list[int] = field(default_factory=list)
    parent: Draft | None = None
    first: int = 0
    row_ends: int = 0
    ruled: bool = False
    tagged: bool = False
    shown: bool = False
    column: int = 0
    columns: int = 0

    def end_row(self, marks: Marks) -> None:
        """Take note that a row ends here, before the sign for it."""
        self.rows.append(RowEnd(len(self.tokens), self.column, marks))
        self.column = 0


class Rewriter:
    """Reads one formula; the lists fill while it does."""

    def __init__(self, *, rules: Mapping[str, Rule], display: bool, marker: str, mode: Mode = "none") -> None:
        self.rules = rules
        self.display = display
        self.marker = marker
        self.mode = mode
        self.holes: list[Hole] = []
        self.labels: list[tuple[str, int]] = []
        self.references: list[FormulaReference] = []
        self.drafts: list[Draft] = []
        self.reader = Reader(())
        self.closed_by = Token("", 0, 0)
        # The innermost level that shows numbers, and the innermost subequations.
        self.owner = Level(script=False)
        self.system: Level | None = None
        # Whether a display with numbers stands beside something else, so that its numbers have no margin.
        self.mixed = False

    def inner(self, tokens: Sequence[Token], *, script: bool = False) -> list[Token]:
        """Tokens of an argument, rewritten as a level of their own."""
        outer, self.reader = self.reader, Reader(tokens)
        level = self.read("", Level(script=script))
        self.reader = outer
        return stacked(level, without_last_row_end(level))

    def owned(self, closing: str, level: Level, opening: Token | None) -> Level:
        """Read a level that shows its own numbers, if it is one."""
        owner = self.owner
        if level.shows:
            self.owner = level
        level.first = len(self.drafts)
        self.read(closing, level, opening)
        self.owner = owner
        return level

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
        inside = self.read(closing, Level(script=level.script or after_script(level), table=level.table), opening)
        return stacked(inside, without_last_row_end(inside))

    def stand_in(self, token: Token, reader: Reader) -> Token:
        """A word in place of a reference or of verbatim text, to be filled in after conversion."""
        if is_verbatim(token.text):
            return self.hole(token, Words(token.text.removeprefix("\\verb").removeprefix("*")[1:-1]))
        reader.star()
        keys = [text_of(reader.argument() or [])]
        if token.text in ("\\cref", "\\Cref"):
            keys = keys[0].split(",")
        elif token.text.endswith("range"):
            keys.append(text_of(reader.argument() or []))
        stripped = tuple([key.strip() for key in keys if key.strip()])
        self.references.append(FormulaReference(token.text[1:], stripped, token.start))
        return self.hole(token, Words(f"\x04{len(self.references) - 1}\x05"))

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

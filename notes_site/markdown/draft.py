"""What one parse knows while it runs: where it is in the author's file, and what it has found so far.

Invariant: a Draft belongs to one parse of one note and is never shared; rules reach it through `draft_of(state.env)`.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, NamedTuple, Protocol

from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec import Struct, field
from msgspec.structs import replace

from notes_site.kinds import Kinds
from notes_site.markdown.options import Options
from notes_site.markdown.vocabulary import Vocabulary
from notes_site.model import Blob, Diagnostic, Hole, IndexMark, Label, Link, Mention, Place, Span, place_in
from notes_site.tex import Macro
from notes_site.words import Words


class At(NamedTuple):
    """A place inside a block: `text` is the block's text as the rule sees it, from source line `line` (from 0) on."""

    line: int
    text: str
    position: int


class InlineState(Protocol):
    """The part of markdown-it's inline state that places are read from."""

    src: str
    pos: int
    env: MutableMapping[str, Any]


class Cell(Struct, frozen=True):
    """One cell of a notebook: the line of the joined text (from 0) where it begins, and its number (from 1)."""

    line: int
    number: int


class Open(NamedTuple):
    """An element of the author's HTML that is open: its name as written, and its line; or `around` it one of ours.

    One that is `replaced` is in the page as something of ours that has its end.
    """

    name: str
    line: int
    around: bool = False
    replaced: bool = False


class Run(NamedTuple):
    """Lines (from `first` to before `last`) without an empty one, and those `inside`: that begin inside a formula.

    `final` is the last of these, -1 when there is none; `indent`, `level` and `end` are those of the block around.
    `underlined` tells whether a line after the first begins as the underline of a heading does.
    """

    indent: int
    level: int
    end: int
    first: int
    last: int
    inside: frozenset[int]
    final: int
    underlined: bool


class Draft(Struct):
    """State of one parse; `lines` are those of the file (of a notebook: of its cells, joined).

    `within` are the statements and proofs that are open, `figures` and `tables` those, by their places among the
    labels; `closings` are what the open figures end with.
    `terms` are the keys of the glossary that were used, and whether they were introduced outside of headings.
    `commented` are the names of the macros with a comment; `symbols` are those of them that were used or defined, with
    the anchor of the first use, and whether there is one; `section` is the anchor of the last heading.
    `quotable` counts the links inside the site, and `quoted` are the paragraphs that hold them, each
    with its place if it is a cell of a table, else -1.
    While `bare`, what is made is a Text: it has no holes, labels or ids.
    """

    path: str
    lines: Sequence[str]
    options: Options
    macros: dict[str, Macro]
    md: MarkdownIt
    language: Words
    cells: tuple[Cell, ...] = ()
    outputs: tuple[str, ...] = ()
    block: int = 0
    problems: list[Diagnostic] = field(default_factory=list)
    holes: list[Hole] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    blobs: list[Blob] = field(default_factory=list)
    anchors: dict[str, int] = field(default_factory=dict)
    glyphs: set[int] = field(default_factory=set)
    kinds: Kinds = field(default_factory=Kinds)
    numbered: bool = True
    labels: list[Label] = field(default_factory=list)
    labelled: list[Place] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    mentioned: list[Place] = field(default_factory=list)
    within: list[int] = field(default_factory=list)
    figures: list[int] = field(default_factory=list)
    tables: list[int] = field(default_factory=list)
    closings: list[str] = field(default_factory=list)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    terms: dict[str, bool] = field(default_factory=dict)
    marks: list[IndexMark] = field(default_factory=list)
    marked: list[Place] = field(default_factory=list)
    commented: set[str] = field(default_factory=set)
    symbols: dict[Macro, tuple[str, bool]] = field(default_factory=dict)
    section: str = ""
    quotable: int = 0
    quoted: list[tuple[Sequence[Token], int]] = field(default_factory=list)
    open_tags: list[Open] = field(default_factory=list)
    base: int = 0
    formulas: int = 0
    words: int = 0
    quiet: bool = False
    bare: bool = False
    run: Run | None = None

    def place(self, at: At, length: int = 1, position: int | None = None) -> Place:
        """The place of `at` in the author's file."""
        text = at.text
        here = min(at.position if position is None else position, len(text))
        row = text.count("\n", 0, here)
        start = text.rfind("\n", 0, here) + 1
        end = text.find("\n", here)
        fragment = text[start : end if end >= 0 else len(text)]
        line, found = at.line + row, -1
        for candidate in range(line, min(line + 40, len(self.lines))):
            found = self.lines[candidate].find(fragment)
            if found >= 0:
                line = candidate
                break
        column = found + here - start + 1 if found >= 0 else 0
        return self.at_line(line, column, length)

    def at_line(self, line: int, column: int = 0, length: int = 1) -> Place:
        """A place in a line (from 0) of the parsed text."""
        text = self.lines[line] if 0 <= line < len(self.lines) else ""
        cell = None
        for candidate in self.cells:
            if candidate.line > line:
                break
            cell = candidate
        if cell is not None:
            return place_in(text, Span(self.path, line - cell.line + 1, column, length, cell.number))
        return place_in(text, Span(self.path, line + 1, column, length))

    def in_cell(self, line: int) -> Place:
        """The cell of a notebook that showed what stands in a line (from 0) of the parsed text."""
        place = self.at_line(line)
        return replace(place, span=replace(place.span, line=0, column=0), excerpt="")

    def report(
        self, code: str, message: str, at: At | int, *, hint: str = "", length: int = 1, position: int | None = None
    ) -> None:
        if self.quiet:
            return
        if isinstance(at, At):
            place = self.place(at, length, position)
        else:
            place = self.at_line(at, 1 if at >= 0 else 0, length)
        self.problems.append(place.problem(code, message, hint))

    def link(self, link: Link, place: Place) -> None:
        """Keep a link, and where it stands."""
        self.links.append(link)
        self.places.append(place)

    def quote(self, token: Token, number: int, kind: str, target: str) -> None:
        """Mark a token as a link whose sentence is told where it leads; `number` as in `Quote.links`."""
        token.meta["quoted"], token.meta["target"] = number, (kind, target)
        self.quotable += 1

    def label(self, label: Label, at: At | int, length: int = 1) -> int:
        """Keep a label and where it stands; its place among the labels of the note."""
        self.labels.append(label)
        self.labelled.append(self.place(at, length) if isinstance(at, At) else self.at_line(at, 1, length))
        return len(self.labels) - 1

    def mention(self, kind: str, key: str, at: At, length: int = 1) -> None:
        """Keep that the note refers to a label, a work or a term, and the statement that does."""
        if self.quiet:
            return
        self.mentions.append(Mention(kind, key, self.inside))
        self.mentioned.append(self.place(at, length))

    @property
    def inside(self) -> int:
        """The place among the labels of the innermost statement or proof that is open, or -1."""
        return self.within[-1] if self.within else -1

    def index(self, mark: IndexMark, at: At, length: int = 1) -> None:
        """Keep an entry of the index, and where it is written."""
        self.marks.append(mark)
        self.marked.append(self.place(at, length))

    def latest(self, *kinds: str) -> int:
        """The last label of one of these kinds, or of any statement; -1 where there is none."""
        for i in range(len(self.labels) - 1, -1, -1):
            kind = self.kinds.by_name.get(self.labels[i].kind)
            if kind is not None and (kind.name in kinds if kinds else kind.family == "statement"):
                return i
        return -1

    def say(self, key: str, **values: object) -> str:
        """A word that the site itself adds, in the language of the note."""
        return self.language.text(key, **values)

    def hole(self, hole: Hole) -> str:
        """Keep a hole, and return the marker that stands for it until the HTML is cut."""
        self.holes.append(hole)
        return f"\0{len(self.holes) - 1}\0"

    def anchor(self, wanted: str) -> str:
        """`wanted`, or `wanted-1`, `wanted-2` … when it is taken."""
        wanted = wanted or "section"
        count = self.anchors.get(wanted)
        if count is None:
            self.anchors[wanted] = 0
            return wanted
        while True:
            count += 1
            candidate = f"{wanted}-{count}"
            if candidate not in self.anchors:
                self.anchors[wanted] = count
                self.anchors[candidate] = 0
                return candidate

    def claim(self, anchor: str, at: At | int) -> str:
        """An id that the author wrote; reported when it stands twice, and then made different."""
        if anchor in self.anchors:
            self.report("N036", f'the anchor "{anchor}" stands twice in this note', at, hint="give one of them another")
            return self.anchor(anchor)
        self.anchors[anchor] = 0
        return anchor


def draft_of(env: Mapping[str, Any]) -> Draft:
    draft = env["draft"]
    assert isinstance(draft, Draft)
    return draft


def at_of(token: Token, line: int = 0) -> At:
    """Where a token stands; tokens made by our rules carry their place in `meta["at"]`."""
    at = token.meta.get("at")
    if isinstance(at, At):
        return at
    return At(token.map[0] if token.map else line, "", 0)


def mark(state: InlineState, position: int) -> At:
    """The place of `position` in the text that an inline rule reads."""
    return At(draft_of(state.env).block, state.src, position)

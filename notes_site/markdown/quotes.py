"""The sentences in which a note speaks of others, for the pages of these. Reads no file.

Invariant: a sentence is cut between words and never inside a formula, and has about `LONGEST` characters at most; the
HTML of it holds no link, id or hole. Its links, and references to sections, stand between marks (see `quotations`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token
from msgspec import Struct
from msgspec.structs import replace

from notes_site.markdown.draft import Draft
from notes_site.markdown.line import PAIRED, in_line, in_words, rendered, text_token, without_id
from notes_site.markdown.plain import plain_text
from notes_site.markdown.sentences import around
from notes_site.model import Quote
from notes_site.quotations import CLOSE, OPEN, opening

# characters of a sentence; a formula has as many as its TeX, or as it has in plain text where that is too many
LONGEST: Final = 240
# a formula of more characters than this is left out of a sentence
LONGEST_FORMULA: Final = 100
# sentences that one note keeps for one target
MOST: Final = 3
ELLIPSIS: Final = "…"
# what stands for a formula, code or a reference while sentences are looked for
_THING: Final = "\ufffc"
# about as many characters as "Theorem 2.1" has
_REFERENCE: Final = 12
# a word with the blanks before it, or one sign of a script that has no blanks: `Satz`, ` von`, `定`
_SIGNS: Final = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60"
_WORD: Final = re.compile(rf"\s*(?:[{_SIGNS}]|[^\s{_SIGNS}]+)|\s+$")
_ANCHOR_END: Final = re.compile(r"</a\s*>", re.IGNORECASE)


class _Piece(Struct, frozen=True, gc=False):
    """A token of a paragraph that is kept: its length in characters, and where it stands in the text."""

    token: Token
    weight: int
    start: int
    end: int


class _Spoken(Struct, frozen=True, gc=False):
    """A link in a paragraph: which one it is, what it leads to, and where it stands in the text."""

    number: int
    target: tuple[str, str]
    start: int
    end: int


class _Paragraph:
    """A paragraph as pieces; `said` is its text, in which formulas are one sign each."""

    __slots__ = ("_opened", "_said", "draft", "length", "links", "pieces")

    def __init__(self, children: Sequence[Token], draft: Draft) -> None:
        self.draft = draft
        self.pieces: list[_Piece] = []
        self.links: list[_Spoken] = []
        self.length = 0
        self._said: list[str] = []
        self._opened: list[tuple[Token, int]] = []
        for token in in_words(children):
            self._take(token)
        while self._opened:
            self._close()

    @property
    def said(self) -> str:
        return "".join(self._said)

    def _add(self, token: Token, weight: int, text: str) -> None:
        start = self.length
        if text:
            self._said.append(text)
            self.length = start + len(text)
        self.pieces.append(_Piece(token, weight, start, self.length))

    def _mark(self, token: Token) -> None:
        """A link begins."""
        self._opened.append((token, self.length))
        self._add(text_token(opening(token.meta["quoted"])), 0, "")

    def _close(self) -> None:
        token, start = self._opened.pop()
        self.links.append(_Spoken(token.meta["quoted"], token.meta["target"], start, self.length))
        self._add(text_token(CLOSE), 0, "")

    def _take(self, token: Token) -> None:
        kind = token.type
        if kind in ("text", "text_special"):
            content = token.content
            self._add(text_token(content.replace("\n", " ")) if "\n" in content else token, len(content), content)
        elif kind == "formula":
            self._formula(token)
        elif kind == "code_inline":
            self._add(token, len(token.content), _THING)
        elif kind in ("softbreak", "hardbreak"):
            self._add(text_token(" "), 1, " ")
        elif kind in ("xref", "cite", "wikilink", "embed"):
            self._hole(token)
        elif kind in PAIRED:
            self._add(without_id(token), 0, "")
        elif kind in ("link_open", "html_inline") and "quoted" in token.meta:
            self._mark(token)
        elif self._opened and (
            _ANCHOR_END.search(token.content)
            if kind == "html_inline" == self._opened[-1][0].type
            else kind == "link_close" and self._opened[-1][0].level == token.level
        ):
            self._close()

    def _formula(self, token: Token) -> None:
        """A formula with the full stop that sticks to it; long ones and displays of many rows are left out."""
        one = in_line(token)
        tail = str(token.meta.get("tail", ""))
        weight = len(token.content) + len(tail)
        if one.meta["display"] or (weight > LONGEST_FORMULA and self.plain_length(one) > LONGEST_FORMULA):
            self._add(text_token(ELLIPSIS + tail), 1 + len(tail), _THING + tail)
        else:
            self._add(one, weight, _THING + tail)

    def plain_length(self, formula: Token) -> int:
        return len(plain_text([formula], self.draft.macros))

    def _hole(self, token: Token) -> None:
        """What is filled where the sentence is shown: references, and the titles of notes."""
        marked = "quoted" in token.meta
        if marked:
            self._mark(token)
        if token.type in ("wikilink", "embed"):
            for child in token.children or []:
                self._take(child)
            if not token.children:
                name = token.content or token.meta["fragment"].lstrip("#^")
                self._add(text_token("" if marked else name), len(name), _THING)
        else:
            said = sum(len(plain_text(child.children or [child], self.draft.macros)) for child in token.children or [])
            self._add(token, _REFERENCE + said, _THING)
        if marked:
            self._close()


def quotes_of(md: MarkdownIt, tokens: Sequence[Token], draft: Draft) -> tuple[Quote, ...]:
    """The sentences of a rendered note that hold links to other notes, but no link alone without words."""
    kept: Counter[tuple[str, str]] = Counter()
    made: list[Quote] = []
    rows: set[int] = set()
    own = frozenset(("label", label.key) for label in draft.labels)
    for children, cell in draft.quoted:
        if own.issuperset(_targets(children)):
            continue
        if cell < 0:
            made += _quotes_in(_Paragraph(children, draft), md, kept, whole=False)
            continue
        start, row = _row(tokens, cell)
        if start not in rows:
            rows.add(start)
            made += _quotes_in(_Paragraph(row, draft), md, kept, whole=True)
    return tuple(made)


def _targets(tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """What the links and references to sections among some tokens lead to."""
    for token in tokens:
        if "quoted" in token.meta:
            yield token.meta["target"]
        if token.children:
            yield from _targets(token.children)


def _row(tokens: Sequence[Token], cell: int) -> tuple[int, list[Token]]:
    """Where the row of a table begins that holds a cell, and what stands in it."""
    start = cell
    while tokens[start].type != "tr_open":
        start -= 1
    children: list[Token] = []
    place = start
    while tokens[place].type != "tr_close":
        token = tokens[place]
        if token.type == "inline" and token.children:
            children += [text_token(" · "), *token.children] if children else token.children
        place += 1
    return start, children


def _quotes_in(
    paragraph: _Paragraph, md: MarkdownIt, kept: Counter[tuple[str, str]], *, whole: bool
) -> Iterator[Quote]:
    """The sentences of a paragraph that hold links; links near each other have one together."""
    told: set[int] = set()
    said = paragraph.said
    for link in paragraph.links:
        if link.number in told or kept[link.target] >= MOST:
            continue
        first, last = (0, len(said)) if whole else around(said, link.start, link.end)
        sentence = _between(paragraph.pieces, first, last)
        if sum(piece.weight for piece in sentence) > LONGEST:
            sentence = _nearest(_in_small(sentence, paragraph), link)
        inside = {link.number, *_whole_links(sentence)}
        told |= inside
        if any(map(_is_word, sentence)):
            others = [other for other in paragraph.links if other.number in inside]
            kept.update({other.target for other in others})
            html = _html(paragraph, sentence, md)
            yield Quote(html, tuple(other.number for other in others))


def _between(pieces: Sequence[_Piece], first: int, last: int) -> list[_Piece]:
    """The pieces of a part of the text. What closes at its end belongs to it, what opens there does not."""
    made: list[_Piece] = []
    for piece in pieces:
        start, end = piece.start, piece.end
        if start == end:
            closes = piece.token.nesting == -1 or piece.token.content == CLOSE
            if first < start <= last if closes else first <= start < last:
                made.append(piece)
        elif first <= start and end <= last:
            made.append(piece)
        elif start < last and end > first:
            start, end = max(start, first), min(end, last)
            content = piece.token.content[start - piece.start : end - piece.start]
            made.append(_Piece(text_token(content), len(content), start, end))
    return made


# -- sentences that are too long ---------------------------------------------------------------------------------------


def _in_small(pieces: Sequence[_Piece], paragraph: _Paragraph) -> list[_Piece]:
    """The pieces with texts as words, and formulas as long as they are in plain text."""
    made: list[_Piece] = []
    for piece in pieces:
        token, start = piece.token, piece.start
        if token.type == "formula":
            made.append(replace(piece, weight=paragraph.plain_length(token)))
        elif token.type == "text" and piece.end - start == len(token.content) > 0:
            for word in _WORD.findall(token.content):
                made.append(_Piece(text_token(word), len(word), start, start + len(word)))
                start += len(word)
        else:
            made.append(piece)
    return made


def _nearest(pieces: Sequence[_Piece], link: _Spoken) -> list[_Piece]:
    """What is nearest to a link, more of what follows than of what is before; with signs for what is left out."""
    count = len(pieces)
    low = next((i for i, piece in enumerate(pieces) if piece.token.content == opening(link.number)), 0)
    closing = next((i for i in range(low, count) if pieces[i].token.content == CLOSE), count - 1)
    room = LONGEST - 2 * len(ELLIPSIS) - 2
    high = low
    while high < closing and room >= pieces[high + 1].weight:
        high += 1
        room -= pieces[high].weight
    if high == closing:
        before = sum(piece.weight for piece in pieces[:low])
        least = max(room - before, 2 * room // 3)
        while high + 1 < count and least >= pieces[high + 1].weight:
            high += 1
            least -= pieces[high].weight
            room -= pieces[high].weight
        while low and room >= pieces[low - 1].weight:
            low -= 1
            room -= pieces[low].weight
        low, high = _whole(pieces, low, high)
    chosen = list(pieces[low : high + 1])
    if any(map(_is_word, pieces[:low])):
        begin = chosen[0]
        if begin.token.type == "text":
            chosen[0] = replace(begin, token=text_token(begin.token.content.lstrip()))
        chosen.insert(0, _Piece(text_token(f"{ELLIPSIS} "), 0, begin.start, begin.start))
    if any(map(_is_word, pieces[high + 1 :])):
        chosen.append(_Piece(text_token(f" {ELLIPSIS}"), 0, chosen[-1].end, chosen[-1].end))
    return chosen


def _whole(pieces: Sequence[_Piece], low: int, high: int) -> tuple[int, int]:
    """The same range, or less of it, in which every link is whole."""
    for i in range(high, low - 1, -1):
        content = pieces[i].token.content
        if content == CLOSE:
            break
        if content.startswith(OPEN):
            high = i - 1
            break
    for i in range(low, high + 1):
        content = pieces[i].token.content
        if content.startswith(OPEN):
            break
        if content == CLOSE:
            low = i + 1
            break
    return low, high


# -- what is said ------------------------------------------------------------------------------------------------------


def _whole_links(pieces: Sequence[_Piece]) -> Iterator[int]:
    """The numbers of the links in some pieces."""
    for piece in pieces:
        if piece.token.content.startswith(OPEN):
            yield int(piece.token.content[len(OPEN) : -1])


def _is_word(piece: _Piece) -> bool:
    return bool(piece.weight) and (piece.token.type != "text" or any(map(str.isalnum, piece.token.content)))


def _html(paragraph: _Paragraph, sentence: Sequence[_Piece], md: MarkdownIt) -> str:
    """A sentence as HTML; emphasis and links that it cuts are opened and closed."""
    draft = paragraph.draft
    opened: list[Token] = []
    if sentence[0].start:
        for piece in _between(paragraph.pieces, 0, sentence[0].start):
            _follow(piece.token, opened)
    kept = [*opened, *(piece.token for piece in sentence)]
    for piece in sentence:
        _follow(piece.token, opened)
    kept += [_closing(token) for token in reversed(opened)]
    if all(token.type == "text" for token in kept):
        return escapeHtml("".join([token.content for token in kept]).strip())
    quiet, draft.quiet = draft.quiet, True
    made = rendered(md, kept, draft).replace("\n", " ").strip()
    draft.quiet = quiet
    return made


def _follow(token: Token, opened: list[Token]) -> None:
    """Keep which emphasis and which link are open after a token."""
    if token.nesting == 1 or token.content.startswith(OPEN):
        opened.append(token)
    elif (token.nesting == -1 or token.content == CLOSE) and opened:
        opened.pop()


def _closing(token: Token) -> Token:
    if token.nesting != 1:
        return text_token(CLOSE)
    return Token(token.type.replace("_open", "_close"), token.tag, -1, markup=token.markup)

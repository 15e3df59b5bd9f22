"""How a reference reads: `Theorem 2.1`, `Theorems 2.1 and 2.3`, `Eqs. (3)–(5)`, `(3)`. Pure.

The forms are those of LaTeX's cleveref: things of one kind are said together, and three or more in a row as a range.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import groupby

from notes_site.bibliography import Style
from notes_site.model import EMPTY, Landmark, Text
from notes_site.words import Words

# `2.1`, `A.3`, `7`, `2.1a`: what stands before the last part, and that part
_LAST = re.compile(r"(?P<head>(?:.*\.)?)(?P<last>\d+)$|(?P<whole>.*\d)(?P<letter>[a-z])$")
# numbers of so many things in a row are said as a range
_ROW = 3


class Manner:
    """How references are worded: the words of the page's language, `title`, `sentence` or `lower` case, abbreviated.

    `style` is that of citations. What kinds are called is looked up once.
    """

    __slots__ = ("_escaped", "_named", "case", "short", "style", "words")

    def __init__(
        self, words: Words, case: str = "title", *, short: bool = False, style: Style = Style.ALPHABETIC
    ) -> None:
        self.words, self.case, self.short, self.style = words, case, short, style
        self._named: dict[tuple[str, bool, int], str] = {}
        self._escaped: dict[tuple[str, int], str] = {}

    def named(self, kind: str, *, many: bool = False, capital: int = 0) -> str:
        """The word for a kind, in the number and with the letters that are asked for."""
        key = (kind, many, capital)
        found = self._named.get(key)
        if found is None:
            found = self._named[key] = self._word(kind, many=many, capital=capital)
        return found

    def named_html(self, kind: str, capital: int) -> str:
        """The word for one thing of a kind, as HTML."""
        found = self._escaped.get((kind, capital))
        if found is None:
            found = self._escaped[kind, capital] = html.escape(self.named(kind, capital=capital))
        return found

    def _word(self, kind: str, *, many: bool, capital: int) -> str:
        ending = ("_short" if self.short else "") + ("_many" if many else "")
        words = self.words
        word = words.get(f"kind_{kind}{ending}") or words.get(f"kind_{kind}") or kind
        if self.case == "title" or words.get("kinds_keep_capital") == "yes":
            return word
        if capital == 2 or (capital == 1 and self.case == "sentence"):
            return word[:1].upper() + word[1:]
        return word[:1].lower() + word[1:]


@lru_cache(maxsize=16)
def manner_of(words: Words, style: tuple[str, bool, str]) -> Manner:
    """The manner of a language, one for all pages; `style` is what the site says of references and citations."""
    case, short, cited = style
    return Manner(words, case, short=short, style=Style(cited))


Linked = Callable[[Landmark, Text], Text]


def _plain_link(_landmark: Landmark, text: Text) -> Text:
    return text


def refer_as_text(found: Sequence[Landmark], form: str, capital: int, manner: Manner, prefix: Text = EMPTY) -> Text:
    """A reference without links, for titles."""
    return refer(found, form, prefix, capital, manner, _plain_link)


def refer(found: Sequence[Landmark], form: str, prefix: Text, capital: int, manner: Manner, link: Linked) -> Text:
    """A reference to some things; `link` makes a link of the words for one. `prefix` stands for the kind."""
    if form == "full" and len(found) == 1 and not prefix:
        return _one(found[0], capital, manner, link)
    if form == "title":
        return _joined([link(one, title_of(one, manner)) for one in found], manner)
    if form == "kind":
        words = [manner.named(one.kind, capital=capital) for one in found]
        named = zip(found, words, strict=True)
        return _joined([link(one, Text(html.escape(word), word)) for one, word in named], manner)
    if form == "range":
        return _range(found, capital, manner, link)
    parts: list[Text] = []
    for things in _alike(found):
        if form == "full" and not prefix:
            said = _with_kind(things[0].kind, things, 0 if parts else capital, manner, link)
            parts.append(_of(said, things[0].where, manner))
        else:
            parts += _numbers(things, manner, link, bare=form == "bare")
    made = _joined(parts, manner)
    return Text(f"{prefix.html}\u00a0{made.html}", f"{prefix.plain}\u00a0{made.plain}") if prefix else made


def _alike(found: Sequence[Landmark]) -> Iterable[list[Landmark]]:
    """Neighbours of one kind, those together whose numbers are of one note or collection."""
    for _, group in groupby(found, key=lambda one: one.kind):
        by_home: dict[str, list[Landmark]] = {}
        for one in group:
            by_home.setdefault(one.home, []).append(one)
        yield from by_home.values()


def of_where(where: Text, manner: Manner) -> Text:
    """What a number is of, where that is not plain."""
    said = manner.words.text("of_note", note=where.html)
    return Text(f'<span class="ref-where">{said}</span>', manner.words.text("of_note", note=where.plain))


def _of(said: Text, where: Text, manner: Manner) -> Text:
    if not where:
        return said
    of = of_where(where, manner)
    return Text(f"{said.html} {of.html}", f"{said.plain} {of.plain}")


def title_of(landmark: Landmark, manner: Manner) -> Text:
    """What a thing is called: its title, else its kind and number."""
    if landmark.title:
        return landmark.title
    word = manner.named(landmark.kind, many=False, capital=0)
    number = shown_number(landmark)
    return Text(f"{html.escape(word)} {number.html}".strip(), f"{word} {number.plain}".strip())


def shown_number(landmark: Landmark, *, bare: bool = False) -> Text:
    """The number as it is referred to: an equation's in parentheses."""
    number = landmark.number
    if landmark.kind != "equation" or bare or not number:
        return number
    return Text(number_html(landmark.kind, number.html), f"({number.plain})")


def number_html(kind: str, number: str) -> str:
    """A number as it is referred to, as HTML."""
    return f"({number})" if kind == "equation" else number


def one_html(kind: str, number: str, capital: int, manner: Manner) -> str:
    """The words for one thing that has a number, as HTML: `Theorem 2.1`."""
    return f"{manner.named_html(kind, capital)}\u00a0{number_html(kind, number)}"


def _with_kind(kind: str, things: Sequence[Landmark], capital: int, manner: Manner, link: Linked) -> Text:
    if len(things) == 1:
        return _one(things[0], capital, manner, link)
    if not all(one.number for one in things):
        return _joined([_with_kind(kind, [one], capital, manner, link) for one in things], manner)
    word = manner.named(kind, many=True, capital=capital)
    numbers = _joined(_numbers(things, manner, link, bare=False), manner)
    return Text(f"{html.escape(word)}\u00a0{numbers.html}", f"{word}\u00a0{numbers.plain}")


def _one(one: Landmark, capital: int, manner: Manner, link: Linked) -> Text:
    number = shown_number(one)
    word = manner.named(one.kind, capital=capital)
    if number:
        return link(one, Text(one_html(one.kind, one.number.html, capital, manner), f"{word}\u00a0{number.plain}"))
    return link(one, _unnumbered(one, word, manner))


def _unnumbered(one: Landmark, word: str, manner: Manner) -> Text:
    """A thing without a number is known by its title: a section's in quotation marks."""
    if not one.title:
        return Text(html.escape(word), word)
    if one.kind in ("section", "chapter", "appendix"):
        opening, closing, *_ = manner.words.quotes
        return Text(f"{opening}{one.title.html}{closing}", f"{opening}{one.title.plain}{closing}")
    return Text(f"{html.escape(word)} ({one.title.html})", f"{word} ({one.title.plain})")


def _numbers(things: Sequence[Landmark], manner: Manner, link: Linked, *, bare: bool) -> list[Text]:
    """`2.1`; `2.1` and `2.3`; `(3)–(5)`: in the order of the numbers."""
    rows: list[list[Landmark]] = []
    for one in sorted(things, key=_order):
        if rows and _follows(rows[-1][-1].number.plain, one.number.plain):
            rows[-1].append(one)
        else:
            rows.append([one])
    parts: list[Text] = []
    for row in rows:
        shown = [link(one, shown_number(one, bare=bare) or title_of(one, manner)) for one in row]
        parts += [_ranged(shown[0], shown[-1], manner)] if len(row) >= _ROW else shown
    return parts


def _order(one: Landmark) -> tuple[tuple[int, str], ...]:
    parts = re.split(r"(\d+)", one.number.plain)
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts)


def _follows(before: str, after: str) -> bool:
    first, second = _LAST.match(before), _LAST.match(after)
    if first is None or second is None or first["head"] != second["head"] or first["whole"] != second["whole"]:
        return False
    if first["letter"]:
        return ord(second["letter"]) == ord(first["letter"]) + 1
    return int(second["last"]) == int(first["last"]) + 1


def _ranged(first: Text, last: Text, manner: Manner) -> Text:
    dash = manner.words["range"]
    return Text(f"{first.html}{dash}{last.html}", f"{first.plain}{dash}{last.plain}")


def _range(found: Sequence[Landmark], capital: int, manner: Manner, link: Linked) -> Text:
    """`Theorems 2.1–2.4`; things that are not counted together are named one by one."""
    ends = sorted((found[0], found[-1]), key=_order)
    if len({(one.kind, one.home) for one in ends}) > 1:
        return refer(found, "full", EMPTY, capital, manner, link)
    word = manner.named(ends[0].kind, many=True, capital=capital)
    shown = [link(one, shown_number(one) or title_of(one, manner)) for one in ends]
    made = _of(_ranged(shown[0], shown[1], manner), ends[0].where, manner)
    return Text(f"{html.escape(word)}\u00a0{made.html}", f"{word}\u00a0{made.plain}")


def _joined(parts: Sequence[Text], manner: Manner) -> Text:
    return Text(manner.words.join([part.html for part in parts]), manner.words.join([part.plain for part in parts]))

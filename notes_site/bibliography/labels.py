"""Labels of works: [Zha+23], [1], Zhang et al., 2023a; and the order of a bibliography.

The alphabetic ones follow biblatex's `alphabetic` with maxalphanames=3, minalphanames=1: three letters of one name, the
initials of two or three, three letters of the first and + of more; particles are left out; then two digits of the year.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from notes_site.alphabet import fold
from notes_site.bibliography.names import short_names, sort_key
from notes_site.bibliography.words import WORDS, word
from notes_site.bibliography.work import Style, Work
from notes_site.model import Value


class Label(Value, frozen=True):
    """How a work is cited: `text` is the label, `names` and `year` those of author-year, "Zhang et al.", "2023a"."""

    key: str
    text: str
    names: str
    year: str


def labels(works: Sequence[Work], style: Style, words: Mapping[str, str] = WORDS) -> tuple[Label, ...]:
    """The labels of a bibliography's works, in the order of the bibliography; no two have the same text.

    Works with one label get letters, in the order of names, year, title and key. Keys are taken to be distinct.
    """
    works = sorted(works, key=sort_key)
    names = [short_names(work, words) for work in works]
    dates = _distinct([(name, work.year) for name, work in zip(names, works, strict=True)])
    years = [_year(work, letter, words) for work, letter in zip(works, dates, strict=True)]
    if style is Style.ALPHABETIC:
        bases = [alphabetic(work) for work in works]
        letters = _distinct([(base, "") for base in bases])
        texts = [base + letter for base, letter in zip(bases, letters, strict=True)]
        order = sorted(range(len(works)), key=lambda i: (fold(texts[i]), texts[i], i))
    else:
        order = list(range(len(works)))
        numeric = style is Style.NUMERIC
        texts = [str(i + 1) if numeric else f"{names[i]}, {years[i]}" for i in order]
    return tuple(Label(works[i].key, texts[i], names[i], years[i]) for i in order)


def ordered(works: Sequence[Work], style: Style, words: Mapping[str, str] = WORDS) -> tuple[Work, ...]:
    """The works in the order of their bibliography: by label if alphabetic, else by names, year and title."""
    works_by_key = {work.key: work for work in works}
    return tuple(works_by_key[label.key] for label in labels(works, style, words))


def alphabetic(work: Work) -> str:
    """`Zha+23` without the letter that makes it distinct."""
    last = [letters for person in work.creators if (letters := _letters(person.last))]
    if len(last) > 3 or (last and work.more_creators):
        name = last[0][:3] + "+"
    elif len(last) > 1:
        name = "".join(letters[0] for letters in last)
    else:
        name = (last[0] if last else _letters(work.body) or _letters(work.title.plain) or work.key)[:3]
    digits = re.search(r"\d{4}", work.year)
    return name + (digits[0][2:] if digits else "")


def _letters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFC", text) if c.isalnum())


def _year(work: Work, letter: str, words: Mapping[str, str]) -> str:
    if work.year:
        return work.year + letter
    return word(words, "no_date") + (f"-{letter}" if letter else "")


def _distinct(bases: Sequence[tuple[str, str]]) -> list[str]:
    """A letter for each of several that are equal, none for those that are alone, so that all become distinct."""
    count: dict[tuple[str, str], int] = {}
    for base in bases:
        count[base] = count.get(base, 0) + 1
    taken = {"".join(base) for base, times in count.items() if times == 1}
    following = dict.fromkeys(count, 0)
    letters = []
    for base in bases:
        letter = ""
        while count[base] > 1:
            letter = _letter(following[base])
            following[base] += 1
            if "".join(base) + letter not in taken:
                break
        taken.add("".join(base) + letter)
        letters.append(letter)
    return letters


def _letter(number: int) -> str:
    """a, b, ... z, aa, ab, ..."""
    text = ""
    number += 1
    while number:
        number, digit = divmod(number - 1, 26)
        text = chr(97 + digit) + text
    return text

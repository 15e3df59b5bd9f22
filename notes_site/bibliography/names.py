"""Names of people: in full, short, for sorting; and a name as a person writes it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from notes_site.bibliography.words import WORDS, word
from notes_site.bibliography.work import Person, Work

# references name this many people, and then "et al."
MAX_LISTED = 10
# Jane van Doe: what a name begins with in lower case belongs to the family
_PARTICLE = re.compile(r"[a-zà-ÿ]")


def listed(people: Sequence[str], words: Mapping[str, str] = WORDS, *, more: bool = False) -> str:
    """`A`, `A and B`, `A, B, and C`, `A et al.`"""
    if not people:
        return ""
    if more:
        return f"{', '.join(people)} {word(words, 'et_al')}"
    if len(people) == 1:
        return people[0]
    joint = word(words, "and" if len(people) == 2 else "and_last")
    return f"{', '.join(people[:-1])}{joint}{people[-1]}"


def full_names(people: Sequence[Person], words: Mapping[str, str] = WORDS, *, more: bool = False) -> str:
    """All names in full, the first of them when there are too many."""
    shown = [person.full for person in people]
    return listed(shown[:MAX_LISTED], words, more=more or len(shown) > MAX_LISTED)


def short_names(work: Work, words: Mapping[str, str] = WORDS) -> str:
    """`Zhang`, `Goodfellow and Bengio`, `LeCun et al.`; the body or the title of a work of nobody."""
    families = [person.family for person in work.creators]
    if not families:
        return work.body or work.title.plain or work.key
    if len(families) > 2 or work.more_creators:
        return listed(families[:1], words, more=True)
    return listed(families, words)


def sort_key(work: Work) -> tuple[tuple[str, ...], str, str, str]:
    """Names, year, title and key, for the order of a bibliography; a particle counts after the name, as in biblatex."""
    names = tuple(collated(f"{p.last} {p.first} {p.von} {p.jr}") for p in work.creators)
    if not names:
        names = (collated(work.body or work.title.plain or work.key),)
    return names, work.year or "\uffff", collated(work.title.plain), work.key


def collated(text: str) -> str:
    """A text without case, accents and signs: Öztürk stands among the O."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    return " ".join(kept.split())


def person_of(name: str) -> Person:
    """A name as front matter has it: `Jane van Doe`, `Doe, Jane`, `Plato`."""
    name = " ".join(name.split())
    if ", " in name:
        last, _, first = name.partition(", ")
        return Person(first=first, last=last)
    steps = name.split(" ")
    start = next((i for i, step in enumerate(steps[:-1]) if i and _PARTICLE.match(step)), len(steps) - 1)
    end = next((i for i in range(start, len(steps)) if not _PARTICLE.match(steps[i])), len(steps) - 1)
    return Person(first=" ".join(steps[:start]), von=" ".join(steps[start:end]), last=" ".join(steps[end:]))

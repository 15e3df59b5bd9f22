"""Numbers of notes, as they stand in front matter, titles and file names, and natural order. Reads no file."""

from __future__ import annotations

import re

from notes_site.model import Number

# "Chapter 7.1.1: …", "MIT 18.06 Lecture 32: …", "§ 3.2"
_WORD = re.compile(
    r"(?:\b(?:chapter|lecture|lesson|section|week|module|unit|session|lec\.|ch\.)\s*|§\s*)"
    r"(?P<number>\d+(?:\.\d+)*)(?P<before>\s+(?:prerequisites?|preliminaries)\b)?",
    re.IGNORECASE,
)
# "Part 2: …", "Day 3 …", "Note 12. …" at the beginning only
_FIRST = re.compile(r"(?:part|day|note|problem|talk|homework)\s+(?P<number>\d+(?:\.\d+)*)\b", re.IGNORECASE)
# "Appendix A.2: …"
_APPENDIX = re.compile(r"\bappendix\s+(?P<number>[A-Z](?:\.\d+)*)\b", re.IGNORECASE)
# "7.1 Norms", "7.1: Norms", "3. Norms"
_BARE = re.compile(r"(?P<number>\d+(?:\.\d+)+|\d+(?=[.:)]\s))[.:)]?\s")
# "1 Prerequisites"
_PREREQUISITES = re.compile(r"(?P<number>\d+)\s+(?P<before>prerequisites?|preliminaries)\b", re.IGNORECASE)
# "07-early-stopping", "7.1_norms", but not "2026-03-14-thought"
_FILE = re.compile(r"(?!\d{4}-\d\d-\d\d)(?P<number>\d{1,3}(?:[-.]\d{1,3})*)(?=[-_. ])")

_LETTERS = 1000


def parse_number(text: str, *, before: bool = False) -> Number | None:
    """`7.1.1` or `A.2` to a Number; None for anything else."""
    parts: list[int] = []
    for i, part in enumerate(text.strip().split(".")):
        if part.isdecimal() and len(part) < 10:
            parts.append(int(part))
        elif i == 0 and len(part) == 1 and part.isascii() and part.isalpha():
            parts.append(_LETTERS + ord(part.upper()) - 64)
        else:
            return None
    return Number(tuple(parts), text.strip(), before)


def number_of(given: str | None, title: str, path: str, *, from_file: bool = True) -> Number | None:
    """The number of a note: from its front matter, else its title, else its file's name."""
    if given is not None:
        word, _, rest = given.strip().partition(" ")
        return parse_number(word, before=rest.lower().startswith(("prereq", "prelim")))
    for pattern in (_WORD, _APPENDIX):
        if found := pattern.search(title):
            return parse_number(found["number"], before=bool(found.groupdict().get("before")))
    for pattern in (_FIRST, _PREREQUISITES, _BARE):
        if found := pattern.match(title):
            return parse_number(found["number"], before=bool(found.groupdict().get("before")))
    if not from_file:
        return None
    if found := _FILE.match(path.rpartition("/")[2]):
        return parse_number(".".join(str(int(part)) for part in re.split(r"[-.]", found["number"])))
    return None


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """A key that sorts "lecture-2" before "lecture-10"."""
    return tuple(
        (int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d{1,9})", text.casefold())
    )


def chapter_text(number: Number) -> str:
    """The first part of a number as written: `7` of 7.1.1, `A` of A.2."""
    return number.text.partition(".")[0]

"""Numbers of equations, theorems, figures, sections: a function of the order of notes and of things in them. Pure.

As in a book: the chapter first (Theorem 7.3), counted through all notes of the chapter; and where there is no book,
from one in each note.
"""

from __future__ import annotations

import html
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from notes_site.kinds import Kinds
from notes_site.model import EMPTY, Label, Text, Value


class Place(Value, frozen=True):
    """Where the things of a note are counted: notes with one `scope` count on, each number after `prefix`.

    `number` is that of the note itself, before the numbers of its sections; empty where it has none.
    """

    scope: str
    prefix: str = ""
    number: str = ""


def number_all(notes: Iterable[tuple[str, Place, Sequence[Label]]], kinds: Kinds) -> Mapping[str, tuple[Text, ...]]:
    """The numbers of the labels of each note, by path; empty where a thing has none. Notes come in reading order."""
    counts: defaultdict[tuple[str, str], int] = defaultdict(int)
    return {path: _number(labels, place, kinds, counts) for path, place, labels in notes}


def _number(
    labels: Sequence[Label], place: Place, kinds: Kinds, counts: defaultdict[tuple[str, str], int]
) -> tuple[Text, ...]:
    made: list[Text] = []
    sections: list[int] = []
    for label in labels:
        kind = kinds.by_name.get(label.kind)
        if label.number:
            made.append(label.number)
        elif label.kind in ("chapter", "appendix"):
            made.append(_text(place.number))
        elif not label.counted or kind is None:
            made.append(EMPTY)
        elif label.part:
            outer = made[label.of]
            made.append(Text(outer.html + label.part, outer.plain + label.part) if outer else EMPTY)
        elif kind.name == "equation" and label.of >= 0:
            made.append(made[label.of])
        elif kind.name == "section":
            made.append(_text(_section(sections, label.level, place.number)))
        else:
            key = place.scope, kinds.counter(kind)
            counts[key] += 1
            made.append(_text(f"{place.prefix}.{counts[key]}" if place.prefix else str(counts[key])))
    return tuple(made)


def _section(sections: list[int], level: int, number: str) -> str:
    """The next number of a heading; `sections` are those of the headings above it, and is brought up to date."""
    depth = max(1, level - 1)
    del sections[depth:]
    while len(sections) < depth:
        sections.append(0)
    sections[-1] += 1
    return ".".join([*([number] if number else []), *map(str, sections)])


def _text(number: str) -> Text:
    escaped = html.escape(number) if not number.isascii() or "&" in number or "<" in number else number
    return Text(escaped, number)

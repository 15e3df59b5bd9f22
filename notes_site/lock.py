"""`numbers.lock`: the numbers of labels as they were published. Text in, text out. Pure.

One label a line, sorted, and nothing else that could differ between two branches: whoever merges them merges lines.
A label may stand on several lines, as it may stand in several collections.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from notes_site.landmarks import Landmarks
from notes_site.model import Trouble, Value

HEAD: Final = (
    "# Numbers as they were published, one label a line. `notes-site lock` writes this file;\n"
    "# keep it with the notes, and builds say which of these numbers move.\n"
)
_WRITE: Final = "if that is meant, write the file anew: notes-site lock"


class Locked(Value, frozen=True, order=True):
    """A label with its kind and its number; `line` is where that stands in the file, 0 for what the notes say."""

    key: str
    kind: str
    number: str
    line: int = 0

    @property
    def said(self) -> tuple[str, str]:
        return self.kind, self.number


class Change(Value, frozen=True):
    """One label as it was and as it is: moved, or come (`before` is None), or gone (`after` is None).

    `at` is the place of `after` among the labels that there are, or -1.
    """

    before: Locked | None
    after: Locked | None
    at: int = -1


def read_lock(text: str) -> tuple[tuple[Locked, ...], tuple[int, ...]]:
    """The lines of the file, and the numbers (from 1) of those that cannot be read.

    `thm-clt: theorem 2.3`: the label, the kind by the program's name for it, the number.
    """
    made: list[Locked] = []
    wrong: list[int] = []
    for i, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        key, colon, rest = line.partition(":")
        kind, _, number = rest.strip().partition(" ")
        if colon and key and not re.search(r"\s", key) and kind and number.strip():
            made.append(Locked(key, kind, " ".join(number.split()), i))
        else:
            wrong.append(i)
    return tuple(made), tuple(wrong)


def write_lock(entries: Iterable[Locked]) -> str:
    """The text of the file."""
    lines = sorted(f"{entry.key}: {entry.kind} {entry.number}\n" for entry in entries)
    return HEAD + "".join(lines)


def compare(before: Sequence[Locked], after: Sequence[Locked]) -> tuple[Change, ...]:
    """What moved, came or went, by label. `after` is in reading order.

    Of a label that stands several times, those whose numbers are the same are the same.
    """
    old: defaultdict[str, list[Locked]] = defaultdict(list)
    for entry in before:
        old[entry.key].append(entry)
    new: defaultdict[str, list[tuple[int, Locked]]] = defaultdict(list)
    for i, entry in enumerate(after):
        same = next((known for known in old.get(entry.key, ()) if known.said == entry.said), None)
        if same is not None:
            old[entry.key].remove(same)
        else:
            new[entry.key].append((i, entry))
    found: list[Change] = []
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key, []), new.get(key, [])
        both = min(len(was), len(now))
        found += [Change(a, b, i) for a, (i, b) in zip(was, now, strict=False)]
        found += [Change(entry, None) for entry in was[both:]]
        found += [Change(None, entry, i) for i, entry in now[both:]]
    return tuple(found)


class Numbers:
    """The labels of a site that have numbers, in reading order."""

    def __init__(self, landmarks: Landmarks) -> None:
        self.landmarks = landmarks
        self.spots: list[tuple[str, int]] = []
        self.entries: list[Locked] = []
        for path, note in landmarks.notes.items():
            for i, label in enumerate(note.labels):
                number = " ".join(landmarks.numbers[path][i].plain.split())
                if label.key and number:
                    self.spots.append((path, i))
                    self.entries.append(Locked(label.key, _one_word(landmarks.at((path, i)).kind), number))

    def name(self, entry: Locked) -> str:
        """`Theorem 2.3` in the words of the site."""
        return f"{self._kind(entry)} {_shown(entry)}"

    def _kind(self, entry: Locked) -> str:
        known = {_one_word(kind.name): kind.name for kind in self.landmarks.kinds.all}
        return self.landmarks.manner.named(known.get(entry.kind, entry.kind), capital=2)

    def moved(self, before: Locked, after: Locked) -> str:
        """`Theorem 2.3 is now 2.4`, or `… is now Lemma 2.4`."""
        return f"{self.name(before)} is now {_shown(after) if before.kind == after.kind else self.name(after)}"

    def told(self, change: Change) -> str:
        """A change in words: `Theorem 2.3 is now 2.4 (thm-clt)`."""
        before, after = change.before, change.after
        if before is not None and after is not None:
            return f"{self.moved(before, after)} ({after.key})"
        if after is not None:
            return f"{self.name(after)} is new ({after.key})"
        assert before is not None
        return f"{self.name(before)} is gone ({before.key})"

    def troubles(self, text: str) -> Iterable[tuple[str, str, int, Trouble]]:
        """Where the notes say other numbers than the file: the path of a note, `label`, which of its labels it is, and
        the trouble; or nothing, `line`, which line of the file it is, and the trouble.
        """
        locked, wrong = read_lock(text)
        hint = 'write it as "thm-clt: theorem 2.3"'
        misread = Trouble("N102", "a label and its number are expected", hint)
        yield from (("", "line", line, misread) for line in wrong)
        numbered = {entry.key for entry in self.entries}
        published = {entry.key for entry in locked}
        for change in compare(locked, self.entries):
            before = change.before
            if before is None:
                continue
            if change.after is not None:
                path, i = self.spots[change.at]
                yield path, "label", i, Trouble("N102", self.moved(before, change.after), _WRITE)
            elif before.key in numbered:
                message = f'the label "{before.key}" stands here more often than in the notes'
                yield "", "line", before.line, Trouble("N102", message, _WRITE)
            elif places := self.landmarks.by_key.get(before.key):
                yield *_label(places[0]), Trouble("N102", f"{self.name(before)} has no number now", _WRITE)
            else:
                message = f'{self.name(before)} is gone: there is no label "{before.key}"'
                hint = self._renamed(before.key, published) or _WRITE
                if (draft := self.landmarks.drafted.get(before.key)) is not None:
                    message = f"{self.name(before)} is gone: {draft} is left out of the site"
                    hint = _WRITE
                yield "", "line", before.line, Trouble("N102", message, hint)

    def _renamed(self, key: str, published: Collection[str]) -> str:
        """A hint with the label that one which is gone may have become: no published one, and rather of its kind."""
        new = [known for known in self.landmarks.by_key if known not in published]
        kin = [known for known in new if known.partition("-")[0] == key.partition("-")[0]]
        return self.landmarks.nearest(key, kin) or self.landmarks.nearest(key, new)


def _label(place: tuple[str, int]) -> tuple[str, str, int]:
    return place[0], "label", place[1]


def _one_word(kind: str) -> str:
    """The name of a kind as it stands in the file, where a blank ends it."""
    return "-".join(kind.split())


def _shown(entry: Locked) -> str:
    return f"({entry.number})" if entry.kind == "equation" else entry.number

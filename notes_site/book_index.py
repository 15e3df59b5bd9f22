"""The alphabetical index: the entries that notes make, one below the other, with where each leads. Pure.

Entries that read alike are one, whatever their quotation marks, case and accents; the first spelling met is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final

from msgspec import Struct, field

from notes_site import address
from notes_site.alphabet import fold, letter
from notes_site.diagnostics import did_you_mean
from notes_site.model import EMPTY, Facts, IndexEntry, IndexLetter, IndexWord, Locator, Seen, Text, Trouble

INDEX: Final = "/index-of-terms/"


class _Node(Struct):
    """An entry as it grows: what it is sorted by, how it reads, and what was found for it so far."""

    sort: str
    text: Text
    path: str
    anchor: str = ""
    urls: dict[str, list[str]] = field(default_factory=dict)
    see: list[tuple[Text, bool]] = field(default_factory=list)
    below: dict[str, _Node] = field(default_factory=dict)


class BookIndex:
    """The index of a site. `notes` are in reading order."""

    def __init__(self, notes: Iterable[Facts], urls_by_path: Mapping[str, str]) -> None:
        self._notes = [note for note in notes if note.marks]
        self._titles = {note.path: note.title for note in self._notes}
        self._top: dict[str, _Node] = {}
        self._by_path: dict[str, _Node] = {}
        for note in self._notes:
            url, anchors = urls_by_path[note.path], frozenset(note.anchors)
            for mark in note.marks:
                node = self._node(mark.words)
                if mark.see:
                    if (mark.see, mark.also) not in node.see:
                        node.see.append((mark.see, mark.also))
                else:
                    # an entry in a title, or in a text that is shown elsewhere, has no place on the page
                    place = f"{url}#{mark.anchor}" if mark.anchor in anchors else url
                    found = node.urls.setdefault(note.path, [])
                    if place not in found:
                        found.append(place)
        taken: set[str] = set()
        for path in sorted(self._by_path):
            wanted = address.segment(path.replace("!", "-")) or "entry"
            anchor, count = wanted, 1
            while anchor in taken:
                count += 1
                anchor = f"{wanted}-{count}"
            taken.add(anchor)
            self._by_path[path].anchor = anchor

    def _node(self, words: Sequence[IndexWord]) -> _Node:
        """The entry with these words, made with those above it where there is none yet."""
        level, path, node = self._top, "", _Node("", EMPTY, "")
        for word in words:
            key = fold(word.text.plain)
            path = f"{path}!{key}" if path else key
            if key not in level:
                self._by_path[path] = level[key] = _Node(word.sort, word.text, path)
            node = level[key]
            level = node.below
        return node

    def __bool__(self) -> bool:
        return bool(self._top)

    @property
    def letters(self) -> tuple[IndexLetter, ...]:
        """All entries, under their letters; signs and digits come first."""
        entries = self._ordered(self._top.values())
        groups: list[IndexLetter] = []
        for name, nodes in groupby(entries, key=lambda node: letter(node.sort)):
            groups.append(IndexLetter(name, f"_{address.segment(name) or 'signs'}", tuple(map(self._entry, nodes))))
        return tuple(groups)

    @staticmethod
    def _ordered(nodes: Iterable[_Node]) -> list[_Node]:
        def key(node: _Node) -> tuple[int, str, str, str]:
            name = letter(node.sort)
            return 0 if name == "#" else 1 if name == "0–9" else 2, fold(node.sort), node.sort, node.path

        return sorted(nodes, key=key)

    def _entry(self, node: _Node) -> IndexEntry:
        places = tuple(Locator(self._titles[path], urls[0], tuple(urls[1:])) for path, urls in node.urls.items())
        see = {also: [self._seen(text) for text, kind in node.see if kind is also] for also in (False, True)}
        below = tuple(self._entry(one) for one in self._ordered(node.below.values()))
        return IndexEntry(node.text, node.anchor, places, tuple(see[False]), tuple(see[True]), below)

    def _seen(self, text: Text) -> Seen:
        node = self._by_path.get(_path(text))
        # the levels of `line search!backtracking` are told apart as in a printed index
        shown = Text(text.html.replace("!", ", "), text.plain.replace("!", ", ")) if "!" in text.plain else text
        return Seen(shown, node.anchor if node is not None else "")

    def troubles(self) -> Iterable[tuple[str, str, int, Trouble]]:
        """What is wrong: the path of the note, `mark`, which of its entries it is, and the trouble."""
        for note in self._notes:
            for i, mark in enumerate(note.marks):
                if mark.see and _path(mark.see) not in self._by_path:
                    hint = did_you_mean(mark.see.plain, [node.text.plain for node in self._by_path.values()])
                    yield note.path, "mark", i, Trouble("N122", f'the index has no entry "{mark.see.plain}"', hint)


def _path(text: Text) -> str:
    """The path of the entry that `|see{a!b}` means."""
    return "!".join(map(fold, text.plain.split("!")))

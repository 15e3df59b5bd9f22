"""The pages that gather what has numbers: one for each kind, of the site and of each collection. Pure.

A page that a note has already is left to the note.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import Final

from msgspec.structs import replace

from notes_site import address
from notes_site.landmarks import Landmarks
from notes_site.model import (
    Card,
    Crumb,
    Label,
    Landmark,
    ListCard,
    Lists,
    Numbered,
    NumberedGroup,
    NumberedList,
    Results,
    Value,
)
from notes_site.results import ResultGraph

SITE: Final = "/"


class Scope(Value, frozen=True):
    """The site, or a collection with those inside it: its notes in reading order, the language of its pages, and the
    way to them.
    """

    paths: tuple[str, ...]
    lang: str | None = None
    crumbs: tuple[Crumb, ...] = ()


class Gathered:
    """All lists. `cards` are the titles of notes by path; `taken` are the addresses of notes, as they compare."""

    def __init__(
        self, landmarks: Landmarks, cards: Mapping[str, Card], scopes: Mapping[str, Scope], taken: AbstractSet[str]
    ) -> None:
        self.landmarks, self.cards, self.scopes, self.taken = landmarks, cards, scopes, taken
        self.graph = ResultGraph(landmarks)
        self._groups: dict[tuple[str, str], NumberedGroup] = {}

    @cached_property
    def _places(self) -> dict[str, dict[str, tuple[int, ...]]]:
        """By the path of a note and by kind: which of its labels are listed."""
        by_name = self.landmarks.kinds.by_name
        found: dict[str, dict[str, tuple[int, ...]]] = {}
        for path, note in self.landmarks.notes.items():
            places: defaultdict[str, list[int]] = defaultdict(list)
            for i, label in enumerate(note.labels):
                kind = by_name.get(label.kind)
                if kind is not None and _is_listed(label, kind.family):
                    places[label.kind].append(i)
            if places:
                found[path] = {kind: tuple(listed) for kind, listed in places.items()}
        return found

    @cached_property
    def lists(self) -> Mapping[str, Lists]:
        """By the URL of the site or of a collection, its lists with their counts."""
        made: dict[str, Lists] = {}
        kinds = self.landmarks.kinds.all
        for url, scope in self.scopes.items():
            counts: Counter[str] = Counter()
            for path in scope.paths:
                counts.update({kind: len(places) for kind, places in self._places.get(path, {}).items()})
            listed = [(kind.name, f"{url}lists/{address.segment(kind.name) or 'kind'}/") for kind in kinds]
            cards = [ListCard(name, to, counts[name]) for name, to in listed if counts[name] and self._is_free(to)]
            results = f"{url}results/"
            drawn = url != SITE and self._edges[url] and self._is_free(results)
            if cards or drawn:
                made[url] = Lists(tuple(cards), results if drawn else "")
        return made

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses of all these pages."""
        lists = self.lists.values()
        return tuple(to for one in lists for to in (*(card.url for card in one.cards), one.results) if to)

    def _is_free(self, url: str) -> bool:
        return address.same_address(url) not in self.taken

    @cached_property
    def _edges(self) -> Mapping[str, bool]:
        """Whether a result of a collection uses another of it, by the URL of the collection."""
        pairs = {(use.user[0], use.used[0]) for use in self.graph.uses}
        made: dict[str, bool] = {}
        for url, scope in self.scopes.items():
            inside = frozenset(scope.paths)
            made[url] = any(a in inside and b in inside for a, b in pairs)
        return made

    def entries(self, url: str, kind: str) -> NumberedList | None:
        """The things of one kind, note by note; None where there are none."""
        scope = self.scopes.get(url)
        if scope is None:
            return None
        groups = [self._group(path, kind) for path in scope.paths if kind in self._places.get(path, {})]
        return NumberedList(scope.lang, scope.crumbs, tuple(groups)) if groups else None

    def _group(self, path: str, kind: str) -> NumberedGroup:
        made = self._groups.get((path, kind))
        if made is None:
            shown = {i for i, _ in self.landmarks.uses(path)}
            marks = self.landmarks
            entries = [
                Numbered(marks.anchor((path, i)), marks.numbers[path][i], marks.title((path, i)), i in shown)
                for i in self._places[path][kind]
            ]
            made = self._groups[path, kind] = NumberedGroup(self.cards[path], tuple(entries))
        return made

    def _landmark(self, path: str, i: int, *, shown: bool) -> Landmark:
        """What a list may know of a thing; without a preview where there is no file that holds it."""
        found = self.landmarks.at((path, i))
        return found if shown or not found.preview else replace(found, preview="")

    def results(self, url: str) -> Results | None:
        """The results of a collection that use each other, and which uses which; None where there are none."""
        scope = self.scopes.get(url)
        if scope is None or url == SITE or not self._edges[url]:
            return None
        spots, edges = self.graph.between(scope.paths)
        shown = {path: {i for i, _ in self.landmarks.uses(path)} for path in {path for path, _ in spots}}
        nodes = tuple(self._landmark(path, i, shown=i in shown[path]) for path, i in spots)
        return Results(scope.lang, scope.crumbs, nodes, edges)


def _is_listed(label: Label, family: str) -> bool:
    """What has a number, a label or a name; of floats no parts, of formulas those that have a label."""
    match family:
        case "statement":
            return bool(label.counted or label.key or label.caption)
        case "float":
            return not label.part
        case "equation":
            return bool(label.key)
        case _:
            return False

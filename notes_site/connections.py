"""Which note links to which: backlinks with their sentences, and graphs of notes. Pure.

An embed and a reference to something with a label connect notes as links do.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property, partial
from typing import Final

from notes_site.landmarks import Landmarks
from notes_site.marks import worded
from notes_site.model import (
    Backlink,
    Card,
    Crumb,
    Facts,
    Found,
    GraphNode,
    Label,
    Near,
    Neighbourhood,
    NoteGraph,
    Text,
)
from notes_site.quotations import shown
from notes_site.titles import Say

GRAPH: Final = "/graph/"
# sentences of one note that another shows
MOST_SENTENCES: Final = 2
# notes beside one that are drawn: on each side, and between
MOST_NEAR: Final = 12
MOST_BETWEEN: Final = 6
# above this many notes the graph shows collections
MOST_NOTES: Final = 3000

_TAG: Final = re.compile(r"<[^<>]*>|&[a-z]+;")


class Connections:
    """The links between the notes of a site.

    `followed` tells of each link of each note where it leads; `sections` are the places of mentions that refer to
    sections of other notes, by the path of that other note and the path of the note that does; `references` the paths
    of the notes that refer to anything in a note. `drawn` are the paths of the notes that are in graphs.
    """

    def __init__(
        self,
        notes: Mapping[str, Facts],
        cards: Mapping[str, Card],
        followed: Mapping[str, Sequence[Found | None]],
        sections: Mapping[str, Mapping[str, Sequence[int]]],
        references: Mapping[str, Iterable[str]],
        say: Say,
        drawn: Sequence[str],
    ) -> None:
        self.notes, self.cards, self.followed, self.sections = notes, cards, followed, sections
        self.references, self.say, self.drawn = references, say, drawn

    @cached_property
    def _places(self) -> dict[str, dict[str, list[int]]]:
        """By the path of a note and by that of another that links to it: which links, as in `Quote.links`."""
        found: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for path, outcomes in self.followed.items():
            for i, outcome in enumerate(outcomes):
                target = outcome.resolution.path if outcome and outcome.resolution else ""
                if target and target != path:
                    found[target][path].append(i)
        for target, mentions in self.sections.items():
            for path, places in mentions.items():
                found[target][path] += [-1 - i for i in places]
        return {target: dict(places) for target, places in found.items()}

    # -- backlinks ---------------------------------------------------------------------------------------------------

    def backlinks(self, path: str) -> tuple[Backlink, ...]:
        """The notes that link to one, without those that only refer to things in it: these are told there."""
        own = self.cards.get(path)
        if own is None:
            return ()
        names = frozenset(map(_letters, (own.title.html, own.label.html)))
        return tuple(self._backlink(other, at, names) for other, at in self._places.get(path, {}).items())

    def _backlink(self, path: str, places: Sequence[int], names: Collection[str]) -> Backlink:
        """What is told of a note that links to one; `names` are those of the latter, which say nothing there."""
        wanted, told = frozenset(places), frozenset[int]()
        sentences: list[str] = []
        for quote in self.notes[path].quotes:
            if len(sentences) < MOST_SENTENCES and not wanted.isdisjoint(quote.links):
                sentence = self._worded(path, shown(quote.html, wanted, self._name(path)))
                if _letters(sentence) not in names:
                    sentences.append(sentence)
                    told |= frozenset(quote.links)
        card = self.cards[path]
        alone = Card(card.url, card.title, card.label, number=card.number, icon=card.icon, path=path)
        return Backlink(alone, tuple(sentences), len(wanted - told) if sentences else 0)

    def _worded(self, path: str, html: str) -> str:
        return worded(Text(html, ""), partial(self.say, path)).html

    def _name(self, path: str) -> Callable[[int], str]:
        """What the links of a note are called that have no words of their own."""

        def name(place: int) -> str:
            outcome = self.followed[path][place] if place >= 0 else None
            if outcome is not None and outcome.resolution is not None and outcome.resolution.title:
                return outcome.resolution.title.html
            target = self.notes[path].links[place].target if place >= 0 else ""
            return target.replace("&", "&amp;").replace("<", "&lt;")

        return name

    # -- graphs --------------------------------------------------------------------------------------------------------

    @cached_property
    def edges(self) -> tuple[tuple[str, str], ...]:
        """The pairs of notes that are drawn of which the first links or refers to the second, in the order of these."""
        order = self._order
        found = {(path, target) for target, places in self._places.items() for path in places}
        found |= {(path, target) for target, paths in self.references.items() for path in paths}
        known = [edge for edge in found if edge[0] in order and edge[1] in order]
        return tuple(sorted(known, key=lambda edge: (order[edge[0]], order[edge[1]])))

    @cached_property
    def _order(self) -> dict[str, int]:
        return {path: i for i, path in enumerate(self.drawn)}

    @cached_property
    def _around(self) -> tuple[dict[str, dict[str, None]], dict[str, dict[str, None]]]:
        """Who links to a note, and to what a note links, in the order of the notes."""
        before: defaultdict[str, dict[str, None]] = defaultdict(dict)
        after: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for a, b in self.edges:
            before[b][a] = None
            after[a][b] = None
        return dict(before), dict(after)

    def neighbourhood(self, path: str) -> Neighbourhood | None:
        """The notes that link to one, and those to which it links; None where there are none."""
        to, out = (side.get(path, {}) for side in self._around)
        if not to and not out:
            return None
        both = [other for other in out if other in to]
        before = [other for other in to if other not in out]
        after = [other for other in out if other not in to]
        left = (len(before) - MOST_NEAR, len(both) - MOST_BETWEEN, len(after) - MOST_NEAR)
        return Neighbourhood(
            self._near(before[:MOST_NEAR]), self._near(both[:MOST_BETWEEN]), self._near(after[:MOST_NEAR]),
            (max(0, left[0]), max(0, left[1]), max(0, left[2])),
        )  # fmt: skip

    def _near(self, paths: Iterable[str]) -> tuple[Near, ...]:
        return tuple(Near(self.cards[path].title, self.cards[path].url) for path in paths)

    def graph(self, groups: Sequence[tuple[Crumb, Sequence[str]]]) -> NoteGraph:
        """All notes, each in the first of the groups that holds it; of more notes than can be drawn, the groups."""
        group_of: dict[str, int] = {}
        for i, (_, paths) in enumerate(groups):
            for path in paths:
                group_of.setdefault(path, i)
        crumbs = tuple(crumb for crumb, _ in groups)
        if len(self.drawn) > MOST_NOTES and len(groups) > 1:
            counts = [sum(group == i for group in group_of.values()) for i in range(len(groups))]
            nodes = tuple(GraphNode(c.title, c.url, i, counts[i]) for i, c in enumerate(crumbs))
            pairs = {(group_of[a], group_of[b]) for a, b in self.edges if a in group_of and b in group_of}
            return NoteGraph(crumbs, nodes, tuple(sorted(pair for pair in pairs if pair[0] != pair[1])), True)
        cards = [self.cards[path] for path in self.drawn]
        nodes = tuple(GraphNode(card.title, card.url, group_of.get(card.path, -1)) for card in cards)
        order = self._order
        return NoteGraph(crumbs, nodes, tuple((order[a], order[b]) for a, b in self.edges))


def to_sections(notes: Mapping[str, Facts], landmarks: Landmarks) -> dict[str, dict[str, list[int]]]:
    """The places of mentions that refer to sections and chapters of other notes, at which nothing tells who does: by
    the path of that other note, and by that of the note that refers to it.
    """
    found: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for path, note in notes.items():
        for i, mention in enumerate(note.mentions):
            place = landmarks.find(path, mention.key) if mention.kind == "label" else None
            if place is not None and place[0] != path and _is_section(notes[place[0]].labels[place[1]], landmarks):
                found[place[0]][path].append(i)
    return {target: dict(places) for target, places in found.items()}


def _is_section(label: Label, landmarks: Landmarks) -> bool:
    kind = landmarks.kinds.by_name.get(label.kind)
    return kind is not None and kind.family == "section"


def _letters(html: str) -> str:
    """The letters and digits of some HTML, by which a sentence and a title are compared."""
    return "".join(filter(str.isalnum, _TAG.sub("", html))).casefold()

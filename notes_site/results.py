"""Which result uses which: a function of the references inside statements, proofs and solutions. Pure.

A result uses another when its statement, or a proof or a solution of it, refers to the other; nobody writes that down.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Final, TypeAlias

from notes_site.graph import cycles
from notes_site.landmarks import Landmarks
from notes_site.model import Trouble, Value
from notes_site.references import refer_as_text

# a label: the path of its note, and its place among the labels there
Spot: TypeAlias = tuple[str, int]
# they say nothing that others rest on: they may point forward, and a circle through one of them is none
_ASIDES: Final = frozenset(("remark", "example", "exercise"))


class Use(Value, frozen=True):
    """One mention of a result inside another: which uses which, and the note and the place of the mention there."""

    user: Spot
    used: Spot
    path: str
    mention: int


class Forward(Value, frozen=True):
    """A use of a result that may stand before it: in one note, the lines tell."""

    use: Use
    trouble: Trouble


class ResultGraph:
    """The uses of all notes, in reading order."""

    def __init__(self, landmarks: Landmarks) -> None:
        self.landmarks = landmarks

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """Every mention of a result inside another, in reading order."""
        found: list[Use] = []
        for path, note in self.landmarks.notes.items():
            for i, mention in enumerate(note.mentions):
                if mention.within < 0:
                    continue
                users = self._stated((path, mention.within))
                meant = self.landmarks.meant(path, mention) if users else None
                if meant is None:
                    continue
                for used in self._stated(self._around(meant)):
                    found += [Use(user, used, path, i) for user in users if used not in users]
        return tuple(found)

    def _stated(self, spot: Spot) -> tuple[Spot, ...]:
        """The statement that a label is, or those that a proof or a solution belongs to."""
        path, label = spot[0], self.landmarks.notes[spot[0]].labels[spot[1]]
        spots: list[Spot | None] = [spot]
        if self._family(spot) == "proof":
            spots = [self.landmarks.find(path, key) for key in label.about]
            spots = spots or ([(path, label.of)] if label.of >= 0 else [])
        return tuple(one for one in spots if one is not None and self._family(one) == "statement")

    def _around(self, spot: Spot) -> Spot:
        """The statement that an equation stands in; that in a proof, as any other thing, is only itself."""
        within = self.landmarks.notes[spot[0]].labels[spot[1]].within
        around = spot[0], within
        return around if within >= 0 and self._family(around) == "statement" else spot

    def _family(self, spot: Spot) -> str:
        kind = self.landmarks.kinds.by_name.get(self.landmarks.notes[spot[0]].labels[spot[1]].kind)
        return kind.family if kind is not None else ""

    def between(self, paths: Collection[str]) -> tuple[tuple[Spot, ...], tuple[tuple[int, int], ...]]:
        """The results of some notes that use each other or are used, in the order of `paths`; and which uses which."""
        inside = {path: i for i, path in enumerate(paths)}
        pairs = {(use.user, use.used): None for use in self.uses if use.user[0] in inside and use.used[0] in inside}
        spots = sorted({spot for pair in pairs for spot in pair}, key=lambda spot: (inside[spot[0]], spot[1]))
        places = {spot: i for i, spot in enumerate(spots)}
        return tuple(spots), tuple(sorted((places[a], places[b]) for a, b in pairs))

    # -- what is wrong ---------------------------------------------------------------------------------------------

    @cached_property
    def _order(self) -> Mapping[str, int]:
        return {path: i for i, path in enumerate(self.landmarks.notes)}

    def _place(self, spot: Spot) -> tuple[int, int]:
        return self._order[spot[0]], spot[1]

    def _rests(self, use: Use) -> bool:
        """Whether one result rests on the other, rather than that they are spoken of together."""
        return not any(self._is_aside(spot) for spot in (use.user, use.used))

    def _is_aside(self, spot: Spot) -> bool:
        kind = self.landmarks.notes[spot[0]].labels[spot[1]].kind
        known = self.landmarks.kinds.by_name.get(kind)
        return kind in _ASIDES or (known is not None and known.style == "remark")

    def name(self, spot: Spot) -> str:
        """A result as a message speaks of it: `Theorem 2.1`."""
        landmarks = self.landmarks
        return refer_as_text([landmarks.at(spot)], "full", 2, landmarks.manner).plain.replace("\u00a0", " ")

    @cached_property
    def circles(self) -> tuple[tuple[Use, Trouble], ...]:
        """The circles in which results use each other, each at the mention that closes it, as one reads.

        One for each group of results that all use each other: the shortest through the first of the group.
        """
        first: dict[tuple[Spot, Spot], Use] = {}
        for use in self.uses:
            if self._rests(use):
                first.setdefault((use.user, use.used), use)
        spots = sorted({spot for pair in first for spot in pair}, key=self._place)
        names = {spot: str(i) for i, spot in enumerate(spots)}
        groups = cycles((names[a], names[b]) for a, b in first)
        found: list[tuple[Use, Trouble]] = []
        for group in sorted(sorted(map(int, group)) for group in groups):
            members = [spots[i] for i in group]
            way = _shortest(members, first)
            said = " -> ".join(self.name(spot) for spot in (*way, way[0]))
            found.append((first[way[-1], way[0]], Trouble("N103", f"a circle: {said}")))
        return tuple(found)

    def forward(self, homes: Collection[str]) -> Iterable[Forward]:
        """Uses of what stands further on in the same note, or in a later one of the same collection: one of `homes`.

        Of a pair of results, the first use; of those in one note, all are given that may stand before the statement.
        """
        seen: set[tuple[Spot, Spot]] = set()
        closing = {use for use, _ in self.circles}
        for use in self.uses:
            pair = use.user, use.used
            if pair in seen or use in closing or not self._rests(use):
                continue
            seen.add(pair)
            home = self.landmarks.homes.get(use.path, "")
            near = use.path == use.used[0] or (home in homes and home == self.landmarks.homes.get(use.used[0]))
            appended = self.landmarks.is_appendix(use.used[0]) and not self.landmarks.is_appendix(use.path)
            if near and not appended and self._order[use.path] <= self._order[use.used[0]]:
                message = f"{self.name(use.user)} uses {self.name(use.used)}, which is stated later"
                yield Forward(use, Trouble("N105", message))


def _shortest(members: Sequence[Spot], edges: Iterable[tuple[Spot, Spot]]) -> list[Spot]:
    """The shortest way from the first of some spots back to it; there is one."""
    inside = set(members)
    near: dict[Spot, list[Spot]] = {spot: [] for spot in members}
    for a, b in edges:
        if a in inside and b in inside:
            near[a].append(b)
    start = members[0]
    before: dict[Spot, Spot] = {}
    waiting = deque([start])
    while waiting:
        spot = waiting.popleft()
        if start in near[spot]:
            way = [spot]
            while way[-1] != start:
                way.append(before[way[-1]])
            return way[::-1]
        for following in near[spot]:
            if following != start and following not in before:
                before[following] = spot
                waiting.append(following)
    raise AssertionError("the spots use each other in no circle")

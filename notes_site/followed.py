"""What became of each link of each note: where it leads, and what is wrong with it. Pure.

Every link is followed once; all that is told here comes from that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from notes_site.model import Facts, Found, Link, Trouble


class Followed:
    """`follow` tells where a link in the note at a path leads; `pictures` what is wrong with pictures, by URL."""

    def __init__(
        self,
        notes: Mapping[str, Facts],
        follow: Callable[[str, Link], Found],
        pictures: Mapping[str, Sequence[Trouble]],
    ) -> None:
        self.notes, self._follow, self._pictures = notes, follow, pictures

    @cached_property
    def by_path(self) -> dict[str, tuple[Found | None, ...]]:
        """What became of the links of each note that has any, in their order; None for links to other sites."""
        return {
            path: tuple(self._follow(path, link) if link.kind != "external" else None for link in note.links)
            for path, note in self.notes.items()
            if note.links
        }

    @cached_property
    def led_to(self) -> dict[str, tuple[str, ...]]:
        """By the path of a note, the anchors in it to which links of other notes lead; "" is the note as a whole."""
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for path, outcomes in self.by_path.items():
            for link, outcome in zip(self.notes[path].links, outcomes, strict=True):
                resolution = outcome.resolution if outcome and link.kind != "embed" else None
                if resolution and resolution.path and resolution.path != path:
                    found[resolution.path][resolution.url.partition("#")[2]] = None
        return {path: tuple(sorted(anchors)) for path, anchors in found.items()}

    # -- what is wrong -------------------------------------------------------------------------------------------------

    def troubles(self) -> Iterable[tuple[str, int, Trouble]]:
        """What is wrong: the path of the note, which of its links it is, and the trouble."""
        for path, outcomes in self.by_path.items():
            for i, outcome in enumerate(outcomes):
                if outcome and outcome.trouble:
                    yield path, i, outcome.trouble
        yield from self._loops()
        yield from self._spoilt()

    def _loops(self) -> Iterable[tuple[str, int, Trouble]]:
        """Embeds that would hold themselves; a part of a note may stand in another part of it."""
        edges: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for path, outcomes in self.by_path.items():
            for i, outcome in enumerate(outcomes):
                kind = self.notes[path].links[i].kind
                if kind == "embed" and outcome and outcome.resolution and outcome.resolution.path:
                    edges[path].append((outcome.resolution.path, i))
        for start, targets in edges.items():
            for target, i in targets:
                link = self.notes[start].links[i]
                if target == start and link.fragment:
                    continue
                if target == start or _reaches(edges, target, start):
                    yield start, i, Trouble("N043", f'"{link.target}" contains this note again')

    def _spoilt(self) -> Iterable[tuple[str, int, Trouble]]:
        """Pictures that are not quite as their authors meant, wherever notes show them."""
        wrong = self._pictures
        for path, outcomes in self.by_path.items() if wrong else ():
            links = self.notes[path].links
            for i, outcome in enumerate(outcomes):
                url = outcome.resolution.url if outcome and outcome.resolution and links[i].kind == "asset" else ""
                drawn = bool(links[i].fragment)
                for one in wrong.get(url, ()):
                    if (one.code != "N130") is drawn:
                        yield path, i, one


def _reaches(edges: Mapping[str, Sequence[tuple[str, int]]], start: str, goal: str) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        for following, _ in edges.get(waiting.pop(), ()):
            if following == goal:
                return True
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    return False

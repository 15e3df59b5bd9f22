"""Where links lead, and which notes they connect. Small answers of the Site."""

from __future__ import annotations

from notes_site.model.cards import Card, Crumb
from notes_site.model.mistakes import Trouble
from notes_site.model.values import EMPTY, Text, Value


class Resolution(Value, frozen=True):
    """Where a link leads: the URL with its fragment, the title there, and the path of the note if it is one."""

    url: str
    title: Text = EMPTY
    path: str = ""


class Found(Value, frozen=True):
    """The outcome of following one link: where it leads, and what is wrong with it; one of them or both."""

    resolution: Resolution | None = None
    trouble: Trouble | None = None


class Backlink(Value, frozen=True):
    """A note that links to another: the sentences in which it does, as HTML, and how many places more there are."""

    card: Card
    sentences: tuple[str, ...] = ()
    more: int = 0


class Near(Value, frozen=True):
    """A note beside another in the graph: its title and its address."""

    title: Text
    url: str


class Neighbourhood(Value, frozen=True):
    """The notes that link to one and to which it does not link, those that link both ways, and those to which it links.

    Not more of each than can be drawn; `left_out` counts the others.
    """

    before: tuple[Near, ...] = ()
    both: tuple[Near, ...] = ()
    after: tuple[Near, ...] = ()
    left_out: tuple[int, int, int] = (0, 0, 0)


class GraphNode(Value, frozen=True):
    """A note in the graph of notes, or a collection of `count` notes; `group` is its place in the groups, or -1."""

    title: Text
    url: str
    group: int = -1
    count: int = 0


class NoteGraph(Value, frozen=True):
    """All notes, or all collections where there are too many notes, and which of them link to which.

    `groups` are the collections that nodes stand under; an edge (a, b) says that the a-th links to the b-th.
    """

    groups: tuple[Crumb, ...]
    nodes: tuple[GraphNode, ...]
    edges: tuple[tuple[int, int], ...]
    collections: bool = False

"""The graph of the notes: its page with the same as a list, its data, and what stands around one note."""

from __future__ import annotations

import json
from typing import Final

from markupsafe import Markup
from msgspec import Struct

from notes_site import address
from notes_site.connections import GRAPH
from notes_site.model import Crumb, GraphNode, Near, Neighbourhood, Target, Text
from notes_site.outputs.context import Context, page_head, render, safe
from notes_site.site import Site

DATA: Final = f"{GRAPH}graph.json"
# notes that are named as those to which most others link
MOST_LINKED: Final = 10
# collections have as many colours of their own; further ones and notes in none share one
TONES: Final = 8


class Linked(Struct, frozen=True):
    """A node of the graph with those to which it links; `count` nodes link to it."""

    node: GraphNode
    to: tuple[GraphNode, ...]
    count: int


class Shown(Struct, frozen=True):
    """The nodes of one collection, its title, its address, and the number of its colour, -1 for the common one."""

    title: Text
    url: str
    tone: int
    entries: tuple[Linked, ...]


class LocalGraph(Struct, frozen=True):
    """What stands around a note: who links to it, to what it links (`both` of which link to it too), and the lines
    between them as SVG.
    """

    before: tuple[Near, ...]
    both: tuple[Near, ...]
    after: tuple[Near, ...]
    more_before: int
    more_after: int
    lines: Markup


def tone(group: int) -> int:
    """The number of the colour of a collection."""
    return group if 0 <= group < TONES else -1


def graph(target: Target, site: Site, context: Context) -> bytes:
    """The page of the graph; without a script it is a list."""
    found = site.note_graph()
    to: list[list[GraphNode]] = [[] for _ in found.nodes]
    counts = [0 for _ in found.nodes]
    for a, b in found.edges:
        to[a].append(found.nodes[b])
        counts[b] += 1
    rows = [Linked(*row) for row in zip(found.nodes, map(tuple, to), counts, strict=True)]
    words = context.words()
    crumbs = (*enumerate(found.groups), (-1, Crumb(Text(words["other_notes"], words["other_notes"]), "")))
    groups = tuple(
        Shown(crumb.title, crumb.url, tone(i), tuple(row for row in rows if row.node.group == i)) for i, crumb in crumbs
    )
    linked = sorted((row for row in rows if row.count), key=lambda row: -row.count)
    values = {
        "groups": tuple(group for group in groups if group.entries),
        "most_linked": tuple(linked[:MOST_LINKED]),
        "collections": found.collections,
        "data": DATA,
    }
    head = page_head(context, target.url, words["note_graph"], "graph", description=words["note_graph_about"])
    return render("graph.html", head, context, values)


def graph_data(target: Target, site: Site, _context: Context) -> bytes:
    """The graph for programs: titles, addresses as seen from its own, colours, and pairs of places among the notes."""
    found = site.note_graph()
    data = {
        "groups": [[group.title.plain, address.relative(target.url, group.url)] for group in found.groups],
        "notes": [
            [node.title.plain, address.relative(target.url, node.url), node.group, node.count] for node in found.nodes
        ],
        "links": found.edges,
    }
    return (json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n").encode("utf-8", "replace")


def around(found: Neighbourhood | None) -> LocalGraph | None:
    """What stands around a note, ready to be shown."""
    if found is None:
        return None
    before, both, after = found.left_out
    more = before, both + after
    left = len(found.before) + (1 if more[0] else 0)
    right = len(found.both) + len(found.after) + (1 if more[1] else 0)
    return LocalGraph(found.before, found.both, found.after, *more, safe(_lines(left, right)))


def _lines(left: int, right: int) -> str:
    """Lines from the rows on the left to the note in the middle, and from there to those on the right.

    The drawing is stretched to the height of the rows; its lines and its points keep their width.
    """
    width, middle = 100, 50
    paths = [f"M0 {y}C{middle} {y} 0 50 {middle} 50" for y in _rows(left)]
    paths += [f"M{middle} 50C{width} 50 {middle} {y} {width} {y}" for y in _rows(right)]
    ends = [f"M0 {y}h0" for y in _rows(left)] + [f"M{width} {y}h0" for y in _rows(right)]
    return (
        f'<svg viewBox="0 0 {width} 100" preserveAspectRatio="none" aria-hidden="true" fill="none" '
        f'stroke="currentColor" stroke-linecap="round"><path d="{"".join(paths)}" vector-effect="non-scaling-stroke"/>'
        f'<path d="{"".join(ends)}" stroke-width="5" vector-effect="non-scaling-stroke"/>'
        f'<path class="here" d="M{middle} 50h0" stroke-width="11" vector-effect="non-scaling-stroke"/></svg>'
    )


def _rows(count: int) -> list[str]:
    """The middles of rows of one height, in hundredths of the whole."""
    return [f"{(i + 0.5) * 100 / count:.4g}" for i in range(count)]

"""The graph of the notes: its page with the same as a list, its data, and what stands around one note."""

from __future__ import annotations

import html
import json
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from markupsafe import Markup
from msgspec import Struct

from notes_site import address
from notes_site.connections import GRAPH
from notes_site.model import Crumb, GraphNode, Near, Neighbourhood, Target, Text
from notes_site.outputs.context import Context, safe
from notes_site.outputs.page import page_head, render
from notes_site.site import Site

DATA: Final = f"{GRAPH}graph.json"
# notes that are named as those to which most others link
MOST_LINKED: Final = 10
# collections have as many colours of their own; further ones and notes in none share one
TONES: Final = 8


class Linked(Struct, frozen=True):
    """A node of the graph and those to which it links, each as a link in HTML; `count` nodes link to it."""

    link: Markup
    to: tuple[Markup, ...]
    count: int


class Shown(Struct, frozen=True):
    """The nodes of one collection, its title, its address, and the number of its colour, -1 for the common one."""

    title: Text
    url: str
    tone: int
    entries: tuple[Linked, ...]


class LocalGraph(Struct, frozen=True):
    """What stands around a note: who links to it, to what it links (`both` of which link to it too), each as a link in
    HTML, and the lines between them as SVG.
    """

    before: tuple[Markup, ...]
    both: tuple[Markup, ...]
    after: tuple[Markup, ...]
    more_before: int
    more_after: int
    lines: Markup


def tone(group: int) -> int:
    """The number of the colour of a collection."""
    return group if 0 <= group < TONES else -1


def graph(target: Target, site: Site, context: Context) -> bytes:
    """The page of the graph; without a script it is a list."""
    found = site.note_graph()
    links = [_titled(node, target.url) for node in found.nodes]
    to: list[list[Markup]] = [[] for _ in links]
    counts = [0 for _ in links]
    for a, b in found.edges:
        to[a].append(links[b])
        counts[b] += 1
    rows = [Linked(*row) for row in zip(links, map(tuple, to), counts, strict=True)]
    entries: defaultdict[int, list[Linked]] = defaultdict(list)
    for node, row in zip(found.nodes, rows, strict=True):
        entries[node.group].append(row)
    words = context.words()
    crumbs = (*enumerate(found.groups), (-1, Crumb(Text(words["other_notes"], words["other_notes"]), "")))
    groups = tuple(Shown(crumb.title, crumb.url, tone(i), tuple(entries[i])) for i, crumb in crumbs if entries[i])
    linked = sorted((row for row in rows if row.count), key=lambda row: -row.count)
    values = {
        "groups": groups,
        "most_linked": tuple(linked[:MOST_LINKED]),
        "collections": found.collections,
        "data": DATA,
    }
    head = page_head(context, target.url, words["note_graph"], "graph", description=words["note_graph_about"])
    return render("graph.html", head, context, values)


def _titled(node: GraphNode, url: str) -> Markup:
    """A node as a link from the page at `url`, with the count of its notes if it is a collection."""
    count = f' <span class="count">{node.count}</span>' if node.count else ""
    return safe(f'<a href="{html.escape(address.relative(url, node.url))}">{node.title.html}</a>{count}')


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


def around(found: Neighbourhood | None, url: str) -> LocalGraph | None:
    """What stands around the note at `url`, ready to be shown."""
    if found is None:
        return None
    before, both, after = found.left_out
    more = before, both + after
    left = len(found.before) + (1 if more[0] else 0)
    right = len(found.both) + len(found.after) + (1 if more[1] else 0)
    links = (_links(found.before, url), _links(found.both, url), _links(found.after, url))
    return LocalGraph(*links, *more, safe(_lines(left, right)))


def _links(notes: Iterable[Near], url: str) -> tuple[Markup, ...]:
    seen = ((html.escape(address.relative(url, one.url)), one.title.html) for one in notes)
    return tuple([safe(f'<a href="{href}">{title}</a>') for href, title in seen])


@lru_cache
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

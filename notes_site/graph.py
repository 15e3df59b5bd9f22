"""The graph of which result uses which, drawn as an SVG while the site is built. Reads no file.

graphlay finds the places and the routes (docs/decisions); what is drawn there is ours. The drawing has no script, no
style and no id: presentation attributes and classes only, so that it may stand in a page more than once, and under a
strict content security policy.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import msgspec

from notes_site.lettering import REGULAR, width_of, wrapped
from notes_site.model import Value

Edge: TypeAlias = tuple[str, str]  # (a, b): a uses b

# Above these the picture would be of no use, and slow to make: 1,000 results with 3,000 arrows take 1 to 3 seconds.
MOST_NODES = 1500
MOST_EDGES = 4000
# How many times the library may lead an arrow past a layer: 10,000 take it 2 to 4 seconds, 40,000 half a minute.
MOST_DETOURS = 10_000

# px
_SIZE = 12
_LINE = 15
_PADDING = 9
_WIDEST = 176
_NARROWEST = 64
_MARGIN = 12
_ROUND = 5.0
_TITLE_LINES = 2
# what XML has no way to write: "\x07", a lone surrogate
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class Node(Value, frozen=True):
    """A result: `label` such as "Theorem 2.1", `title` in plain text, `url` already relative, `kind` one word."""

    key: str
    label: str
    title: str = ""
    url: str = ""
    kind: str = ""


class Drawing(Value, frozen=True):
    """A drawn graph and its size in px; or `problem`, why there is none, and then an empty `svg`.

    `implied` counts the arrows that are not drawn because others lead the same way.
    """

    svg: str = ""
    width: int = 0
    height: int = 0
    implied: int = 0
    problem: str = ""


def cycles(edges: Iterable[Edge]) -> tuple[tuple[str, ...], ...]:
    """The groups of keys that use each other in a circle, and those that use themselves; sorted, as are their keys."""
    used = frozenset(edges)
    groups = (group for group in _components(used) if len(group) > 1 or (group[0], group[0]) in used)
    return tuple(sorted(tuple(sorted(group)) for group in groups))


def essential(edges: Iterable[Edge]) -> tuple[Edge, ...]:
    """The edges without repetitions and without those that a longer way implies, sorted: the transitive reduction.

    Inside a circle every edge is kept.
    """
    used = sorted(set(edges))
    groups = _components(used)
    place = {key: i for i, group in enumerate(groups) for key in group}
    near: list[set[int]] = [set() for _ in groups]
    for a, b in used:
        if place[a] != place[b]:
            near[place[a]].add(place[b])
    # bit j of reached[i]: group j can be reached from group i, in one step or more; what is used comes first
    reached: list[int] = []
    beyond: list[int] = []
    for neighbours in near:
        further, direct = 0, 0
        for j in neighbours:
            further |= reached[j]
            direct |= 1 << j
        beyond.append(further)
        reached.append(further | direct)
    return tuple((a, b) for a, b in used if not beyond[place[a]] >> place[b] & 1)


def draw(nodes: Sequence[Node], edges: Sequence[Edge], *, name: str = "") -> Drawing:
    """The results, each below or to the right of those it uses, with an arrow from what is used to what uses it.

    `name` is said to those who cannot see the drawing. Keys differ; every edge joins keys of `nodes`. The order of
    the edges, and an edge given twice, make no difference.
    """
    if not nodes:
        return Drawing(problem="there is nothing to draw")
    numbers = {node.key: i for i, node in enumerate(nodes)}
    drawn = essential(edges)
    implied = len(set(edges)) - len(drawn)
    if len(nodes) > MOST_NODES or len(drawn) > MOST_EDGES:
        return Drawing(implied=implied, problem=f"{len(nodes)} results and {len(drawn)} arrows are too many to draw")
    boxes = [_box(node) for node in nodes]
    ends = [(numbers[b], numbers[a]) for a, b in drawn]
    plan = _lay(boxes, ends, sideways=_is_wide(drawn))
    if isinstance(plan, str):
        return Drawing(implied=implied, problem=plan)
    left, top, right, bottom = _bounds(plan, boxes)
    width, height = round(right - left) + 2 * _MARGIN, round(bottom - top) + 2 * _MARGIN
    dx, dy = _MARGIN - left, _MARGIN - top
    said = f' aria-label="{_safe(name)}"' if name else ""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="result-graph" role="graphics-document document"{said}'
        f' viewBox="0 0 {width} {height}" width="{width}" height="{height}" font-size="{_SIZE}"'
        ' font-family="sans-serif" text-anchor="middle" fill="currentColor">'
    )
    parts = [head, '<g class="edges" stroke="currentColor" stroke-linejoin="round">']
    for (source, target), route in zip(ends, plan.edges, strict=True):
        points = [(point.x + dx, point.y + dy) for point in route.points]
        parts.append(
            f'<g class="edge" data-from="{source}" data-to="{target}">'
            f'<path fill="none" d="{_line(points)}"/><path d="{_head(points)}"/></g>'
        )
    parts.append("</g>")
    for i, (node, box, spot) in enumerate(zip(nodes, boxes, plan.nodes, strict=True)):
        parts.append(_drawn(i, node, box, spot.center.x + dx, spot.center.y + dy))
    parts.append("</svg>")
    return Drawing("\n".join(parts), width, height, implied)


# -- the layout ----------------------------------------------------------------------------------------------------


class _Point(msgspec.Struct, frozen=True):
    x: float
    y: float


class _Spot(msgspec.Struct, frozen=True):
    center: _Point


class _Route(msgspec.Struct, frozen=True):
    points: tuple[_Point, ...]


class _Plan(msgspec.Struct, frozen=True):
    """What graphlay answers, as far as it is used: one spot for each node and one route for each edge, in order."""

    nodes: tuple[_Spot, ...]
    edges: tuple[_Route, ...]


class _Box(msgspec.Struct, frozen=True):
    width: int
    height: int
    lines: tuple[str, ...]


def _lay(boxes: Sequence[_Box], ends: Sequence[tuple[int, int]], *, sideways: bool) -> _Plan | str:
    """Where everything goes, or why nothing can be said of it."""
    try:
        import graphlay
    except ImportError:
        return "graphs cannot be drawn on this kind of machine"
    graph = {
        "nodes": [{"size": {"width": box.width, "height": box.height}, "shape": "box"} for box in boxes],
        "edges": [{"source": source, "target": target} for source, target in ends],
    }
    size = len(boxes) + len(ends)
    options = {
        "direction": "leftright" if sideways else "topbottom",
        "routing": {"merge_edges": "forks"},
        "effort": "balanced" if size <= 300 else "fast",
        "spacing": {"layer_gap": 40, "node_gap": 24, "dummy_gap": 16, "port_gap": 10, "isolated_gap": 24},
        "limits": {"max_dummies": MOST_DETOURS},
        # for a node with a thousand arrows the first takes minutes and gains nothing that can be seen; the second
        # takes minutes for thousands of arrows, of which one in a hundred then shares a piece of its way
        "tuning": {"routing": {"port_relax_rounds": 0, "overlap_repair_rounds": 8 if size <= 600 else 0}},
    }
    try:
        layout = graphlay.layout(graph, options=options)
    except graphlay.GraphlayError as error:
        return f"the graph is too tangled to draw: {error}"
    return msgspec.convert(layout.raw, _Plan)


def _is_wide(edges: Sequence[Edge]) -> bool:
    """Whether rows would be so long, and so few, that columns need less width."""
    groups = _components(edges)
    place = {key: i for i, group in enumerate(groups) for key in group}
    levels = [0] * len(groups)
    for i, b in sorted((place[a], place[b]) for a, b in edges):
        if i != b:
            levels[i] = max(levels[i], levels[b] + 1)
    rows: dict[int, int] = {}
    for level, group in zip(levels, groups, strict=True):
        rows[level] = rows.get(level, 0) + len(group)
    longest = max(rows.values(), default=0)
    return longest > 6 and longest > 1.5 * len(rows)


def _bounds(plan: _Plan, boxes: Sequence[_Box]) -> tuple[float, float, float, float]:
    xs = [point.x for route in plan.edges for point in route.points]
    ys = [point.y for route in plan.edges for point in route.points]
    for spot, box in zip(plan.nodes, boxes, strict=True):
        xs += (spot.center.x - box.width / 2, spot.center.x + box.width / 2)
        ys += (spot.center.y - box.height / 2, spot.center.y + box.height / 2)
    return min(xs), min(ys), max(xs), max(ys)


def _components(edges: Iterable[Edge]) -> list[list[str]]:
    """The strongly connected components, what is used before what uses it (Tarjan 1972, without recursion)."""
    near: dict[str, list[str]] = {}
    for a, b in sorted(set(edges)):
        near.setdefault(a, []).append(b)
        near.setdefault(b, [])
    found: list[list[str]] = []
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_keys: dict[str, None] = {}  # in the order of discovery
    for root, first in near.items():
        if root in order:
            continue
        order[root] = lowest[root] = len(order)
        open_keys[root] = None
        trail = [(root, iter(first))]
        while trail:
            key, rest = trail[-1]
            for other in rest:
                if other not in order:
                    order[other] = lowest[other] = len(order)
                    open_keys[other] = None
                    trail.append((other, iter(near[other])))
                    break
                if other in open_keys:
                    lowest[key] = min(lowest[key], order[other])
            else:
                trail.pop()
                if trail:
                    lowest[trail[-1][0]] = min(lowest[trail[-1][0]], lowest[key])
                if lowest[key] == order[key]:
                    group = [open_keys.popitem()[0]]
                    while group[-1] != key:
                        group.append(open_keys.popitem()[0])
                    found.append(group)
    return found


# -- the drawing ---------------------------------------------------------------------------------------------------


def _drawn(number: int, node: Node, box: _Box, x: float, y: float) -> str:
    """A result as a link, with its whole title for a pointer that rests on it and for those who cannot see it."""
    left, top = x - box.width / 2, y - box.height / 2
    whole = ". ".join(part for part in (_safe(node.label), _safe(node.title)) if part)
    kind = "-".join(_safe(node.kind).split())
    bold = ' class="label" font-weight="600"'
    texts = [
        f'<text{"" if i else bold} x="{_px(x)}"'
        f' y="{_px(top + _PADDING + i * _LINE + _SIZE - 1)}">{html.escape(line)}</text>'
        for i, line in enumerate(box.lines)
    ]
    return (
        f'<a class="node{f" kind-{kind}" if kind else ""}" data-node="{number}" href="{_safe(node.url)}">'
        f"<title>{whole}</title>"
        f'<rect x="{_px(left)}" y="{_px(top)}" width="{box.width}" height="{box.height}" rx="4"'
        f' fill="none" stroke="currentColor"/>{"".join(texts)}</a>'
    )


def _line(points: Sequence[tuple[float, float]]) -> str:
    """The path through points, with round corners."""
    steps = [f"M{_px(points[0][0])} {_px(points[0][1])}"]
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        (x1, y1), (x2, y2) = _towards(here, before), _towards(here, after)
        steps.append(f"L{_px(x1)} {_px(y1)}Q{_px(here[0])} {_px(here[1])} {_px(x2)} {_px(y2)}")
    steps.append(f"L{_px(points[-1][0])} {_px(points[-1][1])}")
    return "".join(steps)


def _towards(here: tuple[float, float], there: tuple[float, float]) -> tuple[float, float]:
    """The point a few px from here, at most half way."""
    dx, dy = there[0] - here[0], there[1] - here[1]
    length = (dx * dx + dy * dy) ** 0.5
    share = min(_ROUND / length, 0.5) if length else 0.0
    return here[0] + dx * share, here[1] + dy * share


def _head(points: Sequence[tuple[float, float]]) -> str:
    """The triangle at the end of a path."""
    x, y = points[-1]
    before = next((point for point in reversed(points) if point != points[-1]), (x, y - 1))
    dx, dy = x - before[0], y - before[1]
    length = (dx * dx + dy * dy) ** 0.5
    dx, dy = dx / length, dy / length
    back_x, back_y = x - 7 * dx, y - 7 * dy
    corners = ((x, y), (back_x - 3 * dy, back_y + 3 * dx), (back_x + 3 * dy, back_y - 3 * dx))
    return "M" + "L".join(f"{_px(px)} {_px(py)}" for px, py in corners) + "Z"


def _px(value: float) -> str:
    return f"{value + 0.0:.1f}".removesuffix(".0")


def _safe(text: str) -> str:
    """Text on one line that may stand in an element and in an attribute."""
    return html.escape(_plain(text))


def _plain(text: str) -> str:
    return " ".join(_UNWRITABLE.sub("\ufffd", text).split())


def _box(node: Node) -> _Box:
    """The lines of a result and a rectangle that they stay inside."""
    room = (_WIDEST - 2 * _PADDING) / _SIZE
    label = wrapped(_plain(node.label), room, 1) or ("",)
    title = wrapped(_plain(node.title), room / REGULAR, _TITLE_LINES)
    lines = (*label, *title)
    widest = max(width_of(label[0]), *(width_of(line) * REGULAR for line in title), 0.0)
    width = int(widest * _SIZE) + 1 + 2 * _PADDING
    return _Box(max(_NARROWEST, width), 2 * _PADDING + _LINE * len(lines), lines)

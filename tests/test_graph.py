"""The graph of results: nothing is lost, nothing overlaps, nothing differs from one run to the next."""

import itertools
import os
import random
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notes_site.graph import MOST_EDGES, MOST_NODES, Drawing, Edge, Node, cycles, draw, essential

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    '<script>alert("1")</script>',
    "\"'><b onclick=x>&amp;]]>",
    "a\x07b\x00c\ud800d\ufffe",
    "two\nlines\tand\u2028more",
    "W" * 500,
    "中心極限定理と大数の法則についての長い題名です" * 3,
    "مبرهنة النهاية المركزية",
    "e\u0301" * 200,
    "👩‍👩‍👧‍👦" * 30,
    "",
    " ",
)
KEYS = st.integers(0, 11).map("k{}".format)
EDGES = st.lists(st.tuples(KEYS, KEYS), min_size=1, max_size=30)


def results(edges: list[Edge], title: str = "A title") -> list[Node]:
    keys = sorted({key for edge in edges for key in edge}, key=lambda key: (len(key), key))
    return [Node(key, f"Theorem {i + 1}.1", title, f"../a/#{key}", "theorem") for i, key in enumerate(keys)]


def book(count: int, arrows: int) -> list[Edge]:
    """Results that mostly use those just before them, as in a book; the same on every machine."""
    chance = random.Random(7)
    edges: set[Edge] = set()
    while len(edges) < arrows:
        a = chance.randrange(1, count)
        near = max(0, a - 1 - int(chance.random() ** 2 * 20))
        b = near if chance.random() < 0.9 else chance.randrange(a)
        edges.add((f"r{a}", f"r{b}"))
    return sorted(edges)


def parsed(drawing: Drawing) -> ET.Element:
    assert drawing.problem == ""
    return ET.fromstring(drawing.svg)


def boxes(drawing: Drawing) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of each result."""
    found = []
    for rect in parsed(drawing).iter(f"{SVG}rect"):
        x, y, width, height = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
        found.append((x, y, x + width, y + height))
    return found


def arrows(drawing: Drawing, nodes: list[Node]) -> list[Edge]:
    """(a, b) for each arrow drawn from b to a."""
    edges = [group for group in parsed(drawing).iter(f"{SVG}g") if group.get("class") == "edge"]
    return sorted((nodes[int(e.attrib["data-to"])].key, nodes[int(e.attrib["data-from"])].key) for e in edges)


def reachable(edges: list[Edge] | tuple[Edge, ...]) -> set[Edge]:
    pairs = set(edges)
    while True:
        more = {(a, d) for a, b in pairs for c, d in pairs if b == c} - pairs
        if not more:
            return pairs
        pairs |= more


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        ([], ()),
        ([("a", "b"), ("b", "c")], ()),
        ([("a", "a"), ("a", "b")], (("a",),)),
        ([("b", "a"), ("a", "b"), ("c", "b")], (("a", "b"),)),
        ([("z", "y"), ("y", "z"), ("z", "a"), ("a", "c"), ("c", "b"), ("b", "a")], (("a", "b", "c"), ("y", "z"))),
    ],
)
def test_cycles_are_found_in_a_fixed_order(edges: list[Edge], expected: tuple[tuple[str, ...], ...]) -> None:
    for order in itertools.permutations(edges):
        assert cycles(order) == expected


@given(EDGES)
def test_a_result_is_in_a_cycle_just_when_it_leads_to_itself(edges: list[Edge]) -> None:
    found = cycles(edges)
    reached = reachable(edges)
    assert {key for cycle in found for key in cycle} == {a for a, b in reached if a == b}
    for cycle in found:
        assert all(pair in reached for pair in itertools.product(cycle, repeat=2))


@given(EDGES)
def test_an_arrow_is_left_out_only_where_others_lead_the_same_way(edges: list[Edge]) -> None:
    kept = essential(edges)
    assert set(kept) <= set(edges)
    assert reachable(kept) == reachable(edges)
    inside = [set(cycle) for cycle in cycles(edges)]
    for a, b in set(edges) - set(kept):
        assert not any({a, b} <= cycle for cycle in inside)
    if not inside:
        for edge in kept:
            assert edge not in reachable([e for e in kept if e != edge])


def test_a_chain_of_ten_thousand_results_needs_no_recursion() -> None:
    chain = [(f"{i:05}", f"{i + 1:05}") for i in range(9_999)]
    assert cycles(chain) == ()
    assert len(cycles([*chain, ("09999", "00000")])[0]) == 10_000


@settings(deadline=None)
@given(EDGES)
def test_every_result_and_every_arrow_is_drawn(edges: list[Edge]) -> None:
    nodes = results(edges)
    drawing = draw(nodes, edges, name="Results")
    links = list(parsed(drawing).iter(f"{SVG}a"))
    assert [link.get("href") for link in links] == [node.url for node in nodes]
    assert arrows(drawing, nodes) == list(essential(edges))
    assert drawing.implied == len(set(edges)) - len(essential(edges))


@settings(deadline=None)
@given(EDGES, st.lists(st.sampled_from(HOSTILE) | st.text(max_size=80), min_size=12, max_size=12))
def test_no_two_results_overlap_and_all_is_inside_the_picture(edges: list[Edge], titles: list[str]) -> None:
    nodes = [Node(n.key, n.label, titles[i], n.url, n.kind) for i, n in enumerate(results(edges))]
    drawing = draw(nodes, edges)
    placed = boxes(drawing)
    for (a, b, c, d), (e, f, g, h) in itertools.combinations(placed, 2):
        assert c <= e or g <= a or d <= f or h <= b
    assert all(0 <= a < c <= drawing.width and 0 <= b < d <= drawing.height for a, b, c, d in placed)
    for path in parsed(drawing).iter(f"{SVG}path"):
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", path.attrib["d"])]
        assert all(0 <= x <= drawing.width for x in numbers[::2])
        assert all(0 <= y <= drawing.height for y in numbers[1::2])


@settings(deadline=None)
@given(EDGES)
def test_what_is_used_stands_before_what_uses_it(edges: list[Edge]) -> None:
    acyclic = [(max(a, b), min(a, b)) for a, b in edges if a != b] or [("k1", "k0")]
    nodes = results(acyclic)
    placed = dict(zip((node.key for node in nodes), boxes(draw(nodes, acyclic)), strict=True))
    downwards = all(placed[b][3] <= placed[a][1] for a, b in acyclic)
    rightwards = all(placed[b][2] <= placed[a][0] for a, b in acyclic)
    assert downwards or rightwards


@settings(deadline=None)
@given(EDGES, st.randoms(use_true_random=False))
def test_the_order_of_the_edges_makes_no_difference(edges: list[Edge], chance: random.Random) -> None:
    nodes = results(edges)
    shuffled = [*edges, *edges[:3]]
    chance.shuffle(shuffled)
    assert draw(nodes, shuffled) == draw(nodes, edges)


@pytest.mark.slow
def test_the_bytes_are_the_same_in_every_process() -> None:
    program = (
        "from test_graph import book, results; from notes_site.graph import *; import hashlib\n"
        "edges = book(80, 160) + [('r0', 'r5'), ('r7', 'r7')]\n"
        "print(hashlib.sha256(repr((draw(results(edges), edges), cycles(edges))).encode()).hexdigest())"
    )
    path = os.pathsep.join(filter(None, sys.path))
    answers = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path},
            cwd=os.path.dirname(__file__),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "12345")
    }
    assert len(answers) == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    nodes = [Node("a", text, text, text, text), Node("b", "Lemma 1", "", "#b")]
    drawing = draw(nodes, [("a", "b")], name=text)
    tree = parsed(drawing)
    assert {element.tag.removeprefix(SVG) for element in tree.iter()} == {
        "svg",
        "g",
        "path",
        "a",
        "title",
        "rect",
        "text",
    }
    names = {name for element in tree.iter() for name in element.attrib}
    assert not any(name.startswith("on") or name in {"style", "id"} for name in names)
    visible = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]", "\ufffd", text)
    assert " ".join(visible.split()) in str(tree.findtext(f".//{SVG}title"))


def test_a_long_title_is_cut_and_told_whole() -> None:
    title = "Banach–Steinhaus theorem (uniform boundedness principle) for families of operators"
    tree = parsed(draw([Node("a", "Theorem 1", title, "#a"), Node("b", "Lemma 2", "", "#b")], [("a", "b")]))
    first = tree.find(f"{SVG}a")
    assert first is not None
    lines = [text.text for text in first.iter(f"{SVG}text")]
    assert lines == ["Theorem 1", "Banach–Steinhaus", "theorem (uniform bo…"]
    assert first.findtext(f"{SVG}title") == f"Theorem 1. {title}"


def test_one_result_used_by_many_makes_a_column_not_a_row() -> None:
    edges = [(f"k{i}", "k0") for i in range(1, 200)]
    drawing = draw(results(edges), edges)
    assert len(boxes(drawing)) == 200
    assert drawing.width < drawing.height


@pytest.mark.slow
def test_a_thousand_results_with_three_thousand_arrows_are_drawn() -> None:
    edges = book(1000, 3000)
    nodes = results(edges)
    drawing = draw(nodes, edges)
    assert len(boxes(drawing)) == len(nodes)
    assert arrows(drawing, nodes) == list(essential(edges))
    assert len(drawing.svg) < 1000 * len(nodes)


def test_what_is_too_large_or_too_tangled_is_said_and_not_tried() -> None:
    many = [(f"k{i + 1}", f"k{i}") for i in range(MOST_NODES)]
    assert "too many" in draw(results(many), many).problem
    dense = [(f"k{a}", f"k{b}") for a in range(100, 170) for b in range(70)]
    assert len(dense) > MOST_EDGES
    assert "too many" in draw(results(dense), dense).problem
    chance = random.Random(1)
    tangle = sorted({(f"k{chance.randrange(1000)}", f"k{chance.randrange(1000)}") for _ in range(3000)})
    drawing = draw(results(tangle), tangle)
    assert drawing.svg == ""
    assert "too tangled" in drawing.problem


def test_nothing_makes_no_picture() -> None:
    assert draw([], []) == Drawing(problem="there is nothing to draw")

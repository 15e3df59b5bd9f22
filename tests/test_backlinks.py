"""Sentences of links: how long they are, what they hold, and which pages hang on them. The cases are in `spec/site`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from changing import assert_clean
from hypothesis import given, settings
from hypothesis import strategies as st
from sites import write

from notes_site.build import build
from notes_site.connections import MOST_NOTES, Connections
from notes_site.markdown.options import Options
from notes_site.markdown.parse import Parser
from notes_site.markdown.quotes import LONGEST
from notes_site.model import EMPTY, Card, Crumb, Found, Quote, Report, Resolution, Source, Text
from notes_site.project import find
from notes_site.quotations import CLOSE, OPEN, shown

PARSER = Parser(Options())


def quotes(text: str) -> tuple[Quote, ...]:
    return PARSER.parse(Source("a.md", "", text.encode())).facts.quotes


# -- what is kept of a sentence ----------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    ("word", "Word.", "e.g.", "*so", "on*", "**bold** ", "`a. b`", "$x. y$", "$\\alpha^2$", "a & b", "<b>", "</b>",
     "。", "定理", "“Quoted.”", "[[b]]", "[[b|*own* words]]", "[a **link**](b.md)", "[to $x$](c.md#d)", "@sec-x",
     "@thm-x", "![p](p.svg)", "[out](https://example.org)", "note^[Foot [[b]].]", "\\", "?", "!", "...", "\n", "| ")
)  # fmt: skip


@settings(deadline=None, max_examples=2 * settings().max_examples)
@given(st.lists(WORDS, min_size=1, max_size=120))
def test_a_sentence_is_short_its_tags_are_closed_and_it_holds_no_link_and_no_id(words: list[str]) -> None:
    """Whatever stands in the paragraph."""
    for quote in quotes(" ".join(words)):
        assert not re.search(r"<a[ >]|<img| id=|\0", quote.html)
        assert quote.links
        assert quote.html.count(OPEN) == quote.html.count(CLOSE) == len(quote.links)
        page = shown(quote.html, quote.links, lambda _: "title")
        assert not {OPEN, CLOSE} & set(page)
        opened: list[str] = []
        for end, name in re.findall(r"<(/?)(\w+)[^<>]*>", page):
            if end:
                assert opened.pop() == name
            else:
                opened.append(name)
        assert opened == []
        said = re.sub(r"<annotation.*?</annotation>|<[^<>]*>|\x0e[^\x0f]*\x0f", "", page)
        assert len(said.replace("&amp;", "&")) <= LONGEST


def test_a_note_keeps_few_sentences_for_one_target() -> None:
    """A hundred links to one note are three sentences in the facts."""
    assert len(quotes("\n\n".join(f"Number {i} of [[b]]." for i in range(100)))) == 3


def test_a_paragraph_without_links_inside_the_site_keeps_nothing() -> None:
    assert quotes("A [link](https://example.org), a [file](data.csv), a [part](#part) and a ![picture](p.svg).") == ()


# -- which pages hang on it --------------------------------------------------------------------------------------------

SITE: Mapping[str, str] = {
    "site.yml": "title: Notes\n",
    "content/a.md": "# A\n\nThe target.\n",
    "content/b.md": "# B\n\nFirst words.\n\nIt follows from [the target](a.md). More words.\n\nLast words.\n",
    "content/c.md": "# C\n\nOther words.\n",
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    made = write(tmp_path / "site", SITE)
    assert build(find(made), jobs=1).problems == ()
    return made


def again(folder: Path, old: str, new: str) -> Report:
    """The report of a build after words of `b.md` were replaced, which gave what a clean build gives."""
    text = SITE["content/b.md"]
    assert old in text
    write(folder, {"content/b.md": text.replace(old, new)})
    report = build(find(folder), jobs=1)
    assert_clean(folder, report, folder.parent / "clean")
    return report


def notes(report: Report) -> set[str]:
    return {url for url, _ in report.pages}


@pytest.mark.parametrize(("old", "new"), [("More words", "Further words"), ("Last words", "The last words")])
def test_an_edited_sentence_without_a_link_makes_its_page_alone(site: Path, old: str, new: str) -> None:
    assert notes(again(site, old, new)) == {"/b/"}


def test_a_line_added_above_a_link_makes_its_page_alone(site: Path) -> None:
    assert notes(again(site, "It follows", "A paragraph.\n\nIt follows")) == {"/b/"}


def test_an_edited_sentence_around_a_link_makes_the_page_that_shows_it(site: Path) -> None:
    report = again(site, "It follows", "It follows at once")
    assert notes(report) == {"/a/", "/b/"}
    assert not {"/graph/", "/graph/graph.json", "/"} & set(report.made)


def test_a_link_that_goes_makes_both_pages_and_the_graph(site: Path) -> None:
    report = again(site, "[the target](a.md)", "nothing")
    assert notes(report) == {"/a/", "/b/"}
    assert {name for name in report.removed if name.startswith("graph/")} == {"graph/index.html", "graph/graph.json"}


# -- a graph of very many notes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "nodes"), [(MOST_NOTES, MOST_NOTES), (MOST_NOTES + 1, 2)])
def test_above_a_bound_the_graph_shows_collections_and_the_links_between_them(count: int, nodes: int) -> None:
    """The first half of the notes is one collection, the second the other; a note of the first links to two others."""
    paths = [f"{i}.md" for i in range(count)]
    cards = {path: Card(f"/{path}/", Text(path, path), Text(path, path), path=path) for path in paths}
    followed = {paths[0]: tuple(Found(Resolution(cards[path].url, EMPTY, path)) for path in (paths[1], paths[-1]))}
    known = Connections({}, cards, followed, {}, {}, lambda *_: EMPTY, paths)
    halves = [(Crumb(Text("A", "A"), "/a/"), paths[: count // 2]), (Crumb(Text("B", "B"), "/b/"), paths[count // 2 :])]
    graph = known.graph(halves)
    assert len(graph.nodes) == nodes
    assert graph.collections == (nodes == 2)
    assert graph.edges == (((0, 1),) if graph.collections else ((0, 1), (0, count - 1)))
    if graph.collections:
        counts = [(node.title.plain, node.count) for node in graph.nodes]
        assert counts == [("A", count // 2), ("B", count - count // 2)]

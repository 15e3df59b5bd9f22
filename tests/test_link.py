"""Filling holes: total, and never an address that the author did not write."""

from __future__ import annotations

import re

import pytest

from notes_site.link import Filling, fill, slice_of
from notes_site.markdown.options import Options
from notes_site.markdown.parse import Parser
from notes_site.model import EMPTY, AssetFacts, Drawing, Pointer, Resolution, Source, TermCard, Text, Uses, WorkCard
from notes_site.references import Manner
from notes_site.words import words_for


def manner() -> Manner:
    return Manner(words_for("en"))


class Nothing:
    """A site in which every question has the answer None."""

    def resolve(self, path: str, kind: str, target: str, fragment: str) -> Resolution | None:
        return None

    def asset(self, path: str, target: str) -> AssetFacts | None:
        return None

    def drawing(self, path: str, target: str) -> Drawing | None:
        return None

    def listing(self, path: str, target: str) -> str | None:
        return None

    def url(self, path: str) -> str | None:
        return None

    def numbers(self, path: str) -> tuple[Text, ...]:
        return ()

    def pointers(self, path: str) -> tuple[Pointer, ...]:
        return ()

    def label_title(self, path: str, key: str) -> Text:
        return EMPTY

    def uses(self, path: str) -> tuple[Uses, ...]:
        return ()

    def work(self, key: str) -> WorkCard | None:
        return None

    def work_title(self, key: str) -> Text:
        return EMPTY

    def term(self, key: str) -> TermCard | None:
        return None


def filled(markdown: str) -> str:
    doc = Parser(Options()).parse(Source("note.md", "", markdown.encode()))
    return fill(doc, Filling(Nothing(), lambda url: url, lambda path: None, manner))


@pytest.mark.parametrize(
    "markdown",
    [
        "[a](java%73cript:alert%281%29)",
        "[a](javascript%3Aalert(1))",
        "[a](%6Aavascript%3aalert(1))",
        '<video poster="java&#37;73cript:x"></video>',
        "![[javascript:alert(1)]]",
        "[[javascript:alert(1)]]",
    ],
)
def test_an_address_that_leads_nowhere_is_never_a_script(markdown: str) -> None:
    assert re.search(r'(?:href|src|poster)="\s*javascript:', filled(markdown), re.IGNORECASE) is None


def test_what_cannot_be_filled_is_readable() -> None:
    made = filled(
        '[[Lost|the $x$ one]] [[Lost]] ![Seen](lost.png)\n\n![[Lost]]\n\n```{.python include="lost.py"}\n```\n'
    )
    assert made.count('<span class="broken-link">') == 3
    assert "<math>" in made.partition("</span>")[0]
    assert 'aria-label="Seen"' in made
    assert "lost.py is missing" in made


def test_a_wikilink_to_a_heading_shows_its_formulas() -> None:
    class Three(Nothing):
        def resolve(self, path: str, kind: str, target: str, fragment: str) -> Resolution | None:
            return Resolution("/three/#sub-x", Text("Three", "Three"), "three.md")

    parser = Parser(Options())
    three = parser.parse(Source("three.md", "", b"## Sub $x$\n"))
    doc = parser.parse(Source("note.md", "", b"[[three#Sub $x$]]"))
    made = fill(doc, Filling(Three(), lambda url: url, lambda path: three, manner))
    assert "Three › Sub <math>" in made


def test_a_link_that_leads_nowhere_is_no_link() -> None:
    made = filled('[a](lost.md){.c} [b](lost.md "title") [c](#lost) <a href="lost.md">d</a>')
    assert '<a class="c broken-link">a</a>' in made
    assert '<a class="broken-link" title="title">b</a>' in made
    assert '<a class="broken-link">c</a>' in made
    assert '<a href="lost.md">d</a>' in made


@pytest.mark.parametrize(
    "block",
    ["| a |\n|---|\n| b |", "> b", "- a\n- b", "> [!note]\n> b", "```\nb\n```", "$$\nb\n$$", "    b",
     "| a |\n|---|\n| b |\n\n: Caption {#tbl-x}"],
)  # fmt: skip
def test_a_block_id_below_a_block_names_it(block: str) -> None:
    made = filled(f"Before.\n\n{block}\n\n^part\n\nAfter.\n")
    part = slice_of(made, "^part")
    assert "b" in part.replace("Before", "")
    assert "After" not in part
    assert "<p></p>" not in made


@pytest.mark.parametrize(
    ("anchor", "part"),
    [
        ("one", '<h2 id="one">One</h2><p>a</p><h3 id="in">In</h3><p>b</p>'),
        ("in", '<h3 id="in">In</h3><p>b</p>'),
        ("pic", '<img id="pic" src="x">'),
        ("div", '<DIV id="div"><div>c</div></DIV>'),
        ("item", '<ul><li id="item">d<ul><li>e</li></ul></li></ul>'),
    ],
)
def test_an_anchor_names_a_section_or_one_element(anchor: str, part: str) -> None:
    body = (
        '<h2 id="one">One</h2><p>a</p><h3 id="in">In</h3><p>b</p><h2 id="two">Two</h2><p><img id="pic" src="x"> f</p>'
        '<DIV id="div"><div>c</div></DIV><ul><li id="item">d<ul><li>e</li></ul></li><li>g</li></ul>'
    )
    assert slice_of(body, anchor) == part

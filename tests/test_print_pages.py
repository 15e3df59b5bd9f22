"""A collection on one page for print: what stands on it, where its links lead, and which collections have one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from sites import attributes, built, dead_links, html_errors, page, write

from notes_site.outputs import print as printing

BOOK: Mapping[str, str] = {
    "site.yml": "title: Notes\nauthor: Ada\nbase_url: https://example.org/n/\nbibliography: content/r.bib\n",
    "content/r.bib": "@article{k, author={A. Bel}, title={On}, journal={J}, year=2001}\n",
    "content/book/index.md": (
        "---\ntitle: Book\ndescription: On $x$\nparts: [{title: First part, chapters: [1]}]\n"
        "chapters: {1: Beginnings}\n---\n\nBefore all. See [[1-2]].\n\n## How to read\n"
    ),
    "content/book/1-1.md": (
        "---\ntitle: One\nnumber: '1.1'\ndate: 2026-01-01\n---\n\nWords.[^1] By @thm-b and [@k].\n\n"
        "::: {#thm-a}\nA.\n:::\n\n"
        "## Part\n\n[out](https://example.org/a), [again](https://example.org/a), <https://example.org/b>, [[other]],"
        " [here](#part), [back](index.md)\n\n[^1]: Foot.\n"
    ),
    "content/book/1-2.md": (
        "---\ntitle: Two\nnumber: '1.2'\nupdated: 2026-03-04\n---\n\n"
        "::: {#thm-b}\nB, unlike [One](1-1.md#part).\n:::\n\n"
        "## Part\n\n### Deep\n"
    ),
    "content/book/a.md": "---\ntitle: Appendix\nnumber: A\n---\n\nBy @thm-a.\n",
    "content/other.md": "# Other\n\nElsewhere.\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = write(tmp_path_factory.mktemp("print"), BOOK)
    assert built(made).problems == ()
    return made


@pytest.fixture(scope="module")
def book(folder: Path) -> str:
    return page(folder, "/book/print/")


def main(text: str) -> str:
    return text[text.index("<main") : text.index("</main>")]


def test_the_headings_make_the_outline_of_a_book(book: str) -> None:
    """No level is left out on the way down, and each note's headings stand below its title."""
    found = re.findall(r"<h([1-6])[^>]*>(.*?)</h\1>", main(book), re.DOTALL)
    outline = [(int(level), re.sub(r"<[^>]*>", "", text).strip()) for level, text in found]
    assert outline == [
        (1, "Book"), (2, "Contents"), (2, "How to read"), (2, "First part"), (3, "1 Beginnings"), (4, "1.1 One"),
        (5, "Part"), (4, "1.2 Two"), (5, "Part"), (6, "Deep"), (2, "A Appendix"), (2, "References"),
    ]  # fmt: skip


def test_no_id_stands_twice_and_every_link_leads_to_an_element(folder: Path, book: str) -> None:
    ids = attributes(book, "id")
    assert len(ids) == len(set(ids))
    assert html_errors(book) == []
    assert [link for link in dead_links(folder / "public") if "print" in link[0]] == []


def test_references_between_notes_stay_on_the_page_and_others_lead_to_the_site(book: str) -> None:
    for inside in (
        '<a class="ref" href="#1-2--thm-b">', '<a class="ref" href="#1-1--thm-a">', 'href="#1-1--part">One</a>',
        'href="#1-1--part">here</a>', 'href="#_title">back</a>', 'href="#ref-k"', 'href="#1-1--fn1"',
    ):  # fmt: skip
        assert inside in book, inside
    assert 'href="../../other/"' in book
    assert "data-preview" not in main(book)


def test_addresses_behind_links_are_told_once_each_and_not_where_the_link_says_them(book: str) -> None:
    (told,) = re.findall(r'<ol class="link-notes" type="a">(.*?)</ol>', book, re.DOTALL)
    assert re.findall(r"<li>(.*?)</li>", told) == ["https://example.org/a", "https://example.org/n/other/"]
    assert re.findall(r'<sup class="link-mark">(\w)</sup>', book) == ["a", "a", "b"]


def test_the_title_page_says_who_and_when_and_where(book: str) -> None:
    (head,) = re.findall(r'<header class="title-page".*?</header>', book, re.DOTALL)
    assert '<p class="authors">Ada</p>' in head
    assert 'datetime="2026-03-04' in head
    assert '<p class="address">https://example.org/n/book/</p>' in head
    assert "<math" in head


def test_search_engines_are_led_to_the_collection(folder: Path, book: str) -> None:
    assert '<meta name="robots" content="noindex">' in book
    assert '<link rel="canonical" href="https://example.org/n/book/">' in book
    assert "print" not in (folder / "public/sitemap.xml").read_text("utf-8")
    assert 'href="print/"' in page(folder, "/book/")


def test_running_heads_name_the_book_and_the_chapter(folder: Path) -> None:
    text = (folder / "public/book/print/heads.css").read_text("utf-8")
    heads = re.findall(r'@page (\w+) \{ @top-left \{ content: "(.*?)" \} @top-right \{ content: "(.*?)" \} \}', text)
    assert [(left, right) for _, left, right in heads] == [
        ("Book", ""), ("Book", "1 Beginnings"), ("Book", "A Appendix"), ("Book", "References"),
    ]  # fmt: skip
    used = set(re.findall(r'<section class="(?:unit|part-opening) (\w+)"', page(folder, "/book/print/")))
    assert {name for name, *_ in heads} - {"works"} <= used


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ('A "b" \\ c', '"A \\22 b\\22  \\5c  c"'),
        ("</style>", '"\\3c /style>"'),
        ("w" * 70, f'"{"w" * 60}…"'),
        ("word " * 20, f'"{("word " * 12).strip()}…"'),
    ],
)
def test_a_running_head_is_one_short_string(words: str, expected: str) -> None:
    assert printing._quoted(words) == expected


@pytest.mark.parametrize(
    ("settings", "index", "printed"),
    [
        ("", "", True),
        ("print: false\n", "", False),
        ("print: false\n", "print: true\n", True),
        ("", "print: false\n", False),
        ("", "kind: stream\n", False),
        ("", "kind: stream\nprint: true\n", True),
        ("", "kind: papers\n", False),
    ],
)
def test_a_site_says_what_has_a_page_for_print(tmp_path: Path, settings: str, index: str, *, printed: bool) -> None:
    built(
        write(
            tmp_path,
            {
                "site.yml": settings,
                "content/s/index.md": f"---\ntitle: S\n{index}---\n",
                "content/s/1.md": "# One\n",
                "content/s/2.md": "# Two\n",
            },
        )
    )
    assert (tmp_path / "public/s/print/index.html").exists() is printed
    assert ('href="print/"' in page(tmp_path, "/s/")) is printed


@pytest.mark.parametrize(
    ("count", "index", "printed"), [(1, "", False), (100, "", True), (101, "", False), (101, "print: true\n", True)]
)
def test_a_series_that_is_too_long_for_one_page_has_none_unless_it_asks(
    tmp_path: Path, count: int, index: str, *, printed: bool
) -> None:
    notes = {f"content/s/{n}.md": f"# Note {n}\n" for n in range(count)}
    built(write(tmp_path, {"site.yml": "", "content/s/index.md": f"---\ntitle: S\n{index}---\n", **notes}))
    assert (tmp_path / "public/s/print/index.html").exists() is printed


def test_a_note_at_the_address_of_the_print_keeps_it(tmp_path: Path) -> None:
    files = {"content/s/index.md": "# S\n", "content/s/1.md": "# One\n", "content/s/print.md": "# On printing\n"}
    assert built(write(tmp_path, {"site.yml": "", **files})).problems == ()
    assert "On printing" in page(tmp_path, "/s/print/")


def test_a_collection_inside_another_is_a_part_and_notes_of_one_name_are_told_apart(tmp_path: Path) -> None:
    files = {
        "content/s/index.md": "# S\n",
        "content/s/x.md": "# X\n\n## Part\n",
        "content/s/y.md": "# Y\n\n[[u/x]], [[u]]\n",
        "content/s/u/index.md": "# Inner\n\n## Opening\n",
        "content/s/u/x.md": "# X again\n\n## Part\n",
    }
    built(write(tmp_path, {"site.yml": "", **files}))
    text = page(tmp_path, "/s/print/")
    assert '<h2 class="part-title">Inner</h2>' in text
    assert re.search(r"<h3 [^>]*>Opening", text)
    assert {"x--part", "u-x--part", "u"} <= set(attributes(text, "id"))
    assert 'href="#u-x"' in text
    assert 'href="#u"' in text
    assert dead_links(tmp_path / "public") == []

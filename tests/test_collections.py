"""What is derived from notes: collections, counts, order, chapters, newest entries, addresses."""

from __future__ import annotations

from pathlib import Path

import pytest
from changing import assert_clean
from sites import built, coded, dead_links, indexed, page, write

from notes_site.build import build
from notes_site.config import plural
from notes_site.model import Card, Group
from notes_site.project import find

CONFIG = """
title: Notes
collections:
  - slug: book
    title: The Book
    unit: chapter
    strip: ["The Book: ", "Deep "]
    include: ["book/*.md"]
    chapters: {7: Regularization}
    parts: [{title: Basics, chapters: [6]}, {title: Practice, chapters: [7, 8]}]
  - slug: math
    title: Math
    unit: item
    latest: 3
    collections:
      - {slug: algebra, title: Algebra, unit: proof, include: ["algebra/*.md"]}
      - {slug: analysis, title: Analysis, unit: {one: axis, many: axes}, include: ["analysis/*.md", "algebra/both.md"]}
  - {slug: papers, title: Papers, kind: papers, include: ["papers/*.md"]}
"""


def note(title: str, front: str = "", text: str = "Text.") -> str:
    return f'---\ntitle: "{title}"\n{front}\n---\n\n{text}\n'


NOTES: dict[str, str | bytes] = {
    "site.yml": CONFIG,
    "content/book/a.md": note("The Book: Chapter 7.10: Ten"),
    "content/book/b.md": note("The Book: Chapter 7.2: Two"),
    "content/book/c.md": note("The Book: Chapter 7 Prerequisites: Before"),
    "content/book/d.md": note("The Book: Chapter 7.1.1: One"),
    "content/book/e.md": note("The Book: Chapter 8: Whole"),
    "content/book/f.md": note("The Book: Appendix A: Sets"),
    "content/book/g.md": note("The Book: Chapter 6.1: First"),
    "content/book/h.md": note("Deep unnumbered"),
    "content/algebra/one.md": note("One", "date: 2026-01-01\ntags: [sets, Groups]"),
    "content/algebra/both.md": note("Both", "date: 2026-01-02\ntags: groups"),
    "content/analysis/two.md": note("Two", "date: 2026-01-03"),
    "content/papers/adam.md": note("Adam", "date: 2026-02-01"),
    "content/papers/lora.md": note("LoRA", "date: 2026-03-01"),
    "content/garden/index.md": note("Garden", "kind: topics\nicon: G\nunit: seed", "What grows here."),
    "content/garden/rose.md": note("Rose"),
    "content/garden/beds/index.md": note("Beds", "order: title"),
    "content/garden/beds/tulip.md": note("Tulip"),
    "content/garden/beds/iris.md": note("Iris"),
    "content/stream/index.md": note("Stream", "kind: stream"),
    "content/stream/2026-01-05-one.md": note("Early", "date: 2026-01-05", "## Part\n\nThe first [thought](#part)."),
    "content/stream/2026-01-06-two.md": note("Late", "date: 2026-01-06", "## Part\n\nThe second thought."),
    "content/loose.md": note("Loose"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = write(tmp_path_factory.mktemp("notes"), NOTES)
    assert built(made).problems == ()
    return made


def labels(cards: tuple[Card, ...]) -> list[str]:
    return [card.label.plain for card in cards]


def shape(groups: tuple[Group, ...]) -> list[tuple[str, str, str, list[str]]]:
    return [(g.part, g.number, g.title, labels(g.entries)) for g in groups]


def test_a_book_is_in_the_order_of_its_numbers_with_chapters_and_parts(folder: Path) -> None:
    assert shape(indexed(folder).groups("/book/")) == [
        ("Basics", "", "Chapter 6", ["Chapter 6.1: First"]),
        (
            "Practice",
            "7",
            "Regularization",
            ["Chapter 7 Prerequisites: Before", "Chapter 7.1.1: One", "Chapter 7.2: Two", "Chapter 7.10: Ten"],
        ),
        ("", "", "", ["Chapter 8: Whole", "Appendix A: Sets"]),
        ("", "", "Other notes", ["unnumbered"]),
    ]


def test_counts_sum_the_collections_inside_and_each_note_counts_once(folder: Path) -> None:
    cards = {section.card.slug: section.card for section in indexed(folder).sections()}
    assert {slug: f"{card.count} {card.unit}" for slug, card in cards.items()} == {
        "book": "7 chapters",
        "math": "3 items",
        "papers": "2 papers",
        "garden": "3 seeds",
        "stream": "2 thoughts",
    }
    inside = {section.card.slug: section.card for section in indexed(folder).subsections("/math/")}
    assert {slug: f"{card.count} {card.unit}" for slug, card in inside.items()} == {
        "algebra": "2 proofs",
        "analysis": "2 axes",
    }
    for words in ("7 chapters", "3 items", "2 papers", "3 seeds", "2 thoughts"):
        assert words in page(folder, "/")


@pytest.mark.parametrize(
    ("one", "many"),
    [("chapter", "chapters"), ("entry", "entries"), ("day", "days"), ("class", "classes"), ("thesis", "theses")],
)
def test_units_have_english_plurals(one: str, many: str) -> None:
    assert plural(one) == many


def test_the_newest_entries_are_by_date_then_by_number_highest_first(folder: Path) -> None:
    sections = {section.card.slug: section for section in indexed(folder).sections()}
    assert labels(sections["book"].latest) == [
        "Appendix A: Sets",
        "Chapter 8: Whole",
        "Chapter 7.10: Ten",
        "Chapter 7.2: Two",
    ]
    assert labels(sections["math"].latest) == ["Two", "Both", "One"]
    assert labels(sections["papers"].latest) == ["LoRA", "Adam"]


def test_a_folder_with_an_index_is_a_collection_with_its_text_and_folders_nest(folder: Path) -> None:
    site = indexed(folder)
    assert shape(site.groups("/garden/")) == [("", "", "", ["Rose"])]
    assert [section.card.title.plain for section in site.subsections("/garden/")] == ["Beds"]
    assert shape(site.groups("/garden/beds/")) == [("", "", "", ["Iris", "Tulip"])]
    assert "What grows here." in page(folder, "/garden/")
    assert [crumb.url for crumb in site.crumbs("garden/beds/iris.md")] == ["/garden/", "/garden/beds/"]


def test_a_stream_shows_its_thoughts_whole_newest_first_and_its_ids_do_not_clash(folder: Path) -> None:
    text = page(folder, "/stream/")
    assert text.index("The second thought.") < text.index("The first")
    assert text.count('id="part"') == 0
    assert "The second thought." in page(folder, "/")


def test_a_note_in_no_collection_has_a_page_and_is_listed(folder: Path) -> None:
    assert "<h1>Loose</h1>" in page(folder, "/loose/")
    for url in ("/", "/latest/", "/sitemap.xml"):
        assert "loose/" in page(folder, url)


def test_a_note_knows_its_neighbours_across_chapters_and_not_across_collections(folder: Path) -> None:
    site = indexed(folder)
    between = site.neighbours("book/g.md")
    assert between.previous is None
    assert between.following is not None
    assert between.following.url == "/book/c/"
    last = site.neighbours("book/h.md")
    assert (last.previous and last.previous.url, last.following) == ("/book/f/", None)
    assert 'rel="next" href="../c/"' in page(folder, "/book/g/")


def test_topics_with_one_slug_are_one_topic(folder: Path) -> None:
    assert [(card.title.plain, card.count) for card in indexed(folder).tags()] == [("groups", 2), ("sets", 1)]
    assert [entry.card.title.plain for entry in indexed(folder).tagged("groups")] == ["Both", "One"]


def test_a_declared_collection_takes_notes_from_their_folder_and_series_says_where_a_note_belongs(
    tmp_path: Path,
) -> None:
    write(
        tmp_path,
        {
            "site.yml": "collections: [{slug: declared, title: Declared, include: ['folder/taken.md']}]\n",
            "content/folder/index.md": note("Folder"),
            "content/folder/taken.md": note("Taken"),
            "content/folder/left.md": note("Left"),
            "content/elsewhere.md": note("Elsewhere", "series: folder"),
            "content/far.md": note("Far", "series: declared"),
        },
    )
    site = indexed(tmp_path)
    assert {s.card.slug: shape(site.groups(s.card.url))[0][3] for s in site.sections()} == {
        "declared": ["Far", "Taken"],
        "folder": ["Elsewhere", "Left"],
    }
    assert (site.index.troubles, site.index.tree.empty) == ((), ())
    assert built(tmp_path).problems == ()


def test_drafts_are_hidden_until_they_are_asked_for(tmp_path: Path) -> None:
    drafts = {"draft": "draft: true", "publish": "publish: false", "published": "published: false"}
    write(tmp_path, {f"content/{name}.md": note(name, front) for name, front in drafts.items()})
    write(tmp_path, {"content/shown.md": note("Shown")})
    built(tmp_path)
    assert not any((tmp_path / "public" / name).exists() for name in drafts)
    assert "publish" not in page(tmp_path, "/latest/").replace("published", "")
    built(tmp_path, drafts=True)
    assert all((tmp_path / "public" / name / "index.html").exists() for name in drafts)


def test_slugs_permalinks_and_aliases_are_addresses(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "content/Some Folder/Über uns.md": note("About", "aliases: [/old/about.html, ../x, 'An Obsidian name']"),
            "content/slug.md": note("Slug", "slug: Other Name"),
            "content/link.md": note("Link", "permalink: /a/b/c.html", "[[An Obsidian name]] [it](/old/about.html)"),
        },
    )
    report = built(tmp_path)
    assert report.problems == ()
    for url in ("/some-folder/über-uns/", "/other-name/", "/a/b/c.html"):
        assert "<h1>" in page(tmp_path, url)
    moved = page(tmp_path, "/old/about.html")
    assert "0; url=../some-folder/%C3%BCber-uns/" in moved
    assert "noindex" in moved
    assert (tmp_path / "public" / "x" / "index.html").is_file()
    assert dead_links(tmp_path / "public") == []


def test_files_for_hosts_pass_through(tmp_path: Path) -> None:
    own = {"static/CNAME": "example.org\n", "static/robots.txt": "mine", "content/data/a.csv": "1,2\n"}
    write(tmp_path, {"content/a.md": note("A"), **own})
    assert built(tmp_path).problems == ()
    assert (tmp_path / "public" / "robots.txt").read_text() == "mine"
    assert (tmp_path / "public" / "CNAME").read_text() == "example.org\n"
    assert (tmp_path / "public" / ".nojekyll").is_file()
    assert (tmp_path / "public" / "data" / "a.csv").is_file()


def test_a_macro_of_a_collection_holds_in_its_title_and_in_its_notes_and_nowhere_else(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "site.yml": "collections: [{title: 'On $\\qq$', slug: q, include: [q/*], macros: {qq: '\\mathbb{Q}'}}]\n",
            "content/q/one.md": note("One", "", "$\\qq$"),
            "content/r/index.md": "---\ntitle: On $\\rr$\nmacros: {rr: '\\mathbb{R}'}\n---\n\n$\\rr$\n",
            "content/r/two.md": note("Two", "", "$\\rr$"),
            "content/other.md": note("Other", "", "$\\rr$"),
        },
    )
    report = built(tmp_path)
    assert [(p.code, p.span.path) for p in report.problems] == [("N021", "other.md")]
    assert coded(report, "N021")[0].span.line == 6
    assert "ℝ" in page(tmp_path, "/")


PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'
BUNDLE = {
    "content/posts/index.md": "---\ntitle: Posts\n---\n",
    "content/posts/coast/index.md": "---\ntitle: A coast\ndate: 2024-05-01\n---\n\n![c](c.svg)\n",
    "content/posts/coast/c.svg": PICTURE,
}


def test_an_index_that_is_alone_in_its_folder_is_a_note(tmp_path: Path) -> None:
    built(write(tmp_path, BUNDLE))
    assert "1 note" in page(tmp_path, "/posts/")
    assert "A coast" in page(tmp_path, "/posts/")
    assert '<img src="c.svg"' in page(tmp_path, "/posts/coast/")
    assert not (tmp_path / "public/posts/coast/feed.xml").exists()


@pytest.mark.parametrize(
    "more",
    [
        {"content/posts/coast/low-tide.md": "# Low tide\n"},
        {"content/posts/coast/north/index.md": "# North\n"},
        {"content/elsewhere.md": "---\ntitle: Elsewhere\nseries: coast\n---\n"},
        {"content/posts/coast/index.md": "---\ntitle: A coast\nkind: papers\n---\n"},
        {"site.yml": "collections: [{slug: posts, collections: [{slug: coast, include: 'x/*'}]}]\n"},
    ],
)
def test_an_index_that_has_notes_or_says_so_is_a_collection(tmp_path: Path, more: dict[str, str]) -> None:
    built(write(tmp_path, {**BUNDLE, **more}))
    assert (tmp_path / "public/posts/coast/feed.xml").exists()


def test_a_note_becomes_a_collection_with_the_first_note_beside_it_and_a_note_again_without(tmp_path: Path) -> None:
    folder = write(tmp_path / "site", BUNDLE)
    built(folder)
    for name in ("write", "unlink"):
        file = folder / "content/posts/coast/low-tide.md"
        file.write_text("# Low tide\n", "utf-8") if name == "write" else file.unlink()
        assert_clean(folder, build(find(folder), jobs=1), tmp_path / "clean")

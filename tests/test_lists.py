"""Lists of what has numbers, and the contents at the head of a chapter: what is in them, what makes them again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sites import built, coded, dead_links, indexed, page, write

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>'
ALGEBRA = """\
---
title: Groups
number: 1.1
summary: About groups.
---

Text.

::: {#thm-lagrange}
## Lagrange on $G$

The order divides.
:::

::: {#def-group}
A group.
:::

$$ x $$ {#eq-x}

$$ y $$

![A tree, see @thm-lagrange](a.svg){#fig-tree}
"""
RINGS = """\
---
title: Rings
number: 1.2
summary: About rings.
---

Text.

::: {.theorem}
By @thm-lagrange.
:::
"""
FIELDS = "---\ntitle: Fields\nnumber: 2.1\nsummary: About fields.\n---\n\nText.\n"
SITE: dict[str, str | bytes] = {
    "site.yml": "title: Notes\n",
    "content/math/index.md": "---\ntitle: Mathematics\n---\n",
    "content/math/algebra/index.md": "---\ntitle: Algebra\n---\n",
    "content/math/algebra/1.md": ALGEBRA,
    "content/math/algebra/2.md": RINGS,
    "content/math/algebra/3.md": FIELDS,
    "content/math/algebra/a.svg": SVG,
    "content/other/index.md": "---\ntitle: Other\n---\n",
    "content/other/1.md": "---\ntitle: Alone\n---\n\nText.\n\n::: {.lemma}\n## Zorn\n\nIt holds.\n:::\n",
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    write(tmp_path, SITE)
    built(tmp_path, words=False)
    return tmp_path


def main(folder: Path, url: str) -> str:
    """What the page is for."""
    found = re.search(r"<main.*?</main>", page(folder, url), re.DOTALL)
    assert found is not None
    return found[0]


def lists(folder: Path) -> set[str]:
    """The addresses of the pages that gather."""
    return {
        "/" + place.parent.relative_to(folder / "public").as_posix() + "/"
        for place in (folder / "public").rglob("index.html")
        if place.parent.parent.name == "lists" or place.parent.name == "results"
    }


def edited(folder: Path, name: str, old: str, new: str) -> set[str]:
    """The URLs of what a build makes after a change of one file."""
    text = (folder / name).read_text("utf-8")
    assert text.count(old) == 1
    write(folder, {name: text.replace(old, new)})
    return set(built(folder, words=False).made)


# -- what there is -----------------------------------------------------------------------------------------------------


def test_there_is_a_page_for_each_kind_that_occurs_of_the_site_and_of_each_collection(site: Path) -> None:
    inner = {"theorem", "definition", "equation", "figure"}
    assert lists(site) == {
        *(f"/lists/{kind}/" for kind in (*inner, "lemma")),
        *(f"/math/lists/{kind}/" for kind in inner),
        *(f"/math/algebra/lists/{kind}/" for kind in inner),
        "/other/lists/lemma/",
        "/math/results/",
        "/math/algebra/results/",
    }
    assert dead_links(site / "public") == []


def test_an_entry_has_its_number_its_title_and_a_link_under_the_title_of_its_note(site: Path) -> None:
    found = main(site, "/math/lists/theorem/")
    assert "<h1>Theorems</h1>" in found
    assert '<h2><span class="number">1.1</span> <a href="../../algebra/1/">Groups</a></h2>' in found
    link = '<a class="ref" href="../../algebra/1/#thm-lagrange"'
    preview = 'data-preview="../../algebra/1/_labels.html#thm-lagrange"'
    assert f'{link} {preview}><span class="number">1.1</span> Lagrange on <math>' in found
    assert '<a class="ref" href="../../algebra/2/#theorem"><span class="number">1.2</span></a>' in found
    assert found.index("Groups") < found.index("Rings")


def test_the_preview_of_an_entry_is_in_the_file_that_it_names(site: Path) -> None:
    """Only what other notes refer to has one: the file holds nothing else."""
    assert 'id="thm-lagrange"' in (site / "public/math/algebra/1/_labels.html").read_text("utf-8")
    assert "data-preview" not in main(site, "/math/lists/definition/")


def test_the_way_to_a_list_ends_with_its_collection(site: Path) -> None:
    found = main(site, "/math/algebra/lists/theorem/")
    assert re.findall(r'<li><a href="([./]*)">(.*?)</a></li>', found) == [
        ("../../../", "Mathematics"),
        ("../../", "Algebra"),
    ]
    assert "<title>Theorems · Algebra · Notes</title>" in page(site, "/math/algebra/lists/theorem/")
    assert 'class="crumbs"' not in main(site, "/lists/theorem/")


def test_only_formulas_with_a_label_are_listed(site: Path) -> None:
    assert main(site, "/lists/equation/").count('class="ref"') == 1
    assert '<span class="number">(1.1)</span>' in main(site, "/lists/equation/")


def test_a_caption_that_refers_to_something_is_shown_in_words(site: Path) -> None:
    assert "A tree, see Theorem" in main(site, "/lists/figure/").replace("\u00a0", " ")


def test_a_link_in_a_caption_is_no_link_inside_the_link(tmp_path: Path) -> None:
    write(
        tmp_path, {"content/a.md": "# A\n\n![A [far](https://example.org) one](a.svg){#fig-a}\n", "content/a.svg": SVG}
    )
    built(tmp_path, words=False)
    assert main(tmp_path, "/lists/figure/").count("<a ") == 2


def test_parts_of_a_figure_are_not_listed(tmp_path: Path) -> None:
    text = "# A\n\n::: {#fig-ab layout-ncol=2}\n\n![One](a.svg){#fig-a}\n\n![Two](a.svg){#fig-b}\n\nBoth\n:::\n"
    write(tmp_path, {"content/a.md": text, "content/a.svg": SVG})
    built(tmp_path, words=False)
    assert re.findall(r'href="\S*#(\S*)"', main(tmp_path, "/lists/figure/")) == ["fig-ab"]


def test_an_entry_without_number_and_title_is_called_by_its_kind(tmp_path: Path) -> None:
    write(tmp_path, {"content/a.md": "# A\n\n::: {#thm-a .unnumbered}\nText.\n:::\n"})
    built(tmp_path, words=False)
    assert ">Theorem</a>" in main(tmp_path, "/lists/theorem/")


def test_the_collection_and_the_home_page_link_to_their_lists_with_counts(site: Path) -> None:
    row = '<li><a href="lists/theorem/">Theorems</a> <span class="count">2</span></li>'
    for url in ("/", "/math/", "/math/algebra/"):
        assert row in main(site, url)
    assert '<li><a href="results/">Results and what they use</a></li>' in main(site, "/math/")
    assert "results/" not in main(site, "/")


def test_where_nothing_has_a_number_nothing_is_said(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"content/s/index.md": "# S\n", "content/s/a.md": "# A\n\n## Part {#sec-a}\n\n::: {.proof}\nP.\n:::\n"},
    )
    built(tmp_path, words=False)
    assert lists(tmp_path) == set()
    assert "lists" not in main(tmp_path, "/")
    assert "lists" not in main(tmp_path, "/s/")


def test_a_kind_of_the_sites_own_has_its_list(tmp_path: Path) -> None:
    config = "kinds:\n  key idea: {name: Idea, plural: Key ideas, prefix: idea}\n"
    write(tmp_path, {"site.yml": config, "content/a.md": "# A\n\n::: {#idea-one}\n## First\n\nText.\n:::\n"})
    built(tmp_path, words=False)
    assert "<h1>Key ideas</h1>" in main(tmp_path, "/lists/key-idea/")
    assert '<a href="lists/key-idea/">Key ideas</a>' in main(tmp_path, "/")


def test_the_title_is_in_the_language_of_the_page(site: Path) -> None:
    write(site, {"content/math/index.md": "---\ntitle: Mathematik\nlang: de\n---\n"})
    built(site, words=False)
    assert "<h1>Sätze</h1>" in main(site, "/math/lists/theorem/")
    assert '<html lang="de">' in page(site, "/math/lists/theorem/")
    assert ">Sätze</a>" in main(site, "/math/")
    assert "<h1>Theorems</h1>" in main(site, "/lists/theorem/")


def test_a_note_that_has_the_address_of_a_list_keeps_it(site: Path) -> None:
    """A note `results.md` is nobody's mistake."""
    write(site, {"content/math/results.md": "# Our results\n", "content/lists/theorem.md": "# Mine\n"})
    report = built(site, words=False)
    assert coded(report, "N050") == []
    assert "Our results" in main(site, "/math/results/")
    assert "Mine" in main(site, "/lists/theorem/")
    assert "what they use" not in main(site, "/math/")
    assert ">Theorems</a>" not in main(site, "/")


def test_a_note_may_link_to_a_list(site: Path) -> None:
    write(site, {"content/b.md": "# B\n\n[all](/lists/theorem/), [graph](/math/results/)\n"})
    assert coded(built(site, words=False), "N040") == []


def test_an_index_note_has_its_place_before_the_notes_of_its_collection(tmp_path: Path) -> None:
    text = "::: {.lemma}\n## %s\n\nText.\n:::\n"
    write(tmp_path, {"content/s/index.md": f"# S\n\n{text % 'First'}", "content/s/a.md": f"# A\n\n{text % 'Second'}"})
    built(tmp_path, words=False)
    found = main(tmp_path, "/s/lists/lemma/")
    assert found.index("First") < found.index("Second")


def test_a_note_of_two_collections_stands_once_in_the_list_of_what_holds_both(tmp_path: Path) -> None:
    config = (
        "collections:\n- title: O\n  collections:\n  - {title: I, include: [a.md]}\n  - {title: J, include: [a.md]}\n"
    )
    write(tmp_path, {"site.yml": config, "content/a.md": "# A\n\n::: {.lemma}\nText.\n:::\n"})
    built(tmp_path, words=False)
    for url in ("/lists/lemma/", "/o/lists/lemma/", "/o/i/lists/lemma/", "/o/j/lists/lemma/"):
        assert main(tmp_path, url).count('class="ref"') == 1


# -- what makes them again ---------------------------------------------------------------------------------------------

OF_ALGEBRA = ("/", "/math/", "/math/algebra/")


def of_kind(kind: str) -> set[str]:
    return {f"{scope}lists/{kind}/" for scope in OF_ALGEBRA}


def test_an_edited_body_makes_no_list(site: Path) -> None:
    assert edited(site, "content/math/algebra/3.md", "Text.", "Other.") & lists(site) == set()
    assert edited(site, "content/math/algebra/1.md", "A group.", "A set with a map.") & lists(site) == set()


def test_a_new_theorem_makes_its_lists_and_the_pages_with_their_counts(site: Path) -> None:
    added = "Text.\n\n::: {.theorem}\nNew.\n:::\n"
    made = edited(site, "content/math/algebra/3.md", "Text.\n", added)
    assert made == {
        "/math/algebra/3/",
        "/math/algebra/print/",
        "/math/algebra/feed.xml",
        "/math/feed.xml",
        "/feed.xml",
        *OF_ALGEBRA,
        *of_kind("theorem"),
    }


def test_a_renamed_theorem_makes_its_lists_and_the_drawings_that_show_it(site: Path) -> None:
    made = edited(site, "content/math/algebra/1.md", "## Lagrange on $G$", "## Lagrange")
    assert made & lists(site) == {*of_kind("theorem"), "/math/results/", "/math/algebra/results/"}
    assert not made & {*OF_ALGEBRA, "/other/"}


def test_a_renamed_note_makes_the_lists_that_name_it_and_no_other(site: Path) -> None:
    assert edited(site, "content/other/1.md", "title: Alone", "title: Lonely") & lists(site) == {
        "/lists/lemma/", "/other/lists/lemma/",
    }  # fmt: skip


def test_a_note_added_without_anything_numbered_makes_no_list(site: Path) -> None:
    write(site, {"content/math/algebra/4.md": "---\ntitle: Modules\nnumber: 2.2\n---\n\nText.\n"})
    assert set(built(site, words=False).made) & lists(site) == set()


def test_the_last_of_a_kind_takes_its_lists_along(site: Path) -> None:
    write(site, {"content/other/1.md": "---\ntitle: Alone\n---\n\nText.\n"})
    report = built(site, words=False)
    assert {"lists/lemma/index.html", "other/lists/lemma/index.html"} <= set(report.removed)
    assert dead_links(site / "public") == []


def test_the_answers_hold_each_thing_once(site: Path) -> None:
    """What a list of the site and one of a collection know of a note is one value."""
    made = indexed(site)
    whole, part = made.list_of("/", "theorem"), made.list_of("/math/", "theorem")
    assert whole is not None
    assert part is not None
    assert whole.groups[0] is part.groups[0]
    assert made.list_of("/", "proof") is None
    assert made.list_of("/nowhere/", "theorem") is None


# -- the contents at the head of a chapter -----------------------------------------------------------------------------


def test_the_first_note_of_a_chapter_shows_the_notes_of_the_chapter(site: Path) -> None:
    found = main(site, "/math/algebra/1/")
    chapter = re.search(r'<details class="chapter-notes" open>.*?</details>', found, re.DOTALL)
    assert chapter is not None
    assert "<summary>In this chapter</summary>" in chapter[0]
    assert '<span class="number">1.1</span> <span aria-current="page">Groups</span>' in chapter[0]
    assert '<span class="number">1.2</span> <a href="../2/">Rings</a>' in chapter[0]
    assert "Fields" not in chapter[0]


def test_other_notes_and_a_chapter_of_one_note_show_no_contents(site: Path) -> None:
    assert "chapter-notes" not in page(site, "/math/algebra/2/")
    assert "chapter-notes" not in page(site, "/math/algebra/3/")


def test_a_series_without_chapters_has_no_contents_of_one(tmp_path: Path) -> None:
    write(tmp_path, {"content/s/index.md": "# S\n", "content/s/1.md": "# A\n", "content/s/2.md": "# B\n"})
    built(tmp_path, words=False)
    assert "chapter-notes" not in page(tmp_path, "/s/1/")


def test_the_contents_of_a_chapter_make_no_page_depend_on_more(site: Path) -> None:
    """The sidebar has these titles anyway; a summary, which no contents show, makes no other page of the series."""
    third = "---\ntitle: Modules\nnumber: 1.3\nsummary: About modules.\n---\n\nText.\n"
    write(site, {"content/math/algebra/4.md": third})
    built(site, words=False)
    assert "Modules" in main(site, "/math/algebra/1/")
    made = edited(site, "content/math/algebra/4.md", "summary: About modules.", "summary: On modules.")
    assert "/math/algebra/1/" not in made

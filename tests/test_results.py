"""Which result uses which: what counts as a use, how it is drawn and told, and what `check` says of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from sites import built, coded, dead_links, html_errors, indexed, page, write

from notes_site.graph import MOST_NODES
from notes_site.model import Diagnostic

HEAD = "---\ntitle: {}\nnumber: {}\nsummary: S.\n---\n\nText.\n\n"


def note(number: int, text: str) -> str:
    return HEAD.format(f"Note {number}", number) + text


def theorem(key: str, text: str = "It holds.", proof: str = "") -> str:
    made = f"::: {{#{key}}}\n{text}\n:::\n\n"
    return made + (f"::: {{.proof}}\n{proof}\n:::\n\n" if proof else "")


def site_of(folder: Path, *notes: str, **more: str) -> Path:
    """A series of notes."""
    files = {f"content/s/{i}.md": note(i, text) for i, text in enumerate(notes, 1)}
    config = more.pop("config", "title: N\n")
    return write(folder, {"site.yml": config, "content/s/index.md": "# S\n", **files, **more})


def edges(folder: Path, url: str = "/s/") -> set[tuple[str, str]]:
    """Which result uses which, by their labels."""
    found = indexed(folder).results(url)
    return {(found.nodes[a].key, found.nodes[b].key) for a, b in found.edges} if found else set()


def checked(folder: Path, code: str) -> list[Diagnostic]:
    return coded(built(folder, write=False), code)


# -- what is a use -----------------------------------------------------------------------------------------------------


def test_a_result_uses_what_its_statement_refers_to(tmp_path: Path) -> None:
    site_of(tmp_path, theorem("lem-a") + theorem("thm-b", "By @lem-a."))
    assert edges(tmp_path) == {("thm-b", "lem-a")}


def test_a_result_uses_what_its_proof_refers_to(tmp_path: Path) -> None:
    site_of(tmp_path, theorem("lem-a") + theorem("thm-b", proof="By @lem-a."))
    assert edges(tmp_path) == {("thm-b", "lem-a")}


def test_a_proof_that_stands_elsewhere_says_what_it_proves(tmp_path: Path) -> None:
    proof = '::: {.proof of="thm-b"}\nBy @lem-a.\n:::\n'
    site_of(tmp_path, theorem("thm-b"), theorem("lem-a") + proof)
    assert edges(tmp_path) == {("thm-b", "lem-a")}


def test_an_exercise_uses_what_its_solution_refers_to(tmp_path: Path) -> None:
    text = theorem("lem-a") + "::: {#exr-b}\nShow it.\n:::\n\n::: {.solution}\nBy @lem-a.\n:::\n"
    site_of(tmp_path, text)
    assert edges(tmp_path) == {("exr-b", "lem-a")}


@pytest.mark.parametrize("reference", ["@lem-a", "[-@lem-a]", "$x$ by \\ref{lem-a}", "\\cref{lem:a}"])
def test_every_way_to_refer_to_a_result_is_a_use(reference: str, tmp_path: Path) -> None:
    site_of(tmp_path, theorem("lem-a") + theorem("thm-b", f"By {reference}."))
    assert edges(tmp_path) == {("thm-b", "lem-a")}


def test_what_stands_in_plain_text_uses_nothing(tmp_path: Path) -> None:
    site_of(tmp_path, theorem("lem-a") + "By @lem-a.\n")
    assert edges(tmp_path) == set()


def test_a_figure_is_no_result_and_nothing_uses_itself(tmp_path: Path) -> None:
    figure = "![Cap](a.svg){#fig-a}\n\n"
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>'
    text = figure + theorem("thm-b", "See @fig-a.", "We show @thm-b.")
    site_of(tmp_path, text, **{"content/s/a.svg": svg})
    assert edges(tmp_path) == set()


def test_a_proof_of_nothing_uses_nothing(tmp_path: Path) -> None:
    site_of(tmp_path, theorem("lem-a") + 'Words.\n\n::: {.proof of="thm-none"}\nBy @lem-a.\n:::\n')
    assert edges(tmp_path) == set()


def test_uses_across_notes_stand_with_the_collection_that_holds_both(tmp_path: Path) -> None:
    inner = {"content/s/t/index.md": "# T\n", "content/s/t/3.md": note(3, theorem("thm-c", "By @lem-a."))}
    site_of(tmp_path, theorem("lem-a"), **inner)
    assert edges(tmp_path) == {("thm-c", "lem-a")}
    assert edges(tmp_path, "/s/t/") == set()
    built(tmp_path)
    assert (tmp_path / "public/s/results/index.html").exists()
    assert not (tmp_path / "public/s/t/results").exists()


def test_the_answer_is_in_reading_order_and_small(tmp_path: Path) -> None:
    """Results that neither use nor are used are left out; a pair stands once, however often it is mentioned."""
    site_of(tmp_path, theorem("lem-a") + theorem("lem-x"), theorem("thm-b", "By @lem-a and @lem-a."))
    found = indexed(tmp_path).results("/s/")
    assert found is not None
    assert [node.key for node in found.nodes] == ["lem-a", "thm-b"]
    assert found.edges == ((1, 0),)


# -- the page ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def site(tmp_path: Path) -> Path:
    first = "::: {#lem-a}\n## Small $x$ & <b>\n\nIt holds.\n:::\n\n"
    site_of(tmp_path, first, theorem("thm-b", "By @lem-a.") + theorem("cor-c", proof="By @thm-b and @lem-a."))
    built(tmp_path)
    return tmp_path


def test_the_page_draws_the_results_as_links_to_them(site: Path) -> None:
    found = page(site, "/s/results/")
    svg = re.search(r"<svg.*?</svg>", found[found.index("<main") :], re.DOTALL)
    assert svg is not None
    assert re.findall(r'href="([^"]*)"', svg[0]) == ["../1/#lem-a", "../2/#thm-b", "../2/#cor-c"]
    assert "<title>Lemma 1.1. Small x &amp;" in svg[0]
    assert "script" not in svg[0]
    assert dead_links(site / "public") == []
    assert html_errors(found) == []


def test_the_page_tells_the_same_in_words(site: Path) -> None:
    text = page(site, "/s/results/")
    items = re.findall(r"<li>\n(<p class=\"entry-title\">.*?)</li>", text, re.DOTALL)
    rows = [" ".join(re.sub(r"<[^>]*>", " ", item).replace("\u00a0", " ").split()) for item in items]
    assert len(rows) == 3
    assert rows[0].endswith("used by Theorem 2.1 , Corollary 2.1")
    assert rows[1] == "Theorem 2.1 uses Lemma 1.1 used by Corollary 2.1"
    assert rows[2] == "Corollary 2.1 uses Lemma 1.1 , Theorem 2.1"


def test_the_page_speaks_the_language_of_its_collection(site: Path) -> None:
    write(site, {"content/s/index.md": "---\ntitle: S\nlang: de\n---\n"})
    built(site)
    text = page(site, "/s/results/").replace("\u00a0", " ")
    assert "<title>Satz 2.1</title>" in text
    assert "Ergebnisse und was sie verwenden" in text


def test_an_edited_proof_makes_the_drawing_only_where_it_uses_something_else(site: Path) -> None:
    path = "content/s/2.md"
    text = (site / path).read_text("utf-8")
    write(site, {path: text.replace("By @thm-b and @lem-a.", "Clear by @lem-a, and by @thm-b.")})
    assert "/s/results/" not in built(site).made
    write(site, {path: text.replace("By @thm-b and @lem-a.", "By @thm-b.")})
    assert "/s/results/" in built(site).made


@pytest.mark.slow
def test_of_too_many_results_there_is_the_list_alone(tmp_path: Path) -> None:
    text = "".join(theorem(f"lem-{i}", f"By @lem-{i - 1}.") for i in range(1, MOST_NODES + 1))
    site_of(tmp_path, theorem("lem-0") + text)
    built(tmp_path)
    found = page(tmp_path, "/s/results/")
    found = found[found.index("<main") :]
    assert "<svg" not in found
    assert "graph" not in found
    assert found.count('<p class="entry-title">') == MOST_NODES + 1


# -- what check says ---------------------------------------------------------------------------------------------------


def test_a_circle_is_reported_at_the_mention_that_closes_it(tmp_path: Path) -> None:
    site_of(tmp_path, theorem("thm-a", proof="By @lem-b.") + theorem("lem-b", proof="By\n@thm-a."))
    (problem,) = checked(tmp_path, "N103")
    assert problem.message == "a circle: Theorem 1.1 -> Lemma 1.1 -> Theorem 1.1"
    assert (problem.span.path, problem.span.line, problem.span.column) == ("s/1.md", 23, 1)
    assert problem.excerpt == "@thm-a."


def test_a_circle_through_several_notes_and_collections_is_one(tmp_path: Path) -> None:
    far = {"content/t/index.md": "# T\n", "content/t/7.md": note(7, theorem("cor-c", "By @thm-a."))}
    site_of(tmp_path, theorem("thm-a", "By @lem-b."), theorem("lem-b", "By @cor-c."), **far)
    (problem,) = checked(tmp_path, "N103")
    assert problem.message == "a circle: Theorem 1.1 -> Lemma 2.1 -> Corollary 7.1 -> Theorem 1.1"
    assert problem.span.path == "t/7.md"


def test_of_a_knot_the_shortest_circle_is_told(tmp_path: Path) -> None:
    text = theorem("thm-a", "By @lem-b and @lem-c.") + theorem("lem-b", "By @lem-c.") + theorem("lem-c", "By @thm-a.")
    site_of(tmp_path, text)
    assert [p.message for p in checked(tmp_path, "N103")] == ["a circle: Theorem 1.1 -> Lemma 1.2 -> Theorem 1.1"]


def test_a_use_before_the_statement_is_reported_at_the_mention(tmp_path: Path) -> None:
    site_of(tmp_path, theorem("thm-a", "By @lem-b."), theorem("lem-b"))
    (problem,) = checked(tmp_path, "N105")
    assert problem.message == "Theorem 1.1 uses Lemma 2.1, which is stated later"
    assert (problem.span.path, problem.span.line, problem.span.column) == ("s/1.md", 10, 4)


def test_one_use_of_a_pair_is_reported(tmp_path: Path) -> None:
    site_of(tmp_path, theorem("thm-a", "By @lem-b and @lem-b.", "By @lem-b."), theorem("lem-b"))
    assert len(checked(tmp_path, "N105")) == 1


def test_a_proof_that_is_put_off_until_after_what_it_uses_is_in_order(tmp_path: Path) -> None:
    text = theorem("thm-a") + theorem("lem-b") + '::: {.proof of="thm-a"}\nBy @lem-b.\n:::\n'
    site_of(tmp_path, text)
    assert checked(tmp_path, "N105") == []


def test_a_lemma_inside_a_proof_may_be_used_there(tmp_path: Path) -> None:
    text = theorem("thm-a") + ":::: {.proof}\n\n::: {#lem-b}\nIt holds.\n:::\n\nBy @lem-b.\n\n::::\n"
    site_of(tmp_path, text)
    assert edges(tmp_path) == {("thm-a", "lem-b")}
    assert checked(tmp_path, "N105") == []


def test_remarks_examples_and_exercises_may_look_ahead_and_back(tmp_path: Path) -> None:
    """Nothing rests on them: "see Remark 2" in a theorem, and the theorem in the remark, are no circle."""
    text = theorem("thm-a", "See @rem-b and @exm-c.") + theorem("rem-b", "See @thm-a and @thm-d.")
    site_of(tmp_path, text + theorem("exm-c", "By @thm-d.") + theorem("thm-d"))
    assert len(edges(tmp_path)) == 5
    assert checked(tmp_path, "N103") == checked(tmp_path, "N105") == []


def test_what_stands_in_another_collection_is_before_nothing(tmp_path: Path) -> None:
    far = {"content/t/index.md": "# T\n", "content/t/7.md": note(7, theorem("lem-b"))}
    site_of(tmp_path, theorem("thm-a", "By @lem-b."), **far)
    assert checked(tmp_path, "N105") == []


def test_notes_that_are_no_series_are_read_in_any_order(tmp_path: Path) -> None:
    site_of(tmp_path, theorem("thm-a", "By @lem-b."), theorem("lem-b", "By @def-c."), theorem("def-c"))
    write(tmp_path, {"content/s/index.md": "---\ntitle: S\nkind: topics\n---\n"})
    assert checked(tmp_path, "N105") == []


def test_a_build_says_nothing_of_circles_and_of_the_order(tmp_path: Path) -> None:
    site_of(tmp_path, theorem("thm-a", "By @lem-b.") + theorem("lem-b", "By @thm-a."), theorem("cor-c"))
    report = built(tmp_path)
    assert coded(report, "N103") == coded(report, "N105") == []


def test_the_place_in_a_notebook_is_that_of_its_cells(tmp_path: Path) -> None:
    cells = ["# Note", theorem("lem-a"), theorem("thm-b", "By @lem-a and @cor-c."), theorem("cor-c")]
    made = [{"cell_type": "markdown", "metadata": {}, "source": cell} for cell in cells]
    notebook = json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    site_of(tmp_path, **{"content/s/1.ipynb": notebook})
    (problem,) = checked(tmp_path, "N105")
    assert problem.message.endswith("which is stated later")
    assert "Corollary" in problem.message

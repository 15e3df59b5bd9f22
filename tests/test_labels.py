r"""Labels of drafts, labels that differ in case only, `\label` in running text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sites import built, coded, write

from notes_site.diagnostics import did_you_mean, nearest
from notes_site.markdown.options import Options
from notes_site.markdown.parse import Parser
from notes_site.model import Source

DRAFT = "---\ndraft: true\n---\n\n# D\n\n::: {#%s}\nIt holds.\n:::\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A note that refers to what a draft states."""
    files = {"site.yml": "title: N\n", "content/a.md": "# A\n\nBy @thm-new.\n", "content/d.md": DRAFT % "thm-new"}
    return write(tmp_path, files)


def test_a_label_that_a_draft_gets_or_loses_changes_what_is_said_of_references_to_it(site: Path) -> None:
    said = {
        "N045": 'the label "thm-new" stands in d.md, which is left out of the site',
        "N104": 'unknown label "thm-new"',
    }
    for key, code in (("thm-new", "N045"), ("thm-old", "N104"), ("thm-new", "N045")):
        write(site, {"content/d.md": DRAFT % key})
        report = built(site)
        assert [(p.code, p.message) for p in report.problems] == [(code, said[code])]


def test_an_edited_draft_makes_no_page(site: Path) -> None:
    built(site)
    write(site, {"content/d.md": DRAFT % "thm-new" + "\nMore words.\n"})
    assert built(site).made == ()


def test_a_draft_that_is_shown_has_its_labels(site: Path) -> None:
    assert not built(site, drafts=True).problems


def test_the_place_of_a_label_without_a_permanent_address_follows_the_text(site: Path) -> None:
    text = "# B\n\n%s$$ x $$ {#eq-Case}\n\n$$ y $$ {#eq-case}\n"
    for before, line in (("", 5), ("Words.\n\n", 7)):
        write(site, {"content/b.md": text % before})
        (problem,) = coded(built(site), "N107")
        assert (problem.span.path, problem.span.line) == ("b.md", line)


def test_the_nearest_name_is_found_in_any_case() -> None:
    assert nearest("VDW", ["knuth", "vdw"]) == "vdw"
    assert nearest("Knth", ["VDW", "KNUTH"]) == "KNUTH"
    assert nearest("case", ["Case", "cases"]) == "Case"
    assert nearest("x", ["y"]) is None
    assert did_you_mean("SGD", ["sgd"]) == 'did you mean "sgd"?'


PIECES = (
    *("\\label{thm:a}", "\\label{sec:b}", "\\label{fig:c}", "\\label{tbl:d}", "\\label{", "::: {.theorem}\n", ":::\n"),
    *(
        "::: {layout-ncol=2}\n",
        "> [!theorem] T ",
        "# H ",
        "- ",
        "> ",
        "\n",
        "\n\n",
        "![x ",
        "](a.png)",
        "[^1]",
        "[^1]: ",
    ),
    *("| a |\n|---|\n| b |\n\n", ": C ", "$x$", "^[", "]", " ", "words", '```{.python lst-cap="x"}\ny\n```\n'),
)


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_a_label_wherever_it_stands_makes_no_parse_fail_and_is_never_shown(text: str) -> None:
    doc = Parser(Options()).parse(Source("n.md", "", text.encode()))
    body = "".join(part for part in doc.body if isinstance(part, str))
    assert "\\label{thm:a}" not in body

"""What an author can do wrong: said at its place, in one page; all others are built, and nothing else is touched."""

from __future__ import annotations

from pathlib import Path

import pytest
from mistakes import CASES, GOOD, Case
from sites import built, page, places, untouched, write

from notes_site.diagnostics import render_text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mistake_is_reported_at_its_place_and_the_rest_of_the_site_is_built(case: Case, tmp_path: Path) -> None:
    site = write(tmp_path / "site", {"site.yml": "title: Notes\n", "content/good.md": GOOD, **case.files})
    write(tmp_path, {"neighbour/index.html": "mine"})
    with untouched(tmp_path):
        report = built(site, words=False)
    assert case.problem in places(report)
    problem = next(p for p in report.problems if (p.code, p.span.path) == case.problem[:2])
    assert case.message in problem.message
    assert case.hint in problem.hint
    if case.problem[2] and case.problem[3]:
        text = next(text for name, text in case.files.items() if name.endswith(case.problem[1]))
        lines = (text if isinstance(text, str) else text.decode("utf-8", "replace")).split("\n")
        line = lines[problem.span.line - 1]
        assert not problem.excerpt or line.startswith(problem.excerpt, problem.cut)
    assert {p.code for p in report.problems} <= {case.problem[0], *case.others}
    for url, words in {**case.pages, "/good/": "<math"}.items():
        assert words in page(site, url)
    again = built(site, words=False)
    assert again.problems == report.problems
    assert (again.made, again.written, again.removed) == ((), (), ())


@pytest.mark.parametrize(
    "mistake", ["$\\foo$", "@thm-nowhere", "[[Nowhere]]", "[words](nowhere.md)", "![x](no.png)", "[@nobody]"]
)
def test_the_caret_stands_under_a_mistake_far_on_in_a_long_line(mistake: str, tmp_path: Path) -> None:
    """Paragraphs are written in one line often; what is shown of it is what is around the place."""
    before, after = "all words before it " * 60, " and words behind it" * 60
    files = {"content/a.md": f"# A\n\n{before}{mistake}{after}\n", "content/refs.bib": "@book{somebody, title={X}}"}
    problems = [p for p in built(write(tmp_path / "site", files)).problems if p.span.path == "a.md"]
    assert len(problems) == 1
    for problem in problems:
        _, line, caret = render_text(problem).split("\n")
        start, end = caret.index("^"), caret.rindex("^") + 1
        assert line[start:end] in mistake
        assert len(line) < 120

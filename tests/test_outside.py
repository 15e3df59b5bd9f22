"""What a site may ask of others, when its author says so: comments, a script that counts visits."""

from __future__ import annotations

from pathlib import Path

import pytest
from sites import built

from notes_site.config_file import read

COMMENTS = "comments: {repo: me/notes, repo_id: R_1, category: Talk, category_id: D_2}\n"
ANALYTICS = "analytics: {src: 'https://plausible.io/js/script.js', attributes: {data-domain: example.org}}\n"


def pages(folder: Path, settings: str, head: str = "") -> tuple[str, str]:
    """The page of a note, and the home page."""
    (folder / "content").mkdir()
    (folder / "site.yml").write_text(f"title: Site\n{settings}", "utf-8")
    (folder / "content" / "a.md").write_text(f"---\ntitle: A\n{head}---\n\nWords.\n", "utf-8")
    report = built(folder)
    assert report.problems == ()
    public = folder / "public"
    return (public / "a" / "index.html").read_text("utf-8"), (public / "index.html").read_text("utf-8")


def test_a_site_that_asks_for_nothing_names_no_other_host(tmp_path: Path) -> None:
    for page in pages(tmp_path, ""):
        assert "giscus" not in page
        assert "comments" not in page
        assert 'src="http' not in page


def test_a_note_ends_with_a_link_to_its_comments(tmp_path: Path) -> None:
    """Its data is what giscus asks for; the home page has none, and nothing is loaded before it is pressed."""
    note, home = pages(tmp_path, COMMENTS)
    assert 'href="https://github.com/me/notes/discussions" data-repo="me/notes" data-repo-id="R_1"' in note
    assert 'data-category="Talk" data-category-id="D_2" data-mapping="pathname"' in note
    assert 'src="http' not in note
    assert "comments-open" not in home


def test_a_note_may_do_without_comments(tmp_path: Path) -> None:
    note, _ = pages(tmp_path, COMMENTS, "comments: false\n")
    assert "comments-open" not in note


def test_every_page_has_the_script_that_counts(tmp_path: Path) -> None:
    for page in pages(tmp_path, ANALYTICS):
        assert page.count('<script src="https://plausible.io/js/script.js" data-domain="example.org" defer>') == 1


@pytest.mark.parametrize(
    ("settings", "said", "line"),
    [
        ("comments: {repo: me/notes}\n", 'comments need "repo_id"', 1),
        ("comments: {repo: notes, repo_id: a, category: b, category_id: c}\n", '"notes" is not a repository', 1),
        ("comments: {repo: a/b, repo_id: a, category: b, category_id: c, mapping: x}\n", "\"mapping\" is 'x'", 1),
        ("comments: {rep: a/b}\n", 'unknown key "rep"', 1),
        ("analytics: {attributes: {data-a: b}}\n", "analytics need the address of a script", 1),
        ("analytics:\n  src: 'javascript:alert(1)'\n", "analytics need the address of a script", 2),
        ("analytics:\n  src: /a.js\n  attributes:\n    onload: x\n", '"onload" is no attribute of such a script', 4),
    ],
)
def test_mistakes_are_said_where_they_are(settings: str, said: str, line: int) -> None:
    config, problems = read(settings)
    assert next((problem.code, problem.message, problem.span.line) for problem in problems) == ("N015", said, line)
    assert not config.analytics.src
    assert config.comments.mapping == "pathname"

"""The commands as a person runs them: what they print, what they write, and their exit status."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from changing import run
from mistakes import BOMB
from sites import built, snapshot, tree, write

from notes_site import __version__

NOTE = "---\ntitle: One\ndate: 2026-01-02\n---\n\nText $x^2$.\n"
BROKEN = "# Bad\n\nSee [it](oen.md), 100%.\n"
WARNED = "# Warned\n\nA note <span>that is not closed.\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return write(tmp_path / "site", {"site.yml": "title: Notes\n", "content/one.md": NOTE})


def test_a_build_without_problems_exits_with_0_and_says_what_it_made(site: Path) -> None:
    result = run("build", site)
    assert result.exit_code == 0
    assert re.fullmatch(r"1 notes?, 1 formulas?, \d+ files written in \d+\.\d\d s\n", result.stderr)
    assert result.stdout == ""
    again = run("build", site)
    assert re.fullmatch(r"1 notes?, 1 formulas?, 0 files written, \d+ unchanged in \d+\.\d\d s\n", again.stderr)


def test_an_error_makes_the_exit_status_1_and_is_shown_with_its_line(site: Path) -> None:
    write(site, {"content/bad.md": BROKEN})
    result = run("build", site)
    assert result.exit_code == 1
    assert 'N040 bad.md:3:5 error: no note or file "oen.md"; did you mean "one.md"?' in result.stderr
    assert "    See [it](oen.md), 100%.\n        ^^^^^^^^^^^^\n" in result.stderr
    assert result.stderr.endswith("; 1 error\n")
    assert (site / "public" / "bad" / "index.html").is_file()


def test_a_warning_is_an_error_under_strict_alone(site: Path) -> None:
    write(site, {"content/warned.md": WARNED})
    assert run("build", site).exit_code == 0
    assert "N032 warned.md:3" in run("build", site).stderr
    assert run("build", "--strict", site).exit_code == 1
    assert run("check", site).exit_code == 0
    assert run("check", "-s", site).exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("build", "--nonsense"),
        ("build", "NOWHERE"),
        ("build", "-f", "NOWHERE.yml"),
        ("build", "-j", "0"),
        ("build", "-b", "example.org"),
        ("check", "--format", "xml"),
        ("check", "NOWHERE"),
        ("clean", "NOWHERE"),
        ("init",),
        ("new",),
        ("new", "picture.png"),
        ("build", "one", "two"),
    ],
)
def test_a_wrong_call_exits_with_2_and_writes_nothing(arguments: tuple[str, ...], tmp_path: Path) -> None:
    before = snapshot(tmp_path, without=())
    result = run(*(tmp_path / a if a.isupper() or a.endswith(".png") else a for a in arguments))
    assert result.exit_code == 2
    assert "Usage: " in result.stderr
    assert snapshot(tmp_path, without=()) == before


def test_the_options_of_build_do_what_they_say(site: Path, tmp_path: Path) -> None:
    write(site, {"content/later.md": "---\ndraft: true\n---\n\n# Later\n", "public/mine.txt": "mine"})
    assert run("build", site, "-d", tmp_path / "out").exit_code == 0
    assert (tmp_path / "out" / "one" / "index.html").is_file()
    assert [p.name for p in (site / "public").iterdir()] == ["mine.txt"]
    run("build", site)
    assert not (site / "public" / "later").exists()
    run("build", site, "--drafts")
    assert (site / "public" / "later" / "index.html").is_file()
    run("build", site, "-b", "https://example.org/sub")
    assert "<loc>https://example.org/sub/one/</loc>" in (site / "public" / "sitemap.xml").read_text()
    assert "wrote one/index.html" in run("build", site, "--clean", "-v").stderr
    assert (site / "public" / "mine.txt").read_text() == "mine"
    timings = run("build", site, "--timings").stderr
    assert re.findall(r"^(\w+) +\d+\.\d{3} s$", timings, re.MULTILINE) == ["scan"]  # there was nothing to do
    write(site, {"content/one.md": NOTE.replace("One", "Other")})
    timings = run("build", site, "--timings").stderr
    assert set(re.findall(r"^(\w+) +\d+\.\d{3} s$", timings, re.MULTILINE)) == {
        "scan", "parse", "pictures", "index", "verify", "render", "search", "keep",
    }  # fmt: skip
    write(tmp_path, {"other.yml": "content: site/content\noutput: third\ntitle: Other\n"})
    assert run("build", tmp_path, "--config", tmp_path / "other.yml").exit_code == 0
    assert "Other" in (tmp_path / "third" / "index.html").read_text()


def test_quiet_prints_nothing_but_errors(site: Path) -> None:
    write(site, {"content/warned.md": WARNED})
    assert run("build", "-q", site).output == ""
    write(site, {"content/bad.md": BROKEN})
    assert run("build", "-q", site).stderr.startswith("N040 bad.md:3:5 error:")
    assert "N032" not in run("check", "-q", site).stderr
    assert run("clean", "-q", site).output == ""


def test_of_many_problems_the_errors_are_shown_first_and_check_shows_all(site: Path) -> None:
    write(site, {"content/a.md": "# A\n\n" + "![](p.svg)\n\n" * 250, "content/p.svg": "<svg/>", "content/b.md": BROKEN})
    shown = run("build", site).stderr
    assert shown.startswith("N040 b.md")
    assert re.search(r"… and \d+ more; `notes-site check` shows all\n", shown)
    assert "more;" not in run("build", "-v", site).stderr
    assert run("check", site).stderr.count("N031 a.md") == 250


def test_check_writes_nothing_and_reports_what_a_build_does(site: Path) -> None:
    write(site, {"content/bad.md": BROKEN})
    before = snapshot(site, without=(".notes-site",))
    result = run("check", site)
    assert result.exit_code == 1
    assert snapshot(site, without=(".notes-site",)) == before
    assert result.stderr.endswith("2 notes, 1 formula: 1 error\n")
    problems = built(site).problems
    rows = json.loads(run("check", "--format", "json", site).stdout)
    assert [(row["code"], row["path"], row["line"], row["column"]) for row in rows] == [
        (p.code, p.span.path, p.span.line, p.span.column) for p in problems
    ]
    assert set(rows[0]) == {
        "code", "severity", "message", "path", "line", "column", "length", "cell", "excerpt", "cut", "hint",
    }  # fmt: skip


def test_json_of_a_site_without_problems_is_an_empty_list(site: Path) -> None:
    result = run("check", "--format", "json", site)
    assert (json.loads(result.stdout), result.exit_code) == ([], 0)


def test_the_github_format_names_files_from_the_folder_that_the_command_runs_in(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(site, {"content/bad.md": BROKEN, "site.yml": "titel: x\n"})
    monkeypatch.chdir(site.parent)
    lines = run("check", "--format", "github", "site").stdout.splitlines()
    assert lines == [
        '::error file=site/content/bad.md,line=3,col=5,title=N040::no note or file "oen.md"; did you mean "one.md"?',
        '::error file=site/site.yml,line=1,col=1,title=N015::unknown key "titel"; did you mean "title"?',
    ]


def test_colour_is_for_terminals_and_no_color_switches_it_off(site: Path) -> None:
    write(site, {"content/bad.md": BROKEN})
    red = "\x1b[31m"
    assert "\x1b[" not in run("build", site).output
    assert red in run("build", site, environment={"FORCE_COLOR": "1", "NO_COLOR": ""}).stderr
    assert red not in run("build", site, environment={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stderr


def test_a_site_without_notes_exits_with_1(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    result = run("build", tmp_path)
    assert result.exit_code == 1
    assert "N051 " in result.stderr
    assert not (tmp_path / "public").exists()


def test_a_new_site_builds_and_checks_clean_and_is_never_overwritten(tmp_path: Path) -> None:
    site = tmp_path / "mine"
    assert run("init", site).exit_code == 0
    assert (site / ".github" / "workflows" / "pages.yml").is_file()
    assert (site / ".gitignore").is_file()
    before = snapshot(site, without=())
    built_result = run("build", "--strict", site)
    assert built_result.exit_code == 0, built_result.stderr
    assert run("check", "--strict", site).exit_code == 0
    assert run("clean", site).exit_code == 0
    assert snapshot(site, without=()) == before
    again = run("init", site)
    assert again.exit_code == 2
    assert "exists; nothing was written" in again.stderr
    assert snapshot(site, without=()) == before


def test_init_writes_nothing_where_one_of_its_files_is(tmp_path: Path) -> None:
    write(tmp_path, {"site/site.yml": "title: Mine\n"})
    before = snapshot(tmp_path, without=())
    assert run("init", tmp_path / "site").exit_code == 2
    assert snapshot(tmp_path, without=()) == before
    assert run("init", tmp_path / "site" / "site.yml").exit_code in (1, 2)


VAULT: dict[str, str | bytes] = {
    ".obsidian/app.json": "{}",
    "algebra/groups.md": "# Groups\n\nSee [[Rings]] and ![[circle.svg]].\n",
    "algebra/Rings.md": "# Rings\n",
    "assets/circle.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    "drawing.excalidraw.md": "not for readers",
    "templates/daily.md": "# {{date}}\n",
    "README.md": "# A repository\n",
}


def test_init_makes_a_site_of_the_notes_that_are_there_and_touches_none(tmp_path: Path) -> None:
    site = write(tmp_path / "my-vault", VAULT)
    before = snapshot(site, without=())
    made = run("init", site)
    assert made.exit_code == 0, made.stderr
    assert "wrote site.yml, .gitignore, .github/workflows/pages.yml; no note was touched\n" in made.stderr
    assert "templates/ is left out" in made.stderr
    assert "the 2 notes in " in made.stderr
    after = snapshot(site, without=())
    assert {name: after[name] for name in before} == before
    assert not (site / "content").exists()
    assert "path: _site\n" in (site / ".github/workflows/pages.yml").read_text()
    assert (site / ".gitignore").read_text() == "_site/\n.notes-site/\n"
    assert run("build", "--strict", site).exit_code == 0
    assert (site / "_site" / "algebra" / "groups" / "index.html").is_file()
    assert not (site / "_site" / "templates").exists()
    assert "<title>My vault" in (site / "_site" / "index.html").read_text()
    again = run("build", site)
    assert " 0 files written" in again.stderr  # what was written is not read as notes
    assert run("init", site).exit_code == 2


@pytest.mark.parametrize(
    ("files", "content", "output"),
    [
        ({"content/a.md": "# A\n"}, "", ""),
        ({"content/a.md": "# A\n", "public/index.html": "mine"}, "", "_site"),
        ({"notes/a.qmd": "# A\n", "README.md": "# R\n"}, "notes", ""),
        ({"docs/a.md": "# A\n", "b.md": "# B\n"}, ".", "_site"),
        ({"series/01.md": "# A\n"}, ".", "_site"),
    ],
)
def test_init_finds_where_the_notes_are(
    files: dict[str, str | bytes], content: str, output: str, tmp_path: Path
) -> None:
    site = write(tmp_path / "site", files)
    assert run("init", site).exit_code == 0
    said = (site / "site.yml").read_text()
    assert re.findall(r"^content: (.*)", said, re.MULTILINE) == [content] * bool(content)
    assert re.findall(r"^output: (.*)", said, re.MULTILINE) == [output] * bool(output)
    assert run("build", "--strict", site).exit_code == 0
    assert (site / (output or "public") / "404.html").is_file()


def test_init_leaves_the_files_of_git_and_says_what_they_lack(tmp_path: Path) -> None:
    site = write(tmp_path / "site", {"a.md": "# A\n", ".gitignore": "/.notes-site/\n"})
    made = run("init", site)
    assert "add to .gitignore: _site/\n" in made.stderr
    assert (site / ".gitignore").read_text() == "/.notes-site/\n"


def test_a_readme_alone_is_no_vault(tmp_path: Path) -> None:
    site = write(tmp_path / "site", {"README.md": "# R\n", "LICENSE": "MIT"})
    assert run("init", site).exit_code == 0
    assert (site / "content" / "about.md").is_file()


@pytest.mark.parametrize("broken", ["title: [x\n", "- a\n", "title: a: b\n", BOMB.removeprefix("---\n")])
def test_a_configuration_that_cannot_be_read_builds_nothing_and_what_stands_stays(broken: str, site: Path) -> None:
    write(site, {"site.yml": "title: Notes\nbase_url: https://example.org/n/\noutput: out\n"})
    assert run("build", site).exit_code == 0
    assert run("lock", site).exit_code == 0
    write(site, {"site.yml": broken})
    before = snapshot(site, without=())
    result = run("build", site)
    assert result.exit_code == 1
    assert re.match(r"N01[04] site.yml:", result.stderr)
    assert "N051 site.yml error: nothing is built while site.yml cannot be read" in result.stderr
    for command in ("clean", "lock", "check"):
        assert run(command, site).exit_code == 1
        assert re.match(r"N01[04] site.yml:", run(command, site).stderr)
    assert snapshot(site, without=()) == before


def test_a_wrong_value_of_the_configuration_is_built_without(site: Path) -> None:
    write(site, {"site.yml": "title: Mine\nlatest: many\n"})
    result = run("build", site)
    assert result.exit_code == 1
    assert "N015 site.yml:2:9" in result.stderr
    assert "<title>Mine" in (site / "public" / "index.html").read_text()


def test_a_new_note_is_among_the_notes_of_its_site(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(site)
    assert run("new", "algebra/01-groups").stderr == f"wrote {Path('content', 'algebra', '01-groups.md')}\n"
    assert run("new", "content/algebra/02-rings.md").stderr == "wrote content/algebra/02-rings.md\n"
    assert sorted(path.name for path in (site / "content/algebra").iterdir()) == ["01-groups.md", "02-rings.md"]
    outside = run("new", site / "other" / "a.md")
    assert outside.exit_code == 2
    assert "is not among the notes of this site, which are in content" in outside.stderr
    (site / "sub").mkdir()
    monkeypatch.chdir(site / "sub")
    assert run("new", "a.md").exit_code == 2
    assert list((site / "sub").iterdir()) == []


def test_a_bibliography_that_is_read_already_is_said_to_be(site: Path) -> None:
    write(
        site, {"site.yml": "bibliography: [refs.bib]\n", "content/books/refs.bib": "@book{a, title={A}, year=2000}\n"}
    )
    said = run("check", site).stderr
    assert 'N112 site.yml:1:16 error: there is no bibliography "refs.bib"; content/books/refs.bib is read' in said


def test_a_new_note_builds_and_is_never_overwritten(site: Path) -> None:
    assert run("new", site / "content" / "algebra" / "07-early-stopping").exit_code == 0
    made = site / "content" / "algebra" / "07-early-stopping.md"
    text = made.read_text()
    assert text.startswith('---\ntitle: "Early stopping"\ndate: ')
    assert run("new", made).exit_code == 2
    assert made.read_text() == text
    assert run("build", "--strict", site).exit_code == 0
    assert "<h1>Early stopping</h1>" in (site / "public" / "algebra" / "07-early-stopping" / "index.html").read_text()
    assert run("new", site / "content" / 'a "quoted" name: x.md').exit_code == 0
    assert run("check", "--strict", site).exit_code == 0


def test_clean_removes_what_builds_wrote_and_nothing_else(site: Path, tmp_path: Path) -> None:
    write(site, {"public/mine/a.txt": "mine", ".notes-site-other/b.txt": "mine"})
    before = snapshot(site, without=())
    run("build", site)
    run("build", site, "-d", tmp_path / "out")
    assert "removed one/index.html" in run("clean", "-v", site, "-d", tmp_path / "out").stderr
    assert not (tmp_path / "out" / "one").exists()
    run("build", site)
    assert run("clean", site).exit_code == 0
    assert snapshot(site, without=()) == before
    assert run("clean", site).stderr == "0 files removed\n"


def test_clean_forgets_no_other_output_folder(site: Path, tmp_path: Path) -> None:
    run("build", site, "-d", tmp_path / "out")
    run("build", site)
    run("clean", site)
    write(site, {"content/one.md": NOTE.replace("One", "Changed")})
    assert run("build", "--strict", site, "-d", tmp_path / "out").exit_code == 0
    assert "Changed" in (tmp_path / "out" / "one" / "index.html").read_text()
    run("clean", site, "-d", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert not (site / ".notes-site").exists()


@pytest.mark.slow
def test_any_number_of_workers_gives_the_same_bytes_and_the_same_problems(tmp_path: Path) -> None:
    notes: dict[str, str | bytes] = {
        f"content/s{i % 3}/{i:03}.md": f"# Note {i}\n\n$x_{{{i}}}$ $\\undefined{i}$ [next](gone{i}.md) [[{i + 1:03}]]\n"
        for i in range(70)
    }
    one, two = (write(tmp_path / name, {"site.yml": "title: Notes\n", **notes}) for name in ("one", "two"))
    first, second = run("build", "-v", "-j", "1", one), run("build", "-v", "-j", "2", two)
    assert tree(one / "public") == tree(two / "public")
    assert [x for x in first.stderr.splitlines() if " s;" not in x] == [
        x for x in second.stderr.splitlines() if " s;" not in x
    ]
    assert first.stderr.count("N021 ") == 70


@contextmanager
def server() -> Iterator[tuple[str, list[str]]]:
    """A host that knows `/here` alone, and the requests that it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            asked.append(f"{self.command} {self.path}")
            status = {"/here": 200, "/forbidden": 403, "/moved": 301}.get(self.path, 404)
            self.send_response(status)
            if status == 301:
                self.send_header("Location", "/here")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_HEAD = answer  # noqa: N815 - the names are http.server's

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    host = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=host.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{host.server_port}", asked
    finally:
        host.shutdown()
        thread.join()
        host.server_close()


def test_external_links_are_asked_for_only_on_request_and_each_once(site: Path) -> None:
    with server() as (address, asked):
        links = [f"[{name}]({address}/{name})" for name in ("here", "gone", "forbidden", "moved", "here#part")]
        write(site, {"content/links.md": "# Links\n\n" + "\n".join(links) + f"\n\n[again]({address}/gone)\n"})
        assert run("check", site).exit_code == 0
        assert asked == []
        before = snapshot(site, without=(".notes-site",))
        result = run("check", "--external", site)
    assert snapshot(site, without=(".notes-site",)) == before
    assert result.exit_code == 0
    rows = re.findall(r"N046 (\S+) warning: (.*)", result.stderr)
    assert rows == [(f"links.md:{line}:1", f"{address}/gone answers 404") for line in (4, 9)]
    assert len([entry for entry in asked if entry.endswith("/gone")]) <= 2
    assert asked.count("HEAD /here") <= 2


def test_the_program_runs_as_a_module_and_prints_its_version() -> None:
    command = [sys.executable, "-m", "notes_site", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"}, check=True)
    assert done.stdout == f"notes-site, version {__version__}\n"

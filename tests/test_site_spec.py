"""The cases of `spec/site/*.md`: a small site in, parts of its pages and diagnostics out. Python only drives.

A case is a heading that states a fact, and fences of four backticks: the files of a site, then what is expected.

    ## a fact as a sentence
    ````file site.yml             a file of the site, as many as there are; those before the first heading are files
                                  of every case that has none of that name itself
    ````html /book/a/ #thm-clt    the elements of a page that a selector names (see `shown.selected`), a formula as its
                                  TeX with the numbers and references in it
    ````words /book/a/ .body      the same without its tags, each element on a line; a formula stands between dollars
    ````text                      the diagnostics of the build; left out when there are none
    ````run check --locked        what a command says then, and its exit status when that is not 0
    ````wrote numbers.lock        a file beside the notes, after the commands before it

Where there is no such page, or nothing on it that the selector names, the fence says so in parentheses.

`python -m pytest --golden tests/test_site_spec.py` writes everything after the files anew; so does `make golden`.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from shown import selected, shown_html, words_of
from sites import built, page, write

from notes_site.cli import main
from notes_site.diagnostics import render_text

FILES = sorted((Path(__file__).parent / "spec" / "site").glob("*.md"))

# a fence of four backticks with its name and what is in it, after a blank line
_FENCE = r"\n````%s\n(?:(?!````).*\n)*````\n"
# `## a fact`, then the files, then what is expected
CASE = re.compile(
    rf"^## (?P<name>[^\n]+)\n(?=\n````)(?P<files>(?:{_FENCE % 'file .+'})*)"
    rf"(?P<expected>(?:{_FENCE % '(?:html|words|run|wrote|text)(?: .+)?'})*)",
    re.MULTILINE,
)
FENCE = re.compile(r"^````(?P<kind>\w+)(?P<about>[^\n]*)\n(?P<content>(?:(?!````).*\n)*)````$", re.MULTILINE)
_FILE = re.compile(_FENCE % "file .+")


@dataclass(frozen=True, slots=True)
class Case:
    """One case as it stands in its file; `written` are its own files as they stand there, `files` all of them."""

    file: str
    name: str
    written: str
    files: tuple[tuple[str, str], ...]
    expected: tuple[tuple[str, str], ...]


def fences(text: str) -> Iterator[tuple[str, str, str]]:
    """The kind of each fence, the words after the kind, and what is in it."""
    for found in FENCE.finditer(text):
        yield found["kind"], found["about"].strip(), found["content"]


def cases_in(path: Path) -> list[Case]:
    text = path.read_text("utf-8")
    found_cases = list(CASE.finditer(text))
    shared = {name: content for _, name, content in fences(text[: found_cases[0].start()])}
    made = []
    for found in found_cases:
        files = shared | {name: content for _, name, content in fences(found["files"])}
        expected = tuple((f"{kind} {about}".strip(), content) for kind, about, content in fences(found["expected"]))
        made.append(Case(path.name, found["name"], found["files"], tuple(files.items()), expected))
    return made


def outcome(case: Case, folder: Path) -> tuple[tuple[str, str], ...]:
    """What the case gives, by the fences that ask for it, in their order; the diagnostics come before commands."""
    write(folder, dict(case.files))
    problems = "".join(render_text(problem) + "\n" for problem in built(folder, words=False).problems)
    asked = [fence for fence, _ in case.expected if fence != "text"]
    commands = [fence for fence in asked if fence.startswith(("run", "wrote"))]
    parts = [(fence, part(folder, fence)) for fence in asked if fence not in commands]
    told = [("text", problems)] if problems else []
    return (*parts, *told, *((fence, done(folder, fence)) for fence in commands))


def part(folder: Path, fence: str) -> str:
    """What a page has: `html /a/ .body`."""
    kind, url, selector = fence.split(" ", 2)
    try:
        text = shown_html(page(folder, url), inside=True)
    except FileNotFoundError:
        return "(no such page)\n"
    elements = [words_of(element) if kind == "words" else element for element in selected(text, selector)]
    return "".join(element + "\n" for element in elements) or "(nothing)\n"


def done(folder: Path, fence: str) -> str:
    """What a command says, or the file that one wrote."""
    kind, about = fence.split(" ", 1)
    if kind == "wrote":
        return (folder / about).read_text("utf-8")
    result = CliRunner().invoke(main, [*about.split(), str(folder)])
    return result.output + (f"exit status {result.exit_code}\n" if result.exit_code else "")


def rewritten(case: Case) -> str:
    with tempfile.TemporaryDirectory() as folder:
        made = outcome(case, Path(folder))
    return f"## {case.name}\n{case.written}" + "".join(f"\n````{fence}\n{content}````\n" for fence, content in made)


def rewrite(path: Path) -> None:
    """Write the expectations of a file anew; the bytes are the same when nothing has changed."""
    cases = iter(cases_in(path))
    text = CASE.sub(lambda _: rewritten(next(cases)), path.read_text("utf-8"))
    beside = path.with_suffix(f".{os.getpid()}")
    beside.write_text(text, "utf-8")
    beside.replace(path)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" not in metafunc.fixturenames:
        return
    if metafunc.config.getoption("golden"):
        for path in FILES:
            rewrite(path)
    cases = [case for path in FILES for case in cases_in(path)]
    metafunc.parametrize("case", [pytest.param(c, id=f"{c.file.removesuffix('.md')}: {c.name}") for c in cases])


def test_case(case: Case, tmp_path: Path) -> None:
    """The fences of the case hold what the case gives."""
    assert case.expected == outcome(case, tmp_path)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_fence_of_a_file_belongs_to_a_case_and_every_name_stands_once(path: Path) -> None:
    rest = _FILE.sub("", CASE.sub("", path.read_text("utf-8")))
    assert "````" not in rest
    assert "\n## " not in rest
    cases = cases_in(path)
    assert all(case.expected for case in cases)
    assert len(cases) == len({case.name for case in cases})

"""Front matter in YAML and TOML: what its text may hold, and what reading it never does; see `spec/frontmatter.md`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes_site import escapes, tomltree, yamltree
from notes_site.config_file import read as read_config
from notes_site.frontmatter import read
from notes_site.glossary import read_glossary
from notes_site.scan import _series


@pytest.mark.parametrize(
    ("raw", "commands"),
    [
        (r"Bounds on $\nabla f$, $\rho$", [r"\nabla", r"\rho"]),
        (r"$$\nabla f = \theta$$", [r"\nabla", r"\theta"]),
        (r"the angle \alpha and \Pr", [r"\alpha", r"\Pr"]),
        (r"\nabla alone, \nu not", [r"\nabla"]),
        (r"one line\nanother\tcell\none more", []),
        (r"costs $5\nand more, and $6", []),
        (r"a price of \\$5\nand $x$", []),
        (r"$\\nabla$ then\nnothing $x$", []),
        (r"$$\na = b\n$$", []),
        (r"C:\new", []),
    ],
)
def test_what_can_be_nothing_but_tex_is_taken_for_it(raw: str, commands: list[str]) -> None:
    assert [command for _, command in escapes.commands(raw, formula=False)] == commands


def test_all_of_a_macro_is_tex_but_for_its_comment() -> None:
    config, problems = read_config('math:\n  macros:\n    grad: "\\nabla"\n    n: {tex: "\\nu", comment: "a\\tb"}\n')
    assert config.math.macros == {"grad": r"\nabla", "n": {"tex": r"\nu", "comment": "a\tb"}}
    places = [(p.code, p.span.line, p.span.column, p.span.length) for p in problems]
    assert places == [("N019", 3, 12, 6), ("N019", 4, 15, 3)]


def test_tex_in_the_glossary_is_a_warning_too() -> None:
    glossary = read_glossary('grad: "The vector $\\nabla f$"\n', "glossary.yml", "en")
    assert [problem.code for problem in glossary.problems] == ["N019"]
    assert r"$\nabla f$" in glossary.entries[0].text


@given(st.text(alphabet="abn\\\"'=[]{}.#+-\n \t1$é", max_size=60))
def test_reading_never_raises_and_places_are_in_the_text(text: str) -> None:
    for document in (text, f'key = "{text}"', f'key: "{text}"'):
        rows = document.split("\n")
        for tree in (tomltree.load(document), yamltree.load(document)):
            for trouble in tree.troubles:
                assert trouble.line >= 1
                assert trouble.column >= 1
                if trouble.kind == "escape":
                    assert rows[trouble.line - 1][trouble.column - 1 :][: trouble.length].startswith("\\")
    for fence in ("---", "+++"):
        matter = read(f"\n{fence}\ntitle{text}\n{fence}\nBody", "a.md")
        assert matter.body.endswith("Body")


@pytest.mark.parametrize(
    ("head", "series"),
    [
        (b"---\nseries: algebra\n---\n", "algebra"),
        (b"\n \n---\ntitle: A\nseries: 'algebra'\n---\n", "algebra"),
        (b'+++\ntitle = "A"\nseries = "algebra"\n+++\n', "algebra"),
        (b"+++\n+++\nseries = 1\n", ""),
        (b"Text.\n---\nseries: algebra\n---\n", ""),
    ],
)
def test_the_series_of_a_note_is_found_at_a_glance(head: bytes, series: str) -> None:
    assert _series(head) == series

"""Formulas have no `style`: what math-core says so is a class, and a class says what it said."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes_site.tex import Numbers, Typesetter
from notes_site.tex.classes import DECLARATIONS, SHEET, with_classes, with_styles

CORPUS = Path(__file__).parents[2] / "shared" / "corpora" / "formulas.jsonl"
NUMBERS: tuple[Numbers, ...] = ("none", "all", "whole")
LAID_OUT = (
    r"a\!b", r"\hspace{2em}x", r"\hspace{-1.5em}x", r"\kern3pt x", r"\mkern-4mu x", r"\negthickspace x",
    r"\cfrac{a}{b}",
    r"\begin{array}{c|c:c}a&b&c\\\hline d&e&f\\\hdashline\end{array}", r"\color{red}x", r"\textcolor{#ff0000}{x}",
    r"\begin{cases}a&b\\c&d\end{cases}", r"\begin{aligned}a&=b\\c&=d\end{aligned}",
    r"\mathbin{x}\mathrel{y}\mathord{z}",
    r"\begin{multline}a\\b\\c\end{multline}", r"\substack{a\\b}", r"\begin{array}{lcr}1&2&3\end{array}",
    r"x \tag{$\frac{a}{b}\!c$}", r"\begin{alignat}{2}a&=b&c&=d\end{alignat}", r"\begin{rcases}a\\b\end{rcases}",
)  # fmt: skip


@pytest.mark.parametrize("tex", LAID_OUT)
@pytest.mark.parametrize("numbers", NUMBERS)
def test_no_formula_has_a_style(tex: str, numbers: Numbers) -> None:
    formula = Typesetter().typeset(tex, display=True, numbers=numbers)
    assert formula.mathml is not None
    assert " style=" not in formula.mathml
    assert all(" style=" not in row.tag_html for row in formula.rows)


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.is_file(), reason="the corpus is not here")
def test_no_formula_of_real_notes_has_a_style() -> None:
    typesetter = Typesetter()
    for line in CORPUS.read_text("utf-8").splitlines():
        row = json.loads(line)
        made = typesetter.typeset(row["latex"], display=row["display"]).mathml or ""
        assert " style=" not in made, row["latex"]


def test_every_class_that_a_formula_has_is_in_the_sheet() -> None:
    """But for those that the theme knows: numbers, blocks, what stands for `\\enclose`."""
    known = {*re.findall(r"\.([a-z0-9]+)\{", SHEET), "number", "blocks"}
    for tex in LAID_OUT:
        made = Typesetter().typeset(tex, display=True, numbers="all").mathml or ""
        found = {name for names in re.findall(r' class="([^"]*)"', made) for name in names.split()}
        assert {name for name in found if not name.startswith(("math-core", "menclose"))} <= known


@given(
    st.lists(
        st.sampled_from(sorted(name for name in DECLARATIONS if not name.startswith("n"))), min_size=1, unique=True
    )
)
def test_a_class_is_a_style_again_where_the_sheet_does_not_reach(names: list[str]) -> None:
    tag = f'<mtd class="{" ".join(names)}">'
    back = with_classes(with_styles(tag))
    assert set(re.findall(r"\w+", back.partition('"')[2])) == set(names)


@given(st.integers(min_value=1, max_value=360))
def test_a_negative_space_is_as_wide_as_it_was(eighteenths: int) -> None:
    """To a thirty-sixth of an em, and it is a number of spaces in a row."""
    made = with_classes(f'<mspace style="margin-left:-{eighteenths / 18:.8f}em;"></mspace>')
    assert sum(int(count) for count in re.findall(r'class="n(\d+)"', made)) == eighteenths


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ('<mtd class="number" style="width: 50%;">', '<mtd class="number half">'),
        ('<mrow style="color:#FF0000;">', '<mrow mathcolor="#FF0000">'),
        ('<mspace style="width:0.3rem"/>', '<mspace width="0.3rem"/>'),
        ('<mtd style="unheard: of;width:50%">', '<mtd class="half" style="unheard:of;">'),
        ("<mtd>", "<mtd>"),
    ],
)
def test_a_style_is_a_class_or_an_attribute_and_what_is_neither_stays(written: str, made: str) -> None:
    assert with_classes(written) == made

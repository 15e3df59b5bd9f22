r"""Numbers, tags, labels and references of formulas: which rows have them, and where their markers stand."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notes_site.tex import MARKER, Formula, Macro, Numbers, Row, Typesetter, glyphs, plain
from notes_site.tex.markup import content

CORPUS = Path(__file__).parents[2] / "shared" / "corpora" / "formulas.jsonl"
ALIGN = r"\begin{align} a &= b \\ c &= d \end{align}"
# <mtd class="number half r"><mtext>\x020\x03</mtext>
CELL = re.compile('<mtd class="number[ a-z]*"><mtext>\x02([0-9]+)\x03</mtext>')
ROW = re.compile(r"<mtr>((?:(?!</?mtr>).)*)</mtr>")


def typeset(tex: str, numbers: Numbers = "all", *, display: bool = True, **macros: str) -> Formula:
    given = {
        name: Macro(name, body, max(map(int, re.findall(r"#(\d)", body)), default=0)) for name, body in macros.items()
    }
    return Typesetter().typeset(tex, display=display, numbers=numbers, macros=given)


def places(formula: Formula) -> list[int]:
    """The rows whose markers stand in the formula, in the order in which they stand there."""
    assert formula.mathml is not None, formula.problem
    return [int(found["row"]) for found in MARKER.finditer(formula.mathml) if found["row"]]


def with_place(formula: Formula) -> list[int]:
    """The rows that have a place of their own."""
    return [place for place, row in enumerate(formula.rows) if not row.parent]


def labels(formula: Formula) -> list[str]:
    return [row.label for row in formula.rows]


def numbered_rows(formula: Formula) -> list[bool]:
    """For each row of a table without tables in it, whether it has a number."""
    return ["\x02" in row for row in ROW.findall(formula.mathml or "")]


# Which rows have numbers


@pytest.mark.parametrize(
    ("tex", "count"),
    [
        ("a = b", 1),
        (r"a \\ b", 1),
        (r"\begin{aligned} a &= b \\ c &= d \end{aligned}", 1),
        (r"\begin{cases} a \\ b \end{cases}", 1),
        (r"\begin{equation} a \end{equation}", 1),
        (r"\begin{equation} \begin{split} a \\ b \end{split} \end{equation}", 1),
        (ALIGN, 2),
        (r"\begin{gather} a \\ b \\ \end{gather}", 2),
        (r"\begin{alignat}{2} a &= b & c &= d \\ e \end{alignat}", 2),
        (r"\begin{flalign} & a \\ & b \end{flalign}", 2),
        (r"\begin{eqnarray} a &=& b \\ &=& c \end{eqnarray}", 2),
        (r"\begin{multline} a \\ b \\ c \end{multline}", 1),
        (r"\begin{align} a \\ \intertext{and} b \end{align}", 2),
        (r"\begin{align} a \nonumber \\ b \notag \\ c \end{align}", 1),
        (r"\begin{align} a \end{align} \begin{gather} b \\ c \end{gather}", 3),
        (r"\begin{equation} a \nonumber \end{equation}", 0),
        (r"\begin{align*} a \\ b \end{align*}", 0),
        (r"\begin{equation*} a \end{equation*}", 0),
        (r"\begin{equation*} a \tag{1} \end{equation*}", 1),
        (r"\begin{align*} a \label{x} \\ b \end{align*}", 1),
        (r"\newcommand{\x}{y}", 0),
        (r"\label{x}", 0),
    ],
)
def test_all_rows_that_latex_numbers_have_numbers(tex: str, count: int) -> None:
    """In the mode "all" there are as many numbers as LaTeX gives, and one for a display without an environment."""
    formula = typeset(tex)
    assert len(with_place(formula)) == count
    assert places(formula) == with_place(formula)


@pytest.mark.parametrize(
    ("tex", "keys"),
    [
        (r"a = b \label{eq:x}", ["eq:x"]),
        (r"\begin{aligned} a \\ b \end{aligned} \label{x}", ["x"]),
        (r"\begin{aligned} a \label{x} \\ b \end{aligned}", ["x"]),
        (r"\begin{aligned} a \label{x} \\ b \label{y} \end{aligned}", ["x", "y"]),
        (r"\begin{equation*} a \label{x} \end{equation*}", ["x"]),
        (r"\begin{align} \label{x} a \\ b \\ c \label{z} \end{align}", ["x", "z"]),
        (r"\begin{align*} a \\ b \label{y} \end{align*}", ["y"]),
        (r"\begin{align} a \\ b \end{align} \label{y}", ["y"]),
        (r"\boxed{a \label{x}}", ["x"]),
        (r"\textcolor{red}{a \label{x}}", ["x"]),
        (r"\left( \frac{a \label{x}}{b} \right)", ["x"]),
        (r"\begin{equation} a \label{} \end{equation}", []),
        (ALIGN, []),
    ],
)
def test_rows_with_labels_have_numbers(tex: str, keys: list[str]) -> None:
    """In the mode "labelled" a label gives its row a number, and the display when it is in no row of its own."""
    formula = typeset(tex, "labelled")
    assert labels(formula) == keys
    assert places(formula) == list(range(len(keys)))


def test_a_label_in_one_row_of_a_bare_display_numbers_the_display() -> None:
    """Rows without an environment are one formula, until two of them ask for numbers."""
    assert numbered_rows(typeset(r"\begin{align} a \\ b \label{x} \\ c \end{align}", "labelled")) == [
        False,
        True,
        False,
    ]
    assert numbered_rows(typeset(r"a \label{x} \\ b \\ c \label{y}", "labelled")) == [True, False, True]
    assert len(typeset(r"a \\ b \label{x} \\ c", "labelled").rows) == 1


@pytest.mark.parametrize(
    ("tex", "keys"),
    [
        (ALIGN, [""]),
        (r"x = y", [""]),
        (r"\begin{align*} a \\ b \end{align*}", [""]),
        (r"\begin{align} a \nonumber \\ b \nonumber \end{align}", [""]),
        (r"\begin{multline} a \\ b \end{multline}", [""]),
        (r"\begin{subequations} \begin{align} a \\ b \end{align} \begin{align} c \end{align} \end{subequations}", [""]),
        (r"a \label{eq:x}", ["eq:x"]),
        (r"\begin{aligned} a \label{x} \\ b \end{aligned}", ["x"]),
        (r"\begin{align} a \label{x} \\ b \\ c \label{z} \end{align}", ["x", "z"]),
    ],
)
def test_a_display_as_a_whole_has_one_number(tex: str, keys: list[str]) -> None:
    """The mode "whole" gives one number, unless rows have labels of their own."""
    formula = typeset(tex, "whole")
    assert labels(formula) == keys
    assert places(formula) == list(range(len(keys)))


def test_the_tag_of_a_display_is_the_number_of_the_whole() -> None:
    """One tag is the number that the author has given."""
    formula = typeset(r"\begin{align} a \\ b \tag{7} \end{align}", "whole")
    assert [row.tag_html for row in formula.rows] == ["7"]
    assert numbered_rows(formula) == [False, True]


@pytest.mark.parametrize("numbers", ["labelled", "all"])
def test_a_label_without_a_number_names_the_next_row(numbers: Numbers) -> None:
    r"""As in amsmath, the label of a row with `\nonumber` is that of the next row that has a number."""
    formula = typeset(r"\begin{align} a \nonumber \label{x} \\ b \label{y} \end{align}", numbers)
    assert numbered_rows(formula) == [False, True]
    assert (formula.rows[0].label, formula.rows[0].also) == ("x", (("y", 41),))
    lost = typeset(r"\begin{align} a \nonumber \label{x} \end{align}", numbers)
    assert (lost.rows, lost.labels) == ((), (("x", 26),))


def test_a_table_within_a_row_silences_nothing() -> None:
    r"""`\nonumber` in `aligned` is not about the number of the equation around it."""
    assert len(typeset(r"\begin{equation} \begin{aligned} a \nonumber \\ b \end{aligned} \end{equation}").rows) == 1
    assert len(typeset(r"\begin{equation} {a \nonumber} \end{equation}").rows) == 0


@pytest.mark.parametrize(
    "tex",
    [
        r"x = \begin{align} a \\ b \end{align}",
        r"\left\{ \begin{gather} a \label{x} \\ b \end{gather} \right.",
        r"\begin{align} a \\ \hline b \end{align}",
        r"\begin{align} a \\ b \end{align} \tag{3}",
    ],
)
def test_a_display_that_has_no_margin_of_its_own_has_one_number(tex: str) -> None:
    """What stands beside something else cannot show numbers at the margin, so they become one for all."""
    formula = typeset(tex)
    assert len(formula.rows) == 1
    assert places(formula) == [0]


def test_formulas_in_a_line_have_no_numbers() -> None:
    """Inline, a label is only noted."""
    formula = typeset(r"a \label{x} \tag{1}", display=False)
    assert formula.rows == ()
    assert formula.labels == (("x", 2),)
    assert places(formula) == []


# Parts


def test_rows_in_subequations_are_parts() -> None:
    """The parent comes first, has the label of all and no place; the rows of every environment in it are parts."""
    tex = (
        r"\begin{subequations}\label{eq:sys} \begin{align} a \label{eq:a} \\ b \end{align}"
        r"\begin{equation} c \end{equation} \begin{align*} d \end{align*} \end{subequations}"
    )
    formula = typeset(tex)
    assert labels(formula) == ["eq:sys", "eq:a", "", ""]
    assert [row.parent for row in formula.rows] == [True, False, False, False]
    assert [row.part for row in formula.rows] == [False, True, True, True]
    assert places(formula) == [1, 2, 3]
    assert formula.mathml is not None
    assert formula.mathml.count('<mtable class="blocks full"') == 1


def test_labelled_subequations_number_all_their_rows() -> None:
    """Who refers to the parent wants to see what belongs to it; a label of a row numbers that row only."""
    inner = r"\begin{align} a \\ b \label{y} \end{align}"
    assert labels(typeset(rf"\begin{{subequations}}\label{{x}}{inner}\end{{subequations}}", "labelled")) == [
        "x",
        "",
        "y",
    ]
    assert labels(typeset(rf"\begin{{subequations}}{inner}\end{{subequations}}", "labelled")) == ["", "y"]


def test_subequations_without_numbers_are_no_parent() -> None:
    """Its label is then that of the display."""
    formula = typeset(r"\begin{subequations}\label{x} \begin{align*} a \end{align*} \end{subequations}", "all")
    assert formula.rows == (Row("x", 20),)
    assert places(formula) == [0]


@pytest.mark.parametrize("numbers", ["none", "labelled", "all", "whole"])
def test_words_in_subequations_stand_upright_between_the_displays(numbers: Numbers) -> None:
    """They are a line each, in which formulas and references may stand, and cost no display its number."""
    formula = typeset(
        r"\begin{subequations}\label{s} First $x = 1$ by~\eqref{q} \begin{equation} a \label{a} \end{equation}"
        r" and, \emph{then}, \[ c \] \begin{align} b \label{b} \end{align} \end{subequations}",
        numbers,
    )
    assert formula.problem is None
    assert formula.mathml is not None
    assert formula.mathml.count('<mtd class="words">') == 2
    assert "<mtext>First\u00a0</mtext><mrow><mi>x</mi><mo>=</mo><mn>1</mn></mrow>" in formula.mathml
    assert "<mtext>and, </mtext>" in formula.mathml.replace("\u00a0", " ")
    assert [reference.keys for reference in formula.references] == [("q",)]
    assert labels(formula) == ([] if numbers == "none" else ["s", "a", "b"])
    assert [row.part for row in formula.rows] == ([] if numbers == "none" else [False, True, True])


def test_paragraphs_in_subequations_are_lines_of_their_own() -> None:
    """So is what `\\\\`, `\\par` and `\\intertext` part; the space after a row is nobody's word."""
    tex = (
        "\\begin{subequations} one\n\ntwo \\par three \\intertext{four} \\begin{align} a \\end{align}"
        " \\\\[2pt] five \\end{subequations}"
    )
    formula = typeset(tex)
    assert formula.mathml is not None
    words = re.findall('<mtd class="words"><mtext>(.*?)</mtext></mtd>', formula.mathml)
    assert words == ["one", "two", "three", "four", "five"]
    assert places(formula) == [1]


def test_what_is_in_subequations_without_a_display_is_mathematics() -> None:
    """LaTeX has no such thing, and MathJax's readers write it."""
    formula = typeset(r"\begin{subequations} a = b \end{subequations}")
    assert formula.mathml is not None
    assert "words" not in formula.mathml


def test_braces_around_words_and_displays_are_still_seen_as_pairs() -> None:
    formula = typeset(r"\begin{subequations} {\bf First \begin{align} a \end{align}} \end{subequations}")
    assert formula.mathml is not None
    assert "words" not in formula.mathml


# Tags


def test_a_tag_is_told_as_html_and_as_text() -> None:
    """Without parentheses, which are the caller's to put; mathematics in it is a <math>."""
    (row,) = typeset(r"a \tag{3.1 \& b}\label{x}", "labelled").rows
    assert (row.label, row.offset, row.tag_html, row.tag_plain, row.starred) == (
        "x",
        16,
        "3.1\xa0&amp;\xa0b",
        "3.1 & b",
        False,
    )
    (row,) = typeset(r"a \tag*{$y$}", "labelled").rows
    assert (row.tag_html, row.tag_plain, row.starred) == ("<math><mi>y</mi></math>", "y", True)
    (row,) = typeset(r"a \tag{$x$, \eqref{k}}", "labelled").rows
    assert row.tag_html == "<math><mrow><mi>x</mi><mtext>,\xa0k</mtext></mrow></math>"


def test_the_marker_of_a_tag_stands_before_the_tag() -> None:
    """It is the place for an anchor; the tag itself is as the author wrote it."""
    mathml = typeset(r"a \tag{1} \label{x}", "none").mathml or ""
    assert "<mtext>\x020\x03</mtext><mtext>(1)</mtext></mtd>" in mathml


def test_a_tag_that_nothing_refers_to_is_no_row_where_nothing_is_numbered() -> None:
    """In the mode "none" only a labelled tag is a row; a label alone gives no number there."""
    assert typeset(r"a \tag{1}", "none").rows == ()
    assert typeset(r"a \label{x}", "none").rows == ()
    assert labels(typeset(r"a \tag{1} \label{x}", "none")) == ["x"]
    assert len(typeset(r"a \tag{1}", "labelled").rows) == 1


# References


def test_references_are_markers_in_text() -> None:
    """Each has its command, its keys and its place; the blanks around it in text stay."""
    formula = typeset(r"\text{see \eqref{eq:a_b} and} \cref{x, y} = \ref{}", "none")
    assert formula.mathml is not None
    assert [(each.command, each.keys, each.offset) for each in formula.references] == [
        ("eqref", ("eq:a_b",), 10),
        ("cref", ("x", "y"), 30),
        ("ref", (), 44),
    ]
    drawn = content(formula.mathml)
    assert "<mrow><mtext>see\xa0</mtext><mtext>\x040\x05</mtext><mtext>\xa0and</mtext></mrow>" in drawn
    assert "<mtext>\x041\x05</mtext>" in drawn


@pytest.mark.parametrize("command", ["ref", "eqref", "cref", "Cref", "autoref", "nameref", "pageref"])
def test_a_reference_reads_as_its_key_in_plain_text(command: str) -> None:
    """Titles and search show what the author wrote; a label is nothing there."""
    assert plain(rf"\{command}{{eq:a-b}} \label{{x}}").strip("()") == "eq:a-b"


@pytest.mark.parametrize("key", ["eq:a_b", "eq a", "éq∑", "a{b}c", "a^2$", r"a\b c"])
def test_keys_are_kept_as_they_are_written(key: str) -> None:
    """In labels and in references, whatever signs are in them."""
    formula = typeset(rf"a \label{{{key}}} \ref{{{key}}}", "labelled")
    assert labels(formula) == [key]
    assert formula.references[0].keys == (key,)


def test_macros_may_hold_labels_tags_and_references() -> None:
    """They are used where the macro is, and their offset is that of the macro."""
    formula = typeset(r"a \lab{q} \nr{7} \see{k}", "labelled", lab=r"\label{eq:#1}", nr=r"\tag{#1}", see=r"\eqref{#1}")
    assert [(row.label, row.offset, row.tag_html) for row in formula.rows] == [("eq:q", 2, "7")]
    assert formula.references[0].offset == 17
    assert labels(typeset(r"\be a \ee", "labelled", be=r"\begin{equation}\label{x}", ee=r"\end{equation}")) == ["x"]
    assert len(typeset(r"\ba a \\ b \ea", ba=r"\begin{align}", ea=r"\end{align}").rows) == 2


# The rest


def test_mistakes_are_told_as_without_numbers() -> None:
    """The numbers are ours, so no message speaks of them, and offsets are into the author's text."""
    for tex in (r"\begin{align} \frac \end{align}", r"a \foo \label{x}", r"\begin{gather} a \\ \frac{b \end{gather}"):
        problem = typeset(tex).problem
        assert problem is not None
        assert problem == typeset(tex, "none").problem


def test_a_font_has_what_numbers_are_made_of() -> None:
    """A marker is no character to draw, but digits and parentheses will stand in its place."""
    points = glyphs(typeset("x").mathml or "")
    assert set(map(ord, "(0123456789.)")) <= points
    assert points.isdisjoint(range(0x20))


@pytest.mark.slow
@pytest.mark.parametrize(
    "tex",
    [
        r"\begin{align}" + r"a &= b \label{x} \\" * 3000 + r"\end{align}",
        r"\begin{align}" + r"a \nonumber \label{x} \\" * 3000 + r"\end{align}",
        r"\begin{align}" + "&" * 3000 + r"\\" * 3000 + r"a \tag{1} \end{align}",
        r"a" + r"\label{x}" * 5000,
        r"a" + r"\tag{1}" * 3000,
        r"\begin{align} a \end{align}" * 2000,
        r"\begin{subequations}" * 99 + ALIGN + r"\end{subequations}" * 99,
        r"\begin{equation} a \label{x}" * 99 + ALIGN + r"\end{equation}" * 99,
        r"\cref{" + "a," * 20000 + "}",
    ],
)
def test_thousands_of_rows_and_labels_are_answered(tex: str) -> None:
    """Time grows with the length of the formula."""
    started = time.monotonic()
    for numbers in MODES:
        typeset(tex, numbers)
    assert time.monotonic() - started < 20


MODES: Sequence[Numbers] = ("none", "labelled", "all", "whole")
ENVIRONMENTS = ("align", "align*", "gather", "multline", "equation", "eqnarray", "aligned", "cases", "subequations")
LEAVES = st.sampled_from(
    [
        *("a", "b", r"\\", r"\\", "&", r"\nonumber", r"\label{x}", r"\label{y}", r"\tag{1}", r"\tag*{$x$}", r"\ref{x}"),
        *(r"\hline", r"\intertext{t}", r"\text{see \eqref{y}}", r"\frac{a}{b}", r"a \over b", r"\label{}", "Hole0."),
    ]
)
DISPLAYS = st.recursive(
    st.lists(LEAVES, max_size=6).map(" ".join),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(" ".join),
        st.builds(r"\begin{{{0}}} {1} \end{{{0}}}".format, st.sampled_from(ENVIRONMENTS), inner),
        inner.map(r"\left( {} \right)".format),
        inner.map("{{{}}}".format),
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=5 * settings().max_examples)
@given(DISPLAYS, st.sampled_from(MODES))
def test_each_row_with_a_place_has_one_marker(tex: str, numbers: Numbers) -> None:
    """And each reference one; no label is in two rows more often than it was written."""
    formula = typeset(tex, numbers)
    written = [
        label for row in formula.rows for label in ([(row.label, row.offset)] if row.label else []) + [*row.also]
    ]
    assert len(set(written)) == len(written)
    assert set(written) <= set(formula.labels)
    assert all(0 <= row.offset <= len(tex) for row in formula.rows)
    for row, following in pairwise((*formula.rows, Row())):
        assert not row.parent or following.part
    if formula.mathml is None:
        assert formula.problem == typeset(tex, "none").problem
        return
    assert sorted(places(formula)) == with_place(formula)
    found = [int(marker["reference"]) for marker in MARKER.finditer(formula.mathml) if marker["reference"]]
    assert sorted(found) == list(range(len(formula.references)))
    assert len(CELL.findall(formula.mathml)) == len(with_place(formula))


@settings(deadline=None)
@given(DISPLAYS)
def test_without_labels_and_tags_nothing_is_numbered(tex: str) -> None:
    """The mode "labelled" then gives the very formula that the mode "none" gives."""
    bare = re.sub(r"\\(?:label|tag\*?)\{[^}]*\}", "", tex)
    typesetter = Typesetter()
    assert typesetter.typeset(bare, display=True, numbers="labelled") is typesetter.typeset(bare, display=True) or (
        typesetter.typeset(bare, display=True).mathml is None
    )


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of real formulas is not here")
def test_real_formulas_have_numbers() -> None:
    """Numbers spoil no formula, and every marker stands for a row."""
    typesetter = Typesetter()
    for line in CORPUS.read_text("utf-8").splitlines():
        row = json.loads(line)
        without = typesetter.typeset(row["latex"], display=row["display"])
        for numbers in MODES:
            formula = typesetter.typeset(row["latex"], display=row["display"], numbers=numbers)
            assert (formula.mathml is None) == (without.mathml is None)
            if formula.mathml is not None:
                assert places(formula) == with_place(formula), row["latex"]

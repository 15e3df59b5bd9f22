r"""Tests of typesetting. Cases with their expected results stand in `spec/tex.md`.

`python tests/test_tex.py` writes the results of all cases there anew; read the difference before you keep it.
"""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from math_core import LatexError, LatexToMathML
from msgspec import convert

from notes_site.tex import (
    MARKER,
    Formula,
    Macro,
    Numbers,
    Typesetter,
    commands,
    environments,
    glyphs,
    parse_macros,
    plain,
    symbols,
    xml_safe,
)
from notes_site.tex.markup import content
from notes_site.tex.nesting import MAX_DEPTH
from notes_site.tex.rewrites import RULES
from notes_site.tex.tokens import tokenize

SPEC = Path(__file__).parent / "spec" / "tex.md"
CORPUS = Path(__file__).parents[2] / "shared" / "corpora" / "formulas.jsonl"
# ## A title, the TeX, and the result, each in a fence; ```tex all gives the rows numbers as in the mode "all".
CASE = re.compile(
    r"^## (?P<title>[^\n]+)\n\n```tex(?: (?P<numbers>\w+))?\n(?P<tex>.*?)\n```\n\n"
    r"```(?:xml|text)\n(?P<result>.*?)\n```$",
    re.MULTILINE | re.DOTALL,
)
ENGINE = LatexToMathML(allow_unreliable_rendering=True, fancy_error=False)


def shown(formula: Formula) -> tuple[str, str]:
    """A result as the specification writes it, and the language of its fence."""
    lines = [content(formula.mathml).replace("<mtr>", "\n<mtr>")] if formula.mathml is not None else []
    if formula.problem is not None:
        problem = formula.problem
        lines.append(f"{problem.kind} at {problem.offset}+{problem.length}: {problem.message}")
        lines += [f"hint: {problem.hint}"] if problem.hint else []
    lines += [f"label {key} at {offset}" for key, offset in formula.labels]
    lines += [f"reference {' and '.join(each.keys)} at {each.offset}" for each in formula.references]
    for place, row in enumerate(formula.rows):
        kind = " parent" * row.parent + " part" * row.part + f" tag {row.tag_html}" * bool(row.tag_html)
        keys = " and ".join([key for key in (row.label, *(key for key, _ in row.also)) if key])
        lines.append(f"row «{place}»{kind}{' ' * bool(keys)}{keys} at {row.offset}")
    return MARKER.sub(visible, "\n".join(lines)), "text" if formula.mathml is None else "xml"


def visible(marker: re.Match[str]) -> str:
    """A marker as the specification shows it: `«0»` is the number of a row, `‹0›` what a reference shows."""
    return f"«{marker['row']}»" if marker["row"] else f"‹{marker['reference']}›"


def element(mathml: str) -> ET.Element:
    """The formula as XML, with something for each marker."""
    return ET.fromstring(MARKER.sub(visible, xml_safe(mathml)))


CASES = [
    pytest.param(case["tex"], case["numbers"], case["result"], id=case["title"])
    for case in CASE.finditer(SPEC.read_text("utf-8"))
]


@pytest.mark.parametrize(("tex", "numbers", "result"), CASES)
def test_each_case_of_the_specification_gives_its_result(tex: str, numbers: Numbers | None, result: str) -> None:
    """What `spec/tex.md` says is what a displayed formula gives."""
    assert shown(Typesetter().typeset(tex, display=True, numbers=numbers or "none"))[0] == result


def typeset(tex: str, *, display: bool = True, **macros: str) -> Formula:
    parsed, problems = parse_macros(macros)
    assert problems == ()
    return Typesetter().typeset(tex, display=display, macros={macro.name: macro for macro in parsed})


def drawn(tex: str, *, display: bool = True, **macros: str) -> str:
    formula = typeset(tex, display=display, **macros)
    assert formula.mathml is not None, formula.problem
    return content(formula.mathml)


# The author's TeX and macros


@pytest.mark.parametrize("tex", ["a < b", r"a \\ b & c", r"\text{a $x$}\label{k}", r"\newcommand{\x}{y}\x % &"])
def test_the_annotation_is_the_authors_own_tex(tex: str) -> None:
    """Copying a formula gives what the author wrote, with labels, definitions and comments."""
    mathml = typeset(tex).mathml
    assert mathml is not None
    annotation = element(mathml).find(".//annotation")
    assert annotation is not None
    assert annotation.text == tex


def test_macros_of_the_author_are_used_with_and_without_a_rewrite() -> None:
    """The engine expands simple macros, we expand the others, and both draw the same."""
    assert drawn(r"\vv{x}", vv=r"\mathbf{#1}") == drawn(r"\mathbf{x}")
    assert drawn(r"\vv{x} \\ y", vv=r"\mathbf{#1}") == drawn(r"\mathbf{x} \\ y")
    assert drawn(r"\E_x", E=r"\mathop{\mathbb{E}}") == drawn(r"\mathop{\mathbb{E}}_x")
    assert drawn(r"\RR^n", RR=r"\R", R=r"\mathbf{R}") == drawn(r"\mathbf{R}^n")


def test_a_macro_may_change_a_command_that_exists() -> None:
    """The author's meaning of a name wins over the engine's and over ours."""
    assert drawn(r"\phi", phi=r"\varphi") == drawn(r"\varphi")
    assert drawn(r"\mbox", mbox="x") == drawn("x")


def test_definitions_inside_a_formula_are_handed_on() -> None:
    """What a formula defines is in its result, in order; a provided command that is known is not."""
    formula = typeset(r"\newcommand{\a}[1]{#1} \def\b{c} \providecommand{\alpha}{x} \DeclareMathOperator*{\e}{e}")
    assert formula.defined == (Macro("a", "#1", 1), Macro("b", "c"), Macro("e", r"\operatorname*{e}"))


def test_the_same_formula_under_other_macros_is_another_formula() -> None:
    """The memo tells macros apart, but not macros that the formula does not use."""
    typesetter = Typesetter()
    first = typesetter.typeset(r"\x", display=False, macros={"x": Macro("x", "a")})
    second = typesetter.typeset(r"\x", display=False, macros={"x": Macro("x", "b")})
    third = typesetter.typeset(r"\x", display=False, macros={"x": Macro("x", "a"), "y": Macro("y", "c")})
    assert first.mathml != second.mathml
    assert first is third


def test_a_hint_names_only_macros_that_are_in_force() -> None:
    """A failure under some macros is not repeated under others."""
    typesetter = Typesetter()
    near = typesetter.typeset(r"\gradd", display=False, macros={"gradx": Macro("gradx", "a")}).problem
    far = typesetter.typeset(r"\gradd", display=False).problem
    assert near is not None
    assert far is not None
    assert near.hint == r'did you mean "\gradx"?'
    assert far.hint != near.hint


def test_one_bad_macro_spoils_no_other() -> None:
    """Each macro of the configuration is checked by itself and reported by its name."""
    macros, problems = parse_macros(
        {
            "R": r"\mathbb{R}",
            r"\norm": r"\left\lVert #1 \right\rVert",
            "pair": ["(#1,#2)", 2, "a"],
            "open": r"\left(",
            "bad": r"\nosuchname",
            "loop": r"\loop x",
            "x1": "y",
            "few": ["#1#2", 1],
            "unclosed": "{x",
        }
    )
    assert [macro.name for macro in macros] == ["R", "norm", "pair", "open"]
    assert macros[1].parameters == 1
    assert macros[2] == Macro("pair", "(#1,#2)", 2, "a")
    assert {name: problem.kind for name, problem in problems} == {
        "bad": "unknown-command",
        "loop": "expansion-limit",
        "x1": "bad-macro",
        "few": "bad-macro",
        "unclosed": "bad-macro",
    }


def test_a_macro_that_grows_without_end_is_a_problem() -> None:
    """Neither many expansions nor long results are followed for ever."""
    doubling = {"d": Macro("d", "#1#1", 1)}
    problem = Typesetter().typeset(r"\d{" * 40 + "x" + "}" * 40, display=False, macros=doubling).problem
    assert problem is not None
    assert problem.kind == "expansion-limit"


# Numbers, tags, inline formulas


def test_a_tag_in_an_inline_formula_is_shown_where_it_stands() -> None:
    """Inline, a number has no margin to stand in; it is no mistake."""
    formula = typeset(r"x \tag{1}", display=False)
    assert formula.mathml is not None
    assert "(1)" in formula.mathml
    assert formula.problem is None


@pytest.mark.parametrize(
    "tex",
    [
        r"\begin{align} a &= b && \text{by definition}\\ &\le c \tag{1} \end{align}",
        r"\begin{align} a &= b && c \tag{1} \\ d \\ &= e & \\ \end{align}",
        r"\begin{alignat*}{2} a \tag{1} \\ & b & c \\ \\ \end{alignat*}",
        r"a & b & c \\ {d \\ e} & \begin{matrix} f & g & h & i \end{matrix} \tag{1} \\ j",
        r"\begin{align} a \\ \intertext{and} b & c & d \tag{1} \\ e \tag{2} \end{align}",
        r"\begin{align} \\ a & b \tag{1} \end{align}",
    ],
)
def test_a_tag_stands_in_the_last_column(tex: str) -> None:
    """Every row of a formula with a tag has as many cells, or the tag would stand beside its row."""
    mathml = typeset(tex).mathml
    assert mathml is not None
    table = element(mathml).find(".//mtable")
    assert table is not None
    assert len({len(row) for row in table}) == 1
    assert any("(1)" in "".join(row[-1].itertext()) for row in table)


@pytest.mark.parametrize(
    ("tex", "message"),
    [
        (r"x \shoveleft{x}", r'"\shoveleft" may only begin a row of multline'),
        (r"\begin{gather} \shoveright{x} \end{gather}", r'"\shoveright" may only begin a row of multline'),
        (r"\big", r'a delimiter must follow "\big"'),
        (r"\big( \Biggl x", r'a delimiter must follow "\Biggl"'),
        (r"a \hline", r'"\hline" may only stand above or below a row of an array or a matrix'),
    ],
)
def test_a_message_names_the_command_that_the_author_wrote(tex: str, message: str) -> None:
    """What math-core calls a group of commands is not in the author's text."""
    problem = typeset(tex).problem
    assert problem is not None
    assert problem.message == message


def test_an_environment_may_stand_in_an_inline_formula() -> None:
    """A bare matrix or cases block needs no display."""
    assert "<mtable" in drawn(r"\begin{pmatrix} a \\ b \end{pmatrix}", display=False)


def test_offsets_are_code_points_of_the_authors_text() -> None:
    """Characters outside the basic plane and dropped text before a mistake do not shift it."""
    problem = typeset("\U0001d400 % é\n \\\\ \\nosuchname").problem
    assert problem is not None
    assert (problem.offset, problem.length) == (10, 11)


# MathML


def test_xml_safe_makes_xml_without_html() -> None:
    """Feeds and EPUB take no HTML in MathML and no named entities."""
    mathml = typeset(r"\sin x \textbf{a} \texttt{b} \textrm{c} \text{\emph{d} & }".replace("& ", r"\& ")).mathml
    assert mathml is not None
    safe = xml_safe(mathml)
    ET.fromstring(safe)
    assert not re.search(r"<(?:b|i|em|code|span)\b", safe)
    assert 'mathvariant="bold"' in safe
    assert "&ApplyFunction;" not in safe


def test_a_font_is_asked_for_the_italic_letters_browsers_draw() -> None:
    """A one-letter <mi> draws a letter that is not in the text of the page."""
    points = glyphs(typeset(r"x + h \alpha \mathrm{d} \le \sqrt{2} \sin y").mathml or "")
    assert {0x1D465, 0x210E, 0x1D6FC, ord("d"), ord("≤"), ord("2"), ord("s"), 0x1D466, 0x2061} <= points
    assert 0x1D451 not in points
    assert ord("\\") not in points


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"\nabla_\theta \log Z(\theta)", "∇θ log Z(θ)"),
        (r"\frac{a}{b}", "a/b"),
        (r"\frac{a+b}{2c}", "(a + b)/(2c)"),
        ("x^2", "x²"),
        (r"\mathbb{R}^n", "ℝⁿ"),
        (r"\R^{m \times n}", "ℝ^(m × n)"),
        (r"p(x \mid y) = 1", "p(x | y) = 1"),
        (r"D_{\mathrm{KL}}(p \,\|\, q)", "D_KL(p ‖ q)"),
        (r"\text{if $x>0$}", "if x > 0"),
        (r"\sum_{i=1}^n x_i", "∑ᵢ₌₁ⁿ xᵢ"),
        (r"k\text{-NN}", "k-NN"),
        (r"\frac12 \begin{pmatrix} 1 & 0 \\ 0 & 1 \end{pmatrix}", "1/2(1, 0; 0, 1)"),
        (r"\begin{bmatrix*}[r] 1 \\[2pt] -2 \\ \end{bmatrix*}^{-1}", "[1; −2]⁻¹"),
        (r"\det \begin{vmatrix} a & b \\ c & d \end{vmatrix}", "det |a, b; c, d|"),
        (r"\left[ \begin{array}{c|c} A & b \\ \hline 0 & 1 \end{array} \right]", "[A, b; 0, 1]"),
        (r"f = \begin{cases} 1 & x > 0 \\ 0 & \text{otherwise} \end{cases}", "f = {1, x > 0; 0, otherwise"),
        (r"\begin{aligned} a &= b \\ &= c \end{aligned}", "a = b = c"),
        (r"\begin{gathered} a \\ [b] \\[b] \end{gathered}", "a [b] [b]"),
        (r"a \\ b & c \end{pmatrix}", "a b c)"),
        (r"\nosuchname{x}", "x"),
        (r"{{{", ""),
        ("", ""),
    ],
)
def test_plain_is_readable_on_one_line(tex: str, text: str) -> None:
    """Titles, addresses and search read formulas as Unicode."""
    assert plain(tex, {"R": Macro("R", r"\mathbb{R}")}) == text


# The engine


def test_math_core_knows_every_command_of_our_tables() -> None:
    """The names that hints are made of are the engine's; a release that lacks one is noticed."""

    def is_known(name: str) -> bool:
        try:
            ENGINE.convert_with_local_state(f"\\{name} ", displaystyle=True)
        except LatexError as error:
            return "Unknown command" not in str(error)
        return True

    assert [name for name in sorted(symbols.KNOWN - {"begin", "end"}) if not is_known(name)] == []
    assert [name for name in commands.MACROS if is_known(name)] == []


def test_the_signs_of_our_table_are_those_math_core_draws() -> None:
    """The plain form of a command is what the formula shows."""
    for name, sign in symbols.SIGNS.items():
        mathml = ENGINE.convert_with_local_state(f"\\{name}", displaystyle=True)
        assert html.unescape(re.sub(r"<[^>]*>", "", mathml)).strip() == sign, name


def test_every_environment_becomes_one_that_math_core_knows() -> None:
    """No entry of the table leads to an unknown environment."""
    targets = {target for each in environments.ENVIRONMENTS.values() for target in (each.plain, each.tagged) if target}
    assert targets <= symbols.ENVIRONMENTS
    assert environments.ENVIRONMENTS.keys() >= symbols.ENVIRONMENTS


def test_every_macro_we_add_draws_something_or_is_empty() -> None:
    """The table of macros that math-core lacks has no mistake in it."""
    typesetter = Typesetter()
    for name, body in commands.MACROS.items():
        arguments = "{x}" * len(set(re.findall(r"#\d", body)) and range(int(max(re.findall(r"#(\d)", body)))))
        assert typesetter.typeset(f"\\{name}{arguments}", display=True).problem is None, name


@pytest.mark.slow
@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("{", "}"),
        (r"\left(", r"\right)"),
        (r"\hat ", ""),
        ("a^{", "}"),
        (r"\begin{matrix}", r"\end{matrix}"),
        (r"\textstyle ", ""),
        (r"\text{$", "$}"),
        (r"\sqrt[", "]{x}"),
        (r"\substack{", "}"),
        (r"\underbrace{", "}_a"),
        (r"\begingroup ", r"\endgroup "),
        (r"\color{red}", ""),
        (r"\mathop{", "}"),
        (r"\not ", ""),
        (r"\a{", "}"),
        ("(", ")"),
        (r"\sin(", ""),
        (r"\sum_i ", ""),
        (r"\sin^{2} ", ""),
        (r"\langle ", ""),
    ],
)
def test_deep_nesting_does_not_end_the_process(opening: str, closing: str) -> None:
    """Ten thousand levels are a problem of the formula's, also on a thread with half a megabyte of stack."""
    program = f"""
import threading
from notes_site.tex import Macro, Typesetter, plain
def run():
    for levels in (90, 250, 10000):
        tex = {opening!r} * levels + "x" + {closing!r} * levels
        formula = Typesetter().typeset(tex, display=True, macros={{"a": Macro("a", "{{{{#1}}}}", 1)}})
        plain(tex)
    assert formula.problem is not None and formula.mathml is None
    print(formula.problem.kind)
threading.stack_size(512 * 1024)
thread = threading.Thread(target=run)
thread.start()
thread.join()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=Path(__file__).parents[1], check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() in ("too-deep", "expansion-limit"), done.stderr


@pytest.mark.parametrize("bracket", ["(", "[", r"\sin(", r"\langle ", r"\{", r"\bigl("])
def test_brackets_that_are_never_closed_do_not_stop_the_build(bracket: str) -> None:
    """math-core's time doubles with each of them, so it is not asked."""
    problem = typeset(bracket * 60).problem
    assert problem is not None
    assert problem.kind == "too-deep"
    assert typeset(r"]0,1[ \cup [0,1) " * 12).mathml is not None


def test_a_formula_as_deep_as_allowed_is_typeset() -> None:
    """The limit is beyond what anyone writes."""
    levels = MAX_DEPTH - 1
    assert typeset("{" * levels + "x" + "}" * levels).mathml is not None


def test_a_sign_that_math_core_leaves_raw_is_escaped() -> None:
    r"""math-core 0.9.0 writes `\operatorname<` with a bare `<`, which would begin a tag."""
    assert '<mi mathvariant="normal">&lt;</mi>' in drawn(r"\operatorname< x")


# Any input

PIECES = [
    *"{}[]^_&$#%~*<>|'`\" \n\tab1-=()",
    *sorted(RULES),
    *sorted("\\" + name for name in symbols.KNOWN),
    *sorted(f"\\begin{{{name}}}" for name in environments.ENVIRONMENTS),
    *sorted(f"\\end{{{name}}}" for name in environments.ENVIRONMENTS),
    *[
        r"\newcommand{\a}",
        r"\def\a#1",
        r"\let\a",
        r"\a",
        r"\verb|",
        "#1",
        "{x}",
        r"\\[2pt]",
        "\x00",
        "\ud800",
        "\u202e",
        "\\",
    ],
]


@settings(deadline=None, max_examples=300)
@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PIECES), max_size=12).map("".join)), st.booleans())
def test_any_string_gives_a_formula_or_a_problem(tex: str, display: bool) -> None:
    """Nothing raises, what is drawn is well-formed, and a problem lies inside the text."""
    macros = {"a": Macro("a", "{#1}", 1), "b": Macro("b", r"\b x")}
    formula = Typesetter().typeset(tex, display=display, macros=macros)
    plain(tex, macros)
    if formula.mathml is None:
        assert formula.problem is not None
    else:
        element(formula.mathml)
        glyphs(formula.mathml)
    if formula.problem is not None:
        assert 0 <= formula.problem.offset <= len(tex)
        assert formula.problem.length >= 1
        assert "\n" not in formula.problem.message


@given(st.text())
def test_tokens_laid_end_to_end_are_the_text(tex: str) -> None:
    """The tokenizer loses nothing."""
    tokens = tokenize(tex)
    assert "".join(token.text for token in tokens) == tex
    assert [tex[token.start : token.end] for token in tokens] == [token.text for token in tokens]


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        "x",
        r"\alpha ",
        "{",
        "}",
        r"\\",
        "$",
        r"\nosuchname",
        r"\verb|",
        "a_b",
        "[",
        r"\sqrt[",
        r"\text{",
        r"\\[",
        r"\ref{a}",
    ],
)
def test_a_megabyte_is_answered(piece: str) -> None:
    """Long input takes time in proportion to its length, and nothing else."""
    tex = piece * (1_000_000 // len(piece))
    started = time.monotonic()
    Typesetter().typeset(tex, display=True)
    plain(tex)
    assert time.monotonic() - started < 30


# The corpus


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of real formulas is not here")
def test_real_formulas_are_typeset_well() -> None:
    """At least 99.7 % of the formulas convert, and none is drawn with what TeX would not show."""
    typesetter = Typesetter()
    failures: list[str] = []
    badly: list[str] = []
    rows = [json.loads(line) for line in CORPUS.read_text("utf-8").splitlines()]
    for row in rows:
        tex = row["latex"]
        formula = typesetter.typeset(tex, display=row["display"])
        if formula.mathml is None:
            failures.append(f"{row['corpus']} {row['file']}\n  {tex!r}\n  {formula.problem}\n")
            continue
        body = content(formula.mathml)
        element(formula.mathml)
        text = re.findall(r"<(?:mtext|mi)\b[^>]*>([^<]*)", body)
        command = any("\\" in words for words in text) and "backslash" not in tex and "setminus" not in tex
        empty_row = re.search(r"<mtr>(?:<mtd[^>]*></mtd>)*</mtr></mtable>", body)
        length = re.search(r"\[</mo><mn>\d+</mn><mi>(?:p</mi><mi>t|e</mi><mi>m|e</mi><mi>x)</mi>", body)
        if command or empty_row or length or "merror" in body or "Hole" in body:
            badly.append(tex)
    print("\n".join(failures))
    assert badly == []
    assert len(failures) <= 0.003 * len(rows)


def write_specification() -> None:
    """Write the result of every case anew."""

    def anew(case: re.Match[str]) -> str:
        numbers = convert(case["numbers"] or "none", Numbers)
        result, language = shown(Typesetter().typeset(case["tex"], display=True, numbers=numbers))
        mode = f" {case['numbers']}" if case["numbers"] else ""
        return f"## {case['title']}\n\n```tex{mode}\n{case['tex']}\n```\n\n```{language}\n{result}\n```"

    SPEC.write_text(CASE.sub(anew, SPEC.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    write_specification()

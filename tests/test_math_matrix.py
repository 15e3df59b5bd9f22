r"""Every form of formula, in every container, with every character that Markdown would like to have.

A form that takes lines of its own (`$$` on a line) cannot stand in a heading, a title or a cell, and is left out there.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import pytest

from notes_site.diagnostics import severity
from notes_site.markdown.options import Options
from notes_site.markdown.parse import Parser
from notes_site.model import Doc, Severity, Source

PARSER = Parser(Options())

PAYLOADS = {
    "a bar": r"p(x|y) + |z| + \|w\|",
    "row ends": r"a \\ b \\ c",
    "underscores": r"a_1 + b_{2} c_1",
    "stars": r"a * b ** c*d",
    "angles": r"a < b > c <d> e",
    "columns": r"\begin{matrix} a & b \\ c & d \end{matrix}",
    "an ampersand": r"a \& b",
    "a percent": r"50\% x \%",
    "brackets": r"[a](b) + [[c]] + [^1]",
    "primes and tildes": r"f'(x) ~~ g''(y)",
    "a highlight": r"==a== -- b",
}
FORMS = {
    "dollar": "${}$",
    "double dollar": "$${}$$",
    "parenthesis": r"\({}\)",
    "bracket": r"\[{}\]",
    "environment": r"\begin{{equation}}{}\end{{equation}}",
    "double dollar block": "$$\n{}\n$$",
    "bracket block": "\\[\n{}\n\\]",
    "environment block": "\\begin{{align}}\n{}\n\\end{{align}}",
}


def body(doc: Doc) -> str:
    return "".join(piece if isinstance(piece, str) else "{hole}" for piece in doc.body)


@dataclass(frozen=True, slots=True)
class Container:
    """Where a formula stands: the text around it, what its own lines begin with, and where it comes out."""

    before: str = ""
    after: str = ""
    indent: str = ""
    block: str | None = None
    out: Callable[[Doc], str] = body

    def source(self, formula: str) -> str:
        if "\n" not in formula:
            return self.before + formula + self.after
        assert self.block is not None
        return self.block + "".join(f"{self.indent}{line}\n" for line in formula.split("\n"))


CONTAINERS = {
    "paragraph": Container("Before ", " after.", block="Before\n"),
    "paragraph of its own": Container(block=""),
    "heading": Container("## The ", " of it"),
    "list": Container("- item ", " end", indent="  ", block="- item\n\n"),
    "nested list": Container("1. a\n   - item ", "", indent="     ", block="1. a\n   - item\n\n"),
    "quote": Container("> Said ", ".", indent="> ", block="> Said\n>\n"),
    "callout": Container("> [!note] A\n> Text ", ".", indent="> ", block="> [!note] A\n"),
    "callout title": Container("> [!note] On ", "\n> Text."),
    "div": Container("::: {.proof}\nText ", "\n:::", block="::: {.proof}\n"),
    "div title": Container("::: {#thm-a}\n## On ", "\n\nText.\n:::"),
    "table cell": Container("| a | b |\n|---|---|\n| x | ", " |"),
    "table head": Container("| a | ", " |\n|---|---|\n| x | y |"),
    "footnote": Container("A[^n].\n\n[^n]: Note ", ".", indent="    ", block="A[^n].\n\n[^n]: Note\n\n"),
    "table caption": Container("| a |\n|---|\n| x |\n\n: About ", ""),
    "picture caption": Container("![About ", "](a.png){fig-alt=x}"),
    "definition": Container("Term\n: About ", "", indent="    ", block="Term\n: About\n\n"),
    "term": Container("The ", "\n: About"),
    "link": Container("[see ", "](a.md)"),
    "emphasis": Container("*see ", " there*"),
    "title": Container("---\ntitle: >-\n  On ", " again\n---\n", out=lambda doc: doc.facts.title.html),
    "description": Container("---\ndescription: >-\n  On ", "\n---\n", out=lambda doc: doc.facts.summary.html),
    "tag": Container("---\ntags:\n  - |-\n    ", "\n---\n", out=lambda doc: doc.facts.tags[0].html),
}

CASES = [
    pytest.param(CONTAINERS[container], FORMS[form], id=f"{form} in {container}")
    for container, form in product(CONTAINERS, FORMS)
    if "\n" not in FORMS[form] or CONTAINERS[container].block is not None
]


@pytest.mark.parametrize(("container", "form"), CASES)
def test_a_formula_is_the_authors_tex_wherever_it_stands(container: Container, form: str) -> None:
    for payload in PAYLOADS.values():
        assert_tex(container, form, payload)


def assert_tex(container: Container, form: str, payload: str) -> None:
    """A formula in a form stands in a container as one formula, with the TeX that was written, and nothing is wrong."""
    formula = form.format(payload)
    doc = PARSER.parse(Source("note.md", "", container.source(formula).encode()))
    made = re.sub(r'<small class="sidenote".*?</small>', "", container.out(doc), flags=re.DOTALL)  # said again
    annotations = re.findall(r"<annotation[^>]*>(.*?)</annotation>", made, re.DOTALL)
    tex = formula if r"\begin{" in form else payload
    # A line may keep what it is indented by beyond the container's own indent.
    assert [re.sub(r"\n +", "\n", html.unescape(found)) for found in annotations] == [tex]
    assert made.count("<math") == 1
    assert "$" not in re.sub(r"<annotation.*?</annotation>", "", made, flags=re.DOTALL)
    assert [problem for problem in doc.findings.problems if severity(problem) is Severity.ERROR] == []

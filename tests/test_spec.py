"""The cases of `spec/*.md`: Markdown in, HTML and diagnostics out. Python only drives.

A case is a heading that states a fact, and fences of four backticks (or more, when the case itself holds four):

    ## a fact as a sentence
    ````markdown      the note. Words after `markdown` are options: `smart=off`, `html=off`, `breaks=on`,
                      `double=inline`; `terms` gives it the glossary TERMS; `mathml` shows formulas as MathML, which
                      are shown as their TeX otherwise
    ````html          the body, with holes as `{ref other.md#part}`; may be left out when there are facts
    ````facts         what the rest of the site learns: settings, title, summary, anchors
    ````text          the diagnostics; left out when there are none

`python -m pytest --golden tests/test_spec.py` writes everything after the note anew; so does `make golden`.
`tex.md` has cases of another form, driven by `test_tex.py`, and `site/*.md` those of whole sites, by
`test_site_spec.py`.
"""

from __future__ import annotations

import html
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

import pytest
from msgspec.structs import fields, replace
from shown import shown_html

from notes_site.diagnostics import render_text, sort_problems
from notes_site.glossary import read_glossary
from notes_site.kinds import Counting
from notes_site.markdown.options import Options
from notes_site.markdown.parse import Parser
from notes_site.marks import filled
from notes_site.model import (
    Asset,
    Cite,
    Doc,
    Embed,
    End,
    Facts,
    Hole,
    Include,
    IndexMark,
    Num,
    Picture,
    Ref,
    Settings,
    Source,
    Start,
    Term,
    Text,
    WikiLink,
    Xref,
)

SPEC = Path(__file__).parent / "spec"
FILES = sorted(path for path in SPEC.glob("*.md") if path.name != "tex.md")
OUTPUTS = ("html", "facts", "text")
TERMS = r"""
sgd: {short: SGD, long: stochastic gradient descent, text: 'An optimizer, with a step $\eta$.'}
rnn: {short: RNN, long: recurrent neural network, plural: RNNs, long_plural: recurrent neural networks}
or: {short: OR, long: operations research, match: false}
convex-function: {name: convex function, text: "Its graph lies *below* its chords."}
pde: {name: partial differential equation, match: true}
space: {name: "$L^p$ space"}
policy: {name: policy}
"""

# `## a fact`, then a fence ````markdown, then the fences of what is expected
CASE = re.compile(
    r"^## (?P<name>[^\n]+)\n\n(?P<fence>`{4,})markdown(?P<options>[^\n]*)\n(?P<source>(?s:.*?))^(?P=fence)\n"
    r"(?P<expected>(?:\n(?P=fence)(?:html|facts|text)\n(?:(?!(?P=fence)).*\n)*(?P=fence)\n)*)",
    re.MULTILINE,
)
EXPECTED = re.compile(r"\n(?P<fence>`{4,})(?P<kind>\w+)\n(?P<content>(?:(?!(?P=fence)).*\n)*)(?P=fence)\n")


@dataclass(frozen=True, slots=True)
class Case:
    """One case as it stands in its file; `expected` maps the kind of a fence to what is in it."""

    file: str
    name: str
    fence: str
    options: str
    source: str
    expected: tuple[tuple[str, str], ...]


def cases_in(path: Path) -> list[Case]:
    made = []
    for found in CASE.finditer(path.read_text("utf-8")):
        expected = tuple((one["kind"], one["content"]) for one in EXPECTED.finditer(found["expected"]))
        made.append(Case(path.name, found["name"], found["fence"], found["options"], found["source"], expected))
    return made


def options_of(case: Case) -> Options:
    words = case.options.split()
    return Options(
        html="html=off" not in words,
        smart="smart=off" not in words,
        breaks="breaks=on" in words,
        inline_double_dollar="inline" if "double=inline" in words else "display",
        terms=read_glossary(TERMS, "glossary.yml").words if "terms" in words else (),
        counting=counting_in(words),
        cites="cites" in words,
        lang=next((word[5:] for word in words if word.startswith("lang=")), "en"),
    )


def counting_in(words: Sequence[str]) -> Counting:
    """`equations=all`, `theorems=none`, `sections=2` …"""
    counting = Counting()
    for word in words:
        name, _, value = word.partition("=")
        if name in Counting.__struct_fields__:
            counting = replace(counting, **{name: int(value) if name == "sections" else value})
    return counting


def shown_hole(hole: Hole) -> str:
    match hole:
        case Ref(target, None):
            return f"{{ref {target}}}"
        case Ref(target, classes):
            return f'href="{{ref {target}}}"' + (f' class="{classes}"' if classes else "")
        case Asset(target):
            return f"{{asset {target}}}"
        case WikiLink(target, fragment, text):
            return f"{{wiki {target}{'#' + fragment if fragment else ''}{'|' + text if text else ''}}}"
        case Embed(target, fragment):
            return f"{{embed {target}{'#' + fragment if fragment else ''}}}\n"
        case Picture(target, alt, attributes):
            if target.startswith("blob:"):
                return f'{{picture drawn here "{alt}"}}'
            return f'{{picture {target} "{alt}"{"".join(f" {k}={v}" for k, v in attributes)}}}'
        case Include(target, language, first, last):
            return f"{{include {target} {language} {first}-{last or 'end'}}}"
        case Num(label, before, after):
            return f"{before}{{number {label}}}{after}"
        case Start() | End():
            return ""
        case Xref(keys, form, prefix, capital):
            words = [form, prefix and f'"{prefix}"', "^" * capital, ", ".join(keys)]
            return f"{{reference {' '.join(word for word in words if word)}}}"
        case Cite(_, narrative, written):
            return f"{{citation{' in a sentence' if narrative else ''} {written}}}"
        case Term(key, text, form, plural, capital, first, linked):
            flags = [form, "plural" * plural, "capital" * capital, "first" * first, "still" * (not linked)]
            flags.append(text and f'"{text}"')
            return f"{{term {' '.join([key, *filter(None, flags)])}}}"
        case _:
            assert_never(hole)


def shown_facts(facts: Facts) -> str:
    """What is not as it would be in an empty note, one fact in a line."""
    rows = []
    for field in fields(Settings):
        value = getattr(facts.settings, field.name)
        if value != field.default:
            rows.append(f"settings.{field.name}: {value}")
    for name in ("title", "subtitle", "summary"):
        text: Text = getattr(facts, name)
        if text:
            rows.append(f"{name}: {shown_html(text.html)}")
            if text.plain != html.unescape(text.html):
                rows.append(f"{name}, plain: {text.plain}")
    rows += [f"tag: {shown_html(tag.html)}" for tag in facts.tags if tag.html != tag.plain]
    for i, label in enumerate(facts.labels):
        place = f" of {label.of}" if label.of >= 0 else ""
        part = f" part {label.part}" if label.part else ""
        number = "" if label.counted else f" number {label.number.plain}" if label.number else " without a number"
        about = f" about {' '.join(label.about)}" if label.about else ""
        about += f" within {label.within}" if label.within >= 0 else ""
        what = f"label {i}: {label.kind} {label.key or '-'} #{label.anchor}{part}{place}{number}{about}"
        rows.append(f"{what}: {label.caption.plain}")
    for mention in facts.mentions:
        within = f" within {mention.within}" if mention.within >= 0 else ""
        rows.append(f"mention: {mention.kind} {mention.key}{within}")
    rows += [f"heading {h.level} #{h.anchor}: {h.text.plain}" for h in facts.headings]
    rows += [f"index: {shown_mark(mark)}" for mark in facts.marks]
    for symbol in facts.symbols:
        where = f"#{symbol.anchor}" if symbol.used else "(not used)"
        rows.append(f"symbol {where} {symbol.look.plain}: {shown_html(symbol.meaning.html)}")
    return "".join(filled(row, shown_hole) + "\n" for row in rows)


def shown_mark(mark: IndexMark) -> str:
    """An entry of the index: its words, each with what it is sorted by, and where it leads."""
    words = [w.text.plain + (f" (as {w.sort})" if w.sort != w.text.plain else "") for w in mark.words]
    leads = f"see{' also' * mark.also} {mark.see.plain}" if mark.see else f"#{mark.anchor}"
    return f"{' > '.join(words)} -> {leads}"


def parsed(case: Case) -> Doc:
    return Parser(options_of(case)).parse(Source("note.md", "", case.source.encode()))


def outcome(case: Case) -> dict[str, str]:
    """What the case gives, by the kind of fence that shows it."""
    doc = parsed(case)
    body = "".join(piece if isinstance(piece, str) else shown_hole(piece) for piece in doc.body)
    body = shown_html(body, mathml="mathml" in case.options.split())
    problems = "".join(render_text(problem) + "\n" for problem in sort_problems(doc.findings.problems))
    return {"html": body.rstrip("\n") + "\n", "facts": shown_facts(doc.facts), "text": problems}


def kinds(case: Case) -> list[str]:
    """The fences that the case should have."""
    asked = [kind for kind, _ in case.expected if kind != "text"] or ["html"]
    return [kind for kind in OUTPUTS if kind in asked or (kind == "text" and outcome(case)["text"])]


def rewritten(case: Case) -> str:
    made = outcome(case)
    fences = "".join(f"\n{case.fence}{kind}\n{made[kind]}{case.fence}\n" for kind in kinds(case))
    return f"## {case.name}\n\n{case.fence}markdown{case.options}\n{case.source}{case.fence}\n{fences}"


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


def test_case(case: Case) -> None:
    """The fences of the case hold what the case gives."""
    made = outcome(case)
    assert dict(case.expected) == {kind: made[kind] for kind in kinds(case)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_fence_of_a_file_belongs_to_a_case_and_every_name_stands_once(path: Path) -> None:
    assert "````" not in CASE.sub("", path.read_text("utf-8"))
    names = [case.name for case in cases_in(path)]
    assert len(names) == len(set(names))

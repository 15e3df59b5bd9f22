"""Pages as cases show them: a formula as its TeX, and a part of a page by a selector or as its words."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from notes_site.markdown.rawhtml import VOID
from notes_site.tex.markup import content

MATH: Final = re.compile(r"<math(?P<attributes>[^>]*)>.*?</math>", re.DOTALL)
ANNOTATION: Final = re.compile(r"<annotation[^>]*>(.*?)</annotation>", re.DOTALL)
# what is shown inside of a formula: numbers and references
_INSIDE: Final = re.compile(
    r'<mtext id="[^"]*">.*?</mtext>|<mtext>(?:<a class="self"[^>]*>)?\([\w.]+\)(?:</a>)?</mtext>|<a class="ref".*?</a>',
    re.DOTALL,
)
# `<math>x^2 <mtext id="eq-a">(1)</mtext></math>`: the TeX, and what was inside
_SHOWN_MATH: Final = re.compile(r"<math[^>]*>(.*?)(?: ((?:<mtext|<a ).*?))?</math>", re.DOTALL)
# a heading's link to itself
_ANCHOR: Final = re.compile(r'<a class="anchor" [^>]*>#</a>')
# `<p class="a">`, `</p>`
_TAG: Final = re.compile(r'<(?P<end>/?)(?P<name>[a-zA-Z][\w-]*)(?P<attributes>(?:[^<>"]|"[^"]*")*)>')
_ATTRIBUTE: Final = re.compile(r'\s(id|class)="([^"]*)"')
# what stands on a line of its own
_BLOCK: Final = re.compile(r"</?(?:p|div|li|[uod]l|d[td]|h[1-6]|details|summary|section|table|t[rdh]|figure)[ >]")


def shown_html(body: str, *, mathml: bool = False, inside: bool = False) -> str:
    """HTML as the cases write it: formulas as their TeX or as MathML, without the links of headings to themselves."""
    body = MATH.sub(lambda found: content(found[0]), body) if mathml else as_tex(body, inside=inside)
    return _ANCHOR.sub("", body)


def as_tex(body: str, *, inside: bool = False) -> str:
    """HTML in which each formula is its TeX (the annotation), with the numbers and references in it if asked for.

    One inside of a number has no TeX, and stays as it is.
    """

    def formula(found: re.Match[str]) -> str:
        tex = ANNOTATION.search(found[0])
        if tex is None:
            return found[0]
        return f"<math{found['attributes']}>{tex[1]}{_within(found[0]) if inside else ''}</math>"

    return MATH.sub(formula, body)


def _within(formula: str) -> str:
    return "".join(f" {part}" for part in _INSIDE.findall(formula))


@dataclass(frozen=True, slots=True)
class _Element:
    """Where an element begins and ends, its tag, id and classes, and the place of the element that it is in, or -1."""

    start: int
    end: int
    tag: str
    anchor: str
    classes: frozenset[str]
    parent: int

    def answers(self, step: str) -> bool:
        """Whether a step of a selector names it."""
        if step.startswith("#"):
            return self.anchor == step[1:]
        tag, *wanted = step.split(".")
        return tag in ("", self.tag) and self.classes.issuperset(wanted)


def selected(page: str, selector: str) -> list[str]:
    """The elements of a page that a selector names, outermost ones.

    Its steps go from outer to inner ones and are `tag`, `#id`, `.class` or `tag.class`: `#thm-clt .head`, `main li`;
    after `>` stands what is directly inside: `.body > p`.
    """
    elements = _elements(page)
    found: list[int] | None = None
    direct = False
    for step in selector.split():
        if step == ">":
            direct = True
            continue
        inner: list[int] = []
        for i, element in enumerate(elements):
            above = [element.parent] if direct else list(_above(elements, i))
            within = found is None or any(j in found for j in above)
            if within and element.answers(step) and not any(j in inner for j in _above(elements, i)):
                inner.append(i)
        found, direct = inner, False
    return [page[elements[i].start : elements[i].end] for i in found or ()]


def _above(elements: Sequence[_Element], i: int) -> Iterator[int]:
    """The places of the elements around one, from the inside."""
    while (i := elements[i].parent) >= 0:
        yield i


def _elements(page: str) -> list[_Element]:
    """All elements, in the order in which they begin. What is opened and not closed ends with what is around it."""
    made: list[_Element] = []
    opened: list[int] = []
    for tag in _TAG.finditer(page):
        name = tag["name"]
        if not tag["end"]:
            said = dict(_ATTRIBUTE.findall(tag["attributes"]))
            classes = frozenset(said.get("class", "").split())
            parent = opened[-1] if opened else -1
            if name not in VOID:
                opened.append(len(made))
            made.append(_Element(tag.start(), tag.end(), name, said.get("id", ""), classes, parent))
        elif any(made[i].tag == name for i in opened):
            while made[i := opened.pop()].tag != name:
                made[i] = replace(made[i], end=tag.start())
            made[i] = replace(made[i], end=tag.end())
    return made


def words_of(element: str) -> str:
    """What an element says in one line: formulas between dollar signs, a space where a block begins or ends."""
    text = _SHOWN_MATH.sub(lambda found: f"${found[1]}$ {found[2] or ''}".rstrip(), element)
    text = re.sub(r"<[^>]*>", "", _BLOCK.sub(lambda tag: f" {tag[0]}", text))
    return " ".join(html.unescape(text).split())

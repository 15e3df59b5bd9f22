"""Formulas to MathML, or to their source and what is wrong with it. Reads no file."""

from __future__ import annotations

import html
import re
from collections.abc import MutableMapping, Sequence
from typing import Any, ClassVar

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from msgspec import Struct

from notes_site.kinds import REFERENCE_FORMS, canonical, letters
from notes_site.markdown.attributes import NONE
from notes_site.markdown.draft import At, Draft, at_of, draft_of
from notes_site.markdown.notation import note_symbols
from notes_site.marks import mark
from notes_site.model import EMPTY, End, Label, Num, Start, Text, Xref
from notes_site.tex import Formula, FormulaReference, Numbers, Row, Typesetter, drawn_length, glyphs

# four words in a row without any TeX: a sentence between two dollar signs
_PROSE = re.compile(r"^[^\\^_={}+<>|&]*\b[A-Za-z]{2,}(?:[ ,]+[A-Za-z]{2,}){3,}[^\\^_={}+<>|&]*$")
# an inline formula of more glyphs than this scrolls by itself on a narrow screen
LONG = 24
_KINDS = {
    "syntax": "N020", "unknown-command": "N021", "unknown-environment": "N021", "bad-macro": "N022",
    "expansion-limit": "N023",
}  # fmt: skip


def escape(text: str) -> str:
    return html.escape(text, quote=True)


def to_itself(anchor: str) -> str:
    """The beginning of a link from a thing to itself, which `</a>` ends."""
    return f'<a class="self" href="#{escape(anchor)}">'


# what stands for the first reference in a formula
_REFERENCE = re.compile("\x04([0-9]+)\x05")
# where a number is to stand, with the first words of a tag: `<mtext>\x020\x03</mtext><mrow><mtext>(</mtext>`
_CELL = re.compile("<mtext>\x02(?P<row>[0-9]+)\x03</mtext>(?:(?P<mixed><mrow>)?<mtext>(?P<words>[^<\0]+)</mtext>)?")


class Typeset(Struct, frozen=True):
    """A formula as HTML, the rows of it that have numbers or labels, and each label in it with its offset."""

    html: str
    rows: tuple[Row, ...] = ()
    labels: tuple[tuple[str, int], ...] = ()


class _Cell(Struct, frozen=True):
    """What is said at the end of a row: its id as an attribute, its number or else the link and the name of its tag."""

    id: str = ""
    number: str = ""
    link: str = ""
    tag: str = ""


def _written(found: re.Match[str], cell: _Cell) -> str:
    """The number of a row or the words of its tag, as a link to the row; of a tag with formulas the first words."""
    mixed, words = found["mixed"] or "", found["words"]
    if cell.number:
        return f"<mtext{cell.id}>{cell.number}</mtext>"
    if words and cell.link and not mixed:
        return f"<mtext{cell.id}>{cell.link}{words}</a></mtext>"
    own = f"<mtext{cell.id}></mtext>" if cell.id else ""
    if words and cell.link:
        link = f'{cell.link[:-1]} aria-label="{escape(cell.tag)}">'
        return f"{own}{mixed}<mtext>{link}{words}</a></mtext>"
    return own + (f"{mixed}<mtext>{words}</mtext>" if words else "")


class Formulas(RendererHTML):
    """Rules for formulas, and the ids that may stand on a block."""

    typesetter: ClassVar[Typesetter] = Typesetter()

    def renderToken(  # noqa: N802 - markdown-it's name
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, _env: MutableMapping[str, Any]
    ) -> str:
        """The tag of a token without a rule: a block's tag ends its line unless text or the tag's own end follows."""
        token = tokens[idx]
        if token.hidden:
            return ""
        attributes = self.renderAttrs(token) if token.attrs else ""
        if token.nesting == -1:
            return f"</{token.tag}{attributes}>\n" if token.block else f"</{token.tag}{attributes}>"
        if token.nesting == 0 and options["xhtmlOut"]:
            attributes += " /"
        if not token.block:
            return f"<{token.tag}{attributes}>"
        before, after = "\n" if idx and tokens[idx - 1].hidden else "", "\n"
        if token.nesting == 1 and idx + 1 < len(tokens):
            following = tokens[idx + 1]
            if (
                following.type == "inline"
                or following.hidden
                or (following.nesting == -1 and following.tag == token.tag)
            ):
                after = ""
        return f"{before}<{token.tag}{attributes}>{after}"

    def formula(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token = tokens[idx]
        if not token.meta["display"]:
            made, tail = self.typeset(token, draft_of(env)).html, token.meta.get("tail", "")
            if not tail:
                return made
            return f'<span class="nobreak">{made}{escape(tail)}</span>'
        return self.display(token, draft_of(env), "span")

    def formula_block(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
        made = self.display(tokens[idx], draft_of(env), "div")
        return made + "\n" if made else ""

    def display(self, token: Token, draft: Draft, tag: str) -> str:
        """A formula on lines of its own, in an element with its label's anchor."""
        attributes = token.meta.get("attributes") or NONE
        kind = draft.kinds.of_key(attributes.id) if attributes.id and not draft.bare else None
        key = canonical(attributes.id) if kind is not None and kind.name == "equation" else ""
        mode = draft.options.counting.equations
        if draft.bare or mode == "none":
            numbers: Numbers = "none"
        elif key:
            numbers = "whole"
        else:
            everything = mode == "all" and draft.numbered and "unnumbered" not in attributes.classes
            numbers = "all" if everything else "labelled"
        anchor = draft.claim(attributes.id, at_of(token)) if attributes.id and not draft.bare else ""
        made = self.typeset(token, draft, numbers)
        if not made.html:
            return ""
        shown, labels, own = self.with_numbers(made, token, draft, key, anchor)
        anchor = anchor or own
        if made.labels and not draft.bare:
            without, own = self.without_numbers(made, token, draft, key, anchor)
            labels, anchor = labels + without, anchor or own
        written = f' id="{escape(anchor)}"' if anchor else ""
        return self.bounded(draft, labels, f'<{tag} class="formula"{written}>{shown}</{tag}>')

    def with_numbers(
        self, made: Typeset, token: Token, draft: Draft, key: str, anchor: str
    ) -> tuple[str, list[int], str]:
        """The formula with holes for its numbers, its labels, and the anchor of the only one."""
        if not made.rows:
            if not key:
                return made.html, [], ""
            bare = Label("equation", key, anchor, counted=False, within=draft.inside)
            return made.html, [draft.label(bare, at_of(token))], ""
        labels: list[int] = []
        within = draft.inside
        cells: dict[str, _Cell] = {}
        only = sum(not row.parent for row in made.rows) == 1 and not anchor
        parent, parts, own = -1, 0, ""
        for i, row in enumerate(made.rows):
            at = At(at_of(token).line, at_of(token).text, self.at(token, row.offset))
            name, place = canonical(row.label), ""
            if key and not i:
                name, place = key, anchor
            elif name:
                place = draft.claim(name, at)
            number = Text(row.tag_html, row.tag_plain)
            if not (place or anchor or row.parent):
                place = draft.anchor("equation")  # nobody refers to it by name, but a reader may lead others to it
            part = ""
            if row.part and parent >= 0 and not number:
                part, parts = letters(parts), parts + 1
            of = parent if part else -1
            one = Label("equation", name, place, EMPTY, not number, number, part=part, of=of, within=within)
            label = draft.label(one, at)
            labels.append(label)
            further = (
                row.also if name == canonical(row.label) or not row.label else ((row.label, row.offset), *row.also)
            )
            for other, offset in further:
                if canonical(other) != key:  # that one was written around the display as well
                    at = At(at_of(token).line, at_of(token).text, self.at(token, offset))
                    second = Label("equation", canonical(other), place, of=label, within=within)
                    labels.append(draft.label(second, at))
            if row.parent:
                parent, parts = label, 0
                if place != anchor:
                    own = own or place
                continue
            written = f' id="{escape(place)}"' if place and place != anchor else ""
            if written and only and not own:
                own, written = place, ""
            link = to_itself(place or own or anchor)
            hole = "" if number else draft.hole(Num(label, f"{link}(", ")</a>"))
            cells[str(i)] = _Cell(written, hole, link, number.plain)
        return _CELL.sub(lambda found: _written(found, cells.get(found["row"], _Cell())), made.html), labels, own

    def without_numbers(
        self, made: Typeset, token: Token, draft: Draft, key: str, anchor: str
    ) -> tuple[list[int], str]:
        """The labels that no row with a number has, so that they lead to the formula, and an anchor if it needs one."""
        known = {key, *(canonical(name) for row in made.rows for name in (row.label, *(also for also, _ in row.also)))}
        labels: list[int] = []
        for label, offset in made.labels:
            name = canonical(label)
            if name in known:
                continue
            known.add(name)
            at = At(at_of(token).line, at_of(token).text, self.at(token, offset))
            anchor = anchor or draft.claim(name, at)
            labels.append(draft.label(Label("equation", name, anchor, counted=False, within=draft.inside), at))
        return labels, anchor

    @staticmethod
    def bounded(draft: Draft, labels: Sequence[int], made: str) -> str:
        """What has labels, between the marks of where these begin and end."""
        real = [label for label in labels if label >= 0]
        if not real:
            return made
        before = "".join(draft.hole(Start(label)) for label in real)
        *others, last = real
        after = "".join(draft.hole(End(label)) for label in others)
        # who refers to them is told once; parts of a figure leave it to the figure
        told = () if draft.figures and draft.labels[last].part else tuple(real)
        return f"{before}{made}{after}{draft.hole(End(last, told))}"

    def anchor_of(self, token: Token, env: MutableMapping[str, Any]) -> str:
        attributes = token.meta.get("attributes") or NONE
        if not attributes.id:
            return ""
        return f' id="{escape(draft_of(env).claim(attributes.id, at_of(token)))}"'

    def typeset(self, token: Token, draft: Draft, numbers: Numbers = "none") -> Typeset:
        """One formula as MathML, or its source and what is wrong with it."""
        tex, display = token.content, bool(token.meta["display"])
        formula = self.typesetter.typeset(tex, display=display, macros=draft.macros, numbers=numbers)
        draft.formulas += 1
        for macro in formula.defined:
            draft.macros[macro.name] = macro
        if draft.commented or formula.defined:
            given = token.meta.get("attributes") or NONE
            note_symbols(tex, formula.defined, draft, (given.id if display else "") or draft.section)
        if not display and len(tex) > 20 and _PROSE.match(tex):
            draft.report("N024", "this formula reads like prose", at_of(token), hint="write `\\$` for a dollar sign")
        problem = formula.problem
        if problem is not None:
            draft.report(
                _KINDS.get(problem.kind, "N020"),
                problem.message,
                at_of(token),
                hint=problem.hint or "",
                length=problem.length,
                position=self.at(token, problem.offset),
            )
        if formula.mathml is None:
            message = problem.message if problem else "cannot be typeset"
            shown = f'<code class="math-error" title="{escape(message)}">{escape(tex)}</code>'
            return Typeset(shown, (), formula.labels)
        if formula.defined and "<semantics><mrow></mrow><annotation" in formula.mathml:
            return Typeset("")  # nothing but definitions: nothing to show
        draft.glyphs |= self.glyphs_of(formula.mathml)
        if formula.labels and numbers != "none":
            self.check_labels(formula, token, draft)
        mathml = formula.mathml
        # what a reference is made of until it is worded has nothing to do with its length
        long = not display and len(tex) > LONG and drawn_length(mathml) > LONG
        if formula.references:
            said = [self.reference_in(reference, token, draft) for reference in formula.references]
            mathml = _REFERENCE.sub(lambda found: said[int(found[1])], mathml)
        if long:
            return Typeset(mathml.replace("<math", '<math class="long"', 1))
        return Typeset(mathml, formula.rows, formula.labels)

    def check_labels(self, formula: Formula, token: Token, draft: Draft) -> None:
        r"""Report the labels of rows that have no number."""
        named = {name for row in formula.rows for name in (row.label, *(also for also, _ in row.also))}
        silenced = "\\nonumber" in token.content or "\\notag" in token.content
        hint = "`\\nonumber` and `\\notag` take the number away" if silenced else ""
        for label, offset in formula.labels:
            if label not in named:
                at = At(at_of(token).line, at_of(token).text, self.at(token, offset))
                draft.report("N106", f'what the label "{label}" names has no number', at, hint=hint)

    def reference_in(self, reference: FormulaReference, token: Token, draft: Draft) -> str:
        """A reference inside a formula."""
        name = reference.command.lstrip("\\")
        keys = tuple(map(canonical, reference.keys))
        form, capital = REFERENCE_FORMS.get(name, "full"), 2 if name[:1] == "C" else 0
        hole = Xref(keys, form, "", capital, inside=True)
        if draft.bare:
            return mark(hole)
        at = At(at_of(token).line, at_of(token).text, self.at(token, reference.offset))
        for key in keys:
            draft.mention("label", key, at, len(name) + 1)
        return draft.hole(hole)

    _glyphs: ClassVar[dict[str, frozenset[int]]] = {}

    def glyphs_of(self, mathml: str) -> frozenset[int]:
        """The characters that a formula needs of a font."""
        found = self._glyphs.get(mathml)
        if found is None:
            found = self._glyphs[mathml] = glyphs(mathml)
        return found

    @staticmethod
    def at(token: Token, offset: int) -> int:
        return at_of(token).position + offset

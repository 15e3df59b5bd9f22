r"""A formula that math-core would refuse or draw wrongly: expanded, rewritten, converted, its holes filled.

Imported when the first such formula is met. Invariant: every string gives a Formula; nothing is raised.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

from math_core import LatexError, LatexToMathML
from msgspec import Struct

from notes_site.tex.commands import EXPANSIONS, MACROS
from notes_site.tex.expansion import Expansion, expand
from notes_site.tex.formula import (
    MARKER,
    Formula,
    FormulaReference,
    Macro,
    Numbers,
    Row,
    TexError,
    TexProblem,
)
from notes_site.tex.levels import Blocks, BottomRule, Draft, Number, Part, Tag, Tex, Words
from notes_site.tex.markup import ANNOTATION, BLOCKS, FORBIDDEN, annotated, content, running, with_bottom_rule
from notes_site.tex.mending import mended
from notes_site.tex.nesting import cannot_be_deep, check_braces, check_depth
from notes_site.tex.plain import plain
from notes_site.tex.problems import from_engine
from notes_site.tex.rewrites import Rewriting, rewrite
from notes_site.tex.symbols import KNOWN
from notes_site.tex.tokens import Token, joined, text_of, tokenize

# <mtext>words</mtext>
_WORDS = re.compile(r"<mtext>([^<]*)</mtext>")
# <mtext>see \x040\x05 there</mtext>
_MIXED = re.compile("<mtext([^>]*)>([^<\x04]*\x04[^<]*)</mtext>")
_REFERENCE = re.compile("(\x04[0-9]+\x05)")


class Workshop(Struct, frozen=True):
    """The engine without the author's macros, and those macros, of which a hint may name one."""

    engine: LatexToMathML
    macros: Mapping[str, Macro]

    def formula(self, tex: str, used: tuple[Macro, ...], *, display: bool, numbers: Numbers = "none") -> Formula:
        """The formula; `used` are the macros in it, also those in other macros. Numbers that spoil it are left out."""
        made = self._formula(tex, used, display=display, numbers=numbers)
        if made.mathml is None and numbers != "none":
            return self._formula(tex, used, display=display, numbers="none")
        return made

    def _formula(self, tex: str, used: tuple[Macro, ...], *, display: bool, numbers: Numbers) -> Formula:
        forbidden = FORBIDDEN.search(tex)
        if forbidden is not None:
            message = f"the character U+{ord(forbidden[0]):04X} is not for text"
            return Formula(None, TexProblem("bad-character", message, forbidden.start(), 1))
        expansion = Expansion((), ())
        labels: tuple[tuple[str, int], ...] = ()
        references: tuple[FormulaReference, ...] = ()
        rows: tuple[Row, ...] = ()
        try:
            macros = {macro.name: macro for macro in used}
            tokens = tokenize(tex)
            check_braces(tokens)
            expansion = expand(tokens, macros, is_known=_is_known)
            if not cannot_be_deep("".join([token.text for token in expansion.tokens])):
                check_depth(expansion.tokens)
            rewriting = rewrite(expansion.tokens, display=display, numbers=numbers)
            labels, references = rewriting.labels, rewriting.references
            filling = _Filling(self, rewriting, tex)
            rows = tuple(map(filling.row, rewriting.rows))
            mathml = self.convert(rewriting.tokens, tex, display=display)
            if rewriting.holes:
                mathml = filling.formula(mathml)
        except TexError as fault:
            return Formula(None, fault.problem, expansion.defined, labels, references, rows)
        return Formula(annotated(mathml, tex), None, expansion.defined, labels, references, rows)

    def convert(self, tokens: tuple[Token, ...], author: str, *, display: bool) -> str:
        spelled = joined(tokens)
        tex = "".join([token.text for token in spelled])
        try:
            return mended(self.engine.convert_with_local_state(tex, displaystyle=display))
        except LatexError as error:
            raise TexError(from_engine(str(error), spelled, self.macros, author)) from None


class _Filling:
    """Fills the holes of one formula; each row is numbered by its place among the rows."""

    def __init__(self, workshop: Workshop, rewriting: Rewriting, author: str) -> None:
        self._workshop = workshop
        self._rewriting = rewriting
        self._author = author
        self._places = {id(draft): place for place, draft in enumerate(rewriting.rows)}
        self._rules = [n for n, hole in enumerate(rewriting.holes) if isinstance(hole, BottomRule)]
        self._holes = re.compile(rewriting.marker + r"(\d+)\.")
        # the cell that math-core makes for a tag
        self._cell = re.compile(rf"<mtd((?: [^>]*)?><mtext>{rewriting.marker}(\d+)\.)")

    def formula(self, mathml: str) -> str:
        """The converted formula without holes."""
        body, annotation, _ = mathml.rpartition(ANNOTATION)
        body = self._filled(body)
        if self._rewriting.references:
            body = _MIXED.sub(_apart, body)
        return body + annotation + "</annotation></semantics></math>"

    def row(self, draft: Draft) -> Row:
        """The row as the result has it."""
        (label, offset), *also = draft.labels or [("", draft.offset)]
        tags = draft.tags
        return Row(
            label,
            offset,
            tuple(also),
            " ".join(map(self._tag_html, tags)),
            " ".join([plain("\\tag*{" + text_of(tag.content) + "}") for tag in tags]),
            any(tag.starred for tag in tags),
            draft.part,
            draft.parent,
        )

    def _filled(self, mathml: str) -> str:
        for number in self._rules:
            mathml = with_bottom_rule(mathml, f"{self._rewriting.marker}{number}.")
        return self._holes.sub(self._fill, self._cell.sub(self._classed, mathml)).replace("<mtext></mtext>", "")

    def _classed(self, cell: re.Match[str]) -> str:
        is_number = isinstance(self._rewriting.holes[int(cell[2])], Number)
        return f'<mtd class="number"{cell[1]}' if is_number else cell[0]

    def _fill(self, found: re.Match[str]) -> str:
        match self._rewriting.holes[int(found[1])]:
            case Words(text):
                return html.escape(text, quote=False)
            case Tex(tokens):
                return f"</mtext>{self._typeset(tokens, display=False)}<mtext>"
            case Blocks(parts):
                return f"</mtext>{BLOCKS}{''.join(map(self._block, parts))}</mtable><mtext>"
            case Number(draft):
                return "" if draft is None else f"\x02{self._places[id(draft)]}\x03"
            case BottomRule():
                return ""

    def _block(self, part: Part) -> str:
        """The row of a display, or of words, whose lines may break where the author's do."""
        drawn = self._typeset(part.tokens, display=not part.words)
        if not part.words:
            return f"<mtr><mtd>{drawn}</mtd></mtr>"
        line = running(_MIXED.sub(lambda text: "".join(_pieces(text)), drawn))
        return f'<mtr><mtd class="words">{line}</mtd></mtr>'

    def _typeset(self, tokens: tuple[Token, ...], *, display: bool) -> str:
        """What the tokens draw by themselves."""
        return self._filled(content(self._workshop.convert(tokens, self._author, display=display)))

    def _tag_html(self, tag: Tag) -> str:
        r"""What a `\tag` shows, without its parentheses, as HTML; a reference in it is shown as it is written."""
        number = int(tag.hole.text[len(self._rewriting.marker) : -1])
        hole = self._rewriting.holes[number]
        assert isinstance(hole, Tex)
        drawn = MARKER.sub(self._keys, self._typeset(hole.tokens, display=False))
        if not tag.starred:
            before, _, after = drawn.partition("<mtext>(")
            drawn = f"{before}<mtext>{after}"
            before, _, after = drawn.rpartition(")</mtext>")
            drawn = f"{before}</mtext>{after}".replace("<mtext></mtext>", "")
        words = _WORDS.fullmatch(drawn)
        return words[1] if words else f"<math>{drawn}</math>"

    def _keys(self, marker: re.Match[str]) -> str:
        return html.escape(", ".join(self._rewriting.references[int(marker["reference"])].keys), quote=False)


def _apart(text: re.Match[str]) -> str:
    """The text with each reference in an element of its own, as browsers put a link on a line of its own in others."""
    pieces = _pieces(text)
    return pieces[0] if len(pieces) == 1 else f"<mrow>{''.join(pieces)}</mrow>"


def _pieces(text: re.Match[str]) -> list[str]:
    return [f"<mtext{text[1]}>{piece}</mtext>" for piece in _REFERENCE.split(text[2]) if piece]


def _is_known(name: str) -> bool:
    return name in KNOWN or name in MACROS or name in EXPANSIONS

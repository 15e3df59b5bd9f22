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
from notes_site.tex.formula import Formula, Macro, TexError, TexProblem
from notes_site.tex.levels import BottomRule, Tex, Words
from notes_site.tex.markup import ANNOTATION, FORBIDDEN, annotated, content, sound, with_bottom_rule
from notes_site.tex.nesting import cannot_be_deep, check_braces, check_depth
from notes_site.tex.problems import from_engine
from notes_site.tex.rewrites import Rewriting, rewrite
from notes_site.tex.symbols import KNOWN
from notes_site.tex.tokens import Token, joined, tokenize


class Workshop(Struct, frozen=True):
    """The engine without the author's macros, and those macros, of which a hint may name one."""

    engine: LatexToMathML
    macros: Mapping[str, Macro]

    def formula(self, tex: str, used: tuple[Macro, ...], *, display: bool) -> Formula:
        """The formula; `used` are the macros in it, also those in other macros."""
        forbidden = FORBIDDEN.search(tex)
        if forbidden is not None:
            message = f"the character U+{ord(forbidden[0]):04X} is not for text"
            return Formula(None, TexProblem("bad-character", message, forbidden.start(), 1))
        expansion = Expansion((), ())
        rewriting: Rewriting | None = None
        try:
            macros = {macro.name: macro for macro in used}
            tokens = tokenize(tex)
            check_braces(tokens)
            expansion = expand(tokens, macros, is_known=_is_known)
            if not cannot_be_deep("".join([token.text for token in expansion.tokens])):
                check_depth(expansion.tokens)
            rewriting = rewrite(expansion.tokens, display=display)
            mathml = self._convert(rewriting.tokens, tex, display=display)
            mathml = self._filled(mathml, rewriting, tex)
        except TexError as fault:
            labels, references = (rewriting.labels, rewriting.references) if rewriting else ((), ())
            return Formula(None, fault.problem, expansion.defined, labels, references)
        return Formula(
            annotated(mathml, tex),
            None,
            expansion.defined,
            rewriting.labels,
            rewriting.references,
        )

    def _convert(self, tokens: tuple[Token, ...], author: str, *, display: bool) -> str:
        spelled = joined(tokens)
        tex = "".join([token.text for token in spelled])
        try:
            return sound(self.engine.convert_with_local_state(tex, displaystyle=display))
        except LatexError as error:
            raise TexError(from_engine(str(error), spelled, self.macros, author)) from None

    def _filled(self, mathml: str, rewriting: Rewriting, author: str) -> str:
        """The converted formula with its holes filled."""
        if not rewriting.holes:
            return mathml
        for number, hole in enumerate(rewriting.holes):
            if isinstance(hole, BottomRule):
                mathml = with_bottom_rule(mathml, f"{rewriting.marker}{number}.")

        def filling(found: re.Match[str]) -> str:
            match rewriting.holes[int(found[1])]:
                case Words(text):
                    return html.escape(text, quote=False)
                case Tex(tokens):
                    inside = content(self._convert(tokens, author, display=False))
                    return f"</mtext>{holes.sub(filling, inside)}<mtext>"
                case BottomRule():
                    return ""

        holes = re.compile(rewriting.marker + r"(\d+)\.")
        body, annotation, _ = mathml.rpartition(ANNOTATION)
        return holes.sub(filling, body).replace("<mtext></mtext>", "") + annotation + "</annotation></semantics></math>"


def _is_known(name: str) -> bool:
    return name in KNOWN or name in MACROS or name in EXPANSIONS

"""Formulas to MathML, or to their source and what is wrong with it. Reads no file."""

from __future__ import annotations

import html
import re
from collections.abc import MutableMapping, Sequence
from typing import Any, ClassVar

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from notes_site.markdown.attributes import NONE
from notes_site.markdown.draft import at_of, draft_of
from notes_site.tex import Typesetter, drawn_length, glyphs

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
            made, tail = self.typeset(token, env, display=False), token.meta.get("tail", "")
            if not tail:
                return made
            tail = escape(tail)
            return f'<span class="nobreak">{made}{tail}</span>' if 'class="long"' not in made else made + tail
        anchor = self.anchor_of(token, env)
        made = self.typeset(token, env, display=True)
        return f'<span class="formula"{anchor}>{made}</span>' if made else ""

    def formula_block(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token = tokens[idx]
        anchor = self.anchor_of(token, env)
        made = self.typeset(token, env, display=True)
        return f'<div class="formula"{anchor}>{made}</div>\n' if made else ""

    def anchor_of(self, token: Token, env: MutableMapping[str, Any]) -> str:
        attributes = token.meta.get("attributes") or NONE
        if not attributes.id:
            return ""
        return f' id="{escape(draft_of(env).claim(attributes.id, at_of(token)))}"'

    def typeset(self, token: Token, env: MutableMapping[str, Any], *, display: bool) -> str:
        """One formula as MathML, or its source and what is wrong with it."""
        draft = draft_of(env)
        tex = token.content
        formula = self.typesetter.typeset(tex, display=display, macros=draft.macros)
        draft.formulas += 1
        for macro in formula.defined:
            draft.macros[macro.name] = macro
        if formula.references and not draft.references_reported:
            draft.references_reported = True
            key, offset = formula.references[0]
            draft.report(
                "N035",
                f'references such as "{key}" are shown as written',
                at_of(token),
                position=self.at(token, offset),
            )
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
            return f'<code class="math-error" title="{escape(message)}">{escape(tex)}</code>'
        if formula.defined and "<semantics><mrow></mrow><annotation" in formula.mathml:
            return ""  # nothing but definitions: nothing to show
        draft.glyphs |= self.glyphs_of(formula.mathml)
        if not display and len(tex) > LONG and drawn_length(formula.mathml) > LONG:
            return formula.mathml.replace("<math", '<math class="long"', 1)
        return formula.mathml

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

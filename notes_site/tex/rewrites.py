r"""Rewrite TeX for math-core: what it refuses or silently drops becomes what it draws. Pure; macros are gone before.

Each rule is one function, and `RULES` names them all; a token without a rule passes unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from notes_site.tex import operators, rows, systems, writing
from notes_site.tex.commands import DELIMITED, DROPPED, REFERENCES, SIZES, TEXT
from notes_site.tex.environments import ROWS_FOR_TAGS
from notes_site.tex.formula import FormulaReference, Numbers
from notes_site.tex.levels import Draft, Hole, Mode, Rule
from notes_site.tex.numbers import whole
from notes_site.tex.tokens import Token, trimmed

_ROW_ENDS = frozenset({"\\\\", "\\newline", "\\cr", "\\tabularnewline"})

RULES: Mapping[str, Rule] = {
    "{": rows.group,
    "\\left": rows.left,
    "\\begin": rows.environment,
    "&": rows.column_end,
    "\\hline": rows.rule,
    "\\hdashline": rows.rule,
    "\\fbox": writing.framed_text,
    "\\operatorname": operators.operator_name,
    "\\operatornamewithlimits": operators.operator_name,
    "\\mathop": operators.operator,
    "\\color": operators.color,
    "\\textcolor": operators.color,
    "\\substack": rows.stack,
    "\\smash": operators.smash,
    "\\hspace": operators.starred_space,
    "\\intertext": writing.intertext,
    "\\shortintertext": writing.intertext,
    systems.WORDS: systems.words,
    "\\label": writing.label,
    "\\tag": writing.tag,
    **dict.fromkeys(_ROW_ENDS, rows.row_end),
    **dict.fromkeys(DELIMITED, rows.delimited),
    **dict.fromkeys(TEXT, writing.text),
    **dict.fromkeys(REFERENCES, writing.reference),
    **dict.fromkeys(("\\nonumber", "\\notag"), writing.unnumbered),
    **dict.fromkeys(SIZES | DROPPED.keys(), operators.drop),
}


class Rewriting(Struct, frozen=True):
    """What a formula has become: TeX for math-core, and what was taken out of it.

    The n-th of `holes` is what the word `marker` + n + `.` stands for.
    """

    tokens: tuple[Token, ...]
    marker: str
    holes: tuple[Hole, ...]
    labels: tuple[tuple[str, int], ...]
    references: tuple[FormulaReference, ...]
    rows: tuple[Draft, ...]


def rewrite(tokens: Sequence[Token], *, display: bool, numbers: Numbers = "none") -> Rewriting:
    """The formula as math-core draws it; raises TexError for groups and environments that do not match."""
    marker = "Hole"
    tex = "".join([token.text for token in tokens])
    while marker in tex:
        marker += "x"
    if display:
        tokens = _rows_for_tags(tokens, labels=numbers != "none")
    mode: Mode = "labelled" if numbers == "whole" else numbers
    rewriter = whole(RULES, tokens, marker, mode, display=display)
    if (rewriter.mixed and mode != "none") or (numbers == "whole" and not rewriter.drafts):
        rewriter = whole(RULES, tokens, marker, "single", display=display)
    return Rewriting(
        tuple(rewriter.owner.tokens),
        marker,
        tuple(rewriter.holes),
        tuple(rewriter.labels),
        tuple(rewriter.references),
        tuple(rewriter.drafts),
    )


def _rows_for_tags(tokens: Sequence[Token], *, labels: bool) -> Sequence[Token]:
    r"""A formula that is one `aligned` with several tags shows them at its rows, so it becomes `align*`."""
    if sum(token.text == "\\tag" or (labels and token.text == "\\label") for token in tokens) < 2:
        return tokens
    trim = trimmed(tokens)
    texts = [token.text for token in trim]
    if texts[:2] != ["\\begin", "{"] or len(texts) < 8 or texts[2] not in ROWS_FOR_TAGS:
        return tokens
    if texts[-4:] != ["\\end", "{", texts[2], "}"] or texts.count("\\begin") != 1:
        return tokens
    name = ROWS_FOR_TAGS[texts[2]]
    trim[2:3] = [trim[2].made(name[:-1]), trim[2].made("*")]
    trim[-2:-1] = [trim[-2].made(name[:-1]), trim[-2].made("*")]
    return trim

r"""TeX to MathML, at build time. Pure: no file, clock, environment or global is touched.

    tokens -> expansion (macros, definitions) -> rewrites -> math-core -> markup

`Typesetter.typeset` is the one way in for a formula; a mistake is in its result and never raised. The numbers of rows
and what references show are not known here: they are markers, which `MARKER` finds and the caller fills in. `plain`
gives the form for titles and search, `glyphs` what a font must have, `xml_safe` the form for feeds and EPUB.
"""

from __future__ import annotations

from notes_site.tex.formula import (
    MARKER,
    Formula,
    FormulaReference,
    Macro,
    Numbers,
    ProblemKind,
    Row,
    TexProblem,
)
from notes_site.tex.macros import parse_macros
from notes_site.tex.markup import drawn_length, glyphs, xml_safe
from notes_site.tex.plain import plain
from notes_site.tex.typesetter import Typesetter

__all__ = [
    "MARKER",
    "Formula",
    "FormulaReference",
    "Macro",
    "Numbers",
    "ProblemKind",
    "Row",
    "TexProblem",
    "Typesetter",
    "drawn_length",
    "glyphs",
    "parse_macros",
    "plain",
    "xml_safe",
]

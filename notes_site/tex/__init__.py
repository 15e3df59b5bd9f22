r"""TeX to MathML, at build time. Pure: no file, clock, environment or global is touched.

    tokens -> expansion (macros, definitions) -> rewrites -> math-core -> markup

`Typesetter.typeset` is the one way in for a formula; a mistake is in its result and never raised. `plain` gives the
form for titles and search, `glyphs` what a font must have, `xml_safe` the form for feeds and EPUB.
"""

from __future__ import annotations

from notes_site.tex.formula import Formula, Macro, ProblemKind, TexProblem
from notes_site.tex.macros import parse_macros
from notes_site.tex.markup import drawn_length, glyphs, xml_safe
from notes_site.tex.plain import plain
from notes_site.tex.typesetter import Typesetter

__all__ = [
    "Formula",
    "Macro",
    "ProblemKind",
    "TexProblem",
    "Typesetter",
    "drawn_length",
    "glyphs",
    "parse_macros",
    "plain",
    "xml_safe",
]

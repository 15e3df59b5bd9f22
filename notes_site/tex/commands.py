r"""The macros that math-core 0.9.0 lacks, and what groups of commands have in common. Only tables.

`MACROS` are handed to the engine, so a formula with them stays on the fast path; the rewriter sees them as they are.
`EXPANSIONS` are replaced by us before rewriting, because what they stand for needs a rewrite itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from notes_site.tex.formula import Macro

# In the order: signs, signs in another size, text, boxes without effect here, links and attributes, layout.
MACROS: Mapping[str, str] = {
    "dotsb": r"\cdots",
    "dotsc": r"\ldots",
    "dotsi": r"\cdots",
    "dotsm": r"\cdots",
    "dotso": r"\ldots",
    "mathellipsis": r"\ldots",
    "sdot": r"\cdot",
    "centerdot": r"\cdot",
    "thicksim": r"\sim",
    "thickapprox": r"\approx",
    "varpropto": r"\propto",
    "intop": r"\int",
    "smallint": r"\int",
    "smallsetminus": r"\setminus",
    "smallsmile": r"\smile",
    "smallfrown": r"\frown",
    "shortmid": r"\mid",
    "nshortmid": r"\nmid",
    "shortparallel": r"\parallel",
    "nshortparallel": r"\nparallel",
    "mathds": r"\mathbb{#1}",
    "mathbbm": r"\mathbb{#1}",
    "mathbfit": r"\boldsymbol{#1}",
    "mathnormal": r"{#1}",
    "pmb": r"\boldsymbol{#1}",
    "ensuremath": r"{#1}",
    "overlinesegment": r"\overline{#1}",
    "underlinesegment": r"\underline{#1}",
    "cancelto": r"{\cancel{#2}}^{#1}",
    "nicefrac": r"{}^{#1}\!/_{#2}",
    "TeX": r"\text{TeX}",
    "LaTeX": r"\text{LaTeX}",
    "KaTeX": r"\text{KaTeX}",
    "mbox": r"\text{#1}",
    "hbox": r"\text{#1}",
    "textnormal": r"\text{#1}",
    "textmd": r"\text{#1}",
    "textup": r"\textrm{#1}",
    "textsl": r"\textit{#1}",
    "smash": r"{#1}",
    "vcenter": r"{#1}",
    "mathclap": r"{#1}",
    "mathllap": r"{#1}",
    "mathrlap": r"{#1}",
    "clap": r"\text{#1}",
    "llap": r"\text{#1}",
    "rlap": r"\text{#1}",
    "href": r"{#2}",
    "url": r"\texttt{#1}",
    "htmlClass": r"{#2}",
    "htmlId": r"{#2}",
    "htmlStyle": r"{#2}",
    "htmlData": r"{#2}",
    "strut": r"\mathstrut",
    "hfil": r"\quad",
    "hfill": r"\quad",
    "allowbreak": "",
    "nobreak": "",
    "noexpand": "",
    "xspace": "",
    "noindent": "",
    "centering": "",
    "allowdisplaybreaks": "",
}

EXPANSIONS: Mapping[str, Macro] = {
    macro.name: macro
    for macro in (
        Macro("varinjlim", r"\mathop{\underrightarrow{\mathrm{lim}}}"),
        Macro("varprojlim", r"\mathop{\underleftarrow{\mathrm{lim}}}"),
        Macro("varliminf", r"\mathop{\underline{\mathrm{lim}}}"),
        Macro("varlimsup", r"\mathop{\overline{\mathrm{lim}}}"),
        Macro("toprule", r"\hline"),
        Macro("midrule", r"\hline"),
        Macro("bottomrule", r"\hline"),
    )
}

# Commands whose argument is text, with the name that math-core has for them.
TEXT: Mapping[str, str] = {
    "\\text": "\\text",
    "\\mbox": "\\text",
    "\\hbox": "\\text",
    "\\textnormal": "\\text",
    "\\textmd": "\\text",
    "\\textup": "\\textrm",
    "\\textsl": "\\textit",
    "\\textrm": "\\textrm",
    "\\textbf": "\\textbf",
    "\\textit": "\\textit",
    "\\textsf": "\\textsf",
    "\\texttt": "\\texttt",
    "\\textsc": "\\textsc",
    "\\emph": "\\textit",
    "\\clap": "\\text",
    "\\llap": "\\text",
    "\\rlap": "\\text",
}

# Commands for upright letters, with an argument or as a switch: \mathrm{max}, \rm max.
FACES = frozenset({"\\mathrm", "\\rm", "\\text", "\\textrm", "\\textup", "\\textnormal", "\\mbox", "\\operatorname"})

_SIZES = "tiny sixptsize scriptsize footnotesize small normalsize large Large LARGE huge Huge Tiny normalfont"
_DELIMITED = "middle big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr biggr Biggr bigm Bigm biggm Biggm"
_LARGE = """
sum prod coprod int iint iiint oint bigcup bigcap bigoplus bigotimes bigodot bigsqcup biguplus bigvee bigwedge
"""

# Sizes are for text; inside mathematics TeX ignores them.
SIZES = frozenset("\\" + name for name in _SIZES.split())
# Big delimiters, each followed by one delimiter.
DELIMITED = frozenset("\\" + name for name in _DELIMITED.split())
# Operators that are one sign and have limits below and above.
LARGE = frozenset("\\" + name for name in _LARGE.split())

# What looks different when it is set in a line of text rather than displayed.
TALL = LARGE | {"\\frac", "\\binom", "\\lim", "\\max", "\\min", "\\sup", "\\inf", "\\operatorname"}

# Commands that point at a label.
REFERENCES = frozenset(
    {"\\ref", "\\eqref", "\\cref", "\\Cref", "\\crefrange", "\\Crefrange", "\\autoref", "\\pageref", "\\nameref"}
)

# Commands that do nothing here, with as many arguments as are dropped with them; what else follows is drawn.
DROPPED: Mapping[str, int] = {
    "\\href": 1,
    "\\htmlClass": 1,
    "\\htmlId": 1,
    "\\htmlStyle": 1,
    "\\htmlData": 1,
    "\\require": 1,
    "\\vspace": 1,
    "\\cline": 1,
    "\\displaybreak": 0,
    "\\pagebreak": 0,
}

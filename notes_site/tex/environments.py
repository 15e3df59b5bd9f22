r"""What becomes of each environment: the one math-core has for it, and what its options mean. Only tables and lookups.

The environments are those of amsmath, mathtools and LaTeX's array; automatic numbers are left out by choosing
the form without them, and `\tag` chooses the starred form, which has a column for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

Options: TypeAlias = Literal["none", "position", "count", "columns", "alignment"]


class Environment(Struct, frozen=True):
    r"""How to write an environment for math-core.

    `plain` is the environment used, `tagged` the one when a row has a `\tag` (None: the tag goes to what is
    around). `ruled` is the one, with columns of its own, when there is an `\hline` that `plain` cannot take.
    `fences` are delimiters put around, and `spec` columns when the author gives none.
    """

    plain: str
    tagged: str | None = None
    options: Options = "none"
    ruled: str = ""
    fences: tuple[str, str] = ("", "")
    spec: str = ""


_ALIGNED = Environment("aligned", "align*", "position", "rl")
_GATHERED = Environment("gathered", "gather*", "position", "c")

ENVIRONMENTS: Mapping[str, Environment] = {
    "align": _ALIGNED,
    "align*": _ALIGNED,
    "flalign": _ALIGNED,
    "flalign*": _ALIGNED,
    "aligned": Environment("aligned", None, "position", "rl"),
    "split": Environment("aligned", None, "position", "rl"),
    "alignat": Environment("aligned", "align*", "count", "rl"),
    "alignat*": Environment("aligned", "align*", "count", "rl"),
    "xalignat": Environment("aligned", "align*", "count", "rl"),
    "xalignat*": Environment("aligned", "align*", "count", "rl"),
    "alignedat": Environment("aligned", None, "count", "rl"),
    "gather": _GATHERED,
    "gather*": _GATHERED,
    "gathered": Environment("gathered", None, "position", "c"),
    "multlined": Environment("gathered", None, "position", "c"),
    "multline": Environment("multline*", "multline*"),
    "multline*": Environment("multline*", "multline*"),
    "equation": Environment("", "equation*"),
    "equation*": Environment("", "equation*"),
    "displaymath": Environment("", "equation*"),
    "math": Environment(""),
    "eqnarray": Environment("darray", None, "none", spec="rcl"),
    "eqnarray*": Environment("darray", None, "none", spec="rcl"),
    "array": Environment("array", None, "columns"),
    "darray": Environment("darray", None, "columns"),
    "tabular": Environment("array", None, "columns"),
    "subarray": Environment("subarray", None, "columns"),
    "cases": Environment("cases", None, "position"),
    "dcases": Environment("dcases", None, "position"),
    "rcases": Environment("rcases", None, "position"),
    "drcases": Environment("drcases", None, "position"),
    "matrix": Environment("matrix"),
    "pmatrix": Environment("pmatrix"),
    "bmatrix": Environment("bmatrix"),
    "Bmatrix": Environment("Bmatrix"),
    "vmatrix": Environment("vmatrix"),
    "Vmatrix": Environment("Vmatrix"),
    "matrix*": Environment("array", None, "alignment"),
    "pmatrix*": Environment("array", None, "alignment", fences=("(", ")")),
    "bmatrix*": Environment("array", None, "alignment", fences=("[", "]")),
    "Bmatrix*": Environment("array", None, "alignment", fences=("\\{", "\\}")),
    "vmatrix*": Environment("array", None, "alignment", fences=("|", "|")),
    "Vmatrix*": Environment("array", None, "alignment", fences=("\\|", "\\|")),
    "smallmatrix": Environment("subarray", None, "alignment"),
    "psmallmatrix": Environment("subarray", None, "alignment", fences=("(", ")")),
    "bsmallmatrix": Environment("subarray", None, "alignment", fences=("[", "]")),
    "Bsmallmatrix": Environment("subarray", None, "alignment", fences=("\\{", "\\}")),
    "vsmallmatrix": Environment("subarray", None, "alignment", fences=("|", "|")),
    "Vsmallmatrix": Environment("subarray", None, "alignment", fences=("\\|", "\\|")),
}

# A whole formula in one of these shows each \tag at its own row.
ROWS_FOR_TAGS: Mapping[str, str] = {
    "aligned": "align*",
    "split": "align*",
    "alignedat": "alignat*",
    "gathered": "gather*",
}

# Repeated columns: *{3}{c}.
_REPEAT = re.compile(r"\*\{(\d{1,2})\}\{([^{}]*)\}")
# Columns with a width, and what stands between or around columns: p{3cm}, @{\quad}, >{\bf}.
_WIDE = re.compile(r"[pmbwX]\s*(?:\{[^{}]*\})?")
_BETWEEN = re.compile(r"[@!<>]\s*\{(?:[^{}]|\{[^{}]*\})*\}")
# What math-core takes: c, l, r, and solid or dashed rules.
_REFUSED = re.compile(r"[^clr|:]")


def columns(spec: str) -> str:
    """The columns of an array as math-core takes them; widths and what stands between columns are left out."""
    spec = _REPEAT.sub(lambda repeat: repeat[2] * int(repeat[1]), spec)
    spec = _WIDE.sub("l", _BETWEEN.sub("", spec))
    return _REFUSED.sub("", spec) or "c"

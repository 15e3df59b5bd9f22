r"""What becomes of each environment: the one math-core has for it, and what its options mean. Only tables and lookups.

The environments are those of amsmath, mathtools and LaTeX's array; automatic numbers are left out by choosing
the form without them, and `\tag` chooses the starred form, which has a column for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

# Which numbers are shown: none, one for each row, one for all rows, one for a display, or one for several displays.
Shows: TypeAlias = Literal["", "rows", "eqnarray", "multline", "equation", "system"]
Options: TypeAlias = Literal["none", "position", "count", "columns", "alignment"]


class Environment(Struct, frozen=True):
    r"""How to write an environment for math-core.

    `plain` is the environment used, `tagged` the one when a row has a `\tag` (None: the tag goes to what is
    around). `ruled` is the one, with columns of its own, when there is an `\hline` that `plain` cannot take.
    `fences` are delimiters put around, and `spec` columns when the author gives none. `shows` says which numbers may
    be shown in it, and `automatic` that LaTeX gives them by itself.
    """

    plain: str
    tagged: str | None = None
    options: Options = "none"
    ruled: str = ""
    fences: tuple[str, str] = ("", "")
    spec: str = ""
    shows: Shows = ""
    automatic: bool = False


_ALIGN = Environment("aligned", "align*", "position", "rl", shows="rows", automatic=True)
_ALIGNED = Environment("aligned", None, "position", "rl")
_ALIGNAT = Environment("aligned", "align*", "count", "rl", shows="rows", automatic=True)
_GATHER = Environment("gathered", "gather*", "position", "c", shows="rows", automatic=True)
_MULTLINE = Environment("multline*", "multline*", shows="multline", automatic=True)
_EQUATION = Environment("", "equation*", shows="equation", automatic=True)
_EQNARRAY = Environment("darray", "align*", "none", spec="rcl", shows="eqnarray", automatic=True)
_NUMBERED: Mapping[str, Environment] = {
    "align": _ALIGN,
    "flalign": _ALIGN,
    "alignat": _ALIGNAT,
    "xalignat": _ALIGNAT,
    "gather": _GATHER,
    "multline": _MULTLINE,
    "equation": _EQUATION,
    "eqnarray": _EQNARRAY,
}

ENVIRONMENTS: Mapping[str, Environment] = {
    **_NUMBERED,
    **{f"{name}*": replace(environment, automatic=False) for name, environment in _NUMBERED.items()},
    "subequations": Environment("", "equation*", shows="system"),
    "aligned": _ALIGNED,
    "split": _ALIGNED,
    "alignedat": Environment("aligned", None, "count", "rl"),
    "gathered": Environment("gathered", None, "position", "c"),
    "multlined": Environment("gathered", None, "position", "c"),
    "displaymath": replace(_EQUATION, automatic=False),
    "math": Environment(""),
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

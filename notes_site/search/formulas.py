r"""The form in which formulas are compared: what is written differently and means the same becomes the same characters.

`\nabla_{\theta} \log Z`, `∇_θ log Z` and `∇θlogZ` are all ∇θlogZ: one character is one token, so that a run of tokens
is a piece of a text, and to search is to look for one. What is looked for is normalised in the browser, what is found
at build time; so the rules are data, `table`, and here and in `static/search.js` are two interpreters of it that hold
nothing but its grammar. A test runs both over the same formulas. Total: nothing that is typed is a mistake.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from msgspec import Struct

from notes_site.tex.commands import DROPPED, MACROS, SIZES
from notes_site.tex.formula import Macro
from notes_site.tex.plain import NAMED, SUBSCRIPTS, SUPERSCRIPTS
from notes_site.tex.symbols import FUNCTIONS, SIGNS

# what is longer is nothing that is looked for
LONGEST: Final = 2000
_DEEPEST: Final = 50


class Command(Struct, frozen=True, array_like=True):
    """What stands for a command with arguments: `#1` for the first, `@1` for it in parentheses where it is a sum.

    With `option` it takes one in brackets before them, `#0`.
    """

    count: int
    text: str
    option: bool = False


class Table(Struct, frozen=True):
    """The rules, as both interpreters read them.

    `drop` is a pattern of what says nothing; `runs` are signs of several characters, the longest first; `words` are
    names that stand for a sign when a run of letters is one; `signs` single characters; `raised` and `lowered` those of
    Unicode that stand above and below the line. `bare` are signs that need no `^`; `loose` those that do not hold
    together what stands beside a slash.
    """

    drop: str
    runs: tuple[tuple[str, str], ...]
    words: Mapping[str, str]
    signs: Mapping[str, str]
    commands: Mapping[str, str | Command]
    raised: Mapping[str, str]
    lowered: Mapping[str, str]
    bare: str
    loose: str
    ends: str


# -- the rules ---------------------------------------------------------------------------------------------------------

_DROP: Final = (
    r"\\begin[ \n]*\{(?:array|darray|alignat|alignedat|tabular)\*?\}[ \n]*(?:\[[^\]]*\])?[ \n]*\{[^{}]*\}"
    r"|\\(?:left|right|middle|[bB]igg?[lrm]?)(?![a-zA-Z])[ \n]*\."
    r"|\\\\[ \n]*\[[^\]]*\]"
)
_RUNS: Final = (
    ("<=>", "⇔"), ("...", "…"), ("||", "‖"), ("<=", "≤"), (">=", "≥"), ("!=", "≠"), ("->", "→"), ("=>", "⇒"),
    ("<-", "←"), (":=", "="), ("=:", "="), ("<<", "≪"), (">>", "≫"), ("+-", "±"), ("~=", "≈"),
)  # fmt: skip
# what is the same for somebody who looks for it, by what it becomes
_SAME: Final = {
    "": "{}$&#%\\\"·⋅∙•", "-": "−–—‐‑", "|": "∣¦❘", "‖": "∥", "*": "∗⋆★",
    "=": "≔≕≜≝≡⩴", "→": "⟶↦⟼", "←": "⟵", "⇒": "⟹", "⇐": "⟸", "⇔": "⟺", "≤": "⩽≦", "≥": "⩾≧", "⊥": "⟂", "∼": "~",
    "/": "⁄∕÷", ":": "∶", "…": "⋯⋮⋱", "′": "'’´", "∘": "°", "\u0304": "\u0305¯‾", "∅": "⌀",
    "σ": "ς", "φ": "ϕ", "ε": "ϵ", "θ": "ϑ",
    "T": "⊤⊺", "⊂": "⊊", "⊃": "⊋", "⊆": "⫅", "∖": "⧵", "⟨": "〈", "⟩": "〉", "\u0302": "ˆ", "\u0303": "˜",
    "\u20d7": "\u20d1", "Δ": "∆△", "Σ": "∑", "Π": "∏",
}  # fmt: skip
_BLANKS: Final = "\t\n\x0b\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"
_SPACES: Final = "".join(map(chr, range(0x2000, 0x200B)))
_UNSEEN: Final = "\u00ad\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\ufeff"
_WORDS: Final = {
    "infty": "∞", "infinity": "∞", "nabla": "∇", "grad": "∇", "sum": "∑", "prod": "∏", "int": "∫", "sqrt": "√",
    "partial": "∂", "cdot": "", "times": "×", "leq": "≤", "geq": "≥", "neq": "≠", "approx": "≈", "sim": "∼", "mid": "|",
    "forall": "∀", "exists": "∃", "subset": "⊂", "otimes": "⊗", "oplus": "⊕", "propto": "∝", "ell": "l",
}  # fmt: skip
_GREEK: Final = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho varrho sigma "
    "tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
)
_MARKS: Final = {
    "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303", "bar": "\u0304",
    "overline": "\u0304", "vec": "\u20d7", "overrightarrow": "\u20d7", "dot": "\u0307", "ddot": "\u0308",
    "dddot": "\u20db", "check": "\u030c", "widecheck": "\u030c", "breve": "\u0306", "acute": "\u0301",
    "grave": "\u0300", "mathring": "\u030a", "not": "\u0338",
}  # fmt: skip
_FORMS: Final = {
    **dict.fromkeys(("frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"), Command(2, "@1/@2")),
    **dict.fromkeys(("binom", "dbinom", "tbinom"), Command(2, "C(#1,#2)")),
    **dict.fromkeys(("begin", "end", "label", "color", "hspace", "vspace", "phantom", "hphantom"), Command(1, "")),
    **dict.fromkeys(("ref", "eqref", "cref", "Cref", "tag", "vphantom", "htmlClass", "htmlId"), Command(1, "")),
    **dict.fromkeys(("textcolor", "href", "stackrel", "raisebox"), Command(2, "#2")),
    **dict.fromkeys(("overset", "underset"), Command(2, "#2#1")),
    **dict.fromkeys(("underbrace", "overbrace"), Command(1, "#1")),
    **dict.fromkeys(("xrightarrow", "xlongrightarrow", "xmapsto"), Command(1, "→", option=True)),
    "xleftarrow": Command(1, "←", option=True),
    "sqrt": Command(1, "#0√@1", option=True),
    "pmod": Command(1, "(mod#1)"),
    "norm": Command(1, "‖#1‖"),
    "abs": Command(1, "|#1|"),
}
_NAMES: Final = {
    "|": "‖", "Vert": "‖", "lVert": "‖", "rVert": "‖", "lvert": "|", "rvert": "|", "vert": "|", "mid": "|",
    "colonequals": "=", "implies": "⇒", "impliedby": "⇐", "iff": "⇔", "emptyset": "∅", "empty": "∅", "bmod": "mod",
    "dots": "…", "ldots": "…", "argmin": "argmin", "argmax": "argmax", "limsup": "limsup", "liminf": "liminf", "E": "E",
    "choose": "choose", "to": "→", "prime": "′", "R": "R", "intercal": "T", "top": "T", "setminus": "∖",
    "backslash": "∖",
}  # fmt: skip


@lru_cache(maxsize=1)
def table() -> Table:
    """The rules, from the tables of commands that formulas are typeset by."""
    signs = {written: meant for meant, many in _SAME.items() for written in many}
    signs |= {meant: meant for meant in _SAME if meant and unicodedata.normalize("NFKD", meant) != meant}
    signs |= dict.fromkeys(_BLANKS + _SPACES + _UNSEEN, "")
    made: dict[str, str | Command] = {}
    for name, sign in SIGNS.items():
        made[name] = _canonical(sign, signs)
    made |= {name: name for name in FUNCTIONS}
    made |= {name: _canonical(text.replace(" ", ""), signs) for name, text in NAMED.items() if name.isalpha() and text}
    made |= {name: Command(1, f"#1{mark}") for name, mark in _MARKS.items()}
    made |= {name: Command(count, "") for name, count in _dropped().items() if count}
    made |= _FORMS
    made |= {name: _canonical(text, signs) for name, text in _NAMES.items()}
    greek = {name: str(made[name]) for name in _GREEK.split()}
    for name, body in MACROS.items():  # those that stand for one command
        alias = body.removeprefix("\\")
        if name not in made and alias in made and isinstance(made[alias], str):
            made[name] = made[alias]
    return Table(
        _DROP,
        tuple((run, _canonical(meant, signs)) for run, meant in sorted(_RUNS, key=lambda one: (-len(one[0]), one))),
        dict(sorted({**{word: _canonical(sign, signs) for word, sign in _WORDS.items()}, **greek}.items())),
        dict(sorted(signs.items())),
        dict(sorted((name, meant) for name, meant in made.items() if meant != "")),
        dict(sorted((small, _canonical(large, signs)) for large, small in SUPERSCRIPTS.items() if _is_small(small))),
        dict(sorted((small, _canonical(large, signs)) for large, small in SUBSCRIPTS.items() if _is_small(small))),
        "′*†∘",
        "+-±∓=<>≤≥≈≠∼→|,;",
        ".,;:",
    )


def _dropped() -> dict[str, int]:
    return {name[1:]: count for name, count in DROPPED.items()} | {name[1:]: 0 for name in SIZES}


def _is_small(sign: str) -> bool:
    return sign not in "*′"


def _canonical(text: str, signs: Mapping[str, str]) -> str:
    """The characters that a text becomes: those that are the same as others, and what Unicode says is the same."""
    made: list[str] = []
    for sign in text:
        known = signs.get(sign)
        if known is None:
            known = "".join(signs.get(part, part) for part in unicodedata.normalize("NFKD", sign))
        made.append(known)
    return "".join(made)


# -- the interpreter; the one in static/search.js is its twin ----------------------------------------------------------


@lru_cache(maxsize=1)
def _scanner() -> re.Pattern[str]:
    rules = table()
    runs = "|".join(re.escape(run) for run, _ in rules.runs)
    raised, lowered = ("".join(map(re.escape, small)) for small in (rules.raised, rules.lowered))
    return re.compile(rf"\\[a-zA-Z]+\*?|\\[\s\S]|[a-zA-Z]+|[{raised}]+|[{lowered}]+|{runs}|[\s\S]")


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    return re.compile(table().drop)


def normalise(text: str) -> str:
    r"""The tokens of a formula, TeX or Unicode: `\frac{a}{b}` and `a / b` are both `a/b`.

    >>> normalise(r"\mathbb{E}\left[X \,\middle|\, Y\right]"), normalise("𝔼[X∣Y]")
    ('E[X|Y]', 'E[X|Y]')
    """
    return _tidy(_Reader(_pieces(text[:LONGEST])).sequence(0))


def _pieces(text: str) -> list[str]:
    rules = table()
    runs = dict(rules.runs)
    made: list[str] = []
    for piece in _scanner().findall(_pattern().sub(" ", text)):
        if piece[0] in rules.raised:
            made += ["^", "{", *(rules.raised[sign] for sign in piece), "}"]
        elif piece[0] in rules.lowered:
            made += ["_", "{", *(rules.lowered[sign] for sign in piece), "}"]
        elif piece in rules.words:
            made.append(rules.words[piece])
        elif piece in runs:
            made += list(runs[piece])
        elif piece[0] == "\\":
            made.append(piece)
        elif rules.signs.get(piece) == "′":
            made.append("'")
        elif piece in "{}" or rules.signs.get(piece) != "":
            made += list(piece)
    return made


class _Reader:
    """Reads pieces from the left."""

    def __init__(self, pieces: list[str]) -> None:
        self.pieces, self.at = pieces, 0

    def peek(self) -> str | None:
        return self.pieces[self.at] if self.at < len(self.pieces) else None

    def sequence(self, depth: int, end: str = "") -> str:
        """All tokens up to the piece `end`, or to the end."""
        made: list[str] = []
        while (piece := self.peek()) is not None:
            if piece == end:
                self.at += 1
                break
            made.append(self.scripts(depth) if piece in ("^", "_", "'") else self.item(depth))
        return "".join(made)

    def scripts(self, depth: int) -> str:
        """What stands below, and then what stands above, in whatever order it was written."""
        bare = table().bare
        below, above = "", ""
        while (piece := self.peek()) in ("^", "_", "'"):
            self.at += 1
            if piece == "'":
                above += "′"
            elif piece == "_":
                below += self.argument(depth)
            else:
                script = self.argument(depth)
                above += script if not script or script[0] in bare else f"^{script}"
        return below + above

    def argument(self, depth: int) -> str:
        piece = self.peek()
        return "" if piece is None or piece == "}" else self.item(depth)

    def item(self, depth: int) -> str:
        """The tokens of one piece, with the arguments that it takes."""
        rules = table()
        piece = self.pieces[self.at]
        self.at += 1
        if piece == "{":
            return self.sequence(depth + 1, "}") if depth < _DEEPEST else ""
        if piece in ("^", "_"):  # a script of nothing
            return ""
        if piece[:1] != "\\":
            known = rules.signs.get(piece)
            return known if known is not None else _canonical(piece, rules.signs)
        known_as = rules.commands.get(piece[1:].rstrip("*") or "*")
        if known_as is None or isinstance(known_as, str):
            return known_as or ""
        if depth >= _DEEPEST:
            return ""
        option = ""
        if known_as.option and self.peek() == "[":
            self.at += 1
            option = self.sequence(depth + 1, "]")
        given = [option, *(self.argument(depth + 1) for _ in range(known_as.count))]
        text = known_as.text
        for i, argument in enumerate(given):
            text = text.replace(f"@{i}", f"({argument})" if _is_loose(argument) else argument)
            text = text.replace(f"#{i}", argument)
        return text


def _is_loose(tokens: str) -> bool:
    """Whether what stands beside a slash needs parentheses: `a+b` does, `f(a+b)` and `-a` do not."""
    loose, depth = table().loose, 0
    for i, sign in enumerate(tokens):
        depth += (sign in "([") - (sign in ")]")
        if i and depth == 0 and sign in loose:
            return True
    return False


def _tidy(tokens: str) -> str:
    """Without parentheses that a slash or a root does not need, and without the stop at the end."""
    at = 0
    while at < len(tokens):
        if tokens[at] in "/√" and tokens[at + 1 : at + 2] == "(":
            end = _partner(tokens, at + 1)
            if end and not _is_loose(tokens[at + 2 : end]):
                tokens = tokens[: at + 1] + tokens[at + 2 : end] + tokens[end + 1 :]
        elif tokens[at] == "(":
            end = _partner(tokens, at)
            free = at == 0 or not _binds(tokens[at - 1])
            if free and end and tokens[end + 1 : end + 2] == "/" and not _is_loose(tokens[at + 1 : end]):
                tokens = tokens[:at] + tokens[at + 1 : end] + tokens[end + 1 :]
                continue
        at += 1
    return tokens.rstrip(table().ends)


def _binds(sign: str) -> bool:
    """Whether parentheses after a token are those of a function: `f(`, `f′(`, `f̂(`."""
    return sign.isalnum() or sign in ")]′*" or unicodedata.category(sign).startswith("M")


def _partner(tokens: str, at: int) -> int:
    """The place of the parenthesis that closes the one at `at`, or 0."""
    depth = 0
    for i in range(at, len(tokens)):
        depth += (tokens[i] == "(") - (tokens[i] == ")")
        if depth == 0:
            return i
    return 0


# -- macros that a reader may type -------------------------------------------------------------------------------------


def with_macros(macros: Iterable[Macro]) -> dict[str, str | Command]:
    """The macros of a site as commands, for what is typed: `\\E` is E, `\\norm{x}` is ‖x‖."""
    made: dict[str, str | Command] = {}
    for macro in macros:
        holes = {f"#{i}": chr(0xE000 + i) for i in range(1, macro.parameters + 1)}
        body = macro.body
        for written, hole in holes.items():
            body = body.replace(written, f"{{{hole}}}")
        tokens = normalise(body)
        for written, hole in holes.items():
            tokens = tokens.replace(hole, written)
        made[macro.name] = Command(macro.parameters, tokens, macro.default is not None) if macro.parameters else tokens
    return made

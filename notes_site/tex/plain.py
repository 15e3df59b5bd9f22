r"""The readable one-line form of a formula, for `<title>`, addresses and search: `\frac{a}{b}` is a/b, `x^2` is x².

Lossy on purpose, and total: what it does not know it leaves out, and it never raises.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress

from notes_site.tex.commands import DROPPED, EXPANSIONS, MACROS, REFERENCES, SIZES
from notes_site.tex.definitions import highest_parameter
from notes_site.tex.expansion import expand
from notes_site.tex.formula import Macro, TexError
from notes_site.tex.symbols import FUNCTIONS, SIGNS
from notes_site.tex.tokens import UNSEEN, Reader, Token, is_space, is_verbatim, tokenize

_MAX_DEPTH = 60
# What is longer is not a title; the rest is left out.
_MAX_LENGTH = 20_000

SUPERSCRIPTS = dict(
    zip(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWαβγδεθιφχ′*∗⊤",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵅᵝᵞᵟᵋᶿᶥᵠᵡ′**ᵀ",
        strict=True,
    )
)
SUBSCRIPTS = dict(zip("0123456789+-−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True))
_SMALL = frozenset(SUPERSCRIPTS.values()) | frozenset(SUBSCRIPTS.values())
# Signs that work on what follows them, like a word does.
_SUMS = "∑∏∫∐⋃⋂"
# Subscripts that Unicode lacks and that read well on the line: ∇θ.
_ON_THE_LINE = re.compile(r"[\u0391-\u03c9\u03d1\u03d5\u03f5]")

_MARKS = {
    "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303", "bar": "\u0304",
    "overline": "\u0305", "underline": "\u0332", "vec": "\u20d7", "dot": "\u0307", "ddot": "\u0308",
    "check": "\u030c", "breve": "\u0306", "acute": "\u0301", "grave": "\u0300", "mathring": "\u030a",
}  # fmt: skip
_SPACES = frozenset({" ", ",", ":", ";", ">", "quad", "qquad", "enspace", "thinspace", "space"})
_FRACTIONS = frozenset({"frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"})
NAMED = {
    "ldots": "…", "dots": "…", "emptyset": "∅", "empty": "∅", "iff": "⟺", "implies": "⟹", "impliedby": "⟸",
    "argmax": "arg max", "argmin": "arg min", "limsup": "lim sup", "liminf": "lim inf", "injlim": "inj lim",
    "projlim": "proj lim", "bmod": " mod ", "mod": " mod ", "colonequals": "≔", "{": "{", "}": "}", "%": "%",
    "$": "$", "#": "#", "&": "&", "_": "_", "|": "‖", "-": "-", "textbackslash": "\\", "epsilon": "ϵ",
    "middle": "", "left": "", "right": "", "mid": " | ",
}  # fmt: skip
_DOUBLE = {
    **{chr(65 + n): chr(0x1D538 + n) for n in range(26)},
    **dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)),
    "1": "𝟙",
}
# Commands with arguments that are not drawn, and how many: \color{red}.
_SILENT = {"color": 1, "label": 1, "hspace": 1, "vspace": 1, "kern": 0, "phantom": 1, "hphantom": 1, "vphantom": 1}
# What stands around a matrix, and around what is written as one.
_FENCES: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("matrix", "smallmatrix", "array", "darray", "subarray"), ("", "")),
    "pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "Bmatrix": ("{", "}"), "vmatrix": ("|", "|"), "Vmatrix": ("‖", "‖"),
    "psmallmatrix": ("(", ")"), "bsmallmatrix": ("[", "]"), "cases": ("{", ""), "dcases": ("{", ""),
    "rcases": ("", "}"), "drcases": ("", "}"),
}  # fmt: skip
# Where a row, a cell and a matrix end, until nothing more is between them.
_ROW, _CELL, _END = "\x04", "\x05", "\x06"
_ROW_ENDS = frozenset({"\\", "newline", "cr", "tabularnewline"})
# -.5\baselineskip
_LENGTH = re.compile(r"\s*[-+]?\s*[\d.,]*\s*(?:[a-z]{2}|\\[a-zA-Z]+)\s*")
_RELATIONS = re.compile(r"[=<>≤≥≠≈∼≃≅≡∝∈∉⊂⊆⊃⊇→←↦⇒⇔⟹⟺⟸≔≪≫]")
# What binds tightly enough to stand beside a slash or after a root: x², 12, log, (a + b).
_ONE_THING = re.compile(r"(?:\d+|[∂∇dΔδ]?\w[\u0300-\u036f\u20d7]?|[^\W\d_]{3,}|\([^()]*\)|\W)?[⁰-₟²³¹ᵀ′ᵢⱼᵃ-ᵿ]*")
# An author's operator sign that stands between two things: +, -, times.
_BINARY = re.compile(r"(?<=[^\s(\[{,;=/^_])\s*([+−×∪∩⊕⊗∘])\s*(?=\S)")


def plain(tex: str, macros: Mapping[str, Macro] | None = None) -> str:
    r"""The formula on one line of Unicode: `\nabla_\theta \log Z(\theta)` is `∇θ log Z(θ)`."""
    tokens = tokenize(tex[:_MAX_LENGTH])
    with suppress(TexError):
        tokens = list(expand(tokens, {**_OURS, **(macros or {})}, is_known=lambda name: name in SIGNS).tokens)
    text = _Writer().line(tokens, 0)
    return " ".join(_tidy(text).split())


def _tidy(text: str) -> str:
    text = re.sub(rf"[{_ROW}{_CELL}\s]*{_END}", "", text).replace(_ROW, "; ").replace(_CELL, ", ")
    text = _RELATIONS.sub(r" \g<0> ", text)
    text = _BINARY.sub(r" \1 ", text)
    return re.sub(r"\s+([,.;:)\]])", r"\1", re.sub(r"([(\[])\s+", r"\1", text))


class _Writer:
    """Writes tokens as text, one construct at a time."""

    def __init__(self) -> None:
        # the environments that are open, each with whether it is written as a matrix
        self.tables: list[bool] = []

    def line(self, tokens: Sequence[Token], depth: int) -> str:
        """The text of a run of tokens; nothing below a depth no title has."""
        if depth > _MAX_DEPTH:
            return ""
        reader = Reader(tokens)
        parts: list[str] = []
        while (token := reader.next()) is not None:
            part = self.piece(token, reader, depth)
            if part:
                parts.append(part)
        return _spaced(parts)

    def piece(self, token: Token, reader: Reader, depth: int) -> str:
        """The text of one token and of the arguments it takes."""
        text = token.text
        if text[0] == "\\":
            if is_verbatim(text):
                return text.removeprefix("\\verb").removeprefix("*")[1:-1]
            return self.command(text[1:], reader, depth)
        if is_space(text) or text == "~":
            return ""
        if text in ("^", "_"):
            return self.script(text, self.argument(reader, depth))
        if text == "{":
            reader.push([token])
            return self.argument(reader, depth)
        if text == "&":
            return _CELL if self.tables and self.tables[-1] else " "
        if text in ("}", "$") or text[0] in UNSEEN or text[0] in "#%":
            return ""
        return text.replace("-", "−").replace("'", "′").replace("*", "∗")

    def command(self, name: str, reader: Reader, depth: int) -> str:
        """The text of a command and of the arguments it takes."""
        if name in _FRACTIONS:
            over, under = self.argument(reader, depth), self.argument(reader, depth)
            return f"{_grouped(over)}/{_grouped(under)}"
        if name in ("binom", "dbinom", "tbinom"):
            return f"C({self.argument(reader, depth)}, {self.argument(reader, depth)})"
        if name == "sqrt":
            degree = self.line(reader.optional() or [], depth + 1)
            return (_raised(degree, SUPERSCRIPTS) or "") + "√" + _grouped(self.argument(reader, depth))
        if name in _MARKS:
            base = self.argument(reader, depth)
            return base + _MARKS[name] if len(base) == 1 else base
        if name in ("mathbb", "Bbb", "mathds", "mathbbm"):
            return "".join(_DOUBLE.get(letter, letter) for letter in self.argument(reader, depth))
        if name == "operatorname":
            reader.star()
            return _word(self.argument(reader, depth).replace("−", "-"))
        if name.startswith("text") or name in ("mbox", "hbox", "emph"):
            return self.words(reader, depth)
        if name in ("begin", "end"):
            return self.edge(name, reader)
        if name in _ROW_ENDS:
            reader.star()
            if reader.peek() == "[":
                self.distance(reader)
            return _ROW if self.tables and self.tables[-1] else " "
        if name == "tag":
            starred = reader.star()
            content = self.words(reader, depth).strip()
            return f" {content} " if starred else f" ({content}) "
        if "\\" + name in REFERENCES:
            reader.star()
            key = "".join(token.text for token in reader.argument() or [])
            if name.endswith("range"):
                return f"{key}–{''.join(token.text for token in reader.argument() or [])}"
            return f"({key})" if name == "eqref" else key
        return self.sign(name, reader)

    def edge(self, name: str, reader: Reader) -> str:
        """Where an environment begins or ends: the bracket of a matrix."""
        environment = "".join(token.text for token in reader.argument() or []).rstrip("*")
        fences = _FENCES.get(environment)
        if name == "end":
            if self.tables:
                self.tables.pop()
            return _END + fences[1] if fences is not None else " "
        self.tables.append(fences is not None)
        if fences is not None and reader.peek() == "[":  # where it stands, or how its columns do
            reader.optional()
        if environment in ("array", "darray", "subarray", "alignat", "alignedat", "tabular"):
            reader.argument()
        return fences[0] if fences is not None else " "

    def distance(self, reader: Reader) -> None:
        """Pass over how far the next row is, but not over a bracket that belongs to it."""
        bracket = reader.optional()
        if bracket is not None and not _LENGTH.fullmatch("".join(token.text for token in bracket)):
            reader.push([Token("[", 0, 0), *bracket, Token("]", 0, 0)])

    def sign(self, name: str, reader: Reader) -> str:
        """The text of a command that draws itself, or of nothing when it draws nothing."""
        if name in NAMED:
            named = NAMED[name]
            if not named and reader.peek() == ".":
                reader.next()
            return _word(named) if named.isascii() and named[:1].isalpha() else named
        if name in SIGNS:
            return SIGNS[name]
        if name in FUNCTIONS:
            return _word(name)
        if name in _SPACES:
            return " "
        for _ in range(_SILENT.get(name, DROPPED.get("\\" + name, 0))):
            reader.argument()
        if name == "textcolor":
            reader.argument()
        return ""

    def words(self, reader: Reader, depth: int) -> str:
        """The text of an argument that is text: its blanks count."""
        argument = reader.argument()
        if argument is None or depth > _MAX_DEPTH:
            return ""
        result: list[str] = []
        inside = Reader(argument)
        while (token := inside.next()) is not None:
            text = token.text
            if is_space(text) or text in ("~", "\\ "):
                result.append(" ")
            elif text[0] == "\\" or text in ("{", "^", "_"):
                result.append(self.piece(token, inside, depth + 1))
            elif text not in ("$", "}"):
                result.append(text)
        return "".join(result)

    def argument(self, reader: Reader, depth: int) -> str:
        """The text of the next argument."""
        tokens = reader.argument()
        if tokens is None:
            return ""
        if len(tokens) == 1 and tokens[0].text[0] == "\\" and tokens[0].text[1:] not in SIGNS and depth < _MAX_DEPTH:
            return self.piece(tokens[0], reader, depth + 1).strip()
        return self.line(tokens, depth + 1).strip()

    def script(self, sign: str, text: str) -> str:
        """A subscript or superscript, in small characters where Unicode has them all."""
        if not text:
            return ""
        small = _raised(text, SUPERSCRIPTS if sign == "^" else SUBSCRIPTS)
        if small is not None:
            return small
        if sign == "_" and len(text) == 1 and _ON_THE_LINE.match(text):
            return text
        return sign + (text if len(text) == 1 or text.isalnum() else f"({text})")


def _raised(text: str, small: Mapping[str, str]) -> str | None:
    """The text in small characters, or None when one is missing."""
    found = [small.get(character) for character in text.replace(" ", "")]
    return None if None in found else "".join(each for each in found if each)


def _grouped(text: str) -> str:
    """In parentheses where it would otherwise bind wrongly: (a + b)/c."""
    return text if _ONE_THING.fullmatch(text) else f"({text})"


def _word(text: str) -> str:
    """A word, marked so that a blank is kept between it and a neighbour."""
    return f"\x02{text.strip()}\x03"


def _spaced(parts: Sequence[str]) -> str:
    """The parts side by side, with a blank between a word, its scripts included, and a letter or digit beside it."""
    result: list[str] = []
    after_word = after_letter = False
    for part in parts:
        first, last = part[0], part[-1]
        is_script = first in "^_" or first in _SMALL
        if (after_word and not is_script and (first.isalnum() or first in "\x02√|‖∇∂")) or (
            after_letter and first == "\x02"
        ):
            result.append(" ")
        result.append(part)
        after_word = last == "\x03" or (after_word and is_script) or (len(part) == 1 and part in _SUMS)
        after_letter = last.isalnum() or last in ")]}′"
    return "".join(result).replace("\x02", "").replace("\x03", "")


_OURS: Mapping[str, Macro] = (
    {
        name: Macro(name, body, highest_parameter(body))
        for name, body in MACROS.items()
        if name not in ("mbox", "hbox", "textnormal", "textmd", "textup", "textsl", "href")
    }
    | {"href": Macro("href", "#2", 2)}
    | dict(EXPANSIONS)
    | {name[1:]: Macro(name[1:], "") for name in SIZES}
)

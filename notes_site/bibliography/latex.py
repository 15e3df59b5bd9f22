r"""LaTeX in the fields of BibTeX to HTML and to plain Unicode: accents, signs, emphasis, links, formulas.

Total: every string gives a Text with balanced tags. A command that is not known gives its argument.
latexcodec, which comes with pybtex, is not used: it takes 100 ms to import, refuses a last backslash, and leaves
`\"{\i}`, `\dots` and all commands as they are.
"""

from __future__ import annotations

import re
import unicodedata
from html import escape
from typing import Final

from notes_site.bibliography.links import link
from notes_site.model import Text
from notes_site.tex import Typesetter, plain

# $x^2$, \(x^2\), \emph, \&, ---, ``, one brace, a run of ordinary characters
_TOKEN = re.compile(
    r"""
      (?P<math>  \$\$(?:[^$\\]|\\.)+\$\$ | \$(?:[^$\\]|\\.)+\$ | \\\((?:(?!\\[()]).)+\\\) )
    | \\(?P<command>[A-Za-z]+)\s*
    | \\(?P<sign>.)
    | (?P<ligature>---|--|``|''|[`'~])
    | (?P<brace>[{}])
    | (?P<text>[^\\$`'~{}-]+ | .)
    """,
    re.VERBOSE | re.DOTALL,
)
_ACCENTS: Final = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328",
    "b": "\u0331", "t": "\u0361",
}  # fmt: skip
_SIGNS: Final = {
    "ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å",
    "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ", "ng": "ŋ", "NG": "Ŋ",
    "S": "§", "P": "¶", "dag": "†", "ddag": "‡", "copyright": "©", "pounds": "£", "euro": "€", "ldots": "…",
    "dots": "…",
    "textellipsis": "…", "textendash": "–", "textemdash": "—", "textquoteright": "’", "textquoteleft": "‘",
    "textquotedblleft": "“", "textquotedblright": "”", "textquotesingle": "'", "textbackslash": "\\",
    "textasciitilde": "~", "textasciicircum": "^", "textbraceleft": "{", "textbraceright": "}", "textbar": "|",
    "textless": "<", "textgreater": ">", "textunderscore": "_", "textdollar": "$", "textregistered": "®",
    "texttrademark": "™", "textdegree": "°", "guillemotleft": "«", "guillemotright": "»", "LaTeX": "LaTeX",
    "TeX": "TeX", "BibTeX": "BibTeX", "slash": "/", "newline": " ", "space": " ", "quad": " ", "qquad": " ",
    "&": "&", "%": "%", "$": "$", "#": "#", "_": "_", "{": "{", "}": "}", " ": " ", ",": "\u202f", ";": " ", ":": " ",
    "\\": " ", "\n": " ", "-": "\u00ad", "/": "", "@": "", "!": "",
}  # fmt: skip
_LIGATURES: Final = {"---": "—", "--": "–", "``": "“", "''": "”", "`": "‘", "'": "’", "~": "\u00a0"}
_TAGS: Final = {
    "emph": "em", "textit": "em", "textsl": "em", "textbf": "strong", "texttt": "code", "textsuperscript": "sup",
    "textsubscript": "sub", "enquote": "q",
}  # fmt: skip
_SWITCHES: Final = {"em": "em", "it": "em", "itshape": "em", "sl": "em", "slshape": "em", "bf": "strong",
                    "bfseries": "strong", "tt": "code", "ttfamily": "code"}  # fmt: skip
# what a work is sorted by, which nothing shows: `{\noopsort{1973c}}1981`, `\SortNoop{a}`; in any case
_UNSEEN: Final = frozenset(("noopsort", "sortnoop"))
_BLANKS = re.compile(r"[ \t\n\r\f\v]+")
_MAX_DEPTH: Final = 30


def to_plain(tex: str) -> str:
    """A field as one line of Unicode."""
    return " ".join(Writer(None).text(tex).plain.replace("\u00ad", "").split())


def verbatim(tex: str) -> str:
    r"""An address or a number of a paper: braces and the backslashes of `\_`, `\%` and `\url` taken out."""
    text = re.sub(r"\\(?:url|path|nolinkurl|href)\b\s*", "", tex)
    text = re.sub(r"\\textasciitilde\b\s*(?:\{\})?|\{?\\~(?:\{\})?\}?|\{?\$\\sim\$\}?", "~", text)
    return re.sub(r"\\(?=[_%&#$~])|[{}\s]", "", text)


class Writer:
    """Writes LaTeX as Text; without a typesetter formulas are plain. `failures` are formulas that cannot be typeset."""

    def __init__(self, typesetter: Typesetter | None) -> None:
        self._typesetter = typesetter
        self.failures: list[tuple[str, str]] = []

    def text(self, tex: str) -> Text:
        html, shown = self._run(tex, 0)
        html = _BLANKS.sub(" ", html).strip(" ")
        return Text(html, " ".join(shown.replace("\u00ad", "").split()))

    def _run(self, tex: str, depth: int) -> tuple[str, str]:
        """HTML and plain form of a piece of LaTeX."""
        html: list[str] = []
        shown: list[str] = []
        if depth > _MAX_DEPTH:
            tex = re.sub(r"[\\{}$]", "", tex)
        position = 0
        while (found := _TOKEN.match(tex, position)) is not None:
            position = found.end()
            kind, written = str(found.lastgroup), found[str(found.lastgroup)]
            if kind == "math":
                made = self._formula(written)
            elif kind == "brace" and written == "{":
                inside, position = _argument(tex, found.start())
                made = self._run(inside, depth + 1)
            elif kind in ("command", "sign"):
                if written in _SWITCHES and kind == "command":
                    rest = self._run(tex[position:], depth + 1)
                    made, position = (_tagged(_SWITCHES[written], rest[0]), rest[1]), len(tex)
                else:
                    made, position = self._command(written, tex, position, depth)
            else:
                text = "" if written in ("}", "\\") else _LIGATURES.get(written, written)
                made = escape(text), text
            html.append(made[0])
            shown.append(made[1])
        return "".join(html), "".join(shown)

    def _command(self, name: str, tex: str, position: int, depth: int) -> tuple[tuple[str, str], int]:
        """What a command and its arguments give, and where they end."""
        following = tex[position : position + 1]
        if name in _ACCENTS and (len(name) > 1 or not name.isalpha() or following):
            base, end = _argument(tex, position)
            text = _accented(self._run(base, depth + 1)[1].replace("ı", "i").replace("ȷ", "j"), _ACCENTS[name])
            return (escape(text), text), end
        if name in _SIGNS:
            end = position + 2 if tex.startswith("{}", position) else position
            return (escape(_SIGNS[name]), _SIGNS[name]), end
        if name in ("url", "path", "href"):
            address, position = _argument(tex, position)
            address = verbatim(address)
            shown = (escape(address), address)
            if name == "href":
                text, position = _argument(tex, position)
                shown = self._run(text, depth + 1)
            return (link(address, shown[0]), shown[1]), position
        if name.lower() in _UNSEEN:
            return ("", ""), _argument(tex, position)[1]
        if name in _TAGS and following:
            inside, position = _argument(tex, position)
            html, text = self._run(inside, depth + 1)
            return (_tagged(_TAGS[name], html), text), position
        return ("", ""), position

    def _formula(self, token: str) -> tuple[str, str]:
        tex = token.strip("$") if token[0] == "$" else token[2:-2]
        shown = plain(tex)
        if self._typesetter is None:
            return escape(shown), shown
        formula = self._typesetter.typeset(tex, display=False)
        if formula.mathml is None:
            self.failures.append((tex, formula.problem.message if formula.problem else "it cannot be typeset"))
            return f"<code>{escape(tex)}</code>", shown
        return formula.mathml, shown


def _tagged(tag: str, html: str) -> str:
    return f"<{tag}>{html}</{tag}>" if html.strip() else html


def _argument(tex: str, position: int) -> tuple[str, int]:
    r"""The next argument, without its braces, and where it ends: `{ab}`, `\i`, or one character."""
    while tex[position : position + 1].isspace():
        position += 1
    if tex.startswith("{", position):
        depth = 0
        for brace in re.compile(r"\\.|[{}]", re.DOTALL).finditer(tex, position):
            depth += {"{": 1, "}": -1}.get(brace[0], 0)
            if depth == 0:
                return tex[position + 1 : brace.start()], brace.end()
        return tex[position + 1 :], len(tex)
    found = _TOKEN.match(tex, position)
    if found is None or found[0] == "}":
        return "", position
    if found.lastgroup == "text":
        return tex[position], position + 1
    return found[0], found.end()


def _accented(base: str, mark: str) -> str:
    """`o` with an umlaut is ö; a mark on nothing is dropped."""
    base = base.lstrip() or base
    return unicodedata.normalize("NFC", base[:1] + mark + base[1:]) if base.strip() else base

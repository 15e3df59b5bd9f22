r"""What is done to MathML after math-core has made it: fill its holes, keep the author's TeX, make XML of it.

Works on math-core's own output, whose tags are always written alike; it is not a parser of any MathML.
"""

from __future__ import annotations

import html
import re
from html.entities import html5

ANNOTATION = '<annotation encoding="application/x-tex">'
# Characters that HTML or XML forbid.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(chr(plane * 0x10000 + last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
_ENTITY = re.compile(r"&([a-zA-Z][a-zA-Z0-9]*);")
_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
# <mtext><b>word</b></mtext>, as math-core writes \textbf{word}.
_STYLED = re.compile(r"<mtext([^>]*)>((?:<(?:span|b|i|em|code|s|u)\b[^>]*>)+)([^<]*)((?:</\w+>)*)</mtext>")
_INNER = re.compile(r"</?(?:span|b|i|em|code|s|u)\b[^>]*>")
_VARIANTS = (("<b", "bold"), ("<i", "italic"), ("<em", "italic"), ("<code", "monospace"))
# what is written between one tag and the next
_TEXT = re.compile(r">([^<]+)")
# a blank as math-core writes it, but not at the end of a text, where browsers drop any other
_BLANK = re.compile("(?<![>\u00a0])\u00a0(?![<\u00a0])")
_ONE_LETTER = re.compile(r"<mi>(.)</mi>")
_TABLE = re.compile(r"<(/?)mtable\b")
# displays one below the other, as the rows of a table
BLOCKS = '<mtable class="blocks full" displaystyle="true" scriptlevel="0">'
# a number at the right of a formula, as math-core writes one
_BEFORE = '<mtable class="full" displaystyle="true" scriptlevel="0"><mtr><mtd class="half"></mtd><mtd>'
_AFTER = '</mtd><mtd class="number half r"><mtext>\x020\x03</mtext></mtd></mtr></mtable>'
# What a number that is filled in later may be made of.
_IN_NUMBERS = frozenset(map(ord, "()0123456789.-\u2013abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
_MARKS = frozenset({2, 3, 4, 5})
_RULE = "border-bottom: 0.05em solid currentcolor;"


def _italics() -> dict[int, int]:
    """The mathematical-italic form of each letter that a one-letter <mi> draws (MathML Core, "italic mappings")."""
    forms = {chr(ord("A") + n): 0x1D434 + n for n in range(26)}
    forms |= {chr(ord("a") + n): 0x1D44E + n for n in range(26)}
    forms["h"] = 0x210E
    forms |= {"ı": 0x1D6A4, "ȷ": 0x1D6A5}
    forms |= {chr(0x391 + n): 0x1D6E2 + n for n in range(17)}
    forms["ϴ"] = 0x1D6F3
    forms |= {chr(0x3A3 + n): 0x1D6F4 + n for n in range(7)}
    forms["∇"] = 0x1D6FB
    forms |= {chr(0x3B1 + n): 0x1D6FC + n for n in range(25)}
    forms |= dict(zip("∂ϵϑϰϕϱϖ", range(0x1D715, 0x1D71C), strict=True))
    return {ord(letter): italic for letter, italic in forms.items()}


_ITALICS = _italics()


def glyphs(mathml: str) -> frozenset[int]:
    """The code points a font needs to draw the formula; of a one-letter <mi> also the italic form browsers draw."""
    end = mathml.find(ANNOTATION)
    if end < 0:
        end = len(mathml)
    texts = _TEXT.findall(mathml, 0, end)
    drawn = "".join(texts)
    if "&" in drawn:
        drawn = "".join(map(html.unescape, texts))
    points = frozenset(map(ord, drawn + "".join(_ONE_LETTER.findall(mathml, 0, end)).translate(_ITALICS)))
    return points if points.isdisjoint(_MARKS) else points - _MARKS | _IN_NUMBERS


def drawn_length(mathml: str) -> int:
    """How many characters stand in the formula, each entity counted as it is written."""
    return sum(map(len, _TEXT.findall(mathml.partition(ANNOTATION)[0])))


def xml_safe(mathml: str) -> str:
    """The formula as well-formed XML with nothing but MathML in it: HTML in <mtext> becomes `mathvariant`."""
    if "&" in mathml:
        mathml = _ENTITY.sub(_character, mathml)
    if "<mtext" not in mathml:
        return mathml
    body, annotation, rest = mathml.partition(ANNOTATION)
    return _INNER.sub("", _STYLED.sub(_with_variant, body)) + annotation + rest


def annotated(mathml: str, tex: str) -> str:
    """The formula with the author's TeX as its annotation, in place of the TeX math-core was given."""
    start = mathml.rfind(ANNOTATION)
    if start < 0:
        return mathml
    end = mathml.index("</annotation>", start)
    return mathml[:start] + ANNOTATION + html.escape(tex, quote=False) + mathml[end:]


def content(mathml: str) -> str:
    """What a converted formula draws, without <math>, <semantics> and the annotation."""
    start = mathml.find("<semantics>")
    if start >= 0:
        return mathml[start + len("<semantics>") : mathml.rfind(ANNOTATION)]
    return mathml[mathml.index(">") + 1 : mathml.rindex("</math>")]


def running(words: str) -> str:
    """Words and formulas side by side as a line of text: nothing is around them all, and it may break at its blanks."""
    if "<mtext" in words and words.startswith("<mrow>"):
        words = words[len("<mrow>") : -len("</mrow>")]
    return _BLANK.sub(" ", words)


def with_number(mathml: str) -> str:
    """The formula with the marker of its first row at the right; one that draws nothing stays as it is."""
    drawn = content(mathml)
    if drawn in ("", "<mrow></mrow>"):
        return mathml
    start = mathml.index("<semantics>") + len("<semantics>")
    return mathml[:start] + _BEFORE + drawn + _AFTER + mathml[start + len(drawn) :]


def with_bottom_rule(mathml: str, hole: str) -> str:
    """The table whose last row holds only `hole` loses that row and gets a rule below."""
    row = re.search(rf"<mtr><mtd[^>]*><mtext>{re.escape(hole)}</mtext></mtd></mtr>", mathml)
    if row is None:
        return mathml.replace(hole, "")
    depth = 0
    for table in reversed(list(_TABLE.finditer(mathml, 0, row.start()))):
        depth += 1 if table[1] else -1
        if depth < 0:
            end = mathml.index(">", table.start())
            opening = mathml[table.start() : end]
            styled = opening.replace(' style="', f' style="{_RULE}', 1)
            if styled == opening:
                styled = f'{opening} style="{_RULE}"'
            return mathml[: table.start()] + styled + mathml[end : row.start()] + mathml[row.end() :]
    return mathml.replace(hole, "")


def _character(entity: re.Match[str]) -> str:
    if entity[1] in _XML_ENTITIES:
        return entity[0]
    return html.escape(html5.get(entity[1] + ";", entity[0]), quote=False)


def _with_variant(text: re.Match[str]) -> str:
    variant = next((variant for tag, variant in _VARIANTS if re.search(tag + r"\b", text[2])), "")
    attribute = f' mathvariant="{variant}"' if variant else ""
    return f"<mtext{text[1]}{attribute}>{text[3]}</mtext>"

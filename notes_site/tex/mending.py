r"""Mend what math-core writes where a browser would show another formula than TeX does.

| written | seen | mended |
| --- | --- | --- |
| `\operatorname<` | a tag | `&lt;` |
| `\Bigr)^k`, a fence that is a base by itself | in Chromium as small as `)` | the base is a row of that one fence |
| `(1,\ -1)`, a sign after a blank | the minus of a difference | the minus of a number |

Works on math-core's own output, like `markup`.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

# <msup><mo minsize="1.623em" maxsize="1.623em">)</mo>
_LONE_FENCE: Final = re.compile(
    r"(?P<script><m(?:sub|sup|subsup|under|over|underover|multiscripts)\b[^<>]*>)"
    r"(?P<fence><mo [^<>]*\bminsize=[^<>]*>[^<]*</mo>)"
)
_SPACE: Final = r"<mspace[^<>]*/>"
_BLANK: Final = r"<mtext>[ \u00a0]+</mtext>"
# <mo>,</mo><mtext> </mtext><mo>−</mo>
_SIGN: Final = re.compile(
    rf"(?P<before><mrow>|<mo\b[^<>]*>(?P<operator>[^<]+)</mo>)"
    rf"(?P<blanks>(?:{_SPACE})*{_BLANK}(?:{_SPACE}|{_BLANK})*)<mo>(?P<sign>[+−±∓])</mo>"
)
# Unicode calls these mathematical symbols as well, but they stand for something that can be added to
_OPERANDS: Final = frozenset("|∣∥∀∃∄¬∂∇∞⊤⊥/∕⁄")


def mended(mathml: str) -> str:
    """The formula as it is to be shown."""
    if "><</" in mathml:
        mathml = mathml.replace("><</", ">&lt;</")
    if " minsize=" in mathml:
        mathml = _LONE_FENCE.sub(r"\g<script><mrow>\g<fence></mrow>", mathml)
    if "</mtext><m" in mathml:
        mathml = _SIGN.sub(_signed, mathml)
    return mathml


def _signed(found: re.Match[str]) -> str:
    """A sign as math-core writes one of a number, where nothing before it can be added to (The TeXbook, appendix G)."""
    operator = found["operator"]
    if operator is not None and not _takes_a_sign(html.unescape(operator)):
        return found[0]
    return f'{found["before"]}{found["blanks"]}<mo lspace="0" rspace="0">{found["sign"]}</mo>'


def _takes_a_sign(operator: str) -> bool:
    """Whether what follows an operator is a number: after a comma, an opening fence, a relation, another operator."""
    kind = unicodedata.category(operator[-1])
    return operator in (",", ";", ":") or kind == "Ps" or (kind == "Sm" and operator not in _OPERANDS)

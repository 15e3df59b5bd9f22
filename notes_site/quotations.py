"""Sentences that link, as they are kept: each link, and each reference to a section, between marks. Pure.

`\\x10` number `\\x11` words `\\x12`: control characters, which no source holds. The number says which link of the note
it is, and counts down from -1 for references. A link without words is called what it leads to. No mark is in another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Final

OPEN: Final = "\x10"
CLOSE: Final = "\x12"
_MARKED: Final = re.compile("\x10(?P<number>-?[0-9]+)\x11(?P<words>[^\x12]*)\x12")


def opening(number: int) -> str:
    """The mark before the words of a link."""
    return f"{OPEN}{number}\x11"


def shown(html: str, wanted: Collection[int], named: Callable[[int], str]) -> str:
    """The sentence with the words of some of its links marked; `named` gives the HTML for a link without words."""

    def said(found: re.Match[str]) -> str:
        number = int(found["number"])
        words = found["words"] or named(number)
        return f"<mark>{words}</mark>" if number in wanted else words

    return _MARKED.sub(said, html)

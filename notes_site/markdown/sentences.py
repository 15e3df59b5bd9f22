"""Where sentences begin and end in a text. Pure."""

from __future__ import annotations

import re
from typing import Final

# the beginning of the text, or the end of a sentence and a blank; then quotation marks, brackets and emphasis
_ENDED: Final = re.compile(r"(?:^|[.!?…][\"'”’)]*\s)[\s\"'“‘(*_]*$")
# "e.g. ", after which no sentence begins
_ABBREVIATED: Final = re.compile(r"\b(?:e\.g|i\.e|cf|vs|resp|viz|bzw|vgl|z\.\s?B|d\.\s?h)\.\s*$", re.IGNORECASE)


def begins_after(said: str) -> bool:
    """Whether what follows these words, the last of their paragraph so far, begins a sentence."""
    return _ENDED.search(said) is not None and _ABBREVIATED.search(said) is None


# the end of a sentence: its mark, quotation marks and brackets, a blank; or a full stop of Chinese or Japanese
_END: Final = re.compile(r"[.!?…][\"'”’»)\]]*\s+|[。！？][」』”’）]*\s*")
# what ends in a full stop in the midst of a sentence: `Fig. 2`, `et al. (2017)`, `J. von Neumann`
_INSIDE: Final = re.compile(
    r"(?:\b(?:figs?|eqs?|thms?|lem|prop|cor|defs?|secs?|chaps?|refs?|nos?|nr|abb|gl|abschn|kap|bd|pp?|vol|dr|prof|mrs?"
    r"|st|al|ca|approx|resp|usw|sog)|(?-i:(?<!\w)[A-ZÄÖÜ]))\.\s+$",
    re.IGNORECASE,
)


# characters before a full stop among which an abbreviation is looked for
_NEAR: Final = 12


def around(said: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence begins and ends that holds a part of the words of a paragraph; blanks after it are its own.

    A small letter begins no sentence.
    """
    first, last = 0, len(said)
    ends = [found.end() for found in _END.finditer(said)]
    for place in reversed(ends):
        if place <= start and _ends(said, place):
            first = place
            break
    for place in ends:
        if place >= end and _ends(said, place):
            last = place
            break
    return first, last


def _ends(said: str, place: int) -> bool:
    """Whether the full stop before a place ends a sentence."""
    if said[place : place + 1].islower():
        return False
    near = said[max(0, place - _NEAR) : place]
    return _ABBREVIATED.search(near) is None and _INSIDE.search(near) is None

"""Whether a sentence begins at a place in a text. Pure."""

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

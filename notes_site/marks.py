"""References that stand in titles, captions and summaries until the numbers of the site are known.

A Text goes from page to page, so it has no holes: a reference in it is written between two control characters, which no
source holds, and becomes words where the Text is shown. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from notes_site.model import Text

# `full|0|thm-a,thm-b`: the form, whether a capital letter is asked for, the keys
MARK: Final = re.compile("\x0e(?P<form>[^|\x0f]*)\\|(?P<capital>[012])\\|(?P<keys>[^\x0f]*)\x0f")


def mark(form: str, keys: Sequence[str], *, capital: int) -> str:
    """A reference as it stands in a Text."""
    return f"\x0e{form}|{capital}|{','.join(keys)}\x0f"


def marked(text: Text) -> bool:
    return "\x0e" in text.html or "\x0e" in text.plain


def worded(text: Text, say: Callable[[str, tuple[str, ...], int], Text]) -> Text:
    """The text with each reference as `say` words it: given the form, the keys, and the capital letter."""
    if not marked(text):
        return text

    def saying(found: re.Match[str]) -> Text:
        return say(found["form"], tuple(found["keys"].split(",")), int(found["capital"]))

    return Text(MARK.sub(lambda f: saying(f).html, text.html), MARK.sub(lambda f: saying(f).plain, text.plain))

"""References and citations that stand in titles, captions and summaries until the numbers of the site are known.

A Text goes from page to page, so it has no holes: a hole in it is written between two control characters, which no
source holds, and becomes words where the Text is shown. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from typing import Final, TypeAlias
from urllib.parse import quote, unquote_to_bytes

from msgspec import json
from msgspec.structs import replace

from notes_site.model import Cite, Text, Xref

Said: TypeAlias = Xref | Cite

# a hole as JSON, of which only letters, digits and `%` are left, so that nothing changes it on its way
_MARK: Final = re.compile("\x0e(?P<hole>[^\x0e\x0f]*)\x0f")
_READ: Final = json.Decoder(Said)


def mark(hole: Said) -> str:
    """A reference or a citation as it stands in a Text; words of its own are HTML or plain as the text around it is."""
    return f"\x0e{quote(json.encode(hole), safe='')}\x0f"


def marked(text: Text) -> bool:
    return "\x0e" in text.html or "\x0e" in text.plain


def filled(text: str, say: Callable[[Said], str]) -> str:
    """Some HTML, or some plain text, with what `say` makes of the references and citations in it."""
    if "\x0e" not in text:
        return text
    return _MARK.sub(lambda found: say(within(_READ.decode(unquote_to_bytes(found["hole"])), say)), text)


def within(hole: Said, say: Callable[[Said], str]) -> Said:
    """A reference or a citation with what `say` makes of those in its own words: `[@a, cf. @thm-b]`."""
    if isinstance(hole, Xref):
        return replace(hole, prefix=filled(hole.prefix, say)) if "\x0e" in hole.prefix else hole
    if not any("\x0e" in one.before or "\x0e" in one.after for one in hole.works):
        return hole
    works = [replace(one, before=filled(one.before, say), after=filled(one.after, say)) for one in hole.works]
    return replace(hole, works=tuple(works))


def worded(text: Text, say: Callable[[Said], Text]) -> Text:
    """The text with each reference and citation as `say` words it: the HTML of it for HTML, its plain text for plain.

    The words in what is given to `say` are HTML the one time, and plain the other.
    """
    if not marked(text):
        return text
    return Text(filled(text.html, lambda hole: say(hole).html), filled(text.plain, lambda hole: say(hole).plain))


def as_keys(hole: Said) -> Text:
    """A reference or a citation where it is not followed any further: what its author called the things."""
    keys = ", ".join(hole.keys if isinstance(hole, Xref) else [one.key for one in hole.works])
    return Text(escape(keys), keys)

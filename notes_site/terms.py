"""The glossary in use: what pages may know of an entry, how a use of it reads, and which notes use it. Pure."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Final

from notes_site.address import preview_at
from notes_site.alphabet import fold
from notes_site.glossary import Entry, Glossary
from notes_site.model import Facts, Term, TermCard, Text

GLOSSARY: Final = "/glossary/"
# a definition longer than this is cut where it only hovers over a word
LONGEST: Final = 300
# the first letter of a text, behind tags of emphasis
_FIRST: Final = re.compile(r"(?P<tags>(?:<(?:em|strong|s|mark|code)>)*)(?P<letter>\w)")


class Terms:
    """The entries of a glossary; `text` gives its texts as they are set, `notes` are in reading order."""

    def __init__(self, glossary: Glossary, text: Callable[[str], Text], notes: Iterable[Facts]) -> None:
        self.entries = {entry.key: entry for entry in glossary.entries}
        self._text, self._notes = text, notes

    @cached_property
    def cards(self) -> dict[str, TermCard]:
        """What pages may know of the entries, by key, in the order of their names."""
        made = {key: self._card(entry) for key, entry in self.entries.items()}
        return dict(sorted(made.items(), key=lambda item: (fold(item[1].name.plain), item[1].name.plain, item[0])))

    def _card(self, entry: Entry) -> TermCard:
        words = entry.words
        plain = self._text(entry.text).plain
        if len(plain) > LONGEST:
            plain = plain[:LONGEST].rpartition(" ")[0] + " …"
        long, long_plural = self._text(words.long), self._text(words.long_plural)
        return TermCard(entry.key, self._text(words.name), self._text(words.plural), long, long_plural, plain)

    def text(self, key: str) -> Text:
        """The definition of an entry."""
        return self._text(self.entries[key].text)

    def see(self, key: str) -> tuple[TermCard, ...]:
        """The entries that belong to one."""
        return tuple(self.cards[one] for one in self.entries[key].see if one in self.cards)

    @cached_property
    def used_in(self) -> dict[str, tuple[str, ...]]:
        """By key, the paths of the notes that use an entry."""
        found: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for note in self._notes if self.entries else ():
            for mention in note.mentions:
                if mention.kind == "term" and mention.key in self.entries:
                    found[mention.key][note.path] = None
        return {key: tuple(paths) for key, paths in found.items()}


def term_html(hole: Term, card: TermCard | None, href: Callable[[str], str]) -> str:
    """A use of an entry as HTML: an acronym is expanded where it is used first, any other term is a link.

    The long form of an acronym is a link where the glossary says more than that.
    """
    if card is None:
        return hole.text or html.escape(hole.key)
    name, long = (card.plural, card.long_plural) if hole.plural else (card.name, card.long)
    if long and not hole.text:
        short = f'<abbr title="{html.escape(long.plain)}">{name.html}</abbr>'
        whole = _capital(long.html) if hole.capital else long.html
        if hole.linked and card.plain:
            whole = _link(whole, card.plain, card, href)
        if hole.form == "long":
            return whole
        return f"{whole} ({short})" if hole.form == "full" or hole.first else short
    words = hole.text or (_capital(name.html) if hole.capital else name.html)
    return _link(words, card.long.plain or card.plain, card, href) if hole.linked else words


def _link(words: str, said: str, card: TermCard, href: Callable[[str], str]) -> str:
    """Words that lead to an entry, and say something when one hovers."""
    url = f"{href(GLOSSARY)}#{card.anchor}"
    title = f' title="{html.escape(said)}"' if said else ""
    return f'<a class="term" href="{html.escape(url)}"{title} data-preview="{html.escape(preview_at(url))}">{words}</a>'


def _capital(text: str) -> str:
    """HTML with a capital first letter."""
    return (
        _FIRST.sub(lambda found: found["tags"] + found["letter"].upper(), text, count=1) if _FIRST.match(text) else text
    )

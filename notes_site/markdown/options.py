"""What a parse may depend on beside the note itself; light to import, since it is part of every key of the cache."""

from __future__ import annotations

from typing import TypeAlias

from notes_site.kinds import BUILT_IN, Counting, Kind
from notes_site.model import Value
from notes_site.words import Overrides

# a macro as the author writes it: its name, and its body, or the body with its number of arguments and a default
MacroSource: TypeAlias = tuple[str, str | tuple[str | int, ...]]


class TermWords(Value, frozen=True):
    """The words of one entry of the glossary, as the author writes them; `long` is that of an acronym, and `name` then
    its short form. With `match` they are recognised wherever they stand in running text.
    """

    key: str
    name: str
    plural: str
    long: str = ""
    long_plural: str = ""
    match: bool = False


class Options(Value, frozen=True):
    """The habits of Markdown that hold on a site, and its macros."""

    html: bool = True
    smart: bool = True
    breaks: bool = False
    inline_double_dollar: str = "display"
    macros: tuple[MacroSource, ...] = ()
    kinds: tuple[Kind, ...] = BUILT_IN
    counting: Counting = Counting()
    cites: bool = False
    lang: str = "en"
    words: Overrides = ()
    terms: tuple[TermWords, ...] = ()

"""What a parse may depend on beside the note itself; light to import, since it is part of every key of the cache."""

from __future__ import annotations

from typing import TypeAlias

from notes_site.model import Value

# a macro as the author writes it: its name, and its body, or the body with its number of arguments and a default
MacroSource: TypeAlias = tuple[str, str | tuple[str | int, ...]]


class Options(Value, frozen=True):
    """The habits of Markdown that hold on a site, and its macros."""

    html: bool = True
    smart: bool = True
    breaks: bool = False
    inline_double_dollar: str = "display"
    macros: tuple[MacroSource, ...] = ()

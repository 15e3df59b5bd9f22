"""The notation of a site: macros with a comment, in the order in which a reader meets them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from notes_site.alphabet import fold
from notes_site.model import Facts, Locator, Symbol, SymbolRow, Text

NOTATION: Final = "/notation/"


def rows_of(
    declared: Iterable[tuple[Text, Text]], notes: Sequence[Facts], urls_by_path: Mapping[str, str]
) -> tuple[SymbolRow, ...]:
    """A row for each symbol and meaning: those that are used by their first use, then the others by meaning.

    `declared` are the symbols of the configuration, `notes` are in reading order.
    """
    first: dict[tuple[Text, Text], Locator | None] = {}
    for note in notes:
        for symbol in sorted(note.symbols, key=lambda symbol: _place(symbol, note)):
            key = symbol.look, symbol.meaning
            if not symbol.used or first.get(key) is not None:
                continue
            anchor = f"#{symbol.anchor}" if symbol.anchor in note.anchors and symbol.anchor else ""
            first[key] = Locator(note.title, urls_by_path[note.path] + anchor)
    rows = [SymbolRow(*key, place) for key, place in first.items()]
    others = {*declared, *((s.look, s.meaning) for note in notes for s in note.symbols)} - first.keys()
    unused = sorted(others, key=lambda key: (fold(key[1].plain), key[0].plain, key[0].html, key[1].html))
    return (*rows, *(SymbolRow(*key) for key in unused))


def _place(symbol: Symbol, note: Facts) -> tuple[int, str]:
    """Where in its note a symbol is used first, as far as that is known."""
    try:
        return note.anchors.index(symbol.anchor), symbol.name
    except ValueError:
        return -1, symbol.name

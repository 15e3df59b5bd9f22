"""Macros with a comment, and where a note uses each first: the rows of the notation. Reads no file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from notes_site.macros import looks
from notes_site.markdown.draft import Draft
from notes_site.model import Symbol, Text
from notes_site.tex import Macro

# `\KL`
_COMMAND: Final = re.compile(r"\\([a-zA-Z]+|[^a-zA-Z])")


def note_symbols(tex: str, defined: Sequence[Macro], draft: Draft, anchor: str) -> None:
    """Keep what a formula says of macros with a comment: those that it defines, and those that it uses."""
    own = Counter(macro.name for macro in defined)
    for macro in defined:
        draft.commented.discard(macro.name)
        if macro.comment:
            draft.commented.add(macro.name)
            draft.symbols.setdefault(macro, (anchor, False))
    if not draft.commented:
        return
    said = Counter(_COMMAND.findall(tex))
    for name in draft.commented & said.keys():
        macro = draft.macros[name]
        # its definition names it too
        if said[name] > own[name] and not draft.symbols.get(macro, ("", False))[1]:
            draft.symbols[macro] = anchor, True


def symbols_of(draft: Draft, text: Callable[[str], Text], comment: Callable[[Macro], Text]) -> tuple[Symbol, ...]:
    """The symbols of a note, set by `text` and `comment`; by name, as the order of a set is none."""
    found = sorted(draft.symbols.items(), key=lambda item: (item[0].name, item[0].body, item[0].comment))
    made: list[Symbol] = []
    for macro, (anchor, used) in found:
        look = looks(macro.name, macro.parameters, optional=macro.default is not None, example=macro.example)
        before = draft.macros.get(macro.name)
        draft.macros[macro.name] = macro
        made.append(Symbol(macro.name, text(f"${look}$"), comment(macro), anchor, used))
        if before is not None:
            draft.macros[macro.name] = before
    return tuple(made)

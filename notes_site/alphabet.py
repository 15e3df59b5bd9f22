"""The order of lists for readers: alphabetical, without regard to case and accents, the same on every machine. Pure."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """A text as it is sorted: "École" and "ecole" are one."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(char for char in apart if not unicodedata.combining(char)).casefold().replace("’", "'").strip()


def letter(text: str) -> str:
    """The letter under which a text stands: `A`, `0–9` for digits, `#` for everything else."""
    first = fold(text)[:1]
    if first.isalpha():
        return first.upper()
    return "0–9" if first.isdigit() else "#"

"""The words that references and citations use, in English; a site gives those of its own language by the same keys."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "and": " and ",  # between two names
        "and_last": ", and ",  # before the last of three or more
        "et_al": "et al.",
        "editor": "(ed.)",
        "editors": "(eds.)",
        "edited_by": "edited by {}",
        "in": "In {}",
        "volume": "vol.\u00a0{}",
        "volume_of": "vol.\u00a0{} of {}",
        "number": "no.\u00a0{}",
        "page": "p.\u00a0{}",
        "pages": "pp.\u00a0{}",
        "chapter": "chap.\u00a0{}",
        "edition": "{} ed.",
        "ordinal": "{}th",
        "ordinal_1": "{}st",
        "ordinal_2": "{}nd",
        "ordinal_3": "{}rd",
        "phd_thesis": "PhD thesis",
        "masters_thesis": "Master’s thesis",
        "bachelors_thesis": "Bachelor’s thesis",
        "thesis": "Thesis",
        "report": "Technical report",
        "no_date": "n.d.",
        "available_at": "Available at {}",
    }
)


def word(words: Mapping[str, str], key: str, *values: str) -> str:
    """One of the words, with `values` in place of each {}; English where the site has none."""
    first, *parts = words.get(key, WORDS[key]).split("{}")
    given = [*values, *[""] * len(parts)]
    return first + "".join(value + part for value, part in zip(given, parts, strict=False))

"""The mathematics font of a site: the prepared one, or where that does not suffice, a larger one cut for the site.

Both are cut from STIX Two Math, which the package ziamath carries (`source`). `repertoire` says what the prepared
font covers and what a larger one must hold, `repairs` puts right what Chromium lays out badly, `cutting` joins the
two, and `cache` keeps what was cut. `python -m notes_site.fonts` writes the prepared font.

What leaves here is a Modified Version under the SIL Open Font License. The licence reserves only the name "TM Math",
but "STIX Two" is a trademark, so the name table says "Notes Site Math"; pages call it what they like in `@font-face`.

Invariant: equal code points give equal bytes, in any process and with or without a cache. Where the prepared font
suffices, one file is read and nothing heavy is imported; fontTools is imported only when a font is cut.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from . import source
from .repertoire import COMMON, widened
from .source import FontMissing

__all__ = ["PREPARED", "Font", "FontMissing", "font_for", "missing"]

NAME = "STIX Two Math"
PREPARED = Path(__file__).parents[1] / "data" / "math.woff2"
LICENCE = PREPARED.with_name("OFL.txt")


@dataclass(frozen=True, slots=True)
class Font:
    """A web font: `data` is WOFF2, `licence` belongs beside it, `digest` is the SHA-256 of `data` in hex."""

    name: str
    data: bytes
    licence: str
    digest: str


def font_for(code_points: frozenset[int], *, cache: Path | None) -> Font:
    """A font with `code_points`, `COMMON` and what formulas need unseen: sizes, pieces, accents.

    Code points that STIX Two Math lacks are ignored; `missing` names them. `cache` is a folder for what has to be
    cut, made if needed; a bad entry in it is remade, and a folder that cannot be written only costs time. Raises
    `FontMissing` where `COMMON` does not suffice and the source is not there.
    """
    more = code_points - COMMON
    data = _cut(more, cache) if more else PREPARED.read_bytes()
    return Font(NAME, data, LICENCE.read_text(encoding="utf-8"), hashlib.sha256(data).hexdigest())


def missing(code_points: frozenset[int]) -> frozenset[int]:
    """The code points that STIX Two Math cannot show. Reads at most its character map. Raises `FontMissing`."""
    more = code_points - COMMON
    return more - source.characters(source.read()) if more else frozenset()


def _cut(more: frozenset[int], cache: Path | None) -> bytes:
    """The prepared font again, if STIX Two Math has none of `more`; else one with as many of them as it has."""
    stix = source.read()
    more &= source.characters(stix)
    if more <= COMMON:
        return PREPARED.read_bytes()
    from .cache import keep, kept, key

    wanted = widened(more)
    entry = None if cache is None else cache / f"math-{key(wanted, stix)}.woff2"
    data = None if entry is None else kept(entry)
    if data is None:
        from .cutting import cut

        data = cut(stix, wanted)
        if entry is not None:
            keep(entry, data)
    return data

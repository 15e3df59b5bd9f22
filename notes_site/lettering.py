"""Text whose width can only be guessed, broken into lines that fit. Pure.

Invariant: a guess is rather too wide than too narrow, and no sign is parted from the marks that belong to it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

# The width of characters in units of the font's size, in DejaVu Sans Bold: the widest of the usual fonts.
_WIDTHS = {
    character: width
    for width, characters in {
        0.36: " 'ijl",
        0.42: ",./:;IJ\\|",
        0.52: "-f!()[]_`rt",
        0.6: '"*?csz',
        0.7: "Lx$0123456789EFTaekovy",
        0.76: "CPSYZbdghnpqu{}",
        0.84: "ABKRVX#+<=>DGHNU^~",
        1.0: "&OQw@M",
        1.16: "%mW",
    }.items()
    for character in characters
}
# regular text against bold text
REGULAR = 0.93


def wrapped(text: str, room: float, most: int) -> tuple[str, ...]:
    """Text in lines of that width, the last of them cut with an ellipsis where there would be more than `most`."""
    lines: list[str] = []
    for piece in _pieces(text, room):
        if lines and width_of((lines[-1] + piece).rstrip()) <= room:
            lines[-1] += piece
        elif len(lines) < most:
            lines.append(piece)
        else:
            whole, lines[-1] = lines[-1] + piece, ""
            for cluster in _clusters(whole):
                if width_of(lines[-1] + cluster + "…") > room:
                    break
                lines[-1] += cluster
            lines[-1] = lines[-1].rstrip() + "…"
            break
    return tuple(line.rstrip() for line in lines)


def _pieces(text: str, room: float) -> Iterator[str]:
    """What a line may end after: a word with its space, a wide (Chinese, Japanese, Korean) character, a full line."""
    piece = ""
    for cluster in _clusters(text):
        if piece and (_is_wide_character(cluster) or piece[-1] == " " or width_of(piece + cluster.rstrip()) > room):
            yield piece
            piece = ""
        piece += cluster
        if _is_wide_character(cluster):
            yield piece
            piece = ""
    if piece:
        yield piece


def _clusters(text: str) -> Iterator[str]:
    """Characters with the marks that belong to them, so that a cut never parts them."""
    cluster = ""
    for character in text:
        if cluster and not (_is_mark(character) or cluster[-1] == "\u200d"):
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in {"Mn", "Me", "Cf"}


def _is_wide_character(cluster: str) -> bool:
    return unicodedata.east_asian_width(cluster[0]) in {"W", "F"}


def width_of(text: str) -> float:
    """The width of bold text in units of the font's size; rather too much than too little."""
    return sum(map(_advance, text))


def _advance(character: str) -> float:
    known = _WIDTHS.get(character)
    if known is not None:
        return known
    if _is_mark(character):
        return 0.0
    if _is_wide_character(character):
        return 1.1
    return 0.85 if character.islower() else 1.0

"""Divide pages into volumes, each of which is indexed by itself, so that an edit of one page leaves the others. Pure.

Invariant: where a page is depends on the names and sizes of the pages alone, not on their order; a page that comes or
goes can divide its own volume or join it to the one beside it, and moves no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from notes_site.packing import digest

# letters of the pages of a volume, which are indexed in a quarter of a second
MOST: Final = 800_000
# halves of halves: as many as there are bits in a digest
_DEEPEST: Final = 64


def divided(sizes: Mapping[str, int], most: int) -> dict[str, tuple[str, ...]]:
    """The pages of each volume, in order, by the name of the volume: the bits with which the digests of its pages
    begin, `0110`, and nothing for the one volume of a small site. `sizes` are those of the pages by their names, `most`
    that of a volume of more than one page.
    """
    bits = {name: _bits(name) for name in sizes}
    return dict(_volumes("", sorted(sizes), sizes, bits, most))


def _bits(name: str) -> str:
    known_as = digest(name.encode("utf-8", "surrogatepass"))
    return f"{int.from_bytes(known_as[:8], 'big'):064b}"


def _volumes(
    begin: str, names: list[str], sizes: Mapping[str, int], bits: Mapping[str, str], most: int
) -> list[tuple[str, tuple[str, ...]]]:
    if not names:
        return []
    if len(names) == 1 or len(begin) == _DEEPEST or sum(sizes[name] for name in names) <= most:
        return [(begin, tuple(names))]
    at = len(begin)
    halves = ([name for name in names if bits[name][at] == bit] for bit in "01")
    return [
        volume
        for bit, half in zip("01", halves, strict=True)
        for volume in _volumes(begin + bit, half, sizes, bits, most)
    ]

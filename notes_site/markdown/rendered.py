"""What is found in the HTML of a note when it is whole: its anchors, its holes.

Invariant: an anchor is found as a search of the whole text would, only sooner.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from notes_site.model import Hole

# ` id="x"` inside a tag
ANCHOR = re.compile(r'<(?:[a-zA-Z][^<>]*?\sid|[aA]\s[^<>]*?\bname)="([^"]*)"')
_HOLE = re.compile("\0(\\d+)\0")


def anchors_in(rendered: str, *, named: bool = True) -> Iterator[str]:
    """What `ANCHOR` finds from left to right, looked for only in the tags that hold such an attribute."""
    tags: set[int] = set()
    for attribute in ('id="', 'name="') if named else ('id="',):
        before, at = 0, rendered.find(attribute)
        while at >= 0:
            tags.add(rendered.rfind("<", before, at))
            before, at = at, rendered.find(attribute, at + 1)
    end = 0
    for tag in sorted(tags):
        if tag >= end and (found := ANCHOR.match(rendered, tag)):
            end = found.end()
            yield found[1]


def cut_at_holes(rendered: str, holes: Sequence[Hole]) -> tuple[str | Hole, ...]:
    """The HTML between the holes, and the holes."""
    if not holes:
        return (rendered,)
    pieces: list[str | Hole] = []
    for i, piece in enumerate(_HOLE.split(rendered)):
        if i % 2:
            pieces.append(holes[int(piece)])
        elif piece:
            pieces.append(piece)
    return tuple(pieces)

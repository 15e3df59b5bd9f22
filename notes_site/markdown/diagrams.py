"""Mermaid diagrams to SVG while the site is built, by merman. Reads no file.

The SVG is shown as a picture of its own, so that its styles and ids stay out of the page.
"""

from __future__ import annotations

import functools
import re

from msgspec import Struct

# quiet colours, and plain SVG text: a picture shows no HTML labels in every browser
_STYLE = '%%{init: {"theme":"neutral","look":"classic","htmlLabels":false,"flowchart":{"htmlLabels":false}}}%%\n'
# `viewBox="4 4 1320 314"`
_VIEW_BOX = re.compile(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"')
_MESSAGE = re.compile(r"message='(.*)'$", re.DOTALL)


class Drawing(Struct, frozen=True):
    """A drawn diagram, its size in pixels; or `problem`, why there is none, and then an empty `svg`."""

    svg: str = ""
    width: int = 0
    height: int = 0
    problem: str = ""


@functools.lru_cache(maxsize=512)
def draw(source: str) -> Drawing:
    """The diagram that Mermaid's language describes; a diagram with directives of its own keeps its own look."""
    try:
        import merman  # type: ignore[import-untyped]
    except ImportError:
        return Drawing(problem="diagrams cannot be drawn on this kind of machine")
    styled = source if re.match(r"\s*(?:---|%%\{)", source) else _STYLE + source
    try:
        svg = merman.Merman().render_svg(styled, None)
    except merman.MermanError as error:
        found = _MESSAGE.search(str(error))
        return Drawing(problem=(found[1] if found else str(error)).splitlines()[0])
    box = _VIEW_BOX.search(svg)
    if box is None:
        return Drawing(problem="the diagram has no size")
    width, height = max(1, round(float(box[1]))), max(1, round(float(box[2])))
    sized = svg.replace('width="100%"', f'width="{width}" height="{height}"', 1)
    return Drawing(sized, width, height)

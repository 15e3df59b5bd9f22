"""Fences of Markdown, so that one cell cannot swallow the next.

Invariant: a text that closes all that it opens is returned as it is.
"""

from __future__ import annotations

import re
from typing import Final

# a line that opens or closes a fence: "```python", "~~~"
_FENCE: Final = re.compile(r"(?P<mark>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)$")
# a fence inside a list, a quote or an indentation: "  ```", "1. ```py"
_NESTED_FENCE: Final = re.compile(r"^(?:[ \t]+|[ \t]*(?:[-+*>]|\d+[.)])[ \t]*.*)(?:```|~~~)", re.MULTILINE)


def closed(text: str) -> str:
    """The text with its last fence closed; where a fence may stand inside something else, the text as it is."""
    if _NESTED_FENCE.search(text):
        return text
    mark = ""
    for row in text.split("\n"):
        found = _FENCE.match(row)
        if found is None:
            continue
        if not mark:
            mark = found["mark"]
        elif found["mark"].startswith(mark) and not found["info"].strip():
            mark = ""
    return f"{text}\n{mark}" if mark else text

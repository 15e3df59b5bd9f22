"""Values of unknown shape, as a notebook holds them: what is of another shape than it should be is empty.

Invariant: text has none of the marks of the parser, and can be written as UTF-8.
"""

from __future__ import annotations

import re
from typing import Final

# the marks of this module and of the parser; halves of surrogate pairs, which no encoding can write
MARKS: Final = re.compile("[\0\x02\x03]")
# what no page can show
CONTROLS: Final = re.compile("[\0-\x08\x0b-\x1f\x7f]")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


def mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def text_of(value: object) -> str:
    """Text that nbformat keeps as a string or as a list of lines; line ends are made `\\n`."""
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""


def clean(text: str) -> str:
    return _SURROGATES.sub("\ufffd", MARKS.sub("", text))


_LANGUAGES: Final = {"c++": "cpp", "c#": "csharp", "f#": "fsharp", "ipython": "python", "ir": "r"}


def language_of(metadata: dict[str, object]) -> str:
    """The language of the code cells, fit to stand between braces: `python`, `r`, `julia`, `cpp`."""
    kernel, info = mapping(metadata.get("kernelspec")), mapping(metadata.get("language_info"))
    for value in (kernel.get("language"), info.get("name"), metadata.get("language"), kernel.get("name")):
        name = text_of(value).strip().lower()
        name = re.sub(r"(?<=[a-z])[\d.-]+$", "", _LANGUAGES.get(name, name))
        if re.fullmatch(r"[a-z][a-z0-9_-]*", _LANGUAGES.get(name, name)):
            return _LANGUAGES.get(name, name)
    return "python"


def tags_of(cell: dict[str, object]) -> set[str]:
    tags = items(mapping(cell.get("metadata")).get("tags"))
    return {tag.replace("_", "-") for tag in tags if isinstance(tag, str)}

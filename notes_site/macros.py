"""Macros as YAML has them, before anybody knows whether they work. Pure, and light to import."""

from __future__ import annotations

from typing import TypeAlias

# a body, or a list of it with what MathJax wants, or the keys and values of a mapping in a row
Form: TypeAlias = str | tuple[str | int, ...]


def form_of(value: object) -> Form | None:
    """What a macro is given: `"\\R"`, `["#1", 1]`, `{tex: "\\R", comment: the line}`; None when it is none of these."""
    if isinstance(value, dict):
        kept: list[str | int] = []
        for key, one in value.items():
            if isinstance(one, (list, dict, bool)) or one is None:
                return None
            kept += (str(key), one if key == "arguments" and isinstance(one, int) else str(one))
        return tuple(kept) if len(kept) > 2 else str(value["tex"]) if "tex" in value else None
    if isinstance(value, (list, tuple)):
        parts = tuple(part for part in value if isinstance(part, (str, int)))
        return parts if len(parts) == len(value) else None
    return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else None

"""Macros as YAML has them, before anybody knows whether they work. Pure, and light to import."""

from __future__ import annotations

import re
from typing import Final, TypeAlias

# a body, or a list of it with what MathJax wants, or the keys and values of a mapping in a row
Form: TypeAlias = str | tuple[str | int, ...]
# `#1`
_PARAMETER: Final = re.compile(r"#([1-9])")


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


def looks(name: str, parameters: int, *, optional: bool, example: str = "") -> str:
    """How a macro is shown in a table, as TeX: as its author says, or with a dot for each argument it must be given."""
    return example or f"\\{name}" + "{\\cdot}" * (parameters - optional)


def commented(name: str, form: Form) -> tuple[str, str] | None:
    """How a macro with a comment is shown, as Markdown, and what it means; None for one without a comment."""
    if isinstance(form, str) or len(form) % 2:
        return None
    given = dict(zip(map(str, form[::2]), form[1::2], strict=True))
    if not given.get("comment") or "tex" not in given:
        return None
    counted = max((int(found) for found in _PARAMETER.findall(str(given["tex"]))), default=0)
    parameters = given.get("arguments", counted)
    count = parameters if isinstance(parameters, int) and 0 <= parameters < 10 else counted
    name = name.strip().removeprefix("\\")
    look = looks(name, count, optional="default" in given, example=str(given.get("example", "")).strip())
    return f"${look}$", str(given["comment"]).strip()

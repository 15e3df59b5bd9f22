"""TOML with places: the same tree that YAML gives. Reads no file.

Invariant: never raises on any text; TeX in double quotes keeps its backslash, and is reported. The library that reads
TOML does not say where values stand, so a key stands where a line of its table begins with it.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime, time
from typing import Final

from notes_site import escapes
from notes_site.yamltree import LARGEST, Place, Tree, Trouble, Value

# `(at line 2, column 5)`, `(at end of document)`
_AT: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
# `key = …`, `"a key" = …`, `[a.table]`, `[[a.table]]`
_LINE: Final = re.compile(r"""[ \t]*(?:\[{1,2}(?P<table>[^]]+)\]|(?P<key>[\w-]+|"[^"]+"|'[^']+')[ \t]*=[ \t]*)""")
# a table, a comment, a text of any kind; those with escapes are `long` and `short`
_TEXT: Final = re.compile(
    r"""(?m:^[ \t]*\[{1,2}(?P<table>[^]\n]+)\])|\#[^\n]*|'{3}(?s:.*?)'{3}|'[^'\n]*'"""
    r"""|"{3}(?P<long>(?s:\\.|.)*?)"{3}|"(?P<short>(?:\\.|[^"\\\n])*)\""""
)


def load(text: str) -> Tree:
    """Read a TOML document; one that cannot be read is an empty tree with a trouble."""
    try:
        found = tomllib.loads(text)
        meant, troubles = _with_tex(text)
        found = tomllib.loads(meant) if troubles else found
    except tomllib.TOMLDecodeError as error:
        return Tree({}, {}, (_trouble(text, str(error)),))
    except (RecursionError, ValueError) as error:  # a number with too many digits, tables in tables without end
        return Tree({}, {}, (Trouble("bomb", f"TOML that cannot be read: {type(error).__name__}", 1, 1),))
    values = {key: _value(value) for key, value in found.items()}
    places, names = _places(text)
    return Tree(values, places, troubles, names)


def _trouble(text: str, said: str) -> Trouble:
    """What the library says, with the place that stands at its end."""
    lines = text.rstrip().split("\n")
    line, column = len(lines), len(lines[-1]) + 1
    at = _AT.search(said)
    if at is not None and at[1]:
        line, column = int(at[1]), int(at[2])
    message = said[: at.start()] if at is not None else said
    message = f"{message[:1].lower()}{message[1:]}"
    hint = ""
    if "invalid value" in message:
        hint = "text stands in quotes"
    elif "escape" in message:
        hint = "a backslash stands in single quotes, or twice in double quotes"
    return Trouble("syntax", f"{message}{f'; {hint}' if hint else ''}", line, column)


def _with_tex(text: str) -> tuple[str, tuple[Trouble, ...]]:
    """The document with the TeX that its author meant."""
    troubles: list[Trouble] = []
    table = ""

    def mended(found: re.Match[str]) -> str:
        nonlocal table
        kind = found.lastgroup
        if kind == "table":
            table = found["table"]
        if kind is None or kind == "table":
            return found[0]
        raw = found[kind]
        commands = escapes.commands(raw, formula=table.strip() == "macros")
        if not commands:
            return found[0]
        before = text[: found.start(kind) + commands[0][0]]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        troubles.append(Trouble("escape", escapes.told(commands), line, column, len(commands[0][1])))
        start, end = found.start(kind) - found.start(), found.end(kind) - found.start()
        return found[0][:start] + escapes.doubled(raw, commands) + found[0][end:]

    return _TEXT.sub(mended, text), tuple(troubles)


def _value(value: object) -> Value:
    if isinstance(value, dict):
        return {str(key): _value(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_value(one) for one in value]
    if isinstance(value, bool | str | float | datetime | date):
        return value
    if isinstance(value, int):
        return value if -LARGEST <= value <= LARGEST else str(value)
    return value.isoformat() if isinstance(value, time) else str(value)


def _places(text: str) -> tuple[dict[Place, tuple[int, int]], dict[Place, tuple[int, int]]]:
    """Where values stand, and where their keys do."""
    places: dict[Place, tuple[int, int]] = {}
    names: dict[Place, tuple[int, int]] = {}
    table: Place = ()
    for number, row in enumerate(text.split("\n"), 1):
        found = _LINE.match(row)
        if found is None:
            continue
        if found["table"]:
            table = tuple(step.strip(" \t\"'") for step in found["table"].split("."))
            places.setdefault(table, (number, 1))
        else:
            here = (*table, found["key"].strip("\"'"))
            names.setdefault(here, (number, found.start("key") + 1))
            places.setdefault(here, (number, found.end() + 1))
    return places, names

"""YAML with places: values, and the line and column where each stands. Reads no file.

Invariant: never raises on any text; anchors are followed, but a document that grows past `LIMIT` nodes is refused.
TeX in double quotes keeps its backslash, and is reported.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TypeAlias

import yaml
from msgspec import Struct, field

from notes_site import escapes

LARGEST = 2**53
Value: TypeAlias = "bool | int | float | str | date | datetime | list[Value] | dict[str, Value] | None"
Place: TypeAlias = tuple[str | int, ...]

LIMIT = 20_000
# the key under which all text is TeX, but for comments
_TEX = "macros"

_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Trouble(Struct, frozen=True):
    """Why a document cannot be used, or not as it stands; line and column count from 1.

    `kind` is `syntax`, `duplicate`, `bomb` or `escape`; what stands after a semicolon of the message is a hint.
    """

    kind: str
    message: str
    line: int
    column: int
    length: int = 1

    @property
    def loses(self) -> bool:
        """Whether values that the author wrote are not there."""
        return self.kind in ("syntax", "bomb")


class Tree(Struct, frozen=True):
    """A mapping read from YAML, where each value stands, and what is wrong with it (`values` is then partial).

    `names` says where the key of a value stands, for the values that have one.
    """

    values: dict[str, Value]
    places: dict[Place, tuple[int, int]]
    troubles: tuple[Trouble, ...] = ()
    names: dict[Place, tuple[int, int]] = field(default_factory=dict)

    def place(self, *keys: str | int) -> tuple[int, int]:
        """Line and column (from 1) of a value, or of the nearest parent that has one; (1, 1) when unknown."""
        while keys:
            if keys in self.places:
                return self.places[keys]
            keys = keys[:-1]
        return (1, 1)


class _BombError(Exception):
    pass


class _Builder(Struct):
    loader: yaml.SafeLoader
    text: str
    places: dict[Place, tuple[int, int]]
    troubles: list[Trouble]
    names: dict[Place, tuple[int, int]] = field(default_factory=dict)
    left: int = LIMIT

    def build(self, node: yaml.Node, keys: Place) -> Value:
        self.left -= 1
        if self.left < 0 or len(keys) > 50:
            raise _BombError
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        self.places[keys] = (line, column)
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, keys)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child, (*keys, i)) for i, child in enumerate(node.value)]
        if node.tag == "tag:yaml.org,2002:binary":
            return str(node.value)
        if isinstance(node, yaml.ScalarNode) and node.style == '"':
            return self.quoted(node, keys)
        try:
            built: Value = self.loader.construct_object(node)
        except (yaml.YAMLError, ValueError, OverflowError):
            # An unknown tag (`!expr …`) or a date such as 2025-02-30: the author's text is kept as text.
            return str(node.value)
        if isinstance(built, int) and not -LARGEST <= built <= LARGEST:
            return str(node.value)  # no machine's number: a telephone number, or a jest
        return built

    def quoted(self, node: yaml.ScalarNode, keys: Place) -> str:
        """The text of a scalar in double quotes, with the TeX that its author meant."""
        start, end = self.text.find('"', node.start_mark.index) + 1, node.end_mark.index - 1
        raw = self.text[start:end]
        found = escapes.commands(raw, formula=_TEX in keys and keys[-1] != "comment")
        if not found:
            return str(node.value)
        before = self.text[: start + found[0][0]]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        self.troubles.append(Trouble("escape", escapes.told(found), line, column, len(found[0][1])))
        try:
            meant = yaml.compose(f'"{escapes.doubled(raw, found)}"', _Loader)
        except yaml.YAMLError:
            return str(node.value)
        return str(meant.value) if isinstance(meant, yaml.ScalarNode) else str(node.value)

    def mapping(self, node: yaml.MappingNode, keys: Place) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
            if key == "<<" and isinstance(value_node, yaml.MappingNode):
                merged = self.build(value_node, keys)
                if isinstance(merged, dict):
                    found = {**merged, **found}
                continue
            if key in found:
                mark = key_node.start_mark
                self.troubles.append(
                    Trouble("duplicate", f'the key "{key}" stands twice', mark.line + 1, mark.column + 1)
                )
                continue
            self.names[*keys, key] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            found[key] = self.build(value_node, (*keys, key))
        return found


def _hint(text: str, problem: str, line: int) -> str:
    lines = text.splitlines()
    row = lines[line - 1] if 0 < line <= len(lines) else ""
    if "\t" in row[: len(row) - len(row.lstrip())] or "'\\t'" in problem:
        return "YAML is indented with spaces, never with tabs"
    if "mapping values are not allowed" in problem:
        return "a value that contains a colon stands in quotes"
    if "unknown escape character" in problem:
        return "a backslash stands in single quotes, or twice in double quotes"
    return ""


def load(text: str) -> Tree:
    """Read a YAML mapping. Anything else than a mapping, or no document at all, is an empty tree with a trouble."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return Tree({}, {})
        builder = _Builder(loader, text, {}, [])
        value = builder.build(node, ())
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        message = str(problem.problem or problem.context or "not valid YAML")
        hint = _hint(text, message, line)
        return Tree({}, {}, (Trouble("syntax", f"{message}{f'; {hint}' if hint else ''}", line, column),))
    except (_BombError, RecursionError):
        return Tree({}, {}, (Trouble("bomb", "YAML aliases or nesting expand to too much", 1, 1),))
    except (yaml.YAMLError, ValueError) as problem:
        first = str(problem).splitlines()[0] if str(problem) else "not valid YAML"
        return Tree({}, {}, (Trouble("syntax", first, 1, 1),))
    finally:
        loader.dispose()
    if not isinstance(value, dict):
        mark = node.start_mark
        return Tree({}, {}, (Trouble("syntax", "a mapping (key: value) is expected", mark.line + 1, mark.column + 1),))
    return Tree(value, builder.places, tuple(builder.troubles), builder.names)

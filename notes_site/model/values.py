"""What every value of the model is, and the text that most of them hold."""

from __future__ import annotations

from msgspec import Struct


class Value(Struct, frozen=True, array_like=True, gc=False):
    """What may be compared, hashed and packed; it holds no mapping and no list, so that nothing in it can change."""


class Text(Value, frozen=True):
    """A run of text that may hold formulas: `html` for a page, `plain` for `<title>`, search and slugs."""

    html: str
    plain: str

    def __bool__(self) -> bool:
        return bool(self.plain)


EMPTY = Text("", "")

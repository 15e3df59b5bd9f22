"""As much of CBOR (RFC 8949) as Pagefind writes into its lists of pages and filters: numbers, texts and arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

Item: TypeAlias = "int | str | Sequence[Item]"
UINT: Final = 0
TEXT: Final = 3
ARRAY: Final = 4


class NotCbor(Exception):  # noqa: N818 - it names what the bytes are
    """Bytes that are not CBOR, or are of a kind that is not known here."""


def load(data: bytes) -> Item:
    """The one item that the bytes hold. Raises NotCbor."""
    try:
        item, end = _load(data, 0, 0)
    except (IndexError, UnicodeDecodeError) as error:
        raise NotCbor(str(error)) from error
    if end != len(data):
        raise NotCbor("there is more than one item")
    return item


def _load(data: bytes, at: int, depth: int) -> tuple[Item, int]:
    kind = data[at] >> 5
    if kind not in (UINT, TEXT, ARRAY) or depth > 20:
        raise NotCbor(f"an item of kind {kind}")
    size, at = load_head(data, at, kind)
    if kind == UINT:
        return size, at
    if kind == TEXT:
        if at + size > len(data):
            raise NotCbor("it ends in the middle of a text")
        return data[at : at + size].decode("utf-8"), at + size
    items: list[Item] = []
    for _ in range(size):
        item, at = _load(data, at, depth + 1)
        items.append(item)
    return items, at


def load_head(data: bytes, at: int, kind: int) -> tuple[int, int]:
    """The number, or the size of the text or array, that begins at a place, and where it ends. Raises NotCbor."""
    if at >= len(data) or data[at] >> 5 != kind:
        raise NotCbor(f"no item of kind {kind}")
    size = data[at] & 31
    at += 1
    if size < 24:
        return size, at
    width = 1 << (size - 24)
    if size > 27:
        raise NotCbor("a length that is not known here")
    if at + width > len(data):
        raise NotCbor("it ends in the middle of a number")
    return int.from_bytes(data[at : at + width], "big"), at + width


def dump(item: Item) -> bytes:
    """The bytes of an item, in the shortest form."""
    if isinstance(item, int):
        return head(UINT, item)
    if isinstance(item, str):
        text = item.encode("utf-8")
        return head(TEXT, len(text)) + text
    return head(ARRAY, len(item)) + b"".join(map(dump, item))


def head(kind: int, size: int) -> bytes:
    """How an item of a kind and size begins, in the shortest form."""
    if size < 24:
        return bytes((kind << 5 | size,))
    if size < 0x100:
        return bytes((kind << 5 | 24, size))
    width = 1 if size < 0x1_0000 else 2 if size < 0x1_0000_0000 else 3
    return bytes((kind << 5 | 24 + width,)) + size.to_bytes(1 << width, "big")

"""As much of CBOR (RFC 8949) as Pagefind writes into its lists of pages and filters: numbers, texts and arrays."""

from __future__ import annotations

from typing import TypeAlias

Item: TypeAlias = "int | str | list[Item]"
_NUMBER, _TEXT, _ARRAY = 0, 3, 4


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
    kind, size = data[at] >> 5, data[at] & 31
    at += 1
    if 24 <= size <= 27:
        width = 1 << (size - 24)
        if at + width > len(data):
            raise NotCbor("it ends in the middle of a number")
        size, at = int.from_bytes(data[at : at + width], "big"), at + width
    elif size > 27:
        raise NotCbor("a length that is not known here")
    if kind == _NUMBER:
        return size, at
    if kind == _TEXT and at + size <= len(data):
        return data[at : at + size].decode("utf-8"), at + size
    if kind != _ARRAY or depth > 20:
        raise NotCbor(f"an item of kind {kind}")
    items: list[Item] = []
    for _ in range(size):
        item, at = _load(data, at, depth + 1)
        items.append(item)
    return items, at


def dump(item: Item) -> bytes:
    """The bytes of an item, in the shortest form."""
    if isinstance(item, int):
        return _head(_NUMBER, item)
    if isinstance(item, str):
        text = item.encode("utf-8")
        return _head(_TEXT, len(text)) + text
    return _head(_ARRAY, len(item)) + b"".join(map(dump, item))


def _head(kind: int, size: int) -> bytes:
    if size < 24:
        return bytes((kind << 5 | size,))
    width = next(i for i in range(4) if size < 1 << (8 << i))
    return bytes((kind << 5 | 24 + width,)) + size.to_bytes(1 << width, "big")

"""Values of the model to bytes and back, and digests of them. The only module that knows how values are packed.

Invariant: equal values give equal bytes, on any machine; what cannot be unpacked raises `Unpackable`.
"""

from __future__ import annotations

import hashlib
from typing import Final, TypeVar

import msgspec

T = TypeVar("T")

SIZE: Final = 16
_encoder: Final = msgspec.msgpack.Encoder(order="deterministic")
_decoders: Final[dict[object, msgspec.msgpack.Decoder[object]]] = {}


class Unpackable(Exception):  # noqa: N818 - it names what the bytes are
    """Bytes that are not a packed value of the type asked for."""


def pack(value: object) -> bytes:
    """A value as bytes. Raises UnicodeEncodeError for half a surrogate pair, which UTF-8 cannot write."""
    return _encoder.encode(value)


def unpack(data: bytes, kind: type[T]) -> T:
    """The value of type `kind` that `pack` made these bytes of. Raises Unpackable."""
    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.msgpack.Decoder(kind)
    try:
        return decoder.decode(data)  # type: ignore[return-value]
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Unpackable(str(error)) from error


def digest(*parts: bytes) -> bytes:
    """A digest of `SIZE` bytes of some parts in their order; where one ends matters."""
    made = hashlib.blake2b(digest_size=SIZE)
    for part in parts:
        made.update(b"%d:" % len(part))
        made.update(part)
    return made.digest()


def digest_of(value: object) -> bytes:
    """The digest of a packed value; one that cannot be packed is known by how it is written in Python."""
    try:
        return digest(pack(value))
    except UnicodeEncodeError:
        return digest(b"repr", repr(value).encode("utf-8", "backslashreplace"))

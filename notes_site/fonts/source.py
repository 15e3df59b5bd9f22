"""Find STIX Two Math in the package ziamath and read which characters it has. Runs neither ziamath nor fontTools."""

import struct
from collections.abc import Iterator
from importlib import util
from pathlib import Path

from .repertoire import VARIATION_SELECTORS

PACKAGE = "ziamath"
FILE = Path("fonts", "STIXTwoMath-Regular.ttf")


class FontMissing(Exception):  # noqa: N818 the interface names it so
    """ziamath does not hold the source font: the installation is broken, not the author's site."""


def read() -> bytes:
    """The bytes of the source font. Raises `FontMissing`."""
    spec = util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise FontMissing(f"the package {PACKAGE}, which carries STIX Two Math, is not installed")
    try:
        return Path(spec.origin).parent.joinpath(FILE).read_bytes()
    except OSError as error:
        raise FontMissing(f"{PACKAGE} does not hold {FILE.as_posix()}: {error}") from error


def characters(font: bytes) -> frozenset[int]:
    """The code points that an OpenType font can show, variation selectors among them."""
    held = set(VARIATION_SELECTORS)
    for first, last in _runs(font):
        held.update(range(first, last + 1))
    return frozenset(held)


def _runs(font: bytes) -> Iterator[tuple[int, int]]:
    """First and last code points of the runs in the `cmap` subtable of format 12 (OpenType 1.9, "cmap")."""
    (tables,) = struct.unpack_from(">H", font, 4)
    directory = (struct.unpack_from(">4sIII", font, 12 + 16 * index) for index in range(tables))
    cmap = next(offset for tag, _, offset, _ in directory if tag == b"cmap")
    (subtables,) = struct.unpack_from(">H", font, cmap + 2)
    for index in range(subtables):
        (offset,) = struct.unpack_from(">I", font, cmap + 4 + 8 * index + 4)
        at = cmap + offset
        if struct.unpack_from(">H", font, at) == (12,):
            (count,) = struct.unpack_from(">I", font, at + 12)
            for group in range(count):
                first, last, _ = struct.unpack_from(">III", font, at + 16 + 12 * group)
                yield first, last
            return

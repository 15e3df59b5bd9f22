"""Cut the mathematics font that a site's pages need, once, and keep it.

The font is STIX Two Math, which the package ziamath carries. `repertoire` decides which characters it
holds, `repairs` puts right what Chromium lays out badly, `cutting` joins the two; this module finds the
source and keeps the cache. What leaves here is a Modified Version under the SIL Open Font License. The
licence reserves only the name "TM Math", but "STIX Two" is a trademark, so the name table says "Notes Site
Math"; pages call it what they like in `@font-face`.

Invariant: equal code points give equal bytes, in any process and with or without a cache. fontTools is
imported only when a font has to be made.
"""

import hashlib
import os
import struct
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata, resources, util
from importlib.resources.abc import Traversable
from pathlib import Path

from .repertoire import widened

__all__ = ["Font", "FontMissing", "cut_math_font", "missing"]

NAME = "STIX Two Math"
SOURCE = ("fonts", "STIXTwoMath-Regular.ttf")


class FontMissing(Exception):  # noqa: N818 the interface names it so
    """ziamath does not hold the source font: the installation is broken, not the author's site."""


@dataclass(frozen=True, slots=True)
class Font:
    """A web font: `data` is WOFF2, `licence` belongs beside it, `digest` is the SHA-256 of `data` in hex."""

    name: str
    data: bytes
    licence: str
    digest: str


def cut_math_font(code_points: frozenset[int], *, cache: Path | None, optical_sizes: bool = True) -> Font:
    """STIX Two Math with `code_points`, their whole classes (see `repertoire`) and what formulas need unseen.

    Code points that the source lacks are ignored; `missing` names them. `optical_sizes` keeps the `ssty`
    shapes of letters and digits in scripts: Firefox uses them, Chromium does not, and they double the file.
    The shapes of primes stay in either case. `cache` is a folder, made if needed; a bad entry in it is
    remade, and a folder that cannot be written only costs time. Raises `FontMissing`.
    """
    source = _source()
    wanted = widened(code_points)
    key = _key(wanted, source, optical_sizes=optical_sizes)
    entry = None if cache is None else cache / f"math-{key}.woff2"
    data = None if entry is None else _kept(entry)
    if data is None:
        from .cutting import cut

        data = cut(source, wanted, optical_sizes=optical_sizes)
        if entry is not None:
            _keep(entry, data)
    licence = resources.files("notes_site").joinpath("data", "OFL.txt").read_text(encoding="utf-8")
    return Font(name=NAME, data=data, licence=licence, digest=hashlib.sha256(data).hexdigest())


def missing(code_points: frozenset[int]) -> frozenset[int]:
    """The code points that STIX Two Math cannot show. Reads only its character map. Raises `FontMissing`."""
    held = set(range(0xFE00, 0xFE10))  # variation selectors choose a shape and have none
    for first, last in _groups(_source()):
        held.update(range(first, last + 1))
    return code_points - held


def _source() -> bytes:
    """The bytes of the source font. ziamath is found but not run: importing it is slow."""
    spec = util.find_spec("ziamath")
    if spec is None:
        raise FontMissing("the package ziamath, which carries STIX Two Math, is not installed")
    file: Traversable = resources.files(util.module_from_spec(spec)).joinpath(*SOURCE)
    try:
        return file.read_bytes()
    except OSError as error:
        raise FontMissing(f"ziamath does not hold {'/'.join(SOURCE)}: {error}") from error


def _key(wanted: frozenset[int], source: bytes, *, optical_sizes: bool) -> str:
    """Names a cut by everything its bytes depend on."""
    digest = hashlib.sha256()
    code = (file for file in resources.files(__name__).iterdir() if file.name.endswith(".py"))
    parts = [file.read_bytes() for file in sorted(code, key=lambda file: file.name)]
    parts += [source, metadata.version("fonttools").encode(), metadata.version("brotli").encode()]
    parts += [b"optical" if optical_sizes else b"plain", ",".join(map(str, sorted(wanted))).encode()]
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:32]


def _kept(entry: Path) -> bytes | None:
    """What `_keep` wrote, or None when it is absent, unreadable or damaged."""
    try:
        stored = entry.read_bytes()
    except OSError:
        return None
    checksum, data = stored[:32], stored[32:]
    return data if data and hashlib.sha256(data).digest() == checksum else None


def _keep(entry: Path, data: bytes) -> None:
    """Write a checksum and the font elsewhere, then rename: readers see all of it or nothing."""
    with suppress(OSError):
        entry.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=entry.parent, prefix=".math-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(data).digest() + data)
            os.replace(name, entry)
        except OSError:
            os.unlink(name)
            raise


def _groups(font: bytes) -> Iterator[tuple[int, int]]:
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

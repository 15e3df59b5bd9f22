"""Sizes of pictures in pixels, so that a page keeps their place while they load. Reads headers, decodes nothing.

Invariant: `size` never raises; Pillow is imported only for a format that needs it.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

HEAD: Final = 4096
# EXIF orientations that turn a picture on its side
_TURNED: Final = (5, 6, 7, 8)
_ORIENTATION: Final = 0x0112
UNKNOWN: Final = (0, 0)
# what Pillow raises for a broken file or a format that it does not know
_BROKEN: Final = (OSError, ValueError, SyntaxError, KeyError, IndexError, TypeError, struct.error)


def size(file: Path) -> tuple[int, int]:
    """Width and height as a browser shows the picture; (0, 0) for what is broken or no picture."""
    try:
        with file.open("rb") as stream:
            head = stream.read(HEAD)
    except (OSError, ValueError):
        return UNKNOWN
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR" and len(head) >= 24:
        return _shown(*struct.unpack(">II", head[16:24]))
    if head.startswith((b"GIF87a", b"GIF89a")) and len(head) >= 10:
        return _shown(*struct.unpack("<HH", head[6:10]))
    if head.startswith(b"\xff\xd8\xff"):
        return _decoded(file, "JPEG")
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _decoded(file, "WEBP")
    if head[4:8] == b"ftyp" and (b"avif" in head[8:64] or b"avis" in head[8:64]):
        return _decoded(file, "AVIF")
    if file.suffix.lower() == ".svg" or head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<svg", b"<?xml")):
        from notes_site.pixels import svg_pixels

        return svg_pixels(head.decode("utf-8", "replace"))
    return UNKNOWN


def _shown(width: int, height: int) -> tuple[int, int]:
    return (width, height) if width > 0 and height > 0 else UNKNOWN


def _decoded(file: Path, form: str) -> tuple[int, int]:
    """What Pillow reads in the header; AVIF is unknown to versions of Pillow before 11.3."""
    try:
        with file.open("rb") as stream, opened(stream, form) as picture:
            width, height = picture.size
            turned = form != "WEBP" and picture.getexif().get(_ORIENTATION) in _TURNED
    except _BROKEN:
        return UNKNOWN
    return _shown(height, width) if turned else _shown(width, height)


def opened(stream: IO[bytes], form: str) -> ImageFile:
    """A picture of which the header is read. Raises what Pillow raises; a form that this Pillow lacks is an OSError.

    Pillow's own `open` warns of large pictures, and what is done about a warning holds for all threads: who decodes the
    picture looks at its size first.
    """
    from PIL import Image

    if form not in Image.OPEN:
        Image.init()
    if form not in Image.OPEN:
        raise OSError(f"this Pillow reads no {form}")
    make, _ = Image.OPEN[form]
    return make(stream, "")

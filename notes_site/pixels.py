"""How large a picture is, from the first bytes of its file, and whether the file is whole. Reads no file.

Invariant: a size is that of a picture that can be shown, or (0, 0).
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Mapping
from typing import Final

_LARGEST: Final = 100_000
_PNG: Final = b"\x89PNG\r\n\x1a\n"


def asked_pixels(size: tuple[int, int], metadata: Mapping[str, object]) -> tuple[int, int]:
    """The size in pixels at which the notebook shows a picture: half of its own for a figure made for fine screens."""
    width, height = size
    wanted, wanted_height = (_length(metadata.get(key)) for key in ("width", "height"))
    if wanted and wanted_height:
        return wanted, wanted_height
    if wanted and width:
        return wanted, max(1, round(height * wanted / width))
    if wanted_height and height:
        return max(1, round(width * wanted_height / height)), wanted_height
    return size


def _length(value: object) -> int:
    """A number of pixels, 0 when it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return 0
    return round(value) if 0 < value <= _LARGEST and math.isfinite(value) else 0


def pixels(data: bytes) -> tuple[int, int]:
    """Width and height that the header of a PNG, GIF, JPEG, WebP or SVG file gives; (0, 0) when it gives none."""
    if data.startswith(_PNG) and data[12:16] == b"IHDR" and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
    elif data.startswith((b"GIF87a", b"GIF89a")) and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
    elif data.startswith(b"\xff\xd8"):
        width, height = _jpeg_pixels(data)
    elif data.startswith(b"RIFF") and data[8:12] == b"WEBP" and len(data) >= 30:
        width, height = _webp_pixels(data)
    else:
        width, height = svg_pixels(data[:4096].decode("utf-8", "replace"))
    return (width, height) if 0 < width <= _LARGEST and 0 < height <= _LARGEST else (0, 0)


# of these, and of what is drawn, no more is known than that browsers show them: AVIF, BMP, ICO, SVG
_OTHER: Final = re.compile(rb"\A(?:....ftyp|BM|\x00\x00\x01\x00)|<(?:\w+:)?svg\b", re.DOTALL)


def flaw(data: bytes) -> str:
    """What is wrong with the file of a picture, as far as its frame tells; an empty string when that is whole."""
    if not data:
        return "it is empty"
    if data.startswith(b"version https://git-lfs"):
        return "it is a pointer of Git LFS; `git lfs pull` brings the picture"
    if data.startswith(_PNG):
        whole = _png_ends(data)
    elif data.startswith((b"GIF87a", b"GIF89a")):
        whole = b"\0;" in data
    elif data.startswith(b"\xff\xd8\xff"):
        whole = b"\xff\xd9" in data
    elif data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        whole = len(data) >= int.from_bytes(data[4:8], "little") + 7
    else:
        return "" if _OTHER.search(data) else "it is not a picture"
    if not whole:
        return "it is cut off"
    return "" if all(pixels(data)) else "its header cannot be read"


def _png_ends(data: bytes) -> bool:
    """Whether the chunks of a PNG file lead to its end (PNG, third edition, 5.3)."""
    at = len(_PNG)
    while at + 12 <= len(data):
        if data[at + 4 : at + 8] == b"IEND":
            return True
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    return False


def _jpeg_pixels(data: bytes) -> tuple[int, int]:
    """Walk the segments of a JPEG file to the frame header (ITU T.81, B.2.2)."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        elif marker == 0x01 or 0xD0 <= marker <= 0xD8:
            at += 2
        else:
            at += 2 + int(struct.unpack(">H", data[at + 2 : at + 4])[0])
    return 0, 0


def _webp_pixels(data: bytes) -> tuple[int, int]:
    """The size in the first chunk of a WebP file: of its canvas, of an exact picture or of a lossy one (RFC 9649)."""
    form = data[12:16]
    if form == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if form == b"VP8L":
        sides = int.from_bytes(data[21:25], "little")
        return (sides & 0x3FFF) + 1, (sides >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", data[26:30])
    return width & 0x3FFF, height & 0x3FFF


# `<svg width="120px" height='80' viewBox="0 0 120 80">`
_SVG: Final = re.compile(r"<svg\b(?P<attributes>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>", re.IGNORECASE)
_SVG_ATTRIBUTE: Final = re.compile(
    r"(?<![\w:-])(?P<key>width|height|viewBox)\s*=\s*(?:\"(?P<dq>[^\"]*)\"|'(?P<sq>[^']*)')"
)
_NUMBER: Final = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"


def svg_pixels(text: str) -> tuple[int, int]:
    """Width and height of an SVG in pixels, from its `width` and `height` or else its `viewBox`."""
    found = _SVG.search(re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL))
    if found is None:
        return 0, 0
    values: dict[str, str] = {}
    for attribute in _SVG_ATTRIBUTE.finditer(found["attributes"]):
        values.setdefault(attribute["key"], attribute["dq"] or attribute["sq"] or "")
    asked: dict[str, object] = {}
    for key in ("width", "height"):
        length = re.fullmatch(rf"\s*({_NUMBER})(?:px)?\s*", values.get(key, ""))
        if length is not None:
            asked[key] = float(length[1])
    between = r"[\s,]+"
    view = rf"\s*{_NUMBER}{between}{_NUMBER}{between}({_NUMBER}){between}({_NUMBER})\s*"
    numbers = re.fullmatch(view, values.get("viewBox", ""))
    box = (_length(float(numbers[1])), _length(float(numbers[2]))) if numbers else (0, 0)
    return asked_pixels(box if all(box) else (0, 0), asked)

"""Pictures for tests, painted by numbers: the same bytes every time."""

from __future__ import annotations

import io
from random import Random

from PIL import Image


def photograph(width: int = 600, height: int = 300, mode: str = "RGB", seed: int = 1) -> Image.Image:
    """Soft spots of colour."""
    bands = len(Image.new(mode, (1, 1)).getbands())
    spots = Image.frombytes(mode, (24, 12), Random(seed).randbytes(24 * 12 * bands))
    return spots.resize((width, height), Image.Resampling.BICUBIC)


def plot(width: int = 600, height: int = 300) -> Image.Image:
    """Sharp lines of few colours."""
    picture = Image.new("RGB", (width, height), "white")
    for x in range(0, width, 3):
        picture.paste((200, 30, 30) if x % 2 else (30, 30, 200), (x, (x * x // 7) % height, x + 2, height))
    return picture


def saved(picture: Image.Image, form: str = "PNG", **options: object) -> bytes:
    """A picture as a file; PNG without compression, so that small pictures are large files."""
    stream = io.BytesIO()
    picture.save(stream, form, **({"compress_level": 0} if form == "PNG" else {}), **options)
    return stream.getvalue()

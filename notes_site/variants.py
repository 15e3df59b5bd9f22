"""A picture in several widths, as WebP, kept in a folder under a digest of all that they are made of.

Invariant: `made` is a pure function of the picture's bytes, the recipe, `VERSION` and the version of Pillow; what is
kept is whole, and what is absent or damaged is made again. A picture that cannot be read has no variants and a
problem. Pillow is imported only when one is made.
"""

from __future__ import annotations

import io
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from notes_site.images import opened
from notes_site.model import Value
from notes_site.packing import Unpackable, digest, pack, unpack
from notes_site.stamps import digest_of_bytes

if TYPE_CHECKING:
    from PIL.Image import Image

# changed whenever other bytes are made of the same picture
VERSION: Final = 1
# the formats of which variants are made, and how their files begin
FORMATS: Final = {
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "JPEG": re.compile(rb"\xff\xd8\xff"),
    "WEBP": re.compile(rb"RIFF....WEBP", re.DOTALL),
}
ENDINGS: Final = (".png", ".jpg", ".jpeg", ".webp")
# smaller files are sent as they are
SMALLEST: Final = 30_000
# pixels; larger pictures take hundreds of megabytes to open
LARGEST: Final = 80_000_000
# a variant that saves less than this part of the next larger one is not worth a file
_SAVING: Final = 0.9
# a picture of few colours stays exact as long as that costs no more than this, compared with the lossy way
_EXACT: Final = 1.5
# lines and letters show what lossy compression does sooner than photographs do
_FINER: Final = 10
_MODES: Final = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr")


class Recipe(Value, frozen=True):
    """How variants are made: their widths in pixels, and the quality from 1 to 100 of lossy ones."""

    widths: tuple[int, ...]
    quality: int


class Kept(Value, frozen=True):
    """One variant: its width in pixels, the digest of its bytes, their number, and the name of its file."""

    width: int
    digest: str
    size: int
    name: str


class Outcome(Value, frozen=True):
    """The variants of one picture, the smallest first; `whole` says that the picture itself is best at its width."""

    kept: tuple[Kept, ...] = ()
    whole: bool = True
    problem: str = ""


class Original(Struct, frozen=True):
    """A picture as its author gave it: how notes find it, its URL, its digest, its width in pixels.

    `load` gives its bytes, or None when it is not there any more as it was.
    """

    path: str
    url: str
    digest: str
    width: int
    load: Callable[[], bytes | None]


def ground_of(recipe: Recipe) -> bytes:
    """The digest of all that variants are made of but the picture."""
    from importlib.metadata import version

    return digest(pack(recipe), b"%d" % VERSION, version("pillow").encode())


def key_of(file_digest: str, ground: bytes) -> str:
    """Names what is made of a picture with this digest."""
    return digest(file_digest.encode(), ground).hex()


# -- the folder --------------------------------------------------------------------------------------------------------


def kept(folder: Path, key: str) -> Outcome | None:
    """What was made under `key`, if all of it is still there."""
    try:
        outcome = unpack((folder / key).read_bytes(), Outcome)
    except (OSError, Unpackable):
        return None
    return outcome if stands(folder, outcome) else None


def stands(folder: Path, outcome: Outcome) -> bool:
    """Whether every variant is there, whole."""
    try:
        return all(os.stat(folder / one.name).st_size == one.size for one in outcome.kept)
    except OSError:
        return False


def make_all(
    folder: Path, wanted: Mapping[str, Original], recipe: Recipe, jobs: int
) -> Iterator[tuple[str, Outcome | None]]:
    """Make and keep variants by key, one picture after the other as it is done, in any order; None for one that went.

    Threads do: Pillow lets go of Python's lock while it decodes, scales and encodes, and a picture that is under way
    when the work is broken off is kept all the same. This thread reads the pictures, few before their turn.
    """
    workers = max(1, min(jobs, len(wanted)))
    pool = ThreadPoolExecutor(workers)
    waiting = iter(wanted.items())
    running: dict[Future[Outcome], str] = {}
    try:
        while True:
            for key, original in islice(waiting, 2 * workers - len(running)):
                data = original.load()
                if data is None:
                    yield key, None
                else:
                    running[pool.submit(make, folder, key, data, recipe)] = key
            if not running:
                return
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(done), done.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def make(folder: Path, key: str, data: bytes, recipe: Recipe) -> Outcome:
    """The variants of one picture, made and kept; a folder that cannot be written keeps none."""
    found = made(data, recipe)
    rows = tuple(
        Kept(width, digest_of_bytes(content), len(content), f"{key}-{width}.webp") for width, content in found.variants
    )
    outcome = Outcome(rows, found.whole, found.problem)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for row, (_, content) in zip(rows, found.variants, strict=True):
            _write(folder / row.name, content)
        _write(folder / key, pack(outcome))
    except OSError:
        return Outcome(problem=found.problem)
    return outcome


def _write(place: Path, data: bytes) -> None:
    """Write elsewhere, then rename. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=".picture-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(name, place)
    except OSError:
        with suppress(OSError):
            os.unlink(name)
        raise


def prune(folder: Path, keys: frozenset[str]) -> None:
    """Drop what no picture of the site needs, once that is more than what they need."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return
    stale = [name for name in names if name.partition("-")[0].partition(".")[0] not in keys]
    if len(stale) <= len(names) - len(stale) + 100:
        return
    for name in stale:
        with suppress(OSError):
            os.unlink(folder / name)


# -- pixels ------------------------------------------------------------------------------------------------------------


class Made(Struct, frozen=True):
    """Variants as bytes by width, the smallest first; or what is wrong with the picture."""

    variants: tuple[tuple[int, bytes], ...] = ()
    whole: bool = True
    problem: str = ""


def made(data: bytes, recipe: Recipe) -> Made:
    """The variants of a picture; none where it moves, where they would not be smaller, or where it is broken."""
    if len(data) < SMALLEST:
        return Made()
    form = next((name for name, signature in FORMATS.items() if signature.match(data)), "")
    if not form:
        return Made(problem="it cannot be decoded: it is not a picture of its kind")
    try:
        with opened(io.BytesIO(data), form) as picture:
            width, height = picture.size
            if width * height > LARGEST:
                said = f"it has {width * height / 1e6:.0f} million pixels, and at most {LARGEST / 1e6:.0f} are scaled"
                return Made(problem=said)
            if getattr(picture, "is_animated", False) or picture.mode not in _MODES:
                return Made()
            exact = form == "PNG" or data[12:16] == b"VP8L"
            ready = _ready(picture)
    except Exception as error:  # noqa: BLE001 - decoders raise whatever they like for a broken file
        return Made(problem=f"it cannot be decoded: {_said(error)}")
    return _chosen(ready, recipe, len(data), exact=exact)


def _said(error: Exception) -> str:
    """What a decoder says, in one line."""
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _chosen(picture: Image, recipe: Recipe, size: int, *, exact: bool) -> Made:
    """From the largest width down, each that is so much smaller a file that a browser gains by it."""
    largest = max(recipe.widths, default=0)
    own = [picture.width] if picture.width <= largest else []
    widths = sorted({*own, *(width for width in recipe.widths if width < picture.width)}, reverse=True)
    found: list[tuple[int, bytes]] = []
    last = size
    for width in widths:
        content = _encoded(_scaled(picture, width), recipe.quality, exact=exact)
        if len(content) < _SAVING * last:
            found.append((width, content))
            last = len(content)
    whole = not found or found[0][0] != widths[0]
    return Made(tuple(reversed(found)), whole)


def _ready(picture: Image) -> Image:
    """The picture upright, in sRGB, in a mode that WebP has, without metadata."""
    from PIL import ImageOps

    picture.load()
    turned = _in_srgb(ImageOps.exif_transpose(picture))
    has_alpha = turned.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in turned.info
    plain = turned.convert("RGBA" if has_alpha else "RGB")
    if has_alpha and plain.getchannel("A").getextrema() == (255, 255):
        plain = plain.convert("RGB")
    plain.info = {}
    return plain


def _in_srgb(picture: Image) -> Image:
    """The picture with its colours as a screen without a profile shows them; as it is where that cannot be told."""
    profile = picture.info.get("icc_profile")
    if not isinstance(profile, bytes) or picture.mode not in ("RGB", "RGBA", "L", "CMYK"):
        return picture
    try:
        from PIL import ImageCms
    except ImportError:  # a Pillow that was built without LittleCMS
        return picture
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(source).lower():
            return picture
        mode = picture.mode if picture.mode in ("RGB", "RGBA") else "RGB"
        done = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    return done or picture


def _scaled(picture: Image, width: int) -> Image:
    from PIL.Image import Resampling

    if width == picture.width:
        return picture
    height = max(1, round(picture.height * width / picture.width))
    return picture.resize((width, height), Resampling.LANCZOS, reducing_gap=3.0)


def _encoded(picture: Image, quality: int, *, exact: bool) -> bytes:
    """WebP: lossy; or, of a picture that was exact, exact where that is about as small."""
    if not exact:
        return _webp(picture, quality, lossless=False)
    lossy = _webp(picture, min(100, quality + _FINER), lossless=False)
    lossless = _webp(picture, 75, lossless=True)  # here the number says how hard to try
    return lossless if len(lossless) <= _EXACT * len(lossy) else lossy


def _webp(picture: Image, quality: int, *, lossless: bool) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "WEBP", quality=quality, lossless=lossless, method=4, exif=b"", xmp=b"", icc_profile=b"")
    return stream.getvalue()

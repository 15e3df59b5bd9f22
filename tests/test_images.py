"""Sizes of pictures, from real files."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, features

from notes_site.images import size
from notes_site.pixels import pixels


def saved(folder: Path, form: str, *, orientation: int = 1, width: int = 30, height: int = 20) -> Path:
    file = folder / f"a.{form.lower()}"
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", (width, height), "red").save(file, form, **({"exif": exif} if form == "JPEG" else {}))
    return file


@pytest.mark.parametrize("form", ["PNG", "GIF", "JPEG", "WEBP"])
def test_the_size_is_that_of_the_picture(form: str, tmp_path: Path) -> None:
    assert size(saved(tmp_path, form)) == (30, 20)


@pytest.mark.skipif("avif" not in features.modules or not features.check("avif"), reason="Pillow without AVIF")
def test_avif_has_a_size(tmp_path: Path) -> None:
    assert size(saved(tmp_path, "AVIF")) == (30, 20)


@pytest.mark.parametrize(("orientation", "expected"), [(1, (30, 20)), (3, (30, 20)), (6, (20, 30)), (8, (20, 30))])
def test_a_photograph_on_its_side_is_as_wide_as_it_is_shown(
    orientation: int, expected: tuple[int, int], tmp_path: Path
) -> None:
    assert size(saved(tmp_path, "JPEG", orientation=orientation)) == expected


def test_an_svg_has_the_size_that_it_asks_for(tmp_path: Path) -> None:
    file = tmp_path / "a.svg"
    file.write_text('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 48"/>')
    assert size(file) == (64, 48)


def test_the_content_decides_and_not_the_name(tmp_path: Path) -> None:
    saved(tmp_path, "PNG").rename(tmp_path / "b.jpg")
    assert size(tmp_path / "b.jpg") == (30, 20)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        b"GIF89a",
        b"RIFF\0\0\0\0WEBPVP8 ",
        b"\0\0\0\x18ftypavif",
        b"<svg>",
    ],
)
def test_a_broken_picture_has_no_size(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(data)
    assert size(tmp_path / "a.bin") == (0, 0)


def test_what_is_not_there_or_a_folder_has_no_size(tmp_path: Path) -> None:
    assert size(tmp_path / "none.png") == (0, 0)
    assert size(tmp_path) == (0, 0)


@pytest.mark.parametrize("form", ["PNG", "GIF", "JPEG"])
def test_the_header_alone_says_what_pillow_says(form: str) -> None:
    stream = io.BytesIO()
    Image.new("RGB", (31, 17)).save(stream, form)
    assert pixels(stream.getvalue()) == (31, 17)


def test_pillow_is_not_imported_for_a_png(tmp_path: Path) -> None:
    file = saved(tmp_path, "PNG")
    code = "import sys, pathlib, notes_site.images as i; i.size(pathlib.Path(sys.argv[1])); print('PIL' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"

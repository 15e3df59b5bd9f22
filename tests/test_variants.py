"""A picture in several widths: what is made of real files, what is not, and what is kept."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from random import Random

import pytest
from painted import photograph, plot, saved
from PIL import Image, ImageCms

from notes_site import variants
from notes_site.images import size
from notes_site.stamps import digest_of_bytes
from notes_site.variants import Made, Original, Outcome, Recipe, kept, key_of, made, make, make_all, prune

RECIPE = Recipe((100, 200, 400), 80)
GPS = 0x8825
ORIENTATION = 0x0112


def opened(found: Made, width: int) -> Image.Image:
    picture = Image.open(io.BytesIO(dict(found.variants)[width]))
    picture.load()
    return picture


def widths(found: Made) -> list[int]:
    return [width for width, _ in found.variants]


def near(a: tuple[int, ...], b: tuple[int, ...], by: int = 12) -> bool:
    return len(a) == len(b) and all(abs(x - y) <= by for x, y in zip(a, b, strict=True))


# -- which -------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("width", "expected"),
    [(600, [100, 200, 400]), (401, [100, 200, 400]), (400, [100, 200, 400]), (300, [100, 200, 300]), (90, [90])],
)
def test_no_variant_is_wider_than_the_picture_nor_than_asked_for(width: int, expected: list[int]) -> None:
    found = made(saved(photograph(width, 400)), RECIPE)
    assert widths(found) == expected
    assert [opened(found, each).size for each in expected] == [
        (each, max(1, round(400 * each / width))) for each in expected
    ]


def test_a_variant_that_saves_little_is_none_and_the_picture_stands_in_its_place() -> None:
    """Small JPEG of grain: at its own width WebP gains nothing; at half the width it does."""
    grain = Image.effect_noise((400, 400), 90).convert("RGB")
    found = made(saved(grain, "JPEG", quality=60), RECIPE)
    assert (widths(found), found.whole) == ([100, 200], True)
    assert made(saved(photograph(400)), RECIPE).whole is False


def test_each_variant_is_a_tenth_smaller_than_the_next() -> None:
    data = saved(plot(390, 300))
    sizes = [len(content) for _, content in made(data, RECIPE).variants]
    assert sizes
    assert all(a < 0.9 * b for a, b in zip(sizes, [*sizes[1:], len(data)], strict=True))


def test_small_files_are_left_alone() -> None:
    data = saved(photograph(100, 90))
    assert len(data) < variants.SMALLEST
    assert made(data, RECIPE) == Made()


@pytest.mark.parametrize("form", ["PNG", "WEBP", "GIF"])
def test_what_moves_is_left_alone(form: str) -> None:
    frames = [photograph(seed=seed) for seed in range(3)]
    data = saved(frames[0], form, save_all=True, append_images=frames[1:])
    assert len(data) > variants.SMALLEST
    found = made(data, RECIPE)
    assert found.variants == ()
    assert bool(found.problem) is (form == "GIF")  # which nobody asks for: it is no format of variants
    assert ".gif" not in variants.ENDINGS


def test_a_picture_that_is_too_large_is_refused_without_a_warning_of_pillow(tmp_path: Path) -> None:
    """A warning would be shown to the author, and is an error in these tests."""
    size_of = struct.pack(">IIBBBBB", 12_000, 9_000, 8, 0, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n"
    for kind, content in ((b"IHDR", size_of), (b"tEXt", b"a\0" + b"b" * variants.SMALLEST), (b"IDAT", b"")):
        data += struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    assert "108 million" in made(data, RECIPE).problem
    frame = b"\xff\xc0\0\x0b\x08" + struct.pack(">HH", 9_000, 12_000) + b"\x01\x01\x11\0"
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8" + frame + b"\xff\xda\0\x08\x01\x01\0\0\x3f\0\0\xff\xd9")
    assert size(tmp_path / "a.jpg") == (12_000, 9_000)


def test_pictures_of_more_than_eight_bits_are_left_alone() -> None:
    data = saved(Image.new("I;16", (300, 300)))
    assert len(data) > variants.SMALLEST
    assert made(data, RECIPE) == Made()


# -- what they hold ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mode", "form"),
    [("L", "PNG"), ("L", "JPEG"), ("RGB", "JPEG"), ("CMYK", "JPEG"), ("RGB", "WEBP"), ("1", "PNG"), ("P", "PNG")],
)
def test_every_mode_gives_the_same_picture(mode: str, form: str) -> None:
    picture = photograph(1200, 900, "RGB").convert(mode)
    data = saved(picture, form, **({"quality": 95} if form != "PNG" else {}))
    found = opened(made(data, RECIPE), 400)
    expected = picture.convert("RGB").resize(found.size, Image.Resampling.LANCZOS)
    for place in ((30, 30), (200, 150), (390, 290)):
        assert near(found.convert("RGB").getpixel(place), expected.getpixel(place), 30)  # type: ignore[arg-type]


def test_transparency_stays_and_is_dropped_where_nothing_is_transparent() -> None:
    picture = photograph(600, 300, "RGB").convert("RGBA")
    assert opened(made(saved(picture), RECIPE), 200).mode == "RGB"
    picture.paste((0, 0, 0, 0), (0, 0, 300, 300))
    found = opened(made(saved(picture), RECIPE), 200)
    assert found.mode == "RGBA"
    assert [found.getpixel(place)[3] for place in ((20, 50), (180, 50))] == [0, 255]  # type: ignore[index]
    indexed = picture.quantize(32)
    assert "A" in opened(made(saved(indexed), RECIPE), 200).mode


def test_a_transparent_edge_takes_no_colour_from_what_is_not_seen() -> None:
    picture = Image.new("RGBA", (600, 300), (255, 0, 0, 0))  # red, and not seen
    picture.paste((0, 0, 255, 255), (301, 0, 600, 300))
    found = opened(made(saved(picture), RECIPE), 200)
    assert all(r < 60 for r, _, _, alpha in found.get_flattened_data() if alpha > 100)  # type: ignore[misc]


def test_a_photograph_on_its_side_is_turned() -> None:
    picture = photograph(600, 300)
    picture.paste("white", (0, 0, 100, 300))
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    found = made(saved(picture, "JPEG", exif=exif, quality=95), RECIPE)
    turned = opened(found, 200)
    assert (widths(found), turned.size) == ([100, 200, 300], (200, 400))
    assert near(turned.getpixel((100, 5)), (255, 255, 255))  # type: ignore[arg-type]


def test_nothing_is_said_of_where_and_with_what_a_photograph_was_taken() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[2] = (52.0, 31.0, 12.0)
    data = saved(photograph(1200, 900), "JPEG", exif=exif, comment=b"at home", xmp=b"<x:xmpmeta/>", quality=95)
    assert b"Maker" in data
    for _, content in made(data, RECIPE).variants:
        assert not any(part in content for part in (b"Maker", b"EXIF", b"XMP", b"at home", b"ICCP"))
        assert dict(Image.open(io.BytesIO(content)).getexif()) == {}


def profile(red: float, green: float) -> bytes:
    """A profile in which a number means another colour than in sRGB: its gamma is another."""
    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for name, gamma in ((b"rTRC", red), (b"gTRC", green), (b"bTRC", green)):
        at = made.index(name)
        offset = int.from_bytes(made[at + 4 : at + 8], "big")
        made[offset : offset + 14] = b"curv\0\0\0\0\0\0\0\1" + int(gamma * 256).to_bytes(2, "big")
        made[at + 8 : at + 12] = (14).to_bytes(4, "big")
    at = made.index(b"desc")
    made[at + 4 : at + 8], made[at + 8 : at + 12] = made[at + 4 : at + 8], made[at + 8 : at + 12]
    return bytes(made).replace("sRGB".encode("utf-16-be"), "Mine".encode("utf-16-be"))


def test_colours_of_a_profile_become_those_that_a_screen_shows() -> None:
    picture = photograph(1200, 900)
    picture.paste((128, 128, 128), (0, 0, 600, 900))
    plain = opened(made(saved(picture), RECIPE), 400).getpixel((100, 100))
    assert near(plain, (128, 128, 128), 3)  # type: ignore[arg-type]
    found = opened(made(saved(picture, icc_profile=profile(1.0, 1.0)), RECIPE), 400)
    assert near(found.getpixel((100, 100)), (188, 188, 188), 4)  # type: ignore[arg-type]  # linear light, as sRGB
    assert "icc_profile" not in found.info


@pytest.mark.slow
@pytest.mark.parametrize("broken", [b"", b"no profile", b"\0" * 200])
def test_a_broken_profile_is_as_none(broken: bytes) -> None:
    picture = photograph(600, 300)
    assert made(saved(picture, icc_profile=broken), RECIPE).variants == made(saved(picture), RECIPE).variants


def test_what_was_exact_stays_exact_where_that_costs_little() -> None:
    lines = plot(400, 300)
    assert opened(made(saved(lines), RECIPE), 400).tobytes() == lines.tobytes()
    soft = photograph(400, 300)
    assert opened(made(saved(soft), RECIPE), 400).tobytes() != soft.tobytes()


def test_the_same_picture_gives_the_same_bytes_in_any_process() -> None:
    data = saved(photograph(600, 300))
    code = (
        "import sys; from notes_site.variants import made, Recipe; from notes_site.stamps import digest_of_bytes;"
        "print([digest_of_bytes(b) for _, b in made(sys.stdin.buffer.read(), Recipe((100, 200, 400), 80)).variants])"
    )
    done = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=True)
    assert done.stdout.decode().strip() == str([digest_of_bytes(content) for _, content in made(data, RECIPE).variants])


# -- what is broken ----------------------------------------------------------------------------------------------------

WHOLE: Mapping[str, bytes] = {
    "PNG": saved(photograph(300, 300)),
    "JPEG": saved(photograph(1200, 1200), "JPEG", quality=98),
    "WEBP": saved(photograph(1200, 1200), "WEBP", quality=100, lossless=True),
}


@pytest.mark.parametrize("form", WHOLE)
@pytest.mark.parametrize("part", [0.2, 0.5, 0.9])
def test_a_picture_that_is_cut_off_has_a_problem_and_no_variants(form: str, part: float) -> None:
    data = WHOLE[form]
    found = made(data[: max(variants.SMALLEST, int(part * len(data)))], RECIPE)
    assert found.variants == ()
    assert found.problem.startswith("it cannot be decoded: ")


@pytest.mark.slow
@pytest.mark.parametrize("form", WHOLE)
def test_a_picture_in_which_bytes_are_wrong_raises_nothing(form: str) -> None:
    random = Random(form)
    for _ in range(12):
        data = bytearray(WHOLE[form])
        for _ in range(random.choice((1, 5, 200))):
            data[random.randrange(len(data))] = random.randrange(256)
        found = made(bytes(data), RECIPE)
        assert "\n" not in found.problem
        assert "object at 0x" not in found.problem


def test_what_is_no_picture_has_a_problem() -> None:
    assert made(b"x" * variants.SMALLEST, RECIPE).problem == "it cannot be decoded: it is not a picture of its kind"


@pytest.mark.parametrize("side", [9_500, 30_000])
def test_a_picture_that_would_fill_the_memory_is_not_opened(side: int) -> None:
    """Some kilobytes that unpack to gigabytes; at 9,500 Pillow would only warn."""
    empty = io.BytesIO()
    Image.new("1", (1, 1)).save(empty, "PNG")
    head = bytearray(empty.getvalue())
    at = head.index(b"IHDR") + 4
    head[at : at + 8] = side.to_bytes(4, "big") * 2
    head[at + 13 : at + 17] = zlib.crc32(head[at - 4 : at + 13]).to_bytes(4, "big")
    found = made(bytes(head) + bytes(variants.SMALLEST), RECIPE)
    assert found.variants == ()
    assert "million pixels" in found.problem


# -- what is kept ------------------------------------------------------------------------------------------------------


GROUND = variants.ground_of(RECIPE)


def made_and_kept(folder: Path, data: bytes) -> tuple[str, Outcome]:
    """The key of a picture, and what became of it."""
    key = key_of(digest_of_bytes(data), GROUND)
    return key, make(folder, key, data, RECIPE)


def test_what_was_made_is_kept_and_found_again(tmp_path: Path) -> None:
    folder, data = tmp_path / "kept", saved(photograph())
    assert kept(folder, key_of(digest_of_bytes(data), GROUND)) is None
    key, outcome = made_and_kept(folder, data)
    assert kept(folder, key) == outcome
    assert [(row.width, row.size) for row in outcome.kept] == [
        (width, len(content)) for width, content in made(data, RECIPE).variants
    ]
    assert all(digest_of_bytes((folder / row.name).read_bytes()) == row.digest for row in outcome.kept)


@pytest.mark.slow
@pytest.mark.parametrize("harm", ["cut", "gone", "nonsense"])
def test_what_is_kept_and_damaged_is_not_there(harm: str, tmp_path: Path) -> None:
    folder, data = tmp_path / "kept", saved(photograph())
    key, outcome = made_and_kept(folder, data)
    file = folder / (key if harm == "nonsense" else outcome.kept[0].name)
    if harm == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-3])
    assert kept(folder, key) is None
    assert made_and_kept(folder, data) == (key, outcome)
    assert kept(folder, key) == outcome


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir(mode=0o500)
    assert made_and_kept(folder, saved(photograph()))[1] == Outcome()


def test_a_file_in_place_of_the_folder_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("mine")
    assert made_and_kept(tmp_path / "kept", saved(photograph()))[1] == Outcome()
    assert (tmp_path / "kept").read_text() == "mine"


def test_another_recipe_or_another_picture_has_another_key() -> None:
    recipes = [RECIPE, Recipe((100,), 80), Recipe((100, 200, 400), 81)]
    keys = {key_of(digest, variants.ground_of(recipe)) for digest in ("a", "b") for recipe in recipes}
    assert len(keys) == 6


def originals(*pictures: bytes | None) -> dict[str, Original]:
    """Pictures by key, as they are found; None is one that went since."""
    return {str(i): Original("", "", "", 0, partial(lambda data: data, data)) for i, data in enumerate(pictures)}


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 3])
def test_many_are_made_at_once_with_the_same_result(jobs: int, tmp_path: Path) -> None:
    pictures = [saved(photograph(seed=seed)) for seed in range(8)]
    outcomes = dict(make_all(tmp_path / "kept", originals(*pictures), RECIPE, jobs))
    assert outcomes == {str(i): make(tmp_path / "again", str(i), data, RECIPE) for i, data in enumerate(pictures)}


def test_a_picture_that_is_not_there_any_more_is_not_kept(tmp_path: Path) -> None:
    outcomes = dict(make_all(tmp_path / "kept", originals(None, saved(photograph()), None), RECIPE, 1))
    assert outcomes.pop("1") is not None
    assert outcomes == {"0": None, "2": None}
    assert sorted(name.name.partition("-")[0] for name in (tmp_path / "kept").iterdir()) == ["1"] * 4


def test_few_pictures_are_read_before_their_turn(tmp_path: Path) -> None:
    data, read = saved(photograph()), []

    def load() -> bytes:
        read.append(len(outcomes))
        return data

    outcomes: list[str] = []
    for key, _ in make_all(tmp_path, {str(i): Original("", "", "", 0, load) for i in range(8)}, RECIPE, 1):
        outcomes.append(key)
    assert all(i - done <= 2 for i, done in enumerate(read))


def test_work_that_is_broken_off_leaves_whole_files_and_no_thread(tmp_path: Path) -> None:
    before = threading.active_count()
    pictures = [saved(photograph(seed=seed)) for seed in range(8)]
    making = make_all(tmp_path / "kept", originals(*pictures), RECIPE, 2)
    next(making)
    making.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before
    done = [i for i in range(8) if kept(tmp_path / "kept", str(i))]
    assert 1 <= len(done) < 8
    assert not [file for file in (tmp_path / "kept").iterdir() if file.name.startswith(".")]


def test_what_nobody_needs_goes_once_it_is_the_greater_part(tmp_path: Path) -> None:
    for i in range(130):
        (tmp_path / f"{i:032x}").write_text("x")
        (tmp_path / f"{i:032x}-100.webp").write_text("x")
    prune(tmp_path, frozenset(f"{i:032x}" for i in range(80)))
    assert len(list(tmp_path.iterdir())) == 260
    prune(tmp_path, frozenset(f"{i:032x}" for i in range(5)))
    assert len(list(tmp_path.iterdir())) == 10
    prune(tmp_path / "none", frozenset())

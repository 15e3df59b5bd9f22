"""Fences as Chromium draws them with the prepared font: as tall as asked for, in the middle of their box."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import IN_CHROMIUM, shown
from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page

from notes_site.fonts import PREPARED
from notes_site.tex import Typesetter

pytestmark = IN_CHROMIUM

PAGE = """<!doctype html><meta charset="utf-8">
<style>@font-face { font-family: Prepared; src: url(math.woff2); } math { font: 40px Prepared; }</style>
"""
MATRIX = r"\begin{{{0}}} 1 \\ 2 \\ 3 \\ 4 \\ 5 \\ 6 \\ 7 \end{{{0}}}"


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    shutil.copy(PREPARED, tmp_path / "math.woff2")
    (tmp_path / "index.html").write_text(PAGE, "utf-8")
    with shown(tmp_path) as address:
        page = browser.new_page(viewport={"width": 900, "height": 900}, device_scale_factor=2)
        page.goto(address)
        page.evaluate("document.fonts.load('40px Prepared')")
        yield page
        page.close()


def heights(page: Page, tex: str) -> list[float]:
    """How tall each fence of a formula is drawn."""
    fences = drawn(page, tex)
    return [round(page.locator("mo").nth(i).evaluate("one => one.getBoundingClientRect().height"), 1) for i in fences]


def drawn(page: Page, tex: str) -> list[int]:
    """Show a formula alone; the places of its fences among its operators."""
    mathml = Typesetter().typeset(tex, display=True).mathml
    page.evaluate("mathml => { document.body.innerHTML = mathml; }", mathml)
    signs = page.locator("mo").all_text_contents()
    return [i for i, sign in enumerate(signs) if sign in "|‖()[]"]


def margins(page: Page, place: int) -> tuple[int, int]:
    """How many pixels are left and right of the ink of an operator, in its box."""
    picture = Image.open(io.BytesIO(page.locator("mo").nth(place).screenshot())).convert("L")
    box = ImageChops.invert(picture).point(lambda shade: 255 if shade > 100 else 0).getbbox()
    assert box is not None
    return box[0], picture.width - box[2]


@pytest.mark.parametrize("script", ["^k", "_k", "_k^2", "'", r"^{\!2}"])
@pytest.mark.parametrize("size", ["big", "Big", "bigg", "Bigg"])
@pytest.mark.parametrize("fences", [("(", ")"), ("|", "|"), ("[", "]"), (r"\|", r"\|")])
def test_a_fence_with_a_script_is_as_tall_as_its_partner(
    page: Page, fences: tuple[str, str], size: str, script: str
) -> None:
    left, right = fences
    bare = heights(page, rf"\{size}l{left} x \{size}r{right}")
    assert bare[0] == bare[1] > 45
    assert heights(page, rf"\{size}l{left} x \{size}r{right}{script}") == bare


@pytest.mark.parametrize("media", ["screen", "print"])
def test_a_script_changes_nothing_around_its_fence(page: Page, media: str) -> None:
    page.emulate_media(media="print" if media == "print" else "screen")
    width = "document.querySelector('math mi:last-of-type').getBoundingClientRect().left"
    drawn(page, r"\Bigl( x \Bigr) y")
    bare = page.evaluate(width)
    drawn(page, r"\Bigl( x \Bigr)^{} y")
    assert abs(page.evaluate(width) - bare) < 3


@pytest.mark.parametrize("size", ["big", "Big", "bigg", "Bigg"])
def test_bars_are_as_tall_as_parentheses(page: Page, size: str) -> None:
    tex = "".join(rf"\{size}l{left} x \{size}r{right}" for left, right in (("(", ")"), ("|", "|"), (r"\|", r"\|")))
    assert len(set(heights(page, tex))) == 1


@pytest.mark.parametrize(
    "tex",
    [r"\left| \frac ab \right|", r"\left\| \frac ab \right\|", r"\bigl| x \bigr|", r"\Biggl\| x \Biggr\|"]
    + [MATRIX.format(name) for name in ("vmatrix", "Vmatrix")],
)
def test_a_bar_stands_in_the_middle_of_its_box(page: Page, tex: str) -> None:
    fences = drawn(page, tex)
    assert len(fences) == 2
    for place in fences:
        left, right = margins(page, place)
        assert left > 4
        assert abs(left - right) <= 2


def test_a_tall_bar_is_drawn_to_its_ends(page: Page) -> None:
    """Chromium shows nothing of a glyph outside the bounds that the font claims."""
    place, _ = drawn(page, MATRIX.format("vmatrix"))
    picture = Image.open(io.BytesIO(page.locator("mo").nth(place).screenshot())).convert("L")
    box = ImageChops.invert(picture).point(lambda shade: 255 if shade > 100 else 0).getbbox()
    assert box is not None
    assert box[3] - box[1] > 7 * 2 * 40
    assert picture.height - (box[3] - box[1]) < 8

"""The look of a page in numbers: measure, faces, margins, what scrolls within itself, what is seen at which width."""

from __future__ import annotations

import io
import itertools
import statistics
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from chromium import IN_CHROMIUM, PAGES, shown
from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page, Route, ViewportSize
from pypdf import PdfReader
from sites import Own

ROOT = Path(__file__).parents[2]
PROSE = "/optimization/a-background/"
FORMULAS = "/optimization/02-1-gradient-descent/"
NOTED = ("/guide/text/", "/garden/high-dimensional-balls/", "/optimization/05-1-newton/")
MARGINS = "/guide/figures-tables/"

pytestmark = IN_CHROMIUM


@pytest.fixture(scope="module")
def address(own: Own) -> Iterator[str]:
    with shown(own.served) as address:
        yield f"{address}/base"


def opened(browser: Browser, width: int, url: str = "", *, scripts: bool = True) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
    if url:
        page.goto(url)
        page.wait_for_load_state("networkidle")
    return page


# how many characters stand in each full line of the paragraphs of a note: all lines but the last of each
LINES = """() => [...document.querySelectorAll('.body > p')].filter(p => !p.querySelector('math')).flatMap(p => {
  const rows = new Map(), range = document.createRange(), texts = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) for (let i = 0; i < texts.currentNode.length; i++) {
    range.setStart(texts.currentNode, i); range.setEnd(texts.currentNode, i + 1);
    const row = Math.round(range.getBoundingClientRect().bottom / 8);
    rows.set(row, (rows.get(row) || 0) + 1);
  }
  return [...rows.values()].slice(0, -1);
})"""


@pytest.mark.parametrize("width", [820, 1280, 1440])
def test_a_line_of_text_has_60_to_75_characters(browser: Browser, address: str, width: int) -> None:
    """Wherever there is room for as many."""
    lines: list[int] = []
    for url in ("/about/", "/guide/collections/", "/guide/text/", PROSE):
        page = opened(browser, width, address + url)
        lines += page.evaluate(LINES)
        page.close()
    assert len(lines) > 40
    assert 60 <= statistics.median(lines) <= 75


@pytest.mark.parametrize("width", [320, 390, 640, 820])
def test_no_page_is_wider_than_its_window(browser: Browser, address: str, width: int) -> None:
    """640 pixels are what a window of 1280 has at 200 %."""
    page = opened(browser, width)
    wide: list[str] = []
    for url in PAGES:
        page.goto(address + url)
        page.wait_for_load_state("networkidle")
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(url)
    page.close()
    assert wide == []


# -- faces -------------------------------------------------------------------------------------------------------------


def test_a_note_asks_for_three_text_fonts_and_one_for_formulas_of_its_own_origin(
    browser: Browser, address: str
) -> None:
    page = opened(browser, 1280)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if ".woff" in request.url else None)
    page.goto(address + FORMULAS)
    page.wait_for_load_state("networkidle")
    assert all(url.startswith(address + "/_/") for url in asked)
    names = sorted(urlsplit(url).path.removeprefix("/base/_/").split(".")[0] for url in asked)
    assert names == ["math", "text/bold", "text/italic", "text/regular"]
    faces = page.evaluate("[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family).sort()")
    # the math font under two names: formulas of the text get it when it comes, those in lists of titles only in time
    assert [face.strip('"') for face in faces if "Times" not in face] == [
        "Notes Math",
        "Notes Nav",
        *["Notes Text"] * 3,
    ]
    page.close()


SHIFT = (
    "window.shift = 0; new PerformanceObserver(list => { for (const entry of list.getEntries())"
    " if (!entry.hadRecentInput) window.shift += entry.value; }).observe({type: 'layout-shift', buffered: true});"
)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("url", [FORMULAS, "/guide/text/", "/"])
def test_nothing_moves_when_the_text_fonts_come_late(browser: Browser, address: str, url: str, width: int) -> None:
    """They come when the page was painted without them."""
    page = opened(browser, width)
    page.add_init_script(SHIFT)
    held: list[Route] = []
    page.route("**/text/*.woff2", lambda route: held.append(route))  # noqa: PLW0108 Playwright marks what it is given
    page.goto(address + url, wait_until="commit")
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length > 0")
    assert held
    page.unroute("**/text/*.woff2")  # lets go what was held
    page.evaluate("document.fonts.ready.then(() => true)")
    page.wait_for_load_state("networkidle")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("window.shift") == 0
    page.close()


def test_small_capitals_are_those_of_the_face(browser: Browser, address: str) -> None:
    """Made from capitals, they would be as wide as shrunk capitals are."""
    page = opened(browser, 1280, address + FORMULAS)
    widths = page.evaluate(
        """() => ['normal', 'none'].map(synthesis => { const span = document.createElement('span');
        span.textContent = 'theorem'; span.style.fontVariantCaps = 'small-caps';
        span.style.fontSynthesisSmallCaps = synthesis === 'none' ? 'none' : 'auto';
        document.querySelector('.body').append(span); return span.getBoundingClientRect().width; })"""
    )
    plain = page.evaluate(
        """() => { const span = document.createElement('span'); span.textContent = 'theorem';
        document.querySelector('.body').append(span); return span.getBoundingClientRect().width; }"""
    )
    page.close()
    assert widths[0] == widths[1] != plain


# -- the margin --------------------------------------------------------------------------------------------------------

# for each footnote that has one: reference and note in the margin
BESIDE = """() => [...document.querySelectorAll('.sidenote')].map(note => {
  const at = note.previousElementSibling.getBoundingClientRect(), box = note.getBoundingClientRect();
  return {shown: note.checkVisibility(), top: box.top, bottom: box.bottom, left: box.left, right: box.right,
    at: at.top, line: parseFloat(getComputedStyle(document.body).lineHeight),
    item: document.querySelector(note.previousElementSibling.querySelector('a').hash).checkVisibility()};
})"""


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("url", NOTED)
def test_a_footnote_stands_beside_its_reference_in_a_wide_window(
    browser: Browser, address: str, url: str, *, scripts: bool
) -> None:
    """Right of the text, below the one before it, over no column, and nowhere else."""
    page = opened(browser, 1440, address + url, scripts=scripts)
    notes = page.evaluate(BESIDE)
    text = page.evaluate("document.querySelector('.body').getBoundingClientRect().right")
    boxes = page.evaluate(
        "[...document.querySelectorAll('.toc, .sidebar')].map(e => { const b = e.getBoundingClientRect();"
        " return [b.left, b.right]; })"
    )
    page.close()
    assert notes
    end = float("-inf")
    for note in notes:
        assert note["shown"]
        assert not note["item"]
        assert note["left"] > text
        assert note["right"] <= 1440
        assert note["top"] >= end
        if note["at"] > end:
            assert abs(note["top"] - note["at"]) < note["line"]
        assert all(note["left"] >= right or note["right"] <= left for left, right in boxes)
        end = note["bottom"]


@pytest.mark.parametrize("url", NOTED)
def test_a_footnote_stands_at_the_end_in_a_narrow_window(browser: Browser, address: str, url: str) -> None:
    page = opened(browser, 390, address + url)
    notes = page.evaluate(BESIDE)
    page.close()
    assert notes
    assert all(note["item"] and not note["shown"] for note in notes)


def test_figures_stand_in_the_margin_and_reach_into_it_where_there_is_one(browser: Browser, address: str) -> None:
    place = """selector => { const box = document.querySelector(selector).getBoundingClientRect();
      const text = document.querySelector('.body').getBoundingClientRect();
      return [box.left - text.left, box.right - text.right]; }"""
    page = opened(browser, 1440, address + MARGINS)
    left, right = page.evaluate(place, "figure:has(> .margin)")
    assert left > 500
    assert right > 200
    left, right = page.evaluate(place, ".column-page")
    assert left == pytest.approx(0, abs=1)
    assert right > 200
    page.set_viewport_size({"width": 390, "height": 900})
    for selector in ("figure:has(> .margin)", ".column-page"):
        left, right = page.evaluate(place, selector)
        assert left >= -1
        assert right <= 1
    page.close()


# -- what is wide ------------------------------------------------------------------------------------------------------


def test_the_caption_of_a_wide_table_is_seen_whole_on_a_phone(browser: Browser, address: str) -> None:
    """Wherever the table is scrolled to."""
    page = opened(browser, 320)
    seen = 0
    for url in (MARGINS, "/optimization/03-2-adaptive-methods/", "/guide/blocks/"):
        page.goto(address + url)
        page.wait_for_load_state("networkidle")
        for left, right, wide in page.evaluate(
            "[...document.querySelectorAll('.table:has(caption)')].map(t => { t.scrollLeft = 9999;"
            " const c = t.querySelector('caption').getBoundingClientRect(), b = t.getBoundingClientRect();"
            " return [c.left - b.left, b.right - c.right, t.scrollWidth > t.clientWidth]; })"
        ):
            seen += wide
            assert left >= -1, url
            assert right >= -1, url
    page.close()
    assert seen >= 1


def test_what_can_be_scrolled_has_a_shadow_at_its_edge(browser: Browser, address: str) -> None:
    """A picture of the right edge of a formula differs before and after it is scrolled to its end."""
    page = opened(browser, 360, address + PROSE)
    wide = page.evaluate_handle(
        "[...document.querySelectorAll('math[display=block]')].find(m => m.scrollWidth > m.clientWidth + 20"
        " && !m.querySelector('mtd.number'))"
    ).as_element()
    assert wide is not None
    wide.scroll_into_view_if_needed()
    box = wide.bounding_box()
    assert box is not None
    edge = {"x": box["x"] + box["width"] - 4, "y": box["y"] + 1, "width": 3, "height": 2}
    before = page.screenshot(clip=edge)  # type: ignore[arg-type]
    wide.evaluate("m => { m.scrollLeft = m.scrollWidth; }")
    assert page.screenshot(clip=edge) != before  # type: ignore[arg-type]
    page.close()


# what shows that something goes on, in a window as narrow as a phone: where, and the box that scrolls
CUES = (
    ("/optimization/03-1-stochastic-gradients/", "math.long"),
    ("/optimization/02-1-gradient-descent/", "math:has(mtd.number)"),
    ("/probability/lecture-06-monte-carlo/", ".output pre"),
    (FORMULAS, "math[display=block]:not(:has(mtd.number))"),
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("url", "selector"), CUES)
def test_the_shadow_is_seen_by_day_and_by_night(
    browser: Browser, address: str, url: str, selector: str, scheme: str
) -> None:
    """Somewhere near its edge a box that scrolls is far from the colour behind it, and no more when all was seen."""
    size, dark = ViewportSize(width=360, height=900), scheme == "dark"
    page = browser.new_page(viewport=size, color_scheme="dark" if dark else "light")
    page.goto(address + url)
    page.wait_for_load_state("networkidle")
    box = page.evaluate_handle(
        "selector => [...document.querySelectorAll(`.body ${selector}`)].find(m => m.scrollWidth > m.clientWidth + 24)",
        selector,
    ).as_element()
    assert box is not None
    box.scroll_into_view_if_needed()

    def contrast() -> int:
        """How far the lightest and the darkest of the upper edge are from each other, at its right half."""
        place = box.bounding_box()
        assert place is not None
        half = place["width"] / 2
        clip = {"x": place["x"] + half, "y": place["y"] + 10, "width": half - 2, "height": 1}
        seen = Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("L")  # type: ignore[arg-type]
        low, high = seen.getextrema()
        return int(high) - int(low)  # type: ignore[arg-type]

    page.add_style_tag(content=".body :is(.output pre, math) * { color: transparent !important; }")
    assert contrast() >= 20
    box.evaluate("m => { m.scrollLeft = m.scrollWidth; }")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert contrast() <= 3
    page.close()


def test_a_display_that_is_a_little_too_wide_is_seen_whole(browser: Browser, address: str) -> None:
    """It takes a little of the margin: what scrolls by less than hides the shadow loses nothing."""
    page = opened(browser, 360)
    little = 0
    for width, url in itertools.product((360, 820, 1280), ("/papers/adam/", FORMULAS)):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(address + url)
        page.wait_for_load_state("networkidle")
        for over, out in page.evaluate(
            "[...document.querySelectorAll('.body math[display=block]:not(:has(mtd.number))')].map(m => ["
            "m.scrollWidth - m.clientWidth, m.firstElementChild.firstElementChild.getBoundingClientRect().right"
            " - m.getBoundingClientRect().right])"
        ):
            if 0 < over <= 18:
                little += 1
                assert out <= 0.5, url
    page.close()
    assert little > 0


# what follows an inline formula without a space, and how much lower it stands than the formula's end
TAILS = """() => [...document.querySelectorAll('.body .nobreak > math')].map(m => {
  const range = document.createRange(); range.setStart(m.nextSibling, 0); range.setEnd(m.nextSibling, 1);
  const tail = range.getBoundingClientRect(), box = m.getBoundingClientRect();
  return {long: m.scrollWidth > m.clientWidth, beside: tail.left >= box.right - 1,
    within: range.getBoundingClientRect().right <= m.closest('.body').getBoundingClientRect().right + 1};
})"""


def test_no_line_begins_with_what_follows_a_formula_on_a_phone(browser: Browser, address: str) -> None:
    """Nor is it lost where the formula is wider than the line."""
    page = opened(browser, 360, address + "/optimization/03-1-stochastic-gradients/")
    tails = page.evaluate(TAILS)
    page.close()
    assert any(tail["long"] for tail in tails)
    assert all(tail["beside"] and tail["within"] for tail in tails)


# two lines with the same formula: how many lines of text they are as high as, and how far the formulas are apart
APART = """inside => {
  const made = document.createElement('p'), math = `<math>${inside}</math>`;
  made.innerHTML = `${math}<br>${math}`;
  document.querySelector('.body').append(made);
  const [one, other] = [...made.querySelectorAll('math')].map(m => m.firstElementChild.getBoundingClientRect());
  return [made.getBoundingClientRect().height / parseFloat(getComputedStyle(made).lineHeight), other.top - one.bottom];
}"""


def test_lines_are_apart_where_a_tall_formula_stands_and_as_they_were_elsewhere(browser: Browser, address: str) -> None:
    page = opened(browser, 1280, address + FORMULAS)
    lines, _ = page.evaluate(APART, "<mi>x</mi>")
    _, apart = page.evaluate(APART, "<mfrac><msup><mi>x</mi><mi>k</mi></msup><msub><mi>y</mi><mi>z</mi></msub></mfrac>")
    page.close()
    assert lines == 2
    assert apart >= 3


def test_what_fits_has_no_shadow_at_its_edges(browser: Browser, address: str) -> None:
    """Nor a sliver of one above or below, on a screen with two dots to a pixel; a number covers no part of one."""
    page = browser.new_page(viewport={"width": 640, "height": 900}, device_scale_factor=2)
    page.goto(address + FORMULAS)
    page.wait_for_load_state("networkidle")
    paper = (0xFD, 0xFC, 0xF9)
    formulas = page.locator(".body .formula > math").all()
    fitting = [formula for formula in formulas if formula.evaluate("m => m.scrollWidth <= m.clientWidth")]
    assert len(fitting) > 3
    for formula in fitting:
        formula.scroll_into_view_if_needed()
        box = formula.bounding_box()
        assert box is not None
        edge = {"x": box["x"] + 1, "y": box["y"] - 3, "width": 8, "height": box["height"] + 6}
        seen = Image.open(io.BytesIO(page.screenshot(clip=edge)))  # type: ignore[arg-type]
        assert seen.convert("RGB").getcolors() == [(seen.width * seen.height, paper)]
    page.close()


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (820, "light"), (1280, "dark")])
def test_the_number_of_a_formula_that_fits_covers_nothing_of_it(
    browser: Browser, address: str, width: int, scheme: str
) -> None:
    """Nothing is seen of what lies behind a number, to hide a long formula that scrolls beneath it."""
    page = browser.new_page(color_scheme="dark" if scheme == "dark" else "light", device_scale_factor=2)
    page.set_viewport_size({"width": width, "height": 900})
    seen = 0
    for url in (FORMULAS, PROSE, "/guide/numbers/"):
        page.goto(address + url)
        page.wait_for_load_state("networkidle")
        boxes = page.evaluate(
            "[...document.querySelectorAll('.body math[display=block]')].filter(m => m.querySelector('mtd.number')"
            " && [m, ...m.querySelectorAll('mtd')].every(e => e.scrollWidth <= e.clientWidth)).map(m => {"
            " const box = m.getBoundingClientRect();"
            " return [box.left, box.top + scrollY, box.right, box.bottom + scrollY].map(x => Math.round(2 * x)); })"
        )
        pictures = [Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")]
        page.add_style_tag(content="mtd.number { background: none !important; box-shadow: none !important; }")
        pictures.append(Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB"))
        for box in boxes:
            difference = ImageChops.difference(*(picture.crop(box) for picture in pictures)).convert("L")
            # a gradient to the colour of the paper is that colour but for one step of it
            assert max(difference.tobytes()) <= 2, (url, box)
            seen += 1
    page.close()
    assert seen >= 5


def test_a_page_break_makes_one_page_and_no_empty_one(browser: Browser, address: str) -> None:
    page = opened(browser, 1280, address + "/about/")
    page.evaluate("document.querySelector('.body').innerHTML = '<p>before</p><hr class=\"page-break\"><p>after</p>'")
    made = PdfReader(io.BytesIO(page.pdf(format="A4")))
    page.close()
    assert len(made.pages) == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_statements_differ_in_their_form(browser: Browser, address: str, scheme: str) -> None:
    """A theorem slants beside a line, a definition is upright beside two, an example beside dots."""
    page = browser.new_page(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(address + FORMULAS)
    look = page.evaluate(
        """() => ['', 'definition', 'example', 'remark', 'algorithm'].map(kind => {
        const made = document.createElement('div'); made.className = 'theorem ' + kind; made.textContent = 'x';
        document.querySelector('.body').append(made); const before = getComputedStyle(made, '::before');
        return [getComputedStyle(made).fontStyle, before.content === 'none' ? '' : before.borderInlineStartStyle]; })"""
    )
    page.close()
    assert look == [["italic", "solid"], ["normal", "double"], ["normal", "dotted"], ["normal", ""], ["normal", ""]]

"""Pages on paper, as Chromium prints them: running heads, page numbers, what is left out, what is not cut."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import IN_CHROMIUM, shown
from playwright.sync_api import Browser, Page
from pypdf import PdfReader
from sites import Own

ROOT = Path(__file__).parents[2]
NOTE = "/probability/lecture-06-monte-carlo/"
BOOK = "/optimization/print/"
# the sizes of paper in pixels of CSS, and what the margins leave of them
PAPERS = {"A4": (794, 1123), "Letter": (816, 1056)}
TEXT_WIDTH, TEXT_HEIGHT = 597, 937

pytestmark = IN_CHROMIUM


@pytest.fixture(scope="module")
def address(own: Own) -> Iterator[str]:
    with shown(own.served) as address:
        yield f"{address}/base"


def opened(browser: Browser, url: str) -> Page:
    """A page in the dark theme, as wide as the text on paper when it is shown as for print."""
    page = browser.new_page(color_scheme="dark", viewport={"width": TEXT_WIDTH, "height": 900})
    page.goto(url)
    page.evaluate("document.fonts.ready.then(() => true)")
    page.wait_for_load_state("networkidle")
    return page


def printed(browser: Browser, url: str, paper: str = "A4") -> PdfReader:
    page = opened(browser, url)
    data = page.pdf(prefer_css_page_size=True, format=paper, outline=True, tagged=True)
    page.close()
    return PdfReader(io.BytesIO(data))


def lines(reader: PdfReader) -> list[list[str]]:
    """The lines of each page, without spaces that letters set apart may have between them."""
    return [one.extract_text().splitlines() for one in reader.pages]


def squeezed(text: str) -> str:
    """Letters and digits alone: a PDF breaks words at the ends of lines and joins letters."""
    return re.sub(r"[\W_]", "", text.replace("ﬁ", "fi").replace("ﬂ", "fl").replace("ﬀ", "ff")).casefold()


@pytest.fixture(scope="module")
def book(browser: Browser, address: str) -> PdfReader:
    return printed(browser, address + BOOK)


@pytest.mark.parametrize("paper", PAPERS)
def test_a_note_has_its_series_and_its_title_at_the_head_and_numbers_at_the_foot(
    browser: Browser, address: str, paper: str
) -> None:
    reader = printed(browser, address + NOTE, paper)
    assert 4 <= len(reader.pages) <= 9
    assert round(float(reader.pages[0].mediabox.width) / 0.75) == pytest.approx(PAPERS[paper][0], abs=1)
    for number, found in enumerate(lines(reader), 1):
        assert str(number) in found, f"page {number}"
        text = squeezed(" ".join(found))
        assert squeezed("Probability for Learning Machines") in text
        assert squeezed("Lecture 6: Monte Carlo and importance sampling") in text


def test_nothing_that_is_for_the_screen_is_printed(browser: Browser, address: str) -> None:
    """No navigation, no buttons, no links to neighbours, no links of headings to themselves."""
    page = opened(browser, address + NOTE)
    page.emulate_media(media="print")
    seen = page.evaluate(
        "[...document.querySelectorAll('header.site-header, footer.site-footer, nav, button, .anchor, .backlinks,"
        " .copy, .skip, .neighbours')].filter(e => e.getClientRects().length).map(e => e.outerHTML.slice(0, 80))"
    )
    assert seen == []
    page.close()
    text = squeezed(" ".join(line for found in lines(printed(browser, address + NOTE)) for line in found))
    for word in ("Topics", "Light or dark", "On this page", "Notes that link here", "Suggest a change"):
        assert squeezed(word) not in text, word


def test_a_note_is_black_on_white_and_all_its_folds_are_open(browser: Browser, address: str) -> None:
    page = opened(browser, address + "/optimization/01-1-convex-sets/")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(ground) != "rgb(255, 255, 255)", "it is dark on the screen"
    page.emulate_media(media="print")
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('.body p')).color") == "rgb(0, 0, 0)"
    folded = page.locator(".body details:not([open], .used)")
    assert folded.count() > 0
    heights = folded.evaluate_all(
        "all => all.map(e => e.getBoundingClientRect().height - e.firstElementChild.getBoundingClientRect().height)"
    )
    assert min(heights) > 10
    page.close()


def test_a_heading_stays_with_the_statement_after_a_mark_of_the_index(browser: Browser, address: str) -> None:
    """Wherever the page ends."""
    page = opened(browser, address + "/optimization/02-1-gradient-descent/")
    moved = 0
    for lines in range(12, 34):
        page.evaluate(
            "lines => { document.querySelector('.body').innerHTML = '<p>filling</p>'.repeat(lines) + '<h2>Heading</h2>"
            "<p><span id=a></span></p><span id=b></span><div class=theorem><p>Statement</p><p>more</p></div>'; }",
            lines,
        )
        pages = [squeezed(one.extract_text()) for one in PdfReader(io.BytesIO(page.pdf(format="A4"))).pages]
        assert next(i for i, one in enumerate(pages) if "heading" in one) == next(
            i for i, one in enumerate(pages) if "statement" in one
        ), lines
        moved += "heading" not in pages[0]
    page.close()
    assert 0 < moved < 22


def test_a_series_is_printed_as_a_book(book: PdfReader) -> None:
    pages = [squeezed(" ".join(found)) for found in lines(book)]
    assert 50 <= len(pages) <= 80
    assert pages[0].startswith(squeezed("Optimization for Learning"))
    assert not re.search(r"(?m)^1$", book.pages[0].extract_text()), "the title page has no number"
    assert squeezed("Contents") in pages[1]
    assert all(str(number) in found for number, found in enumerate(lines(book)[1:], 2))
    gradient = [text for text in pages if squeezed("2 Gradient descent") in text]
    assert len(gradient) >= 8, "the chapter's title runs at the head of its pages"
    assert squeezed("References") in pages[-1]


def test_every_heading_of_the_book_is_on_its_pages_and_in_the_outline(
    book: PdfReader, browser: Browser, address: str
) -> None:
    page = opened(browser, address + BOOK)
    headings = page.locator(".book :is(h1, h2, h3, h4, h5, h6):not(:has(math))").all_text_contents()
    page.close()
    assert len(headings) > 60
    text = squeezed(" ".join(" ".join(found) for found in lines(book)))
    missing = [heading for heading in headings if squeezed(heading.removesuffix("#")) not in text]
    assert missing == []

    def titles(entries: list[object]) -> Iterator[str]:
        for entry in entries:
            if isinstance(entry, list):
                yield from titles(entry)
            else:
                yield squeezed(html.unescape(str(getattr(entry, "title", ""))))

    outline = set(titles(list(book.outline)))
    assert {squeezed(heading.removesuffix("#")) for heading in headings} <= outline


@pytest.mark.parametrize("url", [NOTE, BOOK, "/probability/print/"])
def test_no_formula_is_cut(browser: Browser, address: str, url: str) -> None:
    """Each display fits on a page, says that it must not be broken, and ends before the edge of the paper."""
    page = opened(browser, address + url)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    found = page.evaluate(
        """[...document.querySelectorAll('.formula, figure:not(.listing)')].map(e => {
          const box = e.getBoundingClientRect();
          const inner = [...e.querySelectorAll('math > *, math mtable, img')].map(m => m.getBoundingClientRect().right);
          return [getComputedStyle(e).breakInside, box.height, Math.max(box.right, ...inner), e.id];
        })"""
    )
    assert len(found) > 5
    margin = (PAPERS["A4"][0] - TEXT_WIDTH) / 2
    wrong = [row for row in found if row[0] != "avoid" or row[1] > TEXT_HEIGHT or row[2] > TEXT_WIDTH + margin - 8]
    assert wrong == []
    scrolled = page.evaluate(
        "[...document.querySelectorAll('main *')].filter(e => /auto|scroll|hidden/.test(getComputedStyle(e).overflowX)"
        " && e.scrollWidth > e.clientWidth + 1 && !e.closest('.running-head')).map(e => e.outerHTML.slice(0, 90))"
    )
    assert scrolled == [], "nothing is hidden behind an edge"
    page.close()


# a formula of which there is so much more that it is about 1500 pixels wide; and one whose rows scroll by themselves
WIDER = """rows => {
  const wide = document.querySelector('.formula > math[display="block"]:has(> semantics > mrow)');
  const row = wide.querySelector('mrow');
  const once = [...row.childNodes];
  while (row.getBoundingClientRect().width < 1000) row.append(...once.map(e => e.cloneNode(true)));
  wide.id = 'wide';
  if (!rows) return;
  const made = [['mtable', 'blocks'], ['mtr', ''], ['mtd', '']].map(([name, kind]) => {
    const element = document.createElementNS('http://www.w3.org/1998/Math/MathML', name);
    if (kind) element.setAttribute('class', kind);
    return element;
  });
  row.before(made[0]);
  made[0].append(made[1]);
  made[1].append(made[2]);
  made[2].append(row);
}"""


@pytest.mark.parametrize("width", [390, TEXT_WIDTH, 1400], ids="at {} pixels".format)
@pytest.mark.parametrize("rows", [False, True], ids=["one line", "rows"])
@pytest.mark.parametrize("url", [BOOK, "/optimization/02-1-gradient-descent/"], ids=["book", "note"])
def test_what_is_wider_than_the_paper_is_set_smaller(
    browser: Browser, address: str, url: str, *, rows: bool, width: int
) -> None:
    """Whatever the window was when it was printed."""
    page = opened(browser, address + url)
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate(WIDER, rows)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    fit = float(page.evaluate("document.getElementById('wide').style.getPropertyValue('--fit')"))
    assert 0.3 < fit < 1
    page.set_viewport_size({"width": TEXT_WIDTH, "height": 900})
    page.emulate_media(media="print")
    right = page.evaluate(
        "Math.max(...[...document.querySelectorAll('#wide *')].map(e => e.getBoundingClientRect().right))"
    )
    assert right <= TEXT_WIDTH + 8
    page.close()


def test_the_book_is_read_on_the_screen_too(browser: Browser, address: str) -> None:
    """No wider than a phone, no console error, and no mark of an address that is told on paper alone."""
    page = browser.new_page(viewport={"width": 360, "height": 800})
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(address + BOOK)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert not page.locator(".link-mark, .link-notes").first.is_visible()
    assert errors == []
    page.close()

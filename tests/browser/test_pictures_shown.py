"""Pictures in a real browser: which width is taken, which one is loaded by day and by night, that nothing moves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from chromium import IN_CHROMIUM, shown
from painted import photograph, saved
from playwright.sync_api import Browser, Page
from sites import built, write

pytestmark = IN_CHROMIUM

WORDS = "Words that fill a line of the page. " * 12
FAR = f"{WORDS}\n\n" * 30
DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20" width="40" height="20"><style>
.a { stroke: currentColor } rect { fill: url(#g) }</style><linearGradient id="g">
<stop stop-color="red"/></linearGradient><path class="a" d="M0 0h40"/><rect width="9" height="9" onclick="x"/></svg>"""
CLEAR = photograph(1600, 1000).convert("RGBA")
CLEAR.putalpha(0)
SITE: Mapping[str, str | bytes] = {
    "content/top.md": f"# Top\n\nWords.\n\n![top](p.png)\n\n{FAR}![far](q.png)\n",
    "content/sizes.md": (
        f"# Sizes\n\n{WORDS * 4}\n\n![whole](p.png)\n\n![half](p.png){{width=50%}}\n\n![fixed](p.png){{width=200}}\n\n"
        "::: {layout-ncol=2}\n![one](p.png)\n\n![two](p.png)\n:::\n"
    ),
    "content/dark.md": f"# Dark\n\nWords.\n\n![both](p.png){{dark=q.png}}\n\n{WORDS}\n\n![clear](clear.png)\n",
    "content/drawing.md": "# Drawing\n\n![d](d.svg){.inline}\n\n![[drawn]]\n",
    "content/drawn.md": "# Drawn\n\n![e](d.svg){.inline}\n",
    "content/p.png": saved(photograph(1600, 1000)),
    "content/q.png": saved(photograph(1600, 1000, seed=2)),
    "content/clear.png": saved(CLEAR),
    "content/d.svg": DRAWING,
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = write(tmp_path_factory.mktemp("pictures"), SITE)
    assert {problem.code for problem in built(folder).problems} == {"N131"}
    with shown(folder / "public") as host:
        yield host


def opened(browser: Browser, width: int, *, dense: float = 1, dark: bool = False) -> tuple[Page, list[str]]:
    """A page, and the names of the pictures that it asks for."""
    page = browser.new_page(
        viewport={"width": width, "height": 900}, device_scale_factor=dense, color_scheme="dark" if dark else "light"
    )
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url.rpartition("/")[2]) if r.resource_type == "image" else None)
    return page, asked


def widths(page: Page) -> dict[str, int]:
    """The width of the file that each picture shows, by its alternative text, once all are loaded."""
    page.evaluate(
        """async () => { for (const i of document.querySelectorAll('.body img')) {
             i.scrollIntoView(); while (!(i.complete && i.currentSrc)) await new Promise(requestAnimationFrame); } }"""
    )
    found: dict[str, str] = page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('.body img')].map(i => [i.alt, i.currentSrc]))"
    )
    return {alt: int(url.rpartition("-")[2].removesuffix(".webp")) for alt, url in found.items()}


@pytest.mark.parametrize(
    ("width", "dense", "expected"),
    [
        (1280, 1, {"whole": 800, "half": 480, "fixed": 480, "one": 480, "two": 480}),
        (1280, 2, {"whole": 1280, "half": 800, "fixed": 480, "one": 800, "two": 800}),
        (390, 1, {"whole": 480, "half": 480, "fixed": 480, "one": 480, "two": 480}),
        (390, 2, {"whole": 800, "half": 800, "fixed": 480, "one": 800, "two": 800}),
    ],
)
def test_the_width_that_suits_the_screen_is_taken(
    browser: Browser, address: str, width: int, dense: float, expected: dict[str, int]
) -> None:
    page, _ = opened(browser, width, dense=dense)
    page.goto(f"{address}/sizes/")
    assert widths(page) == expected
    page.close()


def test_what_is_far_down_is_not_loaded_before_it_comes_near(browser: Browser, address: str) -> None:
    page, asked = opened(browser, 1280)
    page.goto(f"{address}/top/", wait_until="networkidle")
    assert [name[0] for name in asked if name.endswith(".webp")] == ["p"]
    assert widths(page)["far"] == 800
    page.close()


@pytest.mark.parametrize("dark", [False, True])
def test_one_picture_is_shown_and_loaded_and_follows_the_switch(browser: Browser, address: str, dark: bool) -> None:
    page, asked = opened(browser, 1280, dark=dark)
    page.goto(f"{address}/dark/", wait_until="networkidle")

    def shown() -> list[bool]:
        return [page.locator(f".body .only-{name}").is_visible() for name in ("light", "dark")]

    assert shown() == [not dark, dark]
    assert {name[0] for name in asked if name.endswith(".webp")} - {"c"} == {"q" if dark else "p"}
    page.evaluate(f"document.documentElement.dataset.theme = '{'light' if dark else 'dark'}'")
    page.wait_for_load_state("networkidle")
    assert shown() == [dark, not dark]
    assert {name[0] for name in asked if name.endswith(".webp")} - {"c"} == {"p", "q"}
    page.emulate_media(media="print")
    assert shown() == [True, False]
    page.close()


def test_what_is_transparent_lies_on_a_plate_in_the_dark_alone(browser: Browser, address: str) -> None:
    for dark in (False, True):
        page, _ = opened(browser, 1280, dark=dark)
        page.goto(f"{address}/dark/")
        ground = page.locator(".body img[alt=clear]").evaluate("i => getComputedStyle(i).backgroundColor")
        assert (ground != "rgba(0, 0, 0, 0)") is dark
        page.close()


@pytest.mark.parametrize("name", ["top", "sizes", "dark", "drawing"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_moves_when_pictures_come(browser: Browser, address: str, name: str, width: int) -> None:
    page, _ = opened(browser, width)
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver(l => { for (const e of l.getEntries()) window.moved += e.value; })"
        ".observe({type: 'layout-shift', buffered: true});"
    )
    page.goto(f"{address}/{name}/", wait_until="networkidle")
    before = page.evaluate("[...document.querySelectorAll('.body *')].map(e => e.offsetHeight)")
    if name != "drawing":
        widths(page) if name != "dark" else page.wait_for_load_state("networkidle")
    assert page.evaluate("[...document.querySelectorAll('.body *')].map(e => e.offsetHeight)") == before
    assert page.evaluate("window.moved") == 0
    page.close()


@pytest.mark.parametrize("dark", [False, True])
def test_a_drawing_in_the_page_has_the_colour_of_the_text(browser: Browser, address: str, dark: bool) -> None:
    page, _ = opened(browser, 1280, dark=dark)
    page.goto(f"{address}/drawing/")
    for found in page.locator("svg.drawing").all():
        stroke, ink = found.locator("path").evaluate(
            "p => [getComputedStyle(p).stroke, getComputedStyle(document.body).color]"
        )
        assert stroke == ink
        assert (
            found.locator("rect").evaluate(
                "r => document.querySelector(getComputedStyle(r).fill.match(/#[\\w-]+/)[0]).tagName"
            )
            == "linearGradient"
        )
    assert page.locator("svg.drawing").count() == 2
    assert (
        page.evaluate("document.querySelectorAll('.drawing [style], .drawing style, .drawing [onclick]').length") == 0
    )
    names = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(names) == len(set(names))
    page.close()

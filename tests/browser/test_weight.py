"""What a page weighs, on a real site of 234 notes: requests, bytes, movement; and that none scrolls sideways."""

from __future__ import annotations

import functools
import gzip
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from chromium import IN_CHROMIUM, shown
from playwright.sync_api import Browser, Page, Request, Route
from sites import built

CORPUS = Path(__file__).parents[3] / "shared" / "corpora" / "ickma"

pytestmark = [
    *IN_CHROMIUM,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here"),
]

REQUESTS: Final = 12
BYTES: Final = 150_000
STYLES: Final = 25_000
SCRIPTS: Final = 15_000
# how many of the notes with most formulas are weighed
HEAVY: Final = 8
# and how many of those that show a video
VIDEOS: Final = 3
SHIFT: Final = (
    "window.shift = 0; new PerformanceObserver(list => { for (const entry of list.getEntries())"
    " if (!entry.hadRecentInput) window.shift += entry.value; }).observe({type: 'layout-shift', buffered: true})"
)
MOVED: Final = 0.1
ENTRIES: Final = (
    "[...document.querySelectorAll('.toc li')].filter(e => e.checkVisibility()).map(e => {"
    " const box = e.getBoundingClientRect(); return [box.top, box.height]; })"
)
# what a host sends as it is, since it is packed already
PACKED: Final = (".woff2", ".png", ".jpg", ".webp", ".avif")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The corpus, built."""
    folder = tmp_path_factory.mktemp("weighed") / "ickma"
    shutil.copytree(CORPUS, folder)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    public = folder.parent / "public"
    built(folder, jobs=2, output=public)
    return public


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with shown(site) as address:
        yield address


def heavy(site: Path) -> list[str]:
    """The addresses of the notes that have the most formulas, and of some that show a video."""
    texts = ((file, file.read_text("utf-8")) for file in site.rglob("index.html"))
    counted = [
        (text.count("<math"), file.parent.relative_to(site).as_posix())
        for file, text in texts
        if '<article class="note' in text
    ]
    ranked = [f"/{name}/" for _, name in sorted(counted, reverse=True)]
    shows = [url for url in ranked if "data-embed=" in (site / url[1:] / "index.html").read_text("utf-8")]
    assert len(shows) > VIDEOS
    return list(dict.fromkeys((*ranked[:HEAVY], *shows[:VIDEOS])))


def _note(asked: list[str], request: Request) -> None:
    if request.resource_type != "image":  # the author's, and they may lie elsewhere
        asked.append(request.url)


def sent(file: Path) -> int:
    """The bytes of a file as a host sends it."""
    data = file.read_bytes()
    return len(data) if file.suffix in PACKED else len(gzip.compress(data, 6))


def test_a_note_full_of_formulas_is_light(browser: Browser, site: Path, address: str) -> None:
    """At most 12 requests and 150 kB, pictures apart; nothing moves while it loads; nothing is asked elsewhere.

    A machine that has much else to do may paint before the math font is there: what moves then is not a thousandth.
    """
    for url in heavy(site):
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.add_init_script(SHIFT)
        asked: list[str] = []
        page.on("request", functools.partial(_note, asked))
        page.goto(address + url)
        page.wait_for_load_state("networkidle")
        shift = page.evaluate("window.shift")
        page.close()
        assert all(one.startswith(address) for one in asked), url
        places = [urlsplit(one).path for one in asked]
        files = [site / (place[1:] + "index.html" if place.endswith("/") else place[1:]) for place in places]
        light = [file for file in files if file.suffix not in (".png", ".jpg", ".webp", ".avif", ".gif")]
        weights = {file.name: sent(file) for file in light if file.exists()}
        assert len(light) <= REQUESTS, (url, weights)
        assert sum(weights.values()) <= BYTES, (url, weights)
        sheets = [file for file in light if file.suffix == ".css"]
        assert any(file.name.startswith("print.") for file in sheets), url
        assert sum(file.stat().st_size for file in sheets) < STYLES, (url, sheets)
        assert sum(file.stat().st_size for file in light if file.suffix == ".js") < SCRIPTS, url
        assert round(shift, 3) == 0, url


def _still(page: Page, address: str) -> tuple[bool, float]:
    """Whether each entry of the table of contents stays where it is when the math font comes late; the whole shift."""
    held: list[Route] = []
    page.route("**/math.*.woff2", lambda route: held.append(route))  # noqa: PLW0108 Playwright marks what it is given
    page.goto(address, wait_until="commit")
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length > 0")
    page.wait_for_function("document.readyState !== 'loading'")
    before = page.evaluate(ENTRIES)
    assert held
    page.unroute("**/math.*.woff2")  # lets go what was held
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => true)")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("[...document.fonts].some(f => f.family.includes('Notes Math') && f.status === 'loaded')")
    return page.evaluate(ENTRIES) == before, page.evaluate("window.shift")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_contents_of_a_page_stand_still_when_the_math_font_comes_late(
    browser: Browser, site: Path, address: str, width: int
) -> None:
    """They are set once. The text is set anew, since it gets the font however late it comes: lines that are broken
    otherwise move what is below, by less than 0.1, which counts as good.
    """
    formulas = 0
    for url in heavy(site):
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.add_init_script(SHIFT)
        still, shift = _still(page, address + url)
        formulas += page.evaluate("document.querySelectorAll('.toc math').length")
        page.close()
        assert still, url
        assert shift < MOVED, url
    assert formulas > 0


def test_no_page_of_a_real_site_scrolls_sideways_on_a_phone(browser: Browser, site: Path, address: str) -> None:
    """At 360 pixels, whatever formulas and tables it holds."""
    page = browser.new_page(viewport={"width": 360, "height": 800})
    wide: list[str] = []
    for file in sorted(site.rglob("index.html")):
        if file.parent.parent.name == "t" or file.parent.name == "print":
            continue  # addresses that lead on, and books for the printer: one of these is looked at elsewhere
        url = f"/{file.parent.relative_to(site).as_posix()}/".replace("/./", "/")
        page.goto(address + url, wait_until="domcontentloaded")
        if page.evaluate("document.documentElement.scrollWidth") > 360:
            wide.append(url)
    page.close()
    assert wide == []

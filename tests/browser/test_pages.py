"""The project's own site in a real browser: width, requests, layout shift, themes. Skipped without Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from chromium import IN_CHROMIUM, PAGES, shown
from playwright.sync_api import Browser, Page
from sites import Own

# for tests that take them from here still

pytestmark = IN_CHROMIUM


@pytest.fixture(scope="module")
def address(own: Own) -> Iterator[str]:
    """The site, served from a folder below the root of its server, on loopback."""
    with shown(own.served) as host:
        yield f"{host}/base"


def opened(browser: Browser, width: int, scheme: str = "light") -> tuple[Page, list[str], list[str]]:
    """A page, with the errors and the addresses that it asks for."""
    page = browser.new_page(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    errors: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    return page, errors, requests


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_scrolls_sideways_or_asks_another_host(browser: Browser, address: str, width: int, scheme: str) -> None:
    """At both widths and in both themes: no wider than the window, nothing in the console, one origin."""
    page, errors, requests = opened(browser, width, scheme)
    origin = address.removesuffix("/base")
    for url in PAGES:
        response = page.goto(address + url)
        assert response is not None
        assert response.ok, url
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, url
    assert errors == []
    assert [url for url in requests if not url.startswith((origin, "data:"))] == []
    page.close()


def test_formulas_are_drawn_with_the_cut_font_and_without_layout_shift(browser: Browser, address: str) -> None:
    """The math font is loaded, formulas have a size, and nothing moves while the page loads."""
    page, errors, _ = opened(browser, 1280)
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => { for (const entry of list.getEntries())"
        " if (!entry.hadRecentInput) window.shift += entry.value; }).observe({type: 'layout-shift', buffered: true});"
    )
    page.goto(address + "/optimization/02-1-gradient-descent/")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.fonts.check('16px \"Notes Math\"')") is True
    sizes = page.evaluate("[...document.querySelectorAll('math')].map(m => m.getBoundingClientRect().width)")
    assert len(sizes) > 50
    assert page.evaluate("window.shift") < 0.01
    assert errors == []
    page.close()


def test_the_theme_switch_is_remembered(browser: Browser, address: str) -> None:
    """A reader who asks for the dark theme gets it on the next page too."""
    page, _, _ = opened(browser, 1280)
    page.goto(address + "/")
    before = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.click(".theme-switch")
    dark = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert dark != before
    page.goto(address + "/papers/")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == dark
    page.close()


def test_a_reference_shows_what_it_leads_to_while_it_is_pointed_at(browser: Browser, address: str) -> None:
    """On the same page and on another one; the box stays under the pointer, closes with Escape, and loads no page."""
    page, errors, requests = opened(browser, 1280)
    page.goto(address + "/optimization/02-1-gradient-descent/")
    page.wait_for_load_state("networkidle")
    requests.clear()
    far = page.locator("main a.ref[data-preview]").first
    far.hover()
    box = page.locator("#_preview")
    box.wait_for()
    assert box.locator(".theorem, .formula").count() >= 1
    labels = str(far.evaluate("link => link.href")).partition("#")[0] + "_labels.html"
    asked = [re.sub(r"\.[0-9a-f]{12}\.(?=js$|css$)", ".", url) for url in requests]
    # each once: the script that shows boxes, how they look, and what this one shows
    assert sorted(asked) == sorted([f"{address}/_/beside.js", f"{address}/_/tools.css", labels])
    box.hover()
    page.wait_for_timeout(400)
    assert box.is_visible()
    page.keyboard.press("Escape")
    assert not box.is_visible()
    page.locator('main a.ref[href^="#"]').first.focus()
    assert errors == []
    page.close()


def test_the_number_of_a_long_formula_stays_in_view_on_a_phone(browser: Browser, address: str) -> None:
    """Wherever a numbered display is scrolled to, its number is at the right edge of what is seen."""
    page, _, _ = opened(browser, 360)
    page.goto(address + "/optimization/a-background/")
    page.wait_for_load_state("networkidle")
    edges = page.evaluate(
        "[...document.querySelectorAll('math[display=block]')].filter(m => m.querySelector('mtd.number'))"
        ".flatMap(m => { const seen = []; for (const left of [0, m.scrollWidth]) { m.scrollLeft = left;"
        " const edge = m.getBoundingClientRect().right; for (const cell of m.querySelectorAll('mtd.number'))"
        " seen.push(Math.abs(cell.getBoundingClientRect().right - edge)); } return seen; })"
    )
    assert len(edges) >= 4
    assert max(edges) < 3
    page.close()


def test_pages_can_be_read_without_scripts(browser: Browser, address: str) -> None:
    """With scripts off, the text, the formulas and the navigation are there, and the switch is not shown."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(address + "/optimization/02-1-gradient-descent/")
    assert page.locator("main math[display=block]").first.is_visible()
    assert page.locator(".sidebar a").first.is_visible()
    assert not page.locator(".theme-switch").is_visible()
    context.close()

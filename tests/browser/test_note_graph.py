"""The graph of the notes in a real browser: drawn, moved by keys and pointer, and a list without a script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chromium import IN_CHROMIUM, Quiet, shown
from playwright.sync_api import Browser, Page
from sites import Own

pytestmark = IN_CHROMIUM

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'"
)


class Strict(Quiet):
    """Serves files under a policy that allows nothing in the page itself."""

    policy = POLICY


@pytest.fixture(scope="module")
def address(own: Own) -> Iterator[str]:
    """The project's own site below the root of a server on loopback."""
    with shown(own.served, Strict) as host:
        yield f"{host}/base"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that must say nothing to the console."""
    made = browser.new_page(viewport={"width": 1280, "height": 900})
    errors: list[str] = []
    made.on("console", lambda message: errors.append(message.text) if message.type in ("error", "warning") else None)
    made.on("pageerror", lambda error: errors.append(str(error)))
    yield made
    made.close()
    assert errors == []


def drawn(page: Page, address: str) -> None:
    page.goto(address + "/graph/")
    page.wait_for_selector(".note-graph > svg a.named")


def test_every_note_of_the_list_is_drawn_where_the_list_leads_and_none_stands_on_another(
    page: Page, address: str
) -> None:
    drawn(page, address)
    nodes = page.evaluate("[...document.querySelectorAll('.note-graph svg a')].map(a => a.href.baseVal)")
    links = page.evaluate(
        "[...document.querySelectorAll('.graph-list details > ul > li > a')].map(a => a.getAttribute('href'))"
    )
    assert len(nodes) > 50
    assert sorted(nodes) == sorted(links)
    places = page.evaluate(
        "[...document.querySelectorAll('.note-graph svg a circle')].map(c => {"
        " const b = c.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })"
    )
    box = page.locator(".note-graph > svg").bounding_box()
    assert box is not None
    for i, (x, y) in enumerate(places):
        assert box["x"] < x < box["x"] + box["width"]
        assert box["y"] < y < box["y"] + box["height"]
        assert all((x - h) ** 2 + (y - v) ** 2 > 25 for h, v in places[:i])


def test_the_drawing_is_the_same_every_time(page: Page, address: str) -> None:
    places = []
    for _ in range(2):
        drawn(page, address)
        places.append(page.locator(".note-graph > svg > path").first.get_attribute("d"))
    assert places[0]
    assert places[0] == places[1]


def test_arrow_keys_go_from_note_to_note_and_enter_opens_one(page: Page, address: str) -> None:
    """The drawing is one stop of the tabulator; the note that has the focus is lit with those beside it."""
    drawn(page, address)
    assert page.locator(".note-graph svg a[tabindex='0']").count() == 1
    page.locator(".note-graph svg a[tabindex='0']").focus()
    first = page.evaluate("document.activeElement.getAttribute('aria-label')")
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
    second = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert first != second
    assert page.locator(".note-graph svg a[tabindex='0']").count() == 1
    assert page.locator(".note-graph svg a.lit").count() >= 1
    to = page.evaluate("new URL(document.activeElement.href.baseVal, document.baseURI).href")
    page.keyboard.press("Enter")
    page.wait_for_url(to)


def test_keys_and_buttons_zoom_and_a_drag_moves_the_drawing_without_opening_a_note(page: Page, address: str) -> None:
    drawn(page, address)
    svg = page.locator(".note-graph > svg")

    def seen() -> list[float]:
        return [float(part) for part in str(svg.get_attribute("viewBox")).split()]

    whole = seen()
    page.click(".graph-tools button >> nth=0")
    assert seen()[2] < whole[2]
    page.locator(".note-graph svg a[tabindex='0']").focus()
    page.keyboard.press("0")
    assert seen() == whole
    page.keyboard.press("+")
    assert seen()[2] < whole[2]
    page.keyboard.press("0")
    spot = page.locator(".note-graph svg a circle").first.bounding_box()
    assert spot is not None
    page.mouse.move(spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2)
    page.mouse.down()
    page.mouse.move(spot["x"] + 60, spot["y"] + 40, steps=4)
    page.mouse.up()
    assert page.url.endswith("/graph/")
    assert seen()[0] < whole[0]
    assert seen()[2] == whole[2]


def test_the_wheel_scrolls_the_page_and_not_the_drawing(page: Page, address: str) -> None:
    drawn(page, address)
    before = page.locator(".note-graph > svg").get_attribute("viewBox")
    page.mouse.move(640, 500)
    page.evaluate("{ window.scrolled = new Promise(done => addEventListener('scroll', () => done(true))); 0; }")
    page.mouse.wheel(0, 300)
    assert page.evaluate("window.scrolled")
    assert page.locator(".note-graph > svg").get_attribute("viewBox") == before


def test_without_a_script_the_page_is_a_list(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "/graph/")
    assert not page.locator(".note-graph").is_visible()
    assert page.locator(".graph-list ol a").count() == 10
    page.click(".graph-list summary >> nth=0")
    assert page.locator(".graph-list details[open] li a").count() > 5
    context.close()


def test_two_thousand_notes_are_drawn(page: Page, address: str) -> None:
    """Data of a large site in the place of this one's."""
    notes = [[f"Note {i}", f"../n{i}/", i % 9, 0] for i in range(2000)]
    links = [[i, (i * 7 + 1) % 2000] for i in range(2000)] + [[i, i // 40 * 40] for i in range(2000) if i % 40]
    data = {"groups": [[f"G {i}", f"../g{i}/"] for i in range(9)], "notes": notes, "links": links}
    page.route("**/graph.json", lambda route: route.fulfill(json=data))
    drawn(page, address)
    assert page.locator(".note-graph svg a").count() == 2000
    path = page.locator(".note-graph > svg > path").first.get_attribute("d")
    assert "NaN" not in str(path)


def test_what_stands_around_a_note_opens_without_a_script_and_fits_a_phone(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(address + "/optimization/02-1-gradient-descent/")
    assert not page.locator(".local-graph a").first.is_visible()
    page.click(".local-graph > summary")
    assert page.locator(".local-graph li a").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.click(".local-graph p a")
    page.wait_for_url(address + "/graph/")
    context.close()

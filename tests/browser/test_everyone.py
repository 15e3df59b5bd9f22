"""Every kind of page: the rules of axe-core, a strict Content-Security-Policy, no word in the console."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from test_pages import CHROMIUM, FLAGS, PAGES, ROOT

from notes_site.build import build
from notes_site.project import find

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine")]

# the policy of the guide (deploying.md)
POLICY: Final = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
# what axe is asked of: success criteria of WCAG 2.2 up to AA, and what it calls best practice
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# text is AAA: contrast of at least 7, asked of text alone
CONTRAST: Final = {"runOnly": {"type": "rule", "values": ["color-contrast-enhanced"]}}

# rules that do not know MathML: a formula may hold links, which browsers let one reach, and it is the text of a head
UNREAD: Final = ("nested-interactive", "empty-table-header")


class Strict(http.server.SimpleHTTPRequestHandler):
    """Serves files under the policy, without a word."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The project's own site, served under the policy on loopback."""
    folder = tmp_path_factory.mktemp("strict")
    build(find(ROOT, output=folder / "base", base_url="http://127.0.0.1/base/"), jobs=1)
    handler = functools.partial(Strict, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/base"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


def found_by_axe(page: Page, options: dict[str, Any]) -> list[str]:
    """What axe has to say of a page: the rule, and the first elements that break it."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    results = page.evaluate("options => axe.run(document, options)", options)
    found = []
    for rule in results["violations"]:
        nodes = [node["html"][:160] for node in rule["nodes"]]
        if rule["id"] in UNREAD:
            nodes = [node for node in nodes if "<math" not in node]
        if nodes:
            found.append(f"{rule['id']}: {rule['help']}: {nodes[:3]}")
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, address: str, scheme: str) -> None:
    """No violation on any kind of page, and contrast of text as WCAG's AAA asks."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        bypass_csp=True,
    )
    page = context.new_page()
    wrong: dict[str, list[str]] = {}
    for url in PAGES:
        page.goto(address + url)
        page.wait_for_load_state("networkidle")
        found = found_by_axe(page, {"runOnly": {"type": "tag", "values": RULES}}) + found_by_axe(page, CONTRAST)
        if found:
            wrong[url] = found
    context.close()
    assert wrong == {}


def test_every_page_stands_under_a_strict_policy(browser: Browser, address: str) -> None:
    """No script, style or file is refused, whatever is opened."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    for url in PAGES:
        page.goto(address + url)
        page.wait_for_load_state("networkidle")
        for key in ("?", "Escape", "/", "Escape", "j"):
            page.keyboard.press(key)
        assert said == [], url
    page.close()


def test_no_page_has_styles_or_scripts_of_its_own(tmp_path: Path) -> None:
    """What a strict policy refuses is not written: `style`, handlers, scripts that are no data."""
    build(find(ROOT, output=tmp_path), jobs=1)
    for file in tmp_path.rglob("*.html"):
        text = file.read_text("utf-8")
        assert ' style="' not in text, file
        assert "<style" not in text, file
        for script in text.split("<script")[1:]:
            opening, _, inside = script.partition(">")
            assert not inside.partition("</script>")[0].strip() or 'type="application/' in opening, file

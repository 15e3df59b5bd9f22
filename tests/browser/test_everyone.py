"""Every kind of page: the rules of axe-core, a strict Content-Security-Policy, no word in the console."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any, Final

import pytest
from chromium import IN_CHROMIUM, PAGES, Quiet, shown
from playwright.sync_api import Browser, Page
from sites import Own

pytestmark = IN_CHROMIUM

# the policy of the guide (deploying.md)
POLICY: Final = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
# what axe is asked of: success criteria of WCAG 2.2 up to AA, and what it calls best practice
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# text is AAA: contrast of at least 7, asked of text alone
CONTRAST: Final = {"runOnly": {"type": "rule", "values": ["color-contrast-enhanced"]}}

# axe takes what is inside of `<math>` for decoration: it says that links there are out of reach, and that a head with a
# formula alone has no text; that is wrong wherever the tree that Chromium gives to screen readers has them
MISREAD: Final[Mapping[str, tuple[str, str, str]]] = {
    "nested-interactive": ("math", "a[href]", "link"),
    "empty-table-header": ("th", "math", "StaticText"),
}


class Strict(Quiet):
    """Serves files under the policy."""

    policy = POLICY


@pytest.fixture(scope="module")
def address(own: Own) -> Iterator[str]:
    """The project's own site, served under the policy on loopback."""
    with shown(own.served, Strict) as host:
        yield f"{host}/base"


def misread(page: Page, rule: str, target: str) -> bool:
    """Whether the parts of an element that axe passed over are told to screen readers, by their role and in words."""
    tag, part, role = MISREAD[rule]
    element = page.locator(target)
    if element.evaluate("element => element.localName") != tag:
        return False
    if tag == "th" and element.evaluate("th => [...th.childNodes].some(inner => inner.localName !== 'math')"):
        return False
    session = page.context.new_cdp_session(page)
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    parts = session.send("DOM.querySelectorAll", {"nodeId": root, "selector": f"{target} {part}"})["nodeIds"]
    told = [session.send("Accessibility.queryAXTree", {"nodeId": one, "role": role})["nodes"] for one in parts]
    session.detach()
    return bool(told) and all(any(node["name"]["value"] for node in nodes) for nodes in told)


def found_by_axe(page: Page, options: dict[str, Any]) -> list[str]:
    """What axe has to say of a page: the rule, and the first elements that break it."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    results = page.evaluate("options => axe.run(document, options)", options)
    found = []
    for rule in results["violations"]:
        name = rule["id"]
        nodes = [n["html"][:160] for n in rule["nodes"] if name not in MISREAD or not misread(page, name, *n["target"])]
        if nodes:
            found.append(f"{name}: {rule['help']}: {nodes[:3]}")
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


def test_no_page_has_styles_or_scripts_of_its_own(own: Own) -> None:
    """What a strict policy refuses is not written: `style`, handlers, scripts that are no data."""
    for file in own.public.rglob("*.html"):
        text = file.read_text("utf-8")
        assert ' style="' not in text, file
        assert "<style" not in text, file
        for script in text.split("<script")[1:]:
            opening, _, inside = script.partition(">")
            assert not inside.partition("</script>")[0].strip() or 'type="application/' in opening, file

"""A note whose scripts do not run: all but search and switches is there. Skipped without Chromium."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chromium import IN_CHROMIUM, shown
from playwright.sync_api import Browser, Page, expect
from serving import until
from sites import built, write

pytestmark = IN_CHROMIUM

SUM = " + ".join(f"x_{{{i}}}^{{2}}" for i in range(60))
CODE = "print(" + ", ".join(str(i) for i in range(100)) + ")"
FILLING = "\n\n".join(f"Paragraph {i} of filling." for i in range(40))
ONE = f"""---
title: One
number: 1
date: 2026-01-01
---

Words[^1] before [the next](2.md), see @thm-a.

[^1]: A footnote.

$$ {SUM} $$

$$ {SUM} $$ {{#eq-wide}}

$$ x $$

```python
{CODE}
```

| a | b |
|---|---|
| {"`" + "m" * 200 + "`"} | {"n " * 3} |

{FILLING}

::: {{#thm-a}}
A statement.
:::

::: {{.proof}}
By trying.
:::

> [!note]- Folded
> What is [inside]{{#inside}}.

{{{{< video https://youtu.be/abc title="A talk" >}}}}

{FILLING}
"""
FILES = {
    "site.yml": "title: Notes\nsearch: true\n",
    "content/s/index.md": "---\ntitle: Series\n---\n",
    "content/s/1.md": ONE,
    "content/s/2.md": "---\ntitle: Two\nnumber: 2\n---\n\nBy @thm-a.\n",
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = write(tmp_path_factory.mktemp("site"), FILES)
    built(folder)
    with shown(folder / "public") as host:
        yield f"{host}/s/"


@pytest.fixture(params=[360, 1280])
def page(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False, viewport={"width": request.param, "height": 800})
    made = context.new_page()
    made.goto(f"{address}1/")
    yield made
    context.close()


def test_nothing_is_shown_that_does_nothing(page: Page) -> None:
    """No button, and no dot in the line below the title where one would be."""
    assert [button for button in page.locator("button").all() if button.is_visible()] == []
    dots = page.locator(".note-header .meta > span").evaluate_all(
        "all => all.filter(e => e.getClientRects().length).map(e => getComputedStyle(e, '::after').content)"
    )
    assert len(dots) >= 2
    assert [dot.partition(" ")[0] for dot in dots] == ['"·"'] * (len(dots) - 1) + ['""']


def test_what_scrolls_is_a_stop_and_is_scrolled_by_keys(page: Page) -> None:
    """Chromium and Firefox make it one by themselves; where a link is in it, as the number of a formula, that is."""
    reached: list[str] = []
    held = page.locator(":focus")
    page.keyboard.press("Tab")
    expect(held).to_have_class("skip")
    for _ in range(100):
        page.keyboard.press("Tab")
        if not held.count() or held.get_attribute("class") == "skip":
            break
        name = held.evaluate("e => (e.closest('math, pre, .table') || e).tagName")
        if name in ("math", "PRE", "DIV"):
            reached.append(name)
            page.keyboard.press("ArrowRight")
            until(lambda: held.evaluate("e => e.closest('math, pre, .table').scrollLeft") > 0, what=name)
    assert reached == ["math", "math", "PRE", "DIV"], "each of them once, and no formula that fits"


def test_folds_open_and_links_lead_into_them(page: Page, address: str) -> None:
    fold = page.locator("details.callout")
    expect(page.locator("#inside")).to_be_hidden()
    fold.locator("summary").click()
    expect(page.locator("#inside")).to_be_visible()
    page.goto("about:blank")
    page.goto(f"{address}1/#inside")
    expect(page.locator("#inside")).to_be_in_viewport()


def test_links_lead_where_previews_would_show_what_they_lead_to(page: Page) -> None:
    page.locator(".body a.ref").first.click()
    expect(page.locator("#thm-a")).to_be_in_viewport()
    page.locator("#thm-a a.self").click()
    assert page.url.endswith("/s/1/#thm-a")
    page.locator(".body a", has_text="the next").click()
    assert page.url.endswith("/s/2/")
    page.locator(".body a.ref").click()
    assert page.url.endswith("/s/1/#thm-a")
    assert page.locator(".video a").get_attribute("href") == "https://youtu.be/abc"


def test_a_footnote_is_in_the_margin_or_where_its_number_leads(page: Page) -> None:
    aside = page.locator(".sidenote")
    if aside.is_visible():
        expect(aside).to_be_in_viewport()
        assert "A footnote." in aside.inner_text()
    else:
        page.locator("sup.footnote-ref a").click()
        expect(page.locator(".footnotes li")).to_be_in_viewport()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_is_that_of_the_system(browser: Browser, address: str, scheme: str) -> None:
    context = browser.new_context(java_script_enabled=False, color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    page.goto(f"{address}1/")
    ground = page.locator("html").evaluate("e => getComputedStyle(e).backgroundColor")
    context.close()
    assert (sum(int(part) for part in ground.strip("rgb()").split(",")) < 200) == (scheme == "dark")

"""What the browser itself searches and leads to: words in hidden proofs, and in folds. Skipped without Chromium.

A fragment `#:~:text=…` is found as the browser's own search finds, which no program can open.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chromium import IN_CHROMIUM, shown
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sites import built, write

pytestmark = IN_CHROMIUM

FILLING = "\n\n".join(f"Paragraph {i} of filling." for i in range(60))
NOTE = f"""---
title: One
---

{FILLING}

::: {{#thm-a}}
A statement.
:::

::: {{.proof}}
By the zebra, as [here]{{#in-proof}}.
:::

{FILLING}

::: {{#exr-a}}
Do.
:::

::: {{.solution}}
By the giraffe, as [there]{{#in-solution}}.
:::

> [!note]- Folded
> By the okapi, as [inside]{{#in-fold}}.

{FILLING}
"""
PLACES = {"zebra": "in-proof", "giraffe": "in-solution", "okapi": "in-fold"}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = write(tmp_path_factory.mktemp("site"), {"site.yml": "title: Notes\n", "content/one.md": NOTE})
    built(folder)
    with shown(folder / "public") as host:
        yield f"{host}/one/"


@pytest.fixture(params=[True, False], ids=["all is shown", "statements alone"])
def context(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A reader who has switched proofs off, or not."""
    made = browser.new_context(viewport={"width": 1280, "height": 800})
    if not request.param:
        page = made.new_page()
        page.goto(address)
        page.locator(".statements-switch").click()
        expect(page.locator(".proof")).to_be_hidden()
        expect(page.locator(".solution")).to_be_hidden()
        page.close()
    yield made
    made.close()


def found(page: Page, word: str) -> None:
    """Only what has the word is open, and it is in view."""
    expect(page.locator(f"#{PLACES[word]}")).to_be_in_viewport()
    for other in PLACES.keys() - {word, "zebra"}:
        expect(page.locator(f"#{PLACES[other]}")).to_be_hidden()


@pytest.mark.parametrize("word", PLACES)
def test_a_word_is_found_where_it_is_hidden(context: BrowserContext, address: str, word: str) -> None:
    page = context.new_page()
    page.goto(f"{address}#:~:text={word}")
    found(page, word)


@pytest.mark.parametrize("word", PLACES)
def test_a_link_leads_to_what_is_hidden(context: BrowserContext, address: str, word: str) -> None:
    """When the page is opened, and when it is open already."""
    page = context.new_page()
    page.goto(f"{address}#{PLACES[word]}")
    found(page, word)
    page.goto(address)
    page.evaluate("place => { location.hash = place }", PLACES[word])
    found(page, word)


def test_a_proof_that_is_hidden_leaves_one_line(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(address)
    line = page.locator(".proof + p").evaluate("e => parseFloat(getComputedStyle(e).lineHeight)")
    page.locator(".statements-switch").click()
    gap = page.evaluate(
        "document.querySelector('.proof + p').getBoundingClientRect().top"
        " - document.querySelector('.theorem').getBoundingClientRect().bottom"
    )
    page.locator(".statements-switch").click()
    expect(page.locator("#in-proof")).to_be_visible()
    page.close()
    assert gap == pytest.approx(3 * line, abs=1), "a blank line, the one that opens the proof, a blank line"

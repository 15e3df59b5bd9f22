"""What readers can do, in a real browser: previews, keys, copying, folds, memory, zoom. Skipped without Chromium."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from chromium import IN_CHROMIUM, shown
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from serving import serving
from sites import built, write

from notes_site.stamps import Stamps
from notes_site.theme import Theme

pytestmark = IN_CHROMIUM

FILLING = "\n\n".join(f"Paragraph {i} of filling, with $a_{{{i}}}$." for i in range(40))
WIDE = " + ".join(f"x_{{{i}}}^{{2}}" for i in range(60))
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="100"><rect width="50" height="50"/></svg>'

ONE = f"""---
title: First $x$
number: 1
date: 2026-01-01
---

Words of the first note: $a \\le b$ and $$ c = d $$ {{#eq-c}} and $e$ at the end.

::: {{#thm-main}}
## Main
It holds that $p > 0$.
:::

::: {{.proof}}
By trying. {{#in-proof}}

The [third](3.md) says so too.
:::

## Far {{#far}}

First block of the section. Then [the statement](#thm-main), @eq-c, a note,[^1] [the section](#near), and [out](2.md).

[^1]: Foot with $f$.

```{{.python title="Title" }}
print("listing")
```

$$ {WIDE} $$

![A drawing](wide.svg)

![Small](small.svg)

{{{{< video https://youtu.be/abc title="A talk" >}}}}

{FILLING}

## Near {{#near}}

Block after near.

### Inner

More.

## Last

{FILLING}

> [!note]- Folded
> Deep [inside]{{#deep}} it.

::: {{#exr-a}}
Do.
:::

::: {{.solution}}
[Done]{{#done}}.
:::
"""
TWO = f"""---
title: Second
number: 2
date: 2026-01-02
updated: 2026-02-02
---

See @thm-main, @eq-c, [the first](1.md), [its section](1.md#far), [[1#Near]],
the [things]{{.term}}, and [home](../index.md).

{FILLING}
"""
THREE = "---\ntitle: Third\nnumber: 3\n---\n\nShort, as [the second](2.md) is not.\n"
FILES: Mapping[str, str | bytes] = {
    "site.yml": "title: Notes\n",
    "glossary.yml": "thing: {name: thing, plural: things, text: 'What is, with $t$.'}\n",
    "content/index.md": "# Notes\n\nWelcome.\n",
    "content/s/index.md": "---\ntitle: Series\nunit: chapter\n---\n",
    "content/s/1.md": ONE,
    "content/s/2.md": TWO,
    "content/s/3.md": THREE,
    "content/s/wide.svg": DRAWING % 900,
    "content/s/small.svg": DRAWING % 40,
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The site, served from a folder below the root of its server, on loopback."""
    folder = tmp_path_factory.mktemp("served")
    built(write(tmp_path_factory.mktemp("site"), FILES), output=folder / "base")
    with shown(folder) as host:
        yield f"{host}/base"


@pytest.fixture
def context(browser: Browser, address: str) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 800})
    made.grant_permissions(["clipboard-read", "clipboard-write"], origin=address.removesuffix("/base"))
    yield made
    made.close()


def opened(context: BrowserContext, address: str) -> tuple[Page, list[str], list[str]]:
    """A page whose time can be moved on, what goes wrong on it, and what it asks for after it was loaded."""
    page = context.new_page()
    errors: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.clock.install()
    page.goto(address)
    page.wait_for_load_state("networkidle")
    requests.clear()
    return page, errors, requests


def link(page: Page, words: str) -> Locator:
    return page.locator(".note .body a:not(.self)", has_text=re.compile(rf"(^|\s|\[){re.escape(words)}\]?$")).first


def copied(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


# -- previews ----------------------------------------------------------------------------------------------------------

BOX = "#_preview"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Theorem 1.1", "It holds that"),
        ("Equation (1.1)", "c=d"),
        ("the first", "First x"),
        ("its section", "First block of the section."),
        ("› Near", "Block after near."),
        ("things", "What is, with"),
        ("home", "Welcome."),
    ],
)
def test_a_link_to_another_page_shows_what_it_leads_to_and_loads_a_fragment_alone(
    context: BrowserContext, address: str, words: str, shown: str
) -> None:
    page, errors, requests = opened(context, address + "/s/2/")
    page.locator(".note .body a", has_text=words).first.hover()
    expect(page.locator(BOX)).to_contain_text(shown)
    names = [url.rpartition("/")[2].partition(".")[0] for url in requests]
    assert sorted(names) == ["_labels", "beside", "tools"], "of which the last is a sheet"
    assert not page.locator(f"{BOX} [id]").count()
    assert errors == []


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("the statement", "It holds that"),
        ("(1.1)", "c=d"),
        ("1", "Foot with"),
        ("the section", "Block after near."),
    ],
)
def test_a_link_to_the_page_itself_shows_what_it_leads_to(
    context: BrowserContext, address: str, words: str, shown: str
) -> None:
    page, errors, requests = opened(context, address + "/s/1/")
    page.set_viewport_size({"width": 1000, "height": 800})  # too narrow for a note in the margin
    link(page, words).hover()
    box = page.locator(BOX)
    expect(box).to_contain_text(shown)
    assert "#" not in box.inner_text(), "no anchors of headings"
    assert "↩" not in box.inner_text()
    assert len(requests) == 2, "the script and the sheet of boxes"
    assert errors == []


def test_a_preview_of_a_section_ends_where_the_next_begins(context: BrowserContext, address: str) -> None:
    page, _, _ = opened(context, address + "/s/1/")
    link(page, "the section").hover()
    expect(page.locator(BOX)).to_contain_text("Inner")
    assert "Last" not in page.locator(BOX).inner_text()


def test_a_preview_stays_under_the_pointer_closes_with_escape_and_is_announced(
    context: BrowserContext, address: str
) -> None:
    page, errors, _ = opened(context, address + "/s/2/")
    term, box = link(page, "things"), page.locator(BOX)
    title = term.get_attribute("title")
    assert title
    term.hover()
    box.wait_for()
    assert term.get_attribute("title") is None
    assert term.get_attribute("aria-describedby") == box.get_attribute("id")
    assert box.get_attribute("role") == "tooltip"
    before = box.bounding_box()
    box.hover()
    page.clock.fast_forward(5000)
    assert box.bounding_box() == before
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    assert term.get_attribute("title") == title
    assert term.get_attribute("aria-describedby") is None
    term.hover()
    box.wait_for()
    page.locator("h1").hover()
    page.clock.fast_forward(5000)
    expect(box).to_have_count(0)
    assert errors == []


def test_a_link_in_a_preview_has_one_of_its_own(context: BrowserContext, address: str) -> None:
    page, _, _ = opened(context, address + "/s/2/")
    link(page, "its section").hover()
    page.locator(f"{BOX} a", has_text="out").hover()
    inner = page.locator("#_preview1")
    expect(inner).to_contain_text("Second")
    inner.hover()
    page.clock.fast_forward(5000)
    assert page.locator(BOX).is_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".preview")).to_have_count(0)


def test_a_preview_is_shown_for_the_keyboard_and_goes_with_the_focus(context: BrowserContext, address: str) -> None:
    page, errors, _ = opened(context, address + "/s/2/")
    page.locator(".toc a, .site-title").first.focus()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.note .body a')"):
            break
    expect(page.locator(BOX)).to_contain_text("It holds that")
    page.keyboard.press("Escape")
    expect(page.locator(BOX)).to_have_count(0)
    assert page.evaluate("document.activeElement.matches('.note .body a')")
    assert errors == []


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("place", ["start", "end"])
def test_a_preview_lies_within_the_window(browser: Browser, address: str, width: int, place: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 600})
    page, _, _ = opened(context, address + "/s/1/")
    for words in ("the section", "the statement", "out"):
        found = link(page, words)
        found.evaluate("(link, block) => link.scrollIntoView({block, behavior: 'instant'})", place)
        found.hover()
        box = page.locator(BOX)
        box.wait_for()
        edges = box.evaluate(
            "box => { const r = box.getBoundingClientRect(); const l = document.querySelector('[aria-describedby]')"
            ".getBoundingClientRect(); return [r.left >= 0, r.right <= document.body.clientWidth,"
            " r.top >= 0, r.bottom <= innerHeight,"
            " r.bottom <= l.top || r.top >= l.bottom]; }"
        )
        assert edges == [True] * 5, words
        page.keyboard.press("Escape")
    context.close()


def test_a_touch_opens_the_preview_and_another_follows_the_link(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    page, errors, _ = opened(context, address + "/s/2/")
    far, box = link(page, "its section"), page.locator(BOX)
    far.tap()
    expect(box).to_contain_text("First block of the section.")
    assert page.url == f"{address}/s/2/"
    page.locator("h1").tap()
    expect(box).to_have_count(0)
    far.tap()
    box.wait_for()
    far.tap()
    page.wait_for_url("**/s/1/#far")
    page.go_back()
    far.tap()
    box.locator(".go a").tap()
    page.wait_for_url("**/s/1/#far")
    assert errors == []
    context.close()


def test_a_touched_link_whose_preview_cannot_be_had_is_followed(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    page, _, _ = opened(context, address + "/s/2/")
    page.route("**/_labels.html", lambda route: route.abort())
    link(page, "its section").tap()
    page.wait_for_url("**/s/1/#far")
    context.close()


# -- keys --------------------------------------------------------------------------------------------------------------


def test_keys_lead_through_sections_and_notes(context: BrowserContext, address: str) -> None:
    page, errors, _ = opened(context, address + "/s/1/")
    seen = []
    for key in "jjjjkk":
        page.keyboard.press(key)
        seen.append(page.evaluate("document.activeElement.id"))
        assert page.evaluate("Math.abs(document.activeElement.getBoundingClientRect().top) < innerHeight")
    assert seen == ["far", "near", "inner", "last", "inner", "near"]
    page.keyboard.press("]")
    page.wait_for_url("**/s/2/")
    page.keyboard.press("[")
    page.wait_for_url("**/s/1/")
    page.keyboard.press("t")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert errors == []


def test_keys_do_nothing_with_a_modifier_or_where_one_types(context: BrowserContext, address: str) -> None:
    page, _, _ = opened(context, address + "/s/1/")
    page.keyboard.press("Alt+]")
    page.evaluate("document.querySelector('main').prepend(document.createElement('textarea'))")
    page.locator("textarea").focus()
    page.keyboard.type("t]?j")
    assert page.locator("textarea").input_value() == "t]?j"
    assert page.url.endswith("/s/1/")
    assert page.locator("html").get_attribute("data-theme") is None
    assert not page.locator("dialog").count()


def test_the_list_of_keys_is_a_dialog_that_can_switch_them_off(context: BrowserContext, address: str) -> None:
    page, errors, _ = opened(context, address + "/s/1/")
    page.keyboard.press("?")
    dialog = page.locator("dialog.help")
    expect(dialog).to_be_visible()
    assert {"j", "k", "[", "]", "c", "t", "?", "Esc"} <= set(dialog.locator("kbd").all_inner_texts())
    page.keyboard.press("]")
    assert page.url.endswith("/s/1/"), "keys are of the dialog while it is open"
    dialog.locator("input").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("t")
    assert page.locator("html").get_attribute("data-theme") is None
    page.locator(".help-open").click()
    dialog.locator("input").check()
    dialog.locator(".close").click()
    page.keyboard.press("t")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert errors == []


# -- links to what is on the page --------------------------------------------------------------------------------------


def test_sections_statements_and_equations_lead_to_themselves(context: BrowserContext, address: str) -> None:
    page, _, _ = opened(context, address + "/s/1/")
    page.locator(".theorem a.self").first.click()
    assert page.url.endswith("#thm-main")
    page.locator("mtd.number a.self").click()
    assert page.url.endswith("#eq-c")
    assert page.locator("h2 a.anchor").first.get_attribute("href") == "#far"


# -- copying -----------------------------------------------------------------------------------------------------------


def selected(page: Page, script: str) -> None:
    """Select from a place to another, and wait for what copies formulas."""
    with page.expect_response("**/beside.*.js"):
        page.evaluate(f"() => {{ const range = document.createRange(); {script} getSelection().addRange(range); }}")
    page.wait_for_load_state("networkidle")


def test_a_selection_that_spans_formulas_copies_their_tex(context: BrowserContext, address: str) -> None:
    page, errors, _ = opened(context, address + "/s/1/")
    selected(
        page,
        "const body = document.querySelector('.note .body'); range.setStart(body.querySelector('p').firstChild, 6);"
        "range.setEndAfter(body.querySelector('.theorem'));",
    )
    page.keyboard.press("Control+c")
    text = copied(page)
    assert text.startswith("of the first note: $a \\le b$ and\n")
    assert "\n$$c = d$$\n" in text
    assert "It holds that $p > 0$." in text
    html = page.evaluate(
        "navigator.clipboard.read().then(items => items[0].getType('text/html')).then(blob => blob.text())"
    )
    assert "<math" in html
    assert errors == []


def test_a_selection_that_ends_inside_a_formula_takes_it_whole(context: BrowserContext, address: str) -> None:
    page, _, _ = opened(context, address + "/s/1/")
    selected(
        page,
        "const p = document.querySelector('.note .body p'); range.setStart(p.firstChild, 0);"
        "range.setEnd(p.querySelector('math mi').firstChild, 1);",
    )
    page.keyboard.press("Control+c")
    assert copied(page) == "Words of the first note: $a \\le b$"


def test_a_click_on_a_formula_offers_its_tex(context: BrowserContext, address: str) -> None:
    page, errors, _ = opened(context, address + "/s/1/")
    page.locator(".note .body p math").first.click()
    page.locator(".copy-tex").click()
    expect(page.locator("[role=status]")).to_have_text("Copied")
    assert copied(page) == "a \\le b"
    page.clock.fast_forward(5000)
    expect(page.locator(".copy-tex")).to_have_count(0)
    page.locator(".note .body p math").first.click()
    page.locator(".copy-tex").wait_for()
    page.keyboard.press("Escape")
    expect(page.locator(".copy-tex")).to_have_count(0)
    assert errors == []


def test_a_formula_is_copied_by_keyboard(context: BrowserContext, address: str) -> None:
    page, _, _ = opened(context, address + "/s/1/")
    page.keyboard.press("c")
    page.locator(".copy-tex").wait_for()
    page.keyboard.press("c")
    page.wait_for_function("document.activeElement.getAttribute('display') === 'block'")
    page.keyboard.press("Enter")
    expect(page.locator("[role=status]")).to_have_text("Copied")
    assert copied(page).strip() == "c = d"


def test_a_listing_is_copied_without_its_title(context: BrowserContext, address: str) -> None:
    page, _, _ = opened(context, address + "/s/1/")
    code = page.locator(".body .code").first
    code.hover()
    code.locator(".copy").click()
    expect(code.locator(".copy")).to_have_text("Copied")
    assert copied(page) == 'print("listing")'
    page.clock.fast_forward(5000)
    expect(code.locator(".copy")).to_have_text("Copy")


# -- folds -------------------------------------------------------------------------------------------------------------


def test_statements_can_be_read_alone_and_that_is_remembered(context: BrowserContext, address: str) -> None:
    page, errors, _ = opened(context, address + "/s/1/")
    switch = page.locator(".statements-switch")
    assert switch.get_attribute("aria-pressed") == "false"
    switch.click()
    assert switch.get_attribute("aria-pressed") == "true"
    assert page.locator("html.statements").count() == 1
    page.reload()
    assert page.locator("html.statements").count() == 1
    assert switch.get_attribute("aria-pressed") == "true"
    assert not page.locator(".proof").is_visible()
    assert page.locator(".theorem").first.is_visible()
    page.evaluate("location.hash = 'done'")
    expect(page.locator("#done")).to_be_visible()
    page.reload()
    page.locator(".statements-switch").click()
    assert page.locator(".proof").is_visible()
    page.goto(address + "/s/2/")
    assert not page.locator(".statements-switch").count(), "where there is nothing to hide, there is no switch"
    assert errors == []


def test_where_statements_are_read_alone_a_line_opens_one_proof(context: BrowserContext, address: str) -> None:
    """It says what it opens, and has the place of the proof before scripts run; the proof then has the focus."""
    page, errors, _ = opened(context, address + "/s/1/")
    page.locator(".statements-switch").click()
    page.reload()
    lines = page.locator(".unfold")
    assert lines.all_inner_texts() == ["Proof ▸", "Solution ▸"]
    lines.first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".proof")).to_be_visible()
    assert page.evaluate("document.activeElement.className") == "proof shown"
    assert not page.locator(".solution").is_visible()
    assert lines.all_inner_texts() == ["Solution ▸"]
    page.locator(".statements-switch").click()
    assert lines.count() == 0
    assert page.locator(".solution").is_visible()
    assert errors == []


# -- the contents of a page --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [360, 1180])
def test_the_contents_stay_at_the_top_of_a_narrow_window(context: BrowserContext, address: str, width: int) -> None:
    """They name the section being read, open over the text, and close by a click, Escape, or when the focus leaves."""
    page, errors, _ = opened(context, address + "/s/1/")
    page.set_viewport_size({"width": width, "height": 700})
    bar, fold = page.locator(".toc summary"), page.locator(".toc details")
    page.evaluate("document.querySelector('#far').scrollIntoView()")
    expect(bar).to_have_text("On this page · Far")
    expect(bar).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.querySelector('#far').getBoundingClientRect().top") >= 38
    before = page.evaluate("document.querySelector('#far').getBoundingClientRect().top")
    bar.click()
    assert page.evaluate("document.querySelector('#far').getBoundingClientRect().top") == before
    page.keyboard.press("Escape")
    assert fold.get_attribute("open") is None
    assert page.evaluate("document.activeElement.localName") == "summary"
    bar.click()
    page.locator(".toc a", has_text="Last").click()
    assert fold.get_attribute("open") is None
    expect(bar).to_have_text("On this page · Last")
    bar.click()
    page.locator(".body a").last.focus()
    assert fold.get_attribute("open") is None
    for key, section in (("k", "last"), ("k", "inner"), ("j", "last")):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.id") == section
        assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 38
    assert errors == []


def test_the_contents_do_not_cover_the_text_of_a_wide_window(context: BrowserContext, address: str) -> None:
    page, _, _ = opened(context, address + "/s/1/#near")
    page.set_viewport_size({"width": 1280, "height": 700})
    edges = (
        "part => { const box = document.querySelector(part).getBoundingClientRect(); return [box.left, box.right]; }"
    )
    text, contents = page.evaluate(edges, ".body"), page.evaluate(edges, ".toc")
    assert contents[0] >= text[1] or contents[1] <= text[0]
    assert page.evaluate("getComputedStyle(document.documentElement).scrollPaddingTop") == "auto"


@pytest.mark.parametrize("place", ["deep", "done"])
def test_a_fold_opens_where_a_link_leads_inside(context: BrowserContext, address: str, place: str) -> None:
    page, _, _ = opened(context, f"{address}/s/1/#{place}")
    expect(page.locator(f"#{place}")).to_be_in_viewport()


# -- memory ------------------------------------------------------------------------------------------------------------


def test_what_was_read_is_marked_and_the_first_page_leads_back_to_it(context: BrowserContext, address: str) -> None:
    page, errors, requests = opened(context, address + "/s/")
    assert not page.locator("[data-read]").count()
    assert not page.locator(".continue").inner_text()
    page.goto(address + "/s/1/#last")
    page.wait_for_function("document.querySelector('.toc [aria-current]')?.hash === '#last'")
    page.goto(address + "/s/3/")
    page.goto(address + "/s/2/")
    page.goto(address + "/")
    line = page.locator(".continue")
    assert page.locator("html.reading").count() == 1
    assert line.inner_text() == "Read on: First x"
    page.goto(address + "/s/")
    assert line.inner_text() == "Read on: First x · 1 of 3 read"
    marks = page.eval_on_selector_all(".entry-title > a", "links => links.map(a => [a.textContent, a.dataset.read])")
    assert [mark for _, mark in marks] == ["begun", None, "read"]
    assert page.locator("[data-read=read]").first.get_attribute("title") == "Read"
    page.goto(address + "/s/2/")
    assert page.locator(".sidebar [data-read]").count() == 2
    assert [url for url in requests if not url.startswith(address.removesuffix("/base"))] == []
    assert errors == []


def test_reading_goes_on_in_the_section_where_it_stopped(context: BrowserContext, address: str) -> None:
    page, _, _ = opened(context, address + "/s/1/#last")
    page.wait_for_function("document.querySelector('.toc [aria-current]')?.hash === '#last'")
    page.goto(address + "/")
    assert page.locator(".continue").inner_text() == "Read on: First x"
    page.locator(".continue a").click()
    page.wait_for_url("**/s/1/#last")
    page.evaluate("scrollTo({top: document.body.scrollHeight, behavior: 'instant'})")
    page.goto(address + "/s/")
    assert page.locator(".continue").inner_text() == "Read on: Second · 1 of 3 read"
    page.goto(address + "/")
    page.locator(".continue a").click()
    page.wait_for_url("**/s/2/")


def test_a_note_that_changed_since_it_was_read_is_marked(context: BrowserContext, address: str) -> None:
    page, _, _ = opened(context, address + "/s/2/")
    page.evaluate("scrollTo({top: 9999, behavior: 'instant'})")
    page.goto(address + "/s/")
    mark = page.locator(".entry-title > a", has_text="Second")
    assert mark.get_attribute("data-read") == "read"
    page.evaluate(
        "key => { const data = JSON.parse(localStorage[key]); data.notes['/base/s/2/'].m = '2026-01-01';"
        " localStorage[key] = JSON.stringify(data); }",
        "read:/base/",
    )
    page.reload()
    assert mark.get_attribute("data-read") == "changed"
    page.goto(address + "/s/2/")
    page.evaluate("scrollTo({top: 9999, behavior: 'instant'})")
    page.goto(address + "/s/")
    assert mark.get_attribute("data-read") == "read"


def test_what_was_read_can_be_forgotten(context: BrowserContext, address: str) -> None:
    page, _, _ = opened(context, address + "/s/3/")
    page.goto(address + "/s/1/")
    page.locator(".sidebar [data-read]").wait_for()
    page.locator(".help-open").click()
    page.locator("dialog .forget").click()
    assert page.evaluate("Object.keys(localStorage)") == []
    assert not page.locator("[data-read]").count()
    page.goto(address + "/s/")
    assert page.evaluate("Object.keys(localStorage)") == [], "nor is the page kept that was open"


STORED: tuple[Any, ...] = ("[", "1", "null", "{}", '{"v": 2, "notes": {}, "on": {}}', '{"v": 1, "notes": null}')


@pytest.mark.parametrize("stored", STORED)
def test_what_the_storage_holds_cannot_break_a_page(context: BrowserContext, address: str, stored: str) -> None:
    page, errors, _ = opened(context, address + "/s/3/")
    page.evaluate("stored => localStorage.setItem('read:/base/', stored)", stored)
    for url in ("/", "/s/", "/s/3/"):
        page.goto(address + url)
    page.goto(address + "/s/")
    assert page.locator(".entry-title > [data-read]").count() == 1
    assert errors == []


def test_the_memory_is_bounded(context: BrowserContext, address: str) -> None:
    page, _, _ = opened(context, address + "/s/3/")
    page.evaluate(
        "localStorage.setItem('read:/base/', JSON.stringify({v: 1, on: {}, notes:"
        " Object.fromEntries([...Array(600).keys()].map(i => [`/base/n${i}/`, {t: i, p: 1, m: ''}]))}))"
    )
    page.goto(address + "/")
    notes = json.loads(page.evaluate("localStorage['read:/base/']"))["notes"]
    assert len(notes) == 500
    assert "/base/s/3/" in notes
    assert "/base/n0/" not in notes


def test_pages_work_where_storage_is_switched_off(context: BrowserContext, address: str) -> None:
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });"
    )
    page, errors, _ = opened(context, address + "/s/1/")
    page.keyboard.press("t")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.locator(".statements-switch").click()
    page.goto(address + "/")
    page.keyboard.press("?")
    page.locator("dialog .forget").click()
    assert errors == []


# -- pictures, videos, places that scroll ------------------------------------------------------------------------------


def test_a_picture_is_shown_as_large_as_the_window(context: BrowserContext, address: str) -> None:
    page, errors, _ = opened(context, address + "/s/1/")
    pictures, dialog = page.locator("img.zooms"), page.locator("dialog.zoom")
    assert pictures.count() == 1, "a picture of 40 pixels is not enlarged"
    pictures.click()
    expect(dialog.locator("img")).to_be_visible()
    before, after = pictures.bounding_box(), dialog.locator("img").bounding_box()
    assert before
    assert after
    assert after["width"] > before["width"]
    assert after["width"] <= 1280
    expect(dialog).to_contain_text("A drawing")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    pictures.focus()
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    dialog.locator(".close").click()
    expect(dialog).to_have_count(0)
    assert page.evaluate("document.activeElement.matches('img.zooms')")
    assert errors == []


def test_a_video_is_asked_for_when_it_is_clicked(context: BrowserContext, address: str) -> None:
    page, _, requests = opened(context, address + "/s/1/")
    page.route("https://**", lambda route: route.fulfill(body="", content_type="text/html"))
    page.locator("a[data-embed]").click()
    page.locator("iframe").wait_for()
    assert [url for url in requests if url.startswith("https:")] == ["https://www.youtube-nocookie.com/embed/abc"]


def test_what_scrolls_sideways_can_be_reached_by_keyboard_and_what_does_not_cannot(
    context: BrowserContext, address: str
) -> None:
    page, _, _ = opened(context, address + "/s/1/")
    wide = page.locator(".body > .formula math[tabindex='0']")
    assert wide.count() == 1
    listing = page.locator(".body pre")
    assert listing.get_attribute("tabindex") is None
    page.set_viewport_size({"width": 320, "height": 800})
    page.evaluate("document.querySelector('pre code').append(' '.repeat(200) + 'x')")
    page.set_viewport_size({"width": 300, "height": 800})
    expect(listing).to_have_attribute("role", "group")
    assert listing.get_attribute("tabindex") == "0"
    assert listing.get_attribute("aria-label") == "Scrolls sideways"


# -- weight, and the preview of an author ------------------------------------------------------------------------------


def test_the_scripts_of_a_page_are_small(tmp_path: Path) -> None:
    """As they are served."""
    files = Theme(tmp_path / "none", tmp_path / "none", Stamps({})).files
    assert sum(len(files[name].packed or b"") for name in ("early.js", "reader.js")) < 15_000
    assert all(files[name].packed for name in ("early.js", "reader.js"))


def test_only_two_scripts_are_loaded_before_something_is_used(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto(address + "/s/1/")
    page.wait_for_load_state("networkidle")
    scripts = sorted(name.rpartition("/")[2].partition(".")[0] for name in loaded if name.endswith(".js"))
    assert scripts == ["early", "reader"]


def test_nothing_moves_when_scripts_run(context: BrowserContext, address: str) -> None:
    page, _, _ = opened(context, address + "/s/1/#last")
    page.wait_for_function("document.querySelector('.toc [aria-current]')?.hash === '#last'")
    shift = (
        "window.shift = 0; new PerformanceObserver(list => { for (const entry of list.getEntries())"
        " if (!entry.hadRecentInput) window.shift += entry.value; }).observe({type: 'layout-shift', buffered: true});"
    )
    page.add_init_script(shift)
    for url in ("/", "/s/", "/s/2/"):
        page.goto(address + url)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.shift") == 0, url


def test_what_an_author_adds_in_the_preview_can_do_the_same(context: BrowserContext, tmp_path: Path) -> None:
    site = write(tmp_path / "site", FILES)
    with serving(site) as served:
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(served.address + "s/2/")
        page.wait_for_load_state("load")
        page.evaluate("window.marker = 'first'")
        more = "\n\n```python\nadded = 1\n```\n\n## Added\n\nWith [a link](1.md#last).\n\n![A drawing](wide.svg)\n"
        write(site, {"content/s/2.md": TWO + more})
        page.locator(".body .code .copy").wait_for(state="attached")
        page.locator("img.zooms").wait_for(state="attached")
        link(page, "a link").hover()
        expect(page.locator(BOX)).to_contain_text("Paragraph 0 of filling")
        page.keyboard.press("j")
        assert page.evaluate("document.activeElement.id") == "added"
        assert page.evaluate("window.marker") == "first"
        assert errors == []

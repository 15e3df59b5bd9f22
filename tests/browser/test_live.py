"""The preview in a real browser: a saved note changes the open page, and the page keeps its place."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import IN_CHROMIUM
from playwright.sync_api import Browser, BrowserContext, Page
from serving import Served, serving, until
from sites import write

from notes_site.theme import default_folder

pytestmark = IN_CHROMIUM

FILLING = "\n\n".join(f"Paragraph {i} of filling, with $a_{{{i}}}$." for i in range(60))


def note(formula: str, *, title: str = "One", text: str = "The middle.") -> str:
    return f"""---
title: {title}
---

{FILLING}

> [!note]- Fold
> Inside.

Untouched [link](two.md).

{text}

The formula ${formula}$ here.

```python
print("listing")
```

{FILLING}
"""


FILES: dict[str, str | bytes] = {
    "site.yml": "title: Notes\nbase_url: https://example.org/notes/\n",
    "content/one.md": note("x^2"),
    "content/two.md": "# Two\n\nThe second note.\n",
    "content/three.md": "---\ntitle: Three\nslug: other\n---\n\nThe third note.\n",
}


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 900})
    yield made
    made.close()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return write(tmp_path / "site", FILES)


@pytest.fixture
def served(site: Path) -> Iterator[Served]:
    with serving(site) as found:
        yield found


class Tab:
    """An open page that knows whether it was loaded anew, and what it asked for."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.page: Page = context.new_page()
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(address)
        self.page.wait_for_load_state("load")
        self.requests.clear()
        self.page.evaluate("window.marker = 'first'")

    def ask(self, script: str) -> Any:
        return self.page.evaluate(script)

    def until(self, script: str) -> None:
        self.page.wait_for_function(script, timeout=30_000)

    @property
    def is_first(self) -> bool:
        """Whether it was never loaded anew."""
        return bool(self.ask("window.marker === 'first'"))

    def panel(self) -> str:
        """The text of the panel or of the badge, as far as they are shown."""
        return str(
            self.ask(
                "[...(document.querySelector('notes-site-live')?.shadowRoot.querySelectorAll('.badge, .panel') ?? [])]"
                ".filter(part => !part.hidden).map(part => part.innerText).join('\\n')"
            )
        )


FORMULA = "[...document.querySelectorAll('main p')].find(p => p.textContent.includes('The formula'))"
SUP = f"{FORMULA}?.querySelector('math annotation')?.textContent"


def test_a_saved_formula_changes_on_the_page_and_nothing_else_does(
    context: BrowserContext, site: Path, served: Served
) -> None:
    one, two = Tab(context, served.address + "one/"), Tab(context, served.address + "two/")
    one.ask(
        f"{FORMULA}.scrollIntoView({{block: 'center'}});"
        "window.kept = [...document.querySelectorAll('main p')].find(p => p.textContent.startsWith('Untouched'));"
        f"window.formula = {FORMULA}; document.querySelector('main details').open = true;"
        "window.kept.querySelector('a').focus({preventScroll: true});"
        "const range = document.createRange(); range.selectNodeContents(window.kept); getSelection().addRange(range);"
    )
    one.until("document.querySelector('.code .copy')")
    scrolled = one.ask("scrollY")
    assert scrolled > 500
    write(site, {"content/one.md": note("x^3")})
    one.until(f"{SUP} === 'x^3'")
    assert one.is_first
    assert one.ask("scrollY") == scrolled
    assert one.ask("window.kept.isConnected && window.formula.isConnected")
    assert one.ask("document.querySelector('main details').open")
    assert one.ask("document.activeElement === window.kept.querySelector('a')")
    assert one.ask("getSelection().toString()") == "Untouched link."
    assert one.ask("document.querySelectorAll('.code .copy').length") == 1
    assert one.ask("document.documentElement.classList.contains('js')")
    assert two.is_first
    assert [url for url in two.requests if url.endswith("/")] == []
    assert one.errors == two.errors == []


def test_paragraphs_come_go_and_move_and_the_others_stay_the_same(
    context: BrowserContext, site: Path, served: Served
) -> None:
    one = Tab(context, served.address + "one/")
    before = (
        "window.all = [...document.querySelectorAll('main p')];"
        "window.texts = new Set(window.all.map(p => p.textContent));"
    )
    same = "[...document.querySelectorAll('main p')].every(p => !texts.has(p.textContent) || all.includes(p))"
    edits = {
        "A new one.": note("x^2").replace("Untouched", "A new one.\n\nUntouched"),
        "End of it.": note("x^2") + "\n\nEnd of it.\n",
        "Head of it.": note("x^2").replace("---\n\nP", "---\n\nHead of it.\n\nP", 1),
        "Not here.": note("x^2").replace("Untouched [link](two.md).\n\n", "").replace("here", "Not here"),
        "Twice $x^2$": "# One\n\n- Twice $x^2$\n- other\n\n> quoted\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
        "moved": note("x^2", text="moved").replace("Untouched [link](two.md).\n\n", "")
        + "\n\nUntouched [link](two.md).\n",
    }
    for word, text in edits.items():
        one.ask(before)
        write(site, {"content/one.md": text})
        one.until(f"document.querySelector('main').textContent.includes({word.split('$')[0]!r})")
        assert one.ask(same), word
        fresh = Tab(context, served.address + "one/")
        body = (
            "(() => { const main = document.querySelector('main').cloneNode(true);"
            " main.querySelectorAll('.copy').forEach(button => button.remove()); return main.innerHTML })()"
        )
        assert one.ask(body) == fresh.ask(body)
        assert one.ask("document.title") == fresh.ask("document.title")
        fresh.page.close()
    assert one.is_first
    assert one.errors == []


def test_any_edit_gives_the_page_as_it_would_be_loaded(context: BrowserContext, site: Path, served: Served) -> None:
    """Blocks in any order, changed, added and taken away at random; nothing is left over and nothing is lost."""
    choice = random.Random(1)
    blocks = [
        "# One", "## A heading", "Text $a$ and *more*.", "$$\n\\sum_{i} x_i\n$$", "- one\n- two\n  - three", "> quoted",
        "| a | b |\n|---|---|\n| $1$ | 2 |", "```python\nprint(1)\n```", "> [!note]- Fold\n> Inside $f$.",
        "Note[^1].\n\n[^1]: It.", "---", "Text $a$ and *more*.", "![](none.png)", "See [[two]].", "### Another heading",
        "Last.",
    ]  # fmt: skip
    one = Tab(context, served.address + "one/")
    for turn in range(25):
        for _ in range(choice.randint(1, 4)):
            at = choice.randrange(len(blocks))
            match choice.randrange(3):
                case 0:
                    blocks.insert(at, blocks.pop(choice.randrange(len(blocks))))
                case 1:
                    blocks[at] = blocks[at].replace("e", "ee", 1)
                case _ if len(blocks) > 8:
                    blocks.insert(
                        choice.randrange(len(blocks)), blocks.pop(at) if choice.random() < 0.5 else f"New {turn}."
                    )
        write(site, {"content/one.md": "\n\n".join([*blocks, f"Turn {turn} ends."])})
        one.until(f"document.querySelector('main').textContent.includes('Turn {turn} ends.')")
        as_loaded = (
            "(async () => { const text = await (await fetch(location.href)).text();"
            " const sent = new DOMParser().parseFromString(text, 'text/html').querySelector('main');"
            " const shown = document.querySelector('main').cloneNode(true);"
            # what the script of the page does with what it finds
            " shown.querySelectorAll('.copy').forEach(button => button.remove());"
            " for (const one of [shown, sent]) one.querySelectorAll('math, pre, .table').forEach("
            "node => ['tabindex', 'role', 'aria-label'].forEach(name => node.removeAttribute(name)));"
            " return shown.isEqualNode(sent) })()"
        )
        assert one.ask(as_loaded), blocks
    assert one.is_first
    assert one.errors == []


def test_saves_through_another_file_are_seen_as_well(context: BrowserContext, site: Path, served: Served) -> None:
    one = Tab(context, served.address + "one/")
    for power in range(3, 8):
        other = site / "content" / ".one.md.tmp"
        other.write_text(note(f"x^{power}"))
        os.replace(other, site / "content/one.md")
        one.until(f"{SUP} === 'x^{power}'")
    assert one.is_first


def test_a_stylesheet_is_swapped_without_loading_the_page(context: BrowserContext, site: Path, served: Served) -> None:
    """The theme's has another name when it changes, a site's own keeps its name."""
    base = (default_folder("templates") / "base.html").read_text()
    end = "{% endblock head_extra %}"
    base = base.replace(end, '<link rel="stylesheet" href="{{ link("/own.css") }}">' + end)
    write(site, {"static/own.css": "h1 { letter-spacing: 1px }", "templates/base.html": base})
    until(lambda: b"own.css" in served.get("/notes/one/").body)
    one = Tab(context, served.address + "one/")
    one.ask("window.kept = document.querySelector('main'); scrollTo(0, 700)")
    style = "getComputedStyle(document.querySelector('h1'))"
    theme = (default_folder("static") / "style.css").read_text()
    write(site, {"static/style.css": theme + "\nh1 { color: rgb(1, 2, 3) }\n"})
    one.until(f"{style}.color === 'rgb(1, 2, 3)'")
    write(site, {"static/own.css": "h1 { letter-spacing: 7px }"})
    one.until(f"{style}.letterSpacing === '7px'")
    one.until(
        "[...document.querySelectorAll('link[rel=stylesheet]')].filter(l => l.href.includes('/style.')).length === 1"
    )
    one.until(
        "[...document.querySelectorAll('link[rel=stylesheet]')].filter(l => l.href.includes('/own.css')).length === 1"
    )
    assert one.is_first
    assert one.ask("window.kept.isConnected && scrollY") == 700
    assert one.errors == []


def test_a_mistake_is_shown_in_the_page_and_goes_when_it_is_mended(
    context: BrowserContext, site: Path, served: Served
) -> None:
    one = Tab(context, served.address + "one/")
    assert one.panel() == ""
    write(site, {"content/one.md": note("\\foo^2")})
    until(lambda: "1 error" in one.panel())
    line = note("").splitlines().index("The formula $$ here.") + 1
    text = one.panel()
    assert f"one.md:{line}:14" in text
    assert 'unknown command "\\foo"' in text
    assert "The formula $\\foo^2$ here.\n             ^^^^" in text
    one.page.keyboard.press("Escape")
    until(lambda: one.panel() == "1 error")
    write(site, {"content/one.md": note("\\foo^2", text="See <b>that.")})
    until(lambda: one.panel() == "1 error, 1 warning")
    one.page.locator("notes-site-live .badge").click()
    until(lambda: "N032" in one.panel() or "1 warning" in one.panel())
    write(site, {"content/one.md": note("x^4", text="See <b>that.")})
    until(lambda: "error" not in one.panel() and "1 warning" in one.panel())
    write(site, {"content/one.md": note("x^4")})
    until(lambda: one.panel() == "")
    write(site, {"content/one.md": note("\\bar", text="text"), "content/two.md": "# Two\n\n$\\nope$\n"})
    until(lambda: "two.md:3:2" in one.panel())
    assert one.is_first
    assert one.errors == []


def test_the_mistakes_of_the_page_come_first_then_the_newest(
    context: BrowserContext, site: Path, served: Served
) -> None:
    """Also where there are more than the list shows."""
    write(site, {"content/a.md": "# A\n" + "\n$\\old$\n" * 60})
    one, two = Tab(context, served.address + "one/"), Tab(context, served.address + "two/")
    until(lambda: "60 errors" in one.panel())
    write(site, {"content/one.md": note("\\foo^2")})
    until(lambda: "61 errors" in one.panel() and "61 errors" in two.panel())
    places = (
        "[...document.querySelector('notes-site-live').shadowRoot.querySelectorAll('.place')].map(p => p.innerText)"
    )
    for tab in (one, two):  # on `two` it is the newest
        shown = tab.ask(places)
        assert "one.md" in shown[0]
        assert "a.md:3:" in shown[1]
        assert len(shown) == 50
    write(site, {"content/z.md": "# Z\n\n$\\new$\n"})
    until(lambda: "62 errors" in one.panel() and "62 errors" in two.panel())
    assert ["one.md" in one.ask(places)[0], "z.md" in one.ask(places)[1], "z.md" in two.ask(places)[0]] == [True] * 3
    assert "… and 12 more" in one.panel()
    assert one.errors == []


def test_a_page_that_is_opened_later_shows_the_mistakes_too(
    context: BrowserContext, site: Path, served: Served
) -> None:
    first = Tab(context, served.address + "two/")
    write(site, {"content/one.md": note("\\foo^2")})
    until(lambda: "1 error" in first.panel())
    second = Tab(context, served.address + "three/")
    until(lambda: "1 error" in second.panel())


def test_the_last_good_page_stays_when_a_template_cannot_be_used(
    context: BrowserContext, site: Path, served: Served
) -> None:
    one = Tab(context, served.address + "one/")
    write(site, {"templates/note.html": "{% nonsense %}"})
    until(lambda: "templates/note.html:1" in one.panel())
    assert one.ask(SUP) == "x^2"
    shutil.rmtree(site / "templates")
    until(lambda: one.panel() == "")
    assert one.is_first


def test_every_page_goes_to_the_note_that_was_edited_when_asked_to(context: BrowserContext, site: Path) -> None:
    with serving(site, "--follow") as served:
        one, two = Tab(context, served.address + "one/"), Tab(context, served.address)
        write(site, {"content/three.md": str(FILES["content/three.md"]) + "\nMore.\n"})
        for tab in (one, two):
            tab.page.wait_for_url(served.address + "other/")
            tab.until("document.querySelector('main').textContent.includes('More.')")
            tab.ask("window.marker = 'first'")
        write(site, {"content/three.md": str(FILES["content/three.md"]) + "\nMuch more.\n"})
        for tab in (one, two):
            tab.until("document.querySelector('main').textContent.includes('Much more.')")
            assert tab.is_first


def test_a_page_goes_with_a_note_that_moves_and_says_when_it_is_gone(
    context: BrowserContext, site: Path, served: Served
) -> None:
    one, two = Tab(context, served.address + "one/"), Tab(context, served.address + "two/")
    (site / "content/one.md").rename(site / "content/uno.md")
    one.page.wait_for_url(served.address + "uno/")
    (site / "content/two.md").unlink()
    until(lambda: "This page is gone" in two.panel())
    assert two.is_first
    write(site, {"content/two.md": "# Two\n\nBack again.\n"})
    two.until("document.querySelector('main').textContent.includes('Back again.')")
    until(lambda: "gone" not in two.panel())
    missing = Tab(context, served.address + "four/")
    assert "There is no page here" in missing.page.inner_text("main")
    write(site, {"content/four.md": "# Four\n"})
    missing.until("document.querySelector('h1').textContent.startsWith('Four')")


def test_a_connection_that_was_lost_comes_back_and_what_was_missed_is_taken_in(
    context: BrowserContext, site: Path
) -> None:
    with serving(site) as served:
        port = served.port
        one = Tab(context, served.address + "one/")
        served.stop()
        until(lambda: one.panel() == "The preview has stopped")
    write(site, {"content/one.md": note("x^9")})
    with serving(site, port=port) as served:
        assert served.port == port
        one.until(f"{SUP} === 'x^9'")
        until(lambda: one.panel() == "")
        write(site, {"content/one.md": note("x^8")})
        one.until(f"{SUP} === 'x^8'")
        assert one.is_first
        assert one.errors == []


def test_ten_pages_of_one_browser_are_all_kept_up_to_date(context: BrowserContext, site: Path, served: Served) -> None:
    """A browser has six connections for one host, so the pages share one stream."""
    tabs = [Tab(context, served.address + "one/") for _ in range(10)]
    write(site, {"content/one.md": note("x^5")})
    for tab in tabs:
        tab.until(f"{SUP} === 'x^5'")
        assert tab.is_first


def test_no_other_host_is_asked_for_anything(context: BrowserContext, site: Path, served: Served) -> None:
    one = Tab(context, served.address + "one/")
    write(site, {"content/one.md": note("\\foo")})
    until(lambda: "1 error" in one.panel())
    assert all(url.startswith(served.address) for url in one.requests)

"""Tables wider than a window, of a notebook's output and of the author's HTML: they scroll, and the page does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from chromium import IN_CHROMIUM, shown
from playwright.sync_api import Browser
from sites import built, write

pytestmark = IN_CHROMIUM

ROW = "".join(f"<td>value_{i}</td>" for i in range(40))
TABLE = f"<div><table border='1' class='dataframe'><tbody><tr>{ROW}</tr></tbody></table><p>1 row</p></div>"


def notebook() -> str:
    shown = {"output_type": "execute_result", "data": {"text/html": TABLE}, "metadata": {}}
    cell = {"cell_type": "code", "source": "frame", "metadata": {}, "outputs": [shown]}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", ["output", "html", "list"])
def test_a_wide_table_scrolls_by_itself(browser: Browser, name: str, width: int, tmp_path: Path) -> None:
    files = {"content/output.ipynb": notebook(), "content/html.md": TABLE, "content/list.md": f"- a\n\n  {TABLE}\n"}
    built(write(tmp_path, files))
    with shown(tmp_path / "public") as address:
        page = browser.new_page(viewport={"width": width, "height": 800})
        page.goto(f"{address}/{name}/")
        across = "one => one.scrollWidth > one.clientWidth"
        assert not page.evaluate(f"({across})(document.documentElement)")
        assert page.locator(".table").evaluate(across)
        page.locator(".table").evaluate("one => { one.scrollLeft = 200; }")
        assert page.locator(".table").evaluate("one => one.scrollLeft") == 200
        page.close()

"""This project's own site: built without a problem, from the notes that come with it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from sites import Own, attributes, dead_links, html_errors

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]


def test_it_has_no_problem(own: Own) -> None:
    assert own.report.problems == ()


def test_it_shows_at_least_forty_notes_beside_the_guide(own: Own) -> None:
    notes = [path for ending in ("md", "qmd", "ipynb") for path in (ROOT / "content").rglob(f"*.{ending}")]
    others = [path for path in notes if "guide" not in path.parts and path.stem != "index"]
    assert len(others) >= 40
    kinds = {path.relative_to(ROOT / "content").parts[0] for path in others if path.parent != ROOT / "content"}
    assert kinds >= {"optimization", "probability", "papers", "proofs", "garden", "margins"}


def test_every_formula_is_typeset(own: Own) -> None:
    assert own.report.formulas > 4000
    assert not [file for file in own.public.rglob("*.html") if 'class="math-error' in file.read_text("utf-8")]


def test_every_link_leads_to_a_file_and_an_element(own: Own) -> None:
    assert dead_links(own.public, "/base/") == []


def test_every_page_is_html_without_an_error_and_no_id_stands_twice(own: Own) -> None:
    wrong: dict[str, list[str]] = {}
    for file in sorted(own.public.rglob("*.html")):
        text = file.read_text("utf-8")
        ids = attributes(text, "id")
        found = html_errors(text) + sorted({f"id {anchor} twice" for anchor in ids if ids.count(anchor) > 1})
        if found:
            wrong[file.relative_to(own.public).as_posix()] = found
    assert wrong == {}


def test_what_is_written_for_programs_can_be_read_by_them(own: Own) -> None:
    for file in sorted(own.public.rglob("*.xml")):
        ET.fromstring(file.read_bytes())
    for file in sorted(own.public.rglob("*.html")):
        for data in re.findall(r'<script type="application/ld\+json">(.*?)</script>', file.read_text("utf-8")):
            assert json.loads(data)["@context"] == "https://schema.org"


def test_the_guide_names_each_of_its_notes_with_a_place_in_its_order(own: Own) -> None:
    """A note without a number or a date would stand where nobody put it."""
    for path in sorted((ROOT / "content" / "guide").glob("*.md")):
        if path.stem != "index":
            assert "\nnumber: " in path.read_text("utf-8"), path.name

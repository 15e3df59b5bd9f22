"""SVGs that are to stand in a page: the cases of `drawings.md`, and what holds for anything.

`python -m pytest --golden tests/test_drawings.py` writes what is expected anew; read the difference.
"""

from __future__ import annotations

import re
from pathlib import Path
from xml.sax.saxutils import quoteattr

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes_site import drawings
from notes_site.drawings import Cleaned, clean
from notes_site.model import ID_MARK

CASES = Path(__file__).parent / "drawings.md"
# `## A fact`, the file, and what is expected
CASE = re.compile(
    r"^## (?P<name>[^\n]+)\n\n```svg\n(?P<source>.*?)\n```\n(?P<expected>(?:\n```(?:html|text)\n.*?\n```\n)*)",
    re.MULTILINE | re.DOTALL,
)
SVG = "{http://www.w3.org/2000/svg}"


def shown(cleaned: Cleaned) -> str:
    """What became of a file, as the cases write it."""
    made = ""
    if cleaned.drawing is not None:
        text = f"<svg{cleaned.drawing.attributes}>{cleaned.drawing.body}</svg>".replace("><", ">\n<")
        text = re.sub(f"{ID_MARK}(\\d*)", r"‹\1›", text)
        made += f"\n```html\n{text}\n```\n"
    said = [*cleaned.dropped, *([f"refused: {cleaned.problem}"] if cleaned.problem else [])]
    return made + (f"\n```text\n{chr(10).join(said)}\n```\n" if said else "")


def test_every_case_gives_what_is_expected(pytestconfig: pytest.Config) -> None:
    text = CASES.read_text("utf-8")
    found = list(CASE.finditer(text))
    assert len(found) == text.count("\n## ")
    if pytestconfig.getoption("--golden"):
        written = CASE.sub(
            lambda case: f"## {case['name']}\n\n```svg\n{case['source']}\n```\n{shown(clean(case['source'].encode()))}",
            text,
        )
        CASES.write_text(written, "utf-8")
        return
    for case in found:
        assert shown(clean(case["source"].encode())) == case["expected"], case["name"]


def assert_harmless(cleaned: Cleaned) -> None:
    """As a browser reads it, there is nothing in it but drawing, and no address but of the drawing itself."""
    assert cleaned.drawing is not None
    page = f"<!doctype html><p><svg{cleaned.drawing.attributes}>{cleaned.drawing.body}</svg></p><hr>"
    root = html5lib.parse(page.replace(ID_MARK, "d-"))
    paragraph, rule = root.findall(".//{*}body/*")
    (svg,) = paragraph
    assert (svg.tag, rule.tag.rpartition("}")[2]) == (f"{SVG}svg", "hr")
    for element in svg.iter():
        assert element.tag.removeprefix(SVG) in drawings.ELEMENTS
        for key, value in element.attrib.items():
            assert key in drawings.ATTRIBUTES or key in ("id", "href") or key.endswith("}space")
            assert key != "href" or value.startswith(("#", "data:image/png;base64,"))
            assert not re.search(r"url\s*\((?!#d-)|image-set", value, re.IGNORECASE)
    names = [element.get("id", "") for element in svg.iter() if element.get("id")]
    assert len(names) == len(set(names))
    assert all(name.startswith("d-") for name in names)


@pytest.mark.parametrize(
    "case", [pytest.param(case["source"], id=case["name"]) for case in CASE.finditer(CASES.read_text("utf-8"))]
)
def test_what_comes_of_a_case_is_harmless(case: str) -> None:
    cleaned = clean(case.encode())
    if cleaned.drawing is not None:
        assert_harmless(cleaned)


NAMES = st.sampled_from(
    ("g", "path", "script", "foreignObject", "a", "use", "style", "title", "image", "animate", "text", "h:p",
     "h:script", "svg", "linearGradient", "filter", "feImage", "desc", "switch", "textPath", "set")
)  # fmt: skip
KEYS = st.sampled_from(
    ("id", "href", "x:href", "style", "fill", "onclick", "class", "d", "xml:space", "clip-path", "transform", "onLoad",
     "xml:base", "h:style", "requiredExtensions", "src", "values", "font-family")
)  # fmt: skip
VALUES = st.sampled_from(
    ("", "a", "#a", "url(#a)", "javascript:alert(1)", "https://example.org/", "//x", "url(https://x)", "fill:url(//x)",
     "fill:red;stroke:url('#a')", "data:image/png;base64,AAAA", "data:text/html,x", "\\75rl(x)", "u/**/rl(x)",
     "x\" y='", "</svg><script>", "preserve", "expression(x)", "}*{fill:url(//x)}", "@import '//x'", "\u2028",
     "url(\n#a\n)")
) | st.text(alphabet="ax#:/\\\"'()<>;{}&* \n", max_size=12)  # fmt: skip


@st.composite
def elements(draw: st.DrawFn, depth: int = 0) -> str:
    name = draw(NAMES)
    pairs = draw(st.dictionaries(KEYS, VALUES, max_size=4))
    inner = draw(st.lists(elements(depth + 1), max_size=3)) if depth < 3 else []
    text = draw(VALUES).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    attributes = "".join(f" {key}={quoteattr(value)}" for key, value in pairs.items())
    return f"<{name}{attributes}>{text}{''.join(inner)}</{name}>"


@given(st.lists(elements(), min_size=1, max_size=3))
def test_no_drawing_brings_anything_but_drawing_into_a_page(inner: list[str]) -> None:
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:x="http://www.w3.org/1999/xlink"'
    cleaned = clean(f"<svg {spaces}>{''.join(inner)}</svg>".encode())
    assert cleaned.problem == ""
    assert_harmless(cleaned)


@given(st.binary(max_size=60) | st.text(alphabet="<svg>/= \"'!-[&;x", max_size=40).map(str.encode))
def test_any_bytes_are_a_drawing_or_are_refused(data: bytes) -> None:
    for given_bytes in (data, b"<svg" + data, b'<?xml version="1.0" encoding="' + data[:9] + b'"?><svg/>'):
        cleaned = clean(given_bytes)
        assert (cleaned.drawing is None) is bool(cleaned.problem)


def test_elements_without_end_are_refused() -> None:
    assert "too deeply" in clean(b"<svg>" + b"<g>" * 5000).problem
    assert "MB" in clean(b"<svg>" + b" " * drawings.LARGEST).problem


def test_the_libraries_of_styles_are_imported_for_styles_alone() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from notes_site.drawings import clean; clean(b'<svg><g/></svg>');"
        "a = 'cssselect2' in sys.modules; clean(b'<svg style=\"x:y\"/>'); print(a, 'cssselect2' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False True"

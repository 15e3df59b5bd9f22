"""The pages of this project's own book, and those that gather what is in it, as they were when somebody read them.

`make golden` writes them anew; read the difference. A formula is kept as its TeX, a drawing as nothing but its place.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from shown import as_tex
from sites import Own, tree

pytestmark = pytest.mark.slow

GOLDEN = Path(__file__).parent / "golden"
# the book itself, and the pages of the whole site that hold a part of every book
SHOWN = re.compile(r"(?:optimization|bibliography|glossary|notation|index-of-terms|lists)/")
_MAIN = re.compile(r"<main[^>]*>(.*)</main>", re.DOTALL)


def kept(page: str) -> str:
    """What is kept of a page: its text, with formulas as their TeX, the numbers and the references in them."""
    found = _MAIN.search(page)
    assert found is not None

    text = as_tex(re.sub(r"<svg.*?</svg>", "<svg></svg>", found[1], flags=re.DOTALL), inside=True)
    return text.replace("\r", "").strip() + "\n"


@pytest.fixture(scope="module")
def pages(own: Own) -> dict[str, str]:
    """The pages by the names of their golden files."""
    made: dict[str, str] = {}
    for name, data in tree(own.public).items():
        if name.endswith("index.html") and SHOWN.match(name) and "/print/" not in name:  # it says again what they say
            made[name.removesuffix("/index.html").replace("/", ".") + ".html"] = kept(data.decode())
    return made


def test_the_pages_of_the_book_are_those_that_were_read(pages: dict[str, str], pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("golden"):
        shutil.rmtree(GOLDEN, ignore_errors=True)
        GOLDEN.mkdir()
        for name, text in pages.items():
            (GOLDEN / name).write_text(text, "utf-8")
    assert sorted(path.name for path in GOLDEN.iterdir()) == sorted(pages)
    for name, text in pages.items():
        assert (GOLDEN / name).read_text("utf-8") == text, name


def test_the_book_uses_each_kind_of_thing_that_has_a_number(pages: dict[str, str]) -> None:
    """What the guide promises of a book is shown by this one."""
    text = "".join(text for name, text in pages.items() if name.startswith("optimization."))
    for needed in (
        r"Theorem\xa0\d\.\d", r"Lemma\xa0\d\.\d", r"Definition\xa0\d\.\d", r"Exercise\xa0\d\.\d", r"Figure\xa0\d\.\d",
        r"Table\xa0[\dA]\.\d", r"Listing\xa0\d\.\d", r"A\.\da", r"\(a\)", r"Proof of <a", r"Solution", r'class="used"',
        r'class="citation"', r"Theorems\xa0<a", r"<abbr", r'class="term"', r"In this chapter", r"<svg></svg>",
    ):  # fmt: skip
        assert re.search(needed, text), needed

"""The examples of CommonMark 0.31.2 with every rule of ours on; what differs is meant, and stands here with its reason.

The examples are brought by `tests/fetch_commonmark.py`; where they are not, these tests are skipped.
"""

from __future__ import annotations

import html
import json
import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

from notes_site.markdown.commonmark import markdown_it
from notes_site.markdown.draft import Draft
from notes_site.markdown.options import Options
from notes_site.markdown.rawhtml import close
from notes_site.model import Asset, Picture, Ref
from notes_site.words import words_for

EXAMPLES = Path(os.environ.get("COMMONMARK_JSON") or Path(__file__).parent / ".cache" / "commonmark.json")

_MATHS = "`\\[` opens a formula"
_CLOSED = "an element that the author opens is closed, in the block where it was opened"
_STRAY = "an end tag that closes nothing is left out"
_EMPTY = "`<a/>` is an element with nothing in it, not one that is left open"
_COMMENT = "comments are left out"
_WIKI = "`[[...]]` is a link to a note"
_HALF = "what begins like a tag and is none is text, and takes no other tag into itself"
_BARE = "a bare address is a link, as on GitHub"
# The number of an example, and why it differs.
DIFFERENCES: dict[int, str] = {
    12: _MATHS, 21: _CLOSED, 31: _CLOSED, 148: _CLOSED, 150: _CLOSED, 151: _STRAY,
    155: _CLOSED, 156: _HALF, 157: _HALF, 158: _HALF, 165: _STRAY, 173: _CLOSED,
    174: _CLOSED, 175: _CLOSED, 177: _COMMENT, 179: _COMMENT, 183: _COMMENT, 184: _CLOSED,
    187: _CLOSED, 201: _CLOSED, 308: _COMMENT, 309: _COMMENT, 344: _CLOSED, 476: _CLOSED,
    477: _CLOSED, 491: _CLOSED, 494: _CLOSED, 524: _CLOSED, 536: _CLOSED, 548: _WIKI,
    559: _WIKI, 590: _WIKI, 608: _BARE, 611: _BARE, 612: _BARE, 613: _CLOSED,
    614: _EMPTY, 615: _CLOSED, 616: _EMPTY, 617: _EMPTY, 623: _STRAY, 625: _COMMENT,
    626: _COMMENT, 630: _CLOSED, 631: _CLOSED, 642: _CLOSED, 643: _CLOSED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Example:
    """One example of the specification."""

    number: int
    markdown: str
    html: str


@cache
def examples() -> dict[int, Example]:
    if not EXAMPLES.is_file():
        return {}
    rows = json.loads(EXAMPLES.read_text("utf-8"))
    return {row["example"]: Example(row["example"], row["markdown"], row["html"]) for row in rows}


def rendered(markdown: str) -> str:
    """Our HTML, with each hole filled with what the author wrote there."""
    options = Options(smart=False)
    md = markdown_it(options)
    draft = Draft("note.md", markdown.split("\n"), options, {}, md, words_for("en"))
    made: str = md.render(markdown, {"draft": draft})
    made += close(draft.open_tags, 0)

    def fill(found: re.Match[str]) -> str:
        hole = draft.holes[int(found[1])]
        match hole:
            case Ref(target, classes=str()):
                return f'href="{html.escape(target)}"'
            case Ref(target) | Asset(target):
                return html.escape(target)
            case Picture(target, alt, attributes):
                pairs = "".join(f' {key}="{html.escape(value)}"' for key, value in attributes)
                said = "" if alt is None else f' alt="{html.escape(alt)}"'
                return f'<img src="{html.escape(target)}"{said}{pairs}>'
        return f"[{type(hole).__name__}]"

    return re.sub("\0(\\d+)\0", fill, made)


# What our pages always have and CommonMark does not ask for: (pattern, what stands there in CommonMark).
OURS = (
    (r'<a class="anchor" [^>]*>#</a>', ""),
    (r'(<h[1-6]) id="[^"]*"', r"\1"),
    (r' loading="lazy"', ""),
    (r'<div class="table" tabindex="0">(<table\b.*?</table>)</div>', r"\1"),
    (r'<div class="code"><pre tabindex="0">(<code(?: class="[^"]*")?>)((?:(?!</code>).)*)</code></pre></div>',
     lambda found: f"<pre>{found[1]}{re.sub('</?span[^>]*>', '', found[2])}</code></pre>"),
    (r"<figure>(<img [^>]*>)<figcaption>(?:(?!</figcaption>).)*</figcaption></figure>\n", "<p>\\1</p>\n"),
)  # fmt: skip


def _tag(found: re.Match[str]) -> str:
    """A void element without the slash, an image with its attributes in one order."""
    tag = re.sub(r"\s*/>$", ">", found[0])
    if not tag.startswith("<img "):
        return tag
    pairs = sorted(re.findall(r'(\w+)="([^"]*)"', tag))
    return "<img" + "".join(f' {key}="{value}"' for key, value in pairs) + ">"


def normalised(text: str) -> str:
    """HTML without what is always ours, and without the several spellings (`<br />`, quotes, percents) of one thing."""
    for pattern, replacement in OURS:
        text = re.sub(pattern, replacement, text, flags=re.DOTALL)
    text = re.sub(r"<(?:img|br|hr)\b[^<>]*>", _tag, text)
    text = re.sub(r'\b(href|src)="([^"]*)"', lambda f: f'{f[1]}="{unquote(html.unescape(f[2]))}"', text)
    text = text.replace("<blockquote></blockquote>", "<blockquote>\n</blockquote>")
    return text.replace("&#x27;", "'").replace("&quot;", '"').strip("\n")


def differs(example: Example) -> bool:
    return normalised(rendered(example.markdown)) != normalised(example.html)


needs_examples = pytest.mark.skipif(not EXAMPLES.is_file(), reason="the CommonMark examples could not be brought here")


@needs_examples
def test_every_example_of_commonmark_gives_its_html_but_where_a_difference_is_meant() -> None:
    unmeant = {
        n: (example.markdown, normalised(rendered(example.markdown)), normalised(example.html))
        for n, example in examples().items()
        if n not in DIFFERENCES and differs(example)
    }
    assert unmeant == {}


@needs_examples
@pytest.mark.parametrize("number", DIFFERENCES)
def test_each_difference_that_is_meant_is_still_there(number: int) -> None:
    assert differs(examples()[number]), DIFFERENCES[number]

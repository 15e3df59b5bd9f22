"""Facts about `parse` that hold for every note, and notes made to be slow.

Invariant: nothing here looks at what a note means; the cases of `spec/` do that.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notes_site.markdown.options import Options
from notes_site.markdown.parse import Parser
from notes_site.markdown.rawhtml import VOID
from notes_site.model import Doc, Hole, Source

PARSER = Parser(Options())

# Each syntax in pieces, so that what is joined is opened, closed, crossed and left open.
PIECES = (
    "a", "word ", " ", "\n", "\n\n", "\n    ", "\n  ", "\t", "é", "1", "*", "**", "_", "~~", "==", "^", "`", "```",
    "\n```\n", "\n```python title=x {1}\n", "\n```{python}\n#| echo: false\n", "~~~", "$", "$$", "\n$$\n", "\\(",
    "\\)", "\\[", "\\]", "\\begin{align}", "\\end{align}", "\\begin{equation*}", "x_1^2", "\\frac{a}{b}", "\\foo",
    "\\\\", "&", "\\newcommand{\\x}{y}", "\\text{a $b$}", "\\", "\\$", "|", "\n|---|---|\n", "| a | b |", "\n: ",
    ": Caption {#tbl-a}", "> ", "\n> ", "\n> [!note] ", "\n> [!theorem]- ", "> > ", "- ", "\n- ", "\n  - ", "\n1. ",
    "- [ ] ", "# ", "\n## ", "\n## A {#a}\n", "\n===\n", "\n---\n", "---\ntitle: x\n---\n", "---\ntitle: '$a$'\n",
    "[", "]", "](", ")", "![", "[[", "]]", "![[", "|t]]", "[^1]", "\n[^1]: ", "^[", "[x]: y", "{#a}", "{.b}", "{",
    "}", "{{< video ", " >}}", "{a=\"b\"}", "\n::: {.proof}\n", "\n::: {#thm-a}\n", "\n:::\n",
    "\n::: {.callout-note}\n", "%%", "\n%%\n", "<!--", "-->", "<div>", "</div>", "<b>", "</b>", "<p>", "<br>",
    "<a id=\"a\">", "<script>", "</script>", "<table>", "<", ">", "\"", "'", "--", "...", "https://a.org", "a@b.org",
    "\0", "\x01", "\x02", "\x020\x02", "\x03", "\ufeff", "&amp;", "&#0;", "\n#| label: x\n", " ^id",
)  # fmt: skip

pieces = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
notes = pieces | st.text(max_size=80) | st.tuples(pieces, st.text(max_size=20), pieces).map("".join)


def parsed(text: str | bytes, parser: Parser = PARSER) -> Doc:
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return parser.parse(Source("note.md", "", data))


def shown(piece: str | Hole) -> str:
    return piece if isinstance(piece, str) else "hole"


def body(doc: Doc) -> str:
    return "".join(map(shown, doc.body))


class Balance(HTMLParser):
    """Keeps the stack of open elements and the ids; `wrong` is the first end tag that closes something else."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.wrong = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong = self.wrong or tag


def check(text: str | bytes) -> None:
    """Every fact at once: one parse of a note is the expensive part."""
    doc = parsed(text)
    made = body(doc)
    balance = Balance()
    balance.feed(made)
    balance.close()
    assert (balance.open, balance.wrong) == ([], ""), made
    assert len(balance.ids) == len(set(balance.ids)), made
    assert re.search("[\0-\x08\x0e-\x1f]", made) is None, made


@given(notes)
@example("<p>\n\ntext\n\n</p>")
@example("^[<div>]")
@example("^[]")
@example("*<A>*")
@example("> [!theorem]- <div>")
@example("<div><a")
@example("a<script><script>")
def test_the_body_of_any_text_is_balanced_with_single_ids_and_no_marker(text: str) -> None:
    check(text)


@given(st.binary(max_size=120) | notes.map(lambda text: text.encode("utf-16", "surrogatepass")))
def test_any_bytes_are_parsed(data: bytes) -> None:
    check(data)


@given(notes)
def test_a_title_of_any_text_is_parsed(text: str) -> None:
    check("---\ntitle: " + text.replace("\n", " ") + "\n---\n")
    PARSER.free_text(text, "site.yml")


@given(notes)
def test_the_same_note_gives_the_same_doc_again_and_from_a_fresh_parser(text: str) -> None:
    first = parsed(text)
    assert parsed(text) == first
    assert parsed(text, Parser(Options())) == first


@given(notes, notes)
def test_a_note_knows_nothing_of_the_note_before_it(first: str, second: str) -> None:
    parser = Parser(Options())
    parsed(first, parser)
    assert parsed(second, parser) == parsed(second)


# Notes made to be slow: name -> the note.
MEGABYTE = 1_000_000
SLOW: dict[str, Callable[[], str]] = {
    **{f"a megabyte of {c}": lambda c=c: f"first {c * MEGABYTE} last\n" for c in "[$*`|<a"},  # type: ignore[misc]
    "500 nested quotes": lambda: "first\n\n" + "> " * 500 + "inner\n\nlast\n",
    "500 nested lists": lambda: "first\n\n" + "".join("  " * i + "- item\n" for i in range(500)) + "\nlast\n",
    "300 nested divs": lambda: "first\n\n" + "::: {.a}\n" * 300 + "inner\n" + ":::\n" * 300 + "\nlast\n",
    **{
        f"10,000 unclosed {name}": lambda text=text: "first\n\n" + text * 10_000 + "\n\nlast\n"  # type: ignore[misc]
        for name, text in (
            ("displays", "$$\nword\n\n"),
            ("displays in one line", "$$ word "),
            ("displays in one paragraph", "$$\nword\n"),
            ("embeds", "![[word "),
            ("shortcodes", "{{< word "),
            ("comments", "%%\nword\n\n"),
            ("comments in one line", "%% word "),
            ("formulas", "$word\n"),
            ("brackets", "\\[ word "),
            ("environments", "\\begin{align} word\n\n"),
            ("highlights", "==word "),
            ("divs", "::: {.a}\nword\n\n"),
            ("code spans", "`word ``word "),
            ("HTML comments", "word <!-- "),
            ("elements", "<div>word\n\n"),
            ("inline elements", "<b>word "),
            ("attributes", "[word]{.a #b"),
            ("footnotes", "^[word "),
            ("quotes", "\"word 'word "),
        )
    },
    "10,000 headings of one name": lambda: "first\n\n" + "## word\n\n" * 10_000 + "last\n",
    "10,000 table rows with a formula": lambda: (
        "first\n\n| a | b |\n|--|--|\n" + "| $x|y$ | word |\n" * 10_000 + "\nlast\n"
    ),
    "10,000 list items with a formula": lambda: "first\n\n" + "- $x$ word\n" * 10_000 + "\nlast\n",
    "10,000 lines of one paragraph": lambda: "first\n\n" + "- word $a\n+ b$ `c\n" * 5_000 + "\nlast\n",
    "10,000 ids of one name": lambda: "first\n\n" + '<a id="x"></a> word\n\n' * 10_000 + "last\n",
}  # fmt: skip

# Parses what stands on standard input, and says which words come out.
PROGRAM = """
import re, sys
from notes_site.markdown.options import Options
from notes_site.markdown.parse import Parser
from notes_site.model import Source
data = sys.stdin.buffer.read()
doc = Parser(Options()).parse(Source("note.md", "", data))
hole = lambda piece: f"{getattr(piece, 'target', '')} {getattr(piece, 'text', '')}"
made = "".join(piece if isinstance(piece, str) else hole(piece) for piece in doc.body)
print(*sorted(set(re.findall("[a-z]+", made))))
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_a_note_made_to_be_slow_is_parsed_in_time_and_loses_no_text(name: str) -> None:
    """The limit is that of a person who waits; what is quadratic takes minutes."""
    note = SLOW[name]()
    done = subprocess.run([sys.executable, "-c", PROGRAM], input=note.encode(), capture_output=True, timeout=20)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    kept = set(done.stdout.decode().split())
    assert set(re.findall(r"\b(?:first|last|inner|word|item|a{1000,})\b", note)) <= kept

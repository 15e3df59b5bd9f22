"""Code: what stands after the fence, Quarto's `#|` lines, highlighting by Pygments. Reads no file."""

from __future__ import annotations

import functools
import html
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from markdown_it.common.utils import unescapeAll
from msgspec import Struct
from msgspec.structs import replace

from notes_site.markdown.attributes import NONE, Attributes, parse_attributes

if TYPE_CHECKING:
    from pygments.formatter import Formatter
    from pygments.lexer import Lexer, RegexLexer

# `python title="x.py" {1,3-4}`: a language, key=value pairs, lines to mark
_INFO = re.compile(r"(?P<language>[^\s{=\"']+)?\s*(?P<rest>.*)$", re.DOTALL)
_RANGES = re.compile(r"\{(?P<lines>[\d,\s-]+)\}")
# `#| echo: false`
_OPTION = re.compile(r"(?:#|//|--|%%)\|\s*(?P<key>[\w.-]+)\s*:\s*(?P<value>.*)$")


class Listing(Struct, frozen=True):
    """A code block as it is to be shown."""

    language: str = ""
    attributes: Attributes = NONE
    title: str = ""
    marked: frozenset[int] = frozenset()
    numbered: bool = False
    first: int = 1
    folded: str = ""
    hidden: bool = False
    cell: bool = False


# the number of a line; longer ones are none
_COUNT = re.compile(r"\d{1,9}")


def line_numbers(text: str) -> frozenset[int]:
    """`1,3-5` to the numbers that it names; what cannot be read is left out."""
    found: set[int] = set()
    for part in re.split(r"[,\s]+", text.strip()):
        first, _, last = part.partition("-")
        if _COUNT.fullmatch(first):
            stop = int(last) if _COUNT.fullmatch(last) else int(first)
            found.update(range(int(first), min(stop, int(first) + 10_000) + 1))
    return frozenset(found)


def read_info(info: str) -> Listing:
    """What the words after the opening fence say: `{.python #lst-x title="a"}`, `{python}`, `python {2}`, `py`."""
    info = info.strip()
    cell = False
    if info.startswith("{") and info.endswith("}"):
        attributes = parse_attributes(info[1:-1]) or NONE
        cell = bool(attributes.words)
        names = [*attributes.words, *attributes.classes]
        language = names[0].lstrip("=") if names else ""
    else:
        found = _INFO.match(info)
        assert found is not None
        language, rest = unescapeAll(found["language"] or ""), found["rest"]
        marked = _RANGES.search(rest)
        if marked:
            rest = rest[: marked.start()] + rest[marked.end() :]
        rest = rest.strip()
        if rest.startswith("{") and rest.endswith("}"):
            rest = rest[1:-1]
        attributes = parse_attributes(rest) or NONE
        if marked:
            attributes = replace(attributes, pairs=(*attributes.pairs, ("hl_lines", marked["lines"])))
    return _with_pairs(Listing(language=language, attributes=attributes, cell=cell))


def _with_pairs(listing: Listing) -> Listing:
    get = listing.attributes.get
    lines = get("code-line-numbers", "linenums", "numbers") or ""
    marked = line_numbers(get("hl_lines", "highlight", "emphasize-lines") or "")
    if lines and lines not in ("true", "false"):
        marked |= line_numbers(lines)
    first = get("startFrom", "start", "lineno-start") or "1"
    fold = get("code-fold") or ""
    return replace(
        listing,
        title=get("title", "filename") or "",
        marked=marked,
        numbered=lines == "true" or bool({"numberLines", "line-numbers"} & set(listing.attributes.classes)),
        first=int(first) if _COUNT.fullmatch(first) else 1,
        folded=(get("code-summary") or FOLDED) if fold in ("true", "show") else "",
        hidden=get("echo", "include") == "false",
    )


def cell_options(listing: Listing, code: str) -> tuple[Listing, str]:
    """Read Quarto's `#| key: value` lines at the head of a cell; they are not part of the code shown."""
    rows = code.split("\n")
    pairs = list(listing.attributes.pairs)
    anchor = listing.attributes.id
    count = 0
    for row in rows:
        found = _OPTION.match(row.strip())
        if found is None:
            break
        value = found["value"].strip().strip("\"'")
        if found["key"] == "label":
            anchor = value
        pairs.append((found["key"], value))
        count += 1
    if not count:
        return listing, code
    while count < len(rows) and not rows[count].strip():
        count += 1
    attributes = Attributes(anchor, listing.attributes.classes, tuple(pairs), listing.attributes.words)
    return _with_pairs(replace(listing, attributes=attributes)), "\n".join(rows[count:])


# what a folded block without a summary of its own is headed with, until the language is known
FOLDED = "\0code"

_PLAIN = {"", "text", "txt", "plain", "plaintext", "output", "none", "mermaid", "math", "ascii"}


@functools.lru_cache(maxsize=4096)
def highlight(code: str, language: str) -> str:
    """The code as HTML with Pygments' classes; escaped text when the language is unknown."""
    language = language.lower()
    if language in _PLAIN:
        return html.escape(code, quote=False)
    import pygments

    make_lexer = _lexer(language)
    if make_lexer is None:
        return html.escape(code, quote=False)
    lexer = make_lexer(stripnl=False, ensurenl=False)
    _quicken(lexer, len(code))
    made: str = pygments.highlight(code, lexer, _formatter())
    return made


# so many characters a lexer reads by its own means before its rules are looked at, which takes longer than reading
_FEW = 8_000
_lexed: Counter[type[object]] = Counter()


def _quicken(lexer: Lexer, length: int) -> None:
    """Let a lexer that has read much try fewer of its rules; one with a way of its own to read keeps it."""
    from pygments.lexer import RegexLexer

    kind = type(lexer)
    _lexed[kind] += length
    if _lexed[kind] < _FEW or not isinstance(lexer, RegexLexer):
        return
    if kind.get_tokens_unprocessed is RegexLexer.get_tokens_unprocessed and (tokens := _rules(kind)) is not None:
        lexer.get_tokens_unprocessed = functools.partial(tokens, lexer)  # type: ignore[method-assign]


@functools.cache
def _rules(kind: type[RegexLexer]) -> Callable[..., Iterator[tuple[int, Any, str]]] | None:
    try:
        from notes_site.markdown.lexing import Rules
    except ImportError:  # a Python whose `re` reads its patterns in another way
        return None
    return Rules(kind()).tokens


@functools.cache
def _formatter() -> Formatter[str]:
    from pygments.formatters.html import HtmlFormatter

    return HtmlFormatter(nowrap=True)


@functools.cache
def _lexer(language: str) -> Callable[..., Lexer] | None:
    """What makes a lexer for a language; some lexers keep what they have read, so each text has a new one."""
    from pygments.lexers import find_lexer_class_by_name
    from pygments.util import ClassNotFound

    try:
        return find_lexer_class_by_name(language)
    except ClassNotFound:
        return None


def _lines(body: str, listing: Listing) -> str:
    if not listing.numbered and not listing.marked:
        return body
    rows = body.removesuffix("\n").split("\n")
    made = []
    for i, row in enumerate(rows):
        classes = "line marked" if i + 1 in listing.marked else "line"
        number = f' data-line="{listing.first + i}"' if listing.numbered else ""
        made.append(f'<span class="{classes}"{number}>{row}\n</span>')
    return "".join(made)


def caption_source(info: str, code: str) -> str:
    """What stands under or over a listing or a diagram, as the author wrote it.

    A figure that a cell would draw is not there; its caption says what the cell is for.
    """
    listing = read_info(info)
    if listing.cell or code.startswith(("#|", "%%|")):
        listing, _ = cell_options(listing, code)
    get = listing.attributes.get
    if listing.language == "mermaid":
        return get("fig-cap", "caption") or ""
    return get("lst-cap") or get("caption") or (get("fig-cap") if listing.cell else "") or ""


def render_listing(code: str, listing: Listing, *, body: str | None = None, caption: str = "") -> str:
    """A code block as HTML; `body` is given when the code is already highlighted (or is a hole)."""
    inner = _lines(highlight(code, listing.language), listing) if body is None else body
    language = html.escape(listing.language, quote=True)
    classes = "numbered" if listing.numbered else ""
    shown = f' class="language-{language}"' if language else ""
    anchor = f' id="{html.escape(listing.attributes.id)}"' if listing.attributes.id else ""
    extra = f' class="{classes}"' if classes else ""
    block = f'<pre tabindex="0"{extra}><code{shown}>{inner}</code></pre>'
    if listing.title:
        block = f'<div class="code-title">{html.escape(listing.title)}</div>{block}'
    if listing.folded:
        block = f'<details class="code-fold"><summary>{html.escape(listing.folded)}</summary>{block}</details>'
    if caption:
        return (
            f'<figure class="listing"{anchor}><figcaption>{caption}</figcaption>'
            f'<div class="code">{block}</div></figure>\n'
        )
    return f'<div class="code"{anchor}>{block}</div>\n'

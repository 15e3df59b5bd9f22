"""What is searched of a page: its words with formulas as text, the statements in it, its formulas and their places.

Read from the page as it was made, so that it is what a reader sees. Pure and total: any HTML gives a record.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from urllib.parse import quote

from notes_site.model import Value

# Writing without blanks between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese. Each sign is indexed by itself,
# and what is looked for is a run of them. Not Korean, which has blanks.
DENSE: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3001-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uff01-\uff9f\U00020000-\U0003ffff"
)
# between the title of a statement and that of its page
BETWEEN: Final = "␟"
# tokens of a formula in a line, of which fewer say little: `xᵢ`
SHORTEST: Final = 3
# letters around the text of a file that Pagefind indexes
_FRAME: Final = 500
# how a formula was found: in a line, on a line of its own, with a number
INLINE, DISPLAY, LABELLED = range(3)


class Head(Value, frozen=True):
    """What is known of a page beside its text: `collections` are the addresses of those that hold it, the outermost
    first, `topics` the slugs of its topics, `name` the file that it lies in; a `lesser` one is found after others.
    """

    url: str
    name: str
    title: str
    kind: str
    lang: str
    summary: str = ""
    collections: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    lesser: bool = False


class Statement(Value, frozen=True):
    """A theorem, a definition, an exercise: `title` is its kind, number and name."""

    anchor: str
    kind: str
    title: str
    text: str


class FormulaPlace(Value, frozen=True):
    """A formula in the form in which it is compared, as text one can read, and the anchor nearest above it."""

    tokens: str
    text: str
    anchor: str
    standing: int


class Extract(Value, frozen=True):
    """What is searched of one page. `html` is its text with anchors, `places` are these with their titles."""

    html: str
    statements: tuple[Statement, ...] = ()
    formulas: tuple[FormulaPlace, ...] = ()
    places: tuple[tuple[str, str], ...] = ()


# `<div class="body">`, or the main part of a page that has none
_BODY: Final = re.compile(r'<(div|article|section)\b[^>]*\sclass="(?:[^"]*\s)?body(?:\s[^"]*)?"[^>]*>')
_MAIN: Final = re.compile(r"<(main)\b[^>]*>")
_ARTICLE: Final = re.compile(r"</(body|html)>")
_PIECE: Final = re.compile(
    r"<!--.*?-->|<(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*)(?P<rest>(?:[^>\"']|\"[^\"]*\"|'[^']*')*)>|[^<]+|<", re.DOTALL
)
_MATH: Final = re.compile(r"<(/?)math\b")
_ANNOTATION: Final = re.compile(r'<annotation encoding="application/x-tex">(.*?)</annotation>', re.DOTALL)
# ` id="x"`, ` class="a b"`
_ID: Final = re.compile(r'\sid="([^"]*)"')
_CLASS: Final = re.compile(r'\sclass="([^"]*)"')
_HIDDEN: Final = re.compile(r'\s(?:hidden|data-pagefind-ignore)(?=[\s=/]|$)|\saria-hidden="true"')
_SILENT_TAGS: Final = frozenset(("script", "style", "svg", "template", "button", "nav", "iframe", "object"))
_SILENT_CLASSES: Final = frozenset((
    "anchor", "used", "copy", "footnote-ref", "footnote-backref", "lineno", "linenos", "neighbours", "permalink",
    "sidenote",
))  # fmt: skip
_HEADINGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
# inside a line; what else ends is followed by a blank
_INLINE: Final = frozenset((
    "a", "abbr", "b", "bdi", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q", "s", "samp", "small",
    "span", "strong", "sub", "sup", "u", "var",
))  # fmt: skip
_VOID: Final = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
))  # fmt: skip
_BLOCKS: Final = frozenset((
    "blockquote", "dd", "div", "dt", "figcaption", "li", "p", "pre", "section", "table", "tr",
))  # fmt: skip
_DENSE: Final = re.compile(rf"(?<=\S)(?=[{DENSE}])|(?<=[{DENSE}])(?=\S)")

Written = Callable[[str], tuple[str, str]]


def extract(page: str, statements: Mapping[str, str], written: Written) -> Extract:
    """What is searched of a page. `statements` are the kinds of its statements by their anchors; `written` gives the
    tokens and the readable text of a formula.
    """
    start, name = _start(page)
    return _Reader(page, statements, written).read(start, name)


def _start(page: str) -> tuple[int, str]:
    """Where the text of a page begins, and the element that holds it."""
    found = _BODY.search(page) or _MAIN.search(page)
    return (found.end(), found[1]) if found else (0, "")


class _Open:
    """An element that was opened and waits for its end."""

    def __init__(self, name: str) -> None:
        self.name, self.depth = name, 1

    def ends(self, name: str, *, end: bool) -> bool:
        """Whether a tag is the end of this element."""
        if name == self.name:
            self.depth += -1 if end else 1
        return self.depth == 0


class _Reader:
    """Reads the elements of a page from the left. Elements that are not closed end with the page."""

    def __init__(self, page: str, kinds: Mapping[str, str], written: Written) -> None:
        self.page, self.kinds, self.written = page, kinds, written
        self.html: list[str] = []
        self.line: list[str] = []
        self.places: dict[str, str] = {}
        self.statements: list[Statement] = []
        self.formulas: dict[str, FormulaPlace] = {}
        self.section = ""
        self.display = ""
        self.in_diagram = False
        self.silent: _Open | None = None
        self.statement: tuple[_Open, str, list[str], list[str]] | None = None
        self.head: _Open | None = None
        self.heading: tuple[str, str, list[str]] | None = None

    def read(self, start: int, container: str) -> Extract:
        around = _Open(container)
        at, size = start, len(self.page)
        while at < size:
            if self.page.startswith("<math", at) and not self.page[at + 5 : at + 6].isalnum():
                end = self.math_end(at)
                if self.silent is None:
                    self.formula(self.page[at:end])
                at = end
                continue
            piece = _PIECE.match(self.page, at)
            if piece is None:
                break
            at = piece.end()
            name = piece["name"]
            if name is None:
                if self.silent is None and not piece[0].startswith("<!--"):
                    self.say(html.unescape(piece[0]))
                continue
            name, end_tag = name.lower(), bool(piece["end"])
            if name in _VOID:
                self.say(" ")
                continue
            if container and around.ends(name, end=end_tag):
                break
            self.tag(name, piece["rest"], end=end_tag)
        self.finish()
        formulas = tuple(_telling(list(self.formulas.values())))
        return Extract("".join(self.html), tuple(self.statements), formulas, tuple(self.places.items()))

    def math_end(self, start: int) -> int:
        depth = 0
        for tag in _MATH.finditer(self.page, start):
            depth += -1 if tag[1] else 1
            if depth == 0:
                return self.page.find(">", tag.end()) + 1 or len(self.page)
        return len(self.page)

    # -- text ---------------------------------------------------------------------------------------------------------

    def say(self, text: str) -> None:
        if self.silent is not None:
            return
        if self.heading is not None:
            self.heading[2].append(text)
            return
        if self.statement is not None:
            _, _, title, said = self.statement
            if self.head is not None:
                title.append(text)
                return
            said.append(text)
        self.line.append(text)

    def flush(self) -> None:
        """The end of a block."""
        text = one_line("".join(self.line))
        self.line.clear()
        if text:
            self.html.append(f"<p>{html.escape(spaced(text))}</p>\n")

    def anchor(self, element: str, anchor: str, title: str) -> None:
        self.flush()
        self.places.setdefault(anchor, title)
        shown = html.escape(spaced(title))
        self.html.append(f'<{element} id="{html.escape(anchor)}">{shown}</{element}>\n')

    def formula(self, math: str) -> None:
        tex = _ANNOTATION.findall(math)
        if not tex:
            return
        tokens, text = self.written(html.unescape(tex[-1]))
        inner = _ID.search(math)
        display = 'display="block"' in math[: math.find(">")]
        self.say(f" {text} " if display else text)
        own = self.display or (html.unescape(inner[1]) if inner else "")
        standing = LABELLED if own else DISPLAY if display else INLINE
        anchor = own or (self.statement[1] if self.statement is not None else self.section)
        known = self.formulas.get(tokens)
        if len(tokens) > 1 and (known is None or known.standing < standing):
            self.formulas[tokens] = FormulaPlace(tokens, text, anchor, standing)

    # -- elements -----------------------------------------------------------------------------------------------------

    def tag(self, name: str, rest: str, *, end: bool) -> None:
        if self.silent is not None:
            if self.silent.ends(name, end=end):
                self.silent = None
            return
        if name not in _INLINE:
            self.say(" ")
        if end:
            self.in_diagram &= name != "figure"
            if self.heading is not None:
                if name == self.heading[0]:
                    self.close_heading()
                return
            self.within(name, end=True)
        else:
            classes, ids = _CLASS.search(rest), _ID.search(rest)
            given = frozenset(classes[1].split()) if classes else frozenset()
            self.in_diagram |= "diagram" in given
            source = self.in_diagram and name == "details"  # of a diagram, for those who cannot see it
            if source or name in _SILENT_TAGS or given & _SILENT_CLASSES or _HIDDEN.search(rest):
                self.silent = _Open(name)
            elif self.heading is None:
                self.opened(name, html.unescape(ids[1]) if ids else "", given)
        if name in _BLOCKS and self.heading is None and self.silent is None:
            self.flush()

    def opened(self, name: str, anchor: str, given: frozenset[str]) -> None:
        """An element that is read begins."""
        if name in _HEADINGS and anchor and self.statement is None:
            self.flush()
            self.heading = (name, anchor, [])
            return
        self.within(name, end=False)
        if self.statement is None and anchor in self.kinds:
            self.flush()
            self.statement = (_Open(name), anchor, [], [])
        if self.statement is not None and "head" in given and not self.statement[2]:
            self.head = _Open(name)
        if name == "div":
            self.display = anchor if "formula" in given else ""

    def within(self, name: str, *, end: bool) -> None:
        """Count the elements of a name inside a statement and its head, whose end is one of their own."""
        if self.head is not None and self.head.ends(name, end=end):
            self.head = None
            self.open_statement()
        if self.statement is not None and self.statement[0].ends(name, end=end):
            self.close_statement()
        if end and name == "div":
            self.display = ""

    def close_heading(self) -> None:
        assert self.heading is not None
        name, anchor, said = self.heading
        self.heading = None
        self.section = anchor
        self.anchor(name, anchor, one_line("".join(said)))

    def open_statement(self) -> None:
        """The head of a statement was read: its title stands at its place."""
        assert self.statement is not None
        _, anchor, title, _ = self.statement
        self.anchor("b", anchor, one_line("".join(title)).rstrip("."))

    def close_statement(self) -> None:
        assert self.statement is not None
        _, anchor, title, said = self.statement
        self.statement = self.head = None
        self.flush()
        named = one_line("".join(title)).rstrip(".")
        if anchor not in self.places:
            self.places[anchor] = named
        self.statements.append(Statement(anchor, self.kinds[anchor], named, one_line("".join(said))))

    def finish(self) -> None:
        if self.heading is not None:
            self.close_heading()
        if self.statement is not None:
            self.close_statement()
        self.flush()


def _telling(formulas: list[FormulaPlace]) -> Iterator[FormulaPlace]:
    """The formulas without those in a line that say little, or no more than a larger one that is found instead."""
    displays = "\n".join(one.tokens for one in formulas if one.standing != INLINE)
    for one in formulas:
        if one.standing != INLINE:
            yield one
        elif len(one.tokens) >= SHORTEST and one.tokens not in displays:
            larger = (other for other in formulas if other.anchor == one.anchor and len(other.tokens) > len(one.tokens))
            if not any(one.tokens in other.tokens for other in larger):
                yield one


def one_line(text: str) -> str:
    return " ".join(text.split())


def spaced(text: str) -> str:
    """With a blank on both sides of every sign of a writing that has none between words: `机 器 学 习`."""
    return _DENSE.sub(" ", text)


# -- what Pagefind reads -----------------------------------------------------------------------------------------------


# `optimization/a/index.html~thm-x.html`: a statement of the page in `optimization/a/index.html`
def statement_name(name: str, anchor: str) -> str:
    """The file of a statement, whose name tells where it stands."""
    return f"{name}~{quote(anchor, safe='').replace('~', '%7E')}.html"


def pages(head: Head, found: Extract) -> list[tuple[str, str]]:
    """The files that Pagefind indexes for a page and for each statement in it, by name."""
    summary = f"<p>{html.escape(spaced(head.summary))}</p>\n" if head.summary else ""
    made = [(head.name, _page(head, head.kind, head.title, "", summary + found.html))]
    for one in found.statements:
        text = f"<p>{html.escape(spaced(one.text))}</p>\n"
        made.append((statement_name(head.name, one.anchor), _page(head, one.kind, one.title, head.title, text)))
    return made


def letters(found: Extract) -> int:
    """The letters of the files that Pagefind indexes for a page, about."""
    return (
        len(found.html)
        + sum(len(one.title) + len(one.text) for one in found.statements)
        + _FRAME * (1 + len(found.statements))
    )


def _page(head: Head, kind: str, title: str, within: str, text: str) -> str:
    # one filter for all: Pagefind writes several in an order of chance
    filters = [("kind", kind), *(("collection", one) for one in head.collections)]
    filters += [("topic", one) for one in head.topics]
    filters += [("rank", "lesser")] if head.lesser else []
    said = "".join(
        f'<i data-pagefind-filter="is[data-is]" data-is="{html.escape(f"{key}:{value}")}"></i>'
        for key, value in filters
    )
    # one fact for two: their order would be one of chance as well
    shown = f"{title}{BETWEEN}{within}" if within else title
    inside = f'<i data-pagefind-meta="title[data-title]" data-title="{html.escape(shown)}"></i>'
    return (
        f'<!doctype html>\n<html lang="{html.escape(head.lang)}">\n<meta charset="utf-8">\n'
        f"<body>\n<main data-pagefind-body>\n<h1>{html.escape(spaced(title))}</h1>\n{text}</main>\n{said}{inside}\n"
    )

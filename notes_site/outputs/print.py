"""A whole collection on one page, set as a book: for paper, and for readers who want all of it in one file.

Every note is filled anew for this page: its ids begin with the note's own name, references between its notes stay on
the page, and those to works lead to the bibliography at its end. What leads elsewhere leads to the site, and is told on
paper in notes of its own.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urljoin

from markupsafe import Markup
from msgspec import Struct, field
from msgspec.structs import replace

from notes_site import address
from notes_site.bibliography import Style
from notes_site.link import Filling, fill, prefixed
from notes_site.model import EMPTY, Card, Doc, Group, Paper, Target, Text, Volume
from notes_site.outputs.context import Context, number_of, safe
from notes_site.outputs.page import page_head, render
from notes_site.outputs.pages import paper_of
from notes_site.outputs.works import entry_of
from notes_site.site import Site

HEADS: Final = "heads.css"
# a running head stays on its line
_LONGEST_HEAD: Final = 60
# a link that stays on the page, until its note's own links are told from it; no author writes this character
_HERE: Final = "\x1f"
_LAST_LEVEL: Final = 6
_TOP: Final = "_title"


class PrintedNote(Struct, frozen=True):
    """A note in print: its `anchor` on the page, the `level` of its heading, and the addresses that its links name."""

    anchor: str
    level: int
    number: Markup
    title: Text
    subtitle: Text
    authors: tuple[str, ...]
    date: datetime | None
    paper: Paper | None
    body: Markup
    links: tuple[str, ...]


class PrintedUnit(Struct, frozen=True):
    """What begins on a page of its own: a chapter with its notes, or a note that is one. `page` names its pages."""

    page: str
    anchor: str
    level: int
    number: str
    title: str
    notes: tuple[PrintedNote, ...]


class PrintedPart(Struct, frozen=True):
    """A part of a book, or a collection inside the one that is printed: its title may be empty, its words too."""

    anchor: str
    level: int
    title: Text
    page: str
    opening: PrintedNote | None
    units: tuple[PrintedUnit, ...]


class PrintedBook(Struct, frozen=True):
    """What stands on the title page."""

    anchor: str
    title: Text
    icon: str
    description: Text
    authors: tuple[str, ...]
    date: datetime | None
    address: str


class _Unit(Struct, frozen=True):
    """A unit of the plan: its heading and its cards."""

    group: Group
    cards: tuple[Card, ...]
    headed: bool


class _Part(Struct, frozen=True):
    """A part of the plan: the path of its opening words is empty where there are none."""

    title: Text
    depth: int
    index: str
    url: str
    units: tuple[_Unit, ...]


def _plan(volumes: Sequence[Volume]) -> tuple[_Part, ...]:
    """The parts of a book. Those of the collection itself come first, then each collection inside it."""
    parts: list[_Part] = []
    for volume in volumes:
        title = volume.card.title if volume.depth else EMPTY
        parts.append(_Part(title, volume.depth, volume.index, volume.card.url, ()))
        shown = ""
        for group in volume.groups:
            if group.part != shown:
                shown = group.part
                depth = volume.depth + 1 if shown else volume.depth
                parts.append(_Part(Text(html.escape(shown), shown), depth, "", "", ()))
            parts[-1] = replace(parts[-1], units=(*parts[-1].units, *_units(group, volume.card.kind)))
    return tuple(parts)


def _units(group: Group, kind: str) -> list[_Unit]:
    """A chapter is one unit, and so is a stream; of notes that stand in no chapter each is one."""
    headed = bool(group.title or group.number)
    if headed or kind == "stream":
        return [_Unit(group, group.entries, headed)]
    return [_Unit(group, (card,), headed=False) for card in group.entries]


class _Names(Struct):
    """Anchors of this page: each once, none with `--` in it, which divides the name of a note from those inside it."""

    taken: set[str] = field(default_factory=set)

    def of(self, words: str) -> str:
        plain = re.sub(r"-{2,}", "-", re.sub(r"[/\s]+", "-", words)).strip("-_") or "note"
        name, count = plain, 1
        while name in self.taken:
            count += 1
            name = f"{plain}-{count}"
        self.taken.add(name)
        return name


class _Printer:
    """Fills notes for one page."""

    def __init__(self, target: Target, site: Site, context: Context, parts: Sequence[_Part]) -> None:
        self.url, self.collection, self.site, self.context = target.url, target.argument, site, context
        self.names = _Names()
        self.anchors: dict[str, str] = {self.collection: _TOP}
        for part in parts:
            if part.url and part.url not in self.anchors:
                self.anchors[part.url] = self._name(part.url)
            for card in (card for unit in part.units for card in unit.cards):
                self.anchors.setdefault(card.url, self._name(card.url))
        self.works = {entry.card.url: f"ref-{entry.card.key}" for entry in site.printed_works(self.collection)}
        self.base = context.absolute("/") if context.config.urls else ""

    def _name(self, url: str) -> str:
        return self.names.of(url.removeprefix(self.collection).strip("/"))

    def _href(self, to: str) -> str:
        """Where a link leads from here: what is printed is on this page."""
        path, mark, fragment = to.partition("#")
        anchor = self.anchors.get(path)
        if anchor is not None:
            anchor += f"--{fragment}" if fragment else ""
        elif not mark:
            anchor = self.works.get(path)
        if anchor is None:
            return address.relative(self.url, to)
        return f"#{_HERE}{address.relative(self.url, f'{self.url}#{anchor}')[1:]}"

    def note(self, doc: Doc, anchor: str, level: int, card: Card | None = None) -> PrintedNote:
        """A note under a heading of a level; without a card it is the words of a collection, under its title."""
        site, context, settings = self.site, self.context, doc.facts.settings
        manner = context.manner(settings.lang)
        filled = fill(doc, Filling(site, self._href, context.doc, lambda: manner, bare=True, previews=False))
        filled = prefixed(filled, f"{anchor}--").replace(f"#{_HERE}", "#").replace(' loading="lazy"', "")
        filled, links = self._told(_demoted(_ANCHOR.sub("", filled), level - 1))
        titles = context.titles(doc, site)
        known = site.card(doc.facts.path) if card else None
        return PrintedNote(
            anchor, level,
            number_of(card) if card else Markup(""),
            card.label if card else titles.title,
            titles.subtitle,
            settings.authors,
            known.written if known else None,
            paper_of(settings, site),
            safe(filled),
            links,
        )  # fmt: skip

    def _told(self, body: str) -> tuple[str, tuple[str, ...]]:
        """A body with a letter after each link that leads away, and the addresses in the order of these letters."""
        letters: dict[str, str] = {}

        def mark(found: re.Match[str]) -> str:
            to = html.unescape(found["href"])
            if "://" not in to:
                to = urljoin(self.base + self.url[1:], to) if self.base and not _SAID.match(found[0]) else ""
            if not to.startswith(("https://", "http://")) or _bare(html.unescape(found["text"])) == _bare(to):
                return found[0]
            letter = letters.setdefault(to, _letters(len(letters)))
            return f'{found[0]}<sup class="link-mark">{letter}</sup>'

        return _OUTWARD.sub(mark, body), tuple(letters)


# `<a class="anchor" href="#x" aria-label="…">#</a>`, a heading's link to itself
_ANCHOR: Final = re.compile(r'<a class="anchor"[^>]*>#</a>')
# `<a href="https://example.org">words</a>`; not one that stays on the page
_OUTWARD: Final = re.compile(r'<a (?:[^<>]*? )?href="(?P<href>[^"#][^"]*)"[^<>]*>(?P<text>.*?)</a>', re.DOTALL)
# `<a class="ref" …`: a reference or a term, whose words say where it leads
_SAID: Final = re.compile(r'<a [^<>]*?class="(?:ref|term)"')
# `<h2 id="x">`, `</h2>`
_HEADING: Final = re.compile(r"<(?P<end>/?)h(?P<level>[1-6])(?=[\s>])")


def _demoted(body: str, by: int) -> str:
    """A body whose headings stand lower; the last level there is tells how deep they are."""

    def lower(found: re.Match[str]) -> str:
        level, written = int(found["level"]) + by, found["level"]
        if found["end"]:
            return f"</h{min(level, _LAST_LEVEL)}"
        deep = f' aria-level="{level}"' if level > _LAST_LEVEL else ""
        return f'<h{min(level, _LAST_LEVEL)} data-level="{written}"{deep}'

    return _HEADING.sub(lower, body)


def _bare(url: str) -> str:
    return url.partition("://")[2].rstrip("/") or url.rstrip("/")


def _letters(place: int) -> str:
    """a, b, …, z, aa, ab, …: as lists count with letters."""
    made = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        made = chr(ord("a") + rest) + made
    return made


def _pages(parts: Sequence[_Part]) -> Iterable[tuple[_Part, _Unit | None, str]]:
    """The opening of each part that has one, and each unit, with the name of its pages."""
    count = 0
    for part in parts:
        count += 1
        yield part, None, f"u{count}"
        for unit in part.units:
            count += 1
            yield part, unit, f"u{count}"


def book(target: Target, site: Site, context: Context) -> bytes:
    """The page of a whole collection."""
    volumes = site.volumes(target.argument)
    assert volumes
    card, parts = volumes[0].card, _plan(volumes)
    printer = _Printer(target, site, context, parts)
    made: list[PrintedPart] = []
    first = context.doc(volumes[0].index) if volumes[0].index else None
    paths = [volume.index for volume in volumes if volume.index]
    named: dict[str, None] = {}
    for part, unit, page in _pages(parts):
        level = 2 + part.depth
        if unit is None:
            doc = context.doc(part.index) if part.index else None
            anchor = printer.anchors.get(part.url) or printer.names.of(part.title.plain)
            opening = printer.note(doc, anchor, level - 1) if doc is not None else None
            kept = opening if opening is not None and opening.body.strip() else None
            made.append(PrintedPart(anchor, level - 1, part.title, page, kept, ()))
            continue
        notes: list[PrintedNote] = []
        for entry in unit.cards:
            doc = context.doc(entry.path)
            if doc is not None:
                notes.append(printer.note(doc, printer.anchors[entry.url], level + unit.headed, entry))
                paths.append(entry.path)
                named |= dict.fromkeys(doc.facts.settings.authors)
        anchor = printer.names.of(f"{unit.group.number} {unit.group.title}") if unit.headed else ""
        row = PrintedUnit(page, anchor, level, unit.group.number, unit.group.title, tuple(notes))
        made[-1] = replace(made[-1], units=(*made[-1].units, row))
    dates = [known.updated or known.date for path in paths if (known := site.card(path))]
    config = context.config
    lang = first.facts.settings.lang if first else None
    own = first.facts.settings.authors if first else ()
    authors = own or ((config.author,) if config.author else tuple(named))
    shown = PrintedBook(
        _TOP, card.title, card.icon, card.description, authors, max(filter(None, dates), default=None),
        context.absolute(card.url) if config.urls else "",
    )  # fmt: skip
    works = site.printed_works(target.argument)
    head = page_head(
        context, target.url, card.title.plain, "print", description=card.description.plain, lang=lang, noindex=True
    )
    if config.urls:
        head = replace(head, canonical=context.absolute(card.url))
    values = {
        "book": shown,
        "collection": card,
        "parts": tuple(part for part in made if part.title or part.opening or part.units),
        "references": tuple(map(entry_of, works)),
        "labelled": context.manner(lang).style is not Style.AUTHOR_YEAR,
        "heads": target.url + HEADS,
    }
    return render("print.html", head, context, values)


def heads(target: Target, site: Site, context: Context) -> bytes:
    """The stylesheet of the running heads: the title of the book, and of the chapter or the note on the page."""
    volumes = site.volumes(target.argument)
    left = _quoted(volumes[0].card.title.plain)
    rules: list[str] = ['@charset "utf-8";']

    def add(page: str, selector: str, right: str) -> None:
        rules.append(f"@page {page} {{ @top-left {{ content: {left} }} @top-right {{ content: {_quoted(right)} }} }}")
        rules.append(f"{selector} {{ page: {page} }}")

    for part, unit, page in _pages(_plan(volumes)):
        if unit is None and not part.index:
            continue  # a page with nothing but a title has no running head
        right = part.title.plain
        if unit is not None and unit.headed:
            right = f"{unit.group.number} {unit.group.title}".strip()
        elif unit is not None and len(unit.cards) == 1:
            card = unit.cards[0]
            right = f"{number_of(card).striptags()} {card.label.plain}".strip()
        add(page, f".{page}", right)
    index = context.doc(volumes[0].index) if volumes[0].index else None
    words = context.words(index.facts.settings.lang if index else None)
    add("works", ".book > .references", words["references"])
    return ("\n".join(rules) + "\n").encode("utf-8", "replace")


def _quoted(text: str) -> str:
    """A text as a string of CSS, cut where a line would be too short for it."""
    text = " ".join(text.split())
    if len(text) > _LONGEST_HEAD:
        words = text[:_LONGEST_HEAD].rpartition(" ")[0] or text[:_LONGEST_HEAD]
        text = words.rstrip(" ,;:.–—-") + "…"
    return '"' + re.sub(r'[\\"<\x00-\x1f]', lambda found: f"\\{ord(found[0]):x} ", text) + '"'

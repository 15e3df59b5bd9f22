"""Collections: which notes stand in which, in what order, under which chapters, and which of them are the newest.

Pure. `plan` needs only paths and configuration, so that a note's macros are known before it is parsed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from msgspec import Struct, field
from msgspec.structs import replace

from notes_site.address import clean, segment
from notes_site.config import Collection, Config, unit_of
from notes_site.model import Card, Facts, Group, Number, Text, Value
from notes_site.numbers import chapter_text, natural, number_of
from notes_site.patterns import matcher
from notes_site.words import Words

_JOINTS = " \t:–—-·|"
_NEVER = datetime(1, 1, 1, tzinfo=UTC)
# units that a preface is one of, too
_ANYTHING = frozenset(("note", "page", "entry", "item"))


class Folder(Value, frozen=True):
    """A folder with an `index.md`: what its front matter says of the collection, and the path of that note.

    `declared`, it says something that only collections have.
    """

    path: str
    index: str
    config: Collection
    weight: float | None = None
    declared: bool = False


class Shelf(Struct, frozen=True):
    """A collection before its notes are known: where it stands, and the paths of its own notes."""

    url: str
    slug: str
    config: Collection
    index: str = ""
    own: tuple[str, ...] = ()
    children: tuple[Shelf, ...] = field(default=())

    def walk(self) -> Iterable[Shelf]:
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def paths(self) -> tuple[str, ...]:
        """The notes of this collection and of those inside it, each once."""
        return tuple(dict.fromkeys(path for shelf in self.walk() for path in shelf.own))


def _declared(
    config: Collection, parent: str, paths: Sequence[str], series: Mapping[str, str], indexes: Mapping[str, str]
) -> Shelf:
    slug = _slug(config)
    url = f"{parent}{slug}/"
    children = tuple(_declared(child, url, paths, series, indexes) for child in config.collections)
    included, excluded = matcher(config.include), matcher(config.exclude)
    own = tuple(
        path
        for path in paths
        if (included(path) and path not in series and not excluded(path)) or series.get(path) == slug
    )
    return Shelf(url, slug, config, indexes.get(url, ""), own, children)


def plan(
    config: Config, folders: Sequence[Folder], paths: Sequence[str], series: Mapping[str, str]
) -> tuple[Shelf, ...]:
    """All top-level collections: those of the configuration in its order, then those of the folders by name.

    `series` maps the path of a note to the slug that its front matter names. A note that a declared collection holds
    is not counted again in its folder's. An `index.md` that is alone in its folder, with pictures perhaps, is a note.
    """
    urls = {url for entry in config.collections for url in _urls(entry, "/")}
    folders = _with_notes(folders, paths, series, urls)
    indexes = {clean(folder.path): folder.index for folder in folders}
    notes = [path for path in paths if path not in set(indexes.values())]
    declared = tuple(_declared(entry, "/", notes, series, indexes) for entry in config.collections)
    taken = {path for shelf in declared for path in shelf.paths}
    rest = [path for path in notes if path not in taken]
    by_path = {folder.path: folder for folder in folders if folder.path and clean(folder.path) not in urls}

    def nearest(path: str) -> str:
        folder = path.rpartition("/")[0]
        while folder and folder not in by_path:
            folder = folder.rpartition("/")[0]
        return folder

    slugs = {segment(folder.rpartition("/")[2]): folder for folder in by_path}
    own: dict[str, list[str]] = {folder: [] for folder in by_path}
    for path in rest:
        home = slugs.get(segment(series.get(path, "")), nearest(path))
        if home:
            own[home].append(path)

    def outer(folder: str) -> str:
        return nearest(folder)

    def place(folder: Folder) -> tuple[object, ...]:
        return (folder.weight is None, folder.weight or 0.0, natural(folder.path))

    def build(folder: Folder) -> Shelf:
        inside = sorted((f for f in by_path.values() if outer(f.path) == folder.path), key=place)
        children = tuple(build(f) for f in inside)
        slug = segment(folder.config.slug) or segment(folder.path.rpartition("/")[2]) or "collection"
        return Shelf(clean(folder.path), slug, folder.config, folder.index, tuple(own[folder.path]), children)

    tops = sorted((f for f in by_path.values() if not outer(f.path)), key=place)
    return declared + tuple(build(folder) for folder in tops)


def _urls(config: Collection, parent: str) -> Iterable[str]:
    """The addresses of a declared collection and of those inside it."""
    url = f"{parent}{_slug(config)}/"
    yield url
    for child in config.collections:
        yield from _urls(child, url)


def _slug(config: Collection) -> str:
    return segment(config.slug or config.title) or "collection"


def _with_notes(
    folders: Sequence[Folder], paths: Sequence[str], series: Mapping[str, str], urls: set[str]
) -> list[Folder]:
    """The folders that are collections: they hold other notes, or notes elsewhere name them, or they say so."""
    own = {folder.index for folder in folders}
    holding = {path.rsplit("/", count)[0] for path in paths for count in range(1 + (path in own), path.count("/") + 1)}
    named = {segment(name) for name in series.values()}
    return [
        folder
        for folder in folders
        if folder.declared
        or folder.path in holding
        or clean(folder.path) in urls
        or segment(folder.path.rpartition("/")[2]) in named
    ]


def macros_for(shelves: Iterable[Shelf]) -> dict[str, tuple[Collection, ...]]:
    """By path, the collections whose macros a note may use, outermost first; without those that have no macros."""
    found: dict[str, tuple[Collection, ...]] = {}
    for top in shelves:
        if any(shelf.config.macros for shelf in top.walk()):
            _collect(top, (), found)
    return found


def _collect(shelf: Shelf, outer: tuple[Collection, ...], found: dict[str, tuple[Collection, ...]]) -> None:
    """A note of an inner collection has the macros of the outer ones too, and so has the page of either."""
    scope = (*outer, shelf.config) if shelf.config.macros else outer
    for path in (*shelf.own, shelf.index):
        before = found.get(path, ())
        found[path] = (*before, *(collection for collection in scope if collection not in before))
    for child in shelf.children:
        _collect(child, scope, found)


# -- order, labels, chapters ------------------------------------------------------------------------------------------


def strip(text: Text, prefixes: Sequence[str]) -> Text:
    """A title without the beginnings that its list already says; never left empty."""
    for prefix in prefixes:
        if text.plain.startswith(prefix) and text.plain != prefix:
            escaped = html.escape(prefix, quote=False)
            stripped = text.html.removeprefix(escaped)
            if stripped == text.html:
                stripped = text.html.removeprefix(html.escape(prefix))
            # what joined the beginning to the rest goes with it: "Deep Learning — 7.1", "Deep Learning: 7.1"
            rest = text.plain.removeprefix(prefix).lstrip(_JOINTS)
            text = Text(stripped.lstrip(_JOINTS), rest) if rest else text
    return text


class Entry(Struct, frozen=True):
    """A note in its collection: its card, its number there, and what it is sorted by."""

    facts: Facts
    card: Card
    number: Number | None
    date: datetime | None
    updated: datetime | None


def entry_of(
    facts: Facts, shelf: Shelf, url: str, dates: tuple[datetime | None, datetime | None], tags: tuple[str, ...]
) -> Entry:
    label = strip(facts.title, shelf.config.strip)
    number = None
    if shelf.config.kind == "series" and facts.settings.numbering:
        number = number_of(facts.settings.number, label.plain, facts.path) or number_of(None, facts.title.plain, "")
    card = Card(
        url=url,
        title=facts.title,
        label=label,
        summary=facts.summary,
        date=dates[0] or dates[1],
        number=number.text if number and number.text not in re.findall(r"[\w.]*\w", label.plain) else "",
        tags=tags,
        icon=facts.settings.icon,
        path=facts.path,
        updated=dates[1],
    )
    return Entry(facts, card, number, dates[0], dates[1])


def ordered(entries: Sequence[Entry], config: Collection) -> tuple[Entry, ...]:
    """The entries as the collection lists them.

    A series: by weight, then number (7.2 before 7.10, prerequisites of 7 before 7.1), then date, then file name.
    Papers, topics and streams: newest first. `order` in the configuration overrides both.
    """
    order = config.order or ("number" if config.kind == "series" else "date-down")

    def key(entry: Entry) -> tuple[object, ...]:
        weight = entry.facts.settings.weight
        first = (weight is None, weight or 0.0)
        date = entry.date or entry.updated or _NEVER
        path = natural(entry.facts.path)
        match order:
            case "number":
                number = entry.number
                return (*first, number is None, number.order if number else (), date, path)
            case "date":
                return (*first, date, path)
            case "title":
                return (*first, natural(entry.facts.title.plain), path)
            case "path":
                return (*first, path)
            case _:
                return (*first, -date.timestamp(), natural(entry.facts.title.plain), path)

    return tuple(sorted(entries, key=key))


def latest(entries: Iterable[Entry], count: int, by: str) -> tuple[Entry, ...]:
    """The newest entries: by date (or update), then number, newest and highest first."""

    def key(entry: Entry) -> tuple[object, ...]:
        date = (entry.updated or entry.date) if by == "updated" else (entry.date or entry.updated)
        return (date or _NEVER, entry.number.order if entry.number else (), natural(entry.facts.path))

    return tuple(sorted(entries, key=key, reverse=True)[: max(0, count)])


def apart(entries: Sequence[Entry], config: Collection) -> int:
    """How many entries of a series are not what it counts, when it is said to have chapters, sections or lectures.

    Where others have numbers: appendices, which have letters; what says that it takes no number; and what stands
    without one before the first that has one, as a preface does. Every note is a note, so these are all counted.
    """
    numbers = [entry.number for entry in entries]
    lettered = [number is not None and number.text[:1].isalpha() for number in numbers]
    first = next((i for i, number in enumerate(numbers) if number is not None and not lettered[i]), None)
    if first is None or config.kind != "series" or unit_of(config.unit).one in _ANYTHING:
        return 0
    before = first if config.order in ("", "number") else 0
    return sum(i < before or lettered[i] or not entry.facts.settings.numbering for i, entry in enumerate(entries))


def grouped(entries: Sequence[Entry], config: Collection, words: Words) -> tuple[Group, ...]:
    """The chapters of a series, each with its part when that changes; one nameless group for anything else.

    Notes make chapters when their numbers have a second part somewhere, or when the configuration names chapters.
    """
    chaptered = config.kind == "series" and (
        bool(config.chapters)
        or any(entry.number and (len(entry.number.parts) > 1 or entry.number.before) for entry in entries)
    )
    if not chaptered:
        return (Group("", "", tuple(entry.card for entry in entries)),) if entries else ()
    titles = {str(number): title for number, title in config.chapters.items()}
    groups: list[Group] = []
    for entry in entries:
        number = chapter_text(entry.number) if entry.number else ""
        if groups and groups[-1].number == number:
            groups[-1] = replace(groups[-1], entries=(*groups[-1].entries, entry.card))
        else:
            groups.append(Group(titles.get(number, ""), number, (entry.card,)))
    part_of = {str(number): part.title for part in config.parts for number in part.chapters}
    whole = {chapter_text(entry.number) for entry in entries if entry.number and len(entry.number.parts) == 1}
    made: list[Group] = []
    shown = ""
    for group in groups:
        part = part_of.get(group.number, "") if part_of else ""
        headed = _headed(replace(group, part=part if part != shown else ""), whole, words, first=not made)
        shown = part
        if made and not (headed.title or headed.part or made[-1].title):
            made[-1] = replace(made[-1], entries=(*made[-1].entries, *headed.entries))
        else:
            made.append(headed)
    return tuple(made)


def _headed(group: Group, whole: set[str], words: Words, *, first: bool) -> Group:
    """The group under the head it needs: a preface and a chapter that is one note need none, others their number."""
    if group.title:
        return group
    if not group.number:
        return group if first else replace(group, title=words["other_notes"])
    if len(group.entries) == 1 and group.number in whole:
        return replace(group, number="")
    kind = "appendix" if group.number.isalpha() else "chapter"
    return replace(group, number="", title=f"{words[f'kind_{kind}']} {group.number}")

"""The tree of collections, with every note in its place, and what pages show of notes by where they stand.

Pure and immutable: made of the facts of all notes. What only some builds ask for is made when it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from notes_site import address
from notes_site.collections import Entry, Shelf, apart, entry_of, grouped, latest, ordered
from notes_site.config import Config, unit_of
from notes_site.model import (
    EMPTY,
    Card,
    CollectionCard,
    Crumb,
    Facts,
    Group,
    Listed,
    Neighbours,
    Section,
    Sidebar,
    Text,
)
from notes_site.numbering import Place
from notes_site.numbers import chapter_text
from notes_site.words import Words

_UNITS = {"papers": "paper", "stream": "thought"}


class Node(Struct, frozen=True):
    """A collection with its notes known and in order; `everything` is what it and those inside it hold."""

    shelf: Shelf
    card: CollectionCard
    entries: tuple[Entry, ...]
    everything: tuple[Entry, ...]
    children: tuple[Node, ...]
    groups: tuple[Group, ...]
    newest: tuple[Card, ...]
    parents: tuple[CollectionCard, ...]

    def walk(self) -> Iterable[Node]:
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def way(self) -> tuple[Crumb, ...]:
        """The way from the home page to the collection, without it."""
        return tuple(Crumb(card.title, card.url) for card in self.parents)

    @property
    def crumb(self) -> Crumb:
        return Crumb(self.card.title, self.card.url)

    @property
    def section(self) -> Section:
        """The collection as a page above it lists it."""
        return Section(self.card, self.newest, tuple(child.card for child in self.children))

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of the notes that are pages of collections, of it and of those inside it, then of all others."""
        indexes = (inner.shelf.index for inner in self.walk())
        return (*filter(None, indexes), *(entry.facts.path for entry in self.everything))


class Tree:
    """All collections and all notes, these in the order of their paths.

    `shelves` are the collections before their notes are known, `git` the dates that git knows by path, and `texts` the
    texts of the configuration as they are set.
    """

    def __init__(
        self,
        config: Config,
        facts_by_path: Mapping[str, Facts],
        shelves: Sequence[Shelf],
        git: Mapping[str, tuple[datetime, datetime]],
        texts: Mapping[str, Text],
        words: Words,
    ) -> None:
        self.config, self.facts_by_path, self.shelves = config, facts_by_path, shelves
        self._texts, self._words = texts, words
        self.urls_by_path: dict[str, str] = {}
        for path, note in facts_by_path.items():
            self.urls_by_path[path] = address.note_url(path, note.settings.slug, note.settings.permalink)
        for top in shelves:
            for shelf in top.walk():
                if shelf.index in self.urls_by_path:
                    self.urls_by_path[shelf.index] = shelf.url
        self.dates = {path: _dates(note, git.get(path)) for path, note in facts_by_path.items()}
        self.nodes: tuple[Node, ...] = tuple(self._node(shelf, ()) for shelf in shelves)
        self.nodes_by_url: dict[str, Node] = {n.card.url: n for top in self.nodes for n in top.walk()}
        self.home_by_path: dict[str, Node] = {}
        for node in self.nodes_by_url.values():
            for entry in node.entries:
                self.home_by_path.setdefault(entry.facts.path, node)
        self.indexes = {n.shelf.index: n for n in self.nodes_by_url.values() if n.shelf.index}

    def _node(self, shelf: Shelf, parents: tuple[CollectionCard, ...]) -> Node:
        config = shelf.config
        index = self.facts_by_path.get(shelf.index)
        title = self._texts.get(config.title) if config.title else None
        if title is None:
            title = index.title if index else Text(shelf.slug, shelf.slug)
        description = self._texts.get(config.description, EMPTY) if config.description else EMPTY
        if not description and index and index.settings.summary:
            description = index.summary
        entries = ordered(
            [self._entry(path, shelf) for path in shelf.own if path in self.facts_by_path and path != shelf.index],
            config,
        )
        provisional = CollectionCard(shelf.slug, shelf.url, title, config.icon, description, config.kind, 0, "", "")
        children = tuple(self._node(child, (*parents, provisional)) for child in shelf.children)
        everything = {entry.facts.path: entry for entry in entries}
        for child in children:
            for entry in child.everything:
                everything.setdefault(entry.facts.path, entry)
        count = len(everything) - apart(entries, config)
        fallback = _UNITS.get(config.kind, "note")
        card = replace(
            provisional,
            count=count,
            unit=unit_of(config.unit, fallback).of(count, self.config.lang),
            feed=f"{shelf.url}feed.xml",
        )
        by = config.latest_by or self.config.latest_by
        newest = latest(everything.values(), self.config.latest if config.latest is None else config.latest, by)
        return Node(
            shelf,
            card,
            entries,
            tuple(everything.values()),
            children,
            grouped(entries, config, self._words),
            tuple(entry.card for entry in newest),
            parents,
        )

    def _entry(self, path: str, shelf: Shelf) -> Entry:
        note = self.facts_by_path[path]
        return entry_of(note, shelf, self.urls_by_path[path], self.dates[path], tuple(t.plain for t in note.tags))

    # -- the whole of it -----------------------------------------------------------------------------------------------

    @property
    def parts(self) -> tuple[Node, ...]:
        """The collections that make up the site: those at the top, or those inside the only one."""
        tops = self.nodes
        return tops[0].children if len(tops) == 1 and tops[0].children else tops

    @cached_property
    def empty(self) -> tuple[str, ...]:
        """The names of declared collections that match no note."""
        return tuple(
            shelf.config.title or shelf.slug
            for top in self.shelves
            for shelf in top.walk()
            if shelf.config.include and not shelf.own
        )

    @cached_property
    def taken(self) -> frozenset[str]:
        """The addresses of notes and of collections, as they compare."""
        return frozenset(map(address.same_address, (*self.urls_by_path.values(), *self.nodes_by_url)))

    @cached_property
    def feeds(self) -> dict[str, Node | None]:
        """Every feed by its URL; None stands for the feed of the whole site."""
        return {"/feed.xml": None, **{node.card.feed: node for node in self.nodes_by_url.values()}}

    @cached_property
    def home_note(self) -> str:
        """The path of the note that is the body of the home page, or an empty string."""
        return next((path for path, url in self.urls_by_path.items() if url == "/"), "")

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """The paths of the notes that have a page of their own, not those that are the page of a collection."""
        return tuple(path for path in self.facts_by_path if path not in self.indexes and path != self.home_note)

    @cached_property
    def reading_order(self) -> tuple[str, ...]:
        """The paths of all notes as somebody would read them: collection by collection, then those in none."""
        return tuple(dict.fromkeys((*self.read(self.nodes_by_url.values()), *self.facts_by_path)))

    def read(self, nodes: Iterable[Node]) -> tuple[str, ...]:
        """The paths of the notes of some collections, each once: that of its own page, then those that it lists."""
        order: dict[str, None] = {}
        for node in nodes:
            if node.shelf.index in self.facts_by_path:
                order[node.shelf.index] = None
            order |= dict.fromkeys(entry.facts.path for entry in node.entries)
        return tuple(order)

    def homes(self) -> dict[str, str]:
        """By the path of a note, the URL of the collection that it stands in, or whose page it is."""
        homes = {path: node.card.url for path, node in self.home_by_path.items()}
        return homes | {path: node.card.url for path, node in self.indexes.items() if path in self.facts_by_path}

    def places(self) -> dict[str, Place]:
        """Where the things of each note are counted."""
        found = {path: Place(path) for path in self.facts_by_path}
        chapters = self.config.numbering.chapters
        for node in self.nodes_by_url.values():
            url = node.card.url
            for entry in node.entries:
                path, number = entry.facts.path, entry.number
                if self.home_by_path[path] is node and number is not None:
                    chapter = chapter_text(number)
                    scope, prefix = (f"{url}\0{chapter}", chapter) if chapters else (url, "")
                    found[path] = Place(scope, prefix, number.text)
        return found

    # -- what is shown of notes ----------------------------------------------------------------------------------------

    @cached_property
    def cards(self) -> dict[str, Card]:
        """What may be shown of each note, by path: as the collection lists it that holds it first."""
        made: dict[str, Card] = {}
        for node in self.nodes_by_url.values():
            for entry in node.entries:
                made.setdefault(entry.facts.path, entry.card)
        for path, note in self.facts_by_path.items():
            if path not in made:
                date, updated = self.dates[path]
                tags = tuple(t.plain for t in note.tags)
                made[path] = Card(
                    self.urls_by_path[path], note.title, note.title, note.summary, date or updated, "", tags,
                    note.settings.icon, path, updated,
                )  # fmt: skip
        return made

    def titles(self) -> dict[str, Card]:
        """The same with nothing but the titles."""
        return {path: title_alone(card) for path, card in self.cards.items()}

    def listed(self, path: str) -> Listed | None:
        """A note with its collection."""
        card, node = self.cards.get(path), self.home_by_path.get(path)
        return Listed(card, node.card if node else None) if card else None

    @cached_property
    def neighbours(self) -> dict[str, Neighbours]:
        """By the path of a note, those before and after it in its collection."""
        found: dict[str, Neighbours] = {}
        for node in self.nodes_by_url.values():
            cards = [None, *(title_alone(entry.card) for entry in node.entries), None]
            for before, card, after in zip(cards, cards[1:], cards[2:], strict=False):
                if card is not None and self.home_by_path.get(card.path) is node:
                    found[card.path] = Neighbours(before, after)
        return found

    @cached_property
    def sidebars(self) -> dict[str, Sidebar]:
        """By the URL of a collection: its chapters with their titles alone."""
        return {
            url: Sidebar(node.card, tuple(replace(g, entries=tuple(map(title_alone, g.entries))) for g in node.groups))
            for url, node in self.nodes_by_url.items()
        }

    def loose(self) -> tuple[Card, ...]:
        """The notes that stand in no collection."""
        return tuple(self.cards[path] for path in self.notes if path not in self.home_by_path)

    def featured(self) -> tuple[Card, ...]:
        """The notes that ask for a place at the head of the home page, newest first."""
        paths = [path for path, note in self.facts_by_path.items() if note.settings.featured and path in self.notes]
        return tuple(sorted((self.cards[path] for path in paths), key=newest_first))

    def newest(self, url: str, count: int) -> tuple[Card, ...]:
        """The newest notes of a collection, or of the whole site for `/`; 0 is all of them."""
        if url != "/":
            node = self.nodes_by_url.get(url)
            entries: dict[str, Entry] = {e.facts.path: e for e in node.everything} if node else {}
        else:
            entries = {e.facts.path: e for top in reversed(self.nodes) for e in top.everything}
            for path in self.notes:
                if path not in entries:
                    card, (date, updated) = self.cards[path], self.dates[path]
                    entries[path] = Entry(self.facts_by_path[path], card, None, date, updated)
        return tuple(entry.card for entry in latest(entries.values(), count or len(entries), self.config.latest_by))


def _dates(note: Facts, git: tuple[datetime, datetime] | None) -> tuple[datetime | None, datetime | None]:
    """When a note was written and when it changed: as it says itself, else as git knows.

    A change on the day on which it was written is none.
    """
    date = note.settings.date or (git[0] if git else None)
    updated = note.settings.updated or (git[1] if git and git[1].date() > git[0].date() else None)
    if date and updated and updated.date() <= date.date():
        updated = None
    return date, updated


def title_alone(card: Card) -> Card:
    """A card for navigation, which shows nothing but the title."""
    return replace(card, summary=EMPTY, tags=(), date=None, updated=None)


def newest_first(card: Card) -> tuple[float, str]:
    """What cards are sorted by."""
    return (-card.date.timestamp() if card.date else 0.0, card.path)

"""The index of all notes, and the questions that outputs may ask of it.

Pure and immutable: made anew by `index` on every build, never patched. Queries are total (None, never an exception),
take positional arguments, answer with small frozen values in a fixed order, and call no other query.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property, partial
from html import escape

from msgspec import Struct, field
from msgspec.structs import replace

from notes_site import address
from notes_site.bibliography import Library, Style
from notes_site.bibliography.exports import csl_json, ris
from notes_site.book_index import INDEX, BookIndex
from notes_site.catalogue import BIBLIOGRAPHY, Catalogue, paper_of
from notes_site.collections import Entry, Folder, Shelf, entry_of, grouped, latest, ordered, plan
from notes_site.config import Config, kinds_of, unit_of, words_of
from notes_site.connections import GRAPH, Connections
from notes_site.destinations import Destinations
from notes_site.glossary import Glossary
from notes_site.kinds import Kinds, canonical
from notes_site.landmarks import Landmarks, cards
from notes_site.lists import Gathered, Scope
from notes_site.lock import Numbers
from notes_site.marks import marked, worded
from notes_site.model import (
    EMPTY,
    AssetFacts,
    Backlink,
    Card,
    CollectionCard,
    Crumb,
    Drawing,
    Facts,
    Found,
    Group,
    IndexLetter,
    IndexWord,
    Link,
    Listed,
    Lists,
    Neighbourhood,
    Neighbours,
    NoteGraph,
    NumberedList,
    Paper,
    Pointer,
    Resolution,
    Results,
    Section,
    Sidebar,
    SymbolRow,
    TagCard,
    TermCard,
    TermEntry,
    Text,
    Titles,
    Trouble,
    Uses,
    Volume,
    WorkCard,
    WorkEntry,
    WorkPage,
)
from notes_site.notation import NOTATION, rows_of
from notes_site.numbering import Place
from notes_site.numbers import chapter_text
from notes_site.references import Manner
from notes_site.results import Forward, Use
from notes_site.terms import GLOSSARY, Terms
from notes_site.trace import query
from notes_site.words import Overrides, Words, overrides_of, words_for

_UNITS = {"papers": "paper", "stream": "thought"}
# notes on one page for print, unless a collection asks for it: more make a page that few machines print
MOST_PRINTED = 100


class Files(Struct, frozen=True):
    """What the disk holds beside notes: assets by path, the text of included files, dates that git knows, the works of
    all bibliographies, the names of these, the text of the numbers that were published, the glossary, and the macros
    with a comment that the configuration has: how each looks, and what it means. SVGs that may stand in pages by path,
    and what is wrong with pictures.
    """

    assets: Mapping[str, AssetFacts] = field(default_factory=dict)
    listings: Mapping[str, str] = field(default_factory=dict)
    git: Mapping[str, tuple[datetime, datetime]] = field(default_factory=dict)
    library: Library = Library()
    bibliographies: tuple[str, ...] = ()
    published: str = ""
    glossary: Glossary = Glossary()
    symbols: tuple[tuple[str, str], ...] = ()
    drawings: Mapping[str, Drawing] = field(default_factory=dict)
    pictures: Mapping[str, tuple[Trouble, ...]] = field(default_factory=dict)


class Node(Struct, frozen=True):
    """A collection with its notes known and in order."""

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


class Site:
    """All notes, folded. `facts_by_path` leaves out drafts that are not shown; their paths are in `hidden`."""

    def __init__(
        self,
        config: Config,
        facts: Sequence[Facts],
        folders: Sequence[Folder],
        files: Files,
        texts: Mapping[str, Text],
        hidden: frozenset[str] = frozenset(),
    ) -> None:
        self.config, self.files, self.texts, self.hidden = config, files, texts, hidden
        self.kinds = Kinds(kinds_of(config))
        self._fold(facts, folders)
        self.landmarks = self._landmarks()
        self._told: dict[str, tuple[Uses, ...]] = {}
        marked = [note for note in facts if _has_marks(note)]
        if marked:
            said = {note.path: self._said(note) for note in marked}
            self._fold([said.get(note.path, note) for note in facts], folders)

    # -- folding ------------------------------------------------------------------------------------------------------

    def _fold(self, facts: Sequence[Facts], folders: Sequence[Folder]) -> None:
        self.facts_by_path: dict[str, Facts] = {f.path: f for f in sorted(facts, key=lambda f: f.path)}
        series = {f.path: f.settings.series for f in facts if f.settings.series}
        self.shelves = plan(self.config, folders, sorted(self.facts_by_path), series)
        self.urls_by_path: dict[str, str] = {}
        for path, note in self.facts_by_path.items():
            self.urls_by_path[path] = address.note_url(path, note.settings.slug, note.settings.permalink)
        for top in self.shelves:
            for shelf in top.walk():
                if shelf.index in self.urls_by_path:
                    self.urls_by_path[shelf.index] = shelf.url
        self.dates = {path: self._dates(note) for path, note in self.facts_by_path.items()}
        self.nodes: tuple[Node, ...] = tuple(self._node(shelf, ()) for shelf in self.shelves)
        self.nodes_by_url: dict[str, Node] = {n.card.url: n for top in self.nodes for n in top.walk()}
        self.home_by_path: dict[str, Node] = {}
        for node in self.nodes_by_url.values():
            for entry in node.entries:
                self.home_by_path.setdefault(entry.facts.path, node)
        self.indexes = {n.shelf.index: n for n in self.nodes_by_url.values() if n.shelf.index}

    @cached_property
    def _overrides(self) -> Overrides:
        return overrides_of({**words_of(self.config), **self.config.words})

    @cached_property
    def words(self) -> Words:
        """The words of the site's own language."""
        return words_for(self.config.lang, self._overrides)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The works that notes cite."""
        notes = {path: self.facts_by_path[path] for path in self.reading_order}
        given = self.config.citations
        return Catalogue(
            self.files.library.works, self.files.bibliographies, notes, self.urls_by_path,
            lambda path, key: self.landmarks.find(path, canonical(key)) is not None,
            Style(given.style), self.words, everything=given.all,
        )  # fmt: skip

    @cached_property
    def gathered(self) -> Gathered:
        """The lists of what has numbers, and which result uses which."""
        scopes = {"/": Scope(self.reading_order)}
        for url, node in self.nodes_by_url.items():
            order: dict[str, None] = {}
            for inner in node.walk():
                if inner.shelf.index in self.facts_by_path:
                    order[inner.shelf.index] = None
                order |= dict.fromkeys(entry.facts.path for entry in inner.entries)
            index = self.facts_by_path.get(node.shelf.index)
            way = tuple(Crumb(card.title, card.url) for card in (*node.parents, node.card))
            scopes[url] = Scope(tuple(order), index.settings.lang if index else None, way)
        titles = {path: _title_alone(card) for path, card in self._cards.items()}
        taken = frozenset(map(address.same_address, (*self.urls_by_path.values(), *self.nodes_by_url)))
        return Gathered(self.landmarks, titles, scopes, taken)

    @cached_property
    def printed(self) -> dict[str, str]:
        """The pages for print by the URLs of their collections: of every series of several notes, and of what asks."""
        taken = frozenset(map(address.same_address, (*self.urls_by_path.values(), *self.nodes_by_url)))
        made: dict[str, str] = {}
        for url, node in self.nodes_by_url.items():
            asked, count = node.shelf.config.print, len(node.everything)
            if asked is None:
                many = len(node.entries) > 1 and count <= MOST_PRINTED
                asked = self.config.print and node.card.kind == "series" and many
            if asked and count and address.same_address(f"{url}print/") not in taken:
                made[url] = f"{url}print/"
        return made

    @cached_property
    def published(self) -> Numbers:
        """The labels with numbers, as they are published."""
        return Numbers(self.landmarks)

    @cached_property
    def _in_order(self) -> tuple[Facts, ...]:
        return tuple(self.facts_by_path[path] for path in self.reading_order)

    @cached_property
    def terms(self) -> Terms:
        """The glossary, and who uses it."""
        return Terms(self.files.glossary, self._text, self._in_order)

    def _text(self, source: str) -> Text:
        """A text of the configuration or of the glossary, with references in words."""
        return worded(self.texts.get(source, EMPTY), partial(self.landmarks.say, ""))

    @cached_property
    def index(self) -> BookIndex:
        """The alphabetical index."""
        return BookIndex(self._in_order, self.urls_by_path)

    @cached_property
    def symbols(self) -> tuple[SymbolRow, ...]:
        """The rows of the notation."""
        declared = [(self._text(look), self._text(said)) for look, said in self.files.symbols]
        return rows_of(declared, self._in_order, self.urls_by_path)

    @cached_property
    def at_the_end(self) -> tuple[str, ...]:
        """The URLs of the pages that stand at the end of a book: those of them that have anything to show."""
        return (
            *((GLOSSARY,) if self.terms.entries else ()),
            *((INDEX,) if self.index else ()),
            *((NOTATION,) if self.symbols else ()),
        )

    def _landmarks(self) -> Landmarks:
        manner = Manner(self.words, self.config.references.case, short=self.config.references.short)
        notes = [self.facts_by_path[path] for path in self.reading_order]
        homes = {path: node.card.url for path, node in self.home_by_path.items()}
        homes |= {path: node.card.url for path, node in self.indexes.items() if path in self.facts_by_path}
        return Landmarks(notes, self.urls_by_path, self._places(), homes, self.kinds, manner, self._located)

    def _located(self, path: str, target: str) -> str | None:
        """The note that a link means, asked when all titles are worded: wikilinks name them."""
        return self.destinations.located(path, target)

    @property
    def reading_order(self) -> tuple[str, ...]:
        """The paths of all notes as somebody would read them: collection by collection, then those in none."""
        order: dict[str, None] = {}
        for node in self.nodes_by_url.values():
            if node.shelf.index in self.facts_by_path:
                order[node.shelf.index] = None
            order |= dict.fromkeys(entry.facts.path for entry in node.entries)
        return tuple(order | dict.fromkeys(self.facts_by_path))

    def _places(self) -> dict[str, Place]:
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

    def _said(self, note: Facts) -> Facts:
        """The facts of a note with the references in its titles in words."""

        def said(text: Text) -> Text:
            return worded(text, partial(self._say, note.path))

        return replace(
            note,
            title=said(note.title),
            subtitle=said(note.subtitle),
            summary=said(note.summary),
            headings=tuple(replace(heading, text=said(heading.text)) for heading in note.headings),
            marks=tuple(
                replace(
                    mark,
                    words=tuple(IndexWord(said(Text("", word.sort)).plain, said(word.text)) for word in mark.words),
                    see=said(mark.see),
                )
                for mark in note.marks
            ),
            symbols=tuple(replace(symbol, meaning=said(symbol.meaning)) for symbol in note.symbols),
        )

    def _say(self, path: str, form: str, keys: tuple[str, ...], capital: int) -> Text:
        """A reference or a citation of a note, in words."""
        if form != "cite":
            return self.landmarks.say(path, form, keys, capital)
        known = self.catalogue.labels
        names = self.words.join([known[key].names if key in known else key for key in keys])
        return Text(escape(names), names)

    def _dates(self, note: Facts) -> tuple[datetime | None, datetime | None]:
        git = self.files.git.get(note.path)
        date = note.settings.date or (git[0] if git else None)
        updated = note.settings.updated or (git[1] if git and git[1].date() > git[0].date() else None)
        if date and updated and updated.date() <= date.date():
            updated = None
        return date, updated

    def _node(self, shelf: Shelf, parents: tuple[CollectionCard, ...]) -> Node:
        config = shelf.config
        index = self.facts_by_path.get(shelf.index)
        title = self.texts.get(config.title) if config.title else None
        if title is None:
            title = index.title if index else Text(shelf.slug, shelf.slug)
        description = self.texts.get(config.description, EMPTY) if config.description else EMPTY
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
        count = len(everything)
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
            grouped(entries, config, self.words),
            tuple(entry.card for entry in newest),
            parents,
        )

    def _entry(self, path: str, shelf: Shelf) -> Entry:
        note = self.facts_by_path[path]
        return entry_of(note, shelf, self.urls_by_path[path], self.dates[path], tuple(t.plain for t in note.tags))

    @cached_property
    def _cards(self) -> dict[str, Card]:
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

    @cached_property
    def _sidebars(self) -> dict[str, Sidebar]:
        """By the URL of a collection: its chapters with their titles alone."""
        return {
            url: Sidebar(node.card, tuple(replace(g, entries=tuple(map(_title_alone, g.entries))) for g in node.groups))
            for url, node in self.nodes_by_url.items()
        }

    @cached_property
    def _neighbours(self) -> dict[str, Neighbours]:
        found: dict[str, Neighbours] = {}
        for node in self.nodes_by_url.values():
            cards = [None, *(_title_alone(entry.card) for entry in node.entries), None]
            for before, card, after in zip(cards, cards[1:], cards[2:], strict=False):
                if card is not None and self.home_by_path.get(card.path) is node:
                    found[card.path] = Neighbours(before, after)
        return found

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """The paths of the notes that have a page of their own, not those that are the page of a collection."""
        return tuple(path for path in self.facts_by_path if path not in self.indexes and path != self.home_note)

    @cached_property
    def home_note(self) -> str:
        """The path of the note that is the body of the home page, or an empty string."""
        return next((path for path, url in self.urls_by_path.items() if url == "/"), "")

    # -- links --------------------------------------------------------------------------------------------------------

    @cached_property
    def aliases(self) -> tuple[tuple[str, str, str], ...]:
        """Old addresses of notes: URL, path of the note, and what its author wrote.

        An alias with a space and no `/` is Obsidian's: another name for wikilinks, not an address.
        """
        return tuple(
            (url, path, alias)
            for path, note in self.facts_by_path.items()
            for alias in note.settings.aliases
            if ("/" in alias or " " not in alias) and (url := address.clean(alias)) != "/"
        )

    @cached_property
    def destinations(self) -> Destinations:
        """Where links lead."""
        return Destinations(
            self.facts_by_path,
            self.urls_by_path,
            self.files.assets,
            {path: card.label.plain for path, card in self._cards.items()},
            self._other_pages,
            {url: path for url, path, _ in reversed(self.aliases)},
            self.hidden,
            self._labelled,
        )

    def _other_pages(self) -> frozenset[str]:
        """The URLs that links may lead to and that are not notes."""
        topics = (f"/tags/{slug}/" for slug in self.tags_by_slug)
        cited = self.catalogue.cards.values()
        works = (BIBLIOGRAPHY, *(card.url for card in cited)) if cited else ()
        return frozenset(
            (
                "/",
                "/tags/",
                "/latest/",
                *topics,
                *works,
                *self.gathered.urls,
                *((GRAPH,) if self._may_have_graph else ()),
                *self.printed.values(),
                *self.at_the_end,
                *self.nodes_by_url,
                *self.feeds,
            )
        )

    def _labelled(self, path: str, key: str) -> Resolution | None:
        """Where a label leads, for a link that names it as an anchor."""
        place = self.landmarks.find(path, canonical(key))
        if place is None:
            return None
        said = self.landmarks.say(path, "full", (canonical(key),), 0)
        return Resolution(self.landmarks.url(place), said, place[0])

    @cached_property
    def feeds(self) -> dict[str, Node | None]:
        """Every feed by its URL; None stands for the feed of the whole site."""
        return {"/feed.xml": None, **{node.card.feed: node for node in self.nodes_by_url.values()}}

    @cached_property
    def _followed(self) -> dict[str, tuple[Found | None, ...]]:
        """What became of each link of each note, in their order; None for links to other sites."""
        follow = self.destinations.follow
        return {
            path: tuple(follow(path, link) if link.kind != "external" else None for link in note.links)
            for path, note in self.facts_by_path.items()
            if note.links
        }

    @cached_property
    def connections(self) -> Connections:
        """Which note links to which."""
        sections: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for path, note in self.facts_by_path.items():
            for i, mention in enumerate(note.mentions):
                place = self.landmarks.find(path, mention.key) if mention.kind == "label" else None
                if place is not None and place[0] != path and self._is_section(place):
                    sections[place[0]][path].append(i)
        drawn = tuple(path for path in self.reading_order if path != self.home_note)
        return Connections(
            self.facts_by_path, self._cards, self._followed, sections, self.landmarks.links, self._say, drawn
        )

    def _is_section(self, place: tuple[str, int]) -> bool:
        """Whether a label is that of a section or a chapter, at which nothing tells who refers to it."""
        kind = self.kinds.by_name.get(self.facts_by_path[place[0]].labels[place[1]].kind)
        return kind is not None and kind.family == "section"

    @property
    def _may_have_graph(self) -> bool:
        """Whether there is a place for the graph, and anything that may be a link to another note."""
        taken = map(address.same_address, (*self.urls_by_path.values(), *self.nodes_by_url))
        if not self.config.graph or address.same_address(GRAPH) in taken:
            return False
        own = ("", GRAPH.strip("/"))
        links = (link for note in self.facts_by_path.values() for link in note.links)
        return bool(self.landmarks.links) or any(
            link.kind in ("link", "wiki", "embed") and link.target.strip("/") not in own for link in links
        )

    @cached_property
    def graph_url(self) -> str:
        """The address of the graph of notes; empty where no note links to another."""
        return GRAPH if self._may_have_graph and self.connections.edges else ""

    @cached_property
    def _led_to(self) -> dict[str, tuple[str, ...]]:
        """By the path of a note, the anchors in it to which links of other notes lead; "" is the note as a whole."""
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for path, outcomes in self._followed.items():
            for link, outcome in zip(self.facts_by_path[path].links, outcomes, strict=True):
                resolution = outcome.resolution if outcome and link.kind != "embed" else None
                if resolution and resolution.path and resolution.path != path:
                    found[resolution.path][resolution.url.partition("#")[2]] = None
        return {path: tuple(sorted(anchors)) for path, anchors in found.items()}

    @cached_property
    def previewed(self) -> tuple[str, ...]:
        """The paths of the notes of which others show something: those to which they link or refer."""
        shown = self._led_to.keys() | self.landmarks.shown_elsewhere
        return tuple(path for path in self.facts_by_path if path in shown)

    @cached_property
    def troubles(self) -> tuple[tuple[str, int, Trouble], ...]:
        """What is wrong with links: the path of the note, which of its links it is, and the trouble."""
        found = [
            (path, i, outcome.trouble)
            for path, outcomes in self._followed.items()
            for i, outcome in enumerate(outcomes)
            if outcome and outcome.trouble
        ]
        return (*found, *self._loops(), *self._spoilt())

    @cached_property
    def label_troubles(self) -> tuple[tuple[str, str, int, Trouble], ...]:
        """What is wrong with labels and references: the note, `label`, `mention`, `mark` or `named`, which one, the
        trouble; or nothing, `line`, which line of the published numbers, the trouble.
        """
        found = self.landmarks.troubles(unused=self.config.references.unused)
        moved = self.published.troubles(self.files.published) if self.files.published else ()
        return (*found, *self.catalogue.troubles(), *moved, *self.index.troubles())

    @cached_property
    def result_troubles(self) -> tuple[tuple[Use, Trouble] | Forward, ...]:
        """Circles of results that use each other, and uses that may stand before what they use."""
        graph = self.gathered.graph
        series = frozenset(url for url, node in self.nodes_by_url.items() if node.card.kind == "series")
        return (*graph.circles, *graph.forward(series))

    def _spoilt(self) -> list[tuple[str, int, Trouble]]:
        """Pictures that are not quite as their authors meant, wherever notes show them."""
        wrong = {address.asset_url(path): troubles for path, troubles in self.files.pictures.items()}
        found: list[tuple[str, int, Trouble]] = []
        for path, outcomes in self._followed.items() if wrong else ():
            links = self.facts_by_path[path].links
            for i, outcome in enumerate(outcomes):
                url = outcome.resolution.url if outcome and outcome.resolution and links[i].kind == "asset" else ""
                drawn = bool(links[i].fragment)
                found += [(path, i, one) for one in wrong.get(url, ()) if (one.code != "N130") is drawn]
        return found

    def _loops(self) -> list[tuple[str, int, Trouble]]:
        """Embeds that would hold themselves."""
        edges: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for path, outcomes in self._followed.items():
            for i, outcome in enumerate(outcomes):
                kind = self.facts_by_path[path].links[i].kind
                if kind == "embed" and outcome and outcome.resolution and outcome.resolution.path:
                    edges[path].append((outcome.resolution.path, i))
        found: list[tuple[str, int, Trouble]] = []
        for start, targets in edges.items():
            for target, i in targets:
                link = self.facts_by_path[start].links[i]
                if target == start and link.fragment:
                    continue
                if target == start or _reaches(edges, target, start):
                    found.append((start, i, Trouble("N043", f'"{link.target}" contains this note again')))
        return found

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
    def tags_by_slug(self) -> dict[str, tuple[Text, tuple[str, ...]]]:
        """Each topic with its notes, newest first; two spellings of one slug are one topic, named as first met."""
        names: dict[str, Text] = {}
        paths: dict[str, dict[str, None]] = defaultdict(dict)
        for path, note in self.facts_by_path.items():
            for tag in note.tags:
                slug = address.segment(tag.plain) or "topic"
                names.setdefault(slug, tag)
                paths[slug][path] = None

        def key(path: str) -> tuple[float, str]:
            return _newest_first(self._cards[path])

        return {slug: (names[slug], tuple(sorted(paths[slug], key=key))) for slug in sorted(names)}

    # -- queries -------------------------------------------------------------------------------------------------

    @query("the address of {0}")
    def url(self, path: str) -> str | None:
        """The URL of a note."""
        return self.urls_by_path.get(path)

    @query("the card of {0}")
    def card(self, path: str) -> Card | None:
        """What may be shown of a note."""
        return self._cards.get(path)

    @query("the dates of {0}")
    def note_dates(self, path: str) -> tuple[datetime | None, datetime | None]:
        """When a note was written, and last changed."""
        return self.dates.get(path, (None, None))

    @query("the collection {0}")
    def collection(self, url: str) -> CollectionCard | None:
        """The collection whose page is at `url`."""
        node = self.nodes_by_url.get(url)
        return node.card if node else None

    @query("the collection of {0}")
    def collection_of(self, path: str) -> CollectionCard | None:
        """The collection that holds a note first."""
        node = self.home_by_path.get(path)
        return node.card if node else None

    @query("the way to {0}")
    def crumbs(self, path: str) -> tuple[Crumb, ...]:
        """The way from the home page to a note, without the note itself."""
        node = self.home_by_path.get(path)
        cards = (*node.parents, node.card) if node else ()
        return tuple(Crumb(card.title, card.url) for card in cards)

    @query("the way to {0}")
    def collection_crumbs(self, url: str) -> tuple[Crumb, ...]:
        """The way from the home page to a collection, without the collection itself."""
        node = self.nodes_by_url.get(url)
        return tuple(Crumb(card.title, card.url) for card in node.parents) if node else ()

    @query("the series of {0}")
    def sidebar(self, path: str) -> Sidebar | None:
        """The series of a note, chapter by chapter, without summaries; None outside a series."""
        node = self.home_by_path.get(path)
        return self._sidebars[node.card.url] if node and node.card.kind != "stream" else None

    @query("the neighbours of {0}")
    def neighbours(self, path: str) -> Neighbours:
        """The notes before and after one, in the order of its collection; across its parts, not across collections."""
        return self._neighbours.get(path, Neighbours())

    @query("the links to {0}")
    def backlinks(self, path: str) -> tuple[Backlink, ...]:
        """The notes that link to a note, with the sentences in which they do."""
        return self.connections.backlinks(path)

    @query("the notes around {0}")
    def neighbourhood(self, path: str) -> Neighbourhood | None:
        """The notes that link to one, and those to which it links; None where there are none, or no graphs."""
        return self.connections.neighbourhood(path) if self.config.graph else None

    @query("the graph of the notes")
    def note_graph(self) -> NoteGraph:
        """All notes by collection, and which of them link to which."""
        tops: Sequence[Node] = self.nodes
        if len(tops) == 1 and tops[0].children:
            tops = tops[0].children
        return self.connections.graph([(Crumb(node.card.title, node.card.url), _paths_of(node)) for node in tops])

    @query("the page of the graph")
    def graph_page(self) -> str:
        """The address of the graph of the notes; empty where there is none."""
        return self.graph_url

    @query("where in {0} links of other notes lead")
    def led_to(self, path: str) -> tuple[str, ...]:
        """The anchors in a note to which links of other notes lead, sorted."""
        return tuple(anchor for anchor in self._led_to.get(path, ()) if anchor)

    @query("where the link to {2} in {0} leads")
    def resolve(self, path: str, kind: str, target: str, fragment: str) -> Resolution | None:
        """Where a link in a note leads."""
        return self.destinations.follow(path, Link(kind, target, fragment)).resolution

    @query("the numbers in {0}")
    def numbers(self, path: str) -> tuple[Text, ...]:
        """The numbers of the labels of a note."""
        return self.landmarks.numbers.get(path, ())

    @query("what {0} refers to")
    def pointers(self, path: str) -> tuple[Pointer, ...]:
        """The things to which a note refers by their labels, each once, without their titles."""
        note = self.facts_by_path.get(path)
        keys = {mention.key: None for mention in note.mentions if mention.kind == "label"} if note else {}
        places = [place for key in keys if (place := self.landmarks.find(path, key)) is not None]
        return tuple(self._pointer(path, place) for place in places)

    def _pointer(self, path: str, place: tuple[str, int]) -> Pointer:
        pointer = self.landmarks.pointer(place, path)
        where = self._where(path, place[0]) if self.config.references.where and pointer.number else EMPTY
        return replace(pointer, where=where) if where else pointer

    def _where(self, path: str, other: str) -> Text:
        """What a number of another note is of: the note if it counts for itself, the collection if that is another."""
        if path == other:
            return EMPTY
        if self.landmarks.counts_alone(other):
            return self._cards[other].label
        home = self.home_by_path.get(other)
        return home.card.title if home is not None and home is not self.home_by_path.get(path) else EMPTY

    @query("what {1} is called, to which {0} refers")
    def label_title(self, path: str, key: str) -> Text:
        """The title of the thing that a label means in a note."""
        place = self.landmarks.find(path, key)
        return self.landmarks.title(place) if place else EMPTY

    @query("where the labels of {0} are used")
    def uses(self, path: str) -> tuple[Uses, ...]:
        """The labels of a note that other notes refer to, with these notes."""
        found = self._told.get(path)
        if found is None:  # the page asks, and the file of what is on it
            used = self.landmarks.uses(path)
            found = self._told[path] = tuple(Uses(i, cards(paths, self._cards)) for i, paths in used)
        return found

    @query("the work {0}")
    def work(self, key: str) -> WorkCard | None:
        """A work that is cited."""
        return self.catalogue.cards.get(key)

    @query("the term {0}")
    def term(self, key: str) -> TermCard | None:
        """An entry of the glossary that is used."""
        return self.terms.cards.get(key)

    @query("the glossary")
    def glossary(self) -> tuple[TermEntry, ...]:
        """All entries of the glossary by name, with the notes that use them."""
        terms = self.terms
        return tuple(
            TermEntry(card, terms.text(key), terms.see(key), cards(terms.used_in.get(key, ()), self._cards))
            for key, card in terms.cards.items()
        )

    @query("the definitions of the glossary")
    def definitions(self) -> tuple[TermEntry, ...]:
        """The entries of the glossary by name, without the notes that use them."""
        terms = self.terms
        return tuple(TermEntry(card, terms.text(key), (), ()) for key, card in terms.cards.items())

    @query("the index of terms")
    def index_letters(self) -> tuple[IndexLetter, ...]:
        """The alphabetical index, letter by letter."""
        return self.index.letters

    @query("the notation")
    def notation(self) -> tuple[SymbolRow, ...]:
        """The symbols of the site, with what they mean and where each is used first."""
        return self.symbols

    @query("the pages at the end")
    def end_pages(self) -> tuple[str, ...]:
        """The addresses of the glossary, the index and the notation, where there are such."""
        return self.at_the_end

    @query("the works that {0} cites")
    def references(self, path: str) -> tuple[WorkEntry, ...]:
        """The works that a note cites, in the order of the bibliography."""
        catalogue = self.catalogue
        note = catalogue.notes.get(path)
        if note is None:
            return ()
        words = words_for(note.settings.lang, self._overrides) if note.settings.lang else None
        return tuple(
            WorkEntry(catalogue.cards[key], catalogue.reference(key, words)) for key in catalogue.references(path)
        )

    @query("the bibliography")
    def bibliography(self) -> tuple[WorkEntry, ...]:
        """All works of the bibliography, in its order, with the notes that cite them."""
        return tuple(self._entry_of(key) for key in self.catalogue.cards)

    def _entry_of(self, key: str) -> WorkEntry:
        catalogue = self.catalogue
        cited = cards(catalogue.cited_in.get(key, ()), self._cards)
        return WorkEntry(catalogue.cards[key], catalogue.reference(key), cited)

    @query("the page of the work {0}")
    def work_page(self, key: str) -> WorkPage | None:
        """All that is known of a work."""
        work = self.catalogue.works.get(key)
        if work is None or key not in self.catalogue.cards:
            return None
        own = self.catalogue.own_notes.get(key)
        (note,) = cards((own,), self._cards) if own else (None,)
        return WorkPage(self._entry_of(key), work.title, work.abstract, work.bibtex, ris(work), csl_json(work), note)

    @query("the work {0}, which a note reads")
    def paper(self, key: str) -> Paper | None:
        """A work as the head of the site's own note on it shows it."""
        work = self.catalogue.works.get(key)
        return paper_of(work) if work else None

    @query("the lists of {0}")
    def lists(self, url: str) -> Lists | None:
        """The lists of a collection, or of the whole site for `/`, with their counts."""
        return self.gathered.lists.get(url)

    @query("the list of every {1} in {0}")
    def list_of(self, url: str, kind: str) -> NumberedList | None:
        """The things of one kind in a collection, or in the whole site for `/`, note by note."""
        return self.gathered.entries(url, kind)

    @query("the results of {0}")
    def results(self, url: str) -> Results | None:
        """The results of a collection that use each other, and which uses which."""
        return self.gathered.results(url)

    @query("the titles in {0}")
    def titles(self, path: str) -> Titles | None:
        """The texts of a note in which references are worded."""
        note = self.facts_by_path.get(path)
        return Titles(note.title, note.subtitle, note.summary, note.headings) if note else None

    @query("the file {1} of {0}")
    def asset(self, path: str, target: str) -> AssetFacts | None:
        """The file that a target written in a note means."""
        return self.files.assets.get(self._meant(path, target))

    @query("the drawing {1} of {0}")
    def drawing(self, path: str, target: str) -> Drawing | None:
        """The SVG that a target written in a note means, fit to stand in a page."""
        return self.files.drawings.get(self._meant(path, target))

    def _meant(self, path: str, target: str) -> str:
        """The path of the file that a target written in a note means; empty when there is none."""
        if target.startswith("wiki:"):
            choices = self.destinations.candidates(path, target[5:])
            return choices[0] if choices else ""
        return self.destinations.locate(path, target) or ""

    @query("the code in {1}, shown in {0}")
    def listing(self, path: str, target: str) -> str | None:
        """The text of a file that a note includes."""
        located = self.destinations.locate(path, target)
        return self.files.listings.get(located) if located else None

    @query("the topics of {0}")
    def note_tags(self, path: str) -> tuple[TagCard, ...]:
        """The topics of a note. Their counts are left at 0, so that a page does not depend on other notes' topics."""
        note = self.facts_by_path.get(path)
        if note is None:
            return ()
        slugs = dict.fromkeys(address.segment(tag.plain) or "topic" for tag in note.tags)
        return tuple(TagCard(self.tags_by_slug[slug][0], slug, f"/tags/{slug}/", 0) for slug in slugs)

    @query("the topics of the site")
    def tags(self) -> tuple[TagCard, ...]:
        """All topics by name."""
        return tuple(
            TagCard(name, slug, f"/tags/{slug}/", len(paths)) for slug, (name, paths) in self.tags_by_slug.items()
        )

    @query("the notes on {0}")
    def tagged(self, slug: str) -> tuple[Listed, ...]:
        """The notes with a topic, newest first."""
        paths = self.tags_by_slug.get(slug, (EMPTY, ()))[1]
        return tuple(self._listed(path) for path in paths)

    def _listed(self, path: str) -> Listed:
        node = self.home_by_path.get(path)
        return Listed(self._cards[path], node.card if node else None)

    @query("the entries of {0}")
    def groups(self, url: str) -> tuple[Group, ...]:
        """The entries of a collection, chapter by chapter."""
        node = self.nodes_by_url.get(url)
        return node.groups if node else ()

    @query("the page for print of {0}")
    def print_page(self, url: str) -> str:
        """The address of the page that holds a whole collection, or an empty string."""
        return self.printed.get(url, "")

    @query("what {0} prints")
    def volumes(self, url: str) -> tuple[Volume, ...]:
        """A collection and those inside it, with their entries in the order in which one reads."""
        node = self.nodes_by_url.get(url)
        return _volumes(node, 0) if node else ()

    @query("the works that {0} prints")
    def printed_works(self, url: str) -> tuple[WorkEntry, ...]:
        """The works that the notes of a collection cite, in the order of the bibliography."""
        node, catalogue = self.nodes_by_url.get(url), self.catalogue
        if node is None:
            return ()
        index = self.facts_by_path.get(node.shelf.index)
        words = words_for(index.settings.lang, self._overrides) if index and index.settings.lang else None
        paths = (*(inner.shelf.index for inner in node.walk()), *(entry.facts.path for entry in node.everything))
        cited = {key for path in paths if path in catalogue.notes for key in catalogue.references(path)}
        return tuple(
            WorkEntry(card, catalogue.reference(key, words)) for key, card in catalogue.cards.items() if key in cited
        )

    @query("the collections inside {0}")
    def subsections(self, url: str) -> tuple[Section, ...]:
        """The collections inside a collection, each with its newest entries."""
        node = self.nodes_by_url.get(url)
        return tuple(_section(child) for child in node.children) if node else ()

    @query("the collections of the site")
    def sections(self) -> tuple[Section, ...]:
        """The top-level collections, each with its newest entries and the collections inside it."""
        return tuple(_section(node) for node in self.nodes)

    @query("the notes in no collection")
    def loose(self) -> tuple[Card, ...]:
        """The notes that stand in no collection."""
        return tuple(self._cards[path] for path in self.notes if path not in self.home_by_path)

    @query("the featured notes")
    def featured(self) -> tuple[Card, ...]:
        """The notes that ask for a place at the head of the home page, newest first."""
        paths = [path for path, note in self.facts_by_path.items() if note.settings.featured and path in self.notes]
        return tuple(sorted((self._cards[path] for path in paths), key=_newest_first))

    @query("the newest notes of {0}")
    def newest(self, url: str, count: int) -> tuple[Card, ...]:
        """The newest notes of a collection, or of the whole site for `/`; 0 is all of them."""
        by = self.config.latest_by
        if url != "/":
            node = self.nodes_by_url.get(url)
            entries: dict[str, Entry] = {e.facts.path: e for e in node.everything} if node else {}
        else:
            entries = {e.facts.path: e for top in reversed(self.nodes) for e in top.everything}
            for path in self.notes:
                if path not in entries:
                    card, (date, updated) = self._cards[path], self.dates[path]
                    entries[path] = Entry(self.facts_by_path[path], card, None, date, updated)
        return tuple(entry.card for entry in latest(entries.values(), count or len(entries), by))

    @query("the collection of {0}")
    def listed(self, path: str) -> Listed | None:
        """A note with its collection."""
        return self._listed(path) if path in self._cards else None


def _has_marks(note: Facts) -> bool:
    texts = [note.title, note.subtitle, note.summary, *(heading.text for heading in note.headings)]
    texts += [text for mark in note.marks for text in (mark.see, *(word.text for word in mark.words))]
    texts += [symbol.meaning for symbol in note.symbols]
    return any(marked(text) for text in texts)


def _volumes(node: Node, depth: int) -> tuple[Volume, ...]:
    """A collection for print, before those inside it; a group that continues a part names the part again."""
    config = node.shelf.config
    part_of = {str(number): part.title for part in config.parts for number in part.chapters}
    chapters = {entry.card.path: chapter_text(entry.number) for entry in node.entries if entry.number}
    groups = tuple(
        replace(
            group,
            part=part_of.get(chapters.get(group.entries[0].path, ""), ""),
            entries=tuple(map(_title_alone, group.entries)),
        )
        for group in node.groups
    )
    own = Volume(replace(node.card, count=0, unit=""), node.shelf.index, groups, depth)
    return (own, *(volume for child in node.children for volume in _volumes(child, depth + 1)))


def _paths_of(node: Node) -> tuple[str, ...]:
    """The paths of the notes of a collection and of those inside it, those of their own pages among them."""
    indexes = (inner.shelf.index for inner in node.walk())
    return (*filter(None, indexes), *(entry.facts.path for entry in node.everything))


def _title_alone(card: Card) -> Card:
    """A card for navigation, which shows nothing but the title."""
    return replace(card, summary=EMPTY, tags=(), date=None, updated=None)


def _newest_first(card: Card) -> tuple[float, str]:
    return (-card.date.timestamp() if card.date else 0.0, card.path)


def _section(node: Node) -> Section:
    return Section(node.card, node.newest, tuple(child.card for child in node.children))


def _reaches(edges: Mapping[str, Sequence[tuple[str, int]]], start: str, goal: str) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        for following, _ in edges.get(waiting.pop(), ()):
            if following == goal:
                return True
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    return False

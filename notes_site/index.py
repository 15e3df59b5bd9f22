"""All notes folded: every room that tells of the site as a whole, made of what it needs when it is first asked for.

Pure and immutable: made anew on every build, never patched. Outputs do not see it: they ask the `Site`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property, partial
from types import MappingProxyType

from msgspec import Struct, field

from notes_site import address
from notes_site.bibliography import Library, Style
from notes_site.book_index import INDEX, BookIndex
from notes_site.catalogue import BIBLIOGRAPHY, Catalogue
from notes_site.citing import citation_as_text
from notes_site.collections import Folder, plan
from notes_site.config import Config, kinds_of, words_of
from notes_site.connections import GRAPH, Connections, to_sections
from notes_site.destinations import Destinations
from notes_site.followed import Followed
from notes_site.glossary import Glossary
from notes_site.kinds import Kinds, canonical
from notes_site.landmarks import Landmarks
from notes_site.lists import Gathered, Scope
from notes_site.lock import Numbers
from notes_site.marks import marked, worded
from notes_site.mentions import Mentions
from notes_site.model import (
    EMPTY,
    AssetFacts,
    Cite,
    Drawing,
    Facts,
    Resolution,
    SymbolRow,
    Text,
    Trouble,
    Xref,
)
from notes_site.notation import NOTATION, rows_of
from notes_site.references import Manner
from notes_site.results import Forward, Use
from notes_site.terms import GLOSSARY, Terms
from notes_site.titles import has_references, in_words
from notes_site.topics import Topics, url_of
from notes_site.tree import Tree
from notes_site.volumes import pages_for_print
from notes_site.words import Overrides, Words, overrides_of, words_for
from notes_site.works import Works


class Files(Struct, frozen=True):
    """What the disk holds beside notes: assets by path, the text of included files, dates that git knows, the works of
    all bibliographies, the names of these, the text of the numbers that were published, the glossary, and the macros
    with a comment that the configuration has: how each looks, and what it means. SVGs that may stand in pages by path,
    and what is wrong with pictures. What notes carry inside themselves is among the assets.
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


class Index:
    """All notes, folded. Drafts that are not shown are in none of it; their paths and labels are in `hidden`."""

    def __init__(
        self,
        config: Config,
        facts: Sequence[Facts],
        folders: Sequence[Folder],
        files: Files,
        texts: Mapping[str, Text],
        hidden: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    ) -> None:
        self.config, self.files, self.texts, self.hidden = config, files, texts, hidden
        self.kinds = Kinds(kinds_of(config))
        notes = {f.path: f for f in sorted(facts, key=lambda f: f.path)}
        series = {f.path: f.settings.series for f in facts if f.settings.series}
        shelves = plan(config, folders, tuple(notes), series)
        self.tree = Tree(config, notes, shelves, files.git, texts, self.words)
        self.landmarks = self._landmarks()
        # numbers come from where notes stand, and what these are called may tell numbers
        said = {path: in_words(note, self.landmarks.say) for path, note in notes.items() if has_references(note)}
        told = {source: self._text(source) for source, text in texts.items() if marked(text)}
        if said or told:
            self.tree = Tree(config, notes | said, shelves, files.git, {**texts, **told}, self.words)

    @property
    def facts_by_path(self) -> Mapping[str, Facts]:
        return self.tree.facts_by_path

    @property
    def urls_by_path(self) -> Mapping[str, str]:
        return self.tree.urls_by_path

    # -- words ---------------------------------------------------------------------------------------------------------

    @cached_property
    def _overrides(self) -> Overrides:
        return overrides_of({**words_of(self.config), **self.config.words})

    @cached_property
    def words(self) -> Words:
        """The words of the site's own language."""
        return self._words_in(self.config.lang)

    def _words_in(self, lang: str) -> Words:
        return words_for(lang, self._overrides)

    def _text(self, source: str) -> Text:
        """A text of the configuration or of the glossary, with references in words."""
        return worded(self.texts.get(source, EMPTY), partial(self.landmarks.say, ""))

    def _cited(self, path: str, hole: Cite) -> Text:
        """A citation in a title of a note, in words."""
        landmarks, catalogue = self.landmarks, self.catalogue

        def refer(among: Xref) -> Text:
            return EMPTY if landmarks.find(path, among.keys[0]) is None else landmarks.say(path, among)

        return citation_as_text(hole, catalogue.cards.get, catalogue.title, refer, landmarks.manner)

    # -- what has labels and numbers -----------------------------------------------------------------------------------

    def _landmarks(self) -> Landmarks:
        given = self.config.references
        manner = Manner(self.words, given.case, short=given.short, style=Style(self.config.citations.style))
        tree = self.tree
        return Landmarks(
            self._in_order, tree.urls_by_path, tree.places(), tree.homes(), self.kinds, manner, self._located,
            self._cited,
            {key: path for path in sorted(self.hidden, reverse=True) for key in self.hidden[path]},
        )  # fmt: skip

    def _located(self, path: str, target: str) -> str | None:
        """The note that a link means, asked when all titles are worded: wikilinks name them."""
        return self.destinations.located(path, target)

    @property
    def _in_order(self) -> tuple[Facts, ...]:
        return tuple(self.facts_by_path[path] for path in self.tree.reading_order)

    @cached_property
    def mentions(self) -> Mentions:
        """What notes refer to by labels."""
        return Mentions(self.landmarks, self.tree, where=self.config.references.where)

    @cached_property
    def gathered(self) -> Gathered:
        """The lists of what has numbers, and which result uses which."""
        tree = self.tree
        scopes = {"/": Scope(tree.reading_order)}
        for url, node in tree.nodes_by_url.items():
            index = tree.facts_by_path.get(node.shelf.index)
            lang = index.settings.lang if index else None
            scopes[url] = Scope(tree.read(node.walk()), lang, (*node.way, node.crumb))
        return Gathered(self.landmarks, tree.titles(), scopes, tree.taken)

    @cached_property
    def published(self) -> Numbers:
        """The labels with numbers, as they are published."""
        return Numbers(self.landmarks)

    # -- works, terms, topics, and what else gathers notes -------------------------------------------------------------

    @cached_property
    def catalogue(self) -> Catalogue:
        """The works that notes cite."""
        notes = {note.path: note for note in self._in_order}
        given = self.config.citations
        return Catalogue(
            self.files.library.works, self.files.bibliographies, notes, self.urls_by_path,
            lambda path, key: self.landmarks.find(path, canonical(key)) is not None,
            Style(given.style), self.words, everything=given.all,
        )  # fmt: skip

    @cached_property
    def works(self) -> Works:
        """The same works, as pages show them."""
        return Works(self.catalogue, self.tree, self._words_in)

    @cached_property
    def terms(self) -> Terms:
        """The glossary, and who uses it."""
        return Terms(self.files.glossary, self._text, self._in_order)

    @cached_property
    def topics(self) -> Topics:
        """The topics, and their notes."""
        return Topics(self.tree)

    @cached_property
    def book_index(self) -> BookIndex:
        """The alphabetical index."""
        return BookIndex(self._in_order, self.urls_by_path)

    @cached_property
    def symbols(self) -> tuple[SymbolRow, ...]:
        """The rows of the notation."""
        declared = [(self._text(look), self._text(said)) for look, said in self.files.symbols]
        return rows_of(declared, self._in_order, self.urls_by_path)

    # -- pages beside those of notes and collections -------------------------------------------------------------------

    @cached_property
    def at_the_end(self) -> tuple[str, ...]:
        """The URLs of the pages that stand at the end of a book: those of them that have anything to show."""
        return (
            *((GLOSSARY,) if self.terms.entries else ()),
            *((INDEX,) if self.book_index else ()),
            *((NOTATION,) if self.symbols else ()),
        )

    @cached_property
    def printed(self) -> dict[str, str]:
        """The pages for print by the URLs of their collections."""
        return pages_for_print(self.tree)

    @cached_property
    def graph_url(self) -> str:
        """The address of the graph of notes; empty where no note links to another."""
        return GRAPH if self._may_have_graph and self.connections.edges else ""

    @property
    def _may_have_graph(self) -> bool:
        """Whether there is a place for the graph, and anything that may be a link to another note."""
        if not self.config.graph or address.same_address(GRAPH) in self.tree.taken:
            return False
        own = ("", GRAPH.strip("/"))
        links = (link for note in self.facts_by_path.values() for link in note.links)
        return bool(self.landmarks.links) or any(
            link.kind in ("link", "wiki", "embed") and link.target.strip("/") not in own for link in links
        )

    def _other_pages(self) -> frozenset[str]:
        """The URLs that links may lead to and that are not notes."""
        cited = self.catalogue.cards.values()
        works = (BIBLIOGRAPHY, *(card.url for card in cited)) if cited else ()
        return frozenset(
            (
                "/",
                "/tags/",
                "/latest/",
                *map(url_of, self.topics.by_slug),
                *works,
                *self.gathered.urls,
                *((GRAPH,) if self._may_have_graph else ()),
                *self.printed.values(),
                *self.at_the_end,
                *self.tree.nodes_by_url,
                *self.tree.feeds,
            )
        )

    # -- links ---------------------------------------------------------------------------------------------------------

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
            {path: card.label.plain for path, card in self.tree.cards.items()},
            self._other_pages,
            {url: path for url, path, _ in reversed(self.aliases)},
            frozenset(self.hidden),
            self._labelled,
        )

    def _labelled(self, path: str, key: str) -> Resolution | None:
        """Where a label leads, for a link that names it as an anchor."""
        place = self.landmarks.find(path, canonical(key))
        if place is None:
            return None
        said = self.landmarks.say(path, Xref((canonical(key),)))
        return Resolution(self.landmarks.url(place), said, place[0])

    @cached_property
    def followed(self) -> Followed:
        """Every link, followed."""
        wrong = {self.files.assets[path].url: troubles for path, troubles in self.files.pictures.items()}
        return Followed(self.facts_by_path, self.destinations.follow, wrong)

    @cached_property
    def connections(self) -> Connections:
        """Which note links to which."""
        tree = self.tree
        sections = to_sections(tree.facts_by_path, self.landmarks)
        drawn = tuple(path for path in tree.reading_order if path != tree.home_note)
        return Connections(
            tree.facts_by_path,
            tree.cards,
            self.followed.by_path,
            sections,
            self.landmarks.links,
            self.landmarks.say,
            drawn,
        )

    @cached_property
    def previewed(self) -> tuple[str, ...]:
        """The paths of the notes of which others show something: those to which they link or refer."""
        shown = self.followed.led_to.keys() | self.landmarks.shown_elsewhere
        return tuple(path for path in self.facts_by_path if path in shown)

    # -- what is wrong -------------------------------------------------------------------------------------------------

    @cached_property
    def troubles(self) -> tuple[tuple[str, int, Trouble], ...]:
        """What is wrong with links: the path of the note, which of its links it is, and the trouble."""
        return tuple(self.followed.troubles())

    @cached_property
    def label_troubles(self) -> tuple[tuple[str, str, int, Trouble], ...]:
        """What is wrong with labels and references: the note, `label`, `mention`, `mark` or `named`, which one, the
        trouble; or nothing, `line`, which line of the published numbers, the trouble.
        """
        found = self.landmarks.troubles(unused=self.config.references.unused)
        moved = self.published.troubles(self.files.published) if self.files.published else ()
        return (*found, *self.catalogue.troubles(), *moved, *self.book_index.troubles())

    @cached_property
    def result_troubles(self) -> tuple[tuple[Use, Trouble] | Forward, ...]:
        """Circles of results that use each other, and uses that may stand before what they use."""
        graph = self.gathered.graph
        series = frozenset(url for url, node in self.tree.nodes_by_url.items() if node.card.kind == "series")
        return (*graph.circles, *graph.forward(series))

"""The questions that outputs may ask of all notes.

Queries are total (None, never an exception), take positional arguments, answer with small frozen values in a fixed
order, and call no other query. What they answer is worked out in the rooms of the index.
"""

from __future__ import annotations

from notes_site.index import Index
from notes_site.landmarks import cards
from notes_site.model import (
    AssetFacts,
    Backlink,
    Card,
    CollectionCard,
    Crumb,
    Drawing,
    Group,
    IndexLetter,
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
    Uses,
    Volume,
    WorkCard,
    WorkEntry,
    WorkPage,
)
from notes_site.trace import query
from notes_site.volumes import volumes


class Site:
    """The queries on the index."""

    def __init__(self, index: Index) -> None:
        self.index = index

    @query("the address of {0}")
    def url(self, path: str) -> str | None:
        """The URL of a note."""
        return self.index.tree.urls_by_path.get(path)

    @query("the card of {0}")
    def card(self, path: str) -> Card | None:
        """What may be shown of a note."""
        return self.index.tree.cards.get(path)

    @query("the collection {0}")
    def collection(self, url: str) -> CollectionCard | None:
        """The collection whose page is at `url`."""
        node = self.index.tree.nodes_by_url.get(url)
        return node.card if node else None

    @query("the collection of {0}")
    def collection_of(self, path: str) -> CollectionCard | None:
        """The collection that holds a note first."""
        node = self.index.tree.home_by_path.get(path)
        return node.card if node else None

    @query("the way to {0}")
    def crumbs(self, path: str) -> tuple[Crumb, ...]:
        """The way from the home page to a note, without the note itself."""
        node = self.index.tree.home_by_path.get(path)
        return (*node.way, node.crumb) if node else ()

    @query("the way to {0}")
    def collection_crumbs(self, url: str) -> tuple[Crumb, ...]:
        """The way from the home page to a collection, without the collection itself."""
        node = self.index.tree.nodes_by_url.get(url)
        return node.way if node else ()

    @query("the series of {0}")
    def sidebar(self, path: str) -> Sidebar | None:
        """The series of a note, chapter by chapter, without summaries; None outside a series."""
        node = self.index.tree.home_by_path.get(path)
        return self.index.tree.sidebars[node.card.url] if node and node.card.kind != "stream" else None

    @query("the neighbours of {0}")
    def neighbours(self, path: str) -> Neighbours:
        """The notes before and after one, in the order of its collection; across its parts, not across collections."""
        return self.index.tree.neighbours.get(path, Neighbours())

    @query("the links to {0}")
    def backlinks(self, path: str) -> tuple[Backlink, ...]:
        """The notes that link to a note, with the sentences in which they do."""
        return self.index.connections.backlinks(path)

    @query("the notes around {0}")
    def neighbourhood(self, path: str) -> Neighbourhood | None:
        """The notes that link to one, and those to which it links; None where there are none, or no graphs."""
        return self.index.connections.neighbourhood(path) if self.index.config.graph else None

    @query("the graph of the notes")
    def note_graph(self) -> NoteGraph:
        """All notes by collection, and which of them link to which."""
        return self.index.connections.graph([(node.crumb, node.paths) for node in self.index.tree.parts])

    @query("the page of the graph")
    def graph_page(self) -> str:
        """The address of the graph of the notes; empty where there is none."""
        return self.index.graph_url

    @query("where in {0} links of other notes lead")
    def led_to(self, path: str) -> tuple[str, ...]:
        """The anchors in a note to which links of other notes lead, sorted."""
        return tuple(anchor for anchor in self.index.followed.led_to.get(path, ()) if anchor)

    @query("where the link to {2} in {0} leads")
    def resolve(self, path: str, kind: str, target: str, fragment: str) -> Resolution | None:
        """Where a link in a note leads."""
        return self.index.destinations.follow(path, Link(kind, target, fragment)).resolution

    @query("the numbers in {0}")
    def numbers(self, path: str) -> tuple[Text, ...]:
        """The numbers of the labels of a note."""
        return self.index.landmarks.numbers.get(path, ())

    @query("what {0} refers to")
    def pointers(self, path: str) -> tuple[Pointer, ...]:
        """The things to which a note refers by their labels, each once, without their titles."""
        return self.index.mentions.pointers(path)

    @query("what {1} is called, to which {0} refers")
    def label_title(self, path: str, key: str) -> Text:
        """The title of the thing that a label means in a note."""
        return self.index.mentions.title(path, key)

    @query("where the labels of {0} are used")
    def uses(self, path: str) -> tuple[Uses, ...]:
        """The labels of a note that other notes refer to, with these notes."""
        return self.index.mentions.uses(path)

    @query("the work {0}")
    def work(self, key: str) -> WorkCard | None:
        """A work that is cited."""
        return self.index.catalogue.cards.get(key)

    @query("the title of the work {0}")
    def work_title(self, key: str) -> Text:
        """The title of a work that is cited; empty where nobody knows it."""
        return self.index.catalogue.title(key)

    @query("the term {0}")
    def term(self, key: str) -> TermCard | None:
        """An entry of the glossary that is used."""
        return self.index.terms.cards.get(key)

    @query("the glossary")
    def glossary(self) -> tuple[TermEntry, ...]:
        """All entries of the glossary by name, with the notes that use them."""
        terms = self.index.terms
        return tuple(
            TermEntry(card, terms.text(key), terms.see(key), cards(terms.used_in.get(key, ()), self.index.tree.cards))
            for key, card in terms.cards.items()
        )

    @query("the definitions of the glossary")
    def definitions(self) -> tuple[TermEntry, ...]:
        """The entries of the glossary by name, without the notes that use them."""
        terms = self.index.terms
        return tuple(TermEntry(card, terms.text(key), (), ()) for key, card in terms.cards.items())

    @query("the index of terms")
    def index_letters(self) -> tuple[IndexLetter, ...]:
        """The alphabetical index, letter by letter."""
        return self.index.book_index.letters

    @query("the notation")
    def notation(self) -> tuple[SymbolRow, ...]:
        """The symbols of the site, with what they mean and where each is used first."""
        return self.index.symbols

    @query("the pages at the end")
    def end_pages(self) -> tuple[str, ...]:
        """The addresses of the glossary, the index and the notation, where there are such."""
        return self.index.at_the_end

    @query("the works that {0} cites")
    def references(self, path: str) -> tuple[WorkEntry, ...]:
        """The works that a note cites, in the order of the bibliography."""
        return self.index.works.cited_by(path)

    @query("the bibliography")
    def bibliography(self) -> tuple[WorkEntry, ...]:
        """All works of the bibliography, in its order, with the notes that cite them."""
        return self.index.works.all()

    @query("the page of the work {0}")
    def work_page(self, key: str) -> WorkPage | None:
        """All that is known of a work."""
        return self.index.works.page(key)

    @query("the work {0}, which a note reads")
    def paper(self, key: str) -> Paper | None:
        """A work as the head of the site's own note on it shows it."""
        return self.index.works.paper(key)

    @query("the lists of {0}")
    def lists(self, url: str) -> Lists | None:
        """The lists of a collection, or of the whole site for `/`, with their counts."""
        return self.index.gathered.lists.get(url)

    @query("the list of every {1} in {0}")
    def list_of(self, url: str, kind: str) -> NumberedList | None:
        """The things of one kind in a collection, or in the whole site for `/`, note by note."""
        return self.index.gathered.entries(url, kind)

    @query("the results of {0}")
    def results(self, url: str) -> Results | None:
        """The results of a collection that use each other, and which uses which."""
        return self.index.gathered.results(url)

    @query("the titles in {0}")
    def titles(self, path: str) -> Titles | None:
        """The texts of a note in which references are worded."""
        note = self.index.tree.facts_by_path.get(path)
        return Titles(note.title, note.subtitle, note.summary, note.headings) if note else None

    @query("the file {1} of {0}")
    def asset(self, path: str, target: str) -> AssetFacts | None:
        """The file that a target written in a note means."""
        return self.index.files.assets.get(self._meant(path, target))

    @query("the drawing {1} of {0}")
    def drawing(self, path: str, target: str) -> Drawing | None:
        """The SVG that a target written in a note means, fit to stand in a page."""
        return self.index.files.drawings.get(self._meant(path, target))

    def _meant(self, path: str, target: str) -> str:
        """The path of the file that a target written in a note means; empty when there is none."""
        if target.startswith("wiki:"):
            choices = self.index.destinations.candidates(path, target[5:])
            return choices[0] if choices else ""
        return self.index.destinations.locate(path, target) or ""

    @query("the code in {1}, shown in {0}")
    def listing(self, path: str, target: str) -> str | None:
        """The text of a file that a note includes."""
        located = self.index.destinations.locate(path, target)
        return self.index.files.listings.get(located) if located else None

    @query("the topics of {0}")
    def note_tags(self, path: str) -> tuple[TagCard, ...]:
        """The topics of a note. Their counts are left at 0, so that a page does not depend on other notes' topics."""
        note = self.index.tree.facts_by_path.get(path)
        return self.index.topics.of(note) if note else ()

    @query("the topics of the site")
    def tags(self) -> tuple[TagCard, ...]:
        """All topics by name."""
        return self.index.topics.cards()

    @query("the notes on {0}")
    def tagged(self, slug: str) -> tuple[Listed, ...]:
        """The notes with a topic, newest first."""
        return self.index.topics.tagged(slug)

    @query("the entries of {0}")
    def groups(self, url: str) -> tuple[Group, ...]:
        """The entries of a collection, chapter by chapter."""
        node = self.index.tree.nodes_by_url.get(url)
        return node.groups if node else ()

    @query("the page for print of {0}")
    def print_page(self, url: str) -> str:
        """The address of the page that holds a whole collection, or an empty string."""
        return self.index.printed.get(url, "")

    @query("what {0} prints")
    def volumes(self, url: str) -> tuple[Volume, ...]:
        """A collection and those inside it, with their entries in the order in which one reads."""
        node = self.index.tree.nodes_by_url.get(url)
        return volumes(node) if node else ()

    @query("the works that {0} prints")
    def printed_works(self, url: str) -> tuple[WorkEntry, ...]:
        """The works that the notes of a collection cite, in the order of the bibliography."""
        node = self.index.tree.nodes_by_url.get(url)
        return self.index.works.printed_with(node) if node else ()

    @query("the collections inside {0}")
    def subsections(self, url: str) -> tuple[Section, ...]:
        """The collections inside a collection, each with its newest entries."""
        node = self.index.tree.nodes_by_url.get(url)
        return tuple(child.section for child in node.children) if node else ()

    @query("the collections of the site")
    def sections(self) -> tuple[Section, ...]:
        """The top-level collections, each with its newest entries and the collections inside it."""
        return tuple(node.section for node in self.index.tree.nodes)

    @query("the notes in no collection")
    def loose(self) -> tuple[Card, ...]:
        """The notes that stand in no collection."""
        return self.index.tree.loose()

    @query("the featured notes")
    def featured(self) -> tuple[Card, ...]:
        """The notes that ask for a place at the head of the home page, newest first."""
        return self.index.tree.featured()

    @query("the newest notes of {0}")
    def newest(self, url: str, count: int) -> tuple[Card, ...]:
        """The newest notes of a collection, or of the whole site for `/`; 0 is all of them."""
        return self.index.tree.newest(url, count)

    @query("the collection of {0}")
    def listed(self, path: str) -> Listed | None:
        """A note with its collection."""
        return self.index.tree.listed(path)

"""The values that pass between the rooms. Imports nothing of ours; every type is frozen, and can be packed.

They are msgspec Structs: made in a tenth of the time of a frozen dataclass, and read from the cache as fast as bytes
can be read (docs/decisions/0012).

Words used everywhere: a `path` is relative to the content folder, with `/`; a `url` starts at the site's root and
ends in `/` for a page; an `anchor` is the id of an element without `#`.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct


class Value(Struct, frozen=True, array_like=True, gc=False):
    """What may be compared, hashed and packed; it holds no mapping and no list, so that nothing in it can change."""


class Severity(StrEnum):
    """How grave a diagnostic is: an error makes the exit status 1, a warning only under `--strict`."""

    ERROR = "error"
    WARNING = "warning"


class Span(Value, frozen=True, order=True):
    """A place in a file of the author's; `line` and `column` count from 1, 0 when unknown; `cell` is a notebook's."""

    path: str
    line: int = 0
    column: int = 0
    length: int = 1
    cell: int | None = None


class Diagnostic(Value, frozen=True):
    """A mistake of the author's. `excerpt` is the line of `span` as it stands in the file, or empty."""

    code: str
    message: str
    span: Span
    excerpt: str = ""
    hint: str = ""


class Source(Value, frozen=True):
    """A note as it lies on the disk."""

    path: str
    digest: str
    data: bytes


class Text(Value, frozen=True):
    """A run of text that may hold formulas: `html` for a page, `plain` for `<title>`, search and slugs."""

    html: str
    plain: str

    def __bool__(self) -> bool:
        return bool(self.plain)


EMPTY = Text("", "")


# -- holes: what one file cannot know about the others -------------------------------------------------------------


class Ref(Value, frozen=True, tag=True):
    """The address of a link. Filled with an escaped URL, without quotes.

    With `classes` (perhaps none, "") it stands for the `href` and the `class` of a link written as `[text](target)`;
    one that leads nowhere has no `href`.
    """

    target: str
    classes: str | None = None


class WikiLink(Value, frozen=True, tag=True):
    """`[[target#fragment|text]]`, the text as HTML. Filled with a whole `<a>`."""

    target: str
    fragment: str
    text: str


class Embed(Value, frozen=True, tag=True):
    """`![[target#fragment]]` alone in its paragraph. Filled with that part of the other note."""

    target: str
    fragment: str


class Asset(Value, frozen=True, tag=True):
    """The address of a file beside the note: an image, a video, a download. Filled with an escaped URL."""

    target: str


class Picture(Value, frozen=True, tag=True):
    """An image. Filled with `<img>` and its size in pixels, or with its alternative text when the file is missing.

    `alt` is None where HTML says none, which is not the same as that there is nothing to say. `dark` is the file
    that stands in its place in the dark; `inline` asks for the SVG itself.
    """

    target: str
    alt: str | None
    attributes: tuple[tuple[str, str], ...]
    dark: str = ""
    inline: bool = False


class Include(Value, frozen=True, tag=True):
    """Lines of a file shown as code. `first` and `last` count from 1; `last` 0 is the end of the file."""

    target: str
    language: str
    first: int
    last: int


class Num(Value, frozen=True, tag=True):
    """The number of the n-th label of the note, between two pieces of HTML; nothing at all where it has none."""

    label: int
    before: str = ""
    after: str = ""


class Start(Value, frozen=True, tag=True):
    """Where the n-th label of the note begins. Filled with nothing."""

    label: int


class End(Value, frozen=True, tag=True):
    """Where the n-th label ends. Filled with the notes that refer to the labels that are `told` here."""

    label: int
    told: tuple[int, ...] = ()


class Xref(Value, frozen=True, tag=True):
    """A reference to things with labels: `@thm-clt`, `[@eq-a; @eq-b]`, `\\cref{thm:clt}`. Filled with one link or more.

    `form` is `full` (kind and number), `number` (with the parentheses of an equation), `bare` (without), `title`, or
    `range` (from the first to the last); `prefix` is HTML that stands for the kind. `capital` is 1 where a sentence
    begins, and 2 where the author asks for a capital letter. `inside` is a formula; one that is not `linked` is words
    alone, since what it stands in can be clicked itself.
    """

    keys: tuple[str, ...]
    form: str = "full"
    prefix: str = ""
    capital: int = 0
    inside: bool = False
    linked: bool = True


class Cited(Value, frozen=True):
    """One work of a citation, with the HTML before and after it; `alone` leaves out its authors."""

    key: str
    before: str = ""
    after: str = ""
    alone: bool = False


class Cite(Value, frozen=True, tag=True):
    """A citation: `[see @a, ch. 6; @b]`, or `narrative` in a sentence. `written` is what the author wrote, as HTML.

    `form` asks for `names` or `year` alone, or for all of it `bare` of brackets.
    """

    works: tuple[Cited, ...]
    narrative: bool = False
    written: str = ""
    form: str = ""


class Term(Value, frozen=True, tag=True):
    """The use of a term of the glossary: its key, the form that is asked for, the words that the author wrote as HTML.

    `form` is `` (as the glossary says), or one of `short`, `long`, `full`; `first` is the first use in the note. What
    is not `linked` stands in a heading, a caption or a link.
    """

    key: str
    text: str = ""
    form: str = ""
    plural: bool = False
    capital: bool = False
    first: bool = False
    linked: bool = True


Hole: TypeAlias = Ref | WikiLink | Embed | Asset | Picture | Include | Num | Start | End | Xref | Cite | Term


class Label(Value, frozen=True):
    """A thing of a note that may have a number or be referred to, in the order in which these stand.

    `key` is its label, or empty; `kind` the name of its Kind; `caption` its title. `number` is one that the author gave
    it (`\\tag`); without, and where `counted`, it takes the next. `level` is that of a heading. `part` is its letter
    inside another label, `of` that label's place among those of the note; `about` is the key of what a proof proves.
    `within` is the place of the statement or proof that an equation stands in, or -1.
    """

    kind: str
    key: str = ""
    anchor: str = ""
    caption: Text = EMPTY
    counted: bool = True
    number: Text = EMPTY
    level: int = 0
    part: str = ""
    of: int = -1
    about: str = ""
    within: int = -1


class Mention(Value, frozen=True):
    """What a note refers to: `kind` is `label`, `work` or `term`; or `anchor`, a link to a label.

    The `key` of an anchor has the note before it as its author wrote it, `other.md#thm-clt`, or `wiki:Other#thm-clt`.
    `within` is the place of the statement or proof that says so among the labels of the note, or -1.
    """

    kind: str
    key: str
    within: int = -1


class IndexWord(Value, frozen=True):
    """One step of an entry of the index: what it is sorted by, and how it is set."""

    sort: str
    text: Text


class IndexMark(Value, frozen=True):
    """An entry of the index: its words from the outermost on, where it leads, or which other entry to `see`."""

    words: tuple[IndexWord, ...]
    anchor: str = ""
    see: Text = EMPTY
    also: bool = False


class Symbol(Value, frozen=True):
    """A macro with a comment that a note uses or defines: its name, how it looks, what it means.

    `anchor` is that of its first use in the note, or of what holds it; `used` tells whether there is any.
    """

    name: str
    look: Text
    meaning: Text
    anchor: str = ""
    used: bool = True


class Heading(Value, frozen=True):
    """A heading of a note; its element in the body carries `id="anchor"`."""

    level: int
    anchor: str
    text: Text


class Link(Value, frozen=True):
    """A link out of a note. `kind` is one of `link`, `wiki`, `embed`, `asset`, `include`, `external`.

    An `asset` has the fragment `drawing` where an SVG is asked for that stands in the page itself.
    """

    kind: str
    target: str
    fragment: str


class Quote(Value, frozen=True):
    """A sentence of a note that leads to others: its HTML with its `links` between marks (`notes_site.quotations`).

    These are places among the links of the note; those below 0 are references to sections, -1 being the first mention.
    """

    html: str
    links: tuple[int, ...]


class Place(Value, frozen=True):
    """Where something stands in the author's file, and the line that stands there."""

    span: Span
    excerpt: str = ""


class Number(Value, frozen=True):
    """A number such as 7.1.1, "7 Prerequisites" or A.2, as it stands in a title or a file name.

    `parts` compare as integers, letters counting as 1001 for A; `before` marks prerequisites, which stand before the
    first part; `text` is the number as written.
    """

    parts: tuple[int, ...]
    text: str
    before: bool = False

    @property
    def chapter(self) -> int:
        return self.parts[0]

    @property
    def order(self) -> tuple[int, ...]:
        """A key that puts 7 before "7 Prerequisites", that before 7.1, and 7.2 before 7.10."""
        return (*self.parts, 0) if self.before else self.parts


class Paper(Value, frozen=True):
    """The work that a paper note reads; `key` is its own in the bibliography, if that is where the rest stands."""

    title: str = ""
    authors: tuple[str, ...] = ()
    venue: str = ""
    year: str = ""
    links: tuple[tuple[str, str], ...] = ()
    bibtex: str = ""
    key: str = ""


class Blob(Value, frozen=True):
    """A file that a note carries inside itself (a notebook's picture), named by its content."""

    name: str
    data: bytes


class Settings(Value, frozen=True):
    """What the front matter of one note says of the note, after every habit of the neighbours has been read."""

    title: str | None = None
    subtitle: str = ""
    date: datetime | None = None
    updated: datetime | None = None
    summary: str | None = None
    tags: tuple[str, ...] = ()
    draft: bool = False
    weight: float | None = None
    number: str | None = None
    slug: str | None = None
    permalink: str | None = None
    aliases: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    image: str | None = None
    toc: bool = True
    numbering: bool = True
    lang: str | None = None
    series: str | None = None
    bibliography: tuple[str, ...] = ()
    label: str = ""
    icon: str = ""
    featured: bool = False
    paper: Paper | None = None
    extra: tuple[tuple[str, str], ...] = ()


class Facts(Value, frozen=True):
    """All that the rest of the site may know of one note. Small; the same while nothing that others see changes."""

    path: str
    settings: Settings
    title: Text
    subtitle: Text
    summary: Text
    tags: tuple[Text, ...]
    titled: bool
    headings: tuple[Heading, ...] = ()
    anchors: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    labels: tuple[Label, ...] = ()
    mentions: tuple[Mention, ...] = ()
    marks: tuple[IndexMark, ...] = ()
    symbols: tuple[Symbol, ...] = ()
    quotes: tuple[Quote, ...] = ()


class Findings(Value, frozen=True):
    """What parse found in one note that no other page may know. `places` are those of the links, in their order, and
    `labelled` and `mentioned` those of the labels and of the mentions. `named` are those of the bibliographies that the
    front matter names, and of the work that the note reads.

    `blobs` names the files that the note carries inside itself. `macros` are those that it defines: the name, the body,
    the number of parameters, and what the first is when it is left out.
    """

    places: tuple[Place, ...] = ()
    labelled: tuple[Place, ...] = ()
    mentioned: tuple[Place, ...] = ()
    marked: tuple[Place, ...] = ()
    named: tuple[Place, ...] = ()
    words: int = 0
    formulas: int = 0
    glyphs: str = ""
    blobs: tuple[str, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    macros: tuple[tuple[str, str, int, str | None], ...] = ()


class Doc(Value, frozen=True):
    """The result of parsing one note: its facts, its HTML cut at the holes, and what only its author needs to know."""

    facts: Facts
    body: tuple[str | Hole, ...]
    findings: Findings = Findings()
    blobs: tuple[Blob, ...] = ()


class Body(Value, frozen=True):
    """The part of a Doc that only pages which show the note need."""

    pieces: tuple[str | Hole, ...]
    blobs: tuple[Blob, ...] = ()


class Note(Value, frozen=True):
    """A parsed note without its body, which lies elsewhere under `key`: the digest of all that the parse read.

    `shape` is the digest of the facts: what other pages may see. `face` is that of all that its own page shows.
    """

    key: bytes
    shape: bytes
    face: bytes
    facts: Facts
    findings: Findings


# -- small answers of the Site ---------------------------------------------------------------------------------------


class Card(Value, frozen=True):
    """All that one page may show of another. `label` is the title without what its list already says."""

    url: str
    title: Text
    label: Text
    summary: Text = EMPTY
    date: datetime | None = None
    number: str = ""
    tags: tuple[str, ...] = ()
    icon: str = ""
    path: str = ""
    updated: datetime | None = None


class Crumb(Value, frozen=True):
    """One step of the way from the home page to a page."""

    title: Text
    url: str


class Group(Value, frozen=True):
    """Entries of a collection under one heading: a chapter of a book, a year of a stream; `title` may be empty."""

    title: str
    number: str
    entries: tuple[Card, ...]
    part: str = ""


class CollectionCard(Value, frozen=True):
    """What a page may show of a collection. `count` sums its children; `unit` is already in the right number."""

    slug: str
    url: str
    title: Text
    icon: str
    description: Text
    kind: str
    count: int
    unit: str
    feed: str


class Neighbours(Value, frozen=True):
    """The notes before and after one in its series."""

    previous: Card | None = None
    following: Card | None = None


class TagCard(Value, frozen=True):
    """A topic and the number of notes that carry it."""

    title: Text
    slug: str
    url: str
    count: int


class Backlink(Value, frozen=True):
    """A note that links to another: the sentences in which it does, as HTML, and how many places more there are."""

    card: Card
    sentences: tuple[str, ...] = ()
    more: int = 0


class Near(Value, frozen=True):
    """A note beside another in the graph: its title and its address."""

    title: Text
    url: str


class Neighbourhood(Value, frozen=True):
    """The notes that link to one and to which it does not link, those that link both ways, and those to which it links.

    Not more of each than can be drawn; `left_out` counts the others.
    """

    before: tuple[Near, ...] = ()
    both: tuple[Near, ...] = ()
    after: tuple[Near, ...] = ()
    left_out: tuple[int, int, int] = (0, 0, 0)


class GraphNode(Value, frozen=True):
    """A note in the graph of notes, or a collection of `count` notes; `group` is its place in the groups, or -1."""

    title: Text
    url: str
    group: int = -1
    count: int = 0


class NoteGraph(Value, frozen=True):
    """All notes, or all collections where there are too many notes, and which of them link to which.

    `groups` are the collections that nodes stand under; an edge (a, b) says that the a-th links to the b-th.
    """

    groups: tuple[Crumb, ...]
    nodes: tuple[GraphNode, ...]
    edges: tuple[tuple[int, int], ...]
    collections: bool = False


class Resolution(Value, frozen=True):
    """Where a link leads: the URL with its fragment, the title there, and the path of the note if it is one."""

    url: str
    title: Text = EMPTY
    path: str = ""


class Trouble(Value, frozen=True):
    """What is wrong with a link, before its place in the file is known."""

    code: str
    message: str
    hint: str = ""


class Found(Value, frozen=True):
    """The outcome of following one link: where it leads, and what is wrong with it; one of them or both."""

    resolution: Resolution | None = None
    trouble: Trouble | None = None


class Landmark(Value, frozen=True):
    """All that a page may know of a thing with a label that it shows or refers to: `number` may be empty.

    `shown` is the number with its mathematics, `title` the name of a theorem, the caption of a figure, the words of a
    heading; `preview` the file that holds the thing itself, with `anchor` as its name there.
    """

    key: str
    kind: str
    url: str
    number: Text
    title: Text
    path: str
    anchor: str
    preview: str = ""


class Pointer(Value, frozen=True):
    """What a page shows of a thing that it refers to: its label, its kind, its number, where it is.

    In the note itself the `url` is `#anchor`.

    `preview` says that the thing alone can be had as well; `where` is the note, or the collection, without which the
    number says too little.
    """

    key: str
    kind: str
    url: str
    number: Text
    preview: bool = False
    where: Text = EMPTY


class Uses(Value, frozen=True):
    """The notes that refer to the n-th label of a note."""

    label: int
    cards: tuple[Card, ...]


class ListCard(Value, frozen=True):
    """A page that gathers all things of one kind."""

    kind: str
    url: str
    count: int


class Lists(Value, frozen=True):
    """The lists of the site or of a collection, and the address of the page of its results if there is one."""

    cards: tuple[ListCard, ...]
    results: str = ""


class Numbered(Value, frozen=True):
    """A thing in the list of its kind: where it is on its page, and whether it can be had alone."""

    anchor: str
    number: Text
    title: Text
    preview: bool = False


class NumberedGroup(Value, frozen=True):
    """The things of one kind in one note, in their order."""

    note: Card
    entries: tuple[Numbered, ...]


class NumberedList(Value, frozen=True):
    """All things of one kind, note by note; `lang` is the language of the page, if it is not that of the site."""

    lang: str | None
    crumbs: tuple[Crumb, ...]
    groups: tuple[NumberedGroup, ...]


class Results(Value, frozen=True):
    """Results that use each other: (a, b) says that the a-th uses the b-th; `lang` is the language of the page."""

    lang: str | None
    crumbs: tuple[Crumb, ...]
    nodes: tuple[Landmark, ...]
    edges: tuple[tuple[int, int], ...]


class WorkCard(Value, frozen=True):
    """All that a page may know of a work that it cites: its label, its authors in short, its year, its page, and the
    site's own note on it if there is one.
    """

    key: str
    label: str
    names: str
    year: str
    url: str
    note: str = ""


class WorkEntry(Value, frozen=True):
    """A work in a bibliography: its reference as HTML, and the notes that cite it."""

    card: WorkCard
    reference: str
    cited: tuple[Card, ...] = ()


class WorkPage(Value, frozen=True):
    """A work on a page of its own."""

    entry: WorkEntry
    title: Text
    abstract: Text
    bibtex: str
    ris: str
    csl: str
    note: Card | None


class TermCard(Value, frozen=True):
    """All that a page may know of an entry of the glossary that it uses; `long` is empty unless it is an acronym.

    `anchor` is its place on the page of the glossary, `plain` its definition in one line.
    """

    anchor: str
    name: Text
    plural: Text
    long: Text = EMPTY
    long_plural: Text = EMPTY
    plain: str = ""


class TermEntry(Value, frozen=True):
    """An entry on the page of the glossary: its definition, the entries that belong to it, the notes that use it."""

    card: TermCard
    text: Text
    see: tuple[TermCard, ...] = ()
    used: tuple[Card, ...] = ()


class Locator(Value, frozen=True):
    """Where an entry of the index leads in one note: its title, the first place, and `more` of them."""

    title: Text
    url: str
    more: tuple[str, ...] = ()


class Seen(Value, frozen=True):
    """Another entry of the index to look under; without an anchor where there is none."""

    text: Text
    anchor: str = ""


class IndexEntry(Value, frozen=True):
    """An entry of the index, with the entries below it."""

    text: Text
    anchor: str
    places: tuple[Locator, ...] = ()
    see: tuple[Seen, ...] = ()
    also: tuple[Seen, ...] = ()
    entries: tuple[IndexEntry, ...] = ()


class IndexLetter(Value, frozen=True):
    """The entries of the index under one letter; `anchor` is its place on the page."""

    letter: str
    anchor: str
    entries: tuple[IndexEntry, ...]


class SymbolRow(Value, frozen=True):
    """A row of the notation: a symbol, what it means, and where it is used first, if anywhere."""

    look: Text
    meaning: Text
    first: Locator | None = None


class Titles(Value, frozen=True):
    """The texts of a note in which references stand in words."""

    title: Text
    subtitle: Text
    summary: Text
    headings: tuple[Heading, ...]


class Sidebar(Value, frozen=True):
    """The series of a note, as its sidebar shows it."""

    collection: CollectionCard
    groups: tuple[Group, ...]


class Section(Value, frozen=True):
    """A collection with its newest entries and the collections inside it."""

    card: CollectionCard
    latest: tuple[Card, ...]
    children: tuple[CollectionCard, ...] = ()


class Volume(Value, frozen=True):
    """A collection as it is printed: the path of its own note if it has one, and its entries without summaries.

    Each of `groups` names the part that it belongs to; `depth` is 0 for the collection that is printed, 1 for those
    inside it.
    """

    card: CollectionCard
    index: str
    groups: tuple[Group, ...]
    depth: int = 0


class Listed(Value, frozen=True):
    """A note with the collection that holds it, if one does."""

    card: Card
    collection: CollectionCard | None = None


class Variant(Value, frozen=True):
    """A picture at one width in pixels: where it is."""

    width: int
    url: str


class AssetFacts(Value, frozen=True):
    """What is known of a file that is not a note: its address, its digest, and its size in pixels when a picture.

    `variants` are the widths in which a browser may choose the picture, the smallest first; the file itself is among
    them where it is the best of its width.
    """

    path: str
    url: str
    digest: str
    width: int = 0
    height: int = 0
    variants: tuple[Variant, ...] = ()


# stands before the ids of a Drawing until the page is known on which nothing else may have them; XML cannot hold it
ID_MARK = "\x1f"


class Drawing(Value, frozen=True):
    """An SVG as it may stand in a page: the attributes of its element as HTML, what is in it, its size in pixels.

    `follows` says that it takes colours from the page. Its ids begin with `ID_MARK`.
    """

    attributes: str
    body: str
    width: int = 0
    height: int = 0
    follows: bool = False


# -- outputs ---------------------------------------------------------------------------------------------------------


class Target(Value, frozen=True):
    """One file of the site, before it is made: `make` names a function of `outputs`, `argument` is what it is given.

    `source` says who asked for it, for the error that names both when two have one address.
    """

    url: str
    make: str
    argument: str = ""
    source: str = ""


class Report(Value, frozen=True):
    """What a build did: the URLs of the outputs that were `made` and the number that were still good; the names of the
    files that were `written`, the number that were `kept` as they were, and those that were `removed`.

    `pages` are the URL and the path of each note whose own page was made; `reasons` say of outputs why they were made
    or not, when that was asked. `pending` is the number of pictures that have no variants yet, and of indexes of the
    search that are out of date. `indexed` names the parts of the search that were made: languages, `formulas`. Their
    files are among neither those written nor those kept or removed.
    """

    made: tuple[str, ...] = ()
    good: int = 0
    pages: tuple[tuple[str, str], ...] = ()
    written: tuple[str, ...] = ()
    kept: int = 0
    removed: tuple[str, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    seconds: tuple[tuple[str, float], ...] = ()
    notes: int = 0
    formulas: int = 0
    failed: bool = False
    reasons: tuple[tuple[str, str], ...] = ()
    external: tuple[tuple[str, Place], ...] = ()
    pending: int = 0
    indexed: tuple[str, ...] = ()

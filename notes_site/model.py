"""The values that pass between the rooms. Imports nothing of ours; every type is frozen, slotted, and picklable.

Words used everywhere: a `path` is relative to the content folder, with `/`; a `url` starts at the site's root and
ends in `/` for a page; an `anchor` is the id of an element without `#`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias


class Severity(StrEnum):
    """How grave a diagnostic is: an error makes the exit status 1, a warning only under `--strict`."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a file of the author's; `line` and `column` count from 1, 0 when unknown; `cell` is a notebook's."""

    path: str
    line: int = 0
    column: int = 0
    length: int = 1
    cell: int | None = None


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A mistake of the author's. `excerpt` is the line of `span` as it stands in the file, or empty."""

    code: str
    message: str
    span: Span
    excerpt: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A note as it lies on the disk."""

    path: str
    digest: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Text:
    """A run of text that may hold formulas: `html` for a page, `plain` for `<title>`, search and slugs."""

    html: str
    plain: str

    def __bool__(self) -> bool:
        return bool(self.plain)


EMPTY = Text("", "")


# -- holes: what one file cannot know about the others -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ref:
    """The address of a link. Filled with an escaped URL, without quotes.

    With `classes` (perhaps none, "") it stands for the `href` and the `class` of a link written as `[text](target)`;
    one that leads nowhere has no `href`.
    """

    target: str
    span: Span
    classes: str | None = None


@dataclass(frozen=True, slots=True)
class WikiLink:
    """`[[target#fragment|text]]`, the text as HTML. Filled with a whole `<a>`."""

    target: str
    fragment: str
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Embed:
    """`![[target#fragment]]` alone in its paragraph. Filled with that part of the other note."""

    target: str
    fragment: str
    span: Span


@dataclass(frozen=True, slots=True)
class Asset:
    """The address of a file beside the note: an image, a video, a download. Filled with an escaped URL."""

    target: str
    span: Span


@dataclass(frozen=True, slots=True)
class Picture:
    """An image. Filled with `<img>` and its size in pixels, or with its alternative text when the file is missing."""

    target: str
    alt: str
    attributes: tuple[tuple[str, str], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Include:
    """Lines of a file shown as code. `first` and `last` count from 1; `last` 0 is the end of the file."""

    target: str
    language: str
    first: int
    last: int
    span: Span


Hole: TypeAlias = Ref | WikiLink | Embed | Asset | Picture | Include


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a note; its element in the body carries `id="anchor"`."""

    level: int
    anchor: str
    text: Text
    line: int


@dataclass(frozen=True, slots=True)
class Link:
    """A link out of a note, for checks and backlinks. `kind` is one of `link`, `wiki`, `embed`, `asset`, `include`."""

    kind: str
    target: str
    fragment: str
    span: Span
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Number:
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


@dataclass(frozen=True, slots=True)
class Paper:
    """The work that a paper note reads."""

    title: str = ""
    authors: tuple[str, ...] = ()
    venue: str = ""
    year: str = ""
    links: tuple[tuple[str, str], ...] = ()
    bibtex: str = ""


@dataclass(frozen=True, slots=True)
class Blob:
    """A file that a note carries inside itself (a notebook's picture), named by its content."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Settings:
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
    icon: str = ""
    featured: bool = False
    paper: Paper | None = None
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the rest of the site may know of one note. Small; read on every build."""

    path: str
    digest: str
    settings: Settings
    title: Text
    subtitle: Text
    summary: Text
    tags: tuple[Text, ...]
    titled: bool
    headings: tuple[Heading, ...] = ()
    anchors: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    words: int = 0
    formulas: int = 0
    glyphs: str = ""
    blobs: tuple[str, ...] = ()
    problems: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Doc:
    """The result of parsing one note: its facts, and its HTML cut at the holes."""

    facts: Facts
    body: tuple[str | Hole, ...]
    blobs: tuple[Blob, ...] = ()


# -- small answers of the Site ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Card:
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


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the way from the home page to a page."""

    title: Text
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    """Entries of a collection under one heading: a chapter of a book, a year of a stream; `title` may be empty."""

    title: str
    number: str
    entries: tuple[Card, ...]
    part: str = ""


@dataclass(frozen=True, slots=True)
class CollectionCard:
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


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The notes before and after one in its series."""

    previous: Card | None = None
    following: Card | None = None


@dataclass(frozen=True, slots=True)
class TagCard:
    """A topic and the number of notes that carry it."""

    title: Text
    slug: str
    url: str
    count: int


@dataclass(frozen=True, slots=True)
class Resolution:
    """Where a link leads: the URL with its fragment, the title there, and the path of the note if it is one."""

    url: str
    title: Text = EMPTY
    path: str = ""


@dataclass(frozen=True, slots=True)
class Sidebar:
    """The series of a note, as its sidebar shows it."""

    collection: CollectionCard
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A collection with its newest entries and the collections inside it."""

    card: CollectionCard
    latest: tuple[Card, ...]
    children: tuple[CollectionCard, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """A note with the collection that holds it, if one does."""

    card: Card
    collection: CollectionCard | None = None


@dataclass(frozen=True, slots=True)
class AssetFacts:
    """What is known of a file that is not a note: its address, its digest, and its size in pixels when a picture."""

    path: str
    url: str
    digest: str
    width: int = 0
    height: int = 0


# -- outputs ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Target:
    """One file of the site, before it is made: `make` names a function of `outputs`, `argument` is what it is given.

    `source` says who asked for it, for the error that names both when two have one address.
    """

    url: str
    make: str
    argument: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did. `made` are the URLs written or rewritten, `kept` those whose bytes were the same."""

    made: tuple[str, ...] = ()
    kept: int = 0
    removed: tuple[str, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    seconds: tuple[tuple[str, float], ...] = ()
    notes: int = 0
    formulas: int = 0
    failed: bool = False
    external: tuple[Link, ...] = ()

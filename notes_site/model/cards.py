"""What a page may show of other notes and of collections. Small answers of the Site."""

from __future__ import annotations

from datetime import datetime

from notes_site.model.facts import Heading
from notes_site.model.values import EMPTY, Text, Value


class Card(Value, frozen=True):
    """All that one page may show of another. `label` is the title without what its list already says.

    `date` is that of the last change where no other is known.
    """

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

    @property
    def written(self) -> datetime | None:
        """Its own date, if it has one: a change is known only when it came on a later day."""
        return None if self.date == self.updated else self.date


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


class TagCard(Value, frozen=True):
    """A topic and the number of notes that carry it."""

    title: Text
    slug: str
    url: str
    count: int


class Titles(Value, frozen=True):
    """The texts of a note in which references stand in words."""

    title: Text
    subtitle: Text
    summary: Text
    headings: tuple[Heading, ...]

"""Things with labels or numbers, as pages refer to them and as lists gather them. Small answers of the Site."""

from __future__ import annotations

from notes_site.model.cards import Card, Crumb
from notes_site.model.values import EMPTY, Text, Value


class Landmark(Value, frozen=True):
    """All that a page may know of a thing with a label that it shows or refers to: `number` may be empty.

    `shown` is the number with its mathematics, `title` the name of a theorem, the caption of a figure, the words of a
    heading; `preview` the file that holds the thing itself, with `anchor` as its name there. Numbers of one `home` may
    be said together; `where` is what a number of another home is of, where that has to be said.
    """

    key: str
    kind: str
    url: str
    number: Text
    title: Text
    path: str
    anchor: str
    preview: str = ""
    home: str = ""
    where: Text = EMPTY


class Pointer(Value, frozen=True):
    """What a page shows of a thing that it refers to: its label, its kind, its number, where it is.

    In the note itself the `url` is `#anchor`.

    `preview` says that the thing alone can be had as well; `home` is the note or the collection in which the number is
    counted, and `where` is the note, or the collection, without which the
    number says too little.
    """

    key: str
    kind: str
    url: str
    number: Text
    preview: bool = False
    home: str = ""
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

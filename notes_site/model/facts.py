"""What a note says of itself, and all that the rest of the site may know of it.

Nothing here tells where something stands in its file: a line that is added changes no facts.
"""

from __future__ import annotations

from datetime import datetime

from notes_site.model.values import EMPTY, Text, Value


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


class Label(Value, frozen=True):
    """A thing of a note that may have a number or be referred to, in the order in which these stand.

    `key` is its label, or empty; `kind` the name of its Kind; `caption` its title. `number` is one that the author gave
    it (`\\tag`); without, and where `counted`, it takes the next. `level` is that of a heading. `part` is its letter
    inside another label, `of` that label's place among those of the note; `about` are the keys of what a proof proves.
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
    about: tuple[str, ...] = ()
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

"""What a site may be told in `site.yml` and in the heads of its folders: the types with their defaults, what follows.

Invariant: a key is a field here, and nowhere else; what is out of its bounds cannot be made from a file.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

import msgspec

from notes_site.kinds import BUILT_IN, Counting, Kind
from notes_site.words import is_english, is_unit

KINDS: Final = ("series", "papers", "topics", "stream")


class Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping of the configuration: frozen, with no unknown key."""


class Unit(Struct, frozen=True):
    """The word for the entries of a collection: one chapter, many chapters."""

    one: str = "note"
    many: str = ""

    def of(self, count: int, lang: str = "en") -> str:
        """The word in the number that `count` asks for. The plural of a word that is not English is not guessed."""
        if count == 1 or self.many:
            return self.one if count == 1 else self.many
        return plural(self.one) if is_english(lang) or is_unit(self.one) else self.one


class Part(Struct, frozen=True):
    """A part of a book: its title and the numbers of its chapters."""

    title: str
    chapters: tuple[int | str, ...] = ()


class Collection(Struct, frozen=True):
    """A declared collection: which notes it holds and how they are shown."""

    title: str = ""
    slug: str = ""
    icon: str = ""
    description: str = ""
    unit: str | Unit = ""
    kind: str = "series"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    strip: tuple[str, ...] = ()
    chapters: dict[str, str] = {}
    parts: tuple[Part, ...] = ()
    latest: int | None = None
    latest_by: str = ""
    order: str = ""
    print: bool | None = None
    macros: dict[str, Any] = {}
    collections: tuple[Collection, ...] = ()


class Math(Struct, frozen=True):
    """How formulas are read: macros of the whole site, and what `$$…$$` inside a paragraph means."""

    macros: dict[str, Any] = {}
    inline_double_dollar: str = "display"


class Markdown(Struct, frozen=True):
    """Which habits of Markdown hold: raw HTML, typographic quotes, single line breaks kept."""

    html: bool = True
    smart: bool = True
    breaks: bool = False


class Numbering(Struct, frozen=True):
    """What has numbers: `all`, what is `labelled`, or `none`; and how deep headings are numbered."""

    equations: str = "labelled"
    theorems: str = "all"
    figures: str = "labelled"
    tables: str = "labelled"
    listings: str = "labelled"
    sections: int = 0
    chapters: bool = True


class KindOfStatement(Struct, frozen=True):
    """A kind of theorem: its words, the prefix of its labels, and the kind whose numbers it continues."""

    name: str = ""
    plural: str = ""
    short: str = ""
    short_plural: str = ""
    prefix: str = ""
    counter: str = ""
    style: str = ""
    numbered: bool | None = None


class References(Struct, frozen=True):
    """How references read: with capital or small letters, abbreviated or not, with the note or the collection that a
    number is of; whether unused labels are reported, and whether every label has a permanent address.
    """

    case: str = "title"
    short: bool = False
    where: bool = True
    unused: bool = False
    permanent: bool = True


class Citations(Struct, frozen=True):
    """How works are cited, and whether the bibliography lists all works or those that are cited."""

    style: str = "alphabetic"
    all: bool = False


class NavigationItem(Struct, frozen=True):
    """One entry of the bar at the top: a title and where it leads (a source file, an address, or a URL)."""

    title: str
    to: str


class Comments(Struct, frozen=True):
    """Comments by giscus, which keeps them in the discussions of a repository; its four names are what giscus gives."""

    repo: str = ""
    repo_id: str = ""
    category: str = ""
    category_id: str = ""
    mapping: str = "pathname"


class Analytics(Struct, frozen=True):
    """A script that counts visits: its address, and the attributes that it asks for."""

    src: str = ""
    attributes: dict[str, str] = {}


class Hero(Struct, frozen=True):
    """The head of the home page, when it should say other words than the site's title and description."""

    title: str = ""
    text: str = ""


class Images(Struct, frozen=True):
    """Whether pictures are offered in several widths, in which (pixels), and the quality of what is lossy."""

    variants: bool = True
    widths: tuple[Annotated[int, msgspec.Meta(ge=16, le=8192)], ...] = (480, 800, 1280, 1920)
    quality: Annotated[int, msgspec.Meta(ge=1, le=100)] = 80


class Search(Struct, frozen=True):
    """What readers may search: the text of notes, the formulas in them."""

    text: bool = True
    formulas: bool = True


class Config(Struct, frozen=True):
    """Everything that `site.yml` may say; each field is documented in the guide under its own name."""

    title: str = "Notes"
    description: str = ""
    base_url: str = ""
    lang: str = "en"
    words: dict[str, str | dict[str, str]] = {}
    author: str = ""
    content: str = "content"
    output: str = "public"
    templates: str = "templates"
    static: str = "static"
    icon: str = ""
    ignore: tuple[str, ...] = ()
    collections: tuple[Collection, ...] = ()
    navigation: tuple[NavigationItem, ...] = ()
    hero: Hero = Hero()
    comments: Comments = Comments()
    analytics: Analytics = Analytics()
    latest: int = 4
    latest_by: str = "date"
    math: Math = Math()
    markdown: Markdown = Markdown()
    images: Images = Images()
    numbering: Numbering = Numbering()
    kinds: dict[str, KindOfStatement] = {}
    references: References = References()
    bibliography: tuple[str, ...] = ()
    citations: Citations = Citations()
    glossary: str = ""
    edit_url: str = ""
    cite: bool = False
    print: bool = True
    footer: str = ""
    feed_entries: int = 20
    git_dates: bool = True
    graph: bool = True
    search: bool | Search = True
    drafts: bool = False

    @property
    def urls(self) -> str:
        """The address of the site with a slash at its end, or an empty string when it is not known."""
        return f"{self.base_url.rstrip('/')}/" if self.base_url else ""

    @property
    def searched(self) -> Search:
        """What readers may search; `search` may say it in one word."""
        return self.search if isinstance(self.search, Search) else Search(self.search, self.search)

    @property
    def searchable(self) -> bool:
        """Whether there is anything that readers may search."""
        return self.searched.text or self.searched.formulas


_IRREGULAR = {"thesis": "theses", "axis": "axes", "child": "children", "person": "people"}


def plural(word: str) -> str:
    """The English plural of a unit: chapter, entry, proof, class."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    return word + ("es" if re.search(r"(s|x|z|ch|sh)$", word) else "s")


def unit_of(unit: str | Unit, fallback: str = "note") -> Unit:
    return unit if isinstance(unit, Unit) else Unit(one=unit or fallback)


def default_prefix(name: str) -> str:
    """How the labels of a kind of a site begin, where it does not say so."""
    return name[:3].lower()


def kinds_of(config: Config) -> tuple[Kind, ...]:
    """The kinds of a site: the built-in ones, changed as its configuration says, and its own."""
    known = {kind.name: kind for kind in BUILT_IN}
    for name, given in config.kinds.items():
        before = known.get(name) or Kind(name, default_prefix(name))
        known[name] = Kind(
            name,
            given.prefix or before.prefix,
            before.family,
            given.counter or before.counter,
            given.style or before.style,
            before.numbered if given.numbered is None else given.numbered,
        )
    return tuple(known.values())


def words_of(config: Config) -> dict[str, str]:
    """What the configuration calls kinds: one, many, and both abbreviated, by the keys of these words."""
    made: dict[str, str] = {}
    built_in = {kind.name for kind in BUILT_IN}
    for name, given in config.kinds.items():
        one = given.name or ("" if name in built_in else name.capitalize())
        many = given.plural or (one and f"{one}s")
        short = given.short or one
        names = {"": one, "_many": many, "_short": short, "_short_many": given.short_plural or given.short or many}
        made |= {f"kind_{name}{ending}": text for ending, text in names.items() if text}
    return made


def counting_of(config: Config) -> Counting:
    """What a site numbers."""
    given = config.numbering
    return Counting(given.equations, given.theorems, given.figures, given.tables, given.listings, given.sections)


# `https://example.org/notes`
_FULL_ADDRESS: Final = re.compile(r"https?://[^\s/?#]+(?:/[^\s?#]*)?")


def is_full_address(url: str) -> bool:
    """Whether a text can be the address of a site."""
    return _FULL_ADDRESS.fullmatch(url) is not None

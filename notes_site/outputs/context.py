"""What every output is given beside its Target: the surroundings, the theme, the bodies of notes.

Invariant: an output learns nothing but by what is here and by the queries of the Site.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final, Protocol, TypeAlias, cast

from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from notes_site import address
from notes_site.config import Config
from notes_site.link import Filling, fill
from notes_site.marks import marked
from notes_site.model import Card, Doc, Text, Titles
from notes_site.outputs.around import Around, MathFont, Watched
from notes_site.references import Manner, manner_of
from notes_site.site import Site
from notes_site.words import Words


class Renderer(Protocol):
    """What a theme does for an output: fill a template, and tell which templates were read for it."""

    def render(self, name: str, values: Mapping[str, object], used: Callable[[str], object]) -> str: ...


class Macro(Protocol):
    """A macro of a template."""

    name: str

    def __call__(self, argument: object) -> Markup: ...


class Part(Struct, frozen=True):
    """A part of a page that other pages have too: its HTML, and what was asked for it. It keeps its argument alive."""

    argument: object
    html: Markup
    statics: tuple[str, ...]
    templates: tuple[str, ...]


# parts by the macro that makes them, the object that they show, and the folder and the language of their pages
MOST_SHARED: Final = 4096
Shared: TypeAlias = dict[tuple[object, int, str, str], Part]


class Context(Struct, frozen=True):
    """Everything an output may read that is not an answer of the Site.

    `around` answers the queries of Around, `doc` finds a note; both write down what was asked.
    """

    around: Around
    theme: Renderer
    doc: Callable[[str], Doc | None]
    shared: Shared

    @property
    def config(self) -> Config:
        """The configuration; each setting that is read is a question asked."""
        return cast("Config", Watched(self.around))

    @property
    def font(self) -> MathFont:
        return self.around.math_font()

    def text(self, source: str) -> Text:
        return self.around.text(source) or Text(source, source)

    def words(self, lang: str | None = None) -> Words:
        """The words in a language, or in that of the site."""
        return self.around.words(lang or self.config.lang)

    def absolute(self, url: str) -> str:
        """A full address when the site's own is known, else the address from the site's root."""
        base = self.config.urls
        return address.escape_url(base + url.lstrip("/")) if base else address.escape_url(url)

    def body(self, doc: Doc, site: Site, url: str, *, own: bool = False) -> str:
        """A note's body for the page at `url`, with relative links; its `own` page lists the works that it cites."""
        path = doc.facts.path if own else ""
        return fill(doc, Filling(site, lambda to: address.relative(url, to), self.doc, self.manner_in(doc), own=path))

    def titles(self, doc: Doc, site: Site) -> Titles:
        """The title, summary and headings of a note with references in words, and with the numbers of sections."""
        facts = doc.facts
        found = Titles(facts.title, facts.subtitle, facts.summary, facts.headings)
        texts = (found.title, found.subtitle, found.summary, *(heading.text for heading in found.headings))
        if any(marked(text) for text in texts):
            found = site.titles(facts.path) or found
        counted = {label.anchor: i for i, label in enumerate(facts.labels) if label.kind == "section" and label.counted}
        if not counted:
            return found
        numbers = site.numbers(facts.path)
        return replace(
            found,
            headings=tuple(
                replace(heading, text=_numbered(numbers[counted[heading.anchor]], heading.text))
                if heading.anchor in counted
                else heading
                for heading in found.headings
            ),
        )

    def absolute_body(self, doc: Doc, site: Site) -> str:
        """A note's body for a reader elsewhere: a feed."""
        return fill(doc, Filling(site, self.absolute, self.doc, self.manner_in(doc), previews=False, abroad=True))

    def manner_in(self, doc: Doc) -> Callable[[], Manner]:
        """How references in a note read; asked for when there is one."""
        found: list[Manner] = []

        def manner() -> Manner:
            if not found:
                found.append(self.manner(doc.facts.settings.lang))
            return found[0]

        return manner

    def manner(self, lang: str | None = None) -> Manner:
        """How references read in a language, or in that of the site."""
        return manner_of(self.words(lang), self.around.reference_style())


def _numbered(number: Text, text: Text) -> Text:
    return Text(f'<span class="number">{number.html}</span> {text.html}', f"{number.plain} {text.plain}")


def number_of(card: Card) -> Markup:
    """The number of a note in its series, unless its label begins with it anyway ("Lecture 3: Martingales")."""
    return _number_before(card.number, card.label.plain) if card.number else Markup("")


@lru_cache(maxsize=1 << 12)
def _number_before(number: str, label: str) -> Markup:
    if any(word.strip(":.") == number for word in label.split(None, 2)[:2]):
        return Markup("")
    return safe(f'<span class="number">{html.escape(number)}</span> ')


def safe(text: str) -> Markup:
    """HTML that the Markdown renderer made."""
    return Markup(text)  # noqa: S704 - the renderer escapes

"""What every output is given beside its Target, and the parts that all pages share."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final, Protocol, TypeAlias, cast

from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from notes_site import address
from notes_site.config import Comments, Config, Hero, words_of
from notes_site.link import Filling, fill
from notes_site.marks import marked
from notes_site.model import Card, Doc, Text, Titles, Value
from notes_site.references import Manner, manner_of
from notes_site.site import Site
from notes_site.trace import query
from notes_site.words import Overrides, Words, overrides_of, words_for


class MathFont(Value, frozen=True):
    """The URLs of the cut font and of the stylesheet that names it; empty when the site has no formula."""

    font: str = ""
    css: str = ""


class Surroundings(Value, frozen=True, array_like=False):
    """Everything that outputs share beside the notes: questions about it are recorded as those about the Site are.

    `statics` are the URLs of static files by name, `templates` the digests of templates by name.
    """

    config: Config
    texts: tuple[tuple[str, Text], ...]
    font: MathFont
    navigation: tuple[tuple[str, str], ...]
    statics: tuple[tuple[str, str], ...]
    templates: tuple[tuple[str, str], ...]


class Around:
    """The queries on the surroundings."""

    def __init__(self, surroundings: Surroundings) -> None:
        self.surroundings = surroundings
        self._texts, self._statics = dict(surroundings.texts), dict(surroundings.statics)
        self._templates = dict(surroundings.templates)
        config = surroundings.config
        self._overrides: Overrides = overrides_of({**words_of(config), **config.words})

    @query("`{0}` in the configuration")
    def setting(self, name: str) -> Setting:
        """A setting of the configuration; None when there is none of that name."""
        found: Setting = getattr(self.surroundings.config, name, None) if name in _SETTINGS else None
        return found

    @query("where comments are kept")
    def comments(self) -> Comments:
        """The repository that keeps the comments; empty when there are none."""
        return self.surroundings.config.comments

    @query("the script that counts visits")
    def analytics(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """The address of the script that counts visits, with its attributes; empty when there is none."""
        given = self.surroundings.config.analytics
        return given.src, tuple(sorted(given.attributes.items()))

    @query("how references read")
    def reference_style(self) -> tuple[str, bool, str]:
        """The case of the words for kinds, whether they are abbreviated, and the style of citations."""
        config = self.surroundings.config
        return config.references.case, config.references.short, config.citations.style

    @query('the text "{0}" of the configuration')
    def text(self, source: str) -> Text | None:
        """A text of the configuration, as it is set."""
        return self._texts.get(source)

    @query("the math font")
    def math_font(self) -> MathFont:
        """The URLs of the math font."""
        return self.surroundings.font

    @query("the navigation")
    def navigation(self) -> tuple[tuple[str, str], ...]:
        """The bar at the top: titles and URLs."""
        return self.surroundings.navigation

    @query("the address of the theme's {0}")
    def static(self, name: str) -> str:
        """The URL of a static file, or an empty string."""
        return self._statics.get(name, "")

    @query("the template {0}")
    def template(self, name: str) -> str:
        """The digest of a template, or an empty string."""
        return self._templates.get(name, "")

    @query("the words in {0}")
    def words(self, lang: str) -> Words:
        """The words in a language, as the configuration changes them."""
        return words_for(lang, self._overrides)


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
        return cast("Config", _Watched(self.around))

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


Setting: TypeAlias = Hero | str | int | bool | None
# what outputs learn of by other queries, or not at all
_UNASKED: Final = (
    "analytics", "bibliography", "citations", "collections", "comments", "glossary", "graph", "ignore", "images",
    "kinds", "markdown", "math", "navigation", "numbering", "print", "references", "search", "words",
)  # fmt: skip
_SETTINGS: Final = frozenset((*Config.__struct_fields__, "urls", "searchable")).difference(_UNASKED)


class _Watched:
    """The configuration as outputs see it: reading a setting asks for it."""

    __slots__ = ("_around",)

    def __init__(self, around: Around) -> None:
        self._around = around

    def __getattr__(self, name: str) -> Setting:
        return self._around.setting(name)


class SiteInfo(Struct, frozen=True):
    """The site as templates see it: `site.title`, `.icon`, `.description`, `.lang`, `.author`, `.footer`, `.search`."""

    title: str
    icon: str
    description: str
    lang: str
    author: str
    footer: Markup
    search: bool


class NavigationLink(Struct, frozen=True):
    """One entry of the bar at the top."""

    title: str
    url: str
    current: bool


class Page(Struct, frozen=True):
    """The head of a page: what goes into `<head>` and to search engines."""

    url: str
    title: str
    kind: str
    lang: str
    description: str = ""
    canonical: str = ""
    image: str = ""
    feed: str = ""
    feed_title: str = ""
    json_ld: Markup | str = ""
    published: str = ""
    modified: str = ""
    noindex: bool = False
    next: str = ""
    previous: str = ""


class Script(Struct, frozen=True):
    """A script of the author's choice: its address as seen from the page, and its attributes."""

    url: str
    attributes: tuple[tuple[str, str], ...]


def page_head(
    context: Context,
    url: str,
    title: str,
    kind: str,
    *,
    description: str = "",
    feed: str = "/feed.xml",
    feed_title: str = "",
    data: Mapping[str, object] | None = None,
    published: datetime | None = None,
    modified: datetime | None = None,
    image: str = "",
    lang: str | None = None,
    following: str = "",
    previous: str = "",
    noindex: bool = False,
) -> Page:
    """The head of a page. `title` is completed with the site's own, and canonical addresses need `base_url`."""
    config = context.config
    site_title = context.text(config.title).plain
    whole = title if title == site_title or not title else f"{title} · {site_title}"
    return Page(
        url=url,
        title=whole or site_title,
        kind=kind,
        lang=lang or config.lang,
        description=description,
        canonical=context.absolute(url) if config.urls else "",
        image=image,
        feed=feed,
        feed_title=feed_title or site_title,
        json_ld=json_ld(data) if data else "",
        published=published.isoformat() if published else "",
        modified=modified.isoformat() if modified else "",
        noindex=noindex,
        next=following,
        previous=previous,
    )


def json_ld(data: Mapping[str, object]) -> Markup:
    """JSON that may stand in a `<script>`: nothing in it can close the element."""
    kept = {key: value for key, value in data.items() if value not in ("", None, [], ())}
    text = json.dumps({"@context": "https://schema.org", **kept}, ensure_ascii=False, sort_keys=True)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 - escaped


def safe(text: str) -> Markup:
    """HTML that the Markdown renderer made."""
    return Markup(text)  # noqa: S704 - the renderer escapes


def render(template: str, page: Page, context: Context, values: Mapping[str, object], base: str | None = None) -> bytes:
    """A page from its template. `base` replaces relative links by links from there, for the page of no address."""

    # while a shared part is made: from where links lead, and what is asked
    folder = page.url.rstrip("/").rpartition("/")[0]
    place = page.url
    statics: list[str] = []
    templates: list[str] = []

    def link(url: str) -> str:
        if base is not None:
            return address.escape_url(base + url.lstrip("/"))
        return address.relative(place, url)

    def static(name: str) -> str:
        statics.append(name)
        url = context.around.static(name)
        return link(url) if url else ""

    def used(name: str) -> None:
        templates.append(name)
        context.around.template(name)

    def shared(macro: Macro, argument: object) -> Markup:
        """What a macro makes of one thing, made once for all pages of a folder that have one language.

        Links lead from none of them.
        """
        nonlocal place
        code = getattr(getattr(macro, "_func", None), "__code__", macro.name)
        key = code, id(argument), folder if page.url.endswith("/") and base is None else page.url, page.lang
        part = context.shared.get(key)
        if part is None:
            before, place = place, f"{folder}/\0/" if page.url.endswith("/") else page.url
            asked = len(statics), len(templates)
            try:
                html = macro(argument)
            finally:
                place = before
            if len(context.shared) >= MOST_SHARED:
                context.shared.clear()  # of folders whose pages are made, most of them
            part = Part(argument, html, tuple(statics[asked[0] :]), tuple(templates[asked[1] :]))
            context.shared[key] = part
        else:
            for name in part.statics:
                static(name)
            for name in part.templates:
                used(name)
        return part.html

    def outward(url: str) -> str:
        return url if "://" in url or url.startswith("mailto:") else link(url)

    config = context.config
    words = context.words(page.lang)
    script, attributes = context.around.analytics()
    common: dict[str, object] = {
        "site": SiteInfo(
            context.text(config.title).plain,
            config.icon,
            context.text(config.description).plain,
            config.lang,
            config.author,
            safe(context.text(config.footer).html) if config.footer else Markup(""),
            config.searchable,
        ),
        "navigation": tuple(
            NavigationLink(title, url, current=url == page.url or (url != "/" and page.url.startswith(url)))
            for title, url in context.around.navigation()
        ),
        "page": page,
        "analytics": Script(outward(script), attributes) if script else None,
        "words": words,
        "date": words.date,
        "link": outward,
        "static": static,
        "shared": shared,
        "number_of": number_of,
        "font_url": link(context.font.font) if context.font.font else "",
        "math_css": link(context.font.css) if context.font.css else "",
    }
    # A page without a formula does not ask for the font; which pages have one is guessed, and seen afterwards.
    without = {"font_url": "", "math_css": ""}
    guess = page.kind in ("note", "home", "collection", "print")
    made = context.theme.render(template, {**common, **values, **({} if guess else without)}, used)
    if context.font.css and ("<math" in made) is not guess:
        made = context.theme.render(template, {**common, **values, **(without if guess else {})}, used)
    return made.encode("utf-8")


def authors_data(names: Sequence[str]) -> list[dict[str, str]]:
    return [{"@type": "Person", "name": name} for name in names]

"""What outputs learn of the surroundings of the notes: configuration, templates, static files, the math font, words.

Invariant: each answer is asked for by a query, so that what an output read of it is known.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from notes_site.config import Comments, Config, Hero, words_of
from notes_site.marks import as_keys, worded
from notes_site.model import Text, Value
from notes_site.trace import query
from notes_site.words import Overrides, Words, overrides_of, words_for

Setting: TypeAlias = Hero | str | int | bool | None
# what outputs learn of by other queries, or not at all
_UNASKED: Final = (
    "analytics", "bibliography", "citations", "collections", "comments", "glossary", "graph", "ignore", "images",
    "kinds", "markdown", "math", "navigation", "numbering", "print", "references", "search", "words",
)  # fmt: skip
_SETTINGS: Final = frozenset((*Config.__struct_fields__, "urls", "searchable")).difference(_UNASKED)


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
        # these stand in every page, and tell no numbers, which change with any note
        self._texts = {source: worded(text, as_keys) for source, text in surroundings.texts}
        self._statics = dict(surroundings.statics)
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


class Watched:
    """The configuration as outputs see it: reading a setting asks for it."""

    __slots__ = ("_around",)

    def __init__(self, around: Around) -> None:
        self._around = around

    def __getattr__(self, name: str) -> Setting:
        return self._around.setting(name)

"""The head that all pages share, and a page from its template."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from markupsafe import Markup
from msgspec import Struct

from notes_site import address
from notes_site.outputs.context import MOST_SHARED, Context, Macro, Part, number_of, safe


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

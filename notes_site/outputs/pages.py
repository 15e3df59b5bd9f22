"""Pages for readers: notes, collections, home, topics, everything by date, 404, redirects."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import groupby

from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from notes_site import address
from notes_site.bibliography import OwnWork, Style
from notes_site.bibliography.note import bibtex, csl_json, line, ris
from notes_site.catalogue import words_of
from notes_site.link import prefixed
from notes_site.model import (
    Card,
    CollectionCard,
    Group,
    Heading,
    Listed,
    Paper,
    Settings,
    Sidebar,
    TagCard,
    Target,
    Text,
)
from notes_site.outputs.context import Context, safe
from notes_site.outputs.lists import lists_of
from notes_site.outputs.notes_graph import around
from notes_site.outputs.page import authors_data, page_head, render
from notes_site.outputs.works import entry_of
from notes_site.site import Site
from notes_site.words import Words

WORDS_PER_MINUTE = 220
WORDS_PER_FORMULA = 4
STREAM_ON_HOME = 3


class Citation(Struct, frozen=True):
    """How to cite a note: one line, and what programs read; `own` is the note as a work."""

    text: str
    bibtex: str
    ris: str
    csl: str
    own: OwnWork


class NotePage(Struct, frozen=True):
    """A note as its template sees it."""

    url: str
    title: Text
    subtitle: Text
    summary: Text
    icon: str
    date: datetime | None
    updated: datetime | None
    authors: tuple[str, ...]
    tags: tuple[TagCard, ...]
    minutes: int
    body: Markup
    toc: tuple[Heading, ...]
    edit_url: str
    citation: Citation | None
    paper: Paper | None
    status: str
    extra: dict[str, object]


class Thought(Struct, frozen=True):
    """A note shown whole among others."""

    card: Card
    body: Markup
    date: datetime | None


def citation_of(own: OwnWork, words: Words) -> Citation:
    """A note as others cite it."""
    return Citation(line(own, words_of(words)), bibtex(own), ris(own), csl_json(own), own)


def note(target: Target, site: Site, context: Context) -> bytes:
    """The page of one note."""
    path = target.argument
    doc = context.doc(path)
    assert doc is not None
    facts, findings, settings, config = doc.facts, doc.findings, doc.facts.settings, context.config
    tags = site.note_tags(path)
    neighbours = site.neighbours(path)
    collection, card = site.collection_of(path), site.card(path)
    date, updated = (card.date, card.updated) if card else (None, None)
    authors = settings.authors or ((config.author,) if config.author else ())
    body = context.body(doc, site, target.url, own=True)
    titles = context.titles(doc, site)
    extra = {key: json.loads(value) for key, value in settings.extra}
    status = extra.get("status")
    site_title = context.text(config.title).plain
    image = ""
    if settings.image:
        asset = site.asset(path, settings.image)
        image = context.absolute(asset.url) if asset else (settings.image if "://" in settings.image else "")
    comments = context.around.comments()
    own = OwnWork(titles.title.plain, authors, date, context.absolute(target.url), site_title)
    citation = citation_of(own, context.words(settings.lang)) if config.cite else None
    page = NotePage(
        url=target.url,
        title=card.label if card else titles.title,
        subtitle=titles.subtitle,
        summary=titles.summary if settings.summary else Text("", ""),
        icon=settings.icon,
        date=date,
        updated=updated,
        authors=authors if settings.authors else (),
        tags=tags,
        minutes=max(1, round((findings.words + WORDS_PER_FORMULA * findings.formulas) / WORDS_PER_MINUTE)),
        body=safe(body),
        toc=tuple(h for h in titles.headings if h.level in (2, 3)) if settings.toc else (),
        edit_url=config.edit_url.replace("{path}", address.escape_url(path)) if config.edit_url else "",
        citation=citation,
        paper=paper_of(settings, site),
        status=status if isinstance(status, str) else "",
        extra=extra,
    )
    data = {
        "@type": "Article",
        "headline": titles.title.plain,
        "description": titles.summary.plain,
        "author": authors_data(authors),
        "datePublished": date.date().isoformat() if date else "",
        "dateModified": updated.date().isoformat() if updated else "",
        "keywords": ", ".join(tag.title.plain for tag in tags),
        "inLanguage": settings.lang or config.lang,
        "url": context.absolute(target.url) if config.urls else "",
    }
    head = page_head(
        context,
        target.url,
        titles.title.plain,
        "note",
        description=titles.summary.plain,
        feed=collection.feed if collection else "/feed.xml",
        feed_title=collection.title.plain if collection else "",
        data=data,
        published=date,
        modified=updated,
        image=image,
        lang=settings.lang,
        following=neighbours.following.url if neighbours.following else "",
        previous=neighbours.previous.url if neighbours.previous else "",
    )
    works = site.references(path) if any(one.kind == "work" for one in facts.mentions) else ()
    sidebar = site.sidebar(path)
    here, current = _standing(sidebar, target.url)
    near = site.neighbourhood(path)
    values = {
        "note": page,
        "crumbs": site.crumbs(path),
        "sidebar": sidebar,
        "here": here,
        "current": current,
        "neighbours": neighbours,
        "backlinks": site.backlinks(path),
        "around": around(near, target.url),
        "graph_url": site.graph_page() if near else "",
        "references": tuple(map(entry_of, works)),
        "labelled": not works or context.manner().style is not Style.AUTHOR_YEAR,
        "collection": collection,
        "comments": comments if comments.repo and extra.get("comments") is not False else None,
    }
    return render("note.html", head, context, values)


def paper_of(settings: Settings, site: Site) -> Paper | None:
    """The work that a note reads: as its front matter says, the rest as the bibliography says."""
    given = settings.paper
    if given is None:
        return None
    known = site.paper(given.key) if given.key else None
    if known is None:
        return given if given.title else None
    named = {name.casefold() for name, _ in given.links}
    return Paper(
        given.title or known.title,
        given.authors or known.authors,
        given.venue or known.venue,
        given.year or known.year,
        (*given.links, *(link for link in known.links if link[0].casefold() not in named)),
        given.bibtex or known.bibtex,
        given.key,
    )


def _standing(sidebar: Sidebar | None, url: str) -> tuple[Group | None, Card | None]:
    """The chapter of a sidebar that holds a page, and the card of that page."""
    for group in sidebar.groups if sidebar else ():
        for card in group.entries:
            if card.url == url:
                return group, card
    return None, None


def _thoughts(cards: tuple[Card, ...], site: Site, context: Context, url: str) -> tuple[Thought, ...]:
    made = []
    for card in cards:
        doc = context.doc(card.path)
        if doc is not None:
            prefix = (card.url.strip("/").rpartition("/")[2] or "note") + "--"
            made.append(Thought(card, safe(prefixed(context.body(doc, site, url), prefix)), card.date))
    return tuple(made)


def collection(target: Target, site: Site, context: Context) -> bytes:
    """The page of a collection: its own text, the collections inside it, its entries."""
    card = site.collection(target.url)
    assert card is not None
    doc = context.doc(target.argument) if target.argument else None
    groups = site.groups(target.url)
    cards = tuple(entry for group in groups for entry in group.entries)
    papers: dict[str, Paper] = {}
    if card.kind == "papers":
        for entry in cards:
            found = context.doc(entry.path)
            paper = paper_of(found.facts.settings, site) if found else None
            if paper is not None:
                papers[entry.url] = paper
    body = context.body(doc, site, target.url) if doc else ""
    lang = doc.facts.settings.lang if doc else None
    head = page_head(
        context,
        target.url,
        card.title.plain,
        "collection",
        description=card.description.plain,
        feed=card.feed,
        feed_title=card.title.plain,
        lang=lang,
        data={"@type": "CollectionPage", "name": card.title.plain, "description": card.description.plain},
    )
    values = {
        "collection": card,
        "crumbs": site.collection_crumbs(target.url),
        "body": safe(body),
        "lists": lists_of(target.url, site, context, lang),
        "groups": groups,
        "print_url": site.print_page(target.url),
        "children": site.subsections(target.url),
        "papers": papers,
        "stream": _thoughts(cards, site, context, target.url) if card.kind == "stream" else (),
    }
    return render("collection.html", head, context, values)


class StreamOnHome(Struct, frozen=True):
    """The newest thoughts of a stream, whole."""

    card: CollectionCard
    entries: tuple[Thought, ...]


class HeroText(Struct, frozen=True):
    """The head of the home page."""

    title: Text
    text: Text


def home(target: Target, site: Site, context: Context) -> bytes:
    """The first page: what is new in every collection."""
    config = context.config
    doc = context.doc(target.argument) if target.argument else None
    sections = site.sections()
    streams = tuple(section for section in sections if section.card.kind == "stream")
    stream = None
    if streams:
        entries = _thoughts(streams[0].latest[:STREAM_ON_HOME], site, context, target.url)
        stream = StreamOnHome(streams[0].card, entries)
    description = context.text(config.description)
    title = context.text(config.hero.title or config.title)
    head = page_head(
        context,
        "/",
        context.text(config.title).plain,
        "home",
        description=description.plain,
        data={
            "@type": "WebSite",
            "name": context.text(config.title).plain,
            "description": description.plain,
            "url": config.urls,
            "inLanguage": (doc.facts.settings.lang if doc else None) or config.lang,
        },
        lang=doc.facts.settings.lang if doc else None,
    )
    values = {
        "hero": HeroText(title, context.text(config.hero.text or config.description)),
        "body": safe(context.body(doc, site, target.url)) if doc else "",
        "sections": tuple(section for section in sections if section.card.kind != "stream"),
        "featured": site.featured(),
        "stream": stream,
        "tags": site.tags(),
        "lists": lists_of("/", site, context, doc.facts.settings.lang if doc else None),
        "loose": site.loose(),
    }
    return render("home.html", head, context, values)


def tag(target: Target, site: Site, context: Context) -> bytes:
    """The notes on one topic."""
    card = next(entry for entry in site.tags() if entry.slug == target.argument)
    description = context.words().text("notes_on", topic=card.title.plain)
    head = page_head(context, target.url, card.title.plain, "tag", description=description)
    return render("tag.html", head, context, {"tag": card, "entries": site.tagged(target.argument)})


def tags(target: Target, site: Site, context: Context) -> bytes:
    """All topics."""
    words = context.words()
    head = page_head(context, target.url, words["topics"], "tags", description=words["all_topics"])
    return render("tags.html", head, context, {"tags": site.tags()})


class Month(Struct, frozen=True):
    """The notes of one month."""

    month: str
    entries: tuple[Listed, ...]


def latest(target: Target, site: Site, context: Context) -> bytes:
    """Every note, newest first, by month."""
    words = context.words()
    listed = [entry for card in site.newest("/", 0) if (entry := site.listed(card.path))]

    def month(entry: Listed) -> str:
        return words.month(entry.card.date) if entry.card.date else words["undated"]

    months = tuple(Month(name, tuple(entries)) for name, entries in groupby(listed, key=month))
    head = page_head(context, target.url, words["latest"], "latest", description=words["newest_first"])
    return render("latest.html", head, context, {"entries": months})


def not_found(target: Target, site: Site, context: Context) -> bytes:
    """The page for an address that leads nowhere; it is served at any depth, so its links begin at the site's root."""
    head = page_head(context, target.url, context.words()["page_not_found"], "404", noindex=True)
    sections = tuple(section.card for section in site.sections())
    return render("404.html", head, context, {"sections": sections}, base=base_path(context.config.urls))


def base_path(base_url: str) -> str:
    """The path under which the site is served: `/notes/` of `https://example.org/notes/`."""
    rest = base_url.partition("://")[2]
    return "/" + rest.partition("/")[2] if rest else "/"


def redirect(target: Target, site: Site, context: Context) -> bytes:
    """The page at an old address of a note."""
    to = site.url(target.argument) or "/"
    card = site.card(target.argument)
    title = card.title.plain if card else context.words()["moved"]
    head = page_head(context, target.url, title, "redirect", noindex=True)
    if context.config.urls:
        head = replace(head, canonical=context.absolute(to))
    return render("redirect.html", head, context, {"target": to})

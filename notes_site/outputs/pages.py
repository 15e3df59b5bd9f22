"""Pages for readers: notes, collections, home, topics, everything by date, 404, redirects."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import datetime
from itertools import groupby

from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from notes_site import address
from notes_site.link import prefixed
from notes_site.model import Card, CollectionCard, Group, Heading, Listed, Paper, Sidebar, TagCard, Target, Text
from notes_site.outputs.context import Context, authors_data, page_head, render, safe
from notes_site.site import Site
from notes_site.theme import MONTHS

WORDS_PER_MINUTE = 220
WORDS_PER_FORMULA = 4
STREAM_ON_HOME = 3


class Citation(Struct, frozen=True):
    """How to cite a note: one line, and an entry for BibTeX."""

    text: str
    bibtex: str


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


# characters that TeX would take for its own
_TEX_SPECIAL = re.compile(r"[&%$#_{}]")


def _key_part(text: str) -> str:
    """The letters and digits of a text that a BibTeX key may hold: "Über" gives "uber"."""
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", text).casefold())


def citation_of(note_title: str, authors: tuple[str, ...], date: datetime | None, url: str, site: str) -> Citation:
    """A line in author-year style and a `@misc` entry; its key is author, year and the last step of the address."""
    names = ", ".join(authors)
    year = str(date.year) if date else "n.d."
    text = f"{names + ' ' if names else ''}({year}). {note_title.rstrip('.')}. {site}. {url}"
    family = authors[0].split()[-1] if authors and authors[0].split() else site
    key = _key_part(f"{family}{date.year if date else ''}{url.rstrip('/').rpartition('/')[2]}") or "note"

    def plain(value: str) -> str:
        return _TEX_SPECIAL.sub(lambda found: "\\" + found[0], value)

    fields = {
        "author": " and ".join(plain(name) for name in authors),
        "title": "{" + plain(note_title) + "}",
        "year": str(date.year) if date else "",
        "howpublished": plain(site),
        "url": url,
    }
    rows = ",\n".join(f"  {name:<12} = {{{value}}}" for name, value in fields.items() if value)
    return Citation(text, f"@misc{{{key},\n{rows}\n}}")


def note(target: Target, site: Site, context: Context) -> bytes:
    """The page of one note."""
    path = target.argument
    doc = context.doc(path)
    assert doc is not None
    facts, findings, settings, config = doc.facts, doc.findings, doc.facts.settings, context.config
    date, updated = site.note_dates(path)
    tags = site.note_tags(path)
    neighbours = site.neighbours(path)
    collection, card = site.collection_of(path), site.card(path)
    authors = settings.authors or ((config.author,) if config.author else ())
    body = context.body(doc, site, target.url)
    extra = {key: json.loads(value) for key, value in settings.extra}
    status = extra.get("status")
    site_title = context.text(config.title).plain
    image = ""
    if settings.image:
        asset = site.asset(path, settings.image)
        image = context.absolute(asset.url) if asset else (settings.image if "://" in settings.image else "")
    page = NotePage(
        url=target.url,
        title=card.label if card else facts.title,
        subtitle=facts.subtitle,
        summary=facts.summary if settings.summary else Text("", ""),
        icon=settings.icon,
        date=date,
        updated=updated,
        authors=authors if settings.authors else (),
        tags=tags,
        minutes=max(1, round((findings.words + WORDS_PER_FORMULA * findings.formulas) / WORDS_PER_MINUTE)),
        body=safe(body),
        toc=tuple(h for h in facts.headings if h.level in (2, 3)) if settings.toc else (),
        edit_url=config.edit_url.replace("{path}", address.escape_url(path)) if config.edit_url else "",
        citation=citation_of(facts.title.plain, authors, date, context.absolute(target.url), site_title)
        if config.cite
        else None,
        paper=settings.paper if settings.paper and settings.paper.title else None,
        status=status if isinstance(status, str) else "",
        extra=extra,
    )
    data = {
        "@type": "Article",
        "headline": facts.title.plain,
        "description": facts.summary.plain,
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
        facts.title.plain,
        "note",
        description=facts.summary.plain,
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
    sidebar = site.sidebar(path)
    here, current = _standing(sidebar, target.url)
    values = {
        "note": page,
        "crumbs": site.crumbs(path),
        "sidebar": sidebar,
        "here": here,
        "current": current,
        "neighbours": neighbours,
        "backlinks": site.backlinks(path),
        "collection": collection,
    }
    return render("note.html", head, context, values)


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
            if found and found.facts.settings.paper and found.facts.settings.paper.title:
                papers[entry.url] = found.facts.settings.paper
    body = context.body(doc, site, target.url) if doc else ""
    head = page_head(
        context,
        target.url,
        card.title.plain,
        "collection",
        description=card.description.plain,
        feed=card.feed,
        feed_title=card.title.plain,
        data={"@type": "CollectionPage", "name": card.title.plain, "description": card.description.plain},
    )
    values = {
        "collection": card,
        "crumbs": site.collection_crumbs(target.url),
        "body": safe(body),
        "groups": groups,
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
            "inLanguage": config.lang,
        },
    )
    values = {
        "hero": HeroText(title, context.text(config.hero.text or config.description)),
        "body": safe(context.body(doc, site, target.url)) if doc else "",
        "sections": tuple(section for section in sections if section.card.kind != "stream"),
        "featured": site.featured(),
        "stream": stream,
        "tags": site.tags(),
        "loose": site.loose(),
    }
    return render("home.html", head, context, values)


def tag(target: Target, site: Site, context: Context) -> bytes:
    """The notes on one topic."""
    card = next(entry for entry in site.tags() if entry.slug == target.argument)
    head = page_head(context, target.url, card.title.plain, "tag", description=f"Notes on {card.title.plain}")
    return render("tag.html", head, context, {"tag": card, "entries": site.tagged(target.argument)})


def tags(target: Target, site: Site, context: Context) -> bytes:
    """All topics."""
    head = page_head(context, target.url, "Topics", "tags", description="All topics")
    return render("tags.html", head, context, {"tags": site.tags()})


class Month(Struct, frozen=True):
    """The notes of one month."""

    month: str
    entries: tuple[Listed, ...]


def latest(target: Target, site: Site, context: Context) -> bytes:
    """Every note, newest first, by month."""
    listed = [entry for card in site.newest("/", 0) if (entry := site.listed(card.path))]

    def month(entry: Listed) -> str:
        date = entry.card.date
        return f"{MONTHS[date.month - 1]} {date.year}" if date else "Undated"

    months = tuple(Month(name, tuple(entries)) for name, entries in groupby(listed, key=month))
    head = page_head(context, target.url, "Latest", "latest", description="Every note, newest first")
    return render("latest.html", head, context, {"entries": months})


def not_found(target: Target, site: Site, context: Context) -> bytes:
    """The page for an address that leads nowhere; it is served at any depth, so its links begin at the site's root."""
    head = page_head(context, target.url, "Page not found", "404", noindex=True)
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
    title = card.title.plain if card else "Moved"
    head = page_head(context, target.url, title, "redirect", noindex=True)
    if context.config.urls:
        head = replace(head, canonical=context.absolute(to))
    return render("redirect.html", head, context, {"target": to})

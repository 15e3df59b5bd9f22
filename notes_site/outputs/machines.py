"""Outputs for programs: Atom feeds, the site map, robots.txt."""

from __future__ import annotations

import html
import re
from datetime import datetime

from notes_site.model import Target
from notes_site.outputs.context import Context
from notes_site.site import Site
from notes_site.tex.classes import with_styles
from notes_site.theme import GENERATOR

# what XML 1.0 has no way to write: most controls, halves of surrogate pairs, two non-characters
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escape(text: str) -> str:
    """Text for an element or attribute of XML."""
    return html.escape(_UNWRITABLE.sub("", text))


def _stamp(moment: datetime | None) -> str:
    """RFC 3339 in UTC; the beginning of time for what has no date, so that the bytes depend on the notes alone."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else "1970-01-01T00:00:00Z"


def feed(target: Target, site: Site, context: Context) -> bytes:
    """An Atom feed (RFC 4287) of the newest notes with their whole text, of the site or of one collection."""
    config = context.config
    home = target.url.removesuffix("feed.xml")
    card = site.collection(home) if home != "/" else None
    site_title = context.text(config.title).plain
    title = f"{card.title.plain} · {site_title}" if card else site_title
    subtitle = card.description.plain if card else context.text(config.description).plain
    newest = site.newest(home, config.feed_entries)
    moments: list[datetime] = []
    entries: list[str] = []
    for entry in newest:
        doc = context.doc(entry.path)
        if doc is None:
            continue
        moment = entry.updated or entry.date
        if moment:
            moments.append(moment)
        url = escape(context.absolute(entry.url))
        settings = doc.facts.settings
        names = settings.authors or ((config.author,) if config.author else (site_title,))
        rows = [
            "<entry>",
            f'<title type="html">{escape(entry.title.html)}</title>',
            f'<link rel="alternate" type="text/html" href="{url}"/>',
            f"<id>{url if config.urls else 'urn:notes-site:' + url}</id>",
            f"<published>{_stamp(entry.written)}</published>" if entry.written else "",
            f"<updated>{_stamp(moment)}</updated>",
            *(f"<author><name>{escape(name)}</name></author>" for name in names),
            *(f'<category term="{escape(tag.plain)}"/>' for tag in doc.facts.tags),
            f'<summary type="html">{escape(entry.summary.html)}</summary>' if entry.summary else "",
            f'<content type="html">{escape(with_styles(context.absolute_body(doc, site)))}</content>',
            "</entry>",
        ]
        entries.append("\n".join(row for row in rows if row))
    here, page = escape(context.absolute(target.url)), escape(context.absolute(home))
    head = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{escape(config.lang)}">',
        f"<title>{escape(title)}</title>",
        f"<subtitle>{escape(subtitle)}</subtitle>" if subtitle else "",
        f'<link rel="self" type="application/atom+xml" href="{here}"/>',
        f'<link rel="alternate" type="text/html" href="{page}"/>',
        f"<id>{page if config.urls else 'urn:notes-site:' + page}</id>",
        f"<updated>{_stamp(max(moments, default=None))}</updated>",
        f"<generator>{escape(GENERATOR)}</generator>",
    ]
    return ("\n".join([*(row for row in head if row), *entries, "</feed>"]) + "\n").encode("utf-8")


def sitemap(_target: Target, site: Site, context: Context) -> bytes:
    """The site map (sitemaps.org): every page of notes and collections, with the day of its last change."""
    rows = ['<?xml version="1.0" encoding="utf-8"?>', '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">']

    def add(url: str, moment: datetime | None = None) -> None:
        changed = f"<lastmod>{moment.date().isoformat()}</lastmod>" if moment else ""
        rows.append(f"<url><loc>{escape(context.absolute(url))}</loc>{changed}</url>")

    add("/")
    waiting = [section.card.url for section in site.sections()]
    while waiting:
        url = waiting.pop(0)
        add(url)
        waiting += [section.card.url for section in site.subsections(url)]
    for card in sorted(site.newest("/", 0), key=lambda card: card.url):
        add(card.url, card.updated or card.date)
    for topic in site.tags():
        add(topic.url)
    for page in site.end_pages():
        add(page)
    if graph := site.graph_page():
        add(graph)
    return "\n".join([*rows, "</urlset>", ""]).encode("utf-8")


def robots(_target: Target, _site: Site, context: Context) -> bytes:
    """Everything may be read; where the site map is, when the site's address is known."""
    where = f"Sitemap: {context.absolute('/sitemap.xml')}\n" if context.config.urls else ""
    return f"User-agent: *\nAllow: /\n{where}".encode()

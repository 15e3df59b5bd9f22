"""What notes refer to on a page, alone: for readers who hover over a reference or a link to it on another page.

One file for each note to which others link or refer: its title with its first words, and of all else only what others
lead to. The glossary has one too.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from notes_site import address
from notes_site.link import Filling, excerpt, parts, without_ids
from notes_site.model import Label, Target
from notes_site.outputs.context import Context
from notes_site.site import Site


def labels(target: Target, site: Site, context: Context) -> bytes:
    """The title of a note, and its statements, formulas, figures and sections to which others lead."""
    doc = context.doc(target.argument)
    assert doc is not None
    facts = doc.facts
    lang = facts.settings.lang or context.config.lang
    filling = Filling(site, lambda to: address.relative(target.url, to), context.doc, context.manner_in(doc), bare=True)
    places = {label.anchor: i for i, label in enumerate(facts.labels) if label.anchor}
    wanted = {_anchor(facts.labels, uses.label): uses.label for uses in site.uses(facts.path)}
    wanted |= {anchor: places.get(anchor, -1) for anchor in site.led_to(facts.path) if anchor not in wanted}
    found = parts(doc, filling, [label for label in wanted.values() if label >= 0])
    titles = context.titles(doc, site)
    summary = f"<p>{titles.summary.html}</p>\n" if titles.summary else ""
    shown = [(address.WHOLE, f"<h2>{titles.title.html}</h2>\n{summary}")]
    shown += [(anchor, found.get(i) or excerpt(doc, filling, anchor)) for anchor, i in wanted.items() if anchor]
    return _file(str(lang), titles.title.plain, ((anchor, without_ids(part)) for anchor, part in shown))


def definitions(_target: Target, site: Site, context: Context) -> bytes:
    """The entries of the glossary."""

    def text(long: str, said: str) -> str:
        return "".join(f"<p>{part}</p>\n" for part in (long, said) if part)

    entries = site.definitions()
    shown = (
        (one.card.anchor, f"<h2>{one.card.name.html}</h2>\n{text(one.card.long.html, one.text.html)}")
        for one in entries
    )
    return _file(str(context.config.lang), context.words()["glossary"], shown)


def _anchor(labels: Sequence[Label], i: int) -> str:
    """The anchor of a label: a row of equations that has none is shown by what it is a part of."""
    while not labels[i].anchor and labels[i].of >= 0:
        i = labels[i].of
    return labels[i].anchor


def _file(lang: str, title: str, parts: Iterable[tuple[str, str]]) -> bytes:
    head = f'<!doctype html>\n<html lang="{html.escape(lang)}">\n<meta charset="utf-8">\n'
    head += f'<meta name="robots" content="noindex">\n<title>{html.escape(title)}</title>\n'
    rows = [f'<article id="{html.escape(anchor)}">\n{part.strip()}\n</article>\n' for anchor, part in parts if part]
    return f"{head}{''.join(rows)}".encode()

"""What has labels on a note's page, alone: for readers who hover over a reference to it on another page.

One file for each note, and in it only what other notes refer to.
"""

from __future__ import annotations

import html

from notes_site import address
from notes_site.link import Filling, parts, without_ids
from notes_site.model import Target
from notes_site.outputs.context import Context
from notes_site.site import Site


def labels(target: Target, site: Site, context: Context) -> bytes:
    """The statements, formulas and figures of a note to which others refer."""
    doc = context.doc(target.argument)
    assert doc is not None
    used = {uses.label: None for uses in site.uses(target.argument)}
    lang = doc.facts.settings.lang or context.config.lang
    filling = Filling(
        site, lambda to: address.relative(target.url, to), context.doc, lambda: context.manner(lang), bare=True
    )
    found = parts(doc, filling, used.keys())
    rows = [
        f'<article id="{html.escape(doc.facts.labels[label].anchor)}">\n{without_ids(found[label])}</article>\n'
        for label in used
        if found.get(label)
    ]
    head = f'<!doctype html>\n<html lang="{html.escape(str(lang))}">\n<meta charset="utf-8">\n'
    title = (
        f'<meta name="robots" content="noindex">\n<title>{html.escape(context.titles(doc, site).title.plain)}</title>\n'
    )
    return f"{head}{title}{''.join(rows)}".encode()

"""Pages that gather what has numbers: all things of one kind, and which result uses which."""

from __future__ import annotations

import html

from markupsafe import Markup
from msgspec import Struct

from notes_site import address
from notes_site.graph import Node, draw
from notes_site.model import EMPTY, Crumb, Landmark, NumberedGroup, Target, Text
from notes_site.outputs.context import Context, number_of, safe
from notes_site.outputs.page import page_head, render
from notes_site.references import Manner, number_html, refer_as_text
from notes_site.site import Site
from notes_site.words import Words


class ListLink(Struct, frozen=True):
    """A page that gathers, as others link to it; `count` is 0 where it is not said."""

    title: str
    url: str
    count: int


class NumberedNote(Struct, frozen=True):
    """The things of one kind in one note: a `heading` and `items` of a list, in HTML; `bare` when they have numbers
    alone.
    """

    heading: Markup
    items: Markup
    bare: bool


class ResultLink(Struct, frozen=True):
    """A result as a link: `Theorem 2.1` and its title."""

    name: Text
    title: Text
    url: str
    preview: str


class Result(Struct, frozen=True):
    """A result, those that it uses, and those that use it."""

    link: ResultLink
    uses: tuple[ResultLink, ...]
    used_by: tuple[ResultLink, ...]


def plural(kind: str, words: Words) -> str:
    """What several things of a kind are called, with a capital letter."""
    word = words.get(f"kind_{kind}_many") or words.get(f"kind_{kind}") or kind
    return word[:1].upper() + word[1:]


def lists_of(url: str, site: Site, context: Context, lang: str | None = None) -> tuple[ListLink, ...]:
    """The lists of a collection and the page of its results; for `/` the lists of the site, and its graph."""
    found = site.lists(url)
    graph = site.graph_page() if url == "/" else ""
    if found is None and not graph:
        return ()
    words = context.words(lang)
    links = [ListLink(plural(card.kind, words), card.url, card.count) for card in found.cards] if found else []
    if found and found.results:
        links.append(ListLink(words["results_and_uses"], found.results, 0))
    if graph:
        links.append(ListLink(words["note_graph"], graph, 0))
    return tuple(links)


def numbered(target: Target, site: Site, context: Context) -> bytes:
    """All things of one kind, note by note, in the order in which one reads."""
    kind = target.argument
    scope = target.url.rstrip("/").rpartition("/")[0].rpartition("/")[0] + "/"
    found = site.list_of(scope, kind)
    assert found is not None
    words = context.words(found.lang)
    word = words.get(f"kind_{kind}") or kind
    title = plural(kind, words)
    groups = tuple([_note(group, address.relative(target.url, group.note.url), kind, word) for group in found.groups])
    head = page_head(context, target.url, _whole(title, found.crumbs), "list", lang=found.lang)
    return render("list.html", head, context, {"title": title, "crumbs": found.crumbs, "groups": groups})


def _whole(title: str, crumbs: tuple[Crumb, ...]) -> str:
    """The title of a page among those of other collections."""
    return f"{title} · {crumbs[-1].title.plain}" if crumbs else title


def _note(group: NumberedGroup, place: str, kind: str, word: str) -> NumberedNote:
    """The things of one kind in a note at `place`."""
    heading = f'{number_of(group.note)}<a href="{html.escape(place)}">{group.note.label.html}</a>'
    return NumberedNote(safe(heading), _items(group, place, kind, word), not any(one.title for one in group.entries))


def _items(group: NumberedGroup, place: str, kind: str, word: str) -> Markup:
    """Links to the things of a note at `place`, each with its number and its title, or with the word for its kind."""
    rows: list[str] = []
    place = html.escape(place)
    for one in group.entries:
        title = one.title.html if one.title or one.number else html.escape(word)
        number = f'<span class="number">{number_html(kind, one.number.html)}</span>' if one.number else ""
        anchor = f"#{html.escape(one.anchor)}" if one.anchor else ""
        preview = f' data-preview="{address.preview_of(place)}{anchor}"' if one.preview and anchor else ""
        rows.append(f'<li><a class="ref" href="{place}{anchor}"{preview}>{f"{number} {title}".strip()}</a></li>\n')
    return safe("".join(rows))


def _preview(landmark: Landmark) -> str:
    return f"{landmark.preview}#{landmark.anchor}" if landmark.preview else ""


def results(target: Target, site: Site, context: Context) -> bytes:
    """Which result of a collection uses which: as a drawing, and as a list for those who cannot see it."""
    found = site.results(target.argument)
    assert found is not None
    manner = context.manner(found.lang)
    title = manner.words["results_and_uses"]
    links = tuple(_result_link(node, manner) for node in found.nodes)
    uses: list[list[ResultLink]] = [[] for _ in links]
    used_by: list[list[ResultLink]] = [[] for _ in links]
    for a, b in found.edges:
        uses[a].append(links[b])
        used_by[b].append(links[a])
    nodes = [
        Node(str(i), one.name.plain, one.title.plain, address.relative(target.url, one.url), node.kind)
        for i, (one, node) in enumerate(zip(links, found.nodes, strict=True))
    ]
    drawing = draw(nodes, [(str(a), str(b)) for a, b in found.edges], name=title)
    rows = zip(links, uses, used_by, strict=True)
    values = {
        "title": title,
        "crumbs": found.crumbs,
        "drawing": safe(drawing.svg),
        "results": tuple(Result(link, tuple(below), tuple(above)) for link, below, above in rows),
    }
    head = page_head(context, target.url, _whole(title, found.crumbs), "results", lang=found.lang)
    return render("results.html", head, context, values)


def _result_link(landmark: Landmark, manner: Manner) -> ResultLink:
    name = refer_as_text([landmark], "full", 2, manner)
    # one without a number is named by its title
    return ResultLink(name, landmark.title if landmark.number else EMPTY, landmark.url, _preview(landmark))

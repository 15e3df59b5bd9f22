"""Every output of a site as a Target, in a fixed order. Pure; two with one address are reported, the first is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from notes_site import address
from notes_site.book_index import INDEX
from notes_site.catalogue import BIBLIOGRAPHY
from notes_site.connections import GRAPH
from notes_site.index import Index
from notes_site.model import Diagnostic, Place, Span, Target
from notes_site.notation import NOTATION
from notes_site.outputs import labels, lists, machines, notes_graph, pages, terms, works
from notes_site.outputs import print as printing
from notes_site.outputs.context import Context
from notes_site.outputs.notes_graph import DATA
from notes_site.site import Site
from notes_site.terms import GLOSSARY

Make = Callable[[Target, Site, Context], bytes]

OUTPUTS: dict[str, Make] = {
    "home": pages.home,
    "collection": pages.collection,
    "note": pages.note,
    "tag": pages.tag,
    "tags": pages.tags,
    "latest": pages.latest,
    "not-found": pages.not_found,
    "redirect": pages.redirect,
    "bibliography": works.bibliography,
    "work": works.work,
    "labels": labels.labels,
    "definitions": labels.definitions,
    "glossary": terms.glossary,
    "index": terms.book_index,
    "notation": terms.notation,
    "list": lists.numbered,
    "results": lists.results,
    "print": printing.book,
    "print-heads": printing.heads,
    "graph": notes_graph.graph,
    "graph-data": notes_graph.graph_data,
    "feed": machines.feed,
    "sitemap": machines.sitemap,
    "robots": machines.robots,
}


def plan(index: Index) -> tuple[Target, ...]:
    """All pages and machine-readable outputs."""
    made = [Target("/", "home", index.tree.home_note, index.tree.home_note or "the home page")]
    for node in index.tree.nodes_by_url.values():
        own = node.shelf.index if node.shelf.index in index.facts_by_path else ""
        made.append(Target(node.card.url, "collection", own, own or f'the collection "{node.card.title.plain}"'))
    previews = {
        path: Target(address.preview_of(index.urls_by_path[path]), "labels", path, f"what others refer to in {path}")
        for path in index.previewed
    }
    for path in index.tree.notes:
        made.append(Target(index.urls_by_path[path], "note", path, path))
        if path in previews:  # beside the page, which asks the same questions
            made.append(previews.pop(path))
    made += previews.values()
    if GLOSSARY in index.at_the_end:
        made.append(Target(address.preview_of(GLOSSARY), "definitions", "", "the definitions of the glossary"))
    ends = {GLOSSARY: "glossary", INDEX: "index", NOTATION: "notation"}
    made += [Target(url, ends[url], "", f"the {ends[url]}") for url in index.at_the_end]
    if index.graph_url:
        made += [Target(GRAPH, "graph", "", "the graph"), Target(DATA, "graph-data", "", "the data of the graph")]
    if index.catalogue.cards:
        made.append(Target(BIBLIOGRAPHY, "bibliography", "", "the bibliography"))
        made += [Target(c.url, "work", c.key, f'the work "{c.key}"') for c in index.catalogue.cards.values()]
    for url, found in index.gathered.lists.items():
        scope = "" if url == "/" else f" of {url}"
        made += [Target(card.url, "list", card.kind, f"the list of every {card.kind}{scope}") for card in found.cards]
        if found.results:
            made.append(Target(found.results, "results", url, f"the results{scope}"))
    made += [
        Target("/latest/", "latest", "", "the list of everything"),
        Target("/tags/", "tags", "", "the list of topics"),
        *(Target(f"/tags/{slug}/", "tag", slug, f'the topic "{slug}"') for slug in index.topics.by_slug),
        Target("/404.html", "not-found", "", "the page of no address"),
        Target("/sitemap.xml", "sitemap", "", "the site map"),
        Target("/robots.txt", "robots", "", "robots.txt"),
        *(Target(url, "feed", "", "a feed") for url in index.tree.feeds),
    ]
    for url, printed in index.printed.items():
        made.append(Target(printed, "print", url, f"the print of {url}"))
        made.append(Target(printed + printing.HEADS, "print-heads", url, f"the running heads of {url}"))
    taken = {address.same_address(target.url) for target in made}
    for url, path, alias in index.aliases:
        # a name without `/` may be Obsidian's, and one name of two notes; an address that is taken is reported
        if address.same_address(url) not in taken or ("/" in alias and url != index.urls_by_path[path]):
            made.append(Target(url, "redirect", path, f'the alias "{alias}" of {path}'))
            taken.add(address.same_address(url))
    return tuple(made)


class Claim(Struct, frozen=True):
    """Who wants an address: `source` in words, `place` where a diagnostic can point at, if anywhere.

    `remedy` is what its author can give it to have another address.
    """

    url: str
    source: str
    place: Place | None = None
    remedy: str = "a `slug`"


def claim(target: Target, index: Index) -> Claim:
    """The claim of an output."""
    if target.make == "work":
        return Claim(target.url, target.source, index.catalogue.works[target.argument].place, "another key")
    return Claim(target.url, target.source, whole(target.argument) if target.argument in index.facts_by_path else None)


def whole(path: str) -> Place | None:
    """A file as a place."""
    return Place(Span(path)) if path else None


def unique(claims: Sequence[Claim]) -> tuple[frozenset[int], tuple[Diagnostic, ...]]:
    """Which claims lose their address to an earlier one, and a diagnostic for each.

    A file cannot stand where the folder of another must.
    """
    owners: dict[str, Claim] = {}
    folders: dict[str, Claim] = {}
    lost: set[int] = set()
    problems: list[Diagnostic] = []
    for i, one in enumerate(claims):
        key = address.same_address(one.url)
        above = [key.rsplit("/", count)[0] for count in range(1, key.count("/") + 1)]
        owner = owners.get(key) or folders.get(key) or next((owners[name] for name in above if name in owners), None)
        if owner is None:
            owners[key] = one
            folders |= {name: one for name in above if name not in folders}
            continue
        lost.add(i)
        message = f"{one.source} and {owner.source} have the same address {one.url}; the first is left out"
        place = one.place or owner.place or Place(Span("site.yml"))
        remedies = " or ".join(dict.fromkeys((one.remedy, owner.remedy)))
        problems.append(place.problem("N050", message, f"give one of them {remedies}"))
    return frozenset(lost), tuple(problems)

"""Which pages are searched, what is known of each, and what results can be narrowed to. Asks the index of the notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from notes_site.index import Index
from notes_site.model import Target
from notes_site.search.index import Choice
from notes_site.search.records import Head
from notes_site.topics import slug_of
from notes_site.words import language_of

NOTE, PAPER, EQUATION = "note", "paper", "equation"
# the pages that are searched, by what makes them
SEARCHED: Final = frozenset(("note", "collection", "work"))


def heads(index: Index, targets: Iterable[Target], name_of: Mapping[str, str]) -> list[tuple[Target, Head]]:
    """The pages that are searched, as somebody would read them: notes and collections in their order, then works."""
    places = {path: i for i, path in enumerate(index.tree.reading_order)}
    made: list[tuple[int, Target, Head]] = []
    for target in targets:
        if target.make not in SEARCHED or target.url not in name_of:
            continue
        name = name_of[target.url]
        head = _work(index, target, name) if target.make == "work" else _note(index, target, name)
        if head is not None:
            made.append((places.get(target.argument, len(places)), target, head))
    return [(target, head) for _, target, head in sorted(made, key=lambda one: one[0])]


def _note(index: Index, target: Target, name: str) -> Head | None:
    """The head of a note, or of a collection that a note introduces."""
    facts = index.facts_by_path.get(target.argument)
    if facts is None:
        return None
    node = index.tree.nodes_by_url.get(target.url) or index.tree.home_by_path.get(facts.path)
    cards = (*node.parents, node.card) if node is not None else ()
    title = node.card.title if node is not None and target.make == "collection" else facts.title
    return Head(
        target.url,
        name,
        title.plain,
        PAPER if facts.settings.paper is not None else NOTE,
        language(facts.settings.lang or index.config.lang),
        facts.summary.plain if facts.settings.summary is not None else "",
        tuple(card.url for card in cards),
        tuple(dict.fromkeys(map(slug_of, facts.tags))),
    )


def _work(index: Index, target: Target, name: str) -> Head | None:
    """The head of a page of a work, unless the site has a note on it."""
    work = index.catalogue.works.get(target.argument)
    if work is None or target.argument in index.catalogue.own_notes:
        return None
    return Head(target.url, name, work.title.plain or work.key, PAPER, language(index.config.lang), lesser=True)


def language(lang: str) -> str:
    """The language of an index: `de` for `de-AT`."""
    return language_of(lang).partition("-")[0] or "en"


def statements(index: Index, path: str) -> dict[str, str]:
    """The kinds of the statements of a note, by their anchors."""
    facts = index.facts_by_path.get(path)
    found: dict[str, str] = {}
    for label in facts.labels if facts is not None else ():
        kind = index.kinds.by_name.get(label.kind)
        if label.anchor and kind is not None and kind.family == "statement":
            found[label.anchor] = kind.name
    return found


def collections(index: Index) -> tuple[Choice, ...]:
    return tuple(Choice(url, node.card.title.plain, len(node.parents)) for url, node in index.tree.nodes_by_url.items())


def topics(index: Index) -> tuple[Choice, ...]:
    return tuple(Choice(slug, name.plain) for slug, (name, _) in index.topics.by_slug.items())

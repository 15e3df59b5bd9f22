"""The topics of the site: the tags of its notes, by how they stand in addresses. Pure.

Two spellings with one address are one topic, named as it was first met.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from notes_site.address import segment
from notes_site.model import EMPTY, Facts, Listed, TagCard, Text
from notes_site.tree import Tree, newest_first


class Topics:
    """The topics of the notes of a tree."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree

    @cached_property
    def by_slug(self) -> dict[str, tuple[Text, tuple[str, ...]]]:
        """Each topic with the paths of its notes, newest first; sorted by slug."""
        names: dict[str, Text] = {}
        paths: dict[str, dict[str, None]] = defaultdict(dict)
        for path, note in self.tree.facts_by_path.items():
            for tag in note.tags:
                slug = slug_of(tag)
                names.setdefault(slug, tag)
                paths[slug][path] = None
        cards = self.tree.cards

        def key(path: str) -> tuple[float, str]:
            return newest_first(cards[path])

        return {slug: (names[slug], tuple(sorted(paths[slug], key=key))) for slug in sorted(names)}

    def cards(self) -> tuple[TagCard, ...]:
        """All topics with the number of their notes."""
        return tuple(TagCard(name, slug, url_of(slug), len(paths)) for slug, (name, paths) in self.by_slug.items())

    def of(self, note: Facts) -> tuple[TagCard, ...]:
        """The topics of a note. Their counts are left at 0, so that a page does not depend on other notes' topics."""
        slugs = dict.fromkeys(map(slug_of, note.tags))
        return tuple(TagCard(self.by_slug[slug][0], slug, url_of(slug), 0) for slug in slugs)

    def tagged(self, slug: str) -> tuple[Listed, ...]:
        """The notes with a topic, newest first, each with its collection."""
        paths = self.by_slug.get(slug, (EMPTY, ()))[1]
        return tuple(listed for path in paths if (listed := self.tree.listed(path)))


def slug_of(tag: Text) -> str:
    """A topic as it stands in addresses."""
    return segment(tag.plain) or "topic"


def url_of(slug: str) -> str:
    """The address of the page of a topic."""
    return f"/tags/{slug}/"

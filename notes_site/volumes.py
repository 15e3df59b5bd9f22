"""What is printed as a whole: which collections have a page for print, and in what order it holds their notes. Pure.

An address that a note or a collection has already is left to it.
"""

from __future__ import annotations

from msgspec.structs import replace

from notes_site.address import same_address
from notes_site.model import Volume
from notes_site.numbers import chapter_text
from notes_site.tree import Node, Tree, title_alone

# notes on one page for print, unless a collection asks for it: more make a page that few machines print
MOST_PRINTED = 100


def pages_for_print(tree: Tree) -> dict[str, str]:
    """The pages for print by the URLs of their collections: of every series of several notes, and of what asks."""
    made: dict[str, str] = {}
    for url, node in tree.nodes_by_url.items():
        asked, count = node.shelf.config.print, len(node.everything)
        if asked is None:
            many = len(node.entries) > 1 and count <= MOST_PRINTED
            asked = tree.config.print and node.card.kind == "series" and many
        if asked and count and same_address(f"{url}print/") not in tree.taken:
            made[url] = f"{url}print/"
    return made


def volumes(node: Node, depth: int = 0) -> tuple[Volume, ...]:
    """A collection for print, before those inside it; a group that continues a part names the part again."""
    config = node.shelf.config
    part_of = {str(number): part.title for part in config.parts for number in part.chapters}
    chapters = {entry.card.path: chapter_text(entry.number) for entry in node.entries if entry.number}
    groups = tuple(
        replace(
            group,
            part=part_of.get(chapters.get(group.entries[0].path, ""), ""),
            entries=tuple(map(title_alone, group.entries)),
        )
        for group in node.groups
    )
    own = Volume(replace(node.card, count=0, unit=""), node.shelf.index, groups, depth)
    return (own, *(volume for child in node.children for volume in volumes(child, depth + 1)))

"""The files of the search beside Pagefind's: what a browser reads first, and the formulas of the site in shards.

A shard holds formulas as they are compared, and as text. What is looked for is a piece of the first; a browser finds
it in a megabyte faster than it could ask for the right part of an index. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from notes_site.model import Value
from notes_site.search.formulas import Command, table
from notes_site.search.records import DENSE, Extract, Head

# bytes of a shard, of which a host sends about a quarter
SHARD: Final = 400_000


class Choice(Value, frozen=True):
    """Something that results can be narrowed to: a collection, inside how many others, or a topic."""

    key: str
    title: str
    depth: int = 0


class Shard(Value, frozen=True):
    """A file of formulas, how many are in it, and the collections of their pages."""

    file: str
    count: int
    collections: tuple[str, ...]


class Index(msgspec.Struct, frozen=True):
    """What a browser reads first. `root` leads from here to the home page; `languages` have an index of words each.

    `words` are those of the dialog in each language of the site, `kinds` the words for kinds in these.
    """

    root: str
    languages: tuple[str, ...]
    shards: tuple[Shard, ...]
    collections: tuple[Choice, ...]
    topics: tuple[Choice, ...]
    kinds: tuple[str, ...]
    words: Mapping[str, Mapping[str, str]]
    dense: str
    table: object
    macros: Mapping[str, str | Command]


def index_file(
    languages: tuple[str, ...],
    shards: tuple[Shard, ...],
    collections: tuple[Choice, ...],
    topics: tuple[Choice, ...],
    kinds: tuple[str, ...],
    words: Mapping[str, Mapping[str, str]],
    macros: Mapping[str, str | Command],
) -> bytes:
    """`/_/search/index.json`."""
    index = Index("../../", languages, shards, collections, topics, kinds, words, DENSE, table(), macros)
    return msgspec.json.encode(index, order="deterministic") + b"\n"


def formula_files(pages: Iterable[tuple[Head, Extract]]) -> list[tuple[tuple[str, ...], int, bytes]]:
    """The formulas of pages in files of about `SHARD` bytes, each with the collections and the number of formulas."""
    made: list[tuple[tuple[str, ...], int, bytes]] = []
    rows: list[bytes] = []
    held: dict[str, None] = {}
    count = size = 0
    for head, found in pages:
        if not found.formulas:
            continue
        row = _row(head, found)
        if rows and size + len(row) > SHARD:
            made.append((tuple(sorted(held)), count, _joined(rows)))
            rows, held, count, size = [], {}, 0, 0
        rows.append(row)
        held |= dict.fromkeys(head.collections)
        count += len(found.formulas)
        size += len(row)
    if rows:
        made.append((tuple(sorted(held)), count, _joined(rows)))
    return made


def _joined(rows: list[bytes]) -> bytes:
    return b"[\n" + b",\n".join(rows) + b"\n]\n"


def _row(head: Head, found: Extract) -> bytes:
    """A page: its address, title, kind, collections and topics, the anchors that are used with their titles, and then
    for each formula its tokens, its text, the place of its anchor, and how it stands.
    """
    titles = dict(found.places)
    anchors: dict[str, int] = {"": 0}
    formulas: list[str | int] = []
    for one in found.formulas:
        at = anchors.setdefault(one.anchor, len(anchors))
        formulas += (one.tokens, one.text if one.text != one.tokens else 0, at, one.standing)
    places = [text for anchor in anchors for text in (anchor, titles.get(anchor, ""))]
    row = (head.url, head.title, head.kind, head.lang, head.collections, head.topics, places, formulas)
    try:
        return msgspec.json.encode(row)
    except UnicodeEncodeError:  # half of a surrogate pair, which nobody can look for
        return msgspec.json.encode((head.url, "", head.kind, head.lang, (), (), ["", ""], []))

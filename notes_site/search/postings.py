r"""Indexes of Pagefind's, taken apart and put together: the index of many pages out of those of some each. Pure.

A file of words is `[[[word, pages, forms], …]]` in the order of the words; `forms` are those with accents,
`[[form, pages], …]`. A page is `[pages since the one before it, places in its text, places in its title]`. So only
the first page of a word says where its index begins: that number is written anew, what follows is taken over as it is.
`pagefind.<hash>.pf_meta` is `[version, [[page, words in it], …], [[first word, last word, file], …], [[filter, file],
…], sorts, facts]`, a filter is `[filter, [[value, [page, …]], …]]`.

Invariant: what is put together is what Pagefind makes of all the pages at once, whatever way they were divided.
"""

from __future__ import annotations

import re
from base64 import b32encode
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Final

from notes_site.model import Value
from notes_site.packing import digest
from notes_site.search.cbor import ARRAY, TEXT, UINT, Item, NotCbor, dump, head, load, load_head

# what a file of Pagefind's begins with; one that is not compressed is read as it is
SIGNATURE: Final = b"pagefind_dcd"
# bytes of a file of words, which is about what Pagefind's own have when they are compressed
CHUNK: Final = 32_000


class Run(Value, frozen=True, array_like=True, gc=False):
    """The pages of a volume that hold a word: how many, the first and the last, and what follows the first's number."""

    count: int = 0
    first: int = 0
    last: int = 0
    rest: bytes = b""


class Word(Value, frozen=True, array_like=True, gc=False):
    """A word of a volume, and its forms with accents."""

    text: bytes
    run: Run
    forms: tuple[tuple[bytes, Run], ...] = ()


class Volume(Value, frozen=True, array_like=True, gc=False):
    """The index of some pages: these with the numbers of their words, the words, the pages of each value of a filter,
    and the names of the facts that are kept of pages.
    """

    version: str
    pages: tuple[tuple[str, int], ...]
    words: tuple[Word, ...]
    filters: tuple[tuple[str, str, tuple[int, ...]], ...]
    facts: tuple[str, ...]


class Joined(Value, frozen=True):
    """The files of an index by name, how many pages it has, and the hash that tells the first file."""

    files: tuple[tuple[str, bytes], ...]
    pages: int
    hash: str


# -- taken apart -------------------------------------------------------------------------------------------------------


_UINT: Final = rb"(?:[\x00-\x17]|\x18.|\x19..|\x1a.{4}|\x1b.{8})"
_INTS: Final = rb"(?:[\x00-\x17\x20-\x37]|[\x18\x38].|[\x19\x39]..|[\x1a\x3a].{4}|[\x1b\x3b].{8})*+"
_HEAD: Final = rb"(?:[\x80-\x97]|\x98.|\x99..|\x9a.{4})"
# `83 18 90 82 2c 19 01 bc 80`: 144 pages on, two numbers, none
_PAGE: Final = re.compile(rb"\x83(" + _UINT + rb")(" + _HEAD + _INTS + _HEAD + _INTS + rb")", re.DOTALL)
_PAGES: Final = re.compile(rb"(?:" + _PAGE.pattern.replace(b"(" + _UINT + b")", _UINT) + rb")*+", re.DOTALL)


def volume(meta: bytes, words: Iterable[bytes], filters: Iterable[bytes], names: Mapping[str, str]) -> Volume:
    """The index in some unpacked files. `names` are the new names of pages by those that Pagefind gave.

    Raises NotCbor, KeyError, TypeError, ValueError for what is not known here.
    """
    version, pages, _, _, _, facts = _list(load(meta.removeprefix(SIGNATURE)))
    found = sorted((word for data in words for word in _words(data)), key=lambda word: word.text)
    values: list[tuple[str, str, tuple[int, ...]]] = []
    for data in filters:
        name, rows = _list(load(data.removeprefix(SIGNATURE)))
        values += [(str(name), str(value), tuple(map(_count, _list(held)))) for value, held in map(_list, _list(rows))]
    counted = tuple((names[str(page)], _count(count)) for page, count in map(_list, _list(pages)))
    return Volume(str(version), counted, tuple(found), tuple(sorted(values)), tuple(map(str, _list(facts))))


def _list(item: Item) -> list[Item]:
    if not isinstance(item, list):
        raise NotCbor("it is no array")
    return item


def _count(item: Item) -> int:
    if not isinstance(item, int):
        raise NotCbor("it is no number")
    return item


def _words(data: bytes) -> list[Word]:
    at = len(SIGNATURE) if data.startswith(SIGNATURE) else 0
    _, at = _expected(data, at, ARRAY, 1)
    count, at = load_head(data, at, ARRAY)
    made: list[Word] = []
    for _ in range(count):
        _, at = _expected(data, at, ARRAY, 3)
        text, at = _text(data, at)
        run, at = _run(data, at)
        many, at = load_head(data, at, ARRAY)
        forms: list[tuple[bytes, Run]] = []
        for _ in range(many):
            _, at = _expected(data, at, ARRAY, 2)
            form, at = _text(data, at)
            its, at = _run(data, at)
            forms.append((form, its))
        made.append(Word(text, run, tuple(forms)))
    if at != len(data):
        raise NotCbor("words end before their file")
    return made


def _expected(data: bytes, at: int, kind: int, size: int) -> tuple[int, int]:
    found, at = load_head(data, at, kind)
    if found != size:
        raise NotCbor(f"{found} items in place of {size}")
    return found, at


def _text(data: bytes, at: int) -> tuple[bytes, int]:
    size, at = load_head(data, at, TEXT)
    return data[at : at + size], at + size


def _run(data: bytes, at: int) -> tuple[Run, int]:
    count, at = load_head(data, at, ARRAY)
    found = _PAGES.match(data, at)
    end = found.end() if found is not None else at
    if not count:
        return Run(), at
    steps = [step for step, _ in _PAGE.findall(data, at, end)]
    if len(steps) != count:
        raise NotCbor(f"{len(steps)} pages in place of {count}")
    first = _number(steps[0])
    return Run(count, first, sum(map(_number, steps)), data[at + 1 + len(steps[0]) : end]), end


def _number(step: bytes) -> int:
    return step[0] if len(step) == 1 else int.from_bytes(step[1:], "big")


# how a page begins that stands so many pages after the one before it
_STEPS: Final = tuple(b"\x83" + head(UINT, step) for step in range(512))

# -- put together ------------------------------------------------------------------------------------------------------


def joined(lang: str, volumes: Sequence[Volume]) -> Joined:
    """The index of all pages of some volumes, in their order. Raises NotCbor where these are not of one kind."""
    (version, facts), *others = {(volume.version, volume.facts) for volume in volumes}
    if others:
        raise NotCbor("volumes of several kinds")
    starts = list(accumulate((len(volume.pages) for volume in volumes), initial=0))
    rows: defaultdict[bytes, list[tuple[int, Word]]] = defaultdict(list)
    for start, volume in zip(starts, volumes, strict=False):
        for word in volume.words:
            rows[word.text].append((start, word))
    files: dict[str, bytes] = {}
    chunks = _chunks([(text, _word(text, rows[text])) for text in sorted(rows)])
    listed: list[Item] = []
    for (begin, end), data in zip(_ranges([(texts[0], texts[-1]) for texts, _ in chunks]), chunks, strict=True):
        known_as = name_of(data[1])
        files[f"index/{known_as}.pf_index"] = data[1]
        listed.append([begin, end, known_as])
    filters: list[Item] = []
    for name, values in _filters(starts, volumes).items():
        data_ = SIGNATURE + dump([name, [[value, list(pages)] for value, pages in sorted(values.items())]])
        known_as = name_of(data_)
        files[f"filter/{known_as}.pf_filter"] = data_
        filters.append([name, known_as])
    pages: list[Item] = [[page, count] for volume in volumes for page, count in volume.pages]
    meta = SIGNATURE + dump([version, pages, listed, sorted(filters, key=str), [], list(facts)])
    known_as = f"{lang}_{name_of(meta)}"
    files[f"pagefind.{known_as}.pf_meta"] = meta
    return Joined(tuple(files.items()), len(pages), known_as)


def name_of(data: bytes) -> str:
    """The name of a file by what is in it: short, since a browser reads those of all pages; 50 bits."""
    return b32encode(digest(data))[:10].decode().lower()


def _word(text: bytes, rows: Sequence[tuple[int, Word]]) -> bytes:
    forms: defaultdict[bytes, list[tuple[int, Run]]] = defaultdict(list)
    for start, word in rows:
        for form, run in word.forms:
            forms[form].append((start, run))
    own = _joined([(start, word.run) for start, word in rows])
    its = [b"\x82" + head(TEXT, len(form)) + form + _joined(forms[form]) for form in sorted(forms)]
    return b"".join((b"\x83", head(TEXT, len(text)), text, own, head(ARRAY, len(its)), *its))


def _joined(runs: Sequence[tuple[int, Run]]) -> bytes:
    made = [b""]
    before = count = 0
    for start, run in runs:
        if run.count:
            step = start + run.first - before
            made += (_STEPS[step] if step < len(_STEPS) else b"\x83" + head(UINT, step), run.rest)
            before = start + run.last
            count += run.count
    made[0] = head(ARRAY, count)
    return b"".join(made)


def _chunks(words: Iterable[tuple[bytes, bytes]]) -> list[tuple[list[bytes], bytes]]:
    """Files of words that stand side by side, each with its words."""
    made: list[tuple[list[bytes], bytes]] = []
    texts: list[bytes] = []
    rows: list[bytes] = []
    size = 0
    for text, row in words:
        texts.append(text)
        rows.append(row)
        size += len(row)
        if size >= CHUNK:
            made.append((texts, _file(rows)))
            texts, rows, size = [], [], 0
    if rows:
        made.append((texts, _file(rows)))
    return made


def _file(rows: Sequence[bytes]) -> bytes:
    return b"".join((SIGNATURE, head(ARRAY, 1), head(ARRAY, len(rows)), *rows))


def _ranges(ends: Sequence[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    """The first and the last word of each file, as much of them as tells the files apart: it is how Pagefind finds the
    file of a word, and of what is no word.
    """
    made = [(first.decode(), last.decode()) for first, last in ends]
    for i in range(len(made) - 1):
        (first, last), (after, end) = made[i], made[i + 1]
        same = next((at for at, pair in enumerate(zip(last, after, strict=False)) if pair[0] != pair[1]), None)
        size = (min(len(last), len(after)) if same is None else same) + 1
        made[i], made[i + 1] = (first, last[:size]), (after[:size], end)
    return made


def _filters(starts: Sequence[int], volumes: Sequence[Volume]) -> dict[str, dict[str, list[int]]]:
    made: dict[str, dict[str, list[int]]] = {}
    for start, volume in zip(starts, volumes, strict=False):
        for name, value, pages in volume.filters:
            made.setdefault(name, {}).setdefault(value, []).extend(start + page for page in pages)
    return made

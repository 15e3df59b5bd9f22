"""All `.bib` files of a site to one Library. pybtex and the typesetter are imported here only when there is a file.

Invariant: every text gives a Library; a mistake is a problem at its place and the other entries are kept.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from notes_site.bibliography import kinds
from notes_site.bibliography.work import Library, Work
from notes_site.diagnostics import did_you_mean, sort_problems
from notes_site.model import Diagnostic, Place, Span, place_in

SYNTAX, TWICE, LACKS = "N111", "N113", "N114"
# what a page cannot show and a packed value cannot hold
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u2028\u2029]")
_MAX_CROSSREFS = 10
_DATES = frozenset({"date", "year", "month", "day"})
# what belongs to an entry alone, whatever its crossref has
_OWN = frozenset(
    {"title", "subtitle", "crossref", "doi", "url", "eprint", "archiveprefix", "eprinttype", "primaryclass", "abstract",
     "pages", "note", "keywords", "file", "shorttitle", "key", "ids", "xdata"}
)  # fmt: skip


class _File:
    """A `.bib` file, and places in it."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        self.text = _FORBIDDEN.sub("\ufffd", text)
        self._starts = [0, *(found.end() for found in re.finditer("\n", self.text))]

    def place(self, offset: int, length: int = 1) -> Place:
        offset = min(offset, len(self.text))
        line = bisect_right(self._starts, offset)
        start = self._starts[line - 1]
        end = self._starts[line] - 1 if line < len(self._starts) else len(self.text)
        length = max(1, min(length, end - offset))
        return place_in(self.text[start:end], Span(self.path, line, offset - start + 1, length))


class _Raw(Struct, frozen=True):
    """An entry as it stands in a file."""

    file: _File
    offset: int
    kind: str
    key: str
    key_offset: int
    fields: dict[str, str]
    places: dict[str, int]
    whole: bool

    def problem(self, code: str, message: str, hint: str = "", field: str = "") -> Diagnostic:
        """A mistake in a field, or in the entry, which is shown at its key."""
        if field and self.places.get(field):
            place = self.file.place(self.offset + self.places[field], len(field))
        else:
            place = self.file.place(self.key_offset, len(self.key))
        return place.problem(code, message, hint)


def read_library(files: Sequence[tuple[str, str]]) -> Library:
    """The works of some files, each given as (path, text). Strings and crossrefs reach from file to file."""
    if not files:
        return Library()
    from notes_site.bibliography.works import work_of
    from notes_site.tex import Typesetter

    problems: list[Diagnostic] = []
    raws_by_key: dict[str, _Raw] = {}
    for raw in _entries([_File(path, text) for path, text in files], problems):
        known = raws_by_key.setdefault(raw.key, raw)
        if known is not raw and (known.kind, known.fields) != (raw.kind, raw.fields):
            span = known.file.place(known.key_offset).span
            hint = f"the one at {span.path}:{span.line} is used"
            problems.append(raw.problem(TWICE, f'the key "{raw.key}" stands twice, with different entries', hint))
    keys_by_lower: dict[str, str] = {}
    for key in raws_by_key:
        keys_by_lower.setdefault(key.lower(), key)
    typesetter = Typesetter()
    works: list[Work] = []
    for key, raw in sorted(raws_by_key.items()):
        fields = _inherited(raw, raws_by_key, keys_by_lower, problems)
        kind = kinds.SAME.get(raw.kind, raw.kind)
        work, mistakes = work_of(kind, key, fields, raw.file.place(raw.offset, len(raw.kind) + 1), typesetter)
        for field, message in mistakes:
            problems.append(raw.problem("N020" if "formula" in message else SYNTAX, message, field=field))
        works.append(work)
        if raw.kind not in kinds.KNOWN and raw.kind not in kinds.SAME:
            hint = did_you_mean(raw.kind, sorted(kinds.KNOWN | kinds.SAME.keys()))
            problems.append(raw.problem(SYNTAX, f'the type "@{raw.kind}" is not known', hint or "it is shown as @misc"))
        elif raw.whole and (lacking := kinds.lacking(work)):
            message = f'@{raw.kind} "{key}" has no {" and no ".join(lacking)}'
            problems.append(raw.problem(LACKS, message, "its reference will be hard to use"))
    return Library(tuple(works), sort_problems(problems))


def _entries(files: Sequence[_File], problems: list[Diagnostic]) -> Iterator[_Raw]:
    """The entries of all files in their order; strings of a file come before those of the others."""
    from notes_site.bibliography.cutting import Piece, cut
    from notes_site.bibliography.parsing import Strings, months, read

    shared = months()
    pieces_of: list[tuple[Piece, ...]] = []
    for file in files:
        pieces, mistakes = cut(file.text)
        pieces_of.append(pieces)
        for mistake in mistakes:
            place = file.place(mistake.offset, mistake.length)
            problems.append(place.problem(SYNTAX, mistake.message, mistake.hint))
        for piece in pieces:
            if piece.kind == "string":
                read(piece, shared)
    for file, pieces in zip(files, pieces_of, strict=True):
        strings = Strings(shared)
        for piece in pieces:
            entry, mistakes = read(piece, strings)
            for mistake in mistakes:
                place = file.place(piece.start + mistake.offset, mistake.length)
                problems.append(place.problem(SYNTAX, mistake.message, mistake.hint))
            if entry is not None:
                at = piece.start + max(0, piece.text.find(entry.key, len(piece.kind) + 2))
                yield _Raw(file, piece.start, entry.kind, entry.key, at, entry.fields, entry.places, entry.whole)


def _inherited(
    raw: _Raw, raws_by_key: Mapping[str, _Raw], keys_by_lower: Mapping[str, str], problems: list[Diagnostic]
) -> dict[str, str]:
    """The fields of an entry with those that it lacks and its crossref, or the crossref of that, has."""
    fields = dict(raw.fields)
    own_date = not _DATES.isdisjoint(fields)
    seen, each = {raw.key}, raw
    while (target := each.fields.get("crossref", "").strip()) and len(seen) < _MAX_CROSSREFS:
        name = target if target in raws_by_key else keys_by_lower.get(target.lower(), "")
        if not name:
            if each is raw:
                message = f'crossref "{target}" of "{raw.key}" is no entry'
                problems.append(raw.problem(SYNTAX, message, did_you_mean(target, raws_by_key), "crossref"))
            break
        if name in seen:
            problems.append(raw.problem(SYNTAX, f'the crossref of "{raw.key}" leads back to itself', "", "crossref"))
            break
        seen.add(name)
        each = raws_by_key[name]
        for field, value in each.fields.items():
            if field not in _OWN and not (field in _DATES and own_date):
                fields.setdefault(field, value)
        if "title" in each.fields and kinds.SAME.get(raw.kind, raw.kind) in kinds.PARTS:
            fields.setdefault("booktitle", each.fields["title"])
    return fields

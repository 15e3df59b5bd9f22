"""One command of a `.bib` file read by pybtex, which is imported here and in `works`.

Invariant: nothing is raised, and what could be read before a mistake is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, MutableMapping

from msgspec import Struct

from notes_site.bibliography.cutting import Mended, Mistake, Piece, mend

_MAX_REPAIRS = 20
_MAX_STRING = 10_000
_MAX_FIELD = 200_000
_FIELD = re.compile(r"([A-Za-z][\w+:.-]*)\s*=", re.ASCII)
# title = "
_QUOTED = re.compile(r"=\s*\"")
# what follows the mark that ends a value: a comma and a field, or the end of the entry
_UNQUOTED = re.compile(r"\"(?=\s*(?:,\s*[A-Za-z][\w-]*\s*=|,?\s*[})]\s*$))")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


class Entry(Struct, frozen=True):
    """An entry as written: `fields` in their order, by name in lower case, strings resolved, blanks made one.

    `places` are the offsets of the fields in the text of the command; `whole` says that nothing was wrong.
    """

    kind: str
    key: str
    fields: dict[str, str]
    places: dict[str, int]
    whole: bool


class Strings(dict[str, str]):
    """The strings of `@string` by name, in any case; none is longer than a bound, so that they cannot multiply."""

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __setitem__(self, name: str, value: str) -> None:
        super().__setitem__(name.lower(), value[:_MAX_STRING])


def months() -> Strings:
    """The strings that BibTeX knows from the start: the names of months."""
    strings = Strings()
    for name in MONTHS:
        strings[name[:3]] = name
    return strings


def read(piece: Piece, strings: MutableMapping[str, str]) -> tuple[Entry | None, tuple[Mistake, ...]]:
    """The entry of a command, or None when it has none; `@string` is added to `strings`."""
    from pybtex.database.input.bibtex import LowLevelParser  # type: ignore[import-untyped]

    mended, broken = (Mended(piece.text, ()), None) if piece.closed else mend(piece)
    mistakes = [broken] if broken else []
    for _ in range(_MAX_REPAIRS):
        errors: list[Exception] = []
        parser = LowLevelParser(mended.text, macros=strings, handle_error=errors.append)
        command = next((each for each in parser if parser.command_start == 0), None)
        more = _with_comma(mended, errors) or _with_braces(mended, errors)
        if more is None:
            break
        mistakes.append(more[1])
        mended = more[0]
    mistakes += [_mistake(error, mended, piece) for error in errors]
    if piece.kind in ("string", "preamble") or command is None:
        return None, tuple(mistakes)
    key, rows = command[1]
    if not key:
        return None, tuple(mistakes)
    if "{" in key or "}" in key:  # @book(a{b, ...): nothing could cite it
        mistakes.append(Mistake(0, 1 + len(piece.kind), f'the key "{key}" has a brace', "the entry is left out"))
        return None, tuple(mistakes)
    fields: dict[str, str] = {}
    places: dict[str, int] = {}
    found = _places(mended)
    for name, parts in rows:
        lower = str(name).lower()
        offset = next(found[lower], 0) if lower in found else 0
        if lower in fields:
            mistakes.append(Mistake(offset, len(lower), f'"{lower}" stands twice in "{key}"', "the first is used"))
            continue
        if sum(map(len, parts)) > _MAX_FIELD:
            mistakes.append(Mistake(offset, len(lower), f'"{lower}" is too long', "it is left out"))
            continue
        fields[lower], places[lower] = " ".join("".join(parts).split()), offset
    return Entry(piece.kind, str(key), fields, places, not mistakes), tuple(mistakes)


def _with_comma(mended: Mended, errors: list[Exception]) -> tuple[Mended, Mistake] | None:
    """The text with the comma that is missing before a field, if that is what is wrong with it."""
    for error in errors:
        position = _position(error)
        field = _FIELD.match(mended.text, position)
        before = mended.text[:position].rstrip()
        if field is None or type(error).__name__ != "TokenRequired" or before[-1:] in ("", ",", "{", "(", "=", "#"):
            continue
        text = f"{mended.text[:position]},{mended.text[position:]}"
        inserted = sorted([*(at + (at >= position) for at in mended.inserted), position])
        message = f'a comma is missing before "{field[1]}"'
        return Mended(text, tuple(inserted)), Mistake(mended.original(position), len(field[1]), message)
    return None


def _with_braces(mended: Mended, errors: list[Exception]) -> tuple[Mended, Mistake] | None:
    """The text with braces around a value in quotes that holds quotation marks: "A "small" world"."""
    for error in errors:
        position = _position(error)
        if type(error).__name__ != "TokenRequired" or '"' not in mended.text[max(0, position - 3) : position + 1]:
            continue
        opened = [found.end() - 1 for found in _QUOTED.finditer(mended.text, 0, position)]
        ended = _UNQUOTED.search(mended.text, position)
        if not opened or ended is None:
            continue
        first, last = opened[-1], ended.start()
        inside = mended.text[first + 1 : last]
        if inside.count("{") != inside.count("}"):
            continue
        text = f"{mended.text[:first]}{{{inside}}}{mended.text[last + 1 :]}"
        inner = mended.text.find('"', first + 1)
        hint = 'inside of quotes write {"}, or put the value in braces'
        return Mended(text, mended.inserted), Mistake(
            mended.original(inner), 1, "a quotation mark ends the value", hint
        )
    return None


def _position(error: Exception) -> int:
    found = getattr(error, "error_context_info", None)
    return int(found[-1]) if found else 0


def _mistake(error: Exception, mended: Mended, piece: Piece) -> Mistake:
    """What pybtex says, in our words and at its place."""
    said, position = str(error.args[0]) if error.args else "", _position(error)
    if type(error).__name__ == "UndefinedMacro":
        place = mended.original(max(0, position - len(said)))
        hint = f"write {{{said}}} for text, or define it with @string"
        return Mistake(place, len(said), f'the string "{said}" is not defined', hint)
    place = min(mended.original(position), max(0, len(piece.text.rstrip()) - 1))
    message = "the entry ends too early" if type(error).__name__ == "PrematureEOF" else said
    return Mistake(place, 1, f"@{piece.kind} cannot be read: {message}", "what stands before it is kept")


def _places(mended: Mended) -> dict[str, Iterator[int]]:
    """The offsets of the fields of an entry by name: what stands before = outside of all but one brace."""
    offsets: dict[str, list[int]] = {}
    for name, offset in _fields(mended):
        offsets.setdefault(name, []).append(offset)
    return {name: iter(each) for name, each in offsets.items()}


def _fields(mended: Mended) -> Iterator[tuple[str, int]]:
    depth, quoted = 0, False
    for sign in re.finditer(r'[{}"]|[A-Za-z][\w+:.-]*(?P<equals>\s*=)?', mended.text):
        if sign[0] in "{}":
            depth += 1 if sign[0] == "{" else -1
        elif sign[0] == '"':
            quoted = not quoted if depth <= 1 else quoted
        elif sign["equals"] and depth <= 1 and not quoted:
            yield sign[0].removesuffix("=").rstrip().lower(), mended.original(sign.start())

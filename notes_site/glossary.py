"""`glossary.yml` to a frozen `Glossary`: acronyms and terms, with what is wrong in it. Pure: the text comes in.

Invariant: never raises on any text; what cannot be understood is reported at its place, and the rest still holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from notes_site.alphabet import fold
from notes_site.config import plural
from notes_site.diagnostics import did_you_mean
from notes_site.markdown.options import TermWords
from notes_site.model import Diagnostic, Span, Value, place_in
from notes_site.words import is_english
from notes_site.yamltree import Place, Tree, load
from notes_site.yamltree import Value as Yaml

FIELDS: Final = ("short", "long", "name", "plural", "long_plural", "text", "see", "match")
# a key becomes an anchor, and stands in `\gls{key}`
_KEY: Final = re.compile(r"[^\s{}\"'<>#\\]+")
# what no text has but by mistake: `"\alpha"` in double quotes begins with a bell
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85]")


class Entry(Value, frozen=True):
    """One entry: the words that stand for it, its definition, and the keys of entries that belong to it."""

    words: TermWords
    text: str = ""
    see: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.words.key

    def sources(self) -> Iterator[tuple[str, str]]:
        """The texts of the entry, each with the name of its field."""
        words = self.words
        short = "short" if words.long else "name"
        yield from ((short, words.name), ("plural", words.plural), ("long", words.long))
        yield from (("long_plural", words.long_plural), ("text", self.text))


class Glossary(Value, frozen=True):
    """All entries, in the order of the file, and what is wrong with it."""

    entries: tuple[Entry, ...] = ()
    problems: tuple[Diagnostic, ...] = ()

    @property
    def words(self) -> tuple[TermWords, ...]:
        """All that a parse reads."""
        return tuple(entry.words for entry in self.entries)

    @property
    def texts(self) -> Iterator[tuple[str, tuple[str, str]]]:
        """Every text to be set, with its place in the file: the key and the field."""
        return ((source, (entry.key, name)) for entry in self.entries for name, source in entry.sources() if source)


NO_GLOSSARY: Final = Glossary()


class _Reader:
    """Reads entries one by one, and says what is wrong with each."""

    def __init__(self, tree: Tree, path: str, lines: list[str], lang: str) -> None:
        self.tree, self.path, self.lines, self.lang = tree, path, lines, lang
        self.problems: list[Diagnostic] = []

    def report(self, keys: Place, message: str, hint: str = "", *, name: bool = False, code: str = "N120") -> None:
        """A problem with a value, or with the key before it."""
        line, column = self.tree.names.get(keys, self.tree.place(*keys)) if name else self.tree.place(*keys)
        self.add(line, column, message, hint, code, len(str(keys[-1])) if name and keys else 1)

    def add(self, line: int, column: int, message: str, hint: str = "", code: str = "N120", length: int = 1) -> None:
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        place = place_in(text, Span(self.path, line, column, length))
        self.problems.append(place.problem(code, message, hint))

    def entry(self, key: str, given: Yaml) -> Entry | None:
        """What stands under one key; None when there is nothing to be understood."""
        if not _KEY.fullmatch(key):
            hint = "a key has no blanks, quotes, braces or backslashes; `name` says how the term is written"
            self.report((key,), f'"{key}" cannot be the key of a term', hint, name=True)
            return None
        if isinstance(given, dict):
            return self.from_mapping(key, given)
        if isinstance(given, (list, bool)) or given is None:
            self.report(
                (key,), f'"{key}" is neither text nor a mapping', 'write "key: definition", or `long`, `text` …'
            )
            return None
        said = self.clean((key,), str(given))
        return self.made(key, {"long": said} if key.isupper() else {"text": said}, (), match=None)

    def from_mapping(self, key: str, given: Mapping[str, Yaml]) -> Entry | None:
        fields: dict[str, str] = {}
        see: tuple[str, ...] = ()
        match: bool | None = None
        for name, value in given.items():
            here = (key, name)
            if name not in FIELDS:
                self.report(here, f'unknown key "{name}"', did_you_mean(name, FIELDS), name=True)
            elif name == "match":
                if isinstance(value, bool):
                    match = value
                else:
                    self.report(here, '"match" is not true or false')
            elif name == "see":
                keys = value if isinstance(value, list) else [value]
                if all(isinstance(one, (str, int)) for one in keys):
                    see = tuple(str(one) for one in keys)
                else:
                    self.report(here, '"see" is not a key or a list of keys')
            elif isinstance(value, (list, dict, bool)) or value is None:
                self.report(here, f'"{name}" is not text', "put it in quotes")
            else:
                fields[name] = self.clean(here, str(value))
        return self.made(key, {name: text for name, text in fields.items() if text}, see, match=match)

    def made(self, key: str, fields: dict[str, str], see: tuple[str, ...], *, match: bool | None) -> Entry | None:
        """The entry with plurals of its own: an acronym where it has a long form, else a term."""
        long = fields.get("long", "")
        text = fields.get("text", "")
        if not long:
            for name in ("short", "long_plural"):
                if name in fields:
                    self.report((key, name), f'"{key}" has `{name}` and no `long`', "say what it is short for: `long`")
            name = fields.get("name") or fields.get("short") or key.replace("-", " ")
            many = fields.get("plural") or self.many(name)
            return Entry(TermWords(key, name, many, match=bool(match)), text, see)
        if "name" in fields:
            self.report((key, "name"), f'"{key}" has both `name` and `long`', "an acronym has `short` and `long`")
        short = fields.get("short") or key.upper()
        words = TermWords(
            key, short, fields.get("plural") or f"{short}s", long, fields.get("long_plural") or self.many(long),
            match is not False,
        )  # fmt: skip
        return Entry(words, text, see)

    def clean(self, keys: Place, text: str) -> str:
        """A text without the control characters that YAML makes of TeX in double quotes."""
        if _CONTROLS.search(text):
            hint = "in double quotes a backslash makes one: put TeX in single quotes"
            self.report(keys, f'"{keys[-1]}" has a control character', hint)
        return _CONTROLS.sub("", text).strip()

    def many(self, name: str) -> str:
        """The plural of a name in English; that of another language is not guessed."""
        return plural(name) if is_english(self.lang) else name

    def entries(self) -> tuple[Entry, ...]:
        """All entries, without those whose name another one has already."""
        found: dict[str, Entry] = {}
        owners: dict[str, str] = {}
        for key, given in self.tree.values.items():
            entry = self.entry(str(key), given)
            if entry is None:
                continue
            acronym = bool(entry.words.long)
            name = entry.words.name if acronym else fold(entry.words.name)
            if name in owners:
                field = "short" if acronym else "name"
                message = f'"{entry.words.name}" is what "{owners[name]}" is called already'
                self.report((str(key), field), message, "give one of them another name")
                continue
            owners[name] = entry.key
            found[entry.key] = entry
        for entry in found.values():
            for i, one in enumerate(entry.see):
                if one not in found:
                    hint = did_you_mean(one, found)
                    self.report((entry.key, "see", i), f'the glossary has no term "{one}"', hint, code="N121")
        return tuple(found.values())


def read_glossary(text: str, path: str, lang: str = "en") -> Glossary:
    """The entries that `text` has; `path` is the name of its file, `lang` the language of the site."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    tree = load(text)
    reader = _Reader(tree, path, text.split("\n"), lang)
    for trouble in tree.troubles:
        message, _, hint = trouble.message.partition("; ")
        code = "N019" if trouble.kind == "escape" else "N120"
        reader.add(trouble.line, trouble.column, message, hint, code, trouble.length)
    return Glossary(reader.entries(), tuple(reader.problems))

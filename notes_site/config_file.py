"""`site.yml` and the heads of folders to a frozen `Config`. Reads no file: text comes in, values and problems go out.

Invariant: an unknown key or a wrong value is an error at its place, with the nearest known key; the rest still holds.
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias

import msgspec

from notes_site.config import (
    KINDS,
    Analytics,
    Citations,
    Collection,
    Comments,
    Config,
    Hero,
    Images,
    KindOfStatement,
    Markdown,
    Math,
    NavigationItem,
    Numbering,
    Part,
    References,
    Search,
    Struct,
    Unit,
    default_prefix,
    is_full_address,
)
from notes_site.diagnostics import did_you_mean
from notes_site.frontmatter import trouble_diagnostic
from notes_site.kinds import ALIASES, BUILT_IN
from notes_site.macros import form_of
from notes_site.model import Diagnostic, Span
from notes_site.words import language_of, words_for
from notes_site.words import placeholders as names_in
from notes_site.yamltree import Tree, Value, load

_NESTED: Final[dict[tuple[type[Struct], str], type[Struct]]] = {
    (Config, "collections"): Collection,
    (Config, "math"): Math,
    (Config, "markdown"): Markdown,
    (Config, "images"): Images,
    (Config, "search"): Search,
    (Config, "navigation"): NavigationItem,
    (Config, "hero"): Hero,
    (Config, "comments"): Comments,
    (Config, "analytics"): Analytics,
    (Config, "numbering"): Numbering,
    (Config, "references"): References,
    (Config, "citations"): Citations,
    (Collection, "collections"): Collection,
    (Collection, "unit"): Unit,
    (Collection, "parts"): Part,
}
# mappings whose values are mappings of one kind
_NAMED: Final[dict[tuple[type[Struct], str], type[Struct]]] = {(Config, "kinds"): KindOfStatement}
_MODES: Final = ("all", "labelled", "none")
_CHOICES: Final[dict[tuple[type[Struct], str], tuple[str, ...]]] = {
    (Collection, "kind"): KINDS,
    (Collection, "order"): ("", "number", "date", "title", "path"),
    (Collection, "latest_by"): ("", "date", "updated"),
    (Config, "latest_by"): ("date", "updated"),
    (Math, "inline_double_dollar"): ("display", "inline"),
    **{(Numbering, name): _MODES for name in ("equations", "theorems", "figures", "tables", "listings")},
    (KindOfStatement, "style"): ("", "theorem", "definition", "remark"),
    (References, "case"): ("title", "sentence", "lower"),
    (Citations, "style"): ("alphabetic", "numeric", "author-year"),
    (Comments, "mapping"): ("pathname", "url", "title", "og:title"),
}
_WORDS: Final = {
    "array": "a list", "object": "a mapping", "str": "text", "int": "a number", "float": "a number",
    "bool": "true or false", "null": "nothing",
}  # fmt: skip


def _in_words(said: str) -> str:
    """What msgspec says, in the author's words: "Expected `array | null`, got `str`" is "expected a list, not text"."""
    found = re.match(r"Expected `(.*)`, got `(.*?)`", said)
    if found is None:
        return said.partition(" - at")[0]
    wanted, given = ([_WORDS.get(word, word) for word in part.split(" | ")] for part in found.groups())
    return f"expected {' or '.join(word for word in wanted if word != 'nothing')}, not {given[0]}"


class _Reader:
    """Walks the values beside the types: drops what the types do not know, and says so."""

    def __init__(self, tree: Tree, path: str, lines: list[str], offset: int, *, macros: bool) -> None:
        self.tree, self.path, self.lines, self.offset, self.macros = tree, path, lines, offset, macros
        self.problems: list[Diagnostic] = []

    def report(self, keys: tuple[str | int, ...], message: str, hint: str = "", code: str = "N015") -> None:
        self._add(code, self.tree.place(*keys), 1, message, hint)

    def report_name(self, keys: tuple[str | int, ...], message: str, hint: str) -> None:
        """A problem with a key rather than with its value."""
        self._add("N015", self.tree.names.get(keys) or self.tree.place(*keys), len(str(keys[-1])), message, hint)

    def _add(self, code: str, place: tuple[int, int], length: int, message: str, hint: str) -> None:
        line, column = place[0] + self.offset, place[1]
        excerpt = self.lines[line - 1] if line <= len(self.lines) else ""
        self.problems.append(Diagnostic(code, message, Span(self.path, line, column, length), excerpt, hint))

    def struct(self, value: dict[str, Value], kind: type[Struct], keys: tuple[str | int, ...]) -> dict[str, Value]:
        kept: dict[str, Value] = {}
        fields = {field.name: field for field in msgspec.structs.fields(kind)}
        for key, written in value.items():
            here = (*keys, key)
            if key not in fields:
                self.report_name(here, f'unknown key "{key}"', did_you_mean(key, fields))
                continue
            entry = self.normalise(written, kind, key, here)
            choices = _CHOICES.get((kind, key))
            if choices and entry not in choices:
                names = ", ".join(choice for choice in choices if choice)
                self.report(here, f'"{key}" is {entry!r}', f"use one of {names}")
                continue
            if entry is None:
                continue
            try:
                msgspec.convert(entry, fields[key].type)
            except (msgspec.ValidationError, TypeError, ValueError) as problem:
                self.report(here, f'"{key}": {_in_words(str(problem))}')
                continue
            if key == "macros" and self.macros and isinstance(entry, dict):
                self.check_macros(entry, here)
            kept[key] = entry
        missing = [f.name for f in fields.values() if f.required and f.name not in kept]
        if missing:
            self.report(keys, f'"{missing[0]}" is missing')
            kept.update(dict.fromkeys(missing, ""))
        return kept

    def check_macros(self, entry: dict[str, Value], keys: tuple[str | int, ...]) -> None:
        """Report the macros that cannot be used; those that can are found again where notes are parsed."""
        from notes_site.tex import parse_macros

        bodies: dict[str, str | list[object]] = {}
        for name, body in entry.items():
            form = form_of(body)
            bodies[name] = [body] if form is None else form if isinstance(form, str) else list(form)
        for name, problem in parse_macros(bodies)[1]:
            code = "N023" if problem.kind == "expansion-limit" else "N022"
            self.report((*keys, name), f"{name}: {problem.message}", problem.hint or "", code)

    def kind(self, value: Value, keys: tuple[str | int, ...]) -> dict[str, Value]:
        """What is said of a kind; a text is its name."""
        if isinstance(value, dict):
            return value
        if isinstance(value, (list, bool)):
            given = "a list" if isinstance(value, list) else "true or false"
            self.report(keys, f'"{keys[-1]}": expected a name or a mapping, not {given}')
            return {}
        return {"name": value}

    def check_counters(self, kinds: dict[str, dict[str, Value]], keys: tuple[str | int, ...]) -> None:
        """Drop the counters that continue the numbers of no kind, and report them."""
        known = {*kinds, *(kind.name for kind in BUILT_IN)}
        for name, kind in kinds.items():
            counter = str(kind.get("counter") or "")
            if counter and counter not in known:
                del kind["counter"]
                self.report(
                    (*keys, name, "counter"), f'no kind is called "{counter}"', did_you_mean(counter, sorted(known))
                )

    def check_prefixes(self, kinds: dict[str, dict[str, Value]], keys: tuple[str | int, ...]) -> None:
        """Report the kinds whose labels would begin as those of another do; of these, the built-in or the first holds.

        By what a built-in kind is also known, another may be, if its author says so.
        """
        said = {name: str(kind.get("prefix") or "") for name, kind in kinds.items()}
        built_in = {kind.name: kind.prefix for kind in BUILT_IN}
        owners = {prefix: name for name, prefix in built_in.items() if prefix and not said.get(name)}
        for name, given in said.items():
            if name in built_in and not given:
                continue
            prefix = given or default_prefix(name)
            other = owners.setdefault(prefix, name if given else ALIASES.get(prefix, name))
            if other == name:
                continue
            message = f'labels of "{name}" would begin with "{prefix}-", as those of "{other}" do'
            if given:
                del kinds[name]["prefix"]
                self.report((*keys, name, "prefix"), message, "give it another")
            else:
                self.report_name((*keys, name), message, "give it a `prefix` of its own")

    def words(self, given: dict[str, Value], keys: tuple[str | int, ...], *, nested: bool = False) -> dict[str, Value]:
        """The words that a site says instead, without those that nobody would say."""
        known = words_for("en")
        kept: dict[str, Value] = {}
        for key, said in given.items():
            here = (*keys, key)
            default = known.get(key)
            if isinstance(said, dict) and not nested:
                if language_of(key):
                    kept[key] = self.words(said, here, nested=True)
                else:
                    self.report_name(here, f'"{key}" is not a language', "write a language as de or pt-BR")
            elif default is None:
                names = [name for name, _ in known.pairs]
                self.report_name(here, f'unknown word "{key}"', did_you_mean(key, names))
            elif not isinstance(said, str):
                self.report(here, f'"{key}" is not text', "put it in quotes")
            elif wrong := sorted(names_in(said) - names_in(default)):
                right = ", ".join(f"{{{name}}}" for name in sorted(names_in(default)))
                hint = f"it has {right}" if right else "it has none"
                self.report(here, f'"{key}" has no placeholder {{{wrong[0]}}}', hint)
            else:
                kept[key] = said
        return kept

    def normalise(self, value: Value, kind: type[Struct], key: str, keys: tuple[str | int, ...]) -> Value:
        if kind is Config and key == "words" and isinstance(value, dict):
            return dict(self.words(value, keys))
        nested = _NESTED.get((kind, key))
        if nested is not None:
            if isinstance(value, dict):
                return self.struct(value, nested, keys)
            if isinstance(value, list):
                return [
                    self.struct(entry, nested, (*keys, i)) if isinstance(entry, dict) else entry
                    for i, entry in enumerate(value)
                ]
            return value
        named = _NAMED.get((kind, key))
        if named is not None and isinstance(value, dict):
            made = {
                str(name): self.struct(self.kind(entry, (*keys, name)), named, (*keys, name))
                for name, entry in value.items()
            }
            self.check_counters(made, keys)
            self.check_prefixes(made, keys)
            return dict(made)
        if key == "chapters" and isinstance(value, dict):
            return {str(number): str(title) for number, title in value.items()}
        annotation = str(msgspec.structs.fields(kind)[[f.name for f in msgspec.structs.fields(kind)].index(key)].type)
        if isinstance(value, str) and annotation.startswith("tuple[str"):
            return [value]
        if isinstance(value, (int, float)) and not isinstance(value, bool) and annotation == "<class 'str'>":
            return str(value)
        return value


def read(text: str, path: str = "site.yml") -> tuple[Config, tuple[Diagnostic, ...]]:
    """The configuration that `text` says, with defaults for the rest, and what is wrong with it."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    tree = load(text)
    lines = text.split("\n")
    reader = _Reader(tree, path, lines, 0, macros=True)
    reader.problems.extend(trouble_diagnostic(trouble, path, lines, 0) for trouble in tree.troubles)
    values = reader.struct(tree.values, Config, ())
    if values.get("base_url") and not is_full_address(str(values["base_url"])):
        message = f'"{values.pop("base_url")}" is not a full address'
        reader.report(("base_url",), message, "write it as https://example.org/notes/")
    for key, check in (("comments", _wrong_comments), ("analytics", _wrong_analytics)):
        given = values.get(key)
        if isinstance(given, dict) and (wrong := check(given)):
            del values[key]
            reader.report((key, *wrong[0]), *wrong[1:])
    if not language_of(str(values.get("lang", "en"))):
        reader.report(("lang",), f'"{values.pop("lang")}" is not a language', "write a language as de or pt-BR")
    return msgspec.convert(values, Config), tuple(reader.problems)


# where a mistake is, what it is, and a hint
_Wrong: TypeAlias = tuple[tuple[str, ...], str, str]


def _wrong_comments(given: dict[str, Value]) -> _Wrong | None:
    """What giscus could not do its work with."""
    names = ("repo", "repo_id", "category", "category_id")
    missing = [name for name in names if not given.get(name)]
    if missing:
        return (), f'comments need "{missing[0]}"', "giscus.app gives all four names for a repository"
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", str(given["repo"])):
        return ("repo",), f'"{given["repo"]}" is not a repository', "write it as owner/name"
    return None


def _wrong_analytics(given: dict[str, Value]) -> _Wrong | None:
    """What no page should ask for, or could not say."""
    src, attributes = str(given.get("src") or ""), given.get("attributes")
    if not is_full_address(src) and not re.fullmatch(r"/[\w./-]+", src):
        return ("src",) if src else (), "analytics need the address of a script", "write src: https://…/script.js"
    for name in attributes if isinstance(attributes, dict) else ():
        if not re.fullmatch(r"data-[a-z0-9-]+|integrity|crossorigin|referrerpolicy", str(name)):
            return ("attributes", str(name)), f'"{name}" is no attribute of such a script', "data-… is"
    return None


# what a folder's `index.md` may say and no other note
ONLY_COLLECTIONS: Final = frozenset(("unit", "kind", "strip", "chapters", "parts", "latest", "latest_by", "print"))


def read_collection(tree: Tree, path: str, text: str) -> tuple[Collection, tuple[Diagnostic, ...]]:
    """What the front matter of a folder's `index.md` says of its collection; other keys of a note are let pass."""
    fields = {field.name for field in msgspec.structs.fields(Collection)} - {"include", "exclude", "collections"}
    values = {key: value for key, value in tree.values.items() if key in fields}
    if "order" in values and not isinstance(values["order"], str):
        del values["order"]
    # the macros of a note are checked where it is parsed
    reader = _Reader(tree, path, text.split("\n"), 1, macros=False)
    kept = reader.struct(values, Collection, ())
    return msgspec.convert(kept, Collection), tuple(reader.problems)

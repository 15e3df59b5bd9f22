"""`site.yml` to a frozen `Config`. Reads no file: the text comes in, the configuration and its problems go out.

Invariant: an unknown key or a wrong value is an error at its place, with the nearest known key; the rest still holds.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, TypeAlias

import msgspec

from notes_site.diagnostics import did_you_mean
from notes_site.frontmatter import trouble_diagnostic
from notes_site.kinds import ALIASES, BUILT_IN, Counting, Kind
from notes_site.macros import form_of
from notes_site.model import Diagnostic, Span
from notes_site.words import is_english, is_unit, language_of, words_for
from notes_site.words import placeholders as names_in
from notes_site.yamltree import Tree, Value, load

KINDS: Final = ("series", "papers", "topics", "stream")


class Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping of the configuration: frozen, with no unknown key."""


class Unit(Struct, frozen=True):
    """The word for the entries of a collection: one chapter, many chapters."""

    one: str = "note"
    many: str = ""

    def of(self, count: int, lang: str = "en") -> str:
        """The word in the number that `count` asks for. The plural of a word that is not English is not guessed."""
        if count == 1 or self.many:
            return self.one if count == 1 else self.many
        return plural(self.one) if is_english(lang) or is_unit(self.one) else self.one


class Part(Struct, frozen=True):
    """A part of a book: its title and the numbers of its chapters."""

    title: str
    chapters: tuple[int | str, ...] = ()


class Collection(Struct, frozen=True):
    """A declared collection: which notes it holds and how they are shown."""

    title: str = ""
    slug: str = ""
    icon: str = ""
    description: str = ""
    unit: str | Unit = ""
    kind: str = "series"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    strip: tuple[str, ...] = ()
    chapters: dict[str, str] = {}
    parts: tuple[Part, ...] = ()
    latest: int | None = None
    latest_by: str = ""
    order: str = ""
    print: bool | None = None
    macros: dict[str, Any] = {}
    collections: tuple[Collection, ...] = ()


class Math(Struct, frozen=True):
    """How formulas are read: macros of the whole site, and what `$$…$$` inside a paragraph means."""

    macros: dict[str, Any] = {}
    inline_double_dollar: str = "display"


class Markdown(Struct, frozen=True):
    """Which habits of Markdown hold: raw HTML, typographic quotes, single line breaks kept."""

    html: bool = True
    smart: bool = True
    breaks: bool = False


class Numbering(Struct, frozen=True):
    """What has numbers: `all`, what is `labelled`, or `none`; and how deep headings are numbered."""

    equations: str = "labelled"
    theorems: str = "all"
    figures: str = "labelled"
    tables: str = "labelled"
    listings: str = "labelled"
    sections: int = 0
    chapters: bool = True


class KindOfStatement(Struct, frozen=True):
    """A kind of theorem: its words, the prefix of its labels, and the kind whose numbers it continues."""

    name: str = ""
    plural: str = ""
    short: str = ""
    short_plural: str = ""
    prefix: str = ""
    counter: str = ""
    style: str = ""
    numbered: bool | None = None


class References(Struct, frozen=True):
    """How references read: with capital or small letters, abbreviated or not, with the note or the collection that a
    number is of; whether unused labels are reported, and whether every label has a permanent address.
    """

    case: str = "title"
    short: bool = False
    where: bool = True
    unused: bool = False
    permanent: bool = True


class Citations(Struct, frozen=True):
    """How works are cited, and whether the bibliography lists all works or those that are cited."""

    style: str = "alphabetic"
    all: bool = False


class NavigationItem(Struct, frozen=True):
    """One entry of the bar at the top: a title and where it leads (a source file, an address, or a URL)."""

    title: str
    to: str


class Comments(Struct, frozen=True):
    """Comments by giscus, which keeps them in the discussions of a repository; its four names are what giscus gives."""

    repo: str = ""
    repo_id: str = ""
    category: str = ""
    category_id: str = ""
    mapping: str = "pathname"


class Analytics(Struct, frozen=True):
    """A script that counts visits: its address, and the attributes that it asks for."""

    src: str = ""
    attributes: dict[str, str] = {}


class Hero(Struct, frozen=True):
    """The head of the home page, when it should say other words than the site's title and description."""

    title: str = ""
    text: str = ""


class Images(Struct, frozen=True):
    """Whether pictures are offered in several widths, in which (pixels), and the quality of what is lossy."""

    variants: bool = True
    widths: tuple[Annotated[int, msgspec.Meta(ge=16, le=8192)], ...] = (480, 800, 1280, 1920)
    quality: Annotated[int, msgspec.Meta(ge=1, le=100)] = 80


class Search(Struct, frozen=True):
    """What readers may search: the text of notes, the formulas in them."""

    text: bool = True
    formulas: bool = True


class Config(Struct, frozen=True):
    """Everything that `site.yml` may say; each field is documented in the guide under its own name."""

    title: str = "Notes"
    description: str = ""
    base_url: str = ""
    lang: str = "en"
    words: dict[str, str | dict[str, str]] = {}
    author: str = ""
    content: str = "content"
    output: str = "public"
    templates: str = "templates"
    static: str = "static"
    icon: str = ""
    ignore: tuple[str, ...] = ()
    collections: tuple[Collection, ...] = ()
    navigation: tuple[NavigationItem, ...] = ()
    hero: Hero = Hero()
    comments: Comments = Comments()
    analytics: Analytics = Analytics()
    latest: int = 4
    latest_by: str = "date"
    math: Math = Math()
    markdown: Markdown = Markdown()
    images: Images = Images()
    numbering: Numbering = Numbering()
    kinds: dict[str, KindOfStatement] = {}
    references: References = References()
    bibliography: tuple[str, ...] = ()
    citations: Citations = Citations()
    glossary: str = ""
    edit_url: str = ""
    cite: bool = False
    print: bool = True
    footer: str = ""
    feed_entries: int = 20
    git_dates: bool = True
    graph: bool = True
    search: bool | Search = True
    drafts: bool = False

    @property
    def urls(self) -> str:
        """The address of the site with a slash at its end, or an empty string when it is not known."""
        return f"{self.base_url.rstrip('/')}/" if self.base_url else ""

    @property
    def searched(self) -> Search:
        """What readers may search; `search` may say it in one word."""
        return self.search if isinstance(self.search, Search) else Search(self.search, self.search)

    @property
    def searchable(self) -> bool:
        """Whether there is anything that readers may search."""
        return self.searched.text or self.searched.formulas


_IRREGULAR = {"thesis": "theses", "axis": "axes", "child": "children", "person": "people"}


def plural(word: str) -> str:
    """The English plural of a unit: chapter, entry, proof, class."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    return word + ("es" if re.search(r"(s|x|z|ch|sh)$", word) else "s")


def unit_of(unit: str | Unit, fallback: str = "note") -> Unit:
    return unit if isinstance(unit, Unit) else Unit(one=unit or fallback)


def default_prefix(name: str) -> str:
    """How the labels of a kind of a site begin, where it does not say so."""
    return name[:3].lower()


def kinds_of(config: Config) -> tuple[Kind, ...]:
    """The kinds of a site: the built-in ones, changed as its configuration says, and its own."""
    known = {kind.name: kind for kind in BUILT_IN}
    for name, given in config.kinds.items():
        before = known.get(name) or Kind(name, default_prefix(name))
        known[name] = Kind(
            name,
            given.prefix or before.prefix,
            before.family,
            given.counter or before.counter,
            given.style or before.style,
            before.numbered if given.numbered is None else given.numbered,
        )
    return tuple(known.values())


def words_of(config: Config) -> dict[str, str]:
    """What the configuration calls kinds: one, many, and both abbreviated, by the keys of these words."""
    made: dict[str, str] = {}
    built_in = {kind.name for kind in BUILT_IN}
    for name, given in config.kinds.items():
        one = given.name or ("" if name in built_in else name.capitalize())
        many = given.plural or (one and f"{one}s")
        short = given.short or one
        names = {"": one, "_many": many, "_short": short, "_short_many": given.short_plural or given.short or many}
        made |= {f"kind_{name}{ending}": text for ending, text in names.items() if text}
    return made


def counting_of(config: Config) -> Counting:
    """What a site numbers."""
    given = config.numbering
    return Counting(given.equations, given.theorems, given.figures, given.tables, given.listings, given.sections)


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
# `https://example.org/notes`
_FULL_ADDRESS: Final = re.compile(r"https?://[^\s/?#]+(?:/[^\s?#]*)?")


def is_full_address(url: str) -> bool:
    """Whether a text can be the address of a site."""
    return _FULL_ADDRESS.fullmatch(url) is not None


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

"""Front matter: YAML or TOML at the head of a note, in every neighbour's habit, to one `Settings`. Reads no file.

Invariant: never raises; a value that cannot be understood is reported at its place and left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from notes_site import address, tomltree
from notes_site.macros import form_of
from notes_site.model import Diagnostic, Paper, Settings, Span
from notes_site.words import language_of
from notes_site.yamltree import Tree, Trouble, Value, load

T = TypeVar("T")

TROUBLE_CODES = {"syntax": "N010", "duplicate": "N011", "bomb": "N014", "escape": "N019"}

# The keys that this module understands; whatever else stands in a note is kept for templates.
KEYS: dict[str, tuple[str, ...]] = {
    "title": ("title",),
    "subtitle": ("subtitle",),
    "date": ("date", "created", "published", "pubDate", "publishDate"),
    "updated": ("date-modified", "updated", "modified", "lastmod", "last_modified_at", "dateModified"),
    "summary": ("description", "summary", "abstract", "excerpt"),
    "tags": ("tags", "categories", "keywords"),
    "hidden": ("draft", "publish", "published"),
    "weight": ("order", "weight", "nav_order", "sidebar_position"),
    "number": ("number",),
    "slug": ("slug",),
    "permalink": ("permalink", "url"),
    "aliases": ("aliases", "redirect_from", "alias"),
    "authors": ("author", "authors"),
    "image": ("image", "thumbnail", "cover"),
    "toc": ("toc",),
    "numbering": ("numbering", "number-sections"),
    "lang": ("lang", "language"),
    "series": ("series",),
    "bibliography": ("bibliography",),
    "label": ("label",),
    "icon": ("icon",),
    "featured": ("featured", "pinned"),
    "paper": ("paper",),
    "macros": ("macros",),
}
NO_TREE = Tree({}, {})
_KNOWN = {key for keys in KEYS.values() for key in keys}


class _Form(Struct, frozen=True):
    """How front matter is written: the line that opens it, the whole of it, a line of it that has a key, its reader."""

    fence: str
    whole: re.Pattern[str]
    key: re.Pattern[str]
    load: Callable[[str], Tree]

    def knows(self, inner: str) -> bool:
        """Whether a line of `inner` has a key that notes have."""
        return any(found[1] in _KNOWN for found in self.key.finditer(inner))


_FORMS = (
    _Form(
        "---",
        # `---`, anything, then `---` or `...` on a line of its own
        re.compile(r"---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL),
        re.compile(r"^([A-Za-z_-]+):", re.MULTILINE),
        load,
    ),
    _Form(
        "+++",
        # the same with `+++`, which is Hugo's sign for TOML
        re.compile(r"\+\+\+[ \t]*\n(.*?\n)?\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL),
        re.compile(r"^[ \t]*([A-Za-z_-]+)[ \t]*=", re.MULTILINE),
        tomltree.load,
    ),
)
_BLANK = re.compile(r"(?:[ \t]*\n)*")


class FrontMatter(Struct, frozen=True):
    """A note's front matter, read; `body` is the rest of the text, which begins after `lines` lines of the file."""

    settings: Settings
    body: str
    lines: int
    macros: tuple[tuple[str, str | tuple[str | int, ...]], ...] = ()
    tree: Tree = NO_TREE
    problems: tuple[Diagnostic, ...] = ()

    def place(self, *keys: str) -> tuple[int, int]:
        """Line and column in the file of the first of `keys` that the front matter has."""
        for key in keys:
            if (key,) in self.tree.places:
                line, column = self.tree.places[(key,)]
                return line + 1, column
        return 1, 1


def _date_from_text(text: str) -> datetime | None:
    text = text.strip()
    iso = text.replace("Z", "+00:00") if text.endswith("Z") else text
    try:
        return datetime.fromisoformat(iso)
    except ValueError:
        pass
    for form in (
        "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%m/%d/%Y", "%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y",
        "%Y-%m", "%Y", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S %z", "%a, %d %b %Y %H:%M:%S %z",
    ):  # fmt: skip
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is added by the caller
        except ValueError:
            continue
    return None


def to_datetime(value: Value) -> datetime | None:
    """A moment in UTC from a YAML date, a YAML timestamp, or text in one of the usual forms; None when it is none."""
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = datetime.combine(value, time())
    elif isinstance(value, str):
        found = _date_from_text(value)
        if found is None:
            return None
        moment = found
    elif isinstance(value, int) and not isinstance(value, bool) and 1000 <= value <= 9999:
        moment = datetime(value, 1, 1, tzinfo=UTC)
    else:
        return None
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None


def to_text(value: Value) -> str | None:
    if value is None or isinstance(value, (list, dict)):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip()


def to_language(value: Value) -> str | None:
    """The code of a language: `de`, `pt-BR`; `pt_BR` is one too."""
    text = to_text(value)
    return text.strip().replace("_", "-") if text and language_of(text) else None


def _texts(value: Value, separator: str | None) -> tuple[str, ...] | None:
    """A list of texts from a list, or from text cut at `separator`; a mapping with a name counts as its name."""
    if isinstance(value, list):
        found = []
        for entry in value:
            named = entry.get("name") if isinstance(entry, dict) else entry
            text = to_text(named)
            if text is None:
                return None
            found.append(text)
        return tuple(text for text in found if text)
    if isinstance(value, dict):
        text = to_text(value.get("name"))
        return None if text is None else (text,)
    text = to_text(value)
    if text is None:
        return None
    parts = text.split(separator) if separator else [text]
    return tuple(part.strip() for part in parts if part.strip())


def _tags(value: Value) -> tuple[str, ...] | None:
    found = _texts(value, "," if isinstance(value, str) and "," in value else None)
    return None if found is None else tuple(dict.fromkeys(tag.lstrip("#") for tag in found if tag.lstrip("#")))


def _authors(value: Value) -> tuple[str, ...] | None:
    return _texts(value, None)


def _aliases(value: Value) -> tuple[str, ...] | None:
    return _texts(value, None)


def _flag(value: Value) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "yes", "on", "false", "no", "off"):
        return value.lower() in ("true", "yes", "on")
    return None


# how a collection is sorted, which its `index.md` says under a key that is a weight in other notes
_ORDERS = ("number", "date", "title", "path")


def _number(value: Value) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return float(value)
    try:
        return float(str(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def _image(value: Value) -> str | None:
    if isinstance(value, dict):
        return to_text(value.get("path") or value.get("src") or value.get("url"))
    return to_text(value)


def _paper(value: Value) -> Paper | None:
    """A mapping with title, authors, venue, year, links, bibtex; a text is the key of a work in the bibliography."""
    if isinstance(value, str):
        return Paper(key=value.strip().removeprefix("@"))
    if not isinstance(value, dict):
        return None
    links = value.get("links")
    pairs: list[tuple[str, str]] = []
    if isinstance(links, dict):
        pairs = [(str(name), str(to_text(url) or "")) for name, url in links.items()]
    for name in ("arxiv", "doi", "code", "pdf"):
        url = to_text(value.get(name))
        if url:
            prefix = {"arxiv": "https://arxiv.org/abs/", "doi": "https://doi.org/"}.get(name, "")
            pairs.append((name, url if "://" in url else prefix + url))
    return Paper(
        title=to_text(value.get("title")) or "",
        authors=_texts(value.get("authors") or value.get("author"), None) or (),
        venue=to_text(value.get("venue")) or "",
        year=to_text(value.get("year")) or "",
        links=tuple((name, url) for name, url in pairs if url),
        bibtex=(to_text(value.get("bibtex")) or "").strip(),
        key=(to_text(value.get("key")) or "").removeprefix("@"),
    )


def _macros(value: Value) -> tuple[tuple[str, str | tuple[str | int, ...]], ...] | None:
    if not isinstance(value, dict):
        return None
    found: list[tuple[str, str | tuple[str | int, ...]]] = []
    for name, body in value.items():
        form = form_of(body)
        if form is None:
            return None
        found.append((name, form))
    return tuple(found)


def trouble_diagnostic(trouble: Trouble, path: str, lines: list[str], offset: int) -> Diagnostic:
    """A trouble of YAML or TOML at its place in the file; `offset` lines of the file stand before that."""
    line = trouble.line + offset
    excerpt = lines[line - 1] if 0 < line <= len(lines) else ""
    message, _, hint = trouble.message.partition("; ")
    return Diagnostic(
        TROUBLE_CODES[trouble.kind], message, Span(path, line, trouble.column, trouble.length), excerpt, hint
    )


def read(text: str, path: str) -> FrontMatter:
    """Split a note into front matter and body, and read the first. `text` has `\\n` line ends and no BOM.

    Blank lines before it are let pass where it has a key that notes have.
    """
    found = _BLANK.match(text)
    above = found.end() if found else 0
    form = next((form for form in _FORMS if text.startswith(form.fence, above)), None)
    if form is None:
        return FrontMatter(Settings(), text, 0)
    whole = form.whole.match(text, above)
    if whole is None:
        return _unclosed(text, path, above, form)
    inner = whole[1] or ""
    if inner.strip():
        meant = form.knows(inner) if above else form.fence == "---" or form.key.search(inner) is not None
    else:
        meant = not inner and not above
    if not meant:
        return FrontMatter(Settings(), text, 0)
    # the blank lines come along, so that places count from the first line but one
    tree = form.load(text[:above] + inner)
    if not tree.values and any("a mapping" in t.message for t in tree.troubles):
        # Two thematic breaks with prose between them are not front matter.
        return FrontMatter(Settings(), text, 0)
    lines = text.split("\n")
    problems = [trouble_diagnostic(t, path, lines, 1) for t in tree.troubles]
    settings = _settings(tree, path, lines, problems)
    if any(trouble.loses for trouble in tree.troubles):
        settings = replace(settings, draft=settings.draft or _says_draft(inner))
    macros = tree.values.get("macros")
    pairs = _macros(macros) if macros is not None else ()
    if pairs is None:
        problems.append(_wrong(tree, "macros", "a mapping from a name to its TeX", path, lines))
    count = text.count("\n", 0, whole.end())
    return FrontMatter(settings, text[whole.end() :], count, pairs or (), tree, tuple(problems))


def _unclosed(text: str, path: str, above: int, form: _Form) -> FrontMatter:
    """A note that begins as front matter does, and has no end of it."""
    first, _, rest = text[above:].partition("\n")
    head = rest.split("\n\n", 1)[0]
    if first.rstrip() != form.fence or not form.key.match(rest) or (above and not form.knows(head)):
        return FrontMatter(Settings(), text, 0)
    line = text.count("\n", 0, above) + 1
    hint = f"add a line `{form.fence}`"
    problem = Diagnostic("N013", "front matter is never closed", Span(path, line, 1), first, hint)
    return FrontMatter(Settings(draft=_says_draft(head)), rest, line, problems=(problem,))


# `draft: true`, `draft = true`, `publish: no`, `published: false`; anything but the word that shows the note
_HIDES = re.compile(
    r"^(?:draft[ \t]*[:=](?![ \t]*(?:false|no|off)\b)|publish(?:ed)?[ \t]*[:=][ \t]*(?:false|no|off)\b)",
    re.MULTILINE | re.IGNORECASE,
)


def _says_draft(head: str) -> bool:
    """Whether front matter that cannot be read would hide its note: what was meant to be hidden stays so."""
    return _HIDES.search(head) is not None


def _hidden(tree: Tree, path: str, lines: list[str], problems: list[Diagnostic]) -> bool:
    """Whether a note is left out; a flag that cannot be understood is reported, and the note left out."""
    hidden = False
    for key, hides in (("draft", True), ("publish", False), ("published", False)):
        value = tree.values.get(key)
        flag = _flag(value)
        if flag is None and value not in (None, "") and not (key == "published" and to_datetime(value)):
            hint = "until it is, the note counts as a draft"
            problems.append(_wrong(tree, key, "true or false", path, lines, hint))
            hidden = True
        hidden = hidden or flag is hides
    return hidden


def _wrong(tree: Tree, key: str, expected: str, path: str, lines: list[str], hint: str = "") -> Diagnostic:
    return _place(tree, key, "N012", f'"{key}" is not {expected}', path, lines, hint)


def _place(tree: Tree, key: str, code: str, message: str, path: str, lines: list[str], hint: str = "") -> Diagnostic:
    """A problem with the value of a key of the front matter."""
    line, column = tree.place(key)
    line += 1
    excerpt = lines[line - 1] if line <= len(lines) else ""
    return Diagnostic(code, message, Span(path, line, column), excerpt, hint)


def _unsafe_addresses(tree: Tree, path: str, lines: list[str], url: str) -> list[Diagnostic]:
    """The addresses in the front matter that climb out of their folder, or hold nothing that a URL may."""
    found: list[Diagnostic] = []
    for key in (*KEYS["slug"], *KEYS["permalink"]):
        given = to_text(tree.values.get(key))
        if given and (".." in given.split("/") or (address.clean(given) == "/" and url != "/")):
            message = f'the address "{given}" is not safe; the page is at {url}'
            found.append(_place(tree, key, "N017", message, path, lines))
    return found


def _settings(tree: Tree, path: str, lines: list[str], problems: list[Diagnostic]) -> Settings:
    values = tree.values

    def first(name: str, convert: Callable[[Value], T | None], expected: str) -> T | None:
        for key in KEYS[name]:
            value = values.get(key)
            if value is None or value == "":
                continue
            made = convert(value)
            if made is not None:
                return made
            problems.append(_wrong(tree, key, expected, path, lines))
        return None

    # Quarto's own words for a date that it would look up while rendering
    values = {k: v for k, v in values.items() if v not in ("today", "now", "last-modified")}
    if values.get("order") in _ORDERS:
        values = {k: v for k, v in values.items() if k != "order"}
    hidden = _hidden(tree, path, lines, problems)
    if _flag(values.get("published")) is not None:
        values = {k: v for k, v in values.items() if k != "published"}
    tags: list[str] = []
    for key in KEYS["tags"]:
        if values.get(key) not in (None, ""):
            found = _tags(values[key])
            if found is None:
                problems.append(_wrong(tree, key, "a list of words", path, lines))
            else:
                tags.extend(found)
    slug, permalink = first("slug", to_text, "text"), first("permalink", to_text, "text")
    problems += _unsafe_addresses(tree, path, lines, address.note_url(path, slug, permalink))
    toc, numbering, featured = (first(n, _flag, "true or false") for n in ("toc", "numbering", "featured"))
    extra = tuple(
        (key, json.dumps(value, default=str, ensure_ascii=False, sort_keys=True))
        for key, value in sorted(values.items())
        if key not in _KNOWN
    )
    return Settings(
        title=first("title", to_text, "text"),
        subtitle=first("subtitle", to_text, "text") or "",
        date=first("date", to_datetime, "a date such as 2026-03-14"),
        updated=first("updated", to_datetime, "a date such as 2026-03-14"),
        summary=first("summary", to_text, "text"),
        tags=tuple(dict.fromkeys(tags)),
        draft=hidden,
        weight=first("weight", _number, "a number"),
        number=first("number", to_text, "a number such as 7.1"),
        slug=slug,
        permalink=permalink,
        aliases=first("aliases", _aliases, "a list of addresses") or (),
        authors=first("authors", _authors, "a name or a list of names") or (),
        image=first("image", _image, "a path"),
        toc=toc is not False,
        numbering=numbering is not False,
        lang=first("lang", to_language, "a language such as en"),
        series=first("series", to_text, "the slug of a collection"),
        bibliography=first("bibliography", _aliases, "the name of a .bib file, or a list of these") or (),
        label=first("label", to_text, "a label such as sec-intro") or "",
        icon=first("icon", to_text, "text") or "",
        featured=featured is True,
        paper=first("paper", _paper, "a mapping with title, authors, venue, year, links, bibtex"),
        extra=extra,
    )

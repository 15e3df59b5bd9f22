"""What the configuration and the heads of folders say, set as text: titles, descriptions, the footer.

Invariant: what is kept stands under a digest of all that was read for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

from notes_site import frontmatter
from notes_site.cache import Cache
from notes_site.collections import Folder
from notes_site.config import Collection, Config, counting_of, kinds_of, words_of
from notes_site.config_file import ONLY_COLLECTIONS, read_collection
from notes_site.glossary import NO_GLOSSARY, Glossary
from notes_site.macros import commented, form_of
from notes_site.markdown.options import MacroSource, Options
from notes_site.model import Diagnostic, Text, Value
from notes_site.packing import Unpackable, digest, pack, unpack
from notes_site.scan import Scan
from notes_site.words import PARSED, overrides_of

if TYPE_CHECKING:
    from concurrent.futures import Executor

Keys = tuple[str | int, ...]
GLOSSARY_KEY: Final = "glossary"
Row = TypeVar("Row")


def options_of(config: Config, found: Scan, glossary: Glossary = NO_GLOSSARY) -> Options:
    """The part of the configuration that a parse reads; where there are works, `@key` in a sentence is one."""
    return Options(
        html=config.markdown.html,
        smart=config.markdown.smart,
        breaks=config.markdown.breaks,
        inline_double_dollar=config.math.inline_double_dollar,
        macros=macros_of(config.math.macros),
        kinds=kinds_of(config),
        counting=counting_of(config),
        cites=bool(config.bibliography or found.works),
        lang=config.lang,
        words=overrides_of({**words_of(config), **config.words}, PARSED),
        terms=glossary.words,
    )


def macros_of(given: Mapping[str, object]) -> tuple[MacroSource, ...]:
    """Macros as a parse takes them; what cannot be one was reported where the configuration was read."""
    pairs: list[MacroSource] = []
    for name, body in given.items():
        form = form_of(body)
        if form is not None:
            pairs.append((name, form))
    return tuple(pairs)


class FolderRow(Value, frozen=True):
    """What the front matter of an `index.md` says of its folder, as the cache keeps it."""

    folder: Folder
    problems: tuple[Diagnostic, ...]


def read_folders(found: Scan, cache: Cache) -> tuple[tuple[Folder, ...], tuple[Diagnostic, ...]]:
    """The folders that an `index.md` makes collections, and what is wrong in it."""
    folders: list[Folder] = []
    problems: list[Diagnostic] = []
    for note in found.notes:
        folder, _, name = note.path.rpartition("/")
        if not folder or name.rpartition(".")[0] != "index" or name.endswith(".ipynb"):
            continue
        key = digest(note.path.encode(), note.digest.encode())
        row = _kept(cache, "folder", key, FolderRow)
        if row is None:
            text = found.source(note).data.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n")
            matter = frontmatter.read(text, note.path)
            said, wrong = read_collection(matter.tree, note.path, text)
            declared = not ONLY_COLLECTIONS.isdisjoint(matter.tree.values)
            row = FolderRow(Folder(folder, note.path, said, matter.settings.weight, declared), tuple(wrong))
            cache.put("folder", [(key, pack(row))])
        folders.append(row.folder)
        problems += row.problems
    return tuple(folders), tuple(problems)


def _kept(cache: Cache, stage: str, key: bytes, kind: type[Row]) -> Row | None:
    data = cache.get(stage, key)
    try:
        return unpack(data, kind) if data is not None else None
    except Unpackable:
        return None


class TextRow(Value, frozen=True):
    """A text of the configuration, set: the characters that its formulas need, what is wrong, and where it stands."""

    source: str
    text: Text
    glyphs: str
    problems: tuple[Diagnostic, ...]
    keys: Keys


class Texts(Value, frozen=True):
    """All texts of the configuration."""

    rows: tuple[TextRow, ...] = ()


Wanted = tuple[tuple[str, Keys, tuple[MacroSource, ...]], ...]


class TextReader:
    """The texts of one configuration: from the cache, or set, by an executor where there is one."""

    def __init__(
        self,
        config: Config,
        found: Scan,
        folders: Sequence[Folder],
        path: str,
        cache: Cache,
        glossary: Glossary = NO_GLOSSARY,
    ) -> None:
        self.wanted: Wanted = (*_config_texts(config, folders), *_more_texts(config, glossary))
        self.options, self.path, self.cache = options_of(config, found, glossary), path, cache
        self.key = digest(pack(self.wanted), pack(self.options), path.encode())
        self.kept = _kept(cache, "texts", self.key, Texts)

    def begin(self, executor: Executor | None) -> Callable[[], Texts]:
        """Have the texts set; what is returned waits for them."""
        if self.kept is not None:
            kept = self.kept
            return lambda: kept
        if executor is None:
            return lambda: self._keep(set_texts(self.options, self.wanted, self.path))
        pending = executor.submit(set_texts, self.options, self.wanted, self.path)
        return lambda: self._keep(pending.result())

    def _keep(self, data: bytes) -> Texts:
        self.cache.put("texts", [(self.key, data)])
        return unpack(data, Texts)


def set_texts(options: Options, wanted: Wanted, path: str) -> bytes:
    """Texts set and packed; `path` is that of the configuration."""
    from notes_site.markdown.parse import Parser

    parser = Parser(options)
    rows: list[TextRow] = []
    for source, keys, macros in wanted:
        text, glyphs, wrong = parser.free_text(source, path, macros)
        rows.append(TextRow(source, text, "".join(sorted(map(chr, glyphs))), wrong, keys))
    return pack(Texts(tuple(rows)))


def symbols_of(config: Config) -> tuple[tuple[str, str], ...]:
    """The macros of the site that have a comment: how each is shown, and what it means, both as they are written."""
    pairs = (commented(name, form) for name, form in macros_of(config.math.macros))
    return tuple(pair for pair in pairs if pair is not None)


def _more_texts(config: Config, glossary: Glossary) -> Iterator[tuple[str, Keys, tuple[MacroSource, ...]]]:
    """The symbols of the site, which are reported where they are defined, and the texts of the glossary.

    These have places in its file, which stand here below `glossary`.
    """
    for name, form in macros_of(config.math.macros):
        if row := commented(name, form):
            keys: Keys = ("math", "macros", name)
            yield row[0], (*keys, "example") if "example" in form[::2] else (), ()
            yield row[1], (*keys, "comment"), ()
    for source, keys in glossary.texts:
        yield source, (GLOSSARY_KEY, *keys), ()


def _config_texts(config: Config, folders: Sequence[Folder]) -> Iterator[tuple[str, Keys, tuple[MacroSource, ...]]]:
    """Each text of the configuration, its place there, and the macros of its collection.

    The texts of a folder's collection have no place: they are those of its note, and are reported there.
    """
    yield config.title, ("title",), ()
    yield config.description, ("description",), ()
    yield config.hero.title, ("hero", "title"), ()
    yield config.hero.text, ("hero", "text"), ()
    yield config.footer, ("footer",), ()
    for folder in folders:
        macros = macros_of(folder.config.macros)
        yield folder.config.title, (), macros
        yield folder.config.description, (), macros
    waiting: list[tuple[Collection, Keys, tuple[MacroSource, ...]]]
    waiting = [(entry, ("collections", i), ()) for i, entry in enumerate(config.collections)]
    while waiting:
        collection, keys, outer = waiting.pop()
        macros = (*outer, *macros_of(collection.macros))
        yield collection.title, (*keys, "title"), macros
        yield collection.description, (*keys, "description"), macros
        for name, form in macros_of(collection.macros):
            if row := commented(name, form):
                yield row[1], (*keys, "macros", name, "comment"), macros
        waiting += [(entry, (*keys, "collections", i), macros) for i, entry in enumerate(collection.collections)]

"""Files beside the notes that the whole site reads: bibliographies, the glossary, the numbers that were published.

Invariant: a file is opened only when somebody asks for its text; until then it is known by its digest.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec import Struct

from notes_site.cache import Cache
from notes_site.model import Diagnostic, Span, Value
from notes_site.packing import Unpackable, digest_of, pack, unpack
from notes_site.project import Project
from notes_site.scan import Scan
from notes_site.stamps import Stamps

if TYPE_CHECKING:
    from notes_site.bibliography import Library
    from notes_site.glossary import Glossary

Keys: TypeAlias = tuple[str | int, ...]
GLOSSARY: Final = "glossary.yml"
LOCK: Final = "numbers.lock"
# of stamps: these are digests of bytes, as those of assets, but of files that may lie outside the content
_KIND: Final = "beside "


class File(Value, frozen=True):
    """A file by the name under which it is spoken of; relative to the content folder if it lies there."""

    name: str
    place: str
    digest: str

    def text(self) -> str:
        """What it says; empty when it has gone. What is not UTF-8 is replaced."""
        with suppress(OSError):
            return Path(self.place).read_bytes().decode("utf-8", "replace").removeprefix("\ufeff")
        return ""


class Beside(Struct, frozen=True):
    """All of these files. `problems` are those of files that are named and not there, with where they are named."""

    works: tuple[File, ...] = ()
    glossary: File | None = None
    lock: File | None = None
    problems: tuple[tuple[Diagnostic, Keys], ...] = ()

    @property
    def digests(self) -> tuple[tuple[str, str], ...]:
        """What a build depends on."""
        rest = [file for file in (self.glossary, self.lock) if file is not None]
        return tuple((file.name, file.digest) for file in (*self.works, *rest))


def look_beside(project: Project, found: Scan, stamps: Stamps) -> Beside:
    """The files beside the notes: `.bib` files of the content folder, and those that the configuration names."""
    problems: list[tuple[Diagnostic, Keys]] = []
    works = {os.path.realpath(file.place): File(file.path, file.place, file.digest) for file in found.works}
    for i, name in enumerate(project.config.bibliography):
        file = _file(name, project.root, stamps)
        if file is None:
            hint = _read_already(name, project, found) or "its path is relative to the configuration"
            problem = Diagnostic("N112", f'there is no bibliography "{name}"', Span("site.yml"), "", hint)
            problems.append((problem, ("bibliography", i)))
        else:
            works.setdefault(os.path.realpath(file.place), file)
    named = project.config.glossary
    glossary = _first((named,) if named else (GLOSSARY,), (project.root, project.content), stamps)
    if named and glossary is None:
        problem = Diagnostic("N112", f'there is no glossary "{named}"', Span("site.yml"))
        problems.append((problem, ("glossary",)))
    lock = _file(LOCK, project.root, stamps)
    ordered = sorted(works.values(), key=lambda file: file.name)
    return Beside(tuple(ordered), glossary, lock, tuple(problems))


def _read_already(name: str, project: Project, found: Scan) -> str:
    """A hint where a bibliography of the content folder has the name of one that is not there."""
    wanted = name.removeprefix("./")
    here = next((file for file in found.works if file.path == wanted), None)
    here = here or next((file for file in found.works if os.path.basename(file.path) == os.path.basename(wanted)), None)
    if here is None:
        return ""
    place = os.path.relpath(project.content / here.path, project.root).replace(os.sep, "/")
    return f"{place} is read without being named here, as every .bib file among the notes is"


def read_works(beside: Beside, cache: Cache) -> Library:
    """The works of all bibliographies; from the cache while the files are the same."""
    from notes_site.bibliography import Library, read_library

    if not beside.works:
        return Library()
    key = digest_of(tuple((file.name, file.digest) for file in beside.works))
    data = cache.get("library", key)
    with suppress(Unpackable):
        if data is not None:
            return unpack(data, Library)
    library = read_library([(file.name, file.text()) for file in beside.works])
    cache.keep_only("library", ())
    cache.put("library", [(key, pack(library))])
    return library


def read_terms(beside: Beside, lang: str, cache: Cache) -> Glossary:
    """The entries of the glossary; from the cache while its file is the same."""
    from notes_site.glossary import NO_GLOSSARY, Glossary, read_glossary

    file = beside.glossary
    if file is None:
        return NO_GLOSSARY
    key = digest_of((file.name, file.digest, lang))
    data = cache.get("glossary", key)
    with suppress(Unpackable):
        if data is not None:
            return unpack(data, Glossary)
    glossary = read_glossary(file.text(), file.name, lang)
    cache.keep_only("glossary", ())
    cache.put("glossary", [(key, pack(glossary))])
    return glossary


def places(project: Project) -> tuple[str, ...]:
    """Where files may lie that are not in the content folder."""
    config = project.config
    names = (*config.bibliography, config.glossary or GLOSSARY, LOCK)
    return tuple(dict.fromkeys(os.path.realpath(project.root / name) for name in names))


def _first(names: Sequence[str], folders: Sequence[Path], stamps: Stamps) -> File | None:
    for folder in folders:
        for name in names:
            if (file := _file(name, folder, stamps)) is not None:
                return file
    return None


def _file(name: str, folder: Path, stamps: Stamps) -> File | None:
    place = folder / name
    try:
        if not place.is_file():
            return None
        return File(name, str(place), stamps.of(str(place), place.stat(), kind=_KIND).digest)
    except (OSError, ValueError):
        return None

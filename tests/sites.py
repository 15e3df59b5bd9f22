"""Small sites on the disk for tests: write them, build them, look at what came out."""

from __future__ import annotations

import html
import os
import re
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit

from html5lib import HTMLParser
from msgspec.structs import replace

from notes_site.beside import look_beside, read_terms, read_works
from notes_site.build import build
from notes_site.cache import NAME, Cache
from notes_site.config import Search
from notes_site.fonts import font_for
from notes_site.ground import Ground
from notes_site.house import house
from notes_site.inputs import scan
from notes_site.layout import Layout, index_of, lay, site_key
from notes_site.model import Diagnostic, Report
from notes_site.notes import read_notes
from notes_site.project import Project, find
from notes_site.scan import SHALLOW, git_dates, git_state
from notes_site.site import Site
from notes_site.stamps import Stamps
from notes_site.texts import TextReader, read_folders
from notes_site.theme import Theme
from notes_site.wishes import quiet

# what a build may write beside the site's own files
OURS: Final = ("site/public", "site/.notes-site")
_compiled: dict[bytes, bytes] = {}


@dataclass(frozen=True, slots=True)
class Own:
    """This project's own site: its pages below the root of a folder that can be served, and what their build said."""

    served: Path
    public: Path
    report: Report


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files under `folder`, with the folders that they need; returns `folder`."""
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def built(
    folder: Path,
    *,
    jobs: int = 1,
    write: bool = True,
    output: Path | None = None,
    base_url: str | None = None,
    drafts: bool = False,
    clean: bool = False,
    words: bool = True,
) -> Report:
    """The report of a build of the site in `folder`, through the door that the command line takes.

    Without `words` they cannot be searched, which spares a build the process of an indexer.
    """
    project = find(folder, output=output, base_url=base_url, drafts=drafts)
    if not words:
        search = Search(text=False, formulas=project.config.searched.formulas)
        project = replace(project, config=replace(project.config, search=search))
    if output is None:
        compiled_beforehand(project)
    return build(project, jobs=jobs, write=write, clean=clean)


def compiled_beforehand(project: Project) -> None:
    """Give a site without a cache the compiled templates of the default theme, which take most of a small build.

    Jinja knows them by their names and sources, so nothing but time depends on them.
    """
    if project.cache.is_symlink() or os.path.lexists(project.cache / NAME):
        return
    if not _compiled:
        with tempfile.TemporaryDirectory() as bare:
            kept = Cache(None, house())
            Theme(Path(bare, "templates"), Path(bare, "static"), Stamps({}), kept).warm()
            _compiled.update(kept.get_all("template"))
            kept.close()
    cache = Cache(project.cache, house())
    cache.put("template", _compiled.items())
    cache.commit()
    cache.close()


def indexed(folder: Path, *, drafts: bool = False) -> Site:
    """The index of the site in `folder`, as a build makes it."""
    return index_of(ground(find(folder, drafts=drafts)))


def laid(folder: Path, *, drafts: bool = False) -> Layout:
    """The layout of the site in `folder`, as a build makes it."""
    made = ground(find(folder, drafts=drafts))
    return lay(made, site_key(made), lambda glyphs: font_for(glyphs, cache=None), made.notes.doc)


def ground(project: Project) -> Ground:
    """What the layout of a site is made of, read anew and kept nowhere."""
    found, cache = scan(project), Cache(None, b"")
    folders, _ = read_folders(found, cache)
    beside = look_beside(project, found, Stamps({}))
    glossary = read_terms(beside, project.config.lang, cache)
    reader = TextReader(project.config, found, folders, project.config_file.name, cache, glossary)
    notes, texts = read_notes(
        project.config, found, folders, cache, jobs=1, progress=quiet, texts=reader, meanwhile=lambda: None
    )
    theme = Theme(project.templates, project.static, Stamps({}))
    state = git_state(project.content) if project.config.git_dates else ""
    dates = None if state == SHALLOW else git_dates(project.content) if state else {}
    library = read_works(beside, cache)
    return Ground(project, found, folders, texts, theme, notes, dates, beside, library, glossary)


def page(folder: Path, url: str) -> str:
    """What the built site in `folder` has at a URL such as `/series/note/`."""
    name = url.lstrip("/") + ("index.html" if url.endswith("/") else "")
    return (folder / "public" / name).read_text(encoding="utf-8")


def tree(folder: Path) -> dict[str, bytes]:
    """All files under a folder, by path."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def coded(report: Report, code: str) -> list[Diagnostic]:
    """The problems of a report with this code, in their order."""
    return [problem for problem in report.problems if problem.code == code]


def places(report: Report) -> list[tuple[str, str, int, int]]:
    """Code, path, line and column of every problem."""
    return [(p.code, p.span.path, p.span.line, p.span.column) for p in report.problems]


# one tag with its attributes, and one attribute of it
_TAG = re.compile(r"<[a-zA-Z][^<>]*>")
_ATTRIBUTE = re.compile(r"""\s([a-zA-Z:-]+)=(?:"([^"]*)"|'([^']*)')""")


def attributes(text: str, *names: str) -> list[str]:
    """The values of some attributes in a page, in their order."""
    found = (pair for tag in _TAG.finditer(text) for pair in _ATTRIBUTE.finditer(tag[0]))
    return [html.unescape(pair[2] or pair[3] or "") for pair in found if pair[1] in names]


def dead_links(public: Path, base: str = "/") -> list[tuple[str, str]]:
    """Each page with each link, script or picture of it that leads to no file, or to no element, of the built site.

    `base` is the path under which the site is served: a link that begins with `/` must begin with it.
    """
    pages = {p.relative_to(public).as_posix(): p.read_text("utf-8") for p in sorted(public.rglob("*.html"))}
    anchors = {name: set(attributes(text, "id")) for name, text in pages.items()}
    dead: list[tuple[str, str]] = []
    for name, text in pages.items():
        chosen = [part.split()[0] for value in attributes(text, "srcset") for part in value.split(", ")]
        for target in [*attributes(text, "href", "src"), *chosen]:
            if urlsplit(target).scheme or target.startswith("//"):
                continue
            if target.startswith("/") and not target.startswith(base):
                dead.append((name, target))
                continue
            joined = urlsplit(urljoin(f"http://host{base}{name}", target))
            path = unquote(joined.path).removeprefix(base)
            file = path + "index.html" if path.endswith("/") or not path else path
            fragment = unquote(joined.fragment)
            if not (public / file).is_file() or (fragment and fragment not in anchors.get(file, ())):
                dead.append((name, target))
    return dead


def html_errors(text: str) -> list[str]:
    """What the HTML standard's parser finds wrong in a page, each as `line:column error`."""
    parser = HTMLParser(strict=False)
    parser.parse(text)
    return [f"{line}:{column} {code} {dict(data)}" for (line, column), code, data in parser.errors]


def snapshot(folder: Path, without: tuple[str, ...] = OURS) -> dict[str, str]:
    """What lies under `folder`, links not followed, without some of its folders: kind, and bytes of files, by path."""
    found: dict[str, str] = {}
    for root, folders, names in os.walk(os.fsencode(folder)):
        inner = os.path.relpath(root, os.fsencode(folder)).decode("utf-8", "backslashreplace")
        if inner in without:
            folders.clear()
            continue
        for name in sorted(folders + names):
            place = os.path.join(root, name)
            mode = os.lstat(place).st_mode
            shown = f"{inner}/{name.decode('utf-8', 'backslashreplace')}".removeprefix("./")
            if shown in without:
                continue
            if stat.S_ISLNK(mode):
                found[shown] = f"link to {os.readlink(place)!r}"
            elif stat.S_ISREG(mode):
                with open(place, "rb") as stream:
                    found[shown] = f"{stat.S_IMODE(mode):o} {stream.read()!r}"
            else:
                found[shown] = stat.filemode(mode)
    return found


@contextmanager
def untouched(parent: Path, without: tuple[str, ...] = OURS) -> Iterator[None]:
    """Nothing under `parent` but the output folder and the cache of `parent/site` is changed."""
    before = snapshot(parent, without)
    yield
    after = snapshot(parent, without)
    assert after.keys() == before.keys()
    assert after == before

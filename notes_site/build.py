"""The conductor: scan, parse, index, plan, render, emit. The only module that knows the whole way.

Invariant: an author's mistake never ends a build; whatever can be made is made, and what was good before stays.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from notes_site import address, config, emit, frontmatter, images, yamltree
from notes_site import scan as scanning
from notes_site.collections import Folder, macros_for, plan
from notes_site.config import Collection, Config
from notes_site.diagnostics import did_you_mean, sort_problems
from notes_site.fonts import FontMissing, cut_math_font
from notes_site.link import BLOBS
from notes_site.markdown.draft import Options
from notes_site.markdown.parse import Parser, checked_macros
from notes_site.model import AssetFacts, Diagnostic, Doc, Facts, Link, Report, Source, Span, Target, Text
from notes_site.outputs.context import Context, MathFont
from notes_site.pool import Task, parse_all
from notes_site.project import CACHE_NAME, Project
from notes_site.scan import Scan
from notes_site.site import Files, Site
from notes_site.targets import OUTPUTS, Claim, unique
from notes_site.targets import plan as plan_targets
from notes_site.tex import Macro
from notes_site.theme import Theme, ThemeError, digest_of
from notes_site.trace import Recorder, Trace

# mistakes in front matter, which are said of drafts too: one of them may be why a note is hidden
HEAD_CODES = frozenset(("N010", "N011", "N012", "N013", "N014"))
LEDGER = "outputs.json"
ROBOTS = "/robots.txt"
IMAGE_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg")
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Clock:
    """How long each stage took, in seconds, in the order of the stages."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - start


@dataclass(frozen=True, slots=True)
class Parsed:
    """All notes, parsed, and what was learned on the way."""

    docs: tuple[Doc, ...]
    folders: tuple[Folder, ...]
    texts: Mapping[str, Text]
    glyphs: str
    problems: tuple[Diagnostic, ...]


def quiet(_stage: str, _done: int, _all: int) -> None:
    """Progress that nobody watches."""


class Overtaken(Exception):  # noqa: N818 - it names what happened
    """A newer change came while a build was under way; nothing of that build is written."""


class Memory:
    """What a process keeps between builds of one site."""


def never() -> bool:
    """A build that nothing overtakes."""
    return False


def build(
    project: Project,
    *,
    jobs: int = 0,
    write: bool = True,
    clean: bool = False,
    progress: Progress = quiet,
    memory: Memory | None = None,
    changed: frozenset[str] | None = None,
    overtaken: Callable[[], bool] = never,
    shown: Callable[[Report], None] | None = None,
) -> Report:
    """Build the site of `project`; without `write` everything is made and checked, and nothing is written.

    `memory` is that of earlier builds in this process; with it, `changed` may name the only files (absolute, real
    paths) that changed since. `overtaken` is asked between pages; when it says yes, `Overtaken` is raised. `shown` is
    called when all pages are written and only slower outputs (feeds, site map) are left to be made.
    """
    del memory, changed, overtaken, shown
    clock = Clock()
    reason = emit.refused(project.content, project.output, project.root) if write else None
    if reason:
        hint = "choose another with --output-dir, or keep the notes in a folder `content`"
        message = f"the site cannot be written to {project.output}: {reason}"
        problem = Diagnostic("N053", message, Span("site.yml"), "", hint)
        return Report(problems=(*project.problems, problem), failed=True)
    if write and clean:
        _drop_cache(project)
    theme = Theme(project.templates, project.static)
    with clock.time("scan"):
        found = scan(project)
    with clock.time("parse"):
        parsed = parse(project, found, jobs or os.cpu_count() or 1, progress)
    with clock.time("index"):
        site, docs = index(project, found, parsed)
        problems = [*project.problems, *found.problems, *parsed.problems, *site.problems]
        problems += [
            problem
            for doc in parsed.docs
            for problem in doc.facts.problems
            if doc.facts.path in docs or problem.code in HEAD_CODES
        ]
        navigation, wrong = resolve_navigation(project, site)
        problems += wrong
        if not docs:
            problems.append(Diagnostic("N051", f"there are no notes in {project.config.content}", Span("site.yml")))
    with clock.time("font"):
        font, font_files = math_font(project, parsed, docs, problems)
    context = Context(project.config, theme, docs.get, parsed.texts, font, navigation)
    with clock.time("render"):
        pages, failed = render(project, site, context, problems, progress)
    copied = copies(found, theme, docs)
    if any(file.claim.url == ROBOTS for file in copied):
        pages = [page for page in pages if page.claim.url != ROBOTS]  # the author's own says it better
    files = pages + font_files + copied
    lost, clashes = unique([file.claim for file in files])
    problems += clashes
    contents = [(address.output_path(file.claim.url), file.content) for i, file in enumerate(files) if i not in lost]
    problems += theme.problems
    made = emit.Emitted()
    if write and docs:
        with clock.time("emit"):
            if clean:
                emit.clean(project.output, project.cache / LEDGER)
            made = emit.emit(project.output, contents, project.cache / LEDGER)
        problems += made.problems
    return Report(
        made=made.written,
        kept=made.kept,
        removed=made.removed,
        problems=sort_problems(problems),
        seconds=tuple(clock.seconds.items()),
        notes=len(docs),
        formulas=sum(doc.facts.formulas for doc in docs.values()),
        failed=failed,
        external=tuple(link for doc in docs.values() for link in doc.facts.links if link.kind == "external"),
    )


def scan(project: Project) -> Scan:
    """The content folder, without what belongs to the machinery when that lies inside it."""
    exclude = (project.output, project.templates, project.static, project.cache, project.root / CACHE_NAME)
    return scanning.scan(project.content, project.config.ignore, exclude=exclude)


# -- parse ------------------------------------------------------------------------------------------------------------

# `series: optimization` in the head of a note, needed before the note is parsed for the macros of that series
_SERIES = re.compile(rb"\A(?:\xef\xbb\xbf)?---\s*\n(?:(?!---).*\n){0,60}?series:[ \t]*['\"]?([^'\"\s#]+)")


def parse(project: Project, found: Scan, jobs: int, progress: Progress = quiet) -> Parsed:
    """All notes of a scan, each with the macros of the collections that hold it."""
    problems: list[Diagnostic] = []
    folders = tuple(read_folders(found.sources, problems))
    series = {s.path: m[1].decode("utf-8", "replace") for s in found.sources if (m := _SERIES.match(s.data))}
    shelves = plan(project.config, folders, [source.path for source in found.sources], series)
    settings = project.config
    options = Options(
        html=settings.markdown.html,
        smart=settings.markdown.smart,
        breaks=settings.markdown.breaks,
        inline_double_dollar=settings.math.inline_double_dollar,
        macros=_macros(settings.math.macros),
    )
    tasks: list[Task] = []
    for source in found.sources:
        scope = [macro for shelf in macros_for(source.path, shelves) for macro in _macros(shelf.macros)]
        tasks.append((source, tuple(scope)))
    progress("parse", 0, len(tasks))
    docs = tuple(parse_all(tasks, options, jobs))
    progress("parse", len(tasks), len(tasks))
    plain_parser = Parser(options)
    texts: dict[str, Text] = {}
    glyphs: set[int] = set()
    for text, keys, macros in _config_texts(settings, folders):
        parser = Parser(replace(options, macros=(*options.macros, *macros))) if macros else plain_parser
        texts[text], used, wrong = parser.free_text(text, project.config_file.name)
        glyphs |= used
        if keys:
            problems += [_placed(problem, project.config_file, keys) for problem in wrong]
    return Parsed(docs, folders, texts, "".join(sorted(map(chr, glyphs))), tuple(problems))


def _macros(given: Mapping[str, object]) -> tuple[Macro, ...]:
    """The macros that work; the others were reported where they were read."""
    pairs: list[tuple[str, str | tuple[str | int, ...]]] = []
    for name, body in given.items():
        if isinstance(body, list) and all(isinstance(part, (str, int)) for part in body):
            pairs.append((name, tuple(body)))
        elif isinstance(body, (str, int, float)):
            pairs.append((name, str(body)))
    return checked_macros(tuple(pairs))[0]


def _placed(problem: Diagnostic, file: Path, keys: Keys) -> Diagnostic:
    """A problem in a text of the configuration, at the place of that text."""
    text = file.read_text("utf-8", "replace").removeprefix("\ufeff")
    line, column = yamltree.load(text).place(*keys)
    return replace(problem, span=Span(file.name, line, column), excerpt=text.splitlines()[line - 1])


def read_folders(sources: Sequence[Source], problems: list[Diagnostic]) -> Iterator[Folder]:
    """The folders that an `index.md` makes collections."""
    for source in sources:
        folder, _, name = source.path.rpartition("/")
        if not folder or name.rpartition(".")[0] != "index" or name.endswith(".ipynb"):
            continue
        text = source.data.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n")
        matter = frontmatter.read(text, source.path)
        said, wrong = config.read_collection(matter.tree, source.path, text)
        problems += wrong
        yield Folder(folder, source.path, said, matter.settings.weight)


Keys = tuple[str | int, ...]


def _config_texts(settings: Config, folders: Sequence[Folder]) -> Iterator[tuple[str, Keys, tuple[Macro, ...]]]:
    """Each text of the configuration, its place there, and the macros of its collection.

    The texts of a folder's collection have no place: they are those of its note, and are reported there.
    """
    yield settings.title, ("title",), ()
    yield settings.description, ("description",), ()
    yield settings.hero.title, ("hero", "title"), ()
    yield settings.hero.text, ("hero", "text"), ()
    yield settings.footer, ("footer",), ()
    for folder in folders:
        macros = _macros(folder.config.macros)
        yield folder.config.title, (), macros
        yield folder.config.description, (), macros
    waiting: list[tuple[Collection, Keys, tuple[Macro, ...]]]
    waiting = [(entry, ("collections", i), ()) for i, entry in enumerate(settings.collections)]
    while waiting:
        collection, keys, outer = waiting.pop()
        macros = (*outer, *_macros(collection.macros))
        yield collection.title, (*keys, "title"), macros
        yield collection.description, (*keys, "description"), macros
        waiting += [(entry, (*keys, "collections", i), macros) for i, entry in enumerate(collection.collections)]


# -- index ------------------------------------------------------------------------------------------------------------


def index(project: Project, found: Scan, parsed: Parsed) -> tuple[Site, dict[str, Doc]]:
    """The Site of all notes that are shown, and their Docs by path."""
    settings = project.config
    shown = {doc.facts.path: doc for doc in parsed.docs if settings.drafts or not doc.facts.settings.draft}
    hidden = frozenset(doc.facts.path for doc in parsed.docs) - shown.keys()
    facts = [doc.facts for doc in shown.values()]
    problems: list[Diagnostic] = []
    git: Mapping[str, tuple[datetime, datetime]] = {}
    if settings.git_dates:
        git, shallow = scanning.git_dates(project.content, sorted(shown))
        if shallow:
            git = {}
            problems.append(
                Diagnostic(
                    "N018", "this clone is shallow: dates are not read from git", Span(""), "", "fetch all of it"
                )
            )
    files = Files(_assets(found), _listings(found, facts), git)
    site = Site(settings, facts, parsed.folders, files, parsed.texts, hidden)
    if problems:
        site.problems = sort_problems([*site.problems, *problems])
    return site, shown


def _assets(found: Scan) -> dict[str, AssetFacts]:
    made: dict[str, AssetFacts] = {}
    for file in found.assets:
        width, height = images.size(file.file) if file.path.lower().endswith(IMAGE_ENDINGS) else (0, 0)
        made[file.path] = AssetFacts(file.path, address.asset_url(file.path), file.digest, width, height)
    return made


def _listings(found: Scan, facts: Sequence[Facts]) -> dict[str, str]:
    """The texts of the files that notes include as code."""
    files = {file.path: file.file for file in found.assets}
    made: dict[str, str] = {}
    for note in facts:
        for link in note.links:
            path = address.resolve(note.path, link.target) if link.kind == "include" else None
            if path and path in files and path not in made:
                made[path] = files[path].read_text("utf-8", "replace").replace("\r\n", "\n")
    return made


def resolve_navigation(project: Project, site: Site) -> tuple[tuple[tuple[str, str], ...], list[Diagnostic]]:
    """The bar at the top as (title, URL), and the entries that lead nowhere."""
    made: list[tuple[str, str]] = []
    problems: list[Diagnostic] = []
    for i, item in enumerate(project.config.navigation):
        if "://" in item.to or item.to.startswith("mailto:"):
            made.append((item.title, item.to))
            continue
        to, _, fragment = item.to.partition("#")
        found = site.destinations.follow("", Link("link", "/" + to.lstrip("/"), fragment, Span("")))
        if found.resolution is not None:
            made.append((item.title, found.resolution.url))
        if found.problem is not None:
            message = f'the navigation leads to "{item.to}": {found.problem.message}'
            urls = [*site.nodes_by_url, *site.urls_by_path.values()]
            hint = found.problem.hint or did_you_mean("/" + to.strip("/") + "/", urls)
            problem = replace(found.problem, message=message, hint=hint)
            problems.append(_placed(problem, project.config_file, ("navigation", i, "to")))
    return tuple(made), problems


# -- render -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class File:
    """A file of the site: who wants its address, and its bytes or the file to copy."""

    claim: Claim
    content: bytes | Path


def math_font(
    project: Project, parsed: Parsed, docs: Mapping[str, Doc], problems: list[Diagnostic]
) -> tuple[MathFont, list[File]]:
    """The font cut to the formulas of the site, the stylesheet that names it, and its licence."""
    needed = set(parsed.glyphs).union(*(doc.facts.glyphs for doc in docs.values())) if docs else set()
    if not needed:
        return MathFont(), []
    try:
        font = cut_math_font(frozenset(map(ord, needed)), cache=project.cache / "fonts", optical_sizes=False)
    except FontMissing as error:
        problems.append(Diagnostic("N055", str(error), Span("")))
        return MathFont(), []
    url = f"/_/math.{font.digest[:12]}.woff2"
    sheet = (
        f'@font-face{{font-family:"Notes Math";src:url("math.{font.digest[:12]}.woff2") format("woff2");'
        "font-display:swap}\n"
    ).encode()
    css = f"/_/math.{digest_of(sheet)}.css"
    files: list[File] = [
        File(Claim(url, "the math font"), font.data),
        File(Claim(css, "the math font"), sheet),
        File(Claim("/_/OFL.txt", "the licence of the math font"), font.licence.encode()),
    ]
    return MathFont(url, css), files


def render(
    project: Project, site: Site, context: Context, problems: list[Diagnostic], progress: Progress
) -> tuple[list[File], bool]:
    """All pages; one that cannot be made is reported and keeps the bytes that it had."""
    targets = plan_targets(site)
    made: list[File] = []
    failed = False
    ours = emit.Ledger.read(project.cache / LEDGER).names(os.path.realpath(project.output))
    seen: set[tuple[str, str, int]] = set()
    for i, target in enumerate(targets):
        if i % 64 == 0:
            progress("render", i, len(targets))
        claim = Claim(target.url, target.source, target.argument if target.argument in site.facts_by_path else "")
        try:
            made.append(File(claim, make(target, site, context)))
        except ThemeError as error:
            failed = True
            name = address.output_path(target.url)
            if name in ours and (project.output / name).is_file():
                made.append(File(claim, (project.output / name).read_bytes()))
            key = (str(error), error.name, error.line)
            if key not in seen:
                seen.add(key)
                place = Span(f"templates/{error.name}", error.line)
                problems.append(Diagnostic("N052", f"{error} (first met at {target.url})", place))
    progress("render", len(targets), len(targets))
    return made, failed


def make(target: Target, site: Site, context: Context) -> bytes:
    """The bytes of one target; what it asks of the Site is written down as it is asked."""
    recorder = Recorder(site, Trace())
    return OUTPUTS[target.make](target, recorder, context)  # type: ignore[arg-type]


def copies(found: Scan, theme: Theme, docs: Mapping[str, Doc]) -> list[File]:
    """Files that go into the site as they are: the author's, those inside notebooks, the theme's."""
    files = [File(Claim(address.asset_url(asset.path), asset.path, asset.path), asset.file) for asset in found.assets]
    blobs = {blob.name: (path, blob.data) for path, doc in docs.items() for blob in doc.blobs}
    files += [File(Claim("/" + BLOBS + name, path, path), data) for name, (path, data) in blobs.items()]
    for name, file in theme.files.items():
        source = f"the theme's {name}" if file.url.startswith("/_/") else f"static/{name}"
        files.append(File(Claim(file.url, source), file.data))
    if not any(file.claim.url == "/.nojekyll" for file in files):
        # GitHub Pages would leave out the folder `_` without it.
        files.append(File(Claim("/.nojekyll", "the theme"), b""))
    return files


def clean(project: Project) -> tuple[str, ...]:
    """Remove what earlier builds wrote, and the cache; returns the files removed from the output folder."""
    removed = emit.clean(project.output, project.cache / LEDGER)
    if removed:
        with suppress(OSError):  # it holds what is not ours
            project.output.rmdir()
    _drop_cache(project)
    return removed


def _drop_cache(project: Project) -> None:
    """Empty the cache; the list of files that other builds wrote elsewhere stays, or nobody could clean those."""
    import shutil

    cache = project.cache
    if not cache.name.startswith(CACHE_NAME) or not cache.is_dir() or cache.is_symlink():
        return
    listed = any(emit.Ledger.read(cache / LEDGER).names_by_output.values())
    for entry in sorted(cache.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        elif not (listed and entry.name == LEDGER):
            entry.unlink(missing_ok=True)
    with suppress(OSError):  # the list is still there
        cache.rmdir()

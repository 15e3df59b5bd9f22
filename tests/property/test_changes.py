"""Any sequence of changes gives, built step by step, what a clean build gives: the same bytes, the same diagnostics.

NOTES_SITE_EXAMPLES asks for another number of sequences, and for the shortest that fails. They are the same ones in
every run unless HYPOTHESIS_PROFILE says otherwise.
"""

from __future__ import annotations

import io
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from random import Random

import pytest
from changing import assert_clean, changed, ledger, told
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from PIL import Image
from sites import built, coded, compiled_beforehand, write

from notes_site import address, rendering
from notes_site.build import build
from notes_site.memory import Memory
from notes_site.model import Report
from notes_site.project import CACHE_NAME, Project, find
from notes_site.trace import QUERIES, Recorder

EXAMPLES = int(os.environ.get("NOTES_SITE_EXAMPLES", "200"))

# -- what a site may hold ----------------------------------------------------------------------------------------------

NOTES = ("a.md", "b.md", "c.md", "C.md", "s/index.md", "s/c.md", "s/d.md", "s/u/index.md", "s/u/f.md", "t/e.md")
INDEXES = ("s/index.md", "t/index.md", "s/u/index.md", "index.md")
FOLDERS = ("s", "S", "t", "s/u", "v")
PARAGRAPHS = (
    "Plain words.", "Other words.", "It is $x^2$.", "A glyph: $\\aleph$.", "Another: $\\wp \\leadsto \\hbar$.",
    "Wrong: $\\foo$.", "Open: $\\frac{1$.", "The line $\\R$.", "## Part", "## Part $y$", "## Part\n\nInner [[c]].",
    "[[a]]", "[[b|words]]", "[[c]]", "[[Title A]]", "[[e#Part]]", "[[c#Part $y$]]", "[[#Part]]", "[[nowhere]]",
    "[[Chapter 2]]", "![[a]]", "![[b]]", "![[c#Part]]", "![[e]]", "![[nowhere]]", "[to](a.md)", "[to](s/c.md#part)",
    "[up](../a.md)", "[dead](missing.md)", "[topic](/tags/x/)", "[old](/old/)", "[series](s/index.md)",
    "![p](img/p.svg)", "![p](/img/p.svg)", "![[p.svg|30]]", "![[q.svg]]", "[data](data.csv)", "![r](/img/r.png)",
    "![p](img/p.svg){.inline}", "![p](/img/p.svg){dark=img/r.png}", '<img src="/img/r.png" alt="r" width="50%">',
    "A note.[^1]\n\n[^1]: Foot.",
    '```{.python include="code.py"}\n```', '```{.python include="/code.py" lines="2-2"}\n```', "Mixed [[a]] and $z$.",
    "> [!note] Title [[b]]\n> Text.", "{{< video https://example.org/v.mp4 >}}",
    "The SGD.", "\\gls{sgd} and \\gls{none}.", "[things]{.term}", "[x]{.index} \\index{x!y}", "\\index{z|see{x}}",
    "$\\newcommand{\\n}{n} % the sign\n\\n$", "$\\n$",
    "::: {.theorem}\n## One $x$\n\nBy @lem-p.\n:::", "::: {#lem-p}\nIt holds, as @thm-q says.\n:::",
    "::: {#thm-q}\nText.\n:::\n\n::: {.proof}\nBy @lem-p and @thm-none.\n:::", "$$ x $$ {#eq-x}", "See @thm-q, @eq-x.",
)  # fmt: skip
LOCKS = ("lem-p: lemma 1\n", "lem-p: lemma 7.1\nthm-q: theorem 2\n", "# nothing\n", "<<<<<<< ours\neq-x: equation 1\n")
GLOSSARIES = (
    "", "sgd: {short: SGD, long: stochastic descent}\n", "sgd: {short: SGD, long: stochastic $d$}\nt: {name: thing}\n",
    "t: {name: thing, text: 'Of $\\foo$', see: [none]}\n", "t: [\n",
)  # fmt: skip
CONFIGURATIONS: Mapping[str, tuple[str, ...]] = {
    "title": ("title: Notes", "title: Other $x$", "title: On $\\Q$"),
    "description": ("description: About [[a]] and $\\ell$", "description: $\\foo$"),
    "base_url": ("base_url: https://example.org/notes", "base_url: https://example.org"),
    "collections": (
        "collections:\n- {title: Book, include: [a.md, 't/*.md'], unit: chapter, macros: {'\\R': '\\mathbf{R}'}}",
        "collections:\n- {title: Book, include: ['*.md'], strip: [Title], kind: stream, latest: 1}",
        "collections:\n- {title: Outer, collections: [{title: Inner $q$, include: [b.md]}], description: Of $\\beth$}",
        "collections:\n- {title: Empty, include: [none.md]}",
    ),
    "math": ("math: {macros: {'\\R': '\\mathbb{R}', '\\Q': '\\mathbb{Q}'}}", "math: {macros: {'\\R': '\\frac'}}"),
    "navigation": (
        "navigation: [{title: A, to: a.md}]",
        "navigation: [{title: S, to: s/index.md}, {title: Gone, to: gone.md}, {title: Out, to: 'https://example.org'}]",
    ),
    "latest": ("latest: 1", "latest_by: updated"),
    "cite": ("cite: true\nauthor: A. Writer",),
    "footer": ("footer: Words and $\\gimel$", "footer: $\\foo$"),
    "ignore": ("ignore: [b.md]", "ignore: ['s/u/']"),
    "drafts": ("drafts: true",),
    "images": ("images: {quality: 60}", "images: {variants: false}", "images: {widths: [100, 150]}", "images: {q: 1}"),
    "lang": ("lang: de", "lang: fr"),
    "words": ("words: {topics: Subjects, de: {topics: Gebiete}}", "words: {next: Further, nxt: Unknown}"),
    "edit_url": ("edit_url: https://example.org/{path}",),
    "feed_entries": ("feed_entries: 2",),
    "markdown": ("markdown: {smart: false}",),
    "hero": ("hero: {title: Hello $h$, text: There}",),
    "unknown": ("unknown: 1",),
    "comment": ("# a line that says nothing", "# a line\n# and another"),
}
TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "partials/sidebar.html": (
        "<nav>{{ sidebar.collection.count }} {{ sidebar.collection.title.plain }}</nav>",
        '{% include "default/partials/sidebar.html" %}<hr>',
        "{{ sidebar.nothing }}",
    ),
    "note.html": (
        '{% extends "default/note.html" %}{% block footer %}{{ collection.count if collection }}{% endblock %}',
        '{% extends "default/note.html" %}{% block footer %}{% include "extra.html" ignore missing %}{% endblock %}',
        '{% extends "default/note.html" %}{% import "more.html" as m %}{% block footer %}{{ m.said() }}{% endblock %}',
        "{% if %}",
    ),
    "extra.html": ("one", "two {{ static('own.txt') }}", "{{ 1 / 0 }}"),
    "more.html": (
        "{% macro said() %}said{% endmacro %}",
        '{% from "most.html" import most %}{% macro said() %}{{ most() }}{% endmacro %}',
    ),
    "most.html": ("{% macro most() %}most{% endmacro %}", "{% macro most() %}least{% endmacro %}"),
    "404.html": ('{% extends "base.html" %}{% block main %}Gone{% endblock %}',),
    "unused.html": ("nobody asks for it",),
}
STATIC = ("own.txt", "style.css", "robots.txt", "a/index.html", "\udcf6.txt")
ASSETS = ("img/p.svg", "img/q.svg", "s/img/p.svg", "code.py", "s/code.py", "data.csv", "s/c/file.txt", "c")
OWN = ("own.txt", "added/index.html", "b/index.html", "s/d/index.html", "s/extra.txt", "old", "tags/x/index.html")

front_matter = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(("Title A", "Title B", '"Chapter 2: $z$"', "$\\foo$")),
        "date": st.sampled_from(("2026-01-01", "2026-02-02", "2025-12-31", "nonsense")),
        "updated": st.sampled_from(("2026-03-03", "2026-01-01")),
        "tags": st.sampled_from(("[x]", "[X, y]", "[y]", "['$t$']")),
        "draft": st.sampled_from(("true", "false")),
        "slug": st.sampled_from(("c", "other")),
        "aliases": st.sampled_from(("[/old/]", "[Old name]", "[/a/]", "[old]")),
        "series": st.sampled_from(("book", "s")),
        "weight": st.sampled_from(("1", "2")),
        "number": st.sampled_from(("'7.2'", "'7.10'", "3")),
        "featured": st.just("true"),
        "summary": st.sampled_from(("Short $s$", "[[a]]")),
        "image": st.just("img/p.svg"),
        "macros": st.just("{'\\R': '\\mathcal{R}'}"),
        "kind": st.sampled_from(("stream", "papers", "topics")),
        "description": st.sampled_from(("Of a folder $d$",)),
        "paper": st.just("{title: A paper, year: 2020}"),
        "status": st.just("seedling"),
        "lang": st.sampled_from(("de", "en-GB")),
    },
)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A note: a few keys, a few paragraphs."""
    keys = draw(front_matter)
    head = "".join(f"{key}: {value}\n" for key, value in keys.items())
    body = "\n\n".join(draw(st.lists(st.sampled_from(PARAGRAPHS), max_size=4)))
    return f"---\n{head}---\n\n{body}\n" if head else f"{body}\n"


# a process for each search of words would take most of the time: few sequences have one
SPARED = "search: {text: false}\n"
START: Mapping[str, str] = {
    "site.yml": "title: Notes\n",
    "content/a.md": "---\ntitle: Title A\ndate: 2026-01-01\ntags: [x]\n---\n\nFirst.\n\nSee [[c]] and ![[e]]\n",
    "content/b.md": "# B\n\nWords on $x^2$. [[a]]\n\n![p](img/p.svg)\n",
    "content/s/index.md": "---\ntitle: Series $S$\n---\n\nIts text.\n",
    "content/s/c.md": "---\ntitle: C\nnumber: 1\n---\n\nFirst of it.\n\n## Part\n\nInner.\n",
    "content/s/d.md": '---\ntitle: D\nnumber: 2\naliases: [/old/]\n---\n\n```{.python include="/code.py"}\n```\n',
    "content/t/e.md": "---\ntitle: E\ndate: 2026-02-02\n---\n\nE says.\n\n![[s/c#Part]]\n",
    "content/code.py": "x = 1\ny = 2\n",
}


def svg(width: int) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="10"/>'


@cache
def png(seed: int) -> bytes:
    """A picture of which smaller ones are made."""
    spots = Image.frombytes("RGB", (20, 6 + seed), Random(seed).randbytes(60 * (6 + seed)))
    stream = io.BytesIO()
    spots.resize((200, 10 * spots.height)).save(stream, "PNG", compress_level=0)
    return stream.getvalue()


START = {**START, "content/img/p.svg": svg(10)}


def assert_nothing_made(report: Report) -> None:
    """A build made no page, but for those in whose place the author's own files stand, and wrote nothing."""
    foreign = {problem.span.path.partition("/")[2] for problem in coded(report, "N054")}
    assert {address.output_path(url) for url in report.made} <= foreign
    assert (report.written, report.removed) == ((), ())


# -- the machine -------------------------------------------------------------------------------------------------------


class Changing(RuleBasedStateMachine):
    """A site under an author's hands, built in two folders: by calls that know nothing, and by a long-lived Memory."""

    def __init__(self) -> None:
        super().__init__()
        self.top = Path(tempfile.mkdtemp(prefix="notes-site-"))
        self.folder = self.top / "site"
        self.outputs = (self.folder / "public", self.top / "preview" / "public")
        self.own: tuple[dict[str, bytes], dict[str, bytes]] = ({}, {})
        self.memory = Memory()
        self.pending: set[str] = set()  # what changed since the Memory built
        self.surprised = True  # whether the Memory's output was touched by others since it looked at all of it
        self.spoilt = self.spoilt_in_memory = False  # whether the cache was damaged since

    def teardown(self) -> None:
        self.memory.close()
        shutil.rmtree(self.top, ignore_errors=True)

    def project(self, which: int) -> Project:
        return find(self.folder, output=self.outputs[which])

    def put(self, name: str, content: str | bytes) -> None:
        """Write a file of the author's, who takes away what stands in its way."""
        place = self.folder / name
        for above in reversed(place.parents):
            if above.is_file():
                self.remove(above.relative_to(self.folder).as_posix())
        if place.is_dir():
            self.remove(name)
        write(self.folder, {name: content})
        self.pending |= changed(self.folder, name)

    def remove(self, name: str) -> None:
        place = self.folder / name
        inner = [place] if place.is_file() else [file for file in place.rglob("*") if file.is_file()]
        for file in inner:
            self.pending |= changed(self.folder, file.relative_to(self.folder).as_posix())
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)

    def notes(self) -> list[str]:
        return sorted(f"content/{p.relative_to(self.folder / 'content')}" for p in self.folder.rglob("*.md"))

    # what each configuration of the sequence says first
    always = SPARED

    @initialize()
    def begin(self) -> None:
        write(self.folder, {**START, "site.yml": self.always + START["site.yml"]})
        compiled_beforehand(self.project(0))
        self.build_anew(0, whole=True)

    # -- what authors do ---------------------------------------------------------------------------------------------

    @rule(path=st.sampled_from(NOTES + INDEXES), text=texts())
    def write_note(self, path: str, text: str) -> None:
        self.put(f"content/{path}", text)

    @rule(data=st.data(), paragraph=st.sampled_from(PARAGRAPHS), first=st.booleans())
    def add_a_paragraph(self, data: st.DataObject, paragraph: str, first: bool) -> None:
        if not self.notes():
            return
        path = data.draw(st.sampled_from(self.notes()))
        head, fence, body = (self.folder / path).read_text("utf-8").rpartition("---\n")
        self.put(path, f"{head}{fence}\n{paragraph}\n\n{body}" if first else f"{head}{fence}{body}\n\n{paragraph}\n")

    @rule(data=st.data(), keys=front_matter)
    def change_front_matter(self, data: st.DataObject, keys: dict[str, str]) -> None:
        if not self.notes():
            return
        path = data.draw(st.sampled_from(self.notes()))
        body = (self.folder / path).read_text("utf-8").rpartition("---\n")[2]
        self.put(path, "---\n" + "".join(f"{key}: {value}\n" for key, value in keys.items()) + f"---\n{body}")

    @rule(data=st.data())
    def delete_note(self, data: st.DataObject) -> None:
        if len(self.notes()) > 1:
            self.remove(data.draw(st.sampled_from(self.notes())))

    @rule(data=st.data(), path=st.sampled_from(NOTES + INDEXES))
    def rename_note(self, data: st.DataObject, path: str) -> None:
        if self.notes():
            old = data.draw(st.sampled_from(self.notes()))
            text = (self.folder / old).read_text("utf-8")
            self.remove(old)
            self.put(f"content/{path}", text)

    @rule(old=st.sampled_from(FOLDERS), new=st.sampled_from(FOLDERS))
    def rename_folder(self, old: str, new: str) -> None:
        source = self.folder / "content" / old
        if not source.is_dir() or new.startswith(f"{old}/") or old == new:
            return
        files = {p.relative_to(source).as_posix(): p.read_text("utf-8") for p in source.rglob("*") if p.is_file()}
        self.remove(f"content/{old}")
        for name, text in files.items():
            self.put(f"content/{new}/{name}", text)

    @rule(path=st.sampled_from(ASSETS), number=st.integers(1, 3), there=st.booleans())
    def change_asset(self, path: str, number: int, there: bool) -> None:
        if there:
            self.put(f"content/{path}", svg(10 * number) if path.endswith(".svg") else f"x = {number}\ny = {number}\n")
        else:
            self.remove(f"content/{path}")

    @rule(number=st.none() | st.integers(1, 4))
    def change_picture(self, number: int | None) -> None:
        if number is None:
            self.remove("content/img/r.png")
        else:
            self.put("content/img/r.png", png(number) if number < 4 else png(1)[:-5_000])

    @rule(chosen=st.fixed_dictionaries({}, optional={k: st.sampled_from(v) for k, v in CONFIGURATIONS.items()}))
    def configure(self, chosen: dict[str, str]) -> None:
        self.put("site.yml", self.always + "\n".join(chosen[key] for key in sorted(chosen)) + "\n")

    @rule(line=st.sampled_from(CONFIGURATIONS["comment"]))
    def comment_on_the_configuration(self, line: str) -> None:
        self.put("site.yml", f"{line}\n{(self.folder / 'site.yml').read_text('utf-8')}")

    @rule(text=st.none() | st.sampled_from(LOCKS))
    def publish_numbers(self, text: str | None) -> None:
        if text is None:
            self.remove("numbers.lock")
        else:
            self.put("numbers.lock", text)

    @rule(text=st.sampled_from(GLOSSARIES))
    def change_glossary(self, text: str) -> None:
        if text:
            self.put("content/glossary.yml", text)
        else:
            self.remove("content/glossary.yml")

    @rule(data=st.data(), name=st.sampled_from(sorted(TEMPLATES)))
    def change_template(self, data: st.DataObject, name: str) -> None:
        text = data.draw(st.none() | st.sampled_from(TEMPLATES[name]))
        if text is None:
            self.remove(f"templates/{name}")
        else:
            self.put(f"templates/{name}", text)

    @rule(name=st.sampled_from(STATIC), text=st.none() | st.sampled_from(("one", "two")))
    def change_static(self, name: str, text: str | None) -> None:
        if text is None:
            self.remove(f"static/{name}")
        else:
            self.put(f"static/{name}", text)

    @rule(data=st.data())
    def touch(self, data: st.DataObject) -> None:
        if self.notes():
            path = data.draw(st.sampled_from(self.notes()))
            (self.folder / path).touch()
            self.pending |= changed(self.folder, path)

    @rule(which=st.integers(0, 1), name=st.sampled_from(OWN))
    def put_own_file_into_the_output(self, which: int, name: str) -> None:
        place = self.outputs[which] / name
        free = not any(above.is_file() for above in place.parents) and not os.path.lexists(place)
        if free and name not in ledger(self.project(which)):
            write(self.outputs[which], {name: "mine"})
            self.own[which][name] = b"mine"
            self.surprised |= which == 1

    # -- what happens to files that are ours ---------------------------------------------------------------------------

    @rule(data=st.data(), which=st.integers(0, 1), how=st.sampled_from(("delete", "change", "rewrite")))
    def damage_the_output(self, data: st.DataObject, which: int, how: str) -> None:
        files = sorted(name for name in ledger(self.project(which)) if (self.outputs[which] / name).is_file())
        if not files:
            return
        place = self.outputs[which] / data.draw(st.sampled_from(files))
        if how == "delete":
            place.unlink()
        else:
            place.write_bytes(b"spoilt" if how == "change" else place.read_bytes())
        self.surprised |= which == 1

    @rule(how=st.sampled_from(("delete", "empty", "half", "garbage", "head")))
    def damage_the_cache(self, how: str) -> None:
        file = self.folder / CACHE_NAME / "cache.db"
        if not file.exists():
            return
        data = file.read_bytes()
        if how == "delete":
            file.unlink()
        elif how in ("empty", "half"):
            os.truncate(file, len(data) // 2 if how == "half" else 0)
        else:
            file.write_bytes(b"garbage!" * (len(data) // 8) if how == "garbage" else b"garbage!" + data[8:])
        self.spoilt = self.spoilt_in_memory = True

    @rule(
        stage=st.sampled_from(("note", "body", "folder", "texts", "stamps", "last", "record", "answer", "template")),
        every=st.integers(1, 2),
    )
    def lose_rows_of_the_cache(self, stage: str, every: int) -> None:
        """A row is right or absent, whichever others are there."""
        with closing(sqlite3.connect(self.folder / CACHE_NAME / "cache.db")) as rows, suppress(sqlite3.Error), rows:
            keys = list(rows.execute("select stage, key from rows where stage like ?", (f"{stage}%",)))
            rows.executemany("delete from rows where stage = ? and key = ?", keys[::every])

    # -- builds --------------------------------------------------------------------------------------------------------

    def compare(self, report: Report, which: int, spoilt: tuple[str, ...]) -> None:
        assert_clean(
            self.folder, report, self.top / "clean", output=self.outputs[which], own=self.own[which], spoilt=spoilt
        )

    @rule(which=st.sampled_from((0, 0, 0, 1)), whole=st.booleans())
    def build_anew(self, which: int, whole: bool) -> None:
        """A call that knows what the disk knows; `whole` is one that writes all files in one go."""
        shown = None if whole else (lambda _report: None)
        report = build(self.project(which), jobs=1, shown=shown)
        spoilt = ("N057",) if self.spoilt else ()
        assert sum(problem.code == "N057" for problem in report.problems) <= self.spoilt
        self.spoilt = False
        self.surprised |= which == 1
        self.compare(report, which, spoilt)
        again = build(self.project(which), jobs=1)
        assert_nothing_made(again)
        assert again.problems == told(report, spoilt)

    def build_in_memory(self, known: frozenset[str] | None, *, whole: bool) -> Report:
        report = build(
            self.project(1), jobs=1, memory=self.memory, changed=known, shown=None if whole else (lambda _report: None)
        )
        self.pending.clear()
        return report

    @rule(whole=st.booleans())
    def build_with_memory(self, whole: bool) -> None:
        """A call that looks at every file, and has the memory of earlier ones."""
        spoilt = ("N057",) if self.spoilt_in_memory else ()
        report = self.build_in_memory(None, whole=whole)
        self.surprised = False
        self.compare(report, 1, spoilt)
        again = self.build_in_memory(None, whole=whole)
        assert_nothing_made(again)
        assert told(again, spoilt) == told(report, spoilt)

    @rule(whole=st.booleans())
    def build_what_changed(self, whole: bool) -> None:
        """A call that is told what changed. Of an output folder that others touched, a later build takes care."""
        report = self.build_in_memory(frozenset(self.pending), whole=whole)
        if self.surprised:
            self.build_with_memory(whole=whole)
        else:
            self.compare(report, 1, ("N057",) if self.spoilt_in_memory else ())

    @rule()
    def forget(self) -> None:
        """The preview is closed, and opened again."""
        self.memory.close()
        self.memory = Memory()
        self.spoilt_in_memory = self.spoilt
        self.surprised = True

    @rule(remember=st.booleans())
    def check(self, remember: bool) -> None:
        """A check writes nothing, and the build after it does not miss what it found."""
        known = frozenset(self.pending) if remember else None
        before = {p: p.stat().st_mtime_ns for output in self.outputs for p in output.rglob("*")}
        if remember:
            build(self.project(1), jobs=1, write=False, memory=self.memory, changed=known)
            self.pending.clear()
        else:
            build(self.project(0), jobs=1, write=False)
            self.spoilt = False
        assert {p: p.stat().st_mtime_ns for output in self.outputs for p in output.rglob("*")} == before


# two of them, so that two processes can share the work
class ChangingToo(Changing):
    """The same, from another beginning of chance."""


class ChangingSearched(Changing):
    """The same, and words are searched."""

    always = ""


# making a failing sequence shorter takes minutes: only for those who asked for more of them
_PHASES = tuple(phase for phase in Phase if phase is not Phase.shrink or "NOTES_SITE_EXAMPLES" in os.environ)
_SETTINGS = settings(max_examples=max(1, EXAMPLES // 2), stateful_step_count=16, phases=_PHASES)
Changing.TestCase.settings = _SETTINGS
ChangingToo.TestCase.settings = _SETTINGS
TestChanging = pytest.mark.slow(Changing.TestCase)
TestChangingToo = pytest.mark.slow(ChangingToo.TestCase)
ChangingSearched.TestCase.settings = settings(_SETTINGS, max_examples=max(1, EXAMPLES // 16))
TestChangingSearched = pytest.mark.slow(ChangingSearched.TestCase)


# -- the power of the comparison ---------------------------------------------------------------------------------------

SERIES: Mapping[str, str] = {
    "content/s/index.md": "---\ntitle: Series\n---\n",
    "content/s/1.md": "---\ntitle: One\nnumber: 1\n---\n\nText.\n",
    "content/s/2.md": "---\ntitle: Two\nnumber: 2\n---\n\nText.\n",
    "content/s/3.md": "---\ntitle: Three\nnumber: 3\n---\n\nText.\n",
}
STREAM = "collections: [{title: Stream, kind: stream, include: ['*.md']%s}]\n"
NESTED = "collections: [{title: %s, collections: [{title: %s, include: ['a.md']}]}]\n"
BELOW = '{% extends "default/note.html" %}{% block footer %}{{ collection.description.plain }}{% endblock %}'
RESULTS = "---\nsummary: S\n---\n\n::: {#lem-a}\nA.\n:::\n\n::: {#lem-b}\nB.\n:::\n\n::: {#thm-c}\n"
Files = Mapping[str, str]

# For each query: a site, and a change of its files that changes an answer of this query, and none of the others that
# some output asks.
# two notes of one chapter, and one elsewhere that refers to the second
CHAPTER: Files = {
    "site.yml": "latest: 0\nfeed_entries: 0\n",
    "content/s/index.md": "---\ntitle: Series\n---\n",
    "content/s/1.md": "---\ntitle: One\nnumber: '1.1'\n---\n\nWords.\n\n::: {#thm-a}\nA.\n:::\n",
    "content/s/2.md": "---\ntitle: Two\nnumber: '1.2'\n---\n\nWords.\n\n::: {#thm-b}\n## Name\nB.\n:::\n",
}
COMMENTS = "comments: {repo: a/b, repo_id: R, category: %s, category_id: C}\n"
MOVED: Files = {"content/s/1.md": CHAPTER["content/s/1.md"] + "\n::: {#thm-c}\nC.\n:::\n"}
WORK = "@article{k, author={A. B.}, title={%s}, journal={%s}, year=%s}\n"
CITED: Files = {
    "site.yml": "",
    "content/r.bib": WORK % ("T", "J", "2001"),
    "content/a.md": "# A\n\nWords.\n\n[@k]\n",
}
SCENARIOS: Mapping[str, tuple[Files, Files]] = {
    "numbers": (CHAPTER, MOVED),
    "pointers": ({**CHAPTER, "content/c.md": "# C\n\nWords.\n\n@thm-b\n"}, MOVED),
    "label_title": (
        {**CHAPTER, "content/c.md": "# C\n\nWords.\n\n\\nameref{thm-b}\n"},
        {"content/s/2.md": CHAPTER["content/s/2.md"].replace("Name", "Other")},
    ),
    "uses": (
        {**CHAPTER, "content/c.md": "# C\n\nWords.\n"},
        {"content/c.md": "# C\n\nWords.\n\n@thm-b\n"},
    ),
    "titles": ({**CHAPTER, "content/c.md": "---\ntitle: C\nsubtitle: On @thm-b\n---\n\nWords.\n"}, MOVED),
    "work": (
        {**CITED, "site.yml": STREAM % ""},
        {"content/r.bib": WORK % ("T", "J", "2002")},
    ),
    "work_title": (
        {**CITED, "site.yml": STREAM % "", "content/a.md": "# A\n\nWords.\n\n\\citetitle{k}\n"},
        {"content/r.bib": WORK % ("Other", "J", "2001")},
    ),
    "references": (CITED, {"content/r.bib": WORK % ("Other", "J", "2001")}),
    "bibliography": (CITED, {"content/r.bib": WORK % ("Other", "J", "2001")}),
    "work_page": (CITED, {"content/r.bib": WORK % ("Other", "J", "2001")}),
    "paper": (
        {**CITED, "content/a.md": "---\ntitle: A\npaper: k\n---\n\nWords.\n"},
        {"content/r.bib": WORK % ("T", "Other", "2001")},
    ),
    "reference_style": (
        {**CHAPTER, "content/c.md": "# C\n\nWords.\n\n@thm-b\n"},
        {"site.yml": CHAPTER["site.yml"] + "references: {case: lower}\n"},
    ),
    "url": (
        {"content/a.md": "---\naliases: [/old/]\n---\n"},
        {"content/a.md": "---\naliases: [/old/]\nslug: b\n---\n"},
    ),
    "card": ({"site.yml": STREAM % "", "content/a.md": "# X: Y\n"}, {"site.yml": STREAM % ", strip: ['X']"}),
    "collection": (
        {"site.yml": "collections: [{title: C, include: ['*.md'], description: One}]\n", "content/a.md": "# A\n"},
        {"site.yml": "collections: [{title: C, include: ['*.md'], description: Two}]\n"},
    ),
    "collection_of": (
        {"site.yml": STREAM % ", description: One", "content/a.md": "# A\n", "templates/note.html": BELOW},
        {"site.yml": STREAM % ", description: Two"},
    ),
    "crumbs": (
        {"site.yml": NESTED % ("O, slug: o", "I"), "content/a.md": "# A\n"},
        {"site.yml": NESTED % ("P, slug: o", "I")},
    ),
    "collection_crumbs": (
        {"site.yml": NESTED % ("O, slug: o", "I"), "content/a.md": "# A\n"},
        {"site.yml": NESTED % ("P, slug: o", "I")},
    ),
    "print_page": (SERIES, {"site.yml": "print: false\n"}),
    "volumes": (SERIES, {"content/s/3.md": "---\ntitle: Third\nnumber: 3\n---\n\nText.\n"}),
    "printed_works": (
        {**CITED, "content/s/index.md": "# S\n", "content/s/1.md": "# 1\n\n@k\n", "content/s/2.md": "# 2\n"},
        {"content/r.bib": WORK % ("Other", "J", "2001")},
    ),
    "sidebar": (SERIES, {"content/s/3.md": "---\ntitle: Third\nnumber: 3\n---\n\nText.\n"}),
    "neighbours": (
        {"site.yml": STREAM % "", "content/a.md": "# A\n", "content/b.md": "# B\n"},
        {"content/b.md": "# Changed\n"},
    ),
    "backlinks": (
        {"content/a.md": "# A\n", "content/b.md": "# B\n\nWords.\n\nIt follows from [[a]].\n"},
        {"content/b.md": "# B\n\nWords.\n\nIt follows at once from [[a]].\n"},
    ),
    "neighbourhood": (
        {
            "site.yml": STREAM % "" + "references: {where: false}\n",
            "content/a.md": "# A\n\nBy @thm-z.\n",
            "content/m.md": "# M\n",
            "content/z.md": "# Z\n\n::: {#thm-z}\nIt is.\n:::\n",
        },
        {"content/z.md": "# Other\n\n::: {#thm-z}\nIt is.\n:::\n"},
    ),
    "note_graph": (
        {"content/a.md": "# A\n\n[[b]]\n", "content/b.md": "# B\n"},
        {"content/b.md": "# Other\n"},
    ),
    "graph_page": (
        {"content/a.md": "# A\n", "content/b.md": "---\nsummary: S\n---\n\n# B\n\nA\n"},
        {"content/b.md": "---\nsummary: S\n---\n\n# B\n\n[A](a.md)\n"},
    ),
    "resolve": (
        {"site.yml": "graph: false\n", "content/a.md": "# A\n\n[[b]]\n", "content/b.md": "# B\n"},
        {"content/b.md": "# C\n"},
    ),
    "asset": ({"content/a.md": "# A\n\n![p](p.svg)\n", "content/p.svg": svg(10)}, {"content/p.svg": svg(20)}),
    "drawing": (
        {"content/a.md": "# A\n\n![p](p.svg){.inline}\n", "content/p.svg": svg(10)},
        {"content/p.svg": svg(10).replace("/>", "><g/></svg>")},
    ),
    "listing": (
        {"content/a.md": '# A\n\n```{.python include="x.py"}\n```\n', "content/x.py": "x = 1\n"},
        {"content/x.py": "x = 2\n"},
    ),
    "note_tags": (
        {"content/a.md": "---\ntags: [Norms]\n---\n", "content/b.md": "---\ntags: [norms]\n---\n"},
        {"content/a.md": "---\ntags: [NORMS]\n---\n"},
    ),
    "tags": ({"content/a.md": "---\ntags: [x]\n---\n"}, {"content/a.md": "---\ntags: [x, y]\n---\n"}),
    "tagged": (
        {"content/a.md": "---\ntags: [x]\ntitle: A\n---\n"},
        {"content/a.md": "---\ntags: [x]\ntitle: B\n---\n"},
    ),
    "groups": (SERIES, {"content/s/3.md": "---\ntitle: Third\nnumber: 3\n---\n\nText.\n"}),
    "subsections": (
        {"site.yml": NESTED % ("O", "I, slug: i"), "content/a.md": "# A\n"},
        {"site.yml": NESTED % ("O", "J, slug: i")},
    ),
    "sections": (SERIES, {"content/s/index.md": "---\ntitle: Other\n---\n"}),
    "loose": ({"content/a.md": "# A\n"}, {"content/a.md": "# B\n"}),
    "featured": (
        {**SERIES, "site.yml": "latest: 0\n", "content/s/1.md": "---\ntitle: One\nfeatured: true\n---\n"},
        {"content/s/1.md": "---\ntitle: Other\nfeatured: true\n---\n"},
    ),
    "newest": ({"content/a.md": "# A\n"}, {"content/b.md": "# B\n"}),
    "listed": (SERIES, {"content/s/index.md": "---\ntitle: Other\n---\n"}),
    "setting": ({"site.yml": "lang: en\n", "content/a.md": "# A\n"}, {"site.yml": "lang: de\n"}),
    "text": (
        {"site.yml": "title: $\\R$\nmath: {macros: {'\\R': '\\mathbb{R}'}}\n", "content/a.md": "# A\n"},
        {"site.yml": "title: $\\R$\nmath: {macros: {'\\R': '\\mathbf{R}'}}\n"},
    ),
    "comments": (
        {"site.yml": COMMENTS % "a", "content/a.md": "# A\n"},
        {"site.yml": COMMENTS % "b"},
    ),
    "analytics": (
        {"site.yml": "analytics: {src: /a.js}\n", "content/a.md": "# A\n"},
        {"site.yml": "analytics: {src: /b.js}\n"},
    ),
    "math_font": (
        {"content/a.md": "# A\n\n$x$\n", "content/b.md": "# B\n"},
        {"content/b.md": "# B\n\n$\\Lleftarrow$\n"},
    ),
    "navigation": (
        {"site.yml": "navigation: [{title: N, to: a.md}]\n", "content/a.md": "# A\n"},
        {"site.yml": "navigation: [{title: M, to: a.md}]\n"},
    ),
    "term": (
        {"content/glossary.yml": "t: {name: thing, text: One}\n", "content/a.md": "# A\n\n[thing]{.term}\n"},
        {"content/glossary.yml": "t: {name: thing, text: Two}\n"},
    ),
    "led_to": (
        {"content/a.md": "# A\n\nWords.\n\n## Part\n\nText.\n", "content/b.md": "# B\n\nWords.\n\n[x](a.md)\n"},
        {"content/b.md": "# B\n\nWords.\n\n[x](a.md#part)\n"},
    ),
    "definitions": (
        {"content/glossary.yml": "t: {name: thing, text: One}\n", "content/a.md": "# A\n"},
        {"content/glossary.yml": "t: {name: thing, text: Two}\n"},
    ),
    "glossary": (
        {"content/glossary.yml": "t: {name: thing, text: One}\n", "content/a.md": "# A\n"},
        {"content/glossary.yml": "t: {name: thing, text: Two}\n"},
    ),
    "index_letters": ({"content/a.md": "# A\n\n[x]{.index}\n"}, {"content/a.md": "# A\n\n[y]{.index}\n"}),
    "notation": (
        {"site.yml": "math: {macros: {a: {tex: x, comment: One}}}\n", "content/a.md": "# A\n"},
        {"site.yml": "math: {macros: {a: {tex: x, comment: Two}}}\n"},
    ),
    "end_pages": ({"content/a.md": "# A\n"}, {"content/glossary.yml": "t: One\n"}),
    "static": ({"content/a.md": "# A\n", "static/style.css": "a"}, {"static/style.css": "b"}),
    "words": (
        {"site.yml": "words: {feed: News}\n", "content/a.md": "# A\n"},
        {"site.yml": "words: {feed: Latest}\n"},
    ),
    "lists": (
        {"content/a.md": "---\nsummary: S\n---\n\n::: {.lemma}\nA.\n:::\n"},
        {"content/a.md": "---\nsummary: S\n---\n\n::: {.lemma}\nA.\n:::\n\n::: {.lemma}\nB.\n:::\n"},
    ),
    "list_of": (
        {"content/a.md": "---\nsummary: S\n---\n\n::: {.lemma}\n## One\nA.\n:::\n"},
        {"content/a.md": "---\nsummary: S\n---\n\n::: {.lemma}\n## Two\nA.\n:::\n"},
    ),
    "results": (
        {"content/s/index.md": "# S\n", "content/s/a.md": RESULTS + "By @lem-a.\n:::\n"},
        {"content/s/a.md": RESULTS + "By @lem-b.\n:::\n"},
    ),
    "template": ({"content/a.md": "# A\n", "templates/note.html": "one"}, {"templates/note.html": "two"}),
}
# Wherever an address is asked for, the card is asked for too, and it stands in it.
SHADOWED = frozenset(("url",))


class Forgetful(Recorder):
    """Answers one query, and keeps neither question nor answer."""

    forgets = ""

    def __getattr__(self, name: str) -> Callable[..., object]:
        if name != self.forgets:
            return super().__getattr__(name)
        return lambda *arguments: QUERIES[name](self._asked, *arguments)


def spared(files: Files) -> Files:
    """The files of a site whose words cannot be searched, unless they say of the search themselves."""
    return {
        name: SPARED + text if name == "site.yml" and isinstance(text, str) and "search:" not in text else text
        for name, text in files.items()
    }


def rebuilt_as_a_clean_build(folder: Path, before: Files, after: Files) -> bool:
    """Whether a build after a change of files gives the bytes of a clean build."""
    write(folder / "site", spared({"site.yml": "", **before}))
    built(folder / "site")
    write(folder / "site", spared(after))
    report = build(find(folder / "site"), jobs=1)
    try:
        assert_clean(folder / "site", report, folder / "clean")
    except AssertionError:
        return False
    return True


def test_there_is_a_scenario_for_every_query() -> None:
    assert SCENARIOS.keys() == QUERIES.keys()


@pytest.mark.slow
@pytest.mark.parametrize("query", sorted(SCENARIOS))
def test_a_page_that_asked_is_made_again_when_the_answer_is_another(query: str, tmp_path: Path) -> None:
    assert rebuilt_as_a_clean_build(tmp_path, *SCENARIOS[query])


@pytest.mark.slow
@pytest.mark.parametrize("query", sorted(SCENARIOS))
def test_without_the_record_of_one_query_a_page_would_be_stale(
    query: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No query is asked in vain, and none could be forgotten without a difference that these tests see."""
    monkeypatch.setattr(Forgetful, "forgets", query)
    monkeypatch.setattr(rendering, "Recorder", Forgetful)
    assert rebuilt_as_a_clean_build(tmp_path, *SCENARIOS[query]) is (query in SHADOWED)

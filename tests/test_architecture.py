"""The house keeps its shape: imports point one way, the middle is pure, questions to the Site are total."""

from __future__ import annotations

import ast
import inspect
import itertools
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import get_type_hints

import pytest
from sites import laid, write

import notes_site
from notes_site import build as conductor  # noqa: F401 - every query is registered when all rooms are imported
from notes_site.outputs.around import Around
from notes_site.packing import pack, unpack
from notes_site.site import Site
from notes_site.trace import QUERIES, WORDS

PACKAGE = Path(notes_site.__file__).parent

# Each room, and the rooms that it may import; a package is one room, but for what stands here by itself.
PURE: dict[str, set[str]] = {
    "model": set(),
    "packing": set(),
    "address": set(),
    "patterns": set(),
    "escapes": set(),
    "yamltree": {"escapes"},
    "tomltree": {"escapes", "yamltree"},
    "tex": set(),
    "alphabet": set(),
    "macros": set(),
    "words": {"model"},
    "diagnostics": {"model"},
    "numbers": {"model"},
    "trace": {"model", "packing"},
    "frontmatter": {"model", "address", "macros", "tomltree", "words", "yamltree"},
    "kinds": {"model"},
    "config": {"kinds", "words"},
    "config_file": {
        "model", "config", "diagnostics", "frontmatter", "kinds", "macros", "tex", "words", "yamltree",
    },
    "marks": {"model"},
    "quotations": set(),
    "titles": {"model", "marks"},
    "bibliography": {"alphabet", "model", "diagnostics", "tex"},
    "references": {"model", "bibliography", "words"},
    "citing": {"model", "bibliography", "kinds", "references"},
    "numbering": {"model", "kinds"},
    "landmarks": {"model", "address", "kinds", "marks", "numbering", "references"},
    "connections": {"model", "landmarks", "marks", "quotations", "titles"},
    "catalogue": {"model", "address", "bibliography", "diagnostics", "words"},
    "markdown.options": {"model", "kinds", "words"},
    "markdown.vocabulary": {"alphabet", "markdown.options"},
    "markdown.draft": {"model", "kinds", "markdown.options", "markdown.vocabulary", "tex", "words"},
    "glossary": {"model", "alphabet", "config", "diagnostics", "markdown.options", "words", "yamltree"},
    "terms": {"model", "address", "alphabet", "glossary"},
    "book_index": {"model", "address", "alphabet", "diagnostics"},
    "notation": {"model", "alphabet"},
    "lettering": set(),
    "graph": {"model", "lettering"},
    "results": {"model", "graph", "landmarks", "references"},
    "lists": {"model", "address", "landmarks", "results"},
    "lock": {"model", "landmarks"},
    "pixels": set(),
    "notebook.unknown": set(),
    "notebook.foreign": {"notebook.unknown"},
    "notebook.fences": set(),
    "notebook.outputs": {"notebook.fences", "notebook.foreign", "notebook.unknown", "pixels"},
    "notebook.cells": {
        "model", "markdown.draft", "notebook.fences", "notebook.outputs", "notebook.unknown", "pixels",
    },
    "notebook": {"notebook.cells"},
    "drawings": {"model", "pixels"},
    "markdown": {
        "model", "address", "diagnostics", "frontmatter", "kinds", "macros", "markdown.draft", "markdown.options",
        "markdown.vocabulary", "marks", "notebook", "pixels", "quotations", "tex", "words",
    },
    "collections": {"model", "address", "config", "numbers", "patterns", "words"},
    "destinations": {"model", "address", "diagnostics"},
    "followed": {"model"},
    "tree": {"model", "address", "collections", "config", "numbering", "numbers", "words"},
    "topics": {"model", "address", "tree"},
    "volumes": {"model", "address", "numbers", "tree"},
    "mentions": {"model", "landmarks", "tree"},
    "works": {"model", "bibliography", "catalogue", "landmarks", "tree", "words"},
    "index": {
        "model", "address", "bibliography", "book_index", "catalogue", "citing", "collections", "config",
        "connections", "destinations", "followed", "glossary", "kinds", "landmarks", "lists", "lock", "marks",
        "mentions", "notation", "references", "results", "terms", "titles", "topics", "tree", "volumes", "words",
        "works",
    },
    "site": {"model", "index", "landmarks", "trace", "volumes"},
    "link.excerpts": {"model", "markdown"},
    "link.filling": {"model", "references"},
    "link.pictures": {"model", "link.filling"},
    "link.references": {"model", "address", "link.filling", "references"},
    "link.citations": {"model", "bibliography", "citing", "link.filling", "link.references", "marks"},
    "link": {
        "model", "address", "link.citations", "link.excerpts", "link.filling", "link.pictures", "link.references",
        "markdown", "terms",
    },
    # the theme reads files; outputs know its names, and are handed what renders
    "search": {"model", "index", "packing", "tex", "topics", "words"},
    "outputs": {
        "model", "address", "bibliography", "catalogue", "config", "connections", "graph", "link",
        "marks", "references", "site", "tex", "theme", "trace", "words",
    },
    "targets": {
        "model", "address", "book_index", "catalogue", "connections", "index", "notation", "outputs", "site",
        "terms",
    },
}  # fmt: skip
EFFECTS: dict[str, set[str]] = {
    "stamps": {"model"},
    "clock": set(),
    "house": {"packing"},
    "cache": {"model"},
    "templating": {"cache", "packing"},
    "theme": {"model", "address", "cache", "stamps", "templating"},
    "scan": {"model", "diagnostics", "patterns", "stamps"},
    "ledger": set(),
    "output_folder": {"ledger", "stamps"},
    "emit": {"model", "ledger", "output_folder", "stamps"},
    "fulltext": {"model", "search"},
    "images": {"pixels"},
    "variants": {"model", "images", "packing", "stamps"},
    "fonts": set(),
    "pool": {"model", "markdown", "markdown.options", "packing"},
    "external": {"model", "theme"},
    "project": {"model", "config", "config_file"},
    "starter": {"markdown", "scan"},
    "changes": set(),
    "watch": {"changes"},
    "live": {"model", "diagnostics"},
    "app": {"live"},
}
# what the conductor is made of: each joins what is pure with what the disk, the cache and other processes hold
STAGES: dict[str, set[str]] = {
    "wishes": {"model"},
    "beside": {"model", "bibliography", "cache", "glossary", "packing", "project", "scan", "stamps"},
    "texts": {
        "model", "cache", "collections", "config", "config_file", "frontmatter", "glossary", "macros", "markdown",
        "markdown.options", "packing", "scan", "words",
    },
    "pictures": {"model", "address", "cache", "drawings", "packing", "pixels", "scan", "stamps", "variants"},
    "notes": {"model", "cache", "collections", "config", "markdown.options", "packing", "pool", "scan", "texts"},
    "ground": {
        "model", "beside", "bibliography", "collections", "glossary", "notes", "pictures", "project", "scan", "texts",
        "theme",
    },
    "layout": {
        "model", "address", "beside", "diagnostics", "emit", "fonts", "ground", "index", "ledger", "outputs", "packing",
        "project", "results", "site", "stamps", "targets", "tex", "texts", "yamltree",
    },
    "searching": {
        "model", "cache", "emit", "fulltext", "index", "markdown.options", "packing", "pool", "search", "stamps", "tex",
        "words",
    },
    "rendering": {
        "model", "notes", "outputs", "packing", "pool", "site", "stamps", "targets", "theme", "trace",
    },
    "memory": {"model", "cache", "layout", "ledger", "notes", "pictures", "scan", "stamps", "theme", "trace"},
    "due": {"model", "layout", "memory", "notes", "trace"},
    "outcome": {"model", "emit", "layout", "rendering", "trace"},
    "archive": {
        "cache", "due", "emit", "house", "layout", "ledger", "memory", "notes", "outcome", "packing", "project",
        "searching", "stamps", "trace",
    },
    "inputs": {"archive", "beside", "images", "packing", "project", "scan", "stamps", "theme"},
    "groundwork": {
        "model", "archive", "beside", "clock", "ground", "inputs", "layout", "notes", "packing", "pictures",
        "rendering", "scan", "texts", "theme", "variants", "wishes",
    },
    "edition": {
        "model", "archive", "diagnostics", "due", "emit", "layout", "outcome", "rendering", "wishes",
    },
    "reports": {"model", "archive", "diagnostics", "edition", "memory", "notes", "trace", "wishes"},
}  # fmt: skip
TOP: dict[str, set[str]] = {
    "build": {
        "model", "archive", "beside", "cache", "clock", "diagnostics", "due", "edition", "emit", "fonts", "ground",
        "groundwork", "index", "inputs", "layout", "ledger", "lock", "memory", "notes", "outcome", "output_folder",
        "packing", "project", "rendering", "reports", "searching", "wishes",
    },
    "preview": {
        "model", "address", "archive", "beside", "build", "changes", "diagnostics", "ledger", "live", "memory",
        "outputs", "project", "watch", "wishes",
    },
    "serve": {"app", "archive", "emit", "live", "output_folder", "preview", "project"},
    "cli": {
        "model", "beside", "build", "config", "diagnostics", "external", "live", "pool", "preview", "project", "serve",
        "starter",
    },
    "__main__": {"cli"},
}  # fmt: skip
FLOORS = (PURE, EFFECTS, STAGES, TOP)
ALLOWED = {**PURE, **EFFECTS, **STAGES, **TOP}
# a room that imports one of a floor above its own, and why it may: see there
EXCEPTIONS = {("outputs", "theme")}

# the outside world, as the standard library names it
WORLD = {
    "asyncio", "glob", "http", "io", "os", "pathlib", "random", "secrets", "shutil", "signal", "socket", "sqlite3",
    "subprocess", "sys", "tempfile", "threading", "time", "urllib.request", "uuid",
}  # fmt: skip
# calls that read a file or the clock, write to a terminal, or differ from one process to the next
IMPURE_CALLS = {"open", "print", "input", "now", "utcnow", "today", "getenv", "read_text", "read_bytes", "hash", "id"}
# `id` finds what was made of the very same object, which is kept beside it: no answer depends on the number
IDENTITIES = {"trace", "outputs.page", "tex.care"}


@cache
def modules() -> Sequence[tuple[str, ast.Module]]:
    """The modules of the package by their names, without its own."""
    found = []
    for file in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(file.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")
        if name != "__init__":
            found.append((name, ast.parse(file.read_text("utf-8"))))
    return found


def room_of(module: str) -> str:
    steps = module.split(".")
    names = [".".join(steps[:count]) for count in range(len(steps), 0, -1)]
    return next((name for name in names if name in ALLOWED), steps[0])


def imported(tree: ast.Module) -> Iterator[str]:
    """The modules that a module imports, at any depth; `from a import b` is both `a` and `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:  # the others stay inside their package
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_every_module_has_its_room() -> None:
    assert {room_of(name) for name, _ in modules()} == set(ALLOWED)


def test_imports_point_one_way() -> None:
    wrong = set()
    for name, tree in modules():
        room = room_of(name)
        for full in imported(tree):
            ours = full.removeprefix("notes_site.")
            target = room_of(ours)
            if full != ours and target in ALLOWED and target != room and target not in ALLOWED[room]:
                wrong.add(f"{name} imports {ours}")
    assert wrong == set()


def test_the_table_of_rooms_has_no_circle() -> None:
    left = {room: set(allowed) for room, allowed in ALLOWED.items()}
    while left:
        free = [room for room, allowed in left.items() if not allowed & left.keys()]
        assert free, f"a circle among {sorted(left)}"
        for room in free:
            del left[room]


def test_pure_rooms_do_not_know_the_outside_world() -> None:
    wrong = set()
    for name, tree in modules():
        if room_of(name) not in PURE:
            continue
        wrong |= {f"{name} imports {full}" for full in imported(tree) if full in WORLD or full.split(".")[0] in WORLD}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if called in IMPURE_CALLS and not (called == "id" and name in IDENTITIES):
                    wrong.add(f"{name}:{node.lineno} calls {called}")
    assert wrong == set()


def test_no_floor_of_the_house_rests_on_one_above_it() -> None:
    assert sum(map(len, FLOORS)) == len(ALLOWED)
    above = {
        (room, target)
        for i, floor in enumerate(FLOORS)
        for room, allowed in floor.items()
        for target in allowed
        if not any(target in lower for lower in FLOORS[: i + 1])
    }
    assert above == EXCEPTIONS


def test_the_table_allows_nothing_that_nobody_imports() -> None:
    used: dict[str, set[str]] = {room: set() for room in ALLOWED}
    for name, tree in modules():
        used[room_of(name)] |= {room_of(n) for f in imported(tree) if (n := f.removeprefix("notes_site.")) != f}
    rooms = {**PURE, **EFFECTS, **STAGES}
    assert {room: allowed - used[room] for room, allowed in rooms.items() if allowed - used[room]} == {}


def queries_of(asked: type) -> dict[str, ast.FunctionDef]:
    """The queries that a class marks, by name."""
    functions = [n for n in ast.walk(ast.parse(inspect.getsource(asked))) if isinstance(n, ast.FunctionDef)]
    return {
        function.name: function
        for function in functions
        if any(isinstance(d, ast.Call) and getattr(d.func, "id", "") == "query" for d in function.decorator_list)
    }


# what outputs may ask, and the name by which each of the two is asked
ASKED = {"site": queries_of(Site), "around": queries_of(Around)}


def test_every_query_belongs_to_the_site_or_to_what_is_around_it() -> None:
    of_site, of_around = ASKED.values()
    assert not of_site.keys() & of_around.keys()
    assert of_site.keys() | of_around.keys() == QUERIES.keys() == WORDS.keys()
    for name in QUERIES:
        assert QUERIES[name] is vars(Site if name in of_site else Around)[name]


@pytest.mark.parametrize("asked", ASKED)
def test_a_query_calls_no_other_query(asked: str) -> None:
    for name, function in ASKED[asked].items():
        used = {
            node.attr
            for node in ast.walk(function)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
        }
        assert not used & QUERIES.keys(), f"{name} calls {used & QUERIES.keys()}"


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_the_words_of_a_query_say_its_arguments(name: str) -> None:
    count = len(inspect.signature(QUERIES[name]).parameters) - 1
    arguments = [f"argument {i}" for i in range(count)]
    assert ("argument" in WORDS[name].format(*arguments)) is (count > 0)


def test_outputs_ask_nothing_but_queries() -> None:
    """`site.X`, `filling.site.X`, `context.around.X`: nothing is read there that is not recorded."""
    seen = dict.fromkeys(ASKED, 0)
    for name, tree in modules():
        if name.split(".")[0] not in ("outputs", "link"):
            continue
        for node in ast.walk(tree):
            if not isinstance(node, ast.Attribute):
                continue
            asked = getattr(node.value, "id", "") or getattr(node.value, "attr", "")
            asked = asked.removeprefix("_")
            if asked in ASKED:
                seen[asked] += 1
                assert node.attr in ASKED[asked], f"{name}:{node.lineno} asks {asked}.{node.attr}"
    assert all(seen.values())


def test_nobody_looks_behind_the_queries() -> None:
    """What Around answers from is named by the class itself alone."""
    for name, tree in modules():
        if not name.startswith("outputs."):
            continue
        around = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Around"]
        inside = {node for known in around for node in ast.walk(known)}
        found = {n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr == "surroundings"}
        assert found <= inside, f"{name}:{[node.lineno for node in found - inside]}"
        assert bool(found) == bool(around)


NONSENSE = ("", "nonsense", "../..", "/", "\0", "wiki:x", "wiki:", "a.md", "#", "%zz", "ſ" * 2000, "x/../a.md")
KNOWN = ("title", "hero", "latest", "cite", "urls", "note.html", "style.css", "On $x$", "/s/", "s/b.md", "t")


@pytest.fixture(scope="module")
def objects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """A site and what is around it, by the names under which they are asked."""
    notes: dict[str, str | bytes] = {
        "site.yml": "title: On $x$\nnavigation: [{title: A, to: a.md}]\nhero: {title: Here}\n",
        "content/a.md": "---\ntags: [t]\n---\n\n# A\n\n[[b]] ![[b]]\n",
        "content/s/index.md": "# S\n",
        "content/s/b.md": "# B\n",
        "content/s/c.txt": "text",
    }
    made = laid(write(tmp_path_factory.mktemp("site"), notes))
    return {"site": made.site, "around": made.around}


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_a_query_is_total_and_its_answer_is_a_frozen_value_that_can_be_kept(
    name: str, objects: dict[str, object]
) -> None:
    asked = objects["site" if name in ASKED["site"] else "around"]
    parameters = list(inspect.signature(QUERIES[name]).parameters.values())[1:]
    assert all(p.kind is p.POSITIONAL_OR_KEYWORD and p.default is p.empty for p in parameters)
    known = NONSENSE + KNOWN if len(parameters) < 3 else NONSENSE
    kind = get_type_hints(QUERIES[name])["return"]
    choices = [(-1, 0, 10**9) if p.annotation == "int" else known for p in parameters]
    for arguments in itertools.product(*choices):
        answer = QUERIES[name](asked, *arguments)
        assert answer == QUERIES[name](asked, *arguments)
        hash(answer)  # a list or a dictionary has none
        assert unpack(pack(answer), kind) == answer

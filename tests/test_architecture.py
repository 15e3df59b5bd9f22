"""The house keeps its shape: imports point one way, the middle is pure, questions to the Site are total."""

from __future__ import annotations

import ast
import inspect
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from sites import indexed, write

import notes_site
from notes_site import build as conductor  # noqa: F401 - every query is registered when all rooms are imported
from notes_site.site import Site
from notes_site.trace import QUERIES

PACKAGE = Path(notes_site.__file__).parent

# Each room, and the rooms that it may import; a package is one room, but for what stands here by itself.
PURE: dict[str, set[str]] = {
    "model": set(),
    "address": set(),
    "patterns": set(),
    "trace": set(),
    "yamltree": set(),
    "diagnostics": {"model"},
    "numbers": {"model"},
    "tex": set(),
    "frontmatter": {"model", "address", "yamltree"},
    "config": {"model", "diagnostics", "frontmatter", "tex", "yamltree"},
    "markdown.draft": {"model", "tex"},
    "notebook": {"model", "diagnostics", "markdown.draft"},
    "markdown": {"model", "diagnostics", "frontmatter", "markdown.draft", "notebook", "tex"},
    "collections": {"model", "address", "config", "numbers", "patterns"},
    "destinations": {"model", "address", "diagnostics", "markdown"},
    "site": {"model", "address", "collections", "config", "destinations", "diagnostics", "markdown", "trace"},
    "link": {"model", "markdown"},
    # the theme reads files; the conductor hands it to outputs, which only ask it to render
    "outputs": {"model", "address", "config", "link", "site", "theme"},
    "targets": {"model", "address", "outputs", "site"},
}
EFFECTS: dict[str, set[str]] = {
    "theme": {"model"},
    "scan": {"model", "diagnostics", "patterns"},
    "emit": {"model"},
    "images": {"notebook"},
    "fonts": set(),
    "pool": {"model", "markdown", "markdown.draft", "tex"},
    "external": {"model", "theme"},
    "project": {"model", "config"},
    "starter": {"markdown"},
    "changes": set(),
    "watch": {"changes"},
    "live": {"model", "diagnostics"},
    "app": {"live"},
}
TOP: dict[str, set[str]] = {
    "build": {*PURE, *EFFECTS},
    "preview": {
        "model", "address", "build", "changes", "diagnostics", "emit", "frontmatter", "live", "outputs", "project",
        "watch",
    },
    "serve": {"app", "build", "emit", "live", "preview", "project"},
    "cli": {"model", "config", "diagnostics", "project", "build", "external", "starter", "live", "preview", "serve"},
    "__main__": {"cli"},
}
ALLOWED = {**PURE, **EFFECTS, **TOP}

# the outside world, as the standard library names it
WORLD = {
    "asyncio", "glob", "http", "io", "os", "pathlib", "random", "secrets", "shutil", "signal", "socket", "sqlite3",
    "subprocess", "sys", "tempfile", "threading", "time", "urllib.request", "uuid",
}  # fmt: skip
# calls that read a file or the clock, write to a terminal, or differ from one process to the next
IMPURE_CALLS = {"open", "print", "input", "now", "utcnow", "today", "getenv", "read_text", "read_bytes", "hash", "id"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for file in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(file.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")
        if name != "__init__":
            yield name, ast.parse(file.read_text("utf-8"))


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
                if called in IMPURE_CALLS:
                    wrong.add(f"{name}:{node.lineno} calls {called}")
    assert wrong == set()


def test_effects_do_not_import_the_conductor_or_each_other_in_a_circle() -> None:
    assert all(not allowed & TOP.keys() for allowed in {**PURE, **EFFECTS}.values())


def test_the_index_is_asked_by_queries_that_call_no_other_query() -> None:
    tree = ast.parse(inspect.getsource(Site))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    marked = {f.name: f for f in functions if any(getattr(d, "id", "") == "query" for d in f.decorator_list)}
    assert marked.keys() == QUERIES.keys()
    for name, function in marked.items():
        used = {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)}
        self_used = {
            node.attr
            for node in ast.walk(function)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
        }
        assert not self_used & QUERIES.keys(), f"{name} calls {self_used & used & QUERIES.keys()}"


def test_outputs_ask_the_site_nothing_but_queries() -> None:
    for name, tree in modules():
        if not name.startswith("outputs."):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "site":
                assert node.attr in QUERIES, f"{name}:{node.lineno} asks site.{node.attr}"


NONSENSE = ("", "nonsense", "../..", "/", "\0", "wiki:x", "wiki:", "a.md", "#", "%zz", "ſ" * 2000, "x/../a.md")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    notes: dict[str, str | bytes] = {
        "content/a.md": "---\ntags: [t]\n---\n\n# A\n\n[[b]] ![[b]]\n",
        "content/s/index.md": "# S\n",
        "content/s/b.md": "# B\n",
        "content/s/c.txt": "text",
    }
    return indexed(write(tmp_path_factory.mktemp("site"), notes))


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_a_query_is_total_and_its_answer_is_a_frozen_value(name: str, site: Site) -> None:
    parameters = list(inspect.signature(QUERIES[name]).parameters.values())[1:]
    assert all(p.kind is p.POSITIONAL_OR_KEYWORD and p.default is p.empty for p in parameters)
    choices = [(-1, 0, 10**9) if p.annotation == "int" else NONSENSE for p in parameters]
    for arguments in itertools.product(*choices):
        answer = QUERIES[name](site, *arguments)
        assert answer == QUERIES[name](site, *arguments)
        hash(answer)  # a list or a dictionary has none

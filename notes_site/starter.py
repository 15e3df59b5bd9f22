"""`init` and `new`: a small site that builds, or one around notes that are there, and a note with its front matter.

Invariant: nothing that exists is overwritten.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from msgspec import Struct

from notes_site.markdown.source import title_from_path
from notes_site.scan import NOTES

# folders of a habit in which all notes of a project may lie
_CONTENT: Final = ("content", "notes", "docs")
# files that tell of a project, and are no notes of its author
_ABOUT: Final = frozenset(("readme", "license", "licence", "contributing", "changelog", "code_of_conduct", "security"))
# what other programs put among notes: patterns, and an example of a file that each means
_FOREIGN: Final = (
    ("**/*.excalidraw.md", re.compile(r"(?:.*/)?[^/]+\.excalidraw\.md")),  # a/drawing.excalidraw.md
    ("**/_*.qmd", re.compile(r"(?:.*/)?_[^/]+\.qmd")),  # a/_part.qmd, which another one includes
)


class Started(Struct, frozen=True):
    """What `start` wrote; for notes that were there, how many they are, in which folder, and what it left to say."""

    written: tuple[str, ...]
    notes: int = 0
    content: str = ""
    output: str = "public"
    advice: tuple[str, ...] = ()


def _files(folder: Traversable, prefix: str = "") -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        # a wheel and git both treat names with a leading dot specially, so they are stored without it
        name = prefix + re.sub(r"^dot-", ".", entry.name)
        if entry.is_dir():
            found += _files(entry, name + "/")
        else:
            found.append((name, entry.read_bytes()))
    return found


def start(folder: Path) -> Started:
    """Write a site into `folder`: the starter, or around the notes that are there what they lack to be one.

    Raises FileExistsError when a file of it is already there, before anything is written, and OSError.
    """
    files = dict(_files(resources.files("notes_site").joinpath("data", "starter")))
    found = sorted(_notes(folder))
    if found:
        return _around(folder, found, files)
    for name in files:
        if os.path.lexists(folder / name):
            raise FileExistsError(f"{folder / name} exists; nothing was written")
    _write(folder, files)
    return Started(tuple(files))


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def _notes(folder: Path) -> Iterator[str]:
    """The notes that lie in a folder, by their paths there."""
    for here, folders, names in os.walk(folder):
        inner = Path(here).relative_to(folder)
        folders[:] = [name for name in folders if not name.startswith((".", "_site")) and name != "node_modules"]
        for name in names:
            stem, ending = os.path.splitext(name)
            about = inner == Path() and stem.lower() in _ABOUT
            if ending.lower() in NOTES and not name.startswith(".") and not about:
                yield (inner / name).as_posix()


def _around(folder: Path, found: list[str], starter: dict[str, bytes]) -> Started:
    """Write what makes a site of notes that are there; they stay as they are."""
    if os.path.lexists(folder / "site.yml"):
        raise FileExistsError(f"{folder / 'site.yml'} exists; nothing was written")
    tops = {name.split("/", 1)[0] for name in found}
    content = next((name for name in _CONTENT if tops == {name}), ".")
    output = "_site" if content == "." or (folder / "public").exists() else "public"
    ignore = [pattern for pattern, form in _FOREIGN if any(form.fullmatch(name) for name in found)]
    title = title_from_path(f"{folder.resolve().name}/index.md")
    lines = [f"title: {json.dumps(title, ensure_ascii=False)}"]
    lines += ["# The address where the site will be served; feeds and the site map need it."]
    lines += ["# base_url: https://example.org/notes/"]
    lines += [f"content: {content}"] * (content != "content") + [f"output: {output}"] * (output != "public")
    lines += [f"ignore: {json.dumps(ignore)}"] * bool(ignore)
    files = {"site.yml": ("\n".join(lines) + "\n").encode()}
    advice: list[str] = []
    for name in (".gitignore", ".github/workflows/pages.yml"):
        # `public/` and `path: public`
        data = re.sub(rb"(?m)^public(?=/$)|(?<=path: )public$", output.encode(), starter[name])
        if not os.path.lexists(folder / name):
            files[name] = data
        elif name == ".gitignore":
            there = (folder / name).read_text("utf-8", "replace").split()
            lacking = [line for line in data.decode().split() if not {line, line.rstrip("/"), f"/{line}"} & set(there)]
            advice += [f"add to .gitignore: {' '.join(lacking)}"] * bool(lacking)
    for name in ("templates", "static") if content == "." else ():
        count = sum(path.startswith(f"{name}/") for path in found)
        if count:
            what = "page templates" if name == "templates" else "files that are copied as they are"
            advice.append(
                f"{name}/ is left out: it is the folder of {what}; `{name}: other` in site.yml lets its notes in"
            )
            found = [path for path in found if not path.startswith(f"{name}/")]
    found = [path for path in found if not any(form.fullmatch(path) for _, form in _FOREIGN)]
    _write(folder, files)
    return Started(tuple(files), len(found), content, output, tuple(advice))


def new_note(path: Path, *, today: date) -> Path:
    """Write a note with title, date, description and tags to fill in; `.md` is added to a name without ending.

    A file name such as `07-early-stopping.md` gives the title "Early stopping". Raises FileExistsError, OSError, and
    ValueError for a name that is no note's.
    """
    if path.suffix == "":
        path = path.with_name(path.name + ".md")
    if path.suffix not in (".md", ".qmd", ".markdown"):
        raise ValueError(f"{path.name} is not the name of a note: end it in .md or .qmd")
    title = title_from_path(path.as_posix())
    text = (
        f"---\ntitle: {json.dumps(title, ensure_ascii=False)}\ndate: {today.isoformat()}\n"
        'description: ""\ntags: []\n---\n\n'
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return path

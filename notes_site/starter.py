"""`init` and `new`: a small site that builds, and a note with its front matter. Nothing that exists is overwritten."""

from __future__ import annotations

import json
import re
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from notes_site.markdown.source import title_from_path


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


def start(folder: Path) -> tuple[str, ...]:
    """Write the starter site into `folder`; returns the names written.

    Raises FileExistsError when one of its files is already there, before anything is written, and OSError.
    """
    files = _files(resources.files("notes_site").joinpath("data", "starter"))
    for name, _ in files:
        if (folder / name).exists() or (folder / name).is_symlink():
            raise FileExistsError(f"{folder / name} exists; nothing was written")
    for name, data in files:
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return tuple(name for name, _ in files)


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

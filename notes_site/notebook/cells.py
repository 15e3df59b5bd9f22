"""The cells of a notebook, joined.

Invariant: a cell ends where it ends: no fence of it is open in the next one.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Final
from urllib.parse import quote

from msgspec import Struct, field

from notes_site.markdown.draft import Cell
from notes_site.model import INSIDE, Blob, Diagnostic, Span, place_in
from notes_site.notebook.fences import closed
from notes_site.notebook.outputs import PICTURES, Showing, merged, picture_bytes
from notes_site.notebook.unknown import MARKS, clean, items, language_of, mapping, tags_of, text_of
from notes_site.pixels import pixels


class Notebook(Struct, frozen=True):
    """A notebook, joined: `cells` say where each cell begins in `text`, `outputs` stand where their marks are."""

    text: str
    cells: tuple[Cell, ...] = ()
    outputs: tuple[str, ...] = ()
    blobs: tuple[Blob, ...] = ()
    problems: tuple[Diagnostic, ...] = ()


def read(data: bytes, path: str) -> Notebook:
    """The notebook in `data`; when it is none, an empty text and one N004."""
    try:
        root: object = json.loads(data)
    except json.JSONDecodeError as problem:
        row = problem.doc.split("\n")[problem.lineno - 1]
        span = Span(path, problem.lineno, problem.colno)
        return _refusal(f"not valid JSON: {problem.msg}", span, "" if "\0" in row else row)
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        column = len(data[data.rfind(b"\n", 0, problem.start) + 1 : problem.start].decode("utf-8", "replace")) + 1
        return _refusal(f"not valid JSON: not UTF-8 ({problem.reason})", Span(path, line, column))
    except (ValueError, RecursionError):
        return _refusal("JSON that cannot be read: it is nested too deeply, or a number is too long", Span(path, 1, 1))
    book = mapping(root)
    version = book.get("nbformat", 4)
    if isinstance(version, int) and version < 3:
        hint = "convert it with `jupyter nbconvert --to notebook`"
        return _refusal(f"a notebook of version {version} cannot be read", Span(path, 1, 1), hint=hint)
    cells = book.get("cells")
    if cells is None and isinstance(book.get("worksheets"), list):
        cells = [cell for sheet in items(book["worksheets"]) for cell in items(mapping(sheet).get("cells"))]
    if not isinstance(cells, list):
        return _refusal('not a notebook: there are no "cells"', Span(path, 1, 1))
    joining = Joining(path, language_of(mapping(book.get("metadata"))))
    for index, cell in enumerate(cells):
        joining.add(mapping(cell), index + 1)
    return joining.notebook()


def _refusal(message: str, span: Span, excerpt: str = "", hint: str = "") -> Notebook:
    return Notebook("", problems=(place_in(clean(excerpt), span).problem("N004", message, hint),))


# `#| fig-cap: "Loss by epoch"`
_OPTION: Final = re.compile(r"\s*(?:#|//|--|%%)\|\s*(?P<key>[\w.-]+)\s*:\s*(?P<value>.*)$")
# `![a [1] plot]`, and a title after the address: ` "Loss"`
_IMAGE_TEXT: Final = r"!\[(?:[^\[\]\n]|\[[^\[\]\n]*\])*\]"
_IMAGE_TITLE: Final = r"(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'))?"
_FOLDED: Final = '<details class="code-fold"><summary>Output</summary>'
_RAW_AS_TEXT: Final = ("", "text/html", "text/markdown", "text/x-markdown", "markdown", "html")


def _options(source: str) -> dict[str, str]:
    """Quarto's `#| key: value` lines at the head of a cell."""
    options: dict[str, str] = {}
    for row in source.split("\n"):
        found = _OPTION.match(row)
        if found is None:
            break
        options[found["key"]] = found["value"].strip().strip("\"'")
    return options


class Joining(Struct):
    """Cells joined so far. Lives for one `read`."""

    path: str
    language: str
    lines: list[str] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    blobs: dict[str, Blob] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)

    def notebook(self) -> Notebook:
        text = "\n".join(self.lines)
        return Notebook(text, tuple(self.cells), tuple(self.outputs), tuple(self.blobs.values()), tuple(self.problems))

    def add(self, cell: dict[str, object], number: int) -> None:
        kind, tags = cell.get("cell_type"), tags_of(cell)
        if "remove-cell" in tags:
            return
        source = self.source(cell, number)
        if kind == "code":
            self.code(cell, source, number, tags)
        elif kind == "raw":
            self.raw(cell, source, number)
        elif kind == "heading" and source.strip():
            level = cell.get("level")
            level = min(max(level, 1), 6) if isinstance(level, int) else 1
            self.block(f"{'#' * level} {' '.join(source.split())}", number)
        elif kind == "markdown" and source.strip():
            self.block(closed(self.attached(cell, source)), number)

    def source(self, cell: dict[str, object], number: int) -> str:
        text = text_of(cell.get("source", cell.get("input"))).replace("\r", "\n").rstrip("\n")
        found = MARKS.search(text)
        if found is not None:
            at = found.start()
            line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
            place = place_in(clean(text.split("\n")[line - 1]), Span(self.path, line, column, 1, number))
            self.problems.append(place.problem("N005", "control characters are left out"))
        return clean(text)

    def block(self, text: str, number: int | None = None, head: int = 0) -> None:
        """Add lines and an empty one; `head` lines of them stand before the first line of the cell `number`."""
        if number is not None:
            self.cells.append(Cell(len(self.lines) + head, number))
        self.lines += (*text.replace("\r", "\n").split("\n"), "")

    def raw(self, cell: dict[str, object], source: str, number: int) -> None:
        """Front matter, text for this format, or (left out) text for another."""
        metadata = mapping(cell.get("metadata"))
        form = text_of(metadata.get("raw_mimetype", metadata.get("format"))).strip().lower()
        if source.startswith("---"):
            if not self.lines:
                self.block(source, number)
        elif source.strip() and form in _RAW_AS_TEXT:
            self.block(closed(source), number)

    def attached(self, cell: dict[str, object], source: str) -> str:
        """The text of a cell whose pictures `attachment:name` have become `blob:…`."""
        for name, bundle in mapping(cell.get("attachments")).items():
            for media_type, value in mapping(bundle).items():
                data = picture_bytes(media_type, value)
                if data is None or not clean(name):
                    continue
                target = INSIDE + self.blob(data, media_type)
                written = "|".join(re.escape(form) for form in sorted({clean(name), quote(clean(name))}))
                pattern = rf"(?<=[(<\"' ])attachment:(?:{written})(?=[)>\"' \n]|\Z)"
                source = re.sub(pattern, target, source)
                width, height = pixels(data)
                if width and height:
                    image = rf"{_IMAGE_TEXT}\([ \t]*<?{re.escape(target)}>?{_IMAGE_TITLE}[ \t]*\)(?!\{{)"
                    source = re.sub(image, rf"\g<0>{{width={width} height={height}}}", source)
                break
        return source

    def blob(self, data: bytes, media_type: str) -> str:
        """Keep a file; its name says what it holds, so the same picture is kept once."""
        name = f"{hashlib.sha256(data).hexdigest()[:16]}.{PICTURES[media_type]}"
        self.blobs.setdefault(name, Blob(name, data))
        return name

    def broken(self, media_type: str, number: int) -> None:
        """Report an output of a cell that is no picture, though it should be one."""
        form = "SVG" if media_type == "image/svg+xml" else "base64"
        message = f"a picture that this cell has shown is left out: its {media_type} is not {form}"
        place = place_in("", Span(self.path, 0, 0, 1, number))
        self.problems.append(place.problem("N130", message, "run the cell again"))

    def code(self, cell: dict[str, object], source: str, number: int, tags: set[str]) -> None:
        options = _options(source)
        if source.strip() and "remove-input" not in tags:
            fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", source)), 3)
            folded = ' code-fold="true"' if tags & {"hide-input", "hide-cell"} else ""
            self.block(f"{fence}{{{self.language}{folded}}}\n{source}\n{fence}", number, head=1)
        else:
            self.cells.append(Cell(len(self.lines), number))
        silent = options.get("output") == "false" or options.get("include") == "false"
        if silent or "remove-output" in tags:
            return
        shown, start = Showing(self, number, options), len(self.lines)
        for output in merged(items(cell.get("outputs"))):
            shown.add(output)
        if tags & {"hide-output", "hide-cell"} and len(self.lines) > start:
            self.lines[start:start] = [_FOLDED, ""]
            self.block("</details>")

"""A notebook's cells as one Markdown text, and its stored outputs as HTML. Reads no file, runs no code.

Invariant: `read` returns for any bytes. Every line `\\x02n\\x02` of the text names an output, every `\\x03name\\x03` of
an output and every `blob:name` that `read` wrote names a blob; the author cannot write either mark.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
import struct
from html import escape
from html.parser import HTMLParser
from typing import Final
from urllib.parse import quote

from msgspec import Struct, field

from notes_site.markdown.draft import Cell
from notes_site.model import Blob, Diagnostic, Span, place_in


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
    book = _mapping(root)
    version = book.get("nbformat", 4)
    if isinstance(version, int) and version < 3:
        hint = "convert it with `jupyter nbconvert --to notebook`"
        return _refusal(f"a notebook of version {version} cannot be read", Span(path, 1, 1), hint=hint)
    cells = book.get("cells")
    if cells is None and isinstance(book.get("worksheets"), list):
        cells = [cell for sheet in _list(book["worksheets"]) for cell in _list(_mapping(sheet).get("cells"))]
    if not isinstance(cells, list):
        return _refusal('not a notebook: there are no "cells"', Span(path, 1, 1))
    joining = _Joining(path, _language(_mapping(book.get("metadata"))))
    for index, cell in enumerate(cells):
        joining.add(_mapping(cell), index + 1)
    return joining.notebook()


def _refusal(message: str, span: Span, excerpt: str = "", hint: str = "") -> Notebook:
    return Notebook("", problems=(place_in(_clean(excerpt), span).problem("N004", message, hint),))


# -- values of unknown shape -------------------------------------------------------------------------------------------

# the marks of this module and of the parser; halves of surrogate pairs, which no encoding can write
_MARKS: Final = re.compile("[\0\x02\x03]")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    """Text that nbformat keeps as a string or as a list of lines; line ends are made `\\n`."""
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""


def _clean(text: str) -> str:
    return _SURROGATES.sub("\ufffd", _MARKS.sub("", text))


_LANGUAGES: Final = {"c++": "cpp", "c#": "csharp", "f#": "fsharp", "ipython": "python", "ir": "r"}


def _language(metadata: dict[str, object]) -> str:
    """The language of the code cells, fit to stand between braces: `python`, `r`, `julia`, `cpp`."""
    kernel, info = _mapping(metadata.get("kernelspec")), _mapping(metadata.get("language_info"))
    for value in (kernel.get("language"), info.get("name"), metadata.get("language"), kernel.get("name")):
        name = _text(value).strip().lower()
        name = re.sub(r"(?<=[a-z])[\d.-]+$", "", _LANGUAGES.get(name, name))
        if re.fullmatch(r"[a-z][a-z0-9_-]*", _LANGUAGES.get(name, name)):
            return _LANGUAGES.get(name, name)
    return "python"


def _tags(cell: dict[str, object]) -> set[str]:
    tags = _list(_mapping(cell.get("metadata")).get("tags"))
    return {tag.replace("_", "-") for tag in tags if isinstance(tag, str)}


# -- cells -------------------------------------------------------------------------------------------------------------

# `#| fig-cap: "Loss by epoch"`
_OPTION: Final = re.compile(r"\s*(?:#|//|--|%%)\|\s*(?P<key>[\w.-]+)\s*:\s*(?P<value>.*)$")
# a line that opens or closes a fence: "```python", "~~~"
_FENCE: Final = re.compile(r"(?P<mark>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)$")
# a fence inside a list, a quote or an indentation: "  ```", "1. ```py"
_NESTED_FENCE: Final = re.compile(r"^(?:[ \t]+|[ \t]*(?:[-+*>]|\d+[.)])[ \t]*.*)(?:```|~~~)", re.MULTILINE)
# `![a [1] plot]`, and a title after the address: ` "Loss"`
_IMAGE_TEXT: Final = r"!\[(?:[^\[\]\n]|\[[^\[\]\n]*\])*\]"
_IMAGE_TITLE: Final = r"(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'))?"
_FOLDED: Final = '<details class="code-fold"><summary>Output</summary>'
_RAW_AS_TEXT: Final = ("", "text/html", "text/markdown", "text/x-markdown", "markdown", "html")


def _closed(text: str) -> str:
    """The text with its last fence closed, so that one cell cannot swallow the next. In doubt, as it is."""
    if _NESTED_FENCE.search(text):
        return text
    mark = ""
    for row in text.split("\n"):
        found = _FENCE.match(row)
        if found is None:
            continue
        if not mark:
            mark = found["mark"]
        elif found["mark"].startswith(mark) and not found["info"].strip():
            mark = ""
    return f"{text}\n{mark}" if mark else text


def _options(source: str) -> dict[str, str]:
    """Quarto's `#| key: value` lines at the head of a cell."""
    options: dict[str, str] = {}
    for row in source.split("\n"):
        found = _OPTION.match(row)
        if found is None:
            break
        options[found["key"]] = found["value"].strip().strip("\"'")
    return options


class _Joining(Struct):
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
        kind, tags = cell.get("cell_type"), _tags(cell)
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
            self.block(_closed(self.attached(cell, source)), number)

    def source(self, cell: dict[str, object], number: int) -> str:
        text = _text(cell.get("source", cell.get("input"))).replace("\r", "\n").rstrip("\n")
        found = _MARKS.search(text)
        if found is not None:
            at = found.start()
            line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
            place = place_in(_clean(text.split("\n")[line - 1]), Span(self.path, line, column, 1, number))
            self.problems.append(place.problem("N005", "control characters are left out"))
        return _clean(text)

    def block(self, text: str, number: int | None = None, head: int = 0) -> None:
        """Add lines and an empty one; `head` lines of them stand before the first line of the cell `number`."""
        if number is not None:
            self.cells.append(Cell(len(self.lines) + head, number))
        self.lines += (*text.replace("\r", "\n").split("\n"), "")

    def raw(self, cell: dict[str, object], source: str, number: int) -> None:
        """Front matter, text for this format, or (left out) text for another."""
        metadata = _mapping(cell.get("metadata"))
        form = _text(metadata.get("raw_mimetype", metadata.get("format"))).strip().lower()
        if source.startswith("---"):
            if not self.lines:
                self.block(source, number)
        elif source.strip() and form in _RAW_AS_TEXT:
            self.block(_closed(source), number)

    def attached(self, cell: dict[str, object], source: str) -> str:
        """The text of a cell whose pictures `attachment:name` have become `blob:…`."""
        for name, bundle in _mapping(cell.get("attachments")).items():
            for media_type, value in _mapping(bundle).items():
                data = _picture_bytes(media_type, value)
                if data is None or not _clean(name):
                    continue
                target = "blob:" + self.blob(data, media_type)
                written = "|".join(re.escape(form) for form in sorted({_clean(name), quote(_clean(name))}))
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
        name = f"{hashlib.sha256(data).hexdigest()[:16]}.{_PICTURES[media_type]}"
        self.blobs.setdefault(name, Blob(name, data))
        return name

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
        shown, start = _Showing(self, number, options), len(self.lines)
        for output in _merged(_list(cell.get("outputs"))):
            shown.add(output)
        if tags & {"hide-output", "hide-cell"} and len(self.lines) > start:
            self.lines[start:start] = [_FOLDED, ""]
            self.block("</details>")


# -- outputs -----------------------------------------------------------------------------------------------------------

# `\x1b[31m`, `\x1b]8;;https://x\x07`, `\x1b(B`
_ANSI: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
_CONTROLS: Final = re.compile("[\0-\x08\x0b-\x1f\x7f]")
_PICTURES: Final = {
    "image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp",
}  # fmt: skip
# what a cell may offer for one result, the richest first
_PREFERENCE: Final = ("text/html", "text/markdown", "text/latex", *_PICTURES, "text/plain")
# the names that version 3 gave them
_OLD_NAMES: Final = {
    "html": "text/html", "latex": "text/latex", "svg": "image/svg+xml", "png": "image/png", "jpeg": "image/jpeg",
    "text": "text/plain",
}  # fmt: skip
# environments that need no dollars: `\begin{align*}`
_BARE: Final = re.compile(r"\\begin\{(?:equation|align|alignat|flalign|gather|multline|eqnarray)\*?\}")
_NOT_MATHEMATICS: Final = re.compile(r"\\begin\{(?:tabular|table|figure|longtable|document|tikz)|\\includegraphics")


def _merged(outputs: list[object]) -> list[dict[str, object]]:
    """The outputs, with pieces of one stream that follow each other joined."""
    merged: list[dict[str, object]] = []
    for output in map(_mapping, outputs):
        last = merged[-1] if merged else {}
        if output.get("output_type") == "stream" == last.get("output_type") and _stream(output) == _stream(last):
            merged[-1] = {**last, "text": _text(last.get("text")) + _text(output.get("text"))}
        else:
            merged.append(output)
    return merged


def _stream(output: dict[str, object]) -> str:
    return _text(output.get("name", output.get("stream"))) or "stdout"


def _terminal(text: str) -> str:
    """What a terminal would show: no escapes, and of a line that was written over only its last state."""
    rows = (row.rstrip("\r").rpartition("\r")[2] for row in _ANSI.sub("", text).split("\n"))
    return _clean(_CONTROLS.sub("", "\n".join(rows))).strip("\n")


def _latex(text: str) -> str | None:
    """TeX as the Markdown text that shows it, or None when it is not mathematics."""
    text = re.sub(r"\n\s*\n", "\n", _clean(text).strip())
    if not text or _NOT_MATHEMATICS.search(text):
        return None
    inner = text[1:-1]
    if text[0] == text[-1] == "$" and inner.strip() and "$" not in inner:
        return f"${inner.strip()}$"
    if "$" in text or text.startswith(("\\[", "\\(")) or _BARE.match(text):
        return text
    return f"$$\n{text}\n$$"


def _picture_bytes(media_type: str, value: object) -> bytes | None:
    """The file that a notebook keeps as text: SVG as it is, all others in base64."""
    text = _text(value)
    if media_type not in _PICTURES:
        return None
    if media_type == "image/svg+xml" and "<svg" in text:
        return _clean(text).encode()
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        return None
    return data if data and (media_type != "image/svg+xml" or b"<svg" in data) else None


class _Showing(Struct):
    """The outputs of one cell, added to the text of which the cell is a part."""

    joining: _Joining
    number: int
    options: dict[str, str]

    def show(self, html: str) -> None:
        self.joining.outputs.append(f'<div class="output">{html}</div>')
        self.joining.block(f"\x02{len(self.joining.outputs) - 1}\x02")

    def add(self, output: dict[str, object]) -> None:
        kind = output.get("output_type")
        if kind == "stream":
            self.stream(output)
        elif kind in ("error", "pyerr"):
            self.error(output)
        elif kind in ("display_data", "execute_result", "update_display_data", "pyout"):
            self.result(output)

    def stream(self, output: dict[str, object]) -> None:
        text, name = _terminal(_text(output.get("text"))), _stream(output)
        if not text.strip():
            return
        if self.options.get("output") == "asis" and name == "stdout":
            self.joining.block(_closed(text))
            return
        extra = " stderr" if name == "stderr" else ""
        self.show(f'<pre class="output-text{extra}" tabindex="0">{escape(text, quote=False)}</pre>')

    def error(self, output: dict[str, object]) -> None:
        rows = [_terminal(row) for row in _list(output.get("traceback")) if isinstance(row, str)]
        head = ": ".join(part for part in (_terminal(_text(output.get(key))) for key in ("ename", "evalue")) if part)
        text = "\n".join(rows)
        if head not in text:
            text = f"{head}\n{text}".rstrip("\n")
        self.show(f'<pre class="output-error" tabindex="0">{escape(text, quote=False)}</pre>')

    def result(self, output: dict[str, object]) -> None:
        """Show the richest of the forms in which a result is kept that can be shown."""
        bundle = _mapping(output.get("data"))
        if not bundle:
            bundle = {_OLD_NAMES[key]: value for key, value in output.items() if key in _OLD_NAMES}
        for media_type in _PREFERENCE:
            if media_type in bundle and self.form(media_type, bundle[media_type], _mapping(output.get("metadata"))):
                return

    def form(self, media_type: str, value: object, metadata: dict[str, object]) -> bool:
        """Show one form; False when there is nothing in it to be shown."""
        match media_type:
            case "text/html":
                html = safe_html(_text(value))
                if html:
                    self.show(html)
                return bool(html)
            case "text/markdown" | "text/latex":
                text = _clean(_text(value)).strip("\n") if media_type == "text/markdown" else _latex(_text(value))
                if text and text.strip():
                    self.joining.block(_closed(text))
                return bool(text and text.strip())
            case "text/plain":
                text = _terminal(_text(value))
                if text.strip():
                    self.show(f'<pre class="output-text" tabindex="0">{escape(text, quote=False)}</pre>')
                return True
        data = _picture_bytes(media_type, value)
        if data is None:
            return False
        self.picture(data, media_type, metadata)
        return True

    def picture(self, data: bytes, media_type: str, metadata: dict[str, object]) -> None:
        width, height = _asked(pixels(data), _mapping(metadata.get(media_type)) or metadata)
        size = f' width="{width}" height="{height}"' if width and height else ""
        name = self.joining.blob(data, media_type)
        caption = self.options.get("fig-cap", "")
        alt = self.options.get("fig-alt") or caption or f"Output of cell {self.number}"
        self.show(f'<img src="\x03{name}\x03"{size} alt="{escape(alt)}" loading="lazy" decoding="async">')
        if caption:
            self.joining.block(f"::: {{.figure-caption}}\n{caption}\n:::")


# -- pictures ----------------------------------------------------------------------------------------------------------

_LARGEST: Final = 100_000


def _asked(size: tuple[int, int], metadata: dict[str, object]) -> tuple[int, int]:
    """The size in pixels at which the notebook shows a picture: half of its own for a figure made for fine screens."""
    width, height = size
    wanted, wanted_height = (_length(metadata.get(key)) for key in ("width", "height"))
    if wanted and wanted_height:
        return wanted, wanted_height
    if wanted and width:
        return wanted, max(1, round(height * wanted / width))
    if wanted_height and height:
        return max(1, round(width * wanted_height / height)), wanted_height
    return size


def _length(value: object) -> int:
    """A number of pixels, 0 when it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return 0
    return round(value) if 0 < value <= _LARGEST and math.isfinite(value) else 0


def pixels(data: bytes) -> tuple[int, int]:
    """Width and height that the header of a PNG, GIF, JPEG or SVG file gives; (0, 0) when it gives none."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR" and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
    elif data.startswith((b"GIF87a", b"GIF89a")) and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
    elif data.startswith(b"\xff\xd8"):
        width, height = _jpeg_pixels(data)
    else:
        width, height = svg_pixels(data[:4096].decode("utf-8", "replace"))
    return (width, height) if 0 < width <= _LARGEST and 0 < height <= _LARGEST else (0, 0)


def _jpeg_pixels(data: bytes) -> tuple[int, int]:
    """Walk the segments of a JPEG file to the frame header (ITU T.81, B.2.2)."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        elif marker == 0x01 or 0xD0 <= marker <= 0xD8:
            at += 2
        else:
            at += 2 + int(struct.unpack(">H", data[at + 2 : at + 4])[0])
    return 0, 0


# `<svg width="120px" height='80' viewBox="0 0 120 80">`
_SVG: Final = re.compile(r"<svg\b(?P<attributes>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>", re.IGNORECASE)
_SVG_ATTRIBUTE: Final = re.compile(
    r"(?<![\w:-])(?P<key>width|height|viewBox)\s*=\s*(?:\"(?P<dq>[^\"]*)\"|'(?P<sq>[^']*)')"
)
_NUMBER: Final = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"


def svg_pixels(text: str) -> tuple[int, int]:
    """Width and height of an SVG in pixels, from its `width` and `height` or else its `viewBox`."""
    found = _SVG.search(re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL))
    if found is None:
        return 0, 0
    values: dict[str, str] = {}
    for attribute in _SVG_ATTRIBUTE.finditer(found["attributes"]):
        values.setdefault(attribute["key"], attribute["dq"] or attribute["sq"] or "")
    asked: dict[str, object] = {}
    for key in ("width", "height"):
        length = re.fullmatch(rf"\s*({_NUMBER})(?:px)?\s*", values.get(key, ""))
        if length is not None:
            asked[key] = float(length[1])
    between = r"[\s,]+"
    view = rf"\s*{_NUMBER}{between}{_NUMBER}{between}({_NUMBER}){between}({_NUMBER})\s*"
    numbers = re.fullmatch(view, values.get("viewBox", ""))
    box = (_length(float(numbers[1])), _length(float(numbers[2]))) if numbers else (0, 0)
    return _asked(box if all(box) else (0, 0), asked)


# -- HTML that a cell has shown ----------------------------------------------------------------------------------------

_VOID: Final = frozenset(("br", "col", "hr", "img", "input", "source", "track", "wbr"))
_TABLE: Final = frozenset(("table", "caption", "colgroup", "thead", "tbody", "tfoot", "tr", "td", "th"))
_BLOCKS: Final = frozenset(
    (
        "address", "article", "aside", "blockquote", "center", "details", "div", "dl", "fieldset", "figcaption",
        "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "ol", "p", "pre",
        "section", "table", "ul",
    )
)  # fmt: skip
_INLINE: Final = frozenset(
    (
        "a", "abbr", "audio", "b", "bdi", "bdo", "big", "br", "button", "cite", "code", "data", "dd", "del", "dfn",
        "dt", "em", "font", "i", "iframe", "img", "input", "ins", "kbd", "label", "legend", "li", "mark", "meter",
        "picture", "progress", "q", "rp", "rt", "ruby", "s", "samp", "small", "source", "span", "strike", "strong",
        "sub", "summary", "sup", "time", "track", "tt", "u", "var", "video", "wbr", "col",
    )
)  # fmt: skip
_DRAWING: Final = frozenset(
    (
        "svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "textpath",
        "defs", "use", "symbol", "marker", "clippath", "mask", "pattern", "lineargradient", "radialgradient",
        "stop", "image", "math", "semantics", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "mfrac", "msqrt",
        "mroot", "msub", "msup", "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd", "mstyle",
        "mpadded", "mphantom", "menclose",
    )
)  # fmt: skip
_KNOWN: Final = _BLOCKS | _INLINE | _TABLE | _DRAWING
# these go with all that is in them
_DROPPED: Final = frozenset(
    (
        "script", "style", "template", "noscript", "noembed", "noframes", "title", "textarea", "select", "object",
        "annotation",
    )
)  # fmt: skip
_ROWS: Final = frozenset(("tr", "td", "th"))
# an open element, when it is the innermost, that a start tag closes: `<li>a<li>b`
_CLOSED_BY: Final = {
    **dict.fromkeys(_BLOCKS, frozenset(("p",))),
    "li": frozenset(("li", "p")), "td": frozenset(("td", "th", "p")), "th": frozenset(("td", "th", "p")), "tr": _ROWS,
    "dt": frozenset(("dt", "dd", "p")), "dd": frozenset(("dt", "dd", "p")),
    **dict.fromkeys(("thead", "tbody", "tfoot"), _ROWS | {"thead", "tbody", "tfoot", "colgroup", "caption"}),
}  # fmt: skip
_SEEN: Final = frozenset(("img", "svg", "video", "audio", "iframe", "math", "hr", "input", "progress", "meter"))
_ADDRESSES: Final = frozenset(
    (
        "href", "src", "xlink:href", "poster", "action", "formaction", "cite", "data", "background",
    )
)  # fmt: skip
_DEEPEST: Final = 100


class _Filter(HTMLParser):
    """Writes again what it reads, without what runs, and with every tag closed in its order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.open: list[str] = []
        self.dropping = ""
        self.depth = 0
        self.seen = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.dropping:
            self.depth += tag == self.dropping
        elif tag in _DROPPED:
            self.dropping, self.depth = tag, 1
        elif tag in _KNOWN and len(self.open) < _DEEPEST:
            while self.open and self.open[-1] in _CLOSED_BY.get(tag, ()):
                self.pop()
            self.parts.append(f"<{tag}{_attributes(attrs)}>")
            self.seen = self.seen or tag in _SEEN
            if tag not in _VOID:
                self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _DROPPED:
            return
        self.handle_starttag(tag, attrs)
        if tag in _DRAWING:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.dropping:
            self.depth -= tag == self.dropping
            self.dropping = self.dropping if self.depth else ""
            return
        barriers = ("table",) if tag in _TABLE else ("table", "td", "th", "caption")
        for depth in range(len(self.open) - 1, -1, -1):
            if self.open[depth] == tag:
                while len(self.open) > depth:
                    self.pop()
                return
            if self.open[depth] in barriers:
                return

    def handle_data(self, data: str) -> None:
        if not self.dropping:
            self.parts.append(escape(data, quote=False))
            self.seen = self.seen or bool(data.strip())

    def pop(self) -> None:
        self.parts.append(f"</{self.open.pop()}>")


def _attributes(pairs: list[tuple[str, str | None]]) -> str:
    kept: dict[str, str] = {}
    for name, given in pairs:
        value = given or ""
        address = re.sub(r"[\0-\x20]", "", value).lower()
        runs = name in _ADDRESSES and re.match(r"(?:javascript|vbscript):|data:(?!image/)", address)
        if runs or name.startswith("on") or name == "srcdoc" or not re.fullmatch(r"[a-z_][\w:.-]*", name, re.ASCII):
            continue
        kept.setdefault(name, value)
    return "".join(f' {name}="{escape(value)}"' if value else f" {name}" for name, value in kept.items())


def safe_html(text: str) -> str:
    """HTML without scripts, style sheets and handlers, with balanced tags; empty when nothing in it could be seen."""
    filtering = _Filter()
    try:
        filtering.feed(re.sub(r"<!\[[^>]*>?", "", text))
        filtering.close()
    except AssertionError:  # html.parser gives up on some malformed declarations
        return ""
    while filtering.open:
        filtering.pop()
    return _clean(_CONTROLS.sub("", "".join(filtering.parts))).strip("\n") if filtering.seen else ""

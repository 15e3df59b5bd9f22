"""The stored outputs of a cell, as HTML and Markdown. Runs no code.

Invariant: of what a cell offers for one result, one form is shown, the richest that can be.
"""

from __future__ import annotations

import base64
import re
from html import escape
from typing import Final, Protocol

from msgspec import Struct

from notes_site.notebook.fences import closed
from notes_site.notebook.foreign import safe_html
from notes_site.notebook.unknown import CONTROLS, clean, items, mapping, text_of
from notes_site.pixels import asked_pixels, pixels

# `\x1b[31m`, `\x1b]8;;https://x\x07`, `\x1b(B`
_ANSI: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
PICTURES: Final = {
    "image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp",
}  # fmt: skip
# what a cell may offer for one result, the richest first
_PREFERENCE: Final = ("text/html", "text/markdown", "text/latex", *PICTURES, "text/plain")
# the names that version 3 gave them
_OLD_NAMES: Final = {
    "html": "text/html", "latex": "text/latex", "svg": "image/svg+xml", "png": "image/png", "jpeg": "image/jpeg",
    "text": "text/plain",
}  # fmt: skip
# environments that need no dollars: `\begin{align*}`
_BARE: Final = re.compile(r"\\begin\{(?:equation|align|alignat|flalign|gather|multline|eqnarray)\*?\}")
_NOT_MATHEMATICS: Final = re.compile(r"\\begin\{(?:tabular|table|figure|longtable|document|tikz)|\\includegraphics")


def merged(outputs: list[object]) -> list[dict[str, object]]:
    """The outputs, with pieces of one stream that follow each other joined."""
    merged: list[dict[str, object]] = []
    for output in map(mapping, outputs):
        last = merged[-1] if merged else {}
        if output.get("output_type") == "stream" == last.get("output_type") and _stream(output) == _stream(last):
            merged[-1] = {**last, "text": text_of(last.get("text")) + text_of(output.get("text"))}
        else:
            merged.append(output)
    return merged


def _stream(output: dict[str, object]) -> str:
    return text_of(output.get("name", output.get("stream"))) or "stdout"


def _terminal(text: str) -> str:
    """What a terminal would show: no escapes, and of a line that was written over only its last state."""
    rows = (row.rstrip("\r").rpartition("\r")[2] for row in _ANSI.sub("", text).split("\n"))
    return clean(CONTROLS.sub("", "\n".join(rows))).strip("\n")


def _latex(text: str) -> str | None:
    """TeX as the Markdown text that shows it, or None when it is not mathematics."""
    text = re.sub(r"\n\s*\n", "\n", clean(text).strip())
    if not text or _NOT_MATHEMATICS.search(text):
        return None
    inner = text[1:-1]
    if text[0] == text[-1] == "$" and inner.strip() and "$" not in inner:
        return f"${inner.strip()}$"
    if "$" in text or text.startswith(("\\[", "\\(")) or _BARE.match(text):
        return text
    return f"$$\n{text}\n$$"


def picture_bytes(media_type: str, value: object) -> bytes | None:
    """The file that a notebook keeps as text: SVG as it is, all others in base64."""
    text = text_of(value)
    if media_type not in PICTURES:
        return None
    if media_type == "image/svg+xml" and "<svg" in text:
        return clean(text).encode()
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        return None
    return data if data and (media_type != "image/svg+xml" or b"<svg" in data) else None


class Joined(Protocol):
    """The text to which outputs are added."""

    outputs: list[str]

    def block(self, text: str, /) -> None: ...
    def blob(self, data: bytes, media_type: str) -> str: ...
    def broken(self, media_type: str, number: int) -> None: ...


class Showing(Struct):
    """The outputs of one cell, added to the text of which the cell is a part."""

    joining: Joined
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
        text, name = _terminal(text_of(output.get("text"))), _stream(output)
        if not text.strip():
            return
        if self.options.get("output") == "asis" and name == "stdout":
            self.joining.block(closed(text))
            return
        extra = " stderr" if name == "stderr" else ""
        self.show(f'<pre class="output-text{extra}" tabindex="0">{escape(text, quote=False)}</pre>')

    def error(self, output: dict[str, object]) -> None:
        rows = [_terminal(row) for row in items(output.get("traceback")) if isinstance(row, str)]
        head = ": ".join(part for part in (_terminal(text_of(output.get(key))) for key in ("ename", "evalue")) if part)
        text = "\n".join(rows)
        if head not in text:
            text = f"{head}\n{text}".rstrip("\n")
        self.show(f'<pre class="output-error" tabindex="0">{escape(text, quote=False)}</pre>')

    def result(self, output: dict[str, object]) -> None:
        """Show the richest of the forms in which a result is kept that can be shown."""
        bundle = mapping(output.get("data"))
        if not bundle:
            bundle = {_OLD_NAMES[key]: value for key, value in output.items() if key in _OLD_NAMES}
        for media_type in _PREFERENCE:
            if media_type in bundle and self.form(media_type, bundle[media_type], mapping(output.get("metadata"))):
                return

    def form(self, media_type: str, value: object, metadata: dict[str, object]) -> bool:
        """Show one form; False when there is nothing in it to be shown."""
        match media_type:
            case "text/html":
                html = safe_html(text_of(value))
                if html:
                    self.show(html)
                return bool(html)
            case "text/markdown" | "text/latex":
                text = clean(text_of(value)).strip("\n") if media_type == "text/markdown" else _latex(text_of(value))
                if text and text.strip():
                    self.joining.block(closed(text))
                return bool(text and text.strip())
            case "text/plain":
                text = _terminal(text_of(value))
                if text.strip():
                    self.show(f'<pre class="output-text" tabindex="0">{escape(text, quote=False)}</pre>')
                return True
        data = picture_bytes(media_type, value)
        if data is None:
            if text_of(value).strip():
                self.joining.broken(media_type, self.number)
            return False
        self.picture(data, media_type, metadata)
        return True

    def picture(self, data: bytes, media_type: str, metadata: dict[str, object]) -> None:
        width, height = asked_pixels(pixels(data), mapping(metadata.get(media_type)) or metadata)
        size = f' width="{width}" height="{height}"' if width and height else ""
        name = self.joining.blob(data, media_type)
        caption = self.options.get("fig-cap", "")
        alt = self.options.get("fig-alt") or caption or f"Output of cell {self.number}"
        self.show(f'<img src="\x03{name}\x03"{size} alt="{escape(alt)}" loading="lazy" decoding="async">')
        if caption:
            self.joining.block(f"::: {{.figure-caption}}\n{caption}\n:::")

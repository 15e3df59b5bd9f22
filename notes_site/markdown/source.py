"""The bytes of a note as text, and the title that its path suggests.

Invariant: whatever the bytes are, there is text, and what was changed in it is reported.
"""

from __future__ import annotations

import re
from typing import Final

from notes_site.model import Diagnostic, Source, Span, place_in

# bytes
LARGEST: Final = 8_000_000
# C0 controls that are neither tab nor line end, and the two that mark stored outputs
_CONTROLS = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")


def decoded(source: Source, problems: list[Diagnostic]) -> str:
    """The text of a note with `\\n` at the end of each line; that of a notebook is read elsewhere."""
    if source.path.lower().endswith(".ipynb"):
        return ""
    data = source.data.removeprefix(b"\xef\xbb\xbf")
    if len(data) > LARGEST:
        problems.append(
            Diagnostic("N003", f"{len(data):,} bytes are too many for one note; it is cut", Span(source.path))
        )
        data = data[:LARGEST]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        text = data.decode("utf-8", "replace")
        row = text.replace("\r\n", "\n").split("\n")[line - 1] if line <= text.count("\n") + 1 else ""
        problems.append(
            place_in(row, Span(source.path, line, column)).problem(
                "N001",
                f"byte 0x{data[error.start]:02x} is not UTF-8; it is shown as \ufffd",
                "save the file as UTF-8",
            )
        )
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    if found := _CONTROLS.search(text):
        start = text.rfind("\n", 0, found.start()) + 1
        place = Span(source.path, text.count("\n", 0, start) + 1, found.start() - start + 1)
        row = text[start:].partition("\n")[0]
        message = f"control character U+{ord(found[0]):04X} is left out"
        problems.append(place_in(row, place).problem("N005", message))
        text = _CONTROLS.sub("", text)
    return text


def title_from_path(path: str) -> str:
    """`ml/07-early_stopping.md` gives "Early stopping"; `ml/index.md` gives "Ml"."""
    parts = path.split("/")
    stem = parts[-1].rpartition(".")[0]
    if stem in ("index", "README") and len(parts) > 1:
        stem = parts[-2]
    bare = re.sub(r"^(?:\d{4}-\d{2}-\d{2}|\d+(?:[-.]\d+)*)[-_. ]+", "", stem) or stem
    words = re.sub(r"[-_]+", " ", bare).strip() or stem
    return words[:1].upper() + words[1:]

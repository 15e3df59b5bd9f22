"""Kinds of callout, and how a div tells which kind of thing it is."""

from __future__ import annotations

from notes_site.kinds import Kind, Kinds
from notes_site.markdown.attributes import Attributes

IMAGE_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg", ".bmp", ".ico")

# kind as written -> family that gives the look
CALLOUTS: dict[str, str] = {
    "note": "note", "info": "note", "todo": "note", "abstract": "note", "summary": "note", "tldr": "note",
    "tip": "tip", "hint": "tip", "success": "tip", "check": "tip", "done": "tip",
    "important": "important", "question": "important", "help": "important", "faq": "important", "example": "important",
    "warning": "warning", "attention": "warning",
    "caution": "danger", "danger": "danger", "error": "danger", "failure": "danger", "fail": "danger",
    "missing": "danger", "bug": "danger",
    "quote": "quote", "cite": "quote",
}  # fmt: skip


def theorem_kind(attributes: Attributes, kinds: Kinds) -> Kind | None:
    """The kind of a theorem and its kin, from the label's prefix or from a class; None for another div."""
    kind = kinds.of_key(attributes.id)
    if kind is not None and kind.family in ("statement", "proof"):
        return kind
    for name in attributes.classes:
        if (kind := kinds.statement(name)) is not None:
            return kind
    return None


def float_kind(attributes: Attributes, kinds: Kinds) -> Kind | None:
    """The kind of a figure, a table or a listing, from the prefix of its label."""
    kind = kinds.of_key(attributes.id) if attributes.id else None
    return kind if kind is not None and kind.family == "float" else None


def callout_kind(attributes: Attributes) -> str | None:
    """`note` from `.callout-note`; None for another div."""
    for name in attributes.classes:
        if name.startswith("callout-") and name.removeprefix("callout-") in CALLOUTS:
            return name.removeprefix("callout-")
    return None


def titled_by_heading(attributes: Attributes, kinds: Kinds) -> bool:
    return theorem_kind(attributes, kinds) is not None or callout_kind(attributes) is not None

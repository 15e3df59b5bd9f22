"""Kinds of theorem and of callout: their names, their prefixes, and how a div tells which it is."""

from __future__ import annotations

from notes_site.markdown.attributes import Attributes

# prefix of a label -> class, name
THEOREMS: dict[str, tuple[str, str]] = {
    "thm": ("theorem", "Theorem"),
    "lem": ("lemma", "Lemma"),
    "cor": ("corollary", "Corollary"),
    "prp": ("proposition", "Proposition"),
    "cnj": ("conjecture", "Conjecture"),
    "def": ("definition", "Definition"),
    "exm": ("example", "Example"),
    "exr": ("exercise", "Exercise"),
    "rem": ("remark", "Remark"),
    "alg": ("algorithm", "Algorithm"),
    "ass": ("assumption", "Assumption"),
    "axm": ("axiom", "Axiom"),
    "prf": ("proof", "Proof"),
    "sol": ("solution", "Solution"),
}
_BY_NAME = dict(THEOREMS.values())

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


def theorem_kind(attributes: Attributes) -> tuple[str, str] | None:
    """(class, name) of a theorem and its kin, from the label's prefix or from a class; None for another div."""
    prefix = attributes.id.partition("-")[0]
    if prefix in THEOREMS and "-" in attributes.id:
        return THEOREMS[prefix]
    for name in attributes.classes:
        if name in _BY_NAME:
            return name, _BY_NAME[name]
    return None


def theorem_named(name: str) -> tuple[str, str] | None:
    """(class, name) of the kind that `[!name]` asks for."""
    return (name, _BY_NAME[name]) if name in _BY_NAME else None


def callout_kind(attributes: Attributes) -> str | None:
    """`note` from `.callout-note`; None for another div."""
    for name in attributes.classes:
        if name.startswith("callout-") and name.removeprefix("callout-") in CALLOUTS:
            return name.removeprefix("callout-")
    return None


def titled_by_heading(attributes: Attributes) -> bool:
    return theorem_kind(attributes) is not None or callout_kind(attributes) is not None

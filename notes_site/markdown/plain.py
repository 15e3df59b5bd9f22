"""Inline tokens to plain Unicode: for `<title>`, ids of headings, alternative text, search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markdown_it.token import Token

from notes_site.marks import Said, mark
from notes_site.model import Cite, Cited, Xref
from notes_site.tex import Macro, plain


def plain_text(tokens: Sequence[Token], macros: Mapping[str, Macro], *, marks: bool = False) -> str:
    """The text of inline tokens in one line, formulas in a readable form, footnote marks left out.

    References and citations are `marks` that become words where the text is shown, else the keys of labels.
    """
    if len(tokens) == 1 and tokens[0].type == "text":
        return " ".join(tokens[0].content.split())
    parts: list[str] = []
    for token in tokens:
        match token.type:
            case "text" | "code_inline" | "text_special":
                parts.append(token.content)
            case "formula":
                parts += (plain(token.content, macros), token.meta.get("tail", ""))
            case "softbreak" | "hardbreak":
                parts.append(" ")
            case "image":
                parts.append(plain_text(token.children or [], macros))
            case "xref" | "cite" if marks:
                parts.append(mark(_hole(token, macros)))
            case "xref" | "cite":
                shown = plain_text(token.children or [], macros) if token.type == "xref" else ""
                parts += (shown and f"{shown} ", *token.meta.get("keys", ()))
            case "term":
                parts.append(plain_text(token.children or [], macros) or token.content)
            case "wikilink":
                shown = plain_text(token.children or [], macros)
                parts.append(shown or token.content or token.meta["fragment"].lstrip("#^"))
            case _:
                pass
    return " ".join("".join(parts).split())


def _hole(token: Token, macros: Mapping[str, Macro]) -> Said:
    """A reference or a citation with its own words as plain text."""
    if token.type == "xref":
        prefix = plain_text(token.children or [], macros, marks=True)
        return Xref(token.meta["keys"], token.meta["form"], prefix, token.meta["capital"])
    around = [plain_text(child.children or [], macros, marks=True) for child in token.children or []]
    return cite_of(token, around, token.content)


def cite_of(token: Token, around: Sequence[str], written: str) -> Cite:
    """A citation, given the words before and after each work, and what the author wrote."""
    meta = token.meta
    works = [Cited(work.key, around[2 * i], around[2 * i + 1], work.alone) for i, work in enumerate(meta["works"])]
    return Cite(tuple(works), meta["narrative"], written, meta["form"], meta["capital"])

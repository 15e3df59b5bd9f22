"""Inline tokens to plain Unicode: for `<title>`, ids of headings, alternative text, search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markdown_it.token import Token

from notes_site.marks import mark
from notes_site.tex import Macro, plain


def plain_text(tokens: Sequence[Token], macros: Mapping[str, Macro]) -> str:
    """The text of inline tokens in one line, formulas in a readable form, footnote marks left out."""
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


def reference_mark(token: Token) -> str:
    """How a reference stands in a Text; a citation in brackets is left out there, one in a sentence is not."""
    if token.type == "xref":
        return mark(token.meta["form"], token.meta["keys"], capital=token.meta["capital"])
    return mark("cite", [work.key for work in token.meta["works"]], capital=0) if token.meta["narrative"] else ""

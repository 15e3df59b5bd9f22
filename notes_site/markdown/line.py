"""Inline tokens as one line of text, for titles, captions and summaries: no links, pictures or ids. Reads no file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from notes_site.markdown.draft import Draft
from notes_site.markdown.plain import plain_text
from notes_site.markdown.tokens import made
from notes_site.model import Text

# what is escaped in a page, or may be a reference
_MARKED: Final = re.compile(r"[&<>\"]")
_KEPT: Final = frozenset(("text", "code_inline", "formula", "softbreak", "hardbreak", "text_special"))
PAIRED: Final = frozenset(
    ("em_open", "em_close", "strong_open", "strong_close", "s_open", "s_close", "small_open", "small_close",
     "sub_open", "sub_close", "sup_open", "sup_close")
)  # fmt: skip


def line_of(md: MarkdownIt, tokens: Sequence[Token], draft: Draft, limit: int = 0) -> Text:
    """Inline tokens as a Text without links and pictures, cut at the end of a sentence after `limit`.

    A reference stands in it as a mark (`notes_site.marks`).
    """
    if not limit and len(tokens) == 1 and tokens[0].type == "text" and not _MARKED.search(tokens[0].content):
        content = tokens[0].content
        return Text(content.replace("\n", " ").strip(), " ".join(content.split()))
    kept: list[Token] = []
    opened: list[Token] = []
    count = 0
    for token in map(without_id, in_words(tokens)):
        if token.type in PAIRED:
            kept.append(token)
            if token.nesting == 1:
                opened.append(token)
            elif opened:
                opened.pop()
        elif token.type in _KEPT:
            content = token.content
            if limit and token.type == "text" and count + len(content) > limit:
                kept.append(_cut(token, max(0, limit - count)))
                break
            count += len(content)
            kept.append(in_line(token))
            if limit and count > limit:
                break
        elif token.type == "wikilink":
            kept += token.children or [text_token(token.content or token.meta["fragment"].lstrip("#^"))]
        elif token.type in ("xref", "cite"):
            kept.append(token)
    kept += [Token(t.type.replace("_open", "_close"), t.tag, -1, markup=t.markup) for t in reversed(opened)]
    return Text(rendered(md, kept, draft).replace("\n", " ").strip(), plain_text(kept, draft.macros, marks=True))


def rendered(md: MarkdownIt, tokens: Sequence[Token], draft: Draft) -> str:
    """Inline tokens that stand on the page as well, as HTML without ids; they do not count twice."""
    words, formulas, bare = draft.words, draft.formulas, draft.bare
    draft.bare = True
    html: str = md.renderer.renderInline(tokens, md.options, {"draft": draft})  # type: ignore[attr-defined]
    draft.words, draft.formulas, draft.bare = words, formulas, bare
    return html


def in_words(tokens: Sequence[Token]) -> Sequence[Token]:
    """The tokens with terms as their words, which join the text around them."""
    if not any(token.type == "term" for token in tokens):
        return tokens
    words: list[Token] = []
    for token in tokens:
        for one in in_words(token.children or [text_token(token.content)]) if token.type == "term" else (token,):
            if one.type == "text" and words and words[-1].type == "text":
                words[-1] = text_token(words[-1].content + one.content)
            else:
                words.append(one)
    return words


def without_id(token: Token) -> Token:
    """The token for a second place on the page: an id belongs to the first."""
    if "id" not in token.attrs and "attributes" not in token.meta:
        return token
    attrs = {key: value for key, value in token.attrs.items() if key != "id"}
    return token.copy(attrs=attrs, meta={key: value for key, value in token.meta.items() if key != "attributes"})


def in_line(token: Token) -> Token:
    """The token where there is but one line: `$$…$$` and `\\[…\\]` are set as `$…$` is."""
    if token.type != "formula" or not token.meta["display"] or token.content.startswith("\\begin"):
        return token
    return token.copy(meta={**token.meta, "display": False})


def text_token(content: str) -> Token:
    return made("text", "", 0, 0, content)


def _cut(token: Token, limit: int) -> Token:
    """A text token cut at the last end of a sentence before `limit`, else at a word with an ellipsis."""
    content = token.content[:limit]
    ends = [found.end() for found in re.finditer(r"[.!?](?=\s)", content + " ")]
    if ends and ends[-1] > limit // 3:
        return text_token(content[: ends[-1]])
    return text_token(content.rpartition(" ")[0].rstrip(" ,;:") + "…")

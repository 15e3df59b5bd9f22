"""Callouts: `> [!note] Title`, folded with `-`, unfolded with `+`; GitHub's five kinds and Obsidian's."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from notes_site.markdown.attributes import NONE, trailing_attributes

# `[!note]- A title {#thm-clt}`
_HEAD = re.compile(r"\[!(?P<kind>[A-Za-z][\w -]*)(?:\|[^\]]*)?\](?P<fold>[-+]?)[ \t]*(?P<title>[^\n]*)(?:\n|$)")


def _matching_close(tokens: list[Token], opening: int) -> int:
    depth = 0
    for i in range(opening, len(tokens)):
        depth += tokens[i].nesting if tokens[i].type in ("blockquote_open", "blockquote_close") else 0
        if depth == 0:
            return i
    return len(tokens) - 1


def _rule(state: StateCore) -> None:
    tokens = state.tokens
    if "[!" not in state.src or not any(token.type == "blockquote_open" for token in tokens):
        return
    i = 0
    while i < len(tokens):
        if tokens[i].type == "blockquote_open" and i + 2 < len(tokens) and tokens[i + 1].type == "paragraph_open":
            inline = tokens[i + 2]
            found = _HEAD.match(inline.content)
            if found is not None:
                close = _matching_close(tokens, i)
                _convert(tokens, i, close, inline, found)
        i += 1


def _convert(tokens: list[Token], opening: int, close: int, inline: Token, found: re.Match[str]) -> None:
    line = inline.map[0] if inline.map else 0
    title, attributes = trailing_attributes(found["title"].strip())
    head = tokens[opening]
    head.type, head.tag = "callout_open", "div"
    head.meta.update(
        kind=found["kind"].lower().strip(), fold=found["fold"], attributes=attributes or NONE, titled=bool(title)
    )
    tokens[close].type, tokens[close].tag = "callout_close", "div"
    tokens[close].meta.update(head.meta)
    rest = inline.content[found.end() :]
    title_tokens: list[Token] = []
    if title:
        title_tokens = [
            Token("callout_title_open", "div", 1, block=True, map=[line, line + 1]),
            Token("inline", "", 0, block=True, content=title, map=[line, line + 1], children=[]),
            Token("callout_title_close", "div", -1, block=True),
        ]
    if rest.strip():
        inline.content = rest
        inline.map = [line + 1, inline.map[1] if inline.map else line + 2]
        tokens[opening + 1 : opening + 1] = title_tokens
    else:
        tokens[opening + 1 : opening + 4] = title_tokens


def install(md: MarkdownIt) -> None:
    md.core.ruler.after("block", "callout", _rule)

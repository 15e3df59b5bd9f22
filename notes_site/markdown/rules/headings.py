"""Headings and titles: attributes at their end, ids by GitHub's rule, and headings that title a theorem or a callout.

Rule for ids: lower case, spaces to `-`, everything but letters, digits, `-` and `_` left out, `-1` on a repetition.
"""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from notes_site.address import heading_id
from notes_site.markdown.attributes import Attributes, trailing_attributes
from notes_site.markdown.draft import At, draft_of
from notes_site.markdown.kinds import callout_kind, theorem_kind, titled_by_heading
from notes_site.markdown.plain import plain_text


def _before_inline(state: StateCore) -> None:
    _attribute_titles(state)
    kinds = draft_of(state.env).kinds
    tokens = state.tokens
    retitled = False
    for i, token in enumerate(tokens):
        if token.type != "heading_open":
            continue
        inline = tokens[i + 1]
        text, attributes = trailing_attributes(inline.content)
        if attributes is not None:
            inline.content = text
            token.meta["attributes"] = attributes
        if i and tokens[i - 1].type == "div_open" and titled_by_heading(tokens[i - 1].meta["attributes"], kinds):
            token.type, tokens[i + 2].type = "title_open", "title_close"
            tokens[i - 1].meta["titled"] = True
            retitled = True
    if retitled:
        _number_titles(tokens)


def _attribute_titles(state: StateCore) -> None:
    """A title in the attributes of a div, `title="On $x$"`, becomes tokens, as one that is a heading does."""
    if ":::" not in state.src:
        return
    kinds = draft_of(state.env).kinds
    made: list[Token] = []
    for i, token in enumerate(state.tokens):
        made.append(token)
        following = state.tokens[i + 1].type if i + 1 < len(state.tokens) else ""
        if token.type != "div_open" or following == "heading_open":
            continue
        attributes = token.meta["attributes"]
        theorem = theorem_kind(attributes, kinds) is not None and callout_kind(attributes) is None
        title = attributes.get("name", "title") if theorem else attributes.get("title")
        if title is None or not titled_by_heading(attributes, kinds) or (theorem and not title):
            continue
        line = token.map[0] if token.map else 0
        token.meta["titled"] = True
        made += [
            Token("title_open", "", 1, block=True, map=[line, line + 1], level=token.level + 1),
            Token("inline", "", 0, block=True, content=title, map=[line, line + 1], children=[]),
            Token("title_close", "", -1, block=True, level=token.level + 1),
        ]
    state.tokens = made


def _number_titles(tokens: list[Token]) -> None:
    """A title that is a heading carries its attributes over to its div when the div has no id of its own."""
    for i, token in enumerate(tokens):
        if token.type == "title_open" and "attributes" in token.meta:
            given, own = token.meta["attributes"], tokens[i - 1].meta["attributes"]
            if given.id and not own.id:
                tokens[i - 1].meta["attributes"] = Attributes(given.id, own.classes, own.pairs)


def _after_inline(state: StateCore) -> None:
    draft = draft_of(state.env)
    for i, token in enumerate(state.tokens):
        if token.type != "heading_open":
            continue
        inline = state.tokens[i + 1]
        attributes = token.meta.get("attributes")
        line = token.map[0] if token.map else 0
        plain = plain_text(inline.children or [], draft.macros)
        token.meta["plain"] = plain
        if attributes is not None and attributes.id:
            token.meta["anchor"] = draft.claim(attributes.id, At(line, "", 0))
        else:
            token.meta["anchor"] = draft.anchor(heading_id(plain))


def install(md: MarkdownIt) -> None:
    md.core.ruler.before("inline", "heading_attributes", _before_inline)
    md.core.ruler.after("inline", "heading_ids", _after_inline)

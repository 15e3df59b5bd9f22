"""Tokens to HTML with markers for holes. One method for each kind of token. Reads no file.

The rules stand in three rooms, each on the one before: formulas, links, blocks. Invariant: every element that is
opened is closed, whatever the author's own HTML does.
"""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from typing import Any

from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from notes_site.markdown import rawhtml
from notes_site.markdown.attributes import NONE
from notes_site.markdown.draft import Draft, draft_of
from notes_site.markdown.render_blocks import Blocks
from notes_site.markdown.render_formulas import escape


def _only_child(tokens: Sequence[Token], i: int) -> bool:
    """Whether token `i` is all that stands in a paragraph that has no id, no class and no head of a theorem."""
    if not 0 < i < len(tokens) - 1 or tokens[i + 1].type != "paragraph_close":
        return False
    opening = tokens[i - 1]
    return opening.type == "paragraph_open" and not (opening.hidden or opening.attrs or "lead" in opening.meta)


class Renderer(Blocks):
    """markdown-it's renderer with our kinds of token; rules of plugins that it does not know are theirs."""

    def render(self, tokens: Sequence[Token], options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        draft = draft_of(env)
        out: list[str] = []
        bases: list[int] = []
        rules, plain, open_tags = self.rules, self.renderToken, draft.open_tags
        for i, token in enumerate(tokens):
            kind, nesting = token.type, token.nesting
            if kind == "inline":
                made = self.inline(token, options, env, draft) if token.children else ""
                if (not made or made.isspace()) and _only_child(tokens, i):
                    # Nothing but comments or definitions: no empty paragraph.
                    tokens[i - 1].hidden = tokens[i + 1].hidden = True
                    out[-1] = ""
                out.append(made)
                continue
            if nesting == 1:
                draft.base = len(open_tags)
                bases.append(draft.base)
            elif nesting == -1 and bases:
                base = bases.pop()
                if len(open_tags) > base:
                    out.append(self.close_tags(draft, base))
                draft.base = bases[-1] if bases else 0
            out.append(rules.get(kind, plain)(tokens, i, options, env))
        return "".join(out)

    # -- text --------------------------------------------------------------------------------------------------------

    def text(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        content = tokens[idx].content
        draft: Draft = env["draft"]
        draft.words += content.count(" ") + 1
        if "&" in content or "<" in content or ">" in content or '"' in content:
            return content.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
        return content

    text_special = text

    def heading_open(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token, draft = tokens[idx], draft_of(env)
        draft.block = token.map[0] if token.map else 0
        given = token.meta.get("attributes") or NONE
        classes = f' class="{escape(" ".join(given.classes))}"' if given.classes else ""
        draft.section = token.meta["anchor"]
        number = self.section_number(token, tokens[idx + 1], draft, given)
        return f'<{token.tag} id="{escape(token.meta["anchor"])}"{classes}>{number}'

    def heading_close(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
        opening = tokens[idx - 2]
        label = escape(draft_of(env).say("markdown_link_to", title=opening.meta["plain"]))
        href = escape("#" + opening.meta["anchor"])
        return f'<a class="anchor" href="{href}" aria-label="{label}">#</a></{tokens[idx].tag}>\n'

    def paragraph_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        token = tokens[idx]
        inline = tokens[idx + 1]
        draft_of(env).block = inline.map[0] if inline.map else 0
        if token.hidden:
            return ""
        lead = str(token.meta.get("lead", ""))
        if "<" in inline.content and any(
            child.type == "html_inline" and rawhtml.has_block(child.content) for child in inline.children or []
        ):
            closing = next(following for following in tokens[idx:] if following.type == "paragraph_close")
            token.tag = closing.tag = "div"
            token.attrJoin("class", "paragraph")
        return self.renderToken(tokens, idx, options, env) + lead

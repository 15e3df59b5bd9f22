"""Links: `[[Note#Heading|text]]`, `![[Note#part]]`, and the places of ordinary links and images."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from notes_site.markdown.draft import mark

# `[[Note#Heading|text]]`, `![[figure.png|300]]`; never `[[1, 2], [3]]`
_WIKI = re.compile(r"!?\[\[(?P<target>[^\[\]|#^\n]*)(?P<fragment>[#^][^\[\]|\n]*)?(?:\|(?P<text>[^\[\]\n]*))?\]\]")


# what may stand in the text of a link
_TEXT = frozenset(
    ("text", "text_special", "code_inline", "formula", "em_open", "em_close", "strong_open", "strong_close", "s_open",
     "s_close", "mark_open", "mark_close", "softbreak")
)  # fmt: skip


def _shown(state: StateInline, text: str) -> list[Token]:
    """The text of a wikilink as tokens: formulas, emphasis and code, but no link inside the link."""
    children: list[Token] = []
    if text:
        state.md.inline.parse(text, state.md, state.env, children)
        children = [one for child in children for one in ((child.children or []) if child.type == "term" else (child,))]
    return children if all(child.type in _TEXT for child in children) else [Token("text", "", 0, content=text)]


def _wikilink(state: StateInline, silent: bool) -> bool:
    char = state.src[state.pos]
    if char not in "![" or not state.src.startswith("[[" if char == "[" else "![[", state.pos):
        return False
    found = _WIKI.match(state.src, state.pos, state.posMax)
    if found is None or not (found["target"].strip() or found["fragment"]):
        return False
    if re.fullmatch(r"[\s\d.,;:+*/=-]*", found["target"]) and not found["fragment"] and found["text"] is None:
        return False
    if state.src.startswith("(", found.end()):
        return False
    if not silent:
        token = state.push("embed" if char == "!" else "wikilink", "", 0)
        token.meta["at"] = mark(state, state.pos)
        token.meta["length"] = found.end() - found.start()
        token.content = found["target"].strip()
        token.meta["fragment"] = (found["fragment"] or "").strip()
        token.meta["text"] = (found["text"] or "").strip()
        token.children = _shown(state, token.meta["text"])
    state.pos = found.end()
    return True


def _marking(md: MarkdownIt, name: str, kind: str) -> None:
    """Wrap a rule of markdown-it so that the token it pushes knows where it stands."""
    rule = next(entry for entry in md.inline.ruler.__rules__ if entry.name == name)
    upstream = rule.fn

    def marked(state: StateInline, silent: bool) -> bool:
        position, count = state.pos, len(state.tokens)
        made = upstream(state, silent)
        if made and not silent:
            for token in state.tokens[count:]:
                if token.type == kind:
                    token.meta["at"] = mark(state, position)
                    token.meta["length"] = state.pos - position
                    break
        return bool(made)

    md.inline.ruler.at(name, marked, {"alt": list(rule.alt)})


def install(md: MarkdownIt) -> None:
    for name, kind in (("link", "link_open"), ("image", "image"), ("autolink", "link_open")):
        _marking(md, name, kind)
    md.inline.ruler.before("link", "wikilink", _wikilink)

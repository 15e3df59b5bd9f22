"""Links: `[[Note#Heading|text]]`, `![[Note#part]]`, and the places of ordinary links and images."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from notes_site.markdown.draft import mark
from notes_site.markdown.kinds import IMAGE_ENDINGS

# `[[Note#Heading|text]]`, `![[figure.png|300]]`; never `[[1, 2], [3]]`
_WIKI = re.compile(r"!?\[\[(?P<target>[^\[\]|#^\n]*)(?P<fragment>[#^][^\[\]|\n]*)?(?:\|(?P<text>[^\[\]\n]*))?\]\]")


# a target without letters is a matrix or a citation, `[[1, 2]]`, `[[12]]` …
_NUMBERS = re.compile(r"[\s\d.,;:+*/=-]*")
# … unless it is such a name as notes have: `[[202401011200]]`, `[[2024-03-01]]`, `[[2024-03-01 1430]]`
_NAME = re.compile(r"\s*(?:\d{6,}|\d{4}-\d{2}(?:-\d{2})?)(?:[\s.-]\d+)*\s*")
# `![A dot](figures/one dot.png "Title")`: an address with spaces in it, which CommonMark has no image for
_SPACED = re.compile(
    r"!\[(?P<alt>(?:[^\[\]\\\n]|\\.)*)\]"
    r"\((?P<path>[^\s()<>:\"{}][^()<>:\"{}\n]*)(?:[ \t]+\"(?P<title>[^\"\n]*)\")?[ \t]*\)"
)
# what may stand in the text of a link
_TEXT = frozenset(
    ("text", "text_special", "code_inline", "formula", "em_open", "em_close", "strong_open", "strong_close", "s_open",
     "s_close", "mark_open", "mark_close", "sub_open", "sub_close", "sup_open", "sup_close", "softbreak")
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
    bare = not found["fragment"] and found["text"] is None
    if bare and _NUMBERS.fullmatch(found["target"]) and not _NAME.fullmatch(found["target"]):
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


def _spaced(state: StateInline, silent: bool) -> bool:
    """An image beside the note whose name has spaces: what a reader of the source takes for one."""
    if not state.src.startswith("![", state.pos):
        return False
    found = _SPACED.match(state.src, state.pos, state.posMax)
    if found is None or not found["path"].rstrip().lower().endswith(IMAGE_ENDINGS):
        return False
    if not silent:
        token = state.push("image", "img", 0)
        token.content = found["alt"]
        token.children = []
        state.md.inline.parse(token.content, state.md, state.env, token.children)
        token.attrs = {"src": state.md.normalizeLink(found["path"].rstrip()), "alt": ""}
        if found["title"]:
            token.attrs["title"] = found["title"]
        token.meta["at"] = mark(state, state.pos)
        token.meta["length"] = found.end() - found.start()
    state.pos = found.end()
    return True


def install(md: MarkdownIt) -> None:
    for name, kind in (("link", "link_open"), ("image", "image"), ("autolink", "link_open")):
        _marking(md, name, kind)
    md.inline.ruler.after("image", "spaced_image", _spaced)
    md.inline.ruler.before("link", "wikilink", _wikilink)

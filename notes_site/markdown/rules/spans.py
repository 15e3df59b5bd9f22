"""Small inline syntax: `==highlight==`, `%%comment%%`, `^block-id`, `{{< shortcode >}}`."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from notes_site.markdown.attributes import Attributes, parse_attributes
from notes_site.markdown.draft import At, draft_of, mark

# `==text==`: no space inside the marks
_HIGHLIGHT = re.compile(r"==(?![\s=])(?:[^\n=]|=(?!=)|\n(?!\n))*?[^\s=]==(?!=)")
# `{{< video https://… title="x" >}}`
_SHORTCODE = re.compile(r"\{\{<\s*(?P<name>[\w-]+)(?P<arguments>[^\n]*)>\}\}")
# ` ^block-id` at the end of a paragraph
_BLOCK_ID = re.compile(r"(?:^|[ \t\n])\^(?P<id>[A-Za-z0-9][\w-]*)[ \t]*$")


def _highlight(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "=":
        return False
    found = _HIGHLIGHT.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        end, outer = found.end(), state.posMax
        state.push("mark_open", "mark", 1)
        state.pos, state.posMax = state.pos + 2, end - 2
        state.md.inline.tokenize(state)
        state.push("mark_close", "mark", -1)
        state.posMax = outer
    state.pos = found.end()
    return True


def _comment(state: StateInline, _silent: bool) -> bool:
    if not state.src.startswith("%%", state.pos):
        return False
    end = state.src.find("%%", state.pos + 2, state.posMax)
    if end < 0:
        return False
    state.pos = end + 2
    return True


def _comment_block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    begin = state.bMarks[start_line] + state.tShift[start_line]
    if not state.src.startswith("%%", begin) or state.is_code_block(start_line):
        return False
    row = state.src[begin : state.eMarks[start_line]]
    if len(row) > 4 and row.find("%%", 2) == len(row.rstrip()) - 2:
        last = start_line
    elif row.find("%%", 2) >= 0:
        return False
    else:
        for last in range(start_line + 1, end_line):
            row = state.src[state.bMarks[last] : state.eMarks[last]]
            if row.rstrip().endswith("%%"):
                break
        else:
            return False
    if not silent:
        state.line = last + 1
    return True


def _shortcode(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("{{<", state.pos):
        return False
    end = state.src.find(">}}", state.pos, state.posMax)
    found = _SHORTCODE.match(state.src, state.pos, end + 3) if end >= 0 else None
    if found is None:
        return False
    if not silent:
        token = state.push("shortcode", "", 0)
        token.content = found["name"]
        token.meta["arguments"] = found["arguments"].strip()
        token.meta["at"] = mark(state, state.pos)
    state.pos = found.end()
    return True


def _block_ids(state: StateCore) -> None:
    """Give the paragraph or the list item that ends in `^block-id` that id."""
    tokens = state.tokens
    for i, token in enumerate(tokens):
        if token.type != "inline" or "^" not in token.content:
            continue
        found = _BLOCK_ID.search(token.content)
        if found is None or (found.start() == 0 and i and tokens[i - 1].type != "paragraph_open"):
            continue
        owner = tokens[i - 1]
        if owner.hidden and i >= 2 and tokens[i - 2].type == "list_item_open":
            owner = tokens[i - 2]
        if owner.nesting != 1:
            continue
        line = token.map[0] if token.map else 0
        anchor = "^" + found["id"]
        owner.attrSet("id", draft_of(state.env).claim(anchor, At(line, token.content, found.start("id") - 1)))
        token.content = token.content[: found.start()].rstrip()


# `{#fig-a width=50%}` right after an image, a link, code or a span
_ATTRIBUTES = re.compile(r"\{(?P<inner>[^{}\n]*(?:\n[^{}\n]*)?)\}")
_BEFORE = ("image", "code_inline", "link_close", "span_close", "formula")


def _attributes(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "{" or silent or not state.tokens or state.pending:
        return False
    last = state.tokens[-1]
    if last.type not in _BEFORE:
        return False
    found = _ATTRIBUTES.match(state.src, state.pos, state.posMax)
    read = parse_attributes(found["inner"]) if found else None
    if found is None or read is None or read.words:
        return False
    owner = last
    if last.nesting == -1:
        level = 0
        for token in reversed(state.tokens):
            level += token.nesting if token.type.partition("_")[0] == last.type.partition("_")[0] else 0
            if level == 0:
                owner = token
                break
    if owner.type == "formula":
        owner.meta["attributes"] = read
    else:
        _attach(owner, read)
    state.pos = found.end()
    return True


def _attach(token: Token, read: Attributes) -> None:
    if read.id:
        token.attrSet("id", read.id)
    for name in read.classes:
        token.attrJoin("class", name)
    for key, value in read.pairs:
        if not key.lower().startswith("on") and key.lower() not in ("href", "src", "style"):
            token.attrSet(key, value)


def _ids(state: StateCore) -> None:
    """Every id of a span, a link or code in running text stands once; pictures and formulas claim theirs themselves."""
    draft = draft_of(state.env)
    for token in state.tokens:
        for child in token.children or () if token.type == "inline" else ():
            if child.nesting >= 0 and child.type != "image" and "id" in child.attrs:
                child.attrSet("id", draft.claim(str(child.attrs["id"]), token.map[0] if token.map else draft.block))


# a file that is one long line would make every inline rule quadratic
LONGEST = 200_000
DEEPEST = 60


def _inline(state: StateCore) -> None:
    """Parse the text of every block, with the block's place known to the rules."""
    draft = draft_of(state.env)
    for token in state.tokens:
        if token.type != "inline":
            continue
        draft.block = token.map[0] if token.map else draft.block
        if token.children is None:
            token.children = []
        if len(token.content) > LONGEST:
            draft.report(
                "N003", f"{len(token.content):,} characters in one paragraph are shown as plain text", draft.block
            )
            token.children.append(Token("text", "", 0, content=token.content))
            continue
        state.md.inline.parse(token.content, state.md, state.env, token.children)


def _too_deep(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    if state.level < DEEPEST or silent:
        return False
    draft_of(state.env).report("N034", "blocks nest too deeply here; what follows in them is shown as text", start_line)
    token = state.push("code_block", "code", 0)
    token.content = state.getLines(start_line, end_line, state.blkIndent, True)
    token.map = [start_line, end_line]
    state.line = end_line
    return True


def install(md: MarkdownIt) -> None:
    md.inline.ruler.before("emphasis", "highlight", _highlight)
    md.inline.ruler.before("escape", "comment", _comment)
    md.inline.ruler.before("escape", "shortcode", _shortcode)
    md.inline.ruler.push("attributes", _attributes)
    md.block.ruler.before("fence", "comment_block", _comment_block, {"alt": ["paragraph", "blockquote", "list"]})
    md.block.ruler.before("table", "too_deep", _too_deep)
    md.core.ruler.at("inline", _inline)
    md.core.ruler.before("inline", "block_id", _block_ids)
    md.core.ruler.after("inline", "ids", _ids)

"""Small inline syntax: `==highlight==`, `H~2~O`, `x^2^`, `%%comment%%`, `^block-id`, `{{< shortcode >}}`."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from msgspec.structs import replace

from notes_site.markdown.attributes import NONE, Attributes, parse_attributes
from notes_site.markdown.draft import At, draft_of, mark
from notes_site.markdown.rules.fences import HTML, raw_format

# `==text==`: no space inside the marks
_HIGHLIGHT = re.compile(r"==(?![\s=])(?:[^\n=]|=(?!=)|\n(?!\n))*?[^\s=]==(?!=)")
# what Pandoc sets lower or higher: one word, perhaps with a sign, in brackets or emphasized
_SMALL = r"[(*]*[+−–-]?\w+[+−–-]?[*)]*"
# `H~2~O`: after a word; in `~5~10`, where nothing stands before it, the sign says "about"
_SUBSCRIPT = re.compile(rf"(?<=[\w)\]}}^*$])~{_SMALL}~(?!~)")
# `x^2^`, `^14^C`: beside a word, but not between two, which is a power of a power: `2^3^4`, `a^nb^n`
_SUPERSCRIPT = re.compile(rf"\^(?:(?<=[\w)\]}}~*$]\^){_SMALL}\^(?![\w^])|(?<![\w)\]}}~*$^]\^){_SMALL}\^(?=\w))")
# `{{< video https://… title="x" >}}`, and Hugo's `{{% note %}}`, up to its end
_SHORTCODE = re.compile(r"\{\{[<%]\s*(?P<name>[\w-]+)(?P<arguments>[^\n]*)[>%]\}\}")
# what another tool would have filled in or read: Liquid's `{% include x %}`, `{{ page.title }}`, kramdown's `{: .x}`
_TEMPLATE = re.compile(
    r"\{%-?\s*(?P<tag>\w+)[^\n]*?%\}|(?<![\w\\^{])\{\{-?\s*[\w.$\"'][^{}\n]*\}\}(?!\})"
    r"|\{:\s*(?P<mark>toc\b|[.#][\w-]|[\w-]+=)[^{}\n]*\}"
)
_TEMPLATE_HINTS = {
    "include": "`![[note]]` shows another note",
    "include_relative": "`![[note]]` shows another note",
    "link": "link to the file: `[text](note.md)`",
    "post_url": "link to the file: `[text](note.md)`",
    "highlight": "write a fence with the name of the language",
    "toc": "every page has its contents; leave the line out",
}
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
    if not state.src.startswith(("{{<", "{{%"), state.pos):
        return False
    end = state.src.find(">}}" if state.src[state.pos + 2] == "<" else "%}}", state.pos + 3, state.posMax)
    found = _SHORTCODE.match(state.src, state.pos, end + 3) if end >= 0 else None
    if found is None:
        return False
    if not silent:
        token = state.push("shortcode", "", 0)
        token.content = found["name"]
        token.meta["arguments"] = found["arguments"].strip()
        token.meta["written"] = found[0]
        token.meta["at"] = mark(state, state.pos)
    state.pos = found.end()
    return True


def _subscript(state: StateInline, silent: bool) -> bool:
    return _small(state, silent, _SUBSCRIPT, "sub")


def _superscript(state: StateInline, silent: bool) -> bool:
    return _small(state, silent, _SUPERSCRIPT, "sup")


def _small(state: StateInline, silent: bool, pattern: re.Pattern[str], tag: str) -> bool:
    found = pattern.match(state.src, state.pos)
    if found is None or found.end() > state.posMax:
        return False
    if not silent:
        outer = state.posMax
        state.push(f"{tag}_open", tag, 1)
        state.pos, state.posMax = state.pos + 1, found.end() - 1
        state.md.inline.tokenize(state)
        state.push(f"{tag}_close", tag, -1)
        state.posMax = outer
    state.pos = found.end()
    return True


def _template(state: StateInline, silent: bool) -> bool:
    """Report what another tool would have filled in; it stays as written."""
    if silent or state.src[state.pos] != "{":
        return False
    found = _TEMPLATE.match(state.src, state.pos, state.posMax)
    if found is None or (found["tag"] or "").startswith(("end", "els")):
        return False
    hint = "notes are no templates: leave it out, or write it as code"
    if found["mark"]:
        hint = "write attributes right after what has them, as `{.class}`"
    draft_of(state.env).report(
        "N060",
        f'"{found[0]}" is for another tool and stays as text',
        mark(state, state.pos),
        hint=_TEMPLATE_HINTS.get(found["tag"] or found["mark"] or "", hint),
        length=len(found[0]),
    )
    return False


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


_ALONE = re.compile(r"\^(?P<id>[A-Za-z0-9][\w-]*)[ \t]*$")
# blocks that keep an id in their attributes, and those that are rendered with their own
_WITH_ATTRIBUTES = frozenset(("table_open", "callout_open", "formula_block"))
_WITH_ID = frozenset(("blockquote_open", "bullet_list_open", "ordered_list_open", "paragraph_open"))
_CLOSERS = frozenset(
    ("table_close", "callout_close", "blockquote_close", "bullet_list_close", "ordered_list_close", "dl_close",
     "div_close", "paragraph_close")
)  # fmt: skip
_SINGLE = frozenset(("formula_block", "fence", "code_block", "output"))


def _ids_below(state: StateCore) -> None:
    """A paragraph that is only `^block-id` gives its id to the block above it, a table, a quote, a display …"""
    if not any(token.type == "inline" and token.content.startswith("^") for token in state.tokens):
        return
    tokens: list[Token] = []
    opened: list[int] = []
    closed = -1
    skip = 0
    for i, token in enumerate(state.tokens):
        if skip:
            skip -= 1
            continue
        above = tokens[-1].type if tokens else ""
        inline = state.tokens[i + 1] if i + 1 < len(state.tokens) else token
        if token.type == "paragraph_open" and (above in _CLOSERS or above in _SINGLE):
            found = _ALONE.match(inline.content)
            if found is not None:
                opening = closed if above in _CLOSERS else len(tokens) - 1
                at = At(inline.map[0] if inline.map else 0, inline.content, 0)
                _give_id(state, tokens, opening, "^" + found["id"], at)
                skip = 2
                continue
        if token.nesting == 1:
            opened.append(len(tokens))
        elif token.nesting == -1 and opened:
            closed = opened.pop()
        tokens.append(token)
    state.tokens = tokens


def _give_id(state: StateCore, tokens: list[Token], opening: int, anchor: str, at: At) -> None:
    """The id goes to the block's own element when that has none, else to a div around it."""
    owner = tokens[opening]
    own = owner.meta.get("attributes") or NONE
    named = "id" in owner.attrs or (owner.type == "paragraph_open" and _BLOCK_ID.search(tokens[-2].content))
    if owner.type in _WITH_ID and not named:
        owner.attrSet("id", draft_of(state.env).claim(anchor, at))
    elif owner.type in _WITH_ATTRIBUTES and not own.id:
        owner.meta["attributes"] = replace(own, id=anchor)
    else:
        around = [Token("div_open", "div", 1, block=True), Token("div_close", "div", -1, block=True)]
        for token in around:
            token.meta["attributes"] = Attributes(anchor)
            token.map = [at.line, at.line + 1]
        tokens.insert(opening, around[0])
        tokens.append(around[1])


# `{#fig-a width=50%}`, or kramdown's `{: width="50%"}`, right after an image, a link, code or a span
_ATTRIBUTES = re.compile(r"\{:?(?P<inner>[^{}\n]*(?:\n[^{}\n]*)?)\}")
_BEFORE = ("image", "code_inline", "link_close", "span_close", "formula")


def _attributes(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "{" or silent or not state.tokens or state.pending:
        return False
    last = state.tokens[-1]
    if last.type not in _BEFORE:
        return False
    found = _ATTRIBUTES.match(state.src, state.pos, state.posMax)
    read = parse_attributes(found["inner"]) if found else None
    if found is None or read is None:
        return False
    if last.type == "code_inline" and len(read.words) == 1 and (form := raw_format(read.words[0])):
        _raw(state, last, form)
        state.pos = found.end()
        return True
    if read.words:
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


def _raw(state: StateInline, token: Token, form: str) -> None:
    """Pandoc's code `<br>` with `{=html}` is HTML; code for another format is left out."""
    if form == HTML:
        if draft_of(state.env).options.html:
            token.type, token.tag = "html_inline", ""
    else:
        state.tokens.pop()
        state.tokens_meta.pop()


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
    if "{" not in state.src:
        return
    draft = draft_of(state.env)
    for token in state.tokens:
        for child in token.children or () if token.type == "inline" else ():
            if child.nesting >= 0 and child.type != "image" and "id" in child.attrs:
                child.attrSet("id", draft.claim(str(child.attrs["id"]), token.map[0] if token.map else draft.block))


# `[^label]` that the rule for footnotes passed over
_FOOTNOTE = re.compile(r"\[\^(?P<label>[^\s\[\]^]+)\](?![(:\[])")


def _lost_footnote(state: StateInline, silent: bool) -> bool:
    """Report a reference to a footnote that is not defined; it stays as written."""
    if not silent and state.src.startswith("[^", state.pos) and (found := _FOOTNOTE.match(state.src, state.pos)):
        draft_of(state.env).report(
            "N039",
            f'the footnote "{found["label"]}" is not defined',
            mark(state, state.pos),
            hint=f"define it with a line `{found[0]}: …`",
            length=len(found[0]),
        )
    return False


def _unused_footnotes(state: StateCore) -> None:
    """Report the definitions of footnotes that nothing refers to; they are not shown."""
    draft = draft_of(state.env)
    refs = state.env.get("footnotes", {}).get("refs", {})
    for key, number in refs.items():
        if number >= 0:
            continue
        label = key[1:]
        head = f"[^{label}]:"
        line = next((i for i, row in enumerate(draft.lines) if row.lstrip(" >\t").startswith(head)), 0)
        draft.report("N039", f'nothing refers to the footnote "{label}"', At(line, head, 0), length=len(head))


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
    md.inline.ruler.before("strikethrough", "subscript", _subscript)
    md.inline.ruler.before("footnote_inline", "superscript", _superscript)
    md.inline.ruler.before("escape", "comment", _comment)
    md.inline.ruler.before("escape", "shortcode", _shortcode)
    md.inline.ruler.push("attributes", _attributes)
    md.inline.ruler.push("template", _template)
    md.block.ruler.before("fence", "comment_block", _comment_block, {"alt": ["paragraph", "blockquote", "list"]})
    md.block.ruler.before("table", "too_deep", _too_deep)
    md.core.ruler.at("inline", _inline)
    md.core.ruler.before("inline", "ids_below", _ids_below)
    md.core.ruler.before("inline", "block_id", _block_ids)
    md.core.ruler.after("inline", "ids", _ids)
    md.core.ruler.after("inline", "unused_footnotes", _unused_footnotes)
    md.inline.ruler.after("footnote_ref", "lost_footnote", _lost_footnote)

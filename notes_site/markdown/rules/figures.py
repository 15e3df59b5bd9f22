"""Paragraphs that are one image or one embed, heads of theorems that are titles, outputs of notebooks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from notes_site.markdown.code import caption_source
from notes_site.markdown.draft import draft_of
from notes_site.markdown.kinds import IMAGE_ENDINGS, float_kind, theorem_kind, titled_by_heading
from notes_site.markdown.line import line_of

# the line that stands for the third output of a notebook
_OUTPUT = re.compile("\x02(\\d+)\x02$")


_STAND_ALONE = frozenset(("image", "embed", "shortcode"))
# what the text of such a paragraph may begin with
_MAY_STAND_ALONE = _STAND_ALONE | {"softbreak", "text"}


def _embeds(state: StateCore) -> None:
    """A line of a paragraph that is one embedded note stands for itself, as a paragraph does."""
    if "![[" not in state.src:
        return
    tokens: list[Token] = []
    for token in state.tokens:
        tokens.append(token)
        if token.type != "paragraph_close" or len(tokens) < 3 or tokens[-2].type != "inline":
            continue
        opening, inline, closing = tokens[-3:]
        parts = _parts(inline.children or [])
        if len(parts) < 2:
            continue
        del tokens[-3:]
        for i, part in enumerate(parts):
            first = opening if not i else opening.copy(attrs={}, meta={})
            tokens += (first, inline.copy(children=part, meta=dict(inline.meta)), closing.copy())
    state.tokens = tokens


def _parts(children: Sequence[Token]) -> list[list[Token]]:
    """The lines of a paragraph, those without an embedded note together with their neighbours."""
    lines: list[list[Token]] = [[]]
    breaks: list[Token] = []
    level = 0
    for child in children:
        level += child.nesting
        if child.type in ("softbreak", "hardbreak") and not level:
            breaks.append(child)
            lines.append([])
        else:
            lines[-1].append(child)
    parts: list[list[Token]] = []
    open_part = False
    for i, line in enumerate(lines):
        real = [child for child in line if not _blank(child)]
        if len(real) == 1 and _is_note(real[0]):
            parts.append(real)
            open_part = False
        elif open_part:
            parts[-1] += (breaks[i - 1], *line)
        elif real:
            parts.append(line)
            open_part = True
    return parts


def _is_note(token: Token) -> bool:
    return token.type == "embed" and not token.content.lower().endswith(IMAGE_ENDINGS)


def _alone(state: StateCore) -> None:
    if "![" not in state.src and "{{<" not in state.src:
        return
    tokens = state.tokens
    for i, token in enumerate(tokens):
        if token.type != "inline" or not token.children or tokens[i - 1].type != "paragraph_open":
            continue
        first = token.children[0]
        if first.type not in _MAY_STAND_ALONE or (first.type == "text" and first.content.strip()):
            continue
        real = [child for child in token.children if child.type != "softbreak" and not _blank(child)]
        if not real or not all(child.type in _STAND_ALONE for child in real):
            continue
        images = [child for child in real if child.type == "image"]
        if images and len(images) == len(real) and all(child.children or _labelled(child) for child in images):
            for child in images:
                child.meta["figure"] = True
        elif len(real) == 1 and _is_note(real[0]):
            real[0].meta["alone"] = True
        else:
            continue
        token.children = real
        tokens[i - 1].hidden = tokens[i + 1].hidden = True


def _labelled(image: Token) -> bool:
    return str(image.attrs.get("id", "")).startswith("fig-")


def _blank(token: Token) -> bool:
    return token.type == "text" and not token.content.strip()


def _theorem_titles(state: StateCore) -> None:
    """A theorem's title goes into its head: its tokens are rendered now and left out of the flow."""
    if ":::" not in state.src and "[!" not in state.src:
        return
    renderer, options, env = state.md.renderer, state.md.options, state.env
    tokens = state.tokens
    for i, token in enumerate(tokens):
        if token.type == "div_open":
            titled = token.meta.get("titled") and theorem_kind(token.meta["attributes"], draft_of(env).kinds)
        elif token.type == "callout_open":
            titled = token.meta["titled"] and draft_of(env).kinds.statement(token.meta["kind"])
        else:
            continue
        if not titled:
            continue
        inline = tokens[i + 2]
        draft = draft_of(env)
        draft.block = inline.map[0] if inline.map else 0
        token.meta["title_text"] = line_of(state.md, inline.children or [], draft)
        token.meta["title_html"] = renderer.inline(inline, options, env, draft)  # type: ignore[attr-defined]
        for gone in tokens[i + 1 : i + 4]:
            gone.type, gone.tag, gone.nesting, gone.hidden = "nothing", "", 0, True
            gone.children = []


def _captions(state: StateCore) -> None:
    """The captions of code and of diagrams are Markdown."""
    if "```" not in state.src and "~~~" not in state.src:
        return
    for token in state.tokens:
        if token.type == "fence" and (caption := caption_source(token.info, token.content)):
            draft_of(state.env).block = token.map[0] if token.map else 0
            token.children = []
            state.md.inline.parse(caption, state.md, state.env, token.children)


def _figure_divs(state: StateCore) -> None:
    """In a div that is a figure, `::: {#fig-x layout-ncol=2}`, the last paragraph is the caption."""
    if ":::" not in state.src:
        return
    tokens, kinds = state.tokens, draft_of(state.env).kinds
    opened: list[int] = []
    for i, token in enumerate(tokens):
        if token.type == "div_open":
            opened.append(i)
        elif token.type == "div_close":
            opening = tokens[opened.pop()]
            attributes = opening.meta["attributes"]
            figure = float_kind(attributes, kinds) or (attributes.id and attributes.get("layout-ncol"))
            last = tokens[i - 3 : i]
            if (
                not figure
                or titled_by_heading(attributes, kinds)
                or [one.type for one in last] != ["paragraph_open", "inline", "paragraph_close"]
                or last[0].hidden
                or tokens[i - 4] is opening
                or any(child.type == "image" for child in last[1].children or [])
            ):
                continue
            opening.tag = token.tag = "figure"
            opening.meta["caption"] = last[0]
            last[0].tag = last[2].tag = "figcaption"


def _output(state: StateBlock, start_line: int, _end_line: int, silent: bool) -> bool:
    begin = state.bMarks[start_line] + state.tShift[start_line]
    if not state.src.startswith("\x02", begin) or not draft_of(state.env).outputs:
        return False
    found = _OUTPUT.match(state.src[begin : state.eMarks[start_line]])
    if found is None or int(found[1]) >= len(draft_of(state.env).outputs):
        return False
    if not silent:
        token = state.push("output", "", 0)
        token.meta["index"] = int(found[1])
        token.map = [start_line, start_line + 1]
        state.line = start_line + 1
    return True


def install(md: MarkdownIt) -> None:
    md.core.ruler.after("heading_ids", "alone", _alone)
    md.core.ruler.before("alone", "embeds", _embeds)
    md.core.ruler.after("alone", "figure_divs", _figure_divs)
    md.core.ruler.after("inline", "captions", _captions)
    md.core.ruler.push("theorem_titles", _theorem_titles)
    md.block.ruler.before("fence", "output", _output, {"alt": ["paragraph", "list", "blockquote"]})
    md.add_render_rule("nothing", lambda *_: "")

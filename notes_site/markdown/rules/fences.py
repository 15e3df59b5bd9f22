"""Blocks that another format's conventions rule: GitHub's ```math, Pandoc's ```{=html}, Quarto's `.content-visible`."""

from __future__ import annotations

from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from msgspec.structs import replace

from notes_site.markdown.attributes import Attributes
from notes_site.markdown.code import read_info
from notes_site.markdown.draft import At, draft_of

HTML: Final = "html"
# what Pandoc and Quarto call the format that is made here
_OURS: Final = frozenset(("html", "html4", "html5", "html:js"))
VISIBLE: Final = "content-visible"
HIDDEN: Final = "content-hidden"
_CONDITIONS: Final = ("when-format", "unless-format")


def raw_format(word: str) -> str:
    """The format of Pandoc's `{=format}`, `html` for all kinds of it; an empty string when the word names none."""
    if not word.startswith("="):
        return ""
    form = word[1:].lower()
    return HTML if form in _OURS else form


def left_out(classes: tuple[str, ...], when: str | None, unless: str | None) -> bool:
    """Whether what is for some formats alone, by Quarto's conditions, is not for the one that is made here."""
    if VISIBLE not in classes and HIDDEN not in classes:
        return False
    if when is None and unless is None:
        return HIDDEN in classes  # without a condition on the format: always, or as another condition may say
    holds = (when is None or when.lower() in _OURS) and (unless is None or unless.lower() not in _OURS)
    return holds is (HIDDEN in classes)


def _fences(state: StateCore) -> None:
    """Fences that are no code become formulas and HTML, or are left out."""
    html = draft_of(state.env).options.html
    tokens: list[Token] = []
    for token in state.tokens:
        if token.type != "fence" or not (listing := read_info(token.info)).language:
            tokens.append(token)
            continue
        words = listing.attributes.words
        form = raw_format(words[0]) if len(words) == 1 and token.info.lstrip().startswith("{") else ""
        if form == HTML and not html:
            token.info = HTML
            tokens.append(token)
        elif form == HTML:
            tokens.append(Token("html_block", "", 0, content=token.content, map=token.map, block=True))
        elif not form and not listing.cell and listing.language == "math" and token.content.strip():
            tokens.append(_formula(token, listing.attributes))
        elif not form:
            tokens.append(token)
    state.tokens = tokens


def _formula(token: Token, attributes: Attributes) -> Token:
    line = token.map[0] if token.map else 0
    text = token.content
    made = Token("formula_block", "math", 0, content=text.strip(), map=token.map, block=True)
    made.meta["at"] = At(line + 1, text, len(text) - len(text.lstrip()))
    made.meta["display"] = True
    made.meta["attributes"] = replace(attributes, classes=tuple(c for c in attributes.classes if c != "math"))
    return made


def _conditions(state: StateCore) -> None:
    """Leave out the divs that are for other formats."""
    if "content-" not in state.src:
        return
    tokens: list[Token] = []
    depth = 0
    for token in state.tokens:
        if depth:
            depth += (token.type == "div_open") - (token.type == "div_close")
        elif token.type == "div_open" and _is_left_out(token.meta["attributes"]):
            depth = 1
        else:
            tokens.append(token)
    state.tokens = tokens


def _is_left_out(given: Attributes) -> bool:
    when, unless = (given.get(key) for key in _CONDITIONS)
    return left_out(given.classes, when, unless)


def _spans(state: StateCore) -> None:
    """Leave out the spans that are for other formats, and of the others what is said of formats."""
    if "content-" not in state.src:
        return
    for token in state.tokens:
        children = token.children or []
        if not any(child.type == "span_open" for child in children):
            continue
        kept: list[Token] = []
        depth = 0
        for child in children:
            if depth:
                depth += (child.type == "span_open") - (child.type == "span_close")
            elif child.type == "span_open" and _span_left_out(child):
                depth = 1
            else:
                for key in _CONDITIONS:
                    child.attrs.pop(key, None)
                kept.append(child)
        token.children = kept


def _span_left_out(token: Token) -> bool:
    conditions = [token.attrs.get(key) for key in _CONDITIONS]
    when, unless = (None if value is None else str(value) for value in conditions)
    return left_out(tuple(str(token.attrs.get("class", "")).split()), when, unless)


def install(md: MarkdownIt) -> None:
    md.core.ruler.after("block", "fences", _fences)
    md.core.ruler.after("block", "conditions", _conditions)
    md.core.ruler.after("inline", "condition_spans", _spans)

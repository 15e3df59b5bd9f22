"""Dashes and ellipses: `--` to an en dash, `---` to an em dash, `...` to an ellipsis; quotes are markdown-it's own.

markdown-it's own replacements are not used: they would turn the case "(c)" of a proof into a copyright sign.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

# `--` or `---` that is not part of a longer row of dashes; `...`; the apostrophe of `'90s`. The sign stands first and
# what may not stand before it is asked after, since Python's engine looks quickly for one of a few signs.
_MARKS = re.compile(
    r"[-.'](?:(?<=-)(?<!--)-{1,2}(?!-)|(?<=\.)(?<!\.\.)\.\.(?!\.)|(?<=')(?<!\w')(?=\d0s\b))",
)
_SIGNS = {"--": "–", "---": "—", "...": "…", "'": "’"}


def _may_have(text: str) -> bool:
    """Whether a text can hold any of the marks; Python's engine is slow to find that it holds none."""
    return "--" in text or "..." in text or ("0s" in text and "'" in text)


def _rule(state: StateCore) -> None:
    if not _may_have(state.src) or not _MARKS.search(state.src):
        return
    for token in state.tokens:
        if token.type != "inline" or not token.children:
            continue
        for child in token.children:
            if child.type != "text":
                continue
            text = child.content
            if "--" in text or "..." in text or ("0s" in text and "'" in text):
                child.content = _MARKS.sub(lambda found: _SIGNS[found[0]], text)


def install(md: MarkdownIt) -> None:
    md.core.ruler.before("smartquotes", "dashes", _rule)

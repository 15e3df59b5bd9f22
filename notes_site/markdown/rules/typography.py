"""Dashes and ellipses: `--` to an en dash, `---` to an em dash, `...` to an ellipsis; quotes are markdown-it's own.

markdown-it's own replacements are not used: they would turn the case "(c)" of a proof into a copyright sign.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

# `--` or `---` that is not part of a longer row of dashes; `...`; the apostrophe of `'90s`
_MARKS = re.compile(r"(?<!-)-{2,3}(?!-)|(?<!\.)\.{3}(?!\.)|(?<!\w)'(?=\d0s\b)")
_SIGNS = {"--": "–", "---": "—", "...": "…", "'": "’"}


def _rule(state: StateCore) -> None:
    if not _MARKS.search(state.src):
        return
    for token in state.tokens:
        if token.type != "inline" or not token.children:
            continue
        for child in token.children:
            if child.type == "text":
                child.content = _MARKS.sub(lambda found: _SIGNS[found[0]], child.content)


def install(md: MarkdownIt) -> None:
    md.core.ruler.before("smartquotes", "dashes", _rule)

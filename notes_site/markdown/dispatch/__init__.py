"""markdown-it's two tokenizers, which ask at each place only the rules that could have a say there.

A rule that is named in the tables of `inline` and `blocks` answers False unless its character, or its pattern, stands
at the place; a rule without an entry is always asked. Invariant: the tokens are those of markdown-it's own tokenizers.
"""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.parser_core import RuleFuncCoreType
from markdown_it.rules_core import StateCore

from notes_site.markdown.dispatch.blocks import BlockParser
from notes_site.markdown.dispatch.inline import InlineParser


def _normalized(upstream: RuleFuncCoreType) -> RuleFuncCoreType:
    """The rule for line ends and NUL, which is not asked where there is nothing to change."""

    def normalized(state: StateCore) -> None:
        if "\r" in state.src or "\0" in state.src:
            upstream(state)

    return normalized


def install(md: MarkdownIt) -> None:
    """Let `md` ask its rules by our tables; rules that are added later are found."""
    normalize = next(rule for rule in md.core.ruler.__rules__ if rule.name == "normalize")
    md.core.ruler.at("normalize", _normalized(normalize.fn))
    md.inline, md.block = InlineParser(md.inline), BlockParser(md.block)

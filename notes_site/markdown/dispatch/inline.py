"""The tokenizer of running text: from one sign that may mean something to the next.

Invariant: the tokens are those of markdown-it's own tokenizer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline, RuleFuncInline2Type, RuleFuncInlineType
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType

from notes_site.markdown.tokens import made

# Inline rules: the character on which each may answer True or do anything at all.
INLINE: Mapping[str, str] = {
    "linkify": ":", "newline": "\n", "escape": "\\", "backticks": "`", "strikethrough": "~", "emphasis": "*_",
    "link": "[", "image": "!", "autolink": "<", "html_inline": "<", "entity": "&",
    "footnote_inline": "^", "footnote_ref": "[", "lost_footnote": "[", "span": "[", "wikilink": "![",
    "gfm_autolink_www": "w", "gfm_autolink_protocol": ":", "gfm_autolink_email": "@",
    "formula": "$\\", "highlight": "=", "comment": "%", "shortcode": "{", "attributes": "{",
    "citation": "[", "reference_key": "@", "reference_command": "\\",
    "term_command": "\\", "text_command": "\\", "index_span": "[", "label_command": "\\",
    "subscript": "~", "superscript": "^", "spaced_image": "!", "template": "{",
}  # fmt: skip
# What must follow these characters for any of the rules above; text goes on over those without it.
_FOLLOWED = {"w": "ww\\.", ":": "\\S", "=": "=", "%": "%", "^": "\\S", "!": "\\["}
# Rules for pairs, which have nothing to do where no delimiter was met.
_FOR_PAIRS = frozenset(("balance_pairs", "strikethrough", "emphasis"))


class Inline(StateInline):
    """markdown-it's state of a run of text."""

    def pushPending(self) -> Token:  # noqa: N802 - markdown-it's name
        """The text that waits, as a token."""
        token = made("text", "", 0, self.pendingLevel, self.pending)
        self.tokens.append(token)
        self.pending = ""
        return token

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        """A new token at the end, after the text that waits."""
        if self.pending:
            self.pushPending()
        meta = None
        if nesting < 0:
            self.level -= 1
            self.delimiters = self._prev_delimiters.pop()
        token = made(ttype, tag, nesting, self.level)
        if nesting > 0:
            self.level += 1
            self._prev_delimiters.append(self.delimiters)
            self.delimiters = []
            meta = {"delimiters": self.delimiters}
        self.pendingLevel = self.level
        self.tokens.append(token)
        self.tokens_meta.append(meta)
        return token


class InlineParser(ParserInline):
    """The inline tokenizer over the rules of another one."""

    def __init__(self, rules: ParserInline) -> None:
        vars(self).update(vars(rules))
        # what the tables were built from: a ruler makes its cache anew when its rules change
        self._seen: tuple[object, object, object] = (None, None, None)
        self._rules: dict[str, tuple[RuleFuncInlineType, ...]] = {}
        self._others: tuple[RuleFuncInlineType, ...] = ()
        self.stop: Callable[..., re.Match[str] | None] = self.terminator_re.search
        self._after: Sequence[RuleFuncInline2Type] = ()
        self._after_no_pairs: Sequence[RuleFuncInline2Type] = ()
        self._after_no_strikes: Sequence[RuleFuncInline2Type] = ()
        self._only_joins = False

    def _prepare(self) -> None:
        """Build the tables anew when the rules have changed since."""
        seen, seen_after, seen_stop = self._seen
        if (
            self.ruler.__cache__ is seen
            and self.ruler2.__cache__ is seen_after
            and self.terminator_re is seen_stop
            and seen is not None
        ):
            return
        self.ruler.getRules("")
        self.ruler2.getRules("")
        named = [(rule.name, rule.fn) for rule in self.ruler.__rules__ if rule.enabled and rule.name != "text"]
        self._others = tuple(fn for name, fn in named if name not in INLINE)
        characters = sorted(set("".join(INLINE.get(name, "") for name, _ in named)))
        self._rules = {
            character: tuple(fn for name, fn in named if character in INLINE.get(name, character))
            for character in characters
        }
        self.stop = self.terminator_re.search
        if not self._others:
            # `]` ends the label of a link, whose end is looked for token by token
            stops = [character for character in sorted({*characters, "]"}) if self.terminator_re.match(character)]
            self.stop = re.compile(_stops(stops)).search
        after = [(rule.name, rule.fn) for rule in self.ruler2.__rules__ if rule.enabled]
        self._after = [fn for _, fn in after]
        self._after_no_pairs = [fn for name, fn in after if name not in _FOR_PAIRS]
        self._after_no_strikes = [fn for name, fn in after if name != "strikethrough"]
        self._only_joins = {name for name, _ in after} <= _FOR_PAIRS | {"fragments_join"}
        self._seen = (self.ruler.__cache__, self.ruler2.__cache__, self.terminator_re)

    def skipToken(self, state: StateInline) -> None:  # noqa: N802 - markdown-it's name
        """Move over one token, or over one character of text when no rule takes it."""
        pos, cache = state.pos, state.cache
        if pos in cache:
            state.pos = cache[pos]
            return
        if state.level >= state.md.options["maxNesting"]:
            state.pos = state.posMax + 1
        else:
            found = self.stop(state.src, pos)
            stop = found.start() if found else state.posMax
            if stop > pos:
                state.pos = stop
            else:
                state.level += 1
                for rule in self._rules.get(state.src[pos], self._others):
                    if rule(state, True):
                        advanced(state.pos > pos)
                        break
                else:
                    state.pos += 1
                state.level -= 1
        cache[pos] = state.pos

    def tokenize(self, state: StateInline) -> None:
        """Tokens for the text up to `state.posMax`."""
        self._prepare()
        src, end, most = state.src, state.posMax, state.md.options["maxNesting"]
        rules, others, search, append = self._rules, self._others, self.stop, state.append_pending
        while (pos := state.pos) < end:
            if state.level >= most:
                append(src[pos:end])
                state.pos = end
                break
            found = search(src, pos)
            stop = min(found.start(), end) if found else end
            if stop > pos:
                append(src[pos:stop])
                state.pos = pos = stop
                if pos >= end:
                    break
            for rule in rules.get(src[pos], others):
                if rule(state, False):
                    advanced(state.pos > pos)
                    break
            else:
                append(src[pos])
                state.pos = pos + 1
        if state.pending:
            state.pushPending()

    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        """Add the tokens of a whole text to `tokens`."""
        self._prepare()
        if self._only_joins and not tokens and self.stop(src) is None:
            if src:
                tokens.append(made("text", "", 0, 0, src))
            return tokens
        state = Inline(src, md, env, tokens)
        self.tokenize(state)
        after = self._after_no_pairs
        if state.delimiters or any(state.tokens_meta):
            after = self._after if "~" in src else self._after_no_strikes
        for rule in after:
            rule(state)
        return state.tokens


def _stops(characters: Sequence[str]) -> str:
    r"""A pattern for one of the characters, with what must follow some: `[\n!w](?:(?<![!w])|(?<=!)(?=\[)|…)`.

    It begins with a set of characters, for which Python's engine has a quick search.
    """
    followed = [character for character in characters if character in _FOLLOWED]
    pattern = f"[{re.escape(''.join(characters))}]"
    if not followed:
        return pattern
    conditions = [f"(?<![{re.escape(''.join(followed))}])"]
    conditions += [f"(?<={re.escape(character)})(?={_FOLLOWED[character]})" for character in followed]
    return f"{pattern}(?:{'|'.join(conditions)})"


def advanced(moved: bool) -> None:
    """Raises RuntimeError for a rule that would be asked for ever."""
    if not moved:
        raise RuntimeError("a rule of Markdown took nothing")

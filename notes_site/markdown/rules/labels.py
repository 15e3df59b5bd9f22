r"""`\label{thm:a}` in running text labels the statement, the caption or the heading that it stands in, as in LaTeX.

What has a label already keeps it, and a list, a quote or a footnote inside of it has none: there the command is
reported. It never shows. `\label` in a formula is the formula's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from msgspec.structs import replace

from notes_site.kinds import Kind, canonical
from notes_site.markdown.attributes import NONE, Attributes
from notes_site.markdown.draft import Draft, draft_of, mark
from notes_site.markdown.kinds import callout_kind, float_kind, theorem_kind

# `\label{thm:a}`
_COMMAND: Final = re.compile(r"\\label\{(?P<key>[^{}\n]+)\}")
_BLANKS: Final = re.compile(r"[ \t]*\n?[ \t]*")
_OWNERS: Final = {
    "statement": "write `::: {{#{key}}}` where the statement begins",
    "section": "write {{#{key}}} at the end of the heading",
    "float": "write {{#{key}}} behind the picture, or at the end of the caption",
    "equation": "write it inside the formula",
}


def _command(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("\\label", state.pos):
        return False
    found = _COMMAND.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    start, end = found.span()
    before, after = state.src[:start], state.src[end : state.posMax]
    if not before or before[-1].isspace() or not after.strip():
        # the blanks of one side go with it
        blanks = _BLANKS.match(state.src, end, state.posMax)
        end = blanks.end() if blanks else end
    if not silent:
        if not after.strip():
            state.pending = state.pending.rstrip(" ")
        token = state.push("label_mark", "", 0)
        token.content = found["key"].strip()
        token.meta = {"at": mark(state, start), "length": len(found[0]), "first": not before.strip()}
        state.env["labels"] = True
    state.pos = end
    return True


def _labels(state: StateCore) -> None:
    """Take the commands out of the text, and give each label to what it stands in."""
    if "labels" not in state.env:
        return
    work = _Labels(state.tokens, draft_of(state.env))
    gone: set[int] = set()
    for i, token in enumerate(state.tokens):
        if token.nesting == 1 and token.type != "paragraph_open":
            work.opened.append(i)
        elif token.nesting == -1 and token.type != "paragraph_close":
            del work.opened[-1:]
        elif token.children:
            marks = work.taken(token)
            for one in marks:
                work.give(one, i)
            if marks and not token.children and state.tokens[i - 1].type == "paragraph_open":
                gone |= {i - 1, i, i + 1}
    if gone:
        state.tokens = [token for i, token in enumerate(state.tokens) if i not in gone]


class _Labels:
    """One walk over the blocks of a text; `opened` are the places of those that are open."""

    def __init__(self, tokens: Sequence[Token], draft: Draft) -> None:
        self.tokens, self.draft = tokens, draft
        self.opened: list[int] = []

    def taken(self, owner: Token) -> list[Token]:
        """The commands of a run of text that are left after those in its pictures have been given to these."""
        marks: list[Token] = []
        kept: list[Token] = []
        for child in owner.children or []:
            if child.type == "label_mark":
                marks.append(child)
                continue
            if child.type == "image" and child.children:
                for one in self.taken(child):
                    own = str(child.attrGet("id") or "")
                    if self.may(one, own, "float"):
                        child.attrSet("id", canonical(one.content))
            kept.append(child)
        if marks:
            owner.children = kept
        return marks

    def give(self, one: Token, place: int) -> None:
        """Make one command the label of what its run of text, which stands at `place`, belongs to."""
        above = self.tokens[place - 1] if place else None
        kind = above.type if above is not None else ""
        owner = self.tokens[self.opened[-1]] if self.opened else None
        if above is not None and kind == "heading_open":
            self.named(one, above, "section")
        elif kind == "caption_open":
            self.named(one, self.tokens[place - 2], "float")
        elif kind in ("title_open", "callout_title_open"):
            self.stated(one, self.tokens[place - 2])
        elif kind != "paragraph_open":
            self.lost(one)
        elif one.meta["first"] and place > 3 and self.tokens[place - 2].type == "heading_close":
            self.named(one, self.tokens[place - 4], "section")
        elif owner is not None and self.is_caption(owner, place):
            self.named(one, owner, "float")
            self.tokens[place + 2].meta["attributes"] = owner.meta["attributes"]
        elif owner is not None:
            self.stated(one, owner)
        else:
            self.lost(one)

    def is_caption(self, owner: Token, place: int) -> bool:
        """Whether a paragraph is the last one of a div that is a figure."""
        if owner.type != "div_open" or self.tokens[place + 2].type != "div_close":
            return False
        given: Attributes = owner.meta["attributes"]
        return float_kind(given, self.draft.kinds) is not None or given.get("layout-ncol") is not None

    def stated(self, one: Token, owner: Token) -> None:
        """The label of a statement or a proof, whose kind does not depend on it."""
        if self.statement(owner) is None:
            self.lost(one)
        elif self.may(one, str(owner.meta.get("label", owner.meta["attributes"].id)), ""):
            owner.meta["label"] = canonical(one.content)

    def statement(self, owner: Token) -> Kind | None:
        if owner.type == "callout_open":
            return self.draft.kinds.statement(owner.meta["kind"])
        if owner.type != "div_open":
            return None
        given: Attributes = owner.meta["attributes"]
        return theorem_kind(given, self.draft.kinds) if callout_kind(given) is None else None

    def named(self, one: Token, owner: Token, family: str) -> None:
        """The label of what keeps its id among its attributes."""
        given: Attributes = owner.meta.get("attributes") or NONE
        if self.may(one, given.id, family):
            owner.meta["attributes"] = replace(given, id=canonical(one.content))

    def may(self, one: Token, own: str, family: str) -> bool:
        """Whether something of a family can have a label, of which it has `own` already; reported where it cannot."""
        kind = self.draft.kinds.of_key(one.content)
        if own:
            if canonical(own) != canonical(one.content):
                self.report(one, f'"{own}" is the label here already', "remove one of them")
            return False
        if family and (kind is None or kind.family != family):
            prefix = "sec:" if family == "section" else "fig: or tbl:"
            self.report(one, f'"{one.content}" cannot be a label here', f"here it begins with {prefix}")
            return False
        return True

    def lost(self, one: Token) -> None:
        kind = self.draft.kinds.of_key(one.content)
        hint = _OWNERS.get(kind.family, "") if kind is not None else ""
        if not hint:
            hint = "formulas, statements, headings and captions have labels"
        self.report(one, f'the label "{one.content}" stands in nothing that can have one', hint)

    def report(self, one: Token, message: str, hint: str) -> None:
        hint = hint.format(key=canonical(one.content))
        self.draft.report("N106", message, one.meta["at"], hint=hint, length=one.meta["length"])


def install(md: MarkdownIt) -> None:
    md.inline.ruler.before("escape", "label_command", _command)
    md.core.ruler.after("captions", "labels", _labels)
    md.add_render_rule("label_mark", lambda *_: "")

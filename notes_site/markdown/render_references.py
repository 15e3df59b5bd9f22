"""References, citations, and all that has a label: sections, figures, tables, listings, statements. Reads no file."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from typing import Any

from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from notes_site.kinds import Kind, canonical, letters
from notes_site.markdown.attributes import Attributes
from notes_site.markdown.draft import At, Draft, at_of, draft_of
from notes_site.markdown.kinds import float_kind
from notes_site.markdown.plain import cite_of
from notes_site.markdown.render_formulas import Formulas, escape
from notes_site.marks import mark
from notes_site.model import EMPTY, Label, Num, Text, Xref


def mentioned(tokens: Sequence[Token], draft: Draft) -> None:
    """Keep what a text refers to and cites, in the words of its references and citations too."""
    for token in tokens:
        if token.type == "xref":
            for key in token.meta["keys"]:
                draft.mention("label", key, at_of(token, draft.block), token.meta["length"])
        elif token.type == "cite":
            for work in token.meta["works"]:
                label = draft.kinds.of_key(work.key) is not None
                kind, key = ("label", canonical(work.key)) if label else ("work", work.key)
                draft.mention(kind, key, at_of(token, draft.block), token.meta["length"])
        if token.children and token.type in ("xref", "cite", "inline"):
            mentioned(token.children, draft)


class References(Formulas):
    """Rules for what is referred to, and for what refers."""

    def xref(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token, draft = tokens[idx], draft_of(env)
        meta = token.meta
        hole = Xref(meta["keys"], meta["form"], self.one_line(token.children or [], draft).html, meta["capital"])
        if draft.bare:
            return mark(hole)
        for key in meta["keys"]:
            draft.mention("label", key, at_of(token, draft.block), meta["length"])
            kind = draft.kinds.of_key(key)
            if kind is not None and kind.family == "section" and not draft.quiet:
                draft.quote(token, -len(draft.mentions), "label", key)
        mentioned(token.children or [], draft)
        return draft.hole(hole)

    def cite(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token, draft = tokens[idx], draft_of(env)
        around = [self.one_line(child.children or [], draft).html for child in token.children or []]
        hole = cite_of(token, around, escape(token.content))
        if draft.bare:
            return mark(hole)
        mentioned([token], draft)
        return draft.hole(hole)

    def one_line(self, tokens: Sequence[Token], draft: Draft) -> Text:
        """Inline tokens as a Text."""
        from notes_site.markdown.line import line_of

        return line_of(draft.md, tokens, draft) if tokens else EMPTY

    # -- labels --------------------------------------------------------------------------------------------------------

    @staticmethod
    def counted(draft: Draft, kind: Kind, attributes: Attributes) -> bool:
        """Whether a statement takes a number."""
        mode = draft.options.counting.mode(kind)
        if "unnumbered" in attributes.classes or mode == "none":
            return False
        return bool(attributes.id) or (mode == "all" and draft.numbered)

    @staticmethod
    def named(kind: Kind, draft: Draft) -> str:
        """The word for a kind, as HTML."""
        return escape(draft.say(f"kind_{kind.name}"))

    def float_label(
        self, draft: Draft, attributes: Attributes, caption: Text, at: At | int, fallback: str, *, captioned: bool
    ) -> int:
        """The place among the labels of a figure, a table or a listing; -1 where it has neither number nor label.

        `fallback` is the kind of one whose label does not say it.
        """
        kind = float_kind(attributes, draft.kinds)
        labelled = kind is not None
        kind = kind or draft.kinds.by_name[fallback]
        mode = draft.options.counting.mode(kind)
        parent = draft.figures[-1] if draft.figures else -1
        if not labelled and not (captioned and (parent >= 0 or (mode == "all" and draft.numbered))):
            return -1
        part = letters(sum(label.of == parent for label in draft.labels)) if parent >= 0 else ""
        counted = mode != "none" and "unnumbered" not in attributes.classes
        key = canonical(attributes.id) if labelled else ""
        return draft.label(Label(kind.name, key, attributes.id, caption, counted, part=part, of=parent), at)

    def caption_label(self, draft: Draft, label: int) -> str:
        """What stands before a caption: `Figure 2.1.`, or `(a)` in a part of a figure."""
        if label < 0:
            return ""
        made = draft.labels[label]
        if made.part:
            return f'<span class="caption-label">({made.part})</span> '
        kind = draft.kinds.by_name[made.kind]
        return draft.hole(Num(label, f'<span class="caption-label">{self.named(kind, draft)}\u00a0', ".</span> "))

    def section_number(self, token: Token, title: Token, draft: Draft, given: Attributes) -> str:
        """The label of a heading, and the hole for its number."""
        depth = draft.options.counting.sections
        level = int(token.tag[1])
        kind = draft.kinds.of_key(given.id) if given.id else None
        named = kind is not None and kind.family == "section"
        counted = draft.numbered and 0 < level - 1 <= depth and "unnumbered" not in given.classes
        if not (counted or named) or draft.bare:
            return ""
        key = canonical(given.id) if named else ""
        caption = self.one_line(title.children or [], draft)
        line = token.map[0] if token.map else 0
        label = draft.label(Label("section", key, token.meta["anchor"], caption, counted, level=level), line)
        token.meta["label"] = label
        return draft.hole(Num(label, '<span class="number">', "</span> ")) if counted else ""

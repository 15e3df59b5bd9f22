"""Terms of the glossary and entries of the index, where they stand in the text. Reads no file."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from typing import Any

from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from notes_site.markdown.draft import at_of, draft_of
from notes_site.markdown.render_formulas import escape
from notes_site.markdown.render_references import References
from notes_site.model import Term


class Terms(References):
    """Rules for the words that a glossary explains, and for places that the index leads to."""

    def term(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token, draft = tokens[idx], draft_of(env)
        key, meta = str(token.meta["key"]), token.meta
        if not key:
            return f'<span class="broken-link">{self.renderInline(token.children or [], options, env)}</span>'
        still = bool(meta.get("still"))
        seen = draft.terms.get(key)
        acronym = bool(draft.vocabulary.by_key[key].long)
        found = bool(meta.get("found"))
        if found and not acronym and seen:
            return str(self.rules["text"](token.children or [], 0, options, env))
        draft.words += 1
        if seen is None:
            draft.mention("term", key, at_of(token, draft.block), meta.get("length", 1))
        form = meta["form"]
        introduces = not still and form in ("", "full")
        draft.terms[key] = bool(seen) or introduces
        words = ""
        if meta["written"]:
            words = self.one_line(token.children or [], draft).html
        elif meta.get("upper"):
            whole = acronym and introduces and not seen
            words = self.one_line(meta["whole"] if whole else token.children or [], draft).html
        first = acronym and introduces and not seen and not words
        return draft.hole(Term(key, words, form, meta["plural"], meta["capital"], first, not still))

    def index_mark(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, _e: MutableMapping[str, Any]) -> str:
        anchor = tokens[idx].attrGet("id")
        return f'<span id="{escape(str(anchor))}"></span>' if anchor else ""

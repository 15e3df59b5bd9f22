"""Code, diagrams, tables, divs, theorems, callouts and footnotes to HTML. Reads no file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import MutableMapping, Sequence
from typing import Any

from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from msgspec.structs import replace

from notes_site.markdown.attributes import NONE, Attributes
from notes_site.markdown.code import Listing, cell_options, line_numbers, read_info, render_listing
from notes_site.markdown.diagrams import draw
from notes_site.markdown.draft import Draft, draft_of
from notes_site.markdown.kinds import CALLOUTS, callout_kind, theorem_kind, theorem_named
from notes_site.markdown.plain import plain_text
from notes_site.markdown.render_formulas import escape
from notes_site.markdown.render_links import Links
from notes_site.model import Blob, Include, Link, Picture


class Blocks(Links):
    """Rules for blocks that are more than a paragraph."""

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token, draft = tokens[idx], draft_of(env)
        listing = read_info(token.info)
        code = token.content
        if listing.cell or code.startswith("#|"):
            listing, code = cell_options(listing, code)
        if listing.hidden:
            return ""
        if listing.attributes.id:
            anchor = draft.claim(listing.attributes.id, token.map[0] if token.map else 0)
            listing = replace(listing, attributes=replace(listing.attributes, id=anchor))
        if listing.language == "mermaid":
            return self.diagram(draft, token, listing, code, self.caption_of(token, options, env))
        if included := listing.attributes.get("include"):
            span, excerpt = draft.at_line(token.map[0] if token.map else 0, 1)
            draft.link(Link("include", included, ""), span, excerpt[:400])
            lines = line_numbers(listing.attributes.get("lines") or "")
            first, last = (min(lines), max(lines)) if lines else (1, 0)
            hole = draft.hole(Include(included, listing.language, first, last))
            return render_listing("", listing, body=hole, caption=self.caption_of(token, options, env))
        return render_listing(code, listing, caption=self.caption_of(token, options, env))

    def caption_of(self, token: Token, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        """The caption of code or of a diagram; a core rule has parsed it."""
        draft_of(env).block = token.map[0] if token.map else 0
        return self.renderInline(token.children or [], options, env)

    def diagram(self, draft: Draft, token: Token, listing: Listing, code: str, caption: str) -> str:
        """A Mermaid diagram as a picture, with its source folded below it; the source alone when it has a mistake."""
        line = (token.map or [draft.block])[0]
        anchor = f' id="{escape(listing.attributes.id)}"' if listing.attributes.id else ""
        listing, code = cell_options(listing, code)
        source = f'<pre tabindex="0"><code>{escape(code)}</code></pre>'
        drawing = draw(code)
        if drawing.problem:
            draft.report("N038", f"the diagram is shown as text: {drawing.problem}", line)
            return f'<div class="code"{anchor}>{source}</div>\n'
        data = drawing.svg.encode("utf-8")
        name = hashlib.sha256(data).hexdigest()[:16] + ".svg"
        if all(blob.name != name for blob in draft.blobs):
            draft.blobs.append(Blob(name, data))
        plain = plain_text(token.children or [], draft.macros)
        alt = listing.attributes.get("fig-alt", "alt") or plain or "Diagram; its source follows"
        size = (("width", str(drawing.width)), ("height", str(drawing.height)))
        picture = draft.hole(Picture("blob:" + name, alt, size))
        shown = f"<figcaption>{caption}</figcaption>" if caption else ""
        text = f'<div class="code">{source}</div>'
        folded = f'<details class="code-fold"><summary>Diagram as text</summary>{text}</details>'
        return f'<figure class="diagram"{anchor}>{picture}{shown}{folded}</figure>\n'

    def code_block(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, _e: MutableMapping[str, Any]) -> str:
        return render_listing(tokens[idx].content, read_info(""))

    def table_open(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
        attributes: Attributes = tokens[idx].meta.get("attributes") or NONE
        anchor = self.anchor_of(tokens[idx], env)
        classes = f' class="{escape(" ".join(attributes.classes))}"' if attributes.classes else ""
        return f'<div class="table"{anchor} tabindex="0"><table{classes}>\n'

    def table_close(self, *_: object) -> str:
        return "</table></div>\n"

    def cell_open(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token = tokens[idx]
        inline = tokens[idx + 1]
        draft_of(env).block = inline.map[0] if inline.map else 0
        align = str(token.attrGet("style") or "").removeprefix("text-align:")
        return f'<{token.tag} class="{align}">' if align else f"<{token.tag}>"

    th_open = cell_open
    td_open = cell_open

    def div_open(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token = tokens[idx]
        attributes: Attributes = token.meta["attributes"]
        line = token.map[0] if token.map else 0
        anchor = f' id="{escape(draft_of(env).claim(attributes.id, line))}"' if attributes.id else ""
        if callout := callout_kind(attributes):
            fold = self.fold_of(token)
            head = self.callout_head(callout, fold, anchor, attributes.get("icon") or "")
            return head if "titled" in token.meta else head + self.callout_title(callout.capitalize(), fold)
        if kind := theorem_kind(attributes):
            return self.theorem_open(tokens, idx, kind, anchor)
        classes = [*attributes.classes]
        if columns := attributes.get("layout-ncol"):
            classes += ["figures", f"columns-{re.sub(r'[^0-9]', '', columns)[:1] or 1}"]
        if width := re.fullmatch(r"(\d+(?:\.\d+)?)%", attributes.get("width") or ""):
            classes.append(f"w{5 * round(float(width[1]) / 5)}")
        shown = f' class="{escape(" ".join(classes))}"' if classes else ""
        pairs = "".join(
            f' {escape(key)}="{escape(value)}"'
            for key, value in attributes.pairs
            if key.startswith(("data-", "aria-")) or key in ("lang", "dir", "role", "title")
        )
        return f"<{token.tag}{shown}{anchor}{pairs}>\n"

    def div_close(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, _e: MutableMapping[str, Any]) -> str:
        token = tokens[idx]
        attributes: Attributes = token.meta["attributes"]
        kind = None if callout_kind(attributes) else theorem_kind(attributes)
        if kind or callout_kind(attributes):
            return self.head_close(kind, self.fold_of(token))
        return f"</{token.tag}>\n"

    def theorem_open(self, tokens: Sequence[Token], idx: int, kind: tuple[str, str], anchor: str) -> str:
        """The head of a theorem; it runs into the first paragraph of the statement, as in a book."""
        token = tokens[idx]
        following = idx + 1
        name = ""
        attributes: Attributes = token.meta["attributes"]
        if token.meta.get("titled"):
            name = token.meta.get("title_html", "")
            following += 3
        elif attributes.get("name", "title"):
            name = escape(attributes.get("name", "title") or "")
        shown = f' <span class="name">({name})</span>' if name else ""
        fold = self.fold_of(token)
        opened = " open" if fold == "+" else ""
        if kind[0] == "solution":
            return f'<details class="solution"{anchor}{opened}><summary>Solution{shown}</summary>\n'
        classes = " ".join(dict.fromkeys(("proof",) if kind[0] == "proof" else ("theorem", kind[0])))
        dot = "" if name.endswith((".", "?", "!")) and not name else "."
        lead = f'<span class="head"><span class="kind">{kind[1]}</span>{shown}{dot}</span> '
        if fold:
            return f'<details class="{classes}"{anchor}{opened}><summary>{lead.strip()}</summary>\n'
        if following < len(tokens) and tokens[following].type == "paragraph_open":
            tokens[following].meta["lead"] = lead
            return f'<div class="{classes}"{anchor}>\n'
        return f'<div class="{classes}"{anchor}>\n<p>{lead.strip()}</p>\n'

    @staticmethod
    def fold_of(token: Token) -> str:
        """How a callout or a theorem is folded: `-` it is, `+` it can be, or not at all."""
        if "fold" in token.meta:
            return str(token.meta["fold"])
        return {"true": "-", "false": "+"}.get(token.meta["attributes"].get("collapse") or "", "")

    @staticmethod
    def head_close(kind: tuple[str, str] | None, fold: str) -> str:
        return "</details>\n" if fold or (kind is not None and kind[0] == "solution") else "</div>\n"

    @staticmethod
    def callout_head(kind: str, fold: str, anchor: str, icon: str) -> str:
        family = CALLOUTS.get(kind, "note")
        classes = f"callout callout-{family}" + (f" {escape(kind)}" if kind != family else "")
        opened = " open" if fold == "+" else ""
        shown = f' data-icon="{escape(icon)}"' if icon else ""
        if fold:
            return f'<details class="{classes}"{anchor}{shown}{opened}>'
        return f'<div class="{classes}" role="note"{anchor}{shown}>'

    @staticmethod
    def callout_title(title: str, fold: str) -> str:
        tag = "summary" if fold else "p"
        return f'<{tag} class="callout-title">{title}</{tag}>\n'

    def callout_open(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token = tokens[idx]
        meta = token.meta
        attributes: Attributes = meta["attributes"]
        anchor = ""
        if attributes.id:
            anchor = f' id="{escape(draft_of(env).claim(attributes.id, token.map[0] if token.map else 0))}"'
        if kind := theorem_named(meta["kind"]):
            return self.theorem_open(tokens, idx, kind, anchor)
        head = self.callout_head(meta["kind"], meta["fold"], anchor, "")
        return head if meta["titled"] else head + self.callout_title(escape(meta["kind"].capitalize()), meta["fold"])

    def callout_close(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, _e: MutableMapping[str, Any]) -> str:
        meta = tokens[idx].meta
        return self.head_close(theorem_named(meta["kind"]), meta["fold"])

    def callout_title_open(
        self, tokens: Sequence[Token], idx: int, _o: OptionsDict, _e: MutableMapping[str, Any]
    ) -> str:
        return f'<{self.title_tag(tokens, idx)} class="callout-title">'

    def callout_title_close(
        self, tokens: Sequence[Token], idx: int, _o: OptionsDict, _e: MutableMapping[str, Any]
    ) -> str:
        return f"</{self.title_tag(tokens, idx - 2)}>\n"

    title_open = callout_title_open
    title_close = callout_title_close

    @staticmethod
    def title_tag(tokens: Sequence[Token], idx: int) -> str:
        return "summary" if Blocks.fold_of(tokens[idx - 1]) else "p"

    # -- footnotes ---------------------------------------------------------------------------------------------------

    def footnote_caption(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, _e: MutableMapping[str, Any]) -> str:
        number = str(tokens[idx].meta["id"] + 1)
        again = tokens[idx].meta.get("subId", 0)
        return f"{number}:{again}" if again > 0 else number

    def footnote_block_open(self, *_: object) -> str:
        return '<section class="footnotes" aria-label="Footnotes">\n<ol>\n'

    def footnote_block_close(self, *_: object) -> str:
        return "</ol>\n</section>\n"

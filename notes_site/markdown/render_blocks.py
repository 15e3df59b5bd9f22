"""Code, diagrams, tables, divs, theorems, callouts and footnotes to HTML. Reads no file."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import MutableMapping, Sequence
from typing import Any, Final

from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from msgspec.structs import replace

from notes_site.kinds import Kind, canonical
from notes_site.markdown.attributes import NONE, Attributes
from notes_site.markdown.code import FOLDED, Listing, cell_options, line_numbers, read_info, render_listing
from notes_site.markdown.diagrams import draw
from notes_site.markdown.draft import Draft, at_of, draft_of
from notes_site.markdown.kinds import CALLOUTS, callout_kind, float_kind, theorem_kind
from notes_site.markdown.plain import plain_text
from notes_site.markdown.render_formulas import escape, to_itself
from notes_site.markdown.render_links import Links
from notes_site.model import EMPTY, INSIDE, Blob, End, Include, Label, Link, Num, Picture, Start, Text, Xref

# a proof of more characters than this can be folded
LONG: Final = 1_500


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
        if listing.folded == FOLDED:
            listing = replace(listing, folded=draft.say("markdown_code"))
        if listing.attributes.id:
            anchor = draft.claim(listing.attributes.id, token.map[0] if token.map else 0)
            listing = replace(listing, attributes=replace(listing.attributes, id=anchor))
        title = self.one_line(token.children or [], draft)
        kind = "figure" if listing.language == "mermaid" else "listing"
        line = token.map[0] if token.map else 0
        label = self.float_label(draft, listing.attributes, title, line, kind, captioned=bool(title))
        caption = self.caption_label(draft, label) + self.caption_of(token, options, env)
        if listing.language == "mermaid":
            return self.bounded(draft, [label], self.diagram(draft, token, listing, code, caption))
        if included := listing.attributes.get("include"):
            draft.link(Link("include", included, ""), draft.at_line(token.map[0] if token.map else 0, 1))
            lines = line_numbers(listing.attributes.get("lines") or "")
            first, last = (min(lines), max(lines)) if lines else (1, 0)
            hole = draft.hole(Include(included, listing.language, first, last))
            return self.bounded(draft, [label], render_listing("", listing, body=hole, caption=caption))
        return self.bounded(draft, [label], render_listing(code, listing, caption=caption))

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
        alt = listing.attributes.get("fig-alt", "alt") or plain or draft.say("markdown_diagram")
        size = (("width", str(drawing.width)), ("height", str(drawing.height)))
        draft.link(Link("asset", INSIDE + name, ""), draft.at_line(line, 1))
        picture = draft.hole(Picture(INSIDE + name, alt, size))
        shown = f"<figcaption>{caption}</figcaption>" if caption else ""
        text = f'<div class="code">{source}</div>'
        summary = escape(draft.say("markdown_diagram_text"))
        folded = f'<details class="code-fold"><summary>{summary}</summary>{text}</details>'
        return f'<figure class="diagram"{anchor}>{picture}{shown}{folded}</figure>\n'

    def code_block(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, _e: MutableMapping[str, Any]) -> str:
        return render_listing(tokens[idx].content, read_info(""))

    def table_open(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
        attributes: Attributes = tokens[idx].meta.get("attributes") or NONE
        anchor = self.anchor_of(tokens[idx], env)
        classes = f' class="{escape(" ".join(attributes.classes))}"' if attributes.classes else ""
        draft = draft_of(env)
        captioned = idx + 1 < len(tokens) and tokens[idx + 1].type == "caption_open"
        title = self.one_line(tokens[idx + 2].children or [], draft) if captioned else EMPTY
        given = replace(attributes, id=html.unescape(anchor[5:-1]) if anchor else "")
        label = self.float_label(draft, given, title, at_of(tokens[idx]), "table", captioned=captioned)
        before = draft.hole(Start(label)) if label >= 0 else ""
        draft.tables.append(label)
        shown = self.caption_label(draft, label)
        if captioned:
            tokens[idx + 1].meta["lead"] = shown
        caption = f"<caption>{shown}</caption>\n" if shown and not captioned else ""
        return f'{before}<div class="table"{anchor} tabindex="0"><table{classes}>\n{caption}'

    def caption_open(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, _e: MutableMapping[str, Any]) -> str:
        return f"<caption>{tokens[idx].meta.get('lead', '')}"

    def table_close(self, _t: Sequence[Token], _i: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
        draft = draft_of(env)
        label = draft.tables.pop()
        return "</table></div>\n" + (draft.hole(End(label, (label,))) if label >= 0 else "")

    def cell_open(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token = tokens[idx]
        inline = tokens[idx + 1]
        inline.meta["cell"] = idx
        draft_of(env).block = inline.map[0] if inline.map else 0
        align = str(token.attrGet("style") or "").removeprefix("text-align:")
        if not inline.content:
            token.tag = tokens[idx + 2].tag = "td"  # a head without words is the head of nothing
        return f'<{token.tag} class="{align}">' if align else f"<{token.tag}>"

    th_open = cell_open
    td_open = cell_open

    def div_open(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token, draft = tokens[idx], draft_of(env)
        attributes: Attributes = token.meta["attributes"]
        line = token.map[0] if token.map else 0
        anchor = f' id="{escape(draft.claim(attributes.id, line))}"' if attributes.id else ""
        if callout := callout_kind(attributes):
            fold = self.fold_of(token)
            head = self.callout_head(callout, fold, anchor, attributes.get("icon") or "")
            return (
                head if "titled" in token.meta else head + self.callout_title(self.callout_word(callout, draft), fold)
            )
        if kind := theorem_kind(attributes, draft.kinds):
            return self.theorem_open(tokens, idx, kind, anchor, draft)
        before = self.figure_open(tokens, idx, draft) if float_kind(attributes, draft.kinds) else ""
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
        return f"{before}<{token.tag}{shown}{anchor}{pairs}>\n"

    def div_close(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token, draft = tokens[idx], draft_of(env)
        attributes: Attributes = token.meta["attributes"]
        if callout_kind(attributes):
            return self.head_close(self.fold_of(token))
        if kind := theorem_kind(attributes, draft.kinds):
            return self.theorem_close(kind, self.fold_of(token), draft)
        if float_kind(attributes, draft.kinds):
            return self.figure_close(token, draft)
        return f"</{token.tag}>\n"

    def figure_open(self, tokens: Sequence[Token], idx: int, draft: Draft) -> str:
        """The label of a div that is a figure; without a caption of its own it shows its number below."""
        token = tokens[idx]
        attributes: Attributes = token.meta["attributes"]
        caption: Token | None = token.meta.get("caption")
        title = EMPTY
        if caption is not None:
            following = next(i for i in range(idx, len(tokens)) if tokens[i] is caption)
            title = self.one_line(tokens[following + 1].children or [], draft)
        line = token.map[0] if token.map else 0
        label = self.float_label(draft, attributes, title, line, "figure", captioned=True)
        shown = self.caption_label(draft, label)
        if caption is not None:
            caption.meta["lead"] = shown
        else:
            token.tag = "figure"
        closing = "" if caption is not None else f"<figcaption>{shown}</figcaption>\n"
        draft.closings.append(closing)
        draft.figures.append(label)
        return draft.hole(Start(label))

    @staticmethod
    def figure_close(token: Token, draft: Draft) -> str:
        label, closing = draft.figures.pop(), draft.closings.pop()
        parts = (i for i, part in enumerate(draft.labels) if part.of == label and part.part)
        return f"{closing}</{'figure' if closing else token.tag}>\n" + draft.hole(End(label, (label, *parts)))

    def theorem_open(self, tokens: Sequence[Token], idx: int, kind: Kind, anchor: str, draft: Draft) -> str:
        """The head of a theorem; it runs into the first paragraph of the statement, as in a book."""
        token = tokens[idx]
        following = idx + 1
        attributes: Attributes = token.meta["attributes"]
        name, title = "", EMPTY
        if token.meta.get("titled"):
            name, title = token.meta.get("title_html", ""), token.meta.get("title_text", EMPTY)
            following += 3
        elif given := attributes.get("name", "title"):
            name, title = escape(given), Text(escape(given), given)
        label = self.statement_label(token, kind, title, html.unescape(anchor[5:-1]) if anchor else "", draft)
        made = draft.labels[label]
        anchor = f' id="{escape(made.anchor)}"' if made.anchor else ""
        draft.within.append(label)
        before = draft.hole(Start(label))
        number = draft.hole(Num(label, "\u00a0")) if made.counted else ""
        word = self.named(kind, draft) + number
        if kind.name == "proof" and not self.fold_of(token) and self.is_long(token, draft):
            closing = next(t for t in tokens[idx + 1 :] if t.nesting < 0 and t.level == token.level)
            token.meta["fold"] = closing.meta["fold"] = "+"
        fold = self.fold_of(token)
        about = ""
        for key in made.about:
            draft.mention("label", key, at_of(token, draft.block))
        if made.about:
            folded = bool(fold) or kind.name == "solution"
            what = draft.hole(Xref(made.about, linked=not folded))
            word = escape(draft.say(f"{kind.name}_of")).replace("{what}", what)
            about = f'<p class="about">{draft.hole(Xref(made.about))}</p>\n' if folded else ""
        alone = not made.counted and _begins_with(draft.say(f"kind_{kind.name}"), title.plain)
        if alone:
            word, name = name.removesuffix("."), ""
        shown = f' <span class="name">({name})</span>' if name else ""
        opened = " open" if fold == "+" else ""
        if kind.name == "solution":
            return f'{before}<details class="solution"{anchor}{opened}><summary>{word}{shown}</summary>\n{about}'
        classes = " ".join(
            dict.fromkeys(("proof",) if kind.family == "proof" else filter(None, ("theorem", kind.style, kind.name)))
        )
        # a link in a link, or in what opens a proof, would be in the way
        if made.anchor and not made.about and not alone and not (fold and kind.family == "proof"):
            word = f"{to_itself(made.anchor)}{word}</a>"
        lead = f'<span class="head"><span class="kind">{word}</span>{shown}.</span> '
        anchor += f' data-end="{escape(draft.say("markdown_end_of_proof"))}"' if kind.name == "proof" else ""
        if fold:
            return f'{before}<details class="{classes}"{anchor}{opened}><summary>{lead.strip()}</summary>\n{about}'
        if following < len(tokens) and tokens[following].type == "paragraph_open":
            tokens[following].meta["lead"] = lead
            return f'{before}<div class="{classes}"{anchor}>\n'
        return f'{before}<div class="{classes}"{anchor}>\n<p>{lead.strip()}</p>\n'

    def statement_label(self, token: Token, kind: Kind, title: Text, anchor: str, draft: Draft) -> int:
        """The label of a statement or a proof; one with a number but without a label is given an anchor."""
        attributes: Attributes = token.meta["attributes"]
        line = token.map[0] if token.map else 0
        if "label" in token.meta:
            anchor = draft.claim(token.meta["label"], line)
            attributes = replace(attributes, id=token.meta["label"])
        counted = self.counted(draft, kind, attributes)
        about: tuple[str, ...] = ()
        of = -1
        if kind.family == "proof":
            written = (attributes.get("of", "for") or "").split(",")
            about = tuple(key for key in map(canonical, written) if key)
            of = draft.latest(*(("exercise",) if kind.name == "solution" else ()))
        anchor = anchor or (draft.anchor(kind.name) if counted else "")
        label = Label(kind.name, canonical(attributes.id), anchor, title, counted, of=of, about=about)
        return draft.label(label, line)

    def theorem_close(self, kind: Kind, fold: str, draft: Draft) -> str:
        label = draft.within.pop()
        return self.head_close(fold or ("-" if kind.name == "solution" else "")) + draft.hole(End(label, (label,)))

    @staticmethod
    def is_long(token: Token, draft: Draft) -> bool:
        """Whether a block is so long that some readers would rather pass it by."""
        first, last = token.map or (0, 0)
        return sum(map(len, draft.lines[first:last])) > LONG

    @staticmethod
    def fold_of(token: Token) -> str:
        """How a callout or a theorem is folded: `-` it is, `+` it can be, or not at all."""
        if "fold" in token.meta:
            return str(token.meta["fold"])
        return {"true": "-", "false": "+"}.get(token.meta["attributes"].get("collapse") or "", "")

    @staticmethod
    def head_close(fold: str) -> str:
        return "</details>\n" if fold else "</div>\n"

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
    def callout_word(kind: str, draft: Draft) -> str:
        """What stands over a callout without a title, as HTML."""
        return escape(draft.language.get(f"callout_{kind}") or kind.capitalize())

    @staticmethod
    def callout_title(title: str, fold: str) -> str:
        tag = "summary" if fold else "p"
        return f'<{tag} class="callout-title">{title}</{tag}>\n'

    def callout_open(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token, draft = tokens[idx], draft_of(env)
        meta = token.meta
        attributes: Attributes = meta["attributes"]
        anchor = ""
        if attributes.id:
            anchor = f' id="{escape(draft.claim(attributes.id, token.map[0] if token.map else 0))}"'
        if kind := draft.kinds.statement(meta["kind"]):
            return self.theorem_open(tokens, idx, kind, anchor, draft)
        head = self.callout_head(meta["kind"], meta["fold"], anchor, "")
        return (
            head if meta["titled"] else head + self.callout_title(self.callout_word(meta["kind"], draft), meta["fold"])
        )

    def callout_close(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
        meta, draft = tokens[idx].meta, draft_of(env)
        if kind := draft.kinds.statement(meta["kind"]):
            return self.theorem_close(kind, meta["fold"], draft)
        return self.head_close(meta["fold"])

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

    def footnote_block_open(self, _t: Sequence[Token], _i: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
        label = escape(draft_of(env).say("markdown_footnotes"))
        return f'<section class="footnotes" aria-label="{label}">\n<ol>\n'

    def footnote_block_close(self, *_: object) -> str:
        return "</ol>\n</section>\n"


def _begins_with(word: str, title: str) -> bool:
    """Whether a title says the kind itself: "Proof of the main theorem"."""
    return re.match(rf"{re.escape(word)}\b", title, re.IGNORECASE) is not None

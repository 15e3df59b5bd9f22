"""Tokens to HTML with markers for holes. One method for each kind of token. Reads no file.

Invariant: every element that is opened is closed, whatever the author's own HTML does.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from notes_site.markdown import rawhtml
from notes_site.markdown.attributes import NONE, Attributes
from notes_site.markdown.code import Listing, cell_options, line_numbers, read_info, render_listing
from notes_site.markdown.diagrams import draw
from notes_site.markdown.draft import Draft, at_of, draft_of
from notes_site.markdown.kinds import CALLOUTS, IMAGE_ENDINGS, callout_kind, theorem_kind, theorem_named
from notes_site.markdown.plain import plain_text
from notes_site.model import Asset, Blob, Embed, Include, Link, Picture, Ref, WikiLink
from notes_site.tex import Typesetter, glyphs

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from markdown_it.utils import OptionsDict

# `https:`, `mailto:`, `//host`
EXTERNAL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
# `@thm-clt`, `[@key]`, `[-@key]`
_REFERENCE = re.compile(
    r"(?<![\w.@/])@(?:eq|fig|tbl|lst|sec|thm|lem|cor|prp|cnj|def|exm|exr|rem|alg|ass|axm)-\w[\w:-]*|\[-?@\w[\w:.-]*"
)
# four words in a row without any TeX: a sentence between two dollar signs
_PROSE = re.compile(r"^[^\\^_={}+<>|&]*\b[A-Za-z]{2,}(?:[ ,]+[A-Za-z]{2,}){3,}[^\\^_={}+<>|&]*$")
_TAG = re.compile(r"<[^>]*>")
# an inline formula of more glyphs than this scrolls by itself on a narrow screen
LONG = 24
_KINDS = {
    "syntax": "N020", "unknown-command": "N021", "unknown-environment": "N021", "bad-macro": "N022",
    "expansion-limit": "N023",
}  # fmt: skip


def escape(text: str) -> str:
    return html.escape(text, quote=True)


def _only_child(tokens: Sequence[Token], i: int) -> bool:
    """Whether token `i` is all that stands in a paragraph that has no id, no class and no head of a theorem."""
    if not 0 < i < len(tokens) - 1 or tokens[i + 1].type != "paragraph_close":
        return False
    opening = tokens[i - 1]
    return opening.type == "paragraph_open" and not (opening.hidden or opening.attrs or "lead" in opening.meta)


class Renderer(RendererHTML):
    """markdown-it's renderer with our kinds of token; rules of plugins that it does not know are theirs."""

    typesetter: ClassVar[Typesetter] = Typesetter()

    def render(self, tokens: Sequence[Token], options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        draft = draft_of(env)
        out: list[str] = []
        bases: list[int] = []
        for i, token in enumerate(tokens):
            if token.type == "inline":
                made = self.inline(token, options, env, draft) if token.children else ""
                if not made.strip() and _only_child(tokens, i):
                    # Nothing but comments or definitions: no empty paragraph.
                    tokens[i - 1].hidden = tokens[i + 1].hidden = True
                    out[-1] = ""
                out.append(made)
                continue
            if token.nesting == 1:
                bases.append(len(draft.open_tags))
                draft.base = bases[-1]
            elif token.nesting == -1 and bases:
                out.append(self.close_tags(draft, bases.pop()))
                draft.base = bases[-1] if bases else 0
            rule = self.rules.get(token.type)
            out.append(rule(tokens, i, options, env) if rule else self.renderToken(tokens, i, options, env))
        return "".join(out)

    def renderInline(  # noqa: N802 - markdown-it's name
        self, tokens: Sequence[Token], options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        """Inline tokens as HTML; the author's tags end inside the emphasis or link in which they were opened."""
        if all(token.type != "html_inline" for token in tokens):
            return super().renderInline(tokens, options, env)
        draft = draft_of(env)
        outer = draft.base
        out: list[str] = []
        bases: list[int] = []
        for i, token in enumerate(tokens):
            if token.nesting == 1:
                bases.append(len(draft.open_tags))
                draft.base = bases[-1]
            elif token.nesting == -1 and bases:
                out.append(self.close_tags(draft, bases.pop()))
                draft.base = bases[-1] if bases else outer
            rule = self.rules.get(token.type)
            out.append(rule(tokens, i, options, env) if rule else self.renderToken(tokens, i, options, env))
        draft.base = outer
        return "".join(out)

    def inline(self, token: Token, options: OptionsDict, env: MutableMapping[str, Any], draft: Draft) -> str:
        outer, base = draft.base, len(draft.open_tags)
        draft.base = base
        made = self.renderInline(token.children or [], options, env)
        draft.base = outer
        return made if len(draft.open_tags) == base else made + self.close_tags(draft, base)

    def close_tags(self, draft: Draft, base: int) -> str:
        for name, line in draft.open_tags[base:]:
            draft.report("N032", f"<{name}> is not closed where it was opened", line)
        return rawhtml.close(draft.open_tags, base)

    # -- text --------------------------------------------------------------------------------------------------------

    def text(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        content = tokens[idx].content
        draft: Draft = env["draft"]
        draft.words += content.count(" ") + 1
        if "@" in content and "references" not in draft.features and (found := _REFERENCE.search(content)):
            draft.features.add("references")
            draft.report("N035", f'references such as "{found[0].strip("[")}" are shown as written', draft.block)
        if "&" in content or "<" in content or ">" in content or '"' in content:
            return content.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
        return content

    text_special = text

    def heading_open(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token = tokens[idx]
        draft_of(env).block = token.map[0] if token.map else 0
        given = token.meta.get("attributes") or NONE
        classes = f' class="{escape(" ".join(given.classes))}"' if given.classes else ""
        return f'<{token.tag} id="{escape(token.meta["anchor"])}"{classes}>'

    def heading_close(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, _e: MutableMapping[str, Any]) -> str:
        opening = tokens[idx - 2]
        label = escape(f"Link to “{opening.meta['plain']}”")
        href = escape("#" + opening.meta["anchor"])
        return f'<a class="anchor" href="{href}" aria-label="{label}">#</a></{tokens[idx].tag}>\n'

    def paragraph_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        token = tokens[idx]
        inline = tokens[idx + 1]
        draft_of(env).block = inline.map[0] if inline.map else 0
        if token.hidden:
            return self.renderToken(tokens, idx, options, env)
        lead = str(token.meta.get("lead", ""))
        if any(child.type == "html_inline" and rawhtml.has_block(child.content) for child in inline.children or []):
            closing = next(following for following in tokens[idx:] if following.type == "paragraph_close")
            token.tag = closing.tag = "div"
            token.attrJoin("class", "paragraph")
        return self.renderToken(tokens, idx, options, env) + lead

    # -- mathematics -------------------------------------------------------------------------------------------------

    def formula(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token = tokens[idx]
        if not token.meta["display"]:
            made, tail = self.typeset(token, env, display=False), escape(token.meta.get("tail", ""))
            return f'<span class="nobreak">{made}{tail}</span>' if tail and 'class="long"' not in made else made + tail
        anchor = self.anchor_of(token, env)
        made = self.typeset(token, env, display=True)
        return f'<span class="formula"{anchor}>{made}</span>' if made else ""

    def formula_block(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token = tokens[idx]
        anchor = self.anchor_of(token, env)
        made = self.typeset(token, env, display=True)
        return f'<div class="formula"{anchor}>{made}</div>\n' if made else ""

    def anchor_of(self, token: Token, env: MutableMapping[str, Any]) -> str:
        attributes = token.meta.get("attributes") or NONE
        if not attributes.id:
            return ""
        return f' id="{escape(draft_of(env).claim(attributes.id, at_of(token)))}"'

    def typeset(self, token: Token, env: MutableMapping[str, Any], *, display: bool) -> str:
        """One formula as MathML, or its source and what is wrong with it."""
        draft = draft_of(env)
        tex = token.content
        formula = self.typesetter.typeset(tex, display=display, macros=draft.macros)
        draft.formulas += 1
        for macro in formula.defined:
            draft.macros[macro.name] = macro
        if formula.references and "references" not in draft.features:
            draft.features.add("references")
            key, offset = formula.references[0]
            draft.report(
                "N035",
                f'references such as "{key}" are shown as written',
                at_of(token),
                position=self.at(token, offset),
            )
        if not display and len(tex) > 20 and _PROSE.match(tex):
            draft.report("N024", "this formula reads like prose", at_of(token), hint="write `\\$` for a dollar sign")
        problem = formula.problem
        if problem is not None:
            draft.report(
                _KINDS.get(problem.kind, "N020"),
                problem.message,
                at_of(token),
                hint=problem.hint or "",
                length=problem.length,
                position=self.at(token, problem.offset),
            )
        if formula.mathml is None:
            message = problem.message if problem else "cannot be typeset"
            return f'<code class="math-error" title="{escape(message)}">{escape(tex)}</code>'
        if formula.defined and "<semantics><mrow></mrow><annotation" in formula.mathml:
            return ""  # nothing but definitions: nothing to show
        draft.glyphs |= self.glyphs_of(formula.mathml)
        if not display and len(tex) > LONG and len(_TAG.sub("", formula.mathml.partition("<annotation")[0])) > LONG:
            return formula.mathml.replace("<math", '<math class="long"', 1)
        return formula.mathml

    _glyphs: ClassVar[dict[str, frozenset[int]]] = {}

    def glyphs_of(self, mathml: str) -> frozenset[int]:
        found = self._glyphs.get(mathml)
        if found is None:
            found = self._glyphs[mathml] = glyphs(mathml)
        return found

    @staticmethod
    def at(token: Token, offset: int) -> int:
        return at_of(token).position + offset

    # -- links and pictures ------------------------------------------------------------------------------------------

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token = tokens[idx]
        href = str(token.attrGet("href") or "")
        if href and not EXTERNAL.match(href):
            token.attrSet("href", "\0\0")
            marker = self.reference(draft_of(env), href, token)
            return self.renderToken(tokens, idx, options, env).replace("\0\0", marker, 1)
        if href.startswith(("http:", "https:")):
            draft = draft_of(env)
            span, excerpt = draft.span(at_of(token), token.meta.get("length", 1))
            draft.links.append(Link("external", href, "", span, excerpt[:200]))
        return self.renderToken(tokens, idx, options, env)

    def reference(self, draft: Draft, href: str, token: Token) -> str:
        """The marker for the address of a link to a source file, an address of the site, or an anchor."""
        from urllib.parse import unquote

        target, _, fragment = href.partition("#")
        span, excerpt = draft.span(at_of(token, draft.block), token.meta.get("length", 1))
        draft.links.append(Link("link", unquote(target), unquote(fragment), span, excerpt[:400]))
        return draft.hole(Ref(unquote(target) + ("#" + unquote(fragment) if fragment else ""), span))

    def wikilink(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token, draft = tokens[idx], draft_of(env)
        span, excerpt = draft.span(at_of(token), token.meta["length"])
        fragment = token.meta["fragment"].removeprefix("#")
        draft.links.append(Link("wiki", token.content, fragment, span, excerpt[:400]))
        shown = self.renderInline(token.children or [], options, env)
        return draft.hole(WikiLink(token.content, fragment, shown, span))

    def embed(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token, draft = tokens[idx], draft_of(env)
        span, excerpt = draft.span(at_of(token), token.meta["length"])
        if token.content.lower().endswith(IMAGE_ENDINGS):
            width = token.meta["text"]
            pairs: list[tuple[str, str]] = []
            alt = "" if re.fullmatch(r"\d+(x\d+)?", width) else width
            if re.fullmatch(r"\d+(x\d+)?", width):
                pairs.append(("width", width.partition("x")[0]))
            draft.links.append(Link("asset", "wiki:" + token.content, "", span, excerpt[:400]))
            alt = alt or re.sub(r"[-_]+", " ", token.content.rpartition("/")[2].rpartition(".")[0])
            return draft.hole(Picture("wiki:" + token.content, alt, tuple(pairs), span))
        if not token.meta.get("alone"):
            return self.wikilink(tokens, idx, options, env)
        fragment = token.meta["fragment"].removeprefix("#")
        draft.links.append(Link("embed", token.content, fragment, span, excerpt[:400]))
        return draft.hole(Embed(token.content, fragment, span))

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token, draft = tokens[idx], draft_of(env)
        source = str(token.attrGet("src") or "")
        given = {key: str(value) for key, value in token.attrs.items()}
        alt = given.get("fig-alt", given.get("alt") or plain_text(token.children or [], draft.macros))
        if not alt and "fig-alt" not in given:
            draft.report("N031", f'the image "{source}" has no alternative text', at_of(token, draft.block))
        classes = given.get("class", "").split()
        pairs: list[tuple[str, str]] = []
        width = given.get("width", given.get("fig-width", ""))
        if found := re.fullmatch(r"(\d+(?:\.\d+)?)%", width):
            classes.append(f"w{min(100, max(5, 5 * round(float(found[1]) / 5)))}")
        elif found := re.fullmatch(r"(\d+)(?:px)?", width):
            pairs.append(("width", found[1]))
        if found := re.fullmatch(r"(\d+)(?:px)?", given.get("height", "")):
            pairs.append(("height", found[1]))
        if given.get("fig-align") in ("left", "right", "center"):
            classes.append(given["fig-align"])
        if title := given.get("title"):
            pairs.append(("title", title))
        pairs += [(key, value) for key, value in given.items() if key.startswith(("data-", "aria-"))]
        if classes:
            pairs.append(("class", " ".join(dict.fromkeys(classes))))
        anchor = ""
        if given.get("id"):
            anchor = f' id="{escape(draft.claim(given["id"], at_of(token, draft.block)))}"'
        picture = self.picture(draft, source, alt, pairs, token, anchor if not token.meta.get("figure") else "")
        if not token.meta.get("figure"):
            return picture
        caption = self.inline(token, options, env, draft)
        return f"<figure{anchor}>{picture}<figcaption>{caption}</figcaption></figure>\n"

    def picture(
        self, draft: Draft, source: str, alt: str, pairs: list[tuple[str, str]], token: Token, anchor: str
    ) -> str:
        from urllib.parse import unquote

        if EXTERNAL.match(source) and not source.startswith("blob:"):
            rest = "".join(f' {key}="{escape(value)}"' for key, value in pairs)
            return f'<img src="{escape(source)}" alt="{escape(alt)}" loading="lazy"{anchor}{rest}>'
        if anchor:
            pairs = [*pairs, ("id", html.unescape(anchor[5:-1]))]
        target = unquote(source.partition("#")[0].partition("?")[0])
        span, excerpt = draft.span(at_of(token, draft.block), token.meta.get("length", 1))
        if not target.startswith("blob:"):
            draft.links.append(Link("asset", target, "", span, excerpt[:400]))
        return draft.hole(Picture(target, alt, tuple(pairs), span))

    def shortcode(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token, draft = tokens[idx], draft_of(env)
        arguments = re.findall(r"(?:(\w+)=)?(?:\"([^\"]*)\"|(\S+))", token.meta["arguments"])
        named = {key: quoted or bare for key, quoted, bare in arguments if key}
        first = next((quoted or bare for key, quoted, bare in arguments if not key), "")
        if token.content == "video" and first:
            return self.video(draft, first, named.get("title", ""), token)
        if token.content == "pagebreak":
            return '<hr class="page-break">'
        draft.report("N033", f'unknown shortcode "{token.content}"', at_of(token), hint="`video` is known")
        return escape(f"{{{{< {token.content} {token.meta['arguments']} >}}}}")

    def video(self, draft: Draft, url: str, title: str, token: Token) -> str:
        """An embed that asks nothing of a third party before it is clicked."""
        youtube = re.match(
            r"https?://(?:www\.|m\.)?(?:youtube\.com/(?:watch\?(?:.*&)?v=|embed/)|youtu\.be/)([\w-]+)", url
        )
        vimeo = re.match(r"https?://(?:www\.|player\.)?vimeo\.com/(?:video/)?(\d+)", url)
        embed = ""
        where = "video"
        if youtube:
            embed, where = f"https://www.youtube-nocookie.com/embed/{youtube[1]}", "video on YouTube"
        elif vimeo:
            embed, where = f"https://player.vimeo.com/video/{vimeo[1]}", "video on Vimeo"
        elif not EXTERNAL.match(url):
            return f'<video controls preload="none" src="{self.asset(draft, url, token)}"></video>'
        data = f' data-embed="{escape(embed)}"' if embed else ""
        name = f"{title} ({where})" if title else f"Watch the {where}"
        return f'<span class="video"><a href="{escape(url)}"{data}>{escape(name)}</a></span>'

    def asset(self, draft: Draft, url: str, token: Token) -> str:
        span, excerpt = draft.span(at_of(token, draft.block), token.meta.get("length", 1))
        target = url.partition("#")[0].partition("?")[0]
        draft.links.append(Link("asset", target, "", span, excerpt[:400]))
        return draft.hole(Asset(target, span))

    # -- the author's HTML -------------------------------------------------------------------------------------------

    def html_inline(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
        draft = draft_of(env)
        return self.raw(tokens[idx], draft.block, draft)

    def html_block(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token = tokens[idx]
        draft = draft_of(env)
        made = self.raw(token, token.map[0] if token.map else draft.block, draft)
        return made if made.strip() else ""

    def raw(self, token: Token, line: int, draft: Draft) -> str:
        if not draft.options.html:
            return escape(token.content)

        def address(name: str, value: str) -> str:
            if not value or EXTERNAL.match(value) or "\0" in value:
                return escape(value)
            if name == "href":
                return self.reference(draft, value, token)
            if value.startswith("#"):
                return escape(value)
            return self.asset(draft, value, token)

        def anchor(value: str) -> str:
            return escape(draft.claim(value, line))

        def stray(name: str) -> None:
            draft.report("N032", f"</{name}> closes nothing", line)

        if rawhtml.open_comment(token.content):
            draft.report("N032", "a comment is opened here and never closed; the rest is left out", line)

        if "at" not in token.meta:
            token.map = token.map or [line, line + 1]
        return rawhtml.rewrite(token.content, draft.open_tags, draft.base, line, address, anchor, stray)

    def output(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
        """What a notebook's cell showed; pictures in it become addresses."""
        draft = draft_of(env)
        stored = draft.outputs[tokens[idx].meta["index"]]
        span, _ = draft.at_line((tokens[idx].map or [0])[0])
        return re.sub("\x03([^\x03]*)\x03", lambda found: draft.hole(Asset("blob:" + found[1], span)), stored) + "\n"

    # -- blocks ------------------------------------------------------------------------------------------------------

    def fence(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
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
            return self.diagram(draft, token, listing, code)
        if included := listing.attributes.get("include"):
            span, excerpt = draft.at_line(token.map[0] if token.map else 0, 1)
            draft.links.append(Link("include", included, "", span, excerpt[:400]))
            lines = line_numbers(listing.attributes.get("lines") or "")
            first, last = (min(lines), max(lines)) if lines else (1, 0)
            hole = draft.hole(Include(included, listing.language, first, last, span))
            return render_listing("", listing, body=hole)
        return render_listing(code, listing)

    def diagram(self, draft: Draft, token: Token, listing: Listing, code: str) -> str:
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
        caption = listing.attributes.get("fig-cap", "caption") or ""
        alt = listing.attributes.get("fig-alt", "alt") or caption or "Diagram; its source follows"
        size = (("width", str(drawing.width)), ("height", str(drawing.height)))
        picture = draft.hole(Picture("blob:" + name, alt, size, draft.at_line(line, 1)[0]))
        shown = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
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
            titled = bool(token.meta.get("titled")) or attributes.get("title") is not None
            fold = {"true": "-", "false": "+"}.get(attributes.get("collapse") or "", "")
            if "titled" in token.meta:
                return self.callout_head(callout, fold, anchor, attributes.get("icon") or "")
            title = escape(attributes.get("title") or "") if titled else callout.capitalize()
            head = self.callout_head(callout, fold, anchor, attributes.get("icon") or "")
            return head + self.callout_title(title, fold)
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
        return f"<div{shown}{anchor}{pairs}>\n"

    def div_close(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, _e: MutableMapping[str, Any]) -> str:
        attributes: Attributes = tokens[idx].meta["attributes"]
        if callout_kind(attributes):
            return "</details>\n" if attributes.get("collapse") in ("true", "false") else "</div>\n"
        kind = theorem_kind(attributes)
        return "</details>\n" if kind and kind[0] == "solution" else "</div>\n"

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
        if kind[0] == "solution":
            return f'<details class="solution"{anchor}><summary>Solution{shown}</summary>\n'
        classes = " ".join(dict.fromkeys(("proof",) if kind[0] == "proof" else ("theorem", kind[0])))
        dot = "" if name.endswith((".", "?", "!")) and not name else "."
        lead = f'<span class="head"><span class="kind">{kind[1]}</span>{shown}{dot}</span> '
        if following < len(tokens) and tokens[following].type == "paragraph_open":
            tokens[following].meta["lead"] = lead
            return f'<div class="{classes}"{anchor}>\n'
        return f'<div class="{classes}"{anchor}>\n<p>{lead.strip()}</p>\n'

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
        if kind := theorem_named(meta["kind"]):
            return "</details>\n" if kind[0] == "solution" else "</div>\n"
        return "</details>\n" if meta["fold"] else "</div>\n"

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
        owner = tokens[idx - 1]
        if owner.type == "callout_open":
            return "summary" if owner.meta["fold"] else "p"
        attributes: Attributes = owner.meta["attributes"]
        return "summary" if attributes.get("collapse") in ("true", "false") else "p"

    # -- footnotes ---------------------------------------------------------------------------------------------------

    def footnote_caption(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, _e: MutableMapping[str, Any]) -> str:
        number = str(tokens[idx].meta["id"] + 1)
        again = tokens[idx].meta.get("subId", 0)
        return f"{number}:{again}" if again > 0 else number

    def footnote_block_open(self, *_: object) -> str:
        return '<section class="footnotes" aria-label="Footnotes">\n<ol>\n'

    def footnote_block_close(self, *_: object) -> str:
        return "</ol>\n</section>\n"

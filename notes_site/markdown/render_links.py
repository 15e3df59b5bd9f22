"""All that leads out of the text: links, pictures, embeds, videos, stored outputs, the author's HTML. Reads no file."""

from __future__ import annotations

import html
import re
from collections.abc import MutableMapping, Sequence
from typing import Any
from urllib.parse import unquote

from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from notes_site.kinds import canonical
from notes_site.markdown import rawhtml
from notes_site.markdown.attributes import Attributes
from notes_site.markdown.draft import Draft, at_of, draft_of
from notes_site.markdown.kinds import IMAGE_ENDINGS
from notes_site.markdown.plain import plain_text
from notes_site.markdown.render_formulas import escape
from notes_site.markdown.render_terms import Terms
from notes_site.model import INSIDE, Asset, Embed, Link, Picture, Ref, WikiLink

# `https:`, `mailto:`, `//host`; what a note carries inside itself is none of these, and what it should have carried
EXTERNAL = re.compile(rf"(?!{INSIDE}|attachment:)(?:[A-Za-z][A-Za-z0-9+.-]*:|//)")
# an address that may be that of a note: `a.md`, `../b/`, `/b`; not `data.csv`
_NOTE = re.compile(r"(?:\.(?:md|markdown|qmd|ipynb|html?)|/|(?:^|/)[^./]+|\.\.?)$", re.IGNORECASE)

# `<img src="\x03a1.png\x03" width="7" height="5" alt="Output of cell 1" loading="lazy" decoding="async">`
_STORED = re.compile(
    '<img src="\x03(?P<name>[^\x03]*)\x03"(?: width="(?P<width>[0-9]+)" height="(?P<height>[0-9]+)")?'
    ' alt="(?P<alt>[^"]*)"[^>]*>'
)


# `https://www.youtube.com/watch?v=abc`, `https://youtu.be/abc`, `https://www.youtube-nocookie.com/embed/abc?start=14`
_YOUTUBE = re.compile(
    r"https?://(?:www\.|m\.)?(?:youtube(?:-nocookie)?\.com/(?:watch\?(?:.*&)?v=|(?P<embed>embed/(?!videoseries)))|youtu\.be/)"
    r"(?P<id>[\w-]+)"
)
# `https://vimeo.com/12`, `https://player.vimeo.com/video/12`
_VIMEO = re.compile(r"https?://(?:www\.|player\.)?vimeo\.com/(?:video/)?(?P<id>\d+)")
# `?start=14`, `&t=14`: the second at which a video begins
_FROM = re.compile(r"[?&](?:start|t)=(?P<seconds>[0-9]+)")

# what stands in Markdown for shortcodes of Quarto and Hugo
_INSTEAD = {
    "include": "`![[note]]` shows another note",
    "embed": "`![[note]]` shows another note",
    "figure": "write `![Caption](picture.png)`",
    "img": "write `![Caption](picture.png)`",
    "ref": "link to the file: `[text](note.md)`",
    "relref": "link to the file: `[text](note.md)`",
    "youtube": "write `{{< video https://youtu.be/… >}}`",
    "vimeo": "write `{{< video https://vimeo.com/… >}}`",
    "highlight": "write a fence with the name of the language",
    "katex": "write `$…$` or `$$…$$`",
    "math": "write `$…$` or `$$…$$`",
    "callout": "write `> [!note]`",
    "hint": "write `> [!note]`",
    "mermaid": "write a `mermaid` fence",
}


def _file_of(address: str) -> str:
    """The file that an address names, without what follows it."""
    return unquote(address.partition("#")[0].partition("?")[0])


class Links(Terms):
    """Rules for what leads out of the text; each address becomes a hole."""

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token = tokens[idx]
        href = str(token.attrGet("href") or "")
        if href and not EXTERNAL.match(href):
            marker = self.reference(draft_of(env), href, token, str(token.attrGet("class") or ""))
            rest = {key: value for key, value in token.attrs.items() if key not in ("href", "class")}
            return f"<a {marker}{self.renderAttrs(token.copy(attrs=rest))}>"
        if href.startswith(("http:", "https:")):
            draft = draft_of(env)
            place = draft.place(at_of(token), token.meta.get("length", 1))
            draft.link(Link("external", href, ""), place)
        return self.renderToken(tokens, idx, options, env)

    def reference(self, draft: Draft, href: str, token: Token, classes: str | None = None) -> str:
        """The marker for the address of a link to a source file, an address of the site, or an anchor."""

        target, _, fragment = href.partition("#")
        place = draft.place(at_of(token, draft.block), token.meta.get("length", 1))
        draft.link(Link("link", unquote(target), unquote(fragment)), place)
        self.pointed(draft, unquote(target), unquote(fragment), token)
        if _NOTE.search(target) if target else draft.kinds.of_key(unquote(fragment)):
            draft.quote(token, len(draft.links) - 1, "link", target or f"#{fragment}")
        return draft.hole(Ref(unquote(target) + ("#" + unquote(fragment) if fragment else ""), classes))

    @staticmethod
    def pointed(draft: Draft, target: str, fragment: str, token: Token) -> None:
        """Keep that a link leads to what may have a label."""
        name = canonical(fragment.rpartition("#")[2].removeprefix("^"))
        if draft.kinds.of_key(name) is not None:
            at, length = at_of(token, draft.block), token.meta.get("length", 1)
            draft.mention("anchor", f"{target}#{name}" if target else name, at, length)

    def wikilink(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token, draft = tokens[idx], draft_of(env)
        place = draft.place(at_of(token), token.meta["length"])
        fragment = token.meta["fragment"].removeprefix("#")
        draft.link(Link("wiki", token.content, fragment), place)
        self.pointed(draft, f"wiki:{token.content}" if token.content else "", fragment, token)
        if token.content or draft.kinds.of_key(fragment):
            draft.quote(token, len(draft.links) - 1, "wiki", token.content or f"#{fragment}")
        shown = self.renderInline(token.children or [], options, env)
        return draft.hole(WikiLink(token.content, fragment, shown))

    def embed(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token, draft = tokens[idx], draft_of(env)
        place = draft.place(at_of(token), token.meta["length"])
        if token.content.lower().endswith(IMAGE_ENDINGS):
            width = token.meta["text"]
            pairs: list[tuple[str, str]] = []
            alt = "" if re.fullmatch(r"\d+(x\d+)?", width) else width
            if re.fullmatch(r"\d+(x\d+)?", width):
                pairs.append(("width", width.partition("x")[0]))
            draft.link(Link("asset", "wiki:" + token.content, ""), place)
            alt = alt or re.sub(r"[-_]+", " ", token.content.rpartition("/")[2].rpartition(".")[0])
            return draft.hole(Picture("wiki:" + token.content, alt, tuple(pairs)))
        if not token.meta.get("alone"):
            return self.wikilink(tokens, idx, options, env)
        fragment = token.meta["fragment"].removeprefix("#")
        draft.link(Link("embed", token.content, fragment), place)
        self.pointed(draft, f"wiki:{token.content}" if token.content else "", fragment, token)
        return draft.hole(Embed(token.content, fragment))

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
        inline = "inline" in classes or given.get("inline", "").lower() in ("true", "yes", "1")
        classes = [name for name in classes if name != "inline"]
        if classes:
            pairs.append(("class", " ".join(dict.fromkeys(classes))))
        if given.get("dark"):
            pairs.append(("dark", given["dark"]))
        if inline:
            pairs.append(("inline", ""))
        anchor = ""
        if given.get("id"):
            anchor = f' id="{escape(draft.claim(given["id"], at_of(token, draft.block)))}"'
        picture = self.picture(draft, source, alt, pairs, token, anchor if not token.meta.get("figure") else "")
        if not token.meta.get("figure"):
            return picture
        given_id = html.unescape(anchor[5:-1]) if anchor else ""
        attributes = Attributes(given_id, tuple(given.get("class", "").split()))
        shown_title = self.one_line(token.children or [], draft)
        at = at_of(token, draft.block)
        label = self.float_label(draft, attributes, shown_title, at, "figure", captioned=bool(token.children))
        caption = self.caption_label(draft, label) + self.inline(token, options, env, draft)
        shown = f"<figcaption>{caption}</figcaption>" if caption else ""
        return self.bounded(draft, [label], f"<figure{anchor}>{picture}{shown}</figure>\n")

    def picture(
        self, draft: Draft, source: str, alt: str | None, pairs: list[tuple[str, str]], token: Token, anchor: str
    ) -> str:

        given = dict(pairs)
        dark, inline = given.pop("dark", ""), "inline" in given
        given.pop("inline", None)
        if EXTERNAL.match(source):
            rest = "".join(f' {key}="{escape(value)}"' for key, value in given.items())
            said = "" if alt is None else f' alt="{escape(alt)}"'
            return f'<img src="{escape(source)}"{said} loading="lazy" decoding="async"{anchor}{rest}>'
        if anchor:
            given["id"] = html.unescape(anchor[5:-1])
        target = _file_of(source)
        place = draft.place(at_of(token, draft.block), token.meta.get("length", 1))
        draft.link(Link("asset", target, "drawing" if inline else ""), place)
        if dark:
            dark = _file_of(dark)
            draft.link(Link("asset", dark, ""), place)
        return draft.hole(Picture(target, alt, tuple(given.items()), dark, inline))

    def shortcode(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token, draft = tokens[idx], draft_of(env)
        arguments = re.findall(r"(?:(\w+)=)?(?:\"([^\"]*)\"|(\S+))", token.meta["arguments"])
        named = {key: quoted or bare for key, quoted, bare in arguments if key}
        first = next((quoted or bare for key, quoted, bare in arguments if not key), "")
        if token.content == "video" and first:
            return self.video(draft, first, named.get("title", ""), token)
        if token.content == "pagebreak":
            return '<hr class="page-break">'
        hint = _INSTEAD.get(token.content.lower(), "`video` and `pagebreak` are known")
        draft.report("N033", f'unknown shortcode "{token.content}"', at_of(token), hint=hint)
        return escape(token.meta["written"])

    def video(self, draft: Draft, url: str, title: str, token: Token) -> str:
        """An embed that asks nothing of a third party before it is clicked."""
        youtube, vimeo, start = _YOUTUBE.match(url), _VIMEO.match(url), _FROM.search(url)
        embed = ""
        where = "markdown_video"
        if youtube:
            where, embed = "markdown_video_youtube", f"https://www.youtube-nocookie.com/embed/{youtube['id']}"
            if start:
                embed += f"?start={start['seconds']}"
            if youtube["embed"]:  # a page of its own
                url = f"https://www.youtube.com/watch?v={youtube['id']}" + (f"&t={start['seconds']}" if start else "")
        elif vimeo:
            embed, where = f"https://player.vimeo.com/video/{vimeo['id']}", "markdown_video_vimeo"
        elif not EXTERNAL.match(url):
            return f'<video controls preload="none" src="{self.asset(draft, url, token)}"></video>'
        data = f' data-embed="{escape(embed)}"' if embed else ""
        said = draft.say(where)
        name = f"{title} ({said})" if title else draft.say("markdown_watch", where=said)
        return f'<span class="video"><a href="{escape(url)}"{data}>{escape(name)}</a></span>'

    def asset(self, draft: Draft, url: str, token: Token) -> str:
        place = draft.place(at_of(token, draft.block), token.meta.get("length", 1))
        target = url.partition("#")[0].partition("?")[0]
        draft.link(Link("asset", target, ""), place)
        return draft.hole(Asset(target))

    # -- the author's HTML -------------------------------------------------------------------------------------------

    def renderInline(  # noqa: N802 - markdown-it's name
        self, tokens: Sequence[Token], options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        """Inline tokens as HTML; the author's tags end inside the emphasis or link in which they were opened."""
        rules, plain = self.rules, self.renderToken
        for token in tokens:
            if token.type == "html_inline":
                break
        else:
            return "".join([rules.get(token.type, plain)(tokens, i, options, env) for i, token in enumerate(tokens)])
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
            out.append(rules.get(token.type, plain)(tokens, i, options, env))
        draft.base = outer
        return "".join(out)

    def inline(self, token: Token, options: OptionsDict, env: MutableMapping[str, Any], draft: Draft) -> str:
        children = token.children or []
        if len(children) == 1 and children[0].type == "text":
            only: str = self.rules["text"](children, 0, options, env)
            return only
        outer, base, quotable = draft.base, len(draft.open_tags), draft.quotable
        draft.base = base
        made = self.renderInline(children, options, env)
        draft.base = outer
        if draft.quotable > quotable:
            draft.quoted.append((children, token.meta.get("cell", -1)))
        return made if len(draft.open_tags) == base else made + self.close_tags(draft, base)

    def close_tags(self, draft: Draft, base: int) -> str:
        for one in draft.open_tags[base:]:
            if not one.around:
                draft.report("N032", f"<{one.name}> is not closed where it was opened", one.line)
        return rawhtml.close(draft.open_tags, base)

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

        def image(pairs: Sequence[tuple[str, str]]) -> str | None:
            return self.raw_image(dict(pairs), token, line, draft)

        def video(pairs: Sequence[tuple[str, str]]) -> str | None:
            return self.raw_video(dict(pairs), token, draft)

        def stray(name: str) -> None:
            draft.report("N032", f"</{name}> closes nothing", line)

        if rawhtml.open_comment(token.content):
            draft.report("N032", "a comment is opened here and never closed; the rest is left out", line)

        if "at" not in token.meta:
            token.map = token.map or [line, line + 1]
        return rawhtml.rewrite(token.content, draft.open_tags, draft.base, line, address, anchor, stray, image, video)

    def raw_image(self, given: dict[str, str], token: Token, line: int, draft: Draft) -> str | None:
        """The hole for an `<img>` of the author's that shows a file; None for one that does not."""
        source = given.pop("src", "")
        if not source or EXTERNAL.match(source) or source.startswith("#") or "\0" in source or "srcset" in given:
            return None
        alt = given.pop("alt", None)
        if alt is None:
            draft.report("N031", f'the image "{source}" has no alternative text', line)
        if given.get("id"):
            given["id"] = draft.claim(given["id"], line)
        return self.picture(draft, source, alt, list(given.items()), token, "")

    def raw_video(self, given: dict[str, str], token: Token, draft: Draft) -> str | None:
        """The embed for an `<iframe>` of the author's that shows a video of a host we know; None for another."""
        url = re.sub(r"^//", "https://", given.get("src", ""))
        known = _YOUTUBE.match(url) or _VIMEO.match(url)
        return self.video(draft, url, given.get("title", ""), token) if known else None

    def output(self, tokens: Sequence[Token], idx: int, _o: OptionsDict, env: MutableMapping[str, Any]) -> str:
        """What a notebook's cell showed; a picture in it is one as all others are."""
        draft = draft_of(env)
        stored = draft.outputs[tokens[idx].meta["index"]]

        place = draft.in_cell((tokens[idx].map or [draft.block])[0])

        def picture(found: re.Match[str]) -> str:
            size = tuple((side, found[side]) for side in ("width", "height") if found[side])
            draft.link(Link("asset", INSIDE + found["name"], ""), place)
            return draft.hole(Picture(INSIDE + found["name"], html.unescape(found["alt"]), size))

        return _STORED.sub(picture, stored) + "\n"

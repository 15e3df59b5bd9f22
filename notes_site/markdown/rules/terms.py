r"""Terms and the index: `\gls{key}`, `[words]{.term}`, acronyms where they stand; `[words]{.index}`, `\index{a!b}`.

The commands are those of LaTeX's glossaries and acronym packages; entries of the index are makeindex's: `!` before a
sub-entry, `@` after what an entry is sorted by, `|see{other}` and `|seealso{other}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from msgspec.structs import replace

from notes_site import address
from notes_site.diagnostics import did_you_mean
from notes_site.markdown.attributes import parse_attributes
from notes_site.markdown.draft import At, Draft, draft_of, mark
from notes_site.markdown.line import line_of
from notes_site.markdown.options import TermWords
from notes_site.markdown.plain import plain_text
from notes_site.markdown.sentences import begins_after
from notes_site.markdown.tokens import made
from notes_site.marks import as_keys, worded
from notes_site.model import EMPTY, IndexMark, IndexWord, Text

# `\gls{key}`, `\Glspl{key}`, `\acrlong{key}`, `\glsdisp{key}{words}`, `\index{`
_COMMAND: Final = re.compile(r"\\(?P<name>(?:GLS|[gG]ls|[aA]c)[a-z]*|index)\*?\{")
_KEY: Final = re.compile(r"(?P<key>[^{}\n]+)\}")
_WITH_WORDS: Final = frozenset(("glsdisp", "glslink"))
# what each command asks for, and whether in the plural
_COMMANDS: Final[dict[str, tuple[str, bool]]] = {
    "gls": ("", False), "glspl": ("", True), "ac": ("", False), "acp": ("", True),
    "glsfirst": ("full", False), "glsfirstplural": ("full", True),
    "glstext": ("short", False), "glsname": ("short", False), "glsplural": ("short", True),
    **{f"{package}{form}": (form, False) for package in ("acr", "glsxtr") for form in ("short", "long", "full")},
    **{f"{package}{form}pl": (form, True) for package in ("acr", "glsxtr") for form in ("short", "long", "full")},
    **{f"ac{form[0]}": (form, False) for form in ("short", "long", "full")},
    **{f"ac{form[0]}p": (form, True) for form in ("short", "long", "full")},
}  # fmt: skip
# `\textbf{words}` in an entry of the index
_LOOK: Final = re.compile(r"\\(?P<name>emph|textit|textsl|textbf|texttt|textsc)\s*\{")
_LOOKS: Final = {"emph": "em", "textit": "em", "textsl": "em", "textbf": "strong", "textsc": "small"}
# `{.x index="a|see{b}"}`: braces may stand between quotes
_BRACES: Final = re.compile(r"""\{(?P<inner>(?:[^{}"'\n]|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')*)\}""")
# the parts of `sort@shown!sub|see{other}`; `"!` is a plain `!`, and so is what stands in a formula
_LEVEL: Final = re.compile(r"""(?:"[!@|"]|\$[^$]*\$|\{[^{}]*\}|[^!|])+""")
_SORTED: Final = re.compile(r"""(?P<sort>(?:"[!@|"]|\$[^$]*\$|[^@])*)@(?P<shown>.*)$""", re.DOTALL)
# `|(`, `|)`, `|textbf`, `|(emph`: how makeindex shows pages, which a site does not have
_PAGES: Final = re.compile(r"\|\s*(?:[()]\s*[a-zA-Z]*|[a-zA-Z]+)\s*$")
_SEE: Final = re.compile(r"\|\s*(?P<also>see(?:also)?)\s*\{(?P<other>.*)\}\s*$", re.DOTALL)
_QUOTED: Final = re.compile(r'"([!@|"])')
# what cannot be a plain run of text
_MARKUP: Final = re.compile(r"[$\\`*_<\[\]&~\"'=^-]|\.\.")
DEEPEST: Final = 3
# the blocks in which a term is neither linked nor introduced
_STILL: Final = frozenset(("heading_open", "title_open", "callout_title_open", "caption_open"))
_STILL_TAGS: Final = frozenset(("figcaption", "caption", "summary"))
# what no reader sees
_UNSAID: Final = frozenset(("index_mark", "span_open", "span_close", "softbreak"))
# what in a source becomes another sign in its text
_UNSEEN: Final = re.compile(r"--|[&\\]")
# the author's HTML whose text is left alone
_RAW: Final = re.compile(
    r"<(?P<close>/?)(?:a|abbr|code|kbd|samp|var|pre|script|style|svg|math|button|option|dfn)\b", re.IGNORECASE
)


# -- what is written in running text -----------------------------------------------------------------------------------


def _command(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "\\" or "naming" in state.env:
        return False
    found = _COMMAND.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    name, start = found["name"], state.pos
    if name == "index":
        end = _closing(state.src, found.end() - 1, state.posMax)
        if end < 0:
            return False
        if not silent:
            token = state.push("index_mark", "", 0)
            token.content = state.src[found.end() : end - 1]
            token.meta = {"at": mark(state, start), "length": end - start}
    else:
        plain = name.replace("GLS", "gls") if name.startswith("GLS") else name[0].lower() + name[1:]
        key = _KEY.match(state.src, found.end(), state.posMax)
        if key is None or not (plain in _COMMANDS or plain in _WITH_WORDS):
            return False
        end = key.end()
        if plain in _WITH_WORDS:
            end = _closing(state.src, end, state.posMax) if state.src.startswith("{", end) else -1
            if end < 0:
                return False
        if not silent:
            form, plural = _COMMANDS.get(plain, ("", False))
            meta = {
                "form": form, "plural": plural, "capital": name[0].isupper(), "upper": name.startswith("GLS"),
                "at": mark(state, start), "length": end - start, "written": plain in _WITH_WORDS,
            }  # fmt: skip
            token = state.push("term", "", 0)
            _name(token, key["key"].strip(), meta, draft_of(state.env))
            if token.meta["written"]:
                token.children = []
                state.md.inline.parse(state.src[key.end() + 1 : end - 1], state.md, state.env, token.children)
    if not silent:
        state.env["terms"] = True
    state.pos = end
    return True


def _look(state: StateInline, silent: bool) -> bool:
    r"""`\emph{words}` and its kin, in an entry of the index."""
    if "indexing" not in state.env:
        return False
    found = _LOOK.match(state.src, state.pos, state.posMax)
    end = _closing(state.src, found.end() - 1, state.posMax) if found else -1
    if found is None or end < 0:
        return False
    if not silent and found["name"] == "texttt":
        state.push("code_inline", "code", 0).content = state.src[found.end() : end - 1]
    elif not silent:
        kind, outer = _LOOKS[found["name"]], state.posMax
        opening = state.push(f"{kind}_open", "span" if kind == "small" else kind, 1)
        if kind == "small":
            opening.attrSet("class", "smallcaps")
        state.pos, state.posMax = found.end(), end - 1
        state.md.inline.tokenize(state)
        state.push(f"{kind}_close", opening.tag, -1)
        state.posMax = outer
    state.pos = end
    return True


def _closing(text: str, opening: int, last: int) -> int:
    """The position after the brace that closes the one at `opening`, or -1."""
    depth = 0
    for i in range(opening, last):
        char = text[i]
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0:
                return i + 1
    return -1


def _name(token: Token, key: str, meta: dict[str, Any], draft: Draft) -> None:
    """Give a token for a term its entry, and the words that stand for it where there is but one line."""
    word = draft.vocabulary.by_key.get(key)
    token.meta = {**meta, "key": key if word is not None else ""}
    if word is None:
        _unknown(key, draft, meta["at"], meta["length"], draft.vocabulary.by_key)
        token.content, token.children = key, [made("text", "", 0, 0, key)]
        return
    shown = _shown(word, meta["form"], plural=meta["plural"])
    token.content = shown
    token.children = _inline(shown[:1].upper() + shown[1:] if meta["capital"] else shown, draft)
    if meta["upper"]:
        whole = _inline(_shown(word, "full", plural=meta["plural"]), draft)
        token.children, token.meta["whole"] = _in_capitals(token.children), _in_capitals(whole)


def _shown(word: TermWords, form: str, *, plural: bool) -> str:
    name, long = (word.plural, word.long_plural) if plural else (word.name, word.long)
    if not long or form not in ("long", "full"):
        return name
    return long if form == "long" else f"{long} ({name})"


def _in_capitals(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with their words in capitals; formulas and code stay."""
    return [token.copy(content=token.content.upper()) if token.type == "text" else token for token in tokens]


def _inline(source: str, draft: Draft, **more: bool) -> list[Token]:
    """A text as inline tokens, in which no further term is looked for; `more` are further marks of the parse."""
    if not _MARKUP.search(source):
        return [made("text", "", 0, 0, source)]
    tokens = draft.md.parseInline(source.replace("\n", " "), {"draft": draft, "naming": True, **more})
    return (tokens[0].children or []) if tokens else []


def _unknown(name: str, draft: Draft, at: At, length: int, names: Iterable[str]) -> None:
    hint = did_you_mean(name, names) if draft.vocabulary.by_key else "write the glossary.yml that has it"
    draft.report("N121", f'the glossary has no term "{name}"', at, hint=hint, length=length)


def _index_span(state: StateInline, silent: bool) -> bool:
    """`[words]{index="a|see{b}"}`: a span whose attributes hold braces between quotes."""
    if state.src[state.pos] != "[" or "index=" not in state.src:
        return False
    start, outer = state.pos, state.posMax
    end = state.md.helpers.parseLinkLabel(state, start)
    found = _BRACES.match(state.src, end + 1, outer) if end >= 0 else None
    read = parse_attributes(found["inner"]) if found and "index=" in found["inner"] else None
    if found is None or read is None or read.words or read.get("index") is None:
        state.pos = start
        return False
    if not silent:
        state.pos, state.posMax = start + 1, end
        opening = state.push("span_open", "span", 1)
        if read.id:
            opening.attrSet("id", read.id)
        if read.classes:
            opening.attrSet("class", " ".join(read.classes))
        opening.attrSet("index", read.get("index") or "")
        opening.meta["at"], opening.meta["length"] = mark(state, start), found.end() - start
        state.md.inline.tokenize(state)
        state.push("span_close", "span", -1)
    state.pos, state.posMax = found.end(), outer
    return True


# -- after the text is known -------------------------------------------------------------------------------------------


def _terms(state: StateCore) -> None:
    """Spans that name terms and entries of the index; acronyms where they stand; what stands in headings."""
    env, src = state.env, state.src
    if "naming" in env:
        return
    draft = draft_of(env)
    spans = "{" in src and (".term" in src or ".index" in src or "term=" in src or "index=" in src)
    if not (spans or draft.vocabulary.pattern is not None or "terms" in env):
        return
    quick = None if spans or "terms" in env else draft.vocabulary.pattern
    above = state.tokens[0] if state.tokens else None
    for i, token in enumerate(state.tokens):
        if token.type == "inline":
            assert above is not None
            still = above.type in _STILL or above.tag in _STILL_TAGS
            if quick is None or quick.search(token.content) is not None or _UNSEEN.search(token.content) is not None:
                line = token.map[0] if token.map else draft.block
                _Walk(draft, At(line, token.content, 0)).over(token, still=still, spans=spans)
            if above.type == "paragraph_open" and _nothing_said(token):
                above.hidden = state.tokens[i + 1].hidden = True
        elif token.children:  # the caption of code
            line = token.map[0] if token.map else draft.block
            _Walk(draft, At(line, "", 0)).over(token, still=True, spans=spans)
        above = token


def _nothing_said(owner: Token) -> bool:
    """Whether a run of text holds entries of the index and nothing that a reader sees."""
    return all(token.type in _UNSAID for token in owner.children or ())


class _Walk:
    """One run of text, from its first token to its last; `said` is the end of the text before a place."""

    def __init__(self, draft: Draft, at: At) -> None:
        self.draft, self.at, self.said = draft, at, ""

    def over(self, owner: Token, *, still: bool, spans: bool) -> None:
        children = owner.children or []
        if spans:
            children = self.spans(children)
        made_of: list[Token] = []
        links = raw = 0
        find = self.draft.vocabulary.pattern
        for token in children:
            kind = token.type
            if kind == "text":
                if find is not None and raw == 0 and find.search(token.content) is not None:
                    made_of += self.found(token, still=still or links > 0)
                    continue
                self.said = (self.said + token.content)[-60:]
            elif kind == "term":
                token.meta["still"] = still or links > 0
                self.said += "x"
            elif kind == "index_mark":
                self.entry(token, token.content, token.meta["at"], token.meta["length"])
            elif kind == "link_open":
                links += 1
                raw += token.info == "auto"  # an address is shown as it is
            elif kind == "link_close":
                links -= 1
                raw -= token.info == "auto"
            elif kind == "image":
                _Walk(self.draft, self.at).over(token, still=True, spans=spans)
            elif kind == "html_inline":
                for tag in _RAW.finditer(token.content):
                    raw = max(0, raw + (-1 if tag["close"] else 1))
            elif kind in ("softbreak", "hardbreak"):
                self.said += "\n"
            elif token.nesting == 0:
                self.said += "x" + token.meta.get("tail", "")
            made_of.append(token)
        owner.children = made_of

    def found(self, token: Token, *, still: bool) -> list[Token]:
        """A text with the words of the glossary cut out of it."""
        vocabulary, content = self.draft.vocabulary, token.content
        assert vocabulary.pattern is not None
        pieces: list[Token] = []
        end = 0
        for match in vocabulary.pattern.finditer(content):
            key, plural = vocabulary.recognised(match[0])
            acronym = bool(vocabulary.by_key[key].long)
            if still and not acronym:
                continue
            if match.start() > end:
                pieces.append(made("text", "", 0, token.level, content[end : match.start()]))
            said = self.said + content[: match.start()]
            joined = "-" in (content[match.start() - 1 : match.start()], content[match.end() : match.end() + 1])
            term = made("term", "", 0, token.level, match[0])
            term.children = [made("text", "", 0, token.level, match[0])]
            term.meta = {
                "key": key, "form": "short" if joined else "", "plural": plural, "found": True, "still": still,
                "written": not acronym,
                "capital": begins_after(said),
                "at": At(self.at.line, match[0], 0), "length": len(match[0]),
            }  # fmt: skip
            pieces.append(term)
            end = match.end()
        if end < len(content):
            pieces.append(made("text", "", 0, token.level, content[end:]))
        self.said = (self.said + content)[-60:]
        return pieces

    def spans(self, tokens: Sequence[Token]) -> list[Token]:
        """The tokens with each span that names a term as one, and with an anchor on each that the index leads to."""
        result: list[Token] = []
        opened: list[int] = []
        for token in tokens:
            result.append(token)
            if token.type == "span_open":
                opened.append(len(result) - 1)
            elif token.type == "span_close" and opened:
                start = opened.pop()
                opening, inner = result[start], result[start + 1 : -1]
                classes = str(opening.attrGet("class") or "").split()
                if "index" in opening.attrs or "index" in classes:
                    self.indexed(opening, inner, classes)
                if "term" in opening.attrs or "term" in classes:
                    result[start:] = self.named(opening, inner, token, classes)
        return result

    def place(self, inner: Sequence[Token]) -> At:
        """Where a span stands that does not know it."""
        word = next((token.content for token in inner if token.content), "")
        found = self.at.text.find(f"[{word}")
        return At(self.at.line, self.at.text, max(found, 0))

    def named(self, opening: Token, inner: Sequence[Token], closing: Token, classes: Sequence[str]) -> list[Token]:
        """`[words]{.term}` and `[words]{term="key"}` as a term; the words stay as they are written."""
        draft = self.draft
        vocabulary = draft.vocabulary
        at = self.place(inner)
        plain = plain_text(inner, draft.macros)
        given = opening.attrs.pop("term", None)
        key, plural, form = str(given or ""), False, ""
        if given:
            meant = vocabulary.named(plain)
            plural = meant is not None and meant.plural and meant.key == key
        elif (meant := vocabulary.named(plain)) is not None:
            key, plural = meant
        word = vocabulary.by_key.get(key)
        if word is None:
            names = vocabulary.by_key if given else vocabulary.names
            _unknown(key or plain, draft, at, len(plain) + 2, names)
            key = ""
        # the short form of an acronym is as good as its command
        short = word is not None and bool(word.long) and plain in (word.name, word.plural)
        term = made("term", "", 0, opening.level, plain)
        term.children = list(inner)
        term.meta = {
            "key": key, "form": form, "plural": plural, "capital": False, "written": not short, "at": at,
            "length": len(plain) + 2,
        }  # fmt: skip
        rest = [one for one in classes if one != "term"]
        opening.attrs.pop("class", None)
        if rest:
            opening.attrSet("class", " ".join(rest))
        return [opening, term, closing] if opening.attrs else [term]

    def indexed(self, opening: Token, inner: Sequence[Token], classes: Sequence[str]) -> None:
        """A span that the index leads to: its own words are the entry, or what its attribute says."""
        given = str(opening.attrs.pop("index", ""))
        at = opening.meta.get("at") or self.place(inner)
        text = line_of(self.draft.md, inner, self.draft)
        self.entry(opening, given.replace("\\\\", "\\"), at, opening.meta.get("length", len(text.plain) + 2), text)
        rest = [one for one in classes if one != "index"]
        opening.attrs.pop("class", None)
        if rest:
            opening.attrSet("class", " ".join(rest))

    def entry(self, owner: Token, written: str, at: At, length: int, own: Text = EMPTY) -> None:
        """Keep what the index is to say; its place is the token, unless it only leads to another entry."""
        draft = self.draft
        see = _SEE.search(written)
        if see is not None:
            written = written[: see.start()]
        elif pages := _PAGES.search(written):
            if ")" in pages[0]:  # the end of what began elsewhere
                return
            written = written[: pages.start()]
        parts = _LEVEL.findall(written)
        if len(parts) > DEEPEST:
            lost = "!".join(part.strip() for part in parts[DEEPEST:])
            hint = 'there are three levels; a sign that is none is written "!'
            draft.report("N123", f'"{lost}" is left out of the index', at, hint=hint, length=length)
        levels = [word for level in parts[:DEEPEST] if (word := self.word(level.strip())).text]
        words = tuple(levels) or ((IndexWord(own.plain, own),) if own else ())
        if not words:
            return
        other = self.text(see["other"]) if see is not None else EMPTY
        anchor = str(owner.attrGet("id") or "")
        if not other and not anchor and not draft.bare:
            anchor = draft.anchor(
                f"index-{address.segment('-'.join(worded(word.text, as_keys).plain for word in words))}"
            )
            owner.attrSet("id", anchor)
        entry = IndexMark(words, anchor)
        if see is not None:
            entry = replace(entry, anchor="", see=other, also=see["also"] == "seealso")
        draft.index(entry, at, length)

    def word(self, written: str) -> IndexWord:
        found = _SORTED.match(written)
        shown = self.text(found["shown"] if found else written)
        return IndexWord(_QUOTED.sub(r"\1", found["sort"]) if found else shown.plain, shown)

    def text(self, source: str) -> Text:
        tokens = _inline(_QUOTED.sub(r"\1", source.strip()), self.draft, indexing=True)
        return line_of(self.draft.md, tokens, self.draft)


def install(md: MarkdownIt) -> None:
    md.inline.ruler.before("escape", "term_command", _command)
    md.inline.ruler.before("escape", "text_command", _look)
    md.inline.ruler.before("link", "index_span", _index_span)
    md.core.ruler.before("theorem_titles", "terms", _terms)

"""One note to one Doc: its facts, and its HTML cut at the holes. The only expensive stage, and a pure one.

`RULES` is the order of work; each entry installs one syntax. Invariant: `parse` never raises on any bytes.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.attrs import attrs_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.gfm_autolink import gfm_autolink_plugin
from msgspec.structs import replace

from notes_site import frontmatter
from notes_site.frontmatter import FrontMatter
from notes_site.kinds import Kinds, canonical
from notes_site.macros import commented
from notes_site.markdown.dispatch import install
from notes_site.markdown.draft import Draft, at_of
from notes_site.markdown.line import line_of
from notes_site.markdown.notation import symbols_of
from notes_site.markdown.options import MacroSource, Options
from notes_site.markdown.quotes import quotes_of
from notes_site.markdown.render import Renderer
from notes_site.markdown.rules import (
    callouts,
    divs,
    emphasis,
    figures,
    headings,
    lines,
    links,
    math,
    references,
    spans,
    tables,
    terms,
    typography,
)
from notes_site.markdown.sidenotes import beside
from notes_site.markdown.vocabulary import Vocabulary
from notes_site.model import (
    EMPTY,
    Carried,
    Diagnostic,
    Doc,
    Facts,
    Findings,
    Heading,
    Hole,
    Label,
    Place,
    Source,
    Span,
    Symbol,
    Text,
    place_in,
)
from notes_site.pixels import pixels
from notes_site.tex import Macro, TexProblem, parse_macros
from notes_site.words import Words, words_for

if TYPE_CHECKING:
    from notes_site.notebook import Notebook

RULES = (lines, emphasis, spans, math, tables, divs, callouts, links, references, headings, figures, terms, typography)

# the summary of a note without one: its first paragraph, cut at the end of a sentence after this many characters
SUMMARY_LENGTH = 280
LARGEST = 8_000_000

# ` id="x"` inside a tag
_ANCHOR = re.compile(r'<(?:[a-zA-Z][^<>]*?\sid|[aA]\s[^<>]*?\bname)="([^"]*)"')
_HOLE = re.compile("\0(\\d+)\0")
# C0 controls that are neither tab nor line end, and the two that mark stored outputs
_CONTROLS = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
# what can become an attribute `name="x"`
_NAMED = re.compile(r"name\s*=")


def markdown_it(options: Options) -> MarkdownIt:
    """The parser with our rules, for tests that want HTML alone as well as for `Parser`."""
    md = MarkdownIt(
        "commonmark",
        {"html": options.html, "breaks": options.breaks, "typographer": options.smart, "maxNesting": 100},
        renderer_cls=Renderer,
    )
    md.enable(["table", "strikethrough"])
    if options.smart:
        md.enable(["smartquotes"])
    md.options["tasklists"] = True
    footnote_plugin(md)
    deflist_plugin(md)
    gfm_autolink_plugin(md)
    attrs_plugin(md, after=(), spans=True)
    for rule in RULES:
        rule.install(md)
    if not options.smart:
        md.core.ruler.disable("dashes")
    md.add_render_rule("footnote_caption", Renderer.footnote_caption)
    md.add_render_rule("footnote_block_open", Renderer.footnote_block_open)
    md.add_render_rule("footnote_block_close", Renderer.footnote_block_close)
    install(md)
    return md


class Parser:
    """Parses notes under one set of options; keeps markdown-it and the memo of formulas between notes."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.macros = checked_macros(options.macros)[0]
        self.md = markdown_it(options)
        self.kinds = Kinds(options.kinds)
        self.vocabulary = Vocabulary(options.terms)

    def words(self, lang: str | None) -> Words:
        """The words of a note in one language, or in that of the site."""
        return words_for(lang or self.options.lang, self.options.words)

    # -- texts ---------------------------------------------------------------------------------------------------

    def text(self, source: str, draft: Draft, line: int = 0) -> Text:
        """A title, a description, a tag: one line of text that may hold formulas."""
        if not re.search(r"[$\\`*_&<\[\]\"'~=^@-]|\.\.\.", source):
            return Text(source, source)
        draft.block = line
        env: dict[str, object] = {"draft": draft}
        tokens = self.md.parseInline(source.replace("\n", " "), env)
        children = (tokens[0].children or []) if tokens else []
        mentioned(children, draft)
        return self.line(children, draft)

    def free_text(
        self, source: str, path: str, macros: Sequence[MacroSource] = ()
    ) -> tuple[Text, frozenset[int], tuple[Diagnostic, ...]]:
        """A text of the configuration, the characters that its formulas need, and what is wrong in them."""
        draft = Draft(path, (source,), self.options, self._scope(macros), self.md, self.words(None), kinds=self.kinds)
        draft.vocabulary = self.vocabulary
        made = self.text(source, draft)
        return made, frozenset(draft.glyphs), tuple(replace(p, span=Span(path)) for p in draft.problems)

    def line(self, tokens: Sequence[Token], draft: Draft, limit: int = 0) -> Text:
        """Inline tokens as a Text; see `line_of`."""
        return line_of(self.md, tokens, draft, limit)

    # -- notes ---------------------------------------------------------------------------------------------------

    def _scope(self, macros: Sequence[MacroSource]) -> dict[str, Macro]:
        """The macros of the site and then those of collections; one that does not work was reported where it stands."""
        inner = checked_macros(tuple(macros))[0] if macros else ()
        return {macro.name: macro for macro in (*self.macros, *inner)}

    def parse(self, source: Source, macros: Sequence[MacroSource] = ()) -> Doc:
        """The Doc of a note; `macros` are those of its collections, outermost first."""
        problems: list[Diagnostic] = []
        text = _decode(source, problems)
        cells: Notebook | None = None
        if source.path.lower().endswith(".ipynb"):
            from notes_site import notebook

            cells = notebook.read(source.data, source.path)
            text = cells.text
            problems += cells.problems
        matter = frontmatter.read(text, source.path)
        problems += matter.problems
        scope = self._scope(macros)
        lines = text.split("\n")
        words = self.words(matter.settings.lang)
        draft = Draft(source.path, lines, self.options, scope, self.md, words, kinds=self.kinds)
        self.md.options["quotes"] = words.quotes
        draft.numbered, draft.vocabulary = matter.settings.numbering, self.vocabulary
        if cells is not None:
            draft.cells, draft.outputs, draft.blobs = cells.cells, cells.outputs, list(cells.blobs)
        outside = dict(draft.macros)
        self._macros(matter, draft)
        draft.commented = {name for name, macro in draft.macros.items() if macro.comment}
        body = "\n" * matter.lines + matter.body
        doc = self._doc(source, matter, body, draft, problems)
        own = tuple(macro for macro in draft.macros.values() if outside.get(macro.name) != macro)
        if not own:
            return doc
        rows = tuple((macro.name, macro.body, macro.parameters, macro.default) for macro in own)
        return replace(doc, findings=replace(doc.findings, macros=rows))

    def _macros(self, matter: FrontMatter, draft: Draft) -> None:
        if not matter.macros:
            return
        good, bad = checked_macros(matter.macros)
        for macro in good:
            draft.macros[macro.name] = macro
        for name, problem in bad:
            line, column = matter.tree.place("macros", name)
            code = "N023" if problem.kind == "expansion-limit" else "N022"
            place = draft.at_line(line, column)
            draft.problems.append(place.problem(code, problem.message, problem.hint or ""))

    def _doc(self, source: Source, matter: FrontMatter, body: str, draft: Draft, problems: list[Diagnostic]) -> Doc:
        settings = matter.settings
        line = matter.place("title")[0] - 1
        title = self.text(settings.title, draft, line) if settings.title else EMPTY
        env: dict[str, object] = {"draft": draft}
        tokens = self.md.parse(body, env)
        title, tokens, titled = self._title(title, tokens, source.path, draft)
        if settings.label:
            self._chapter(settings.label, title, draft, matter.place("label")[0] - 1)
        rendered: str = self.md.renderer.render(tokens, self.md.options, env)
        if draft.open_tags:
            for name, opened in draft.open_tags:
                draft.report("N032", f"<{name}> is never closed", opened)
            rendered += "".join(f"</{name}>" for name, _ in reversed(draft.open_tags))
        rendered = beside(rendered, draft.holes)
        quiet, draft.quiet = draft.quiet, True
        headings_found = tuple(self._headings(tokens, draft))
        draft.quiet = quiet
        summary = self._summary(matter, tokens, draft)
        subtitle = self.text(settings.subtitle, draft, matter.place("subtitle")[0] - 1)
        tags = tuple(self.text(tag, draft, matter.place(*frontmatter.KEYS["tags"])[0] - 1) for tag in settings.tags)
        facts = Facts(
            path=source.path,
            settings=settings,
            title=title,
            subtitle=subtitle,
            summary=summary,
            tags=tags,
            titled=titled,
            headings=headings_found,
            anchors=self._anchors(rendered, draft, named=bool(draft.outputs or _NAMED.search(body))),
            links=tuple(draft.links),
            labels=tuple(draft.labels),
            mentions=tuple(draft.mentions),
            marks=tuple(draft.marks),
            symbols=self._symbols(matter, draft),
            quotes=quotes_of(self.md, tokens, draft) if draft.quoted else (),
        )
        findings = Findings(
            places=tuple(draft.places),
            labelled=tuple(draft.labelled),
            mentioned=tuple(draft.mentioned),
            marked=tuple(draft.marked),
            named=self._named(matter, draft),
            words=draft.words,
            formulas=draft.formulas,
            glyphs="".join(sorted(map(chr, draft.glyphs))),
            carried=tuple(Carried(one.name, len(one.data), *pixels(one.data)) for one in draft.blobs),
            problems=tuple(problems + draft.problems),
        )
        return Doc(facts, _cut_at_holes(rendered, draft.holes), findings, tuple(draft.blobs))

    @staticmethod
    def _named(matter: FrontMatter, draft: Draft) -> tuple[Place, ...]:
        """Where the front matter names bibliographies, and then the work that the note reads."""
        settings, tree = matter.settings, matter.tree
        if not settings.bibliography and settings.paper is None:
            return ()
        given = tree.values.get("bibliography")
        keys: list[tuple[str | int, ...]] = [("bibliography",)]
        if isinstance(given, list):
            keys = [("bibliography", i) for i, name in enumerate(given) if name not in (None, "")]
        names = [*zip(settings.bibliography, keys, strict=False)]
        if settings.paper is not None:
            names.append((settings.paper.key, ("paper", "key")))
        made: list[Place] = []
        for name, where in names:
            line, column = tree.place(*where)
            text = draft.lines[line] if line < len(draft.lines) else ""
            start = max(text.find(name, column - 1), column - 1)
            made.append(draft.at_line(line, start + 1, len(name)))
        return tuple(made)

    def _symbols(self, matter: FrontMatter, draft: Draft) -> tuple[Symbol, ...]:
        if not draft.symbols:
            return ()
        own = {
            (name.strip().removeprefix("\\"), row[1]): matter.tree.place("macros", name, "comment")[0]
            for name, form in matter.macros
            if (row := commented(name, form))
        }
        quiet, draft.quiet = draft.quiet, True

        def comment(macro: Macro) -> Text:
            """What a macro means; a mistake in it is said where it is written, in this note or once for all."""
            line = own.get((macro.name, macro.comment.strip()))
            draft.quiet = quiet or line is None
            made = self.text(macro.comment, draft, line or 0)
            draft.quiet = True
            return made

        made = symbols_of(draft, lambda source: self.text(source, draft), comment)
        draft.quiet = quiet
        return made

    def _title(self, title: Text, tokens: list[Token], path: str, draft: Draft) -> tuple[Text, list[Token], bool]:
        """The title, the tokens without a heading that repeats it, and whether the author gave one at all.

        A page has one first-level heading, its title: where the body has others, all its headings go one down.
        """
        first = next((i for i, t in enumerate(tokens) if t.type == "heading_open" and t.level == 0), None)
        titled = bool(title)
        if first is not None and tokens[first].tag == "h1":
            plain = tokens[first].meta["plain"]
            if not title or plain == title.plain:
                if not title:
                    draft.block = (tokens[first].map or [0])[0]
                    children = tokens[first + 1].children or []
                    title = self.line(children, draft)
                    mentioned(children, draft)
                    titled = bool(title)
                if title:
                    given = tokens[first].meta.get("attributes")
                    if given is not None and given.id:
                        self._chapter(given.id, title, draft, (tokens[first].map or [0])[0])
                    tokens = tokens[:first] + tokens[first + 3 :]
        if any(t.type == "heading_open" and t.tag == "h1" for t in tokens):
            for token in tokens:
                if token.type in ("heading_open", "heading_close"):
                    token.tag = f"h{min(6, int(token.tag[1]) + 1)}"
        if not title:
            name = title_from_path(path)
            title = Text(name.replace("&", "&amp;").replace("<", "&lt;"), name)
        return title, tokens, titled

    @staticmethod
    def _chapter(key: str, title: Text, draft: Draft, line: int) -> None:
        """A label of the note as a whole, `label: sec-intro` or `# Title {#sec-intro}`."""
        draft.label(Label("chapter", canonical(key), "", title), line)

    @staticmethod
    def _anchors(rendered: str, draft: Draft, *, named: bool) -> tuple[str, ...]:
        """Every id in the rendered note; one that the author's HTML writes twice is reported."""
        ids = [html.unescape(found) if "&" in found else found for found in _anchors_in(rendered, named=named)]
        different = tuple(dict.fromkeys(ids))
        if len(different) < len(ids):
            for anchor in sorted(a for a, count in Counter(ids).items() if count > 1):
                draft.report("N036", f'the anchor "{anchor}" stands twice in this note', 0)
        return different

    def _headings(self, tokens: Sequence[Token], draft: Draft) -> list[Heading]:
        found = []
        for i, token in enumerate(tokens):
            if token.type == "heading_open":
                text = self.line(tokens[i + 1].children or [], draft)
                found.append(Heading(int(token.tag[1]), token.meta["anchor"], text))
        return found

    def _summary(self, matter: FrontMatter, tokens: Sequence[Token], draft: Draft) -> Text:
        if matter.settings.summary is not None:
            line = matter.place(*frontmatter.KEYS["summary"])[0] - 1
            return self.text(matter.settings.summary, draft, line)
        quiet, draft.quiet = draft.quiet, True
        made = EMPTY
        for i, token in enumerate(tokens):
            if token.type == "paragraph_open" and token.level == 0 and not token.hidden:
                children = tokens[i + 1].children or []
                if any(c.type == "text" and len(c.content.strip()) > 1 for c in children):
                    made = self.line(children, draft, SUMMARY_LENGTH)
                    if made:
                        break
        draft.quiet = quiet
        return made


def mentioned(tokens: Sequence[Token], draft: Draft) -> None:
    """Keep to what a text refers that stands nowhere in the body."""
    for token in tokens:
        if token.type == "xref":
            for key in token.meta["keys"]:
                draft.mention("label", key, at_of(token, draft.block), token.meta["length"])


_checked: dict[object, tuple[tuple[Macro, ...], tuple[tuple[str, TexProblem], ...]]] = {}


def checked_macros(
    pairs: tuple[MacroSource, ...],
) -> tuple[tuple[Macro, ...], tuple[tuple[str, TexProblem], ...]]:
    """`parse_macros`, kept: many notes of a site say the same macros."""
    found = _checked.get(pairs)
    if found is None:
        found = _checked[pairs] = parse_macros({n: v if isinstance(v, str) else list(v) for n, v in pairs})
    return found


def _anchors_in(rendered: str, *, named: bool = True) -> Iterator[str]:
    """What `_ANCHOR` finds from left to right, looked for only in the tags that hold such an attribute."""
    tags: set[int] = set()
    for attribute in ('id="', 'name="') if named else ('id="',):
        before, at = 0, rendered.find(attribute)
        while at >= 0:
            tags.add(rendered.rfind("<", before, at))
            before, at = at, rendered.find(attribute, at + 1)
    end = 0
    for tag in sorted(tags):
        if tag >= end and (found := _ANCHOR.match(rendered, tag)):
            end = found.end()
            yield found[1]


def _decode(source: Source, problems: list[Diagnostic]) -> str:
    if source.path.lower().endswith(".ipynb"):
        return ""
    data = source.data.removeprefix(b"\xef\xbb\xbf")
    if len(data) > LARGEST:
        problems.append(
            Diagnostic("N003", f"{len(data):,} bytes are too many for one note; it is cut", Span(source.path))
        )
        data = data[:LARGEST]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        text = data.decode("utf-8", "replace")
        row = text.replace("\r\n", "\n").split("\n")[line - 1] if line <= text.count("\n") + 1 else ""
        problems.append(
            place_in(row, Span(source.path, line, column)).problem(
                "N001",
                f"byte 0x{data[error.start]:02x} is not UTF-8; it is shown as \ufffd",
                "save the file as UTF-8",
            )
        )
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    if found := _CONTROLS.search(text):
        start = text.rfind("\n", 0, found.start()) + 1
        place = Span(source.path, text.count("\n", 0, start) + 1, found.start() - start + 1)
        row = text[start:].partition("\n")[0]
        message = f"control character U+{ord(found[0]):04X} is left out"
        problems.append(place_in(row, place).problem("N005", message))
        text = _CONTROLS.sub("", text)
    return text


def title_from_path(path: str) -> str:
    """`ml/07-early_stopping.md` gives "Early stopping"; `ml/index.md` gives "Ml"."""
    parts = path.split("/")
    stem = parts[-1].rpartition(".")[0]
    if stem in ("index", "README") and len(parts) > 1:
        stem = parts[-2]
    bare = re.sub(r"^(?:\d{4}-\d{2}-\d{2}|\d+(?:[-.]\d+)*)[-_. ]+", "", stem) or stem
    words = re.sub(r"[-_]+", " ", bare).strip() or stem
    return words[:1].upper() + words[1:]


def _cut_at_holes(rendered: str, holes: Sequence[Hole]) -> tuple[str | Hole, ...]:
    if not holes:
        return (rendered,)
    pieces: list[str | Hole] = []
    for i, piece in enumerate(_HOLE.split(rendered)):
        if i % 2:
            pieces.append(holes[int(piece)])
        elif piece:
            pieces.append(piece)
    return tuple(pieces)

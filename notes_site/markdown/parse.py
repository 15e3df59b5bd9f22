"""One note to one Doc: its facts, and its HTML cut at the holes. The only expensive stage, and a pure one.

Invariant: `parse` never raises on any bytes, and what it makes depends on them, the path, the options and the macros.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from markdown_it.token import Token
from msgspec.structs import replace

from notes_site import frontmatter
from notes_site.frontmatter import FrontMatter
from notes_site.kinds import Kinds, canonical
from notes_site.macros import commented
from notes_site.markdown.commonmark import markdown_it
from notes_site.markdown.draft import Draft
from notes_site.markdown.line import line_of
from notes_site.markdown.notation import symbols_of
from notes_site.markdown.options import MacroSource, Options
from notes_site.markdown.quotes import quotes_of
from notes_site.markdown.rawhtml import close
from notes_site.markdown.render_references import mentioned
from notes_site.markdown.rendered import anchors_in, cut_at_holes
from notes_site.markdown.sidenotes import beside
from notes_site.markdown.source import decoded, title_from_path
from notes_site.markdown.vocabulary import Vocabulary
from notes_site.marks import as_keys, worded
from notes_site.model import (
    EMPTY,
    Carried,
    Diagnostic,
    Doc,
    Facts,
    Findings,
    Heading,
    Label,
    Place,
    Source,
    Span,
    Symbol,
    Text,
)
from notes_site.pixels import flaw, pixels
from notes_site.tex import Macro, TexProblem, parse_macros
from notes_site.words import Words, words_for

if TYPE_CHECKING:
    from notes_site.notebook import Notebook

# the summary of a note without one: its first paragraph, cut at the end of a sentence after this many characters
SUMMARY_LENGTH = 280

# what can become an attribute `name="x"`
_NAMED = re.compile(r"name\s*=")


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
        text = decoded(source, problems)
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
            for one in draft.open_tags:
                if not one.around:
                    draft.report("N032", f"<{one.name}> is never closed", one.line)
            rendered += close(draft.open_tags, 0)
        rendered = beside(rendered, draft.holes)
        quiet, draft.quiet = draft.quiet, True
        headings_found = tuple(self._headings(tokens, draft))
        draft.quiet = quiet
        summary = self._summary(matter, tokens, draft)
        subtitle = self.text(settings.subtitle, draft, matter.place("subtitle")[0] - 1)
        line = matter.place(*frontmatter.KEYS["tags"])[0] - 1
        # a topic is known by its words, which may not change as numbers do
        tags = tuple(worded(self.text(tag, draft, line), as_keys) for tag in settings.tags)
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
            carried=tuple(Carried(one.name, len(one.data), *pixels(one.data), flaw(one.data)) for one in draft.blobs),
            problems=tuple(problems + draft.problems),
        )
        return Doc(facts, cut_at_holes(rendered, draft.holes), findings, tuple(draft.blobs))

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
        ids = [html.unescape(found) if "&" in found else found for found in anchors_in(rendered, named=named)]
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


_checked: dict[object, tuple[tuple[Macro, ...], tuple[tuple[str, TexProblem], ...]]] = {}


def checked_macros(
    pairs: tuple[MacroSource, ...],
) -> tuple[tuple[Macro, ...], tuple[tuple[str, TexProblem], ...]]:
    """`parse_macros`, kept: many notes of a site say the same macros."""
    found = _checked.get(pairs)
    if found is None:
        found = _checked[pairs] = parse_macros({n: v if isinstance(v, str) else list(v) for n, v in pairs})
    return found

"""What spares the parser work changes nothing: the tables of first characters, the shortcuts of single rules.

Every rule is asked only where its character stands; the same text parsed by asking all of them everywhere is the judge.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.parser_block import ParserBlock, RuleFuncBlockType
from markdown_it.parser_inline import ParserInline, RuleFuncInlineType
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock, heading, hr, list_block, paragraph
from markdown_it.rules_inline import StateInline, emphasis
from markdown_it.token import Token
from msgspec.structs import replace
from pygments.lexer import RegexLexer
from pygments.lexers import get_lexer_by_name

from notes_site.markdown.commonmark import markdown_it
from notes_site.markdown.dispatch.blocks import BLOCK, TERMINATORS, Lines
from notes_site.markdown.dispatch.inline import INLINE, InlineParser
from notes_site.markdown.draft import Draft
from notes_site.markdown.lexing import Rules
from notes_site.markdown.options import Options
from notes_site.markdown.render import Renderer
from notes_site.markdown.rendered import ANCHOR, anchors_in
from notes_site.markdown.tokens import made
from notes_site.tex import Typesetter
from notes_site.tex.care import Workshop
from notes_site.tex.classes import with_classes
from notes_site.tex.commands import MACROS
from notes_site.tex.formula import TexError
from notes_site.tex.nesting import cannot_be_deep, check_depth
from notes_site.tex.tables import without_plain_tables
from notes_site.tex.tokens import tokenize
from notes_site.tex.typesetter import engine_with
from notes_site.words import words_for

# pieces of every syntax, whole and broken, and what may stand between them
PIECES = """\
word|two words|é|w|www|www.a.com|http://x.y/z|a@b.co|mailto:a@b.co|@|:|(c)|--|---|...|'90s|"|'|,|!|#|
$|$$|$x$|$$a$$|$a|$ 5|\\(|\\)|\\[|\\]|\\begin{align}|\\end{align}|\\begin{foo}|\\|\\*|\\\\|_|__|*|**|~|~~|
`|``|`c`|==|==a==|=|[|]|[a](b)|[a](<b> "t")|[[N#h^t]]|![[e.png]]|![i](j.png)|![|[a]{.b}|[r]|[r][]|
{|}|{#id .c}|{{< video x >}}|^[note]|^|[^1]|<|<b>|</b>|<div>|<!-- c -->|<http://a.b>|&amp;|&|%|%%|%%c%%|
{{% x %}}|{% x %}|{{ x }}|{: .c}|{=html}|~a~|^a^|![a](b c.png)|$`x`$|
 ^id|^id""".replace("\n", "").split("|")
LINES = (
    "- ", "* ", "+ ", "1. ", "2) ", "> ", "# ", "## ", "---", "===", "***", "___", "```", "~~~", "    ", "  ", "\t",
    ": ", "~ ", ":::", "::: {.note}", '::: {.callout-note title="x $y$"}', "::: {#thm-a}", "%%", "| a |\n|---|\n",
    "a|b\n-|-", "[^1]: ", "[r]: http://u 't'", "[!note] T", "- [x] ", "Term\n: Def", "Table: cap {#tbl-a}", ": cap",
    "<div>", "<script>", "\x02", "```math\n", "```{=html}\n", "\\def\\x{y}", "% c", "<table>", "</table>",
)  # fmt: skip
TEXTS = st.lists(
    st.one_of(
        st.sampled_from(PIECES),
        st.sampled_from(LINES),
        st.sampled_from(["\n", "\n", "\n\n", " ", "  \n"]),
        st.characters(codec="utf-8", exclude_characters="\r\0"),
    ),
    max_size=40,
).map("".join)
OPTIONS = st.builds(Options, html=st.booleans(), smart=st.booleans(), breaks=st.booleans())


def _asking_everything(options: Options) -> MarkdownIt:
    """The same parser with markdown-it's own tokenizers, its own state of lines and its own paragraphs."""
    md = markdown_it(options)
    quick_inline, quick_block = md.inline, md.block
    md.inline, md.block = ParserInline(), ParserBlock()
    md.inline.ruler, md.inline.ruler2 = quick_inline.ruler, quick_inline.ruler2
    md.inline.terminator_re = quick_inline.terminator_re
    md.block.ruler.__rules__ = quick_block.ruler.__rules__
    return md


def _parsed(md: MarkdownIt, text: str, options: Options, outputs: tuple[str, ...] = ()) -> tuple[object, ...]:
    draft = Draft("a.md", text.split("\n"), options, {}, md, words_for("en"), outputs=outputs)
    env: dict[str, object] = {"draft": draft}
    tokens = md.parse(text, env)
    return [token.as_dict() for token in tokens], draft.problems, md.renderer.render(tokens, md.options, env)


@pytest.fixture(scope="module")
def pairs() -> dict[Options, tuple[MarkdownIt, MarkdownIt]]:
    return {}


@settings(max_examples=4 * settings().max_examples)
@given(text=TEXTS, options=OPTIONS)
def test_tokens_are_the_same_when_every_rule_is_asked_everywhere(
    pairs: dict[Options, tuple[MarkdownIt, MarkdownIt]], text: str, options: Options
) -> None:
    if options not in pairs:
        pairs[options] = (markdown_it(options), _asking_everything(options))
    quick, thorough = pairs[options]
    assert _parsed(quick, text, options) == _parsed(thorough, text, options)


# a note in which every rule of the tables has its say on each of its characters
EVERY = """\
*a* _b_ ~~c~~ `d` \\* &amp; <b>e</b> <http://a.b> [f](g) ![h](i.png) ^[j] [^1] [^lost] [k]{.l} [[N]] ![[M]]
www.a.com and http://x.y/z and m@n.co and $o$ and \\(p\\) and ==q== and %%r%% and {{< video s >}} and `t`{#u}
@thm-a [@thm-b] \\ref{a} \\gls{x} [w]{index="a"} \\index{\\emph{b}} \\label{c}
h~2~o p^3^ ![q](r s.png) {% t %}

\\def\\u{v}

% w
\\def\\u{v}

* one
+ two
- three

0. item

1) item

2. item

3) item

4. item

5) item

6. item

7) item

8. item

9) item

***
___
---

> quote
***

> quote
___

> quote
---

~~~
fence
~~~

> quote
~~~
fence
~~~

```
fence
```

> quote
```
fence
```

text
> quote
# heading

text
# heading

text
<div>

<div>

text
$$
x
$$

text
\\[
x
\\]

text
::: {.note}
text
:::

text
%%
hidden
%%

text
[^2]: note

[^1]: note

\\gls{x} [y]{index="z"} [@thm-x] @thm-x \\cref{thm-x}

[r]: http://a.b

text
\x020\x02

> quote
1. one

text
* one

text
+ one

text
- one

Term
: Def
: Def

Term
~ Def
~ Def
"""


def _changes(state: StateInline | StateBlock) -> tuple[int, int]:
    """What a rule leaves behind, also one that answers False."""
    return len(state.tokens), len(state.env["draft"].problems)


def test_every_rule_of_the_tables_has_its_say_only_where_they_allow_it() -> None:
    options = Options()
    md, quick = _asking_everything(options), InlineParser(markdown_it(options).inline)
    quick.parse("", md, {}, [])
    fired: dict[str, set[str]] = {name: set() for name in (*INLINE, *TERMINATORS)}

    def inline(name: str, rule: RuleFuncInlineType) -> RuleFuncInlineType:
        def watched(state: StateInline, silent: bool) -> bool:
            position, before = state.pos, _changes(state)
            made = rule(state, silent)
            if made or _changes(state) != before:
                fired[name].add(state.src[position])
                assert state.src[position] in INLINE[name]
                stop = quick.stop(state.src, position)
                assert stop is not None
                assert stop.start() == position
            return made

        return watched

    def block(name: str, rule: RuleFuncBlockType) -> RuleFuncBlockType:
        def watched(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
            character = state.src[state.bMarks[start_line] + state.tShift[start_line]]
            indented, before = state.is_code_block(start_line), _changes(state)
            made = rule(state, start_line, end_line, silent)
            if (made or _changes(state) != before) and not indented:
                if silent or name in BLOCK:
                    fired[name].add(character)
                assert character in (TERMINATORS if silent else BLOCK).get(name, character)
            return made

        return watched

    for entry in md.inline.ruler.__rules__:
        if entry.name in INLINE:
            md.inline.ruler.at(entry.name, inline(entry.name, entry.fn))
    for rule in md.block.ruler.__rules__:
        if rule.name in TERMINATORS:
            md.block.ruler.at(rule.name, block(rule.name, rule.fn), {"alt": rule.alt})
    _parsed(md, EVERY, options, outputs=("kept",))
    silent = {"linkify", "code", "too_deep"}
    assert {name for name, seen in fired.items() if not seen} == silent
    for name in fired.keys() - silent:
        assert fired[name] == set(INLINE.get(name) or TERMINATORS[name])


def test_every_rule_of_the_tables_is_a_rule() -> None:
    md = markdown_it(Options())
    assert set(INLINE) <= set(md.inline.ruler.get_all_rules())
    assert set(TERMINATORS) <= set(md.block.ruler.get_all_rules())


def test_a_rule_that_is_added_later_and_stands_in_no_table_is_asked_everywhere() -> None:
    def shout(state: StateInline, silent: bool) -> bool:
        if not state.src.startswith("+", state.pos):
            return False
        if not silent:
            state.push("text", "", 0).content = "plus"
        state.pos += 1
        return True

    def line(state: StateBlock, start_line: int, _end_line: int, silent: bool) -> bool:
        if not state.src.startswith("z!", state.bMarks[start_line]):
            return False
        if not silent:
            state.push("hr", "hr", 0)
            state.line = start_line + 1
        return True

    md = markdown_it(Options())
    before = _parsed(md, "a + b\nz!", Options())[2]
    md.inline.ruler.push("shout", shout)
    md.block.ruler.before("paragraph", "line", line, {"alt": ["paragraph"]})
    assert before == "<p>a + b\nz!</p>\n"
    assert _parsed(md, "a + b\nz!", Options())[2] == "<p>a plus b</p>\n<hr />\n"


@settings(max_examples=3 * settings().max_examples)
@given(st.lists(st.sampled_from(["a", " ", "\t", "\n", "\n\n", "  \t", "é"]), max_size=30).map("".join))
def test_lines_are_measured_as_by_markdown_it(text: str) -> None:
    md = MarkdownIt()
    own, theirs = Lines(text, md, {}, []), StateBlock(text, md, {}, [])
    assert vars(own) == vars(theirs)


@settings(max_examples=3 * settings().max_examples)
@given(text=TEXTS)
def test_paragraphs_are_those_of_markdown_it(text: str) -> None:
    """Without formulas, where our rule must end where markdown-it's ends."""
    options = Options()
    plain = text.replace("$", "").replace("\\", "")
    ours, theirs = _asking_everything(options), _asking_everything(options)
    theirs.block.ruler.at("paragraph", paragraph)
    assert _parsed(ours, plain, options) == _parsed(theirs, plain, options)


_TOKENS = st.builds(
    Token,
    type=st.sampled_from(["inline", "a", "b"]),
    tag=st.sampled_from(["p", "li"]),
    nesting=st.sampled_from([-1, 0, 1]),
    attrs=st.sampled_from([{}, {"id": "x&y"}, {"start": 2}]),
    block=st.booleans(),
    hidden=st.booleans(),
)


@given(st.lists(_TOKENS, min_size=1, max_size=3))
def test_tags_are_those_of_markdown_it(tokens: Sequence[Token]) -> None:
    md = markdown_it(Options())
    for renderer in (Renderer(md),):
        for index in range(len(tokens)):
            made = renderer.renderToken(tokens, index, md.options, {})
            assert made == RendererHTML.renderToken(renderer, tokens, index, md.options, {})


@given(
    st.lists(
        st.sampled_from(
            [
                '<a id="',
                '<a name="',
                '<p\nid="',
                '<p title="<i id="',
                'x"',
                ">",
                "<",
                " id=",
                '"',
                "a",
                '<A x name="b" id="c">',
            ]
        ),
        max_size=12,
    ).map("".join)
)
def test_anchors_are_those_that_the_pattern_finds(rendered: str) -> None:
    assert list(anchors_in(rendered)) == ANCHOR.findall(rendered)


@given(
    st.lists(
        st.sampled_from(
            ["{", "}", "(", "[", "\\left(", "\\rm", "\\hat ", "\\langle ", "^", "_", "x", "&", "\\\\", "\\{"]
        ),
        max_size=130,
    ).map("".join)
)
def test_a_formula_that_cannot_be_deep_passes_the_check_of_its_depth(tex: str) -> None:
    if cannot_be_deep(tex):
        try:
            check_depth(tokenize(tex))
        except TexError:  # pragma: no cover - the failure itself
            pytest.fail("too deep")


def _markdown_its(options: Options) -> MarkdownIt:
    """Our parser with markdown-it's own rules for headings, lines across, lists, emphasis and checkboxes."""
    md = _asking_everything(options)
    md.block.ruler.at("heading", heading, {"alt": ["paragraph", "reference", "blockquote"]})
    md.block.ruler.at("hr", hr, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    md.block.ruler.at("list", list_block, {"alt": ["paragraph", "reference", "blockquote"]})
    md.inline.ruler.at("emphasis", emphasis.tokenize)
    return md


@settings(max_examples=4 * settings().max_examples)
@given(text=TEXTS, options=OPTIONS)
def test_headings_lists_and_emphasis_are_those_of_markdown_it(text: str, options: Options) -> None:
    assert _parsed(markdown_it(options), text, options) == _parsed(_markdown_its(options), text, options)


_EMPHASIS = ["**a b**", "**", "__", "*", "_", "~~", "é", "a", " ", ".", "(", ":", "[x](y)", "\n", "**n:**", "$x$"]


@settings(max_examples=6 * settings().max_examples)
@given(st.lists(st.sampled_from(_EMPHASIS), max_size=14).map("".join))
def test_marks_of_emphasis_find_the_same_partners(text: str) -> None:
    options = Options()
    assert _parsed(markdown_it(options), text, options) == _parsed(_markdown_its(options), text, options)


@given(
    st.builds(
        Token,
        type=st.sampled_from(["text", "li_open"]),
        tag=st.sampled_from(["", "p"]),
        nesting=st.sampled_from([-1, 0, 1]),
        level=st.integers(0, 9),
        content=st.text(max_size=3),
        block=st.booleans(),
    )
)
def test_a_token_made_quickly_is_a_token(token: Token) -> None:
    assert made(token.type, token.tag, token.nesting, token.level, token.content, block=token.block) == token


CODE = (
    "def f(x: int = 1) -> str:\n    return f\"{x!r} {y:>3}\" % 'a' # é\n",
    "@a.b\nclass K(Base):\n\t'''doc\n\n>>> 1'''\n\tx = 0x1F + 1_000.5e-3j\n",
    'for i in $(ls -l | wc); do\n  echo "$i ${a[1]}" > f <<EOF\nx\nEOF\ndone\n',
    '{"a": [1, -2.5e3, true, null], "é": "\\u00e9"}\n',
    "a: &x\n  - b: |\n      c\n  - *x # d\n",
    "SELECT a.b, 'c' FROM d WHERE e >= 1 -- f\n",
)


@settings(max_examples=2 * settings().max_examples)
@given(
    language=st.sampled_from(["python", "bash", "json", "yaml", "sql", "js", "rust", "haskell", "latex", "perl"]),
    pieces=st.lists(
        st.one_of(
            st.sampled_from(CODE),
            st.sampled_from(list("\n\t '\"#@\\{}()[]<>%$é\u0661\u017f\u212a\x1c")),
            st.text(max_size=6),
        ),
        max_size=6,
    ),
)
def test_a_lexer_that_tries_fewer_rules_gives_the_same_tokens(language: str, pieces: list[str]) -> None:
    lexer = get_lexer_by_name(language)
    text = "".join(pieces)
    if not isinstance(lexer, RegexLexer) or type(lexer).get_tokens_unprocessed is not RegexLexer.get_tokens_unprocessed:
        return
    own = [token for token in lexer.get_tokens_unprocessed(text) if token[2]]
    assert [token for token in Rules(lexer).tokens(lexer, text) if token[2]] == own


_CELLS = [
    "a", "&", "\\\\", " ", "\n", "x_{i}", "^", "{", "}", "{a \\\\ b}", "\\left(", "\\right)", "\\text{if }", "[", "*",
    "\\{", "\\hline", "\\rm", "\\substack{a\\\\b}", "\\begin{cases}", "\\end{cases}", "\\tag{1}", "%",
    "\\operatorname{a}",
]  # fmt: skip


@settings(max_examples=4 * settings().max_examples)
@given(
    name=st.sampled_from(["cases", "dcases", "rcases", "pmatrix", "matrix", "vmatrix", "aligned", "gathered"]),
    before=st.lists(st.sampled_from(_CELLS), max_size=3).map("".join),
    rows=st.lists(st.lists(st.sampled_from(_CELLS), max_size=4).map("".join), min_size=1, max_size=3),
    after=st.lists(st.sampled_from(_CELLS), max_size=3).map("".join),
    display=st.booleans(),
)
def test_a_table_that_the_engine_draws_alone_is_drawn_as_with_care(
    name: str, before: str, rows: list[str], after: str, display: bool
) -> None:
    tex = before + f"\\begin{{{name}}}" + "\\\\".join(rows) + f"\\end{{{name}}}" + after
    if without_plain_tables(tex) == tex:
        return
    quick = Typesetter().typeset(tex, display=display)
    careful = Workshop(engine_with(MACROS), {}).formula(tex, (), display=display)
    assert quick == replace(careful, mathml=careful.mathml and with_classes(careful.mathml))


@pytest.mark.parametrize(
    ("language", "code"),
    [("c", "static int f(const char *a) { return *a; }\n"), ("java", "class A { int f(int a) { return a; } }\n")],
)
def test_a_lexer_that_calls_itself_in_another_state_is_quickened_too(language: str, code: str) -> None:
    """Some rules read a piece again by the same lexer, from a state of its own."""
    own, quick = get_lexer_by_name(language), get_lexer_by_name(language)
    assert isinstance(quick, RegexLexer)
    quick.get_tokens_unprocessed = functools.partial(Rules(quick).tokens, quick)  # type: ignore[method-assign]
    assert list(quick.get_tokens(code)) == list(own.get_tokens(code))

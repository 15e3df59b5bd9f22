"""Glossary, index and notation: what their pages say, what is made again, and what is wrong with them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sites import built, coded, dead_links, ground, html_errors, laid, page, write

from notes_site.alphabet import fold, letter
from notes_site.diagnostics import render_text
from notes_site.glossary import FIELDS, read_glossary
from notes_site.markdown.options import Options, TermWords
from notes_site.markdown.parse import Parser
from notes_site.markdown.vocabulary import Vocabulary
from notes_site.model import Note, Source
from notes_site.project import find

GLOSSARY = r"""
sgd: {short: SGD, long: stochastic gradient descent, text: 'An optimizer with a step $\eta$.'}
KL: Kullback–Leibler divergence
convex-function:
  name: convex function
  text: Its graph lies *below* its chords.
  see: [sgd]
ecole: {name: École, text: A school of painters.}
unused: Something else
"""
NOTES = {
    "glossary.yml": GLOSSARY,
    "content/a.md": "# A\n\nSGD and SGD, for [convex functions]{.term}.\n",
    "content/s/index.md": "# S\n",
    "content/s/b.md": "# B\n\nMany SGDs and the KL, then KL.\n",
    "content/c.md": "# C\n\nPlain words.\n",
}


def text_of(html: str) -> str:
    """A page's main part without its tags."""
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]*>", "", re.sub(r"<annotation.*?</annotation>", "", main)).split())


# -- the glossary as a file --------------------------------------------------------------------------------------------


def test_entries_are_acronyms_terms_and_short_forms_of_both() -> None:
    found = read_glossary(GLOSSARY, "glossary.yml")
    assert found.problems == ()
    assert found.words == (
        TermWords("sgd", "SGD", "SGDs", "stochastic gradient descent", "stochastic gradient descents", match=True),
        TermWords("KL", "KL", "KLs", "Kullback–Leibler divergence", "Kullback–Leibler divergences", match=True),
        TermWords("convex-function", "convex function", "convex functions"),
        TermWords("ecole", "École", "Écoles"),
        TermWords("unused", "unused", "unuseds"),
    )


def test_plurals_are_those_of_the_author_or_english_ones() -> None:
    text = "a: {name: policy}\nb: {name: Matrix, plural: Matrizen}\nc: {short: RNN, long: network, long_plural: nets}\n"
    english, german = (read_glossary(text, "g.yml", lang).words for lang in ("en", "de"))
    assert [word.plural for word in english] == ["policies", "Matrizen", "RNNs"]
    assert [word.plural for word in german] == ["policy", "Matrizen", "RNNs"]
    assert english[2].long_plural == german[2].long_plural == "nets"


MISTAKES = {
    "a: {nam: x}": 'N120 g.yml:1:5 error: unknown key "nam"; did you mean "name"?',
    "a: {name: [x]}": 'N120 g.yml:1:11 error: "name" is not text; put it in quotes',
    "a: {match: sometimes, name: x}": 'N120 g.yml:1:12 error: "match" is not true or false',
    "a: {short: A}": 'N120 g.yml:1:12 error: "a" has `short` and no `long`; say what it is short for: `long`',
    "a: {name: x, long: y}": 'N120 g.yml:1:11 error: "a" has both `name` and `long`; an acronym has `short` and `long`',
    "a: {name: x, see: {b: c}}": 'N120 g.yml:1:19 error: "see" is not a key or a list of keys',
    "a: {name: x, see: b}": 'N121 g.yml:1:19 error: the glossary has no term "b"',
    "abc: x\nd: {name: x, see: [abd]}": 'N121 g.yml:2:20 error: the glossary has no term "abd"; did you mean "abc"?',
    "a: [x]": 'N120 g.yml:1:4 error: "a" is neither text nor a mapping; write "key: definition", or `long`, `text` …',
    "a:": 'N120 g.yml:1:3 error: "a" is neither text nor a mapping; write "key: definition", or `long`, `text` …',
    "a b: x": (
        'N120 g.yml:1:1 error: "a b" cannot be the key of a term; '
        "a key has no blanks, quotes, braces or backslashes; `name` says how the term is written"
    ),
    "a: {name: x}\nb: {name: X}": (
        'N120 g.yml:2:11 error: "X" is what "a" is called already; give one of them another name'
    ),
    "a: x\na: y": 'N120 g.yml:2:1 error: the key "a" stands twice',
    "a: {name: x": "N120 g.yml:2:1 error: did not find expected ',' or '}'",
    "- a": "N120 g.yml:1:1 error: a mapping (key: value) is expected",
    'a: {text: "$\\alpha$"}': (
        'N019 g.yml:1:13 warning: "\\alpha" stands in double quotes, where "\\a" is a bell, and was read as TeX; '
        "write the backslash twice, or use single quotes"
    ),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_in_the_glossary_is_shown_at_its_place(text: str) -> None:
    problems = read_glossary(text, "g.yml").problems
    assert [render_text(problem).splitlines()[0] for problem in problems] == [MISTAKES[text]]


def test_a_mistake_in_one_entry_leaves_the_others() -> None:
    found = read_glossary("a: [x]\nb: {name: good, nam: bad}\nc: {name: Good}\nd: fine\n", "g.yml")
    assert [(entry.key, entry.words.name) for entry in found.entries] == [("b", "good"), ("d", "d")]
    assert len(found.problems) == 3


_yaml = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=4), inner),
    max_leaves=12,
)


@given(st.text(alphabet=st.sampled_from("ab:{}[]-\"'$\\ \n#&*!|>é")) | _yaml.map(str) | st.text())
def test_reading_a_glossary_never_raises_and_every_word_can_be_found(text: str) -> None:
    found = read_glossary(text, "glossary.yml")
    for entry in found.entries:
        assert entry.words.name
    note = "\n\n".join(f"{word.name} {word.plural} \\gls{{{word.key}}}" for word in found.words)
    Parser(Options(terms=found.words)).parse(Source("a.md", "", note.encode("utf-8", "replace")))


@given(st.text(alphabet=st.sampled_from("[]{}.=\"'|!@\\$ax\n")), st.sampled_from(("index", "term")))
def test_terms_and_entries_of_the_index_never_make_a_parse_fail(text: str, kind: str) -> None:
    words = (TermWords("a", "a", "as", "ax", "axs", match=True), TermWords("x", "x", "xs", match=True))
    for source in (text, f'[x]{{{kind}="{text}"}}', f"\\index{{{text}}} \\gls{{{text}}}", f"[{text}]{{.{kind}}}"):
        Parser(Options(terms=words)).parse(Source("a.md", "", source.encode()))


def test_the_longest_word_is_found_and_only_whole_ones_are() -> None:
    words = [
        TermWords(key, key, f"{key}s", "x", "xs", match=True) for key in ("A", "AB", "ABC", "A'B", "Ü", "A-B", "C++")
    ]
    pattern = Vocabulary(words).pattern
    assert pattern is not None
    found = pattern.findall("ABC ABs AB A A’B A'Bs xA A1 ÜA Ü Üs A-B \\A (A) C++ ABD")
    assert found == ["ABC", "ABs", "AB", "A", "A’B", "A'Bs", "Ü", "Üs", "A-B", "A", "C++"]
    assert Vocabulary().pattern is None


# -- what readers see --------------------------------------------------------------------------------------------------


def test_the_first_use_of_an_acronym_is_expanded_on_every_page(tmp_path: Path) -> None:
    write(tmp_path, NOTES)
    assert built(tmp_path, words=False).problems == ()
    text = page(tmp_path, "/s/b/")
    long, short = "Kullback–Leibler divergence", '<abbr title="Kullback–Leibler divergence">KL</abbr>'
    assert f" and the {long} ({short}), then {short}.</p>" in text
    assert '>stochastic gradient descents</a> (<abbr title="stochastic gradient descents">SGDs</abbr>) and' in text
    assert re.search(r'<p><a class="term" [^>]*>Stochastic gradient descent</a> \(<abbr', page(tmp_path, "/a/"))


def test_the_long_form_of_an_acronym_leads_to_its_definition_if_it_has_one(tmp_path: Path) -> None:
    write(tmp_path, NOTES)
    built(tmp_path, words=False)
    said = 'href="../glossary/#sgd" title="An optimizer with a step η." data-preview="../glossary/_labels.html#sgd"'
    assert f'<a class="term" {said}>Stochastic gradient descent</a>' in page(tmp_path, "/a/")
    assert page(tmp_path, "/a/").count("#sgd") == 2
    assert "glossary/#KL" not in page(tmp_path, "/s/b/")


def test_a_term_links_to_its_definition_and_says_it_where_one_hovers(tmp_path: Path) -> None:
    write(tmp_path, NOTES)
    built(tmp_path, words=False)
    link = (
        '<a class="term" href="../glossary/#convex-function" title="Its graph lies below its chords." '
        'data-preview="../glossary/_labels.html#convex-function">convex functions</a>'
    )
    assert link in page(tmp_path, "/a/")


def test_a_definition_says_what_its_author_wrote_and_no_more(tmp_path: Path) -> None:
    glossary = "a: {name: thing, text: 'He said \"<b>\" & left'}\n"
    write(tmp_path, {"glossary.yml": glossary, "content/a.md": "# A\n\n[thing]{.term}, [<i>x</i>]{term=a}\n"})
    built(tmp_path, words=False)
    text = page(tmp_path, "/a/")
    assert 'title="He said “' in text
    assert "<b>" not in text.partition('title="')[2].partition('"')[0]
    assert html_errors(text) == []


def test_the_glossary_lists_its_entries_by_name_with_the_notes_that_use_them(tmp_path: Path) -> None:
    write(tmp_path, NOTES)
    built(tmp_path, words=False)
    text = page(tmp_path, "/glossary/")
    assert re.findall(r"<dfn>(.*?)</dfn>", text) == ["convex function", "École", "KL", "SGD", "unused"]
    assert re.findall(r'<div id="(.*?)">', text) == ["convex-function", "ecole", "KL", "sgd", "unused"]
    entry = text[text.index('id="sgd"') : text.index('id="unused"')]
    assert re.findall(r'href="(.*?)"', entry) == ["../s/b/", "../a/"]
    assert '<a href="#sgd">SGD</a>' in text
    assert "<em>below</em>" in text
    assert html_errors(text) == []


def test_pages_at_the_end_are_there_when_they_have_something_to_say(tmp_path: Path) -> None:
    note = "# A\n\n[to](/glossary/) [x]{.index} $\\newcommand{\\a}{x} % the sign\n\\a$\n"
    write(tmp_path, {"content/a.md": "# A\n"})
    assert laid(tmp_path).site.index.at_the_end == ()
    write(tmp_path, {"glossary.yml": GLOSSARY, "content/a.md": note})
    assert laid(tmp_path).site.index.at_the_end == ("/glossary/", "/index-of-terms/", "/notation/")
    assert built(tmp_path, words=False).problems == ()
    assert dead_links(tmp_path / "public") == []
    for url in ("/glossary/", "/index-of-terms/", "/notation/"):
        assert f"<loc>{url}</loc>" in (tmp_path / "public/sitemap.xml").read_text("utf-8")
        assert html_errors(page(tmp_path, url)) == []


def test_the_words_of_the_pages_are_those_of_the_language(tmp_path: Path) -> None:
    write(tmp_path, {**NOTES, "site.yml": "lang: de\n"})
    built(tmp_path, words=False)
    assert "<h1>Glossar</h1>" in page(tmp_path, "/glossary/")


def test_a_glossary_may_have_another_name_and_may_lie_among_the_notes(tmp_path: Path) -> None:
    write(tmp_path, {"content/glossary.yml": "a: x\n", "content/a.md": "# A\n\n\\gls{a}\n"})
    assert built(tmp_path, words=False).problems == ()
    write(tmp_path, {"site.yml": "glossary: my/words.yml\n", "my/words.yml": "b: y\n"})
    (problem,) = coded(built(tmp_path, words=False), "N121")
    assert problem.message == 'the glossary has no term "a"'
    (tmp_path / "my/words.yml").unlink()
    assert [problem.code for problem in built(tmp_path, words=False).problems] == ["N121", "N112"]


def test_mistakes_in_texts_of_the_glossary_have_their_place_there(tmp_path: Path) -> None:
    write(tmp_path, {"glossary.yml": "a:\n  name: x\n  text: 'Of $\\foo$'\n", "content/a.md": "# A\n"})
    (problem,) = built(tmp_path, words=False).problems
    assert render_text(problem).splitlines()[:2] == [
        'N021 glossary.yml:3:9 error: unknown command "\\foo"',
        "      text: 'Of $\\foo$'",
    ]


def test_terms_in_a_note_that_is_shown_elsewhere_lead_to_the_glossary_from_there(tmp_path: Path) -> None:
    write(tmp_path, {**NOTES, "content/s/d.md": "# D\n\n![[a]]\n"})
    built(tmp_path, words=False)
    assert 'href="../../glossary/#convex-function"' in page(tmp_path, "/s/d/")


# -- the index ---------------------------------------------------------------------------------------------------------

INDEX = {
    "content/s/index.md": "# S\n",
    "content/s/1.md": (
        "---\ntitle: One\nnumber: 1\n---\n\n[Bayes' theorem]{.index} and again [bayes’ Theorem]{.index}.\n\n"
        '[it]{index="Bayes\' theorem!proof!short"} \\index{beta@$\\beta$} \\index{2-norm} \\index{$+$}\n'
    ),
    "content/s/2.md": (
        "---\ntitle: Two $x$\nnumber: 2\n---\n\n[Bayes' theorem]{.index} \\index{Rule of Bayes|see{Bayes' theorem}}\n"
        "\\index{Bayes' theorem|seealso{Rule of Bayes}} \\index{zeta|see{Bayes' theorem!proof}}\n"
        "\\index{Éclair} \\index{eclair} \\index{Ebbe}\n"
    ),
}


def test_the_index_is_alphabetical_with_entries_below_entries(tmp_path: Path) -> None:
    write(tmp_path, INDEX)
    assert built(tmp_path, words=False).problems == ()
    text = page(tmp_path, "/index-of-terms/")
    assert text_of(text) == (
        "Index # 0–9 B E R Z # +, One 0–9 2-norm, One "
        "B Bayes’ theorem, One, 2, Two x; see also Rule of Bayes proof short, One β, One "
        "E Ebbe, Two x Éclair, Two x, 2 "
        "R Rule of Bayes, see Bayes’ theorem Z zeta, see proof"
    ).replace("see proof", "see Bayes’ theorem, proof")
    assert dead_links(tmp_path / "public") == []
    assert html_errors(text) == []


def test_entries_lead_to_their_places(tmp_path: Path) -> None:
    write(tmp_path, INDEX)
    built(tmp_path, words=False)
    text = page(tmp_path, "/index-of-terms/")
    entry = text[text.index('<li id="bayes-theorem">') : text.index('<li id="bayes-theorem-proof">')]
    assert re.findall(r'href="(.*?)"', entry) == [
        "../s/1/#index-bayes-theorem", "../s/1/#index-bayes-theorem-1", "../s/2/#index-bayes-theorem", "#rule-of-bayes",
    ]  # fmt: skip


def test_an_entry_in_a_title_leads_to_the_page(tmp_path: Path) -> None:
    write(tmp_path, {"content/a.md": "# On [Gauss]{.index}\n\nText.\n"})
    assert built(tmp_path, words=False).problems == ()
    assert '<a href="../a/">On Gauss</a>' in page(tmp_path, "/index-of-terms/")
    assert dead_links(tmp_path / "public") == []


def test_an_entry_that_leads_to_none_is_reported(tmp_path: Path) -> None:
    write(tmp_path, {"content/a.md": "# A\n\n[Gauss]{.index} and \\index{normal|see{Gaus}}.\n"})
    (problem,) = built(tmp_path, words=False).problems
    assert render_text(problem).splitlines() == [
        'N122 a.md:3:21 warning: the index has no entry "Gaus"; did you mean "Gauss"?',
        "    [Gauss]{.index} and \\index{normal|see{Gaus}}.",
        "                        ^^^^^^^^^^^^^^^^^^^^^^^^",
    ]


def test_letters_are_folded_the_same_everywhere() -> None:
    assert fold("École") == fold("ecole") == "ecole"
    assert [letter(text) for text in ("Éa", "ß", "7", "+", "", "Ω", "あ")] == ["E", "S", "0–9", "#", "#", "Ω", "あ"]


def test_references_in_entries_and_definitions_are_said_in_words(tmp_path: Path) -> None:
    glossary = "t: {name: thing, text: See @thm-a}\n"
    note = "# A\n\n::: {#thm-a}\nIt.\n:::\n\n[thing]{.term} \\index{the \\cref{thm-a}} [on @thm-a]{.index}\n"
    write(tmp_path, {"glossary.yml": glossary, "content/a.md": note})
    assert built(tmp_path, words=False).problems == ()
    assert 'title="See Theorem\u00a01"' in page(tmp_path, "/a/")
    assert text_of(page(tmp_path, "/index-of-terms/")).endswith(
        "on Theorem\u00a01, A T the Theorem\u00a01, A".replace("\u00a0", " ")
    )
    assert "\x0e" not in "".join(page(tmp_path, url) for url in ("/glossary/", "/index-of-terms/", "/a/"))


# -- notation ----------------------------------------------------------------------------------------------------------

NOTATION = {
    "site.yml": (
        "math:\n  macros:\n    E: {tex: '\\mathbb{E}[#1]', comment: the *expectation*}\n"
        "    R: {tex: '\\mathbb{R}', comment: the reals}\n    Q: '\\mathbb{Q}'\n"
    ),
    "content/s/index.md": "# S\n",
    "content/s/1.md": "---\ntitle: One\nnumber: 1\n---\n\n$\\newcommand{\\KL}{D} % divergence\n\\KL$ and $\\Q$.\n",
    "content/s/2.md": "---\ntitle: Two\nnumber: 2\n---\n\n## Part\n\n$\\E{X}$\n\n$$ \\E{Y} $$ {#eq-y}\n",
}


def test_macros_with_a_comment_stand_in_the_notation_by_their_first_use(tmp_path: Path) -> None:
    write(tmp_path, NOTATION)
    assert built(tmp_path, words=False).problems == ()
    text = page(tmp_path, "/notation/").partition("<tbody>")[2].partition("</tbody>")[0]
    found = [re.findall(r"<td>(.*?)</td>", row)[1:] for row in text.splitlines() if row]
    assert found == [
        ["divergence", '<a href="../s/1/">One</a>'],
        ["the <em>expectation</em>", '<a href="../s/2/#part">Two</a>'],
        ["the reals", ""],
    ]
    assert "𝔼" in text


def test_a_comment_changes_nothing_but_the_notation(tmp_path: Path) -> None:
    write(tmp_path, NOTATION)
    built(tmp_path, words=False)
    write(tmp_path, {"site.yml": NOTATION["site.yml"].replace("the reals", "real numbers")})
    assert built(tmp_path, words=False).made == ("/notation/",)


# -- what is made again ------------------------------------------------------------------------------------------------


def changed(folder: Path, files: dict[str, str]) -> set[str]:
    """The addresses of the pages that are made after a change."""
    write(folder, files)
    return set(built(folder, words=False).made)


def test_editing_a_definition_remakes_the_pages_that_use_it_and_the_glossary(tmp_path: Path) -> None:
    write(tmp_path, NOTES)
    built(tmp_path, words=False)
    edited = GLOSSARY.replace("*below*", "under")
    assert changed(tmp_path, {"glossary.yml": edited}) == {"/a/", "/glossary/", "/glossary/_labels.html", "/feed.xml"}
    edited = edited.replace("A school of painters", "A school")
    assert changed(tmp_path, {"glossary.yml": edited}) == {"/glossary/", "/glossary/_labels.html"}


def test_editing_a_definition_parses_no_note(tmp_path: Path) -> None:
    write(tmp_path, NOTES)
    before = {path: note.key for path, note in laid_notes(tmp_path).items()}
    write(tmp_path, {"glossary.yml": GLOSSARY.replace("*below*", "under")})
    assert {path: note.key for path, note in laid_notes(tmp_path).items()} == before
    write(tmp_path, {"glossary.yml": GLOSSARY.replace("short: SGD", "short: SGDM")})
    assert not before.items() & {path: note.key for path, note in laid_notes(tmp_path).items()}.items()


def laid_notes(folder: Path) -> dict[str, Note]:
    return ground(find(folder)).notes.by_path


def test_a_new_acronym_remakes_the_pages_that_have_it(tmp_path: Path) -> None:
    write(tmp_path, NOTES)
    built(tmp_path, words=False)
    made = changed(tmp_path, {"glossary.yml": f"{GLOSSARY}words: {{short: words, long: strings of letters}}\n"})
    assert made == {"/c/", "/glossary/", "/glossary/_labels.html", "/feed.xml"}


def test_another_note_that_uses_a_term_remakes_the_glossary_and_no_other_user(tmp_path: Path) -> None:
    write(tmp_path, NOTES)
    built(tmp_path, words=False)
    made = changed(tmp_path, {"content/c.md": "# C\n\nPlain words.\n\nSGD\n"})
    assert made == {"/c/", "/glossary/", "/feed.xml"}
    made = changed(tmp_path, {"content/c.md": "# C\n\nPlain words.\n\nSGD, and SGD again.\n"})
    assert made == {"/c/", "/feed.xml"}


def test_an_entry_of_the_index_remakes_its_page_and_the_index(tmp_path: Path) -> None:
    write(tmp_path, {**INDEX, "content/c.md": "# C\n\nPlain words.\n"})
    built(tmp_path, words=False)
    made = changed(tmp_path, {"content/c.md": "# C\n\nPlain [words]{.index}.\n"})
    assert made == {"/c/", "/index-of-terms/", "/feed.xml"}

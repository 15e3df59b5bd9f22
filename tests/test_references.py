"""Numbers and references over a whole site: what is said where, and which pages that concerns."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sites import built, coded, dead_links, page, write

from notes_site.kinds import BUILT_IN, Kind, Kinds
from notes_site.model import Label, Report, Text
from notes_site.numbering import Place, number_all

BOOK: Mapping[str, str] = {
    "site.yml": "title: Notes\nfeed_entries: 0\n",
    "content/book/index.md": "---\ntitle: Book\n---\n",
    "content/book/preface.md": "---\ntitle: Preface\nweight: 0\n---\n\n::: {#thm-zero}\nA word before.\n:::\n",
    "content/book/1-1.md": (
        "---\ntitle: First\nnumber: '1.1'\n---\n\nWords first.\n\n::: {#thm-a}\n## Main\nA.\n:::\n\n"
        "$$ x = y $$ {#eq-a}\n\n"
        "::: {#thm-b}\nB.\n:::\n\n::: {#lem-a}\nL.\n:::\n\n## A part {#sec-part}\n"
    ),
    "content/book/1-2.md": (
        "---\ntitle: Second\nnumber: '1.2'\n---\n\n::: {#thm-c}\nC.\n:::\n\n$$ z \\label{eq:b} $$\n\n"
        "$$ w $$ {#eq-c}\n\n$$ v \\tag{Z} \\label{eq:z} $$\n"
    ),
    "content/book/2-1.md": "---\ntitle: Third\nnumber: '2.1'\n---\n\n::: {#thm-d}\nD.\n:::\n",
    "content/book/a.md": (
        "---\ntitle: Appendix\nnumber: A\n---\n\n# Appendix {#sec-app}\n\n"
        "::: {#fig-a}\n\n![Left](l.svg){#fig-l}\n\nTwo.\n:::\n"
    ),
    "content/book/l.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>',
    "content/other.md": "---\ntitle: Other\n---\n\n::: {#thm-o}\nO.\n:::\n\nHERE\n",
}
# <a class="ref" href="…" data-preview="…">Theorem 1.1</a>
_LINK = re.compile(r'<a class="ref" href="([^"]*)"[^>]*>(.*?)</a>')


def said(folder: Path, source: str, settings: str = "", more: Mapping[str, str] | None = None) -> str:
    """What a paragraph of a note in no collection says, as text."""
    files = {**BOOK, "content/other.md": BOOK["content/other.md"].replace("HERE", source), **(more or {})}
    files["site.yml"] += settings if "references" in settings else f"references: {{where: false}}\n{settings}"
    built(write(folder, files), words=False)
    found = re.findall(r"<p>(.*?)</p>", page(folder, "/other/"), re.DOTALL)
    return html.unescape(re.sub(r"<annotation.*?</annotation>|<[^>]*>", "", found[-1]))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("@thm-a", "Theorem 1.1"),
        ("see @thm-c and @thm-d", "see Theorem 1.3 and Theorem 2.1"),
        ("[@thm-a]", "Theorem 1.1"),
        ("[-@thm-a]", "1.1"),
        ("[Satz @thm-a]", "Satz 1.1"),
        ("[@thm-a; @thm-c]", "Theorems 1.1 and 1.3"),
        ("[@thm-a; @thm-b; @thm-c]", "Theorems 1.1–1.3"),
        ("[@thm-c; @thm-a; @thm-b]", "Theorems 1.1–1.3"),
        ("[@thm-a; @thm-c; @thm-d]", "Theorems 1.1, 1.3, and 2.1"),
        ("[@thm-c; @thm-a]", "Theorems 1.1 and 1.3"),
        ("[@thm-a; @thm-o; @thm-b]", "Theorems 1.1 and 1.2 and Theorem 1"),
        (r"\labelcref{thm-b,thm-o,thm-a}", "1.1, 1.2, and 1"),
        (r"\crefrange{eq:c}{eq:a}", "Equations (1.1)–(1.3)"),
        (r"\crefrange{eq:a}{thm:a}", "Equation (1.1) and Theorem 1.1"),
        (r"\crefrange{thm:o}{thm:a}", "Theorem 1 and Theorem 1.1"),
        ("[@thm-a; @lem-a]", "Theorem 1.1 and Lemma 1.1"),
        ("[@thm-a; @thm-c; @lem-a]", "Theorems 1.1 and 1.3 and Lemma 1.1"),
        ("[@eq-a; @eq-b; @eq-c]", "Equations (1.1)–(1.3)"),
        (r"\cref{eq:a,eq:b}", "Equations (1.1) and (1.2)"),
        (r"\crefrange{eq:a}{eq:c}", "Equations (1.1)–(1.3)"),
        (r"\ref{eq:a} and \eqref{eq:a}", "1.1 and (1.1)"),
        (r"\eqref{eq:z} and \ref{eq:z}", "(Z) and Z"),
        (r"\nameref{thm-a}, \nameref{sec-part}", "Main, A part"),
        (r"\autoref{thm-a}", "Theorem 1.1"),
        ("@fig-a and @fig-l", "Figure A.1 and Figure A.1a"),
        ("@sec-part", "“A part”"),
        ("@sec-app", "Appendix A"),
        ("@thm-zero and @thm-o", "Theorem 1 and Theorem 1"),
        (r"$x \le y \text{ by \eqref{eq:a}}$", "x≤y by (1.1)"),
        (r"$\crefrange{eq:a}{eq:c}$", "Equations (1.1)–(1.3)"),
        ("[@eq-a, p. 3]", "Equation (1.1), p. 3"),
        ("[see @thm-a and more]", "see 1.1 and more"),
        ("[[#thm-o]]", "Theorem 1"),
        (r"\labelcref{eq:a}, \vref{thm-a}", "(1.1), Theorem 1.1"),
        ("[the main theorem](#thm-a)", "the main theorem"),
        ("*@thm-a*", "Theorem 1.1"),
    ],
)
def test_a_reference_reads_as_in_a_book(tmp_path: Path, source: str, expected: str) -> None:
    assert said(tmp_path, source).replace("\xa0", " ") == expected


@pytest.mark.parametrize(
    ("settings", "source", "expected"),
    [
        (
            "references: {case: lower, where: false}",
            "See @thm-a. @thm-a, @Thm-a and \\Cref{thm:a}",
            "See theorem 1.1. theorem 1.1, Theorem 1.1 and Theorem 1.1",
        ),
        (
            "references: {case: sentence, where: false}",
            "See @thm-a. @thm-a, e.g. @thm-b",
            "See theorem 1.1. Theorem 1.1, e.g. theorem 1.2",
        ),
        ("references: {short: true, where: false}", "[@eq-a; @eq-b], @fig-a", "Eqs. (1.1) and (1.2), Fig. A.1"),
        ("lang: de", "[@thm-a; @thm-c] und @fig-a", "Sätze 1.1 und 1.3 und Abbildung A.1"),
        ("lang: de\nreferences: {case: lower, where: false}", "@thm-a", "Satz 1.1"),
        ("kinds: {lemma: {counter: theorem}}", "@lem-a, @thm-c", "Lemma 1.3, Theorem 1.4"),
        ("kinds: {theorem: {name: Fact, plural: Facts}}", "[@thm-a; @thm-c]", "Facts 1.1 and 1.3"),
        ("numbering: {sections: 2}", "@sec-part", "Section 1.1.1"),
        ("numbering: {chapters: false}", "@thm-c, @thm-d, @eq-b", "Theorem 3, Theorem 4, Equation (2)"),
        ("numbering: {equations: none}", "@eq-a", "Equation"),
        ("numbering: {theorems: none}", "@thm-a, @thm-b", "Theorem (Main), Theorem"),
    ],
)  # fmt: skip
def test_a_site_says_how_references_read(tmp_path: Path, settings: str, source: str, expected: str) -> None:
    assert said(tmp_path, source, settings + "\n").replace("\xa0", " ") == expected


def collection(slug: str, title: str) -> dict[str, str]:
    """A collection with one chapter, which has three theorems."""
    theorems = "".join(f"::: {{#thm-{slug}{i}}}\nX.\n:::\n\n" for i in range(3))
    head = f"---\ntitle: {title}\n---\n"
    return {f"content/{slug}/index.md": head, f"content/{slug}/1.md": f"---\nnumber: 1\n---\n\n# One\n\n{theorems}"}


TWO_BOOKS: Mapping[str, str] = collection("a", "Analysis") | collection("b", "Algebra")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("@thm-b0", "Theorem 1.1 of Algebra"),
        (r"\cref{thm:a0,thm:b1,thm:a2}", "Theorems 1.1 and 1.3 of Analysis and Theorem 1.2 of Algebra"),
        (r"\cref{thm:a0,thm:b0}", "Theorem 1.1 of Analysis and Theorem 1.1 of Algebra"),
        (r"\cref{thm:b2,thm:b0,thm:b1}", "Theorems 1.1–1.3 of Algebra"),
        (r"\crefrange{thm:b0}{thm:b2}", "Theorems 1.1–1.3 of Algebra"),
        (r"\crefrange{thm:a0}{thm:b2}", "Theorem 1.1 of Analysis and Theorem 1.3 of Algebra"),
        (r"\labelcref{thm:a0,thm:b1,thm:a2}", "1.1, 1.3, and 1.2"),
        (r"$\cref{thm:b0,thm:b1}$", "Theorems 1.1 and 1.2"),
    ],
)
def test_numbers_of_several_collections_are_never_one_range(tmp_path: Path, source: str, expected: str) -> None:
    shown = said(tmp_path, source, "references: {where: true}\n", TWO_BOOKS)
    assert shown.replace("\xa0", " ") == expected


def test_numbers_of_several_collections_stay_apart_in_titles_and_where_nothing_says_so(tmp_path: Path) -> None:
    source = r"\cref{thm:a0,thm:b1,thm:a2}"
    assert said(tmp_path / "a", source, "", TWO_BOOKS).replace("\xa0", " ") == "Theorems 1.1 and 1.3 and Theorem 1.2"
    more = {**TWO_BOOKS, "content/c.md": f"# By {source}\n"}
    said(tmp_path / "b", "x", "", more)
    assert "By Theorems 1.1 and 1.3 and Theorem 1.2" in page(tmp_path / "b", "/c/").replace("\xa0", " ")


def test_rows_of_one_equation_are_said_as_a_range(tmp_path: Path) -> None:
    rows = " ".join(f"{row} &\\label{{eq:s{row}}} \\\\" for row in "xyzw")
    source = f"$$\\begin{{subequations}}\\begin{{align}} {rows} \\end{{align}}\\end{{subequations}}$$\n\n"
    shown = said(tmp_path, source + r"\cref{eq:sz,eq:sx,eq:sy}, \cref{eq:sx,eq:sw}")
    assert shown.replace("\xa0", " ") == "Equations (1a)–(1c), Equations (1a) and (1d)"


def test_a_reference_is_a_link_that_needs_no_script_and_names_the_file_with_the_statement(tmp_path: Path) -> None:
    said(tmp_path, "@thm-a and @thm-o")
    links = _LINK.findall(page(tmp_path, "/other/"))
    assert [url for url, _ in links] == ["../book/1-1/#thm-a", "#thm-o"]
    assert 'data-preview="../book/1-1/_labels.html#thm-a"' in page(tmp_path, "/other/")
    preview = (tmp_path / "public/book/1-1/_labels.html").read_text("utf-8")
    assert '<article id="thm-a">' in preview
    assert "thm-b" not in preview, "only what others refer to is in the file"
    assert not (tmp_path / "public/book/2-1/_labels.html").exists()


def test_what_links_lead_to_is_in_the_file_of_the_note_and_no_more(tmp_path: Path) -> None:
    """Its title with its first words; the beginning of the sections to which others link, or a block of theirs."""
    long = "\n\n".join(f"Paragraph {i} with some words to fill it." for i in range(200))
    source = (
        "# A\n\nFirst words.\n\n## One\n\nUnder one, [below](#two) and [there](b.md).\n\n### Inner\n\nIn it.[^1]\n\n"
        f"## Two\n\n{long}\n\n## Three\n\nNot shown.\n\nA block. ^here\n\n[^1]: Foot.\n"
    )
    links = "# B\n\nTo [a](a.md), [one](a.md#one), [[a#Two]], [[a#^here]] and [[b]].\n"
    alone = "# C\n\nNobody links here, and [this](#c) is a link to the note itself.\n"
    files = {"content/a.md": source, "content/b.md": links, "content/c.md": alone}
    built(write(tmp_path, {"site.yml": "title: Notes\n", **files}))
    shown = (tmp_path / "public/a/_labels.html").read_text("utf-8")
    parts = dict(re.findall(r'<article id="([^"]*)">\n(.*?)\n</article>', shown, re.DOTALL))
    assert next(iter(parts)) == "_note"
    assert parts["_note"] == "<h2>A</h2>\n<p>First words.</p>"
    assert "In it." in parts["one"]
    assert 'href="./#two"' in parts["one"], "a link to the note itself leads there from elsewhere too"
    assert 'data-preview="../b/_labels.html#_note"' in parts["one"]
    assert "Paragraph 0" not in parts["one"]
    assert "Foot" not in shown
    assert "Paragraph 1 " in parts["two"]
    assert 2_000 < len(parts["two"]) < 3_000, "a section is shown as far as its first blocks"
    assert parts.keys() == {"_note", "one", "two", *(key for key in parts if "here" in key)}
    assert "Not shown." not in shown
    assert 'data-preview="../a/_labels.html#_note"' in page(tmp_path, "/b/")
    assert not (tmp_path / "public/c/_labels.html").exists()
    assert "data-preview" not in page(tmp_path, "/c/")
    assert "data-preview" not in (tmp_path / "public/feed.xml").read_text("utf-8")


def test_a_label_has_a_permanent_address(tmp_path: Path) -> None:
    said(tmp_path, "-")
    assert 'content="0; url=../../book/1-2/#eq-b"' in page(tmp_path, "/t/eq-b/")
    assert not (write(tmp_path / "two", {**BOOK, "site.yml": "references: {permanent: false}"}) / "public/t").exists()


def test_a_thing_lists_the_notes_that_refer_to_it(tmp_path: Path) -> None:
    said(tmp_path, "@thm-a and again @thm-a, and @thm-o")
    first, other = page(tmp_path, "/book/1-1/"), page(tmp_path, "/other/")
    assert first.count('<details class="used">') == 1
    assert 'Used in 1 note</summary><ul><li><a href="../../other/">Other</a></li>' in first
    assert "used" not in re.findall(r'class="(\w+)"', other), "a note does not count for itself"


def test_references_in_titles_are_worded_wherever_the_title_stands(tmp_path: Path) -> None:
    more = {
        "content/book/2-1.md": "---\ntitle: Beyond @thm-a\nnumber: '2.1'\n---\n\n"
        "## More of \\cref{eq:a,eq:b}\n\nOn @lem-a.\n"
    }
    said(tmp_path, "[[book/2-1]]", more=more)
    for url in ("/book/2-1/", "/book/", "/other/", "/latest/"):
        assert "Beyond Theorem\xa01.1" in page(tmp_path, url)
        assert "\x0e" not in page(tmp_path, url)
    assert "<title>Beyond Theorem\xa01.1" in page(tmp_path, "/book/2-1/")
    assert "More of Equations\xa0(1.1) and (1.2)</a></li>" in page(tmp_path, "/book/2-1/") or "toc" not in page(
        tmp_path, "/book/2-1/"
    )
    assert 'content="On Lemma\xa01.1."' in page(tmp_path, "/book/2-1/")


# -- mistakes --------------------------------------------------------------------------------------------------------


def test_an_unknown_label_is_reported_at_its_place_with_the_nearest(tmp_path: Path) -> None:
    report = built(write(tmp_path, {**BOOK, "content/other.md": "A.\n\nSee @thm-aa, \\eqref{eq:bb}, $\\ref{eq_c}$.\n"}))
    found = coded(report, "N104")
    assert [(p.span.line, p.span.column, p.span.length, p.hint) for p in found] == [
        (3, 5, 7, 'did you mean "thm-a"?'),
        (3, 14, 13, 'did you mean "eq-b"?'),
        (3, 30, 4, 'did you mean "eq-c"?'),
    ]


def test_a_label_twice_in_a_collection_is_reported_and_each_note_means_its_own(tmp_path: Path) -> None:
    second = BOOK["content/book/1-2.md"] + "\n::: {#thm-a}\nAgain.\n:::\n\nSee @thm-a.\n"
    report = built(write(tmp_path, {**BOOK, "content/book/1-2.md": second}))
    (problem,) = coded(report, "N100")
    assert (problem.span.path, problem.span.line) == ("book/1-2.md", 16)
    assert '<a class="ref" href="#thm-a">Theorem\xa01.4</a>' in page(tmp_path, "/book/1-2/")


def test_one_label_in_two_collections_is_no_mistake_and_means_the_one_at_hand(tmp_path: Path) -> None:
    more = {
        "content/more/index.md": "---\ntitle: More\n---\n",
        "content/more/1.md": "---\ntitle: M1\nnumber: 5\n---\n\n::: {#thm-a}\nOther A.\n:::\n",
        "content/more/2.md": "---\ntitle: M2\nnumber: 6\n---\n\nSee @thm-a.\n",
    }
    report = built(write(tmp_path, {**BOOK, **more}))
    assert coded(report, "N100") == []
    assert "Theorem\xa05.1" in page(tmp_path, "/more/2/")


def test_labels_that_nothing_refers_to_are_reported_when_asked_for(tmp_path: Path) -> None:
    text = "".join(f"@{key} " for key in ("thm-a", "thm-b", "lem-a", "eq-a", "eq-b", "eq-c", "eq-z", "thm-c", "thm-d"))
    files = {**BOOK, "content/other.md": text + "@thm-zero @fig-a @fig-l @sec-app"}
    assert coded(built(write(tmp_path, files)), "N101") == []
    report = built(write(tmp_path, {"site.yml": "references: {unused: true}"}))
    assert [p.message for p in coded(report, "N101")] == ['nothing refers to the label "sec-part"']


# -- which pages -----------------------------------------------------------------------------------------------------


def again(folder: Path, changes: Mapping[str, str]) -> frozenset[str]:
    """The pages of notes that are made after some files changed."""
    report: Report = built(write(folder, changes))
    return frozenset(url for url, _ in report.pages)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    files = {**BOOK, "content/other.md": "Words.\n\nSee @thm-c.\n", "content/third.md": "Words.\n\nSee @thm-a.\n"}
    built(write(tmp_path, files))
    return tmp_path


def test_an_edited_body_without_a_new_label_makes_one_page(book: Path) -> None:
    text = BOOK["content/book/1-1.md"].replace("## A part", "More words.\n\n## A part")
    assert again(book, {"content/book/1-1.md": text}) == {"/book/1-1/"}


def test_a_new_equation_before_an_old_one_makes_that_note_and_those_that_show_what_moved(book: Path) -> None:
    """Of the same chapter: the note with the new equation, and the one whose equations moved."""
    text = BOOK["content/book/1-1.md"].replace("$$ x = y $$", "$$ n $$ {#eq-new}\n\n$$ x = y $$")
    made = again(book, {"content/book/1-1.md": text})
    assert made == {"/book/1-1/", "/book/1-2/", "/book/"}, "the page of the book counts its equations"


def test_a_moved_theorem_makes_the_notes_that_cite_what_moved_and_no_other(book: Path) -> None:
    text = BOOK["content/book/1-1.md"].replace("::: {#thm-b}", "::: {#thm-new}\nN.\n:::\n\n::: {#thm-b}")
    made = again(book, {"content/book/1-1.md": text})
    assert made == {"/book/1-1/", "/book/1-2/", "/other/", "/book/"}


def test_a_moved_note_makes_of_the_notes_elsewhere_those_that_show_a_number_that_moved(book: Path) -> None:
    """The pages of the book itself show its order; of the others, only one shows a number of the chapter it left."""
    write(book, {"content/last.md": "Words.\n\nSee @thm-d.\n", "content/fourth.md": "Words.\n\nSee @thm-zero.\n"})
    built(book)
    text = BOOK["content/book/1-2.md"].replace("number: '1.2'", "number: '1.0'")
    made = {url for url in again(book, {"content/book/1-2.md": text}) if not url.startswith("/book/")}
    assert made == {"/other/", "/third/"}, "1.3 is 1.1 now, and 1.1 is 1.2"
    assert "Theorem\xa01.1" in page(book, "/other/")
    assert "Theorem\xa01.2" in page(book, "/third/")


def test_a_new_reference_makes_its_note_and_the_one_that_lists_its_uses(book: Path) -> None:
    made = again(book, {"content/third.md": "Words.\n\nSee @thm-a and @thm-d.\n"})
    assert made == {"/third/", "/book/2-1/"}


def test_a_link_to_a_label_makes_the_note_that_lists_its_uses_and_does_not_hang_on_the_number(book: Path) -> None:
    linked = {"content/fourth.md": "Words.\n\nBy [that](#thm-c) and [this](book/2-1.md#thm-d).\n"}
    write(book, linked)
    built(book)
    text = BOOK["content/book/1-1.md"].replace("::: {#thm-b}", "::: {#thm-new}\nN.\n:::\n\n::: {#thm-b}")
    assert "/fourth/" not in again(book, {"content/book/1-1.md": text}), "it shows no number"
    made = again(book, {"content/fourth.md": "Words.\n\nBy [that](#thm-c).\n"})
    assert {"/fourth/", "/book/2-1/"} <= made
    assert not made & {"/book/1-1/", "/third/"}


# -- a function of order alone ---------------------------------------------------------------------------------------

NAMES = [kind.name for kind in BUILT_IN if kind.family in ("statement", "equation", "float")]
labels = st.builds(Label, st.sampled_from(NAMES), counted=st.booleans())


@given(st.lists(st.lists(labels, max_size=6), max_size=5))
def test_numbers_are_a_function_of_order_alone(notes: list[list[Label]]) -> None:
    """What things are called, and in how many files they stand, makes no difference within a chapter."""
    kinds = Kinds()
    apart = number_all(((f"{i}.md", Place("s", "7"), note) for i, note in enumerate(notes)), kinds)
    whole = number_all([("x.md", Place("s", "7"), [label for note in notes for label in note])], kinds)
    assert [number for i in range(len(notes)) for number in apart[f"{i}.md"]] == list(whole["x.md"])


@given(st.lists(labels, max_size=12))
def test_numbers_of_a_kind_are_one_two_three(note: list[Label]) -> None:
    numbers = number_all([("x.md", Place("s"), note)], Kinds())["x.md"]
    for name in NAMES:
        mine = [n.plain for n, label in zip(numbers, note, strict=True) if label.kind == name and label.counted]
        assert mine == [str(i + 1) for i in range(len(mine))]
    assert all(not n for n, label in zip(numbers, note, strict=True) if not label.counted)


def test_parts_are_lettered_and_shared_counters_shared() -> None:
    kinds = Kinds((*BUILT_IN, Kind("claim", "clm", counter="lemma")))
    note = [
        Label("lemma"), Label("claim"), Label("equation"), Label("equation", part="a", of=2),
        Label("equation", number=Text("<i>Z</i>", "Z"), counted=False), Label("equation"),
    ]  # fmt: skip
    made = number_all([("x.md", Place("s", "A"), note)], kinds)["x.md"]
    assert [number.plain for number in made] == ["A.1", "A.2", "A.1", "A.1a", "Z", "A.2"]


def test_who_refers_to_rows_of_one_display_is_told_once_with_their_numbers(tmp_path: Path) -> None:
    rows = (
        "\\begin{subequations}\\label{eq:s}\n\\begin{align} a &= b \\label{eq:s1} \\\\\n"
        "c &= d \\label{eq:s2} \\end{align}\n"
        "\\end{subequations}\n"
    )
    built(write(tmp_path, {"content/a.md": f"# A\n\n{rows}", "content/b.md": "# B\n\n@eq-s, @eq-s1, \\eqref{eq:s2}\n"}))
    text = page(tmp_path, "/a/")
    assert text.count('<details class="used">') == 1
    assert "<li>1: <a" in text
    assert "<li>1a: <a" in text
    assert "Used in 1 note<" in text
    assert dead_links(tmp_path / "public") == []


def test_who_refers_to_a_part_of_a_figure_is_told_below_the_figure(tmp_path: Path) -> None:
    said(tmp_path, "@fig-l and @fig-a")
    text = page(tmp_path, "/book/a/")
    inside = text.partition('<figure id="fig-a"')[2].partition("Figure")[0]
    assert "used" not in inside
    assert "<li>A.1a: <a" in text


def test_a_label_among_works_is_a_reference(tmp_path: Path) -> None:
    files = {"site.yml": "", "content/r.bib": "@book{k, author={K. N.}, title={T}, publisher={P}, year=1984}\n"}
    built(write(tmp_path, {**BOOK, **files, "content/other.md": "# O\n\nBy [see @thm-a, or; @k, p. 3].\n"}))
    shown = html.unescape(re.sub(r"<[^>]*>", "", page(tmp_path, "/other/")))
    assert "By [see 1.1, or; N84, p. 3]." in shown


def test_a_number_that_says_too_little_is_told_with_the_note_or_the_collection_that_it_is_of(tmp_path: Path) -> None:
    """That of a note which counts for itself, and that of another book; never in a formula or among several."""
    files = {
        **BOOK,
        "content/other.md": (
            "---\ntitle: Other $x$\n---\n\n::: {#thm-o}\nO.\n:::\n\n@thm-o, @thm-a, [-@thm-a], $\\cref{eq:a}$.\n"
        ),
        "content/third.md": "# Third\n\nBy @thm-o.\n",
    }
    built(write(tmp_path, files))

    def text(url: str) -> str:
        body = re.sub(r"<annotation.*?</annotation>", "", page(tmp_path, url).partition('<div class="body">')[2])
        return html.unescape(re.sub(r"<[^>]*>", "", body)).replace("\xa0", " ")

    assert "Theorem 1, Theorem 1.1 of Book, 1.1, Equation (1.1)." in text("/other/")
    assert "By Theorem 1 of Other x." in text("/third/")
    report = built(write(tmp_path, {"site.yml": BOOK["site.yml"] + "references: {where: false}\n"}))
    assert "By Theorem 1." in text("/third/")
    assert {url for url, _ in report.pages} >= {"/other/", "/third/"}

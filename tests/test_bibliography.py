"""Libraries of works: what is read from `.bib` files, and what is wrong with them."""

from __future__ import annotations

import subprocess
import sys
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes_site.bibliography import Library, Person, Work, entry, read_library
from notes_site.bibliography.latex import Writer
from notes_site.model import Diagnostic
from notes_site.packing import pack, unpack
from notes_site.tex import Typesetter

GOOD = "@book{good, author={Jane Doe}, title={A book}, year=1999}\n"
VOID = {"br", "wbr", "img"}


class Tags(HTMLParser):
    """Fails when a tag is closed that is not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            assert name != "href" or str(value).startswith(("https://", "http://", "/")), value
            assert not name.startswith("on")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def assert_balanced(html: str) -> None:
    tags = Tags()
    tags.feed(html)
    tags.close()
    assert tags.open == []


def read(text: str) -> Library:
    return read_library([("refs.bib", text)])


def only(text: str) -> Work:
    library = read(text)
    assert library.problems == ()
    assert len(library.works) == 1
    return library.works[0]


def told(problem: Diagnostic) -> str:
    return f"{problem.code} {problem.span.line}:{problem.span.column} {problem.message}"


def test_an_entry_becomes_a_work_with_its_names_title_and_numbers() -> None:
    work = only(
        "% a comment\n@String{jmlr = {J. Mach. Learn. Res.}}\n"
        '@Article{zhang2023,\n  author = "Aston Zhang and van der Berg, Jr, Jan and {World Bank} and others",\n'
        "  title = {{D}ive into {Deep} $x^2$},\n  journal = jmlr # { B},\n  pages = 33--35, year = 2023, month = mar,\n"
        "  doi = {https://doi.org/10.1000/a\\_b},\n}".replace("33--35", "{33--35}")
    )
    assert work.key == "zhang2023"
    assert work.kind == "article"
    assert work.authors == (
        Person("Aston", "", "Zhang"),
        Person("Jan", "van der", "Berg", "Jr"),
        Person(last="World Bank"),
    )
    assert work.more_authors
    assert work.title.plain == "Dive into Deep x²"
    assert work.title.html.startswith("Dive into Deep <math>")
    assert (work.journal, work.pages, work.year, work.month) == ("J. Mach. Learn. Res. B", "33–35", "2023", "3")
    assert work.doi == "10.1000/a_b"
    assert (work.place.span.line, work.place.span.column) == (3, 1)
    assert work.place.excerpt == "@Article{zhang2023,"


def test_a_library_can_be_packed() -> None:
    library = read(GOOD + "@article{x, title={On $x$}}")
    assert unpack(pack(library), Library) == library


@pytest.mark.parametrize(
    ("tex", "plain"),
    [
        (r"Poincar\'e, G{\"o}del, {\o}re, \c{S}ahin, \v Cech, {\'\i}n", "Poincaré, Gödel, øre, Şahin, Čech, ín"),
        (r"\L{}\'od\'z \AA ngstr\"{o}m Erd\H{o}s \ss", "Łódź Ångström Erdős ß"),
        (r"A -- B --- C~D \& E, 10\% ``q'' `r' \dots", "A – B — C D & E, 10% “q” ‘r’ …"),
        (r"\emph{Very} \textbf{{N}ew} {\em old} \unknown{kept}", "Very New old kept"),
        (r"On \(L^2\) and $\mathbb{R}$, 5\$", "On L² and ℝ, 5$"),
        ("a < b > c \"d\" <script>", "a < b > c \"d\" <script>"),
        ("half\\", "half"),
        (r"see \url{https://a.b/~c_d} or \href{https://e.f/}{there}", "see https://a.b/~c_d or there"),
        ("{{{open", "open"),
    ],
)  # fmt: skip
def test_latex_becomes_plain_text(tex: str, plain: str) -> None:
    text = Writer(Typesetter()).text(tex)
    assert text.plain == plain
    assert_balanced(text.html)


def test_latex_becomes_html_with_emphasis_links_and_nothing_of_the_author_s_own() -> None:
    text = Writer(Typesetter()).text(r"\emph{a <b>} {\bf c} \url{https://x.y/?a=1&b} \url{javascript:alert(1)}")
    assert text.html == (
        "<em>a &lt;b&gt;</em> <strong>c</strong> "
        '<a href="https://x.y/?a=1&amp;b" rel="noopener">https://x.y/?a=1&amp;b</a> javascript:alert(1)'
    )


def test_a_formula_that_cannot_be_typeset_is_reported_at_its_title() -> None:
    library = read("@misc{a,\n  title = {On $x$},\n}\n@misc{b, title={$\\nosuchthing$}}")
    assert [told(problem)[:9] for problem in library.problems if problem.code == "N020"] == ["N020 4:10"]
    assert library.works[-1].title.html == "<code>\\nosuchthing</code>"


@pytest.mark.parametrize(
    "fields",
    [
        "eprint={1706.03762}, archivePrefix={arXiv}",
        "eprint={1706.03762}, eprinttype={arxiv}",
        "journal={arXiv preprint arXiv:1706.03762}",
        "journal={CoRR}, volume={abs/1706.03762}",
        "url={https://arxiv.org/abs/1706.03762}",
        "howpublished={\\url{https://arxiv.org/pdf/1706.03762.pdf}}",
        "doi={10.48550/arXiv.1706.03762}",
        "note={arXiv:1706.03762}",
    ],
)
def test_a_paper_of_arxiv_is_known_in_each_way_to_write_it(fields: str) -> None:
    work = only(f"@misc{{a, author={{A B}}, title={{T}}, year=2017, {fields}}}")
    assert work.arxiv == "1706.03762"
    assert work.journal == work.volume == ""
    assert "abs/1706.03762" in entry(work).html or work.doi


def test_strings_and_crossrefs_reach_from_file_to_file_in_any_order() -> None:
    child = '@inproceedings{c, author={A B}, title={T}, pages={3}, crossref={P}, publisher=acm # " Press"}'
    parent = "@proceedings{p, title={Proc.}, editor={E F}, year=2001, doi={10.1000/1}}"
    strings = '@string{ACM = "ACM"}'
    for texts in ([child, parent, strings], [strings, parent, child], [parent + strings + child]):
        library = read_library([(f"{i}.bib", text) for i, text in enumerate(texts)])
        assert library.problems == ()
        work = library.works[0]
        assert (work.booktitle, work.year, work.editors, work.publisher) == (
            "Proc.",
            "2001",
            (Person("E", "", "F"),),
            "ACM Press",
        )
        assert work.doi == ""  # that is the DOI of the proceedings
        assert work.bibtex == (
            "@inproceedings{c,\n  author    = {A B},\n  editor    = {E F},\n  title     = {T},\n"
            "  booktitle = {Proc.},\n  pages     = {3},\n  publisher = {ACM Press},\n  year      = {2001}\n}"
        )


def test_the_bibtex_to_copy_gives_the_same_work_again() -> None:
    text = '@ARTICLE(a, title={T {X} $y$}, year=2001, author={J\\"org B}, month=1, zz={1}, file={secret}, journal={K})'
    work = only(text)
    assert "secret" not in work.bibtex
    again = only(work.bibtex)
    assert again.bibtex == work.bibtex
    assert (again.title, again.authors, again.month) == (work.title, work.authors, "1")


@pytest.mark.parametrize(
    ("written", "month", "day", "copied"),
    [
        ("mar", "3", "", "mar"),
        ("{March}", "3", "", "mar"),
        ("3", "3", "", "mar"),
        ('"10~" # jan', "1", "10", "{10~January}"),
        ('jun # "-" # aug', "6", "", "{June-August}"),
        ("{Spring}", "Spring", "", "{Spring}"),
    ],
)
def test_a_month_is_a_number_however_it_is_written(written: str, month: str, day: str, copied: str) -> None:
    work = only(f"@misc{{a, title={{T}}, year=2000, month={written}}}")
    assert (work.month, work.day) == (month, day)
    assert f"month = {copied}\n" in work.bibtex


def test_the_date_of_an_entry_is_not_mixed_with_that_of_its_crossref() -> None:
    library = read("@misc{a, title={A}, date={2001-05-03}, crossref={b}}@misc{b, title={B}, year=1999, month=jan}")
    assert (library.works[0].year, library.works[0].month, library.works[0].day) == ("2001", "5", "3")


def test_a_crossref_to_nothing_or_in_a_circle_is_reported() -> None:
    library = read("@misc{a, title={A}, crossref={bb}}\n@misc{bbb, title={B}, crossref={bbb}}")
    assert [told(problem) for problem in library.problems] == [
        'N111 1:21 crossref "bb" of "a" is no entry',
        'N111 2:23 the crossref of "bbb" leads back to itself',
    ]
    assert library.problems[0].hint == 'did you mean "bbb"?'


BROKEN = {
    "@book{a, author={A B} title={T}, year=2000}": 'N111 1:23 a comma is missing before "title"',
    "@book{a,\n  title = {A {B},\n  year = 2000,\n  author={A B}}": (
        "N111 2:17 a brace is missing here: @book is never closed"
    ),
    "@book{a, author={A B}, title={T}, year=2000": "N111 1:1 @book is never closed",
    '@book{a, title="A "small" world", author={A B}, year=2000}': "N111 1:19 a quotation mark ends the value",
    "@book{a, title={T}, author={A B}, year=200x}": "N111 1:43 @book cannot be read: '}' expected",
    "@book{a, title={T}, year=MMXX, author={A B}}": 'N111 1:26 the string "MMXX" is not defined',
    "@book{a, title={T}},\n author={A B}, year=2000}": "N111 2:2 a field outside of any entry",
    "@book a, title={T}, year=2000": "N111 1:1 @book has no braces",
    "@book{}": "N111 1:7 @book cannot be read: entry key expected",
    "@book{a, title=, year=2000}": "N111 1:16 @book cannot be read: field value expected",
    "@book{a, title={A}, title={B}, author={A B}, year=2000}": 'N111 1:21 "title" stands twice in "a"',
    "@boook{a, title={T}, author={A B}, year=2000}": 'N111 1:8 the type "@boook" is not known',
    "@book{a, title={T}, author={A, B, C, D, E}, year=2000}": 'N111 1:21 too many commas in the name "A, B, C, D, E"',
}


@pytest.mark.parametrize("text", BROKEN)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_mistake_is_shown_at_its_place_and_the_other_entries_survive(text: str, newline: str) -> None:
    library = read((text + "\n\n" + GOOD).replace("\n", newline))
    assert [told(each)[: len(BROKEN[text])] for each in library.problems if each.code == "N111"] == [BROKEN[text]]
    problem = next(problem for problem in library.problems if problem.code == "N111")
    assert problem.excerpt == text.splitlines()[problem.span.line - 1]
    good = library.works[-1]
    assert (good.key, good.title.plain, good.year) == ("good", "A book", "1999")


@pytest.mark.parametrize("text", [text for text in BROKEN if "A B" in text and "200x" not in text])
def test_what_can_be_mended_is_read_whole(text: str) -> None:
    library = read(text + "\n" + GOOD)
    work = library.works[0]
    assert work.key == "a"
    assert work.title.plain in ("T", "A B", "A", 'A "small" world')
    assert work.authors or "}},\n" in text


@pytest.mark.parametrize(
    "text", ["", " \n", "junk", "me@example.org wrote { this", "%@\n\0", "@comment{x, {y}", "\ufeff"]
)
def test_what_is_no_entry_is_a_comment(text: str) -> None:
    assert read(text) == Library()
    assert [work.key for work in read(text + "\n" + GOOD).works] == ["good"]


def test_an_entry_inside_a_comment_is_no_entry() -> None:
    assert read("@comment{ @book{old, title={T}} }").works == ()
    assert read('@preamble{ "\\newcommand{\\x}{y}" }\n' + GOOD).problems == ()


def test_one_key_twice_is_reported_when_the_entries_differ() -> None:
    assert read(GOOD + GOOD.replace(", ", ",\n ")).problems == ()
    library = read_library([("a.bib", GOOD), ("b.bib", GOOD.replace("1999", "2000"))])
    (problem,) = library.problems
    assert told(problem) == 'N113 1:7 the key "good" stands twice, with different entries'
    assert (problem.span.path, problem.hint) == ("b.bib", "the one at a.bib:1 is used")
    assert library.works[0].year == "1999"


def test_an_entry_lacks_only_what_makes_its_reference_useless() -> None:
    library = read(
        "@book{a, publisher={P}}\n@misc{b, note={Lecture}}\n@techreport{c, institution={I}, title={T}, year=1}"
    )
    assert [told(problem) for problem in library.problems] == [
        'N114 1:7 @book "a" has no author and no title and no year'
    ]


def test_strings_cannot_multiply_without_end() -> None:
    text = '@string{a = "xxxxxxxxxx"}\n' + "@string{a = a # a # a # a # a # a # a # a}\n" * 30
    library = read(text + "@misc{k, title = " + " # ".join(["a"] * 1000) + "}\n" + GOOD)
    assert 'N111 32:10 "title" is too long' in [told(problem) for problem in library.problems]
    assert library.works[0].key == "good"


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "@a{" * 5000, "@a{k,\n" * 5000, "@a(k,x={\n" * 5000, "@misc{k,title=" + "{" * 5000,
        "@misc{k,title={" + "$ " * 5000 + "}}",
        "@misc{k,title={" + "{" * 90 + "x" * 20_000 + "}" * 90 + "}}", "@misc{k,title={" + r"\em\'" * 5000 + "}}",
        "@misc{k,author={" + "a and " * 5000 + "b}}", "@misc{k," + " a={b}," * 5000 + "}",
        "@misc{k," + " a={b}" * 5000 + "}",
        "@misc{k,note={" + "arxiv" * 5000 + "}}", "@misc{k,note={" + "arxiv preprint " * 5000 + "}}",
        "".join(f"@misc{{k{i}, title=1, crossref={{k{i + 1}}}}}" for i in range(3000)),
    ],
    ids=range(13),
)  # fmt: skip
def test_long_runs_of_anything_are_read_in_a_time_that_grows_with_their_length(text: str) -> None:
    found = {work.key: work.year for work in read(f"{text}\n{GOOD}").works}
    assert found["good"] == "1999"


def test_a_build_that_reads_no_bib_file_imports_neither_pybtex_nor_the_typesetter() -> None:
    code = (
        "import sys; from notes_site.bibliography import read_library; read_library([]);"
        "print([m for m in sys.modules if m.split('.')[0] in ('pybtex', 'math_core', 'latexcodec')])"
    )
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert made.stdout.strip() == "[]"


PARTS = st.sampled_from(
    [
        "@", "@article", "@book{", "@misc(", "{", "}", ")", '"', ",", "=", "#", "a", "key,", "title", "author", "year",
        "crossref", "month", "jan", "12", "\n", "\r\n", " ", "$x$", "$", "\\", "\\'", "\\em ", "\\url{", "and", " and ",
        "é", "\0", "<b>", "&", "javascript:alert(1)", "https://x.y/", "@string{", "@comment{", "@preamble{", "--", "%",
        "title={", "author={", "doi={10.1000/", "\ud800", "journal={arXiv:1706.03762},",
    ]
)  # fmt: skip
JUNK = st.lists(PARTS, max_size=60).map("".join) | st.text(max_size=80)


@given(JUNK, JUNK)
def test_no_text_is_refused_and_every_reference_is_sound(first: str, second: str) -> None:
    library = read_library([("a.bib", first), ("b.bib", f"{second}\n{GOOD}")])
    assert unpack(pack(library), Library) == library
    assert library == read_library([("a.bib", first), ("b.bib", f"{second}\n{GOOD}")])
    for work in library.works:
        assert_balanced(entry(work).html)
        assert_balanced(work.title.html + work.note.html + work.abstract.html)
    lines = {"a.bib": first.count("\n") + first.count("\r") + 1, "b.bib": second.count("\n") + second.count("\r") + 2}
    for problem in library.problems:
        assert 1 <= problem.span.line <= lines[problem.span.path]
        assert 1 <= problem.span.column <= len(problem.excerpt) + 1 or not problem.excerpt


@given(st.lists(PARTS, max_size=40).map("".join))
def test_every_run_of_latex_gives_balanced_html(tex: str) -> None:
    text = Writer(Typesetter()).text(tex)
    assert_balanced(text.html)
    assert len(text.plain) <= 20 * len(tex) + 20

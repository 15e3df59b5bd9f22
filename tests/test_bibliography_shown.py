"""Works as a page shows them: labels, references, citations; and as reference managers read them."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_bibliography import assert_balanced

from notes_site.bibliography import (
    WORDS,
    Cited,
    Label,
    OwnWork,
    Person,
    Style,
    Work,
    entry,
    exports,
    labels,
    locator,
    narrative,
    note,
    ordered,
    parenthetical,
    read_library,
)
from notes_site.bibliography.names import person_of
from notes_site.model import Text
from notes_site.packing import pack, unpack


def work(bib: str) -> Work:
    """The work of `article{...}`, or of the fields of one."""
    library = read_library([("a.bib", f"@{bib}")])
    assert library.problems == ()
    return library.works[0]


def people(*names: str) -> tuple[Person, ...]:
    return tuple(person_of(name) for name in names)


def titled(title: str) -> Text:
    return Text(title, title)


def made(key: str, names: str = "", year: str = "2023", title: str = "T") -> Work:
    """A work by people, `and` between them."""
    return Work(key, "article", titled(title), people(*names.split(" and ")) if names else (), year=year)


def texts(works: list[Work], style: Style) -> dict[str, str]:
    return {label.key: label.text for label in labels(works, style)}


# -- labels


@pytest.mark.parametrize(
    ("names", "label"),
    [
        ("Theodore Chihara", "Chi23"),
        ("Yann LeCun and Yoshua Bengio and Geoffrey Hinton", "LBH23"),
        ("A Zhang and Z Lipton and M Li and A Smola", "Zha+23"),
        ("Ludwig van Beethoven", "Bee23"),
        ("Conan O'Brien", "OBr23"),
        ("Kurt Gödel and Ösel Özil", "GÖ23"),
        ("X Li", "Li23"),
        ("", "T23"),
    ],
)
def test_an_alphabetic_label_is_that_of_biblatex(names: str, label: str) -> None:
    assert texts([made("k", names)], Style.ALPHABETIC) == {"k": label}


def test_a_label_stands_on_the_editor_the_body_the_title_or_the_key() -> None:
    editors = Work("k", "book", titled("T"), editors=people("Kurt Gödel"), year="1931")
    body = Work("k", "techreport", titled("T"), institution="INRIA")
    assert texts([editors], Style.ALPHABETIC) == {"k": "Göd31"}
    assert texts([body], Style.ALPHABETIC) == {"k": "INR"}
    assert texts([Work("key", "misc")], Style.ALPHABETIC) == {"key": "key"}
    others = Work("k", "misc", authors=people("A Zhang"), more_authors=True, year="in press")
    assert texts([others], Style.ALPHABETIC) == {"k": "Zha+"}


def test_equal_labels_get_letters_in_the_order_of_names_year_and_title() -> None:
    many = "A Zhang and B and C and D"
    works = [made("z", many, title="B"), made("y", many, title="A"), made("x", many, year="1923"), made("w", "E Zha")]
    expected = {"y": "Zha+23b", "z": "Zha+23c", "x": "Zha+23a", "w": "Zha23"}
    assert texts(works, Style.ALPHABETIC) == texts(works[::-1], Style.ALPHABETIC) == expected
    assert [label.year for label in labels(works, Style.AUTHOR_YEAR)] == ["2023", "1923", "2023a", "2023b"]


def test_a_label_with_a_letter_is_never_that_of_another_work() -> None:
    works = [made("a", "A Zh", "", "A"), made("b", "A Zh", "", "B"), made("c", "A Zha", "")]
    assert texts(works, Style.ALPHABETIC) == {"c": "Zha", "a": "Zhb", "b": "Zhc"}


def test_numbers_follow_the_order_of_the_bibliography() -> None:
    works = [made("c", "C C"), made("a", "Å Ab"), made("b", "A Äb"), made("d", "", title="Zz")]
    assert texts(works, Style.NUMERIC) == {"a": "1", "b": "2", "c": "3", "d": "4"}
    assert [each.key for each in ordered(works, Style.NUMERIC)] == ["a", "b", "c", "d"]


def test_an_alphabetic_bibliography_is_in_the_order_of_its_labels() -> None:
    works = [made("a", "A Beta and B Alpha"), made("b", "A Beck")]
    assert [each.key for each in ordered(works, Style.ALPHABETIC)] == ["a", "b"]  # BA23, Bec23
    assert [each.key for each in ordered(works, Style.AUTHOR_YEAR)] == ["b", "a"]


def test_author_year_has_short_names_and_a_year() -> None:
    works = [
        made("a", "A A"), made("b", "A B and Ludwig van C"), made("c", "A C and B and D"), made("d", "A D", ""),
        made("e", "A D", "", "U"),
    ]  # fmt: skip
    assert [(label.names, label.year) for label in labels(works, Style.AUTHOR_YEAR)] == [
        ("A", "2023"),
        ("B and van C", "2023"),
        ("C et al.", "2023"),
        ("D", "n.d.-a"),
        ("D", "n.d.-b"),
    ]
    german = labels(works[1:3], Style.AUTHOR_YEAR, {"and": " und ", "et_al": "u. a."})
    assert [label.names for label in german] == ["B und van C", "C u. a."]


NAMES = st.sampled_from(
    ["A Zhang", "B Zhang", "Zh", "Zha", "van Li", "Ö É", "A Zhang and B Li", "A Z and B Li and C D and E F"]
)


@given(
    st.lists(
        st.tuples(NAMES | st.just(""), st.sampled_from(["", "2023", "1923", "soon"]), st.text(max_size=3)), max_size=12
    )
)
def test_labels_are_distinct_and_do_not_depend_on_the_order_of_the_works(rows: list[tuple[str, str, str]]) -> None:
    works = [made(f"k{i}", *row) for i, row in enumerate(rows)]
    for style in Style:
        found = labels(works, style)
        assert found == labels(works[::-1], style)
        assert len({label.text for label in found}) == len(works)
        assert unpack(pack(found), tuple[Label, ...]) == found


# -- references

REFERENCES = {
    "article{a, author={Yann LeCun and Yoshua Bengio and Geoffrey Hinton}, title={Deep learning}, journal={Nature}, "
    "volume=521, number=7553, pages={436--444}, year=2015, doi={10.1038/nature14539}}": (
        "Yann LeCun, Yoshua Bengio, and Geoffrey Hinton. Deep learning. Nature 521(7553), pp. 436–444, 2015. "
        "doi:10.1038/nature14539"
    ),
    "article{a, author={A B}, title={Who?}, journal={J}, number=3, year=2015, note={In {French}}}": (
        "A B. Who? J, no. 3, 2015. In French."
    ),
    "book{a, author={A B and C D}, title={T}, publisher={Dover}, address={New York}, edition={2}, series={LNM}, "
    "volume={4}, year=2009}": "A B and C D. T. Vol. 4 of LNM, 2nd ed., Dover, New York, 2009.",
    "book{a, editor={A B and C D}, title={T}, series={GTM}, number=52, edition={Third edition}, year=1977}": (
        "A B and C D (eds.). T. GTM 52, Third ed., 1977."
    ),
    "inproceedings{a, author={A B and others}, title={T}, booktitle={NIPS}, editor={E F}, pages={7}, year=2017}": (
        "A B et al. T. In NIPS, edited by E F, p. 7, 2017."
    ),
    "incollection{a, author={A B}, title={T}, booktitle={Whole}, publisher={P}, chapter=3, year=2001}": (
        "A B. T. In Whole, chap. 3, P, 2001."
    ),
    "phdthesis{a, author={A B}, title={T}, school={MIT}, year=1999}": "A B. T. PhD thesis, MIT, 1999.",
    "mastersthesis{a, author={A B}, title={T}, school={MIT}, year=1999}": "A B. T. Master’s thesis, MIT, 1999.",
    "thesis{a, author={A B}, title={T}, type={phdthesis}, institution={MIT}, date={1999-05}}": (
        "A B. T. PhD thesis, MIT, 1999."
    ),
    "techreport{a, title={T}, number=12, institution={INRIA}, year=1999}": "T. Technical report 12, INRIA, 1999.",
    "misc{a, author={{OpenAI}}, title={GPT-4}, year=2023, eprint={2303.08774}, archiveprefix={arXiv}}": (
        "OpenAI. GPT-4. 2023. arXiv:2303.08774"
    ),
    "online{a, title={Gaussian process}, url={https://en.wikipedia.org/wiki/G/}, organization={Wikipedia}}": (
        "Wikipedia. Gaussian process. n.d. Available at en.wikipedia.org/wiki/G"
    ),
    "unpublished{a, author={A B}, title={T}, note={Lecture notes}, year=1999}": "A B. T. 1999. Lecture notes.",
    "misc{a, note={Alone}}": "a. n.d. Alone.",
}  # fmt: skip


@pytest.mark.parametrize("bib", REFERENCES)
def test_a_reference_says_what_its_type_needs(bib: str) -> None:
    assert entry(work(bib)).plain.replace("\xa0", " ") == REFERENCES[bib]


def test_a_reference_is_marked_up_and_its_links_lead_out() -> None:
    bib = "article{a, author={A <B>}, title={$x$ \\& \\emph{y}}, journal={J & K}, year=1, doi={10.1000/a<b>}}"
    html = re.sub("</?semantics>|<annotation.*?</annotation>", "", entry(work(bib), year="1a").html)
    assert html == (
        '<span class="reference-authors">A &lt;B&gt;</span>. '
        '<span class="reference-title"><math><mi>x</mi></math> &amp; <em>y</em></span>. <em>J &amp; K</em>, 1a. '
        '<a href="https://doi.org/10.1000/a%3Cb%3E" rel="noopener">doi:10.1000/a&lt;b&gt;</a>'
    )


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "//x.y", 'https://x.y/"onclick="z', "data:text/html,x", "https:// x"]
)
def test_only_addresses_of_the_web_become_links(url: str) -> None:
    library = read_library([("a.bib", f"@misc{{a, title={{T}}, url={{{url}}}}}")])
    assert [problem.span.column for problem in library.problems] == [21] * (" " not in url)
    assert "<a" not in entry(library.works[0]).html or " " in url


def test_the_words_of_a_reference_are_those_of_the_site() -> None:
    bib = (
        "inproceedings{a, author={A B and C D and E F}, title={T}, booktitle={P}, editor={G H}, pages={1-2}, edition=2}"
    )
    library = read_library([("a.bib", f"@{bib}")])
    german = {"and": " und ", "and_last": " und ", "edited_by": "hg. von {}", "pages": "S. {}", "no_date": "o. J.",
              "edition": "{} Aufl.", "ordinal": "{}.", "ordinal_2": "{}."}  # fmt: skip
    assert entry(library.works[0], german).plain == "A B, C D und E F. T. In P, hg. von G H, 2. Aufl., S. 1–2, o. J."


FIELDS = st.dictionaries(
    st.sampled_from(
        ["author", "editor", "title", "journal", "booktitle", "publisher", "volume", "number", "pages", "edition",
         "chapter", "series", "school", "institution", "organization", "address", "month", "note", "howpublished",
         "url", "doi", "eprint", "year", "date", "type"]
    ),
    st.sampled_from(["A B", "1", "<i>", "$x$", "10.1000/1", "https://x.y/", "2001-01-01", "12--15", "A B and others"]),
)  # fmt: skip
KINDS = st.sampled_from(
    ["article", "book", "inproceedings", "phdthesis", "techreport", "misc", "online", "thesis", "zzz"]
)


@given(KINDS, FIELDS)
def test_a_missing_field_leaves_no_stray_punctuation(kind: str, fields: dict[str, str]) -> None:
    rows = "".join(f"{name} = {{{value}}}," for name, value in fields.items())
    (found,) = read_library([("a.bib", f"@{kind}{{key, {rows}}}")]).works
    shown = entry(found)
    assert_balanced(shown.html)
    assert shown.plain
    for stray in (" ,", " .", ",,", "..", "()", "  ", ", .", "{}", ",."):
        assert stray not in re.sub(r"n\.d\.|et al\.|eds?\.", "x", shown.plain)
    assert json.loads(exports.csl_json(found))[0]["id"] == "key"
    assert_is_ris(exports.ris(found))
    assert shown == entry(read_library([("a.bib", found.bibtex)]).works[0]) or "date" in fields or "url" in fields


# -- citations

ZHANG = Cited("zhang", "Zha+23", "Zhang et al.", "2023", "/refs/#zhang")
LECUN = Cited("lecun", "LBH15", "LeCun et al.", "2015", "/refs/#lecun")


def with_(item: Cited, **changes: str | bool) -> Cited:
    values = {name: getattr(item, name) for name in Cited.__struct_fields__}
    return Cited(**{**values, **changes})


def shown(html: str) -> str:
    """What a reader sees, and the links: `[<a>Zha+23</a>]`."""
    assert_balanced(html)
    return (
        html.replace('<span class="citation">', "").replace("</span>", "").replace(' href="/refs/#zhang"', "")
        .replace(' href="/refs/#lecun"', "")
    )  # fmt: skip


@pytest.mark.parametrize(
    ("style", "cluster", "told", "suppressed"),
    [
        (
            Style.ALPHABETIC,
            "[see <a>Zha+23</a>, Chapter 14.10; <a>LBH15</a>]",
            "Zhang et al. [<a>Zha+23</a>, pp. 3–5]",
            "[<a>Zha+23</a>]",
        ),
        (
            Style.AUTHOR_YEAR,
            "(see <a>Zhang et al., 2023</a>, Chapter 14.10; <a>LeCun et al., 2015</a>)",
            "Zhang et al. (<a>2023</a>, pp. 3–5)",
            "(<a>2023</a>)",
        ),
    ],
)
def test_a_citation_is_written_as_its_style_says(style: Style, cluster: str, told: str, suppressed: str) -> None:
    items = (with_(ZHANG, prefix="see", locator=", Chapter 14.10"), LECUN)
    assert shown(parenthetical(items, style)) == cluster
    assert shown(narrative(with_(ZHANG, locator="pp. 3-5"), style)) == told
    assert shown(parenthetical([with_(ZHANG, suppress=True)], style)) == suppressed


def test_numbers_are_set_apart_by_commas_unless_one_has_a_locator() -> None:
    items = [with_(ZHANG, label="2"), with_(LECUN, label="1")]
    assert shown(parenthetical(items, Style.NUMERIC)) == "[<a>2</a>, <a>1</a>]"
    assert (
        shown(parenthetical([items[0], with_(items[1], locator="§ 2")], Style.NUMERIC)) == "[<a>2</a>; <a>1</a>, § 2]"
    )


@pytest.mark.parametrize("style", Style)
def test_an_unknown_key_is_shown_as_broken(style: Style) -> None:
    broken = '<span class="broken-link"><strong>a&lt;b</strong></span>'
    assert broken in parenthetical([Cited("a<b"), ZHANG], style)
    assert broken in narrative(Cited("a<b"), style)


@pytest.mark.parametrize(
    ("written", "rendered"),
    [
        ("ch. 6", "ch. 6"),
        (", pp. 33-35", "pp. 33–35"),
        ("pp. 33--35, 38 - 40", "pp. 33–35, 38–40"),
        ("§ 2.1-2.3", "§ 2.1–2.3"),
        ("pp. iv-x", "pp. iv–x"),
        ("Theorem 3.1 and 2020-01-02", "Theorem 3.1 and 2020-01-02"),
        ('<a href="/1-2/">1-2</a> <code>1-2</code>', '<a href="/1-2/">1–2</a> <code>1-2</code>'),
        ("<math><mn>1-2</mn></math> GPT-4-5", "<math><mn>1-2</mn></math> GPT-4-5"),
        ("  ", ""),
    ],
)
def test_a_locator_stays_as_written_but_for_its_dashes(written: str, rendered: str) -> None:
    assert locator(written) == rendered


@given(st.text(max_size=20), st.text(max_size=20), st.sampled_from(list(Style)))
def test_what_is_cited_is_escaped(key: str, label: str, style: Style) -> None:
    item = Cited(key, label, label, label, "/x/")
    for html in (parenthetical([item, item], style), narrative(item, style)):
        assert_balanced(html)
        assert html.count("<") == html.count(">")


# -- exports

NOTE = OwnWork(
    "On 50% of {x_1} & ~y^2 \\ more", ("Jane van Doe", "Smith and Sons"), datetime(2026, 5, 1, tzinfo=UTC),
    "https://n.org/s/attention/", "∇ Notes & more",
)  # fmt: skip


def assert_is_ris(record: str) -> None:
    lines = record.split("\r\n")
    assert lines[-2:] == ["ER  - ", ""]
    assert lines[0].startswith("TY  - ")
    assert all(line[:2].isalnum() and line[2:6] == "  - " for line in lines[:-1])


def test_the_bibtex_of_a_note_reads_back_as_what_was_written() -> None:
    (found,) = read_library([("a.bib", note.bibtex(NOTE))]).works
    assert found.key == "doe2026attention"
    assert found.title.plain == NOTE.title
    assert [person.full for person in found.authors] == ["Jane van Doe", "Smith and Sons"]
    assert (found.year, found.month, found.howpublished, found.url) == ("2026", "5", NOTE.site, NOTE.url)


def test_the_line_of_a_note_has_author_year_title_site_and_address() -> None:
    assert note.line(OwnWork("T.", ("A B",), None, "https://n.org/", "N")) == "A B (n.d.). T. N. https://n.org/"


def test_the_ris_of_a_note_is_a_record_of_a_blog() -> None:
    assert note.ris(NOTE).replace("\r\n", "\n") == (
        "TY  - BLOG\nAU  - van Doe, Jane\nAU  - and Sons, Smith\nTI  - On 50% of {x_1} & ~y^2 \\ more\n"
        "T2  - ∇ Notes & more\nPY  - 2026\nDA  - 2026/05/01/\nUR  - https://n.org/s/attention/\n"
        "ID  - doe2026attention\nER  - \n"
    )


def test_the_csl_json_of_a_note_is_an_item_of_a_weblog() -> None:
    assert json.loads(note.csl_json(NOTE)) == [
        {
            "id": "doe2026attention",
            "type": "post-weblog",
            "title": NOTE.title,
            "author": [
                {"family": "Doe", "given": "Jane", "non-dropping-particle": "van"},
                {"family": "Sons", "given": "Smith", "non-dropping-particle": "and"},
            ],
            "issued": {"date-parts": [[2026, 5, 1]]},
            "container-title": "∇ Notes & more",
            "URL": "https://n.org/s/attention/",
        }
    ]


def test_a_work_is_exported_with_its_type_people_date_and_pages() -> None:
    found = work(next(iter(REFERENCES)))
    assert exports.ris(found).replace("\r\n", "\n") == (
        "TY  - JOUR\nAU  - LeCun, Yann\nAU  - Bengio, Yoshua\nAU  - Hinton, Geoffrey\nTI  - Deep learning\n"
        "JO  - Nature\nVL  - 521\nIS  - 7553\nSP  - 436\nEP  - 444\nPY  - 2015\nDA  - 2015///\n"
        "DO  - 10.1038/nature14539\nUR  - https://doi.org/10.1038/nature14539\nID  - a\nER  - \n"
    )
    item = json.loads(exports.csl_json(found))[0]
    assert (item["type"], item["page"], item["issued"]) == ("article-journal", "436-444", {"date-parts": [[2015]]})
    assert item["author"][0] == {"family": "LeCun", "given": "Yann"}


@given(st.text(), st.lists(st.text(max_size=20), max_size=3), st.text(max_size=20), st.text(max_size=20))
def test_the_exports_of_any_note_can_be_read_back(title: str, authors: list[str], url: str, site: str) -> None:
    own = OwnWork(title, tuple(authors), None, url, site)
    library = read_library([("a.bib", note.bibtex(own))])
    assert [work.key for work in library.works] == [own.key]
    assert not [problem for problem in library.problems if problem.code == "N111" and problem.span.line < 2]
    assert json.loads(note.csl_json(own))[0].get("title", "") == title
    assert_is_ris(note.ris(own).replace("\x85", ""))


def test_every_word_can_be_replaced() -> None:
    assert all(isinstance(value, str) for value in WORDS.values())

"""The search as it is built: what is read of pages, how formulas are compared, and when an index is made anew."""

from __future__ import annotations

import html
import json
import shutil
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest
from changing import assert_clean
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sites import built, coded, tree, write

from notes_site import fulltext
from notes_site.build import build
from notes_site.memory import Memory
from notes_site.model import Report
from notes_site.project import find
from notes_site.search import division
from notes_site.search.cbor import Item, NotCbor, dump, load
from notes_site.search.division import divided
from notes_site.search.formulas import LONGEST, Command, normalise, with_macros
from notes_site.search.index import SHARD, formula_files
from notes_site.search.postings import joined
from notes_site.search.records import (
    DISPLAY,
    INLINE,
    LABELLED,
    Extract,
    FormulaPlace,
    Head,
    Statement,
    extract,
    pages,
    spaced,
)
from notes_site.tex import Macro

# -- formulas ----------------------------------------------------------------------------------------------------------

# each row is one formula in several ways of writing it
ALIKE = (
    (r"\nabla_\theta \log Z", r"\nabla_{\theta}\log Z", "∇θ log Z", "∇_θ logZ", "nabla_theta log Z"),
    (
        "E[X|Y]",
        r"\mathbb{E}[X \mid Y]",
        "𝔼[X∣Y]",
        r"\mathbb{E}\left[X \,\middle|\, Y\right]",
        r"\operatorname{E} [X\vert Y]",
    ),
    (r"p(x|z)", r"p(x \mid z)", r"p\left( x | z \right)", r"p\bigl(x \mid z\bigr)"),
    (r"\frac{a}{b}", "a/b", "a / b", r"\tfrac ab", r"\dfrac{a}{b}"),
    (r"\frac{a+b}{c}", "(a+b)/c", r"\left(a+b\right)/c"),
    (r"\frac{1}{2\sigma^2}", "1/(2σ²)", "1/2σ^2"),
    (r"\frac{p(x)}{q(x)}", "p(x)/q(x)", "(p(x))/(q(x))"),
    (r"\mathbf{x}", "x", r"\boldsymbol x", "𝐱", r"\mathrm{x}", "{x}"),
    (r"\theta", "θ", "theta", r"\vartheta", "ϑ"),
    (r"\lVert x \rVert", "||x||", "‖x‖", r"\|x\|", r"\left\Vert x \right\Vert", "∥x∥", r"\norm{x}"),
    (r"x_i^2", "x^2_i", "xᵢ²", "x_i²", r"x_{i}^{2}"),
    (r"f'_i", r"f_i'", "fᵢ′", r"f_i^{\prime}"),
    (r"\operatorname*{arg\,min}_x", r"\argmin_x", r"\arg\min_x", "argmin_x", "arg min x"),
    (r"A^\top", "A^T", "Aᵀ", r"A^{\mathsf T}", r"A^\intercal"),
    (r"\hat\theta", "θ̂", r"\widehat{\theta}"),
    (r"\sqrt{n}", "√n", "sqrt(n)", r"\sqrt n"),
    (r"\sqrt{a+b}", "√(a+b)", "sqrt(a + b)"),
    (r"\sum_{i=1}^n x_i", "∑_{i=1}^n x_i", "sum_{i=1}^{n} x_i", "∑ᵢ₌₁ⁿ xᵢ"),
    (r"x \le y", "x <= y", "x ≤ y", r"x \leqslant y"),
    (r"x \ne y", "x != y", "x ≠ y", r"x \not= y"),
    (r"x \notin A", "x ∉ A", r"x \not\in A"),
    (r"x \to \infty", "x → ∞", "x -> infinity"),
    (r"a \cdot b", "ab", "a·b", "a b"),
    (r"a := b", r"a \coloneqq b", "a = b", r"a \triangleq b"),
    (r"\begin{aligned} a &= b \\ c &= d \end{aligned}", "a=b c=d"),
    (r"\left. x \right|_{0}", "x|_0"),
    (r"\binom{n}{k}", "C(n,k)"),
    (r"a = b.", "a = b", "a = b,"),
)
APART = (("a/b", "b/a"), ("x^2", "x_2"), ("E[X]", "E(X)"), ("x", "X"), ("|x|", "||x||"), ("(a+b)/c", "a+b/c"))


@pytest.mark.parametrize("alike", ALIKE, ids=lambda alike: alike[0])
def test_what_is_written_differently_and_means_the_same_is_the_same(alike: tuple[str, ...]) -> None:
    assert {text: normalise(text) for text in alike} == dict.fromkeys(alike, normalise(alike[0]))


@pytest.mark.parametrize("apart", APART)
def test_what_means_something_else_stays_apart(apart: tuple[str, str]) -> None:
    assert normalise(apart[0]) != normalise(apart[1])


PIECES = st.sampled_from(
    [
        *"abxyz{}[]()^_\\/√+-=.,|<>'′²₁ ᵀ∇θ𝔼é機\u0302\n%&~*$#",
        "\\frac",
        "\\sqrt",
        "\\left",
        "\\hat",
        "theta",
        "\\begin{array}{c}",
    ]
)


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=40).map("".join)))
def test_nothing_that_is_typed_is_a_mistake(text: str) -> None:
    made = normalise(text)
    assert made == normalise(text)
    assert not set(made) & set(" \n\t{}\\_$&")


@given(
    st.lists(st.sampled_from([*"abxyzθ∇∑+=|[](),/", "\\frac{a}{b}", "x_i", "y^2", "\\hat z"]), max_size=20).map(
        " ".join
    )
)
def test_a_normal_form_is_its_own(text: str) -> None:
    """With blanks between tokens, since letters side by side may be the name of a sign."""
    assert normalise(" ".join(normalise(text))) == normalise(text)


def test_a_formula_without_end_takes_no_time_without_end() -> None:
    assert len(normalise("{" * 10_000 + "x" * 10_000)) <= LONGEST
    assert normalise("\\frac" * 400) is not None
    assert normalise("((((" * 500) is not None


def test_macros_of_a_site_may_be_typed() -> None:
    macros = with_macros([Macro("E", r"\mathbb{E}"), Macro("ip", r"\langle #1, #2 \rangle", 2)])
    assert macros["E"] == "E"
    assert macros["ip"] == Command(2, "⟨#1,#2⟩")


# -- pages -------------------------------------------------------------------------------------------------------------


def read(body: str, statements: Mapping[str, str] | None = None) -> Extract:
    page = f'<html><body><nav>menu</nav><div class="body">{body}</div><footer>foot</footer></body></html>'
    return extract(page, statements or {}, lambda tex: (normalise(tex), tex))


def math(tex: str, *, display: bool = False, anchor: str = "") -> str:
    inner = f'<semantics><mi>?</mi><annotation encoding="application/x-tex">{tex}</annotation></semantics>'
    if not display:
        return f"<math>{inner}</math>"
    named = f' id="{anchor}"' if anchor else ""
    return f'<div class="formula"{named}><math display="block">{inner}</math></div>'


def test_the_text_of_a_page_is_its_body_with_formulas_as_text() -> None:
    found = read(f"<p>Let {math('x^2')}, and <b>no</b>w.</p><script>code()</script><p hidden>gone</p>")
    assert found.html == "<p>Let x^2, and now.</p>\n"


@pytest.mark.parametrize("mark", ["hidden", 'aria-hidden="true"', "data-pagefind-ignore", 'data-pagefind-ignore="all"'])
def test_what_is_marked_so_is_not_searched(mark: str) -> None:
    found = read(f'<p>seen</p><h2 id="a" {mark}>not</h2><ul {mark}><li>this</li></ul><details {mark}>either</details>')
    assert found.html == "<p>seen</p>\n"
    assert found.places == ()


def test_a_page_that_is_lesser_is_known_by_a_filter() -> None:
    head = Head("/a/", "a/index.html", "T", "paper", "en")
    ((_, page),) = pages(head, Extract(""))
    ((_, lesser),) = pages(replace(head, lesser=True), Extract(""))
    assert "rank:" not in page
    assert 'data-is="rank:lesser"' in lesser


def test_headings_and_statements_are_places() -> None:
    theorem = (
        '<div class="theorem" id="thm-a"><p><span class="head"><span class="kind">Theorem 1</span> (A &amp; B).</span> '
        f"It holds: {math('a=b', display=True)}</p></div>"
    )
    found = read(
        f'<h2 id="one">One<a class="anchor" href="#one">#</a></h2>{theorem}<details class="used">who</details>',
        {"thm-a": "theorem"},
    )
    assert found.places == (("one", "One"), ("thm-a", "Theorem 1 (A & B)"))
    (statement,) = found.statements
    assert (statement.anchor, statement.kind, statement.title) == ("thm-a", "theorem", "Theorem 1 (A & B)")
    assert statement.text == "It holds: a=b"
    assert '<h2 id="one">One</h2>' in found.html
    assert '<b id="thm-a">Theorem 1 (A &amp; B)</b>' in found.html
    assert "who" not in found.html


def test_a_formula_leads_to_itself_to_its_statement_or_to_its_heading() -> None:
    found = read(
        f'<p>{math("p+q+r")}</p><h2 id="h">H</h2>'
        f"{math('a=b+c', display=True, anchor='eq-a')}{math('u=v', display=True)}"
        f'<div id="thm"><p>{math("s-t")}</p></div>',
        {"thm": "theorem"},
    )
    assert found.formulas == (
        FormulaPlace("p+q+r", "p+q+r", "", INLINE),
        FormulaPlace("a=b+c", "a=b+c", "eq-a", LABELLED),
        FormulaPlace("u=v", "u=v", "h", DISPLAY),
        FormulaPlace("s-t", "s-t", "thm", INLINE),
    )


def test_a_formula_that_a_larger_one_holds_is_found_there() -> None:
    found = read(f"<p>{math('x_i')} {math('f(x)')} {math('x')}</p>{math('f(x)=0', display=True)}")
    assert [one.tokens for one in found.formulas] == ["f(x)=0"]


@given(st.lists(st.sampled_from([
    "<p>", "</p>", "<div id='a' class=\"formula\">", "</div>", '<h2 id="b">', "</h2>", "<math", "</math>", "<!--",
    "-->", "<details>", "<nav>", "</nav>", '<div id="t">', '<span class="head">', "</span>", "text ", "<", ">", '"',
    "&amp;", "<br>", math("x+y+z"), math("x=y", display=True, anchor="eq"), "</body>",
]), max_size=30).map("".join))  # fmt: skip
def test_any_html_gives_a_record(body: str) -> None:
    found = read(body, {"t": "theorem"})
    assert len(pages(Head("/a/", "a/index.html", "T", "note", "en"), found)) == 1 + len(found.statements)


def test_writing_without_blanks_is_indexed_sign_by_sign() -> None:
    assert spaced("機械学習とELBO, a b") == "機 械 学 習 と ELBO, a b"
    assert spaced("기계 학습") == "기계 학습"


def test_titles_with_commas_and_quotes_stay_whole() -> None:
    head = Head("/a/", "a/index.html", 'A, "B" & <C>', "note", "en", "", ("/x,y/",), ("t",))
    ((_, page),) = pages(head, Extract(""))
    assert 'data-title="A, &quot;B&quot; &amp; &lt;C&gt;"' in page
    assert 'data-is="collection:/x,y/"' in page


def test_shards_are_cut_between_pages() -> None:
    formulas = tuple(FormulaPlace(f"x{i}={i}", f"x{i} = {i}", "", DISPLAY) for i in range(4000))
    rows = [
        (Head(f"/{i}/", f"{i}/index.html", "T", "note", "en", "", (f"/{i}/",)), Extract("", (), formulas))
        for i in range(6)
    ]
    made = formula_files(rows)
    assert len(made) > 1
    assert sum(count for _, count, _ in made) == 6 * 4000
    assert all(len(data) <= SHARD + 200_000 for _, _, data in made)
    assert [row[0] for _, _, data in made for row in json.loads(data)] == [head.url for head, _ in rows]


ITEMS: st.SearchStrategy[Item] = st.recursive(
    st.one_of(st.integers(0, 2**64 - 1), st.text(max_size=300)),
    lambda inner: st.lists(inner, max_size=30),
    max_leaves=40,
)


@given(ITEMS)
def test_cbor_is_read_as_it_is_written(item: Item) -> None:
    assert load(dump(item)) == item


@given(st.binary(max_size=40))
def test_what_is_no_cbor_is_told(data: bytes) -> None:
    try:
        item = load(data)
    except NotCbor:
        return
    assert load(dump(item)) == item


# -- volumes of words --------------------------------------------------------------------------------------------------

SIZES = st.dictionaries(st.text("abc/", min_size=1, max_size=6), st.integers(0, 50), min_size=1, max_size=60)


@given(SIZES, st.randoms())
def test_volumes_hold_each_page_once_in_whatever_order_it_comes(sizes: dict[str, int], chance: Random) -> None:
    volumes = divided(sizes, 100)
    assert sorted(name for held in volumes.values() for name in held) == sorted(sizes)
    assert all(len(held) == 1 or sum(sizes[name] for name in held) <= 100 for held in volumes.values())
    mixed = list(sizes)
    chance.shuffle(mixed)
    assert list(divided({name: sizes[name] for name in mixed}, 100).items()) == list(volumes.items())


@given(SIZES)
def test_a_new_page_moves_only_those_of_its_volume(sizes: dict[str, int]) -> None:
    before, after = divided(sizes, 100), divided({**sizes, "new.html": 30}, 100)
    (own,) = (name for name, held in after.items() if "new.html" in held)
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    parent = next((name for name in before if own.startswith(name)), own[:-1])
    assert all(name.startswith(parent) for name in changed)


def records(texts: Mapping[str, str]) -> dict[str, list[tuple[str, str]]]:
    """What Pagefind indexes of some texts, by the names of their pages."""
    made: dict[str, list[tuple[str, str]]] = {}
    for i, (name, text) in enumerate(sorted(texts.items())):
        words = html.escape(" ".join(text.split()))
        collections = ("/even/",) if i % 2 else ("/odd/", f"/odd/{i % 5}/")
        head = Head(f"/{name}/", f"{name}/index.html", f"Über {name} & Erdős", "note", "en", "", collections)
        made[name] = pages(head, Extract(f"<p>{words}</p>", (Statement("thm", "theorem", "Theorem", words[:300]),)))
    return made


@pytest.mark.slow
def test_an_index_put_together_from_volumes_is_the_one_of_all_pages() -> None:
    """In every byte: words with their places, accents and titles, filters, and which file a word is looked for in."""
    content = Path(__file__).parents[1] / "content"
    texts = {str(path.relative_to(content)): path.read_text("utf-8") for path in content.rglob("*.md")}
    found = records(texts)
    volumes = divided({name: len(text) for name, text in texts.items()}, 60_000)
    assert len(volumes) > 8
    given = {name: [file for page in held for file in found[page]] for name, held in volumes.items()}
    several = fulltext.indexed(given, "en", 2, lambda: False)
    alone = fulltext.indexed({"": [file for files in given.values() for file in files]}, "en", 1, lambda: False)[""]
    assert joined("en", [several[name].volume for name in volumes]) == joined("en", [alone.volume])
    assert {k: v for one in several.values() for k, v in one.fragments.items()} == alone.fragments
    assert sum(len(word.forms) for word in alone.volume.words) > 2
    assert len(joined("en", [alone.volume]).files) > 10


def test_pages_without_a_word_are_no_index() -> None:
    empty = {"": pages(Head("/a/", "a/index.html", "…", "note", "en"), Extract(""))}
    assert fulltext.indexed(empty, "en", 1, lambda: False)[""].volume.pages == ()


def test_an_index_that_is_stopped_leaves_no_thread() -> None:
    many = {str(i): pages(Head("/a/", "a/index.html", "A", "note", "en"), Extract("<p>word</p>")) for i in range(40)}
    before = threading.enumerate()
    with pytest.raises(fulltext.Stopped):
        fulltext.indexed(many, "en", 2, lambda: True)
    assert threading.enumerate() == before


# -- builds ------------------------------------------------------------------------------------------------------------

SITE: Mapping[str, str] = {
    "site.yml": "title: Notes\nmath: {macros: {E: '\\mathbb{E}'}}\n",
    "content/s/index.md": "---\ntitle: Series\n---\n\nIts text.\n",
    "content/s/a.md": "---\ntitle: One\ntags: [x]\nmacros: {KL: '\\mathrm{KL}(#1 \\| #2)'}\n---\n\n"
    "Words of one: $\\E[X|Y] = \\KL{p}{q}$.\n",
    "content/s/b.md": "# Two\n\n::: {#thm-t}\n## Named\nIt *holds*.\n:::\n\n$$a^2 + b^2 = c^2$$ {#eq-p}\n",
    "content/de.md": "---\nlang: de\n---\n\n# Drei\n\nWörter.\n",
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    made = write(tmp_path / "site", SITE)
    report = built(made)
    assert report.problems == ()
    assert report.indexed == ("en", "de", "formulas")
    return made


def again(site: Path, files: Mapping[str, str] | None = None) -> Report:
    write(site, files or {})
    report = built(site)
    assert_clean(site, report, site.parent / "clean")
    return report


def index(site: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((site / "public/_/search/index.json").read_bytes())
    return found


def rows(site: Path) -> dict[str, list[str]]:
    """The tokens of the formulas of each page."""
    found = [
        row for file in (site / "public/_/search").glob("formulas.*.json") for row in json.loads(file.read_bytes())
    ]
    return {row[0]: row[7][::4] for row in found}


def test_formulas_are_kept_with_the_macros_of_the_site_and_of_the_note_in_them(site: Path) -> None:
    assert rows(site) == {"/s/a/": ["E[X|Y]=KL(p‖q)"], "/s/b/": ["a^2+b^2=c^2"]}
    found = index(site)
    assert found["languages"] == ["en", "de"]
    assert found["kinds"] == ["note", "theorem", "equation"]
    assert found["collections"] == [["/s/", "Series", 0]]
    assert found["topics"] == [["x", "x", 0]]
    assert found["macros"] == {"E": "E"}


def test_a_build_with_nothing_to_do_does_not_touch_the_search(site: Path) -> None:
    assert again(site).indexed == ()


@pytest.mark.parametrize(
    ("name", "old", "new", "made"),
    [
        ("content/s/a.md", "Words of one", "Others of one", ("en",)),
        ("content/s/a.md", "X|Y", "X|Z", ("en", "formulas")),
        ("content/de.md", "Wörter", "Worte", ("de",)),
        ("content/s/a.md", "tags: [x]", "tags: [y]", ("en", "formulas")),
        ("site.yml", "{E:", "{F: f, E:", ("formulas",)),
        ("site.yml", "title: Notes", "title: Notes\nfooter: other", ()),
    ],
)
def test_an_index_is_made_again_only_when_what_is_in_it_changed(
    site: Path, name: str, old: str, new: str, made: tuple[str, ...]
) -> None:
    assert old in SITE[name]
    assert again(site, {name: SITE[name].replace(old, new)}).indexed == made


def test_files_of_the_search_are_no_pages_that_were_written(site: Path) -> None:
    report = again(site, {"content/s/a.md": SITE["content/s/a.md"].replace("of one", "of all")})
    assert not [name for name in (*report.written, *report.removed) if name.startswith("_/search/")]


def test_a_file_of_the_search_that_somebody_removed_or_changed_is_made_again(site: Path) -> None:
    (site / "public/_/search/de/pagefind-entry.json").unlink()
    assert again(site).indexed == ("de",)
    (site / "public/_/search/index.json").write_bytes(b"{}")
    assert again(site).indexed == ("formulas",)


def test_a_file_of_an_author_among_those_of_the_search_is_left(site: Path) -> None:
    (site / "public/_/search/mine.txt").write_bytes(b"mine")
    again_ = built(write(site, {"content/new.md": "# New\n\nWords.\n"}))
    assert again_.problems == ()
    assert (site / "public/_/search/mine.txt").read_bytes() == b"mine"


def test_a_search_that_is_switched_off_leaves_no_file_and_no_button(site: Path) -> None:
    again(site, {"site.yml": f"{SITE['site.yml']}search: false\n"})
    assert not list((site / "public/_").glob("search/**/*.*"))
    assert "search-open" not in (site / "public/index.html").read_text("utf-8")
    again(site, {"site.yml": f"{SITE['site.yml']}search: {{text: false}}\n"})
    assert rows(site)
    assert index(site)["languages"] == []
    again(site, {"site.yml": f"{SITE['site.yml']}search: {{formulas: false}}\n"})
    assert rows(site) == {}
    assert index(site)["languages"] == ["en", "de"]


def test_check_makes_no_search(tmp_path: Path) -> None:
    report = built(write(tmp_path / "site", SITE), write=False)
    assert report.indexed == ()


def test_who_waits_gets_pages_first_and_the_search_with_a_later_build(tmp_path: Path) -> None:
    project, memory = find(write(tmp_path / "site", SITE)), Memory()
    first = build(project, jobs=1, memory=memory, patient=False)
    assert (first.indexed, first.pending) == ((), 1)
    assert not (project.output / "_/search").exists()
    second = build(project, jobs=1, memory=memory)
    assert (second.indexed, second.pending, second.made) == (("en", "de", "formulas"), 0, ())
    third = build(project, jobs=1, memory=memory)
    assert (third.indexed, third.pending) == ((), 0)
    memory.close()


def test_an_index_under_way_gives_way_to_a_newer_change(tmp_path: Path) -> None:
    """The pages stand, and the build after it has the search."""
    project, memory = find(write(tmp_path / "site", SITE)), Memory()
    build(project, jobs=1, memory=memory)
    write(tmp_path / "site", {"content/s/a.md": SITE["content/s/a.md"].replace("of one", "of all")})
    stands = project.output / "s/a/index.html"
    report = build(project, jobs=1, memory=memory, overtaken=lambda: "of all" in stands.read_text("utf-8"))
    assert (report.indexed, report.pending) == ((), 1)
    assert build(project, jobs=1, memory=memory).indexed == ("en",)
    memory.close()


def test_without_pagefind_formulas_are_searched_and_words_are_one_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pagefind_bin", None)
    site = write(tmp_path / "site", SITE)
    report = built(site)
    assert [problem.code for problem in report.problems] == ["N140"]
    assert rows(site)
    assert index(site)["languages"] == []
    assert [problem.code for problem in built(site).problems] == ["N140"]
    monkeypatch.undo()
    write(site, {"content/s/a.md": SITE["content/s/a.md"].replace("of one", "of all")})
    assert coded(built(site), "N140") == []


def test_a_program_that_fails_is_one_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fulltext, "program", lambda: Path(sys.executable))
    (problem,) = built(write(tmp_path / "site", SITE)).problems
    assert problem.code == "N140"
    assert "pagefind ended with" in problem.message


def test_the_same_pages_give_the_same_bytes_wherever_they_are_built(tmp_path: Path) -> None:
    trees = []
    for name in ("one", "two", "three"):
        built(write(tmp_path / name, SITE))
        trees.append({k: v for k, v in tree(tmp_path / name / "public").items() if k.startswith("_/search/")})
    assert trees[0] == trees[1] == trees[2]
    assert not [name for name in trees[0] if name.endswith((".css", "-ui.js"))]


# -- builds of a site in several volumes -------------------------------------------------------------------------------


def note(title: str, words: str = "") -> str:
    return f"# {title}\n\n{words} {' '.join(f'{title.lower()}word{i}' for i in range(200))}\n"


LARGE: Mapping[str, str] = {
    "site.yml": "title: Large\n",
    **{f"content/{name}.md": note(name.title()) for name in ("ada", "bea", "cleo", "dora", "eva", "fay", "gil", "hal")},
}


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site whose volumes hold a note or two, so that it has several."""
    monkeypatch.setattr(division, "MOST", 6_000)
    made = write(tmp_path / "site", LARGE)
    report = built(made, jobs=2)
    assert report.problems == ()
    assert len(volumes_of(report)) >= 4
    assert report.indexed[-2:] == ("en", "formulas")
    return made


def volumes_of(report: Report) -> list[str]:
    return [name for name in report.indexed if "/" in name]


def listed(site: Path) -> set[str]:
    return {path.name for path in (site / "public/_/search/en/fragment").iterdir()}


@pytest.mark.slow
def test_an_edit_indexes_the_volume_of_its_note_alone(large: Path) -> None:
    before = listed(large)
    report = again(large, {"content/cleo.md": note("Cleo", "More words.")})
    assert len(volumes_of(report)) == 1
    assert report.indexed == (*volumes_of(report), "en")
    assert len(listed(large) - before) == len(before - listed(large)) == 1
    assert again(large).indexed == ()


@pytest.mark.slow
def test_a_new_note_and_one_that_goes_index_one_volume_or_what_it_was_divided_into(large: Path) -> None:
    before = listed(large)
    report = again(large, {"content/ida.md": note("Ida")})
    assert 1 <= len(volumes_of(report)) <= 2
    assert len(listed(large) - before) == 1
    (large / "content/ida.md").unlink()
    report = again(large)
    assert len(volumes_of(report)) <= 1
    assert listed(large) == before


def test_a_site_that_becomes_small_has_one_volume_and_no_file_of_the_others(large: Path) -> None:
    for name in LARGE:
        if name not in ("site.yml", "content/ada.md"):
            (large / name).unlink()
    assert again(large).indexed == ("en",)
    assert len(listed(large)) == 1


def test_the_text_of_a_page_that_somebody_removed_is_made_again_with_its_volume(large: Path) -> None:
    min((large / "public/_/search/en/fragment").iterdir()).unlink()
    report = again(large)
    assert len(report.indexed) == 1
    assert volumes_of(report)


def test_an_index_that_somebody_removed_is_put_together_without_indexing(large: Path) -> None:
    for path in (large / "public/_/search/en").glob("*.*"):
        path.unlink()
    assert again(large).indexed == ("en",)


def test_a_cache_that_went_gives_the_same_files(large: Path) -> None:
    before = tree(large / "public")
    shutil.rmtree(large / ".notes-site")
    report = built(large)
    assert len(volumes_of(report)) >= 4
    assert tree(large / "public") == before


def test_a_language_without_a_word_has_no_index(tmp_path: Path) -> None:
    site = write(tmp_path / "site", {"site.yml": "title: S\n", "content/a.md": '---\ntitle: "…"\n---\n'})
    assert built(site).problems == ()
    assert index(site)["languages"] == []
    report = again(site, {"content/de.md": "---\nlang: de\n---\n\n# Wort\n"})
    assert index(site)["languages"] == ["de"]
    assert (site / "public/_/search/de/pagefind.js").exists()
    assert report.problems == ()

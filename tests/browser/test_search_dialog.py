"""The search in a real browser: words, formulas, keys, filters, places, languages; under a strict policy."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import IN_CHROMIUM, Quiet, shown
from playwright.sync_api import Browser, Page
from sites import built, write

from notes_site.build import build
from notes_site.project import find
from notes_site.search import division
from notes_site.search.formulas import normalise

ROOT = Path(__file__).parents[2]
QUERIES = Path(__file__).parents[1] / "data" / "formula_queries.txt"
CORPUS = ROOT.parent / "shared" / "corpora" / "ickma"
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'"
)
NOTE = "/probability/lecture-03-conditional-expectation/"

pytestmark = IN_CHROMIUM

LANGUAGES = {
    "site.yml": "title: Many\nlang: en\n",
    "content/en.md": "---\ntags: [norms]\n---\n\n# On Poincaré\n\nBy Poincaré, Erdős and Hölder, in a café.\n",
    "content/de.md": "---\nlang: de\n---\n\n# Große Zahlen\n\nDie Überraschung wächst mit den Zahlen.\n",
    "content/ja.md": "---\nlang: ja\n---\n\n# 確率的勾配降下法\n\n機械学習では勾配を推定する。\n",
    "content/zh.md": "---\nlang: zh\n---\n\n# 随机梯度下降\n\n机器学习中的随机梯度下降。\n",
    "content/ko.md": "---\nlang: ko\n---\n\n# 경사 하강법\n\n기계 학습에서 쓰인다.\n",
    "content/mixed.md": "# Mixed\n\nIn an English note: 変分下限 is the ELBO.\n",
}


class Strict(Quiet):
    """Serves files as a careful host does."""

    policy = POLICY


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a server."""
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def address(served: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Three sites on one server: this project's own, the same with each page indexed by itself, one in languages."""
    folder = served
    build(find(ROOT, output=folder / "own"), jobs=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(division, "MOST", 1)
        report = build(find(ROOT, output=folder / "volumes"), jobs=2)
    assert sum("/" in name for name in report.indexed) > 50
    built(write(tmp_path_factory.mktemp("many"), LANGUAGES), output=folder / "many")
    with shown(folder, Strict) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page whose console stays empty, and which asks one host alone."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    errors: list[str] = []
    hosts: set[str] = set()
    page.on("console", lambda message: errors.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    yield page
    assert errors == []
    assert len(hosts) == 1
    page.close()


def opened(page: Page, url: str) -> None:
    page.goto(url)
    page.keyboard.press("/")
    page.wait_for_selector("dialog.search[open]")


def looked(page: Page, typed: str) -> list[tuple[str, str]]:
    """What is found for a text: where each result leads, from the root of the site, and what it says."""
    page.fill("#_search", typed)
    answered(page)
    return listed(page)


def answered(page: Page) -> None:
    """Wait until what is asked for is shown."""
    page.wait_for_selector('#_found[aria-busy="false"]', state="attached")


def listed(page: Page) -> list[tuple[str, str]]:
    found = page.eval_on_selector_all("#_found [role=option]", "all => all.map(one => [one.href, one.textContent])")
    return [(re.sub(r"^https?://[^/]*/[^/]*", "", href), text) for href, text in found]


def test_words_are_found_with_their_places_and_snippets_with_formulas_one_can_read(page: Page, address: str) -> None:
    opened(page, f"{address}/own/")
    found = looked(page, "conditional expectation")
    assert found[0][0] == NOTE
    assert (f"{NOTE}#def-conditional-expectation", True) in [(url, "𝔼[Y | G]" in text) for url, text in found]
    marks = page.eval_on_selector_all("#_found mark", "all => all.map(one => one.textContent.toLowerCase())")
    assert {"conditional", "expectation"} <= {mark.strip(".,;:") for mark in marks}
    assert page.text_content(".search-status") != ""


@pytest.mark.parametrize("typed", [r"\mathbb{E}[Y \mid X]", "E[Y|X]", "𝔼[Y∣X]", r"\operatorname{E} [ Y | X ]"])
def test_a_formula_is_found_however_it_is_written(page: Page, address: str, typed: str) -> None:
    opened(page, f"{address}/own/guide/")
    found = looked(page, typed)
    assert any(url.startswith(NOTE) for url, _ in found)
    assert found == looked(page, "E[Y|X]")


def test_the_keyboard_alone_opens_looks_chooses_and_follows(page: Page, address: str) -> None:
    opened(page, f"{address}/own/")
    found = looked(page, "Jensen's inequality")
    target = next(i for i, (url, _) in enumerate(found) if "#" in url)
    for _ in range(target + 1):
        page.keyboard.press("ArrowDown")
    chosen = page.get_attribute("#_search", "aria-activedescendant")
    assert page.get_attribute(f"#{chosen}", "aria-selected") == "true"
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/own{found[target][0]}")
    assert page.locator(":target").count() == 1
    page.keyboard.press("Control+k")
    page.wait_for_selector("dialog.search[open]")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.search:not([open])", state="attached")


def test_what_is_typed_before_the_answer_is_there_is_followed_when_it_comes(page: Page, address: str) -> None:
    opened(page, f"{address}/own/")
    page.keyboard.type("conditional expectation")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/own{NOTE}")


def test_results_are_narrowed_by_kind_collection_and_topic(page: Page, address: str) -> None:
    opened(page, f"{address}/own/")
    looked(page, "convex")
    everything = listed(page)
    page.select_option(".search-kind", "definition")
    answered(page)
    assert listed(page)
    assert all(text.startswith("Definition") and "#def-" in url for url, text in listed(page))
    page.select_option(".search-kind", "")
    page.select_option(".search-collection", "/optimization/")
    answered(page)
    inside = listed(page)
    assert inside
    assert all(url.startswith("/optimization/") for url, _ in inside)
    assert {url for url, _ in inside} != {url for url, _ in everything}
    page.select_option(".search-collection", "")
    page.select_option(".search-kind", "equation")
    assert looked(page, r"\nabla f(x)")
    assert page.locator("#_found .search-formula").count() >= 3


@pytest.mark.parametrize(
    ("typed", "note", "work"),
    [
        ("adam", "/papers/adam/", "/bibliography/reddi2018/"),
        ("johnson lindenstrauss", "/proofs/johnson-lindenstrauss/", "/bibliography/dasgupta2003/"),
    ],
)
def test_notes_come_before_the_pages_of_works(page: Page, address: str, typed: str, note: str, work: str) -> None:
    opened(page, f"{address}/own/")
    found = [url for url, _ in looked(page, typed)]
    assert found[0] == note
    assert work in found


def test_a_work_is_found_by_its_title_and_not_by_what_it_is_cited_with(page: Page, address: str) -> None:
    opened(page, f"{address}/own/")
    url, shown = looked(page, "convergence of adam and beyond")[0]
    assert url == "/bibliography/reddi2018/"
    assert "Sashank" in shown
    assert not any("@inproceedings" in text or "BibTeX" in text for _, text in looked(page, "reddi"))


def test_words_and_formulas_of_several_volumes_stand_in_one_list(page: Page, address: str) -> None:
    opened(page, f"{address}/volumes/")
    looked(page, "log sum")
    groups = page.eval_on_selector_all(
        "#_found [role=group]",
        "all => all.map(one => [...one.querySelectorAll('.search-result')].map(link => link.pathname))",
    )
    formulas, words = groups
    assert len(set(formulas)) > 1
    assert len(set(words)) > 1


FILTERS = """async (home) => {
  const found = await import(new URL("_/search/en/pagefind.js", home));
  await found.init();
  return found.filters();
}"""


def test_an_index_of_many_volumes_answers_as_one_does(page: Page, address: str) -> None:
    """The same results in the same places, as many of them, and as many pages in each filter."""
    asked = [
        "conditional expectation", "jensen", "gradient descent", "convex", "eigenvalues", "tower property", "conv",
        "poincare inequality", "softmax", "markov chains", "the", "borel cantelli", "thexyzzy",
    ]  # fmt: skip
    answers: dict[str, list[tuple[list[tuple[str, str]], str | None]]] = {}
    filters = {}
    for site in ("own", "volumes"):
        opened(page, f"{address}/{site}/")
        answers[site] = [(sorted(looked(page, typed)), page.text_content(".search-status")) for typed in asked]
        filters[site] = page.evaluate(FILTERS, f"{address}/{site}/")
    assert [row for row, other in zip(answers["own"], answers["volumes"], strict=True) if row != other] == []
    assert filters["own"] == filters["volumes"]
    assert filters["own"]["is"]["kind:note"] > 50


def test_a_place_on_the_same_page_is_gone_to_and_the_dialog_closes(page: Page, address: str) -> None:
    opened(page, f"{address}/own{NOTE}")
    found = looked(page, "tower property")
    assert any(url.startswith(f"{NOTE}#") for url, _ in found)
    page.click(f'#_found a[href*="{NOTE}#"]')
    page.wait_for_selector("dialog.search:not([open])", state="attached")
    assert "#" in page.url


def test_what_shares_only_a_beginning_with_the_words_is_not_found(page: Page, address: str) -> None:
    opened(page, f"{address}/own/")
    assert looked(page, "thexyzzy inplugh") == []
    assert page.text_content(".search-status") == "Nothing found"
    assert not page.is_visible(".search-more")
    assert len(looked(page, "the")) > 8
    count = page.locator("#_found .search-result").count()
    page.click(".search-more")
    page.wait_for_function("count => document.querySelectorAll('#_found .search-result').length > count", arg=count)


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("poincare", "/en/"), ("Poincaré", "/en/"), ("Erdos", "/en/"), ("holder", "/en/"), ("café", "/en/"),
        ("uberraschung", "/de/"), ("Überraschung", "/de/"), ("Zahl", "/de/"),
        ("学習", "/ja/"), ("勾配降下", "/ja/"), ("梯度", "/zh/"), ("机器学习", "/zh/"), ("학습", "/ko/"),
        ("変分", "/mixed/"),
    ],
)  # fmt: skip
def test_accents_and_writing_without_blanks_are_found(page: Page, address: str, typed: str, url: str) -> None:
    opened(page, f"{address}/many/en/")
    found = looked(page, typed)
    assert found
    assert found[0][0].split("#")[0] == url


def test_the_dialog_speaks_the_language_of_its_page(page: Page, address: str) -> None:
    opened(page, f"{address}/many/de/")
    assert page.get_attribute("dialog.search", "aria-label") == "Suche"
    assert looked(page, "gibtesnicht") == []
    assert page.text_content(".search-status") == "Nichts gefunden"


def test_what_was_loaded_is_searched_without_a_network(page: Page, address: str) -> None:
    opened(page, f"{address}/own/")
    first = looked(page, "jensen")
    looked(page, "E[Y|X]")
    page.context.set_offline(True)
    assert looked(page, "jensen") == first
    assert looked(page, r"\mathbb{E}[Y \mid X]")
    page.context.set_offline(False)


def queries(file: Path = QUERIES) -> list[tuple[str, str]]:
    """What is typed, and the note that must be found."""
    rows = [line for line in file.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    made = [re.fullmatch(r"(.*?)\s{2,}(/\S*/)", row) for row in rows]
    assert all(made)
    return [(found[1], found[2]) for found in made if found is not None]


RANKED = """async (queries) => {
  const text = await (await fetch(location.href)).text();
  const page = new DOMParser().parseFromString(text, "text/html").querySelector("#_page");
  const { files } = JSON.parse(page.textContent);
  const script = new URL(files["search.js"], location.href);
  const search = await import(script);
  const home = new URL("search/", script), load = async (name) => (await fetch(new URL(name, home))).json();
  const index = await load("index.json");
  const rows = (await Promise.all(index.shards.map(([file]) => load(file)))).flat();
  const normalise = search.normaliser(index.table, index.macros);
  return queries.map((typed) => [search.isFormula(typed, index.table),
    search.rank(normalise(typed), rows).slice(0, 3).map(([row]) => row[0])]);
}"""


def missed(page: Page, asked: list[tuple[str, str]]) -> list[tuple[str, str, list[str]]]:
    """What does not find its note among the first three, with what it finds."""
    answers = page.evaluate(RANKED, [typed for typed, _ in asked])
    return [
        (typed, url, found)
        for (typed, url), (taken, found) in zip(asked, answers, strict=True)
        if not taken or url not in found
    ]


def test_each_of_fifty_formulas_finds_its_note_among_the_first_three(page: Page, address: str) -> None:
    page.goto(f"{address}/own/")
    assert len(queries()) >= 50
    assert missed(page, queries()) == []


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
def test_formulas_of_a_real_site_are_found_and_weigh_little(
    page: Page, served: Path, address: str, tmp_path: Path
) -> None:
    """234 notes with 10,500 formulas."""
    shutil.copytree(CORPUS, tmp_path / "corpus")
    for path in (tmp_path / "corpus", *(tmp_path / "corpus").rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    built(tmp_path / "corpus", jobs=2, output=served / "corpus")
    page.goto(f"{address}/corpus/")
    assert missed(page, queries(QUERIES.with_stem("formula_queries_corpus"))) == []
    files = list((served / "corpus/_/search").glob("*.json"))
    assert sum(len(gzip.compress(file.read_bytes(), 6)) for file in files) < 180_000


NORMALISED = """async ([table, texts]) => {
  const text = await (await fetch(location.href)).text();
  const page = new DOMParser().parseFromString(text, "text/html").querySelector("#_page");
  const { files } = JSON.parse(page.textContent);
  const search = await import(new URL(files["search.js"], location.href));
  const normalise = search.normaliser(table);
  return texts.map(normalise);
}"""


def test_the_browser_and_the_build_normalise_alike(page: Page, address: str) -> None:
    """All formulas of this project's notes, its fifty queries, and texts put together by chance."""
    import random

    page.goto(f"{address}/own/")
    index = page.evaluate(
        """async () => {
          const text = await (await fetch(location.href)).text();
          const page = new DOMParser().parseFromString(text, "text/html").querySelector("#_page");
  const { files } = JSON.parse(page.textContent);
          return (await fetch(new URL("search/index.json", new URL(files["search.js"], location.href)))).text();
        }"""
    )
    source = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "content").rglob("*.md")))
    texts = re.findall(r"\$+([^$]+)\$+", source) + [typed for typed, _ in queries()]
    assert len(texts) > 3000
    parts = [*"abxyz{}[]()^_\\/√+-=.,|<>'′²₁ ᵀ∇θ𝔼é機\u0302\n%&~*", "\\frac", "\\sqrt", "\\left", "\\hat", "theta", "||"]
    chance = random.Random(1)
    texts += ["".join(chance.choices(parts, k=chance.randint(1, 30))) for _ in range(2000)]
    made = page.evaluate(NORMALISED, [json.loads(index)["table"], texts])
    assert [(text, one) for text, one in zip(texts, made, strict=True) if one != normalise(text)] == []


def test_what_is_offered_is_read_whole_on_a_phone(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 360, "height": 700})
    opened(page, f"{address}/own/")
    cut = "one => one.scrollWidth > one.clientWidth"
    assert page.eval_on_selector_all(".search select", f"all => all.filter({cut}).length") == 0
    edges = "all => all.map(one => one.getBoundingClientRect().right)"
    right = page.eval_on_selector_all(".search select, .search-close", edges)
    assert max(right) <= page.evaluate("document.documentElement.clientWidth")
    hint = page.get_attribute("#_search", "placeholder")
    assert hint == "Words, or a formula as TeX or Unicode"
    width = """one => {
      const style = getComputedStyle(one), canvas = document.createElement("canvas").getContext("2d");
      canvas.font = getComputedStyle(one, "::placeholder").font;
      return one.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)
        - canvas.measureText(one.placeholder).width;
    }"""
    assert page.eval_on_selector("#_search", width) > 0


@pytest.mark.parametrize("width", [360, 1280])
def test_the_dialog_is_no_wider_than_the_window_and_makes_nothing_move(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    opened(page, f"{address}/own/")
    looked(page, r"f(y) \le f(x) + \langle \nabla f(x), y - x \rangle + \frac{L}{2} \lVert y-x \rVert^2")
    assert page.evaluate(
        "document.querySelector('.search-body').scrollWidth <= document.querySelector('.search-body').clientWidth"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width

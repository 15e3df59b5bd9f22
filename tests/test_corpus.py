"""A real site of 234 notes that its author keeps by hand: what is derived here equals what is typed there."""

from __future__ import annotations

import fnmatch
import re
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml
from sites import attributes, built, dead_links, html_errors

from notes_site.address import note_url
from notes_site.model import Report

# a series as one page says again what its notes say
PRINTED = "/print/index.html"
CORPUS = Path(__file__).parents[2] / "shared" / "corpora" / "ickma"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here"),
]

# `### ∇ Goodfellow Deep Learning Book <span class="section-count">64 chapters</span>`
SECTION = re.compile(r'^### (?:\W+ )?(?P<title>.*?) <span class="section-count">(?P<count>.*?)</span>', re.MULTILINE)
# `**[Chapter 20: Deep Generative Models](ML/deep-generative-models.qmd)**`
ENTRY = re.compile(r"^\*\*\[.*\]\((?P<path>[^)]+)\)\*\*$", re.MULTILINE)


@dataclass(frozen=True)
class Corpus:
    folder: Path
    public: Path
    report: Report

    @property
    def home(self) -> str:
        return (self.public / "index.html").read_text("utf-8")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("corpus") / "ickma"
    shutil.copytree(CORPUS, folder)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    public = folder.parent / "public"
    return Corpus(folder, public, built(folder, jobs=2, output=public))


def by_hand(corpus: Corpus) -> list[tuple[str, str, list[str]]]:
    """Title, count and newest entries of each section of the author's own home page."""
    text = (corpus.folder / "index.qmd").read_text("utf-8").partition("\n## More Topics")[0]
    heads = list(SECTION.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    return [
        (head["title"], head["count"], [found["path"] for found in ENTRY.finditer(text, head.end(), end)])
        for head, end in zip(heads, ends, strict=True)
    ]


def derived(corpus: Corpus) -> list[tuple[str, str, list[str]]]:
    """The same of the home page that was built; entries by their addresses."""
    made = []
    for section in corpus.home.split("<section")[1:]:
        count = re.search(r">\s*(\d+ (?:chapters?|notes?|items?))\s*<", section)
        title = re.search(r"<h3[^>]*>(.*?)</h3>", section, re.DOTALL)
        if count and title:
            plain = re.sub(r"<span.*?</span>|<[^>]*>", "", title[1]).strip()
            entries = re.findall(r'class="entry-title">.*?href="([^"]*)"', section, re.DOTALL)
            made.append((plain, count[1], ["/" + unquote(entry) for entry in entries]))
    return made


def test_every_note_that_is_not_ignored_has_a_page(corpus: Corpus) -> None:
    ignored = yaml.safe_load((corpus.folder / "site.yml").read_text("utf-8"))["ignore"]
    notes = [
        path
        for file in sorted(corpus.folder.rglob("*"))
        if file.suffix in (".qmd", ".ipynb", ".md")
        for path in [file.relative_to(corpus.folder).as_posix()]
        if not any(fnmatch.fnmatchcase(path, pattern) for pattern in ignored)
    ]
    assert len(notes) == corpus.report.notes == 234
    for path in notes:
        assert (corpus.public / note_url(path)[1:] / "index.html").is_file(), path


def test_the_home_page_counts_as_the_author_does(corpus: Corpus) -> None:
    assert [(title, count) for title, count, _ in derived(corpus)] == [(t, c) for t, c, _ in by_hand(corpus)]
    assert [count for _, count, _ in derived(corpus)] == [
        "64 chapters", "2 notes", "6 notes", "4 notes", "4 notes", "11 notes", "21 notes", "1 note", "116 items",
    ]  # fmt: skip


def test_the_newest_entries_are_those_that_the_author_lists_by_hand(corpus: Corpus) -> None:
    expected = {title: [note_url(path) for path in paths[:4]] for title, _, paths in by_hand(corpus)}
    assert {title: entries for title, _, entries in derived(corpus)} == expected
    book = re.findall(r"Chapter (\d+)", corpus.home)[:4]
    assert book == ["20", "19", "18", "17"]


def test_all_formulas_are_typeset_but_one_that_is_a_mistake_in_the_source(corpus: Corpus) -> None:
    failed = [(p.code, p.span.path, p.span.line, p.span.column) for p in corpus.report.problems if p.code < "N030"]
    assert failed == [("N021", "ML/linear-factor-models.qmd", 127, 14)]
    assert corpus.report.formulas >= 10_400
    boxes = {
        file.relative_to(corpus.public).as_posix(): count
        for file in corpus.public.rglob("index.html")
        if not file.as_posix().endswith(PRINTED) and (count := file.read_text("utf-8").count('class="math-error'))
    }
    assert boxes == {"ml/linear-factor-models/index.html": 1}


def test_what_is_reported_is_missing_from_the_corpus(corpus: Corpus) -> None:
    """It was copied without its pictures."""
    assert {p.code for p in corpus.report.problems} == {"N021", "N031", "N044"}
    for problem in corpus.report.problems:
        assert problem.span.line > 0
        assert problem.span.column > 0
        if problem.code == "N044":
            name = problem.message.removeprefix('no file "').removesuffix('"')
            assert not (corpus.folder / Path(problem.span.path).parent / name).exists()
            assert name in problem.excerpt or problem.excerpt.startswith("<video")


def test_no_link_of_ours_is_dead(corpus: Corpus) -> None:
    dead = [(page, link) for page, link in dead_links(corpus.public) if not page.endswith(PRINTED)]
    # `<source src="…">` in the author's own HTML, to a film that was not copied
    assert dead == [("math/reflections/taylor-euler-fourier/index.html", "complex-periodic.mp4")]
    assert 'src="complex-periodic.mp4"' in (corpus.folder / "Math/reflections/taylor-euler-fourier.qmd").read_text()


def test_every_page_is_html_without_an_error_and_no_id_stands_twice(corpus: Corpus) -> None:
    pages = sorted(corpus.public.rglob("*.html"))
    assert len(pages) > corpus.report.notes
    wrong: dict[str, list[str]] = {}
    for file in pages:
        text = file.read_text("utf-8")
        ids = attributes(text, "id")
        found = html_errors(text) + sorted(f"id {anchor} twice" for anchor, count in Counter(ids).items() if count > 1)
        if found:
            wrong[file.relative_to(corpus.public).as_posix()] = found
    assert wrong == {}

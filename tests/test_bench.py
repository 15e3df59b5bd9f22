"""The corpus of the benchmarks is the same every time and plain; the table says what was measured."""

from __future__ import annotations

import importlib
import random
import re
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[1] / "bench"
sys.path.insert(0, str(BENCH))
corpus = importlib.import_module("corpus")
table = importlib.import_module("table")
sys.path.remove(str(BENCH))

SOURCE = {
    "a/one.md": "---\ntitle: One\ndate: 2025-01-02\n---\n\nSee [two](../b/two.md#part) and $x + y = z$.\n",
    "b/two.md": "---\ntitle: Two\n---\n\n$$\na + b\n$$\n\n`$c + d$` and [out](https://example.org/x.md)\n",
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for path, text in SOURCE.items():
        file = tmp_path / "source" / path
        file.parent.mkdir(parents=True)
        file.write_text(text, "utf-8")
    return tmp_path / "source"


def files_of(folder: Path) -> dict[str, str]:
    return {file.relative_to(folder).as_posix(): file.read_text("utf-8") for file in sorted(folder.rglob("*.md"))}


def made(source: Path, count: int, seed: int = 1) -> dict[str, str]:
    return dict(corpus.Copies(corpus.read_plain(source), count, seed).files())


def test_the_same_seed_gives_the_same_bytes(source: Path, tmp_path: Path) -> None:
    for name in ("first", "second"):
        assert corpus.main([str(tmp_path / name), "-n", "7", "--seed", "3", "--from", str(source)]) == 0
    assert files_of(tmp_path / "first") == files_of(tmp_path / "second")
    assert len(files_of(tmp_path / "first")) == 7


def test_copies_differ_in_name_title_and_the_spaces_of_their_formulas(source: Path) -> None:
    files = made(source, 12)
    ones = [text for path, text in files.items() if path.startswith("a/one")]
    assert len({re.search(r"^title: .*$", text, re.MULTILINE)[0] for text in ones if text}) == 6  # type: ignore[index]
    formulas = [re.search(r"\$.*\$", text)[0] for text in ones]  # type: ignore[index]
    assert len(set(formulas)) > 3
    assert {re.sub(r"\s+", "", formula) for formula in formulas} == {"$x+y=z$"}
    assert all("`$c + d$`" in text for path, text in files.items() if path.startswith("b/"))


@pytest.mark.parametrize("count", [1, 2, 5, 601, 1300])
def test_every_link_leads_to_a_note_that_is_there(source: Path, count: int) -> None:
    files = made(source, count)
    assert len(files) == count
    for path, text in files.items():
        for target in re.findall(r"\]\(([^):]+\.md)", text):
            resolved = Path("/", path).parent.joinpath(target).resolve().relative_to("/").as_posix()
            assert resolved in files or count == 1


def test_no_folder_holds_more_than_three_hundred_notes(source: Path) -> None:
    folders = [path.rpartition("/")[0] for path in made(source, 1300)]
    assert max(folders.count(folder) for folder in set(folders)) <= 300


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("::: {.proof}\nText.\n:::", "Text."),
        ("## Head {#sec .cls}", "## Head"),
        ("See [[note|words]], [[other]] and ![[embed]].", "See words, other and ."),
        ("A <b>bold</b> word[^1].\n\n[^1]: Note.\n", "A bold word."),
        ("> [!note] Title\n> Text.", "> **Title**\n> Text."),
        ("![a picture](x.svg){width=3}", ""),
        ("Let $\\R \\ni \\norm{x}$.", "Let ${\\mathbb{R}} \\ni {|x|}$."),
        ("So $$ x $$ {#eq-x} holds.", "So\n\n$$\nx\n$$\n\n holds."),
        ("- $$\n  x\n  $$", "-\n\n  $$\n  x\n  $$"),
        ("> $$ x $$", "> $x$"),
        ("```{.python title=a}\n$x$ [[y]]\n```", "```python\n$x$ [[y]]\n```"),
        ("Costs $5 or `[[code]]`.", "Costs USD 5 or `[[code]]`."),
    ],
)
def test_the_projects_own_notes_become_plain(written: str, plain: str) -> None:
    macros = {"R": corpus.Macro(0, "\\mathbb{R}"), "norm": corpus.Macro(1, "|#1|")}
    assert corpus.neutral(written, macros) == plain.strip("\n") + "\n"


def test_the_own_corpus_has_formulas_and_nothing_that_only_this_project_reads() -> None:
    notes = corpus.read_own()
    assert len(notes) > 20
    assert sum(corpus.formulas_of(note.body) for note in notes) > 500
    for note in notes:
        text = corpus.TOKEN.sub("", note.body)
        assert not re.search(r"^ *:::|\[\[|\[\^|\{#|!\[|\$", text, re.MULTILINE), note.path


def test_spacing_leaves_code_and_control_spaces_alone() -> None:
    body = "$a\\ b + c$ and `$a + b$`\n\n```text\n$a + b$\n```\n"
    spaced = corpus.spaced(body, random.Random(1))
    assert spaced.endswith("`$a + b$`\n\n```text\n$a + b$\n```\n")
    assert spaced.startswith("$a\\ b")


def result() -> dict[str, object]:
    ours = {
        "title": "notes-site", "version": "1.0", "typeset": True, "note": "", "seconds": {"cold": [3.0, 2.0, 1.0]},
        "peak": [2**20], "start": [0.05], "bytes": 2**20, "files": 9, "served": {"body": [0.01], "title": [0.02]},
    }  # fmt: skip
    slow = {**ours, "title": "Slow", "seconds": {"cold": [9.0], "body": [0.5]}, "served": {"body": [0.1], "title": []}}
    left_out = {"title": "Other", "typeset": False, "note": "", "skipped": "it needs npm"}
    return {
        "date": "2026-01-01", "cores": 2, "python": "3.11", "node": "", "source": "real notes", "notes": 250,
        "formulas": 10000, "size": 2**20, "peers": {"slow": slow, "notes-site": ours, "other": left_out},
    }  # fmt: skip


def test_the_table_has_medians_and_their_ratio_to_ours() -> None:
    lines = table.markdown({250: result()}).splitlines()
    assert "## 250 notes" in lines
    rows = [line for line in lines if line.startswith("| ")]
    assert rows[2].startswith("| **notes-site** | in the build | 2.00 s (1.0×) | – |")
    assert rows[3].startswith("| Slow | in the build | 9.00 s (4.5×) | – | 0.50 s | – |")
    assert "| Slow | 0.10 s (10×) | – |" in lines
    assert "Left out: Other: it needs npm." in lines


def test_every_row_has_as_many_cells_as_its_head() -> None:
    blocks = re.findall(r"(?:^\|.*\n?)+", table.markdown({250: result()}), re.MULTILINE)
    assert len(blocks) == 3
    for block in blocks:
        assert len({row.count("|") for row in block.splitlines()}) == 1


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0421, "42 ms"), (0.0996, "0.10 s"), (1.234, "1.23 s"), (9.996, "10.0 s"), (12.34, "12.3 s"), (123.4, "123 s")],
)
def test_times_have_three_digits_at_most(seconds: float, words: str) -> None:
    assert table.seconds_in_words(seconds) == words


def test_only_what_is_between_the_markers_is_written_anew(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"Before.\n\n{table.BEGIN}\nold\n{table.END}\n\nAfter.\n", "utf-8")
    for _ in range(2):
        table.write(page, "new")
    assert page.read_text("utf-8") == f"Before.\n\n{table.BEGIN}\n\nnew\n\n{table.END}\n\nAfter.\n"


def test_a_page_without_markers_is_left_as_it_is(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Nothing here.\n", "utf-8")
    with pytest.raises(ValueError, match="markers"):
        table.write(page, "new")
    assert page.read_text("utf-8") == "Nothing here.\n"


def test_the_page_of_the_benchmarks_has_its_markers() -> None:
    text = (BENCH.parent / "docs" / "benchmarks.md").read_text("utf-8")
    assert text.count(table.BEGIN) == text.count(table.END) == 1

"""The corpus of the benchmarks is the same every time and plain; the table says what was measured."""

from __future__ import annotations

import gzip
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
reading = importlib.import_module("reading")
delivery = importlib.import_module("delivery")
themes = importlib.import_module("themes")
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


# --- pages in a browser ---


def visit(**said: float) -> dict[str, float]:
    usual = {"requests": 9, "others": 0, "bytes": 90_000, "scripts": 4_000, "paint": 0.5, "last": 0.75, "shift": 0.0}
    return {**usual, "elements": 3_000, "formulas": 160, **said}


def read_result() -> dict[str, object]:
    ours = {
        "title": "notes-site", "program": "Pages", "version": "1.0", "typeset": "MathML in the build", "plain": 160,
        "visits": {"slow": [visit(), visit(last=9.0), visit(last=0.25)], "fast": [visit(last=0.042)]},
    }  # fmt: skip
    slow = {**ours, "title": "Slow", "plain": 0, "visits": {"slow": [visit(last=5.5, others=7, bytes=1_234_567)]}}
    faster = {**ours, "title": "Faster", "plain": 20, "visits": {"slow": [visit(last=0.5)]}}
    left_out = {"title": "Other", "typeset": "MathJax", "skipped": "it needs npm"}
    return {
        "date": "2026-01-01", "cores": 2, "browser": "149", "source": "real notes", "note": "a/b.md", "formulas": 150,
        "size": 11_000, "neighbours": 8, "elsewhere": ["katex 1.0"],
        "themes": {"slow": slow, "other": left_out, "notes-site": ours, "faster": faster},
    }  # fmt: skip


def test_pages_stand_in_the_order_of_their_last_formula_with_medians_and_in_bold_ours() -> None:
    weights, times = (
        [[cell.strip() for cell in row.strip("|").split("|")] for row in lines.splitlines()[2:]]
        for lines in re.findall(r"(?:^\|.*\n)+", reading.markdown(read_result()) + "\n", re.MULTILINE)
    )
    assert [row[0] for row in weights] == [row[0] for row in times] == ["Faster", "**notes-site**", "Slow"]
    assert weights[2][1:] == ["9", "7", "1,235", "4.0", "3,000"]
    assert [row[6] for row in times] == ["20 of 160", "all", "none"]
    assert times[1][1:6] == ["0.50", "0.75", "0.50", "0.04", "0.000"]
    assert times[2][3:5] == ["–", "–"]


def test_a_theme_that_could_not_be_had_is_said_with_its_reason() -> None:
    assert "Left out: Other: it needs npm." in reading.markdown(read_result())


def test_the_version_of_every_program_is_said() -> None:
    assert "set by Pages 1.0 (MathML in the build); Pages 1.0" in reading.markdown(read_result())


def test_a_visit_counts_what_both_servers_sent() -> None:
    answers = [
        reading.Answer("own", "text/html", 1000, 200),
        reading.Answer("other", "text/javascript", 500, 200),
        reading.Answer("other", "font/woff2", 70, 404),
    ]
    seen = {"paint": 250.0, "last": 1500.0, "elements": 12, "formulas": 3}
    found = reading.visit_of(answers, seen, [])
    assert found == {
        "requests": 3, "others": 2, "bytes": 1570, "scripts": 500, "paint": 0.25, "last": 1.5, "shift": 0.0,
        "elements": 12, "formulas": 3,
    }  # fmt: skip


def test_no_formula_is_seen_before_the_first_paint() -> None:
    seen = {"paint": 250.0, "last": 200.0, "elements": 12, "formulas": 3}
    assert reading.visit_of([], seen, [])["last"] == 0.25


@pytest.mark.parametrize(
    ("shifts", "worst"),
    [
        ([], 0.0),
        ([(100, 0.1), (900, 0.2)], 0.3),
        ([(900, 0.2), (100, 0.1)], 0.3),
        ([(100, 0.1), (1100, 0.2)], 0.2),  # a second without a shift
        ([(900 * turn, 0.1) for turn in range(8)], 0.6),  # no window is longer than five seconds
    ],
)
def test_the_shift_of_a_page_is_its_worst_window(shifts: list[tuple[float, float]], worst: float) -> None:
    assert reading.cumulative_shift(reading.Shift(*shift) for shift in shifts) == pytest.approx(worst)


@pytest.mark.parametrize(
    ("query", "faces"),
    [
        (
            "css2?family=A+B:wght@400;700&family=C",
            [("A B", [(400, "normal"), (700, "normal")]), ("C", [(400, "normal")])],
        ),
        ("css2?family=A:ital,wght@0,400;1,600&display=swap", [("A", [(400, "normal"), (600, "italic")])]),
        ("css2?family=A%20B:wght@300..900", [("A B", [(300, "normal")])]),
        ("css?family=A:300,300i%7CB+C:400", [("A", [(300, "normal"), (300, "italic")]), ("B C", [(400, "normal")])]),
    ],
)
def test_what_is_asked_of_google_fonts_is_read_in_both_spellings(query: str, faces: list[object]) -> None:
    assert reading.faces_of(f"https://fonts.googleapis.com/{query}") == faces


def test_only_hosts_that_have_a_stand_in_are_turned_to_it() -> None:
    text = '<a href="https://example.org/"><script src="https://unpkg.com/katex@0/dist/katex.js">'
    there = '<a href="https://example.org/"><script src="http://127.0.0.1:7/unpkg.com/katex@0/dist/katex.js">'
    assert delivery.turned(text, 7) == there


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("/", b"home"),
        ("/a/", b"note"),
        ("/b", b"bare"),
        ("/b.html?x=1#y", b"bare"),
        ("/c", None),
        ("/../secret.html", None),
    ],
)
def test_a_site_is_handed_out_as_hosts_do(tmp_path: Path, address: str, found: bytes | None) -> None:
    (tmp_path / "secret.html").write_bytes(b"secret")
    for path, data in (("index.html", b"home"), ("a/index.html", b"note"), ("b.html", b"bare")):
        (tmp_path / "out" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "out" / path).write_bytes(data)
    file = delivery.site_file(tmp_path / "out", address)
    assert (file.data if file else None) == found


def test_text_goes_over_the_wire_with_gzip_and_fonts_as_they_are_and_all_of_it_is_counted() -> None:
    files = {"/a.css": delivery.File(b"a" * 900, "text/css"), "/b.woff2": delivery.File(b"b" * 900, "font/woff2")}
    server = delivery.Server("own", files.get)
    answers = {address: server.answer(address) for address in ("/a.css", "/b.woff2", "/c.js")}
    assert gzip.decompress(answers["/a.css"][2]) == b"a" * 900
    assert answers["/b.woff2"][2] == b"b" * 900
    assert b"Content-Encoding: gzip" in answers["/a.css"][1]
    assert b"Content-Encoding" not in answers["/b.woff2"][1]
    assert [answer.size for answer in server.log] == [len(head) + len(body) for _, head, body in answers.values()]
    assert server.missing == ["/c.js"]


def test_the_address_of_a_note_is_found_in_either_form(tmp_path: Path) -> None:
    for path in ("x/one.html", "y/two/index.html"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    assert themes.page_of(tmp_path, "one") == "/x/one.html"
    assert themes.page_of(tmp_path, "two") == "/y/two/"


def test_the_page_of_the_guide_has_its_markers() -> None:
    text = (BENCH.parent / "content" / "guide" / "weight.md").read_text("utf-8")
    assert text.count(reading.BEGIN) == text.count(reading.END) == 1

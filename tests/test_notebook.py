"""Notebooks: cells joined to one text, outputs to HTML, and no bytes that make it fail."""

import base64
import json
import re
import struct
import zlib
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from painted import photograph, saved
from sites import built, page, write

from notes_site.notebook import Notebook, read
from notes_site.notebook.foreign import safe_html
from notes_site.pixels import pixels, svg_pixels

VOID = {"br", "col", "hr", "img", "input", "source", "track", "wbr"}


def png(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\0" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def cell(kind: str, source: object, *tags: str, **more: object) -> dict[str, object]:
    return {"cell_type": kind, "source": source, "metadata": {"tags": list(tags)}, **more}


def result(**data: object) -> dict[str, object]:
    bundle = {name.replace("_", "/", 1).replace("_", "+"): value for name, value in data.items()}
    return {"output_type": "display_data", "data": bundle}


def stream(text: object, name: str = "stdout") -> dict[str, object]:
    return {"output_type": "stream", "name": name, "text": text}


def made(*cells: dict[str, object], language: str = "python") -> Notebook:
    book = {"nbformat": 4, "metadata": {"kernelspec": {"language": language}}, "cells": list(cells)}
    return read(json.dumps(book).encode(), "a.ipynb")


def shown(*outputs: dict[str, object], source: str = "x") -> Notebook:
    return made(cell("code", source, outputs=list(outputs)))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def tags_of(html: str) -> Tags:
    tags = Tags()
    tags.feed(html)
    tags.close()
    assert not tags.open
    return tags


def test_cells_become_one_text_in_their_order() -> None:
    book = made(cell("raw", "---\ntitle: A\n---\n"), cell("markdown", ["# B\n", "text"]), cell("code", "x = 1"))
    assert book.text == "---\ntitle: A\n---\n\n# B\ntext\n\n```{python}\nx = 1\n```\n"
    assert not book.problems


def test_a_cell_begins_at_its_first_own_line() -> None:
    book = made(
        cell("markdown", "a"), cell("markdown", ""), cell("code", "b\nc", outputs=[stream("s")]), cell("raw", "d")
    )
    lines = book.text.split("\n")
    assert [(lines[entry.line], entry.number) for entry in book.cells] == [("a", 1), ("b", 3), ("d", 4)]


def test_front_matter_stands_first_or_not_at_all() -> None:
    assert made(cell("markdown", ""), cell("raw", "---\nt: 1\n---")).text.startswith("---\nt: 1\n---\n")
    assert "---" not in made(cell("markdown", "a"), cell("raw", "---\nt: 1\n---")).text


def test_raw_cells_for_another_format_are_left_out() -> None:
    latex: dict[str, object] = {"cell_type": "raw", "source": "\\newpage", "metadata": {"raw_mimetype": "text/latex"}}
    assert made(latex).text == ""


def test_a_fence_is_longer_than_any_run_in_the_code() -> None:
    assert made(cell("code", "s = '````'")).text.startswith("`````{python}\n")


@pytest.mark.parametrize(
    ("language", "expected"), [("R", "r"), ("C++", "cpp"), ("julia-1.9", "julia"), ("}{", "python"), ("", "python")]
)
def test_the_language_comes_from_the_kernel(language: str, expected: str) -> None:
    assert f"```{{{expected}}}\n" in made(cell("code", "x"), language=language).text


def test_a_fence_left_open_in_one_cell_does_not_swallow_the_next() -> None:
    assert made(cell("markdown", "```py\nx"), cell("markdown", "b")).text == "```py\nx\n```\n\nb\n"
    listed = "1. a\n   ```py\n   x\n   ```"
    assert made(cell("markdown", listed)).text == f"{listed}\n"


def test_an_output_stands_after_its_cell_on_a_line_of_its_own() -> None:
    book = shown(stream("one\n"), stream(["two\n"]), stream("bad", "stderr"))
    assert book.text.endswith("```\n\n\x020\x02\n\n\x021\x02\n")
    assert book.outputs == (
        '<div class="output"><pre class="output-text" tabindex="0">one\ntwo</pre></div>',
        '<div class="output"><pre class="output-text stderr" tabindex="0">bad</pre></div>',
    )


def test_the_author_cannot_write_the_marks_of_outputs_and_pictures() -> None:
    book = made(cell("markdown", "a\n b\x029\x02\0"), cell("code", "x", outputs=[result(text_html="<b>\x03x\x03</b>")]))
    assert "b9" in book.text
    assert book.outputs == ('<div class="output"><b>x</b></div>',)
    assert [(p.code, p.span.line, p.span.column, p.span.cell) for p in book.problems] == [("N005", 2, 3, 1)]


def test_terminal_escapes_and_overwritten_lines_are_not_shown() -> None:
    book = shown(stream("\x1b[31mred\x1b[0m \x1b]8;;http://x\x07<link>\n 10%\r 100%\r\n"))
    assert "red &lt;link&gt;\n 100%</pre>" in book.outputs[0]


def test_an_error_says_its_name_once() -> None:
    book = shown(
        {"output_type": "error", "ename": "E", "evalue": "<v>", "traceback": ["\x1b[0;31mTrace", "E: <v>"]},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": []},
    )
    assert "Trace\nE: &lt;v&gt;</pre>" in book.outputs[0]
    assert ">E: v</pre>" in book.outputs[1]


def test_a_picture_is_a_blob_with_its_size() -> None:
    data = base64.b64encode(png(7, 5)).decode()
    book = shown(result(image_png=[data[:9] + "\n", data[9:]], text_plain="<Figure>"))
    (blob,) = book.blobs
    assert re.fullmatch(r"[0-9a-f]{16}\.png", blob.name)
    assert blob.data == png(7, 5)
    assert f'<img src="\x03{blob.name}\x03" width="7" height="5" alt="Output of cell 1" ' in book.outputs[0]


def test_a_picture_for_fine_screens_keeps_the_size_it_was_shown_at() -> None:
    output = {**result(image_png=base64.b64encode(png(70, 50)).decode()), "metadata": {"image/png": {"width": 35}}}
    assert 'width="35" height="25"' in shown(output).outputs[0]


def test_the_same_picture_is_one_blob() -> None:
    output = result(image_png=base64.b64encode(png(1, 1)).decode())
    assert len(shown(output, output).blobs) == 1


def test_a_caption_is_text_and_the_alternative_text() -> None:
    output = result(image_png=base64.b64encode(png(1, 1)).decode())
    book = shown(output, source='#| fig-cap: "Loss $L$"\nplot()')
    assert 'alt="Loss $L$"' in book.outputs[0]
    assert "::: {.figure-caption}\nLoss $L$\n:::" in book.text


def test_a_picture_that_cannot_be_read_gives_way_to_its_text() -> None:
    book = shown(result(image_png="%%%", text_plain="plain"))
    assert "plain" in book.outputs[0]
    assert [(one.code, one.span.cell, one.span.line) for one in book.problems] == [("N130", 1, 0)]
    assert shown(result(image_png="", text_plain="plain")).problems == ()


def test_svg_is_a_blob_too() -> None:
    book = shown(result(image_svg_xml=["<svg viewBox='0 0 20 10'>", "</svg>"]))
    assert book.blobs[0].name.endswith(".svg")
    assert 'width="20" height="10"' in book.outputs[0]


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        ("$$x$$", "$$x$$"),
        ("$ \\displaystyle x $", "$\\displaystyle x$"),
        ("x^2", "$$\nx^2\n$$"),
        ("\\begin{align}\na\n\nb\n\\end{align}", "\\begin{align}\na\nb\n\\end{align}"),
    ],
)
def test_latex_is_mathematics_of_the_text(latex: str, text: str) -> None:
    book = shown(result(text_latex=latex, text_plain="p", image_png="AAAA"))
    assert book.text == f"```{{python}}\nx\n```\n\n{text}\n"
    assert not book.outputs


def test_latex_that_is_no_mathematics_gives_way_to_its_text() -> None:
    assert ">t</pre>" in shown(result(text_latex="\\begin{tabular}{l}a\\end{tabular}", text_plain="t")).outputs[0]


def test_markdown_that_a_cell_has_shown_is_text() -> None:
    assert shown(result(text_markdown=["**b**\n", "c"])).text.endswith("```\n\n**b**\nc\n")
    assert shown(stream("**b**\n"), source="#| output: asis\nx").text.endswith("```\n\n**b**\n")


def test_html_that_only_runs_scripts_gives_way_to_its_text() -> None:
    output = result(text_html="<div id=a></div><script>draw()</script>", text_plain="Figure()")
    assert shown(output).outputs == ('<div class="output"><pre class="output-text" tabindex="0">Figure()</pre></div>',)


@pytest.mark.parametrize("tag", ["remove-cell", "remove_cell"])
def test_a_cell_can_be_left_out(tag: str) -> None:
    book = made(cell("code", "x", tag, outputs=[stream("s")]), cell("markdown", "m", tag))
    assert (book.text, book.outputs) == ("", ())


def test_the_code_or_the_outputs_of_a_cell_can_be_left_out() -> None:
    assert made(cell("code", "x", "remove-input", outputs=[stream("s")])).text == "\x020\x02\n"
    assert made(cell("code", "x", "remove-output", outputs=[stream("s")])).outputs == ()
    assert shown(stream("s"), source="#| output: false\nx").outputs == ()


@pytest.mark.parametrize(
    ("tag", "code", "output"),
    [("hide-input", True, False), ("hide_output", False, True), ("hide-cell", True, True), ("hide_cell", True, True)],
)
def test_the_code_or_the_outputs_of_a_cell_can_be_folded(tag: str, code: bool, output: bool) -> None:
    outputs = [stream("s"), result(text_markdown="**b**")]
    book = made(cell("code", "x", tag, outputs=outputs), cell("markdown", "m"))
    fence = '```{python code-fold="true"}' if code else "```{python}"
    shown_outputs = "\x020\x02\n\n**b**\n"
    if output:
        shown_outputs = f'<details class="code-fold"><summary>Output</summary>\n\n{shown_outputs}\n</details>\n'
    assert book.text == f"{fence}\nx\n```\n\n{shown_outputs}\nm\n"
    assert [entry.number for entry in book.cells] == [1, 2]
    assert book.text.split("\n")[book.cells[1].line] == "m"


def test_a_cell_that_shows_nothing_has_nothing_to_fold() -> None:
    assert made(cell("code", "x", "hide-output")).text == "```{python}\nx\n```\n"
    assert made(cell("markdown", "m", "hide-cell")).text == "m\n"


def test_folded_cells_are_details_of_the_page(tmp_path: Path) -> None:
    picture = {"a.png": {"image/png": base64.b64encode(png(2, 3)).decode()}}
    outputs = [stream("s"), result(text_latex="x^2")]
    cells = [
        cell("markdown", "# T\n\n![att](attachment:a.png) and text", attachments=picture),
        cell("code", "x = 1", "hide-cell", outputs=outputs),
    ]
    book = {"nbformat": 4, "metadata": {"kernelspec": {"language": "python"}}, "cells": cells}
    site = write(tmp_path, {"site.yml": "title: S\n", "content/a.ipynb": json.dumps(book)})
    report = built(site)
    assert not report.problems
    shown_page = page(site, "/a/")
    assert shown_page.count('<details class="code-fold">') == 2
    output = shown_page.partition("<summary>Output</summary>")[2].partition("</details>")[0]
    assert 'class="output-text" tabindex="0">s</pre>' in output
    assert "<math" in output
    assert re.search(r'<img [^>]*alt="att" width="2" height="3"', shown_page)


def test_an_attachment_becomes_a_blob_and_the_image_points_at_it() -> None:
    attachments = {"a b.png": {"image/png": base64.b64encode(png(2, 3)).decode()}}
    book = made(cell("markdown", "![x](attachment:a%20b.png) attachment:a", attachments=attachments))
    assert book.text == f"![x](blob:{book.blobs[0].name}){{width=2 height=3}} attachment:a\n"


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ('![x [1]](attachment:a.png "t")', '![x [1]](blob:NAME "t"){width=2 height=3}'),
        ("![x](<attachment:a.png>)", "![x](<blob:NAME>){width=2 height=3}"),
        ("![x](attachment:a.png){width=50%}", "![x](blob:NAME){width=50%}"),
        ("[x](attachment:a.png)", "[x](blob:NAME)"),
    ],
)
def test_an_attachment_has_its_own_size_unless_the_author_gives_one(image: str, expected: str) -> None:
    attachments = {"a.png": {"image/png": base64.b64encode(png(2, 3)).decode()}}
    book = made(cell("markdown", image, attachments=attachments))
    assert book.text == expected.replace("NAME", book.blobs[0].name) + "\n"


def test_version_3_is_read() -> None:
    cells = [
        {"cell_type": "heading", "level": 2, "source": "H"},
        {"cell_type": "code", "input": "x", "outputs": [{"output_type": "pyout", "text": ["1"]}]},
    ]
    book = read(json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}).encode(), "a.ipynb")
    assert book.text == "## H\n\n```{python}\nx\n```\n\n\x020\x02\n"


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b'{"cells": [\n  1,,]}', 2, 5),
        (b'{\n"\xc3\xa9\xff"}', 2, 3),
        (b"", 1, 1),
        (b"[]", 1, 1),
        (b'{"nbformat": 2, "worksheets": []}', 1, 1),
        (b'{"cells": 1}', 1, 1),
        (b"[" * 100_000, 1, 1),
        (b'{"a": ' + b"9" * 5000 + b"}", 1, 1),
    ],
)
def test_what_is_no_notebook_is_reported_where_it_fails(data: bytes, line: int, column: int) -> None:
    book = read(data, "a.ipynb")
    assert (book.text, book.cells, book.outputs) == ("", (), ())
    assert [(p.code, p.span.line, p.span.column) for p in book.problems] == [("N004", line, column)]


SCROLLS = '<div class="table" tabindex="0">'


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            "<b>x</b><table border=1><tr><td>a<td>b</table>",
            f'<b>x</b>{SCROLLS}<table border="1"><tr><td>a</td><td>b</td></tr></table></div>',
        ),
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<b onclick='x()'>a</b></div>", "<b>a</b>"),
        ("<a HREF=' java\nscript:x'>a</a>", "<a>a</a>"),
        ("a<script>if (a < b) '</div>'</script >b", "ab"),
        ("a<style>td {}</style>b", "ab"),
        ("<svg viewBox='0 0 1 1'><path d='M0'/></svg>", '<svg viewbox="0 0 1 1"><path d="M0"></path></svg>'),
        ("a < b &amp; c &nbsp;", "a &lt; b &amp; c \xa0"),
        ("<td><div>a</td>", "<td><div>a</div></td>"),
        ("<table><tr><td></div>a</td></tr></table>", f"{SCROLLS}<table><tr><td>a</td></tr></table></div>"),
        (
            "<table><tr><td><table><tr><td>a</table></table>b",
            f"{SCROLLS}<table><tr><td><table><tr><td>a</td></tr></table></td></tr></table></div>b",
        ),
        ("<![foo a", ""),
        ("<plaintext>a", "a"),
        ("<img src=x onerror=y>", '<img src="x">'),
    ],
)
def test_html_is_kept_without_what_runs_and_with_balanced_tags(html: str, expected: str) -> None:
    assert safe_html(html) == expected


PIECES = st.sampled_from(
    ["<", ">", "</", "/>", "<!--", "-->", "<![", "]]>", "<?", "&", "&lt", "&#2;", "'", '"', "=", " ", "a", "on",
     "onload=1",
     "<script>", "</script>", "<style", "<table>", "<td>", "</table>", "<p>", "<div ", "<svg>",
     "<br>", "<textarea>", "\x03"]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=4), max_size=40).map("".join))
def test_any_html_comes_out_balanced_and_still(html: str) -> None:
    made_html = safe_html(html)
    tags = tags_of(made_html)
    assert not tags.names & {"script", "style", "textarea"}
    assert not any(name.startswith("on") for name in tags.attributes)
    assert not re.search("[\0\x02\x03]", made_html)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
TEXTS = st.text(max_size=60) | st.lists(st.text(max_size=20), max_size=4) | st.sampled_from(
    ["```\nx", "---\na: 1\n---", "\x020\x02", "![a](attachment:a.png)", "#| output: asis", "<svg>",
     "iVBORw0KGgo=", "$$x$$"]
)  # fmt: skip
LOOSE = TEXTS | JSON


def mappings(**fields: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.fixed_dictionaries({}, optional=fields) | JSON


BUNDLES = mappings(
    **dict.fromkeys(("text/html", "text/markdown", "text/latex", "text/plain", "image/png", "image/svg+xml"), LOOSE)
)
SIZES = mappings(width=SCALARS, height=SCALARS, **{"image/png": mappings(width=SCALARS, height=SCALARS)})
KINDS = st.sampled_from(["stream", "error", "display_data", "execute_result", "pyout", "pyerr"]) | SCALARS
OUTPUTS = mappings(
    output_type=KINDS, name=LOOSE, text=LOOSE, data=BUNDLES, metadata=SIZES, ename=LOOSE, evalue=LOOSE, traceback=LOOSE
)
CELLS = mappings(
    cell_type=st.sampled_from(["code", "markdown", "raw", "heading"]) | SCALARS,
    source=LOOSE,
    level=SCALARS,
    metadata=mappings(tags=LOOSE, raw_mimetype=LOOSE),
    attachments=mappings(**{"a.png": BUNDLES, "\x02": BUNDLES}),
    outputs=st.lists(OUTPUTS, max_size=3) | JSON,
)
BOOKS = mappings(
    nbformat=st.integers(0, 5) | JSON,
    metadata=mappings(kernelspec=mappings(language=LOOSE, name=LOOSE), language_info=mappings(name=LOOSE)),
    cells=st.lists(CELLS, max_size=5) | JSON,
    worksheets=st.lists(mappings(cells=st.lists(CELLS, max_size=3)), max_size=2) | JSON,
)


@given(st.binary(max_size=200) | BOOKS.map(lambda book: json.dumps(book).encode()))
def test_any_bytes_are_read_and_every_mark_leads_somewhere(data: bytes) -> None:
    book = read(data, "a.ipynb")
    assert book == read(data, "a.ipynb")
    book.text.encode()
    names = {blob.name for blob in book.blobs}
    marks = [line for line in book.text.split("\n") if "\x02" in line]
    assert marks == [f"\x02{n}\x02" for n in range(len(book.outputs))]
    assert not re.search("[\0\x03\r]", book.text)
    for output in book.outputs:
        output.encode()
        tags_of(output)
        assert set(re.findall("\x03([^\x03]*)\x03", output)) <= names
    lines = book.text.split("\n")
    assert all(0 <= entry.line <= len(lines) for entry in book.cells)
    assert [entry.line for entry in book.cells] == sorted(entry.line for entry in book.cells)


@pytest.mark.parametrize(
    ("svg", "size"),
    [
        ('<svg width="12px" height="8">', (12, 8)),
        ("<svg viewBox='0 0 30 20' width='15'>", (15, 10)),
        ('<svg width="100%" height="3cm" viewBox="0,0,30,20">', (30, 20)),
        ('<!-- <svg width="1" height="1"> --><svg stroke-width="9" viewBox="0 0 4 2">', (4, 2)),
        ("<svg>", (0, 0)),
        ('<svg width="1e999" height="1">', (0, 0)),
    ],
)
def test_svg_says_its_size_in_pixels_or_by_its_view_box(svg: str, size: tuple[int, int]) -> None:
    assert svg_pixels(svg) == size


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("PNG", {}), ("GIF", {}), ("JPEG", {}), ("JPEG", {"progressive": True}), ("WEBP", {}),
        ("WEBP", {"lossless": True}), ("WEBP", {"exif": b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"}),
    ],
)  # fmt: skip
def test_the_size_of_a_picture_is_read_in_its_header(form: str, options: dict[str, object]) -> None:
    assert pixels(saved(photograph(203, 77), form, **options)) == (203, 77)


@given(
    st.sampled_from(
        [b"", b"\xff\xd8", b"\xff\xd8\xff\xc0", b"GIF89a", b"\x89PNG\r\n\x1a\n____IHDR", b"<svg ", b"RIFF____WEBPVP8L"]
    ),
    st.binary(),
)
def test_a_broken_picture_has_no_size_or_some_but_never_fails(head: bytes, rest: bytes) -> None:
    assert all(0 <= side <= 100_000 for side in pixels(head + rest))

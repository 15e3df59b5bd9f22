"""Input that is meant to break a build, or might as well be: it ends, says what it met, and touches nothing else."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest
from sites import built, coded, page, places, snapshot, tree, untouched, write

from notes_site.model import Report

GOOD = "---\ntitle: Good\ndate: 2026-01-02\n---\n\nA formula $x^2$, and text.\n"


def site_with(tmp_path: Path, files: dict[str, str | bytes]) -> Path:
    write(tmp_path, {"neighbour/index.html": "mine"})
    return write(tmp_path / "site", {"site.yml": "title: Notes\n", "content/good.md": GOOD, **files})


def built_alone(tmp_path: Path) -> Report:
    """A build of `tmp_path/site` that touches nothing else; the good note is there."""
    with untouched(tmp_path):
        report = built(tmp_path / "site")
    assert "<math" in page(tmp_path / "site", "/good/")
    return report


@pytest.mark.slow
def test_a_megabyte_on_one_line_is_built(tmp_path: Path) -> None:
    kinds = {"words": "word ", "stars": "*a **b ", "brackets": "[a](", "ticks": "`a ``b ", "dollars": "$a $$b "}
    notes = {f"content/{k}.md": f"# {k}\n\n{w * (1_000_000 // len(w))}\n\nThe end.\n" for k, w in kinds.items()}
    site = site_with(tmp_path, {**notes})
    report = built_alone(tmp_path)
    assert {p.code for p in report.problems} <= {"N003", "N024", "N025"}
    assert {(p.span.path, p.span.line, p.span.column) for p in coded(report, "N003")} == {
        (f"{kind}.md", 3, 1) for kind in kinds
    }
    for kind in kinds:
        assert "The end." in page(site, f"/{kind}/")


def test_five_hundred_nested_quotes_are_built(tmp_path: Path) -> None:
    site = site_with(
        tmp_path,
        {
            "content/quotes.md": f"# Quotes\n\n{'> ' * 500}deep\n\nThe end.\n",
            "content/lists.md": "# Lists\n\n" + "".join(f"{'  ' * i}- item\n" for i in range(500)) + "\n\nThe end.\n",
            "content/brackets.md": f"# Brackets\n\n{'[' * 500}a{']' * 500}\n\nThe end.\n",
            "content/braces.md": f"# Braces\n\n${'{' * 500}a{'}' * 500}$\n\nThe end.\n",
        },
    )
    report = built_alone(tmp_path)
    assert ("N034", "quotes.md", 3, 1) in places(report)
    assert {p.code for p in report.problems} <= {"N034", "N020", "N040"}  # `[[a]]` is a wikilink
    for name in ("quotes", "lists", "brackets", "braces"):
        assert "The end." in page(site, f"/{name}/")


@pytest.mark.parametrize("number", ["9" * 30, "9" * 5000, "-" + "9" * 30, "\u00b2", "1-\u00b2", "0x" + "f" * 40])
def test_a_number_that_no_machine_counts_is_no_end_of_a_build(number: str, tmp_path: Path) -> None:
    chapters = f"chapters: {{{number[:1000]}: x}}, parts: [{{title: P, chapters: [{number}]}}]"
    macros = f"macros: {{a: {number}, b: [x, {number}]}}"
    config = f"collections: [{{title: A, include: ['*'], {chapters}}}]\nmath: {{{macros}}}\n"
    listing = (
        f'```{{.python include="x.py" lines="{number}"}}\n```\n\n```py {{{number} startFrom="{number}"}}\nx\n```\n'
    )
    site_with(
        tmp_path,
        {
            "site.yml": f"latest: {number}\nfeed_entries: {number}\n{config}",
            "content/head.md": f"---\nweight: {number}\nnumber: {number}\n{macros}\n---\n\n# Chapter {number}\n",
            f"content/{number[:200]}.md": f"# {number}\n\nText.\n",
            "content/code.md": f"# C\n\n{listing}",
            "content/picture.md": f"# P\n\n![a](p.svg){{width={number}}}\n\n![[p.svg|{number}x{number}]]\n",
            "content/p.svg": f'<svg xmlns="http://www.w3.org/2000/svg" width="{number}" height="1"/>',
            "content/x.py": "x\n",
        },
    )
    report = built_alone(tmp_path)
    assert report.notes == 5


def test_links_out_of_the_content_folder_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"outside/secret.md": "# Secret\n", "outside/secret.png": b"\x89PNG"})
    site = site_with(tmp_path, {"content/bad.md": "# Bad\n\n![a](out.png) and [it](folder/secret.md)\n"})
    (site / "content" / "folder").symlink_to(tmp_path / "outside")
    (site / "content" / "note.md").symlink_to("../../outside/secret.md")
    (site / "content" / "out.png").symlink_to("/etc/passwd")
    (site / "content" / "circle").symlink_to(".")
    (site / "content" / "gone.md").symlink_to("nowhere.md")
    report = built_alone(tmp_path)
    assert {p.span.path for p in coded(report, "N002")} == {"folder", "note.md", "out.png", "circle", "gone.md"}
    assert [p[:3] for p in places(report) if p[0] in ("N040", "N044")] == [("N044", "bad.md", 3), ("N040", "bad.md", 3)]
    assert not any("ecret" in name or b"Secret" in data for name, data in tree(site / "public").items())


def test_an_output_folder_that_is_linked_elsewhere_is_written_where_the_link_leads_and_nowhere_else(
    tmp_path: Path,
) -> None:
    site = site_with(tmp_path, {})
    (site / "public" / "good").mkdir(parents=True)
    (site / "public" / "tags").symlink_to(tmp_path / "neighbour")
    with untouched(tmp_path):
        report = built(site)
    assert [p.span.path for p in coded(report, "N054")] == ["public/tags/index.html"]
    assert (tmp_path / "neighbour" / "index.html").read_text() == "mine"
    assert "<math" in page(site, "/good/")


def test_a_folder_full_of_junk_is_built(tmp_path: Path) -> None:
    deep = "/".join(["d"] * 150)
    site = site_with(
        tmp_path,
        {
            "content/binary.md": bytes(range(256)) * 40,
            "content/empty.md": b"",
            "content/white.md": b" \n\t\n",
            "content/bom.md": b"\xef\xbb\xbf# With a mark\n",
            "content/utf16.md": "# Sixteen\n".encode("utf-16"),
            "content/nul.md": b"# Nul\n\na\0b\n",
            "content/empty.ipynb": b"",
            "content/list.ipynb": b"[]",
            "content/surrogate.ipynb": json.dumps(
                {
                    "nbformat": 4,
                    "metadata": {},
                    "cells": [{"cell_type": "markdown", "source": "# T \ud800\n\n\udfff $\ud800$", "metadata": {}}],
                }
            ).encode(),
            "content/surrogate.md": '---\ntitle: "T \\ud800"\ntags: ["\\udfff"]\n---\n\n&#xD800; &#1;\n',
            "content/odd.md": "# Not a character \ufffe\uffff\n\nIn a feed \ufffe \uffff \x0b\x0c.\n",
            f"content/{deep}/deep.md": "# Deep\n",
            "content/quote\"s & <b> '.md": "# Quotes\n",
            "content/∇ emoji 🧮.md": "# Emoji\n",
            "content/100%25 #1?.md": "# Percent\n",
            "content/-.md": "# Dash\n",
            "content/....md": "# Dots\n",
            "content/CON.md": "# Con\n",
            f"content/{'n' * 240}.md": "# Long\n",
            f"content/{'é' * 120}.md": "# Long in bytes\n",
            "content/new\nline.md": "# Newline\n",
            "content/picture.png": b"no picture",
            "content/x.md/inner.md": "# Inner\n",
            "content/index.md/index.md": "# Index\n",
            "content/.hidden.md": "# Hidden\n",
            "content/_/own.md": "# Underscore\n",
            "static/own.css": "a {}",
        },
    )
    content = os.fsencode(site / "content")
    for name in (b"latin-\xe9.md", b"latin-\xe9.png"):
        with open(os.path.join(content, name), "wb") as stream:
            stream.write(b"# Latin\n")
    with open(os.path.join(os.fsencode(site / "static"), b"\xe9.css"), "wb") as stream:
        stream.write(b"a {}")
    os.mkfifo(site / "content" / "pipe.md")
    os.mkfifo(site / "static" / "pipe.css")
    here = os.getcwd()
    os.chdir(site / "content")
    try:
        server = socket.socket(socket.AF_UNIX)
        server.bind("socket.md")
        server.close()
    finally:
        os.chdir(here)
    report = built_alone(tmp_path)
    reported = {p.span.path for p in coded(report, "N002")}
    assert {"pipe.md", "socket.md", "new\\nline.md", "latin-\\xe9.md", "latin-\\xe9.png"} <= reported
    assert {p.code for p in report.problems} <= {"N001", "N002", "N004", "N005", "N010", "N020", "N050"}
    for url in ("/x.md/inner/", "/emoji/", "/quotes-b/", "/empty/", f"/{deep}/deep/", f"/{'n' * 120}/"):
        assert "<h1>" in page(site, url), url
    again = built(site)
    assert (again.made, again.written, again.removed, again.problems) == ((), (), (), report.problems)


@pytest.mark.parametrize("output", ["content", "content/public", ".", "..", "file.txt", "file.txt/public"])
def test_an_output_folder_in_above_or_equal_to_the_content_is_refused(output: str, tmp_path: Path) -> None:
    site = site_with(tmp_path, {"file.txt": "text"})
    with untouched(tmp_path, without=()):
        report = built(site, output=site / output)
    assert [p.code for p in report.problems] == ["N053"]
    assert report.failed
    assert (report.made, report.written, report.notes) == ((), (), 0)


def test_a_broken_template_leaves_the_pages_that_need_it_as_they_were(tmp_path: Path) -> None:
    site = site_with(tmp_path, {"content/good.md": GOOD.replace("title: Good", "title: Good\ntags: [t]")})
    built(site)
    before = tree(site / "public")
    write(
        site,
        {
            "templates/note.html": "{% extends 'default/note.html' %}\n{% block main %}\n{{ note.titel }}{%endblock%}",
            "content/good.md": GOOD.replace("title: Good", "title: Better\ntags: [t]"),
            "content/second.md": "# Second\n",
        },
    )
    with untouched(tmp_path):
        report = built(site)
    after = tree(site / "public")
    assert [(p.code, p.span.path, p.span.line) for p in report.problems] == [("N052", "templates/note.html", 3)]
    assert "titel" in report.problems[0].message
    assert "/good/" in report.problems[0].message
    assert report.failed
    assert after["good/index.html"] == before["good/index.html"]
    assert "second/index.html" not in after
    assert b"Better" in after["index.html"]
    assert b"Second" in after["index.html"]
    (site / "templates" / "note.html").unlink()
    built(site)
    assert "Better" in page(site, "/good/")
    assert "Second" in page(site, "/second/")


@pytest.mark.parametrize(
    "template",
    [
        "{% if %}",
        "{% extends 'nowhere.html' %}",
        '{% include "note.html" %}',
        "{{ 1 / 0 }}",
        "{{ note.title() }}",
        "{{ 'a' + 1 }}",
        "{{ [][1] }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        b"\xff\xfe{{ note.title }}",
        "{{ '%s %s' % ('a',) }}",
        "{{ [].pop() }}",
    ],
)
def test_no_template_ends_a_build(template: str | bytes, tmp_path: Path) -> None:
    site = site_with(tmp_path, {"templates/note.html": template})
    with untouched(tmp_path):
        report = built(site)
    assert [(p.code, p.span.path) for p in report.problems] == [("N052", "templates/note.html")]
    assert "Good" in page(site, "/")


def test_files_in_the_output_folder_that_no_build_wrote_are_kept(tmp_path: Path) -> None:
    site = site_with(tmp_path, {})
    mine = {
        "public/mine.txt": "mine",
        "public/good/index.html": "mine",
        "public/good/mine/a.txt": "mine",
        "public/empty/.keep": "",
    }
    write(site, {**mine})
    report = built(site)
    assert places(report) == [("N054", "public/good/index.html", 0, 0)]
    (site / "content" / "good.md").rename(site / "content" / "better.md")
    write(site, {"templates/note.html": "{% if %}"})
    built(site)
    (site / "templates" / "note.html").unlink()
    built(site, clean=True)
    assert "<math" in page(site, "/better/")
    assert {name: (site / name).read_text() for name in mine} == mine


def test_a_page_that_cannot_be_made_does_not_adopt_a_file_that_no_build_wrote(tmp_path: Path) -> None:
    site = site_with(tmp_path, {"public/good/index.html": "mine", "templates/note.html": "{% if %}"})
    built(site)
    (site / "content" / "good.md").rename(site / "content" / "better.md")
    built(site)
    assert page(site, "/good/") == "mine"


def test_a_site_without_notes_is_an_error_and_leaves_the_last_good_site(tmp_path: Path) -> None:
    site = site_with(tmp_path, {})
    built(site)
    before = snapshot(site, without=(".notes-site",))
    (site / "content" / "good.md").rename(site / "good.md")
    for clean in (False, True):
        report = built(site, clean=clean)
        assert places(report) == [("N051", "site.yml", 0, 0)]
        assert (report.written, report.removed) == ((), ())
    (site / "good.md").rename(site / "content" / "good.md")
    assert snapshot(site, without=(".notes-site",)) == before

"""What a build makes again: exactly the pages that show something of what changed. Counts, never milliseconds."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from changing import SECONDS, aged, assert_clean, changed
from sites import built, page, tree, write

from notes_site.build import build
from notes_site.memory import Memory
from notes_site.model import Report
from notes_site.project import find
from notes_site.wishes import Overtaken

SITE: Mapping[str, str] = {
    "site.yml": "title: Notes\nlatest: 1\nfeed_entries: 2\n",
    "content/s/index.md": "---\ntitle: Series\n---\n\nIts text.\n",
    "content/s/1.md": "---\ntitle: One\ndate: 2026-01-01\ntags: [x]\n---\n\nFirst of one.\n\nMore of one.\n",
    "content/s/2.md": "---\ntitle: Two\ndate: 2026-01-02\n---\n\nFirst of two: $x^2$.\n\nMore of two.\n",
    "content/s/3.md": "---\ntitle: Three\ndate: 2026-01-03\n---\n\nFirst of three.\n\nMore of three.\n",
    "content/s/4.md": "---\ntitle: Four\ndate: 2026-01-04\n---\n\nFirst of four.\n\nMore of four.\n",
    "content/embeds.md": "# Embeds\n\nSee:\n\n![[s/1]]\n",
    "content/links.md": "# Links\n\nWords.\n\n[[s/1]] and [two](s/2.md).\n",
    "content/plain.md": "# Plain\n\nFirst of plain.\n\nMore of plain: $y$.\n",
}
# pages that every change of the set of notes concerns, by address
LISTS = frozenset(("/", "/latest/", "/sitemap.xml", "/graph/", "/graph/graph.json"))


@pytest.fixture
def site(tmp_path: Path) -> Path:
    made = write(tmp_path / "site", SITE)
    assert built(made).problems == ()
    return made


def again(folder: Path, changes: Mapping[str, str] | None = None, explain: Sequence[str] = ()) -> Report:
    """The report of a build after some files were written, which gave what a clean build gives."""
    write(folder, changes or {})
    report = build(find(folder), jobs=1, explain=explain)
    assert_clean(folder, report, folder.parent / "clean")
    return report


def edited(name: str, *replacements: tuple[str, str]) -> dict[str, str]:
    """A file of the site with some words replaced."""
    text = SITE[name]
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return {name: text}


# -- nothing ---------------------------------------------------------------------------------------------------------


def test_a_build_after_no_change_makes_and_writes_nothing(site: Path) -> None:
    report = again(site)
    assert (report.made, report.written, report.removed) == ((), (), ())
    assert report.kept == len([name for name in tree(site / "public") if not name.startswith("_/search/")])
    assert report.good == len([name for name in tree(site / "public") if not name.startswith((".", "_/"))])


def test_a_file_that_was_touched_and_not_changed_makes_nothing(site: Path) -> None:
    for file in (site / "content").rglob("*.md"):
        file.touch()
    (site / "site.yml").touch()
    assert again(site).made == ()


DRIVER = """
import json, sys
from notes_site.cli import main
try:
    main(sys.argv[1:], standalone_mode=False)
except SystemExit as end:
    assert not end.code, end.code
print(json.dumps(sorted(sys.modules)))
"""
HEAVY = frozenset(("markdown_it", "mdit_py_plugins", "pygments", "jinja2", "math_core", "rich", "fontTools", "PIL"))


def modules_after(folder: Path) -> set[str]:
    """The top-level modules that the command has imported when it has built a site."""
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, "build", str(folder)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
        cwd=Path(__file__).parent.parent,
    )
    return {name.partition(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


def test_the_command_with_nothing_to_do_imports_no_library_that_makes_pages(site: Path) -> None:
    """Neither Markdown, highlighting, templates, mathematics, nor a progress bar."""
    assert modules_after(site) & HEAVY == set()
    write(site, {"content/plain.md": "# Plain\n\n```python\nx = 1\n```\n"})
    assert modules_after(site) >= {"markdown_it", "jinja2", "pygments"}


# -- words -------------------------------------------------------------------------------------------------------------


def test_an_edited_body_makes_its_page_alone(site: Path) -> None:
    assert again(site, edited("content/plain.md", ("More of", "Much more of"))).made == ("/plain/",)


def test_an_edited_body_of_a_new_note_makes_its_page_and_the_feeds_that_hold_it(site: Path) -> None:
    report = again(site, edited("content/s/4.md", ("More of", "Much more of")))
    assert set(report.made) == {"/s/4/", "/s/print/", "/feed.xml", "/s/feed.xml"}


def test_an_edited_body_makes_the_page_that_embeds_it(site: Path) -> None:
    report = again(site, edited("content/s/1.md", ("More of", "Much more of")))
    assert set(report.made) == {"/s/1/", "/s/1/_labels.html", "/embeds/", "/s/print/"}


def test_an_edited_first_paragraph_makes_the_pages_that_quote_it(site: Path) -> None:
    """Of the lists: the series, the topic, everything; not the site map, nor pages that show the title alone."""
    report = again(site, edited("content/s/1.md", ("First of one", "Beginning")))
    assert set(report.made) >= {"/s/1/", "/embeds/", "/s/", "/tags/x/"}
    assert not {"/s/2/", "/s/3/", "/s/4/", "/plain/", "/links/", "/tags/", "/feed.xml"} & set(report.made)


def test_an_edited_title_makes_the_pages_that_show_it(site: Path) -> None:
    """Its page, its series' pages, the lists, its topic, and what links to it, or embeds it, by its title."""
    report = again(site, edited("content/s/1.md", ("title: One", "title: Eins")))
    shown = {"/s/1/", "/s/", "/s/2/", "/s/3/", "/s/4/", "/latest/", "/tags/x/", "/embeds/", "/links/"}
    names = [f"{url[1:]}index.html" for url in (*shown, "/s/print/")]
    assert set(report.made) >= shown
    others = {"s/1/_labels.html", "s/print/heads.css", "graph/index.html", "graph/graph.json"}
    assert set(report.written) == {*names, *others}
    assert not {"/plain/", "/tags/", "/404.html", "/feed.xml", "/s/feed.xml"} & set(report.made)


def test_a_sign_that_the_font_has_makes_no_other_page(site: Path) -> None:
    assert again(site, edited("content/plain.md", ("$y$", "$y + x$"))).made == ("/plain/",)


@pytest.mark.slow
def test_a_sign_that_the_font_has_not_changes_the_pages_with_formulas(site: Path) -> None:
    report = again(site, edited("content/plain.md", ("$y$", "$\\Lleftarrow$")))
    assert {name for name in report.written if name.endswith(".html")} >= {"plain/index.html", "s/2/index.html"}
    unchanged = {"s/1/index.html", "s/3/index.html", "links/index.html", "404.html", "tags/index.html"}
    assert not unchanged & set(report.written)


# -- the set of notes --------------------------------------------------------------------------------------------------


def test_an_added_note_makes_itself_and_what_lists_it(site: Path) -> None:
    report = again(site, {"content/new.md": "# New\n\nText.\n"})
    assert set(report.made) == {"/new/", *LISTS}
    graph = {"graph/index.html", "graph/graph.json"}
    assert set(report.written) == {"new/index.html", "index.html", "latest/index.html", "sitemap.xml", *graph}


def test_a_note_added_to_a_series_makes_the_pages_of_the_series(site: Path) -> None:
    report = again(site, {"content/s/5.md": "---\ntitle: Five\n---\n\nText.\n"})
    series = {"/s/", *(f"/s/{number}/" for number in range(1, 6))}
    assert set(report.made) >= {*series, *LISTS}
    assert not {"/plain/", "/links/", "/embeds/", "/tags/"} & set(report.made)


def test_a_deleted_note_takes_its_files_along(site: Path) -> None:
    (site / "content/s/4.md").unlink()
    report = again(site)
    assert report.removed == ("s/4/index.html",)
    assert not (site / "public/s/4").exists()
    assert not {"/plain/", "/links/", "/embeds/", "/tags/"} & set(report.made)


def test_a_renamed_note_moves_and_is_not_lost(site: Path) -> None:
    (site / "content/plain.md").rename(site / "content/simple.md")
    report = again(site)
    assert set(report.made) == {"/simple/", *LISTS}
    assert report.removed == ("plain/index.html",)


def test_a_note_renamed_by_its_case_alone_stays_where_it_is(site: Path) -> None:
    (site / "content/plain.md").rename(site / "content/Plain.md")
    report = again(site)
    assert report.removed == ()
    assert "Plain" in page(site, "/plain/")


def test_a_renamed_folder_moves_with_all_that_it_holds(site: Path) -> None:
    (site / "content/s").rename(site / "content/r")
    report = again(site)
    assert {f"/r/{number}/" for number in range(1, 5)} <= set(report.made)
    assert {f"s/{number}/index.html" for number in range(1, 5)} <= set(report.removed)
    assert not (site / "public/s").exists()


def test_a_note_that_becomes_a_draft_goes_and_comes_back(site: Path) -> None:
    before = tree(site / "public")
    report = again(site, edited("content/s/4.md", ("date:", "draft: true\ndate:")))
    assert report.removed == ("s/4/index.html",)
    report = again(site, edited("content/s/4.md"))
    assert "/s/4/" in report.made
    assert tree(site / "public") == before


def test_drafts_that_are_asked_for_cost_their_pages_and_their_lists(site: Path) -> None:
    again(site, {"content/d.md": "---\ndraft: true\n---\n\nText.\n"})
    assert set(build(find(site, drafts=True), jobs=1).made) == {"/d/", *LISTS}


# -- theme and configuration -------------------------------------------------------------------------------------------


def test_a_changed_template_makes_the_pages_that_use_it(site: Path) -> None:
    tags = '{% extends "default/tags.html" %}{% block footer %}End{% endblock %}'
    assert again(site, {"templates/tags.html": tags}).made == ("/tags/",)
    sidebar = '{% include "default/partials/sidebar.html" %}<hr>'
    report = again(site, {"templates/partials/sidebar.html": sidebar})
    assert set(report.made) == {"/s/1/", "/s/2/", "/s/3/", "/s/4/"}
    (site / "templates/tags.html").unlink()
    assert again(site).made == ("/tags/",)


def test_a_template_that_a_template_imports_is_used_by_every_page_of_both(site: Path) -> None:
    """Jinja runs what an import imports once in a process, not once for each page."""
    write(site, {
        "templates/note.html": '{% extends "default/note.html" %}{% import "x.html" as x %}'
        "{% block footer %}{{ x.one() }}{% endblock %}",
        "templates/x.html": '{% from "y.html" import two %}{% macro one() %}{{ two() }}{% endmacro %}',
        "templates/y.html": "{% macro two() %}old{% endmacro %}",
    })  # fmt: skip
    build(find(site), jobs=1)
    report = again(site, {"templates/y.html": "{% macro two() %}new{% endmacro %}"})
    assert set(report.made) == {"/s/1/", "/s/2/", "/s/3/", "/s/4/", "/plain/", "/links/", "/embeds/"}


def test_a_template_that_nobody_uses_makes_nothing(site: Path) -> None:
    assert again(site, {"templates/other.html": "x"}).made == ()


def test_a_template_at_fault_leaves_the_last_good_page_until_it_is_mended(site: Path) -> None:
    before = page(site, "/plain/")
    report = again(site, {"templates/note.html": "{{ nothing }}"})
    assert report.failed
    assert page(site, "/plain/") == before
    assert again(site).failed
    (site / "templates/note.html").unlink()
    assert not again(site).failed


def test_a_setting_that_one_page_shows_makes_that_page(site: Path) -> None:
    report = again(site, {"site.yml": SITE["site.yml"] + "hero: {title: Hello, text: There}\n"})
    assert report.made == ("/",)


def test_a_macro_of_the_site_makes_the_pages_that_it_changes(site: Path) -> None:
    again(site, {**edited("content/plain.md", ("$y$", "$\\R$")), "site.yml": SITE["site.yml"] + MACRO % "b"})
    assert again(site, {"site.yml": SITE["site.yml"] + MACRO % "x"}).made == ("/plain/",)


MACRO = "math: {macros: {'\\R': '%s'}}\n"


def test_a_mistake_in_the_configuration_is_reported_where_it_stands_now(site: Path) -> None:
    """A line above it, which changes no setting, moves it."""
    text = "footer: $\\foo$\nnavigation: [{title: Gone, to: gone.md}]\n"
    again(site, {"site.yml": text})
    assert [problem.span.line for problem in again(site, {"site.yml": f"# a line\n{text}"}).problems] == [2, 3]


# -- pictures and other files ------------------------------------------------------------------------------------------


def test_a_changed_picture_makes_the_pages_that_show_it(site: Path) -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="10"/>'
    again(site, {"content/p.svg": svg % 10, **edited("content/plain.md", ("More of", "![p](p.svg) More of"))})
    report = again(site, {"content/p.svg": svg % 20})
    assert report.made == ("/plain/",)
    assert set(report.written) == {"p.svg", "plain/index.html"}


def test_a_changed_listing_makes_the_pages_that_include_it(site: Path) -> None:
    fence = '```{.python include="x.py"}\n```\n\nMore of'
    again(site, {"content/x.py": "x = 1\n", **edited("content/plain.md", ("More of", fence))})
    assert again(site, {"content/x.py": "x = 2\n"}).made == ("/plain/",)


def test_a_folder_that_was_static_and_holds_notes_and_pictures_now_is_looked_at_anew(site: Path) -> None:
    write(site, {
        "site.yml": SITE["site.yml"] + "static: content/files\n",
        "content/files/p.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"/>',
        **edited("content/plain.md", ("More of", "![p](files/p.svg) More of")),
    })  # fmt: skip
    build(find(site), jobs=1)
    aged(site)
    build(find(site), jobs=1)
    again(site, {"site.yml": SITE["site.yml"]})


# -- reasons -----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "url", "sentence"),
    [
        ({}, "/plain/", "was not made: nothing of the site changed"),
        (edited("content/plain.md", ("More", "Less")), "/plain/", "was made: the text of plain.md changed"),
        (
            edited("content/plain.md", ("More", "Less")),
            "/links/",
            "was not made: its notes, its templates and all that it asked of the site are the same",
        ),
        (edited("content/s/1.md", ("title: One", "title: Eins")), "/s/3/", "the title of s/1.md: One -> Eins"),
        (edited("content/s/1.md", ("title: One", "title: Eins")), "/s/", "the title of s/1.md: One -> Eins"),
        ({"site.yml": "title: Other\nlatest: 1\nfeed_entries: 2\n"}, "/plain/", "`title` in the configuration: Notes"),
        ({"content/new.md": "# New\n"}, "/new/", "was made: there is no record of it"),
        ({"content/new.md": "# New\n"}, "/latest/", "the newest notes of /: new.md came"),
        ({"content/new.md": "# New\n"}, "/nowhere/", "is no page of this site"),
        ({"templates/tags.html": "x"}, "/tags/", "was made: the template tags.html"),
    ],
)  # fmt: skip
def test_a_build_says_why_a_page_was_made_in_an_authors_words(
    site: Path, changes: dict[str, str], url: str, sentence: str
) -> None:
    (found,) = again(site, changes, explain=[url]).reasons
    assert found[0] == url
    assert sentence in found[1]
    assert "Question" not in found[1]
    assert "(" not in found[1]


def test_a_page_that_somebody_changed_is_made_again_and_the_reason_says_so(site: Path) -> None:
    write(site, {"public/plain/index.html": "spoilt"})
    report = again(site, explain=["/plain/"])
    assert report.made == ("/plain/",)
    assert report.reasons == (("/plain/", "was made: its file was changed or removed by someone else"),)


# -- a process that remembers ------------------------------------------------------------------------------------------


def remembered(
    site: Path,
    memory: Memory,
    changes: Mapping[str, str] | None = None,
    *,
    everything: bool = False,
    write_it: bool = True,
) -> Report:
    write(site, changes or {})
    known = None if everything else changed(site, *(changes or {}))
    return build(find(site), jobs=1, memory=memory, changed=known, write=write_it)


def test_a_process_that_is_told_what_changed_makes_that_alone(site: Path) -> None:
    memory = Memory()
    remembered(site, memory, everything=True)
    report = remembered(site, memory, edited("content/plain.md", ("More", "Less")))
    assert (report.made, report.written) == (("/plain/",), ("plain/index.html",))
    assert_clean(site, report, site.parent / "clean")
    memory.close()


def test_a_check_in_a_process_that_remembers_does_not_pass_for_a_build(site: Path) -> None:
    memory = Memory()
    remembered(site, memory, everything=True)
    remembered(site, memory, edited("content/plain.md", ("More", "Less")), write_it=False)
    assert_clean(site, remembered(site, memory), site.parent / "clean")
    memory.close()


def test_damage_that_one_build_did_not_look_for_is_found_by_the_next(site: Path) -> None:
    memory = Memory()
    remembered(site, memory, everything=True)
    write(site, {"public/plain/index.html": "spoilt"})
    remembered(site, memory)
    assert_clean(site, remembered(site, memory, everything=True), site.parent / "clean")
    memory.close()


@pytest.mark.slow
def test_an_edit_that_is_taken_back_while_its_build_is_given_up_leaves_nothing(site: Path) -> None:
    """Some pages were written already; the site is again what the last whole build was made of."""
    memory = Memory()
    write(site, {f"content/n{number:02}.md": f"# N{number}\n\n[[plain]]\n" for number in range(60)})
    remembered(site, memory, everything=True)
    write(site, edited("content/plain.md", ("# Plain", "# Other")))
    with pytest.raises(Overtaken):
        build(find(site), jobs=1, memory=memory, overtaken=lambda: "Other" in page(site, "/n00/"))
    assert_clean(site, remembered(site, memory, edited("content/plain.md"), everything=True), site.parent / "clean")
    memory.close()


def test_a_picture_inside_a_notebook_is_written_again_when_it_was_removed(site: Path) -> None:
    memory = Memory()
    remembered(site, memory, {"content/n.ipynb": notebook("one")}, everything=True)
    remembered(site, memory, {"content/n.ipynb": notebook("two")}, everything=True)
    (picture,) = (site / "public/_").glob("*.png")
    picture.unlink()
    assert_clean(site, remembered(site, memory, everything=True), site.parent / "clean")
    memory.close()


def notebook(text: str) -> str:
    """A notebook with some words and one picture of one pixel."""
    picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    shown = {"output_type": "display_data", "metadata": {}, "data": {"image/png": picture}}
    code = {"cell_type": "code", "metadata": {}, "execution_count": 1, "source": ["x"], "outputs": [shown]}
    words = {"cell_type": "markdown", "metadata": {}, "source": [f"# Book\n\nFirst.\n\n{text}"]}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [words, code]})


def test_another_process_that_cleans_up_takes_no_text_away_from_one_that_remembers(site: Path) -> None:
    """A body that another build thought obsolete is parsed again, not left out."""
    memory = Memory()
    preview = find(site, output=site / "preview")
    build(preview, jobs=1, memory=memory)
    write(site, edited("content/s/1.md", ("More of", "Much more of")))
    build(find(site), jobs=1)
    write(site, {**edited("content/s/1.md"), "templates/note.html": '{% extends "default/note.html" %}'})
    report = build(preview, jobs=1, memory=memory)
    assert_clean(site, report, site.parent / "clean", output=site / "preview")
    memory.close()


def test_a_file_of_the_authors_in_the_way_is_reported_by_every_build(site: Path) -> None:
    memory = Memory()
    write(site, {"public/new/index.html": "mine"})
    first = remembered(site, memory, {"content/new.md": "# New\n"}, everything=True)
    assert [problem.code for problem in first.problems] == ["N054"]
    assert remembered(site, memory, edited("content/plain.md", ("More", "Less"))).problems == first.problems
    memory.close()


def test_a_static_file_whose_name_cannot_be_written_is_reported_in_a_process_that_remembers(site: Path) -> None:
    memory = Memory()
    remembered(site, memory, everything=True)
    report = remembered(site, memory, {"static/x-\udcf6.txt": "x"}, everything=True)
    assert [problem.code for problem in report.problems] == ["N002"]
    assert_clean(site, report, site.parent / "clean")
    memory.close()


def test_after_a_build_that_could_not_write_its_list_of_files_nothing_stays_behind(site: Path) -> None:
    """The list of our files cannot be written for a while; what should have been made then is made afterwards."""
    in_the_way = site / ".notes-site/outputs.json.notes-site.tmp"
    in_the_way.mkdir()
    write(site, {**edited("content/s/1.md", ("title: One", "title: Eins")), "content/new.md": "# New\n"})
    assert [problem.code for problem in build(find(site), jobs=1).problems] == ["N053"]
    in_the_way.rmdir()
    again(site)


def test_a_note_that_a_linked_folder_shows_twice_is_made_twice(site: Path) -> None:
    """A watcher names the file by its real path."""
    (site / "content/linked").symlink_to("s")
    memory = Memory()
    remembered(site, memory, everything=True)
    report = remembered(site, memory, edited("content/s/1.md", ("More", "Less")))
    assert_clean(site, report, site.parent / "clean")
    memory.close()

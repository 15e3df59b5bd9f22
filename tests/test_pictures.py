"""Pictures of whole sites: what stands in pages, what is made for it, what is made again."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from changing import assert_clean
from painted import photograph, plot, saved
from PIL import Image
from serving import preview, serving, settled, until
from sites import attributes, built, coded, dead_links, html_errors, page, places, tree, write

from notes_site import variants
from notes_site.build import build
from notes_site.memory import Memory
from notes_site.model import Report
from notes_site.project import find
from notes_site.variants import Original, Outcome, Recipe

pytestmark = pytest.mark.slow

PHOTOGRAPH = saved(photograph(1000, 200))
OTHER = saved(photograph(1000, 200, seed=2))
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">'
    '<path id="p" stroke="currentColor"/><use href="#p"/></svg>'
)
LONG = "Words that fill a line of the page. " * 60
# `<img …>`
_IMAGE = re.compile(r"<img [^>]*>")


def images(folder: Path, url: str = "/a/") -> list[dict[str, str]]:
    """The pictures of a page: their attributes by name."""
    found = [re.findall(r' ([a-z-]+)="([^"]*)"', tag) for tag in _IMAGE.findall(page(folder, url))]
    return [dict(pairs) for pairs in found]


@cache
def known() -> Mapping[str, bytes]:
    """The part of a cache that holds variants of the pictures; below, what is kept is seen to be what is made."""
    with TemporaryDirectory() as folder:
        built(write(Path(folder), PAGES))
        kept = tree(Path(folder, ".notes-site/pictures"))
    return {f".notes-site/pictures/{name}": data for name, data in kept.items()}


def site(folder: Path, text: str, files: Mapping[str, str | bytes] | None = None, base: str = "/") -> Report:
    """A site of one note with pictures, built; nothing in it leads nowhere."""
    given: dict[str, str | bytes] = {
        "content/a.md": f"# A\n\n{text}\n",
        "content/p.png": PHOTOGRAPH,
        "content/q.png": OTHER,
        "content/d.svg": SVG,
    }
    report = built(write(folder, {**known(), **given, **(files or {})}))
    assert dead_links(folder / "public", base) == []
    return report


def made_of(folder: Path) -> list[str]:
    """The variants of a site, without the digests in their names."""
    return sorted(re.sub(r"\.[0-9a-f]{12}-", "-", name.name) for name in (folder / "public/_/img").glob("*"))


# -- what stands in a page ---------------------------------------------------------------------------------------------


def test_a_picture_is_offered_in_several_widths(tmp_path: Path) -> None:
    assert site(tmp_path, f"{LONG}\n\n![Spots](p.png)").problems == ()
    (found,) = images(tmp_path)
    chosen = [part.split() for part in found.pop("srcset").split(", ")]
    assert [width for _, width in chosen] == ["480w", "800w", "1000w"]
    assert all(url.startswith("../_/img/p.") and url.endswith(f"-{width[:-1]}.webp") for url, width in chosen)
    assert found == {
        "src": "../p.png", "alt": "Spots", "width": "1000", "height": "200", "loading": "lazy", "decoding": "async",
        "sizes": "auto, (max-width: 42rem) 100vw, 40rem",
    }  # fmt: skip
    assert (tmp_path / "public/p.png").read_bytes() == PHOTOGRAPH


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("![p](p.png){width=50%}", "auto, (max-width: 42rem) 100vw, 20rem"),
        ("![p](p.png){width=300}", "auto, (max-width: 300px) 100vw, 300px"),
        ("![[p.png|300]]", "auto, (max-width: 300px) 100vw, 300px"),
        ('<img src="p.png" width="300" alt="p">', "auto, (max-width: 300px) 100vw, 300px"),
        ('<img src="p.png" width="900" alt="p">', "auto, (max-width: 42rem) 100vw, 40rem"),
    ],
)
def test_a_browser_is_told_how_wide_a_picture_will_be(text: str, sizes: str, tmp_path: Path) -> None:
    site(tmp_path, f"{LONG}\n\n{text}")
    assert [found["sizes"] for found in images(tmp_path)] == [sizes]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("![p](p.png)", ("1000", "200")),
        ("![p](p.png){width=300}", ("300", "60")),
        ("![p](p.png){height=100}", ("500", "100")),
        ("![p](p.png){width=30 height=40}", ("30", "40")),
        ("![[p.png]]", ("1000", "200")),
        ("![[p.png|300]]", ("300", "60")),
        ('<img src="p.png" alt="">', ("1000", "200")),
        ("<IMG SRC=p.png ALT='x' HEIGHT=100>", ("500", "100")),
        ('<p><img src="p.png" alt="x" width="300" /></p>', ("300", "60")),
        ("a <img alt='x' src='p.png' width=300> b", ("300", "60")),
        ("![d](d.svg)", ("40", "20")),
        ("| a |\n|---|\n| ![p](p.png) |", ("1000", "200")),
        ("[![p](p.png)](p.png)", ("1000", "200")),
    ],
)
def test_every_picture_has_a_width_and_a_height(text: str, size: tuple[str, str], tmp_path: Path) -> None:
    site(tmp_path, text)
    (found,) = images(tmp_path)
    assert (found["width"], found["height"]) == size
    assert html_errors(page(tmp_path, "/a/")) == []


def test_an_image_of_the_authors_html_keeps_its_attributes(tmp_path: Path) -> None:
    report = site(
        tmp_path,
        '<img src="p.png" class="own" id="here" data-x="1 &amp; 2" loading="eager" hidden title="T" width="50%">',
    )
    (found,) = images(tmp_path)
    assert {key: found[key] for key in ("class", "id", "data-x", "loading", "hidden", "title", "width")} == {
        "class": "own", "id": "here", "data-x": "1 &amp; 2", "loading": "eager", "hidden": "", "title": "T",
        "width": "50%",
    }  # fmt: skip
    assert "alt" not in found  # none is said, which is reported, and is not the same as an empty one
    assert "srcset" in found
    assert places(report) == [("N031", "a.md", 3, 1)]


@pytest.mark.parametrize("source", ["https://example.org/a.png", "//example.org/a.png", "data:image/png;base64,AAAA"])
def test_an_image_of_another_site_is_left_as_it_is_written(source: str, tmp_path: Path) -> None:
    tag = f'<img src="{source}" alt="x" height=3>'
    site(tmp_path, tag)
    assert tag in page(tmp_path, "/a/")


def test_the_first_picture_of_a_note_is_loaded_at_once_where_a_reader_sees_it(tmp_path: Path) -> None:
    site(tmp_path, "Words.\n\n![p](p.png)\n\n![q](q.png)")
    assert ["loading" in found for found in images(tmp_path)] == [False, True]
    assert images(tmp_path)[0]["sizes"] == "(max-width: 42rem) 100vw, 40rem"
    site(tmp_path, f"{LONG}\n\n![p](p.png)")
    assert [found["loading"] for found in images(tmp_path)] == ["lazy"]
    site(tmp_path, "![[b]]", {"content/b.md": "# B\n\n![p](p.png)\n"})
    assert [found["loading"] for found in images(tmp_path)] == ["lazy"]
    assert ["loading" in found for found in images(tmp_path, "/b/")] == [False]


def test_a_picture_for_the_dark_stands_beside_the_other(tmp_path: Path) -> None:
    site(tmp_path, "See ![p](p.png){#here .center width=50% dark=q.png}")
    light, dark = images(tmp_path)
    assert (light["src"], light["class"], light["id"]) == ("../p.png", "center w50 only-light", "here")
    assert (dark["src"], dark["class"], dark["alt"]) == ("../q.png", "center w50 only-dark", "p")
    assert "id" not in dark
    assert {light["loading"], dark["loading"]} == {"lazy"}
    assert made_of(tmp_path) == sorted(f"{name}-{width}.webp" for name in "pq" for width in (480, 800, 1000))


def test_a_picture_for_the_dark_that_is_not_there_is_an_error_and_the_other_is_shown(tmp_path: Path) -> None:
    report = site(tmp_path, "![p](p.png){dark=none.png}")
    assert places(report) == [("N044", "a.md", 3, 1)]
    assert [found.get("class") for found in images(tmp_path)] == [None]


def test_a_feed_has_one_file_for_each_picture_with_its_whole_address(tmp_path: Path) -> None:
    config = {"site.yml": "base_url: https://example.org/n/\n"}
    site(tmp_path, "![p](p.png){dark=q.png}\n\n![d](d.svg){.inline}", config, "/n/")
    feed = page(tmp_path, "/feed.xml").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
    assert _IMAGE.findall(feed) == [
        '<img src="https://example.org/n/p.png" alt="p" width="1000" height="200">',
        '<img src="https://example.org/n/d.svg" alt="d" width="40" height="20">',
    ]


def test_the_same_picture_in_two_folders_is_one_set_of_files(tmp_path: Path) -> None:
    report = site(tmp_path, "![p](p.png) ![p](s/p.png)", {"content/s/p.png": PHOTOGRAPH})
    assert report.problems == ()
    assert made_of(tmp_path) == ["p-1000.webp", "p-480.webp", "p-800.webp"]


def test_pictures_that_no_note_shows_are_only_copied(tmp_path: Path) -> None:
    site(tmp_path, "[p](p.png)", {"content/b.md": "---\ndraft: true\n---\n\n![p](q.png)\n"})
    assert made_of(tmp_path) == []


@pytest.mark.parametrize("name", ["a b.png", "ä,ö.png", "x'y\"z.png", "100%.png", "Σ (1).PNG"])
def test_any_name_of_a_file_can_stand_in_a_page(name: str, tmp_path: Path) -> None:
    site(tmp_path, f"![p](<{name.replace('%', '%25')}>)\n\n![[{name}]]", {f"content/{name}": PHOTOGRAPH})
    assert len(attributes(page(tmp_path, "/a/"), "srcset")) == 2


def test_a_picture_that_cannot_be_decoded_is_sent_as_it_is_and_told_where_it_is_shown(tmp_path: Path) -> None:
    text = "![b](b.png)\n\nand ![b](b.png) [b](b.png)"
    report = site(tmp_path, text, {"content/b.png": PHOTOGRAPH[:60_000], "content/c.md": "![b](b.png)\n"})
    assert places(report) == [("N130", "a.md", 3, 1), ("N130", "a.md", 5, 5), ("N130", "c.md", 1, 1)]
    assert [found.get("srcset") for found in images(tmp_path)] == [None, None]
    assert (tmp_path / "public/b.png").read_bytes() == PHOTOGRAPH[:60_000]
    assert built(tmp_path, write=False).problems == report.problems


SMALL = saved(photograph(100, 90))
BROKEN = {
    "empty.png": (b"", "it is empty"),
    "cut.png": (SMALL[:-20], "it is cut off"),
    "cut.jpg": (saved(photograph(100, 90), "JPEG")[:-20], "it is cut off"),
    "cut.webp": (saved(photograph(100, 90), "WEBP")[:-20], "it is cut off"),
    "cut.gif": (saved(photograph(100, 90), "GIF")[:900], "it is cut off"),
    "text.png": (b"hello", "it is not a picture"),
    "text.gif": (b"hello" * 20_000, "its header cannot be read"),
    "pointer.png": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS"),
}


@pytest.mark.parametrize("widths", ["", "images: {widths: []}\n"])
def test_a_file_that_is_no_whole_picture_is_told_without_being_decoded(widths: str, tmp_path: Path) -> None:
    text = "\n\n".join(f"![p]({name})" for name in [*BROKEN, "whole.png", "whole.jpg", "whole.gif", "whole.webp"])
    files: dict[str, str | bytes] = {f"content/{name}": data for name, (data, _) in BROKEN.items()}
    for form in ("png", "jpeg", "gif", "webp"):
        files[f"content/whole.{form.replace('e', '', form == 'jpeg')}"] = saved(photograph(100, 90), form.upper())
    report = site(tmp_path, text, files | ({"site.yml": widths} if widths else {}))
    found = {problem.message.split('"')[1]: problem for problem in report.problems}
    assert found.keys() == BROKEN.keys()
    for name, (_, said) in BROKEN.items():
        assert found[name].code == "N130"
        assert said in found[name].message


def test_the_configuration_chooses_widths_and_quality_or_none_at_all(tmp_path: Path) -> None:
    site(tmp_path, "![p](p.png)", {"site.yml": "images: {widths: [200, 300]}\n"})
    assert made_of(tmp_path) == ["p-200.webp", "p-300.webp"]
    size = next((tmp_path / "public/_/img").glob("*-300.webp")).stat().st_size
    site(tmp_path, "![p](p.png)", {"site.yml": "images: {widths: [300], quality: 20}\n"})
    assert made_of(tmp_path) == ["p-300.webp"]
    assert next((tmp_path / "public/_/img").iterdir()).stat().st_size < size
    site(tmp_path, "![p](p.png)", {"site.yml": "images: {variants: false}\n"})
    assert made_of(tmp_path) == []
    assert "srcset" not in images(tmp_path)[0]


@pytest.mark.parametrize(
    "wrong", ["{quality: 101}", "{widths: [0]}", "{widths: [9000]}", "{variants: maybe}", "{q: 1}", "3"]
)
def test_a_wrong_configuration_is_told_and_the_rest_holds(wrong: str, tmp_path: Path) -> None:
    report = site(tmp_path, "![p](p.png)", {"site.yml": f"title: T\nimages: {wrong}\n"})
    assert [(p.code, p.span.line) for p in report.problems] == [("N015", 2)]
    assert made_of(tmp_path) == ["p-1000.webp", "p-480.webp", "p-800.webp"]


# -- drawings in the page ----------------------------------------------------------------------------------------------


def drawings(folder: Path, url: str = "/a/") -> list[str]:
    return re.findall(r'<svg class="[^"]*drawing.*?</svg>', page(folder, url))


def test_an_svg_stands_in_the_page_where_it_is_asked_for(tmp_path: Path) -> None:
    text = '![An "arrow"](d.svg){.inline .center}\n\n![x](d.svg){inline=true width=20 title="T & U"}'
    assert site(tmp_path, text).problems == ()
    first, second = drawings(tmp_path)
    (name,) = set(re.findall(r"(d\w{8}-1)", first))
    assert first == (
        '<svg class="center drawing" role="img" aria-label="An &quot;arrow&quot;" width="40" height="20" '
        'viewBox="0 0 40 20">'
        f'<path id=\'{name}\' stroke="currentColor"></path><use href="#{name}"></use></svg>'
    )
    assert name not in second
    assert 'width="20" height="10"' in second
    assert "<title>T &amp; U</title>" in second
    assert html_errors(page(tmp_path, "/a/")) == []
    assert images(tmp_path) == []


def test_a_drawing_that_takes_no_colour_from_the_page_lies_on_a_plate(tmp_path: Path) -> None:
    site(
        tmp_path, "![d](d.svg){.inline}\n\n![e](e.svg){.inline}", {"content/e.svg": SVG.replace("currentColor", "red")}
    )
    assert [found.split('"')[1] for found in drawings(tmp_path)] == ["drawing", "drawing plate"]


def test_a_drawing_in_an_embedded_note_keeps_what_it_refers_to(tmp_path: Path) -> None:
    site(tmp_path, "![d](d.svg){.inline}\n\n![[b]]\n\n![[b]]", {"content/b.md": "# B\n\n![d](d.svg){.inline}\n"})
    names = [re.findall(r"id='([^']*)'.*?href=\"#([^\"]*)\"", found) for found in drawings(tmp_path)]
    assert [len(pairs) for pairs in names] == [1, 1, 1]
    assert all(a == b for ((a, b),) in names)
    assert names[0] != names[1]


def test_what_of_a_drawing_may_not_stand_in_a_page_is_told_where_it_is_asked_for(tmp_path: Path) -> None:
    text = "![d](e.svg){.inline}\n\n![d](e.svg)\n\n![f](f.svg){.inline}\n\n![p](p.png){.inline}"
    bad = SVG.replace("<path", "<script>alert(1)</script><path onclick='x'")
    report = site(tmp_path, text, {"content/e.svg": bad, "content/f.svg": "<svg>"})
    assert places(report) == [("N131", "a.md", 3, 1), ("N132", "a.md", 7, 1), ("N132", "a.md", 9, 1)]
    assert coded(report, "N131")[0].message == 'left out of "e.svg": <script>, "onclick"'
    assert "alert" not in page(tmp_path, "/a/")
    assert [found["src"] for found in images(tmp_path)] == ["../e.svg", "../f.svg", "../p.png"]
    assert "srcset" in images(tmp_path)[2]


def test_a_drawing_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    assert places(site(tmp_path, "![x](x.svg){.inline}")) == [("N044", "a.md", 3, 1)]


# -- what is made again ------------------------------------------------------------------------------------------------

PAGES: Mapping[str, str | bytes] = {
    "content/a.md": "# A\n\n![p](p.png)\n",
    "content/b.md": "# B\n\n![q](q.png)\n\n![d](d.svg){.inline}\n",
    "content/c.md": "# C\n\nWords.\n",
    "content/p.png": PHOTOGRAPH,
    "content/q.png": OTHER,
    "content/d.svg": SVG,
    "site.yml": "title: T\nfeed_entries: 1\n",
}


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    assert built(write(tmp_path / "site", {**known(), **PAGES})).problems == ()
    return tmp_path / "site"


def again(folder: Path, changes: Mapping[str, str | bytes]) -> Report:
    write(folder, changes)
    report = build(find(folder), jobs=1)
    assert_clean(folder, report, folder.parent / "clean")
    return report


def feeds(report: Report) -> set[str]:
    return {url for url in report.made if url.endswith(".xml")}


def test_a_changed_picture_makes_the_pages_that_show_it_and_its_variants(pages: Path) -> None:
    before = tree(pages / "public")
    report = again(pages, {"content/p.png": saved(photograph(1000, 200, seed=3))})
    assert set(report.made) - feeds(report) == {"/a/"}
    new = {name for name, data in tree(pages / "public").items() if before.get(name) != data}
    assert {re.sub(r"\.[0-9a-f]{12}-", "-", name) for name in new} - {"feed.xml"} == {
        "a/index.html", "p.png", "_/img/p-480.webp", "_/img/p-800.webp", "_/img/p-1000.webp",
    }  # fmt: skip
    assert len(report.removed) == 3
    assert all(name.startswith("_/img/p.") for name in report.removed)


def test_a_changed_drawing_makes_the_pages_in_which_it_stands(pages: Path) -> None:
    report = again(pages, {"content/d.svg": SVG.replace("<use", "<g/><use")})
    assert set(report.made) - feeds(report) == {"/b/"}


def test_a_picture_that_is_broken_and_mended_gives_what_was(pages: Path) -> None:
    before = tree(pages / "public")
    assert places(again(pages, {"content/p.png": PHOTOGRAPH[:60_000]})) == [("N130", "a.md", 3, 1)]
    assert again(pages, {"content/p.png": PHOTOGRAPH}).problems == ()
    assert tree(pages / "public") == before


def test_widths_of_the_configuration_make_the_pages_with_pictures(pages: Path) -> None:
    report = again(pages, {"site.yml": "title: T\nfeed_entries: 1\nimages: {widths: [300]}\n"})
    assert set(report.made) - feeds(report) == {"/a/", "/b/"}


def counting(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the pictures of which variants are made from now on."""
    seen: list[str] = []
    make_all = variants.make_all

    def counted(
        folder: Path, wanted: Mapping[str, Original], recipe: Recipe, jobs: int
    ) -> Iterator[tuple[str, Outcome | None]]:
        seen.extend(original.path for original in wanted.values())
        return make_all(folder, wanted, recipe, jobs)

    monkeypatch.setattr(variants, "make_all", counted)
    return seen


def test_with_the_cache_no_picture_is_made_twice(pages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even when the output is gone, or another version of the program has emptied the rest of the cache."""
    before = tree(pages / "public")
    seen = counting(monkeypatch)
    for name in ("public", ".notes-site/cache.db"):
        place = pages / name
        for file in [place] if place.is_file() else [file for file in place.rglob("*") if file.is_file()]:
            file.unlink()
    assert built(pages).problems == ()
    assert tree(pages / "public") == before
    again(pages, {"content/a.md": "# A\n\nMore.\n\n![p](p.png)\n"})
    assert [name for name in seen if name] == ["p.png", "q.png"]  # those of the clean build beside it


def test_a_damaged_cache_of_pictures_is_mended(pages: Path) -> None:
    before = tree(pages / "public")
    for i, file in enumerate(sorted((pages / ".notes-site/pictures").iterdir())):
        if i % 2:
            file.unlink()
        else:
            file.write_bytes(b"x")
    (pages / "public/_/img").rename(pages / "elsewhere")
    assert built(pages).problems == ()
    assert tree(pages / "public") == before


def test_pictures_made_by_many_are_those_made_by_one(tmp_path: Path) -> None:
    for jobs in (1, 4):
        built(write(tmp_path / str(jobs), PAGES), jobs=jobs)
    assert tree(tmp_path / "1/public") == tree(tmp_path / "4/public")


# -- pictures inside notebooks -----------------------------------------------------------------------------------------


def notebook(*outputs: tuple[bytes, Mapping[str, int]], attached: bytes = b"") -> str:
    """A notebook with one cell for each picture, shown at a size, and one to which another is attached."""
    cells: list[dict[str, object]] = [{"cell_type": "markdown", "source": "# A\n\n" + LONG, "metadata": {}}]
    for data, size in outputs:
        shown = {"data": {"image/png": b64encode(data).decode()}, "metadata": {"image/png": size}}
        shown |= {"output_type": "display_data"}
        cells.append({"cell_type": "code", "source": "1\n2", "metadata": {}, "outputs": [shown]})
    if attached:
        bundle = {"x.png": {"image/png": b64encode(attached).decode()}}
        source = '![x](attachment:x.png)\n\n[all of it](attachment:x.png)\n\n<img src="attachment:x.png" alt="y">'
        cells.append({"cell_type": "markdown", "source": source, "metadata": {}, "attachments": bundle})
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def widths_of(image: Mapping[str, str]) -> list[str]:
    return [part.split()[1] for part in image["srcset"].split(", ")]


def test_the_pictures_of_a_notebook_are_offered_in_several_widths(tmp_path: Path) -> None:
    given = notebook((PHOTOGRAPH, {"width": 500, "height": 100}), attached=OTHER)
    report = built(write(tmp_path, {"content/a.ipynb": given, "content/b.md": "# B\n\n![[a]]\n"}))
    assert report.problems == ()
    assert dead_links(tmp_path / "public") == []
    found = images(tmp_path)
    assert [widths_of(image) for image in found] == [["480w", "800w", "1000w"]] * 3
    assert [(image["width"], image["height"]) for image in found] == [("500", "100"), ("1000", "200"), ("1000", "200")]
    assert found[0]["sizes"] == "auto, (max-width: 500px) 100vw, 500px"
    assert found[1]["src"] == found[2]["src"]
    assert f'<a href="{found[1]["src"]}">all of it</a>' in page(tmp_path, "/a/")
    assert [image["srcset"] for image in images(tmp_path, "/b/")] == [image["srcset"] for image in found]
    assert len(made_of(tmp_path)) == 6


def test_the_variants_of_a_notebooks_pictures_stand_as_long_as_these_do(tmp_path: Path) -> None:
    folder = write(tmp_path / "site", {"content/a.ipynb": notebook((PHOTOGRAPH, {})), "content/b.md": "# B\n"})
    built(folder)
    before = tree(folder / "public/_/img")
    (folder / "public/_/img").rename(tmp_path / "elsewhere")
    assert "/a/" not in again(folder, {"content/b.md": "# B\n\nMore.\n"}).made
    assert tree(folder / "public/_/img") == before
    assert "/a/" in again(folder, {"content/a.ipynb": notebook((OTHER, {}))}).made
    assert set(tree(folder / "public/_/img")).isdisjoint(before)


def test_a_picture_of_a_notebook_that_cannot_be_decoded_names_its_cell(tmp_path: Path) -> None:
    broken = PHOTOGRAPH[: len(PHOTOGRAPH) // 2]
    report = built(write(tmp_path, {"content/a.ipynb": notebook((OTHER, {}), (broken, {}))}))
    assert [(problem.code, problem.span.cell, problem.span.line) for problem in report.problems] == [("N130", 3, 0)]
    assert [" srcset=" in tag for tag in _IMAGE.findall(page(tmp_path, "/a/"))] == [True, False]


@pytest.mark.parametrize("broken", [SMALL[:-20], b"hello", b"hello" * 20_000, PHOTOGRAPH[:20]])
def test_a_picture_of_a_notebook_that_is_none_names_its_cell(broken: bytes, tmp_path: Path) -> None:
    report = built(write(tmp_path, {"content/a.ipynb": notebook((SMALL, {}), (broken, {}))}))
    assert [(problem.code, problem.span.cell) for problem in report.problems] == [("N130", 3)]


def test_a_picture_that_is_not_attached_is_missing(tmp_path: Path) -> None:
    book = notebook((SMALL, {})).replace("# A", "# A\\n\\n![m](attachment:nope.png)")
    report = built(write(tmp_path, {"content/a.ipynb": book}))
    assert [(problem.code, problem.span.cell, problem.span.line) for problem in report.problems] == [("N044", 1, 3)]
    assert "attachment:" not in page(tmp_path, "/a/")


def test_a_picture_inside_a_note_that_has_none_is_missing(tmp_path: Path) -> None:
    report = built(write(tmp_path, {"content/a.md": "# A\n\n![x](blob:0123456789abcdef.png)\n"}))
    assert [(problem.code, problem.span.line) for problem in report.problems] == [("N044", 3)]


# -- who does not want to wait -----------------------------------------------------------------------------------------


def test_a_build_that_does_not_wait_shows_pictures_as_they_are_until_one_that_does(tmp_path: Path) -> None:
    folder = write(tmp_path / "site", PAGES)
    memory = Memory()
    report = build(find(folder), jobs=1, memory=memory, patient=False)
    assert report.pending >= 2  # the index of the search waits too
    assert report.problems == ()
    assert made_of(folder) == []
    assert "srcset" not in images(folder)[0]
    report = build(find(folder), jobs=1, memory=memory)
    assert report.pending == 0
    assert {url for url, _ in report.pages} == {"/a/", "/b/"}
    assert_clean(folder, report, tmp_path / "clean")
    report = build(find(folder), jobs=1, memory=memory, patient=False)
    assert (report.pending, report.made) == (0, ())
    memory.close()


def test_a_preview_shows_pages_at_once_and_makes_pictures_when_it_is_quiet(tmp_path: Path) -> None:
    folder = write(tmp_path / "site", PAGES)
    with serving(folder) as served:
        assert served.get("/a/").status == 200
        settled(folder, tmp_path / "beside")
        name = until(lambda: next((name for name in preview(folder) if name.startswith("_/img/p.")), ""))
        assert served.get(f"/{name}").headers["content-type"] == "image/webp"
        write(folder, {"content/p.png": saved(photograph(1000, 200, seed=4))})
        settled(folder, tmp_path / "beside")


def test_a_picture_of_lines_is_as_sharp_as_it_was(tmp_path: Path) -> None:
    site(tmp_path, "![p](lines.png)", {"content/lines.png": saved(plot(400, 300))})
    with (
        Image.open(next((tmp_path / "public/_/img").iterdir())) as found,
        Image.open(tmp_path / "public/lines.png") as own,
    ):
        assert found.convert("RGB").tobytes() == own.convert("RGB").tobytes()


def test_pillow_is_imported_only_to_make_a_picture(pages: Path) -> None:
    code = "import sys; from notes_site.build import build; from notes_site.project import find;"
    code += "from pathlib import Path; build(find(Path(sys.argv[1]))); print('PIL' in sys.modules)"
    write(pages, {"content/a.md": "# A\n\nOther words.\n\n![p](p.png)\n"})
    done = subprocess.run([sys.executable, "-c", code, str(pages)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"

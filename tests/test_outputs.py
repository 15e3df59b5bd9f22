"""What a built site promises: one file added is enough; links hold anywhere; feeds and maps are valid."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from sites import attributes, built, coded, dead_links, page, tree, write

from notes_site.address import output_path

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"

NOTES: dict[str, str | bytes] = {
    "site.yml": "title: Notes on $x$\nauthor: A. Writer\ncite: true\n"
    "navigation: [{title: Series, to: series/index.md}]\n",
    "content/index.md": "---\ntitle: Home\n---\n\nSee [the series](series/index.md).\n",
    "content/series/index.md": "---\ntitle: The series\nunit: lecture\n---\n\nOn $\\ell^2$.\n",
    "content/series/01-one.md": "---\ntitle: Lecture 1\ndate: 2026-01-01\ntags: [norms]\n---\n\n"
    "It is $x^2$ \ufffe & <b>bold</b>.\n",
    "content/series/03-three.md": "---\ntitle: Lecture 3\ndate: 2026-01-03\nupdated: 2026-02-01T10:00:00+02:00\n---\n\n"
    "[[Lecture 1]], ![[series/01-one]], [part](#a-part), ![picture](p.svg), [data](d%20e.csv).\n\n"
    "## A part\n\nText.[^1]\n\n[^1]: Note.\n",
    "content/series/p.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="2" height="1"/>',
    "content/series/d e.csv": "1,2\n",
    "content/stream/index.md": "---\ntitle: Stream\nkind: stream\n---\n",
    "content/stream/a.md": "---\ntitle: A & <b>\ndate: 2026-01-04\n---\n\n## Part\n\nA [part](#part), [[Lecture 1]].\n",
    "content/undated.md": "# Undated\n\nText.\n",
}
ADDED = "---\ntitle: Lecture 2\ndate: 2026-01-09\ntags: [norms, new]\n---\n\nBetween [one](01-one.md) and three.\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = write(tmp_path_factory.mktemp("site"), NOTES)
    assert built(made, base_url="https://example.org/notes/").problems == ()
    return made


def test_one_file_added_changes_counts_lists_neighbours_feeds_and_topics_and_nothing_else(tmp_path: Path) -> None:
    write(tmp_path, NOTES)
    built(tmp_path)
    before = tree(tmp_path)
    assert "2 lectures" in page(tmp_path, "/")
    write(tmp_path, {"content/series/02-two.md": ADDED})
    report = built(tmp_path)
    assert report.problems == ()
    assert "3 lectures" in page(tmp_path, "/")
    assert page(tmp_path, "/").index("series/02-two/") < page(tmp_path, "/").index("series/03-three/")
    series = page(tmp_path, "/series/")
    assert series.index("01-one/") < series.index("02-two/") < series.index("03-three/")
    assert 'rel="next" href="../02-two/"' in page(tmp_path, "/series/01-one/")
    assert 'rel="prev" href="../02-two/"' in page(tmp_path, "/series/03-three/")
    assert page(tmp_path, "/series/01-one/").count('href="../02-two/"') >= 3  # sidebar, neighbour, backlink
    for url in ("/feed.xml", "/series/feed.xml", "/sitemap.xml", "/latest/", "/tags/norms/", "/tags/new/"):
        assert "series/02-two/" in page(tmp_path, url), url
    assert "new" in page(tmp_path, "/tags/")
    after = tree(tmp_path)
    changed = {
        name
        for name in after
        if after[name] != before.get(name) and not name.startswith((".notes-site/", "public/_/search/"))
    }
    assert changed == {
        "content/series/02-two.md",
        *(f"public/{name}" for name in report.written),
    }
    assert "public/stream/a/index.html" not in changed
    assert "public/undated/index.html" not in changed
    assert {output_path(url) for url in report.made} == set(report.written)
    assert not {"/stream/a/", "/undated/"} & set(report.made)
    (tmp_path / "content" / "series" / "02-two.md").unlink()
    assert "series/02-two/index.html" in built(tmp_path).removed
    assert {k: v for k, v in tree(tmp_path).items() if k.startswith("public/")} == {
        k: v for k, v in before.items() if k.startswith("public/")
    }


def test_every_link_of_every_page_leads_to_a_file_and_an_element(site: Path) -> None:
    assert dead_links(site / "public", "/notes/") == []


def test_links_are_relative_but_for_the_page_of_no_address(site: Path) -> None:
    for name, data in tree(site / "public").items():
        if name.endswith(".html"):
            rooted = [target for target in attributes(data.decode(), "href", "src") if target.startswith("/")]
            assert bool(rooted) == (name == "404.html"), name
            assert all(target.startswith("/notes/") for target in rooted)


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    for name, data in tree(site / "public").items():
        if name.endswith(".html"):
            assert not [src for src in attributes(data.decode(), "src") if "://" in src or src.startswith("//")]


def test_feeds_are_valid_and_hold_whole_texts_with_mathml(site: Path) -> None:
    for url, count in (("/feed.xml", 4), ("/series/feed.xml", 2), ("/stream/feed.xml", 1)):
        feed = ET.fromstring(page(site, url))
        assert feed.tag == f"{ATOM}feed"
        for name in ("id", "title", "updated"):
            assert (feed.findtext(ATOM + name) or "").strip(), name
        assert {entry.get("rel") for entry in feed.findall(f"{ATOM}link")} == {"self", "alternate"}
        entries = feed.findall(f"{ATOM}entry")
        assert len(entries) == count
        assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == count
        for entry in entries:
            for name in ("id", "title", "updated", "content", "author/name"):
                path = "/".join(ATOM + step for step in name.split("/"))
                assert (entry.findtext(path) or "").strip(), name
            assert (entry.findtext(f"{ATOM}id") or "").startswith("https://example.org/notes/")
            body = entry.findtext(f"{ATOM}content") or ""
            assert all(t.startswith(("https://", "#")) for t in attributes(body, "href", "src"))
    series = ET.fromstring(page(site, "/series/feed.xml"))
    entries = series.findall(f"{ATOM}entry")
    assert [e.findtext(f"{ATOM}title") for e in entries] == ["Lecture 3", "Lecture 1"]
    assert entries[0].findtext(f"{ATOM}updated") == "2026-02-01T08:00:00Z"
    assert "<math" in (entries[1].findtext(f"{ATOM}content") or "")
    assert series.findtext(f"{ATOM}updated") == "2026-02-01T08:00:00Z"


def test_the_site_map_lists_every_page_once_with_full_addresses(site: Path) -> None:
    urls = ET.fromstring(page(site, "/sitemap.xml"))
    listed = [entry.findtext(f"{MAP}loc") or "" for entry in urls.findall(f"{MAP}url")]
    pages = [n.removesuffix("index.html") for n in tree(site / "public") if n.endswith("index.html")]
    left_out = {"latest/", "tags/", "series/print/"}
    assert sorted(listed) == sorted(f"https://example.org/notes/{name}" for name in pages if name not in left_out)
    assert "Sitemap: https://example.org/notes/sitemap.xml" in page(site, "/robots.txt")


def test_pages_say_what_they_are_to_programs(site: Path) -> None:
    text = page(site, "/series/03-three/")
    for words in (
        '<link rel="canonical" href="https://example.org/notes/series/03-three/">',
        '<meta property="og:type" content="article">',
        '"@type": "Article"',
        'type="application/atom+xml"',
        "@misc{writer202603three",
    ):
        assert words in text


def test_a_link_to_a_page_that_the_site_makes_is_good_and_one_to_a_page_that_it_does_not_is_reported(
    tmp_path: Path,
) -> None:
    good = "[a](/tags/norms/) [b](/latest/) [c](/series/) [d](/series/feed.xml) [e](/) [f](/series/03-three/#a-part)"
    bad = "[g](/tags/gone/) [h](/series/03-three/#gone) [i](/nowhere/)"
    write(tmp_path, {**NOTES, "content/links.md": f"# Links\n\n{good}\n\n{bad}\n"})
    report = built(tmp_path)
    assert [(p.code, p.span.line, p.span.column) for p in report.problems] == [
        ("N040", 5, 1),
        ("N041", 5, 18),
        ("N040", 5, 46),
    ]
    assert not [target for name, target in dead_links(tmp_path / "public") if name != "404.html"]


@pytest.mark.slow
def test_the_same_notes_give_the_same_bytes_from_any_folder_in_any_order_under_any_hash_seed(tmp_path: Path) -> None:
    names = list(NOTES)
    results = []
    for i, seed in enumerate(("0", "1", "4242")):
        random.Random(i).shuffle(names)
        folder = tmp_path / ("x" * (i + 1)) / f"site {i}"
        for name in names:
            write(folder, {name: NOTES[name]})
            os.utime(folder / name, (i * 1000, i * 1000))
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "TZ": ("UTC", "Asia/Tokyo", "America/Lima")[i],
            "LANG": "C",
        }
        command = [sys.executable, "-m", "notes_site", "build", "-q", str(folder)]
        subprocess.run(command, check=True, env=environment, cwd=tmp_path)
        results.append(tree(folder / "public"))
    assert results[0] == results[1] == results[2]


def test_a_footnote_and_a_heading_of_an_embedded_note_do_not_repeat_ids(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "content/a.md": "# A\n\n## Part\n\nText.[^1]\n\n![[b]]\n\n![[b#part]]\n\n[^1]: Mine.\n",
            "content/b.md": "# B\n\n## Part\n\nOther text.[^1]\n\n[^1]: Its own.\n",
        },
    )
    report = built(tmp_path)
    assert coded(report, "N043") == []
    ids = attributes(page(tmp_path, "/a/"), "id")
    assert len(ids) == len(set(ids))
    assert dead_links(tmp_path / "public") == []

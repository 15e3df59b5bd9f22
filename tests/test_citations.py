"""Citations over a whole site: labels, references at the end of a note, the bibliography, what is wrong with them."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from sites import built, coded, dead_links, page, write

BIB = """@string{nat = "Nature"}
@article{lbh, author = {LeCun, Yann and Bengio, Yoshua and Hinton, Geoffrey}, title = {Deep learning},
  journal = nat, year = 2015, doi = {10.1038/nature14539}}
@book{knuth, author = {Knuth, Donald E.}, title = {The {\\TeX}book on $x^2$}, publisher = {Addison-Wesley}, year = 1984}
@misc{z1, author = {Zhang, A. and Lipton, Z. and Li, M. and Smola, A.}, title = {Dive},
  year = 2023, eprint = {2106.11342}, archiveprefix = {arXiv}}
@misc{z2, author = {Zhang, A. and Lipton, Z. and Li, M. and Smola, A.}, title = {Deeper}, year = 2023}
@book{unread, author = {Nobody, N.}, title = {Unread}, publisher = {P}, year = 1900}
"""
SITE: Mapping[str, str] = {
    "site.yml": "title: Notes\nbibliography: refs.bib\n",
    "refs.bib": BIB,
    "content/a.md": "---\ntitle: A\n---\n\nHERE\n",
    "content/b.md": "---\ntitle: B\n---\n\nSee [@z1; @z2].\n",
}


def said(folder: Path, source: str, settings: str = "") -> str:
    """What the first paragraph of a note says, as text."""
    files = {**SITE, "content/a.md": SITE["content/a.md"].replace("HERE", source)}
    files["site.yml"] += settings
    built(write(folder, files), words=False)
    body = page(folder, "/a/").partition('<div class="body">')[2]
    found = re.search(r"<p>(.*?)</p>", body, re.DOTALL)
    assert found is not None
    return html.unescape(re.sub(r"<annotation.*?</annotation>|<[^>]*>", "", found[1]))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("[@lbh]", "[LBH15]"),
        ("[@z1, Chapter 14.10]", "[Zha+23b, Chapter 14.10]"),
        ("[see @lbh, pp. 33-35; @knuth]", "[see LBH15, pp. 33–35; Knu84]"),
        ("@lbh show it", "LeCun et al. [LBH15] show it"),
        ("@knuth [ch. 2] says", "Knuth [Knu84, ch. 2] says"),
        ("Knuth [-@knuth] says", "Knuth [Knu84] says"),
        (r"\citeauthor{lbh} in \citeyear{lbh}, \citealp{knuth}", "LeCun et al. in 2015, Knu84"),
        (r"\autocite{knuth}\nocite{z1} and \Citet{knuth}", "[Knu84] and Knuth [Knu84]"),
        (r"\cite[ch. 2]{knuth} and \citet{lbh}", "[Knu84, ch. 2] and LeCun et al. [LBH15]"),
    ],
)
def test_a_citation_reads_in_the_alphabetic_style(tmp_path: Path, source: str, expected: str) -> None:
    assert said(tmp_path, source) == expected


@pytest.mark.parametrize(
    ("style", "source", "expected"),
    [
        ("numeric", "[@lbh; @knuth]", "[2, 1]"),
        ("author-year", "[@z1, ch. 6; @lbh]", "(Zhang et al., 2023b, ch. 6; LeCun et al., 2015)"),
        ("author-year", "@knuth says, as @z2 did", "Knuth (1984) says, as Zhang et al. (2023a) did"),
        ("author-year", "Knuth [-@knuth]", "Knuth (1984)"),
    ],
)
def test_a_citation_reads_in_the_style_of_the_site(tmp_path: Path, style: str, source: str, expected: str) -> None:
    assert said(tmp_path, source, f"citations: {{style: {style}}}\n") == expected


def test_the_works_of_a_note_stand_at_its_end_and_citations_lead_there(tmp_path: Path) -> None:
    said(tmp_path, "[@lbh] and [@knuth]")
    text = page(tmp_path, "/a/")
    assert 'href="#ref-lbh"' in text
    assert re.findall(r'<div class="work" id="([^"]*)">', text) == ["ref-knuth", "ref-lbh"]
    assert "<math" in text.partition('id="ref-knuth"')[2].partition("</div>")[0]
    assert 'href="https://doi.org/10.1038/nature14539"' in text
    assert dead_links(tmp_path / "public") == []


def test_the_bibliography_lists_what_is_cited_with_the_notes_that_cite_it(tmp_path: Path) -> None:
    said(tmp_path, "[@lbh; @z1]")
    text = page(tmp_path, "/bibliography/")
    assert re.findall(r"<dt>(.*?)</dt>", text) == ["[LBH15]", "[Zha+23a]", "[Zha+23b]"]
    assert "Cited in 2 notes" in text
    assert "unread" not in text
    work = page(tmp_path, "/bibliography/z1/")
    assert "@misc{z1," in work
    assert "TY  - " in work
    assert "https://arxiv.org/abs/2106.11342" in work
    said(tmp_path / "all", "Nothing.", "citations: {all: true}\n")
    assert "Nobody" in page(tmp_path / "all", "/bibliography/")


def test_citations_lead_to_the_site_s_own_note_on_a_work(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "content/papers/index.md": "---\ntitle: Papers\nkind: papers\n---\n",
            "content/papers/deep.md": "---\ntitle: On it\npaper: lbh\n---\n\nRead.\n",
        },
    )
    said(tmp_path, "[@lbh]")
    said_at_the_end = 'data-preview="#ref-lbh"'
    assert f'<a href="../papers/deep/" {said_at_the_end}>LBH15</a>' in page(tmp_path, "/a/")
    assert 'id="ref-lbh"' in page(tmp_path, "/a/")
    own = page(tmp_path, "/papers/deep/")
    assert "Yann LeCun" in own
    assert "https://doi.org/10.1038/nature14539" in own
    assert "Yann LeCun" in page(tmp_path, "/papers/")


def test_a_note_says_how_it_is_cited(tmp_path: Path) -> None:
    settings = "cite: true\nauthor: Ada Lovelace\nbase_url: https://example.org/\n"
    files = {
        **SITE,
        "site.yml": SITE["site.yml"] + settings,
        "content/a.md": "---\ntitle: On $x$\ndate: 2026-03-14\n---\n",
    }
    built(write(tmp_path, files))
    text = html.unescape(page(tmp_path, "/a/"))
    assert '<meta name="citation_author" content="Ada Lovelace">' in text
    assert '<meta name="citation_publication_date" content="2026/03/14">' in text
    assert "@misc{lovelace2026a," in text
    assert "AU  - Lovelace, Ada" in text
    assert '"family": "Lovelace"' in text


def test_mistakes_are_reported_where_they_stand_and_the_rest_is_built(tmp_path: Path) -> None:
    files = {
        **SITE,
        "refs.bib": BIB
        + "@article{broken, title = {Never closed\n\n"
        + "@article{lbh, title = {Another}, author={X}, journal={J}, year=1}\n",
        "content/a.md": "---\ntitle: A\nbibliography: nowhere.bib\n---\n\nSee [@lbj, p. 3] and @knoth.\n",
        "content/more.bib": "@book{more, title={More}, author={M. M.}, year=2000, publisher={P}}\n",
        "content/c.md": "---\ntitle: C\nbibliography: more.bib\npaper: nothing\n---\n\nSee @more.\n",
    }
    report = built(write(tmp_path, files))
    assert [(p.code, p.span.path, p.span.line, p.hint) for p in coded(report, "N110")] == [
        ("N110", "a.md", 6, 'did you mean "lbh"?'),
        ("N110", "a.md", 6, 'did you mean "knuth"?'),
        ("N110", "c.md", 4, ""),
    ]
    assert [p.span.path for p in coded(report, "N112")] == ["a.md"]
    assert {p.span.path for p in coded(report, "N111")} == {"refs.bib"}
    assert len(coded(report, "N113")) == 1
    assert "[Zha+23a]" in html.unescape(page(tmp_path, "/bibliography/"))
    assert "Moo" not in page(tmp_path, "/c/")
    assert not (tmp_path / "public/more.bib").exists()


def test_a_name_after_an_at_sign_is_text_where_there_is_no_bibliography(tmp_path: Path) -> None:
    report = built(write(tmp_path, {"content/a.md": "Thanks to @someone.\n\nAnd [@key].\n"}))
    assert "Thanks to @someone." in page(tmp_path, "/a/")
    (problem,) = coded(report, "N110")
    assert problem.hint == "name a .bib file under `bibliography` in the configuration"


def test_no_reference_and_no_citation_is_left_as_a_mark(tmp_path: Path) -> None:
    """Wherever text may stand, each is worded, one in the words of another too."""
    both = "[@z1, cf. @thm-a, \\cite[see \\ref{thm:a}]{knuth}] and @lbh"
    note = """---
title: 'T HERE'
subtitle: 'S HERE'
description: 'D HERE'
tags: ['G HERE']
---

::: {#thm-a}
## N HERE
It. HERE
:::

## H HERE

[x HERE]{.index} \\index{y HERE} [[b]] ^[F HERE]

| a |
| - |
| HERE |

: C HERE {#tbl-a}

> [!note] B HERE
> HERE

``` {.python #lst-a lst-cap="L HERE"}
x
```
"""
    settings = "title: 'Site HERE'\ndescription: 'HERE'\nbibliography: refs.bib\n"
    files = {
        **SITE,
        "site.yml": settings + "collections: [{title: 'K HERE', description: 'E HERE', include: ['a.md']}]\n",
        "glossary.yml": "t: {name: 'w HERE', text: 'M HERE'}\n",
        "content/a.md": note,
        "content/b.md": "# B\n\nSee [[a]] HERE.\n",
    }
    files = {name: text.replace("HERE", both) for name, text in files.items()}
    report = built(write(tmp_path, files), words=False)
    assert coded(report, "N110") == coded(report, "N104") == []
    pages = [path for path in (tmp_path / "public").rglob("*") if path.suffix in (".html", ".xml", ".json", ".txt")]
    assert len(pages) > 10
    mark = re.compile(r"[\x0e\x0f]|u000[ef]|%5b%22|5b22", re.IGNORECASE)
    assert [path.name for path in pages if mark.search(path.read_text("utf-8"))] == []
    said = "T [Zha+23, cf. Theorem\xa01, [Knu84, see 1]] and LeCun et al. [LBH15]"
    assert said in html.unescape(page(tmp_path, "/a/"))


# -- which pages -----------------------------------------------------------------------------------------------------


def test_an_edited_entry_makes_the_pages_that_show_it(tmp_path: Path) -> None:
    """The reference stands in the notes that cite the work, in the bibliography, and on its own page."""
    said(tmp_path, "[@lbh]")
    report = built(write(tmp_path, {"refs.bib": BIB.replace("{Deep learning}", "{Deeper learning}")}))
    assert set(report.made) == {"/a/", "/bibliography/", "/bibliography/lbh/"}


def test_a_citation_elsewhere_makes_no_other_note(tmp_path: Path) -> None:
    said(tmp_path, "[@lbh]")
    report = built(write(tmp_path, {"content/b.md": "---\ntitle: B\n---\n\nSee [@z1; @z2; @lbh].\n"}))
    assert {url for url, _ in report.pages} == {"/b/"}


def test_a_work_that_changes_a_label_makes_the_notes_that_show_it(tmp_path: Path) -> None:
    said(tmp_path, "[@z1]")
    report = built(write(tmp_path, {"content/b.md": "---\ntitle: B\n---\n\nSee nothing.\n"}))
    assert {url for url, _ in report.pages} == {"/a/", "/b/"}
    assert "[Zha+23]" in html.unescape(re.sub(r"<[^>]*>", "", page(tmp_path, "/a/")))

"""The page that is read, as it is sent: what leads to itself, where it does not, and what a series counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from sites import built, page, write

NOTE = r"""---
title: One
number: 1
---

$$ a = b $$ {#eq-a}

$$ c = d \tag{E} \label{eq:e} $$

$$ f = g \tag{$\dagger$} \label{eq:f} $$

\begin{align}
x &= y \label{eq:x} \\
y &= z \nonumber
\end{align}

::: {#thm-a}
## Name
A, by @eq-a.
:::

::: {.lemma}
B.
:::

::: {.proof of=thm-a #prf-a}
C.
:::

> [!corollary]- Folded
> D.

> [!proof]- {#prf-f}
> E.
"""
FILES: Mapping[str, str] = {
    "site.yml": "title: Notes\n",
    "content/s/index.md": "---\ntitle: Series\n---\n",
    "content/s/1.md": NOTE,
    "content/s/2.md": "---\ntitle: Two\nnumber: 2\n---\n\n![[1#thm-a]]\n\n![[1#eq-a]]\n\nSee @thm-a, @eq-a, @eq-e.\n",
}
# `<a class="self" href="#eq-a">(1)</a>`
SELF = re.compile(r'<a class="self" href="#(?P<anchor>[^"]*)"(?: aria-label="(?P<name>[^"]*)")?>(?P<shown>.*?)</a>')


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = write(tmp_path_factory.mktemp("read"), FILES)
    assert built(made).problems == ()
    return made


def selves(text: str) -> list[tuple[str, str]]:
    return [(found["anchor"], found["name"] or found["shown"]) for found in SELF.finditer(text)]


def test_statements_and_equations_lead_to_themselves_without_a_script(folder: Path) -> None:
    """By their numbers, with a label or without one; a tag that begins with a formula by its first sign."""
    text = page(folder, "/s/1/")
    assert selves(text) == [
        ("eq-a", "(1.1)"), ("eq-e", "(E)"), ("eq-f", "†"), ("eq-x", "(1.2)"),
        ("thm-a", "Theorem\u00a01.1"), ("lemma", "Lemma\u00a01.1"), ("corollary", "Corollary\u00a01.1"),
    ]  # fmt: skip
    for anchor, _ in selves(text):
        assert text.count(f' id="{anchor}"') == 1, anchor


def test_no_link_stands_in_a_link(folder: Path) -> None:
    """A proof that says what it is of leads there, and one that is folded opens."""
    text = page(folder, "/s/1/")
    assert not re.search(r"<a [^>]*>(?:(?!</a>).)*<a ", text, re.DOTALL)
    assert 'Proof of <a class="ref" href="#thm-a">' in text
    assert '<summary><span class="head"><span class="kind">Proof</span>' in text


def test_equations_without_labels_have_addresses_where_all_are_numbered(tmp_path: Path) -> None:
    files = {
        "site.yml": "title: Notes\nnumbering: {equations: all}\n",
        "content/a.md": "---\ntitle: A\n---\n\n$$ a $$\n\n\\begin{gather} b \\\\ c \\nonumber \\\\ d \\end{gather}\n\n"
        "\\begin{equation*} e \\end{equation*}\n",
    }
    assert built(write(tmp_path, files)).problems == ()
    text = page(tmp_path, "/a/")
    assert selves(text) == [("equation", "(1)"), ("equation-1", "(2)"), ("equation-2", "(3)")]
    assert '<div class="formula" id="equation">' in text
    assert '<mtext id="equation-1">' in text


def test_what_is_shown_elsewhere_does_not_lead_to_itself(folder: Path) -> None:
    """Neither in a note that shows it again, nor in what is shown above a reference to it."""
    again = page(folder, "/s/2/")
    assert again.count('<div class="embed">') == 2
    assert selves(again) == []
    assert "Theorem\u00a01.1" in again
    fragments = (folder / "public/s/1/_labels.html").read_text("utf-8")
    assert 'id="eq-a"' in fragments
    assert selves(fragments) == []


def test_in_a_book_for_print_they_lead_to_where_they_stand_there(folder: Path) -> None:
    text = page(folder, "/s/print/")
    assert [anchor for anchor, _ in selves(text)][:2] == ["1--eq-a", "1--eq-e"]
    for anchor, _ in selves(text):
        assert text.count(f' id="{anchor}"') == 1, anchor


# -- what a series counts ----------------------------------------------------------------------------------------------


def note(title: str, front: str = "") -> str:
    return f"---\ntitle: {title}\n{front}\n---\n\nText.\n"


BOOK: Mapping[str, str] = {
    "site.yml": "title: Notes\n",
    "content/b/preface.md": note("Preface", "order: 0"),
    "content/b/1-1.md": note("One", "number: '1.1'"),
    "content/b/1-2.md": note("Two", "number: '1.2'"),
    "content/b/more.md": note("Between"),
    "content/b/aside.md": note("Thanks", "numbering: false"),
    "content/b/a.md": note("Background", "number: A"),
}


@pytest.mark.parametrize(
    ("front", "files", "said"),
    [
        ("unit: section", BOOK, "3 sections"),
        ("unit: {one: Kapitel, many: Kapitel}", BOOK, "3 Kapitel"),
        ("unit: note", BOOK, "6 notes"),
        ("", BOOK, "6 notes"),
        ("unit: chapter\norder: path", BOOK, "4 chapters"),
        ("unit: chapter\nkind: topics", BOOK, "6 chapters"),
        ("unit: chapter", {name: text for name, text in BOOK.items() if "/1-" not in name}, "4 chapters"),
    ],
)
def test_a_preface_is_no_section_and_an_appendix_no_chapter(
    tmp_path: Path, front: str, files: Mapping[str, str], said: str
) -> None:
    """Where notes have numbers and are called more than notes; a note without a number is one of the others."""
    index = f"---\ntitle: Book\n{front}\n---\n"
    assert built(write(tmp_path, {**files, "content/b/index.md": index})).problems == ()
    assert f"<span>{said}</span>" in page(tmp_path, "/b/")
    assert page(tmp_path, "/b/").count('<li class="entry"') == len(files) - 1

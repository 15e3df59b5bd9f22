"""The words that a site adds to its notes: each language has all of them, and each page speaks its own."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
import yaml
from jinja2 import Environment, nodes
from sites import attributes, built, coded, page, tree, write

import notes_site
from notes_site import config, config_file
from notes_site.theme import default_folder
from notes_site.words import LANGUAGES, PARSED, Words, overrides_of, packaged, placeholders, words_for

DATA = Path(notes_site.__file__).parent / "data" / "words"
TEMPLATES = default_folder("templates")
ENGLISH, GERMAN = packaged("en"), packaged("de")


# -- the files ---------------------------------------------------------------------------------------------------------


def test_there_is_a_file_for_every_language_and_no_other() -> None:
    assert {file.name for file in DATA.iterdir()} == {f"{language}.yml" for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_is_read_as_yaml_reads_it(language: str) -> None:
    """Its lines are read one by one, which takes a tenth of the time."""
    assert packaged(language) == yaml.safe_load((DATA / f"{language}.yml").read_text("utf-8"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_keys_of_english_in_the_same_order(language: str) -> None:
    assert list(packaged(language)) == list(ENGLISH)


@pytest.mark.parametrize("key", ENGLISH)
def test_a_word_has_the_same_placeholders_in_every_language(key: str) -> None:
    assert {placeholders(packaged(language)[key]) for language in LANGUAGES} == {placeholders(ENGLISH[key])}


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_plain_text_that_html_has_no_need_to_change(language: str) -> None:
    """No sign of HTML, no straight quotation mark, no key that hides a method of `Words`."""
    assert all(text and html.escape(text) == text for text in packaged(language).values())
    assert not ENGLISH.keys() & set(dir(Words))


def test_every_kind_has_four_forms_and_every_unit_two() -> None:
    for start, endings in (("kind_", ("", "_many", "_short", "_short_many")), ("unit_", ("", "_many"))):
        names = {re.sub("(_short)?(_many)?$", "", key) for key in ENGLISH if key.startswith(start)}
        assert {key for key in ENGLISH if key.startswith(start)} == {f"{n}{e}" for n in names for e in endings}
    assert {key.removesuffix("_one") for key in ENGLISH if key.endswith("_one")} <= {
        key.removesuffix("_many") for key in ENGLISH
    }


# -- words by themselves -----------------------------------------------------------------------------------------------


def test_a_country_has_the_words_of_its_language_and_an_unknown_language_those_of_english() -> None:
    assert words_for("de-AT") == words_for("DE_at") == words_for("de") != words_for("en")
    assert words_for("fr") == words_for("") == words_for("../de") == words_for("en-GB") == words_for("en")


def test_what_a_site_says_of_one_language_comes_before_what_it_says_of_all() -> None:
    said = overrides_of({"next": "1", "moved": "1", "de": {"next": "2", "feed": "2"}, "de-AT": {"feed": "3"}})
    found = {
        lang: tuple(words_for(lang, said)[key] for key in ("next", "moved", "feed")) for lang in ("en", "de", "de-AT")
    }
    assert found == {"en": ("1", "1", "Feed"), "de": ("2", "1", "2"), "de-AT": ("2", "1", "3")}


def test_what_a_parse_does_not_read_can_be_left_out_of_its_key() -> None:
    said: Mapping[str, str | Mapping[str, str]] = {"next": "1", "kind_lemma": "L", "de": {"feed": "2"}}
    assert overrides_of(said, PARSED) == (("", (("kind_lemma", "L"),)),)


def test_dates_counts_and_lists_are_those_of_the_language() -> None:
    day, english, german = datetime(2026, 3, 14, tzinfo=UTC), words_for("en"), words_for("de")
    assert (english.date(day), german.date(day)) == ("14 March 2026", "14. März 2026")
    assert (english.month(day), german.month(day), english.date(None)) == ("March 2026", "März 2026", "")
    assert english.count("see_all", 1, unit="note") == "See 1 note"
    assert german.count("see_all", 2, unit="Notizen") == "Alle 2 Notizen ansehen"
    assert [english.join("123"[:n]) for n in range(4)] == ["", "1", "1 and 2", "1, 2, and 3"]
    assert [german.join("123"[:n]) for n in range(4)] == ["", "1", "1 und 2", "1, 2 und 3"]
    assert (english.quotes, german.quotes) == (("“", "”", "‘", "’"), ("„", "“", "‚", "‘"))


def test_a_value_is_put_in_as_it_is() -> None:
    assert words_for("en").text("notes_on", topic="{count} \\1 {topic}") == "Notes on {count} \\1 {topic}"
    assert words_for("en").text("see_all_one", count=1) == "See 1 {unit}"


def test_english_units_are_said_in_every_language_and_those_of_an_author_as_they_are_written() -> None:
    assert [words_for("de").unit(word) for word in ("chapter", "papers", "Satz", "")] == [
        "Kapitel",
        "Arbeiten",
        "Satz",
        "",
    ]
    assert words_for("en", overrides_of({"unit_note_many": "entries"})).unit("notes") == "entries"


def test_the_english_plural_is_guessed_of_english_words_alone() -> None:
    unit = config.Unit
    assert [unit("entry").of(n) for n in (1, 2)] == ["entry", "entries"]
    assert [unit("Vorlesung").of(n, "de") for n in (1, 2)] == ["Vorlesung", "Vorlesung"]
    assert [unit("lecture").of(n, "de") for n in (1, 2)] == ["lecture", "lectures"]
    assert [unit("Übung", "Übungen").of(n, "de") for n in (1, 2)] == ["Übung", "Übungen"]


def test_a_build_with_nothing_to_do_reads_no_words(tmp_path: Path) -> None:
    write(tmp_path, {"site.yml": "lang: de\n", "content/a.md": "# A\n"})
    built(tmp_path)
    code = (
        "import sys; from pathlib import Path; from notes_site.build import build; from notes_site.project import find;"
        "from notes_site.words import packaged; report = build(find(Path(sys.argv[1])), jobs=1);"
        "print(len(report.made), packaged.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "0"]


# -- the configuration -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ("words:\n  latest_update: x\n", (2, 3), 'unknown word "latest_update"', 'did you mean "latest_updates"?'),
        ("words: {de: {nxt: x}}\n", (1, 14), 'unknown word "nxt"', 'did you mean "next"?'),
        ("words: {next: 5}\n", (1, 15), '"next" is not text', "put it in quotes"),
        ("words: {de: {next: [a]}}\n", (1, 20), '"next" is not text', "put it in quotes"),
        ("words: {next: '{x}'}\n", (1, 15), '"next" has no placeholder {x}', "it has none"),
        ("words: {min_read: '{n}'}\n", (1, 19), '"min_read" has no placeholder {n}', "it has {count}"),
        ("words: {german: {next: x}}\n", (1, 9), '"german" is not a language', "write a language as de or pt-BR"),
        ("words: 5\n", (1, 8), '"words": expected a mapping, not a number', ""),
    ],
)
def test_a_word_that_cannot_be_is_an_error_at_its_place(
    text: str, place: tuple[int, int], message: str, hint: str
) -> None:
    found, problems = config_file.read(text)
    assert [(p.code, p.span.line, p.span.column, p.message, p.hint) for p in problems] == [
        ("N015", *place, message, hint)
    ]
    assert overrides_of(found.words) == ()


def test_the_other_words_hold_beside_a_wrong_one() -> None:
    found, problems = config_file.read("words: {next: Onward, nxt: x, de: {feed: F, fed: G}}\n")
    assert found.words == {"next": "Onward", "de": {"feed": "F"}}
    assert len(problems) == 2


# -- templates and pages -----------------------------------------------------------------------------------------------


@cache
def templates() -> dict[str, nodes.Template]:
    made = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return {
        file.relative_to(TEMPLATES).as_posix(): made.parse(file.read_text("utf-8"))
        for file in TEMPLATES.rglob("*.html")
    }


# names of things, and what is not read by people
NAMES = {"BibTeX"}


@pytest.mark.parametrize("name", sorted(templates()))
def test_a_template_has_no_word_of_its_own(name: str) -> None:
    pieces = [
        node.data if isinstance(node, nodes.TemplateData) else "\0"
        for output in templates()[name].find_all(nodes.Output)
        for node in output.nodes
    ]
    text = "".join(pieces)
    shown = re.sub(r"<!?[/a-z\0](?:[^<>\"]|\"[^\"]*\")*>", " ", text)
    assert set(re.findall(r"[A-Za-z]{3,}", shown)) <= NAMES
    labels = re.findall(r"\s(?:aria-label|title|alt|placeholder)=\"([^\"]*)\"", text)
    assert not [label for label in labels if re.search(r"[A-Za-z]", label)]


@pytest.mark.parametrize("name", sorted(templates()))
def test_every_word_that_a_template_asks_for_exists(name: str) -> None:
    asked = {
        node.attr
        for node in templates()[name].find_all(nodes.Getattr)
        if isinstance(node.node, nodes.Name) and node.node.name == "words"
    }
    methods = {"text", "count", "unit"}
    assert asked <= ENGLISH.keys() | methods
    for call in templates()[name].find_all(nodes.Call):
        if isinstance(call.node, nodes.Getattr) and call.node.attr in ("text", "count"):
            key = call.args[0]
            assert isinstance(key, nodes.Const)
            keys = {key.value} if call.node.attr == "text" else {f"{key.value}_one", f"{key.value}_many"}
            assert keys <= ENGLISH.keys()


@pytest.mark.parametrize("name", ["reader.js", "beside.js", "tools.js"])
def test_the_scripts_of_the_pages_have_no_words(name: str) -> None:
    script = (default_folder("static") / name).read_text("utf-8")
    assert not re.search(r'(textContent|title|ariaLabel|alt) = ["`]\w|\{\}, ["`]\w', script)


# what an author of no language wrote: every kind of page, every part of one
SPOKEN: dict[str, str | bytes] = {
    "site.yml": "title: Zzyx\nlang: de\ncite: true\nauthor: Qux\nedit_url: https://example.org/{path}\n",
    "content/index.md": "---\ntitle: Zzyx\n---\n\nVwyz.\n",
    "content/s/index.md": "---\ntitle: Kwyj\n---\n",
    "content/s/01-a.md": "---\ntitle: Aaq\ndate: 2026-03-14\nupdated: 2026-05-01\ntags: [ttq]\naliases: [/oldq/]\n"
    "paper: {title: Ppq, authors: [Rrq], year: 2020, bibtex: '@misc{a}'}\nfeatured: true\n---\n\n"
    "## Bbq\n\nXyq.\n\n## Ccq\n\n[Ddq](02-b.md)\n",
    "content/s/02-b.md": "---\ntitle: Eeq\ndate: 2026-10-02\ntags: [ttq]\n---\n\n[Ffq](01-a.md)\n",
    "content/p/index.md": "---\ntitle: Ggq\nkind: papers\n---\n",
    "content/p/c.md": "---\ntitle: Hhq\npaper: {title: Iiq}\n---\n\nJjq.\n",
    "content/t/index.md": "---\ntitle: Kkq\nkind: stream\n---\n",
    "content/t/d.md": "---\ntitle: Llq\ndate: 2026-12-01\n---\n\nMmq.\n",
    "content/t/e.md": "---\ntitle: Nnq\ndate: 2026-01-01\n---\n\nOoq.\n",
    "content/u.md": "# Uuq\n\nVvq.\n",
}


def said(text: str) -> str:
    """All that a page tells its readers, seen or heard: text, labels, descriptions."""
    shown = re.sub(r"(?s)<(script|style)\b.*?</\1>", " ", text)
    labels = attributes(shown, "aria-label", "title", "alt", "content")
    for data in re.findall(r'(?s)<script type="application/json" id="_page">(.*?)</script>', text):
        labels += re.findall(r'"((?:[^"\\]|\\.)*)"(?!\s*:)', data)  # not the names of what is said
    return html.unescape(re.sub(r"<[^<>]*>", " ", shown)) + " | " + " | ".join(labels)


def test_a_german_site_says_nothing_in_english(tmp_path: Path) -> None:
    write(tmp_path, SPOKEN)
    assert [problem for problem in built(tmp_path).problems if problem.code != "N040"] == []
    pages = {name: said(data.decode()) for name, data in tree(tmp_path / "public").items() if name.endswith(".html")}
    kinds = {
        kind for data in tree(tmp_path / "public").values() for kind in re.findall(rb'<body class="([^"]*)-page"', data)
    }
    assert kinds == {b"home", b"note", b"collection", b"tag", b"tags", b"latest", b"404", b"graph", b"print"}
    found = []
    for key, english in ENGLISH.items():
        if key.startswith(PARSED):  # said by a parse, not by the theme
            continue
        for part in re.split(r"\{\w+\}", english):
            words = part.strip(" .,:;“”")
            if len(words) > 3 and words not in GERMAN[key]:
                pattern = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)")
                found += [(name, words) for name, text in pages.items() if pattern.search(text)]
    # the type of a page and the signs of programs are no words
    assert [(name, words) for name, words in found if words not in ("article", "website", "summary", "notes")] == []
    for name, part in (
        ("index.html", "Alle 2 Notizen ansehen"),
        ("index.html", "1 Arbeit"),
        ("index.html", "2 Gedanken"),
        ("s/01-a/index.html", "aktualisiert am 1. Mai 2026"),
        ("s/01-a/index.html", "14. März 2026"),
        ("p/c/index.html", "(o.\u00a0J.)"),
        ("latest/index.html", "Oktober 2026"),
        ("latest/index.html", "Ohne Datum"),
        ("tags/ttq/index.html", "Notizen zu ttq"),
        ("404.html", "oder von hier:"),
        ("oldq/index.html", "Diese Seite ist umgezogen: Aaq"),
    ):
        assert part in re.sub(r"[^\S\u00a0]+", " ", pages[name]), (name, part)
    assert "Llq" in page(tmp_path, "/t/feed.xml")


def test_a_note_speaks_its_own_language_on_a_site_that_speaks_another(tmp_path: Path) -> None:
    """Its neighbours, which share parts of their pages with it, speak theirs."""
    macro = "{% macro more(card) %}{{ words.next }}: {{ card.title.html }}{% endmacro %}"
    extended = (
        '{% extends "default/note.html" %}{% block footer %}' + macro + "{{ shared(more, collection) }}{% endblock %}"
    )
    write(
        tmp_path,
        {
            "templates/note.html": extended,
            "content/s/index.md": "# S\n",
            "content/s/a.md": "---\ntitle: A\ndate: 2026-03-14\n---\n\nText.\n",
            "content/s/b.md": "---\ntitle: B\ndate: 2026-03-14\nlang: de-AT\n---\n\nText.\n",
            "content/s/c.md": "---\ntitle: C\ndate: 2026-03-14\n---\n\nText.\n",
        },
    )
    assert built(tmp_path).problems == ()
    for url, lang, next_, date in (
        ("/s/a/", "en", "Next: S", "14 March 2026"),
        ("/s/b/", "de-AT", "Weiter: S", "14. März 2026"),
        ("/s/c/", "en", "Next: S", "14 March 2026"),
    ):
        text = page(tmp_path, url)
        assert f'<html lang="{lang}">' in text
        assert next_ in text
        assert date in text


def test_a_collection_and_the_home_page_speak_the_language_of_their_own_note(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "content/index.md": "---\ntitle: Home\nlang: de\n---\n\nText.\n",
            "content/s/index.md": "---\ntitle: S\nlang: de\nunit: chapter\n---\n",
            "content/s/a.md": "# A\n",
        },
    )
    built(tmp_path)
    assert "Neueste Einträge" in page(tmp_path, "/")
    assert "1 Kapitel ansehen" in page(tmp_path, "/")
    assert "1 Kapitel" in page(tmp_path, "/s/")
    assert "Next" in page(tmp_path, "/s/a/") or "On this page" not in page(tmp_path, "/s/")


def test_a_word_of_the_site_stands_on_its_pages_and_is_escaped(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "site.yml": 'words: {latest_updates: "What <is> new", see_all_one: "Go", moved: x}\n',
            "content/s/index.md": "# S\n",
            "content/s/a.md": "# A\n",
        },
    )
    assert built(tmp_path).problems == ()
    assert "What &lt;is&gt; new" in page(tmp_path, "/")
    assert ">Go <" in page(tmp_path, "/")


def test_a_changed_word_remakes_the_pages_of_its_language_and_no_other(tmp_path: Path) -> None:
    files = {
        "site.yml": "",
        "content/a.md": "# A\n\nText.\n",
        "content/b.md": "---\ntitle: B\nlang: de\n---\n\nText.\n",
    }
    write(tmp_path, files)
    built(tmp_path)
    write(tmp_path, {"site.yml": "words: {de: {skip_to_text: Los}}\n"})
    report = built(tmp_path)
    assert report.made == ("/b/",)
    assert "Los" in page(tmp_path, "/b/")
    write(tmp_path, {"site.yml": "words: {de: {skip_to_text: Los}, min_read: '{count} m'}\n"})
    report = built(tmp_path)
    assert {"/", "/a/", "/b/", "/latest/", "/404.html"} <= set(report.made)
    assert not {"/feed.xml", "/sitemap.xml", "/robots.txt"} & set(report.made)
    assert "1 m<" in page(tmp_path, "/a/")


def test_a_page_says_which_words_it_was_made_again_for(tmp_path: Path) -> None:
    from notes_site.build import build
    from notes_site.project import find

    write(tmp_path, {"site.yml": "", "content/a.md": "# A\n"})
    built(tmp_path)
    write(tmp_path, {"site.yml": "words: {next: Onward}\n"})
    report = build(find(tmp_path), jobs=1, explain=["/a/"])
    ((_, reason),) = report.reasons
    assert "the words in en" in reason


def test_an_unknown_word_in_a_template_is_an_error_with_its_name_and_line(tmp_path: Path) -> None:
    template = '{% extends "default/note.html" %}\n{% block footer %}\n{{ words.nonsense }}\n{% endblock %}'
    write(tmp_path, {"templates/note.html": template, "content/a.md": "# A\n"})
    (problem,) = coded(built(tmp_path), "N052")
    assert (problem.span.path, problem.span.line) == ("templates/note.html", 3)
    assert "nonsense" in problem.message

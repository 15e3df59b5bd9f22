"""Mistakes that an author can make, each with what is said of it and what is built nevertheless."""

from __future__ import annotations

from dataclasses import dataclass, field

GOOD = "---\ntitle: Good\ndate: 2026-01-02\n---\n\nA formula $x^2$, and text.\n"


@dataclass(frozen=True)
class Case:
    """Files of a site with one mistake, and what is said of it: code, file, line and column, words, hint.

    `pages` are addresses with what stands there; the page of a note with a mistake is built too.
    """

    name: str
    files: dict[str, str | bytes]
    problem: tuple[str, str, int, int]
    message: str
    hint: str = ""
    pages: dict[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()


BOMB = "---\na: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)

CASES = (
    Case(
        "broken YAML",
        {"content/bad.md": "---\ntitle: Bad\ndate: 2026-01-01\ntags: [a, b\n---\n\nThe text.\n"},
        ("N010", "bad.md", 5, 1),
        "expected ',' or ']'",
        pages={"/bad/": "The text."},
    ),
    Case(
        "a colon in a value",
        {"content/bad.md": "---\ndate: 2026-01-01\ntitle: Bayes: the rule\n---\n\nThe text.\n"},
        ("N010", "bad.md", 3, 13),
        "mapping values are not allowed",
        "in quotes",
        pages={"/bad/": "The text."},
    ),
    Case(
        "a tab in YAML",
        {"content/bad.md": "---\ntitle: Bad\npaper:\n\tyear: 1999\n---\n\nThe text.\n"},
        ("N010", "bad.md", 4, 1),
        "found character that cannot start any token",
        "spaces, never with tabs",
        pages={"/bad/": "The text."},
    ),
    Case(
        "a key twice",
        {"content/bad.md": "---\ntitle: One\ndate: 2026-01-01\ntitle: Two\n---\n\nThe text.\n"},
        ("N011", "bad.md", 4, 1),
        '"title" stands twice',
        pages={"/bad/": "<h1>One</h1>"},
    ),
    Case(
        "a key twice in the configuration",
        {"site.yml": "title: One\ntitle: Two\n"},
        ("N011", "site.yml", 2, 1),
        '"title" stands twice',
        pages={"/": "One"},
    ),
    Case(
        "an alias bomb",
        {"content/bad.md": BOMB + "---\n\nThe text.\n"},
        ("N014", "bad.md", 2, 1),
        "expand to too much",
        pages={"/bad/": "The text."},
    ),
    Case(
        "front matter that is not closed",
        {"content/bad.md": "---\ntitle: Bad\n\nThe text.\n"},
        ("N013", "bad.md", 1, 1),
        "never closed",
        "add a line",
        pages={"/bad/": "The text."},
    ),
    Case(
        "a date that is none",
        {"content/bad.md": "---\ntitle: Bad\ndate: soon\n---\n\nThe text.\n"},
        ("N012", "bad.md", 3, 7),
        '"date" is not a date',
        pages={"/bad/": "The text."},
    ),
    Case(
        "bytes that are not UTF-8",
        {"content/bad.md": b"# Bad\n\nThe Schr\xf6dinger equation\n"},
        ("N001", "bad.md", 3, 9),
        "byte 0xf6 is not UTF-8",
        "save the file as UTF-8",
        pages={"/bad/": "Schr\ufffddinger"},
    ),
    Case(
        "a configuration that is not UTF-8",
        {"site.yml": b"title: Notes\ndescription: \xe9t\xe9\n"},
        ("N001", "site.yml", 2, 14),
        "is not UTF-8",
    ),
    Case(
        "an unknown key",
        {"site.yml": "title: Notes\nbase_ulr: https://example.org/\n"},
        ("N015", "site.yml", 2, 1),
        'unknown key "base_ulr"',
        'did you mean "base_url"?',
    ),
    Case(
        "an unknown key inside",
        {"site.yml": "collections:\n  - title: A\n    inclued: ['*.md']\n"},
        ("N015", "site.yml", 3, 5),
        'unknown key "inclued"',
        'did you mean "include"?',
    ),
    Case(
        "a value of the wrong kind",
        {"site.yml": "title: Notes\nlatest: many\n"},
        ("N015", "site.yml", 2, 9),
        '"latest": expected a number, not text',
    ),
    Case(
        "an address that is not a full one",
        {"site.yml": "title: Notes\nbase_url: example.org/notes\n"},
        ("N015", "site.yml", 2, 11),
        "not a full address",
        "https://example.org/notes/",
    ),
    Case(
        "an alias that is the address of another note",
        {"content/bad.md": "---\naliases: [/good/, /bad/, Good]\n---\n\n# Bad\n"},
        ("N050", "bad.md", 0, 0),
        'the alias "/good/" of bad.md and good.md have the same address /good/',
    ),
    Case(
        "two outputs at one address",
        {
            "content/one.md": "---\ntitle: One\npermalink: /same/\n---\n\nThe first.\n",
            "content/two.md": "---\ntitle: Two\npermalink: /Same\n---\n\nThe second.\n",
        },
        ("N050", "two.md", 0, 0),
        "two.md and one.md have the same address /same/",
        "`slug`",
        pages={"/same/": "The first."},
    ),
    Case(
        "a note and a folder of the site at one address",
        {"content/tags.md": "# My tags\n"},
        ("N050", "tags.md", 0, 0),
        "have the same address /tags/",
        pages={"/tags/": ""},
    ),
    Case(
        "a file where a page's folder must stand",
        {"content/x": "text", "content/x.md": "# X\n"},
        ("N050", "x", 0, 0),
        "x and x.md",
        pages={"/x/": "<h1>X</h1>"},
    ),
    Case(
        "a missing image",
        {"content/bad.md": "# Bad\n\nText ![A chord](pictures/chrod.svg) here\n", "content/pictures/chord.svg": ""},
        ("N044", "bad.md", 3, 6),
        'no file "pictures/chrod.svg"',
        'did you mean "pictures/chord.svg"?',
        pages={"/bad/": 'aria-label="A chord"'},
    ),
    Case(
        "a missing file",
        {"content/bad.md": "# Bad\n\nSee [the data](data.csv).\n"},
        ("N040", "bad.md", 3, 5),
        'no note or file "data.csv"',
    ),
    Case(
        "a missing listing",
        {"content/bad.md": '# Bad\n\n```{.python include="code/a.py"}\n```\n'},
        ("N044", "bad.md", 3, 1),
        'no file "code/a.py"',
    ),
    Case(
        "a broken link",
        {"content/bad.md": "# Bad\n\nSee [it](goood.md) and [another](good.md).\n"},
        ("N040", "bad.md", 3, 5),
        'no note or file "goood.md"',
        'did you mean "good.md"?',
        pages={"/bad/": 'href="../good/"'},
    ),
    Case(
        "a broken anchor",
        {"content/bad.md": "# Bad\n\nSee [it](other.md#rats).\n", "content/other.md": "# Other\n\n## Rates\n"},
        ("N041", "bad.md", 3, 5),
        'no anchor "rats" in other.md',
        'did you mean "rates"?',
        pages={"/bad/": 'href="../other/"'},
    ),
    Case(
        "a broken anchor in the same note",
        {"content/bad.md": "# Bad\n\n## Rates\n\nSee [it](#rats).\n"},
        ("N041", "bad.md", 5, 5),
        'no anchor "rats" in this note',
        'did you mean "rates"?',
    ),
    Case(
        "a broken wikilink",
        {"content/bad.md": "# Bad\n\nSee [[Godo]].\n"},
        ("N040", "bad.md", 3, 5),
        'no note "Godo"',
        'did you mean "Good"?',
        pages={"/bad/": '<span class="broken-link">Godo</span>'},
    ),
    Case(
        "a wikilink with several candidates",
        {
            "content/bad.md": "# Bad\n\nSee [[intro]].\n",
            "content/algebra/intro.md": "# Algebra\n",
            "content/analysis/intro.md": "# Analysis\n",
        },
        ("N042", "bad.md", 3, 5),
        "algebra/intro.md",
        pages={"/bad/": 'href="../algebra/intro/"'},
    ),
    Case(
        "embeds that loop",
        {"content/bad.md": "# Bad\n\n![[other]]\n", "content/other.md": "# Other\n\nText.\n\n![[bad]]\n"},
        ("N043", "bad.md", 3, 1),
        "contains this note again",
        pages={"/bad/": "Text.", "/other/": "Text."},
        others=("N043",),
    ),
    Case(
        "a note that embeds itself",
        {"content/bad.md": "# Bad\n\nText.\n\n![[bad]]\n"},
        ("N043", "bad.md", 5, 1),
        "contains this note again",
        pages={"/bad/": "Text."},
    ),
    Case(
        "a link to a draft",
        {"content/bad.md": "# Bad\n\nSee [it](later.md).\n", "content/later.md": "---\ndraft: true\n---\n\n# Later\n"},
        ("N045", "bad.md", 3, 5),
        "left out of the site",
    ),
    Case(
        "a macro that expands for ever",
        {"content/bad.md": "# Bad\n\nText $\\newcommand{\\x}{\\x + 1} \\x$ and $y$.\n"},
        ("N023", "bad.md", 3, 31),
        "\\x",
        pages={"/bad/": "<math"},
    ),
    Case(
        "macros of the configuration that expand for ever",
        {
            "site.yml": "math:\n  macros:\n    ping: '\\pong\\pong'\n    pong: '\\ping\\ping'\n",
            "content/bad.md": "# Bad\n\n$\\ping$\n",
        },
        ("N023", "site.yml", 3, 11),
        "ping: ",
        pages={"/bad/": "ping"},
        others=("N021",),
    ),
    Case(
        "an unknown command",
        {"content/bad.md": "# Bad\n\nText $a + \\alhpa$ here.\n"},
        ("N021", "bad.md", 3, 11),
        "\\alhpa",
        'did you mean "\\alpha"?',
        pages={"/bad/": "alhpa"},
    ),
    Case(
        "an unbalanced brace",
        {"content/bad.md": "# Bad\n\nText $\\frac{1}{2$ here.\n"},
        ("N020", "bad.md", 3, 15),
        "",
        pages={"/bad/": "here."},
    ),
    Case(
        "a macro of front matter that cannot be used",
        {"content/bad.md": "---\ntitle: Bad\nmacros:\n  R: '\\mathbb{R}'\n  norm: '\\lVert #1}'\n---\n\n$\\R$\n"},
        ("N022", "bad.md", 5, 9),
        "",
        pages={"/bad/": "<math"},
    ),
    Case(
        "a slug that climbs",
        {"content/bad.md": "---\ntitle: Bad\nslug: ../..\n---\n\nThe text.\n"},
        ("N017", "bad.md", 3, 7),
        '"../.."',
        pages={"/bad/": "The text."},
    ),
    Case(
        "an address that climbs",
        {"content/bad.md": "---\npermalink: /../../etc/x.html\n---\n\nThe text.\n"},
        ("N017", "bad.md", 2, 12),
        "/etc/x.html",
        pages={"/etc/x.html": "The text."},
    ),
    Case(
        "a draft whose front matter is broken",
        {"content/bad.md": "---\ndraft: true\n  title: F\n---\n\nThe text.\n"},
        ("N010", "bad.md", 3, 8),
        "",
    ),
    Case(
        "a draft that does not say so clearly",
        {"content/bad.md": "---\ndraft: yes please\n---\n\nThe text.\n"},
        ("N012", "bad.md", 2, 8),
        '"draft" is not true or false',
    ),
    Case(
        "a control character",
        {"content/bad.md": "# Bad\n\nText \x08 here.\n"},
        ("N005", "bad.md", 3, 6),
        "U+0008",
    ),
    Case(
        "a pattern that matches nothing",
        {"site.yml": "title: Notes\ncollections:\n  - title: Book\n    include: ['bok/*.md']\n"},
        ("N016", "site.yml", 0, 0),
        '"Book"',
    ),
    Case(
        "a navigation that leads nowhere",
        {"site.yml": "navigation:\n  - {title: Good, to: good.md#x}\n  - {title: Bad, to: godo.md}\n"},
        ("N040", "site.yml", 3, 22),
        'the navigation leads to "godo.md"',
        'did you mean "good.md"?',
        pages={"/": 'href="good/"'},
        others=("N041",),
    ),
    Case(
        "a mistake in a text of the configuration",
        {"site.yml": "title: Notes\nhero:\n  text: On $\\alhpa$\n"},
        ("N021", "site.yml", 3, 9),
        "\\alhpa",
        'did you mean "\\alpha"?',
        pages={"/": "alhpa"},
    ),
    Case(
        "a notebook that is no notebook",
        {"content/bad.ipynb": '{"cells": [\n  oops\n]}'},
        ("N004", "bad.ipynb", 2, 3),
        "",
    ),
)

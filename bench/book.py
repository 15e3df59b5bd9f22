"""A seeded book: notes with labels and references, or the same notes without them.

    python bench/book.py FOLDER [--notes 2000] [--plain]

Each note has ten labels (five equations, three statements, two sections) and twenty references, of which eight lead to
other notes. The plain book has the same text, with words in the place of references and no labels.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

WORDS = (
    "let be a function bound convex sum sequence limit measure space operator norm the of every some with which then "
    "holds for all there exists small large constant error step gradient estimate variance mean matrix kernel value"
).split()
FORMULAS = (
    r"\nabla f(x_{k+1}) = \nabla f(x_k) - \eta \, H \, \nabla f(x_k)",
    r"\mathbb{E}\bigl[ \lVert X - \mu \rVert^2 \bigr] \le \frac{\sigma^2}{n}",
    r"\int_0^1 g(t) \, dt = \sum_{i=1}^{n} w_i \, g(t_i) + R_n",
    r"\log Z(\theta) = \log \sum_{x} \exp \langle \theta, \phi(x) \rangle",
    r"\lVert A x - b \rVert_2^2 + \lambda \lVert x \rVert_1",
)
KINDS = ("thm", "lem", "def")
CHAPTER = 20


def sentence(chance: random.Random, length: int = 14) -> str:
    """Some words, the first with a capital letter."""
    words = " ".join(chance.choice(WORDS) for _ in range(length))
    return f"{words.capitalize()}, where ${chance.choice('abxyzn')}_{{{chance.randrange(9)}}} > 0$."


def keys_of(note: int) -> list[str]:
    """The ten labels of a note."""
    return [
        *(f"eq-n{note}-{i}" for i in range(5)),
        *(f"{kind}-n{note}" for kind in KINDS),
        *(f"sec-n{note}-{i}" for i in range(2)),
    ]


def note(number: int, count: int, *, plain: bool) -> str:
    """The text of one note."""
    chance = random.Random(number)

    def label(key: str) -> str:
        return "" if plain else f" {{#{key}}}"

    def reference() -> str:
        other = chance.randrange(count)
        where = number if chance.random() < 0.6 else other
        key = chance.choice(keys_of(where))
        return "Theorem 12.3" if plain else f"@{key}"

    own = keys_of(number)
    chapter, place = divmod(number, CHAPTER)
    rows = ["---", f"title: Note {number} on things", f'number: "{chapter + 1}.{place + 1}"', "---", ""]
    for part in range(2):
        rows += [f"## Part {part} of it{label(own[8 + part])}", ""]
        for i in range(5):
            rows += [f"{sentence(chance)} By {reference()} and {reference()}, {sentence(chance, 8)}", ""]
            if part == 0:
                rows += [f"$$ {FORMULAS[i]} $$" + label(own[i]), ""]
            elif i < len(KINDS):
                opening = f"::: {{.{('theorem', 'lemma', 'definition')[i]} .unnumbered}}" if plain else f"::: {{#{own[5 + i]}}}"
                rows += [opening, sentence(chance), ":::", ""]
    return "\n".join(rows)


def write(folder: Path, count: int, *, plain: bool) -> None:
    """The book as a site in `folder`."""
    book = folder / "content" / "book"
    book.mkdir(parents=True, exist_ok=True)
    (folder / "site.yml").write_text("title: Book\ngit_dates: false\n", "utf-8")
    (book / "index.md").write_text("---\ntitle: The book\n---\n", "utf-8")
    for number in range(count):
        (book / f"note-{number:05}.md").write_text(note(number, count, plain=plain), "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--notes", type=int, default=2000)
    parser.add_argument("--plain", action="store_true")
    arguments = parser.parse_args()
    write(arguments.folder, arguments.notes, plain=arguments.plain)

"""What numbers and references cost: a seeded book with labels and references, and the same book without them.

    python bench/book.py [--notes 2000] [--runs 5] [--search]

Each note has ten labels (five equations, three statements, two sections) and twenty references, of which eight lead to
other notes. The plain book has the same text, with words in the place of references and no labels. A note is as long as
a real one and has about as many formulas of their length (6.5 kB, 13 displayed and 29 in the text are the means of the
253 notes of a public site); `--dense` makes them less than half as long, with as many labels. Cold builds, one after
the other, each into a new folder; the medians of the time on the clock and of the time of the processors.
"""

from __future__ import annotations

import argparse
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WORDS = [
    "let", "be", "a", "function", "bound", "convex", "sum", "sequence", "limit", "measure", "space", "operator", "norm",
    "the", "of", "every", "some", "with", "which", "then", "holds", "for", "all", "there", "exists", "small", "large",
    "constant", "error", "step", "gradient", "estimate", "variance", "mean", "matrix", "kernel", "value",
]  # fmt: skip
LETTERS = [*"abcdefghknmpqrstuvwxyzABCHKLPQRSTWXY", *(rf"\{name}" for name in (
    "alpha", "beta", "gamma", "delta", "eta", "theta", "kappa", "lambda", "mu", "sigma", "phi", "psi", "omega", "Sigma",
    "Phi", "mathbf{x}", "mathbf{w}", "mathcal{L}", "hat{y}", "bar{z}", "tilde{h}",
))]  # fmt: skip
# `{}` is what stands inside; those at the end hold formulas
SHAPES = (
    "f({})", r"\log {}", r"\exp({})", r"\frac{{{}}}{{{}}}", r"\sum_{{i=1}}^{{n}} {}", r"\lVert {} \rVert^2",
    r"\mathbb{{E}}\left[ {} \right]", r"\sqrt{{{}}}", r"\int_0^1 {} \, dt", r"\nabla_\theta {}", r"({})^\top",
    r"\langle {}, {} \rangle", r"\min_{{x \in \mathcal{{X}}}} {}",
)  # fmt: skip
# the mean lengths, in characters, of the formulas of 253 real notes: displayed ones, and those in the text that are
# there once; about half of those in the text are there again and again, as `x_k` is
DISPLAYED, INLINE = 64, 15
KINDS = ("thm", "lem", "def")
NAMES = ("theorem", "lemma", "definition")
CHAPTER = 20


def letter(chance: random.Random) -> str:
    return chance.choice(LETTERS) + chance.choice(("", "", "_i", "_k", "_{t+1}", "^2", f"_{{{chance.randrange(9)}}}"))


def term(chance: random.Random, depth: int) -> str:
    """A letter, or a shape around terms."""
    if depth == 0 or chance.random() < 0.4:
        return letter(chance)
    shape = chance.choice(SHAPES)
    return shape.format(*(term(chance, depth - 1) for _ in range(shape.count("{}"))))


def formula(chance: random.Random, length: int) -> str:
    """A formula of about so many characters; hardly any is there twice."""
    made, sign = term(chance, 1), chance.choice(("=", r"\le", r"\in"))
    while len(made) < length - 16:
        made, sign = f"{made} {sign} {term(chance, 2)}", chance.choice(("+", "-", r"\le", r"\cdot"))
    return made


def sentence(chance: random.Random, length: int = 14) -> str:
    """Some words, the first with a capital letter, and a formula."""
    words = " ".join(chance.choice(WORDS) for _ in range(length))
    shown = formula(chance, INLINE) if chance.random() < 0.5 else f"{chance.choice('abxyzn')}_{chance.randrange(9)}"
    return f"{words.capitalize()}, where ${shown}$."


def keys_of(note: int) -> list[str]:
    """The ten labels of a note."""
    return [
        *(f"eq-n{note}-{i}" for i in range(5)),
        *(f"{kind}-n{note}" for kind in KINDS),
        *(f"sec-n{note}-{i}" for i in range(2)),
    ]


def note(number: int, count: int, *, plain: bool, dense: bool = False) -> str:
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
            if not dense:
                rows += [sentence(chance, 46), ""]
            rows += [f"{sentence(chance)} By {reference()} and {reference()}, {sentence(chance, 8)}", ""]
            rows += [f"$$ {formula(chance, DISPLAYED)} $$" + (label(own[i]) if part == 0 else ""), ""]
            if part == 1 and i < len(KINDS):
                name = f".{NAMES[i]} .unnumbered" if plain else f"#{own[5 + i]}"
                rows += [f"::: {{{name}}}", sentence(chance), "", f"$$ {formula(chance, DISPLAYED)} $$", ":::", ""]
    return "\n".join(rows)


def write(
    folder: Path, count: int, *, plain: bool, dense: bool = False, search: bool = False, settings: str = ""
) -> None:
    """The book as a site in `folder`."""
    book = folder / "content" / "book"
    book.mkdir(parents=True, exist_ok=True)
    (folder / "site.yml").write_text(
        f"title: Book\ngit_dates: false\nsearch: {str(search).lower()}\n{settings}", "utf-8"
    )
    (book / "index.md").write_text("---\ntitle: The book\n---\n", "utf-8")
    for number in range(count):
        (book / f"note-{number:05}.md").write_text(note(number, count, plain=plain, dense=dense), "utf-8")


def cold(site: Path, output: Path) -> tuple[float, float]:
    """Seconds on the clock, and of the processors, of a build without a cache into a new folder."""
    shutil.rmtree(site / ".notes-site", ignore_errors=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "notes_site", "build", site, "-d", output, "-q"], check=True)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description="What numbers and references cost in a cold build.")
    parser.add_argument("--notes", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--dense", action="store_true", help="short notes, with as many labels and references")
    parser.add_argument("--search", action="store_true", help="with the index of the search, as sites have it")
    arguments = parser.parse_args()
    dense, search = arguments.dense, arguments.search
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write(folder / "plain", arguments.notes, plain=True, dense=dense, search=search)
        without = "references: {permanent: false}\n"
        write(folder / "labels", arguments.notes, plain=False, dense=dense, search=search, settings=without)
        write(folder / "permanent", arguments.notes, plain=False, dense=dense, search=search)
        names = ("plain", "labels", "permanent")
        measured: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
        for run in range(arguments.runs):
            for name in names:
                measured[name].append(cold(folder / name, folder / f"out-{name}-{run}" / "public"))
        base = [statistics.median(row[i] for row in measured["plain"]) for i in (0, 1)]
        for name in names:
            wall, cpu = (statistics.median(row[i] for row in measured[name]) for i in (0, 1))
            print(f"{name:10} {wall:6.2f} s  x{wall / base[0]:.2f}   processors {cpu:6.2f} s  x{cpu / base[1]:.2f}")


if __name__ == "__main__":
    main()

"""Kinds of things that have numbers: theorems and their kin, equations, figures, tables, listings, sections.

Pure, and light to import: it is part of what a parse depends on. A label's prefix says its kind: `thm-clt`, `fig-a`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from notes_site.model import Value

# how a statement is set: its words slanted, upright, or with a head that runs in as a remark's does
STYLES: Final = ("theorem", "definition", "remark")


class Kind(Value, frozen=True):
    """One kind of thing. `family` is where it comes from in the text: `statement`, `proof`, `float`, `equation`,
    `section`.

    Kinds with one `counter` are numbered together. `style` is how a site has its own kind set: as a `theorem`, a
    `definition` or a `remark`. What a kind is called, the words of the language say.
    """

    name: str
    prefix: str
    family: str = "statement"
    counter: str = ""
    style: str = ""
    numbered: bool = True


class Counting(Value, frozen=True):
    """What is numbered: `all`, what is `labelled`, or `none`; `sections` is the depth of headings with numbers."""

    equations: str = "labelled"
    theorems: str = "all"
    figures: str = "labelled"
    tables: str = "labelled"
    listings: str = "labelled"
    sections: int = 0

    def mode(self, kind: Kind) -> str:
        """How things of a kind are numbered."""
        match kind.name:
            case "equation":
                return self.equations
            case "figure":
                return self.figures
            case "table":
                return self.tables
            case "listing":
                return self.listings
            case "section":
                return "all" if self.sections else "none"
            case _:
                return self.theorems if kind.numbered and kind.family == "statement" else "none"


BUILT_IN: Final = (
    Kind("theorem", "thm"),
    Kind("lemma", "lem"),
    Kind("corollary", "cor"),
    Kind("proposition", "prp"),
    Kind("conjecture", "cnj"),
    Kind("definition", "def"),
    Kind("example", "exm"),
    Kind("exercise", "exr"),
    Kind("remark", "rem"),
    Kind("algorithm", "alg"),
    Kind("assumption", "ass"),
    Kind("axiom", "axm"),
    Kind("proof", "prf", "proof", numbered=False),
    Kind("solution", "sol", "proof", numbered=False),
    Kind("equation", "eq", "equation"),
    Kind("figure", "fig", "float"),
    Kind("table", "tbl", "float"),
    Kind("listing", "lst", "float"),
    Kind("section", "sec", "section"),
    Kind("chapter", "", "section"),
    Kind("appendix", "", "section"),
)
# prefixes that are usual in LaTeX
ALIASES: Final = {
    "tab": "table", "prop": "proposition", "conj": "conjecture", "defn": "definition", "ex": "example",
    "alg": "algorithm", "prob": "exercise", "chap": "section", "subsec": "section", "app": "section", "eqn": "equation",
    "lstlisting": "listing", "code": "listing",
}  # fmt: skip
# `thm-clt`, `eq:loss`
_PREFIXED: Final = re.compile(r"(?P<prefix>[A-Za-z]+)[-:_.]")


# what the commands of LaTeX ask for; the others ask for the kind and the number
REFERENCE_FORMS: Final = {
    "ref": "bare", "pageref": "bare", "cpageref": "bare", "eqref": "number", "labelcref": "number", "nameref": "title",
    "namecref": "kind", "nameCref": "kind",
    "crefrange": "range", "Crefrange": "range",
}  # fmt: skip


@lru_cache(maxsize=65536)
def canonical(key: str) -> str:
    """A label as it is known everywhere: `eq:loss` and `eq-loss` are one, a blank is `-`."""
    return re.sub(r"[\s:]+", "-", key.strip())


def letters(count: int) -> str:
    """The name of a part by its place: a, b, … z, aa, ab."""
    made = ""
    count += 1
    while count:
        count, rest = divmod(count - 1, 26)
        made = chr(97 + rest) + made
    return made


class Kinds:
    """The kinds of a site, found by name and by prefix."""

    def __init__(self, kinds: Iterable[Kind] = BUILT_IN) -> None:
        self.all = tuple(kinds)
        self.by_name: Mapping[str, Kind] = {kind.name: kind for kind in self.all}
        self.by_prefix: dict[str, Kind] = {
            prefix: self.by_name[name] for prefix, name in ALIASES.items() if name in self.by_name
        }
        # of several kinds with one prefix, which is reported, the first has it
        self.by_prefix |= {kind.prefix: kind for kind in reversed(self.all) if kind.prefix}
        self._of_prefix: dict[str, Kind | None] = {}

    def counter(self, kind: Kind) -> str:
        """The name of the counter of a kind: its own, or that of the kind whose numbers it continues."""
        seen = {kind.name}
        while kind.counter and kind.counter not in seen:
            seen.add(kind.counter)
            following = self.by_name.get(kind.counter)
            if following is None:
                return kind.counter
            kind = following
        return kind.name

    def of_key(self, key: str) -> Kind | None:
        """The kind that the prefix of a label says; `Thm-clt` asks for a capital letter, and is a theorem."""
        found = _PREFIXED.match(key)
        if found is None:
            return None
        prefix = found["prefix"]
        if prefix not in self._of_prefix:
            known = self.by_prefix
            self._of_prefix[prefix] = known.get(prefix) or known.get(prefix[0].lower() + prefix[1:])
        return self._of_prefix[prefix]

    def statement(self, name: str) -> Kind | None:
        """The kind of theorem (or proof) of this name."""
        kind = self.by_name.get(name)
        return kind if kind is not None and kind.family in ("statement", "proof") else None

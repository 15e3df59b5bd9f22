"""What a build makes, and what it did."""

from __future__ import annotations

from notes_site.model.mistakes import Diagnostic, Place
from notes_site.model.values import Value


class Target(Value, frozen=True):
    """One file of the site, before it is made: `make` names a function of `outputs`, `argument` is what it is given.

    `source` says who asked for it, for the error that names both when two have one address.
    """

    url: str
    make: str
    argument: str = ""
    source: str = ""


class Report(Value, frozen=True):
    """What a build did: the URLs of the outputs that were `made` and the number that were still good; the names of the
    files that were `written`, the number that were `kept` as they were, and those that were `removed`.

    `pages` are the URL and the path of each note whose own page was made; `reasons` say of outputs why they were made
    or not, when that was asked. `pending` is the number of pictures that have no variants yet, and of indexes of the
    search that are out of date. `indexed` names the parts of the search that were made: languages with their volumes
    (`en`, `en/0110`), `formulas`. Their files are among neither those written nor those kept or removed.
    """

    made: tuple[str, ...] = ()
    good: int = 0
    pages: tuple[tuple[str, str], ...] = ()
    written: tuple[str, ...] = ()
    kept: int = 0
    removed: tuple[str, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    seconds: tuple[tuple[str, float], ...] = ()
    notes: int = 0
    formulas: int = 0
    failed: bool = False
    reasons: tuple[tuple[str, str], ...] = ()
    external: tuple[tuple[str, Place], ...] = ()
    pending: int = 0
    indexed: tuple[str, ...] = ()

"""The words that a site adds to its notes, in the language of each page. Texts in, words out.

The words of a language are part of the program, as its modules are: they lie beside it in `data/words`, are read the
first time that they are asked for, and are the same as long as the program is. Invariant: every `Words` has every key.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Final, TypeAlias

from notes_site.model import Value

# the first is that of the words which another language does not have
LANGUAGES: Final = ("en", "de")
# the beginnings of the keys that a parse reads
PARSED: Final = ("callout_", "kind_", "markdown_", "proof_of", "quote_", "solution_of")

# `latest_updates: "Latest updates"`: a line of YAML whose value is a string of JSON too
_LINE: Final = re.compile(r'^([a-z_0-9]+): (".*")$', re.MULTILINE)
# `{count}`
_PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")
# `de`, `de-AT`, `zh-Hant`
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")

Pairs: TypeAlias = tuple[tuple[str, str], ...]
# what a site says instead, by language; an empty one is every language
Overrides: TypeAlias = tuple[tuple[str, Pairs], ...]


class Words(Value, frozen=True):
    """All words in one language, as pairs of key and text that are sorted by key.

    A template says `words.latest_updates`, a program `words["latest_updates"]`.
    """

    pairs: Pairs

    def get(self, key: str) -> str | None:
        """The text of a key, with its placeholders."""
        i = bisect_left(self.pairs, (key,))
        return self.pairs[i][1] if i < len(self.pairs) and self.pairs[i][0] == key else None

    def __getitem__(self, key: str) -> str:
        """The text of a key, with its placeholders. Raises KeyError."""
        found = self.get(key)
        if found is None:
            raise KeyError(key)
        return found

    def text(self, key: str, **values: object) -> str:
        """The text of a key with values in the place of `{name}`; placeholders of other names stay."""
        return _PLACEHOLDER.sub(lambda found: str(values.get(found[1], found[0])), self[key])

    def count(self, key: str, n: int, **values: object) -> str:
        """The text of `key_one` or `key_many`, as the number asks, which stands in the place of `{count}`."""
        return self.text(f"{key}_{'one' if n == 1 else 'many'}", count=n, **values)

    def unit(self, unit: str) -> str:
        """The word for the entries of a collection, in this language if `unit` is an English one that is known."""
        key = _units().get(unit)
        return self[key] if key else unit

    def date(self, value: datetime | None) -> str:
        """A day: `14 March 2026`."""
        return self._dated("long_date", value) if value else ""

    def month(self, value: datetime) -> str:
        """A month: `March 2026`."""
        return self._dated("month_and_year", value)

    def _dated(self, key: str, value: datetime) -> str:
        return self.text(key, day=value.day, month=self[f"month_{value.month}"], year=value.year)

    def join(self, parts: Sequence[str]) -> str:
        """Several things as one: `1 and 2`, `1, 2, and 3`."""
        if len(parts) < 2:
            return "".join(parts)
        joint = self["pair_and" if len(parts) == 2 else "list_and"]
        return f"{self['list_comma'].join(parts[:-1])}{joint}{parts[-1]}"

    @property
    def quotes(self) -> tuple[str, str, str, str]:
        """The quotation marks, opening and closing, then those within others."""
        return self["quote_open"], self["quote_close"], self["quote_inner_open"], self["quote_inner_close"]


def language_of(text: str) -> str:
    """A language as it is compared: `de_AT` and `de-at` are one; an empty string when it cannot be one."""
    text = text.strip().replace("_", "-")
    return text.lower() if _LANGUAGE.fullmatch(text) else ""


def is_english(lang: str) -> bool:
    """Whether a language is English, of whatever country."""
    return language_of(lang).partition("-")[0] == "en"


@cache
def packaged(language: str) -> Mapping[str, str]:
    """The words of one of `LANGUAGES`."""
    from json import loads
    from pkgutil import get_data

    data = get_data("notes_site", f"data/words/{language}.yml")
    assert data is not None
    return {key: loads(text) for key, text in _LINE.findall(data.decode("utf-8"))}


@lru_cache(maxsize=64)
def words_for(lang: str, overrides: Overrides = ()) -> Words:
    """The words of a language, with what a site says instead.

    `de-AT` begins with the words of `de`, and a language that is not known with those of English.
    """
    language = language_of(lang)
    base = language.partition("-")[0]
    given = dict(overrides)
    made = dict(packaged(LANGUAGES[0]))
    if base in LANGUAGES[1:]:
        made |= packaged(base)
    for scope in dict.fromkeys(("", base, language)):
        made |= dict(given.get(scope, ()))
    return Words(tuple(sorted(made.items())))


def overrides_of(given: Mapping[str, str | Mapping[str, str]], beginnings: Sequence[str] = ("",)) -> Overrides:
    """What a configuration says of words, in one fixed order; only keys with certain beginnings.

    A text is that of a word in every language, a mapping those of the words in one.
    """
    scopes: dict[str, dict[str, str]] = {}
    for key, said in given.items():
        if isinstance(said, str):
            scopes.setdefault("", {})[key] = said
        else:
            scopes.setdefault(language_of(key), {}).update(said)
    wanted = tuple(beginnings)
    kept = ((scope, _sorted(pairs, wanted)) for scope, pairs in scopes.items())
    return tuple(sorted((scope, pairs) for scope, pairs in kept if pairs))


def _sorted(pairs: Mapping[str, str], beginnings: tuple[str, ...]) -> Pairs:
    return tuple(sorted((key, text) for key, text in pairs.items() if key.startswith(beginnings)))


def placeholders(text: str) -> frozenset[str]:
    """The names in `{name}`."""
    return frozenset(_PLACEHOLDER.findall(text))


def keys() -> Iterable[str]:
    """The keys of all words, in the order in which they are told."""
    return packaged(LANGUAGES[0]).keys()


def is_unit(word: str) -> bool:
    """Whether an English word for the entries of a collection, in either number, is known in every language."""
    return word in _units()


@cache
def _units() -> Mapping[str, str]:
    """The keys of the units that have a word in every language, by their English words in either number."""
    return {text: key for key, text in packaged(LANGUAGES[0]).items() if key.startswith("unit_")}

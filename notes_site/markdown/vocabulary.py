"""The words of the glossary as a parse looks for them: by key, by what the author wrote, and in running text. Pure.

Invariant: without a glossary there is no pattern, and nothing is looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from notes_site.alphabet import fold
from notes_site.markdown.options import TermWords

# a name with these is no run of plain text, and is not looked for
_MARKUP: Final = re.compile(r"[$\\`*<\[\]\n]")
_LONGEST: Final = 120


class Meant(NamedTuple):
    """An entry that words stand for, and whether they are its plural."""

    key: str
    plural: bool


class Vocabulary:
    """The words of all entries. `pattern` finds those that are recognised wherever they stand, or is None."""

    def __init__(self, words: Sequence[TermWords] = ()) -> None:
        self.by_key = {word.key: word for word in words}
        self._by_words: dict[str, Meant] = {}
        self._recognised: dict[str, Meant] = {}
        for plural in (False, True):
            for word in words:
                shown = word.plural if plural else word.name
                self._by_words.setdefault(fold(shown), Meant(word.key, plural))
                if word.long:
                    self._by_words.setdefault(fold(word.long_plural if plural else word.long), Meant(word.key, plural))
                if word.match and shown and len(shown) <= _LONGEST and not _MARKUP.search(shown):
                    for form in {shown} if word.long else {shown[0].lower() + shown[1:], shown[0].upper() + shown[1:]}:
                        self._recognised.setdefault(form.replace("’", "'"), Meant(word.key, plural))
        self.pattern = _pattern(self._recognised)

    def named(self, words: str) -> Meant | None:
        """The entry that is called so."""
        return self._by_words.get(fold(" ".join(words.split())))

    def recognised(self, words: str) -> Meant:
        """The entry that the pattern has found."""
        return self._recognised[words.replace("’", "'")]

    @property
    def names(self) -> Iterable[str]:
        """What entries are called, for hints."""
        return [word.name for word in self.by_key.values()]


def _pattern(words: Iterable[str]) -> re.Pattern[str] | None:
    r"""A pattern for whole words: `[KS](?<![\w\\].)(?:(?<=K)L|(?<=S)(?:GD(?:s)?))(?!\w)`.

    It begins with a set of characters, for which Python's engine has a quick search.
    """
    by_first: dict[str, list[str]] = {}
    for word in sorted(words):
        by_first.setdefault(word[0], []).append(word[1:])
    if not by_first:
        return None
    heads = "".join(map(re.escape, by_first))
    rests = "|".join(f"(?<={re.escape(first)}){_rest(rest)}" for first, rest in by_first.items())
    return re.compile(rf"[{heads}](?<![\w\\].)(?:{rests})(?!\w)", re.DOTALL)


def _rest(words: Sequence[str]) -> str:
    """A pattern for the longest of some words that stands there."""
    by_first: dict[str, list[str]] = {}
    for word in words:
        if word:
            by_first.setdefault(word[0], []).append(word[1:])
    if not by_first:
        return ""
    choices = "|".join(_sign(first) + _rest(rest) for first, rest in by_first.items())
    if len(by_first) == 1 and "" not in words:
        return choices
    return f"(?:{choices}){'?' if '' in words else ''}"


def _sign(char: str) -> str:
    return "['’]" if char == "'" else re.escape(char)

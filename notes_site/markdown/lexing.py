"""Pygments' rules, of which only those are tried that can match what begins with the character at hand. Reads no file.

A lexer of Python tries thirty patterns at each place, and few of them can begin there. Invariant: the tokens are those
of the lexer itself; a pattern of which we cannot tell how it begins is always tried.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Callable, Iterable, Iterator
from re import _parser  # type: ignore[attr-defined]  # what `re` itself reads patterns with; there is no public one
from re._constants import CATEGORY, LITERAL, NEGATE, RANGE  # type: ignore[import-not-found]
from typing import Any, TypeAlias

from pygments.lexer import RegexLexer
from pygments.token import Error, Whitespace, _TokenType

# what matches, the kind of the token or what makes tokens of it, and the state that follows
_Rule: TypeAlias = tuple[Callable[..., "re.Match[str] | None"], Any, Any]
_Lexed: TypeAlias = tuple[int, _TokenType, str]


class Rules:
    """The rules of one kind of lexer by state and first character; the tables fill while texts are read."""

    def __init__(self, lexer: RegexLexer) -> None:
        self._states: dict[str, list[_Rule]] = lexer._tokens  # type: ignore[attr-defined]  # noqa: SLF001
        self._tables: dict[str, dict[str, tuple[_Rule, ...]]] = {state: {} for state in self._states}
        self._known: dict[re.Pattern[str], int] = {}

    def tokens(self, lexer: RegexLexer, text: str, stack: Iterable[str] = ("root",)) -> Iterator[_Lexed]:
        """What `lexer.get_tokens_unprocessed` gives, but for tokens without text at the end."""
        position, end = 0, len(text)
        stack = list(stack)
        table = self._tables[stack[-1]]
        while position < end:
            character = text[position]
            rules = table.get(character)
            if rules is None:
                rules = table[character] = self._at(stack[-1], character)
            for match, action, following in rules:
                found = match(text, position)
                if found is None:
                    continue
                if type(action) is _TokenType:
                    yield position, action, found[0]
                elif action is not None:
                    yield from action(lexer, found)
                position = found.end()
                if following is not None:
                    _move(stack, following)
                    table = self._tables[stack[-1]]
                break
            else:
                if character == "\n":
                    stack = ["root"]
                    table = self._tables["root"]
                yield position, Whitespace if character == "\n" else Error, character
                position += 1

    def _at(self, state: str, character: str) -> tuple[_Rule, ...]:
        """The rules of a state that may match where this character stands, in their order."""
        rules = self._states[state]
        if not character.isascii():
            return tuple(rules)
        return tuple([rule for rule in rules if self._beginnings(rule[0]) >> ord(character) & 1])

    def _beginnings(self, match: Callable[..., object]) -> int:
        """The characters that may stand where a pattern matches."""
        pattern = getattr(match, "__self__", None)
        if not isinstance(pattern, re.Pattern):
            return _ALL
        known = self._known.get(pattern)
        if known is None:
            first, nothing = _first(_parser.parse(pattern.pattern, pattern.flags), pattern.flags)
            known = self._known[pattern] = _ALL if nothing else first
        return known


def _move(stack: list[str], following: tuple[str, ...] | int | str) -> None:
    """Change the stack of states as a rule says; its first state stays."""
    if isinstance(following, int):
        del stack[1 if abs(following) >= len(stack) else following :]
        return
    for state in (following,) if isinstance(following, str) else following:
        if state == "#push":
            stack.append(stack[-1])
        elif state != "#pop":
            stack.append(state)
        elif len(stack) > 1:
            stack.pop()


# Sets of ASCII characters are numbers with a bit for each.
_ALL = (1 << 128) - 1


def _bits(characters: str) -> int:
    return sum(1 << ord(character) for character in characters)


_ASCII = "".join(map(chr, range(128)))
_DIGITS = _bits("0123456789")
_BLANKS = _bits("\t\n\v\f\r ")
# blanks but where a pattern is for ASCII
_SEPARATORS = _bits("\x1c\x1d\x1e\x1f")
_LETTERS = _bits("".join(filter(str.isalpha, _ASCII)))
_WORD = _LETTERS | _DIGITS | _bits("_")
_CATEGORIES = {
    "CATEGORY_DIGIT": _DIGITS,
    "CATEGORY_NOT_DIGIT": _ALL & ~_DIGITS,
    "CATEGORY_SPACE": _BLANKS | _SEPARATORS,
    "CATEGORY_NOT_SPACE": _ALL & ~_BLANKS & ~_SEPARATORS,
    "CATEGORY_WORD": _WORD,
    "CATEGORY_NOT_WORD": _ALL & ~_WORD,
}


def _first(items: Iterable[tuple[Any, Any]], flags: int) -> tuple[int, bool]:
    """The characters that text which a parsed pattern matches may begin with, and whether it may match no text."""
    found = 0
    for operation, given in items:
        first, nothing = _first_of(str(operation), given, flags)
        found |= first
        if not nothing:
            return found, False
    return found, True


def _first_of(operation: str, given: Any, flags: int) -> tuple[int, bool]:
    any_case = bool(flags & re.IGNORECASE)
    match operation:
        case "LITERAL":
            return _one(given, any_case=any_case), False
        case "NOT_LITERAL":
            return _ALL if any_case else _ALL & ~_one(given, any_case=False), False
        case "ANY":
            return _ALL if flags & re.DOTALL else _ALL & ~_bits("\n"), False
        case "IN":
            return _ALL if flags & re.ASCII else _in(given, any_case=any_case), False
        case "BRANCH":
            branches = [_first(branch, flags) for branch in given[1]]
            return functools.reduce(operator.or_, [first for first, _ in branches]), any(n for _, n in branches)
        case "SUBPATTERN":
            _, added, removed, inside = given
            return _first(inside, (flags | added) & ~removed)
        case "ATOMIC_GROUP":
            return _first(given, flags)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, _, inside = given
            first, nothing = _first(inside, flags)
            return first, nothing or least == 0
        case "AT" | "ASSERT" | "ASSERT_NOT":
            return 0, True
        case _:
            return _ALL, True


def _one(code: int, *, any_case: bool) -> int:
    if not any_case:
        return 1 << code if code < 128 else 0
    # letters beyond ASCII may be other cases of letters in it
    return _LETTERS if code > 127 else _bits(chr(code).lower()) | _bits(chr(code).upper())


def _in(members: Iterable[tuple[Any, Any]], *, any_case: bool) -> int:
    found, negated = 0, False
    for operation, given in members:
        if operation is RANGE:
            first, last = given
            if first < 128:
                found |= (2 << min(last, 127)) - (1 << first)
            if any_case:
                found |= _LETTERS
        elif operation is LITERAL:
            found |= _one(given, any_case=any_case)
        elif operation is NEGATE:
            negated = True
        elif operation is CATEGORY:
            found |= _CATEGORIES.get(str(given), _ALL)
        else:
            return _ALL
    if negated:
        return _ALL if any_case else _ALL & ~found
    return found

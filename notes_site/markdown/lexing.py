"""Pygments' rules, of which only those are tried that can match what begins with the character at hand. Reads no file.

A lexer of Python tries thirty patterns at each place, and few of them can begin there. Invariant: the tokens are those
of the lexer itself; a pattern of which we cannot tell how it begins is always tried.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from re import _parser  # type: ignore[attr-defined]  # what `re` itself reads patterns with; there is no public one
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
        self._patterns: dict[re.Pattern[str], Any] = {}

    def tokens(self, lexer: RegexLexer, text: str) -> Iterator[_Lexed]:
        """What `lexer.get_tokens_unprocessed` gives, but for tokens without text at the end."""
        position, end = 0, len(text)
        stack = ["root"]
        table = self._tables["root"]
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
        return tuple(rule for rule in self._states[state] if self._may_begin(rule[0], character))

    def _may_begin(self, match: Callable[..., object], character: str) -> bool:
        pattern = getattr(match, "__self__", None)
        if not isinstance(pattern, re.Pattern):
            return True
        if pattern not in self._patterns:
            self._patterns[pattern] = _parser.parse(pattern.pattern, pattern.flags)
        return _begins(self._patterns[pattern], character, pattern.flags) is not False


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


def _begins(items: Iterable[tuple[Any, Any]], character: str, flags: int) -> bool | None:
    """Whether a parsed pattern may match text that begins with a character; None when it may match no text at all."""
    for operation, given in items:
        begins = _item_begins(str(operation), given, character, flags)
        if begins is not None:
            return begins
    return None


def _item_begins(operation: str, given: Any, character: str, flags: int) -> bool | None:  # noqa: ANN401, PLR0911
    match operation:
        case "LITERAL":
            return _same(given, character, flags)
        case "NOT_LITERAL":
            return bool(flags & re.IGNORECASE) or given != ord(character)
        case "ANY":
            return character != "\n" or bool(flags & re.DOTALL)
        case "IN":
            return _in(given, character, flags)
        case "BRANCH":
            return _any(_begins(branch, character, flags) for branch in given[1])
        case "SUBPATTERN":
            _, added, removed, inside = given
            return _begins(inside, character, (flags | added) & ~removed)
        case "ATOMIC_GROUP":
            return _begins(given, character, flags)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, _, inside = given
            begins = _begins(inside, character, flags)
            return begins or (None if least == 0 else begins)
        case "AT" | "ASSERT_NOT":
            return None
        case "ASSERT":
            direction, inside = given
            return False if direction > 0 and _begins(inside, character, flags) is False else None
        case _:
            return True


def _any(answers: Iterable[bool | None]) -> bool | None:
    """True when one is, else None when one is."""
    found: bool | None = False
    for answer in answers:
        if answer:
            return True
        if answer is None:
            found = None
    return found


def _same(code: int, character: str, flags: int) -> bool:
    if code == ord(character):
        return True
    if not flags & re.IGNORECASE:
        return False
    # beyond ASCII there are letters that equal others without being their lower case
    return code > 127 or not character.isascii() or chr(code).lower() == character.lower()


def _in(members: Iterable[tuple[Any, Any]], character: str, flags: int) -> bool:
    if flags & re.IGNORECASE and (not character.isascii() or character.isalpha()):
        return True
    negated = False
    for operation, given in members:
        match str(operation):
            case "NEGATE":
                negated = True
            case "LITERAL" if given == ord(character):
                return not negated
            case "RANGE" if given[0] <= ord(character) <= given[1]:
                return not negated
            case "CATEGORY" if flags & re.ASCII:
                return True
            case "CATEGORY" if _of(str(given), character):
                return not negated
            case "LITERAL" | "RANGE" | "CATEGORY":
                pass
            case _:
                return True
    return negated


def _of(category: str, character: str) -> bool:
    kind = category.removeprefix("CATEGORY_")
    positive = kind.removeprefix("NOT_")
    match positive:
        case "DIGIT":
            found = character.isdecimal()
        case "SPACE":
            found = character.isspace()
        case _:
            found = character.isalnum() or character == "_"
    return found is (positive == kind)

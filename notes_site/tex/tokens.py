r"""Cut TeX into tokens that know where they came from, read them, and join them again.

Invariant: the tokens of `tokenize(tex)` laid end to end are `tex`, so no character of the author's is lost.
A token that a macro or a rewrite has made carries the place of the author's text that called for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

# One token of TeX; a run of characters without special meaning is one token and is split where an argument begins.
_TOKEN = re.compile(
    r"""
      \\verb\*?(?P<fence>[^a-zA-Z*\s]).*?(?P=fence)   # \verb|a_b|
    | \\[a-zA-Z]+                                     # \alpha
    | \\[\s\S]?                                       # \, or \\ or a lone \ at the end
    | %[^\n]*(?:\n[ \t]*)?                            # % a comment, with the line end and the indent after it
    | \s+
    | \#+[0-9]?                                       # #1
    | [^\\{}$&#%^_\[\]*<>~\s\u00ad\u200b-\u200d\u2060\ufeff]+
    | [\u00ad\u200b-\u200d\u2060\ufeff]+              # characters that cannot be seen
    | .
    """,
    re.VERBOSE | re.DOTALL,
)

# In tokens; a bracket that is open longer than this is not an option.
_LONGEST_OPTION = 1000

UNSEEN = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")


class Token(NamedTuple):
    """A piece of TeX and the code points `start:end` of the author's text that it stands for."""

    text: str
    start: int
    end: int

    def made(self, text: str) -> Token:
        """A token with another text that stands for the same place."""
        return Token(text, self.start, self.end)


def tokenize(tex: str) -> list[Token]:
    """The tokens of `tex`, in order."""
    return [Token(match[0], *match.span()) for match in _TOKEN.finditer(tex)]


def is_word(text: str) -> bool:
    r"""Whether a token is a command whose name is letters, such as `\alpha`, which ends where no letter follows."""
    return text[0] == "\\" and text[1:].isalpha()


def is_space(text: str) -> bool:
    """Whether a token is white space."""
    return text.isspace()


def is_verbatim(text: str) -> bool:
    r"""Whether a token is a whole `\verb|...|`."""
    return text.startswith("\\verb") and len(text) > 5 and not text[5].isalpha()


def joined(tokens: Iterable[Token]) -> list[Token]:
    r"""The tokens with a blank put wherever two would otherwise run together.

    `\alpha` before `b` would read as `\alphab`; before `*` the engine would look for a command `\alpha*`.
    """
    result: list[Token] = []
    word = ""
    for token in tokens:
        first = token.text[0]
        if word and (first.isalpha() or (first == "*" and word not in STARRED)):
            result.append(token.made(" "))
        result.append(token)
        word = token.text if first == "\\" and is_word(token.text) else ""
    return result


STARRED = frozenset({"\\operatorname", "\\tag"})


def text_of(tokens: Iterable[Token]) -> str:
    """The TeX that the tokens spell."""
    return "".join([token.text for token in joined(tokens)])


def trimmed(tokens: Sequence[Token]) -> list[Token]:
    """The tokens without white space at either end."""
    first, last = 0, len(tokens)
    while first < last and is_space(tokens[first].text):
        first += 1
    while first < last and is_space(tokens[last - 1].text):
        last -= 1
    return list(tokens[first:last])


def place(offset: int, tokens: Sequence[Token]) -> tuple[int, int]:
    """The author's offset and length for an offset into the text that `tokens` spell one after another."""
    position = 0
    for token in tokens:
        position += len(token.text)
        if offset < position:
            if token.end - token.start == len(token.text) > 1 and token.text[0] != "\\":
                return token.start + offset - (position - len(token.text)), 1
            return token.start, max(1, token.end - token.start)
    if tokens:
        return tokens[-1].start, max(1, tokens[-1].end - tokens[-1].start)
    return 0, 1


class Reader:
    """Takes tokens from the front; tokens may be put back, which is how a macro is replaced by its body."""

    __slots__ = ("_waiting",)

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._waiting = list(reversed(tokens))

    def next(self) -> Token | None:
        """The next token, taken, or None at the end."""
        return self._waiting.pop() if self._waiting else None

    def peek(self) -> str:
        """The text of the next token, which stays; empty at the end."""
        return self._waiting[-1].text if self._waiting else ""

    def push(self, tokens: Sequence[Token]) -> None:
        """Put tokens back in front."""
        self._waiting.extend(reversed(tokens))

    def skip_space(self) -> None:
        """Drop white space and comments."""
        waiting = self._waiting
        while waiting and (is_space(waiting[-1].text) or waiting[-1].text[0] == "%"):
            waiting.pop()

    def comment(self) -> str:
        """What a comment says that follows on the same line; it stays, and is empty when there is none."""
        waiting = self._waiting
        at = -1
        if waiting and is_space(waiting[-1].text) and "\n" not in waiting[-1].text:
            at = -2
        text = waiting[at].text if len(waiting) >= -at else ""
        return text.lstrip("%").strip() if text[:1] == "%" else ""

    def star(self) -> bool:
        """Take a `*`, if that is what follows."""
        if self.peek() == "*":
            self._waiting.pop()
            return True
        return False

    def argument(self) -> list[Token] | None:
        """The tokens of one argument: what a pair of braces holds, or one character, or one command."""
        self.skip_space()
        token = self.next()
        if token is None:
            return None
        if token.text == "}":
            self._waiting.append(token)
            return None
        if token.text != "{":
            if token.text[0] != "\\" and len(token.text) > 1 and token.text[0] != "#":
                token = self._split(token)
            return [token]
        return self._until("{", "}")

    def environment(self) -> list[Token]:
        r"""The tokens up to the `\end` of the environment that has begun, which stays; all when there is none."""
        result: list[Token] = []
        depth = 0
        while self._waiting:
            text = self._waiting[-1].text
            if text == "\\end" and not depth:
                break
            depth += (text == "\\begin") - (text == "\\end")
            result.append(self._waiting.pop())
        return result

    def optional(self) -> list[Token] | None:
        """The tokens between brackets, or None when what follows is not a bracket."""
        self.skip_space()
        if self.peek() != "[" or not self._closes():
            return None
        self._waiting.pop()
        return self._until("[", "]")

    def character(self) -> Token | None:
        """The next token, a run being cut after its first character."""
        token = self.next()
        if token is not None and token.text[0] != "\\" and len(token.text) > 1:
            return self._split(token)
        return token

    def _split(self, token: Token) -> Token:
        """The first character of a run; the rest is put back."""
        exact = token.end - token.start == len(token.text)
        middle = token.start + 1 if exact else token.end
        rest = token.start + 1 if exact else token.start
        self._waiting.append(Token(token.text[1:], rest, token.end))
        return Token(token.text[0], token.start, middle)

    def _closes(self) -> bool:
        """Whether the bracket that follows is soon closed outside braces."""
        depth = 0
        for token in islice(reversed(self._waiting), _LONGEST_OPTION):
            text = token.text
            if text == "{":
                depth += 1
            elif text == "}":
                depth -= 1
                if depth < 0:
                    return False
            elif text == "]" and depth == 0:
                return True
        return False

    def _until(self, opening: str, closing: str) -> list[Token]:
        """Tokens up to the matching closing one, which is taken too; all that is left when there is none."""
        result: list[Token] = []
        depth = braces = 0
        while (token := self.next()) is not None:
            text = token.text
            if text == closing and (closing == "}" or braces == 0):
                if depth == 0:
                    return result
                depth -= 1
            elif text == opening and (opening == "{" or braces == 0):
                depth += 1
            elif text == "{":
                braces += 1
            elif text == "}":
                braces -= 1
            result.append(token)
        return result

r"""Tell the words in `subequations` from its displays: LaTeX takes any text there, and so do we.

>>> First \begin{align} a \end{align} and $x$    becomes    WORDS{First}\begin{align} a \end{align}WORDS{and $x$}
"""

from __future__ import annotations

from collections.abc import Sequence

from notes_site.tex.environments import ENVIRONMENTS
from notes_site.tex.levels import Block, Level, Rewriter
from notes_site.tex.text import split_text
from notes_site.tex.tokens import Reader, Token, is_space, text_of, trimmed

# A command that no author can write, since `\begin` and its brace are two tokens.
WORDS = "\\begin{words}"

_ABOUT_NUMBERS = frozenset({"\\label", "\\tag", "\\nonumber", "\\notag"})
_BETWEEN = frozenset({"\\intertext", "\\shortintertext"})
_ENDS = frozenset({"\\\\", "\\par", "\\noindent", "\\smallskip", "\\medskip", "\\bigskip"})


def with_words(tokens: Sequence[Token]) -> Sequence[Token]:
    """The inside of `subequations` with its words as arguments of WORDS; as it is where there is no display."""
    result: list[Token] = []
    lines: list[list[Token]] = [[]]
    displays = 0

    def flush() -> None:
        if line := trimmed(lines[-1]):
            result.extend([line[0].made(WORDS), line[0].made("{"), *line, line[-1].made("}")])
        lines.append([])

    reader = Reader(tokens)
    while (token := reader.next()) is not None:
        text = token.text
        if text in ("\\begin", "\\["):
            flush()
            shown, display = _display(token, reader)
            displays += shown
            result += display
        elif text in _ABOUT_NUMBERS:
            result += [token, *_argument(token, reader)] if text in ("\\label", "\\tag") else [token]
        elif text in _BETWEEN:
            flush()
            lines[-1] += reader.argument() or []
            flush()
        elif text in _ENDS or (is_space(text) and text.count("\n") > 1):
            flush()
            if text == "\\\\":
                reader.star()
                reader.optional()
        else:
            lines[-1].append(token)
    flush()
    return result if displays and all(map(_is_balanced, lines)) else tokens


def words(rewriter: Rewriter, token: Token, level: Level) -> None:
    """WORDS{and $x$}: a line of its own between displays."""
    start = len(level.tokens)
    content = rewriter.reader.argument() or []
    level.tokens += split_text(token.made("\\text"), content, rewriter.inner, rewriter.stand_in, script=False)
    level.blocks.append(Block(start, len(level.tokens), shown=False, words=True))


def _display(opening: Token, reader: Reader) -> tuple[bool, list[Token]]:
    r"""Whether an environment is a display, and all of it; `\[...\]` is the one without numbers."""
    if opening.text == "\\[":
        content: list[Token] = []
        while (token := reader.next()) is not None and token.text != "\\]":
            content.append(token)
        begin, end = ([opening.made(part) for part in (name, "{", "displaymath", "}")] for name in ("\\begin", "\\end"))
        return True, [*begin, *content, *end]
    name = _argument(opening, reader)
    known = ENVIRONMENTS.get(text_of(name[1:-1]).strip())
    whole = [opening, *name, *reader.environment()]
    if (end_of := reader.next()) is not None:
        whole += [end_of, *_argument(end_of, reader)]
    return known is not None and known.shows != "", whole


def _argument(command: Token, reader: Reader) -> list[Token]:
    """The argument of a command with its braces, and the star before it."""
    star = [command.made("*")] if reader.star() else []
    return [*star, command.made("{"), *(reader.argument() or []), command.made("}")]


def _is_balanced(line: Sequence[Token]) -> bool:
    """Whether every brace has its partner, which may else be in a display."""
    depth = 0
    for token in line:
        depth += (token.text == "{") - (token.text == "}")
        if depth < 0:
            return False
    return not depth

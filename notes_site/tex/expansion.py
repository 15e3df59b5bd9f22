r"""Replace macros by their bodies and take definitions out. Pure; always ends.

Invariant: a token that comes from a body stands for the place where the author used the macro, so a mistake inside
a macro is shown at its use. Expansion is TeX's: arguments go in unexpanded, and the result is read again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from notes_site.tex.commands import EXPANSIONS
from notes_site.tex.definitions import DEFINERS, PREFIXES, read_definition
from notes_site.tex.formula import Macro, TexError, TexProblem
from notes_site.tex.tokens import Reader, Token, is_word, tokenize

MAX_EXPANSIONS = 1000
MAX_TOKENS = 200_000

# Tells whether a command is known without the author's macros; `\providecommand` asks.
IsKnown = Callable[[str], bool]


# what means something here whatever the author's macros are
_OURS = DEFINERS | PREFIXES | {"\\" + name for name in EXPANSIONS}


class Expansion(Struct, frozen=True):
    """Tokens without macros, definitions and comments, and the macros that were defined among them."""

    tokens: tuple[Token, ...]
    defined: tuple[Macro, ...]


def expand(tokens: Sequence[Token], macros: Mapping[str, Macro], *, is_known: IsKnown) -> Expansion:
    """The tokens with every macro replaced; raises TexError for a bad definition or an expansion without end."""
    texts = {token.text for token in tokens}
    if not any(text in _OURS or text[0] == "%" or (text[0] == "\\" and text[1:] in macros) for text in texts):
        return Expansion(tuple(tokens), ())
    scope: dict[str, Macro] = {**EXPANSIONS, **macros}
    defined: list[Macro] = []
    # What \let makes of a command that is no macro means that command for ever, whatever is defined later.
    fixed: set[str] = set()
    result: list[Token] = []
    reader = Reader(tokens)
    expansions = produced = 0
    while (token := reader.next()) is not None:
        text = token.text
        if text[0] == "%":
            continue
        if text[0] != "\\":
            result.append(token)
        elif (macro := scope.get(text[1:])) is not None:
            if macro.name in fixed:
                result.append(token.made(macro.body))
                continue
            replacement = _replacement(token, macro, reader)
            expansions += 1
            produced += len(replacement)
            if expansions > MAX_EXPANSIONS or produced > MAX_TOKENS:
                raise _endless(token)
            reader.push(replacement)
        elif text in DEFINERS:
            made = read_definition(token, reader)
            if text == "\\providecommand" and (made.name in scope or is_known(made.name)):
                continue
            fixed.discard(made.name)
            if text == "\\let":
                meaning = scope.get(made.body[1:])
                if meaning is None or meaning.name in fixed:
                    fixed.add(made.name)
                if meaning is not None:
                    made = Macro(made.name, meaning.body, meaning.parameters, meaning.default)
            scope[made.name] = made
            defined.append(made)
        elif text not in PREFIXES:
            result.append(token)
    return Expansion(tuple(result), tuple(defined))


def _replacement(use: Token, macro: Macro, reader: Reader) -> list[Token]:
    """The body of a macro with its arguments in it."""
    if is_word(use.text):
        reader.skip_space()
    arguments: list[list[Token]] = []
    if macro.default is not None:
        given = reader.optional()
        arguments.append([use.made(token.text) for token in tokenize(macro.default)] if given is None else given)
    while len(arguments) < macro.parameters:
        argument = reader.argument()
        if argument is None:
            message = f'"{use.text}" takes {_count(macro.parameters)}, {len(arguments) or "none"} given'
            raise TexError(TexProblem("syntax", message, use.start, max(1, use.end - use.start)))
        arguments.append(argument)
    result: list[Token] = []
    for token in tokenize(macro.body):
        text = token.text
        if text[0] == "#" and text[1:].isdecimal() and 0 < int(text[1:]) <= len(arguments):
            result += arguments[int(text[1:]) - 1]
        else:
            result.append(use.made(text))
    return result


def _count(parameters: int) -> str:
    return "1 argument" if parameters == 1 else f"{parameters} arguments"


def _endless(use: Token) -> TexError:
    message = f'"{use.text[:40]}" expands without end'
    hint = "does a macro use itself?"
    return TexError(TexProblem("expansion-limit", message, use.start, max(1, use.end - use.start), hint))

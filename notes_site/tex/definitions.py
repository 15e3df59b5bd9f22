r"""Read what `\newcommand`, `\def`, `\let` and `\DeclareMathOperator` define. Reads tokens, changes nothing.

The forms are those of LaTeX (source2e, "ltdefns") and amsopn; delimited parameters of `\def` are not supported.
"""

from __future__ import annotations

import re

from notes_site.tex.formula import Macro, TexError, TexProblem
from notes_site.tex.tokens import Reader, Token, is_space, text_of, trimmed

COMMANDS = frozenset({"\\newcommand", "\\renewcommand", "\\providecommand", "\\DeclareRobustCommand"})
DEFS = frozenset({"\\def", "\\gdef", "\\edef", "\\xdef"})
DEFINERS = COMMANDS | DEFS | frozenset({"\\DeclareMathOperator", "\\let"})
PREFIXES = frozenset({"\\global", "\\long", "\\protected"})

# A name of a macro without its backslash: letters, or one character that is not a letter: "R", "|".
NAME = re.compile(r"[a-zA-Z]+|[^a-zA-Z\s\\{}#%]")
# A parameter in a body: "#1".
PARAMETER = re.compile(r"#([1-9])")


def highest_parameter(body: str) -> int:
    """The highest n of the #n in a body, 0 when it has none."""
    return max((int(digit) for digit in PARAMETER.findall(body)), default=0)


def read_definition(command: Token, reader: Reader) -> Macro:
    """The macro that the definition after `command` makes; raises TexError when it is not one."""
    starred = reader.star()
    if command.text == "\\let":
        return _let(command, reader)
    name = _name(command, reader)
    default: str | None = None
    if command.text in DEFS:
        parameters = _parameter_text(command, reader)
    else:
        parameters, default = _counts(command, reader)
    body = reader.argument()
    if body is None:
        raise _fault(command, f'"{command.text}" has no body')
    text, comment = text_of(body), reader.comment()
    if command.text == "\\DeclareMathOperator":
        return Macro(name, "\\operatorname" + "*" * starred + "{" + text + "}", comment=comment)
    if highest_parameter(text) > parameters:
        raise _fault(command, f'"\\{name}" uses #{highest_parameter(text)} but takes {parameters or "no"} arguments')
    return Macro(name, text, parameters, default, comment)


def _name(command: Token, reader: Reader) -> str:
    r"""The name in `{\name}` or `\name`."""
    argument = trimmed(reader.argument() or [])
    if len(argument) != 1 or argument[0].text[0] != "\\" or not NAME.fullmatch(argument[0].text[1:]):
        raise _fault(command, f'"{command.text}" needs the name of a command')
    return argument[0].text[1:]


def _counts(command: Token, reader: Reader) -> tuple[int, str | None]:
    """How many arguments `[2][default]` asks for, and the default of the first."""
    count = reader.optional()
    if count is None:
        return 0, None
    digits = text_of(count).strip()
    if len(digits) != 1 or digits not in "0123456789":
        raise _fault(command, f'"{command.text}" needs a number of arguments from 0 to 9')
    default = reader.optional()
    return int(digits), None if default is None else text_of(default)


def _parameter_text(command: Token, reader: Reader) -> int:
    r"""How many parameters stand before the body of a `\def`: `#1#2{` has two."""
    count = 0
    while reader.peek() not in ("{", ""):
        token = reader.next()
        if token is None or is_space(token.text):
            continue
        if token.text != f"#{count + 1}":
            raise _fault(command, f'"{command.text}" with delimited parameters is not supported')
        count += 1
    return count


def _let(command: Token, reader: Reader) -> Macro:
    r"""`\let\new=\old`, whose body is the old command."""
    reader.skip_space()
    name = reader.next()
    reader.skip_space()
    if reader.peek().startswith("="):
        reader.character()
        reader.skip_space()
    meaning = reader.character()
    if name is None or meaning is None or name.text[0] != "\\" or not NAME.fullmatch(name.text[1:]):
        raise _fault(command, '"\\let" needs two commands')
    return Macro(name.text[1:], meaning.text)


def _fault(command: Token, message: str) -> TexError:
    return TexError(TexProblem("bad-macro", message, command.start, max(1, command.end - command.start)))

r"""Rules for operators, and for the commands that math-core writes differently or has no use for."""

from __future__ import annotations

import re

from notes_site.tex.commands import DROPPED, FACES, LARGE, SIZES, TEXT
from notes_site.tex.formula import TexError
from notes_site.tex.levels import Level, Rewriter, after_script, problem
from notes_site.tex.tokens import Token, is_space, text_of, trimmed

# The letters of a named operator, as \operatorname takes them: "arg\,max", "pre-image".
_LETTERS = re.compile(r"(?:[^\\{}$&#%^_\[\]<>*]|\\[,;:!> ]|\\(?:text|textrm|mathrm|rm|thinspace)(?![a-zA-Z])|[{}])*")


def operator_name(rewriter: Rewriter, token: Token, level: Level) -> None:
    r"""`\operatorname{pre-image}`, with a hyphen; what is not letters is an operator in upright letters."""
    starred = rewriter.reader.star()
    content = rewriter.reader.argument() or []
    text = text_of(content)
    if not _LETTERS.fullmatch(text):
        roman = [token.made("\\mathrm"), token.made("{"), *content, token.made("}")]
        _operator(rewriter, token, roman, level, limits=starred)
        return
    level.tokens += [token, token.made("*")] if starred else [token]
    spaced = any(part.text in TEXT for part in content)
    letters: list[Token] = []
    for part in content:
        if part.text not in FACES and part.text not in ("{", "}"):
            blank = spaced and is_space(part.text)
            letters.append(part.made("~" if blank else part.text.replace("-", "\u2010")))
    level.tokens += [token.made("{"), *letters, token.made("}")]


def operator(rewriter: Rewriter, token: Token, level: Level) -> None:
    r"""`\mathop{\rm argmax}_x`: a named operator with limits, or any other with its limits above and below."""
    content = trimmed(rewriter.reader.argument() or [])
    while len(content) > 2 and content[0].text == "{" and content[-1].text == "}":
        content = trimmed(content[1:-1])
    if len(content) == 1 and content[0].text in LARGE:
        rewriter.reader.push(content)
        return
    if content and content[0].text in FACES:
        letters = trimmed([part for part in content[1:] if part.text != "*"])
        if letters and _LETTERS.fullmatch(text_of(letters)):
            name = [token.made("\\operatorname"), token.made("*"), token.made("{"), *letters, token.made("}")]
            rewriter.reader.push(name)
            return
    _operator(rewriter, token, content, level, limits=True)


def _operator(rewriter: Rewriter, token: Token, content: list[Token], level: Level, *, limits: bool) -> None:
    """An operator that math-core has no name for, with the scripts that follow it."""
    limits = limits and rewriter.display and not level.script and not after_script(level)
    drawn = rewriter.inner(content, script=level.script)
    scripts: dict[str, list[Token]] = {}
    while True:
        rewriter.reader.skip_space()
        follows = rewriter.reader.peek()
        if follows in ("\\limits", "\\nolimits", "\\displaylimits"):
            limits = follows == "\\limits" or (limits and follows == "\\displaylimits")
            rewriter.reader.next()
        elif follows in ("_", "^") and follows not in scripts:
            rewriter.reader.next()
            scripts[follows] = rewriter.inner(_script(rewriter, token), script=True)
        else:
            break
    if limits:
        for command, script in (("\\overset", scripts.get("^")), ("\\underset", scripts.get("_"))):
            if script is not None:
                opened = [token.made(command), token.made("{"), *script, token.made("}"), token.made("{")]
                drawn = [*opened, *drawn, token.made("}")]
        scripts = {}
    level.tokens += [token.made("\\mathop"), token.made("{"), *drawn, token.made("}")]
    for sign, script in scripts.items():
        level.tokens += [token.made(sign), token.made("{"), *script, token.made("}")]


def _script(rewriter: Rewriter, token: Token) -> list[Token]:
    argument = rewriter.reader.argument()
    if argument is None:
        raise TexError(problem(token, "a subscript or superscript is missing"))
    if len(argument) == 1 and argument[0].text[0] == "\\" and rewriter.reader.peek() == "{":
        argument += [token.made("{"), *(rewriter.reader.argument() or []), token.made("}")]
    return argument


def color(rewriter: Rewriter, token: Token, level: Level) -> None:
    r"""`\color{#f00}` and `\textcolor[HTML]{FF0000}{x}`: as `\color[HTML]{FF0000}`."""
    model = rewriter.reader.optional()
    name = text_of(rewriter.reader.argument() or []).replace(" ", "")
    digits = name.removeprefix("#")
    bracket = "" if model is None else f"[{text_of(model)}]"
    if re.fullmatch(r"#(?:[0-9a-fA-F]{3}){1,2}", name):
        name = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
        bracket = "[HTML]"
    command = [token.made("\\color"), *(token.made(sign) for sign in bracket)]
    command += [token.made("{"), token.made(name or " "), token.made("}")]
    if token.text == "\\color":
        level.tokens += command
    else:
        content = rewriter.inner(rewriter.reader.argument() or [], script=level.script or after_script(level))
        level.tokens += [token.made("{"), *command, *content, token.made("}")]


def smash(rewriter: Rewriter, _token: Token, _level: Level) -> None:
    r"""`\smash[b]{x}`: what it holds."""
    rewriter.reader.optional()


def starred_space(rewriter: Rewriter, token: Token, level: Level) -> None:
    r"""`\hspace*{1em}`: without the star."""
    rewriter.reader.star()
    level.tokens.append(token)


def drop(rewriter: Rewriter, token: Token, _level: Level) -> None:
    r"""`\footnotesize`, `\require{...}`: without effect in mathematics."""
    for _ in range(DROPPED.get(token.text, 0)):
        rewriter.reader.argument()
    if token.text in SIZES:
        rewriter.reader.skip_space()

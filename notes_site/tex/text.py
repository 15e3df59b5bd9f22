r"""Rewrite what `\text{...}` holds: split it where mathematics begins, and write it as math-core reads text.

Pure. TeX's ligatures (`--`, two backquotes, two quotes) become the characters they stand for. A lone `_` or `^`,
which TeX refuses in text and MathJax shows, is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from notes_site.tex.commands import REFERENCES, TALL, TEXT
from notes_site.tex.tokens import Reader, Token, is_space, is_verbatim, is_word

# Rewrites mathematics that stands inside text.
Inner = Callable[[Sequence[Token]], list[Token]]
# Makes the stand-in for a reference or for verbatim text, which is filled in after conversion.
StandIn = Callable[[Token, Reader], Token]

_LIGATURES = (("---", "\u2014"), ("--", "\u2013"), ("``", "\u201c"), ("''", "\u201d"))
_ACCENTS = frozenset({"\\'", "\\`", "\\^", '\\"', "\\~", "\\=", "\\.", "\\ "})
# Commands of mathematics that take text along: \underline{see $x$}, \textcolor{red}{see $x$}.
_AROUND = {"\\underline": 0, "\\overline": 0, "\\boxed": 0, "\\fbox": 0, "\\textcolor": 1, "\\colorbox": 1}


def split_text(
    command: Token, content: Sequence[Token], inner: Inner, stand_in: StandIn, *, script: bool
) -> list[Token]:
    r"""The tokens that draw the text: one `\text{...}`, or a group of texts and mathematics side by side.

    >>> \text{a $x$ b}    becomes    {\text{a }{x}\text{ b}}
    """
    pieces = _pieces(command, content, inner, stand_in, script=script)
    if len(pieces) == 1:
        return pieces[0]
    return [command.made("{"), *(token for piece in pieces for token in piece), command.made("}")]


def _pieces(
    command: Token, content: Sequence[Token], inner: Inner, stand_in: StandIn, *, script: bool
) -> list[list[Token]]:
    pieces: list[list[Token]] = []
    words: list[Token] = []
    typewriter = command.text == "\\texttt"

    def flush() -> None:
        if words:
            pieces.append([command, command.made("{"), *words, command.made("}")])
            words.clear()

    reader = Reader(content)
    while (token := reader.next()) is not None:
        text = token.text
        if text in ("$", "\\("):
            flush()
            pieces.append(_mathematics(token, reader, inner, script=script))
        elif text in TEXT:
            flush()
            nested = token.made(TEXT[text])
            pieces += _pieces(nested, reader.argument() or [], inner, stand_in, script=script)
        elif text in _AROUND:
            flush()
            arguments = [reader.argument() or [] for _ in range(_AROUND[text])]
            piece = [token.made("\\boxed") if text == "\\fbox" else token]
            for argument in arguments:
                piece += [token.made("{"), *argument, token.made("}")]
            parts = _pieces(command, reader.argument() or [], inner, stand_in, script=script)
            pieces.append([*piece, token.made("{"), *(part for each in parts for part in each), token.made("}")])
        elif text in REFERENCES or is_verbatim(text):
            words.append(stand_in(token, reader))
        elif text == "\\label":
            reader.argument()  # no row of its own
        elif text == "{":
            reader.push([token])
            group = reader.argument() or []
            if any(part.text in ("$", "\\(") or part.text in TEXT for part in group):
                reader.push(group)
            else:
                words += [token, *_words(group, typewriter=typewriter), token.made("}")]
        else:
            words += _word(token, reader, typewriter=typewriter)
    flush()
    return pieces or [[command, command.made("{"), command.made("}")]]


def _words(tokens: Sequence[Token], *, typewriter: bool) -> list[Token]:
    reader = Reader(tokens)
    result: list[Token] = []
    while (token := reader.next()) is not None:
        result += _word(token, reader, typewriter=typewriter)
    return result


def _word(token: Token, reader: Reader, *, typewriter: bool) -> list[Token]:
    """One token of text as math-core reads it."""
    text = token.text
    if text == "_":
        return [token.made("\\_")]
    if text == "^":
        return [token.made("\\textasciicircum"), token.made("{"), token.made("}")]
    if text in ("\\\\", "\\newline"):
        return [token.made(" ")]
    if text in ("\\bfseries", "\\itshape", "\\normalfont", "\\rmfamily"):
        return []
    if text[0] == "\\" and not is_word(text) and text not in _ACCENTS and is_space(reader.peek() or "x"):
        # math-core drops the blank after a control symbol: \text{50\% of}.
        return [token, token.made("{"), token.made("}")]
    if not typewriter and text[0] != "\\":
        for written, drawn in _LIGATURES:
            text = text.replace(written, drawn)
        return [token.made(text)] if text != token.text else [token]
    return [token]


def _mathematics(opening: Token, reader: Reader, inner: Inner, *, script: bool) -> list[Token]:
    r"""The group for `$...$`; in TeX what is tall in it is set as in a line of text."""
    closing = "$" if opening.text == "$" else "\\)"
    content: list[Token] = []
    while (token := reader.next()) is not None and token.text != closing:
        content.append(token)
    tall = not script and any(part.text in TALL for part in content)
    style = [opening.made("\\textstyle"), opening.made(" ")] if tall else []
    return [opening.made("{"), *style, *inner(content), opening.made("}")]

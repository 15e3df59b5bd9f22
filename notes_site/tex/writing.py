r"""Rules for text inside a formula, and for labels, references and tags, which are taken out of it."""

from __future__ import annotations

from notes_site.tex.commands import TEXT
from notes_site.tex.levels import Level, Marks, Rewriter, Tag, Tex, after_script
from notes_site.tex.text import split_text
from notes_site.tex.tokens import Token, text_of


def text(rewriter: Rewriter, token: Token, level: Level) -> None:
    r"""`\text{if $x$}`: mathematics in text stands beside it."""
    argument = rewriter.reader.argument()
    if argument is None:
        level.tokens.append(token)
        return
    script = level.script or after_script(level)
    command = token.made(TEXT[token.text])
    level.tokens += split_text(command, argument, rewriter.inner, rewriter.stand_in, script=script)


def framed_text(rewriter: Rewriter, token: Token, level: Level) -> None:
    r"""`\fbox{if $x$}` is `\boxed{\text{if $x$}}`."""
    text = token.made("\\text")
    content = split_text(text, rewriter.reader.argument() or [], rewriter.inner, rewriter.stand_in, script=False)
    level.tokens += [token.made("\\boxed"), token.made("{"), *content, token.made("}")]


def intertext(rewriter: Rewriter, token: Token, level: Level) -> None:
    r"""`\intertext{and}`: a row of its own."""
    text = split_text(
        token.made("\\text"), rewriter.reader.argument() or [], rewriter.inner, rewriter.stand_in, script=False
    )
    level.tokens += [token.made("&"), *text]
    level.column += 1
    level.columns = max(level.columns, level.column)
    level.end_row(Marks(silenced=True))
    level.tokens += [token.made("\\\\"), token.made(" ")]


def label(rewriter: Rewriter, token: Token, _level: Level) -> None:
    r"""`\label{key}`: taken out; it names the row it stands in, or that around it which has a number."""
    key = text_of(rewriter.reader.argument() or []).strip()
    if key:
        rewriter.labels.append((key, token.start))
        rewriter.owner.marks.labels.append((key, token.start))


def unnumbered(rewriter: Rewriter, _token: Token, level: Level) -> None:
    r"""`\nonumber`: nothing is drawn; within a table that has no numbers it says nothing."""
    if not level.table:
        rewriter.owner.marks.silenced = True


def reference(rewriter: Rewriter, token: Token, level: Level) -> None:
    r"""`\eqref{key}`: a word to be filled in."""
    level.tokens += [token.made("\\text"), token.made("{"), rewriter.stand_in(token, rewriter.reader), token.made("}")]


def tag(rewriter: Rewriter, token: Token, level: Level) -> None:
    r"""`\tag{3.1}`: shown at the right of its row, or of the whole formula; inline, where it stands."""
    starred = rewriter.reader.star()
    content = argument = rewriter.reader.argument() or []
    if not starred:
        argument = [token.made("("), *argument, token.made(")")]
    text = split_text(token.made("\\text"), argument, rewriter.inner, rewriter.stand_in, script=False)
    if rewriter.display:
        hole = rewriter.hole(token, Tex(tuple(text)))
        rewriter.owner.marks.tags.append(Tag(hole, tuple(content), starred))
    else:
        level.tokens += [token.made("\\quad"), *text]

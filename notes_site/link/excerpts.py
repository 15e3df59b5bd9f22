"""Parts of a body, and bodies in other places: what an anchor names, what is shown where other ids are.

Invariant: what is cut out is whole; every element that begins in it ends in it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Final

from notes_site.markdown.rawhtml import VOID
from notes_site.model import Embed, Hole

# what is shown of a heading or a block to which others lead, in characters of HTML: blocks begin before the first
# limit, and one that ends behind the second is not shown at all
FEW, MANY = 2_500, 16_000
_BLOCKS: Final = frozenset(
    ("p", "div", "figure", "table", "blockquote", "details", "pre", "ul", "ol", "dl", "li", "section", "aside")
)
# a formula as a whole, or `<h2`, `</p>`, `<br/>`
_TAG: Final = re.compile(
    r"<math[ >].*?</math>|<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9-]*)[^<>]*?(?P<alone>/?)>",
    re.DOTALL,
)
# what stands for an embed while it is not known
_BLOCK: Final = "<div></div>"
# `<h2 id="a">`, a note in the margin
_HEADING: Final = re.compile(r"<h([1-6])[ >]")
_SIDENOTE: Final = re.compile(r'<small class="sidenote".*?</small>', re.DOTALL)
# what stays with a note's own page, by a sign of it, and what is left in its place: the texts of footnotes, and the
# numbers that lead there; links of things to themselves; ids in tags
_OWN: Final = (
    ('class="footnotes"', re.compile(r'<section class="footnotes".*?</section>\n?', re.DOTALL), ""),
    ('class="sidenote"', _SIDENOTE, ""),
    ('class="footnote-ref"', re.compile(r'<sup class="footnote-ref">.*?</sup>'), ""),
    ('class="anchor"', re.compile(r'<a class="anchor"[^>]*>#</a>'), ""),
    ('class="self"', re.compile(r'<a class="self"[^>]*>(.*?)</a>'), r"\1"),
    (' id="', re.compile(r' id="[^"]*"(?=[^<>]*>)'), ""),
)
# <div class="formula" id="eq-a">
_FORMULA: Final = re.compile(r'<(?P<tag>div|span) class="formula[" ]')


def blocks_at(body: Sequence[str | Hole], anchor: str) -> tuple[str | Hole, ...]:
    """The pieces of a body that are the heading with an anchor and the first blocks under it, or the block that has it.

    None where there is neither.
    """
    mark = f' id="{html.escape(anchor)}"'
    first = next((i for i, piece in enumerate(body) if isinstance(piece, str) and mark in piece), -1)
    if first < 0:
        return ()
    piece = body[first]
    assert isinstance(piece, str)
    begin = piece[piece.rfind("<", 0, piece.index(mark)) :]
    name = _TAG.match(begin)
    level = int(name["name"][1]) if name is not None and _HEADING.match(begin) else 0
    if name is None or not (level or name["name"] in _BLOCKS):
        return ()
    shown = [begin]
    length = len(begin)
    for piece in body[first + 1 :]:
        if length > MANY:
            break
        shown.append(piece if isinstance(piece, str) else _BLOCK if isinstance(piece, Embed) else "")
        length += len(shown[-1])
    rest = _end_of_blocks("".join(shown), level)
    found: list[str | Hole] = []
    for text, piece in zip(shown, body[first : first + len(shown)], strict=True):
        if rest <= 0:
            break
        found.append(text[:rest] if isinstance(piece, str) else piece)
        rest -= len(text)
    return tuple(found)


def _end_of_blocks(made: str, level: int) -> int:
    """Where the first block of some HTML ends, or its heading of a level with blocks up to the next one.

    0 where that is too far.
    """
    depth = end = 0
    for tag in _TAG.finditer(made):
        if not depth and end and (not level or end > FEW or _ends(tag[0], level)):
            break
        if tag["name"] is None or tag["alone"] or tag["name"].lower() in VOID:
            continue
        depth += -1 if tag["end"] else 1
        if depth < 0:
            break
        if not depth:
            end = tag.end()
    return end if end <= MANY else 0


def _ends(tag: str, level: int) -> bool:
    """Whether a section of a level ends before a tag."""
    found = _HEADING.match(tag)
    return tag.startswith('<section class="footnotes"') or (found is not None and int(found[1]) <= level)


def without_sidenotes(body: str) -> str:
    """A body shown where there is no margin: its footnotes stand at its end alone."""
    return _SIDENOTE.sub("", body)


def without_ids(body: str) -> str:
    """A body shown on another page: its ids stay with its own page, and so do its footnotes' texts."""
    for sign, pattern, left in _OWN:
        if sign in body:
            body = pattern.sub(left, body)
    return body


def slice_of(body: str, anchor: str) -> str:
    """The part of a body that an anchor names: a section up to the next heading of its level, or one element."""
    escaped = re.escape(html.escape(anchor))
    found = re.search(rf'<(?P<tag>[a-zA-Z][a-zA-Z0-9-]*)(?=[^<>]*\sid="{escaped}")[^<>]*>', body)
    if found is None:
        return body
    if found["tag"] == "mtext":  # the number of a row: what can stand alone is the formula
        found = (found, *_FORMULA.finditer(body, 0, found.start()))[-1]
    tag = found["tag"].lower()
    if tag in VOID:
        return found[0]
    if re.fullmatch(r"h[1-6]", tag):
        level = int(tag[1])
        for following in _HEADING.finditer(body, found.end()):
            if int(following[1]) <= level:
                return body[found.start() : following.start()]
        end = body.find('<section class="footnotes"', found.end())
        return body[found.start() : end if end >= 0 else len(body)]
    depth = 0
    for piece in re.finditer(rf"<(/?){tag}(?=[\s>])[^<>]*>", body[found.start() :], re.IGNORECASE):
        depth += -1 if piece[1] else 1
        if depth == 0:
            made = body[found.start() : found.start() + piece.end()]
            return f"<ul>{made}</ul>" if tag == "li" else made
    return body[found.start() :]


def prefixed(body: str, prefix: str) -> str:
    """A body beside others on one page: its ids, and the links to them, begin with `prefix`."""
    ids = set(re.findall(r'<[a-zA-Z][^<>]*? id="([^"]*)"', body))
    body = re.sub(r'(<[a-zA-Z][^<>]*? id=")([^"]*")', rf"\g<1>{prefix}\2", body)
    return re.sub(r'href="#([^"]*)"', lambda f: f'href="#{prefix}{f[1]}"' if f[1] in ids else f[0], body)

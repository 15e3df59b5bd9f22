"""Footnotes beside their references: each is said once more where it is referred to, for a margin if there is one.

A stylesheet shows either the one or the other, so that a reader, also one who listens, meets each text once. Pure.
Invariant: nothing is taken away, and no `id` stands twice. What cannot stand in a line of text, a list or a displayed
formula say, stays a footnote only; so does what is referred to from a place without a margin of its own: a table,
a caption, a heading, a quotation, a callout.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from notes_site.model import Cite, Hole, Ref, Term, WikiLink, Xref

# <li id="fn1" class="footnote-item"><p>…</p>
_ITEM: Final = re.compile(r'<li id="(?P<anchor>fn\d+)" class="footnote-item">(?P<text>.*?)</li>\n', re.DOTALL)
# <a href="#fnref1" class="footnote-backref">↩︎</a>
_BACK: Final = re.compile(r' ?<a href="#fnref[^"]*" class="footnote-backref">[^<]*</a>')
_REFERENCE: Final = r'<sup class="footnote-ref"><a href="#(?P<anchor>fn\d+)" id="[^"]*">(?P<mark>[^<]*)</a></sup>'
# places without a margin of their own, and the references between them
_PLACES: Final = r"<(?P<close>/?)(?P<tag>div|table|figure|blockquote|summary|h[1-6])(?=[ >])(?P<rest>[^<>]*)>"
_SCAN: Final = re.compile(f"{_REFERENCE}|{_PLACES}")
# <div class="callout callout-tip"
_SET_APART: Final = re.compile(
    r'class="(?:[^"]* )?(?:callout|columns|column|column-margin|margin|aside|figures|embed|epigraph|output|table)[ "]'
)
_BLOCK: Final = re.compile(
    r"</?(?:address|article|aside|blockquote|details|div|dl|figure|form|h[1-6]|hr|iframe|ol|pre"
    r"|script|section|small|style|summary|table|ul|video)[ >/]"
)
_HOLE: Final = re.compile("\0(\\d+)\0")
_ID: Final = re.compile(r'(<[a-zA-Z][^<>]*?) id="[^"]*"')


def beside(body: str, holes: Sequence[Hole]) -> str:
    """A body with the text of each footnote after the first reference to it, where it can stand there."""
    start = body.rfind('<section class="footnotes"')
    if start < 0:
        return body
    items = _ITEM.finditer(body, start)
    texts = {found["anchor"]: text for found in items if (text := _in_line(found["text"], holes))}
    pieces: list[str] = []
    placed: set[str] = set()
    inside: list[bool] = []
    last = 0
    for found in _SCAN.finditer(body, 0, start):
        if anchor := found["anchor"]:
            if anchor in texts and anchor not in placed and not any(inside):
                placed.add(anchor)
                note = f'<small class="sidenote" role="note"><sup>{found["mark"]}</sup> {texts[anchor]}</small>'
                pieces += [body[last : found.end()], note]
                last = found.end()
        elif found["close"]:
            if inside:
                inside.pop()
        else:
            inside.append(found["tag"] != "div" or _SET_APART.search(found["rest"]) is not None)

    def marked(item: re.Match[str]) -> str:
        return item[0].replace('"footnote-item"', '"footnote-item beside"', 1) if item["anchor"] in placed else item[0]

    return "".join(pieces) + body[last:start] + _ITEM.sub(marked, body[start:])


def _in_line(text: str, holes: Sequence[Hole]) -> str:
    """A footnote of paragraphs, as one run of text; an empty string when it holds more than that."""
    if _BLOCK.search(text) or 'display="block"' in text:
        return ""
    if not all(isinstance(holes[int(hole)], Ref | Xref | Cite | Term | WikiLink) for hole in _HOLE.findall(text)):
        return ""
    paragraphs = [part.strip() for part in _BACK.sub("", text).replace("<p>", "").split("</p>")]
    shown = [part for part in paragraphs if part] or [""]
    return _ID.sub(r"\1", shown[0] + "".join(f'<span class="paragraph">{part}</span>' for part in shown[1:]))

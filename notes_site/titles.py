"""References and citations in the texts of a note that others show: titles, summaries, entries of the index, symbols.

They can be put into words only when all numbers are known; whatever else shows these texts shows them in words. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from msgspec.structs import replace

from notes_site.marks import Said, marked, worded
from notes_site.model import Facts, IndexWord, Text

# given the path of a note and a reference or a citation in it: the words for it
Say: TypeAlias = Callable[[str, Said], Text]


def has_references(note: Facts) -> bool:
    """Whether any of these texts refers to something."""
    texts = [note.title, note.subtitle, note.summary, *(heading.text for heading in note.headings)]
    texts += [text for mark in note.marks for text in (mark.see, *(word.text for word in mark.words))]
    texts += [symbol.meaning for symbol in note.symbols]
    return any(map(marked, texts))


def in_words(note: Facts, say: Say) -> Facts:
    """The facts of a note with the references in its texts in words."""

    def said(text: Text) -> Text:
        return worded(text, partial(say, note.path))

    return replace(
        note,
        title=said(note.title),
        subtitle=said(note.subtitle),
        summary=said(note.summary),
        headings=tuple(replace(heading, text=said(heading.text)) for heading in note.headings),
        marks=tuple(
            replace(
                mark,
                words=tuple(IndexWord(said(Text("", word.sort)).plain, said(word.text)) for word in mark.words),
                see=said(mark.see),
            )
            for mark in note.marks
        ),
        symbols=tuple(replace(symbol, meaning=said(symbol.meaning)) for symbol in note.symbols),
    )

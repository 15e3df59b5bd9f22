"""The works that notes cite: how each is labelled, where its reference stands, and who cites it. Pure.

The labels of a site belong together: [Zha+23a] is the same work on every page.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Final

from notes_site import address
from notes_site.bibliography import Label, Style, Work, entry, labels
from notes_site.diagnostics import did_you_mean
from notes_site.model import EMPTY, Facts, Paper, Text, Trouble, WorkCard
from notes_site.words import Words

BIBLIOGRAPHY: Final = "/bibliography/"


def words_of(words: Words) -> Mapping[str, str]:
    """The words of references, by the names that `bibliography` has for them."""
    return {key.removeprefix("bib_"): text for key, text in words.pairs if key.startswith("bib_")}


class Catalogue:
    """The works of a site. `notes` are in reading order; `is_label` tells which keys mean something else."""

    def __init__(
        self,
        works: Sequence[Work],
        files: Sequence[str],
        notes: Mapping[str, Facts],
        urls_by_path: Mapping[str, str],
        is_label: Callable[[str, str], bool],
        style: Style,
        words: Words,
        *,
        everything: bool,
    ) -> None:
        self.works = {work.key: work for work in works}
        self.files, self.notes, self.urls_by_path = frozenset(files), notes, urls_by_path
        self.is_label, self.style, self.words, self.everything = is_label, style, words_of(words), everything

    @cached_property
    def own_notes(self) -> dict[str, str]:
        """By key, the path of the site's own note on a work; the first in reading order."""
        found: dict[str, str] = {}
        for path, note in self.notes.items():
            if note.settings.paper is not None and note.settings.paper.key:
                found.setdefault(note.settings.paper.key, path)
        return found

    @cached_property
    def cited_in(self) -> dict[str, tuple[str, ...]]:
        """By key, the paths of the notes that cite a work."""
        found: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for path, note in self.notes.items():
            for mention in note.mentions:
                if mention.kind == "work" and mention.key in self.works:
                    found[mention.key][path] = None
        return {key: tuple(paths) for key, paths in found.items()}

    @cached_property
    def labels(self) -> dict[str, Label]:
        """The labels of the works in the bibliography, in its order: those that are cited or have a note."""
        wanted = self.works if self.everything else self.cited_in.keys() | self.own_notes.keys()
        made = labels([work for key, work in self.works.items() if key in wanted], self.style, self.words)
        return {label.key: label for label in made}

    @cached_property
    def cards(self) -> dict[str, WorkCard]:
        """What pages may know of the works, in the order of the bibliography."""
        made: dict[str, WorkCard] = {}
        for key, label in self.labels.items():
            own = self.own_notes.get(key)
            made[key] = WorkCard(
                key, label.text, label.names, label.year, url_of(key), self.urls_by_path[own] if own else "",
            )  # fmt: skip
        return made

    def title(self, key: str) -> Text:
        """The title of a work that is cited."""
        return self.works[key].title if key in self.labels else EMPTY

    def references(self, path: str) -> tuple[str, ...]:
        """The keys of the works that a note cites, in the order of the bibliography."""
        cited = {mention.key for mention in self.notes[path].mentions if mention.kind == "work"}
        return tuple(key for key in self.labels if key in cited) if cited else ()

    def reference(self, key: str, words: Words | None = None) -> str:
        """The reference of a work, as HTML."""
        year = self.labels[key].year if self.style is Style.AUTHOR_YEAR else ""
        return entry(self.works[key], self.words if words is None else words_of(words), year=year).html

    def troubles(self) -> Iterable[tuple[str, str, int, Trouble]]:
        """What is wrong: the path of the note, `mention` or `named`, which of these it is, and the trouble."""
        for path, note in self.notes.items():
            for i, mention in enumerate(note.mentions):
                if mention.kind != "work" or mention.key in self.works or self.is_label(path, mention.key):
                    continue
                hint = did_you_mean(mention.key, self.works)
                if not self.works:
                    hint = "name a .bib file under `bibliography` in the configuration"
                yield path, "mention", i, Trouble("N110", f'unknown work "{mention.key}"', hint)
            for i, name in enumerate(note.settings.bibliography):
                beside = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
                if not {name, beside} & self.files:
                    hint = "name it under `bibliography` in the configuration"
                    yield path, "named", i, Trouble("N112", f'there is no bibliography "{name}"', hint)
            paper, last = note.settings.paper, len(note.settings.bibliography)
            if paper is not None and paper.key and paper.key not in self.works:
                hint = did_you_mean(paper.key, self.works)
                yield path, "named", last, Trouble("N110", f'unknown work "{paper.key}"', hint)


def paper_of(work: Work) -> Paper:
    """A work as the head of a note shows it."""
    links = [("arXiv", f"https://arxiv.org/abs/{work.arxiv}")] if work.arxiv else []
    links += [("DOI", f"https://doi.org/{work.doi}")] if work.doi else []
    links += [("web", work.url)] if work.url and not links else []
    venue = work.journal or work.booktitle or work.publisher or work.school or work.institution or work.howpublished
    authors = tuple(person.full for person in work.creators)
    return Paper(work.title.plain, authors, venue, work.year, tuple(links), work.bibtex, work.key)


def url_of(key: str) -> str:
    """The address of the page of a work."""
    return f"{BIBLIOGRAPHY}{address.segment(key) or 'work'}/"

"""All that has a label on the site: what its number is, where it is, and who refers to it.

Pure, made once from the facts of all notes. Which of several things with one label is meant: that of the note itself,
else that of its collection, else the first on the site.
"""

from __future__ import annotations

import difflib
import html
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, partial

from notes_site.address import preview_of
from notes_site.kinds import Kinds
from notes_site.marks import Said, as_keys, worded
from notes_site.model import EMPTY, Card, Cite, Facts, Landmark, Mention, Pointer, Text, Trouble
from notes_site.numbering import Place, number_all
from notes_site.references import Manner, refer_as_text

# a mistake in a label is looked for among so many that are alike at all
_ALIKE = 400


class Landmarks:
    """The labels of all notes; `notes` are in reading order, `homes` say which collection a note stands in.

    `located` gives the path of the note that one means by what is written before the `#` of a link; `cited` words a
    citation that stands in a title of the note at a path. `drafted` are the labels of notes that are left out of the
    site, with the paths of these.
    """

    def __init__(
        self,
        notes: Sequence[Facts],
        urls_by_path: Mapping[str, str],
        places: Mapping[str, Place],
        homes: Mapping[str, str],
        kinds: Kinds,
        manner: Manner,
        located: Callable[[str, str], str | None],
        cited: Callable[[str, Cite], Text],
        drafted: Mapping[str, str],
    ) -> None:
        self.notes = {note.path: note for note in notes}
        self.urls_by_path, self.homes, self.kinds, self.manner = urls_by_path, homes, kinds, manner
        self.places, self.located, self.cited, self.drafted = places, located, cited, drafted
        self.numbers = number_all(((n.path, places[n.path], n.labels) for n in notes), kinds)
        by_key: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        for note in notes:
            for i, label in enumerate(note.labels):
                if label.key:
                    by_key[label.key].append((note.path, i))
        self.by_key: Mapping[str, list[tuple[str, int]]] = dict(by_key)
        self._made: dict[tuple[str, int], Landmark] = {}
        self._pointers: dict[tuple[str, int], Pointer] = {}

    def find(self, path: str, key: str) -> tuple[str, int] | None:
        """The note that has a label, and the place among its labels, as a note at `path` means it."""
        places = self.by_key.get(key)
        if places is None:
            return None
        if len(places) > 1:
            for near in (path,), self._beside(path):
                for place in places:
                    if place[0] in near:
                        return place
        return places[0]

    def meant(self, path: str, mention: Mention) -> tuple[str, int] | None:
        """The thing with a label to which a note refers, in words or by a link; None where it is something else."""
        if mention.kind == "label":
            return self.find(path, mention.key)
        if mention.kind != "anchor":
            return None
        target, _, key = mention.key.rpartition("#")
        if key not in self.by_key:
            return None
        other = self.located(path, target) if target else path
        own = next((place for place in self.by_key[key] if place[0] == other), None)
        # an id that is no label comes first as well
        if own is not None or target or key in self.notes[path].anchors:
            return own
        return self.find(path, key)

    def home(self, path: str) -> str:
        """In what the things of a note are counted: the note or its collection."""
        return path if self.counts_alone(path) else self.homes.get(path, "")

    def counts_alone(self, path: str) -> bool:
        """Whether the things of a note are numbered by themselves, and not as those of a book."""
        return self.places[path].scope == path

    def is_appendix(self, path: str) -> bool:
        """Whether a note belongs to an appendix, which has letters for numbers."""
        return self.places[path].number[:1].isalpha()

    def _beside(self, path: str) -> frozenset[str]:
        return self._by_home.get(self.homes.get(path, ""), frozenset())

    @cached_property
    def _by_home(self) -> dict[str, frozenset[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for path, home in self.homes.items():
            found[home].add(path)
        return {home: frozenset(paths) for home, paths in found.items()}

    def at(self, place: tuple[str, int]) -> Landmark:
        """All that may be known of a label."""
        made = self._made.get(place)
        if made is None:
            path, i = place
            label, pointer = self.notes[path].labels[i], self.pointer(place)
            made = self._made[place] = Landmark(
                label.key, pointer.kind, pointer.url, pointer.number, self.title(place), path,
                self.anchor(place), preview_of(self.urls_by_path[path]) if pointer.preview else "", pointer.home,
            )  # fmt: skip
        return made

    def pointer(self, place: tuple[str, int], here: str = "") -> Pointer:
        """What a reference to a label shows in the note at `here`."""
        made = self._pointers.get(place)
        if made is None:
            path, i = place
            label, number, kind = self.notes[path].labels[i], self.numbers[path][i], self.kind(place)
            preview = bool(label.key) and path in self.shown_elsewhere
            made = self._pointers[place] = Pointer(label.key, kind, self.url(place), number, preview, self.home(path))
        if place[0] == here and "#" in made.url:
            return Pointer(made.key, made.kind, f"#{made.url.partition('#')[2]}", made.number, home=made.home)
        return made

    def kind(self, place: tuple[str, int]) -> str:
        """What a thing with a label is called by a reference."""
        path, i = place
        kind = self.notes[path].labels[i].kind
        return "appendix" if kind == "chapter" and self.numbers[path][i].plain[:1].isalpha() else kind

    def url(self, place: tuple[str, int]) -> str:
        """Where a label is."""
        url, anchor = self.urls_by_path[place[0]], self.anchor(place)
        return f"{url}#{anchor}" if anchor else url

    def anchor(self, place: tuple[str, int]) -> str:
        """Where a reference leads: a row of equations that has none leads to what it is a part of."""
        labels = self.notes[place[0]].labels
        label = labels[place[1]]
        while not label.anchor and label.of >= 0:
            label = labels[label.of]
        return label.anchor

    def title(self, place: tuple[str, int]) -> Text:
        """The title of a theorem, the caption of a figure, the words of a heading, with references in words."""
        path, i = place
        label = self.notes[path].labels[i]
        if not label.caption:
            return EMPTY
        return worded(label.caption, partial(self.say, path))

    def say(self, path: str, hole: Said) -> Text:
        """A reference or a citation in a title or a caption, in words."""
        if isinstance(hole, Cite):
            return self.cited(path, hole)
        places = [self.find(path, key) for key in hole.keys]
        prefix = Text(hole.prefix, hole.prefix)
        if None in places:
            keys = ", ".join(hole.keys)
            return Text(f"{prefix.html} {html.escape(keys)}".lstrip(), f"{prefix.plain} {keys}".lstrip())
        # the title of what is referred to may refer to this one again: it is left out
        found = [self._bare(place) for place in places if place is not None]
        return refer_as_text(found, hole.form, hole.capital, self.manner, prefix)

    def _bare(self, place: tuple[str, int]) -> Landmark:
        path, i = place
        label = self.notes[path].labels[i]
        title = worded(label.caption, as_keys)
        kind, number = self.kind(place), self.numbers[path][i]
        return Landmark(label.key, kind, "", number, title, path, "", home=self.home(path))

    # -- who refers to what ----------------------------------------------------------------------------------------

    @cached_property
    def _uses(self) -> dict[tuple[str, int], dict[str, None]]:
        """The notes that refer to each label, in reading order, without its own."""
        found: defaultdict[tuple[str, int], dict[str, None]] = defaultdict(dict)
        for path, note in self.notes.items():
            for mention in note.mentions:
                place = self.meant(path, mention)
                if place is not None and place[0] != path:
                    found[place][path] = None
        return found

    @cached_property
    def shown_elsewhere(self) -> frozenset[str]:
        """The paths of the notes of which some label is referred to from another note."""
        return frozenset(path for path, _ in self._uses)

    def uses(self, path: str) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """The labels of a note that other notes refer to, each with the paths of these notes."""
        if path not in self.shown_elsewhere:
            return ()
        count = len(self.notes[path].labels)
        return tuple((i, tuple(self._uses[path, i])) for i in range(count) if (path, i) in self._uses)

    @cached_property
    def links(self) -> dict[str, dict[str, None]]:
        """By the path of a note, the paths of the notes that refer to something in it."""
        found: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for (path, _), paths in self._uses.items():
            found[path] |= paths
        return found

    # -- what is wrong ---------------------------------------------------------------------------------------------

    def troubles(self, *, unused: bool) -> Iterable[tuple[str, str, int, Trouble]]:
        """What is wrong: the path of the note, `label` or `mention`, which of these it is, and the trouble."""
        yield from self._undefined()
        yield from self._duplicates()
        if unused:
            yield from self._unused()

    def _undefined(self) -> Iterable[tuple[str, str, int, Trouble]]:
        for path, note in self.notes.items():
            for i, mention in enumerate(note.mentions):
                if mention.kind == "label" and mention.key not in self.by_key:
                    yield path, "mention", i, self._unknown(mention.key)

    def _unknown(self, key: str) -> Trouble:
        """A label that no note of the site has."""
        draft = self.drafted.get(key)
        if draft is not None:
            return Trouble("N045", f'the label "{key}" stands in {draft}, which is left out of the site')
        return Trouble("N104", f'unknown label "{key}"', self.nearest(key))

    def nearest(self, key: str, among: Iterable[str] | None = None) -> str:
        """A hint with the label, of all or `among` some, that is most like one that does not exist."""
        keys = self.by_key if among is None else tuple(among)
        folded = key.casefold().replace("_", "-")
        close = [known for known in keys if known.casefold().replace("_", "-") == folded]
        if not close:
            head = key.partition("-")[0]
            alike = [known for known in keys if abs(len(known) - len(key)) <= 3]
            alike.sort(key=lambda known: (known.partition("-")[0] != head, known[:3] != key[:3]))
            close = difflib.get_close_matches(key, alike[:_ALIKE], n=1, cutoff=0.6)
        return f'did you mean "{close[0]}"?' if close else ""

    def _duplicates(self) -> Iterable[tuple[str, str, int, Trouble]]:
        """One label twice in one collection, or twice on the site where someone elsewhere refers to it."""
        for key, places in self.by_key.items():
            if len(places) < 2:
                continue
            seen: dict[str, str] = {}
            for path, i in places:
                home = self.homes.get(path) or path
                if home in seen and seen[home] != path:
                    message = f'the label "{key}" stands in {seen[home]} too'
                    yield path, "label", i, Trouble("N100", message, "give one of them another")
                seen.setdefault(home, path)

    def _unused(self) -> Iterable[tuple[str, str, int, Trouble]]:
        used = {
            place
            for path, note in self.notes.items()
            for mention in note.mentions
            if (place := self.meant(path, mention))
        }
        for key, places in self.by_key.items():
            for path, i in places:
                if (path, i) not in used:
                    yield path, "label", i, Trouble("N101", f'nothing refers to the label "{key}"')


def cards(paths: Iterable[str], known: Mapping[str, Card]) -> tuple[Card, ...]:
    """The titles of some notes."""
    return tuple(Card(known[p].url, known[p].title, known[p].label, EMPTY, path=p) for p in paths if p in known)

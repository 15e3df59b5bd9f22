"""Where a link leads: from what an author wrote to a note, a file, an address, or to what is wrong with it.

Pure. The order of guesses is fixed: a file as written, a note without its ending, another case of letters, an address
of the site, an address that a note had before.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from msgspec.structs import replace

from notes_site import address
from notes_site.diagnostics import did_you_mean, nearest
from notes_site.model import EMPTY, INSIDE, AssetFacts, Facts, Found, Link, Resolution, Trouble

NOTE_ENDINGS = (".md", ".qmd", ".ipynb", ".markdown")


class Destinations:
    """Everything on the site that a link may mean.

    `labels` are the titles of notes in their lists, by path; `pages` the URLs that are not notes: collections, topics,
    feeds; `hidden` the paths of drafts. `labelled` finds the thing with a label, as a note means it.
    """

    def __init__(
        self,
        facts_by_path: Mapping[str, Facts],
        urls_by_path: Mapping[str, str],
        assets: Mapping[str, AssetFacts],
        labels: Mapping[str, str],
        pages: Callable[[], frozenset[str]],
        paths_by_alias: Mapping[str, str],
        hidden: frozenset[str],
        labelled: Callable[[str, str], Resolution | None],
    ) -> None:
        self.facts_by_path, self.urls_by_path, self.assets = facts_by_path, urls_by_path, assets
        self.labels, self.paths_by_alias, self.hidden = labels, paths_by_alias, hidden
        self._pages, self.labelled = pages, labelled
        self._followed: dict[tuple[str, Link], Found] = {}

    @cached_property
    def pages(self) -> frozenset[str]:
        """The URLs that are not notes. Some of them hang on what links to labels: `located` does without."""
        return self._pages()

    @cached_property
    def _paths_by_folded(self) -> dict[str, str]:
        names = [*self.facts_by_path, *self.assets]
        return {name.casefold(): name for name in reversed(names)}

    @cached_property
    def _paths_by_url(self) -> dict[str, str]:
        return {url: path for path, url in sorted(self.urls_by_path.items(), reverse=True)}

    @cached_property
    def _wiki(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for path, note in self.facts_by_path.items():
            stem = posixpath.basename(path).rpartition(".")[0]
            names = [stem, note.title.plain, *note.settings.aliases]
            parts = path.rpartition(".")[0].split("/")
            names += ["/".join(parts[i:]) for i in range(len(parts))]
            if stem == "index" and len(parts) > 1:
                names.append(parts[-2])
            names.append(self.labels[path])
            for name in names:
                found[name.casefold()][path] = None
        for path in self.assets:
            parts = path.split("/")
            for i in range(len(parts)):
                found["/".join(parts[i:]).casefold()][path] = None
        return {name: tuple(sorted(paths)) for name, paths in found.items()}

    def _candidates(self, joined: str) -> Iterable[str]:
        yield joined
        stem = joined.removesuffix(".html")
        for base in (stem, f"{stem}/index" if stem else "index", f"{stem.removesuffix('/index')}"):
            for ending in NOTE_ENDINGS:
                yield base + ending

    def locate(self, from_path: str, target: str) -> str | None:
        """The path of the note or asset that a written target means; None when there is none."""
        if target == "":
            return from_path if from_path in self.facts_by_path else None
        if target.startswith(INSIDE):
            return target if target in self.assets else None
        joined = address.resolve(from_path, target)
        if joined is None:
            return None
        for candidate in self._candidates(joined):
            if candidate in self.facts_by_path or candidate in self.assets:
                return candidate
        for candidate in self._candidates(joined):
            folded = self._paths_by_folded.get(candidate.casefold())
            if folded is not None:
                return folded
        return None

    def _addresses(self, from_path: str, target: str) -> Iterable[str]:
        """What a written target may be as an address of the site rather than as a file."""
        base = self.urls_by_path.get(from_path, "/")
        for start in ("/" + posixpath.dirname(from_path), base):
            joined = target if target.startswith("/") else posixpath.join(start, target)
            made = posixpath.normpath(joined)
            yield made
            yield "/" if made in ("/", ".", "//") else made.removesuffix(".html") + "/"

    def locate_url(self, from_path: str, target: str) -> str | None:
        """The URL of a page that a written target means as an address of the site rather than as a file."""
        for url in self._addresses(from_path, target):
            if url in self._paths_by_url or url in self.pages:
                return url
            if url in self.paths_by_alias:
                return self.urls_by_path[self.paths_by_alias[url]]
        return None

    def located(self, from_path: str, target: str) -> str | None:
        """The path of the note that a link means: a file, an address of the site, or `wiki:` and a name."""
        if target.startswith("wiki:"):
            return next(iter(self.candidates(from_path, target[5:])), None)
        if path := self.locate(from_path, target):
            return path
        for url in self._addresses(from_path, target):
            if known := self._paths_by_url.get(url) or self.paths_by_alias.get(url):
                return known
        return None

    def candidates(self, from_path: str, name: str) -> tuple[str, ...]:
        """The notes or files that a wikilink may mean, best first: in the same folder, then the nearest the root."""
        key = name.strip().casefold().removesuffix(".md")
        found = self._wiki.get(key) or self._wiki.get(name.strip().casefold()) or ()
        if not found:
            located = self.locate(from_path, name)
            return (located,) if located else ()
        folder = posixpath.dirname(from_path)
        return tuple(sorted(found, key=lambda p: (posixpath.dirname(p) != folder, p.count("/"), p)))

    def anchor(self, path: str, fragment: str) -> str | None:
        """The id that a fragment means in a note: itself, or that of the heading with these words."""
        note = self.facts_by_path.get(path)
        if note is None:
            return fragment
        if fragment in note.anchors:
            return fragment
        for candidate in (
            fragment.lower(),
            address.heading_id(fragment),
            address.heading_id(fragment.rpartition("#")[2]),
        ):
            if candidate in note.anchors:
                return candidate
        folded = fragment.casefold()
        return next((h.anchor for h in note.headings if h.text.plain.casefold() == folded), None)

    def follow(self, from_path: str, link: Link) -> Found:
        """Where a link of a note leads, or why it leads nowhere."""
        found = self._followed.get((from_path, link))
        if found is None:
            found = self._followed[from_path, link] = self._follow(from_path, link)
        return found

    def _follow(self, from_path: str, link: Link) -> Found:
        wiki = link.kind in ("wiki", "embed")
        if wiki and link.target:
            choices = self.candidates(from_path, link.target)
            path = choices[0] if choices else None
        elif link.target.startswith("wiki:"):
            wiki, choices = True, self.candidates(from_path, link.target[5:])
            path = choices[0] if choices else None
        else:
            choices = ()
            path = self.locate(from_path, link.target)
        if path is None and link.kind == "link" and (page := self.locate_url(from_path, link.target)):
            path = self._paths_by_url.get(page)
            if path is None:
                return Found(Resolution(page + (f"#{link.fragment}" if link.fragment else "")))
        if path is None:
            return self._nowhere(from_path, link)
        if path in self.assets:
            problem = _several(link, choices) if len(choices) > 1 else None
            return Found(Resolution(self.assets[path].url), problem)
        if link.kind in ("asset", "include") and path not in self.assets:
            return Found(None, Trouble("N044", f'no file "{link.target}"'))
        url, title = self.urls_by_path[path], self.facts_by_path[path].title
        problem = _several(link, choices) if len(choices) > 1 else None
        if not link.fragment:
            return Found(Resolution(url, title, path), problem)
        anchor = self.anchor(path, link.fragment)
        if anchor is None:
            labelled = self.labelled(path if link.target else from_path, link.fragment)
            if labelled is not None and (labelled.path == path or not link.target):
                # the words of a link are its author's: they do not hang on what a label is called
                return Found(labelled if wiki else replace(labelled, title=EMPTY), problem)
            known = self.facts_by_path[path].anchors
            hint = did_you_mean(address.heading_id(link.fragment), known)
            where = "this note" if path == from_path else path
            problem = Trouble("N041", f'no anchor "{link.fragment}" in {where}', hint)
            return Found(Resolution(url, title, path), problem)
        if path == from_path:
            title = next((h.text for h in self.facts_by_path[path].headings if h.anchor == anchor), title)
            if wiki and (labelled := self.labelled(path, anchor)) and labelled.path == path:
                title = labelled.title
        return Found(Resolution(f"{url}#{anchor}", title, path), problem)

    def _nowhere(self, from_path: str, link: Link) -> Found:
        wiki = link.kind in ("wiki", "embed")
        target = link.target.removeprefix("wiki:")
        joined = address.resolve(from_path, target) or ""
        for candidate in self._candidates(joined):
            if candidate in self.hidden:
                return Found(None, Trouble("N045", f'"{target}" is left out of the site'))
        if link.kind in ("asset", "include"):
            known = {posixpath.basename(path): path for path in self.assets}
            name = nearest(posixpath.basename(target), known)
            hint = f'did you mean "{known[name]}"?' if name else ""
            return Found(None, Trouble("N044", f'no file "{target}"', hint))
        if wiki:
            stems = [posixpath.basename(path).rpartition(".")[0] for path in self.facts_by_path]
            titles = [note.title.plain for note in self.facts_by_path.values()]
            return Found(None, Trouble("N040", f'no note "{target}"', did_you_mean(target, [*stems, *titles])))
        hint = did_you_mean(joined, [*self.facts_by_path, *self.assets])
        return Found(None, Trouble("N040", f'no note or file "{target}"', hint))


def _several(link: Link, choices: Sequence[str]) -> Trouble:
    target = link.target.removeprefix("wiki:")
    names = ", ".join(choices[:4])
    return Trouble("N042", f'"{target}" may be any of {names}; the first is taken', "write more of its path")

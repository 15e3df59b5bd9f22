"""All that a build reads, as it lies on the disk: notes and assets, the theme, files beside the notes, git.

Invariant: two builds of the same program with the same digest of their inputs write the same files and say the same.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec import Struct

from notes_site import images
from notes_site import scan as scanning
from notes_site.archive import Archive
from notes_site.beside import Beside, look_beside
from notes_site.packing import digest, digest_of, pack
from notes_site.project import CACHE_NAME, Project
from notes_site.scan import Scan
from notes_site.stamps import Stamps

if TYPE_CHECKING:
    from notes_site.theme import Theme


class Inputs(Struct, frozen=True):
    """What was found. `git` is the state of the repository, empty where no dates are asked of it."""

    project: Project
    found: Scan
    theme: Theme
    beside: Beside
    git: str

    @property
    def digest(self) -> bytes:
        """The digest of everything that a build reads."""
        project, found, theme, beside = self.project, self.found, self.theme, self.beside
        files = [(note.path, note.digest) for note in found.notes]
        assets = [(asset.path, asset.digest) for asset in found.assets]
        statics = [(file.url, file.digest) for file in theme.files.values()]
        return digest(
            pack(project.config),
            pack(project.problems),
            project.digest.encode(),
            digest_of((files, assets, found.problems, beside.digests, beside.problems)),
            digest_of((sorted(theme.templates.items()), statics, tuple(theme.problems))),
            self.git.encode(),
            project.config_file.name.encode("utf-8", "surrogateescape"),
        )


def look(archive: Archive, changed: frozenset[str] | None) -> Inputs:
    """What there is; `changed` may name the only files that are not as the last build of this process found them."""
    project, memory = archive.project, archive.memory
    found = _scan(archive, changed)
    theme = _theme(archive)
    if project.config.git_dates and (changed is None or memory.git is None):
        memory.git = scanning.git_state(project.content)
    git = (memory.git or "") if project.config.git_dates else ""
    inputs = Inputs(project, found, theme, look_beside(project, found, memory.inputs), git)
    memory.found = found
    return inputs


def scan(project: Project, stamps: Stamps | None = None) -> Scan:
    """The content folder, without what belongs to the machinery when that lies inside it."""
    exclude = (project.output, project.templates, project.static, project.cache, project.root / CACHE_NAME)
    return scanning.scan(project.content, project.config.ignore, exclude=exclude, stamps=stamps, size=images.size)


def _scan(archive: Archive, changed: frozenset[str] | None) -> Scan:
    known = archive.memory.found
    if changed is not None and known is not None:
        content = os.path.realpath(archive.project.content)
        inside = frozenset(place for place in changed if place.startswith(content + os.sep))
        found = scanning.rescan(known, inside, archive.memory.inputs, images.size)
        if found is not None:
            return found
    return scan(archive.project, archive.read_stamps())


def _theme(archive: Archive) -> Theme:
    """The theme as it is on the disk; the one of the last build when that is the same."""
    from notes_site.theme import Theme

    project, memory = archive.project, archive.memory
    fresh, known = Theme(project.templates, project.static, memory.inputs, archive.cache), memory.theme
    if (
        known is not None
        and known.templates == fresh.templates
        and known.files == fresh.files
        and known.problems == fresh.problems
    ):
        return known
    memory.theme = fresh
    return fresh

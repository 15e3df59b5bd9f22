"""What a layout is made of: notes, texts, pictures, works, terms and dates.

Invariant: nothing in it changes while a build goes on.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from notes_site.beside import Beside
from notes_site.bibliography import Library
from notes_site.collections import Folder
from notes_site.glossary import NO_GLOSSARY, Glossary
from notes_site.model import Note
from notes_site.notes import Notes
from notes_site.pictures import Pictures
from notes_site.project import Project
from notes_site.scan import Scan
from notes_site.texts import Texts
from notes_site.theme import Theme

Dates: TypeAlias = dict[str, tuple[datetime, datetime]]


class Ground(Struct, frozen=True):
    """All that a layout is made of. `git` are the dates that git knows, None in a shallow clone."""

    project: Project
    found: Scan
    folders: tuple[Folder, ...]
    texts: Texts
    theme: Theme
    notes: Notes
    git: Dates | None
    beside: Beside = Beside()
    library: Library = Library()
    glossary: Glossary = NO_GLOSSARY
    pictures: Pictures = Pictures()

    @property
    def shown(self) -> dict[str, Note]:
        """The notes that are on the site, by path: all but drafts, unless these are asked for."""
        drafts = self.project.config.drafts
        return {path: n for path, n in self.notes.by_path.items() if drafts or not n.facts.settings.draft}

"""Read what a layout is made of: notes, texts, pictures, works, terms and dates.

Invariant: what was read before is read again only when it changed; so a ground is the same whoever read it.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from functools import partial

from notes_site import scan as scanning
from notes_site.archive import Archive
from notes_site.beside import read_terms, read_works
from notes_site.clock import Clock
from notes_site.ground import Dates, Ground
from notes_site.inputs import Inputs
from notes_site.model import Diagnostic
from notes_site.notes import Notes, read_notes
from notes_site.packing import Unpackable, digest, pack, unpack
from notes_site.pictures import FOLDER, Pictures, Studio
from notes_site.pictures import look as look_at_pictures
from notes_site.texts import TextReader, read_folders
from notes_site.theme import Theme
from notes_site.variants import Recipe
from notes_site.wishes import Wishes


def read_ground(inputs: Inputs, archive: Archive, wishes: Wishes, clock: Clock) -> tuple[Ground, list[Diagnostic]]:
    """All that the site is made of, and what was wrong with it. Raises Overtaken."""
    project, found, cache, memory = inputs.project, inputs.found, archive.cache, archive.memory
    with clock.time("parse"):
        folders, wrong = read_folders(found, cache)
        problems: list[Diagnostic] = [*project.problems, *found.problems, *wrong, *inputs.theme.problems]
        glossary = read_terms(inputs.beside, project.config.lang, cache)
        reader = TextReader(project.config, found, folders, project.config_file.name, cache, glossary)
        notes, texts = read_notes(
            project.config, found, folders, cache,
            jobs=wishes.jobs, executor=wishes.executor, progress=wishes.tell, earlier=memory.notes,
            texts=reader, meanwhile=partial(_prepare, inputs.theme),
        )  # fmt: skip
        memory.notes = notes
        cache.commit()
    wishes.halt()
    with clock.time("pictures"):
        pictures = _pictures(inputs, notes, archive, wishes)
    with clock.time("index"):
        library = read_works(inputs.beside, cache)
        ground = Ground(
            project, found, folders, texts, inputs.theme, notes, _dates(inputs, archive), inputs.beside, library,
            glossary, pictures,
        )  # fmt: skip
    return ground, problems


def _prepare(theme: Theme) -> None:
    """What can be done while notes are parsed elsewhere."""
    from notes_site import layout, rendering

    del layout, rendering
    theme.warm()


def _pictures(inputs: Inputs, notes: Notes, archive: Archive, wishes: Wishes) -> Pictures:
    """The pictures of the notes that are shown, made ready."""
    config, given = inputs.project.config, inputs.project.config.images
    recipe = Recipe(given.widths, given.quality) if given.variants else None
    shown = [note for note in notes.by_path.values() if config.drafts or not note.facts.settings.draft]
    folder = inputs.project.cache / FOLDER
    studio = Studio(folder, wishes.jobs, wishes.patient, wishes.tell, archive.memory.pictures, notes.blob)
    return look_at_pictures(inputs.found, shown, recipe, archive.cache, studio)


def _dates(inputs: Inputs, archive: Archive) -> Dates | None:
    """What git knows of the notes; None in a shallow clone."""
    cache, state = archive.cache, inputs.git
    if not state:
        return {}
    if state == scanning.SHALLOW:
        return None
    key = digest(state.encode())
    data = cache.get("git", key)
    with suppress(Unpackable):
        if data is not None:
            return unpack(data, dict[str, tuple[datetime, datetime]])
    dates = scanning.git_dates(inputs.project.content)
    with suppress(UnicodeEncodeError):
        cache.keep_only("git", ())
        cache.put("git", [(key, pack(dates))])
    return dates

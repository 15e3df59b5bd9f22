"""The pictures that notes show, made ready before any page is: variants of what is made of pixels, cleaned SVGs.

Invariant: what is known of a picture depends on its bytes and the configuration alone, so a page that shows it is the
same wherever and whenever it was made. Who does not want to wait is told how many pictures are not ready.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from os import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec import Struct, field

from notes_site import address, pixels, variants
from notes_site.cache import Cache
from notes_site.model import INSIDE, AssetFacts, Carried, Drawing, Note, Trouble, Value, Variant
from notes_site.packing import Unpackable, digest_of, pack, unpack
from notes_site.scan import AssetFile, Scan
from notes_site.stamps import digest_of_bytes
from notes_site.variants import Kept, Original, Outcome, Recipe

if TYPE_CHECKING:
    from notes_site.drawings import Cleaned

FOLDER: Final = "pictures"
# what a note writes after the name of an SVG that is to stand in the page
DRAWING: Final = "drawing"
# files whose frame is looked at: of an SVG it says nothing
_FRAMED: Final = (*variants.ENDINGS, ".gif")
# characters of the name of a picture that its variants take over
_STEM: Final = 60
# things left out of a drawing that one message names
_TOLD: Final = 5
Names: TypeAlias = frozenset[str]
Blobs: TypeAlias = Callable[[str, str], bytes | None]


class File(Value, frozen=True):
    """A variant as a file of the site: its URL, the picture that it is made of, its place, the digest of its bytes."""

    url: str
    path: str
    place: str
    digest: str


class Pictures(Struct, frozen=True):
    """All that is known of the pictures of a site, by path. `pending` is the number of those that are not ready."""

    variants: Mapping[str, tuple[Variant, ...]] = field(default_factory=dict)
    files: tuple[File, ...] = ()
    drawings: Mapping[str, Drawing] = field(default_factory=dict)
    troubles: Mapping[str, tuple[Trouble, ...]] = field(default_factory=dict)
    pending: int = 0

    @property
    def digest(self) -> bytes:
        """The digest of all that pages and problems may learn of it."""
        return digest_of((sorted(self.variants.items()), sorted(self.drawings.items()), sorted(self.troubles.items())))

    def facts(self, file: AssetFile) -> AssetFacts:
        """What is known of a file that is not a note."""
        url = address.asset_url(file.path)
        return AssetFacts(file.path, url, file.digest, file.width, file.height, self.variants.get(file.path, ()))

    def inside(self, one: Carried) -> AssetFacts:
        """What is known of a file that a note carries inside itself."""
        target, url = one.target, address.inside_url(one.name)
        return AssetFacts(target, url, one.digest, one.width, one.height, self.variants.get(target, ()))


class Studio(Struct):
    """How pictures are made ready: where variants are kept, how many at once; `patient` says whether to wait for them.

    `progress` is told how many are done of how many, and may raise to break the work off. `blob` reads a file that the
    note at a path carries inside itself, by its name.
    """

    folder: Path
    jobs: int
    patient: bool
    progress: Callable[[str, int, int], None]
    known: Known
    blob: Blobs


class Known(Struct):
    """What a process knows of pictures: what became of them by key, the names of those that notes show by shape.

    `flaws` are what is wrong with small files, by digest.
    """

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    names: dict[bytes, tuple[Names, Names]] = field(default_factory=dict)
    flaws: dict[str, str] = field(default_factory=dict)


def look(found: Scan, shown: Sequence[Note], recipe: Recipe | None, cache: Cache, studio: Studio) -> Pictures:
    """The pictures that some notes show; without a recipe no variants."""
    named, drawn = _named(shown, studio.known)
    troubles: dict[str, tuple[Trouble, ...]] = {}
    drawings = _drawings([file for file in found.assets if _name(file.path) in drawn], cache, troubles) if drawn else {}
    for path, flaw in (*_flawed(found, named, studio.known), *_flawed_inside(shown, named)):
        troubles[path] = (Trouble("N130", f"{_told(path)} is sent as it is: {flaw}"),)
    asked = [*_files(found, named), *_inside(shown, named, studio.blob)] if recipe else []
    if recipe is None or not asked:
        return Pictures({}, (), drawings, troubles)
    ground = variants.ground_of(recipe)
    keys = {one.path: variants.key_of(one.digest, ground) for one in asked}
    pending = _outcomes({keys[one.path]: one for one in asked}, recipe, studio)
    by_path: dict[str, tuple[Variant, ...]] = {}
    files: dict[str, File] = {}
    for one in asked:
        outcome = studio.known.outcomes.get(keys[one.path], Outcome())
        if outcome.problem:
            troubles[one.path] = (Trouble("N130", f"{_told(one.path)} is sent as it is: {outcome.problem}"),)
        made = [_file(one.path, kept, studio.folder) for kept in outcome.kept]
        files |= {variant.url: variant for variant in made if variant.url not in files}
        rows = [Variant(kept.width, variant.url) for kept, variant in zip(outcome.kept, made, strict=True)]
        if rows and outcome.whole:
            rows.append(Variant(one.width, one.url))
        if rows and one.width:
            by_path[one.path] = tuple(rows)
    return Pictures(by_path, tuple(files.values()), drawings, troubles, pending)


def _files(found: Scan, named: Names) -> Iterator[Original]:
    """The files of the content folder of which variants may be made."""
    for file in found.assets:
        if file.path.lower().endswith(variants.ENDINGS) and _name(file.path) in named:
            load = partial(_read, file.place, file.digest)
            if _size(file.place) >= variants.SMALLEST:
                yield Original(file.path, address.asset_url(file.path), file.digest, file.width, load)


def _flawed(found: Scan, named: Names, known: Known) -> Iterator[tuple[str, str]]:
    """The files that notes show and that are no whole pictures, as far as that is seen without decoding them."""
    for file in found.assets:
        if not file.path.lower().endswith(_FRAMED) or _name(file.path) not in named:
            continue
        flaw = ""
        if _size(file.place) < variants.SMALLEST:
            if file.digest not in known.flaws:
                data = _read(file.place, file.digest)
                known.flaws[file.digest] = "" if data is None else pixels.flaw(data)
            flaw = known.flaws[file.digest]
        elif not file.width:
            flaw = "its header cannot be read"
        if flaw:
            yield file.path, flaw


def _flawed_inside(shown: Iterable[Note], named: Names) -> Iterator[tuple[str, str]]:
    for note in shown:
        for one in note.findings.carried:
            if one.flaw and one.target in named:
                yield one.target, one.flaw


def _inside(shown: Iterable[Note], named: Names, blob: Blobs) -> Iterator[Original]:
    """The pictures that notes carry inside themselves of which variants may be made, each once."""
    found = {one.target: (note.facts.path, one) for note in shown for one in note.findings.carried}
    for target, (path, one) in found.items():
        if one.name.endswith(variants.ENDINGS) and one.size >= variants.SMALLEST and target in named:
            load = partial(blob, path, one.name)
            yield Original(target, address.inside_url(one.name), one.digest, one.width, load)


def _read(place: str, digest: str) -> bytes | None:
    """The bytes of a file, None when it is not there any more as it was."""
    try:
        data = Path(place).read_bytes()
    except OSError:
        return None
    return data if digest_of_bytes(data) == digest else None


def _told(path: str) -> str:
    """How a message calls a picture: what a note carries inside itself has no name."""
    return "this picture" if path.startswith(INSIDE) else f'"{_base(path)}"'


def _base(path: str) -> str:
    return path.rpartition("/")[2]


def _name(target: str) -> str:
    """The name of a file without its folders: what a target and the file that it means have in common."""
    return _base(target.removeprefix("wiki:")).casefold()


def _size(place: str) -> int:
    try:
        return stat(place).st_size
    except OSError:
        return 0


def _file(path: str, kept: Kept, folder: Path) -> File:
    stem = address.segment(_base(path).removeprefix(INSIDE).rpartition(".")[0][:_STEM]) or "picture"
    url = f"/_/img/{stem}.{kept.digest[:12]}-{kept.width}.webp"
    return File(url, path, str(folder / kept.name), kept.digest)


def _named(shown: Iterable[Note], known: Known) -> tuple[Names, Names]:
    """The names of the files that notes show, and of those SVGs that are to stand in the page."""
    names: dict[bytes, tuple[Names, Names]] = {}
    for note in shown:
        found = known.names.get(note.shape)
        if found is None:
            links = [link for link in note.facts.links if link.kind == "asset"]
            drawn = frozenset(_name(link.target) for link in links if link.fragment == DRAWING)
            found = frozenset(_name(link.target) for link in links), drawn
        names[note.shape] = found
    known.names = names
    return frozenset().union(*(a for a, _ in names.values())), frozenset().union(*(b for _, b in names.values()))


def _outcomes(wanted: Mapping[str, Original], recipe: Recipe, studio: Studio) -> int:
    """Find out what becomes of pictures, by key; returns how many are not ready."""
    outcomes = studio.known.outcomes
    missing: dict[str, Original] = {}
    for key, one in wanted.items():
        known = outcomes.get(key)
        if known is None or not variants.stands(studio.folder, known):
            kept = variants.kept(studio.folder, key)
            if kept is None:
                missing[key] = one
            else:
                outcomes[key] = kept
    if not studio.patient or not missing:
        return len(missing)
    studio.progress("pictures", 0, len(missing))
    for done, (key, made) in enumerate(variants.make_all(studio.folder, missing, recipe, studio.jobs), 1):
        if made is not None:
            outcomes[key] = made
        studio.progress("pictures", done, len(missing))
    variants.prune(studio.folder, frozenset(wanted))
    return 0


# -- drawings ----------------------------------------------------------------------------------------------------------


def _drawings(files: list[AssetFile], cache: Cache, troubles: dict[str, tuple[Trouble, ...]]) -> dict[str, Drawing]:
    """The SVGs that are to stand in pages, by path; of those that cannot, and of what was left out, a trouble."""
    from notes_site.drawings import Cleaned

    made: dict[str, Drawing] = {}
    for file in files:
        key = file.digest.encode()
        data = cache.get("drawing", key)
        try:
            cleaned = unpack(data or b"", Cleaned)
        except Unpackable:
            cleaned = _cleaned(file.place)
            cache.put("drawing", [(key, pack(cleaned))])
        name = _base(file.path)
        if cleaned.drawing is None:
            message = f'"{name}" is shown as a picture and not in the page: {cleaned.problem}'
            troubles[file.path] = (Trouble("N132", message),)
            continue
        made[file.path] = cleaned.drawing
        if cleaned.dropped:
            more = f" and {len(cleaned.dropped) - _TOLD} more" if len(cleaned.dropped) > _TOLD else ""
            message = f'left out of "{name}": {", ".join(cleaned.dropped[:_TOLD])}{more}'
            troubles[file.path] = (Trouble("N131", message, "without {.inline} it is shown as it is"),)
    if files:
        cache.keep_only("drawing", (file.digest.encode() for file in files))
    return made


def _cleaned(place: str) -> Cleaned:
    from notes_site.drawings import Cleaned, clean

    try:
        data = Path(place).read_bytes()
    except OSError as error:
        return Cleaned(None, problem=f"it cannot be read: {(error.strerror or str(error)).lower()}")
    return clean(data)

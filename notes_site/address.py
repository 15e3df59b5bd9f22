"""Addresses: from a path in the content folder to a URL, from a URL to a file, from one URL to another.

Pure. A URL starts at the site's root with `/`; that of a page ends in `/`. No segment is ever empty, `.` or `..`.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote

# what `quote` would leave as it is, which is nearly every address: `../deep-learning/7.1/`
_SAFE = re.compile(r"[A-Za-z0-9/~!*'();@&=+$,_.-]*")


# what is a segment already: `deep-learning`, `7.1`
_SEGMENT = re.compile(r"[a-z0-9_~+]+(?:[-.][a-z0-9_~+]+)*")
# what becomes of each ASCII character of a heading
_HEADING = {
    code: chr(code) if chr(code).isalnum() or chr(code) in "-_" else "-" if chr(code).isspace() else None
    for code in range(128)
}
LONGEST_SEGMENT = 120  # in bytes
# the name of a note as a whole in the file that holds what others refer to
WHOLE = "_note"


def preview_of(url: str) -> str:
    """The address of the file that holds what others refer to on a page."""
    return f"{url}_labels.html"


def preview_at(url: str) -> str:
    """Where the thing alone can be had to which an address leads: the note as a whole where it names no anchor."""
    place, _, anchor = url.partition("#")
    return f"{preview_of(place)}#{anchor or WHOLE}"


def segment(text: str) -> str:
    """One safe segment: NFC, lower case, spaces to `-`; letters and digits of any script, `-`, `_`, `.` are kept."""
    if len(text) <= LONGEST_SEGMENT and _SEGMENT.fullmatch(text):
        return text
    kept: list[str] = []
    for char in unicodedata.normalize("NFC", text.strip().lower()):
        if char.isalnum() or char in "-_.~+" or unicodedata.category(char).startswith("M"):
            kept.append(char)
        elif char.isspace() or char in "/:,;—–":
            kept.append("-")
    made = "".join(kept).strip("-.")
    while "--" in made:
        made = made.replace("--", "-")
    return made.encode("utf-8")[:LONGEST_SEGMENT].decode("utf-8", "ignore")


def heading_id(text: str) -> str:
    """GitHub's id of a heading: "Bayes' rule, again" gives `bayes-rule-again`."""
    if text.isascii():
        return text.strip().lower().translate(_HEADING)
    kept = []
    for char in unicodedata.normalize("NFC", text.strip().lower()):
        if char.isalnum() or char in "-_" or unicodedata.category(char).startswith("M"):
            kept.append(char)
        elif char.isspace():
            kept.append("-")
    return "".join(kept)


def clean(url: str) -> str:
    """A page's URL from what an author wrote: `../../x`, `/a//b/`, `A b` give `/x/`, `/a/b/`, `/a-b/`.

    `/blog/euler.html` stays the address of a file, as other generators wrote it; `/a/index.html` is `/a/`.
    """
    url = url.partition("?")[0].partition("#")[0].removesuffix("index.html")
    parts = [made for part in url.split("/") if (made := segment(part))]
    if url.endswith(".html") and parts:
        return "/" + "/".join(parts)
    return "/" + "".join(part + "/" for part in parts)


def note_url(path: str, slug: str | None = None, permalink: str | None = None) -> str:
    """The URL of a note: from its path, with `slug` for the last segment, or `permalink` for the whole."""
    if permalink is not None and clean(permalink) != "/":
        return clean(permalink)
    folder, _, name = path.rpartition("/")
    stem = name.rpartition(".")[0] or name
    base = clean(folder)
    if slug is not None and segment(slug.replace("/", " ")):
        return base + segment(slug.replace("/", " ")) + "/"
    if stem == "index":
        return base
    return base + (segment(stem) or "note") + "/"


def asset_url(path: str) -> str:
    """The URL of a file that is copied as it is: its path, NFC."""
    return "/" + unicodedata.normalize("NFC", path)


def inside_url(name: str) -> str:
    """The URL of a file that a note carries inside itself, by its name."""
    return "/_/" + name


def output_path(url: str) -> str:
    """The file, relative to the output folder, that serves a URL."""
    return url[1:] + "index.html" if url.endswith("/") else url[1:]


def same_address(url: str) -> str:
    """A key that is equal for two URLs which a case-blind or normalising file system would confuse."""
    return unicodedata.normalize("NFC", output_path(url)).casefold()


def escape_url(url: str) -> str:
    """Percent-encoded for an attribute; the path's own characters stay."""
    return quote(url, safe="/~!*'();:@&=+$,#?-_.%")


def relative(from_url: str, to_url: str) -> str:
    """The address of `to_url` as seen from the page or file at `from_url`, percent-encoded."""
    path, mark, fragment = to_url.partition("#")
    if path == from_url and mark:
        return "#" + _fragment(fragment)
    if from_url[-1] == "/" and not path.startswith(from_url):
        # pages that stand side by side see all the rest in one way
        made = "../" + _seen(from_url[: from_url.rindex("/", 0, -1) + 1], path)
        made = "../" if made == ".././" else made
    else:
        made = _seen(from_url, path)
    return f"{made}#{_fragment(fragment)}" if mark else made


def _fragment(fragment: str) -> str:
    return fragment if _SAFE.fullmatch(fragment) else quote(fragment, safe="~!*'();:@&=+$,/?-_.^")


@lru_cache(maxsize=1 << 14)
def _seen(from_url: str, path: str) -> str:
    """A path as seen from the page or file at `from_url`."""
    here, there = from_url.split("/")[1:-1], path.split("/")[1:]
    common = 0
    for a, b in zip(here, there[:-1], strict=False):
        if a != b:
            break
        common += 1
    made = "../" * (len(here) - common) + "/".join(there[common:]) or "./"
    return made if _SAFE.fullmatch(made) else quote(made, safe="/~!*'();@&=+$,-_.")


def resolve(from_path: str, target: str) -> str | None:
    """The path that `target`, written in the file at `from_path`, points to; None when it leaves the content."""
    joined = target.lstrip("/") if target.startswith("/") else posixpath.join(posixpath.dirname(from_path), target)
    made = posixpath.normpath(joined) if joined else "."
    if made == ".." or made.startswith("../"):
        return None
    return unicodedata.normalize("NFC", "" if made == "." else made)

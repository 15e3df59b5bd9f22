r"""How to cite a note of the site: a line, BibTeX, RIS and CSL-JSON.

Invariant: what BibTeX, RIS and JSON would take for their own is written in their own way, so that what is read back is
what was written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime

from notes_site.bibliography import exports
from notes_site.bibliography.canonical import written
from notes_site.bibliography.names import person_of
from notes_site.bibliography.words import WORDS, word
from notes_site.model import Value

# characters that TeX would take for its own; a brace counts in BibTeX even when it is escaped
_TEX = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
}  # fmt: skip
_SPECIAL = re.compile(r"[\\{}~^&%$#_]")


class OwnWork(Value, frozen=True):
    """A note as a work to cite; `url` is absolute. `authors` are names as people write them."""

    title: str
    authors: tuple[str, ...]
    date: datetime | None
    url: str
    site: str

    @property
    def key(self) -> str:
        """Author, year and the last step of the address: `doe2026attention`."""
        family = person_of(self.authors[0]).last if self.authors else ""
        last = self.url.rstrip("/").rpartition("/")[2]
        return _key_part(f"{family or self.site}{self.date.year if self.date else ''}{last}") or "note"


def line(note: OwnWork, words: Mapping[str, str] = WORDS) -> str:
    """The citation in author-year style, plain."""
    names = ", ".join(note.authors)
    year = str(note.date.year) if note.date else word(words, "no_date")
    return f"{names + ' ' if names else ''}({year}). {note.title.rstrip('.')}. {note.site}. {note.url}"


def bibtex(note: OwnWork) -> str:
    """A `@misc` entry; the title keeps its capitals."""
    fields = {
        "author": " and ".join(map(_author, note.authors)),
        "title": "{" + tex(note.title) + "}",
        "year": str(note.date.year) if note.date else "",
        "month": str(note.date.month) if note.date else "",
        "howpublished": tex(note.site),
        "url": _url(note.url),
    }
    return written("misc", note.key, {name: value for name, value in fields.items() if value})


def ris(note: OwnWork) -> str:
    """A record of type BLOG; T2 is the site."""
    date = note.date
    return exports.ris_record(
        [
            ("TY", "BLOG"),
            *(("AU", exports.ris_name(person_of(name))) for name in note.authors),
            ("TI", note.title),
            ("T2", note.site),
            ("PY", str(date.year) if date else ""),
            ("DA", exports.ris_date(str(date.year), str(date.month), str(date.day)) if date else ""),
            ("UR", note.url),
            ("ID", note.key),
        ]
    )


def csl_json(note: OwnWork) -> str:
    """An item of type post-weblog, in the site as container."""
    date = note.date
    return exports.csl_item(
        {
            "id": note.key,
            "type": "post-weblog",
            "title": note.title,
            "author": [exports.csl_name(person_of(name)) for name in note.authors],
            "issued": exports.csl_date(str(date.year), str(date.month), str(date.day)) if date else {},
            "container-title": note.site,
            "URL": note.url,
        }
    )


def tex(text: str) -> str:
    """Text with the characters of TeX escaped."""
    return _SPECIAL.sub(lambda found: _TEX[found[0]], " ".join(text.split()))


def _author(name: str) -> str:
    """A name; one that BibTeX would take for two, or for a name with too many parts, in braces."""
    shown = tex(name)
    if re.search(r"\band\b", name, re.IGNORECASE) or name.count(",") > 1 or name.strip().lower() == "others":
        return f"{{{shown}}}"
    return shown


def _url(url: str) -> str:
    return re.sub(r"[{}\\\s]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), url)


def _key_part(text: str) -> str:
    """The letters and digits of a text that a BibTeX key may hold: "Über" gives "uber"."""
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", text).casefold())

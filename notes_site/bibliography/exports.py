"""What reference managers read: RIS and CSL-JSON, of a work and of a note of the site.

RIS: one `TY  - value` a line, the first TY, the last ER, lines ending in CR LF. CSL-JSON: an array of one item, as in
the schema of citationstyles.org, version 1.0.2.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from notes_site.bibliography import links
from notes_site.bibliography.kinds import PARTS
from notes_site.bibliography.work import Person, Work

Row: TypeAlias = tuple[str, str]
Json: TypeAlias = "str | int | Sequence[Json] | Mapping[str, Json]"

# type in BibTeX: type in RIS, type in CSL
_TYPES = {
    "article": ("JOUR", "article-journal"), "book": ("BOOK", "book"), "mvbook": ("BOOK", "book"),
    "collection": ("EDBOOK", "book"), "proceedings": ("CONF", "book"), "inbook": ("CHAP", "chapter"),
    "incollection": ("CHAP", "chapter"), "inproceedings": ("CPAPER", "paper-conference"),
    "phdthesis": ("THES", "thesis"), "mastersthesis": ("THES", "thesis"), "thesis": ("THES", "thesis"),
    "techreport": ("RPRT", "report"), "manual": ("BOOK", "book"), "booklet": ("PAMP", "pamphlet"),
    "online": ("ELEC", "webpage"), "webpage": ("ELEC", "webpage"), "unpublished": ("UNPB", "manuscript"),
    "software": ("COMP", "software"), "dataset": ("DATA", "dataset"), "patent": ("PAT", "patent"),
}  # fmt: skip
_GENRES = {"phdthesis": "PhD thesis", "mastersthesis": "Master’s thesis"}


def ris(work: Work) -> str:
    """The work as a record of RIS."""
    first, _, last = work.pages.partition("–")
    container = "JO" if work.journal else "T2"
    return ris_record(
        [
            ("TY", _TYPES.get(work.kind, ("GEN", ""))[0]),
            *(("AU", ris_name(person)) for person in work.authors),
            *(("A2" if work.authors else "ED", ris_name(person)) for person in work.editors),
            ("TI", work.title.plain),
            (container, work.journal or work.booktitle),
            ("T3", work.series),
            ("VL", work.volume),
            ("IS", work.number),
            ("SP", first.strip()),
            ("EP", last.strip()),
            ("ET", work.edition),
            ("PB", work.publisher or work.school or work.institution or work.organization),
            ("CY", work.address),
            ("PY", work.year),
            ("DA", ris_date(work.year, work.month, work.day)),
            ("DO", work.doi),
            ("UR", _url(work)),
            ("ID", work.key),
        ]
    )


def csl_json(work: Work) -> str:
    """The work as CSL-JSON."""
    kind = _TYPES.get(work.kind, ("", "document"))[1]
    publisher = work.publisher or work.school or work.institution or work.organization
    return csl_item(
        {
            "id": work.key,
            "type": "article" if work.arxiv and not (work.journal or work.booktitle) else kind,
            "title": work.title.plain,
            "author": [csl_name(person) for person in work.authors],
            "editor": [csl_name(person) for person in work.editors],
            "issued": csl_date(work.year, work.month, work.day),
            "container-title": work.journal or work.booktitle,
            "collection-title": work.series,
            "volume": work.volume,
            "number" if work.kind in ("techreport", "patent") else "issue": work.number,
            "page": work.pages.replace("–", "-"),
            "edition": work.edition,
            "chapter-number": work.chapter if work.kind in PARTS else "",
            "genre": work.type or _GENRES.get(work.kind, ""),
            "publisher": publisher or ("arXiv" if work.arxiv and not (work.journal or work.booktitle) else ""),
            "publisher-place": work.address,
            "DOI": work.doi,
            "URL": _url(work),
            "note": work.note.plain,
        }
    )


def ris_record(rows: Iterable[Row]) -> str:
    """The lines of a record; rows without a value are left out, and a value stays on its line."""
    kept = [(tag, " ".join(value.split())) for tag, value in rows]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in kept if value) + "ER  - \r\n"


def ris_name(person: Person) -> str:
    """`van Beethoven, Ludwig, Jr.`; an asterisk may not occur in a name."""
    parts = [person.family, person.first, person.jr]
    while parts and not parts[-1]:
        parts.pop()
    return ", ".join(part.replace(",", " ") if len(parts) > 1 else part for part in parts).replace("*", " ")


def ris_date(year: str, month: str = "", day: str = "") -> str:
    """`2023/05/01/`, with the parts that are known."""
    numbers = _date(year, month, day)
    if not numbers:
        return ""
    parts = [f"{numbers[0]:04}", *(f"{number:02}" for number in numbers[1:])]
    return "/".join([*parts, *[""] * (4 - len(parts))])


def csl_item(values: Mapping[str, Json]) -> str:
    """An item as the text of an array; what is empty is left out."""
    return json.dumps([{k: v for k, v in values.items() if v}], ensure_ascii=False, indent=2) + "\n"


def csl_name(person: Person) -> Mapping[str, Json]:
    """Family and given name; a body, or who has one name only, is literal."""
    if not person.first:
        return {"literal": person.full}
    names = {
        "family": person.last, "given": person.first, "non-dropping-particle": person.von, "suffix": person.jr,
    }  # fmt: skip
    return {name: value for name, value in names.items() if value}


def csl_date(year: str, month: str = "", day: str = "") -> Mapping[str, Json]:
    """`{"date-parts": [[2023, 5, 1]]}`; a year in words is literal."""
    numbers = _date(year, month, day)
    if numbers:
        return {"date-parts": [numbers]}
    return {"literal": year} if year else {}


def _date(year: str, month: str, day: str) -> list[int]:
    """The numbers of a date, as many as follow each other."""
    if not (year.isascii() and year.isdigit() and len(year) <= 4):
        return []
    numbers = [int(year)]
    for text, most in ((month, 12), (day, 31)):
        if not (text.isascii() and text.isdigit() and len(text) <= 2 and 1 <= int(text) <= most):
            break
        numbers.append(int(text))
    return numbers


def _url(work: Work) -> str:
    if work.url:
        return work.url
    if work.doi:
        return links.doi_url(work.doi)
    return links.arxiv_url(work.arxiv) if work.arxiv else ""

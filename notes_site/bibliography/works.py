"""An entry, with what it inherits, to a Work."""

from __future__ import annotations

import re
from collections.abc import Mapping

from notes_site.bibliography import links
from notes_site.bibliography.canonical import canonical
from notes_site.bibliography.latex import Writer, to_plain, verbatim
from notes_site.bibliography.parsing import MONTHS
from notes_site.bibliography.work import Person, Work
from notes_site.model import EMPTY, Place, Text
from notes_site.tex import Typesetter

# the names that biblatex gives to fields of BibTeX
_OTHER_NAMES = {
    "journal": ("journal", "journaltitle"),
    "address": ("address", "location"),
    "institution": ("institution", "publisher_institution"),
    "school": ("school", "institution"),
    "number": ("number", "issue"),
}
_PLAIN = (
    "booktitle", "publisher", "volume", "number", "pages", "edition", "chapter", "series", "school", "institution",
    "organization", "address", "howpublished", "type",
)  # fmt: skip
_ARXIV_JOURNALS = ("", "preprint", "e-prints", "corr")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_MONTHS = tuple(name[:3].lower() for name in MONTHS)
# 10 January, jan. 10, June-August
_MONTH = re.compile(r"(?:(\d{1,2})\s+)?([a-z]{3})[a-z]*\.?(?:\s+(\d{1,2}))?")
_DASHES = re.compile(r"(?<=\w)\s*(?:-{1,3}|[–—−‐])\s*(?=\w)")


def work_of(
    kind: str, key: str, fields: Mapping[str, str], place: Place, typesetter: Typesetter
) -> tuple[Work, tuple[tuple[str, str], ...]]:
    """The work, and (field, message) of what is wrong with it."""
    mistakes: list[tuple[str, str]] = []

    def rich(name: str) -> Text:
        if not fields.get(name):
            return EMPTY
        writer = Writer(typesetter)
        text = writer.text(fields[name])
        mistakes.extend((name, f"the formula {tex} cannot be typeset: {why}") for tex, why in writer.failures)
        return text

    def flat(name: str) -> str:
        names = _OTHER_NAMES.get(name, (name,))
        return next((to_plain(fields[each]) for each in names if fields.get(each)), "")

    authors, more_authors = people(fields.get("author", ""), "author", mistakes)
    editors, more_editors = people(fields.get("editor", ""), "editor", mistakes)
    year, month, day = _date(fields)
    doi, address = _doi(fields), verbatim(fields.get("url", "") or fields.get("link", ""))
    if address and not links.is_web(address):
        mistakes.append(("url", f'"{address}" is no address of the web; it begins with https://'))
    if fields.get("doi") and not doi:
        mistakes.append(("doi", f'"{fields["doi"]}" is no DOI; one looks like 10.1000/182'))
    journal = flat("journal")
    arxiv = _arxiv(fields, doi, address, journal)
    if arxiv and (links.arxiv_of(journal) or journal.lower().removeprefix("arxiv").strip(" .") in _ARXIV_JOURNALS):
        journal = ""
    values = {name: flat(name) for name in _PLAIN}
    if not journal and arxiv and values["volume"].startswith("abs/"):
        values["volume"] = ""
    values["pages"] = _DASHES.sub("–", values["pages"])
    howpublished = verbatim(fields.get("howpublished", ""))
    if links.is_web(howpublished):
        address, values["howpublished"] = address or howpublished, ""
    if fields.get("title") and fields.get("subtitle"):
        fields = {**fields, "title": f"{fields['title']}: {fields['subtitle']}"}
    made = Work(
        key=key,
        kind=kind,
        title=rich("title"),
        authors=authors,
        more_authors=more_authors,
        editors=editors,
        more_editors=more_editors,
        year=year,
        month=month,
        day=day,
        journal=journal,
        note=rich("note"),
        url=address if links.is_web(address) else "",
        doi=doi,
        arxiv=arxiv,
        abstract=rich("abstract"),
        bibtex=canonical(kind, key, fields),
        place=place,
        **values,
    )
    return made, tuple(mistakes)


def people(value: str, role: str, mistakes: list[tuple[str, str]]) -> tuple[tuple[Person, ...], bool]:
    """The names of a list, and whether it ends in "and others"."""
    from pybtex.bibtex.utils import split_name_list, split_tex_string  # type: ignore[import-untyped]
    from pybtex.database import Person as Parts  # type: ignore[import-untyped]

    found: list[Person] = []
    more = False
    for name in split_name_list(value):
        if not name.strip(" ,{}"):
            continue
        if name.strip().lower() in ("others", "et al.", "et al"):
            more = True
            continue
        if len(split_tex_string(name, ",")) > 3:
            mistakes.append((role, f'too many commas in the name "{name}"; are names missing an "and" between them?'))
            found.append(Person(last=to_plain(name)))
            continue
        parts = Parts(name.strip(" ,"))
        person = Person(
            first=_joined(parts.first_names + parts.middle_names),
            von=_joined(parts.prelast_names),
            last=_joined(parts.last_names),
            jr=_joined(parts.lineage_names),
        )
        found.append(person if person.last else Person(last=to_plain(name)))
    return tuple(person for person in found if person.last), more


def _joined(parts: list[str]) -> str:
    return " ".join(filter(None, map(to_plain, parts)))


def _date(fields: Mapping[str, str]) -> tuple[str, str, str]:
    """Year, month and day: from `year` and `month`, else from the `date` of biblatex."""
    year, month, day = (
        to_plain(fields.get("year", "")),
        to_plain(fields.get("month", "")),
        to_plain(fields.get("day", "")),
    )
    named = _MONTH.match(month.lower())
    if named and named[2] in _MONTHS:
        month, day = str(_MONTHS.index(named[2]) + 1), day or named[1] or named[3] or ""
    elif month.isascii() and month.isdigit() and 1 <= int(month[:4]) <= 12:
        month = str(int(month[:4]))
    found = _DATE.match(fields.get("date", "").strip()) if not year else None
    if found is None:
        return year or ("" if _DATE.match(fields.get("date", "")) else to_plain(fields.get("date", ""))), month, day
    number = int(found[2] or 0)
    return found[1], str(number) if 1 <= number <= 12 else month, str(int(found[3])) if found[3] else day


def _doi(fields: Mapping[str, str]) -> str:
    return links.doi_of(verbatim(fields.get("doi", ""))) or (
        links.doi_of(verbatim(fields.get("url", ""))) if "doi.org/" in fields.get("url", "") else ""
    )


def _arxiv(fields: Mapping[str, str], doi: str, address: str, journal: str) -> str:
    """The number in arXiv: from eprint, else from journal, volume, DOI, address, note or howpublished."""
    kind = (fields.get("archiveprefix", "") or fields.get("eprinttype", "")).strip().lower()
    eprint = verbatim(fields.get("eprint", ""))
    number = links.arxiv_of(eprint, bare=True) if kind in ("", "arxiv") else ""
    if not number:
        number = links.arxiv_of(verbatim(fields.get("arxiv", "") or fields.get("arxivid", "")), bare=True)
    volume = fields.get("volume", "") if journal.lower() in ("corr", "arxiv", "arxiv preprint") else ""
    others = (doi, address, journal, volume, to_plain(fields.get("note", "")), to_plain(fields.get("howpublished", "")))
    return number or next(filter(None, map(links.arxiv_of, others)), "")

"""An entry written as BibTeX to copy: fields in a fixed order, aligned, one a line."""

from __future__ import annotations

from collections.abc import Mapping

from notes_site.bibliography.parsing import MONTHS

_ORDER = (
    "author", "editor", "title", "subtitle", "journal", "journaltitle", "booktitle", "series", "edition", "volume",
    "number", "chapter", "pages", "publisher", "school", "institution", "organization", "address", "location",
    "howpublished", "type", "date", "year", "month", "eprint", "archiveprefix", "eprinttype", "primaryclass", "doi",
    "url", "note",
)  # fmt: skip
# what a reference manager keeps for its owner
_PRIVATE = ("bdsk-", "mendeley-", "date-", "local-", "owner", "timestamp", "file", "keywords", "abstract", "crossref",
            "__markedentry", "groups", "rating", "review")  # fmt: skip


def canonical(kind: str, key: str, fields: Mapping[str, str]) -> str:
    """The entry; fields that are nobody else's business are left out."""
    names = [name for name in _ORDER if fields.get(name)]
    names += sorted(name for name, value in fields.items() if value and name not in _ORDER and not private(name))
    return written(kind, key, {name: fields[name] for name in names})


def private(name: str) -> bool:
    return name.startswith(_PRIVATE)


def written(kind: str, key: str, fields: Mapping[str, str]) -> str:
    """`@kind{key, ...}` with the fields in the order given."""
    width = max((len(name) for name in fields), default=0)
    rows = [f"  {name:<{width}} = {_value(name, value)}" for name, value in fields.items()]
    return f"@{kind}{{{key},\n" + ",\n".join(rows) + "\n}" if rows else f"@{kind}{{{key}}}"


def _value(name: str, value: str) -> str:
    if name == "month":
        for number, month in enumerate(MONTHS, 1):
            if value.lower().rstrip(".") in (month.lower(), month[:3].lower(), str(number), f"{number:02}"):
                return month[:3].lower()
    return f"{{{value}}}"

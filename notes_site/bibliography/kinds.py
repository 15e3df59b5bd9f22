"""The types of entries: which are known, which are the same, and what a reference of each cannot do without."""

from __future__ import annotations

from typing import Final

from notes_site.bibliography.work import Work

# types with a second name
SAME: Final = {"conference": "inproceedings", "electronic": "online", "www": "online", "report": "techreport"}
KNOWN: Final = frozenset(
    {"article", "book", "booklet", "inbook", "incollection", "inproceedings", "manual", "mastersthesis", "misc",
     "phdthesis", "proceedings", "techreport", "unpublished", "online", "thesis", "collection", "mvbook",
     "mvcollection", "mvproceedings", "bookinbook", "suppbook", "periodical", "reference", "inreference", "patent",
     "software", "dataset", "video", "audio", "image", "movie", "standard", "jurisdiction", "legislation", "letter",
     "review", "performance", "music", "artwork", "legal", "bibnote", "set", "xdata", "webpage"}
)  # fmt: skip
# works that are a part of another
PARTS: Final = frozenset({"inproceedings", "incollection", "inbook", "bookinbook", "suppbook", "inreference"})
BOOKS: Final = frozenset(
    {"book", "mvbook", "collection", "mvcollection", "proceedings", "mvproceedings", "reference", "manual", "booklet",
     "periodical"}
)  # fmt: skip
THESES: Final = frozenset({"phdthesis", "mastersthesis", "thesis"})
_DATED: Final = frozenset(
    {"article", "book", "inproceedings", "incollection", "inbook", "phdthesis", "mastersthesis", "thesis", "techreport"}
)


def lacking(work: Work) -> tuple[str, ...]:
    """The fields without which a reference cannot be used: nobody could find the work by it."""
    found = []
    if work.kind in _DATED:
        if not work.creators and not work.body:
            found.append("author")
        if not work.title and not (work.kind == "inbook" and work.booktitle):
            found.append("title")
        if not work.year:
            found.append("year")
    elif not (work.title or work.note or work.howpublished or work.url or work.booktitle) and work.kind not in (
        "xdata",
        "set",
    ):
        found.append("title")
    return tuple(found)

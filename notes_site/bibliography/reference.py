"""A work as a line of a list of references, in HTML and plain.

    Yann LeCun, Yoshua Bengio, and Geoffrey Hinton. Deep learning. Nature 521(7553), pp. 436–444, 2015. doi:10.1038/...

Invariant: everything is escaped, tags are balanced, and a field that is missing leaves no stray punctuation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from notes_site.bibliography import links
from notes_site.bibliography.kinds import BOOKS, PARTS, THESES
from notes_site.bibliography.names import full_names
from notes_site.bibliography.words import WORDS, word
from notes_site.bibliography.work import Work
from notes_site.model import EMPTY, Text

_STOPS = (".", "?", "!", "…")


def entry(work: Work, words: Mapping[str, str] = WORDS, *, year: str = "") -> Text:
    """The reference; `year` stands in place of the work's own: "2023a"."""
    made = [
        _wrapped("authors", _creators(work, words)),
        _wrapped("title", _title(work)),
        _capital(_comma(_venue(work, words, year)), word(words, "no_date")),
        work.note,
        *_addresses(work, words),
    ]
    if not made[0] and not made[1]:
        made.insert(0, _text(work.key))
    parts = [part for part in made if part.plain.strip()]
    return Text(" ".join(_ended(part).html for part in parts), " ".join(_ended(part).plain for part in parts))


def _creators(work: Work, words: Mapping[str, str]) -> Text:
    if not work.creators:
        return _text(work.body if work.kind not in THESES and work.kind != "techreport" else "")
    names = full_names(work.creators, words, more=work.more_creators)
    if work.authors:
        return _text(names)
    return _text(f"{names} {word(words, 'editor' if len(work.editors) == 1 else 'editors')}")


def _title(work: Work) -> Text:
    if work.kind in BOOKS or work.kind in THESES:
        return _emphasized(work.title)
    return work.title


def _venue(work: Work, words: Mapping[str, str], year: str) -> Iterable[Text]:
    """What stands between the title and the addresses, to be set apart by commas."""
    if work.journal:
        issue = f"({work.number})" if work.number and work.volume else ""
        volume = f" {work.volume}{issue}" if work.volume else ""
        name = _emphasized(_text(work.journal))
        yield Text(name.html + escape(volume), name.plain + volume)
        if work.number and not work.volume:
            yield _text(word(words, "number", work.number))
    elif work.booktitle and work.kind not in BOOKS:
        name = _emphasized(_text(work.booktitle))
        before, _, after = words.get("in", WORDS["in"]).partition("{}")
        yield Text(escape(before) + name.html + escape(after), before + name.plain + after)
    if work.editors and work.authors:
        yield _text(word(words, "edited_by", full_names(work.editors, words, more=work.more_editors)))
    if not work.journal:
        yield from map(_text, _volume(work, words))
    if work.edition:
        yield _text(word(words, "edition", _ordinal(work.edition, words)))
    yield from map(_text, _kind(work, words))
    if work.chapter:
        yield _text(word(words, "chapter", work.chapter))
    if work.pages:
        several = any(sign in work.pages for sign in "–,") or work.pages.endswith(("+", "f.", "ff."))
        yield _text(word(words, "pages" if several else "page", work.pages))
    rest = [work.publisher, work.howpublished]
    if work.creators:
        rest += [body for body in (work.organization,) if body != work.publisher]
    yield from map(_text, [*rest, work.address, year or work.year or word(words, "no_date")])


def _volume(work: Work, words: Mapping[str, str]) -> Iterable[str]:
    if work.volume and work.series:
        yield word(words, "volume_of", work.volume, work.series)
    elif work.volume:
        yield word(words, "volume", work.volume)
    elif work.series:
        yield f"{work.series} {work.number}".strip()
        return
    if work.number and work.kind not in ("techreport", "patent"):
        yield word(words, "number", work.number)


def _kind(work: Work, words: Mapping[str, str]) -> Iterable[str]:
    """`PhD thesis, MIT`, `Technical report 12, INRIA`"""
    if work.kind in THESES:
        known = {
            "phdthesis": "phd_thesis", "phd": "phd_thesis", "mathesis": "masters_thesis",
            "mastersthesis": "masters_thesis", "bathesis": "bachelors_thesis",
        }  # fmt: skip
        wanted = known.get(work.type.lower().replace(" ", "") or work.kind, "")
        yield word(words, wanted or "thesis") if wanted or not work.type else work.type
        yield work.school or work.institution
    elif work.kind == "techreport":
        named = work.type if work.type not in ("", "techreport", "resreport") else word(words, "report")
        yield f"{named} {work.number}".strip()
        yield work.institution
    elif work.kind == "patent":  # biblatex has words such as patentus for types
        yield work.number if work.type.startswith("pat") else f"{work.type} {work.number}".strip()
    elif work.kind not in PARTS and work.type:
        yield work.type


def _addresses(work: Work, words: Mapping[str, str]) -> Iterable[Text]:
    if work.doi:
        yield _linked(links.doi_url(work.doi), f"doi:{work.doi}")
    if work.arxiv:
        yield _linked(links.arxiv_url(work.arxiv), f"arXiv:{work.arxiv}")
    if work.url and not (links.doi_of(work.url) or (work.arxiv and links.arxiv_of(work.url))):
        shown = work.url.partition("://")[2].rstrip("/")
        before, _, after = words.get("available_at", WORDS["available_at"]).partition("{}")
        there = _linked(work.url, shown)
        yield Text(escape(before) + there.html + escape(after), before + there.plain + after)


def _ordinal(edition: str, words: Mapping[str, str]) -> str:
    """`2` as 2nd; what is not a number as it is, without an "edition" of its own."""
    digits = edition.rstrip("stndrh.")
    if digits.isascii() and digits.isdigit():
        last = digits[-1] if digits[-2:-1] != "1" else ""
        return word(words, f"ordinal_{last}" if last in ("1", "2", "3") else "ordinal", digits)
    return edition.removesuffix(" edition").removesuffix(" Edition").removesuffix(" ed.")


def _text(text: str) -> Text:
    return Text(escape(text), text) if text else EMPTY


def _emphasized(text: Text) -> Text:
    return Text(f"<em>{text.html}</em>", text.plain) if text else EMPTY


def _wrapped(name: str, text: Text) -> Text:
    return Text(f'<span class="reference-{name}">{text.html}</span>', text.plain) if text else EMPTY


def _linked(url: str, shown: str) -> Text:
    return Text(links.link(url, escape(shown)), shown)


def _comma(parts: Iterable[Text]) -> Text:
    kept = [part for part in parts if part.plain.strip()]
    return Text(", ".join(part.html for part in kept), ", ".join(part.plain for part in kept))


def _capital(text: Text, but: str) -> Text:
    """With a capital letter, if it begins with a word and not with markup, and is not `but`."""
    if text.html[:1] != text.plain[:1] or text.plain == but:
        return text
    return Text(text.html[:1].upper() + text.html[1:], text.plain[:1].upper() + text.plain[1:])


def _ended(text: Text) -> Text:
    """With a full stop, unless it ends in one; an address has none, so that it can be copied."""
    if text.plain.rstrip('”’"').endswith(_STOPS) or text.html.endswith("</a>"):
        return text
    return Text(f"{text.html}.", f"{text.plain}.")

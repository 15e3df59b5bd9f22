"""Citations in running text: `[Zha+23, Chapter 14.10; LBH15]`, `Zhang et al. (2023)`.

Invariant: what is given as HTML goes in as it is, everything else is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from notes_site.bibliography.work import Style
from notes_site.model import Value

# what is not to be touched, to be split at: formulas, code, tags
_OPAQUE = re.compile(r"(<(math|code)\b.*?</\2>|<[^>]*>)", re.DOTALL)
# 33-35, 33--35, 14.1 - 14.3, but no 2020-01-02
_RANGE = re.compile(r"(?<![\w.-])(\d[\d.]*)\s*(?:-{1,2}|–)\s*(\d[\d.]*)(?!\w|-)")
# pp. iv-x
_ROMAN = re.compile(r"(\bpp?\.\s*[ivxlc]+)-{1,2}([ivxlc]+\b)")


class Cited(Value, frozen=True):
    """One item of a citation. `prefix` and `locator` are HTML; `url` leads to the reference, and is empty if none does.

    `label`, `names` and `year` are those of the work's Label; all are empty when the key is not known.
    `suppress` leaves the names out: `[-@key]`. `preview` leads to the reference where `url` leads elsewhere. `title` is
    that of the work, HTML where the citation is.
    """

    key: str
    label: str = ""
    names: str = ""
    year: str = ""
    url: str = ""
    prefix: str = ""
    locator: str = ""
    suppress: bool = False
    preview: str = ""
    title: str = ""


def parenthetical(items: Sequence[Cited], style: Style) -> str:
    """A cluster: in brackets, or in parentheses for author-year."""
    told = [item(one, style) for one in items]
    plain = style is Style.NUMERIC and not any(item.prefix or item.locator for item in items)
    return _cluster((", " if plain else "; ").join(told), style)


def narrative(item: Cited, style: Style) -> str:
    """`Zhang et al. [Zha+23, p. 3]`, `Zhang et al. (2023, p. 3)`: the names belong to the sentence."""
    if not item.label:
        return f'<span class="citation">{unknown(item.key)}{_after(item)}</span>'
    names = "" if item.suppress or not item.names else f"{escape(item.names)} "
    shown = item.year if style is Style.AUTHOR_YEAR else item.label
    return names + _cluster(f"{linked(item, shown)}{_after(item)}", style)


def unknown(key: str) -> str:
    """A key that no library has."""
    return f'<span class="broken-link"><strong>{escape(key)}</strong></span>'


def locator(html: str) -> str:
    """A locator as written (`ch. 6`, `pp. 33-35`), with an en dash between numbers and without a comma before it."""
    html = re.sub(r"^[\s,]+|\s+$", "", html)
    parts = _OPAQUE.split(html)
    # split gives text, what is opaque, and the name of its tag, in turn
    for i in range(0, len(parts), 3):
        parts[i] = _ROMAN.sub("\\1–\\2", _RANGE.sub("\\1–\\2", parts[i] or ""))
    return "".join(part for i, part in enumerate(parts) if i % 3 < 2 and part)


def item(cited: Cited, style: Style) -> str:
    """One item of a cluster, without the brackets."""
    before = f"{cited.prefix.strip()} " if cited.prefix.strip() else ""
    if not cited.label:
        return f"{before}{unknown(cited.key)}{_after(cited)}"
    shown = cited.label
    if style is Style.AUTHOR_YEAR:
        shown = cited.year if cited.suppress or not cited.names else f"{cited.names}, {cited.year}"
    return f"{before}{linked(cited, shown)}{_after(cited)}"


def _after(item: Cited) -> str:
    html = locator(item.locator)
    return f", {html}" if html else ""


def linked(item: Cited, shown: str) -> str:
    """What is shown of a work, as a link to its reference."""
    return _link(item, escape(shown))


def titled(item: Cited) -> str:
    """The title of a work, as a link to its reference."""
    return _link(item, f"<em>{item.title}</em>" if item.title else escape(item.key))


def _link(item: Cited, html: str) -> str:
    preview = f' data-preview="{escape(item.preview)}"' if item.preview else ""
    return f'<a href="{escape(item.url)}"{preview}>{html}</a>' if item.url else html


def _cluster(html: str, style: Style) -> str:
    opened, closed = "()" if style is Style.AUTHOR_YEAR else "[]"
    return f'<span class="citation">{opened}{html}{closed}</span>'

"""Links of references: only what begins with http:// or https:// becomes one."""

from __future__ import annotations

import re
from html import escape

# https://doi.org/10.1000/182, doi:10.1000/182
_DOI = re.compile(r"(?:(?:https?://)?(?:dx\.)?doi\.org/|doi:)?(10\.\d{3,9}/\S+)", re.IGNORECASE)
# arXiv:1706.03762v2, abs/1706.03762, math.GT/0309136, https://arxiv.org/pdf/1706.03762.pdf
_ARXIV_NUMBER = r"(\d{4}\.\d{4,5}(?:v\d+)?|[a-z-]{2,12}(?:\.[A-Z]{2})?/\d{7}(?:v\d+)?)"
_ARXIV = re.compile(
    rf"(?:arxiv(?:\.org/)?[\s:.]{{0,3}}(?:(?:preprint|abs|pdf|html)[\s:/]{{0,3}})?(?:arxiv[\s:.]{{0,3}})?|abs/){_ARXIV_NUMBER}",
    re.IGNORECASE,
)
_BARE_ARXIV = re.compile(_ARXIV_NUMBER)
_WEB = re.compile(r"https?://[^\s/?#<>\"\\]+(?:[/?#][^\s<>\"]*)?", re.IGNORECASE)


def link(url: str, html: str) -> str:
    """`html` as a link to another site, or as it is when the address is none of the web."""
    if not is_web(url):
        return html
    return f'<a href="{escape(url)}" rel="noopener">{html}</a>'


def is_web(url: str) -> bool:
    return _WEB.fullmatch(url) is not None


def doi_of(text: str) -> str:
    """The DOI in a field, without address; empty when it is none."""
    found = _DOI.fullmatch(text.strip())
    return found[1] if found else ""


def doi_url(doi: str) -> str:
    """The address of a DOI, with what an address may not hold percent-encoded."""
    return "https://doi.org/" + re.sub(r"[^\w.()/:;,~+=!*@$-]", _percent, doi, flags=re.ASCII)


def arxiv_of(text: str, *, bare: bool = False) -> str:
    """The number of an arXiv paper that a text names; `bare`: the text may be the number alone."""
    found = _ARXIV.search(text) or (_BARE_ARXIV.fullmatch(text.strip()) if bare else None)
    return found[1] if found else ""


def arxiv_url(number: str) -> str:
    return f"https://arxiv.org/abs/{number}"


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace"))

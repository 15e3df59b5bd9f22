"""Fill the holes of a body: links, references, citations, pictures, embeds, code. Reads no file; asks the Site.

    Filling -> holes -> references, citations, pictures; excerpts of what was filled

Invariant: total. A hole that cannot be filled becomes readable text; the diagnostic for it comes from the Site.
"""

from __future__ import annotations

from notes_site.link.excerpts import prefixed, slice_of, without_ids
from notes_site.link.filling import Filling, Questions
from notes_site.link.holes import excerpt, fill, parts

__all__ = [
    "Filling",
    "Questions",
    "excerpt",
    "fill",
    "parts",
    "prefixed",
    "slice_of",
    "without_ids",
]

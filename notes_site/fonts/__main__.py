"""`python -m notes_site.fonts` writes the prepared font, after a change to the repertoire, a repair or the source."""

from . import PREPARED, source
from .cutting import BEST, cut
from .repertoire import COMMON

if __name__ == "__main__":
    PREPARED.write_bytes(cut(source.read(), COMMON, quality=BEST))

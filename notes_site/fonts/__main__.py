"""`python -m notes_site.fonts` writes the prepared math font, after a change to the repertoire, a repair or the source.

With a folder, the unpacked npm package of the text face, it writes the fonts of the theme's text too.
"""

import sys
from pathlib import Path

from . import PREPARED, source, text
from .cutting import BEST, cut
from .repertoire import COMMON

THEME = Path(__file__).parents[2] / "static" / "text"

if __name__ == "__main__":
    PREPARED.write_bytes(cut(source.read(), COMMON, quality=BEST))
    for folder in map(Path, sys.argv[1:2]):
        for style in text.STYLES:
            THEME.joinpath(f"{style.name}.woff2").write_bytes(text.cut((folder / style.file).read_bytes(), style))

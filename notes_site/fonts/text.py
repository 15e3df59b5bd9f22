"""Cut the text face of the default theme from STIX Two Text, whose fonts an npm package carries (see the Makefile).

The prepared files lie in the theme's `static/text/` and are served as they are: a build of a site reads no font
tool and cuts nothing. `make fonts` fetches the package and writes them anew.

Invariant: bytes in, bytes out, nothing taken from the clock.
"""

import io
from dataclasses import dataclass
from typing import Any, Final

from fontTools import subset  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont, woff2  # type: ignore[import-untyped]

FAMILY: Final = "Notes Site Text"

BASIC: Final = frozenset(
    [
        # Basic Latin, Latin-1, the ligature œ, dashes and quotation marks, spaces of all widths, a few signs of text
        *range(0x20, 0x7F),
        *range(0xA0, 0x100),
        *range(0x2002, 0x200C),
        *map(ord, "ŒœŸ‐‑‒–—‘’‚“”„†‡•…‹›′″⁄€™−"),
    ]
)
NAMES: Final = frozenset(map(ord, "ĀāĂăĄąĆćČčĎďĐđĒēĖėĘęĚěĞğĢģĪīĮįİıĶķŁłĻļŃńŅņŇňŌōŐőŘřŚśŞşŠšŢţŤťŪūŮůŰűŲųŹźŻżŽžȘșȚț"))
"""Letters of Central European, Baltic, Romanian and Turkish names."""


@dataclass(frozen=True, slots=True)
class Style:
    """One file of the face: `file` is its place in the source package, `features` are those of OpenType it keeps."""

    name: str
    file: str
    features: tuple[str, ...]
    code_points: frozenset[int]


_SET: Final = ("ccmp", "kern", "liga", "locl")
STYLES: Final = (
    Style("regular", "400Regular/STIXTwoText_400Regular.ttf", (*_SET, "onum", "pnum", "smcp"), BASIC | NAMES),
    Style("italic", "400Regular_Italic/STIXTwoText_400Regular_Italic.ttf", (*_SET, "onum", "pnum"), BASIC | NAMES),
    Style("bold", "700Bold/STIXTwoText_700Bold.ttf", (*_SET, "pnum"), BASIC),
)


def cut(source: bytes, style: Style) -> bytes:
    """WOFF2 with what `style` asks for. Small caps are kept for the letters of English only."""
    options = subset.Options()
    options.set(
        layout_features=list(style.features),
        hinting=False,
        glyph_names=False,
        notdef_outline=True,
        recalc_timestamp=False,
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 7, 13, 14],
        drop_tables=["DSIG", "STAT", "gasp"],
    )
    font = TTFont(io.BytesIO(source), recalcTimestamp=False)
    _keep_small_caps_of_english(font)
    cutter: Any = subset.Subsetter(options)  # fontTools does not type it
    cutter.populate(unicodes=sorted(style.code_points))
    cutter.subset(font)
    _rename(font, style)
    font.flavor = "woff2"
    font.flavorData = woff2.WOFF2FlavorData(transformedTables={"glyf", "loca", "hmtx"})
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def _keep_small_caps_of_english(font: TTFont) -> None:
    """Take all other characters out of `smcp`, before the cut follows them to their shapes."""
    kept = {glyph for point, glyph in font.getBestCmap().items() if point < 0x7F}
    gsub: Any = font["GSUB"]
    for record in gsub.table.FeatureList.FeatureRecord:
        if record.FeatureTag == "smcp":
            for index in record.Feature.LookupListIndex:
                for table in gsub.table.LookupList.Lookup[index].SubTable:
                    shapes = getattr(table, "ExtSubTable", table)
                    shapes.mapping = {glyph: small for glyph, small in shapes.mapping.items() if glyph in kept}


def _rename(font: TTFont, style: Style) -> None:
    """Give the names of a modified font that is not called STIX; style links stay as they are."""
    names: Any = font["name"]
    version, look = names.getDebugName(5), style.name.capitalize()
    new = {
        1: FAMILY,
        2: look,
        3: f"{version}; {FAMILY} {look}",
        4: f"{FAMILY} {look}",
        6: f"{FAMILY.replace(' ', '')}-{look}",
    }
    for record in names.names:
        if record.nameID in new:
            record.string = new[record.nameID]

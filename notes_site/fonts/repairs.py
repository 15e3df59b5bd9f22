"""Put right in the font what Chromium gets wrong with it.

| seen in Chromium | cause | repair |
| --- | --- | --- |
| primes small and floating | `ssty` is not applied | the character maps to the shape made for scripts |
| the arrow of `\\vec` left of its letter | a mark's ink lies left of a zero advance | a real advance |
| `\\widehat`, `\\underline` shifted, `\\dddot` left | the same | the same |
| `\\widetilde` does not stretch | only the combining tilde has size variants | spacing accents get them too |
| a line longer than its base | the first size that is not shorter is taken | only the assembly |
| `\\xrightarrow` does not stretch | the connector lengths of its head are exchanged | the right way round |
| `\\sqrt{x}` is followed by a gap | its box is as wide as the *widest* radical | narrower large sizes |
| `\\left(x\\right)` is loose | the same for each fence | the same |
| `\\left|x\\right|` stands too far right | assembled pieces are moved by the bearing of the sign | ready-made sizes |
| `\\bigl\\|` is as tall as `\\Biggl\\|` | pieces that may overlap little, so two are too long | as far as they can |

Invariant: pure; only the font given is changed. A character that is absent is passed over.
"""

from typing import Any, Final

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from fontTools.ttLib.tables._g_l_y_f import Glyph, GlyphCoordinates  # type: ignore[import-untyped]
from fontTools.ttLib.tables.otTables import MathGlyphConstruction, MathGlyphVariantRecord  # type: ignore[import-untyped]
from fontTools.ttLib.tables.ttProgram import Program  # type: ignore[import-untyped]

PRIMES: Final = (0x2032, 0x2033, 0x2034, 0x2057, 0x2035, 0x2036, 0x2037)

MARKS: Final = (
    *(0x0302, 0x0305, 0x0330, 0x0332),
    *(0x20D0, 0x20D1, 0x20D6, 0x20D7, 0x20DB, 0x20DC, 0x20E1, *range(0x20EC, 0x20F0)),
)
"""Marks that only formulas use, as an operator over or under a base, never after a letter in a text."""

STRETCHED_LIKE: Final = (
    (0x02DC, 0x02DC, 0x0303),
    (0x007E, 0x02DC, 0x0303),
    (0x02C6, 0x02C6, 0x0302),
    (0x005E, 0x02C6, 0x0302),
    (0x02C7, 0x02C7, 0x030C),
)
"""Spacing accent, the smallest glyph it shows when stretched, and the mark whose larger sizes it borrows."""

LINES: Final = (0x0305, 0x0332, 0x203E)
"""Lines over or under a base, drawn by overlapping one piece as often as needed."""

PARENTHESIS: Final = ord("(")
"""Bars come in its sizes, so that both are equally tall around the same formula."""

SIZES: Final = 20
"""How many sizes of a sign Chromium looks at, the normal one included."""

TALLER: Final = 1.12
"""How much taller each bar is than the one before it, where there is no parenthesis: up to seven rows of a matrix."""

SLACK: Final = {
    **dict.fromkeys(map(ord, "()[]{}⌈⌉⌊⌋⟦⟧⟨⟩⟪⟫⦃⦄⦅⦆❲❳"), 90),
    **dict.fromkeys(map(ord, "/\\"), 240),
    **dict.fromkeys(map(ord, "√∛∜"), 100),
}
"""How much wider than its normal size, in thousandths of an em, any size of a fence or a radical may be."""


def repair_tables(font: TTFont) -> None:
    """The repairs that decide which glyphs a cut keeps: do them before it."""
    _map_primes_to_script_shapes(font)
    _stretch_spacing_accents(font)
    _assemble_lines(font)
    _join_arrow_heads(font)
    _overlap_equal_pieces(font)


def repair_outlines(font: TTFont) -> None:
    """The repairs that change single glyphs: do them on the few that are left."""
    _give_marks_an_advance(font)
    _give_bars_sizes(font)
    _narrow_tall_sizes(font)


def _map_primes_to_script_shapes(font: TTFont) -> None:
    cmap = font.getBestCmap()
    tables: Any = font["GSUB"]
    shapes: dict[str, list[str]] = {}
    records = [record for record in tables.table.FeatureList.FeatureRecord if record.FeatureTag == "ssty"]
    lookups = sorted({index for record in records for index in record.Feature.LookupListIndex})
    for table in (table for index in lookups for table in tables.table.LookupList.Lookup[index].SubTable):
        for prime in (cmap[point] for point in PRIMES if point in cmap and cmap[point] in table.alternates):
            shapes[prime] = table.alternates.pop(prime)
            # A browser that does apply `ssty` finds the same shapes from the new starting point.
            table.alternates[shapes[prime][0]] = shapes[prime]
    maps: Any = font["cmap"]
    for subtable in (subtable for subtable in maps.tables if subtable.format != 14):
        for point in PRIMES:
            if subtable.cmap.get(point) in shapes:
                subtable.cmap[point] = shapes[subtable.cmap[point]][0]


def _stretch_spacing_accents(font: TTFont) -> None:
    cmap = font.getBestCmap()
    table = _variants(font)
    advances: Any = font["hmtx"]
    constructions = dict(zip(table.HorizGlyphCoverage.glyphs, table.HorizGlyphConstruction, strict=True))
    for accent, smallest, mark in STRETCHED_LIKE:
        if not {accent, smallest, mark} <= cmap.keys() or cmap[mark] not in constructions:
            continue
        first = MathGlyphVariantRecord()
        first.VariantGlyph = cmap[smallest]
        first.AdvanceMeasurement = advances[cmap[smallest]][0]
        new = MathGlyphConstruction()
        new.GlyphAssembly = None
        new.MathGlyphVariantRecord = [first, *constructions[cmap[mark]].MathGlyphVariantRecord[1:]]
        new.VariantCount = len(new.MathGlyphVariantRecord)
        constructions[cmap[accent]] = new
    glyphs = sorted(constructions, key=font.getGlyphID)
    table.HorizGlyphCoverage.glyphs = glyphs
    table.HorizGlyphConstruction = [constructions[glyph] for glyph in glyphs]
    table.HorizGlyphCount = len(glyphs)


def _assemble_lines(font: TTFont) -> None:
    """An assembled line is as long as its base; the ready-made sizes are longer."""
    cmap = font.getBestCmap()
    table = _variants(font)
    lines = {cmap[point] for point in LINES if point in cmap}
    constructions = dict(zip(table.HorizGlyphCoverage.glyphs, table.HorizGlyphConstruction, strict=True))
    for construction in (constructions[glyph] for glyph in sorted(lines & constructions.keys())):
        if construction.GlyphAssembly is not None:
            del construction.MathGlyphVariantRecord[1:]
            construction.VariantCount = 1


def _join_arrow_heads(font: TTFont) -> None:
    """The inner side of an end piece must overlap its neighbour by at least `MinConnectorOverlap`.

    The heads of rightward arrows have it on their outer side, and Chromium then refuses the whole assembly.
    """
    table = _variants(font)
    for construction in table.HorizGlyphConstruction:
        if construction.GlyphAssembly is None:
            continue
        pieces = construction.GlyphAssembly.PartRecords
        first, last = pieces[0], pieces[-1]
        if first is last:
            continue
        if first.EndConnectorLength < table.MinConnectorOverlap <= first.StartConnectorLength:
            _exchange(first)
        if last.StartConnectorLength < table.MinConnectorOverlap <= last.EndConnectorLength:
            _exchange(last)


def _exchange(piece: Any) -> None:
    start, end = piece.StartConnectorLength, piece.EndConnectorLength
    piece.StartConnectorLength, piece.EndConnectorLength = end, start


def _overlap_equal_pieces(font: TTFont) -> None:
    """A piece that stands in an assembly twice may overlap its neighbours as far in both places."""
    table = _variants(font)
    for construction in (*table.HorizGlyphConstruction, *table.VertGlyphConstruction):
        pieces = construction.GlyphAssembly.PartRecords if construction.GlyphAssembly is not None else ()
        for piece in pieces:
            equal = [other for other in pieces if other.glyph == piece.glyph]
            piece.StartConnectorLength = max(other.StartConnectorLength for other in equal)
            piece.EndConnectorLength = max(other.EndConnectorLength for other in equal)


def _give_marks_an_advance(font: TTFont) -> None:
    cmap = font.getBestCmap()
    info: Any = font["MATH"]
    attachment = info.table.MathGlyphInfo.MathTopAccentAttachment
    tops = dict(zip(attachment.TopAccentCoverage.glyphs, attachment.TopAccentAttachment, strict=True))
    for glyph in (cmap[point] for point in MARKS if point in cmap):
        left, right = _extent(font, glyph)
        _reshape(font, glyph, advance=right - left, scale=1.0, shift=-left)
        if glyph in tops:
            tops[glyph].Value -= left
        if "GDEF" in font:  # a shaper sets the advance of a glyph of class 3, a mark, to zero again
            gdef: Any = font["GDEF"]
            if gdef.table.GlyphClassDef is not None:
                gdef.table.GlyphClassDef.classDefs[glyph] = 1


def _narrow_tall_sizes(font: TTFont) -> None:
    cmap = font.getBestCmap()
    advances: Any = font["hmtx"]
    table = _variants(font)
    if table.VertGlyphCoverage is None:
        return
    constructions = dict(zip(table.VertGlyphCoverage.glyphs, table.VertGlyphConstruction, strict=True))
    scales: dict[str, float] = {}
    for point, slack in SLACK.items():
        construction = constructions.get(cmap.get(point, ""))
        if construction is None:
            continue
        widest = advances[cmap[point]][0] + slack
        sizes = [[record.VariantGlyph] for record in construction.MathGlyphVariantRecord]
        if construction.GlyphAssembly is not None:  # its pieces lie on one another: one scale for all
            sizes.append([piece.glyph for piece in construction.GlyphAssembly.PartRecords])
        for glyphs in sizes:
            scale = widest / max(advances[glyph][0] for glyph in glyphs)
            if scale < 1:
                scales.update({glyph: min(scale, scales.get(glyph, 1)) for glyph in glyphs})
    for glyph, scale in sorted(scales.items()):
        _reshape(font, glyph, advance=round(advances[glyph][0] * scale), scale=scale, shift=0)


def _give_bars_sizes(font: TTFont) -> None:
    """Bars as tall as parentheses, and taller: only those that are taller still are assembled."""
    cmap = font.getBestCmap()
    table = _variants(font)
    if table.VertGlyphCoverage is None:
        return
    constructions = dict(zip(table.VertGlyphCoverage.glyphs, table.VertGlyphConstruction, strict=True))
    parenthesis = constructions.get(cmap.get(PARENTHESIS, ""))
    bars = {glyph: construction for glyph, construction in constructions.items() if _is_bar(glyph, construction)}
    if parenthesis is None or not bars:
        return
    outlines: Any = font["glyf"]
    shapes = [outlines[record.VariantGlyph] for record in parenthesis.MathGlyphVariantRecord[1:]]
    heights = [(shape.yMin, shape.yMax) for shape in shapes]
    while len(heights) < SIZES - 1:
        low, high = heights[-1]
        more = round((high - low) * (TALLER - 1) / 2)
        heights.append((low - more, high + more))
    names = {(glyph, height): f"{glyph}.{height[1]}" for glyph in bars for height in heights}
    font.setGlyphOrder([*font.getGlyphOrder(), *names.values()])
    advances: Any = font["hmtx"]
    for (glyph, (low, high)), name in names.items():
        outlines[name] = _stretched(font, glyph, low, high)
        advances[name] = advances[glyph]
        record = MathGlyphVariantRecord()
        record.VariantGlyph, record.AdvanceMeasurement = name, high - low + 1  # rounded up, as in the source
        bars[glyph].MathGlyphVariantRecord.append(record)
        bars[glyph].VariantCount += 1
    bounds: Any = font["head"]  # Chromium shows nothing of a glyph outside them
    bounds.yMin = min(bounds.yMin, *(low for low, _ in heights))
    bounds.yMax = max(bounds.yMax, *(high for _, high in heights))


def _is_bar(glyph: str, construction: Any) -> bool:
    """Whether a sign stretches only by being drawn several times: a straight line from top to bottom, or several."""
    pieces = construction.GlyphAssembly.PartRecords if construction.GlyphAssembly is not None else ()
    sizes = {record.VariantGlyph for record in construction.MathGlyphVariantRecord}
    return bool(pieces) and sizes <= {glyph} and all(piece.glyph == glyph for piece in pieces)


def _stretched(font: TTFont, glyph: str, low: int, high: int) -> Any:
    """The outline of a bar, from `low` to `high`."""
    outlines: Any = font["glyf"]
    coordinates, ends, flags = outlines[glyph].getCoordinates(outlines)
    rows = [y for _, y in coordinates]
    scale = (high - low) / (max(rows) - min(rows))
    drawn = [(x, low + round((y - min(rows)) * scale)) for x, y in coordinates]
    return _outline(font, drawn, ends, flags)


def _variants(font: TTFont) -> Any:
    math: Any = font["MATH"]
    return math.table.MathVariants


def _extent(font: TTFont, glyph: str) -> tuple[int, int]:
    """The left and right ends of a glyph's ink."""
    outlines: Any = font["glyf"]
    columns = [x for x, _ in outlines[glyph].getCoordinates(outlines)[0]]
    return min(columns), max(columns)


def _reshape(font: TTFont, glyph: str, *, advance: int, scale: float, shift: int) -> None:
    """Draw `glyph` anew, without components, each x at `scale * x + shift`."""
    outlines: Any = font["glyf"]
    coordinates, ends, flags = outlines[glyph].getCoordinates(outlines)
    new = _outline(font, [(round(x * scale) + shift, y) for x, y in coordinates], ends, flags)
    outlines[glyph] = new
    metrics: Any = font["hmtx"]
    metrics[glyph] = (advance, new.xMin)


def _outline(font: TTFont, coordinates: list[tuple[int, int]], ends: Any, flags: Any) -> Any:
    """A glyph with these points."""
    new: Any = Glyph()
    new.numberOfContours = len(ends)
    new.endPtsOfContours = list(ends)
    new.flags = flags
    new.coordinates = GlyphCoordinates(coordinates)
    new.program = Program()
    new.program.fromBytecode(b"")
    new.recalcBounds(font["glyf"])
    return new

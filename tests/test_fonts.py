"""The fonts: what is prepared, what is cut, what is repaired in that of mathematics, and when it is made."""

import hashlib
import io
import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from notes_site import fonts
from notes_site.fonts import PREPARED, FontMissing, font_for, missing, source, text
from notes_site.fonts.cutting import BEST, QUICK, cut
from notes_site.fonts.repertoire import COMMON, VARIATION_SELECTORS, widened

USUAL = frozenset(map(ord, "∑∈ℒ≠∩↪\ufe00")) | {0x1D465, 0x1D538}
RARE = USUAL | {ord("𝔤"), ord("≬")}
STRANGE = frozenset({0x4E00, 0x1F600})

# What the prepared font was last written with. `make fonts` writes it anew; then name the versions here.
MADE_WITH = {"ziamath": "0.13", "fonttools": "4.68.0"}

MAKE = """
import json, sys
before = set(sys.modules)
from pathlib import Path
from notes_site.fonts import font_for, missing
points, cache = frozenset(json.loads(sys.argv[1])), sys.argv[2]
missing(points)
font = font_for(points, cache=Path(cache) if cache else None)
print(json.dumps([font.digest, sorted(set(sys.modules) - before)]))
"""


def in_new_process(points: frozenset[int], *, cache: Path | None, seed: str) -> tuple[str, set[str]]:
    """The digest of a font made there, and the modules that were imported for it."""
    command = [sys.executable, "-c", MAKE, json.dumps(list(points)), str(cache or "")]
    root = Path(fonts.__file__).parents[2]
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)}
    output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    digest, modules = json.loads(output)
    return digest, set(modules)


@pytest.fixture(scope="module")
def larger() -> fonts.Font:
    return font_for(RARE, cache=None)


@pytest.fixture(scope="module", params=["prepared", "cut"])
def font(request: pytest.FixtureRequest, larger: fonts.Font) -> TTFont:
    return opened(larger if request.param == "cut" else font_for(USUAL, cache=None))


def opened(made: fonts.Font) -> TTFont:
    return TTFont(io.BytesIO(made.data))


def table(font: TTFont, tag: str) -> Any:
    holder: Any = font[tag]
    return holder.table


def horizontal(font: TTFont, code_point: int) -> Any:
    """The horizontal construction of a character."""
    variants = table(font, "MATH").MathVariants
    place = variants.HorizGlyphCoverage.glyphs.index(font.getBestCmap()[code_point])
    return variants.HorizGlyphConstruction[place]


def vertical(font: TTFont, code_point: int) -> Any:
    """The vertical construction of a character."""
    variants = table(font, "MATH").MathVariants
    place = variants.VertGlyphCoverage.glyphs.index(font.getBestCmap()[code_point])
    return variants.VertGlyphConstruction[place]


def widths(font: TTFont, code_point: int) -> list[int]:
    """Advances of a character that stretches vertically: its normal size, larger sizes and pieces."""
    variants, advances = table(font, "MATH").MathVariants, table_of_advances(font)
    glyph = font.getBestCmap()[code_point]
    construction = variants.VertGlyphConstruction[variants.VertGlyphCoverage.glyphs.index(glyph)]
    sizes = [record.VariantGlyph for record in construction.MathGlyphVariantRecord]
    assembly = construction.GlyphAssembly
    pieces = [piece.glyph for piece in assembly.PartRecords] if assembly else []
    return [advances[name][0] for name in (glyph, *sizes, *pieces)]


def table_of_advances(font: TTFont) -> dict[str, tuple[int, int]]:
    holder: Any = font["hmtx"]
    return dict(holder.metrics)


def uncompressed(woff2: bytes) -> tuple[list[tuple[str, int, int]], bytes]:
    """The table directory and the tables of a WOFF2 file, which versions of Brotli compress differently."""
    reader: Any = TTFont(io.BytesIO(woff2)).reader
    directory = [(tag, entry.origLength, entry.length) for tag, entry in reader.tables.items()]
    return directory, reader.transformBuffer.getvalue()


def test_the_prepared_font_is_what_the_code_makes_today() -> None:
    made = cut(source.read(), COMMON)
    installed = {name: metadata.version(name) for name in MADE_WITH}
    hint = f"run `make fonts`; the prepared font was made with {MADE_WITH}, installed are {installed}"
    assert uncompressed(PREPARED.read_bytes()) == uncompressed(made), hint


def test_the_prepared_font_covers_what_the_repertoire_says() -> None:
    assert opened(font_for(USUAL, cache=None)).getBestCmap().keys() == COMMON - set(VARIATION_SELECTORS)


def test_the_prepared_font_is_small_enough_for_any_page() -> None:
    assert PREPARED.stat().st_size < 65_000


def test_the_prepared_font_is_taken_whenever_it_suffices(tmp_path: Path) -> None:
    for points in (frozenset[int](), USUAL, COMMON, USUAL | STRANGE):
        assert font_for(points, cache=tmp_path / "fonts").data == PREPARED.read_bytes()
    assert not (tmp_path / "fonts").exists()


def test_where_the_prepared_font_suffices_nothing_heavy_is_imported(tmp_path: Path) -> None:
    digest, modules = in_new_process(COMMON, cache=tmp_path, seed="1")
    assert digest == hashlib.sha256(PREPARED.read_bytes()).hexdigest()
    heavy = {"fontTools", "brotli", "ziamath", "importlib.metadata", "importlib.resources", "tempfile"}
    assert not heavy & modules


def test_the_prepared_font_needs_no_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "PACKAGE", "absent_package")
    assert font_for(USUAL, cache=None).data == PREPARED.read_bytes()
    assert not missing(USUAL)


def test_the_font_is_woff2_with_a_math_table_and_the_characters_of_the_repertoire(font: TTFont) -> None:
    assert font.flavor == "woff2"
    assert table(font, "MATH").MathConstants is not None
    assert COMMON - set(VARIATION_SELECTORS) <= font.getBestCmap().keys()


def test_a_larger_font_holds_what_was_asked_for_and_little_else(larger: fonts.Font) -> None:
    cmap = opened(larger).getBestCmap()
    assert RARE - set(VARIATION_SELECTORS) <= cmap.keys() <= widened(RARE)


def test_it_holds_no_table_that_browsers_do_not_use(font: TTFont) -> None:
    assert not {"GPOS", "fpgm", "prep", "cvt ", "DSIG"} & set(font.keys())
    assert table(font, "MATH").MathGlyphInfo.MathKernInfo is None


def test_a_quick_cut_differs_from_the_best_in_its_compression_only() -> None:
    quick, best = (cut(source.read(), frozenset({0x28}), quality=quality) for quality in (QUICK, BEST))
    assert len(best) < len(quick)
    assert uncompressed(best) == uncompressed(quick)


def test_a_variation_selector_keeps_its_shape(font: TTFont) -> None:
    holder: Any = font["cmap"]
    (selected,) = [subtable.uvsDict for subtable in holder.tables if subtable.format == 14]
    assert ord("∩") in dict(selected[0xFE00])


def test_what_the_source_lacks_is_ignored_and_named() -> None:
    assert missing(STRANGE | RARE) == STRANGE
    assert not missing(RARE)
    assert font_for(STRANGE | USUAL, cache=None) == font_for(USUAL, cache=None)


def test_missing_agrees_with_the_character_map(larger: fonts.Font) -> None:
    assert not missing(COMMON)
    assert (
        not source.characters(source.read())
        - TTFont(io.BytesIO(source.read())).getBestCmap().keys()
        - set(VARIATION_SELECTORS)
    )
    assert not missing(frozenset(opened(larger).getBestCmap()))


def test_the_modified_font_has_a_name_of_its_own_and_its_licence(font: TTFont) -> None:
    holder: Any = font["name"]
    licence = font_for(USUAL, cache=None).licence
    assert all("STIX" not in holder.getDebugName(which) for which in (1, 4, 6))
    assert licence.startswith(holder.getDebugName(0))
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence


@pytest.mark.slow
def test_two_processes_with_different_hash_seeds_make_the_same_bytes() -> None:
    assert in_new_process(RARE, cache=None, seed="1")[0] == in_new_process(RARE, cache=None, seed="2")[0]


@pytest.mark.slow
def test_a_hit_in_the_cache_imports_neither_fonttools_nor_ziamath(tmp_path: Path) -> None:
    made, first = in_new_process(RARE, cache=tmp_path, seed="1")
    kept, second = in_new_process(RARE, cache=tmp_path, seed="2")
    assert made == kept
    assert "fontTools" in first
    assert not {"fontTools", "brotli", "ziamath"} & second


@pytest.mark.slow
def test_a_damaged_entry_is_remade(tmp_path: Path, larger: fonts.Font) -> None:
    assert font_for(RARE, cache=tmp_path) == larger
    (entry,) = tmp_path.iterdir()
    good = entry.read_bytes()
    for damaged in (b"", good[:-1], good[:40] + b"?" + good[41:], larger.data):
        entry.write_bytes(damaged)
        assert font_for(RARE, cache=tmp_path) == larger
        assert entry.read_bytes() == good


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    made = font_for(RARE, cache=tmp_path / "file" / "fonts")
    assert made.digest == hashlib.sha256(made.data).hexdigest()


def test_the_cache_keeps_one_entry_for_letters_of_one_alphabet(tmp_path: Path) -> None:
    for letter in "𝔄ℭ𝔜":
        font_for(frozenset({ord(letter)}), cache=tmp_path)
    assert len(list(tmp_path.iterdir())) == 1


def test_without_the_source_the_error_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "FILE", Path("fonts", "absent.ttf"))
    with pytest.raises(FontMissing, match=r"fonts/absent\.ttf"):
        font_for(RARE, cache=None)
    monkeypatch.setattr(source, "PACKAGE", "absent_package")
    with pytest.raises(FontMissing, match=r"absent_package"):
        font_for(RARE, cache=None)


@pytest.mark.parametrize("more", ["≬", "𝔤", "ℭ", "𝛢", "𝟶", "𝓐一"])
def test_rounding_up_is_idempotent_and_keeps_what_is_given(more: str) -> None:
    points = frozenset(map(ord, more))
    assert widened(widened(points)) == widened(points) >= points | COMMON


def test_a_letter_brings_its_alphabet() -> None:
    assert widened(frozenset({ord("𝔤")})) - COMMON == set(range(0x1D51E, 0x1D538))
    assert widened(frozenset({ord("ℭ")})) == widened(frozenset({ord("𝔄")})) >= set(map(ord, "ℌℑℜℨ𝔜"))
    assert widened(frozenset({ord("𝟶")})) - COMMON == set(range(0x1D7F6, 0x1D800))
    assert widened(frozenset({ord("≬")})) - COMMON == {ord("≬")}


def test_primes_map_to_the_shape_made_for_scripts(font: TTFont) -> None:
    outlines: Any = font["glyf"]
    prime = outlines[font.getBestCmap()[0x2032]]
    assert prime.yMin < 100  # the text shape hangs at 399 and more
    assert prime.yMax - prime.yMin > 400


def test_a_browser_with_ssty_still_finds_the_smaller_prime(font: TTFont) -> None:
    alternates = table(font, "GSUB").LookupList.Lookup[0].SubTable[0].alternates
    prime = font.getBestCmap()[0x2032]
    assert alternates[prime][0] == prime
    assert len(alternates[prime]) == 2


def test_letters_have_no_shapes_for_scripts_which_would_double_the_file(font: TTFont) -> None:
    glyph = font.getBestCmap()[0x1D465]
    assert glyph not in table(font, "GSUB").LookupList.Lookup[0].SubTable[0].alternates


@pytest.mark.parametrize("mark", [0x20D7, 0x0302, 0x20DB])
def test_a_mark_has_an_advance_and_ink_within_it(font: TTFont, mark: int) -> None:
    glyph = font.getBestCmap()[mark]
    outlines: Any = font["glyf"]
    advance, _ = table_of_advances(font)[glyph]
    assert outlines[glyph].xMin == 0
    assert advance == outlines[glyph].xMax > 200
    assert table(font, "GDEF").GlyphClassDef.classDefs[glyph] == 1


def test_the_arrow_of_a_vector_is_attached_near_its_middle(font: TTFont) -> None:
    tops = table(font, "MATH").MathGlyphInfo.MathTopAccentAttachment
    glyph = font.getBestCmap()[0x20D7]
    value = tops.TopAccentAttachment[tops.TopAccentCoverage.glyphs.index(glyph)].Value
    assert abs(value - table_of_advances(font)[glyph][0] / 2) < 15


@pytest.mark.parametrize("accent", [0x02DC, 0x007E, 0x02C6, 0x005E, 0x02C7])
def test_spacing_accents_stretch(font: TTFont, accent: int) -> None:
    sizes = [record.AdvanceMeasurement for record in horizontal(font, accent).MathGlyphVariantRecord]
    assert sizes == sorted(sizes)
    assert sizes[-1] > 2000


@pytest.mark.parametrize("arrow", list(map(ord, "→←↔↦↪⇒⇐⇔")))
def test_the_pieces_of_an_arrow_overlap_their_neighbours(font: TTFont, arrow: int) -> None:
    least = table(font, "MATH").MathVariants.MinConnectorOverlap
    pieces = horizontal(font, arrow).GlyphAssembly.PartRecords
    assert all(piece.EndConnectorLength >= least for piece in pieces[:-1])
    assert all(piece.StartConnectorLength >= least for piece in pieces[1:])


def test_a_line_has_no_ready_made_sizes_but_an_assembly(font: TTFont) -> None:
    line = horizontal(font, 0x0332)
    assert len(line.MathGlyphVariantRecord) == 1
    assert line.GlyphAssembly.PartRecords


@pytest.mark.parametrize("character", "√()[]{}⌈⌋⟨⟩")
def test_no_size_of_a_fence_is_much_wider_than_the_normal_one(font: TTFont, character: str) -> None:
    normal, *others = widths(font, ord(character))
    assert max(others) <= normal + 101


BARS = [ord(bar) for bar in "|‖∣∥"]


@pytest.mark.parametrize("bar", BARS)
def test_bars_come_in_the_sizes_of_parentheses_and_in_larger_ones(font: TTFont, bar: int) -> None:
    sizes = [record.AdvanceMeasurement for record in vertical(font, bar).MathGlyphVariantRecord]
    parentheses = [record.AdvanceMeasurement for record in vertical(font, ord("(")).MathGlyphVariantRecord]
    assert sizes[1 : len(parentheses)] == parentheses[1:]
    assert sizes == sorted(sizes)
    assert sizes[-1] > 8000


@pytest.mark.parametrize("bar", BARS)
def test_a_taller_bar_has_the_bearings_and_the_stroke_of_the_normal_one(font: TTFont, bar: int) -> None:
    outlines: Any = font["glyf"]
    normal, *others = [record.VariantGlyph for record in vertical(font, bar).MathGlyphVariantRecord]
    advances = table_of_advances(font)
    columns = {(advances[name], outlines[name].xMin, outlines[name].xMax) for name in (normal, *others)}
    assert len(columns) == 1
    for name, record in zip(others, vertical(font, bar).MathGlyphVariantRecord[1:], strict=True):
        assert outlines[name].yMax - outlines[name].yMin == record.AdvanceMeasurement - 1


def test_no_sign_has_more_sizes_than_chromium_looks_at(font: TTFont) -> None:
    variants = table(font, "MATH").MathVariants
    for construction in (*variants.VertGlyphConstruction, *variants.HorizGlyphConstruction):
        assert len(construction.MathGlyphVariantRecord) <= 20


def test_what_is_drawn_lies_within_the_bounds_of_the_font(font: TTFont) -> None:
    outlines: Any = font["glyf"]
    bounds: Any = font["head"]
    drawn = [outlines[name] for name in font.getGlyphOrder() if outlines[name].numberOfContours]
    assert bounds.yMin <= min(shape.yMin for shape in drawn)
    assert bounds.yMax >= max(shape.yMax for shape in drawn)


def test_equal_pieces_of_an_assembly_overlap_equally(font: TTFont) -> None:
    for construction in table(font, "MATH").MathVariants.VertGlyphConstruction:
        pieces = construction.GlyphAssembly.PartRecords if construction.GlyphAssembly is not None else ()
        reach = {(piece.glyph, piece.StartConnectorLength, piece.EndConnectorLength) for piece in pieces}
        assert len(reach) == len({piece.glyph for piece in pieces})


# -- the text face -----------------------------------------------------------------------------------------------------

FACE = Path(fonts.__file__).parents[2] / "static" / "text"
# where `make fonts` unpacks the npm package that they are cut from
FACE_SOURCE = Path(__file__).parent / ".cache" / "text-face" / "package"


def features(font: TTFont) -> set[str]:
    return {record.FeatureTag for tag in ("GSUB", "GPOS") for record in table(font, tag).FeatureList.FeatureRecord}


@pytest.mark.parametrize("style", text.STYLES, ids=lambda style: style.name)
def test_a_text_font_holds_what_its_style_asks_for(style: text.Style) -> None:
    font = TTFont(FACE / f"{style.name}.woff2")
    assert font.getBestCmap().keys() == style.code_points
    assert features(font) >= set(style.features) - {"ccmp", "locl"}
    assert font["name"].getDebugName(1) == "Notes Site Text"


def test_the_text_fonts_are_small_and_their_licence_is_beside_them() -> None:
    files = {file.name: file.stat().st_size for file in FACE.iterdir()}
    assert files.keys() == {"regular.woff2", "italic.woff2", "bold.woff2", "OFL.txt"}
    assert sum(size for name, size in files.items() if name.endswith(".woff2")) < 55_000
    assert "SIL OPEN FONT LICENSE" in (FACE / "OFL.txt").read_text("utf-8")


def test_small_capitals_are_drawn_for_the_letters_of_english() -> None:
    font = TTFont(FACE / "regular.woff2")
    names = {glyph: chr(point) for point, glyph in font.getBestCmap().items()}
    gsub = table(font, "GSUB")
    (small,) = {i for r in gsub.FeatureList.FeatureRecord if r.FeatureTag == "smcp" for i in r.Feature.LookupListIndex}
    drawn = {names[glyph] for part in gsub.LookupList.Lookup[small].SubTable for glyph in part.mapping}
    assert drawn >= set("abcdefghijklmnopqrstuvwxyz")
    assert all(character.isascii() for character in drawn)


@pytest.mark.slow
@pytest.mark.skipif(not FACE_SOURCE.is_dir(), reason="the npm package of the text face is not here")
@pytest.mark.parametrize("style", text.STYLES, ids=lambda style: style.name)
def test_a_text_font_is_what_the_code_makes_today(style: text.Style) -> None:
    made = text.cut((FACE_SOURCE / style.file).read_bytes(), style)
    assert uncompressed((FACE / f"{style.name}.woff2").read_bytes()) == uncompressed(made), "run `make fonts`"

"""The cut mathematics font: what it holds, what is repaired in it, and when it is made."""

import hashlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from notes_site import fonts
from notes_site.fonts import FontMissing, cut_math_font, missing
from notes_site.fonts.repertoire import ALWAYS, CLASSES, widened

USED = frozenset(map(ord, "∑∈ℒ≠∩↪\ufe00")) | {0x1D465, 0x1D538}

CUT = """
import json, sys
from pathlib import Path
from notes_site.fonts import cut_math_font
points, cache = json.loads(sys.argv[1]), sys.argv[2]
font = cut_math_font(frozenset(points), cache=Path(cache) if cache else None, optical_sizes=False)
print(json.dumps([font.digest, sorted({name.split(".")[0] for name in sys.modules})]))
"""


def in_new_process(points: frozenset[int], *, cache: Path | None, seed: str) -> tuple[str, set[str]]:
    """The digest of a font cut there, and the packages that were imported for it."""
    command = [sys.executable, "-c", CUT, json.dumps(list(points)), str(cache or "")]
    root = Path(fonts.__file__).parents[2]
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)}
    output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    digest, modules = json.loads(output)
    return digest, set(modules)


@pytest.fixture(scope="module")
def font() -> TTFont:
    return opened(cut_math_font(USED, cache=None, optical_sizes=False))


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


def test_the_cut_is_woff2_with_a_math_table_and_the_characters_asked_for(font: TTFont) -> None:
    assert font.flavor == "woff2"
    assert table(font, "MATH").MathConstants is not None
    assert (USED | ALWAYS) - missing(USED | ALWAYS) - {0xFE00} <= font.getBestCmap().keys()


def test_it_holds_little_else(font: TTFont) -> None:
    assert font.getBestCmap().keys() <= widened(USED)
    assert not {"GPOS", "fpgm", "prep", "cvt ", "DSIG"} & set(font.keys())


def test_a_variation_selector_keeps_its_shape(font: TTFont) -> None:
    holder: Any = font["cmap"]
    (selected,) = [subtable.uvsDict for subtable in holder.tables if subtable.format == 14]
    assert ord("∩") in dict(selected[0xFE00])


def test_what_the_source_lacks_is_ignored_and_named() -> None:
    strange = frozenset({0x4E00, 0x1F600})
    assert missing(strange | USED) == strange
    assert cut_math_font(strange | USED, cache=None, optical_sizes=False).data


def test_missing_agrees_with_the_character_map() -> None:
    points = frozenset(opened(cut_math_font(USED, cache=None)).getBestCmap())
    assert not missing(points)


def test_the_modified_font_has_a_name_of_its_own_and_its_licence(font: TTFont) -> None:
    holder: Any = font["name"]
    licence = cut_math_font(USED, cache=None, optical_sizes=False).licence
    assert all("STIX" not in holder.getDebugName(which) for which in (1, 4, 6))
    assert licence.startswith(holder.getDebugName(0))
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence


def test_two_processes_with_different_hash_seeds_make_the_same_bytes() -> None:
    assert in_new_process(USED, cache=None, seed="1")[0] == in_new_process(USED, cache=None, seed="2")[0]


def test_a_hit_in_the_cache_imports_neither_fonttools_nor_ziamath(tmp_path: Path) -> None:
    made, first = in_new_process(USED, cache=tmp_path, seed="1")
    kept, second = in_new_process(USED, cache=tmp_path, seed="2")
    assert made == kept
    assert "fontTools" in first
    assert not {"fontTools", "brotli", "ziamath"} & second


def test_a_damaged_entry_is_remade(tmp_path: Path) -> None:
    font = cut_math_font(USED, cache=tmp_path, optical_sizes=False)
    (entry,) = tmp_path.iterdir()
    good = entry.read_bytes()
    for damaged in (b"", good[:-1], good[:40] + b"?" + good[41:], font.data):
        entry.write_bytes(damaged)
        assert cut_math_font(USED, cache=tmp_path, optical_sizes=False) == font
        assert entry.read_bytes() == good


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    made = cut_math_font(USED, cache=tmp_path / "file" / "fonts", optical_sizes=False)
    assert made.digest == hashlib.sha256(made.data).hexdigest()


def test_the_cache_keeps_one_entry_for_sets_that_round_to_the_same(tmp_path: Path) -> None:
    for letter in (0x1D465, 0x1D466, 0x210E):
        cut_math_font(frozenset({letter}), cache=tmp_path, optical_sizes=False)
    assert len(list(tmp_path.iterdir())) == 1


def test_without_ziamath_the_error_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "SOURCE", ("fonts", "absent.ttf"))
    with pytest.raises(FontMissing, match=r"absent\.ttf"):
        cut_math_font(USED, cache=None)


def test_classes_are_disjoint_so_rounding_is_idempotent() -> None:
    assert sum(map(len, CLASSES)) == len(frozenset[int]().union(*CLASSES))
    assert widened(widened(USED)) == widened(USED) >= USED


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


def test_optical_sizes_of_letters_stay_only_when_asked_for(font: TTFont) -> None:
    full = opened(cut_math_font(USED, cache=None))
    glyph = full.getBestCmap()[0x1D465]
    assert len(table(full, "GSUB").LookupList.Lookup[0].SubTable[0].alternates[glyph]) == 2
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

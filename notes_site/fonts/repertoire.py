"""Which characters a site's font holds, given those that its formulas use.

`COMMON` is what the prepared font covers: everything that the formulas of three collections of notes use (some 19,000
formulas, 413 characters), rounded up to what the next note of their kind may ask for. A site that needs more gets
`COMMON` and that, rounded up to whole alphabets, so that its font changes seldom too.

Invariant: pure; `widened` is idempotent, grows with its argument and always contains it and `COMMON`.
"""

from typing import Final

VARIATION_SELECTORS: Final = range(0xFE00, 0xFE10)
"""They choose the shape of the character before them and have none of their own."""

COMMON: Final = frozenset(
    [
        # text, also of words in formulas: Basic Latin, the letters of Latin-1, blanks, dashes and quotation marks
        *range(0x20, 0x7F),
        *range(0xC0, 0x100),
        *range(0x2002, 0x200B),
        *map(ord, "\u00a0–—‘’“”…§£°±·×÷¬¨¯´˘ˆˇ˙˚˜−"),
        # what stands in no text: function application, invisible times, separator and plus; accents, lines, vectors
        *range(0x2061, 0x2065),
        *(0x0302, 0x0332, 0x0338, 0x203E, 0x20D6, 0x20D7, 0x20DB),
        *VARIATION_SELECTORS,
        *map(ord, "′″‴⁗‵√‖∣∥⌈⌉⌊⌋⟦⟧⟨⟩⏜⏝⏞⏟⎴⎵"),
        # Greek; a browser draws the italic letters, and those of a text are upright
        *range(0x0391, 0x03A2),
        *range(0x03A3, 0x03AA),
        *range(0x03B1, 0x03CA),
        *map(ord, "ϑϕϖϰϱϵ"),
        *range(0x1D6FC, 0x1D71C),
        # Latin: italic, bold, bold italic, script, double-struck capitals, sans-serif capitals, dotless i and j.
        # Letters that Unicode had before the mathematical alphabets are holes in these: italic h is U+210E.
        *range(0x1D434, 0x1D455),
        *range(0x1D456, 0x1D468),
        *range(0x1D400, 0x1D434),
        *range(0x1D468, 0x1D49C),
        *map(ord, "ℎℏ𝒜ℬ𝒞𝒟ℰℱ𝒢ℋℐ𝒥𝒦ℒℳ𝒩𝒪𝒫𝒬ℛ𝒮𝒯𝒰𝒱𝒲𝒳𝒴𝒵𝒶𝒸ℯℓ𝓁𝓅℘"),
        *map(ord, "𝔸𝔹ℂ𝔻𝔼𝔽𝔾ℍ𝕀𝕁𝕂𝕃𝕄ℕ𝕆ℙℚℝ𝕊𝕋𝕌𝕍𝕎𝕏𝕐ℤ𝕜𝕥"),
        *range(0x1D5A0, 0x1D5BA),
        *map(ord, "ıȷ𝚤𝚥ℑℜℵ"),
        # bold Greek capitals and bold italic small letters, bold and double-struck digits
        *range(0x1D6A8, 0x1D6C2),
        *map(ord, "𝛅𝛑𝛜𝛟"),
        *range(0x1D736, 0x1D756),
        *range(0x1D7CE, 0x1D7E2),
        # relations
        *map(ord, "≤≥≠≈≡∼≃≅∝≪≫≔≐≜⩽⩾≲≳≺≻≼≽⪯⪰⪅⪆≍≟∽"),
        *map(ord, "∈∉∋⊂⊃⊆⊇⊊⊋⊏⊑⊒⊢⊣⊤⊥⊨⊩⟂∤∦⊲⊳⊴⊵"),
        *map(ord, "≢≁≇≉≮≯≰≱⊀⊁⊄⊈⊉⊬⊭"),
        # operators
        *map(ord, "∓∗∘∙⋅⋆⋄†‡•∪∩∖∧∨¬⊎⊓⊔⊕⊖⊗⊘⊙⊛⊞⊟⊠⊡⋉⋊≀"),
        *map(ord, "∑∏∐∫∬∭∮⋂⋃⋀⋁⨁⨂⨀⨆∂∇∀∃∄∅∞∴∵∠⋯⋮⋱∎"),
        # arrows
        *map(ord, "←↑→↓↔↕↖↗↘↙⇐⇑⇒⇓⇔⇕↦⟵⟶⟷⟸⟹⟺⟼↩↪↼↽↾⇀⇁⇌⇄↠↣↚↛⇎⇏⇝↝⇆⇉↺↻"),
        # signs
        *map(ord, "□■△▲▽▼◁▷◦★♠♡♢♣♭♮♯✓"),
    ]
)
"""The character map of the prepared font, and the variation selectors. Changing it calls for `make fonts`."""

# first, last and size: the Latin letters of one style and case, the Greek of one style, the digits of one style
_ALPHABETS: Final = ((0x1D400, 0x1D6A3, 26), (0x1D6A8, 0x1D7C9, 58), (0x1D7CE, 0x1D7FF, 10))
_FRAKTUR: Final = 0x1D504
_FRAKTUR_BEFORE: Final = frozenset(map(ord, "ℌℭℨ"))  # Unicode had these before the alphabet, which lacks them


def widened(code_points: frozenset[int]) -> frozenset[int]:
    """`COMMON`, and `code_points` with the alphabets that they belong to."""
    return COMMON.union(code_points, *map(_alphabet, code_points - COMMON))


def _alphabet(code_point: int) -> frozenset[int]:
    """What is drawn in the style of `code_point` (Unicode, "Mathematical Alphanumeric Symbols")."""
    if code_point in _FRAKTUR_BEFORE:
        code_point = _FRAKTUR
    for first, last, size in _ALPHABETS:
        if first <= code_point <= last:
            start = code_point - (code_point - first) % size
            letters = frozenset(range(start, start + size))
            return letters | _FRAKTUR_BEFORE if start == _FRAKTUR else letters
    return frozenset()

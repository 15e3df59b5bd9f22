"""Which characters a site's font holds, given those that its formulas use.

A font that held exactly the characters in use would change, and be cut and downloaded again, with almost
every edit. So use is rounded up: `ALWAYS`, with ASCII, is always there, and a character of a class in
`CLASSES` (the italic Latin letters, the common relations, …) brings the whole class. Rare alphabets
(Fraktur, sans-serif, …) are no classes: they change seldom and cost much. For the 402 characters of 9,956
public formulas the classes add 6 KB to 43; for the 150 most frequent ones, 11 to 25.

Invariant: pure; `widened` is idempotent, grows with its argument and always contains it.
"""

ALWAYS = frozenset(
    [
        *range(0x20, 0x7F),
        *map(ord, "\u00a0·×÷±¬¨¯´˘ˆˇ˙˚˜′″‴⁗‵…−∗∘√∞∣∥⋅⋯⋮⋱‖"),
        *(0x2061, 0x2062, 0x2063, 0x2064),  # function application, invisible times, separator and plus
        *(0x0302, 0x0332, 0x203E, 0x20D6, 0x20D7, 0x20DB),  # wide hat, lines, vectors, three dots
        *map(ord, "←→↔↦⇐⇒⇔⟵⟶⟷⟸⟹⟺"),
        *map(ord, "⏜⏝⏞⏟⎴⎵⌈⌉⌊⌋⟨⟩"),
    ]
)
"""What formulas show though it is not in their text (radicals, braces, accents), or use almost anywhere."""

CLASSES: tuple[frozenset[int], ...] = tuple(
    frozenset(members)
    for members in (
        # Letters that Unicode had before the mathematical alphabets are holes in these: italic h is U+210E.
        [*range(0x1D434, 0x1D468), 0x210E],  # italic Latin
        range(0x1D400, 0x1D434),  # bold Latin
        [*range(0x1D538, 0x1D552), *map(ord, "ℂℍℕℙℚℝℤ")],  # double-struck capitals
        range(0x1D6FC, 0x1D71C),  # italic Greek small letters and variants
        range(0x0391, 0x03AA),  # Greek capitals
        map(ord, "≤≥≠≈≡∼≃≅∝≪≫≔≐≜⩽⩾"),
        map(ord, "∈∉∋⊂⊃⊆⊇⊊⊋∪∩∖∅∀∃∄∧∨⊢⊨⊤⊥"),
        map(ord, "∑∏∫∮∬∭∂∇⋃⋂"),
        map(ord, "⊕⊗⊙⊖⋆∙†‡∠△□◦•"),
        map(ord, "↑↓↕⇑⇓⇕↗↘↖↙↪↩⇌⇄⇀⇁↼↽↠"),
    )
)

_CLASS_BY_CODE_POINT = {member: members for members in CLASSES for member in members}


def widened(code_points: frozenset[int]) -> frozenset[int]:
    """`code_points`, the classes they belong to, and `ALWAYS`."""
    classes = {_CLASS_BY_CODE_POINT[point] for point in code_points | ALWAYS if point in _CLASS_BY_CODE_POINT}
    return ALWAYS.union(code_points, *classes)

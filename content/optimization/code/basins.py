"""Where Newton's method ends: for each start in the plane, the root of z^3 = 1 that it finds, and after how many steps.

python basins.py FOLDER writes `basins.png` and `basins-dark.png` there. Needs Pillow.
"""

import cmath
import sys
from pathlib import Path

from PIL import Image

WIDTH, HEIGHT, ACROSS = 1600, 1000, 4.0
ROOTS = [cmath.exp(2j * cmath.pi * k / 3) for k in range(3)]
SHADES = 8
# one hue for each root; quick starts have the first colour, slow ones the second
LIGHT = [("#dce8f4", "#1f4e79"), ("#f8e3d2", "#a34a17"), ("#e3eddc", "#3f6b2a")]
DARK = [("#1c3348", "#a5c8ef"), ("#43281a", "#f0b48c"), ("#24361d", "#b4d89f")]


def newton(z: complex) -> tuple[int, int]:
    """The root that is found from z, and the number of steps to an error of 0.01."""
    for step in range(60):
        for k, root in enumerate(ROOTS):
            if abs(z - root) < 1e-2:
                return k, step
        if z == 0:
            break
        z = (2 * z + 1 / (z * z)) / 3
    return 0, 60


def colour(text: str) -> list[int]:
    return [int(text[i : i + 2], 16) for i in (1, 3, 5)]


def palette(hues: list[tuple[str, str]]) -> list[int]:
    made: list[int] = []
    for first, last in hues:
        a, b = colour(first), colour(last)
        for shade in range(SHADES):
            made += [round(x + (y - x) * shade / (SHADES - 1)) for x, y in zip(a, b)]
    return made


def main(folder: Path) -> None:
    pixel = ACROSS / WIDTH
    # the picture is its own mirror image: the lower half is the upper one with the second and the third root exchanged
    rows = []
    for row in range(HEIGHT // 2):
        y = (HEIGHT / 2 - row - 0.5) * pixel
        found = [newton(complex((column + 0.5) * pixel - ACROSS / 2, y)) for column in range(WIDTH)]
        rows.append([(root, min(SHADES - 1, steps // 2)) for root, steps in found])
    rows += [[((3 - root) % 3, shade) for root, shade in row] for row in reversed(rows)]
    indices = bytes(root * SHADES + shade for row in rows for root, shade in row)
    for name, hues in (("basins.png", LIGHT), ("basins-dark.png", DARK)):
        picture = Image.frombytes("P", (WIDTH, HEIGHT), indices)
        picture.putpalette(palette(hues))
        picture.save(folder / name, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

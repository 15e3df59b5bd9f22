"""Files beside the notes, as pages show them."""

from __future__ import annotations

from notes_site.model.values import Value


class Variant(Value, frozen=True):
    """A picture at one width in pixels: where it is."""

    width: int
    url: str


class AssetFacts(Value, frozen=True):
    """What is known of a file that is not a note: its address, its digest, and its size in pixels when a picture.

    `variants` are the widths in which a browser may choose the picture, the smallest first; the file itself is among
    them where it is the best of its width.
    """

    path: str
    url: str
    digest: str
    width: int = 0
    height: int = 0
    variants: tuple[Variant, ...] = ()


# stands before the ids of a Drawing until the page is known on which nothing else may have them; XML cannot hold it
ID_MARK = "\x1f"


class Drawing(Value, frozen=True):
    """An SVG as it may stand in a page: the attributes of its element as HTML, what is in it, its size in pixels.

    `follows` says that it takes colours from the page. Its ids begin with `ID_MARK`.
    """

    attributes: str
    body: str
    width: int = 0
    height: int = 0
    follows: bool = False

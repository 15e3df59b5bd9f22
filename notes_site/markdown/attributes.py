"""Pandoc attributes: `{#id .class key=value key="value"}` to a value. Reads no file."""

from __future__ import annotations

import re

from msgspec import Struct

# `#id`, `.class`, `key=value`, `key="a value"`, `key='a value'`, or a bare word such as the `python` of `{python}`
_ITEM = re.compile(
    r"""\s*(?:\#(?P<id>[^\s{}"'=]+)|\.(?P<cls>[^\s{}"'=.]+)"""
    r"""|(?P<key>[A-Za-z_:][\w:.-]*)\s*=\s*(?:"(?P<dq>(?:\\.|[^"\\])*)"|'(?P<sq>(?:\\.|[^'\\])*)'|(?P<bare>[^\s{}"']*))"""
    r"""|(?P<dash>-(?![\w.+-]))|(?P<word>=?[\w.+-]+)|,)""",
)


class Attributes(Struct, frozen=True):
    """What stands between the braces; `words` are bare words."""

    id: str = ""
    classes: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    words: tuple[str, ...] = ()

    def get(self, *names: str) -> str | None:
        """The value of the first of `names` that is given."""
        for name in names:
            for key, value in self.pairs:
                if key == name:
                    return value
        return None


NONE = Attributes()


def parse_attributes(text: str) -> Attributes | None:
    """Read the text between the braces (without them); None when it cannot be read."""
    anchor = ""
    classes: list[str] = []
    pairs: list[tuple[str, str]] = []
    words: list[str] = []
    position = 0
    while position < len(text):
        if text[position:].isspace():
            break
        found = _ITEM.match(text, position)
        if found is None or found.end() == position:
            return None
        position = found.end()
        if found["id"]:
            anchor = found["id"]
        elif found["cls"]:
            classes.append(found["cls"])
        elif found["key"]:
            value = found["dq"] if found["dq"] is not None else found["sq"]
            value = re.sub(r"\\([\"'])", r"\1", value) if value is not None else found["bare"]
            pairs.append((found["key"], value))
        elif found["dash"]:
            classes.append("unnumbered")
        elif found["word"]:
            words.append(found["word"])
    return Attributes(anchor, tuple(classes), tuple(pairs), tuple(words))


# `[words]`, whose own the braces after it are; `[[Note]]` has none
_SPAN = re.compile(r"(?:^|[^\[])\[[^\[\]]*\]$")
# a heading, a caption or a formula followed by ` {#sec-x .class}` at its end
TRAILING = re.compile(r"[ \t]*\{(?P<inner>[^{}$\n]*)\}[ \t]*$")


def trailing_attributes(text: str) -> tuple[str, Attributes | None]:
    """Cut attributes off the end of a line: `Title {#sec-x}` gives `Title` and the attributes."""
    if not text.endswith("}"):
        return text, None
    found = TRAILING.search(text)
    if found is None or (found[0][0] == "{" and _SPAN.search(text, 0, found.start())):
        return text, None
    if not re.match(r"\s*[#.]|\s*[\w:-]+\s*=|\s*-\s*$", found["inner"]):
        return text, None
    attributes = parse_attributes(found["inner"])
    if attributes is None or attributes.words:
        return text, None
    return text[: found.start()], attributes

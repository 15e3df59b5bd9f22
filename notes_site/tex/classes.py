"""How formulas are laid out where MathML has no attribute for it: by classes, not by `style`.

A page whose formulas have no `style` may stand under a Content-Security-Policy without `unsafe-inline`. math-core
writes a handful of declarations; each has a class here, and `SHEET` is what the classes mean. Invariant: `with_styles`
gives back what `with_classes` took, up to a thirty-sixth of an em in a negative space.
"""

from __future__ import annotations

import re
from typing import Final

_SIDES: Final = {"left": "l", "right": "r", "top": "t", "bottom": "b"}
# spaces that TeX counts in eighteenths of an em: none, thin, medium, thick, a quad; those above and below are of \cfrac
_BESIDE: Final = (0, 3, 4, 5, 18)
_SPACES: Final = {"left": _BESIDE, "right": _BESIDE, "top": (0, 3), "bottom": (0,)}
# a negative space is a sum of these eighteenths
_BACK: Final = (16, 8, 4, 3, 2, 1)
_FARTHEST: Final = 360


def _em(eighteenths: int) -> str:
    return f"{eighteenths / 18:.4f}".rstrip("0").rstrip(".") + "em" if eighteenths else "0"


def _declarations() -> dict[str, str]:
    """What each class means, by the class."""
    made = {
        "r": "text-align:right;justify-items:end",
        "l": "text-align:left;justify-items:start",
        "full": "width:100%",
        "half": "width:50%",
        "edge": "width:7.5%",
    }
    for side, letter in _SIDES.items():
        made |= {f"p{letter}{count}": f"padding-{side}:{_em(count)}" for count in _SPACES[side]}
        made |= {f"b{letter}{kind[0]}": f"border-{side}:.05em {kind} currentcolor" for kind in ("solid", "dashed")}
    made |= {f"n{count}": f"margin-left:-{_em(count)}" for count in _BACK}
    return made


DECLARATIONS: Final = _declarations()
# said as briefly as CSS can, since every page with a formula loads it
_RULES: Final = "".join(f".{name}{{{meaning}}}" for name, meaning in DECLARATIONS.items())
SHEET: Final = f"math{{{_RULES}}}\n".replace("0.", ".").replace(" currentcolor", "")

# <mtd class="number" style="width: 50%;">
_TAG = re.compile(r"<(?P<name>m\w+)(?P<before>[^<>]*?) style=\"(?P<style>[^\"]*)\"(?P<after>[^<>]*)>")
_CLASSED = re.compile(r"<(?P<name>m\w+)(?P<before>[^<>]*?) class=\"(?P<classes>[^\"]*)\"(?P<after>[^<>]*)>")
_CLASS = re.compile(r" class=\"([^\"]*)\"")
# padding-left:0.1667em
_PADDING = re.compile(r"padding-(?P<side>left|right|top|bottom):(?P<size>[0-9.]+)(?:em)?")
# border-top:0.05em solid currentcolor
_BORDER = re.compile(r"border-(?P<side>left|right|top|bottom):0?\.05em(?P<kind>solid|dashed)currentcolor")
# margin-left:-0.2222em
_MARGIN = re.compile(r"margin-left:-(?P<size>[0-9.]+)r?em")
_WIDTHS: Final = {"width:100%": "full", "width:50%": "half", "width:7.5%": "edge"}
_ALIGNED: Final = {
    "text-align:right": "r", "justify-items:end": "r", "text-align:left": "l", "justify-items:start": "l",
}  # fmt: skip


def with_classes(mathml: str) -> str:
    """A formula as math-core writes it, with classes for its styles; a declaration that has none stays."""
    return _TAG.sub(_classed, mathml) if ' style="' in mathml else mathml


def _classed(tag: re.Match[str]) -> str:
    classes: dict[str, None] = {}
    attributes = rest = ""
    back = 0
    for declaration in filter(None, tag["style"].replace(" ", "").split(";")):
        name, _, value = declaration.partition(":")
        margin = _MARGIN.fullmatch(declaration) if tag["name"] == "mspace" else None
        if margin is not None:
            back = min(_FARTHEST, round(float(margin["size"]) * 18))
        elif (known := _class_of(declaration)) is not None:
            classes[known] = None
        elif name == "color":
            attributes += f' mathcolor="{value}"'
        elif name == "width" and tag["name"] == "mspace":
            attributes += f' width="{value}"'
        else:
            rest += f"{declaration};"
    attributes += f' style="{rest}"' if rest else ""
    if back:
        return "".join(f'<mspace class="n{count}"></mspace>' for count in _summands(back)[1:]) + _opened(
            tag, {f"n{_summands(back)[0]}": None}, attributes
        )
    return _opened(tag, classes, attributes)


def _opened(tag: re.Match[str], classes: dict[str, None], attributes: str) -> str:
    """The tag with these classes beside those that it has."""
    before, after = tag["before"], tag["after"]
    own = _CLASS.search(before) or _CLASS.search(after)
    if own is not None:
        classes = {**dict.fromkeys(own[1].split()), **classes}
        before, after = _CLASS.sub("", before), _CLASS.sub("", after)
    named = f' class="{" ".join(classes)}"' if classes else ""
    return f"<{tag['name']}{named}{before}{attributes}{after}>"


def _class_of(declaration: str) -> str | None:
    """The class of a declaration without blanks."""
    simple = _WIDTHS.get(declaration) or _ALIGNED.get(declaration)
    if simple is not None:
        return simple
    padding = _PADDING.fullmatch(declaration)
    if padding is not None:
        found = f"p{_SIDES[padding['side']]}{round(float(padding['size']) * 18)}"
        return found if found in DECLARATIONS else None
    border = _BORDER.fullmatch(declaration)
    return f"b{_SIDES[border['side']]}{border['kind'][0]}" if border is not None else None


def _summands(eighteenths: int) -> list[int]:
    """Eighteenths of an em as a sum of those that have a class, the largest first."""
    made: list[int] = []
    for count in _BACK:
        made += [count] * (eighteenths // count)
        eighteenths %= count
    return made


def with_styles(mathml: str) -> str:
    """A formula with `style` in place of our classes, for a place where `SHEET` does not reach: a feed."""
    return _CLASSED.sub(_styled, mathml) if ' class="' in mathml else mathml


def _styled(tag: re.Match[str]) -> str:
    names = tag["classes"].split()
    style = ";".join(DECLARATIONS[name] for name in names if name in DECLARATIONS)
    if not style:
        return tag[0]
    others = " ".join(name for name in names if name not in DECLARATIONS)
    named = f' class="{others}"' if others else ""
    return f'<{tag["name"]}{named}{tag["before"]} style="{style}"{tag["after"]}>'

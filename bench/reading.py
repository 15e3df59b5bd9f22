"""What was measured of pages in a browser, from its parts to a table. Pure; opens no browser and reads no file."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple, TypedDict
from urllib.parse import parse_qs, unquote, urlsplit

from table import OURS, rows_of

BEGIN: Final = "<!-- what pages weigh: written by bench/reader.py -->"
END: Final = "<!-- end of what pages weigh -->"
WINDOW_GAP: Final = 1000.0  # milliseconds without a shift that end a window of shifts
WINDOW: Final = 5000.0  # and the longest that a window lasts


class Shift(NamedTuple):
    """One layout shift that nobody asked for: when, in milliseconds, and how much."""

    time: float
    value: float


class Answer(NamedTuple):
    """What a server sent for one request: bytes with the headers, as they went over the wire."""

    origin: str  # "own", or "other" for what the page fetches elsewhere
    kind: str  # the media type
    size: int
    status: int


class Visit(TypedDict):
    """One opening of a page. Times are in seconds from the start of the navigation."""

    requests: int
    others: int  # requests to another origin
    bytes: int
    scripts: int  # bytes
    paint: float
    last: float  # the last time that a formula changed
    shift: float
    elements: int
    formulas: int


class Found(TypedDict, total=False):
    """What was found out about one theme."""

    title: str
    program: str
    version: str
    typeset: str
    skipped: str
    plain: int  # formulas without JavaScript
    missing: list[str]  # addresses that nothing answered
    visits: dict[str, list[Visit]]


class Result(TypedDict):
    """One run: the note, the machine, and all themes by name."""

    date: str
    cores: int
    browser: str
    source: str
    note: str
    formulas: int
    size: int
    neighbours: int
    elsewhere: list[str]  # the packages that answered for other origins, with their versions
    themes: dict[str, Found]


def visit_of(answers: Sequence[Answer], seen: Mapping[str, float], shifts: Iterable[Shift]) -> Visit:
    """One visit, from what the servers sent and what the page saw of itself (in milliseconds)."""
    return Visit(
        requests=len(answers),
        others=sum(answer.origin == "other" for answer in answers),
        bytes=sum(answer.size for answer in answers),
        scripts=sum(answer.size for answer in answers if "javascript" in answer.kind),
        paint=seen["paint"] / 1000,
        last=max(seen["last"], seen["paint"]) / 1000,  # what has its box before anything is painted is seen with it
        shift=cumulative_shift(shifts),
        elements=int(seen["elements"]),
        formulas=int(seen["formulas"]),
    )


def cumulative_shift(shifts: Iterable[Shift]) -> float:
    """The worst window of shifts: https://web.dev/articles/cls."""
    worst = total = 0.0
    first = last = float("-inf")
    for time, value in sorted(shifts):
        if time - last >= WINDOW_GAP or time - first >= WINDOW:
            first, total = time, 0.0
        total, last = total + value, time
        worst = max(worst, total)
    return worst


def faces_of(address: str) -> list[tuple[str, list[tuple[int, str]]]]:
    """The families that an address of Google Fonts asks for, each with its weights and styles, in either spelling.

    `css2?family=A:ital,wght@0,400;1,700` and `css?family=A:400,700i` are both A with 400 and an italic 700.
    """
    parts = urlsplit(address)
    found = []
    for value in parse_qs(parts.query, separator="&").get("family", []):
        for family in unquote(value).split("|"):
            name, _, wanted = family.partition(":")
            axes, _, tuples = wanted.rpartition("@")
            faces = [_face(axes.split(","), one) for one in tuples.split(";")] if axes else _old_faces(wanted)
            found.append((name.replace("+", " "), faces))
    return found


def _face(axes: list[str], values: str) -> tuple[int, str]:
    said = dict(zip(axes, values.split(","), strict=False))
    return int(said.get("wght", "400").partition("..")[0]), "italic" if said.get("ital") == "1" else "normal"


def _old_faces(wanted: str) -> list[tuple[int, str]]:
    faces = [found for one in wanted.split(",") if (found := re.fullmatch(r"(\d+)(i|italic)?", one.strip()))]
    return [(int(found[1]), "italic" if found[2] else "normal") for found in faces] or [(400, "normal")]


# --- the table ---


def middle(visits: Sequence[Visit], key: str) -> float:
    return statistics.median(visit[key] for visit in visits)  # type: ignore[literal-required]


def kilobytes(size: float) -> str:
    """In thousands of bytes, as networks count."""
    return f"{size / 1000:,.{1 if size < 9950 else 0}f}"


def share(part: int, whole: float) -> str:
    return "none" if part == 0 else "all" if part >= whole else f"{part} of {whole:.0f}"


def place(found: Found) -> tuple[bool, float]:
    """Themes by the time to their last formula on the slow line; what was not measured stands last."""
    visits = found.get("visits", {}).get("slow", [])
    return not visits, middle(visits, "last") if visits else 0.0


def _label(found: Found) -> str:
    return f"**{found['title']}**" if found["title"] == OURS else found["title"]


def _weight(found: Found) -> list[str]:
    visits = found["visits"]["slow"]
    return [
        _label(found),
        f"{middle(visits, 'requests'):.0f}",
        f"{middle(visits, 'others'):.0f}",
        kilobytes(middle(visits, "bytes")),
        kilobytes(middle(visits, "scripts")),
        f"{middle(visits, 'elements'):,.0f}",
    ]


def _times(found: Found) -> list[str]:
    slow, fast = found["visits"]["slow"], found["visits"].get("fast", [])
    return [
        _label(found),
        *(f"{middle(slow, key):.2f}" for key in ("paint", "last")),
        *(f"{middle(fast, key):.2f}" if fast else "–" for key in ("paint", "last")),
        f"{middle(slow, 'shift'):.3f}",
        share(found.get("plain", 0), middle(slow, "formulas")),
    ]


def markdown(result: Result) -> str:
    """Two tables, what a page weighs and when it stands still, and what must be known of the run."""
    measured = [found for found in sorted(result["themes"].values(), key=place) if found.get("visits", {}).get("slow")]
    runs = max((len(found["visits"]["slow"]) for found in measured), default=0)
    said = (
        f"Measured on {result['date']} with {result['cores']} cores and Chromium {result['browser']}; medians of "
        f"{runs} visits of each kind. The note has {result['formulas']} formulas in {kilobytes(result['size'])} kB of "
        f"Markdown, and {result['neighbours']} other notes beside it; it is from {result['source']}."
    )
    programs = [f"{found['program']} {found['version']} ({found['typeset']})" for found in measured]
    lines = [
        *(said, ""),
        *rows_of(["page", "requests", "elsewhere", "kB", "kB of scripts", "elements"], map(_weight, measured)),
        *("", "Times are in seconds.", ""),
        *rows_of(
            ["page", "slow: paint", "slow: formula", "fast: paint", "fast: formula", "shift", "no scripts"],
            map(_times, measured),
        ),
        *("", f"Formulas are set by {'; '.join(programs)}."),
    ]
    if result["elsewhere"]:
        lines += ["", f"Other origins answered with {', '.join(result['elsewhere'])}."]
    skipped = [f"{found['title']}: {found['skipped']}" for found in result["themes"].values() if found.get("skipped")]
    if skipped:
        lines += ["", f"Left out: {'; '.join(skipped)}."]
    return "\n".join(lines)

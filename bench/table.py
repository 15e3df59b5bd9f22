"""Results to Markdown. Reads no file but the page that it writes into, between its two markers."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, TypedDict

BEGIN: Final = "<!-- results: written by bench/run.py -->"
END: Final = "<!-- end of the results -->"
OURS: Final = "notes-site"
SCENARIOS: Final = ("cold", "nothing", "body", "title", "template")
HEADS: Final = {
    "cold": "cold", "nothing": "nothing changed", "body": "a text edited", "title": "a title edited",
    "template": "a template edited",
}  # fmt: skip


class Found(TypedDict, total=False):
    """What was found out about one program at one size."""

    title: str
    version: str
    typeset: bool
    note: str
    skipped: str
    seconds: dict[str, list[float]]
    peak: list[int]
    start: list[float]
    bytes: int
    files: int
    pages: int
    formulas: int
    served: dict[str, list[float]]


class Result(TypedDict):
    """One size: the corpus, the machine, and all programs by name."""

    date: str
    cores: int
    python: str
    node: str
    source: str
    notes: int
    formulas: int
    size: int
    peers: dict[str, Found]


def seconds_in_words(seconds: float) -> str:
    """`0.042` is "42 ms", `1.234` is "1.23 s", `12.34` is "12.3 s", `123.4` is "123 s"."""
    if seconds < 0.0995:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.{2 if seconds < 9.995 else 1 if seconds < 99.95 else 0}f} s"


def ratio_in_words(ratio: float) -> str:
    """Two digits, and whole numbers from ten on."""
    return f"{ratio:.{2 if ratio < 0.995 else 1 if ratio < 9.95 else 0}f}×"


def cell(found: Sequence[float], ours: Sequence[float]) -> str:
    """A median, and how many times ours it is."""
    if not found:
        return "–"
    median = statistics.median(found)
    return (
        f"{seconds_in_words(median)} ({ratio_in_words(median / statistics.median(ours))})"
        if ours
        else seconds_in_words(median)
    )


def rows_of(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    rule = [":--" if place == 0 else "--:" for place in range(len(heads))]
    return [f"| {' | '.join(row)} |" for row in (heads, rule, *rows)]


def _label(found: Found) -> str:
    return f"**{found['title']}**" if found["title"] == OURS else found["title"]


def builds(result: Result) -> list[str]:
    """The table of one size; programs that typeset formulas stand first, each kind by its cold build."""
    peers = result["peers"]
    ours = peers.get(OURS, Found()).get("seconds", {})

    def place(found: Found) -> tuple[bool, bool, float]:
        cold = found.get("seconds", {}).get("cold", [])
        return not found["typeset"], not cold, statistics.median(cold) if cold else 0.0

    rows = []
    for found in sorted(peers.values(), key=place):
        seconds = found.get("seconds", {})
        if not seconds.get("cold"):
            continue
        size = f"{found['bytes'] / 2**20:.1f} MiB in {found['files']:,}" if "bytes" in found else "–"
        rows.append(
            [
                _label(found),
                "in the build" if found["typeset"] else "by the browser",
                *(cell(seconds.get(name, []), ours.get(name, [])) for name in SCENARIOS),
                f"{max(found.get('peak', [0])) / 2**20:.0f} MiB",
                size,
                str(len(seconds["cold"])),
            ]
        )
    heads = ["program", "formulas", *(HEADS[name] for name in SCENARIOS), "memory", "output", "runs"]
    lines = rows_of(heads, rows)
    skipped = [f"{found['title']}: {found['skipped']}" for found in peers.values() if found.get("skipped")]
    if skipped:
        lines += ["", f"Left out: {'; '.join(skipped)}."]
    return lines


def served(result: Result) -> list[str]:
    """How long after a save the live server answers with the new page; empty when it was not measured."""
    peers = result["peers"]
    ours = peers.get(OURS, Found()).get("served", {})
    kinds = ("body", "title")
    rows = [
        [_label(found), *(cell(found["served"].get(kind, []), ours.get(kind, [])) for kind in kinds)]
        for found in peers.values()
        if found.get("served")
    ]
    return rows_of(["program", *(HEADS[kind] for kind in kinds)], rows) if rows else []


def programs(results: Iterable[Result]) -> list[str]:
    """Every program with its version, the time it takes to say its version, and what must be known about it."""
    latest: dict[str, Found] = {}
    for result in results:
        latest |= result["peers"]
    rows = []
    for found in latest.values():
        start = found.get("start", [])
        rows.append([_label(found), found.get("version", "–"), cell(start, []), found.get("note", "")])
    return rows_of(["program", "version", "start", ""], rows)


def markdown(results: Mapping[int, Result]) -> str:
    """All that is known, smallest corpus first."""
    sized = [results[size] for size in sorted(results)]
    lines: list[str] = []
    for result in sized:
        lines += [f"## {result['notes']:,} notes", ""]
        node = f", Node.js {result['node']}" if result["node"] else ""
        corpus = f"{result['formulas']:,} formulas, {result['size'] / 2**20:.1f} MiB of {result['source']}."
        machine = f"Measured on {result['date']} with {result['cores']} cores, Python {result['python']}{node}."
        lines += [f"{corpus} {machine}", ""]
        if any(found.get("seconds", {}).get("cold") for found in result["peers"].values()):
            lines += [*builds(result), ""]
        if waits := served(result):
            lines += ["From a save to the new page, with the live server of each program:", "", *waits, ""]
    return "\n".join([*lines, "## The programs", "", *programs(sized)] if lines else ["Nothing has been measured yet."])


def write(page: Path, text: str, begin: str = BEGIN, end: str = END) -> None:
    """Put the results into a page, between its two markers; `ValueError` when it has none."""
    whole = page.read_text("utf-8")
    before, found_begin, rest = whole.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise ValueError(f"{page.name} has no markers")
    page.write_text(f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}", "utf-8", newline="\n")

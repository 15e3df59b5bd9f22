"""Codes of every mistake an author can make, and the three forms in which they are shown.

Invariant: a code never changes its meaning; `CODES` is the whole list and the guide documents each entry.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from msgspec import Struct

from notes_site.model import Diagnostic, Severity, Span

EXCERPT_WIDTH = 100


class Code(Struct, frozen=True):
    """One kind of mistake: its severity and its one-line meaning."""

    severity: Severity
    meaning: str


_E, _W = Severity.ERROR, Severity.WARNING

CODES: dict[str, Code] = {
    # the file
    "N001": Code(_E, "a note is not UTF-8"),
    "N002": Code(_W, "a file or folder could not be read, or leads out of the content folder"),
    "N003": Code(_W, "a note or a line is too large to be parsed as Markdown"),
    "N004": Code(_E, "a notebook is not valid JSON, or not a notebook"),
    "N005": Code(_W, "control characters in a note"),
    # front matter and configuration
    "N010": Code(_E, "front matter or the configuration is not valid YAML or TOML"),
    "N011": Code(_E, "a key stands twice in one mapping"),
    "N012": Code(_W, "a front matter value cannot be understood"),
    "N013": Code(_W, "front matter is opened but never closed"),
    "N014": Code(_E, "YAML aliases expand to too much"),
    "N015": Code(_E, "the configuration has an unknown key or a wrong value"),
    "N016": Code(_W, "a pattern of a collection matches no note"),
    "N017": Code(_W, "a slug or address was not safe and was changed"),
    "N018": Code(_W, "a shallow clone: dates cannot be read from git"),
    "N019": Code(_W, "TeX in double quotes lacks a backslash"),
    # mathematics
    "N020": Code(_E, "a formula cannot be typeset"),
    "N021": Code(_E, "a formula uses an unknown command or environment"),
    "N022": Code(_E, "a macro cannot be used"),
    "N023": Code(_E, "a macro expands without end"),
    "N024": Code(_W, "a formula reads like prose"),
    "N025": Code(_W, "a formula is opened but never closed"),
    # text
    "N030": Code(_W, "a fenced div is never closed"),
    "N031": Code(_W, "an image has no alternative text"),
    "N032": Code(_W, "a raw HTML tag is not closed, or closes nothing"),
    "N033": Code(_W, "an unknown shortcode"),
    "N034": Code(_W, "blocks are nested too deeply"),
    "N035": Code(_W, "a row of a table has more cells than its head"),
    "N036": Code(_W, "an anchor stands twice in one note"),
    "N037": Code(_W, "attributes that cannot be read"),
    "N038": Code(_W, "a diagram cannot be drawn"),
    "N039": Code(_W, "a footnote that is not defined, or that nothing refers to"),
    "N060": Code(_W, "code for another tool stays as text"),
    # links
    "N040": Code(_E, "a link to a note that does not exist"),
    "N041": Code(_E, "a link to an anchor that does not exist"),
    "N042": Code(_W, "a wikilink with several candidates"),
    "N043": Code(_E, "an embed that contains itself"),
    "N044": Code(_E, "a missing image or file"),
    "N045": Code(_W, "a link or a reference to a note that is left out of the site"),
    "N046": Code(_W, "an external link that does not answer"),
    # numbers, references, citations, terms
    "N100": Code(_W, "a label stands twice in one collection"),
    "N101": Code(_W, "nothing refers to a label"),
    "N102": Code(_W, "a published number has moved, or its label is gone"),
    "N103": Code(_W, "results use each other in a circle"),
    "N104": Code(_E, "a reference to a label that does not exist"),
    "N105": Code(_W, "a result is used before it is stated"),
    "N106": Code(_W, "a `\\label` that cannot be the label of anything"),
    "N107": Code(_W, "two labels that one permanent address stands for"),
    "N110": Code(_E, "a citation of a work that no bibliography has"),
    "N111": Code(_W, "a bibliography is not valid BibTeX"),
    "N112": Code(_E, "a bibliography or a glossary does not exist"),
    "N113": Code(_W, "two works have one key"),
    "N114": Code(_W, "a work lacks what its reference needs"),
    "N120": Code(_E, "the glossary cannot be read"),
    "N121": Code(_E, "a term that the glossary does not have"),
    "N122": Code(_W, "an entry of the index leads to one that does not exist"),
    "N123": Code(_W, "an entry of the index has too many levels"),
    # pictures
    "N130": Code(_W, "a picture is broken, or cannot be scaled"),
    "N131": Code(_W, "something of an SVG cannot stand in a page"),
    "N132": Code(_W, "an SVG cannot stand in a page"),
    # search
    "N140": Code(_W, "words cannot be searched"),
    # the site
    "N050": Code(_E, "two outputs with one address"),
    "N051": Code(_E, "no page was built"),
    "N052": Code(_E, "a template cannot be used"),
    "N053": Code(_E, "the output folder is refused"),
    "N054": Code(_W, "a file in the output folder is not ours and stands where a page should go"),
    "N055": Code(_W, "the math font cannot be made"),
    "N056": Code(_W, "a page could not be made"),
    "N057": Code(_W, "the cache cannot be used"),
}


def severity(problem: Diagnostic) -> Severity:
    return CODES[problem.code].severity


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name closest to `name`, whatever the case of its letters, or None when none is close."""
    import difflib

    known = list(names)
    by_folded: dict[str, str] = {}
    for one in known:
        by_folded.setdefault(one.casefold(), one)
    folded = name.casefold()
    if folded in by_folded:
        return by_folded[folded]
    found = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if found:
        return found[0]
    found = difflib.get_close_matches(folded, by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """A hint with the nearest of `names`, or an empty string."""
    found = nearest(name, names)
    return f'did you mean "{found}"?' if found else ""


def sort_problems(problems: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Each problem once, by file, place and code: the same order from any number of workers."""
    return tuple(sorted(set(problems), key=lambda p: (p.span, p.code, p.message, p.hint)))


def place(span: Span) -> str:
    """`path:line:column`, with `[cell n]` for a notebook and without what is unknown."""
    cell = f"[cell {span.cell}]" if span.cell is not None else ""
    line = f":{span.line}" if span.line else ""
    return f"{span.path}{cell}{line}{f':{span.column}' if span.line and span.column else ''}"


def _clip(excerpt: str, column: int) -> tuple[str, int]:
    """At most EXCERPT_WIDTH characters of the line around `column` (from 1), and the column there."""
    if len(excerpt) <= EXCERPT_WIDTH:
        return excerpt, column
    start = max(0, min(column - EXCERPT_WIDTH // 2, len(excerpt) - EXCERPT_WIDTH))
    return excerpt[start : start + EXCERPT_WIDTH], column - start


def render_text(problem: Diagnostic) -> str:
    """One problem in a few lines: code, place, message, hint; the excerpt; a caret under the place."""
    head = f"{problem.code} {place(problem.span)} {severity(problem)}: {problem.message}"
    if problem.hint:
        head += f"; {problem.hint}"
    if not problem.excerpt.strip():
        return head
    # what would move the cursor of a terminal is shown as a replacement character
    shown = "".join(" " if c == "\t" else c if c.isprintable() else "\ufffd" for c in problem.excerpt)
    line, column = _clip(shown, problem.span.column - problem.cut)
    if not problem.span.column:
        return f"{head}\n    {line}"
    caret = "^" * max(1, min(problem.span.length, len(line) - column + 1))
    return f"{head}\n    {line}\n    {' ' * (column - 1)}{caret}"


def render_json(problems: Sequence[Diagnostic]) -> str:
    """All problems as a JSON array of objects with the fields of `Diagnostic`, the span flat."""
    rows = [
        {
            "code": p.code,
            "severity": str(severity(p)),
            "message": p.message,
            "path": p.span.path,
            "line": p.span.line,
            "column": p.span.column,
            "length": p.span.length,
            "cell": p.span.cell,
            "excerpt": p.excerpt,
            "cut": p.cut,
            "hint": p.hint,
        }
        for p in problems
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2)


def _github_escape(text: str, *, value: bool) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if value else text


def render_github(problem: Diagnostic, prefix: str = "") -> str:
    """One problem as a GitHub Actions annotation; `prefix` leads from the repository to the content folder."""
    span = problem.span
    fields = [f"file={_github_escape(prefix + span.path, value=True)}"]
    if span.line:
        fields.append(f"line={span.line}")
    if span.line and span.column:
        fields.append(f"col={span.column}")
    fields.append(f"title={problem.code}")
    text = problem.message + (f"; {problem.hint}" if problem.hint else "")
    return f"::{severity(problem)} {','.join(fields)}::{_github_escape(text, value=False)}"


def counts(problems: Iterable[Diagnostic]) -> tuple[int, int]:
    """The numbers of errors and of warnings."""
    grave = [severity(p) for p in problems]
    return grave.count(Severity.ERROR), grave.count(Severity.WARNING)


def counted(count: int, one: str) -> str:
    """`1 note`, `2 notes`."""
    return f"{count} {one if count == 1 else f'{one}s'}"


def summary(problems: Sequence[Diagnostic]) -> str:
    """`2 errors, 1 warning`, or an empty string when there is nothing to say."""
    found = zip(counts(problems), ("error", "warning"), strict=True)
    return ", ".join(counted(count, word) for count, word in found if count)

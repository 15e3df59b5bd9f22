r"""Turn what math-core says about its input into a problem in the author's words and at the author's place.

math-core's message is an offset into what it was given, a colon, and a sentence: `2: Unknown command "\foo".`
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

from notes_site.tex.commands import DROPPED, EXPANSIONS, MACROS, REFERENCES, TEXT
from notes_site.tex.definitions import DEFINERS
from notes_site.tex.environments import ENVIRONMENTS
from notes_site.tex.formula import ProblemKind, TexProblem
from notes_site.tex.symbols import KNOWN
from notes_site.tex.tokens import Token, place

_MESSAGE = re.compile(r"(\d+): (.*?)\.?\s*", re.DOTALL)
_UNKNOWN = re.compile(r'Unknown (command|environment) "\\?(.*)"', re.DOTALL)
_MISPLACED = re.compile(r'found "(\\[^"]*)", which may only appear (.*)')
_NO_DELIMITER = 'there must be a parenthesis after "\\big, '
_SIZE = re.compile(r"\\[bB]igg?[lrm]?(?![a-zA-Z])")
_COMMAND = re.compile(r"\\(?:[a-zA-Z]+|.)", re.DOTALL)
_OURS = frozenset(
    text[1:] for text in DROPPED.keys() | REFERENCES | TEXT.keys() | DEFINERS | {"\\substack", "\\intertext"}
)
COMMANDS = sorted(KNOWN | MACROS.keys() | EXPANSIONS.keys() | _OURS)
_LONGEST_NAME = 30

# Commands of packages that are not loaded here, each of which a macro stands in for.
_PACKAGES = {
    "physics": """
        abs norm qty pqty bqty vqty Bqty eval order comm acomm pb dd dv pdv fdv vb va vu grad curl laplacian ip op
        ev mel ketbra dyad expval matrixel innerproduct outerproduct mqty pmqty bmqty vmqty dmat imat rank
    """,
    "siunitx": "SI si num unit ang numlist numrange SIlist SIrange qtylist qtyrange tablenum",
}
_GAPS = {
    **{
        name: f"it is of the package {package}; define it as a macro"
        for package, names in _PACKAGES.items()
        for name in names.split()
    },
    "ce": "chemistry (mhchem) is not supported",
    "pu": "chemistry (mhchem) is not supported",
    "CD": "commutative diagrams are not supported: use an image",
    "tikzcd": "commutative diagrams are not supported: use an image",
    "char": "write the character itself",
    "rule": "rules are not supported",
    "colorbox": "boxes with a colour are not supported: use \\boxed or \\color",
    "fcolorbox": "boxes with a colour are not supported: use \\boxed or \\color",
    "includegraphics": "put images in the text, not in a formula",
}

# Where a command may stand, by a word of what math-core says of one that stands elsewhere.
_PLACES = (
    ("multline environment", "may only begin a row of multline"),
    ("array or matrix", "may only stand above or below a row of an array or a matrix"),
)

# What math-core says, in its words, and what helps.
_HINTS = (
    ("Not valid in text mode", "inside \\text{...}, write mathematics between $ and $"),
    ('Found "&"', "columns need an environment, such as \\begin{aligned}"),
    ('Unexpected "$"', "the formula is between $ already"),
    ("Duplicate subscript", "put braces around the first: {a_b}_c"),
    ("Math mode within text", "this text cannot hold mathematics"),
    ('"\\limits"', "limits follow an operator: write \\operatorname*{...} or \\mathop{...}"),
    ("Macro parameter", 'write "\\#" for the character "#"'),
)


def from_engine(said: str, tokens: Sequence[Token], names: Iterable[str] = (), author: str = "") -> TexProblem:
    """The problem in what math-core said of the TeX that `tokens` spell; `names` are the macros of the `author`."""
    match = _MESSAGE.fullmatch(said)
    offset, sentence = (int(match[1]), match[2]) if match else (0, said.strip())
    start, length = place(offset, tokens)
    unknown = _UNKNOWN.match(sentence)
    if unknown is not None:
        return unknown_name(unknown[1], unknown[2], start, length, names)
    kind: ProblemKind = "expansion-limit" if sentence.startswith("Too many expansions") else "syntax"
    hint = next((hint for words, hint in _HINTS if words in sentence), None)
    message = " ".join((sentence[:1].lower() + sentence[1:]).split())
    if message.startswith(_NO_DELIMITER):
        sizes = _SIZE.findall(author, 0, start + length)
        message = f'a delimiter must follow "{sizes[-1]}"' if sizes else "a delimiter is missing"
    written = _COMMAND.match(author, start)
    if written is not None:
        message = _for_author(message, written[0], author)
    return TexProblem(kind, message, start, length, hint)


def _for_author(message: str, written: str, author: str) -> str:
    """The message with the command that the author has written in place of a name that is not in the author's TeX."""
    misplaced = _MISPLACED.fullmatch(message)
    if misplaced is not None and misplaced[1] not in author:
        place = next((place for word, place in _PLACES if word in misplaced[2]), f"may only appear {misplaced[2]}")
        return f'"{written}" {place}'
    return message


def unknown_name(what: str, name: str, start: int, length: int, names: Iterable[str] = ()) -> TexProblem:
    """The problem of a command or an environment that nothing defines, with the nearest name as a hint."""
    hint: str | None
    if what == "command" and name.isspace():
        hint = 'a row ends with "\\\\"'
        return TexProblem("unknown-command", 'a single "\\" at the end of a line', start, length, hint)
    name = " ".join(name.split())
    shown = name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "…"
    if what == "environment":
        hint = _GAPS.get(name) or _nearest(name, sorted(ENVIRONMENTS), "")
        return TexProblem("unknown-environment", f'unknown environment "{shown}"', start, length, hint)
    hint = _GAPS.get(name) or _nearest(name, [*COMMANDS, *names], "\\")
    return TexProblem("unknown-command", f'unknown command "\\{shown}"', start, length, hint)


def _nearest(name: str, known: Sequence[str], prefix: str) -> str | None:
    if not name or len(name) > _LONGEST_NAME:
        return None
    found = difflib.get_close_matches(name, known, 1, 0.7)
    return f'did you mean "{prefix}{found[0]}"?' if found else None

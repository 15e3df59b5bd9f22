"""Patterns of `site.yml` for paths: `ML/*.qmd`, `**/lectures.qmd`, `drafts`. Reads no file.

Invariant: a pattern is anchored at the content folder; `*` stays inside one name, `**` crosses folders.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Iterable


def matches(path: str, patterns: Iterable[str]) -> bool:
    """Whether one of `patterns` means `path`, or names a folder that `path` lies in.

    `index.md` is the file at the top alone, `**/index.md` also every other; `notes` and `notes/**` are everything
    under `notes`, `notes/*` only what lies directly in it.
    """
    return matcher(tuple(patterns))(path)


@functools.lru_cache(maxsize=4096)
def matcher(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    """`matches` for many paths."""
    if not patterns:
        return lambda _path: False
    whole = re.compile("|".join(f"(?:{_expression(pattern)})" for pattern in patterns), re.DOTALL)
    return lambda path: whole.fullmatch(path) is not None


# `*`, `**`, `?`, `[a-z]`, `[!a]`, or one plain character
_STEP = re.compile(r"(?P<stars>\*+)|(?P<any>\?)|\[(?P<no>[!^]?)(?P<set>\]?[^\]/]*)\]|(?P<plain>.)", re.DOTALL)


def _expression(pattern: str) -> str:
    """A pattern as a regular expression."""
    text = unicodedata.normalize("NFC", pattern.strip())
    text = text.removeprefix("./").lstrip("/")
    folder = text.endswith("/")
    text = text.rstrip("/")
    if not text:
        return r"(?!)"
    names = text.split("/")
    body = "".join(_name(name, last=i == len(names) - 1) for i, name in enumerate(names))
    if folder:
        body += "/.*"
    elif names[-1] not in ("*", "**"):
        body += "(?:/.*)?"
    return body


def _name(name: str, *, last: bool) -> str:
    """One step of a pattern as a regular expression, with the slash after it."""
    if name == "**":
        return ".*" if last else "(?:.*/)?"
    made = ["(?=[^/])"]  # a name is never empty
    for found in _STEP.finditer(name):
        if found["stars"]:
            made.append("[^/]*" if len(found["stars"]) == 1 else ".*")
        elif found["any"]:
            made.append("[^/]")
        elif found["plain"]:
            made.append(re.escape(found["plain"]))
        else:
            made.append(_set(found["set"], found[0], negated=bool(found["no"])))
    return "".join(made) + ("" if last else "/")


def _set(members: str, written: str, *, negated: bool) -> str:
    """`[a-z]` as a regular expression; what is no set (`[z-a]`, `[]`) stands for itself."""
    inner = re.sub(r"([\\\[\]^&~|])", r"\\\1", members)
    made = f"(?!/)[{'^' if negated else ''}{inner}]"
    try:
        re.compile(made)
    except re.error:
        return re.escape(written)
    return made

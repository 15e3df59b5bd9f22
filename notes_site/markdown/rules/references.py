r"""References and citations: `@thm-clt`, `[@key, ch. 6; -@other]`, `\cref{eq:a,eq:b}`, `\cite{key}`.

Pandoc's syntax of citations ("Citation syntax" in its manual), Quarto's of cross-references, LaTeX's commands. Which of
the two a key is, its prefix says: `thm-`, `eq-`, `fig-` … are labels, all else are works.
"""

from __future__ import annotations

import re
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from msgspec import Struct

from notes_site.kinds import REFERENCE_FORMS, canonical
from notes_site.markdown.draft import draft_of, mark
from notes_site.markdown.sentences import begins_after

# `goodfellow2016`, `eq-loss`, `doi:10.1/x`: no punctuation at its end
_KEY: Final = r"(?:[\w](?:[\w]|[:.#$%&\-+?<>~/]+(?=\w))*|\{[^{}\s]+\})"
# `@thm-clt` that no letter stands before
_BARE: Final = re.compile(rf"@(?P<key>{_KEY})")
# `-@key` inside a bracket, after what stands before it
_ITEM: Final = re.compile(rf"(?P<before>(?:[^@]|(?<=\w)@)*?)(?P<alone>-?)@(?P<key>{_KEY})(?P<after>.*)$", re.DOTALL)
# ` [p. 33]` after a bare key
_LOCATOR: Final = re.compile(r"[ ]\[(?P<text>[^\[\]@\n]*)\](?![\[({:])")
# `\cref{thm:a, thm:b}`, `\citep[see][p. 3]{key}`
_COMMAND: Final = re.compile(
    r"\\(?P<name>eqref|cref|Cref|autoref|nameref|pageref|vref|Vref|cpageref|labelcref|ref"
    r"|[cC]itep|[cC]itet|[cC]itealp|[cC]itealt|[cC]iteauthor|citeyear|citeyearpar|cite|autocite|footcite"
    r"|[pP]arencite|[tT]extcite|nocite)\*?"
    r"(?P<options>(?:\[[^\[\]\n]*\]){0,2})\{(?P<keys>[^{}\n]+)\}"
)
# `\crefrange{eq:a}{eq:c}`
_RANGE: Final = re.compile(r"\\(?P<name>[cC])refrange\*?\{(?P<first>[^{}\n]+)\}\{(?P<last>[^{}\n]+)\}")
# what the commands of natbib and biblatex show, where that is not the whole citation
_CITED: Final = {"citeauthor": "names", "citeyear": "year", "citealp": "bare", "citealt": "bare", "nocite": "nothing"}
_LONGEST: Final = 2_000


class Work(Struct, frozen=True):
    """One work of a citation as it is written."""

    key: str
    before: str = ""
    after: str = ""
    alone: bool = False


def _key(written: str) -> str:
    return written[1:-1] if written.startswith("{") else written


def push_reference(
    state: StateInline, keys: list[str], form: str, start: int, length: int, *, prefix: str = ""
) -> None:
    """A token for a reference to labels; a key with a capital first letter asks for one."""
    kinds = draft_of(state.env).kinds
    capital = 1 if prefix == "" and begins_after(state.src[max(0, start - 40) : start]) else 0
    names: list[str] = []
    for key in keys:
        first = key[:1]
        if first.isupper() and key.partition("-")[0] not in kinds.by_prefix and kinds.of_key(key):
            capital, key = 2, first.lower() + key[1:]  # noqa: PLW2901 - the key without its capital
        names.append(canonical(key))
    token = state.push("xref", "", 0)
    token.meta = {"keys": tuple(names), "form": form, "capital": capital, "at": mark(state, start), "length": length}
    if prefix:
        token.children = []
        state.md.inline.parse(prefix, state.md, state.env, token.children)


def _push_citation(state: StateInline, works: list[Work], start: int, *, narrative: bool, written: str) -> None:
    token = state.push("cite", "", 0)
    token.content = written
    token.meta = {
        "works": tuple(works),
        "narrative": narrative,
        "form": "",
        "at": mark(state, start),
        "length": len(written),
    }
    token.children = []
    for work in works:
        for text in (work.before, work.after):
            inside: list[Token] = []
            if text:
                state.md.inline.parse(text, state.md, state.env, inside)
            token.children.append(Token("inline", "", 0, children=inside))


def _bare(state: StateInline, silent: bool) -> bool:
    start = state.pos
    if state.src[start] != "@" or (start and (state.src[start - 1].isalnum() or state.src[start - 1] in "_@/.\\")):
        return False
    found = _BARE.match(state.src, start, state.posMax)
    if found is None:
        return False
    key, end = _key(found["key"]), found.end()
    draft = draft_of(state.env)
    label = draft.kinds.of_key(key) is not None
    if not label and not draft.options.cites and not found["key"].startswith("{"):
        return False
    after = ""
    if not label and (locator := _LOCATOR.match(state.src, end, state.posMax)):
        after, end = locator["text"], locator.end()
    if not silent:
        if label:
            push_reference(state, [key], "full", start, end - start)
        else:
            written = state.src[start:end]
            _push_citation(state, [Work(key, "", after)], start, narrative=True, written=written)
    state.pos = end
    return True


def _closing(state: StateInline, start: int) -> int:
    """The bracket that closes the one at `start`, or -1."""
    depth = 0
    for i in range(start, min(state.posMax, start + _LONGEST)):
        char = state.src[i]
        if char == "[" and state.src[i - 1] != "\\":
            depth += 1
        elif char == "]" and state.src[i - 1] != "\\":
            depth -= 1
            if depth == 0:
                return i
    return -1


def _parts(text: str) -> list[str]:
    """The items of a bracket, which `;` divides, but not inside a formula."""
    if "$" not in text:
        return text.split(";")
    parts = [""]
    for i, piece in enumerate(text.split("$")):
        if i % 2:
            parts[-1] += f"${piece}$"
        else:
            first, *more = piece.split(";")
            parts[-1] += first
            parts += more
    return parts


def _bracket(state: StateInline, silent: bool) -> bool:
    start = state.pos
    if state.src[start] != "[" or state.src.find("@", start, min(state.posMax, start + _LONGEST)) < 0:
        return False
    end = _closing(state, start)
    if end < 0 or state.src[end + 1 : end + 2] in ("(", "[", "{") or (start and state.src[start - 1] == "!"):
        return False
    items = [_ITEM.match(part) for part in _parts(state.src[start + 1 : end])]
    works = [
        Work(_key(item["key"]), item["before"].strip(), item["after"].strip(), bool(item["alone"]))
        for item in items
        if item is not None and not (item["before"] and item["before"][-1].isalnum())
    ]
    if not works or len(works) < len(items):
        return False
    if not silent:
        kinds = draft_of(state.env).kinds
        if all(kinds.of_key(work.key) for work in works) and not any(work.after for work in works):
            form = "number" if works[0].alone or works[0].before else "full"
            push_reference(state, [work.key for work in works], form, start, end + 1 - start, prefix=works[0].before)
        else:
            _push_citation(state, works, start, narrative=False, written=state.src[start : end + 1])
    state.pos = end + 1
    return True


def _command(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "\\":
        return False
    ranged = _RANGE.match(state.src, state.pos, state.posMax)
    found = ranged or _COMMAND.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        name, start = found["name"], state.pos
        if ranged:
            push_reference(state, [ranged["first"], ranged["last"]], "range", start, len(found[0]))
        else:
            keys = [key.strip() for key in found["keys"].split(",") if key.strip()]
            if "cite" in name.lower():
                _latex_citation(state, name, keys, re.findall(r"\[([^\[\]]*)\]", found["options"]), found[0])
            else:
                push_reference(state, keys, REFERENCE_FORMS.get(name, "full"), start, len(found[0]))
        if name[0] in "CV":
            state.tokens[-1].meta["capital"] = 2
    state.pos = found.end()
    return True


def _latex_citation(state: StateInline, name: str, keys: list[str], options: list[str], written: str) -> None:
    """`\\cite[see][ch. 6]{a,b}`: with one option it stands after, with two before and after."""
    before, after = (options[0], options[1]) if len(options) == 2 else ("", options[0] if options else "")
    name = name.lower()
    alone = name == "citeyearpar"
    last = len(keys) - 1
    works = [Work(key, "" if i else before, after if i == last else "", alone) for i, key in enumerate(keys)]
    _push_citation(state, works, state.pos, narrative=name in ("citet", "textcite"), written=written)
    state.tokens[-1].meta["form"] = _CITED.get(name, "")


def install(md: MarkdownIt) -> None:
    md.inline.ruler.before("link", "citation", _bracket)
    md.inline.ruler.before("link", "reference_key", _bare)
    md.inline.ruler.before("escape", "reference_command", _command)

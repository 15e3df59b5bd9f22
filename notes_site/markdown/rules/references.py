r"""References and citations: `@thm-clt`, `[@key, ch. 6; -@other]`, `\cref{eq:a,eq:b}`, `\cite{key}`.

Pandoc's syntax of citations ("Citation syntax" in its manual), Quarto's of cross-references, LaTeX's commands. Which of
the two a key is, its prefix says: `thm-`, `eq-`, `fig-` … are labels, all else are works.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from msgspec import Struct
from msgspec.structs import replace

from notes_site.kinds import REFERENCE_FORMS, canonical
from notes_site.markdown.draft import draft_of, mark
from notes_site.markdown.sentences import begins_after

# `goodfellow2016`, `eq-loss`, `doi:10.1/x`: no punctuation at its end
_KEY: Final = r"(?:[\w](?:[\w]|[:.#$%&\-+?<>~/]+(?=\w))*|\{[^{}\s]+\})"
# `@thm-clt` that no letter stands before
_BARE: Final = re.compile(rf"@(?P<key>{_KEY})")
# `-@key` inside a bracket, after what stands before it
_ITEM: Final = re.compile(rf"(?P<before>(?:[^@]|(?<=\w)@)*?)(?P<alone>-?)@(?P<key>{_KEY})(?P<after>.*)$", re.DOTALL)
# `, @other`, ` and @other` right after a key
_NEXT: Final = re.compile(rf"\s*(?P<comma>,?)\s*(?P<joint>[^\s@,;-]*)\s*(?=-?@{_KEY})")
# `, {pp. 3}`: Pandoc's braces around a locator
_BRACED: Final = re.compile(r"\s*,?\s*\{(?P<locator>[^{}]*)\}(?P<rest>.*)$", re.DOTALL)
# ` [p. 33]` after a bare key
_LOCATOR: Final = re.compile(r"[ \n]\[(?P<text>[^\[\]@]*)\](?![\[({:])")
# `[see][p. 3]`, with the blanks that LaTeX passes over; a blank line has ended the paragraph before
_OPTIONS: Final = r"(?:\s*\[[^\[\]]*\]){0,2}\s*"
# `\cref{thm:a, thm:b}`, `\citep[see][p. 3]{key}`
_COMMAND: Final = re.compile(
    r"\\(?P<name>eqref|[cC]ref|autoref|nameref|name[cC]ref|pageref|[vV]ref|cpageref|labelcref|ref"
    r"|[cC]ite(?:p|t|alp|alt|author)?|citeyear(?:par)?|citetitle|[aA]utocite|footcite|[pP]arencite|[tT]extcite|nocite)\*?"
    rf"(?P<options>{_OPTIONS})\{{(?P<keys>[^{{}}]+)\}}"
)
# `\cites[ch. 1]{a}[ch. 2]{b}`, `\parencites(see)(and others){a}{b}`
_CITES: Final = re.compile(
    r"\\(?P<name>[cC]ite|[aA]utocite|footcite|[pP]arencite|[tT]extcite)s"
    rf"(?P<around>(?:\s*\([^()]*\)){{0,2}})(?P<items>(?:{_OPTIONS}\{{[^{{}}]+\}})+)"
)
# one item of these
_ONE: Final = re.compile(rf"(?P<options>{_OPTIONS})\{{(?P<keys>[^{{}}]+)\}}")
# `\crefrange{eq:a}{eq:c}`
_RANGE: Final = re.compile(r"\\(?P<name>[cC])refrange\*?\s*\{(?P<first>[^{}]+)\}\s*\{(?P<last>[^{}]+)\}")
# what TeX sets in the options of a command: a tie, a thin space, the signs of sections and paragraphs
_TEX: Final = re.compile(r"(?<![\\~])~(?!~)|\\(?:[SP](?![A-Za-z])[ \n]*|,)")
_SET: Final = {"~": "\u00a0", "\\,": "\u202f", "\\S": "§", "\\P": "¶"}
# what the commands of natbib and biblatex show, where that is not the whole citation
_CITED: Final = {
    "citeauthor": "names", "citeyear": "year", "citetitle": "title", "citealp": "bare", "citealt": "bare",
    "nocite": "nothing",
}  # fmt: skip
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
        "capital": False,
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


def _works(part: str, joints: Collection[str]) -> Iterator[Work]:
    """The works of one item of a bracket: more than one where nothing but a comma or an "and" is between the keys.

    Empty where the item is no citation.
    """
    item = _ITEM.match(part)
    while item is not None and not (item["before"] and item["before"][-1].isalnum()):
        after = item["after"]
        following = _NEXT.match(after)
        if following is not None and (following["joint"] in joints if following["joint"] else following["comma"]):
            after = ""
        else:
            following = None
        if braced := _BRACED.match(after):
            after = f", {braced['locator']}{braced['rest']}" if braced["locator"].strip() else braced["rest"]
        yield Work(_key(item["key"]), item["before"].strip(), after.strip(), bool(item["alone"]))
        item = None if following is None else _ITEM.match(item["after"], following.end())


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


def _is_label(state: StateInline, start: int) -> bool:
    """Whether the bracket at `start` names where a link leads: `[@name][site]`, with `[site]: https://…` somewhere."""
    end = _closing(state, start)
    return end >= 0 and normalizeReference(state.src[start + 1 : end]) in state.env.get("references", {})


def _bracket(state: StateInline, silent: bool) -> bool:
    start = state.pos
    if state.src[start] != "[" or state.src.find("@", start, min(state.posMax, start + _LONGEST)) < 0:
        return False
    end = _closing(state, start)
    following = state.src[end + 1 : end + 2]
    if end < 0 or following in ("(", "{") or (start and state.src[start - 1] == "!"):
        return False
    if following == "[" and _is_label(state, end + 1):
        return False
    joints = ("and", "&", draft_of(state.env).language["pair_and"].strip())
    items = [tuple(_works(part, joints)) for part in _parts(state.src[start + 1 : end])]
    if not all(items):
        return False
    works = [work for item in items for work in item]
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
    several = None if ranged else _CITES.match(state.src, state.pos, state.posMax)
    found = ranged or several or _COMMAND.match(state.src, state.pos, state.posMax)
    works = [work for one in _ONE.finditer(several["items"]) for work in _cited(one)] if several else []
    if found is None or not (ranged or works or (several is None and _keys(found))):
        return False
    if not silent:
        name, start = found["name"], state.pos
        _tie(state)
        if ranged:
            push_reference(state, [ranged["first"].strip(), ranged["last"].strip()], "range", start, len(found[0]))
        elif several:
            before, after = _around(re.findall(r"\(([^()]*)\)", several["around"]))
            works[0] = replace(works[0], before=f"{before} {works[0].before}".strip())
            works[-1] = replace(works[-1], after=", ".join(filter(None, (works[-1].after, after))))
            _latex_citation(state, name, works, several[0])
        elif "cite" in name.lower():
            _latex_citation(state, name, _cited(found), found[0])
        else:
            push_reference(state, _keys(found), REFERENCE_FORMS.get(name, "full"), start, len(found[0]))
        if (name[0] in "CV" or name == "nameCref") and state.tokens[-1].type == "xref":
            state.tokens[-1].meta["capital"] = 2
    state.pos = found.end()
    return True


def _tie(state: StateInline) -> None:
    """`Theorem~\\ref{thm:a}`: a single `~` between a word and one of our commands is a space that no line ends at."""
    if state.pending.endswith("~") and re.search(r"[^\s~]~$", state.src[: state.pos][-2:]):
        state.pending = f"{state.pending[:-1]}\u00a0"


def _keys(found: re.Match[str]) -> list[str]:
    return [key.strip() for key in found["keys"].split(",") if key.strip()]


def _around(options: Sequence[str]) -> tuple[str, str]:
    """What stands before and after: with one option it stands after."""
    said = [_as_set(option) for option in options]
    return (said[0], said[1]) if len(said) == 2 else ("", said[0] if said else "")


def _as_set(option: str) -> str:
    """An option of a command with what TeX makes of the signs in it, but not inside a formula."""
    parts = option.split("$")
    parts[::2] = [_TEX.sub(lambda found: _SET[found[0].rstrip()], part) for part in parts[::2]]
    return "$".join(parts)


def _cited(found: re.Match[str]) -> list[Work]:
    """The works of `[see][ch. 6]{a,b}`."""
    before, after = _around(re.findall(r"\[([^\[\]]*)\]", found["options"]))
    keys = _keys(found)
    last = len(keys) - 1
    return [Work(key, "" if i else before, after if i == last else "") for i, key in enumerate(keys)]


def _latex_citation(state: StateInline, name: str, works: list[Work], written: str) -> None:
    kind = name.lower()
    if kind == "citeyearpar":
        works = [replace(work, alone=True) for work in works]
    _push_citation(state, works, state.pos, narrative=kind in ("citet", "textcite"), written=written)
    state.tokens[-1].meta |= {"form": _CITED.get(kind, ""), "capital": name[0].isupper()}


def install(md: MarkdownIt) -> None:
    md.inline.ruler.before("link", "citation", _bracket)
    md.inline.ruler.before("link", "reference_key", _bare)
    md.inline.ruler.before("escape", "reference_command", _command)

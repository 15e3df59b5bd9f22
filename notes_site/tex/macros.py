r"""Macros from configuration and front matter: `"\\R": "\\mathbb{R}"`, checked one by one.

The forms of a value are KaTeX's, a body whose parameters are counted, MathJax's, `[body, n]` or `[body, n, default]`,
and a mapping, whose keys and values come in a row: `["tex", body, "comment", text]`. A macro that cannot work is
reported by its name and left out; it never spoils the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from notes_site.tex.definitions import NAME, PARAMETER, highest_parameter
from notes_site.tex.formula import Macro, TexProblem
from notes_site.tex.tokens import tokenize
from notes_site.tex.typesetter import Typesetter

KEYS: Final = ("tex", "arguments", "default", "comment", "example")

# Mistakes that no place of use can put right; others, such as "&" outside a table, may be right where it is used.
_ALWAYS_WRONG = frozenset({"unknown-command", "unknown-environment", "expansion-limit", "bad-character", "too-deep"})


def parse_macros(
    mapping: Mapping[str, str | Sequence[object]],
) -> tuple[tuple[Macro, ...], tuple[tuple[str, TexProblem], ...]]:
    """The macros that work, and for each other one its name as given and what is wrong; offsets are into its body."""
    candidates: dict[str, Macro] = {}
    problems: list[tuple[str, TexProblem]] = []
    for key, value in mapping.items():
        macro = _macro(str(key), value)
        if isinstance(macro, TexProblem):
            problems.append((str(key), macro))
        else:
            candidates[str(key)] = macro
    macros = {macro.name: macro for macro in candidates.values()}
    typesetter = Typesetter()
    for key, macro in candidates.items():
        problem = _fault_in(macro, macros, typesetter)
        if problem is not None:
            problems.append((key, problem))
    bad = {key for key, _ in problems}
    return tuple(macro for key, macro in candidates.items() if key not in bad), tuple(problems)


def _macro(key: str, value: object) -> Macro | TexProblem:
    """The macro that one entry asks for, or why it cannot be one."""
    name = key.strip().removeprefix("\\")
    if not NAME.fullmatch(name):
        hint = "a name is letters only, or one other character"
        return TexProblem("bad-macro", f'"{key}" cannot be the name of a macro', 0, 1, hint)
    match value:
        case str(body):
            return Macro(name, body, highest_parameter(body))
        case [str(body)]:
            return Macro(name, body, highest_parameter(body))
        case [str(body), int(count)]:
            default = None
        case [str(body), int(count), str(default)]:
            pass
        case [str(), _, _, _, *_] if len(value) % 2 == 0:
            return _from_mapping(name, dict(zip(value[::2], value[1::2], strict=True)))
        case _:
            hint = 'write a body, or ["body", 2], or ["body", 2, "default"]'
            return TexProblem("bad-macro", f'"\\{name}" has no body that is text', 0, 1, hint)
    used = highest_parameter(body)
    if isinstance(count, bool) or not 0 <= count <= 9 or (default is not None and count < 1):
        return TexProblem("bad-macro", f'"\\{name}" needs a number of arguments from 0 to 9', 0, 1)
    if used > count:
        at = max(body.find(f"#{used}"), 0)
        return TexProblem("bad-macro", f'"\\{name}" uses #{used} but takes {count or "no"} arguments', at, 2)
    return Macro(name, body, count, default)


def _from_mapping(name: str, given: Mapping[object, object]) -> Macro | TexProblem:
    """The macro that a mapping asks for."""
    unknown = next((str(key) for key in given if key not in KEYS), "")
    body, count = given.get("tex"), given.get("arguments")
    if unknown or not isinstance(body, str):
        message = f'"\\{name}" has an unknown key "{unknown}"' if unknown else f'"\\{name}" has no `tex`'
        return TexProblem("bad-macro", message, 0, 1, f"the keys are {', '.join(KEYS)}")
    form: list[object] = [body]
    if count is not None or "default" in given:
        form += [highest_parameter(body) if count is None else count]
    if "default" in given:
        form += [str(given["default"])]
    macro = _macro(name, form)
    if isinstance(macro, TexProblem):
        return macro
    comment, example = str(given.get("comment", "")).strip(), str(given.get("example", "")).strip()
    return Macro(name, macro.body, macro.parameters, macro.default, comment, example)


def _fault_in(macro: Macro, macros: Mapping[str, Macro], typesetter: Typesetter) -> TexProblem | None:
    """What is wrong with a macro by itself, found by typesetting its body with a letter for each argument."""
    body = macro.body
    unbalanced = _unbalanced(body)
    if unbalanced is not None:
        return unbalanced
    looped = typesetter.typeset("\\" + macro.name + "{x}" * macro.parameters, display=True, macros=macros).problem
    if looped is not None and looped.kind == "expansion-limit":
        return TexProblem("expansion-limit", looped.message, 0, max(1, len(body)), looped.hint)
    problem = typesetter.typeset(PARAMETER.sub(" x", body), display=True, macros=macros).problem
    return problem if problem is not None and problem.kind in _ALWAYS_WRONG else None


def _unbalanced(body: str) -> TexProblem | None:
    """A brace without its partner, which would take what follows the macro into it."""
    opened: list[int] = []
    for token in tokenize(body):
        if token.text == "{":
            opened.append(token.start)
        elif token.text == "}":
            if not opened:
                return TexProblem("bad-macro", '"}" without what it closes', token.start, 1)
            opened.pop()
    return TexProblem("bad-macro", '"{" is never closed', opened[-1], 1) if opened else None

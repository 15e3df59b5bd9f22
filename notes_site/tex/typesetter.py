r"""Typeset formulas: ask math-core first, and rewrite only what it refuses or would draw wrongly.

Invariant: every string gives a Formula; nothing is raised. Each distinct formula, with the macros it uses, is
converted once in the life of a Typesetter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from math_core import LatexError, LatexToMathML
from msgspec import Struct
from msgspec.structs import replace

from notes_site.tex.classes import with_classes
from notes_site.tex.commands import EXPANSIONS, MACROS
from notes_site.tex.definitions import highest_parameter
from notes_site.tex.formula import Formula, Macro, Numbers, Row
from notes_site.tex.markup import FORBIDDEN, annotated, with_number
from notes_site.tex.mending import mended
from notes_site.tex.nesting import cannot_be_deep, is_shallow

# What math-core takes without a word and draws wrongly, or what we must take note of.
_TROUBLE = re.compile(
    r"""
      \\(?:
        \\                                                            # rows
      | begin\s*\{(?:align|gather|equation|multline|eqnarray|flalign)   # numbers of their own
      | begin\s*\{[a-zA-Z*]+\}\s*\[                                   # \begin{cases}[t]
      | (?:re|provide)?(?:newcommand|command)\b | [gex]?def\b | let\b | global\b
      | mathop\b | label\b | (?:eq)?ref\b | tag\b | newline\b | verb\b | smash\s*\[
      | operatorname\*?\s*\{[^}]*-
      | (?:text[a-z]*|mbox|hbox|emph)\s*\{[^}]*(?:--|``|''|%|\\\s)      # ligatures of text
      | [%$&\#_]\s                                                    # \text{50\% of}
      )
    """,
    re.VERBOSE,
)
# What decides about numbers in a display; without any, the display is one formula with one number.
_ABOUT_NUMBERS = re.compile(
    r"\\(?:label|tag|nonumber|notag)(?![a-zA-Z])|\\begin\s*\{\s*(?:(?:align|flalign|x?alignat|gather|multline"
    r"|equation|eqnarray)\*?|subequations|displaymath)\s*\}"
)
# Characters that are blank or unseen but not the blank of ASCII.
_ODD = re.compile("[^\\S\t\n\r ]|[\u00ad\u200b-\u200d\u2060\ufeff]")
_NO_MACROS: Mapping[str, Macro] = MappingProxyType({})
_ONE_ROW = (Row(),)
_COMMAND = re.compile(r"\\([a-zA-Z]+|[^a-zA-Z])")


# A formula with macros goes to the engine unexpanded when it cannot come near `nesting.MAX_DEPTH`.
_SAFE_WEIGHT = 300


class Typesetter:
    """Converts formulas; owns the engines and what they have converted. Not to be pickled."""

    def __init__(self) -> None:
        self._engine = engine_with(MACROS)
        self._scopes: dict[frozenset[Macro], _Scope] = {}
        self._bare = self._latest = _Scope({}, self._engine)
        self._memo: dict[tuple[str, bool, tuple[Macro, ...], Numbers], Formula] = {}

    def typeset(
        self, tex: str, *, display: bool, macros: Mapping[str, Macro] = _NO_MACROS, numbers: Numbers = "none"
    ) -> Formula:
        """The formula as MathML, or what is wrong with it; `macros` are the author's, by name.

        A display has numbers as `numbers` says; they are markers in the MathML (`formula.MARKER`), which `rows` tell
        the meaning of, as `references` do of the markers that references leave.
        """
        scope = self._scope(macros) if macros else self._bare
        used = scope.used(tex) if macros else ()
        if numbers != "none" and (not display or (numbers == "labelled" and not _names_rows(tex, used))):
            numbers = "none"
        key = (tex, display, used, numbers)
        formula = self._memo.get(key)
        if formula is None:
            formula = self._numbered(scope, tex, used, numbers) if numbers != "none" else scope.typeset(*key)
            if formula.mathml is not None:
                formula = _without_styles(formula)
            # The hint of an unknown command may name a macro of this scope, so a failure stays in the scope.
            if formula.mathml is not None:
                self._memo[key] = formula
        return formula

    def _numbered(self, scope: _Scope, tex: str, used: tuple[Macro, ...], numbers: Numbers) -> Formula:
        """A display with its numbers: by the engine alone where it has one number, and nothing in it is about it."""
        if _ABOUT_NUMBERS.search(tex) is not None or any(_ABOUT_NUMBERS.search(macro.body) for macro in used):
            return scope.typeset(tex, True, used, numbers)
        formula = scope.typeset(tex, True, used, "none")
        if formula.mathml is None:
            return formula
        mathml = with_number(formula.mathml)
        return formula if mathml == formula.mathml else replace(formula, mathml=mathml, rows=_ONE_ROW)

    def _scope(self, macros: Mapping[str, Macro]) -> _Scope:
        """The scope with these macros; notes with the same macros share it."""
        if self._latest.given != macros:
            key = frozenset(Macro(name, m.body, m.parameters, m.default) for name, m in macros.items())
            scope = self._scopes.get(key)
            if scope is None:
                scope = self._scopes[key] = _Scope(macros, self._engine)
            self._latest = scope
        return self._latest


class _Use(Struct, frozen=True):
    """What using a macro brings along: the macros in it, and a bound on how much deeper it nests."""

    names: frozenset[str]
    weight: int


class _Scope:
    """A set of macros, the engine that knows them, and the formulas that failed with them."""

    def __init__(self, macros: Mapping[str, Macro], bare: LatexToMathML) -> None:
        self.given = dict(macros)
        self._macros = {name: Macro(name, m.body, m.parameters, m.default) for name, m in macros.items()}
        self._uses: dict[str, _Use] = {}
        self._failed: dict[tuple[str, bool, Numbers], Formula] = {}
        self._bare = self._engine = bare
        self._simple: frozenset[str] = frozenset()
        simple = {name: macro.body for name, macro in self._macros.items() if _is_simple(macro)}
        if simple:
            try:
                self._engine = engine_with({**MACROS, **simple})
                self._simple = frozenset(simple)
            except LatexError:
                pass  # one bad macro makes the engine refuse all of them; then we expand them ourselves

    def used(self, tex: str) -> tuple[Macro, ...]:
        """The macros a formula uses, also through other macros, in the order of their names."""
        names: set[str] = set()
        for name in self._macros.keys() & set(_COMMAND.findall(tex)):
            names |= self._use(name).names
        return tuple([self._macros[name] for name in sorted(names)]) if names else ()

    def typeset(self, tex: str, display: bool, used: tuple[Macro, ...], numbers: Numbers) -> Formula:
        """The formula, by the engine alone where that is right."""
        if numbers != "none":
            pass  # the engine would count by itself
        elif self._engine_alone(tex, used):
            try:
                return Formula(mended(self._engine.convert_with_local_state(tex, displaystyle=display)))
            except LatexError:
                pass  # it needs a rewrite, or is wrong: both are found with care
        elif "\\begin{" in tex and not used and self._is_table(tex):
            try:
                return Formula(annotated(mended(self._bare.convert_with_local_state(tex, displaystyle=display)), tex))
            except LatexError:
                pass
        formula = self._failed.get((tex, display, numbers))
        if formula is None:
            from notes_site.tex.care import Workshop

            formula = Workshop(self._bare, self._macros).formula(tex, used, display=display, numbers=numbers)
            if formula.mathml is None:
                self._failed[tex, display, numbers] = formula
        return formula

    def _engine_alone(self, tex: str, used: tuple[Macro, ...]) -> bool:
        """Whether the engine, given the formula as it is, either draws it rightly or refuses it."""
        # The length comes first: looking for trouble takes time with the square of it.
        if not is_shallow(tex) or _TROUBLE.search(tex) is not None:
            return False
        if not tex.isprintable() and (_ODD.search(tex) is not None or FORBIDDEN.search(tex) is not None):
            return False
        if not used:
            return True
        names = [macro.name for macro in used]
        weight = max(self._use(name).weight for name in names)
        return self._simple.issuperset(names) and (tex.count("{") + tex.count("\\")) * weight <= _SAFE_WEIGHT

    def _is_table(self, tex: str) -> bool:
        """Whether there is no more trouble than tables whose rows the engine draws as they are."""
        if not cannot_be_deep(tex) or self._macros:
            return False
        from notes_site.tex.tables import without_plain_tables

        rest = without_plain_tables(tex)
        return rest is not tex and self._engine_alone(rest, ())

    def _use(self, name: str) -> _Use:
        """What using a macro brings along; a macro that uses itself has a weight without bound."""
        use = self._uses.get(name)
        if use is None:
            found: set[str] = set()
            waiting = [name]
            weight = 1
            while waiting:
                each = waiting.pop()
                body = self._macros[each].body
                called = self._macros.keys() & set(_COMMAND.findall(body))
                weight *= 1 + body.count("{") + body.count("\\")
                if called & (found | {each}):
                    weight = _SAFE_WEIGHT + 1
                if each not in found:
                    found.add(each)
                    waiting += called - found
            use = self._uses[name] = _Use(frozenset(found), weight)
        return use


def _without_styles(formula: Formula) -> Formula:
    """The formula, and what its tags show, with classes for styles."""
    rows = formula.rows
    if any(' style="' in row.tag_html for row in rows):
        rows = tuple(replace(row, tag_html=with_classes(row.tag_html)) for row in rows)
    mathml = with_classes(formula.mathml or "")
    return formula if mathml is formula.mathml and rows is formula.rows else replace(formula, mathml=mathml, rows=rows)


def _names_rows(tex: str, used: tuple[Macro, ...]) -> bool:
    """Whether a formula has labels or tags, by itself or through its macros."""
    if "\\label" in tex or "\\tag" in tex:
        return True
    return any("\\label" in macro.body or "\\tag" in macro.body for macro in used)


def engine_with(macros: Mapping[str, str]) -> LatexToMathML:
    """An engine that knows these macros."""
    return LatexToMathML(
        macros=dict(macros),
        annotation=True,
        allow_unreliable_rendering=True,
        fancy_error=False,
        continue_on_error=False,
        global_group=False,
        unicode_substitution="conventional",
        max_expansions=1000,
    )


def _is_simple(macro: Macro) -> bool:
    """Whether math-core may expand a macro itself, with the result that our own expansion would have."""
    body, name = macro.body, macro.name
    return (
        name.isascii()
        and name.isalpha()
        and macro.default is None
        and macro.parameters == highest_parameter(body)
        and name not in EXPANSIONS
        and _TROUBLE.search(body) is None
        and body.isprintable()
        and "%" not in body
        and is_shallow(body)
        and len(body) < 200
        and _opened(body) <= 0
    )


def _opened(body: str) -> int:
    """How many more brackets a body seems to open than it closes."""
    opened = sum(body.count(sign) for sign in ("(", "[", "\\l", "\\{"))
    return opened - sum(body.count(sign) for sign in (")", "]", "\\r", "\\}"))

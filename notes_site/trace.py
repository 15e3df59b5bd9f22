"""Questions that an output asks of the Site, and their answers, written down while it is made. Reads no file.

An output is good as long as its own input and every recorded answer are the same; so no dependency is ever declared
by hand, and none can be forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

QUERIES: dict[str, Callable[..., object]] = {}


def query(method: Callable[P, R]) -> Callable[P, R]:
    """Mark a method of `Site` as a question that outputs may ask."""
    QUERIES[method.__name__] = method
    return method


@dataclass(frozen=True, slots=True)
class Question:
    """A query by its name, with its arguments."""

    name: str
    arguments: tuple[object, ...]


@dataclass(slots=True)
class Trace:
    """What one output asked, and what it was told, in the order of the first asking."""

    answers: dict[Question, object] = field(default_factory=dict)


class Recorder:
    """Stands before a Site: answers its queries, and writes each question and answer into a trace."""

    def __init__(self, site: object, trace: Trace) -> None:
        self._site, self._trace = site, trace

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in QUERIES:
            raise AttributeError(f"{name} is not a query")

        def ask(*arguments: object) -> object:
            question = Question(name, arguments)
            if question not in self._trace.answers:
                self._trace.answers[question] = QUERIES[name](self._site, *arguments)
            return self._trace.answers[question]

        return ask

"""How a build is asked for, and what those who wait for it hear while it is under way.

Invariant: what stops a build or hears of it is asked between two notes, pictures or pages, never inside one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from notes_site.model import Report

if TYPE_CHECKING:
    from concurrent.futures import Executor

# told the name of a stage, how much of it is done, and how much there is
Progress: TypeAlias = Callable[[str, int, int], None]


class Overtaken(Exception):  # noqa: N818 - it names what happened
    """A newer change came while a build was under way."""


def quiet(_stage: str, _done: int, _all: int) -> None:
    """Progress that nobody watches."""


def never() -> bool:
    """A build that nothing overtakes."""
    return False


def silent() -> None:
    """A wait that nobody is told of."""


class Wishes(Struct, frozen=True):
    """How a build is asked for; the fields are the arguments of `build`."""

    jobs: int
    write: bool = True
    progress: Progress = quiet
    overtaken: Callable[[], bool] = never
    shown: Callable[[Report], None] | None = None
    explain: tuple[str, ...] = ()
    clean: bool = False
    executor: Executor | None = None
    patient: bool = True

    def halt(self) -> None:
        """Raises Overtaken when a newer change came."""
        if self.overtaken():
            raise Overtaken

    def tell(self, stage: str, done: int, count: int) -> None:
        """Told as notes are parsed and pictures are made; raises Overtaken."""
        self.halt()
        self.progress(stage, done, count)

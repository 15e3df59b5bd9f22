"""Changes of files, gathered until it is quiet.

Invariant: what was added is taken once, by its path or as "look at everything"; none is lost between two takes.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Final

# seconds: an editor takes less than QUIET between two steps of a save, a checkout less than CALM between two files
QUIET: Final = 0.012
CALM: Final = 0.05
LONGEST: Final = 0.3
# how long a file that was opened and not closed is waited for; it may be empty at the moment
WRITING: Final = 0.1
# more changed paths than this, and all files are looked at
MANY: Final = 50


@dataclass(frozen=True, slots=True)
class Change:
    """What changed: absolute paths, those of links and what they lead to; None when all files must be looked at."""

    paths: frozenset[str] | None

    def __or__(self, other: Change) -> Change:
        return EVERYTHING if self.paths is None or other.paths is None else Change(self.paths | other.paths)


EVERYTHING: Final = Change(None)


class Changes:
    """Changes that nobody has taken yet. Any thread may add; one thread takes."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._paths: set[str] = set()
        self._unfinished: set[str] = set()
        self._everything = False
        self._first = self._last = 0.0
        self.closed = False

    def add(self, *paths: str, everything: bool = False, unfinished: bool = False) -> None:
        """Some files changed; with `everything`, others may have that are not known.

        What is `unfinished` is still being written, and will be added again when it is not.
        """
        with self._changed:
            self._last = time.monotonic()
            if not self.waiting:
                self._first = self._last
            self._paths.update(paths)
            if unfinished:
                self._unfinished.update(paths)
            else:
                self._unfinished.difference_update(paths)
            self._everything |= everything
            self._changed.notify_all()

    def close(self) -> None:
        """Nothing more is taken; who waits is woken."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    @property
    def waiting(self) -> bool:
        """Whether something changed that was not taken."""
        return bool(self._paths) or self._everything

    def take(self, timeout: float | None = None) -> Change | None:
        """What changed, when it has been quiet for a moment; None when nothing did in `timeout` seconds, or at the end.

        In a storm it waits longer, but never more than LONGEST after the first change.
        """
        with self._changed:
            self._changed.wait_for(lambda: self.waiting or self.closed, timeout)
            while self.waiting and not self.closed:
                stormy = self._everything or len(self._paths) > MANY
                quiet = WRITING if self._unfinished else CALM if stormy else QUIET
                left = min(self._last + quiet, self._first + LONGEST) - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
            if not self.waiting or self.closed:
                return None
            endless = self._last - self._first > LONGEST - QUIET
            known = not (self._everything or endless or len(self._paths) > MANY)
            change = Change(frozenset(self._paths)) if known else EVERYTHING
            self._paths.clear()
            self._unfinished.clear()
            self._everything = False
            return change

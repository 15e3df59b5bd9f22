"""Watching the folders of a site: what the system says of their files, as changes.

Invariant: where it is not certain which files changed, all of them are said to have.
"""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from watchdog import events

from notes_site.changes import Changes

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver

POLLING: Final = 0.5
# how long watchdog holds a file that moved away, to pair it with where it arrives; it delays all events behind it
_PAIRING: Final = 0.02

# what opening and reading cause is not among them: a build reads every file
_EVENTS: Final = [
    events.FileCreatedEvent, events.FileModifiedEvent, events.FileAttribEvent, events.FileClosedEvent,
    events.FileMovedEvent, events.FileDeletedEvent, events.DirCreatedEvent, events.DirMovedEvent,
    events.DirDeletedEvent,
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Places:
    """What is watched, as real paths: files, and folders with all that they hold but for the `ignored` ones.

    In `content`, the first of the folders, names that a scan always leaves out are of no interest.
    """

    files: tuple[str, ...]
    folders: tuple[str, ...]
    ignored: tuple[str, ...] = ()

    @property
    def content(self) -> str:
        return self.folders[0]

    def concern(self, path: str) -> bool:
        """Whether a change of this path can change the site."""
        if path in self.files:
            return True
        if any(_inside(path, folder) for folder in self.ignored):
            return False
        if any(_inside(path, folder) for folder in self.folders[1:]):
            return True
        if _inside(path, self.content):
            return not any(_left_out(step) for step in path[len(self.content) :].split(os.sep))
        return self.above(path)

    def above(self, path: str) -> bool:
        """Whether a folder is one of those watched, or holds one."""
        return any(_inside(folder, path) for folder in self.folders)

    def parents(self) -> Iterator[str]:
        """The folders in which one sees the watched ones come and go."""
        for place in dict.fromkeys((*self.folders, *self.files)):
            parent = os.path.dirname(place)
            while not os.path.isdir(parent) and parent != os.path.dirname(parent):
                parent = os.path.dirname(parent)
            yield parent


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _left_out(name: str) -> bool:
    """Whether a scan leaves out this name wherever it stands: what editors and git write beside the notes."""
    if name.startswith("."):
        return name not in (".well-known", ".nojekyll")
    return name.endswith(("~", ".swp")) or (len(name) > 1 and name.startswith("#") and name.endswith("#"))


class _Handler(events.FileSystemEventHandler):
    """Turns watchdog's events into changes."""

    def __init__(self, watcher: Watcher) -> None:
        self.watcher = watcher

    def dispatch(self, event: events.FileSystemEvent) -> None:
        paths = [os.fsdecode(path) for path in (event.src_path, event.dest_path) if path]
        written = isinstance(event, events.FileModifiedEvent)
        self.watcher.seen(paths, folder=event.is_directory, written=written)


class Watcher:
    """Watches the places of a site and adds to `changes`, from `follow` to `close`.

    `native` makes the observer to try first; where it cannot watch, a polling one is used and `say` is told.
    """

    def __init__(
        self, changes: Changes, say: Callable[[str], None], native: Callable[[], BaseObserver] | None = None
    ) -> None:
        self.changes = changes
        self.say = say
        self.native: Callable[[], BaseObserver] | None = native or _native
        self.places: Places | None = None
        self.observer: BaseObserver | None = None
        self.stale = False
        self.tells_closing = False  # whether a file that was written is heard of again when it is closed

    def follow(self, places: Places) -> None:
        """Watch these places from now on; does nothing when all of them are watched already."""
        if places == self.places and not self.stale and self._alive():
            return
        self.stale = False
        old, self.places = self.observer, places
        self.observer = self._started(places)
        if old is not None:  # the new one sees already, so nothing falls between the two
            _stop(old)

    def _alive(self) -> bool:
        observer = self.observer
        return observer is not None and observer.is_alive() and all(e.is_alive() for e in observer.emitters)

    def _started(self, places: Places) -> BaseObserver:
        from watchdog.observers.polling import PollingObserver

        if self.native is not None:
            try:
                observer = self._watching(self.native(), places)
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                self.say(f"the system cannot watch these folders ({reason}); they are looked at twice a second")
                self.native = None
            else:
                self.tells_closing = sys.platform == "linux"
                return observer
        self.tells_closing = False
        return self._watching(PollingObserver(timeout=POLLING), places)

    def _watching(self, observer: BaseObserver, places: Places) -> BaseObserver:
        """The observer, started. Raises OSError."""
        handler = _Handler(self)
        try:
            observer.start()
            for folder in dict.fromkeys(places.folders):
                if os.path.isdir(folder):
                    observer.schedule(handler, folder, recursive=True, event_filter=_EVENTS)
            # Last: watchdog is silent when the system runs out of watches inside a folder, but not here.
            for folder in dict.fromkeys(places.parents()):
                if folder not in places.folders:
                    observer.schedule(handler, folder, event_filter=_EVENTS)
        except FileNotFoundError:  # gone a moment ago; its parent tells when it comes back
            self.stale = True
        except BaseException:
            _stop(observer)
            raise
        return observer

    def seen(self, paths: list[str], *, folder: bool, written: bool) -> None:
        """Something happened to these paths; `written` when it was to what is in a file."""
        places = self.places
        if places is None:
            return
        concerned = [path for path in paths if places.concern(path)]
        if folder and concerned:
            # what a new folder holds may have come before it was watched; what a moved one holds has other paths
            self.stale = True
            self.changes.add(everything=True)
        elif concerned:
            paths = [*concerned, *(os.path.realpath(path) for path in concerned)]
            self.changes.add(*paths, unfinished=written and self.tells_closing)

    def close(self) -> None:
        if self.observer is not None:
            _stop(self.observer)
        self.observer = None


def _native() -> BaseObserver:
    """The system's own observer. Raises OSError."""
    from watchdog.observers import Observer

    # its warnings are about events that it lost; a build that looks at everything follows each storm in any case
    logging.getLogger("watchdog").addHandler(logging.NullHandler())
    # a folder that came back is watched again before the end of its first watch is heard of: the second one holds
    warnings.filterwarnings("ignore", "Callback with id", RuntimeWarning)
    try:
        from watchdog.observers.inotify_move_event_grouper import InotifyMoveEventGrouper
    except ImportError:  # no Linux, or another version of watchdog: slower to see a file move, and no worse
        pass
    else:
        InotifyMoveEventGrouper.delay = _PAIRING
    return Observer()


def _stop(observer: BaseObserver) -> None:
    observer.stop()
    if observer.is_alive():
        observer.join(1)

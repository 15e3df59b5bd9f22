"""What earlier builds found out, in SQLite. Losing it costs time and nothing else.

Invariant: a row is the outcome of a pure function, under a digest of all that the function read; so a row is right or
absent. A file that is unreadable, foreign or of another version is made anew, with one warning at most.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from notes_site.model import Diagnostic, Span

NAME: Final = "cache.db"
LOCK: Final = "lock"
# the application_id and user_version of our files: another program's database is not ours to read
APPLICATION: Final = 0x4E535445
FORMAT: Final = 1
_BUSY_SECONDS: Final = 60.0
_WAIT_MS: Final = 2_000
# rows asked for at once; SQLite takes at most 32,766 parameters
_AT_ONCE: Final = 900


class Cache:
    """Rows of bytes by stage and key. `house` says which program made them: those of another are dropped."""

    def __init__(self, folder: Path | None, house: bytes) -> None:
        self.file = folder / NAME if folder is not None else None
        self.house = house
        self.problems: list[Diagnostic] = []
        self._connection = self._open()

    def _open(self) -> sqlite3.Connection:
        if self.file is None:
            return _made(sqlite3.connect(":memory:"), self.house)
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            connection = _connect(self.file)
            if _ours(connection):
                return _made(connection, self.house)
            connection.close()
            reason = "it was not made by this version of notes-site"
        except OSError:
            return _made(sqlite3.connect(":memory:"), self.house)
        except sqlite3.Error as error:
            if not _is_damage(error):  # a folder that cannot be written costs only time
                return _made(sqlite3.connect(":memory:"), self.house)
            reason = str(error)
        self._report(reason)
        return self._anew()

    def _report(self, reason: str) -> None:
        if not self.problems and self.file is not None:
            place = Span(f"{self.file.parent.name}/{NAME}")
            self.problems.append(Diagnostic("N057", f"the cache is made anew: {reason}", place))

    def _anew(self) -> sqlite3.Connection:
        """An empty cache in place of one that cannot be used."""
        assert self.file is not None
        try:
            for ending in ("", "-journal", "-wal", "-shm"):
                self.file.with_name(NAME + ending).unlink(missing_ok=True)
            return _made(_connect(self.file), self.house)
        except (OSError, sqlite3.Error):
            return _made(sqlite3.connect(":memory:"), self.house)

    def said(self) -> list[Diagnostic]:
        """What is wrong with the cache, said once."""
        problems, self.problems = self.problems, []
        return problems

    def get(self, stage: str, key: bytes) -> bytes | None:
        """The value of a row, or None."""
        with self._guarded():
            row = self._connection.execute("select value from rows where stage = ? and key = ?", (stage, key))
            found = row.fetchone()
            return found[0] if found and isinstance(found[0], bytes) else None
        return None

    def get_many(self, stage: str, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """The values of those rows that there are, by key."""
        with self._guarded():
            if len(keys) > _AT_ONCE:
                wanted = set(keys)
                rows = self._connection.execute("select key, value from rows where stage = ?", (stage,))
                return {key: value for key, value in rows if key in wanted}
            marks = ",".join("?" * len(keys))
            query = f"select key, value from rows where stage = ? and key in ({marks})"  # noqa: S608 - only marks
            return dict(self._connection.execute(query, (stage, *keys)))
        return {}

    def get_all(self, stage: str) -> dict[bytes, bytes]:
        """All rows of a stage, by key."""
        with self._guarded():
            return dict(self._connection.execute("select key, value from rows where stage = ?", (stage,)))
        return {}

    def put(self, stage: str, rows: Iterable[tuple[bytes, bytes]]) -> None:
        """Write rows, over those of the same keys."""
        with self._guarded():
            self._connection.executemany(
                "insert or replace into rows (stage, key, value) values (?, ?, ?)",
                ((stage, key, value) for key, value in rows),
            )

    def keep_only(self, stage: str, keys: Iterable[bytes]) -> list[bytes]:
        """Drop the rows of a stage that no build needs any more; returns their keys."""
        kept = set(keys)
        with self._guarded():
            rows = self._connection.execute("select key from rows where stage = ?", (stage,))
            gone = [key for (key,) in rows if key not in kept]
            self.drop(stage, gone)
            return gone
        return []

    def drop(self, stage: str, keys: Iterable[bytes]) -> None:
        with self._guarded():
            self._connection.executemany("delete from rows where stage = ? and key = ?", ((stage, k) for k in keys))

    def reopen(self) -> None:
        """In a copy of the process that opened it: a connection of its own, since none may be used in two processes."""
        if self.file is not None:
            self._inherited, self._connection = self._connection, _connect(self.file)

    def commit(self) -> None:
        """Make what was put durable, all or nothing."""
        with self._guarded():
            self._connection.commit()

    def rollback(self) -> None:
        with self._guarded():
            self._connection.rollback()

    def close(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        """A row that cannot be read is absent, one that cannot be written is not kept; the damage is reported once."""
        try:
            yield
        except sqlite3.Error as error:
            if _is_damage(error):
                self._report(str(error))
                self.close()
                self._connection = self._anew()
            elif not self.problems and self.file is not None:
                place = Span(f"{self.file.parent.name}/{NAME}")
                self.problems.append(Diagnostic("N057", f"the cache cannot be used: {error}", place))


@contextlib.contextmanager
def locked(folder: Path, wait: Callable[[], None]) -> Iterator[None]:
    """One build at a time: a second one calls `wait` once and goes on when the first is done, or its process is gone.

    The lock is SQLite's on a file of its own, which the system lets go of when a process ends in whatever way.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(folder / LOCK, timeout=0, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error):
        yield  # nothing can be kept there, so nothing can be spoilt
        return
    try:
        said = False
        while True:
            try:
                connection.execute("begin exclusive")
                break
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    break  # this file system has no locks
                if not said:
                    wait()
                    said = True
                connection.execute(f"pragma busy_timeout = {_WAIT_MS}")
            except sqlite3.DatabaseError:
                break  # another program's file in place of ours: left alone
        yield
    finally:
        connection.close()


def _is_damage(error: sqlite3.Error) -> bool:
    """Whether the file is not as we made it; otherwise the disk is full, or another program holds the file."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    return code in (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_MISMATCH)


def _connect(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=_BUSY_SECONDS, check_same_thread=False)
    connection.execute("pragma locking_mode = normal")
    # a process that is killed loses nothing by this; a machine that loses power may lose the cache
    connection.execute("pragma synchronous = off")
    return connection


def _ours(connection: sqlite3.Connection) -> bool:
    """Whether the file is empty or one of this program's in this format. Raises sqlite3.Error when it is damaged."""
    (application,) = connection.execute("pragma application_id").fetchone()
    (form,) = connection.execute("pragma user_version").fetchone()
    (tables,) = connection.execute("select count(*) from sqlite_master").fetchone()
    return (application, form) == (APPLICATION, FORMAT) or (tables == 0 and (application, form) == (0, 0))


def _made(connection: sqlite3.Connection, house: bytes) -> sqlite3.Connection:
    """The connection with our table in it, emptied when another version of the program filled it."""
    connection.execute(f"pragma application_id = {APPLICATION}")
    connection.execute(f"pragma user_version = {FORMAT}")
    connection.execute(
        "create table if not exists rows (stage text, key blob, value blob, primary key (stage, key)) without rowid"
    )
    found = connection.execute("select value from rows where stage = 'house'").fetchone()
    if found is None or found[0] != house:
        connection.execute("delete from rows")
        connection.execute("insert into rows values ('house', x'', ?)", (house,))
    connection.commit()
    return connection

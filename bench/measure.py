"""Runs one command and says how long it took and how much memory it held; serves a site and waits for an edit to show.

Every time is that of whole processes, from before they start until the first has ended. Invariant: only processes that
were started here are ever ended, by their own group.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PAGE: Final = os.sysconf("SC_PAGE_SIZE")
SAMPLE_SECONDS: Final = 0.02
POLL_SECONDS: Final = 0.0015


class FailedError(Exception):
    """A command did not do its work; the message says how."""


@dataclass(frozen=True, slots=True)
class Run:
    """One finished process: wall time, and the most memory that it and its children held at once (0: not sampled)."""

    seconds: float
    peak: int  # bytes


def family(pid: int) -> Iterator[int]:
    """A process and all that descend from it."""
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except OSError:
        return
    for child in children:
        yield from family(int(child))


def resident(pid: int) -> int:
    """Bytes of memory that a process holds now; 0 when it has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * PAGE
    except (OSError, IndexError):
        return 0


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in {"VIRTUAL_ENV", "PYTHONHASHSEED"}}
    return {**kept, "NO_COLOR": "1", "NODE_ENV": "production", **extra}


def _end(process: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)  # it leads the group that it was started in


def run(
    command: list[str],
    folder: Path,
    log: Path,
    *,
    limit: float,
    extra: Mapping[str, str] | None = None,
    statuses: frozenset[int] = frozenset({0}),
    memory: bool = False,
) -> Run:
    """Run a command in a folder to its end; `FailedError` when it ends badly or lasts longer than `limit` seconds."""
    peak, ended, late = 0, threading.Event(), threading.Event()

    def watch(pid: int) -> None:
        nonlocal peak
        while not ended.wait(SAMPLE_SECONDS):
            peak = max(peak, sum(map(resident, family(pid))))

    with log.open("wb") as out:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment(extra or {}),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        watcher = threading.Thread(target=watch, args=(process.pid,), daemon=True)
        if memory:
            watcher.start()

        def stop() -> None:
            late.set()
            _end(process, signal.SIGKILL)

        alarm = threading.Timer(limit, stop)
        alarm.start()
        try:
            status = process.wait()
            seconds = time.perf_counter() - start
        except BaseException:
            _end(process, signal.SIGKILL)
            raise
        finally:
            alarm.cancel()
            ended.set()
    if memory:
        watcher.join()
    if late.is_set():
        raise FailedError(f"longer than {limit:.0f} s")
    if status not in statuses:
        lines = [line.strip() for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
        wrong = [line for line in lines if "error" in line.lower()] or lines[-1:]
        raise FailedError(f"exit status {status}{': ' + wrong[0][:160] if wrong else ''}")
    return Run(seconds, peak)


# --- live servers ---


def free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


@dataclass(slots=True)
class Browser:
    """One connection to a server on this machine, opened again when the server closes it."""

    port: int
    connection: http.client.HTTPConnection | None = None

    def page(self, path: str) -> bytes:
        """The bytes of a page; empty while the server does not answer."""
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            self.connection.request("GET", path)
            return self.connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            self.close()
            return b""

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def wait_for(self, path: str, text: bytes, limit: float) -> float:
        """When the text was in the page, on the performance counter."""
        end = time.perf_counter() + limit
        while time.perf_counter() < end:
            if text in self.page(path):
                return time.perf_counter()
            time.sleep(POLL_SECONDS)
        raise FailedError(f"{path} did not show the edit within {limit:.0f} s")


@contextlib.contextmanager
def serving(command: list[str], folder: Path, log: Path, extra: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A server that runs while the block does."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment(extra),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _end(process, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            _end(process, signal.SIGKILL)
            process.wait()
        _end(process, signal.SIGKILL)  # what it started and left behind

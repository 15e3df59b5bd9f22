"""A preview server for tests: `notes-site serve` as a process of its own, and ways to wait for what it does."""

from __future__ import annotations

import http.client
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from sites import built, compiled_beforehand, tree

from notes_site.project import find

SECONDS = 30.0
T = TypeVar("T")


def until(condition: Callable[[], T], seconds: float = SECONDS, *, what: str = "") -> T:
    """The first answer that is true, asked again and again; fails when there is none in time."""
    clock = threading.Event()
    for _ in range(int(seconds / 0.01)):
        answer = condition()
        if answer:
            return answer
        clock.wait(0.01)
    raise AssertionError(f"not within {seconds} seconds: {what or condition}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answered; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Served:
    """A preview under way: its address, its process, and the file that its messages go to."""

    address: str
    process: subprocess.Popen[str]
    log: Path

    @property
    def port(self) -> int:
        return urlsplit(self.address).port or 80

    def said(self) -> str:
        return self.log.read_text("utf-8")

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """The answer to one request, its path as it is."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            connection.putrequest(method, path, skip_host="host" in headers, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        finally:
            connection.close()

    def stop(self) -> int:
        """Ctrl-C; returns the exit status. Fails when the process does not end soon."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(SECONDS)


@contextmanager
def serving(folder: Path, *options: str, port: int = 0, ready: bool = True) -> Iterator[Served]:
    """A server for the site in `folder`; when `ready`, after its first build."""
    compiled_beforehand(find(folder))
    log = folder.parent / f"{folder.name}.log"
    command = [sys.executable, "-m", "notes_site", "serve", str(folder), "--port", str(port), *options]
    environment = {**os.environ, "PYTHONWARNINGS": "error", "NO_COLOR": "1"}
    with log.open("w") as stream:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stream, text=True, env=environment)
    try:
        served = Served(_first_line(process).partition(" ")[0], process, log)
        if ready:
            until(lambda: "built: " in served.said(), what="the first build")
        yield served
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _first_line(process: subprocess.Popen[str]) -> str:
    lines: queue.Queue[str] = queue.Queue()
    assert process.stdout is not None
    threading.Thread(target=lambda: lines.put(process.stdout.readline()), daemon=True).start()  # type: ignore[union-attr]
    line = lines.get(timeout=SECONDS)
    assert line, "the server ended at once"
    return line


def preview(folder: Path) -> dict[str, bytes]:
    """What the preview of a site has written."""
    return tree(folder / ".notes-site" / "preview")


def clean(folder: Path, beside: Path) -> dict[str, bytes]:
    """What a clean build of the site in `folder` makes, drafts included; the site itself is not touched."""
    if beside.exists():
        shutil.rmtree(beside)
    shutil.copytree(folder, beside / "site", ignore=shutil.ignore_patterns(".notes-site", "public"))
    built(beside / "site", output=beside / "made", drafts=True)
    return tree(beside / "made")


def settled(folder: Path, beside: Path) -> None:
    """Wait until the preview holds what a clean build makes."""
    expected = clean(folder, beside)
    until(lambda: _same(folder, expected), what="the preview is what a clean build makes")


def _same(folder: Path, expected: dict[str, bytes]) -> bool:
    try:
        return preview(folder) == expected
    except OSError:  # a file went while it was read
        return False

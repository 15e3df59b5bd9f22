"""`notes-site serve`: a preview, a server, and a quick end.

Invariant: after Ctrl-C nothing of ours is left: no thread that builds, no process, no temporary folder.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import uvicorn

from notes_site import emit
from notes_site.app import App
from notes_site.archive import LEDGER
from notes_site.live import Live
from notes_site.output_folder import refused
from notes_site.preview import Preview
from notes_site.project import CACHE_NAME, Project

# ports that are tried, from the one asked for
TRIED: Final = 100
# seconds for answers under way, and for a build under way, to end
PATIENCE: Final = 0.2
ROUNDS: Final = 3
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class CannotServe(Exception):  # noqa: N818 - it names what is so
    """The preview cannot be where it was asked to be; the message says why."""


@dataclass(frozen=True, slots=True)
class Listener:
    """A socket that listens, and the port that it got."""

    socket: socket.socket
    port: int


def listen(host: str, port: int) -> Listener:
    """Listen at `port` or, when it is taken, at the next that is free; 0 is any that is free. Raises CannotServe."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise CannotServe(f'"{host}" is not an address of this machine') from error
    last = min(port + TRIED, 65536) if port else 1
    for tried in range(port, last):
        made = socket.socket(family, kind, protocol)
        try:
            if os.name != "nt":  # there it would let two servers share a port
                made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind((place[0], tried, *place[2:]))
            made.listen(128)
        except OSError as error:
            made.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise CannotServe(f"cannot listen at {host}: {(error.strerror or str(error)).lower()}") from error
            continue
        made.setblocking(False)
        os.set_inheritable(made.fileno(), False)
        return Listener(made, made.getsockname()[1])
    raise CannotServe(f"no port from {port} to {last - 1} is free")


@contextlib.contextmanager
def output_of(project: Project, *, asked: bool) -> Iterator[Path]:
    """The folder for the preview: the project's own when that was `asked` for, else one in the cache.

    Where the cache cannot hold a site, it is a folder for the time of the preview. Raises CannotServe.
    """
    if asked:
        reason = refused(project.content, project.output, project.root)
        if reason:
            raise CannotServe(f"the preview cannot be written to {project.output}: {reason}")
        yield project.output
        return
    folder = project.root / CACHE_NAME / "preview"
    if project.cache == project.root / CACHE_NAME and not refused(project.content, folder, project.root):
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="notes-site-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary).resolve() / "preview"
        try:
            yield folder
        finally:
            with contextlib.suppress(OSError):  # the list of files must not keep a folder that is gone
                emit.clean(folder, project.cache / LEDGER)


class Server(uvicorn.Server):
    """A server that leaves signals to us."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


@dataclass(slots=True)
class Serving:
    """A preview and its server, from `run` to a signal or `stop`."""

    preview: Preview
    live: Live
    host: str
    listener: Listener
    opening: Callable[[str], None]
    _stop: Callable[[], None] = lambda: None
    _stopped: bool = False

    @property
    def address(self) -> str:
        """Where a browser finds the first page."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(self.host, self.host)  # noqa: S104
        shown = f"[{host}]" if ":" in host else host
        return f"http://{shown}:{self.listener.port}{self.live.prefix}"

    def run(self) -> bool:
        """Serve until a signal comes; returns whether the thread that builds came to its end in time."""
        thread = threading.Thread(target=self.preview.run, name="build", daemon=True)
        with self._signals():
            self.opening(self.address)  # who comes before the server is ready waits, for the socket listens already
            thread.start()
            self._run()
        for _ in range(ROUNDS):
            thread.join(PATIENCE)
            if not thread.is_alive():
                return True
            for child in multiprocessing.active_children():  # it waits for them
                child.kill()
        return False

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        finally:
            self.preview.stop()
            self.listener.socket.close()

    def stop(self) -> None:
        """From any thread, and from a signal."""
        self._stopped = True
        self._stop()

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        stopped = asyncio.Event()

        def stop() -> None:
            loop.call_soon_threadsafe(stopped.set)

        self._stop = stop
        self.live.attach(loop)
        app = App(self.live, lambda: self.preview.project.output, self.host, ready=self.preview.ready.is_set)
        config = uvicorn.Config(
            app, http="h11", loop="asyncio", ws="none", lifespan="off", log_config=None, log_level="critical",
            access_log=False, server_header=False, timeout_graceful_shutdown=1,
        )  # fmt: skip
        server = Server(config)
        if self._stopped:
            return
        serving = asyncio.create_task(server.serve(sockets=[self.listener.socket]))
        stopping = asyncio.create_task(stopped.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        self.preview.stop()
        self.live.close()
        server.should_exit = True
        await asyncio.wait({serving}, timeout=PATIENCE)
        server.force_exit = True
        stopping.cancel()
        await asyncio.wait({serving}, timeout=PATIENCE)
        serving.cancel()

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """Ctrl-C ends the server; only the main thread may say so."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, lambda *_: self.stop()) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def leave() -> None:
    """End this process now, with a build under way: its files are written in one step each, so none is half written."""
    if sys.stderr.isatty():
        sys.stderr.write("\x1b[?25h")  # a bar of progress may have hidden the cursor
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)

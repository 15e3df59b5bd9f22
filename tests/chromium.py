"""The browser that tests look at pages with, and servers on loopback of the files that it is shown."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

CHROMIUM: Final = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
FLAGS: Final = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
# what every test that opens a page is marked with
IN_CHROMIUM: Final = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine"),
]
# a page of each kind, of this project's own site
PAGES: Final = (
    "/", "/optimization/", "/optimization/02-1-gradient-descent/", "/papers/", "/papers/adam/", "/margins/", "/tags/",
    "/tags/optimization/", "/latest/", "/404.html", "/probability/lecture-06-monte-carlo/", "/garden/log-sum-exp/",
    "/guide/mathematics/", "/guide/configuration/", "/proofs/spectral-theorem/", "/optimization/results/",
    "/optimization/a-background/", "/lists/theorem/", "/bibliography/", "/glossary/", "/index-of-terms/", "/notation/",
    "/guide/numbers/", "/guide/references/", "/guide/citations/", "/guide/latex-books/",
)  # fmt: skip


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without a word, under a Content-Security-Policy if a class below it has one."""

    policy = ""

    def end_headers(self) -> None:
        if self.policy:
            self.send_header("Content-Security-Policy", self.policy)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def shown(folder: Path, handler: type[Quiet] = Quiet) -> Iterator[str]:
    """The address of a server of a folder, without a slash at its end."""
    answers = functools.partial(handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), answers) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()

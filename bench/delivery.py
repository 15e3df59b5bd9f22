"""Two servers on this machine: one hands out a site as a host does, the other stands for all origins elsewhere.

The other one answers what a page asks of jsDelivr and unpkg with the packages themselves, what it asks of Google Fonts
with the packages of Fontsource, each fetched with npm before anything is measured.
Invariant: what is sent is decided by the address alone, and everything sent is written down.
"""

from __future__ import annotations

import gzip
import html
import json
import mimetypes
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from peers import NotHadError, Npm
from reading import Answer, faces_of

HOSTS: Final = (
    "cdn.jsdelivr.net", "unpkg.com", "cdnjs.cloudflare.com", "fonts.googleapis.com", "fonts.gstatic.com",
)  # fmt: skip
PACKAGE: Final = re.compile(r"(?:cdn\.jsdelivr\.net/npm|unpkg\.com)/((?:@[\w.-]+/)?[\w.-]+(?:@[\w.^~-]+)?)/")
STYLES: Final = re.compile(r"""https://(fonts\.googleapis\.com/css2?\?[^"'<>)]+)""")
SHORTENED: Final = frozenset({"text/html", "text/css", "text/javascript", "application/json", "image/svg+xml"})
TYPES: Final = {".woff2": "font/woff2", ".woff": "font/woff", ".js": "text/javascript", ".mjs": "text/javascript"}


@dataclass(frozen=True, slots=True)
class File:
    """What an address stands for."""

    data: bytes
    kind: str

    def sent(self) -> tuple[bytes, bool]:
        """Its bytes on the wire, and whether they are gzip."""
        if self.kind in SHORTENED and len(self.data) > 200:
            return gzip.compress(self.data, 6, mtime=0), True
        return self.data, False


def read(file: Path) -> File | None:
    if not file.is_file():
        return None
    kind = TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return File(file.read_bytes(), kind)


def site_file(root: Path, address: str) -> File | None:
    """A file of a site, as hosts of static sites find it: `/a/` is `a/index.html`, and `/a` may be `a.html`."""
    path = root / unquote(urlsplit(address).path).lstrip("/")
    if not path.resolve().is_relative_to(root.resolve()):
        return None
    return read(path / "index.html") if path.is_dir() else read(path) or read(path.with_name(f"{path.name}.html"))


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What other origins would send. `folder` is where their packages are installed."""

    folder: Path

    def installed(self, package: str) -> Path:
        """The folder of `katex@0.16.11`, fetched when it is not there; `NotHadError` when it cannot be had."""
        name = package[0] + package[1:].partition("@")[0]
        folder = self.folder / package.replace("/", "+")
        if not (folder / "node_modules" / name).is_dir():
            Npm(name, ((package,),)).install(folder)
        return folder / "node_modules" / name

    def prepare(self, text: str) -> None:
        """Install all that a built file will ask for."""
        text = html.unescape(text)
        for package in sorted(set(PACKAGE.findall(text))):
            self.installed(package)
        for address in sorted(set(STYLES.findall(text))):
            for family, _ in faces_of(f"https://{address}"):
                self.installed(source_of(family))

    def versions(self) -> list[str]:
        """Every package that is there but those of fonts, with its version: `katex 0.16.11`."""
        found = set()
        for file in self.folder.glob("*/package.json"):
            for name in json.loads(file.read_text("utf-8")).get("dependencies", {}):
                if name.startswith("@fontsource/"):
                    continue
                said = json.loads((file.parent / "node_modules" / name / "package.json").read_text("utf-8"))
                found.add(f"{name} {said['version']}")
        return sorted(found)

    def file(self, address: str) -> File | None:
        """`/unpkg.com/katex@0/dist/katex.css` and the like."""
        host, _, rest = address.lstrip("/").partition("/")
        path = unquote(urlsplit(f"/{rest}").path).lstrip("/")
        if host == "fonts.googleapis.com":
            return self._styles(f"https://{host}/{rest}")
        if host == "cdnjs.cloudflare.com" and path.startswith("polyfill/"):
            return File(b"/* this browser lacks nothing of it */", "text/javascript")
        if host in {"unpkg.com", "cdn.jsdelivr.net", "fonts.gstatic.com"}:
            parts = path.removeprefix("npm/").split("/")
            package = "/".join(parts[: 2 if parts[0].startswith("@") else 1])
            try:
                return read(self.installed(package).joinpath(*parts[package.count("/") + 1 :]))
            except NotHadError:
                return None
        return None

    def _styles(self, address: str) -> File:
        styles = []
        for family, faces in faces_of(address):
            package = source_of(family)
            for weight, style in faces:
                name = f"{weight}.css" if style == "normal" else f"{weight}-italic.css"
                found = read(self.installed(package) / name)
                if found is not None:
                    text = found.data.decode().replace("url(./files/", f"url(/fonts.gstatic.com/{package}/files/")
                    styles.append(re.sub(r", url\([^)]*\.woff\) format\('woff'\)", "", text))
        return File("\n".join(styles).encode(), "text/css")


def source_of(family: str) -> str:
    return f"@fontsource/{family.lower().replace(' ', '-')}"


def turned(text: str, port: int) -> str:
    """A built file in which other origins have become the one on this machine."""
    return re.sub(
        "https://(" + "|".join(map(re.escape, HOSTS)) + r")(?=[/\"'])",
        lambda found: f"http://127.0.0.1:{port}/{found[1]}",
        text,
    )


# --- serving ---


@dataclass(slots=True)
class Server:
    """One origin. `look` says what an address stands for; `log` is what was sent since it was last emptied."""

    origin: str
    look: Callable[[str], File | None]
    port: int = 0
    log: list[Answer] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    _kept: dict[str, tuple[bytes, str, bool] | None] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def turn_to(self, look: Callable[[str], File | None]) -> None:
        """Hand out something else from now on."""
        with self._lock:
            self.look = look
            self._kept.clear()

    def empty(self) -> None:
        with self._lock:
            self.log.clear()
            self.missing.clear()

    def answer(self, address: str) -> tuple[int, bytes, bytes]:
        """Status, head and body for an address."""
        with self._lock:
            if address not in self._kept:
                file = self.look(address)
                self._kept[address] = (*file.sent(), file.kind) if file else None  # type: ignore[assignment]
            kept = self._kept[address]
        body, packed, kind = kept or (b"Not found", False, "text/plain")
        status = 200 if kept else 404
        coding = "; charset=utf-8" if kind.startswith("text/") else ""
        lines = [
            f"HTTP/1.1 {status} {'OK' if kept else 'Not Found'}",
            "Date: Thu, 01 Jan 2026 00:00:00 GMT",
            f"Content-Type: {kind}{coding}",
            f"Content-Length: {len(body)}",
            "Cache-Control: max-age=600",
            "Access-Control-Allow-Origin: *",
            *(["Content-Encoding: gzip", "Vary: Accept-Encoding"] if packed else []),
        ]
        head = ("\r\n".join(lines) + "\r\n\r\n").encode()
        with self._lock:
            self.log.append(Answer(self.origin, kind, len(head) + len(body), status))
            if not kept:
                self.missing.append(address)
        return status, head, body


@contextmanager
def serving(*servers: Server) -> Iterator[None]:
    """Servers on ports of their own on the loopback address, while the block runs."""
    running = []
    for server in servers:
        place = ThreadingHTTPServer(("127.0.0.1", 0), handler(server))
        place.daemon_threads = True
        server.port = int(place.server_address[1])
        threading.Thread(target=place.serve_forever, daemon=True).start()
        running.append(place)
    try:
        yield
    finally:
        for place in running:
            place.shutdown()
            place.server_close()


def handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            _, head, body = server.answer(self.path)
            self.wfile.write(head + body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler

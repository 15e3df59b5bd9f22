"""The preview over HTTP: the files of its folder as a real host would send them, and one stream of what changed.

Invariant: no byte outside the output folder is sent, and only to pages that this host itself sent.
"""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
import mimetypes
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from notes_site.live import Live

CLIENT: Final = Path(__file__).parent / "data" / "live.js"
TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".htm": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".bib": "text/plain; charset=utf-8",
    ".xml": "application/xml",
    ".atom": "application/atom+xml",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".ico": "image/vnd.microsoft.icon",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".pdf": "application/pdf",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".webmanifest": "application/manifest+json",
}
HEADERS: Final = {
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
}
_HEAD_END: Final = re.compile(rb"</head\s*>", re.IGNORECASE)
_WAITING: Final = b"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>Building</title></head>
<body><p>The site is being built.</p></body></html>
"""
_MISSING: Final = _WAITING.replace(b"Building", b"Not found").replace(
    b"The site is being built", b"There is no page here"
)


def media_type(path: str) -> str:
    """The content type of a file, by its name; a feed is Atom."""
    name = path.rpartition("/")[2].lower()
    if name == "feed.xml":
        return "application/atom+xml"
    known = TYPES.get(os.path.splitext(name)[1])
    if known:
        return known
    guessed, encoding = mimetypes.guess_type(name)
    return "application/octet-stream" if encoding or not guessed else guessed


def located(output: str, path: str) -> tuple[str, os.stat_result] | None:
    """The file or folder in the output folder that `path` (below the base, decoded) means; None when there is none.

    Links that lead out of the folder lead nowhere.
    """
    steps = path.split("/")
    folder = steps[-1] == ""
    if folder:
        steps.pop()
    if any(
        step in ("", ".", "..") or re.search(r"[\\\0]", step) or (os.name == "nt" and ":" in step) for step in steps
    ):
        return None
    root = os.path.realpath(output)
    try:
        place = os.path.realpath(os.path.join(root, *steps))
        if place != root and not place.startswith(root.rstrip(os.sep) + os.sep):
            return None
        found = os.stat(place)
        if folder and stat.S_ISDIR(found.st_mode):
            return located(output, path + "index.html")
    except (OSError, ValueError):
        return None
    if folder or not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        return None
    return place, found


def with_client(page: bytes, base: str, version: str, *, missing: int = 0) -> bytes:
    """The page with the script that keeps it up to date; `base` is percent-encoded."""
    if page[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return page
    also = f' data-missing="{missing}"' if missing else ""
    tag = f'<script src="{base}_live/live.js" data-live="{version}" data-base="{base}"{also} defer></script>'.encode()
    end = _HEAD_END.search(page)
    return page + tag if end is None else page[: end.start()] + tag + page[end.start() :]


class Hosts:
    """Whom the preview answers: a name that leads here by accident or malice is not among its hosts."""

    def __init__(self, host: str) -> None:
        self.names = {"localhost", "127.0.0.1", "::1", host.lower().strip("[]")}
        # listening everywhere, the address may be any of this machine's; a number cannot be rebound as a name can
        self.numbers = host in ("0.0.0.0", "::", "")  # noqa: S104 - asked, not bound

    def allow(self, netloc: str) -> bool:
        """Whether `host`, `host:port` or `[::1]:port` is one of ours."""
        try:
            parts = urlsplit(f"//{netloc}")
            name = parts.hostname or ""
            if parts.username is not None or parts.path or parts.query or parts.fragment:
                return False
            return name in self.names or (self.numbers and bool(ipaddress.ip_address(name)))
        except ValueError:
            return False


class App:
    """The ASGI application. `output` says where the files lie at the moment, `live` what was built."""

    def __init__(self, live: Live, output: Callable[[], Path], host: str, *, ready: Callable[[], bool]) -> None:
        self.live, self.output, self.hosts, self.ready = live, output, Hosts(host), ready

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        response = await self.answer(Request(scope))
        await response(scope, receive, send)

    async def answer(self, request: Request) -> Response:
        if not self.hosts.allow(request.headers.get("host", "")):
            return PlainTextResponse("This preview does not answer for that host.\n", 403, HEADERS)
        if request.method not in ("GET", "HEAD"):
            return PlainTextResponse("", 405, {**HEADERS, "allow": "GET, HEAD"})
        path, base = request.scope["path"], self.live.base
        if not path.startswith(base):
            if path == "/" or path + "/" == base:
                return RedirectResponse(self.live.prefix, 302, HEADERS)
            return await self.missing()
        inner = path[len(base) :]
        if inner == "_live/events":
            return self.events(request)
        if inner == "_live/live.js":
            return self.sent(str(CLIENT), CLIENT.stat(), request)
        return await self.file(request, inner)

    def events(self, request: Request) -> Response:
        origin = request.headers.get("origin")
        site = request.headers.get("sec-fetch-site", "same-origin")
        ours = origin is None or urlsplit(origin).netloc.lower() == request.headers["host"].lower()
        if not ours or site not in ("same-origin", "none"):
            return PlainTextResponse("Another site may not listen.\n", 403, HEADERS)
        headers = {**HEADERS, "cache-control": "no-store"}
        if request.method == "HEAD":
            return Response(b"", 200, headers, "text/event-stream")
        return StreamingResponse(self.live.stream(), 200, headers, "text/event-stream")

    async def file(self, request: Request, inner: str) -> Response:
        version = self.live.version  # before the file is read: a page may be newer than it says, and never older
        found = await anyio.to_thread.run_sync(located, str(self.output()), inner)
        if found is None:
            return await self.missing()
        place, status = found
        if stat.S_ISDIR(status.st_mode):
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(quote(request.scope["path"]) + "/" + query, 302, HEADERS)
        if media_type(place).startswith("text/html"):
            try:
                page = await anyio.to_thread.run_sync(Path(place).read_bytes)
            except OSError:
                return await self.missing()
            return self.page(with_client(page, self.live.prefix, version), request)
        return self.sent(place, status, request)

    def page(self, body: bytes, request: Request) -> Response:
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        headers = {**HEADERS, "etag": etag}
        if _has(request, etag):
            return Response(b"", 304, headers)
        return Response(body, 200, headers, "text/html; charset=utf-8")

    def sent(self, place: str, status: os.stat_result, request: Request) -> Response:
        """A file as it is, or the part of it that is asked for."""
        response = FileResponse(place, 200, HEADERS, media_type(place.replace(os.sep, "/")), stat_result=status)
        if _has(request, response.headers["etag"]):
            return Response(b"", 304, {**HEADERS, "etag": response.headers["etag"]})
        return response

    async def missing(self) -> Response:
        """The site's own page for what is not there; before the first build, a page that waits for it."""
        version = self.live.version
        found = await anyio.to_thread.run_sync(located, str(self.output()), "404.html")
        page, status = _MISSING, 404
        if not self.ready():
            page, status = _WAITING, 503
        elif found is not None:
            with contextlib.suppress(OSError):
                page = await anyio.to_thread.run_sync(Path(found[0]).read_bytes)
        headers = {**HEADERS, "cache-control": "no-store"}
        page = with_client(page, self.live.prefix, version, missing=status)
        return Response(page, status, headers, "text/html; charset=utf-8")


def _has(request: Request, etag: str) -> bool:
    """Whether the browser has this state of the file already."""
    said = request.headers.get("if-none-match", "")
    return "range" not in request.headers and etag in [tag.strip().removeprefix("W/") for tag in said.split(",")]

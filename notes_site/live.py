"""What open pages are told: which addresses changed, and what is wrong.

Invariant: each message has the list of problems, the newest first, and names the message before it; a page that missed
one knows.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

from notes_site.diagnostics import place, render_text, severity
from notes_site.model import Diagnostic, Severity

# seconds between two signs of life, by which a lost connection is noticed
BEAT: Final = 10.0
# more addresses than this are not listed; each page looks for itself
LISTED: Final = 500
# problems that a page is told, of which it shows fewer: its own first, then the new ones; the terminal has all
TOLD: Final = 500
# problems of one note that go before those of the others
OF_ONE_NOTE: Final = 20


@dataclass(frozen=True, slots=True)
class News:
    """What a build changed: pages and files by URL, `added` those that were not there before.

    `changed` is None when that is not known. `follow` is the page to which open pages go.
    """

    changed: tuple[str, ...] | None = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    follow: str | None = None

    def __bool__(self) -> bool:
        return bool(self.changed is None or self.changed or self.removed or self.follow)


class Live:
    """The state of the preview, and the pages that listen to it. `tell` may be called by any thread."""

    def __init__(self) -> None:
        self.session = secrets.token_hex(4)
        self.number = 0
        self.base = "/"  # decoded, with a slash at both ends
        self.problems: tuple[Diagnostic, ...] = ()
        self._addresses: Mapping[str, str] = {}
        self._builds = 0
        self._since: Mapping[Diagnostic, int] = {}  # the build that was the first to report a problem
        self._loop: asyncio.AbstractEventLoop | None = None
        self._queues: set[asyncio.Queue[str | None]] = set()

    @property
    def prefix(self) -> str:
        """The base path as it stands in an address."""
        return quote(self.base, safe="/~!*():@=+$,-_.")

    @property
    def version(self) -> str:
        """Which state of the site is served: equal versions, equal pages."""
        return f"{self.session}-{self.number}"

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Messages are sent from this loop."""
        self._loop = loop

    def tell(
        self,
        news: News,
        base: str,
        problems: tuple[Diagnostic, ...],
        addresses: Mapping[str, str] | None = None,
        *,
        whole: bool = True,
    ) -> None:
        """Send what changed to all pages; nothing when nothing did.

        `addresses` are those of the pages on which a problem is made, by path. Not `whole` are the problems of a build
        that is still under way: those that it does not name may come back.
        """
        known = self._since
        since = {problem: known.get(problem, self._builds) for problem in problems}
        self._since, self._addresses = since if whole else {**known, **since}, addresses or {}
        self._builds += whole
        if not news and base == self.base and problems == self.problems and self.number:
            return
        before = self.version
        self.base, self.problems = base, problems
        self.number += 1
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
                self._loop.call_soon_threadsafe(self._send, self._message(news, before))

    def close(self) -> None:
        """End all streams."""
        self._send(None)

    def _send(self, message: str | None) -> None:
        for queue in self._queues:
            queue.put_nowait(message)

    async def stream(self) -> AsyncIterator[str]:
        """Server-sent events: the state as it is, then each change, until the preview or the page is closed."""
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._queues.add(queue)
        try:
            yield "retry: 500\n\n" + self._message(News(changed=None), "")
            while True:
                try:
                    message = await asyncio.wait_for(queue.get(), BEAT)
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                if message is None:
                    return
                yield message
        finally:
            self._queues.discard(queue)

    def _message(self, news: News, previous: str) -> str:
        if news.changed is not None and len(news.changed) > LISTED:
            news = replace(news, changed=None)
        found: dict[str, object] = {
            "version": self.version,
            "previous": previous,
            "base": self.prefix,
            "changed": news.changed,
            "added": news.added[:LISTED],
            "removed": news.removed[:LISTED],
            "follow": news.follow,
            "problems": list(described(self.problems, self._since, self._addresses)),
            "errors": sum(severity(problem) is Severity.ERROR for problem in self.problems),
            "warnings": sum(severity(problem) is Severity.WARNING for problem in self.problems),
        }
        return f"data: {json.dumps(found, ensure_ascii=True, separators=(',', ':'))}\n\n"


def described(
    problems: Iterable[Diagnostic], since: Mapping[Diagnostic, int], addresses: Mapping[str, str]
) -> Iterable[dict[str, str]]:
    """The problems to tell: code, severity, place, message, hint, the lines of the excerpt, the address of its page.

    The newest come first, and errors before warnings. Where there are too many, each note has some of its own.
    """
    ordered = sorted(problems, key=lambda one: (-since.get(one, 0), severity(one) is Severity.WARNING))
    if len(ordered) > TOLD:
        of_note: Counter[str] = Counter()
        few: list[Diagnostic] = []
        rest: list[Diagnostic] = []
        for problem in ordered:
            of_note[problem.span.path] += 1
            (few if of_note[problem.span.path] <= OF_ONE_NOTE else rest).append(problem)
        ordered = [*few, *rest][:TOLD]
    for problem in ordered:
        rows = render_text(problem).split("\n")[1:]
        yield {
            "code": problem.code,
            "severity": str(severity(problem)),
            "place": place(problem.span),
            "url": addresses.get(problem.span.path, ""),
            "message": problem.message,
            "hint": problem.hint,
            "excerpt": "\n".join(row.removeprefix("    ") for row in rows),
        }

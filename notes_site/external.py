"""Ask other sites whether the pages that notes link to are there. The only module that uses the network, on request."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from notes_site.model import Diagnostic, Place
from notes_site.theme import GENERATOR

TIMEOUT = 15.0
AT_ONCE = 8
# refusals that a browser would not meet: sites that turn programs away, or ask them to wait
_UNCERTAIN = frozenset((401, 403, 405, 406, 429, 503, 999))


def answer(url: str) -> str | None:
    """What is wrong with an address, or None when it answers (or refuses only programs)."""
    reason: str | None = None
    for method in ("HEAD", "GET"):
        request = urllib.request.Request(url, method=method, headers={"User-Agent": GENERATOR})  # noqa: S310 - http only
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT):  # noqa: S310 - links are http(s) by construction
                return None
        except urllib.error.HTTPError as error:
            if error.code in _UNCERTAIN and method == "GET":
                return None
            reason = f"answers {error.code}"
        except urllib.error.URLError as error:
            return f"cannot be reached: {error.reason}"
        except (OSError, ValueError, http.client.HTTPException) as error:
            return f"cannot be reached: {error}"
    return reason


def check_links(
    links: Sequence[tuple[str, Place]], progress: Callable[[str, int, int], None] = lambda _s, _d, _a: None
) -> tuple[Diagnostic, ...]:
    """A warning for each link whose address does not answer; each address is asked once."""
    urls = list(dict.fromkeys(target.partition("#")[0] for target, _ in links))
    found: dict[str, str | None] = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for i, (url, reason) in enumerate(zip(urls, pool.map(answer, urls), strict=True)):
            found[url] = reason
            progress("links", i + 1, len(urls))
    return tuple(
        place.problem("N046", f"{target} {reason}")
        for target, place in links
        if (reason := found[target.partition("#")[0]])
    )

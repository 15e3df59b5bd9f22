"""Which program this is: a digest of its own source and of the versions of what it builds with.

Whatever the program keeps for later is kept under this digest, so that no version ever trusts another's results.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from notes_site import __version__
from notes_site.packing import digest

# those whose behaviour shows in a page
LIBRARIES = frozenset((
    "markdown_it_py", "mdit_py_plugins", "jinja2", "markupsafe", "pyyaml", "pygments", "math_core", "msgspec",
    "fonttools", "ziamath", "pillow", "merman", "pybtex", "latexcodec", "graphlay", "pagefind_bin",
    "tinycss2", "cssselect2",
))  # fmt: skip
_ENDING = ".dist-info"
# our own files that show in a page; the theme is looked at by itself
_SOURCE = frozenset((".py", ".woff2", ".yml"))


@cache
def house() -> bytes:
    """The digest; computed once in a process, in some milliseconds."""
    folder = Path(__file__).parent
    parts = [__version__.encode(), sys.version.encode(), platform.machine().encode()]
    for file in sorted(folder.rglob("*")):
        if file.suffix in _SOURCE:
            parts += [file.relative_to(folder).as_posix().encode(), file.read_bytes()]
    return digest(*parts, *(name.encode() for name in sorted(_versions())))


def _versions() -> Iterator[str]:
    """The libraries with their versions, as the folders of their metadata are named: `jinja2-3.1.6.dist-info`.

    `importlib.metadata` says the same, and takes longer to import than the rest of a build with nothing to do.
    """
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        for name in names:
            stem = name.removesuffix(_ENDING)
            if stem != name and stem.partition("-")[0].lower().replace(".", "_") in LIBRARIES:
                yield stem

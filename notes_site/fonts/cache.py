"""Keep cut fonts in a folder, each under a name made of everything that its bytes depend on.

Invariant: what is returned is what was kept, whole; an entry that is absent, unreadable or damaged is no entry.
"""

import hashlib
import os
import tempfile
from contextlib import suppress
from importlib import metadata
from pathlib import Path

_CODE = Path(__file__).parent


def key(code_points: frozenset[int], source: bytes) -> str:
    """Names the cut of `source` to `code_points` by this package's code and the versions of its tools."""
    digest = hashlib.sha256()
    parts = [file.read_bytes() for file in sorted(_CODE.glob("*.py"))]
    parts += [source, metadata.version("fonttools").encode(), metadata.version("brotli").encode()]
    parts.append(",".join(map(str, sorted(code_points))).encode())
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:32]


def kept(entry: Path) -> bytes | None:
    """What `keep` wrote there, or None."""
    try:
        stored = entry.read_bytes()
    except OSError:
        return None
    checksum, data = stored[:32], stored[32:]
    return data if data and hashlib.sha256(data).digest() == checksum else None


def keep(entry: Path, data: bytes) -> None:
    """Write a checksum and the font elsewhere, then rename: readers see all of it or nothing.

    A folder that cannot be written is no error.
    """
    with suppress(OSError):
        entry.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=entry.parent, prefix=".math-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(data).digest() + data)
            os.replace(name, entry)
        except OSError:
            os.unlink(name)
            raise

"""Bring the examples of the CommonMark specification into `tests/.cache`; they are not ours to keep in the repository.

They stand in the source distribution of markdown-it-py, which is brought from the package index.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

RELEASE = "markdown-it-py==4.3.0"
INSIDE = "tests/test_cmark_spec/commonmark.json"
CACHED = Path(__file__).parent / ".cache" / "commonmark.json"


def examples(folder: Path) -> bytes:
    """The examples as JSON; CalledProcessError or LookupError when they cannot be had."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"]
    subprocess.run([*command, "--no-binary", ":all:", RELEASE, "-d", str(folder)], check=True)
    for archive in sorted(folder.glob("*.tar.gz")):
        with tarfile.open(archive) as opened:
            for member in opened:
                if member.name.endswith(INSIDE) and (file := opened.extractfile(member)) is not None:
                    return file.read()
    raise LookupError(f"{RELEASE} does not hold {INSIDE}")


def main() -> int:
    if CACHED.exists():
        return 0
    with tempfile.TemporaryDirectory() as folder:
        try:
            data = examples(Path(folder))
        except (subprocess.CalledProcessError, LookupError, OSError) as error:
            print(f"the CommonMark examples are not here, and their test will be skipped: {error}", file=sys.stderr)
            return 1
    CACHED.parent.mkdir(exist_ok=True)
    CACHED.write_bytes(data)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

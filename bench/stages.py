"""Where the time of one build goes: its stages, the calls inside it, the modules that the command imports.

    python bench/stages.py DIR              the site in DIR: cold, with nothing changed, and by function
    python bench/stages.py DIR -n 40        more functions
    python bench/stages.py --imports        what the command imports when it only says its version

Writes into a new folder beside the system's temporary files, and leaves DIR as it is: the site is copied first.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

NOTES_SITE = [sys.executable, "-m", "notes_site"]


def stages(site: Path, out: Path) -> str:
    """What `--timings` says, without the problems of the notes."""
    command = [*NOTES_SITE, "build", str(site), "-d", str(out), "--timings"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    kept = [line for line in done.stderr.splitlines() if re.match(r"\w+ +\d+\.\d+ s$|\d+ notes, ", line)]
    return "\n".join(kept) or done.stderr


def by_function(site: Path, out: Path, count: int) -> None:
    """The functions that cost most by themselves in a cold build in one process."""
    from notes_site.cli import main

    profile = cProfile.Profile()
    profile.enable()
    try:
        main(["build", str(site), "-d", str(out), "--jobs", "1", "--quiet"], standalone_mode=False)
    except SystemExit:
        pass
    finally:
        profile.disable()
    pstats.Stats(profile, stream=sys.stdout).strip_dirs().sort_stats("tottime").print_stats(count)


def imports(count: int) -> None:
    """The modules that take longest to import, with all that they import, in microseconds."""
    command = [sys.executable, "-X", "importtime", "-m", "notes_site", "--version"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    # import time:       162 |       1514 |   notes_site.cli
    found = re.findall(r"^import time: +(\d+) \| +(\d+) \| ( *)(\S+)$", said, re.MULTILINE)
    print(f"{sum(int(own) for own, *_ in found) / 1000:.1f} ms in {len(found)} modules")
    for own, whole, _, name in sorted(found, key=lambda row: -int(row[1]))[:count]:
        print(f"{int(whole) / 1000:8.1f} ms, {int(own) / 1000:6.1f} by itself  {name}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Where the time of a build goes.")
    parser.add_argument("site", nargs="?", type=Path, default=Path(), help="a folder with site.yml (this one)")
    parser.add_argument("-n", "--count", type=int, default=25, help="how many lines (25)")
    parser.add_argument("--imports", action="store_true", help="only what the command imports")
    options = parser.parse_args()
    if options.imports:
        imports(options.count)
        return 0
    with tempfile.TemporaryDirectory(prefix="notes-site-") as made:
        copy, out = Path(made) / "site", Path(made) / "out"
        left_out = shutil.ignore_patterns(".*", "public", "node_modules", "bench", "tests")
        shutil.copytree(options.site, copy, ignore=left_out)
        print("cold\n" + stages(copy, out))
        print("\nnothing changed\n" + stages(copy, out))
        shutil.rmtree(copy)
        shutil.copytree(options.site, copy, ignore=left_out)
        print("\nby function, cold, in one process")
        by_function(copy, Path(made) / "again", options.count)
    return 0


if __name__ == "__main__":
    sys.exit(main())

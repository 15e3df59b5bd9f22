"""A build that is killed at any moment leaves nothing that the next one does not put right."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from changing import SECONDS, assert_clean
from sites import tree, write

from notes_site.build import build
from notes_site.project import find

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")]

COUNT = 100
OWN = {"public/own.txt": "mine", "public/n001/own.txt": "mine", "public/empty/.keep": ""}
LEFTOVERS = ("*.tmp", "*.notes-site.tmp", ".math-*")


def notes(edition: int) -> Mapping[str, str]:
    """A site of about a hundred notes; each edition has other titles, other texts, and some other notes."""
    made = {
        f"content/s{i % 3}/n{i:03}.md": f"# Note {i} of {edition}\n\nText {edition}, $x_{{{i}}}$.\n\n[[n{i + 1:03}]]\n"
        for i in range(COUNT)
        if i % 7 != edition % 7
    }
    made |= {f"content/s{i}/index.md": f"---\ntitle: Series {i}\n---\n" for i in range(3)}
    return {"site.yml": f"title: Edition {edition}\n", "content/a.svg": "<svg/>" * (edition + 1), **made}


def begun(site: Path, clean: bool) -> subprocess.Popen[bytes]:
    """The command, building the site with two workers."""
    arguments = ["build", "-j", "2", str(site), *(["--clean"] if clean else [])]
    return subprocess.Popen(
        [sys.executable, "-m", "notes_site", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd=Path(__file__).parent.parent,
    )


def killed(site: Path, after: float, *, clean: bool = False) -> bool:
    """Whether a build was killed before its end: after some seconds, it and its workers."""
    process = begun(site, clean)
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        with_workers(process)
        return True
    return False


def killed_when(site: Path, written: int) -> bool:
    """Whether a build was killed before its end: when it had written some pages of this edition."""
    process = begun(site, clean=False)
    edition = (site / "site.yml").read_bytes().split()[-1]
    clock = threading.Event()
    while process.poll() is None:
        found = 0
        for file in (site / "public").rglob("index.html"):
            try:
                found += edition in file.read_bytes()
            except OSError:
                continue
        if found >= written:
            with_workers(process)
            return True
        clock.wait(0.001)
    return False


def with_workers(process: subprocess.Popen[bytes]) -> None:
    """End a process of ours and the copies that it made of itself."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(SECONDS)


def seconds(seed: int, longest: float) -> Iterator[float]:
    """Moments between the start of a process and its end, in an order that is the same in every run."""
    chosen = random.Random(seed)
    while True:
        yield chosen.uniform(0.05, longest)


def changed_to(site: Path, edition: int) -> None:
    wanted = notes(edition)
    for file in (site / "content").rglob("*.md"):
        if file.relative_to(site).as_posix() not in wanted:
            file.unlink()
    write(site, wanted)


def assert_whole(site: Path) -> None:
    """The next build gives a clean one's tree beside the author's files, and leaves nothing else."""
    report = build(find(site), jobs=1)
    own = {name.removeprefix("public/"): text.encode() for name, text in OWN.items()}
    assert_clean(site, report, site.parent / "clean", own=own)
    found = tree(site / "public")
    assert {name: found[name] for name in own} == own
    assert [file for pattern in LEFTOVERS for file in site.rglob(pattern)] == []
    assert build(find(site), jobs=1).written == ()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_first_build_that_is_killed_again_and_again_leaves_nothing_behind(tmp_path: Path, seed: int) -> None:
    site = write(tmp_path / "site", {**notes(0), **OWN})
    moments = seconds(seed, 1.2)
    for _ in range(5):
        killed(site, next(moments))
    assert_whole(site)


@pytest.mark.parametrize("seed", [3, 4])
def test_later_builds_that_are_killed_again_and_again_leave_nothing_behind(tmp_path: Path, seed: int) -> None:
    """Each begins after other edits; some are never finished before the next edits come."""
    site = write(tmp_path / "site", {**notes(0), **OWN})
    build(find(site), jobs=2)
    moments = seconds(seed, 0.9)
    for edition in range(1, 6):
        changed_to(site, edition)
        killed(site, next(moments), clean=edition == 4)
    assert_whole(site)
    changed_to(site, 0)
    assert_whole(site)


def test_builds_that_are_killed_while_they_write_leave_nothing_behind(tmp_path: Path) -> None:
    site = write(tmp_path / "site", {**notes(0), **OWN})
    build(find(site), jobs=2)
    chosen = random.Random(5)
    stopped = 0
    for edition in range(1, 5):
        changed_to(site, edition)
        stopped += killed_when(site, chosen.randint(1, 60))
    assert stopped > 0
    assert_whole(site)


def test_an_edit_that_is_taken_back_after_its_build_was_killed_leaves_nothing_behind(tmp_path: Path) -> None:
    """The site is again what the last whole build was made of, and the output is not."""
    site = write(tmp_path / "site", {**notes(0), **OWN})
    build(find(site), jobs=2)
    stopped = 0
    for written in (1, 10, 30):
        changed_to(site, 1)
        stopped += killed_when(site, written)
        changed_to(site, 0)
        assert_whole(site)
    assert stopped > 0

"""Changes are gathered until it is quiet, and what happens in real folders is seen."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from serving import until
from sites import write
from watchdog.observers.api import BaseObserver

from notes_site.changes import EVERYTHING, MANY, Change, Changes
from notes_site.scan import scan
from notes_site.watch import Places, Watcher

pytestmark = pytest.mark.slow

# -- gathering ---------------------------------------------------------------------------------------------------------


def test_what_comes_together_is_taken_together_and_once() -> None:
    changes = Changes()
    changes.add("/a")
    changes.add("/b", "/a")
    assert changes.waiting
    assert changes.take() == Change(frozenset({"/a", "/b"}))
    assert not changes.waiting
    assert changes.take(0) is None


def test_one_that_is_not_known_stands_for_all() -> None:
    changes = Changes()
    changes.add("/a")
    changes.add(everything=True)
    assert changes.take() == EVERYTHING
    assert Change(frozenset({"/a"})) | EVERYTHING == EVERYTHING
    assert Change(frozenset({"/a"})) | Change(frozenset({"/b"})) == Change(frozenset({"/a", "/b"}))


def test_many_paths_are_everything() -> None:
    changes = Changes()
    changes.add(*(f"/{i}" for i in range(MANY)))
    assert changes.take() == Change(frozenset(f"/{i}" for i in range(MANY)))
    changes.add(*(f"/{i}" for i in range(MANY + 1)))
    assert changes.take() == EVERYTHING


def test_a_storm_without_end_is_taken_all_the_same() -> None:
    changes = Changes()
    over = threading.Event()

    def storm() -> None:
        while not over.wait(0.001):
            changes.add("/a")

    thread = threading.Thread(target=storm)
    thread.start()
    try:
        until(lambda: changes.take() == EVERYTHING)
    finally:
        over.set()
        thread.join()


def test_who_waits_is_woken_at_the_end() -> None:
    changes = Changes()
    taken: list[Change | None] = []
    thread = threading.Thread(target=lambda: taken.append(changes.take()))
    thread.start()
    changes.close()
    thread.join()
    assert taken == [None]
    changes.add("/a")
    assert changes.take() is None


def test_changes_from_many_threads_are_all_taken() -> None:
    changes = Changes()
    threads = [threading.Thread(target=changes.add, args=(f"/{i}",)) for i in range(40)]
    for thread in threads:
        thread.start()
    found: set[str] = set()
    while len(found) < 40:
        change = changes.take(10)
        assert change is not None
        assert change.paths is not None
        found |= change.paths
    for thread in threads:
        thread.join()
    assert found == {f"/{i}" for i in range(40)}


# -- what is of interest -----------------------------------------------------------------------------------------------


def places(root: Path) -> Places:
    folders = tuple(str(root / name) for name in ("content", "templates", "static"))
    return Places((str(root / "site.yml"),), folders, (str(root / "public"), str(root / ".notes-site")))


@pytest.mark.parametrize(
    ("path", "concerns"),
    [
        ("site.yml", True),
        ("README.md", False),
        ("content", True),
        ("content/a.md", True),
        ("content/refs.bib", True),
        ("content/.well-known/x", True),
        ("content/.a.md.swp", False),
        ("content/.git/index", False),
        ("content/s/.#a.md", False),
        ("content/a.md~", False),
        ("content/#a.md#", False),
        ("static/.style.css.swp", True),
        ("templates/note.html", True),
        ("public/index.html", False),
        (".notes-site/outputs.json", False),
        ("", True),
    ],
)
def test_what_can_change_the_site_is_of_interest(tmp_path: Path, path: str, concerns: bool) -> None:
    assert places(tmp_path).concern(str(tmp_path / path) if path else str(tmp_path)) is concerns


def test_names_that_are_of_no_interest_are_those_that_a_scan_leaves_out(tmp_path: Path) -> None:
    names = (".a.md.swp", ".git/index", "s/.#a.md", "a.md~", "#a.md#", ".hidden.md", "b.swp")
    write(tmp_path / "content", dict.fromkeys(names, "text"))
    here = places(tmp_path)
    assert not any(here.concern(str(tmp_path / "content" / name)) for name in names)
    found = scan(tmp_path / "content", ())
    assert (found.notes, found.assets) == ((), ())


# -- real folders ------------------------------------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(
        tmp_path.resolve() / "root",
        {"site.yml": "", "content/a.md": "a", "content/s/b.md": "b", "templates/x.html": "", "public/index.html": ""},
    )


@contextmanager
def watching(root: Path, *, polling: bool = False) -> Iterator[tuple[Changes, Watcher]]:
    changes = Changes()
    watcher = Watcher(changes, pytest.fail)
    if polling:
        watcher.native = None
    watcher.follow(places(root))
    try:
        yield changes, watcher
    finally:
        watcher.close()


def seen(changes: Changes, path: Path) -> None:
    """Take until this path, or everything, has changed."""

    def asked() -> bool:
        change = changes.take(0.5)
        return change is not None and (change.paths is None or str(path) in change.paths)

    until(asked, what=f"{path} has changed")


@pytest.mark.parametrize("polling", [False, True])
def test_files_that_are_written_made_and_removed_are_seen(root: Path, polling: bool) -> None:
    with watching(root, polling=polling) as (changes, _):
        for name in ("content/s/b.md", "content/new.md", "site.yml", "templates/x.html"):
            write(root, {name: "other"})
            seen(changes, root / name)
        (root / "content/a.md").unlink()
        seen(changes, root / "content/a.md")


def test_a_save_through_another_file_is_seen_by_the_name_of_the_note(root: Path) -> None:
    with watching(root) as (changes, _):
        for other in (root / "content/.a.md.tmp", root / "content/4913", root / "outside.tmp"):
            other.write_text("new")
            os.replace(other, root / "content/a.md")
            seen(changes, root / "content/a.md")


def test_reading_is_no_change_and_neither_is_what_a_build_writes(root: Path) -> None:
    with watching(root) as (changes, _):
        (root / "content/a.md").read_bytes()
        list(root.rglob("*"))
        write(root, {"public/index.html": "new", "public/b/index.html": "", ".notes-site/cache": "", "README.md": ""})
        write(root, {"content/a.md": "last"})
        change = changes.take(10)
        assert change == Change(frozenset({str(root / "content/a.md")}))


def test_a_link_is_seen_by_its_own_path_and_by_what_it_leads_to(root: Path) -> None:
    with watching(root) as (changes, _):
        (root / "content/link.md").symlink_to(root / "content/a.md")
        change = changes.take(10)
        assert change is not None
        assert change.paths is not None
        assert change.paths >= {str(root / "content/link.md"), str(root / "content/a.md")}


def test_whatever_happens_to_a_folder_means_everything(root: Path) -> None:
    with watching(root) as (changes, watcher):
        (root / "content/t").mkdir()
        assert changes.take(10) == EVERYTHING
        watcher.follow(places(root))
        write(root, {"content/t/deep/er/c.md": "c"})
        assert changes.take(10) == EVERYTHING
        watcher.follow(places(root))
        (root / "content/t").rename(root / "content/u")
        assert changes.take(10) == EVERYTHING
        watcher.follow(places(root))
        write(root, {"content/u/deep/er/c.md": "again"})
        seen(changes, root / "content/u/deep/er/c.md")
        shutil.rmtree(root / "content/u")
        assert changes.take(10) == EVERYTHING


def test_folders_that_come_back_or_come_later_are_watched(root: Path) -> None:
    with watching(root) as (changes, watcher):
        (root / "content").rename(root / "away")
        assert changes.take(10) == EVERYTHING
        watcher.follow(places(root))
        (root / "away").rename(root / "content")
        assert changes.take(10) == EVERYTHING
        watcher.follow(places(root))
        write(root, {"content/a.md": "back"})
        seen(changes, root / "content/a.md")
        write(root, {"static/style.css": "a"})
        seen(changes, root / "static")
        watcher.follow(places(root))
        write(root, {"static/style.css": "b"})
        seen(changes, root / "static/style.css")


def test_a_system_that_cannot_watch_is_asked_again_and_again(root: Path) -> None:
    """The native observer fails as it does where the system has no watches left; the polling one takes over."""

    def exhausted() -> BaseObserver:
        raise OSError(errno.ENOSPC, "inotify watch limit reached")

    said: list[str] = []
    changes = Changes()
    watcher = Watcher(changes, said.append, exhausted)
    watcher.follow(places(root))
    try:
        assert said == [
            "the system cannot watch these folders (inotify watch limit reached); they are looked at twice a second"
        ]
        write(root, {"content/s/b.md": "other"})
        seen(changes, root / "content/s/b.md")
    finally:
        watcher.close()

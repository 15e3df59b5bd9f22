"""The output folder: what is written, kept, removed, and never touched."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notes_site import emit as emitting
from notes_site import output_folder
from notes_site.emit import Emitted, Output, clean, ready
from notes_site.ledger import UNFINISHED, Content, Ledger
from notes_site.output_folder import refused
from notes_site.stamps import SECOND, Stamp, Stamps, digest_of_bytes, stamp


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "public"


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / ".notes-site" / "outputs.json"


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def emit(output: Path, files: Iterable[tuple[str, Content]], ledger: Path) -> Emitted:
    """Files, all of them at hand, into the output folder."""
    return emitting.emit(output, [ready(name, content) for name, content in files], Ledger.read(ledger))


def codes(emitted: Emitted) -> list[tuple[str, str]]:
    return [(problem.code, problem.span.path) for problem in emitted.problems]


def test_files_are_written_and_the_ledger_lists_them(output: Path, ledger: Path, tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(b"png")
    assert emit(output, [("b/index.html", b"b"), ("a.png", picture)], ledger) == Emitted(("a.png", "b/index.html"))
    assert tree(output) == {"a.png": b"png", "b/index.html": b"b"}
    assert Ledger.read(ledger).names(str(output)) == {"a.png", "b/index.html", UNFINISHED}


def test_a_file_with_the_same_bytes_is_not_written_again(output: Path, ledger: Path) -> None:
    emit(output, [("a", b"1"), ("b", b"1")], ledger)
    before = {name: os.stat(output / name).st_ino for name in ("a", "b")}
    book = os.stat(ledger).st_ino
    assert emit(output, [("a", b"1"), ("b", b"1")], ledger) == Emitted(kept=2)
    assert os.stat(ledger).st_ino == book
    assert emit(output, [("a", b"1"), ("b", b"2")], ledger) == Emitted(("b",), 1)
    assert os.stat(output / "a").st_ino == before["a"]


def test_what_an_earlier_build_wrote_is_removed_with_the_folders_that_it_leaves_empty(
    output: Path, ledger: Path
) -> None:
    emit(output, [("a/b/c", b""), ("a/d", b""), ("e", b"")], ledger)
    (output / "a" / "mine").write_text("mine")
    assert emit(output, [("e", b"")], ledger).removed == ("a/b/c", "a/d")
    assert tree(output) == {"a/mine": b"mine", "e": b""}
    assert not (output / "a" / "b").exists()


def test_the_output_folder_itself_is_never_removed(output: Path, ledger: Path) -> None:
    emit(output, [("a", b"")], ledger)
    emit(output, [], ledger)
    assert output.is_dir()


def test_a_file_of_the_authors_is_never_overwritten(output: Path, ledger: Path) -> None:
    output.mkdir()
    (output / "index.html").write_bytes(b"mine")
    emitted = emit(output, [("index.html", b"ours"), ("a", b"")], ledger)
    assert codes(emitted) == [("N054", "public/index.html")]
    assert tree(output) == {"a": b"", "index.html": b"mine"}
    assert emit(output, [], ledger).removed == ("a",)
    assert tree(output) == {"index.html": b"mine"}


def test_a_file_with_the_same_bytes_is_adopted(output: Path, ledger: Path) -> None:
    output.mkdir()
    (output / "a").write_bytes(b"same")
    assert emit(output, [("a", b"same")], ledger) == Emitted(kept=1)
    assert emit(output, [("a", b"other")], ledger).written == ("a",)


def test_a_folder_where_a_file_should_go_is_left_and_reported(output: Path, ledger: Path) -> None:
    (output / "a").mkdir(parents=True)
    (output / "b").write_text("mine")
    assert codes(emit(output, [("a", b""), ("b/c", b"")], ledger)) == [("N054", "public/a"), ("N054", "public/b/c")]
    assert tree(output) == {"b": b"mine"}


def test_a_file_of_ours_gives_way_to_a_folder_and_a_folder_to_a_file(output: Path, ledger: Path) -> None:
    emit(output, [("a", b"1"), ("b/c/d", b"1")], ledger)
    emitted = emit(output, [("a/x", b"2"), ("b", b"2")], ledger)
    assert emitted == Emitted(("a/x", "b"), 0, ("a", "b/c/d"))
    assert tree(output) == {"a/x": b"2", "b": b"2"}


def test_links_out_of_the_output_folder_are_not_followed(output: Path, ledger: Path, tmp_path: Path) -> None:
    emit(output, [("a/b", b"ours"), ("c", b"ours")], ledger)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b").write_bytes(b"mine")
    (output / "a" / "b").unlink()
    (output / "a").rmdir()
    (output / "a").symlink_to(outside)
    (output / "c").unlink()
    (output / "c").symlink_to(outside / "b")
    assert codes(emit(output, [("a/b", b"new"), ("c", b"new")], ledger)) == [
        ("N054", "public/a/b"),
        ("N054", "public/c"),
    ]
    assert emit(output, [], ledger).removed == ()
    assert tree(outside) == {"b": b"mine"}


@pytest.mark.parametrize("name", ["../a", "/a", "a/../b", "a\0", "", "a//b", "./a", "a/", "\ud800"])
def test_a_name_that_is_not_inside_the_folder_is_our_mistake(name: str, output: Path, ledger: Path) -> None:
    with pytest.raises(ValueError, match="not a file inside"):
        emit(output, [(name, b"")], ledger)
    assert not output.exists()


def test_two_files_of_one_name_are_our_mistake(output: Path, ledger: Path) -> None:
    with pytest.raises(ValueError, match="two files"):
        emit(output, [("a", b""), ("a", b"")], ledger)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "[" * 100_000,
        '{"outputs": []}',
        '{"outputs": {"OUT": 1}}',
        '{"outputs": {"OUT": [1, null, "../mine", "/mine"]}}',
    ],
)
def test_a_ledger_that_is_not_ours_is_empty(text: str, output: Path, ledger: Path, tmp_path: Path) -> None:
    ledger.parent.mkdir()
    ledger.write_text(text.replace("OUT", str(output)))
    (tmp_path / "mine").write_text("mine")
    output.mkdir()
    assert emit(output, [], ledger).removed == ()
    assert (tmp_path / "mine").exists()


def test_each_output_folder_has_its_own_list(output: Path, ledger: Path, tmp_path: Path) -> None:
    emit(output, [("a", b"")], ledger)
    emit(tmp_path / "other", [("b", b"")], ledger)
    assert clean(output, ledger) == ("a",)
    assert tree(tmp_path / "other") == {"b": b""}
    assert clean(tmp_path / "other", ledger) == ("b",)
    assert json.loads(ledger.read_text()) == {"outputs": {}}


def test_clean_leaves_what_is_not_ours(output: Path, ledger: Path) -> None:
    emit(output, [("a/b", b""), ("c", b"")], ledger)
    (output / "mine").write_text("mine")
    assert clean(output, ledger) == ("a/b", "c")
    assert tree(output) == {"mine": b"mine"}
    assert not (output / "a").exists()


def test_a_source_that_is_gone_is_reported_and_the_old_copy_stays_ours(
    output: Path, ledger: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(b"1")
    emit(output, [("a.png", picture)], ledger)
    picture.unlink()
    assert codes(emit(output, [("a.png", picture), ("b.png", picture)], ledger)) == [
        ("N056", "public/a.png"),
        ("N056", "public/b.png"),
    ]
    assert tree(output) == {"a.png": b"1"}
    assert emit(output, [], ledger).removed == ("a.png",)


def test_an_output_folder_that_cannot_be_made_is_one_error(output: Path, ledger: Path) -> None:
    output.write_text("a file")
    assert codes(emit(output, [("a", b"")], ledger)) == [("N053", "public")]
    assert output.read_text() == "a file"


def test_nothing_is_written_when_the_ledger_cannot_be(output: Path, ledger: Path) -> None:
    ledger.parent.write_text("a file")
    assert codes(emit(output, [("a", b"")], ledger)) == [("N053", "public")]
    assert tree(output) == {}


def stamped(output: Path) -> Stamps:
    """What is known of the files of a folder when they were written long ago."""
    known: dict[str, Stamp] = {}
    for name, data in tree(output).items():
        os.utime(output / name, (1_000, 1_000))
        known[name] = stamp(os.stat(output / name), time.time_ns() + 10 * SECOND, digest_of_bytes(data))
    return Stamps(known)


def never() -> Content:
    raise AssertionError("asked for what stands as it should")


def test_what_stands_with_its_digest_is_neither_made_nor_read(
    output: Path, ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    emit(output, [("a", b"1"), ("b/c", b"2")], ledger)
    stamps = stamped(output)
    outputs = [Output(name, never, digest_of_bytes(data)) for name, data in tree(output).items()]
    for room in (emitting, output_folder):
        monkeypatch.setattr(room, "digest_of_file", never)
    assert emitting.emit(output, outputs, Ledger.read(ledger), stamps) == Emitted(kept=2)
    assert emitting.all_stand(str(output), ["a", "b/c"], stamps)
    assert not stamps.dirty


@pytest.mark.parametrize("harm", ["changed", "removed", "another program's file in its place"])
def test_what_does_not_stand_as_it_was_written_is_made_and_written_again(harm: str, output: Path, ledger: Path) -> None:
    emit(output, [("a", b"1"), ("b", b"2")], ledger)
    stamps = stamped(output)
    if harm == "changed":
        (output / "a").write_bytes(b"X")
    else:
        (output / "a").unlink()
    if harm.startswith("another"):
        (output / "new").write_bytes(b"X")
        (output / "new").rename(output / "a")
    assert not emitting.all_stand(str(output), ["a", "b"], stamps)
    outputs = [Output("a", lambda: b"1", digest_of_bytes(b"1")), Output("b", never, digest_of_bytes(b"2"))]
    assert emitting.emit(output, outputs, Ledger.read(ledger), stamps) == Emitted(("a",), 1)
    assert tree(output) == {"a": b"1", "b": b"2"}


def test_what_cannot_be_made_leaves_what_stood_there_and_stays_ours(output: Path, ledger: Path) -> None:
    emit(output, [("a", b"old")], ledger)
    outputs = [Output("a", lambda: None), Output("b", lambda: None)]
    assert emitting.emit(output, outputs, Ledger.read(ledger)) == Emitted()
    assert tree(output) == {"a": b"old"}
    assert emit(output, [], ledger).removed == ("a",)


def test_what_is_named_and_not_given_is_left_and_what_is_not_named_is_removed(output: Path, ledger: Path) -> None:
    emit(output, [("a", b"1"), ("b", b"1"), ("c", b"1")], ledger)
    names = frozenset(("a", "b"))
    assert emitting.emit(output, [ready("a", b"2")], Ledger.read(ledger), names=names) == Emitted(("a",), 1, ("c",))
    assert tree(output) == {"a": b"2", "b": b"1"}
    assert Ledger.read(ledger).names(str(output)) == {"a", "b", UNFINISHED}


def test_two_emits_into_one_folder_are_told_as_one(output: Path, ledger: Path) -> None:
    emit(output, [("a", b"1"), ("b", b"1"), ("old", b"1")], ledger)
    names = frozenset(("a", "b", "c"))
    first = emitting.emit(output, [ready("a", b"2")], Ledger.read(ledger), names=names)
    second = emitting.emit(output, [ready("b", b"1"), ready("c", b"1")], Ledger.read(ledger), names=names)
    assert emitting.joined(first, second) == Emitted(("a", "c"), 1, ("old",))


DYING = """
import os, sys
from pathlib import Path
from notes_site.emit import emit, ready
from notes_site.ledger import Ledger
folder, moment, names = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
def step(event, arguments):
    global moment
    if event in ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir") and str(folder) in str(arguments[0]):
        moment -= 1
        if moment < 0:
            os._exit(9)
sys.addaudithook(step)
emit(folder / "public", [ready(name, b"new") for name in names], Ledger.read(folder / "ledger.json"))
"""


@pytest.mark.slow
def test_a_build_killed_at_any_moment_leaves_nothing_that_the_next_does_not_know(tmp_path: Path) -> None:
    for moment in range(100):
        folder = tmp_path / str(moment)
        output, ledger = folder / "public", folder / "ledger.json"
        emit(output, [("a", b"old"), ("b/c", b"old"), ("d", b"old")], ledger)
        (output / "mine").write_bytes(b"mine")
        command = [sys.executable, "-c", DYING, str(folder), str(moment), "a/x", "b", "d", "e/f/g"]
        status = subprocess.run(command, check=False).returncode
        site = {"e": b"1", "b/c": b"2", "a": b"3"}
        assert not emit(output, site.items(), ledger).problems
        assert tree(output) == {**site, "mine": b"mine"}
        emit(output, [], ledger)
        assert list(output.iterdir()) == [output / "mine"]
        if status == 0:
            break
        assert status == 9
    assert moment > 15


# files and folders that often stand in each other's way
NAMES = st.sampled_from(["a", "b", "a/x", "a/y/z", "b/x", "c"])
SITES = st.dictionaries(NAMES, st.binary(max_size=2), max_size=4)


def whole(site: dict[str, bytes]) -> dict[str, bytes]:
    """A site in which no file stands where another needs a folder."""
    return {name: data for name, data in site.items() if not any(other.startswith(f"{name}/") for other in site)}


@settings(deadline=None)
@given(st.lists(SITES.map(whole), min_size=1, max_size=5))
def test_after_any_builds_the_folder_holds_the_last_one_and_what_is_not_ours(sites: list[dict[str, bytes]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        output, ledger = Path(name) / "public", Path(name) / "ledger.json"
        output.mkdir()
        (output / "mine").write_bytes(b"mine")
        before: dict[str, bytes] = {}
        for site in sites:
            emitted = emit(output, site.items(), ledger)
            assert emitted.written == tuple(sorted(n for n in site if before.get(n) != site[n]))
            assert emitted.removed == tuple(sorted(before.keys() - site.keys()))
            assert tree(output) == {**site, "mine": b"mine"}
            before = site
        clean(output, ledger)
        assert list(output.iterdir()) == [output / "mine"]


def test_an_output_folder_near_the_notes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    root = home / "site"
    content = root / "content"
    content.mkdir(parents=True)
    (root / "file").write_text("")
    (root / "link").symlink_to(content)
    monkeypatch.setenv("HOME", str(home))

    def why(output: str) -> str:
        return refused(Path("content"), Path(output), root) or ""

    assert why("public") == why("content-html") == why("../elsewhere/public") == ""
    assert "is the content folder" in why("content")
    assert "is the content folder" in why("link")
    assert "inside the content folder" in why("content/public")
    assert "inside the content folder" in why("link/public")
    assert "holds the content folder" in why(".")
    assert "home folder" in why("..")
    assert "root of the file system" in why("/")
    assert "is a file" in why("file")
    assert "lies in a file" in why("file/public")
    elsewhere = tmp_path / "notes"
    elsewhere.mkdir()
    assert "project" in (refused(elsewhere, root, root) or "")

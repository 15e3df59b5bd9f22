"""The cache costs time when it is lost, and nothing else: not a byte, not a diagnostic but one, not another's files."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from changing import SECONDS, aged, assert_clean, clean_build
from msgspec.structs import replace
from sites import built, coded, tree, write

from notes_site.build import build
from notes_site.cache import APPLICATION, FORMAT, Cache, locked
from notes_site.inputs import scan
from notes_site.memory import Memory
from notes_site.model import Report
from notes_site.notes import read_notes
from notes_site.project import find
from notes_site.stamps import Stamps
from notes_site.texts import TextReader, read_folders
from notes_site.wishes import quiet

SITE: Mapping[str, str] = {
    "site.yml": "title: Notes on $x$\n",
    "content/a.md": "# A\n\nWords and $x^2$.\n\n[[B]]\n",
    "content/b.md": "# B\n\nOther words, $\\foo$.\n\n![[a]]\n",
    "content/s/index.md": "---\ntitle: S\n---\n",
    "content/s/c.md": "# C\n\nText.\n",
}
CACHE = ".notes-site/cache.db"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    made = write(tmp_path / "site", SITE)
    assert {problem.code for problem in built(made).problems} == {"N021"}
    return made


def rebuilt(folder: Path) -> Report:
    return build(find(folder), jobs=1)


# -- what may lie there ------------------------------------------------------------------------------------------------


def garbage(file: Path) -> None:
    file.write_bytes(b"garbage " * (file.stat().st_size // 8))


def spoilt_head(file: Path) -> None:
    file.write_bytes(b"garbage!" + file.read_bytes()[8:])


def text(file: Path) -> None:
    file.write_text("This is not a cache.\n")


def truncated(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def spoilt_inside(file: Path) -> None:
    """The first page, where the tables are listed, holds and the others do not."""
    data = file.read_bytes()
    file.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))


def foreign(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as rows, rows:
        rows.execute("create table letters (text)")
        rows.execute("insert into letters values ('keep me')")


def foreign_with_a_number(file: Path) -> None:
    foreign(file)
    with closing(sqlite3.connect(file)) as rows, rows:
        rows.execute("pragma application_id = 7")


def of_another_format(file: Path) -> None:
    with closing(sqlite3.connect(file)) as rows, rows:
        rows.execute(f"pragma user_version = {FORMAT + 1}")


def with_another_table(file: Path) -> None:
    """Ours by its numbers, and nothing else of it."""
    with closing(sqlite3.connect(file)) as rows, rows:
        rows.execute("drop table rows")
        rows.execute("create table rows (only text)")


DAMAGE: tuple[Callable[[Path], None], ...] = (
    garbage, spoilt_head, text, truncated, spoilt_inside, foreign, foreign_with_a_number,
    of_another_format, with_another_table,
)  # fmt: skip


@pytest.mark.parametrize(
    "damage",
    [pytest.param(one, id=one.__name__, marks=() if one in (garbage, foreign) else pytest.mark.slow) for one in DAMAGE],
)
def test_a_cache_that_cannot_be_used_is_made_anew_with_one_warning(site: Path, damage: Callable[[Path], None]) -> None:
    """The build goes on as a clean one, and the one after it has a cache again."""
    damage(site / CACHE)
    write(site, {"content/a.md": "# Other\n\nWords and $x^2$.\n\n[[B]]\n", "site.yml": "title: Other\n"})
    report = rebuilt(site)
    assert len(coded(report, "N057")) == 1
    assert_clean(site, report, site.parent / "clean", spoilt=("N057",))
    second = rebuilt(site)
    assert coded(second, "N057") == []
    assert (second.made, second.written) == ((), ())


@pytest.mark.slow
@pytest.mark.parametrize("missing", [1, 1000, 5000, 20_000])
def test_a_cache_whose_end_is_missing_is_right_or_made_anew(site: Path, missing: int) -> None:
    """A machine that lost power; what is missing may have been needed or not."""
    os.truncate(site / CACHE, (site / CACHE).stat().st_size - missing)
    write(site, {"site.yml": "title: Other\n"})
    report = rebuilt(site)
    assert len(coded(report, "N057")) <= 1
    assert_clean(site, report, site.parent / "clean", spoilt=("N057",))
    for _ in range(2):
        report = rebuilt(site)
    assert coded(report, "N057") == []
    assert report.made == ()


@pytest.mark.slow
@pytest.mark.parametrize("damage", [Path.unlink, lambda file: os.truncate(file, 0)], ids=["gone", "empty"])
def test_a_cache_that_is_gone_needs_no_warning(site: Path, damage: Callable[[Path], None]) -> None:
    damage(site / CACHE)
    report = rebuilt(site)
    assert coded(report, "N057") == []
    assert_clean(site, report, site.parent / "clean")
    assert rebuilt(site).made == ()


def test_a_folder_in_place_of_the_cache_costs_only_time(site: Path) -> None:
    (site / CACHE).unlink()
    (site / CACHE).mkdir()
    report = rebuilt(site)
    assert len(coded(report, "N057")) <= 1
    assert_clean(site, report, site.parent / "clean", spoilt=("N057",))


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["note", "body", "folder", "texts", "stamps", "last", "record", "answer", "template"])
@pytest.mark.parametrize("after", [{}, {"site.yml": "title: Other\n"}, {"content/s/c.md": "# D\n\nText.\n"}])
def test_a_row_is_right_or_absent_whichever_others_are_there(site: Path, stage: str, after: Mapping[str, str]) -> None:
    with closing(sqlite3.connect(site / CACHE)) as rows, rows:
        assert rows.execute("delete from rows where stage like ?", (f"{stage}%",)).rowcount > 0 or stage == "answer"
    write(site, after)
    assert_clean(site, rebuilt(site), site.parent / "clean")


def test_rows_that_are_no_values_of_ours_are_as_good_as_absent(site: Path) -> None:
    with closing(sqlite3.connect(site / CACHE)) as rows, rows:
        rows.execute("update rows set value = x'c1' where stage <> 'house'")
    write(site, {"site.yml": "title: Other\n"})
    assert_clean(site, rebuilt(site), site.parent / "clean")


def test_what_another_version_of_the_program_kept_is_not_used(tmp_path: Path) -> None:
    one = Cache(tmp_path, b"one version")
    one.put("note", [(b"key", b"value")])
    one.commit()
    assert one.get("note", b"key") == b"value"
    one.close()
    other = Cache(tmp_path, b"another version")
    assert other.get("note", b"key") is None
    assert other.problems == []
    other.close()
    back = Cache(tmp_path, b"one version")
    assert back.get("note", b"key") is None
    back.close()


def test_the_cache_says_whose_it_is(site: Path) -> None:
    with closing(sqlite3.connect(site / CACHE)) as rows:
        assert rows.execute("pragma application_id").fetchone() == (APPLICATION,)
        assert rows.execute("pragma user_version").fetchone() == (FORMAT,)


@pytest.mark.slow
def test_the_cache_does_not_grow_with_every_edit(site: Path) -> None:
    """What only earlier versions of a note needed is dropped."""

    def rows() -> dict[str, int]:
        with closing(sqlite3.connect(site / CACHE)) as found:
            return dict(found.execute("select stage, count(*) from rows group by stage"))

    for number in range(4):
        write(site, {"content/a.md": f"# Title {number}\n\nWords {number}, and $x^2$.\n\n[[B]]\n"})
        rebuilt(site)
    before = rows()
    for number in range(4, 12):
        write(site, {"content/a.md": f"# Title {number}\n\nWords {number}, and $x^2$.\n\n[[B]]\n"})
        rebuilt(site)
    assert rows() == before


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_a_cache_that_is_spoilt_under_a_process_that_remembers_costs_no_text(
    site: Path, damage: Callable[[Path], None]
) -> None:
    memory = Memory()
    build(find(site), jobs=1, memory=memory)
    damage(site / CACHE)
    write(site, {"site.yml": "title: Other\n"})
    report = build(find(site), jobs=1, memory=memory)
    assert len(coded(report, "N057")) <= 1
    assert_clean(site, report, site.parent / "clean", spoilt=("N057",))
    memory.close()


# -- where it cannot be ------------------------------------------------------------------------------------------------

# builds a site as it may, so that all is imported, and another as a user who owns nothing
AS_NOBODY = """
import os, sys
from pathlib import Path
from notes_site.build import build
from notes_site.project import find
build(find(Path(sys.argv[1])), jobs=1, clean=True)
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
output = Path(sys.argv[3]) if len(sys.argv) > 3 else None
report = build(find(Path(sys.argv[2]), output=output), jobs=1)
print(*(problem.code for problem in report.problems), len(report.made))
"""


def built_by_nobody(*arguments: Path) -> list[str]:
    """The codes of the problems of a build of the second site, in a process that owns none of its files."""
    for folder in arguments[1].resolve().parents:
        if folder.stat().st_uid == os.geteuid() and folder != folder.parent:
            folder.chmod(folder.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        cwd=Path(__file__).parent.parent,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[:-1]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX permissions")
def test_a_site_whose_cache_folder_cannot_be_written_is_built_into_another_folder(site: Path, tmp_path: Path) -> None:
    expected, files = clean_build(site, tmp_path / "clean")
    output = tmp_path / "out" / "public"
    output.parent.mkdir()
    output.parent.chmod(0o777)
    before = tree(site)
    (site / ".notes-site").chmod(0o555)
    site.chmod(0o555)
    try:
        for _ in range(2):
            codes = built_by_nobody(tmp_path / "clean", site, output)
            assert codes == [problem.code for problem in expected.problems]
            assert tree(output) == files
    finally:
        site.chmod(0o755)
        (site / ".notes-site").chmod(0o755)
    assert tree(site) == before


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX permissions")
def test_a_file_of_the_authors_that_cannot_be_read_ends_no_build(site: Path, tmp_path: Path) -> None:
    output = write(tmp_path / "out" / "public", {"a/index.html": "mine"})
    for place in (tmp_path / "out", output, output / "a"):
        place.chmod(0o777)
    (output / "a/index.html").chmod(0)
    codes = built_by_nobody(write(tmp_path / "spare", SITE), site, output)
    assert len([code for code in codes if code in ("N054", "N056")]) == 1
    assert (output / "b/index.html").is_file()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX permissions")
def test_where_nothing_can_be_written_that_is_the_one_error_more(site: Path, tmp_path: Path) -> None:
    expected, _ = clean_build(site, tmp_path / "clean")
    before = tree(site)
    folders = [folder for folder in [site, *site.rglob("*")] if folder.is_dir()]
    for folder in folders:
        folder.chmod(0o555)
    try:
        codes = built_by_nobody(tmp_path / "clean", site)
    finally:
        for folder in folders:
            folder.chmod(0o755)
    assert sorted(codes) == sorted(["N053", *(problem.code for problem in expected.problems)])
    assert tree(site) == before


def test_a_site_in_a_folder_whose_name_is_not_utf8_is_built(tmp_path: Path) -> None:
    site = write(tmp_path / "n\udcf6tes", SITE)
    report = rebuilt(site)
    assert_clean(site, report, tmp_path / "clean")
    assert rebuilt(site).made == ()


def test_a_cache_that_was_carried_to_another_place_is_right_there(site: Path, tmp_path: Path) -> None:
    """As a deploy restores it: the cache without the output. No note is parsed again."""
    elsewhere = tmp_path / "elsewhere" / "site"
    shutil.copytree(site, elsewhere, ignore=shutil.ignore_patterns("public"))
    asked: list[str] = []
    report = build(find(elsewhere), jobs=1, progress=lambda stage, _done, _all: asked.append(stage))
    assert_clean(elsewhere, report, tmp_path / "clean")
    assert "parse" not in asked
    write(elsewhere, {"content/a.md": "# Other\n\nText.\n"})
    assert_clean(elsewhere, rebuilt(elsewhere), tmp_path / "clean")


def test_a_site_that_was_carried_with_its_output_is_right_there(site: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere" / "site"
    shutil.copytree(site, elsewhere)
    assert_clean(elsewhere, rebuilt(elsewhere), tmp_path / "clean")
    write(elsewhere, {"content/a.md": "# Other\n\nText.\n"})
    assert_clean(elsewhere, rebuilt(elsewhere), tmp_path / "clean")


# -- two at once -------------------------------------------------------------------------------------------------------

SECOND = """
import os, sys
from pathlib import Path
from notes_site.build import build
from notes_site.project import find
waits = (lambda: (print("waits", flush=True), os._exit(0))) if sys.argv[2] == "leave" else (lambda: print("waits", flush=True))
report = build(find(Path(sys.argv[1])), jobs=1, wait=waits)
print("done", len(report.made), flush=True)
"""  # noqa: E501 - a program


def second(site: Path, then: str) -> subprocess.Popen[str]:
    """Another process that builds the same site; it says when it has to wait, and then leaves or stays."""
    return subprocess.Popen(
        [sys.executable, "-c", SECOND, str(site), then],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent.parent,
    )


@pytest.mark.slow
@pytest.mark.parametrize("clean", [False, True])
def test_a_second_build_waits_for_the_first_and_says_so(tmp_path: Path, clean: bool) -> None:
    site = write(tmp_path / "site", SITE)
    said: list[str] = []

    def begun(_stage: str, _done: int, _all: int) -> None:
        if not said:
            said.append(second(site, "leave").communicate(timeout=SECONDS)[0])

    report = build(find(site), jobs=1, clean=clean, progress=begun)
    assert said == ["waits\n"]
    assert_clean(site, report, tmp_path / "clean")


@pytest.mark.slow
def test_two_builds_at_once_both_end_well(tmp_path: Path) -> None:
    """The second begins while the first is under way, and finds what that one did."""
    site = write(tmp_path / "site", SITE)
    others: list[subprocess.Popen[str]] = []

    def begun(_stage: str, _done: int, _all: int) -> None:
        if not others:
            others.append(second(site, "stay"))
            assert others[0].stdout is not None
            assert others[0].stdout.readline() == "waits\n"

    report = build(find(site), jobs=1, progress=begun)
    assert others[0].communicate(timeout=SECONDS)[0] == "done 0\n"
    assert_clean(site, report, tmp_path / "clean")
    assert_clean(site, rebuilt(site), tmp_path / "clean")


@pytest.mark.slow
def test_many_builds_at_once_all_end_well(site: Path) -> None:
    write(site, {f"content/n{number}.md": f"# N{number}\n\n[[B]]\n" for number in range(20)})
    others = [second(site, "stay") for _ in range(3)]
    assert [other.communicate(timeout=SECONDS)[0].splitlines()[-1].split()[0] for other in others] == ["done"] * 3
    assert [other.returncode for other in others] == [0, 0, 0]
    report = rebuilt(site)
    assert report.made == ()
    assert_clean(site, report, site.parent / "clean")


def test_a_check_in_a_process_that_remembers_keeps_no_other_build_waiting(site: Path) -> None:
    """It leaves nothing half written in the cache."""
    memory = Memory()
    build(find(site), jobs=1, memory=memory)
    write(site, {"content/a.md": "# Other\n", "templates/note.html": "other"})
    build(find(site), jobs=1, memory=memory, write=False)
    with closing(sqlite3.connect(site / CACHE, timeout=0)) as rows, rows:
        rows.execute("begin immediate")
    memory.close()


def test_a_cache_that_another_program_holds_for_a_while_is_not_thrown_away(site: Path) -> None:
    """A lock is no damage."""
    inode = (site / CACHE).stat().st_ino
    with closing(sqlite3.connect(site / CACHE, isolation_level=None, check_same_thread=False)) as rows:
        rows.execute("begin immediate")
        free = threading.Timer(0.2, rows.rollback)
        free.start()
        assert rebuilt(site).made == ()
        free.join()
    assert (site / CACHE).stat().st_ino == inode


def test_a_lock_in_whose_place_something_else_stands_stops_no_build(tmp_path: Path) -> None:
    waited: list[str] = []
    for name, content in (("text", b"no database"), ("empty", b"")):
        folder = write(tmp_path / name, {"lock": content})
        with locked(folder, lambda: waited.append("waits")):
            pass
        assert (folder / "lock").read_bytes().startswith(content)
    (tmp_path / "folder" / "lock").mkdir(parents=True)
    with locked(tmp_path / "folder", lambda: waited.append("waits")):
        pass
    assert waited == []


# -- has a file changed? -----------------------------------------------------------------------------------------------


def test_a_file_of_the_same_size_and_time_is_read_when_it_was_written_to(site: Path) -> None:
    """The times of a file can be set; that of its last change cannot."""
    aged(site)
    assert rebuilt(site).made == ()
    before = (site / "content/s/c.md").stat()
    (site / "content/s/c.md").write_text("# C\n\nTeXt.\n")
    os.utime(site / "content/s/c.md", ns=(before.st_atime_ns, before.st_mtime_ns))
    after = (site / "content/s/c.md").stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    report = rebuilt(site)
    assert "/s/c/" in report.made
    assert_clean(site, report, site.parent / "clean")


def test_a_file_of_the_same_size_and_time_is_read_when_another_took_its_place(site: Path) -> None:
    aged(site)
    assert rebuilt(site).made == ()
    before = (site / "content/s/c.md").stat()
    write(site, {"content/.new": "# C\n\nTeXt.\n"})
    os.utime(site / "content/.new", ns=(before.st_atime_ns, before.st_mtime_ns))
    (site / "content/.new").replace(site / "content/s/c.md")
    assert_clean(site, rebuilt(site), site.parent / "clean")


@pytest.mark.slow
def test_a_file_that_is_written_again_at_once_is_read_again(site: Path) -> None:
    """Between two ticks of a file system's clock nothing but its bytes tells that a file changed."""
    for number in range(10):
        for half in "ab":
            write(site, {"content/s/c.md": f"# C\n\nText {number}{half}.\n"})
            report = rebuilt(site)
            assert "/s/c/" in report.made
    assert_clean(site, report, site.parent / "clean")


def test_a_page_of_the_same_size_and_time_is_written_again_when_somebody_wrote_to_it(site: Path) -> None:
    aged(site)
    assert rebuilt(site).made == ()
    place = site / "public/s/c/index.html"
    before = place.stat()
    place.write_bytes(place.read_bytes().replace(b"Text.", b"TeXt."))
    os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))
    report = rebuilt(site)
    assert report.written == ("s/c/index.html",)
    assert_clean(site, report, site.parent / "clean")


def test_a_note_that_changes_between_the_scan_and_the_parse_spoils_nothing(site: Path) -> None:
    """What is kept stands under the digest of the bytes that were parsed."""
    aged(site)
    project, stamps, cache = find(site), Stamps({}), Cache(None, b"")

    def titles() -> list[str]:
        found = scan(project, stamps)
        if between:
            write(site, {"content/a.md": between.pop()})
        folders, _ = read_folders(found, cache)
        texts = TextReader(project.config, found, folders, "site.yml", cache)
        notes, _ = read_notes(
            project.config, found, folders, cache, jobs=1, progress=quiet, texts=texts, meanwhile=lambda: None
        )
        return [note.facts.title.plain for note in notes.by_path.values()]

    between: list[str] = []
    scan(project, stamps)
    between.append("# Between\n")
    titles()
    write(site, {"content/a.md": SITE["content/a.md"]})
    assert titles()[0] == "A"


def test_two_output_folders_of_one_site_have_their_own_records(site: Path, tmp_path: Path) -> None:
    project = find(site)
    other = replace(project, output=tmp_path / "other" / "public")
    assert build(other, jobs=1).made != ()
    write(site, {"content/a.md": "# Other\n\nText.\n"})
    assert_clean(site, build(other, jobs=1), tmp_path / "clean", output=other.output)
    assert build(project, jobs=1).made != ()
    assert build(other, jobs=1).made == ()
    assert tree(project.output) == tree(other.output)

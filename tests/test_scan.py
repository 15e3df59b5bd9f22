"""What is found in a content folder, what is left out, and dates from a real repository."""

import hashlib
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sites import built, indexed, page

from notes_site.images import size
from notes_site.patterns import matches
from notes_site.scan import LONGEST_PATH, SHALLOW, NoteFile, Scan, git_dates, git_state, scan
from notes_site.stamps import SECOND, Stamps


def write(folder: Path, *names: str) -> None:
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(name.encode())


def paths(found: Scan) -> list[str]:
    return sorted([note.path for note in found.notes] + [asset.path for asset in found.assets])


def problems(found: Scan) -> list[tuple[str, str, str]]:
    return [(problem.code, problem.span.path, problem.message) for problem in found.problems]


def test_notes_and_other_files_are_found_with_their_digests(tmp_path: Path) -> None:
    write(tmp_path, "b.md", "a/c.qmd", "a.ipynb", "d.MARKDOWN", "a/p.png", "CNAME")
    found = scan(tmp_path, [])
    assert [note.path for note in found.notes] == ["a.ipynb", "a/c.qmd", "b.md", "d.MARKDOWN"]
    assert [asset.path for asset in found.assets] == ["CNAME", "a/p.png"]
    source, digest = found.source(found.notes[2]), hashlib.sha256(b"b.md").hexdigest()[:16]
    assert (source.path, source.data) == ("b.md", b"b.md")
    assert source.digest == found.notes[2].digest == digest
    assert found.assets[1].digest == hashlib.sha256(b"a/p.png").hexdigest()[:16]
    assert Path(found.assets[1].place).read_bytes() == b"a/p.png"
    assert not found.problems


def test_a_file_whose_stamp_holds_is_not_read_again_and_one_that_changed_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = "---\nseries: algebra # of groups\n---\n"
    (tmp_path / "a.md").write_text(head)
    (tmp_path / "b.md").write_text("b")
    (tmp_path / "p.svg").write_text('<svg width="30" height="20"/>')
    for file in tmp_path.iterdir():
        os.utime(file, (1_000, 1_000))
    stamps = Stamps({})
    found = scan(tmp_path, [], stamps=stamps, size=size)
    assert stamps.dirty
    assert found.notes[0] == NoteFile("a.md", str(tmp_path / "a.md"), found.notes[0].digest, "algebra")
    assert (found.assets[0].width, found.assets[0].height) == (30, 20)
    assert found.read == {"a.md": head.encode(), "b.md": b"b"}

    stamps.dirty = False
    for known in list(stamps.known):
        entry = stamps.known[known]
        stamps.known[known] = replace(entry, seen=entry.seen + 10 * SECOND)
    again = scan(tmp_path, [], stamps=stamps, size=never_asked)
    assert (again.notes, again.assets, again.read) == (found.notes, found.assets, {})
    assert not stamps.dirty
    assert again.source(again.notes[0]).data == head.encode()

    (tmp_path / "b.md").write_text("c")
    third = scan(tmp_path, [], stamps=stamps, size=never_asked)
    assert third.notes[0] == found.notes[0]
    assert third.notes[1].digest == hashlib.sha256(b"c").hexdigest()[:16]
    assert third.read == {"b.md": b"c"}


def never_asked(file: Path) -> tuple[int, int]:
    raise AssertionError(f"asked for the size of {file}")


def test_a_note_that_is_gone_after_the_scan_is_empty(tmp_path: Path) -> None:
    write(tmp_path, "a.md")
    found = without_bytes(scan(tmp_path, []))
    (tmp_path / "a.md").unlink()
    source = found.source(found.notes[0])
    assert (source.path, source.data, source.digest) == ("a.md", b"", hashlib.sha256(b"").hexdigest()[:16])


def without_bytes(found: Scan) -> Scan:
    """A scan without the bytes at hand."""
    return Scan(found.notes, found.assets, found.problems)


def test_what_is_not_content_is_left_out(tmp_path: Path) -> None:
    write(
        tmp_path,
        ".git/a.md", ".obsidian/a.md", "_site/a.md", "x/node_modules/a.md", "__pycache__/a.md", "site.yml",
        "x.bib",
        "_quarto.yml", "x/_quarto.yml", "a.md~", ".#a.md", "#a.md#", ".a.md.swp", "a.swp", "Thumbs.db",
        ".DS_Store", "x/y.bib",
        ".hidden.md",
    )  # fmt: skip
    write(tmp_path, "x/data.yml", ".well-known/security.txt", ".nojekyll", "_site.md", "x/_site")
    assert paths(scan(tmp_path, [])) == [".nojekyll", ".well-known/security.txt", "_site.md", "x/_site", "x/data.yml"]


def test_excluded_folders_and_ignored_files_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "index.qmd", "a/index.qmd", "public/a.md", "templates/a.html", "drafts/x/a.md", "b/l.qmd", "l.qmd")
    found = scan(
        tmp_path, ["index.qmd", "drafts", "**/l.qmd"], exclude=[tmp_path / "public", tmp_path / "templates", tmp_path]
    )
    assert paths(found) == ["a/index.qmd"]


def test_a_pattern_with_one_star_leaves_folders_in(tmp_path: Path) -> None:
    write(tmp_path, "a/x.md", "a/b/y.md")
    assert paths(scan(tmp_path, ["a/*"])) == ["a/b/y.md"]
    assert paths(scan(tmp_path, ["a/**"])) == []


def test_names_are_composed_and_of_two_equal_ones_the_first_stays(tmp_path: Path) -> None:
    write(tmp_path, "e\u0301.md")
    assert paths(scan(tmp_path, [])) == ["\u00e9.md"]
    write(tmp_path, "\u00e9.md")
    if len(os.listdir(tmp_path)) == 2:
        found = scan(tmp_path, [])
        assert [found.source(note).data.decode() for note in found.notes] == ["e\u0301.md"]
        assert problems(found) == [("N002", "\u00e9.md", "another file has the same name in composed Unicode")]


def test_links_inside_are_followed_and_links_that_lead_out_are_not(tmp_path: Path) -> None:
    content = tmp_path / "content"
    write(content, "img/p.png", "a/x.md")
    write(tmp_path, "secret.md", "outside/y.md")
    (content / "a" / "img").symlink_to("../img")
    (content / "b").symlink_to("a")
    (content / "out").symlink_to(tmp_path / "outside")
    (content / "s.md").symlink_to("../secret.md")
    (content / "gone.md").symlink_to("nowhere")
    found = scan(content, [])
    assert paths(found) == ["a/img/p.png", "a/x.md", "b/img/p.png", "b/x.md", "img/p.png"]
    assert [(path, message.partition(":")[0]) for _, path, message in problems(found)] == [
        ("gone.md", "cannot be read"),
        ("out", "the link leads out of the content folder"),
        ("s.md", "the link leads out of the content folder"),
    ]


def test_a_content_folder_that_is_a_link_is_read(tmp_path: Path) -> None:
    write(tmp_path, "real/a.md")
    (tmp_path / "link").symlink_to("real")
    assert paths(scan(tmp_path / "link", [])) == ["a.md"]


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    write(tmp_path, "a/x.md", "b/y.md")
    (tmp_path / "a" / "self").symlink_to(".")
    (tmp_path / "a" / "up").symlink_to("..")
    (tmp_path / "a" / "b").symlink_to("../b")
    (tmp_path / "b" / "a").symlink_to("../a")
    (tmp_path / "l").symlink_to("l")
    found = scan(tmp_path, [])
    assert paths(found) == ["a/b/y.md", "a/x.md", "b/a/x.md", "b/y.md"]
    assert {path for _, path, _ in problems(found)} == {"a/self", "a/up", "a/b/a", "b/a/self", "b/a/up", "b/a/b", "l"}


def test_many_links_to_each_other_end_soon(tmp_path: Path) -> None:
    for i in range(6):
        write(tmp_path, f"{i}/x.md")
        for j in range(6):
            (tmp_path / str(i) / f"to{j}").symlink_to(f"../{j}")
    assert len(scan(tmp_path, []).notes) <= 6**4


def test_what_is_no_regular_file_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "link.md").symlink_to("pipe.md")
    found = scan(tmp_path, [])
    assert paths(found) == []
    assert problems(found) == [
        ("N002", "link.md", "neither a file nor a folder"),
        ("N002", "pipe.md", "neither a file nor a folder"),
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may read everything")
def test_what_may_not_be_read_is_reported(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "b/c.md")
    (tmp_path / "a.md").chmod(0)
    (tmp_path / "b").chmod(0)
    found = scan(tmp_path, [])
    (tmp_path / "b").chmod(0o700)
    assert problems(found) == [
        ("N002", "a.md", "cannot be read: permission denied"),
        ("N002", "b", "cannot be read: permission denied"),
    ]


def test_names_that_cannot_stand_in_an_address_are_reported(tmp_path: Path) -> None:
    try:
        with open(os.fsencode(tmp_path) + b"/\xff.md", "wb"):
            pass
    except OSError:
        pytest.skip("a file system that asks for UTF-8")
    write(tmp_path, "a\nb.md", "fine.md")
    found = scan(tmp_path, [])
    assert paths(found) == ["fine.md"]
    assert problems(found) == [
        ("N002", "\\xff.md", "the name is not UTF-8"),
        ("N002", "a\\nb.md", "the name holds control characters"),
    ]


def test_a_path_that_is_too_long_is_reported(tmp_path: Path) -> None:
    write(tmp_path, "/".join(["x" * 200] * (LONGEST_PATH // 200 + 1)) + "/a.md")
    assert [problem[2] for problem in problems(scan(tmp_path, []))] == ["the name is too long"]


def test_a_folder_that_is_not_there_is_reported(tmp_path: Path) -> None:
    found = scan(tmp_path / "none", [])
    assert problems(found) == [("N002", ".", "cannot be read: no such file or directory")]


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("index.qmd", "index.qmd", True),
        ("index.qmd", "a/index.qmd", False),
        ("**/lectures.qmd", "lectures.qmd", True),
        ("**/lectures.qmd", "a/b/lectures.qmd", True),
        ("**/lectures.qmd", "a/mylectures.qmd", False),
        ("ML/*.qmd", "ML/a.qmd", True),
        ("ML/*.qmd", "ML/a/b.qmd", False),
        ("Math/*/index.qmd", "Math/a/index.qmd", True),
        ("Math/*/index.qmd", "Math/index.qmd", False),
        ("Math/MIT18.06/*", "Math/MIT18.06/a.ipynb", True),
        ("Math/MIT18.06/*", "Math/MIT18x06/a.ipynb", False),
        ("Math", "Math/a/b.md", True),
        ("Math/", "Math/a/b.md", True),
        ("Math/", "Math", False),
        ("Math", "Mathematics/a.md", False),
        ("draft-*", "draft-1/a.md", True),
        ("a/**/b.md", "a/b.md", True),
        ("a/**/b.md", "a/x/y/b.md", True),
        ("a/**", "a/x/y", True),
        ("**", "a/b", True),
        ("./a.md", "a.md", True),
        ("/a.md", "a.md", True),
        ("[ab].md", "a.md", True),
        ("[!ab].md", "a.md", False),
        ("a[!x]b", "a/b", False),
        ("?.md", "a.md", True),
        ("a?b", "a/b", False),
        ("[z-a].md", "[z-a].md", True),
        ("[.md", "[.md", True),
        ("", "a.md", False),
        ("e\u0301.md", "\u00e9.md", True),
        ("A.md", "a.md", False),
    ],
)
def test_patterns_mean_paths_from_the_content_folder(pattern: str, path: str, expected: bool) -> None:
    assert matches(path, [pattern]) is expected


@given(st.text(st.sampled_from("ab*?/[]!-^\\.&|~é"), max_size=12), st.text(st.sampled_from("ab/.é"), max_size=8))
def test_any_pattern_can_be_read(pattern: str, path: str) -> None:
    matches(path, [pattern])


def git(folder: Path, *words: str, when: int = 0) -> None:
    stamp = f"@{when} +0200"
    environment = {
        **os.environ, "GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp, "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b",
    }  # fmt: skip
    subprocess.run(["git", *words], cwd=folder, env=environment, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """`content/é b.md` of the seconds 1000 and 3000, `content/c.md` of 2000, moved from a file of the same bytes."""
    folder = tmp_path / "repository"
    write(folder, "content/\u00e9 b.md", "old.md")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one", when=1000)
    git(folder, "mv", "old.md", "content/c.md")
    git(folder, "commit", "-qm", "two", when=2000)
    (folder / "content" / "\u00e9 b.md").write_text("changed")
    git(folder, "commit", "-qam", "three", when=3000)
    write(folder, "content/new.md")
    return folder


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


EXPECTED = {"\u00e9 b.md": (moment(1000), moment(3000)), "c.md": (moment(2000), moment(2000))}


def test_dates_are_those_of_the_first_and_the_last_commit(repository: Path) -> None:
    assert git_dates(repository / "content") == EXPECTED
    assert {path: dates for path, dates in git_dates(repository).items() if path != "old.md"} == {
        f"content/{path}": dates for path, dates in EXPECTED.items()
    }


def test_the_authors_settings_and_environment_change_no_date(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = git_state(repository / "content")
    for key, value in {
        "log.showRoot": "false", "diff.renames": "copies", "core.quotepath": "true", "log.showSignature": "true",
        "color.ui": "always", "log.follow": "true", "diff.relative": "false",
        "log.date": "human", "diff.mnemonicPrefix": "1",
    }.items():  # fmt: skip
        git(repository, "config", key, value)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    monkeypatch.setenv("GIT_LITERAL_PATHSPECS", "1")
    assert git_dates(repository / "content") == EXPECTED
    assert git_state(repository / "content") == state


def test_a_shallow_clone_has_no_dates_and_says_so(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{repository}", "clone")
    clone = tmp_path / "clone"
    assert git_state(clone / "content") == git_state(clone) == SHALLOW
    report = built(clone)
    assert [(problem.code, problem.span.path) for problem in report.problems] == [("N018", "")]
    card = indexed(clone).card("c.md")
    assert card is not None
    assert (card.date, card.written, card.updated) == (None, None, None)
    assert "<time" not in page(clone, "/c/")
    git(clone, "fetch", "-q", "--unshallow")
    assert built(clone).problems == ()
    assert '<time datetime="1970-01-01"' in page(clone, "/c/")


def test_without_a_repository_or_without_git_there_are_no_dates(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    none = tmp_path / "none"
    assert [(git_dates(folder), git_state(folder)) for folder in (outside, none)] == [({}, "")] * 2
    empty = tmp_path / "empty"
    empty.mkdir()
    git(empty, "init", "-q")
    assert (git_dates(empty), git_state(empty)) == ({}, "")
    monkeypatch.setenv("PATH", str(outside))
    assert (git_dates(repository), git_state(repository)) == ({}, "")


def test_the_state_of_a_repository_is_another_after_a_commit_and_in_another_folder(repository: Path) -> None:
    before = git_state(repository / "content")
    assert before not in ("", SHALLOW)
    assert before == git_state(repository / "content") != git_state(repository)
    git(repository, "add", ".")
    assert git_state(repository / "content") == before
    git(repository, "commit", "-qm", "four", when=4000)
    assert git_state(repository / "content") != before
    assert git_dates(repository / "content") == {**EXPECTED, "new.md": (moment(4000), moment(4000))}

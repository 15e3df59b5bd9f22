"""`numbers.lock`: the numbers that were published, and what is said when they move."""

from __future__ import annotations

from pathlib import Path

import pytest
from changing import run
from hypothesis import given
from hypothesis import strategies as st
from sites import built, coded, write

from notes_site.lock import HEAD, Change, Locked, compare, read_lock, write_lock
from notes_site.model import Diagnostic

LEMMA = "::: {#lem-a}\nFirst.\n:::\n\n"
NOTE = "---\ntitle: One\nnumber: 2\n---\n\nText.\n\n" + LEMMA + "::: {#thm-clt}\nSecond.\n:::\n\n$$ x $$ {#eq-x}\n"
LOCK = HEAD + "eq-x: equation 2.1\nlem-a: lemma 2.1\nthm-clt: theorem 2.1\n"
MORE = "::: {.theorem}\nNew.\n:::\n\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site whose numbers were published."""
    files = {"site.yml": "title: N\n", "content/s/index.md": "# S\n", "content/s/1.md": NOTE, "numbers.lock": LOCK}
    return write(tmp_path, files)


def moved(folder: Path, *, write: bool = True) -> list[Diagnostic]:
    return coded(built(folder, write=write), "N102")


# -- the text ----------------------------------------------------------------------------------------------------------


def entry(key: str, number: str, kind: str = "theorem", line: int = 0) -> Locked:
    return Locked(key, kind, number, line)


def test_a_line_is_a_label_with_its_kind_and_its_number() -> None:
    assert read_lock("# words\n\nthm-clt: theorem 2.3\r\neq-x:equation  *  \n") == (
        (entry("thm-clt", "2.3", line=3), entry("eq-x", "*", "equation", 4)),
        (),
    )


@pytest.mark.parametrize("line", ["thm-clt", "thm-clt: 2.3", ": theorem 2.3", "<<<<<<< ours", "a b: theorem 1", " x"])
def test_any_other_line_is_wrong(line: str) -> None:
    assert read_lock(f"{HEAD}{line}\n") == ((), (3,))


KEYS = st.text("abc-é", min_size=1)
ENTRIES = st.lists(st.builds(Locked, KEYS, st.sampled_from(("theorem", "lemma")), st.sampled_from(("1", "2.1", "A.3"))))


@given(ENTRIES)
def test_what_is_written_is_read_again(entries: list[Locked]) -> None:
    found, wrong = read_lock(write_lock(entries))
    assert wrong == ()
    assert sorted((e.key, e.said) for e in found) == sorted((e.key, e.said) for e in entries)
    assert compare(found, entries) == ()


@given(ENTRIES, ENTRIES)
def test_every_label_is_compared_once(before: list[Locked], after: list[Locked]) -> None:
    changes = compare(before, after)
    same = len(after) - sum(change.after is not None for change in changes)
    assert same == len(before) - sum(change.before is not None for change in changes)
    assert all(change.after is None or after[change.at] == change.after for change in changes)


@given(ENTRIES, ENTRIES)
def test_the_file_does_not_depend_on_the_order_of_the_notes(before: list[Locked], after: list[Locked]) -> None:
    assert write_lock([*before, *after]) == write_lock([*after, *before])


def test_two_branches_that_add_labels_far_apart_change_different_lines() -> None:
    base = [entry("a", "1"), entry("m", "2"), entry("z", "3")]
    ours, theirs = [*base, entry("b", "4")], [*base, entry("y", "5")]
    merged = sorted({*write_lock(ours).splitlines(), *write_lock(theirs).splitlines()} - {*HEAD.splitlines()})
    assert HEAD + "\n".join(merged) + "\n" == write_lock([*ours, entry("y", "5")])


def test_of_a_label_that_stands_twice_the_one_with_the_same_number_is_the_same() -> None:
    before = [entry("a", "1.1", line=3), entry("a", "2.1", line=4)]
    after = [entry("a", "2.1"), entry("a", "1.2")]
    assert compare(before, after) == (Change(before[0], after[1], 1),)


# -- what is said ------------------------------------------------------------------------------------------------------


def test_a_site_without_the_file_is_told_nothing(site: Path) -> None:
    (site / "numbers.lock").unlink()
    assert built(site).problems == ()


def test_numbers_that_are_as_published_are_not_spoken_of(site: Path) -> None:
    assert built(site).problems == ()


def test_a_number_that_moves_is_reported_where_its_label_stands(site: Path) -> None:
    built(site)
    write(site, {"content/s/1.md": NOTE.replace(LEMMA, LEMMA + MORE)})
    (problem,) = moved(site)
    assert problem.message == "Theorem 2.1 is now 2.2"
    assert (problem.span.path, problem.span.line) == ("s/1.md", 16)
    assert problem.hint == "if that is meant, write the file anew: notes-site lock"
    assert moved(site) == moved(site, write=False) == [problem]


def test_the_number_of_an_equation_has_its_parentheses(site: Path) -> None:
    write(site, {"content/s/1.md": NOTE.replace(LEMMA, LEMMA + "$$ y $$ {#eq-y}\n\n")})
    assert [p.message for p in moved(site)] == ["Equation (2.1) is now (2.2)"]


def test_another_kind_is_named_too(site: Path) -> None:
    write(site, {"content/s/1.md": NOTE.replace("#lem-a", "#lem-a .corollary")})
    messages = [p.message for p in moved(site)]
    assert messages in ([], ["Lemma 2.1 is now Corollary 2.1"])


def test_the_words_are_those_of_the_site(site: Path) -> None:
    write(site, {"site.yml": "title: N\nlang: de\n", "content/s/1.md": NOTE.replace(LEMMA, LEMMA + MORE)})
    assert [p.message for p in moved(site)] == ["Satz 2.1 is now 2.2"]


def test_a_label_that_is_gone_is_reported_in_the_file(site: Path) -> None:
    write(site, {"content/s/1.md": NOTE.replace("thm-clt", "thm-cltt")})
    (problem,) = moved(site)
    assert problem.message == 'Theorem 2.1 is gone: there is no label "thm-clt"'
    assert problem.hint == 'did you mean "thm-cltt"?'
    assert (problem.span.path, problem.span.line, problem.span.column) == ("numbers.lock", 5, 1)
    assert problem.excerpt == "thm-clt: theorem 2.1"


def test_a_label_that_lost_its_number_is_reported_where_it_stands(site: Path) -> None:
    write(site, {"content/s/1.md": NOTE.replace("#thm-clt", "#thm-clt .unnumbered")})
    (problem,) = moved(site)
    assert problem.message == "Theorem 2.1 has no number now"
    assert problem.span.path == "s/1.md"


def test_a_new_label_is_no_news(site: Path) -> None:
    write(site, {"content/s/1.md": NOTE + "\n::: {#thm-new}\nNew.\n:::\n"})
    assert moved(site) == []


def test_a_label_that_stands_in_two_collections_is_told_apart_by_its_number(site: Path) -> None:
    other = NOTE.replace("number: 2", "number: 5")
    write(site, {"content/t/index.md": "# T\n", "content/t/1.md": other})
    assert moved(site) == []
    run("lock", site)
    assert "thm-clt: theorem 2.1\nthm-clt: theorem 5.1\n" in (site / "numbers.lock").read_text("utf-8")
    write(site, {"content/t/1.md": other.replace(LEMMA, LEMMA + MORE)})
    (problem,) = moved(site)
    assert (problem.message, problem.span.path) == ("Theorem 5.1 is now 5.2", "t/1.md")


def test_a_line_that_cannot_be_read_is_reported_in_its_place(site: Path) -> None:
    write(site, {"numbers.lock": LOCK + "<<<<<<< ours\n"})
    (problem,) = moved(site)
    assert (problem.message, problem.span.line) == ("a label and its number are expected", 6)
    assert problem.excerpt == "<<<<<<< ours"


def test_a_changed_file_is_seen_by_a_build_that_has_nothing_else_to_do(site: Path) -> None:
    built(site)
    write(site, {"numbers.lock": LOCK.replace("theorem 2.1", "theorem 2.9")})
    report = built(site)
    assert [p.message for p in coded(report, "N102")] == ["Theorem 2.9 is now 2.1"]
    assert (report.made, report.written) == ((), ())


# -- the commands ------------------------------------------------------------------------------------------------------


def test_lock_writes_the_numbers_that_the_site_has(site: Path) -> None:
    (site / "numbers.lock").unlink()
    done = run("lock", site)
    assert (done.exit_code, done.stderr) == (0, "numbers.lock has 3 numbers\n")
    assert (site / "numbers.lock").read_text("utf-8") == LOCK
    assert not (site / "public").exists()


def test_lock_says_what_moved_came_and_went(site: Path) -> None:
    text = NOTE.replace(LEMMA, LEMMA + MORE).replace("eq-x", "eq-z")
    write(site, {"content/s/1.md": text})
    done = run("lock", site)
    assert done.stderr.splitlines() == [
        "Equation (2.1) is gone (eq-x)",
        "Equation (2.1) is new (eq-z)",
        "Theorem 2.1 is now 2.2 (thm-clt)",
        "numbers.lock has 3 numbers",
    ]
    assert moved(site) == []


def test_lock_leaves_a_file_that_is_right_as_it_is(site: Path) -> None:
    before = (site / "numbers.lock").stat()
    run("lock", site)
    after = (site / "numbers.lock").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_the_file_is_no_part_of_a_site_whose_notes_lie_beside_it(tmp_path: Path) -> None:
    write(tmp_path, {"notes/a.md": LEMMA, "notes/numbers.lock": "lem-a: lemma 9\n", "notes/b/numbers.lock": "mine"})
    report = built(tmp_path / "notes", output=tmp_path / "out")
    assert [p.message for p in coded(report, "N102")] == ["Lemma 9 is now 1"]
    assert not (tmp_path / "out/numbers.lock").exists()
    assert (tmp_path / "out/b/numbers.lock").exists()


def test_lock_leaves_drafts_out(site: Path) -> None:
    write(site, {"content/s/0.md": "---\nnumber: 1\ndraft: true\n---\n\n::: {#thm-d}\nD.\n:::\n"})
    run("lock", site)
    assert (site / "numbers.lock").read_text("utf-8") == LOCK


def test_a_build_after_lock_makes_nothing_for_it(site: Path) -> None:
    (site / "numbers.lock").unlink()
    built(site)
    run("lock", site)
    assert built(site).made == ()


def test_check_locked_fails_when_a_number_moves(site: Path) -> None:
    assert run("check", "--locked", site).exit_code == 0
    write(site, {"content/s/1.md": NOTE.replace(LEMMA, LEMMA + MORE)})
    assert run("check", site).exit_code == 0
    done = run("check", "--locked", site)
    assert done.exit_code == 1
    assert "N102 s/1.md:16:1 warning: Theorem 2.1 is now 2.2" in done.stderr


def test_check_locked_without_the_file_is_a_wrong_call(site: Path) -> None:
    (site / "numbers.lock").unlink()
    done = run("check", "--locked", site)
    assert done.exit_code == 2
    assert "there is no numbers.lock" in done.stderr

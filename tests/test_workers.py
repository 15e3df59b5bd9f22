"""Who parses, and in which order, is not seen in the result: processes, threads, other machines, this one alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import pytest
from changing import assert_clean, command
from sites import tree, write

from notes_site.build import build
from notes_site.model import Report
from notes_site.pool import WORTHWHILE
from notes_site.project import find

pytestmark = pytest.mark.slow

# long enough that workers are worth while: notes of some kilobytes, with mistakes in each third of them
LONG = "Words between formulas $x_{%d}^2 + \\alpha$ and `code`, *marked* and [linked](%03d.md).\n\n" * 12


def notes(count: int, *, times: int = 1) -> Mapping[str, str]:
    made = {"site.yml": "title: Notes on $x$\nmath: {macros: {'\\R': '\\mathbb{R}'}}\n"}
    for i in range(count):
        wrong = f"$\\undefined{i}$ [gone](gone{i}.md)\n" if i % 3 == 0 else ""
        text = LONG % tuple(number for k in range(12) for number in (i + k, (i + 1) % count)) * times
        made[f"content/s{i % 4}/{i:03}.md"] = f"---\ntitle: Note {i}\ntags: [t{i % 5}]\n---\n\n$\\R$ {wrong}\n\n{text}"
        made[f"content/s{i % 4}/index.md"] = f"---\ntitle: Series {i % 4}\n---\n"
    return made


MANY: Final = notes(40, times=4)


class Backwards(Executor):
    """Does everything at once, and gives what was asked for last first: the slowest worker there could be."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future

    def map(
        self, fn: Any, *iterables: Any, timeout: float | None = None, chunksize: int = 1, **_: Any
    ) -> Iterator[Any]:
        del timeout, chunksize
        return iter([fn(*arguments) for arguments in zip(*iterables, strict=True)][::-1])


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, dict[str, bytes]]:
    """A build by this process alone: what it says, and what it writes."""
    site = write(tmp_path_factory.mktemp("alone") / "site", MANY)
    assert sum(file.stat().st_size for file in (site / "content").rglob("*.md")) > WORTHWHILE
    return build(find(site), jobs=1), tree(site / "public")


def same(report: Report, site: Path, alone: tuple[Report, dict[str, bytes]]) -> None:
    assert report.problems == alone[0].problems
    assert report.made == alone[0].made
    assert report.written == alone[0].written
    assert tree(site / "public") == alone[1]


def test_worker_processes_give_what_one_process_gives(tmp_path: Path, alone: tuple[Report, dict[str, bytes]]) -> None:
    site = write(tmp_path / "site", MANY)
    same(build(find(site), jobs=3), site, alone)


def test_started_processes_give_what_one_process_gives(tmp_path: Path, alone: tuple[Report, dict[str, bytes]]) -> None:
    """Processes that are no copies of this one: as on systems without `fork`."""
    site = write(tmp_path / "site", MANY)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        same(build(find(site), jobs=1, executor=executor), site, alone)


def test_threads_give_what_one_process_gives(tmp_path: Path, alone: tuple[Report, dict[str, bytes]]) -> None:
    site = write(tmp_path / "site", MANY)
    with ThreadPoolExecutor(3) as executor:
        same(build(find(site), jobs=1, executor=executor), site, alone)


def test_the_order_in_which_workers_finish_is_not_seen(tmp_path: Path, alone: tuple[Report, dict[str, bytes]]) -> None:
    site = write(tmp_path / "site", MANY)
    same(build(find(site), jobs=1, executor=Backwards()), site, alone)


def test_workers_are_given_only_what_changed(tmp_path: Path) -> None:
    site = write(tmp_path / "site", notes(12))
    counted: list[int] = []

    def progress(stage: str, done: int, count: int) -> None:
        if stage == "parse" and done == 1:
            counted.append(count)

    with ThreadPoolExecutor(2) as executor:
        build(find(site), executor=executor, progress=progress)
        write(site, {"content/s0/000.md": "# Other\n\nText.\n"})
        report = build(find(site), executor=executor, progress=progress)
    assert counted == [16, 1]
    assert_clean(site, report, tmp_path / "clean")


def test_a_change_that_concerns_every_page_gives_the_same_by_any_number_of_workers(tmp_path: Path) -> None:
    one, many = (write(tmp_path / name / "site", MANY) for name in ("one", "many"))
    for folder, jobs in ((one, 1), (many, 3)):
        build(find(folder), jobs=jobs)
        write(folder, {"site.yml": "title: Other\nmath: {macros: {'\\R': '\\mathbf{R}'}}\n"})
    first, second = build(find(one), jobs=1), build(find(many), jobs=3)
    assert len(first.written) > 40
    same(second, many, (first, tree(one / "public")))
    assert build(find(many), jobs=3).made == ()


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_bytes_do_not_depend_on_the_seed_of_hashes(tmp_path: Path, jobs: str) -> None:
    printed: list[list[str]] = []
    for seed in ("1", "2"):
        site = write(tmp_path / seed / "site", notes(20))
        done = command("build", "-v", "-j", jobs, site, PYTHONHASHSEED=seed)
        assert done.returncode == 1, done.stderr
        printed.append([line for line in done.stderr.splitlines() if " s;" not in line])
    assert printed[0] == printed[1]
    assert tree(tmp_path / "1/site/public") == tree(tmp_path / "2/site/public")


@contextmanager
def cluster() -> Iterator[Executor]:
    """Two worker processes of a Dask cluster, on the loopback interface."""
    dask: Any = import_module("dask")
    distributed: Any = import_module("dask.distributed")
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "60s"}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
        ) as workers,
        distributed.Client(workers) as client,
    ):
        yield client.get_executor()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.skipif(sys.platform == "win32", reason="Dask's worker processes are tried on POSIX")
def test_the_machines_of_a_cluster_give_what_one_process_gives(
    tmp_path: Path, alone: tuple[Report, dict[str, bytes]]
) -> None:
    site = write(tmp_path / "site", MANY)
    with cluster() as executor:
        same(build(find(site), jobs=1, executor=executor), site, alone)
        write(site, {"content/s0/000.md": "# Other\n\nText $\\R$.\n"})
        assert_clean(site, build(find(site), jobs=1, executor=executor), tmp_path / "clean")

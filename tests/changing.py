"""Sites that change, for tests: a build of what is there beside a clean one of the same content."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from click.testing import CliRunner, Result
from msgspec.structs import replace
from sites import compiled_beforehand, ground, tree, write

from notes_site import address
from notes_site.archive import LEDGER
from notes_site.build import build
from notes_site.cli import main
from notes_site.layout import index_of
from notes_site.ledger import Ledger
from notes_site.model import Diagnostic, Report
from notes_site.project import Project, find
from notes_site.stamps import SECOND, TICK
from notes_site.targets import plan

SECONDS: Final = 120.0


def changed(folder: Path, *names: str) -> frozenset[str]:
    """Files of a site as a watcher names them: absolute, without links."""
    return frozenset(os.path.join(os.path.realpath(folder), name) for name in names)


def clean_build(
    folder: Path, elsewhere: Path, own: Mapping[str, bytes] | None = None, *, drafts: bool = False
) -> tuple[Report, dict[str, bytes]]:
    """The report and the output of a first build of a copy of the site, made in the folder `elsewhere`.

    `own` are files of the author's that lie in the output folder already.
    """
    shutil.rmtree(elsewhere, ignore_errors=True)
    elsewhere.mkdir(parents=True)
    for name in ("content", "templates", "static", "site.yml", "numbers.lock"):
        if (folder / name).is_dir():
            shutil.copytree(folder / name, elsewhere / name, symlinks=True)
        elif (folder / name).exists():
            shutil.copy(folder / name, elsewhere / name)
    write(elsewhere / "public", own or {})
    project = replace(find(elsewhere, drafts=drafts), output=elsewhere / "public")
    compiled_beforehand(project)
    return build(project, jobs=1), tree(elsewhere / "public")


def planned(folder: Path, *, drafts: bool = False) -> frozenset[str]:
    """The names of the pages that a site has by its notes, whether or not its templates can make them."""
    site = index_of(ground(find(folder, drafts=drafts)))
    return frozenset(address.output_path(target.url) for target in plan(site.index))


def assert_clean(
    folder: Path,
    report: Report,
    elsewhere: Path,
    *,
    output: Path | None = None,
    own: Mapping[str, bytes] | None = None,
    spoilt: Collection[str] = (),
) -> None:
    """A build gave what a clean build of the same content gives, in every byte and every diagnostic.

    `spoilt` are the codes of diagnostics on what somebody did to the cache or to the output. A page whose template is
    at fault stays as it was, and a site without notes is left as it was.
    """
    expected, files = clean_build(folder, elsewhere, own)
    assert told(report, spoilt) == told(expected, spoilt)
    assert (report.notes, report.formulas) == (expected.notes, expected.formulas)
    if not expected.notes:
        return
    found = tree(output or folder / "public")
    if expected.failed:
        left = planned(folder) & found.keys() - files.keys()
        found = {name: data for name, data in found.items() if name not in left}
        if left:  # a page that stands there still is searched still; the clean build has none that could be
            found, files = ({k: v for k, v in each.items() if not k.startswith("_/search/")} for each in (found, files))
    assert found.keys() == files.keys()
    assert [name for name in files if found[name] != files[name]] == []


def aged(folder: Path) -> None:
    """Wait until the clock of the file system has gone on, so that the files of a site are old ones."""
    newest = max(file.stat().st_ctime_ns for file in folder.rglob("*"))
    hand, pause = folder.with_name(f"{folder.name}-clock"), threading.Event()
    hand.touch()
    while hand.stat().st_ctime_ns <= newest + 2 * TICK:
        pause.wait(TICK / SECOND)
        hand.touch()
    hand.unlink()


def told(report: Report, without: Collection[str] = ()) -> tuple[Diagnostic, ...]:
    """The problems of a report, but for those with some codes."""
    return tuple(problem for problem in report.problems if problem.code not in without)


def ledger(project: Project) -> frozenset[str]:
    """The names of the files that earlier builds wrote into the output folder of a site."""
    return Ledger.read(project.cache / LEDGER).names(os.path.realpath(project.output))


def run(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> Result:
    """What the command prints and its exit status, without a process of its own."""
    return CliRunner().invoke(main, [str(a) for a in arguments], env=environment, catch_exceptions=False)


def command(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own, after its end."""
    return subprocess.run(
        [sys.executable, "-m", "notes_site", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        cwd=Path(__file__).parent.parent,
        env={**os.environ, **environment},
    )

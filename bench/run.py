"""Measures notes-site beside other programs, on the same notes, in the same run.

    python bench/run.py install             what can be had, into bench/.work/
    python bench/run.py build               builds: cold, nothing changed, a text, a title, a template edited
    python bench/run.py serve               from a save to the new page, with the live servers
    python bench/run.py table               docs/benchmarks.md from what was measured

`build` and `serve` write the table too. Programs take turns; every cold build has a folder with a new name, a fresh
output and a fresh cache. A program counts only when its pages are there, with their formulas, and show each edit.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import os
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import corpus as generator
import table
from measure import Browser, FailedError, Run, free_port, run, serving
from peers import MARK, PEERS, Corpus, NotHadError, Peer, read_corpus
from table import OURS, SCENARIOS, Found, Result

HERE: Final = Path(__file__).parent
WORK: Final = HERE / ".work"
PAGE: Final = HERE.parent / "docs" / "benchmarks.md"
ANCHOR: Final = b"benchanchor"  # a word in the note that is edited, by which its page is found
SERVED: Final = 20  # edits of one kind, and seconds after which a slow server is asked for no more


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


# --- installing ---


def tools_of(peer: Peer) -> Path:
    return WORK / "tools" / peer.tools


def installed(peer: Peer) -> bool:
    return (tools_of(peer) / ".installed").is_file()


def install(peers: list[Peer]) -> None:
    """Install each program once, and let it build three notes; what fails is said, and tried again the next time."""
    for peer in peers:
        folder = tools_of(peer)
        try:
            if not installed(peer):
                shutil.rmtree(folder, ignore_errors=True)
                peer.tool.install(folder)
                (folder / ".installed").touch()
            warm_up(peer)
        except (NotHadError, FailedError) as error:
            (folder / ".installed").unlink(missing_ok=True)
            say(f"{peer.name:<14} left out: {error}")
        else:
            say(f"{peer.name:<14} {peer.tool.version(folder)}")


def warm_up(peer: Peer) -> None:
    """One small build, so that no measured one is the first that reads the program."""
    with scratch("small") as folder:
        for number in range(3):
            keys = f'title: "Note {number}"\ndate: 2025-01-0{number + 1}\ndescription: "A note"\n'
            text = f"---\n{keys}---\n\n$x_{number}$ and\n\n$$\ny\n$$\n"
            file = folder / "notes" / "part" / f"note-{number}.md"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        site = Site(peer, read_corpus(folder / "notes"), folder / "site")
        site.set_up()
        site.build(limit=120)
        site.look()


@contextmanager
def scratch(name: str) -> Iterator[Path]:
    """A folder with a name that was never used before, for as long as the block runs."""
    (WORK / "sites").mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=WORK / "sites"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# --- one site of one program ---


@dataclass(slots=True)
class Site:
    """One folder in which one program makes the site of a corpus."""

    peer: Peer
    corpus: Corpus
    folder: Path
    note: Path = Path()  # the one that is edited: the middle one by size
    page: Path | None = None
    edits: int = 0

    @property
    def output(self) -> Path:
        return self.folder / self.peer.output

    def set_up(self) -> None:
        self.folder.mkdir(parents=True)
        self.peer.setup(self.corpus, self.folder, tools_of(self.peer).resolve())
        sized = sorted(((self.corpus.folder / e.path).stat().st_size, e.path) for e in self.corpus.entries)
        self.note = self.folder / self.peer.content / sized[len(sized) // 2][1]
        self.append(f"{ANCHOR.decode()} stands here.")
        os.sync()  # what was copied is not written out while a build is measured

    def build(self, *, limit: float, memory: bool = False) -> Run:
        (WORK / "logs").mkdir(parents=True, exist_ok=True)
        return run(
            self.peer.command(tools_of(self.peer).resolve()),
            self.folder,
            WORK / "logs" / f"{self.peer.name}.log",
            limit=limit,
            extra=self.peer.environment,
            statuses=self.peer.statuses,
            memory=memory,
        )

    def append(self, text: str) -> None:
        with self.note.open("a", encoding="utf-8") as note:
            note.write(f"\n\n{text}\n")

    def edit(self, scenario: str) -> bytes:
        """Make the edit of a scenario; what the page must hold afterwards."""
        self.edits += 1
        word = f"bench{scenario}{self.edits}"
        if scenario == "body":
            self.append(f"{word} and $x_{{{self.edits}}} + \\sqrt{{{self.edits}}}$.")
        elif scenario == "title":
            swap(self.note, re.compile(r"^title: .*$", re.MULTILINE), f'title: "{word}"')
        elif scenario == "template":
            swap(self.folder / self.peer.template, re.compile(re.escape(MARK[:-1]) + r"\w+"), MARK[:-1] + word)
        else:
            return ANCHOR
        return word.encode()

    def look(self) -> tuple[int, int]:
        """How many pages and formulas the output holds; `FailedError` when it is no site of this corpus."""
        pages, formulas = 0, 0
        for file in sorted(self.output.glob(f"**/{self.peer.pages}")):
            data = file.read_bytes()
            pages += 1
            formulas += sum(1 for _ in self.peer.formula.finditer(data))
            if ANCHOR in data:
                self.page = file
        if self.page is None or pages < len(self.corpus.entries):
            raise FailedError(f"{pages} pages of {len(self.corpus.entries)}")
        if formulas < self.peer.enough * self.corpus.formulas:
            raise FailedError(f"{formulas} formulas of {self.corpus.formulas}")
        return pages, formulas

    def show(self, expected: bytes) -> None:
        if self.page is None:
            self.page = next(f for f in self.output.glob(f"**/{self.peer.pages}") if ANCHOR in f.read_bytes())
        if expected not in self.page.read_bytes():
            raise FailedError(f"the page does not show {expected.decode()}")

    def extent(self) -> tuple[int, int]:
        """Bytes and files of the output."""
        sizes = [file.stat().st_size for file in self.output.rglob("*") if file.is_file()]
        return sum(sizes), len(sizes)


def swap(file: Path, old: re.Pattern[str], new: str) -> None:
    """Replace the first match in a file, as an editor saves it: a new file under the old name."""
    text, count = old.subn(lambda _: new, file.read_text("utf-8"), count=1)
    if not count:
        raise FailedError(f"{file.name} has no place for the edit")
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_text(text, "utf-8")
    fresh.replace(file)


# --- measuring ---


def result_file(size: int) -> Path:
    return WORK / "results" / f"{size}.json"


def load(size: int) -> Result | None:
    file = result_file(size)
    if not file.is_file():
        return None
    found: Result = json.loads(file.read_text("utf-8"))
    return found


def save(result: Result) -> None:
    file = result_file(result["notes"])
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    fresh.replace(file)


def new_result(corpus: Corpus, source: str) -> Result:
    node = shutil.which("node")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout if node else ""
    return Result(
        date=dt.datetime.now(tz=dt.UTC).date().isoformat(),
        cores=os.cpu_count() or 1,
        python=platform.python_version(),
        node=version.strip().lstrip("v"),
        source=source,
        notes=len(corpus.entries),
        formulas=corpus.formulas,
        size=corpus.size,
        peers={},
    )


def entry(result: Result, peer: Peer) -> Found:
    """What is known of a program, begun when nothing is."""
    found = result["peers"].setdefault(peer.name, Found())
    found["title"], found["typeset"], found["note"] = peer.title, peer.typeset, peer.note
    if "version" not in found and installed(peer):
        found["version"] = peer.tool.version(tools_of(peer))
    return found


def expected_seconds(peer: Peer, notes: int) -> float:
    """What a cold build should take, from the largest smaller corpus that was measured; 0 when none was."""
    smaller = [int(file.stem) for file in (WORK / "results").glob("*.json") if int(file.stem) < notes]
    for size in sorted(smaller, reverse=True):
        result = load(size)
        cold = result["peers"].get(peer.name, Found()).get("seconds", {}).get("cold", []) if result else []
        if cold:
            return statistics.median(cold) * notes / size
    return 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How long to go on: turns at most, seconds for one build, seconds for one program at one size."""

    repeat: int
    limit: float
    budget: float
    scenarios: tuple[str, ...]


def measure_builds(corpus: Corpus, peers: list[Peer], plan: Plan, result: Result) -> None:
    """Let the programs take turns until each has had its turns, or has spent its time."""
    spent: dict[str, float] = {}
    for peer in peers:
        found = entry(result, peer)
        found.pop("skipped", None)
        expected = expected_seconds(peer, len(corpus.entries))
        if not installed(peer):
            found["skipped"] = "not installed"
        elif expected > plan.limit:
            found["skipped"] = f"a cold build would take about {expected:.0f} s"
        else:
            try:
                warm_up(peer)
                measure_start(peer, found)
            except FailedError as error:
                found["skipped"] = str(error)
        spent[peer.name] = sum(map(sum, found.get("seconds", {}).values()))
    for turn in range(plan.repeat):
        for peer in peers:
            found = entry(result, peer)
            done = len(found.get("seconds", {}).get("cold", []))
            if found.get("skipped") or done > turn or (done and spent[peer.name] >= plan.budget):
                continue
            start = time.perf_counter()
            try:
                take_turn(corpus, peer, plan, found)
            except FailedError as error:
                say(f"{peer.name:<14} {error}")
                if not done:
                    found["skipped"] = str(error)
                spent[peer.name] = math.inf
            spent[peer.name] += time.perf_counter() - start
            save(result)
    save(result)


def measure_start(peer: Peer, found: Found) -> None:
    command = peer.start(tools_of(peer).resolve())
    with scratch("start") as folder:
        times = [run(command, folder, folder / "log", limit=60, extra=peer.environment).seconds for _ in range(6)]
    found["start"] = times[1:]


def take_turn(corpus: Corpus, peer: Peer, plan: Plan, found: Found) -> None:
    """All scenarios once, in a folder of its own. Nothing is kept of a turn that fails."""
    times: dict[str, float] = {}
    peak = 0
    with scratch(peer.name) as folder:
        site = Site(peer, corpus, folder / "site")
        site.set_up()
        for scenario in SCENARIOS:
            if scenario not in plan.scenarios or (scenario == "template" and not peer.template):
                continue
            expected = site.edit(scenario)
            os.sync()
            done = site.build(limit=plan.limit, memory=scenario == "cold")
            times[scenario] = done.seconds
            peak = max(peak, done.peak)
            if scenario == "cold" and "pages" not in found:
                found["pages"], found["formulas"] = site.look()
                found["bytes"], found["files"] = site.extent()
            site.show(expected)
    seconds = found.setdefault("seconds", {})
    for scenario, time_ in times.items():
        seconds.setdefault(scenario, []).append(time_)
    found.setdefault("peak", []).append(peak)
    say(f"{peer.name:<14} " + "  ".join(f"{name} {seconds_:.2f}" for name, seconds_ in times.items()))


def measure_served(corpus: Corpus, peers: list[Peer], limit: float, result: Result) -> None:
    """For each live server: the time from a save until it answers with the new page, again and again."""
    for peer in peers:
        found = entry(result, peer)
        found.pop("served", None)
        if peer.serve is None or not installed(peer):
            continue
        try:
            found["served"] = serve_one(corpus, peer, limit)
        except FailedError as error:
            say(f"{peer.name:<14} {error}")
            continue
        medians = {kind: statistics.median(times) for kind, times in found["served"].items()}
        say(f"{peer.name:<14} " + "  ".join(f"{kind} {seconds * 1000:.1f} ms" for kind, seconds in medians.items()))
        save(result)


def serve_one(corpus: Corpus, peer: Peer, limit: float) -> dict[str, list[float]]:
    assert peer.serve is not None
    times: dict[str, list[float]] = {"body": [], "title": []}
    with scratch(peer.name) as folder:
        site = Site(peer, corpus, folder / "site")
        site.set_up()
        site.build(limit=limit)
        site.look()
        assert site.page is not None
        path = "/" + site.page.relative_to(site.output).as_posix().removesuffix("index.html")
        browser = Browser(free_port())
        command = peer.serve(tools_of(peer).resolve(), browser.port)
        log = WORK / "logs" / f"{peer.name}-serve.log"
        with serving(command, site.folder, log, peer.environment) as server:
            end = time.perf_counter() + limit
            while ANCHOR not in browser.page(path) or peer.ready not in log.read_bytes():
                if server.poll() is not None:
                    raise FailedError(f"the server ended with status {server.returncode}")
                if time.perf_counter() > end:
                    raise FailedError(f"the server did not show {path} within {limit:.0f} s")
                time.sleep(0.05)
            time.sleep(1.0)  # until it watches
            for kind, found in times.items():
                while len(found) < SERVED and (len(found) < 3 or sum(found) < SERVED):  # a slow one is asked less often
                    start = time.perf_counter()
                    expected = site.edit(kind)
                    found.append(browser.wait_for(path, expected, min(limit, 60.0)) - start)
                    time.sleep(0.3)  # a person does not save faster
        browser.close()
    return times


# --- the command line ---


@contextmanager
def corpora(options: argparse.Namespace) -> Iterator[Iterator[tuple[Corpus, str]]]:
    """The corpora to measure on, each with a word on where it is from."""
    with tempfile.TemporaryDirectory(prefix="corpus-", dir=WORK) as made:

        def each() -> Iterator[tuple[Corpus, str]]:
            if options.corpus:
                for folder in options.corpus:
                    yield read_corpus(folder.resolve()), "real notes"
                return
            notes = generator.read_plain(options.source) if options.source else generator.read_own()
            source = "real notes, copied" if options.source else "this project's own notes, copied"
            for size in options.sizes:
                folder = Path(made) / str(size)
                generator.write(folder, generator.Copies(notes, size, options.seed))
                yield read_corpus(folder), source

        yield each()


def write_table() -> None:
    sizes = sorted(int(file.stem) for file in (WORK / "results").glob("*.json"))
    results = {size: result for size in sizes if (result := load(size)) is not None}
    table.write(PAGE, table.markdown(results))
    say(f"wrote {PAGE.relative_to(HERE.parent)}")


def chosen(names: str) -> list[Peer]:
    known = {peer.name: peer for peer in PEERS}
    wanted = [name for name in names.split(",") if name] or list(known)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}; known: {', '.join(known)}")
    return [known[name] for name in known if name in wanted or name == OURS]


def numbers(text: str) -> tuple[int, ...]:
    return tuple(sorted(int(part) for part in text.split(",")))


def scenarios(text: str) -> tuple[str, ...]:
    wanted = ("cold", *text.split(","))
    if unknown := set(wanted) - set(SCENARIOS):
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(SCENARIOS)}")
    return tuple(name for name in SCENARIOS if name in wanted)


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Measure notes-site beside other programs.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, told in (
        ("install", "install what can be had into bench/.work/"),
        ("build", "measure builds"),
        ("serve", "measure live servers"),
        ("table", "write docs/benchmarks.md from what was measured"),
    ):
        command = commands.add_parser(name, help=told, description=told)
        if name == "table":
            continue
        command.add_argument("--peers", type=chosen, default=chosen(""), help="names with commas between; all")
        if name == "install":
            continue
        command.add_argument("--sizes", type=numbers, default=(250, 1000), help="how many notes: 250,1000")
        command.add_argument("--from", dest="source", type=Path, help="copy the notes of this folder, not our own")
        command.add_argument(
            "--corpus", type=Path, action="append", help="a ready folder, used as it is; may be repeated"
        )
        command.add_argument("--seed", type=int, default=1)
        command.add_argument("--limit", type=float, default=300, help="seconds that a build may take (300)")
        command.add_argument("--no-table", action="store_true", help="leave docs/benchmarks.md as it is")
        if name == "build":
            command.add_argument("--repeat", type=int, default=5, help="turns of each program (5)")
            command.add_argument(
                "--budget", type=float, default=60, help="seconds after which a slow program gets no further turn (60)"
            )
            command.add_argument("--scenarios", type=scenarios, default=SCENARIOS, help=",".join(SCENARIOS))
            command.add_argument("--resume", action="store_true", help="go on with what the last run left undone")
    return parser


def main() -> int:
    options = arguments().parse_args()
    # to be ended is to end what was started: every block is left in order
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    WORK.mkdir(exist_ok=True)
    if options.command == "table":
        write_table()
        return 0
    if options.command == "install":
        install(options.peers)
        return 0
    with corpora(options) as found:
        for corpus, source in found:
            say(f"{len(corpus.entries)} notes, {corpus.formulas} formulas")
            last = load(len(corpus.entries))
            if options.command == "serve":
                result = last or new_result(corpus, source)
                measure_served(corpus, options.peers, options.limit, result)
                continue
            same = last is not None and (last["formulas"], last["size"]) == (corpus.formulas, corpus.size)
            result = last if options.resume and last is not None and same else new_result(corpus, source)
            plan = Plan(options.repeat, options.limit, options.budget, options.scenarios)
            measure_builds(corpus, options.peers, plan, result)
    if not options.no_table:
        write_table()
    return 0


if __name__ == "__main__":
    sys.exit(main())

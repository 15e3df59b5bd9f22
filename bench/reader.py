"""Opens the same note in a browser, as notes-site and as other programs' themes make it, and says what it weighs.

    python bench/reader.py                  install, build, measure, and write the tables
    python bench/reader.py table            the tables from what was measured

One note with many formulas stands in a small site of its neighbours. Every program makes that site; the browser opens
the note again and again, the themes in turns, on a slow line and on a fast one, each time with an empty cache.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import posixpath
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypedDict, cast

import corpus as generator
import reading
import table
from delivery import Elsewhere, File, Server, serving, site_file, turned
from measure import FailedError, run
from peers import Corpus, Here, NotHadError, Npm, Pip, read_corpus
from playwright.sync_api import Browser, Error, Page, Request, sync_playwright
from reading import Found, Result, Shift, Visit
from run import WORK, say, scratch
from table import OURS
from themes import THEMES, Given, Theme, page_of

GUIDE: Final = Path(__file__).parents[1] / "content" / "guide" / "weight.md"
RESULT: Final = WORK / "results" / "reader.json"
NEIGHBOURS: Final = 8
WINDOW: Final = {"width": 1280, "height": 800}
QUIET: Final = 1.0  # seconds without a request and without a changed formula: the page stands still
PATIENCE: Final = 60.0
FLAGS: Final = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip
# bytes a second and milliseconds: what Lighthouse calls a slow fourth generation, and no limit
LINES: Final = {
    "slow": {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750},
    "fast": {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
}
OUTERMOST: Final = (
    "[...document.querySelectorAll('math, .katex, mjx-container')]"
    ".filter(one => !one.parentElement.closest('.katex, mjx-container'))"
)
# Looks at the box of every formula in every frame, and listens for fonts of formulas and for shifts.
WATCH: Final = (
    """
const seen = { paint: 0, last: 0, shifts: [], fonts: [] };
let before = "";
const look = () => {
  const boxes = OUTERMOST.map(one => {
    const box = one.getBoundingClientRect();
    return one.checkVisibility({ visibilityProperty: true, opacityProperty: true })
      ? `${box.width.toFixed(1)} ${box.height.toFixed(1)}` : "hidden";
  });
  const now = boxes.join();
  if (now !== before) { before = now; seen.last = performance.now(); }
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
new PerformanceObserver(list => {
  for (const entry of list.getEntriesByName("first-contentful-paint")) seen.paint = entry.startTime;
}).observe({ type: "paint", buffered: true });
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.shifts.push([entry.startTime, entry.value]);
}).observe({ type: "layout-shift", buffered: true });
document.fonts.addEventListener("loadingdone", event => {
  for (const face of event.fontfaces) {
    seen.fonts.push(face.family);
    if (/math|katex|mjx/i.test(face.family)) seen.last = Math.max(seen.last, performance.now());
  }
});
window.benchSeen = () => ({
  ...seen, now: performance.now(), fontsLeft: document.fonts.status !== "loaded",
  formulas: OUTERMOST.length, elements: document.querySelectorAll("*").length,
});
"""
).replace("OUTERMOST", OUTERMOST)


class Seen(TypedDict):
    """What the page saw of itself; times in milliseconds."""

    paint: float
    last: float
    shifts: list[tuple[float, float]]
    fonts: list[str]
    now: float
    fontsLeft: bool
    formulas: int
    elements: int


# --- the notes ---


@contextmanager
def notes(source: Path | None, stem: str) -> Iterator[tuple[Corpus, str]]:
    """A corpus of one note and its neighbours, and that note's path: the one with the most formulas, or as asked."""
    found = generator.read_plain(source) if source else generator.read_own()
    named = [note for note in found if posixpath.basename(note.path) == f"{stem}.md"]
    if stem and not named:
        raise NotHadError(f"there is no note {stem}.md")
    main = max(named or found, key=lambda note: (generator.formulas_of(note.body), note.path))
    folder = posixpath.dirname(main.path)
    beside = [note for note in found if posixpath.dirname(note.path) == folder and note != main][:NEIGHBOURS]
    chosen = sorted([main, *beside], key=lambda note: note.path)
    paths = {note.path for note in chosen}
    kept = tuple(replace(note, body=generator.without_dead_links(note, paths)) for note in chosen)
    with scratch("reader") as place:
        generator.write(place / "notes", generator.Copies(kept, len(kept), 1))
        yield read_corpus(place / "notes"), main.path


# --- the sites ---


@dataclass(frozen=True, slots=True)
class Built:
    """A theme's site: its folder and the address of the note."""

    theme: Theme
    root: Path
    address: str


def tools_of(theme: Theme, given: dict[str, Path]) -> Path:
    if isinstance(theme.tool, Given):
        if theme.name not in given:
            raise NotHadError(f"it needs {theme.tool.what}: --with {theme.name}=…")
        return given[theme.name].resolve()
    return WORK / "tools" / theme.tools


def installed(theme: Theme, given: dict[str, Path]) -> Path:
    """Where the program is; it is installed there first when it is one that can be."""
    folder = tools_of(theme, given)
    match theme.tool:
        case Pip() | Npm() | Here() if not (folder / ".installed").is_file():
            theme.tool.install(folder)
            (folder / ".installed").touch()
        case Given() if not folder.exists():
            raise NotHadError(f"{folder} is not there")
        case _:
            pass
    return folder.resolve()


def built(theme: Theme, notes: Corpus, note: str, site: Path, tools: Path, elsewhere: Elsewhere, port: int) -> Built:
    """Build a theme's site, and turn what its pages want of other origins to the server that stands for them."""
    theme.setup(notes, site, tools)
    (WORK / "logs").mkdir(parents=True, exist_ok=True)
    log = WORK / "logs" / f"reader-{theme.name}.log"
    run(theme.command(tools), site, log, limit=600, extra=theme.environment, statuses=theme.statuses)
    root = site / theme.output
    for file in sorted(root.rglob("*")):
        if file.suffix in {".html", ".css", ".js", ".mjs"} and file.is_file():
            text = file.read_text("utf-8")
            if file.suffix in {".html", ".css"}:  # a script names much that it never fetches
                elsewhere.prepare(text)
            file.write_text(turned(text, port), "utf-8", newline="")
    return Built(theme, root, page_of(root, Path(note).stem))


# --- the browser ---


def opened(browser: Browser, address: str, line: str, own: Server, other: Server) -> tuple[Visit, Seen, list[str]]:
    """One visit with an empty cache; `FailedError` when the page never stands still."""
    context = browser.new_context(viewport=WINDOW)  # type: ignore[arg-type]
    try:
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", LINES[line])
        page.add_init_script(WATCH)
        lost: list[str] = []
        own.empty()
        other.empty()
        seen = _until_still(page, address, lost)
        lost += [*own.missing, *other.missing]
        shifts = [Shift(*shift) for shift in seen["shifts"]]
        return reading.visit_of([*own.log, *other.log], cast("dict[str, float]", seen), shifts), seen, sorted(set(lost))
    finally:
        context.close()


def _until_still(page: Page, address: str, lost: list[str]) -> Seen:
    busy: set[Request] = set()
    last = time.monotonic()

    def begun(request: Request) -> None:
        nonlocal last
        busy.add(request)
        last = time.monotonic()

    def ended(request: Request) -> None:
        nonlocal last
        busy.discard(request)
        last = time.monotonic()

    def failed(request: Request) -> None:
        ended(request)
        lost.append(request.url)

    page.on("request", begun)
    page.on("requestfinished", ended)
    page.on("requestfailed", failed)
    page.goto(address, wait_until="load", timeout=PATIENCE * 1000)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        page.wait_for_timeout(200)
        seen = cast("Seen", page.evaluate("benchSeen()"))
        still = seen["now"] - seen["last"] > QUIET * 1000 and time.monotonic() - last > QUIET
        if still and not busy and not seen["fontsLeft"] and seen["formulas"]:
            return seen
    raise FailedError(f"{address} did not stand still within {PATIENCE:.0f} s")


def without_scripts(browser: Browser, address: str) -> int:
    """How many formulas a page has for a reader whose browser runs no script."""
    context = browser.new_context(viewport=WINDOW, java_script_enabled=False)  # type: ignore[arg-type]
    try:
        page = context.new_page()
        page.goto(address, wait_until="load", timeout=PATIENCE * 1000)
        return int(page.evaluate(f"{OUTERMOST}.length"))
    finally:
        context.close()


def measure(sites: list[Built], result: Result, repeat: int, chromium: str, own: Server, other: Server) -> None:
    """Open every page `repeat` times on every line, the themes in turns; another theme begins each turn."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        result["browser"] = browser.version
        for site in sites:
            own.turn_to(lambda address, site=site: site_file(site.root, address))  # type: ignore[misc]
            result["themes"][site.theme.name]["plain"] = without_scripts(browser, f"{base(own)}{site.address}")
        for turn in range(-1, repeat):  # the first turn warms the browser up and is forgotten
            for site in sites[turn % len(sites) :] + sites[: turn % len(sites)]:
                own.turn_to(lambda address, site=site: site_file(site.root, address))  # type: ignore[misc]
                found = result["themes"][site.theme.name]
                for line in LINES if turn >= 0 else ["fast"]:
                    visit, seen, lost = opened(browser, f"{base(own)}{site.address}", line, own, other)
                    if turn < 0:
                        found["missing"] = lost
                        say(f"{site.theme.name:<16} fonts: {', '.join(sorted(set(seen['fonts'])))}; missing: {lost}")
                        continue
                    found.setdefault("visits", {}).setdefault(line, []).append(visit)
                    say(
                        f"{site.theme.name:<16} {line}: {visit['requests']} requests, {visit['bytes']:,} bytes, "
                        f"first paint {visit['paint']:.2f} s, last formula {visit['last']:.2f} s"
                    )
        browser.close()


def base(server: Server) -> str:
    return f"http://127.0.0.1:{server.port}"


# --- the command line ---


def compare(options: argparse.Namespace) -> None:
    elsewhere = Elsewhere(WORK / "tools" / "elsewhere")
    nothing: File | None = None
    own, other = Server("own", lambda _: nothing), Server("other", elsewhere.file)
    given = dict(options.given)
    with (
        notes(options.source, options.note) as (corpus, note),
        tempfile.TemporaryDirectory(prefix="themes-") as made,  # not in here: some programs pass over ignored folders
        serving(own, other),
    ):
        place = Path(made).resolve()
        text = (corpus.folder / note).read_text("utf-8")
        result = Result(
            date=dt.datetime.now(tz=dt.UTC).date().isoformat(),
            cores=os.cpu_count() or 1,
            browser="",
            source="a collection of real lecture notes" if options.source else "this project's own notes",
            note=note,
            formulas=generator.formulas_of(text),
            size=len(text.encode()),
            neighbours=len(corpus.entries) - 1,
            elsewhere=[],
            themes={},
        )
        sites = []
        for theme in options.themes:
            found = result["themes"][theme.name] = Found(
                title=theme.title, program=theme.program, typeset=theme.typeset
            )
            try:
                tools = installed(theme, given)
                found["version"] = theme.tool.version(tools)
                sites.append(built(theme, corpus, note, place / theme.name, tools, elsewhere, other.port))
            except (NotHadError, FailedError) as error:
                found["skipped"] = str(error)
                say(f"{theme.name:<16} left out: {error}")
        try:
            measure(sites, result, options.repeat, options.chromium, own, other)
        except Error as error:
            raise SystemExit(f"the browser: {error}") from error
        result["elsewhere"] = elsewhere.versions()
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")


def write_tables() -> None:
    result = cast("Result", json.loads(RESULT.read_text("utf-8")))
    table.write(GUIDE, reading.markdown(result), reading.BEGIN, reading.END)
    say(f"wrote {GUIDE.name}")


def chosen(names: str) -> list[Theme]:
    known = {theme.name: theme for theme in THEMES}
    wanted = [name for name in names.split(",") if name] or list(known)
    if unknown := [name for name in wanted if name not in known]:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}; known: {', '.join(known)}")
    return [known[name] for name in known if name in wanted or name == OURS]


def named(text: str) -> tuple[str, Path]:
    name, sign, path = text.partition("=")
    if not sign or name not in {theme.name for theme in THEMES if isinstance(theme.tool, Given)}:
        raise argparse.ArgumentTypeError("say NAME=PATH, where NAME is quarto or quartz")
    return name, Path(path)


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Measure a page of notes-site beside those of other themes.")
    parser.add_argument("command", nargs="?", choices=("measure", "table"), default="measure")
    parser.add_argument("--themes", type=chosen, default=chosen(""), help="names with commas between; all")
    parser.add_argument("--from", dest="source", type=Path, help="a folder of plain notes; the project's own otherwise")
    parser.add_argument("--note", default="", help="the note's file name without .md; the one with the most formulas")
    parser.add_argument(
        "--with", dest="given", type=named, action="append", default=[], help="a program that is there: NAME=PATH"
    )
    parser.add_argument("--repeat", type=int, default=5, help="visits of each page on each line (5)")
    parser.add_argument("--chromium", default="/usr/bin/chromium", help="the browser (/usr/bin/chromium)")
    parser.add_argument("--no-table", action="store_true", help="leave the guide as it is")
    return parser


def main() -> int:
    options = arguments().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    WORK.mkdir(exist_ok=True)
    if options.command == "measure":
        compare(options)
    if options.command == "table" or not options.no_table:
        write_tables()
    return 0


if __name__ == "__main__":
    sys.exit(main())

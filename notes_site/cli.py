"""The command line: arguments in, exit status out. 0: all is well; 1: there were errors; 2: the call was wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from notes_site import __version__
from notes_site.diagnostics import counted, counts, render_github, render_json, render_text, severity, summary
from notes_site.model import Diagnostic, Report, Severity

SHOWN = 200

F = Callable[..., Any]


def common(command: F) -> F:
    """The options that every command has."""
    command = click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")(command)
    command = click.option("-v", "--verbose", is_flag=True, help="Print every address that was written or removed.")(
        command
    )
    return click.option(
        "-f", "--config", "config_file", type=click.Path(path_type=Path), help="The configuration, when not site.yml."
    )(command)


def folder(command: F) -> F:
    return click.argument("directory", type=click.Path(path_type=Path), default=".")(command)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="notes-site")
def main() -> None:
    """A folder of Markdown notes with LaTeX to a finished static site."""


class Terminal:
    """Where messages go: problems and progress to standard error, coloured where a person reads them."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        forced = True if os.environ.get("FORCE_COLOR") else None
        self.colour = False if os.environ.get("NO_COLOR") else forced

    def problem(self, problem: Diagnostic) -> None:
        if self.quiet and severity(problem) is Severity.WARNING:
            return
        head, newline, rest = render_text(problem).partition("\n")
        self.print(head, fg="red" if severity(problem) is Severity.ERROR else "yellow")
        if newline:
            self.print(rest, dim=True)

    def problems(self, problems: tuple[Diagnostic, ...], *, everything: bool) -> None:
        """All problems, or the first `SHOWN`, errors first, with a word on how many more there are."""
        shown = problems
        if not everything and len(problems) > SHOWN:
            errors = [p for p in problems if severity(p) is Severity.ERROR]
            rest = [p for p in problems if severity(p) is not Severity.ERROR]
            shown = tuple([*errors, *rest][:SHOWN])
        for problem in shown:
            self.problem(problem)
        if len(shown) < len(problems):
            self.print(f"… and {len(problems) - len(shown)} more; `notes-site check` shows all", dim=True)

    def say(self, text: str) -> None:
        if not self.quiet:
            self.print(text)

    def print(self, text: str, **style: Any) -> None:
        """To standard error, in a style where that is a terminal and NO_COLOR is not set."""
        click.secho(text, err=True, color=self.colour, **style)

    @contextmanager
    def progress(self) -> Iterator[Callable[[str, int, int], None]]:
        """A bar for what takes more than a second, where standard error is a terminal."""
        if self.quiet or not sys.stderr.isatty():
            yield lambda _stage, _done, _all: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        columns = (TextColumn("{task.description:<8}"), BarColumn(), MofNCompleteColumn())
        # without its thread, so that worker processes may be copies of this one
        console = Console(stderr=True, highlight=False)
        with Progress(*columns, console=console, transient=True, auto_refresh=False) as bar:
            tasks: dict[str, Any] = {}

            def advance(stage: str, done: int, count: int) -> None:
                if stage not in tasks:
                    tasks[stage] = bar.add_task(stage, total=count)
                bar.update(tasks[stage], completed=done, total=count)
                bar.refresh()

            yield advance


def project_of(directory: Path, config_file: Path | None, **options: Any) -> Any:
    from notes_site.config import is_full_address
    from notes_site.project import NoSite, find

    if options.get("base_url") and not is_full_address(options["base_url"]):
        raise click.UsageError(f'"{options["base_url"]}" is not a full address such as https://example.org/notes/')
    try:
        return find(directory, config_file=config_file, **options)
    except NoSite as error:
        raise click.UsageError(str(error)) from error


def _stop_unread(project: Any, terminal: Terminal) -> None:
    """End here where the configuration cannot be read: the folders may be others than those that it names."""
    if project.unread:
        terminal.problems(project.problems, everything=True)
        sys.exit(1)


def status(problems: tuple[Diagnostic, ...], *, strict: bool) -> int:
    """The exit status: 1 when there are errors, or warnings under `strict`."""
    errors, warnings = counts(problems)
    return 1 if errors or (strict and warnings) else 0


@main.command()
@folder
@click.option("-d", "--output-dir", type=click.Path(path_type=Path), help="Where the site is written.")
@click.option("-D", "--drafts", is_flag=True, help="Show drafts as well.")
@click.option("-b", "--base-url", help="The address of the site, over that of the configuration.")
@click.option("-s", "--strict", is_flag=True, help="Warnings are errors.")
@click.option("-c", "--clean", is_flag=True, help="Remove what earlier builds wrote before building.")
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Worker processes; one for each core when not given.")
@click.option("--timings", is_flag=True, help="Print how long each stage took.")
@click.option("--explain", multiple=True, metavar="URL", help="Say why the page at this address was made, or was not.")
@common
def build(
    directory: Path,
    output_dir: Path | None,
    drafts: bool,
    base_url: str | None,
    strict: bool,
    clean: bool,
    jobs: int | None,
    timings: bool,
    explain: tuple[str, ...],
    config_file: Path | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Make the site of DIRECTORY."""
    import time

    from notes_site.build import build as make
    from notes_site.pool import seldom_collect

    seldom_collect()
    start = time.perf_counter()
    project = project_of(directory, config_file, output=output_dir, base_url=base_url, drafts=drafts)
    terminal = Terminal(quiet=quiet)
    with terminal.progress() as progress:
        report = make(
            project, jobs=jobs or 0, clean=clean, progress=progress, explain=[_url(url) for url in explain],
            wait=lambda: terminal.say("another build of this site is under way; this one begins when it is done"),
        )  # fmt: skip
    terminal.problems(report.problems, everything=verbose)
    if verbose:
        for name in report.written:
            terminal.say(f"wrote {name}")
        for name in report.removed:
            terminal.say(f"removed {name}")
    for url, reason in report.reasons:
        click.echo(f"{url} {reason}")
    if timings:
        for stage, seconds in report.seconds:
            terminal.say(f"{stage:<8} {seconds:7.3f} s")
    terminal.say(_told(report, time.perf_counter() - start))
    sys.exit(status(report.problems, strict=strict))


def _url(given: str) -> str:
    """An address as the report names it: `a/b` is `/a/b/`, `feed.xml` is `/feed.xml`."""
    path = given.partition("#")[0].removesuffix("index.html")
    path = "/" + path.strip("/") if path.strip("/") else "/"
    return path if path == "/" or "." in path.rpartition("/")[2] else f"{path}/"


def _told(report: Report, seconds: float) -> str:
    found = summary(report.problems)
    parts = [_held(report), f"{counted(len(report.written), 'file')} written"]
    if report.kept:
        parts.append(f"{report.kept} unchanged")
    if report.removed:
        parts.append(f"{len(report.removed)} removed")
    return f"{', '.join(parts)} in {seconds:.2f} s{f'; {found}' if found else ''}"


def _held(report: Report) -> str:
    """`3 notes, 1 formula`."""
    return f"{counted(report.notes, 'note')}, {counted(report.formulas, 'formula')}"


@main.command()
@folder
@click.option("-p", "--port", type=click.IntRange(0, 65535), default=8000, help="The port, or the first to try.")
@click.option("--host", default="127.0.0.1", help="The address to listen at; this machine alone when not given.")
@click.option("-o", "--open", "show", is_flag=True, help="Open a browser.")
@click.option("--follow", is_flag=True, help="Every open page goes to the note that was just edited.")
@click.option("-d", "--output-dir", type=click.Path(path_type=Path), help="Where the preview is written.")
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Worker processes; one for each core when not given.")
@common
def serve(
    directory: Path,
    port: int,
    host: str,
    show: bool,
    follow: bool,
    output_dir: Path | None,
    jobs: int | None,
    config_file: Path | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Show the site of DIRECTORY, drafts too, and keep it up to date while its files change."""
    from notes_site.live import Live
    from notes_site.preview import Preview, Rebuild, line
    from notes_site.project import find
    from notes_site.serve import CannotServe, Serving, leave, listen, output_of

    terminal = Terminal(quiet=quiet)
    known: frozenset[Diagnostic] = frozenset()

    def told(rebuild: Rebuild) -> None:
        nonlocal known
        found = rebuild.report.problems
        terminal.problems(tuple(problem for problem in found if problem not in known), everything=verbose)
        changed, known = known != frozenset(found), frozenset(found)
        if verbose:
            for name in (*rebuild.report.written, *rebuild.report.removed):
                terminal.say(f"{'removed' if name in rebuild.report.removed else 'wrote'} {name}")
        said = line(rebuild, preview.project, changed=changed)
        if said:
            terminal.say(said)

    def opened(address: str) -> None:
        if listener.port != port and port:
            terminal.say(f"port {port} is taken; this is {listener.port}")
        click.echo(f"{address} (Ctrl-C ends the preview)")
        if show:
            import webbrowser

            webbrowser.open(address)

    project = project_of(directory, config_file, output=output_dir, drafts=True)
    try:
        listener = listen(host, port)
        with output_of(project, asked=output_dir is not None) as output:
            live = Live()
            preview = Preview(
                lambda: find(directory, config_file=config_file, output=output, drafts=True),
                live, told, terminal.print, jobs=jobs or 0, follow=follow, progress=terminal.progress,
            )  # fmt: skip
            ended = Serving(preview, live, host, listener, opened).run()
    except CannotServe as error:
        raise click.ClickException(str(error)) from error
    if sys.stderr.isatty():
        terminal.print("")  # after the `^C` of the terminal
    if not ended:
        leave()


@main.command()
@folder
@click.option("--external", is_flag=True, help="Follow links to other sites too. This needs the network.")
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", help="How to print.")
@click.option("-D", "--drafts", is_flag=True, help="Check drafts as well.")
@click.option("-s", "--strict", is_flag=True, help="Warnings are errors.")
@click.option("--locked", is_flag=True, help="Fail when a number is not the one in numbers.lock.")
@common
def check(
    directory: Path,
    external: bool,
    form: str,
    drafts: bool,
    strict: bool,
    locked: bool,
    config_file: Path | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Say all that is wrong with the site of DIRECTORY, and write nothing."""
    del verbose  # everything is said in any case
    from notes_site.beside import LOCK
    from notes_site.build import build as make
    from notes_site.diagnostics import sort_problems

    project = project_of(directory, config_file, drafts=drafts)
    if locked and not (project.root / LOCK).is_file():
        raise click.UsageError(f"there is no {LOCK} in {project.root}; write it with: notes-site lock")
    terminal = Terminal(quiet=quiet)
    with terminal.progress() as progress:
        report = make(project, write=False, progress=progress)
        problems = report.problems
        if external:
            from notes_site.external import check_links

            problems = sort_problems([*problems, *check_links(report.external, progress)])
    if form == "json":
        click.echo(render_json(problems))
    elif form == "github":
        for problem in problems:
            path = problem.span.path
            folder = project.content if (project.content / path).exists() else project.root
            click.echo(render_github(problem, _prefix(project.root, folder) if path else ""))
    else:
        terminal.problems(problems, everything=True)
        terminal.say(f"{_held(report)}: {summary(problems) or 'nothing is wrong'}")
    moved = locked and any(problem.code == "N102" for problem in problems)
    sys.exit(1 if moved else status(problems, strict=strict))


def _prefix(root: Path, folder: Path) -> str:
    """How paths in a folder are written from the folder that the command runs in, or from the site's own."""
    for base in (Path.cwd(), root):
        if folder.is_relative_to(base):
            inner = folder.relative_to(base).as_posix()
            return "" if inner == "." else inner + "/"
    return folder.as_posix() + "/"


@main.command()
@folder
@common
def lock(directory: Path, config_file: Path | None, quiet: bool, verbose: bool) -> None:
    """Write the numbers of labels into numbers.lock, so that builds say which of them move."""
    del verbose  # everything is said in any case
    from notes_site.build import lock as write

    project = project_of(directory, config_file)
    terminal = Terminal(quiet=quiet)
    _stop_unread(project, terminal)
    try:
        with terminal.progress() as progress:
            said = write(
                project, progress=progress,
                wait=lambda: terminal.say("a build of this site is under way; this begins when it is done"),
            )  # fmt: skip
    except OSError as error:
        raise click.ClickException(f"{project.root}: {error.strerror or error}") from error
    for line in said:
        terminal.say(line)


@main.command()
@folder
@click.option("-d", "--output-dir", type=click.Path(path_type=Path), help="Where the site was written.")
@common
def clean(directory: Path, output_dir: Path | None, config_file: Path | None, quiet: bool, verbose: bool) -> None:
    """Remove what earlier builds wrote, and the cache; every other file stays."""
    from notes_site.build import clean as remove

    project = project_of(directory, config_file, output=output_dir)
    terminal = Terminal(quiet=quiet)
    _stop_unread(project, terminal)
    try:
        removed = remove(project)
    except OSError as error:
        raise click.ClickException(f"{project.output}: {error.strerror or error}") from error
    if verbose:
        for name in removed:
            terminal.say(f"removed {name}")
    terminal.say(f"{counted(len(removed), 'file')} removed")


@main.command()
@click.argument("directory", type=click.Path(path_type=Path))
@common
def init(directory: Path, config_file: Path | None, quiet: bool, verbose: bool) -> None:
    """Make a small site in DIRECTORY that builds and deploys, or a site of the notes that are there."""
    from notes_site.starter import start

    if config_file is not None:
        raise click.UsageError("a new site has its configuration in site.yml")
    try:
        made = start(directory)
    except FileExistsError as error:
        raise click.UsageError(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{directory}: {error.strerror or error}") from error
    terminal = Terminal(quiet=quiet)
    files = counted(len(made.written), "file")
    if made.notes:
        terminal.say(f"wrote {', '.join(made.written)}; no note was touched")
        for advice in made.advice:
            terminal.say(advice)
        place = directory if made.content == "." else directory / made.content
        terminal.say(
            f"a site of the {counted(made.notes, 'note')} in {place} will be in {directory / made.output}; "
            f"build it with: notes-site build {directory}"
        )
        return
    if verbose:
        for name in made.written:
            terminal.say(f"wrote {name}")
    terminal.say(f"a site of {files} is in {directory}; build it with: notes-site build {directory}")


@main.command()
@click.argument("path", type=click.Path(path_type=Path))
@common
def new(path: Path, config_file: Path | None, quiet: bool, verbose: bool) -> None:
    """Make a note at PATH with its front matter filled in."""
    from datetime import date

    from notes_site.starter import new_note

    del verbose
    try:
        made = new_note(_among_notes(path, config_file), today=date.today())  # noqa: DTZ011 - the author's own day
    except (FileExistsError, ValueError) as error:
        raise click.UsageError(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror or error}") from error
    Terminal(quiet=quiet).say(f"wrote {made}")


def _among_notes(path: Path, config_file: Path | None) -> Path:
    """Where a note named `path` is one of the site that it lies in: there, or in the content folder under that name.

    Raises click.UsageError where it would be no note of the site.
    """
    place = Path(os.path.abspath(path))
    above = next((folder for folder in place.parents if (folder / "site.yml").is_file()), None)
    if config_file is None and above is None:
        return path
    project = project_of(above or Path(), config_file)
    if project.unread or place.is_relative_to(project.content) or place.resolve().is_relative_to(project.content):
        return path
    content = os.path.relpath(project.content)
    if not path.is_absolute() and Path.cwd() == project.root and place.is_relative_to(project.root):
        return Path(content) / os.path.relpath(place)
    raise click.UsageError(f"{path} is not among the notes of this site, which are in {content}")

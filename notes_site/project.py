"""Where a site's parts lie on the disk: its configuration, content, templates, static files, output and cache."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
from msgspec import Struct

from notes_site.config import Config
from notes_site.config_file import read
from notes_site.model import Diagnostic, Span

CONFIG_NAME = "site.yml"
CACHE_NAME = ".notes-site"
# what loses all values of a configuration
UNREAD = frozenset(("N010", "N014"))


class NoSite(Exception):  # noqa: N818 - it names what is not there
    """There is nothing that could be a site at the place that was named."""


class Project(Struct, frozen=True):
    """A site on the disk; all folders are absolute. `problems` are those of the configuration, `digest` is that of its
    file; when that is `unread`, defaults stand where its author said something else."""

    root: Path
    config: Config
    content: Path
    output: Path
    templates: Path
    static: Path
    cache: Path
    config_file: Path
    problems: tuple[Diagnostic, ...] = ()
    digest: str = ""
    unread: bool = False


def find(
    folder: Path,
    *,
    config_file: Path | None = None,
    output: Path | None = None,
    base_url: str | None = None,
    drafts: bool = False,
) -> Project:
    """The site at `folder`, with what the command line says over what its configuration says.

    Without a configuration the notes are those of `folder/content`, or of `folder` itself. Raises NoSite.
    """
    folder = folder.resolve()
    if not folder.is_dir():
        raise NoSite(f"there is no folder {folder}")
    file = config_file.resolve() if config_file else folder / CONFIG_NAME
    if config_file is not None and not file.is_file():
        raise NoSite(f"there is no configuration {file}")
    root = file.parent if config_file is not None else folder
    config = Config()
    problems: tuple[Diagnostic, ...] = ()
    given = file.is_file()
    data = b""
    if given:
        try:
            data = file.read_bytes()
        except OSError as error:
            raise NoSite(f"{file} cannot be read: {error.strerror}") from error
        config, problems = read(data.decode("utf-8", "replace"), file.name)
        problems = (*_undecodable(data, file.name), *problems)
    content = (root / config.content).resolve()
    if not content.is_dir():
        if given and config.content != "content":
            raise NoSite(f"there is no content folder {content}")
        content = root
    changes = {key: value for key, value in (("base_url", base_url), ("drafts", drafts or None)) if value is not None}
    config = msgspec.structs.replace(config, **changes)
    out = output.resolve() if output is not None else (root / config.output).resolve()
    return Project(
        root=root,
        config=config,
        content=content,
        output=out,
        templates=(root / config.templates).resolve(),
        static=(root / config.static).resolve(),
        cache=_cache_folder(root, out),
        config_file=file,
        problems=problems,
        digest=hashlib.sha256(data).hexdigest(),
        unread=any(problem.code in UNREAD for problem in problems),
    )


def _undecodable(data: bytes, name: str) -> tuple[Diagnostic, ...]:
    """The first byte that is not UTF-8, if there is one."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        line, column = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
        row = data.splitlines()[line - 1].decode("utf-8", "replace")
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        return (Diagnostic("N001", message, Span(name, line, column), row, "save the file as UTF-8"),)
    return ()


def _cache_folder(root: Path, output: Path) -> Path:
    """`.notes-site` beside the configuration; beside the output where the site's own folder cannot be written."""
    import os

    folder = root / CACHE_NAME
    writable = os.access(folder if folder.exists() else root, os.W_OK)
    return folder if writable else output.parent / f"{CACHE_NAME}-{output.name}"

"""The theme: Jinja templates and static files, the default ones and those of the site that shadow them by name.

Invariant: an undefined variable in a template is an error, with the template's name and line.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from notes_site import __version__
from notes_site.address import relative
from notes_site.cache import Cache
from notes_site.model import Diagnostic, Span
from notes_site.stamps import Stamps, digest_of_bytes

if TYPE_CHECKING:
    from notes_site.templating import WatchedEnvironment

GENERATOR = f"notes-site {__version__}"


class ThemeError(Exception):
    """A template that cannot be used: the message says why, `name` and `line` where."""

    def __init__(self, message: str, name: str = "", line: int = 0) -> None:
        super().__init__(message)
        self.name, self.line = name, line


def default_folder(kind: str) -> Path:
    """The folder of the default theme's `templates` or `static`: inside the installed package, or in the checkout."""
    inside = Path(__file__).parent / "_theme" / kind
    return inside if inside.is_dir() else Path(__file__).parent.parent / kind


class StaticFile(Struct, frozen=True):
    """A file that is served as it is: its URL (with a digest when the theme links to it), its place, its digest.

    `packed` is what is served of a stylesheet or script of the theme: without comments, with the addresses of files.
    """

    name: str
    url: str
    file: Path
    digest: str
    packed: bytes | None = None


def iso_date(value: datetime | None) -> str:
    """`2026-03-14`."""
    return value.date().isoformat() if value else ""


GLOBALS: Final = {"iso": iso_date, "generator": GENERATOR}


# of stamps: the same file may be one of the content too, if a site says so
KIND: Final = "theme "
# a file that a stylesheet asks for: `url("text/regular.woff2")`
_ASKED: Final = re.compile(rb'url\("(?P<name>[^":#?]+)"\)')
# a comment or the end of a line, with the blanks that follow
_LAYOUT: Final = re.compile(rb"/\*.*?\*/\s*|\n\s*", re.DOTALL)
_BLANKS: Final = (
    (b" { ", b"{"),
    (b" {", b"{"),
    (b" }", b"}"),
    (b"} ", b"}"),
    (b"; ", b";"),
    (b": ", b":"),
    (b", ", b","),
    (b"> ", b">"),
    (b" >", b">"),
    (b";}", b"}"),
    (b"::before", b":before"),
    (b"::after", b":after"),
)
# `li + li` of a selector, not what is added in a value: it has no end of a declaration between it and its block
_BESIDE: Final = re.compile(rb" \+ (?=[^;{}]*\{)")


class Theme:
    """Templates and static files of one site. Files are read once, when they are first asked for.

    `problems` are those of the static files, when these have been read; `cache` keeps compiled templates.
    """

    def __init__(self, templates: Path, static: Path, stamps: Stamps, cache: Cache | None = None) -> None:
        self.folders = tuple(f for f in (templates, default_folder("templates")) if f.is_dir())
        self.static_folders = tuple(f for f in (static, default_folder("static")) if f.is_dir())
        self.problems: list[Diagnostic] = []
        self.stamps, self.cache = stamps, cache

    @cached_property
    def files(self) -> Mapping[str, StaticFile]:
        """Static files by name. Those of the default theme get a digest in their URL; a site's own keep their names."""
        theme_names = {name for name, _ in _walk(default_folder("static"))}
        found: dict[str, StaticFile] = {}
        for folder in self.static_folders:
            for name, file in _walk(folder):
                if name in found:
                    continue
                try:
                    name.encode()
                    digest = self.stamps.of(str(file), file.stat(), kind=KIND).digest
                except (OSError, UnicodeEncodeError) as error:
                    reason = "the name is not UTF-8" if isinstance(error, ValueError) else "cannot be read"
                    shown = os.fsencode(name).decode("utf-8", "backslashreplace")
                    self.problems.append(Diagnostic("N002", reason, Span(f"{folder.name}/{shown}")))
                    continue
                url = _with_digest(name, digest) if name in theme_names else f"/{name}"
                found[name] = StaticFile(name, url, file, digest)
        for name in sorted(theme_names):
            if name.endswith((".css", ".js")) and name in found:
                own = found[name].file.is_relative_to(self.static_folders[-1])
                with suppress(OSError):  # it went while the site was built
                    found[name] = _served(found[name], found, pack=own)
        return found

    @cached_property
    def templates(self) -> Mapping[str, str]:
        """The digests of all templates by name; `default/base.html` is the theme's own."""
        found: dict[str, str] = {}
        for folder in self.folders:
            for name, file in _walk(folder):
                with suppress(OSError, UnicodeEncodeError):  # one that is used and cannot be read is reported there
                    name.encode()
                    digest = self.stamps.of(str(file), file.stat(), kind=KIND).digest
                    found.setdefault(name, digest)
                    if folder == self.folders[-1]:
                        found[f"default/{name}"] = digest
        return found

    @property
    def places(self) -> tuple[str, ...]:
        """All files of the theme, as their stamps are known."""
        folders = (*self.folders, *self.static_folders)
        return tuple(f"{KIND}{file}" for folder in folders for _, file in _walk(folder))

    @cached_property
    def _watched(self) -> WatchedEnvironment:
        from notes_site.templating import Compiled, environment

        compiled = Compiled(self.cache) if self.cache is not None else None
        return environment(self.folders, default_folder("templates"), compiled, GLOBALS)

    def warm(self) -> None:
        """Compile the templates now, so that copies of this process have them."""
        from jinja2 import TemplateError

        for name in self.templates:
            if not name.startswith("default/"):
                with suppress(TemplateError, OSError, UnicodeError):  # reported where it is used
                    self._watched.get_template(name)

    def part(self) -> None:
        """In a copy of this process: write to nothing that it shares."""
        self._watched.bytecode_cache = None

    def render(self, name: str, values: Mapping[str, object], used: Callable[[str], object]) -> str:
        """A page from a template; `used` is told each template that is read. Raises ThemeError where one is wrong."""
        from jinja2 import TemplateError, TemplateSyntaxError

        self._watched.used = used
        try:
            return self._watched.get_template(name).render(values)
        except TemplateSyntaxError as error:
            raise ThemeError(error.message or "syntax error", error.name or name, error.lineno) from error
        except (TemplateError, TypeError, ValueError, AttributeError, LookupError, ArithmeticError) as error:
            raise ThemeError(str(error) or type(error).__name__, *self._place(error, name)) from error
        except RecursionError as error:
            raise ThemeError("the template includes or calls itself without end", *self._place(error, name)) from error

    def _place(self, error: BaseException, name: str) -> tuple[str, int]:
        """The template and line where an error arose, from the traceback that Jinja rewrites to template lines."""
        place = (name, 0)
        trace = error.__traceback__
        while trace is not None:
            file = Path(trace.tb_frame.f_code.co_filename)
            for folder in self.folders:
                if file.is_relative_to(folder):
                    place = (file.relative_to(folder).as_posix(), trace.tb_lineno)
            trace = trace.tb_next
        return place


def _with_digest(name: str, digest: str) -> str:
    """`text/regular.woff2` at `/_/text/regular.0123456789ab.woff2`."""
    stem, dot, ending = name.rpartition(".")
    return f"/_/{stem}.{digest[:12]}{dot}{ending}"


def _served(file: StaticFile, files: Mapping[str, StaticFile], *, pack: bool) -> StaticFile:
    """A stylesheet or script of the theme as it is served, without what says nothing if we are to `pack` it.

    In a stylesheet each `url("name")` of another static file becomes the address of that file.
    """

    def address(asked: re.Match[bytes]) -> bytes:
        asked_for = posixpath.join(posixpath.dirname(file.name), asked["name"].decode("utf-8", "replace"))
        name = posixpath.normpath(asked_for)
        if name not in files or name == file.name:
            return asked[0]
        return f'url("{relative(file.url, files[name].url)}")'.encode()

    text = made = file.file.read_bytes()
    if file.name.endswith(".css"):
        made = _ASKED.sub(address, text)
        made = _packed_sheet(made) if pack else made
    elif pack:
        made = _packed_script(made)
    if made == text:
        return file
    digest = digest_of_bytes(made)
    return StaticFile(file.name, _with_digest(file.name, digest), file.file, digest, made)


def _packed_sheet(text: bytes) -> bytes:
    """Without comments, and without blanks that say nothing.

    It is one of our own: taken for granted is that a line ends with `{`, `}`, `;` or `,` and that no string holds a
    comment or such a blank; decision 20 says why no library does it.
    """
    made = _LAYOUT.sub(b"", text)
    for blank, none in _BLANKS:
        made = made.replace(blank, none)
    return _BESIDE.sub(b"+", made)


def _packed_script(text: bytes) -> bytes:
    """Without lines that are comments or empty, and without indents: no line of our scripts begins inside a string."""
    lines = (line.strip() for line in text.split(b"\n"))
    return b"\n".join(line for line in lines if line and not line.startswith(b"//")) + b"\n"


def _walk(folder: Path) -> list[tuple[str, Path]]:
    if not folder.is_dir():
        return []
    return sorted((file.relative_to(folder).as_posix(), file) for file in folder.rglob("*") if file.is_file())

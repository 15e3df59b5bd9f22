"""Jinja for the theme: where templates are found, where compiled ones are kept, and which of them a page used.

Imported when the first page is made; a build with nothing to make does without Jinja.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import BytecodeCache, ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined, Template
from jinja2.bccache import Bucket

from notes_site.cache import Cache
from notes_site.packing import digest


class WatchedEnvironment(Environment):
    """Tells `used` each template that a page asks for, by itself or through `extends`, `include` and `import`.

    Jinja runs an imported template once in a process; what that asked for is told again whenever it is asked for.
    """

    used: Callable[[str], object] = staticmethod(lambda _name: None)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._asked: dict[str, dict[str, None]] = {}

    def tell(self, name: str, parent: str | None) -> None:
        """A template was asked for by another, or by a page."""
        if parent is not None:
            self._asked.setdefault(parent, {})[name] = None
        told: dict[str, None] = {}
        waiting = [name]
        while waiting:
            asked = waiting.pop()
            if asked not in told:
                told[asked] = None
                waiting += self._asked.get(asked, ())
        for asked in told:
            self.used(asked)

    def get_template(self, name: str | Template, parent: str | None = None, globals: Any = None) -> Template:  # noqa: A002
        if isinstance(name, str):
            self.tell(name, parent)
        return super().get_template(name, parent, globals)

    def select_template(self, names: Any, parent: str | None = None, globals: Any = None) -> Template:  # noqa: A002
        for name in () if isinstance(names, str) else names:
            if isinstance(name, str):
                self.tell(name, parent)
        return super().select_template(names, parent, globals)


def environment(
    folders: Sequence[Path], default: Path, compiled: BytecodeCache | None, globals_: Mapping[str, object]
) -> WatchedEnvironment:
    """The environment of a theme; an undefined variable is an error."""
    made = WatchedEnvironment(
        # `default/base.html` is the theme's own, for a template of the site that extends what it shadows
        loader=ChoiceLoader([FileSystemLoader(folders), PrefixLoader({"default": FileSystemLoader(default)})]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=compiled,
        auto_reload=False,  # a theme whose files changed is another theme
        cache_size=-1,
    )
    made.globals.update(globals_)
    return made


class Compiled(BytecodeCache):
    """Compiled templates in the cache, under the digest that Jinja makes of their name and source."""

    def __init__(self, cache: Cache) -> None:
        self.cache = cache

    def load_bytecode(self, bucket: Bucket) -> None:
        found = self.cache.get("template", _key(bucket))
        if found is not None:
            bucket.bytecode_from_string(found)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.cache.put("template", [(_key(bucket), bucket.bytecode_to_string())])


def _key(bucket: Bucket) -> bytes:
    return digest(bucket.key.encode(), bucket.checksum.encode())

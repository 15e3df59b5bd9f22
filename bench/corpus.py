"""Makes a folder of notes to measure on, from a folder of real notes or from this project's own.

    python bench/corpus.py OUT -n 250 [--seed 1] [--from FOLDER]

A note is what every program can read: a title, a date, a description, CommonMark, and formulas between dollars. Copies
of a note differ in name, in title and in the spaces inside their formulas, so that little is gained by remembering
formulas by their bytes. A link leads to the copy beside it. Invariant: same source, number and seed, same bytes.
"""

from __future__ import annotations

import argparse
import json
import posixpath
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import yaml

OWN: Final = Path(__file__).parents[1]
PER_FOLDER: Final = 300

# a fence with all its lines; `code`; $$display$$; $inline$, with no space inside the dollars and no digit after them
TOKEN: Final = re.compile(
    r"(?P<fence>^[ >]*(?P<ticks>`{3,}|~{3,})[^`\n]*\n(?:.*\n)*?[ >]*(?P=ticks)[`~]*[ ]*$)"
    r"|(?P<code>(?<!`)(?P<tick>`+)(?!`)[^\n]*?(?<!`)(?P=tick)(?!`))"
    r"|(?P<escape>\\[\\$`])"
    r"|\$\$(?P<display>(?:\\[\s\S]|(?!\$\$)[^\\])+?)\$\$"
    r"|\$(?![\s$])(?P<inline>(?:\\.|[^$\\\n]|\n(?! *\n))+?)(?<!\s)\$(?![\d$])",
    re.MULTILINE,
)
# and \(inline\), \[display\], \begin{align} … \end{align}, which not every program reads
OWN_TOKEN: Final = re.compile(
    TOKEN.pattern
    + r"|\\\((?P<round>[^\n]+?)\\\)"
    + r"|\\\[(?P<square>(?:.|\n)+?)\\\]"
    + r"|^\\begin\{(?P<name>(?:equation|align|gather|multline)\*?)\}(?P<inside>(?:.|\n)+?)\\end\{(?P=name)\}",
    re.MULTILINE,
)
# [text](folder/note.md), [text](note.md#part)
NOTE_LINK: Final = re.compile(r"\]\((?![a-z]+:)([^()\s#]+\.md)(#[^()\s]*)?\)")


@dataclass(frozen=True, slots=True)
class Note:
    """One note of the source; `path` is relative, with its suffix."""

    path: str
    title: str
    date: str
    description: str
    body: str


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro that the project's own notes may use, and other programs do not know."""

    arity: int
    text: str


def formulas_of(body: str) -> int:
    """How many formulas stand in a text, those inside code not counted."""
    return sum(1 for found in TOKEN.finditer(body) if found["display"] or found["inline"])


def split_front_matter(text: str) -> tuple[dict[str, object], str]:
    """The keys of the front matter, and the rest."""
    found = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)
    if found is None:
        return {}, text
    keys = yaml.safe_load(found[1])
    return (keys if isinstance(keys, dict) else {}), text[found.end() :]


def read_plain(folder: Path) -> tuple[Note, ...]:
    """The notes of a folder that are plain already."""
    return tuple(_read(folder, lambda _path, _keys, body: body, bool))


def read_own(root: Path = OWN) -> tuple[Note, ...]:
    """The project's own notes, made plain; the guide, which is about syntax, is left out."""
    site = yaml.safe_load((root / "site.yml").read_text("utf-8"))
    common = _macros(site.get("math", {}).get("macros", {}))
    content = root / "content"

    def plain(path: str, keys: Mapping[str, object], body: str) -> str:
        macros = dict(common)
        index = content / posixpath.dirname(path) / "index.md"
        if index.is_file():
            macros |= _macros(split_front_matter(index.read_text("utf-8"))[0].get("macros"))
        return neutral(body, macros | _macros(keys.get("macros")))

    def wanted(path: str) -> bool:
        return "/" in path and not path.startswith("guide/") and posixpath.basename(path) != "index.md"

    notes = tuple(_read(content, plain, wanted))
    paths = {note.path for note in notes}
    return tuple(replace(note, body=without_dead_links(note, paths)) for note in notes if note.body.count(" ") > 20)


def _read(
    folder: Path, body_of: Callable[[str, Mapping[str, object], str], str], wanted: Callable[[str], bool]
) -> Iterator[Note]:
    for place, file in enumerate(sorted(folder.rglob("*.md"))):
        path = file.relative_to(folder).as_posix()
        keys, body = split_front_matter(file.read_text("utf-8"))
        # macros that a note defines for itself cannot be made plain
        if not wanted(path) or re.search(r"\\(?:newcommand|def|DeclareMathOperator)\b", body):
            continue
        title = _words(keys.get("title")) or file.stem.replace("-", " ").capitalize()
        date = re.match(r"\d{4}-\d\d-\d\d", str(keys.get("date", "")))
        yield Note(
            path=path,
            title=title,
            date=date[0] if date else f"2025-{place % 12 + 1:02d}-{place % 28 + 1:02d}",
            description=_words(keys.get("description")) or title,
            body=body_of(path, keys, body.replace("\r\n", "\n")),
        )


def _words(text: object) -> str:
    """A title or description without formulas and marks: "Where $\\log 2$ hides" is "Where log 2 hides"."""
    return re.sub(r"[$\\*_`{}\[\]^]", "", " ".join(str(text or "").split()))


def _macros(said: object) -> dict[str, Macro]:
    if not isinstance(said, dict):
        return {}
    found = {}
    for name, text in said.items():
        if isinstance(text, str):
            arity = max((int(digit) for digit in re.findall(r"#(\d)", text)), default=0)
            found[str(name).lstrip("\\")] = Macro(arity, text)
    return found


def expand(tex: str, macros: Mapping[str, Macro], depth: int = 4) -> str:
    """A formula in which every macro is replaced by what it stands for."""
    if not macros or depth == 0:
        return tex
    names = "|".join(sorted(map(re.escape, macros), key=len, reverse=True))
    parts, start = [], 0
    for found in re.finditer(rf"\\({names})(?![A-Za-z])", tex):
        if found.start() < start:
            continue
        end, text = found.end(), macros[found[1]].text
        for number in range(1, macros[found[1]].arity + 1):
            argument, end = _argument(tex, end)
            text = text.replace(f"#{number}", argument)
        parts += [tex[start : found.start()], "{", text, "}"]
        start = end
    whole = "".join([*parts, tex[start:]])
    return whole if whole == tex else expand(whole, macros, depth - 1)


def _argument(tex: str, start: int) -> tuple[str, int]:
    """What a macro takes at `start`, a group or one token, and where it ends."""
    while start < len(tex) and tex[start].isspace():
        start += 1
    if tex[start : start + 1] != "{":
        token = re.compile(r"\\[A-Za-z]+|\\.|.", re.DOTALL).match(tex, start)
        return (token[0], token.end()) if token else ("", start)
    depth = 0
    for found in re.compile(r"\\.|[{}]", re.DOTALL).finditer(tex, start):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if depth == 0:
            return tex[start + 1 : found.start()], found.end()
    return tex[start + 1 :], len(tex)


# What other programs do not read, and what stays of it; in this order, on text whose code and formulas are set aside.
_HELD = "\x01\\d+\x02"
PLAIN: Final = tuple(
    (re.compile(pattern, re.MULTILINE), replacement)
    for pattern, replacement in (
        (r"(?s:<!--.*?-->|^%%$.*?^%%$)", ""),
        (r"^\[\^[^\]\n]+\]:(?s:.*?)(?=\n\n(?! )|\Z)", ""),  # [^1]: a footnote
        (r"\^?\[\^[^\]\n]*\]", ""),
        (r"^[ >]*:{3,}.*$", ""),  # ::: {.proof}
        (r"^: .*$", ""),  # : the caption of a table
        (r"\{\{<[^\n]*?>\}\}", ""),
        (r"!\[\[[^\]\n]*\]\]", ""),
        (r"!\[[^\]]*\]\([^)]*\)(?:\{[^{}\n]*\})?", ""),
        (r"^( *> *)\[!\w+\][+-]? *(\S.*?)$", r"\1**\2**"),  # > [!note] Title
        (r"^( *> *)\[!\w+\][+-]? *$", r"\1"),
        (r"\[\[(?:[^\]|\n]*\|)?([^\]\n]*)\]\]", r"\1"),  # [[note|words]]
        (r"\[[^\[\]\n]*@[\w:-][^\[\]\n]*\]", ""),  # [see @key]
        (r"(?<![\w@])@[A-Za-z][\w:-]*", "the result"),
        (r"</?[A-Za-z][^<>\n]*>", ""),
        (r"\[([^\[\]\n]*)\]\{[^{}\n]*\}", r"\1"),  # [words]{.class}
        (r"[ ]*\{[#.][^{}\n]*\}", ""),
        (r"(?<=\S)[ ]+\^[\w-]+$", ""),  # ^block-name
        (r"==(?=\S)(.*?\S)==", r"\1"),
        (r"\$", "USD "),
    )
)


def neutral(body: str, macros: Mapping[str, Macro]) -> str:
    """A text in plain CommonMark: each display in a paragraph of its own, no syntax that only some programs read."""
    held: list[tuple[str, str]] = []

    def hold(found: re.Match[str]) -> str:
        tex = found["display"] or found["inline"] or found["round"] or found["square"] or found["inside"]
        if tex is not None:
            if found["name"] and not found["name"].startswith("equation"):
                tex = f"\\begin{{aligned}}{tex}\\end{{aligned}}"
            tex = re.sub(r"\\label\{[^{}]*\}|\\tag\*?\{[^{}]*\$[^{}]*\}", "", expand(tex.strip(), macros))
            tex = re.sub(r"\\(?:eqref|ref)\{[^{}]*\}", r"\\text{above}", tex)
            kind = "inline" if found["inline"] or found["round"] else "display"
            held.append((kind, re.sub(r"\n\s*>? ?", "\n", tex)))
        elif found["fence"]:
            language = re.match(r"[ >]*[`~]+\s*\{?\.?(\w*)", found[0])
            word = language[1] if language and language[1] not in {"", "mermaid"} else "text"
            head, _, rest = found[0].partition("\n")
            opening = head[: len(head) - len(head.lstrip(" >"))] + found["ticks"]
            held.append(("fence", f"{opening}{word}\n{rest}"))
        else:
            held.append(("code", found[0]))
        return f"\x01{len(held) - 1}\x02"

    text = OWN_TOKEN.sub(hold, body)
    for pattern, replacement in PLAIN:
        text = pattern.sub(replacement, text)
    lines = [line for row in text.split("\n") for line in _lines(row, held)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip() + "\n"


def _lines(row: str, held: list[tuple[str, str]]) -> Iterator[str]:
    """One line with what was set aside put back; a display gets lines of its own where there is room for them."""
    pad = re.match(r" *(?:(?:[-*+]|\d+[.)]) +)?", row)
    room = " " * len(pad[0]) if pad else ""
    narrow = row.lstrip().startswith((">", "|", "#"))
    line = ""
    for part in re.split(f"({_HELD})", row):
        if not part.startswith("\x01"):
            line += part
            continue
        kind, text = held[int(part[1:-1])]
        if kind == "display" and not narrow:
            yield from (line, "") if line.strip() else ("",)
            yield from (room + one.strip() for one in ("$$", *text.split("\n"), "$$") if one.strip())
            yield ""
            line = room
        elif kind in {"display", "inline"}:
            line += f"${' '.join(text.split())}$"
        else:
            line += text
    yield line


def without_dead_links(note: Note, paths: set[str]) -> str:
    """The body, in which a link to what is not in the corpus has become its words."""

    def link(found: re.Match[str]) -> str:
        if re.match(r"[a-z]+:", found[2]):
            return found[0]
        target = posixpath.normpath(posixpath.join(posixpath.dirname(note.path), found[2].partition("#")[0]))
        return f"[{found[1]}]({found[2].partition('#')[0]})" if target in paths else found[1]

    return re.sub(r"(?<!!)\[([^\[\]\n]*)\]\(([^()\s]*)\)", link, note.body)


def spaced(body: str, dice: random.Random) -> str:
    """The body with other spaces inside its formulas: they look the same, and their bytes differ."""

    def formula(found: re.Match[str]) -> str:
        if not (found["display"] or found["inline"]):
            return found[0]
        return re.sub(r"(?<=[^\s\\]) (?=\S)", lambda _: " " * dice.randint(1, 3), found[0])

    return TOKEN.sub(formula, body)


@dataclass(frozen=True, slots=True)
class Copies:
    """Where the copies of the notes stand: beside the note while its folder has room, then in further volumes."""

    notes: tuple[Note, ...]
    count: int
    seed: int

    @property
    def rounds(self) -> int:
        return -(-self.count // len(self.notes))

    @property
    def per_volume(self) -> int:
        largest = max(Counter(posixpath.dirname(note.path) for note in self.notes).values())
        return max(1, PER_FOLDER // largest)

    def path(self, note: Note, number: int) -> str:
        volume, copy = divmod(number, self.per_volume)
        stem = note.path.removesuffix(".md") + (f"-{copy:02d}" if copy else "") + ".md"
        return f"volume-{volume + 1:02d}/{stem}" if self.rounds > self.per_volume else stem

    def files(self) -> Iterator[tuple[str, str]]:
        """Each file as its path and its text."""
        places = {note.path: place for place, note in enumerate(self.notes)}
        for place in range(self.count):
            number, index = divmod(place, len(self.notes))
            note = self.notes[index]
            here = self.path(note, number)
            folder = posixpath.dirname(here)

            def link(found: re.Match[str], note: Note = note, number: int = number, folder: str = folder) -> str:
                target = posixpath.normpath(posixpath.join(posixpath.dirname(note.path), found[1]))
                if target not in places:
                    return found[0]
                whole = places[target] + number * len(self.notes) < self.count
                to = self.path(self.notes[places[target]], number if whole else 0)
                return f"]({posixpath.relpath(to, folder or '.')}{found[2] or ''})"

            body = NOTE_LINK.sub(link, note.body)
            if number:
                body = spaced(body, random.Random(f"{self.seed} {here}"))
            title = f"{note.title} ({number + 1})" if number else note.title
            head = (("title", title), ("description", note.description))
            keys = "".join(f"{key}: {json.dumps(text, ensure_ascii=False)}\n" for key, text in head)
            yield here, f"---\n{keys}date: {note.date}\n---\n\n{body}"


def write(folder: Path, copies: Copies) -> int:
    """Write all copies into a new folder; how many formulas they hold."""
    formulas = 0
    for path, text in copies.files():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8", newline="\n")
        formulas += formulas_of(text)
    return formulas


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Make a folder of notes to measure on.")
    parser.add_argument("out", type=Path, help="the folder to make")
    parser.add_argument("-n", "--count", type=int, default=250, help="how many notes (250)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other spaces (1)")
    parser.add_argument("--from", dest="source", type=Path, help="a folder of plain notes; the project's own otherwise")
    options = parser.parse_args(arguments)
    if options.out.exists():
        parser.error(f"{options.out} is there already")
    notes = read_plain(options.source) if options.source else read_own()
    if not notes:
        parser.error("the source has no notes")
    formulas = write(options.out, Copies(notes, options.count, options.seed))
    print(f"{options.count} notes of {len(notes)} kinds, {formulas} formulas", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())

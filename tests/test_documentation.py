"""The guide has every command, option, configuration key, front matter key, diagnostic, template block and variable."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import click
import msgspec
import pytest
from jinja2 import Environment, meta, nodes

import notes_site
from notes_site import config, frontmatter
from notes_site.cli import main
from notes_site.diagnostics import CODES
from notes_site.model import Card, CollectionCard, Crumb, Group, Heading, Listed, Paper, Section, Sidebar, TagCard
from notes_site.outputs.lists import ListLink, NumberedNote, Result, ResultLink
from notes_site.outputs.page import NavigationLink, Page, SiteInfo
from notes_site.outputs.pages import Citation, HeroText, Month, NotePage, StreamOnHome, Thought
from notes_site.outputs.print import PrintedBook, PrintedNote, PrintedPart, PrintedUnit
from notes_site.theme import default_folder
from notes_site.words import packaged

PACKAGE = Path(notes_site.__file__).parent
GUIDE = Path(__file__).parents[1] / "content" / "guide"
TEMPLATES = default_folder("templates")


def guide(name: str) -> str:
    return (GUIDE / f"{name}.md").read_text("utf-8")


def said(text: str) -> set[str]:
    """The words in code spans: of `` `a`, `b.c(d)` `` these are a, b, c, d."""
    return {word for span in re.findall(r"`([^`\n]+)`", text) for word in re.findall(r"[\w-]+", span)}


COMMANDS = main.commands
OPTIONS = [
    (name, option)
    for name, command in COMMANDS.items()
    for parameter in command.params
    if isinstance(parameter, click.Option)
    for option in parameter.opts
]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_its_section(name: str) -> None:
    assert f"\n## {name}\n" in guide("command-line")
    assert f"notes-site {name}" in guide("command-line")


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_an_option_is_in_the_section_of_its_command_or_among_those_of_every_command(command: str, option: str) -> None:
    sections = dict(re.findall(r"^## (.*)\n((?:(?!## ).*\n)*)", guide("command-line"), re.MULTILINE))
    assert re.search(rf"`{option}[ `]", sections[command] + sections["Options of every command"])


def test_the_guide_has_no_option_that_the_program_has_not() -> None:
    written = set(re.findall(r"^\| `(-[\w-]+).*?(?:, `(--[\w-]+).*?)?\|", guide("command-line"), re.MULTILINE))
    known = {option for _, option in OPTIONS} | {"-h", "--help"}
    assert {option for pair in written for option in pair if option} <= known


STRUCTS = [kind for kind in vars(config).values() if isinstance(kind, type) and issubclass(kind, config.Struct)]


@pytest.mark.parametrize("kind", STRUCTS, ids=lambda kind: kind.__name__)
def test_a_key_of_the_configuration_is_in_the_guide(kind: type[msgspec.Struct]) -> None:
    assert {field.name for field in msgspec.structs.fields(kind)} <= said(guide("configuration"))


@pytest.mark.parametrize("field", [*(f.name for f in msgspec.structs.fields(config.Config))])
def test_a_key_of_the_configuration_has_its_row_or_its_section(field: str) -> None:
    text = guide("configuration")
    assert re.search(rf"^\| `{field}` \||^The key `{field}`", text, re.MULTILINE)


def table_of_words() -> str:
    """The words in both languages, group by group as they stand in the files."""
    german = packaged("de")
    rows: list[str] = []
    for line in (PACKAGE / "data" / "words" / "en.yml").read_text("utf-8").split("\n\n", 1)[1].splitlines():
        if line.startswith("# "):
            rows += [f"\n### {line[2].upper()}{line[3:]}\n", "| key | English | German |", "| --- | --- | --- |"]
        elif line:
            key = line.partition(":")[0]
            both = (words[key].strip().replace("|", "\\|") for words in (packaged("en"), german))
            rows.append(f"| `{key}` | {' | '.join(both)} |")
    return "\n".join(rows) + "\n"


def test_every_word_that_a_site_adds_is_in_the_guide(request: pytest.FixtureRequest) -> None:
    """With `--golden` the table is written anew."""
    head, title, table = guide("languages").partition("## All words {#keys}\n")
    if request.config.getoption("--golden"):
        (GUIDE / "languages.md").write_text(head + title + table_of_words(), "utf-8")
    else:
        assert table == table_of_words()


def test_the_keys_of_front_matter_are_in_the_guide() -> None:
    known = {key for keys in frontmatter.KEYS.values() for key in keys}
    assert known <= said(guide("front-matter"))


def test_every_kind_of_collection_is_in_the_guide() -> None:
    assert set(config.KINDS) <= said(guide("collections"))


def test_the_guide_has_every_diagnostic_with_its_severity_and_its_meaning_and_no_other() -> None:
    found = re.findall(r"^## (N\d{3})\n\n\*(Error|Warning)\*: (.*)\.$", guide("diagnostics"), re.MULTILINE)
    expected = [(code, entry.severity.value.capitalize(), entry.meaning) for code, entry in CODES.items()]
    assert found == expected
    rows = re.findall(r"^\| \[(N\d{3})\]\(#n\d{3}\) \| (.*) \|$", guide("diagnostics"), re.MULTILINE)
    assert rows == [(code, entry.meaning) for code, entry in CODES.items()]


def test_every_diagnostic_is_emitted_somewhere() -> None:
    used: set[str] = set()
    for file in PACKAGE.rglob("*.py"):
        if file.name != "diagnostics.py":
            used |= {
                node.value
                for node in ast.walk(ast.parse(file.read_text("utf-8")))
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            }
    assert {word for word in used if re.fullmatch(r"N\d{3}", word)} == set(CODES)


def templates() -> dict[str, nodes.Template]:
    environment = Environment(autoescape=True)
    return {
        file.relative_to(TEMPLATES).as_posix(): environment.parse(file.read_text("utf-8"))
        for file in sorted(TEMPLATES.rglob("*.html"))
    }


def test_every_template_and_every_block_is_in_the_guide() -> None:
    text = guide("themes")
    for name, tree in templates().items():
        assert f"`{name.removeprefix('partials/')}`" in text, name
        for block in tree.find_all(nodes.Block):
            assert f"`{block.name}`" in text, f"block {block.name} of {name}"


def test_every_variable_that_a_template_uses_is_in_the_guide() -> None:
    used = {name for tree in templates().values() for name in meta.find_undeclared_variables(tree)}
    own = {"namespace", "loop", "super"}
    for tree in templates().values():
        own |= {macro.name for macro in tree.find_all(nodes.Macro)}
        own |= {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"}
    assert used - own <= said(guide("themes"))


@pytest.mark.parametrize(
    "kind",
    [
        Card, Citation, CollectionCard, Crumb, Group, Heading, HeroText, Listed, ListLink, Month, NavigationLink,
        NotePage, NumberedNote, Page, Paper, PrintedBook, PrintedNote, PrintedPart,
        PrintedUnit, Result, ResultLink, Section, Sidebar, SiteInfo, StreamOnHome,
        TagCard, Thought,
    ],
    ids=lambda kind: kind.__name__,
)  # fmt: skip
def test_every_field_that_a_template_may_use_is_in_the_guide(kind: type[msgspec.Struct]) -> None:
    assert {field.name for field in msgspec.structs.fields(kind)} <= said(guide("themes"))

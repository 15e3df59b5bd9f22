"""The stylesheets, scripts and fonts of the theme, as they are served: addresses with digests, nothing idle."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sites import built, write

from notes_site.stamps import Stamps
from notes_site.theme import Theme, default_folder

STYLES = 25_000
# something of each kind that has a sheet
EVERYTHING = """# All

$$a^2 + b^2 = c^2$$

::: warning
Look out.
:::

```python
print()
```
"""
SHEETS = sorted(default_folder("static").glob("*.css"))
SCRIPTS = sorted(default_folder("static").glob("*.js"))


def served(static: Path) -> dict[str, tuple[str, bytes]]:
    """The address and the bytes of each static file."""
    files = Theme(static / "none", static, Stamps({})).files
    return {
        name: (file.url, file.file.read_bytes() if file.packed is None else file.packed) for name, file in files.items()
    }


def test_a_stylesheet_names_the_fonts_by_addresses_that_are_served(tmp_path: Path) -> None:
    """Relative ones, with their digests."""
    files = served(tmp_path)
    asked = re.findall(rb'url\("([^"]+)"\)', files["style.css"][1])
    urls = {url for url, _ in files.values()}
    assert len(asked) == 3
    for name in asked:
        assert re.fullmatch(rb"text/(regular|italic|bold)\.[0-9a-f]{12}\.woff2", name)
        assert "/_/" + name.decode() in urls


def test_another_font_of_the_site_changes_the_address_of_the_stylesheet_too(tmp_path: Path) -> None:
    """So that no reader has an old stylesheet that asks for a font that went."""
    before = served(tmp_path)
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "regular.woff2").write_bytes(b"another")
    after = served(tmp_path)
    assert after["text/regular.woff2"][0] != before["text/regular.woff2"][0]
    assert after["style.css"][0] != before["style.css"][0]
    assert after["blocks.css"] == before["blocks.css"]


def test_a_stylesheet_of_the_site_is_served_as_it_was_written_but_for_addresses(tmp_path: Path) -> None:
    """It may name fonts of the theme and files of its own; what is not there stays as written."""
    written = '/* Mine */\n@font-face { src: url("text/bold.woff2"), url("own.woff2"), url("gone.woff2"); }\n'
    (tmp_path / "blocks.css").write_text(written)
    (tmp_path / "own.woff2").write_bytes(b"own")
    files = served(tmp_path)
    bold = files["text/bold.woff2"][0].removeprefix("/_/")
    expected = written.replace("text/bold.woff2", bold).replace("own.woff2", "../own.woff2")
    assert files["blocks.css"][1].decode() == expected


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda file: file.name)
def test_a_stylesheet_of_the_theme_is_served_without_comments_and_says_the_same(sheet: Path, tmp_path: Path) -> None:
    """All its words are there, in their order; only blanks beside signs are gone, and none of those is in a string."""
    text = sheet.read_text("utf-8")
    made = served(tmp_path)[sheet.name][1].decode()
    plain = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    assert not re.search(r'"[^"\n]*(?:/\*|[;:,>] | [{}>])[^"\n]*"(?![^;{}]*")', re.sub(r'", "', '","', plain))

    def words(css: str) -> str:
        said = re.sub(r"\s*([{};:,>])\s*|\s+", lambda found: found[1] or " ", css).replace(";}", "}").strip()
        # `:before` is `::before`; `li + li` and `li+li` are the same, sums are not
        return re.sub(r" \+ ?(?=[^;{}]*\{)", "+", re.sub(r"::(before|after)", r":\1", said))

    addresses = re.compile(r"\.[0-9a-f]{12}(?=\.woff2)")
    assert words(addresses.sub("", made)) == words(plain)
    assert "/*" not in made
    assert "\n" not in made


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda file: file.name)
def test_a_script_of_the_theme_is_served_without_comments_and_says_the_same(script: Path, tmp_path: Path) -> None:
    """Its lines, in their order, without indents; no text between backquotes goes over several of them."""
    lines = [line.strip() for line in script.read_text("utf-8").splitlines()]
    assert all(line.count("`") % 2 == 0 for line in lines)
    assert not any(line.startswith(("/*", "*")) for line in lines)
    made = served(tmp_path)[script.name][1].decode()
    assert made.splitlines() == [line for line in lines if line and not line.startswith("//")]


def test_a_script_of_the_site_is_served_as_it_was_written(tmp_path: Path) -> None:
    written = "// Mine\n\n  const a = `\n  // b`;\n"
    (tmp_path / "reader.js").write_text(written)
    assert served(tmp_path)["reader.js"][1].decode() == written


def test_all_that_a_note_may_ask_for_has_less_than_25_kilobytes(tmp_path: Path) -> None:
    """As bytes on the disk, not as they are packed on the way; the sheets for paper and for formulas are among them."""
    write(tmp_path, {"content/a.md": EVERYTHING})
    built(tmp_path)
    page = (tmp_path / "public" / "a" / "index.html").read_text("utf-8")
    asked = re.findall(r'<link rel="stylesheet" href="\.\./(_/([a-z]+)\.[0-9a-f]+\.css)"', page)
    assert sorted(name for _, name in asked) == ["blocks", "math", "print", "style"]
    assert page.count('rel="stylesheet"') == len(asked)
    assert sum((tmp_path / "public" / file).stat().st_size for file, _ in asked) < STYLES

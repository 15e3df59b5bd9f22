"""The author's own HTML: comments left out, addresses turned into holes, tags balanced. Reads no file."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence

from notes_site.markdown.draft import Open

# `<a href="x">`, `</div>`, `<br/>`
_TAG = re.compile(r"<(?P<close>/?)(?P<name>[A-Za-z][\w-]*)(?P<rest>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?)(?P<self>/?)>")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
# `href="x"`, `href='x'`, `href=x`
_ATTRIBUTE = re.compile(r"(?P<name>[^\s\"'<>/=]+)\s*=\s*(?:\"(?P<dq>[^\"]*)\"|'(?P<sq>[^']*)'|(?P<bare>[^\s\"'>]+))")
_ADDRESSES = frozenset(("src", "href", "xlink:href", "poster", "data"))
# what begins like a tag and is none, such as `<div` at the end: it would take the next tag into itself
_BROKEN = re.compile(r"<(?=[A-Za-z/]|[!?][^>]*\Z)")
VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))
BLOCKS = frozenset(
    (
        "address", "article", "aside", "blockquote", "center", "details", "dialog", "div", "dl", "fieldset",
        "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "menu", "nav", "ol",
        "p", "pre", "section", "table", "ul",
    )
)  # fmt: skip
# `srcset` would need its own reading; the elements whose text is not HTML are let through whole
_RAW = re.compile(r"<(script|style|textarea)(?=[\s/>]).*?(?P<end></\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
RAW_TEXT = frozenset(("script", "style", "textarea"))

# around a table, which may be wider than the page
SCROLLING = '<div class="table" tabindex="0">'


def open_comment(content: str) -> bool:
    """Whether HTML ends inside a comment."""
    return content.rfind("<!--") > content.rfind("-->") and not content.endswith(("<!-->", "<!--->"))


def has_block(content: str) -> bool:
    """Whether inline HTML holds a tag that may not stand inside a paragraph."""
    return any(found["name"].lower() in BLOCKS for found in _TAG.finditer(content))


def rewrite(
    content: str,
    open_tags: list[Open],
    base: int,
    line: int,
    address: Callable[[str, str], str],
    anchor: Callable[[str], str],
    stray: Callable[[str], None],
    image: Callable[[Sequence[tuple[str, str]]], str | None],
    video: Callable[[Sequence[tuple[str, str]]], str | None],
) -> str:
    """The HTML to put into the page.

    `open_tags` is the stack of what earlier HTML left open and is changed in place; tags below `base` belong to an
    outer block and cannot be closed from here. `address(name, value)` gives the text of an address (`src`, `href`),
    `anchor(value)` that of an id; `stray(name)` is told of a tag that closes nothing. `image` gives, of its attributes,
    what stands for an `<img>`, or None for one that stays; `video` the same of an `<iframe>`. A table scrolls by
    itself, as those of Markdown do.
    """
    content = _COMMENT.sub("", content)
    out: list[str] = []
    position = 0
    for found in _TAG.finditer(content):
        name = found["name"].lower()
        inside = open_tags[-1].name.lower() if open_tags else ""
        if found.start() < position or (inside in RAW_TEXT and not (found["close"] and name == inside)):
            continue
        out.append(_BROKEN.sub("&lt;", content[position : found.start()]))
        position = found.end()
        raw = _RAW.match(content, found.start())
        if raw is not None:
            out.append(raw[0])
            position = raw.end()
            if not raw["end"]:
                open_tags.append(Open(found["name"], line))
        elif found["close"]:
            depth = next((i for i in range(len(open_tags) - 1, base - 1, -1) if _is(open_tags[i], name)), None)
            if depth is not None:
                out.append(close(open_tags, depth - (depth > base and open_tags[depth - 1].around)))
            elif name not in VOID:
                stray(name)
        elif name == "img" and (shown := image(_pairs(found["rest"]))) is not None:
            out.append(shown)
        elif name == "iframe" and (shown := video(_pairs(found["rest"]))) is not None:
            out.append(shown)
            if not found["self"]:
                open_tags.append(Open(found["name"], line, replaced=True))
        else:
            rest = _ATTRIBUTE.sub(lambda a: _attribute(a, address, anchor), found["rest"])
            if name == "iframe" and "loading" not in rest:
                rest += ' loading="lazy"'
            alone = found["self"] and name not in VOID
            if name == "table" and not alone and not any(_is(one, name) for one in open_tags):
                out.append(SCROLLING)
                open_tags.append(Open("div", line, around=True))
            if not alone and name not in VOID:
                open_tags.append(Open(found["name"], line))
            out.append(f"<{found['name']}{rest}{'></' + found['name'] if alone else ''}>")
    out.append(_BROKEN.sub("&lt;", content[position:]))
    return "".join(out)


def _attribute(found: re.Match[str], address: Callable[[str, str], str], anchor: Callable[[str], str]) -> str:
    value = next(v for v in (found["dq"], found["sq"], found["bare"], "") if v is not None)
    name = found["name"].lower()
    if name in _ADDRESSES:
        return f'{found["name"]}="{address(name.rpartition(":")[2], html.unescape(value))}"'
    if name == "id" and value:
        return f'{found["name"]}="{anchor(html.unescape(value))}"'
    return found[0]


# `hidden`, an attribute without a value
_ALONE = re.compile(r"[^\s\"'<>/=]+")


def _pairs(rest: str) -> list[tuple[str, str]]:
    """The attributes of a tag by their names in small letters, the first of each name."""
    found: dict[str, str] = {}
    position = 0
    for attribute in (*_ATTRIBUTE.finditer(rest), None):
        between = rest[position : attribute.start() if attribute else len(rest)]
        for word in _ALONE.findall(between):
            found.setdefault(word.lower(), "")
        if attribute is not None:
            position = attribute.end()
            value = next((v for v in (attribute["dq"], attribute["sq"], attribute["bare"]) if v is not None), "")
            found.setdefault(attribute["name"].lower(), html.unescape(value))
    return list(found.items())


def _is(one: Open, name: str) -> bool:
    return one.name.lower() == name and not one.around


def close(open_tags: list[Open], base: int) -> str:
    """End tags for everything opened since `base`, innermost first; the stack is cut back to `base`."""
    made = "".join(f"</{one.name}>" for one in reversed(open_tags[base:]) if not one.replaced)
    del open_tags[base:]
    return made

"""markdown-it with our rules, in the order of work.

Invariant: what is CommonMark comes out as CommonMark says, unless a rule says otherwise.
"""

from __future__ import annotations

from typing import Final

from markdown_it import MarkdownIt
from mdit_py_plugins.attrs import attrs_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.gfm_autolink import gfm_autolink_plugin

from notes_site.markdown.dispatch import install
from notes_site.markdown.options import Options
from notes_site.markdown.render import Renderer
from notes_site.markdown.rules import (
    callouts,
    divs,
    emphasis,
    fences,
    figures,
    headings,
    labels,
    lines,
    links,
    math,
    references,
    spans,
    tables,
    terms,
    typography,
)

RULES: Final = (
    lines,
    emphasis,
    spans,
    math,
    tables,
    divs,
    fences,
    callouts,
    links,
    references,
    headings,
    figures,
    labels,
    terms,
    typography,
)


def markdown_it(options: Options) -> MarkdownIt:
    """The parser with our rules; each of `RULES` installs one syntax."""
    md = MarkdownIt(
        "commonmark",
        {"html": options.html, "breaks": options.breaks, "typographer": options.smart, "maxNesting": 100},
        renderer_cls=Renderer,
    )
    md.enable(["table", "strikethrough"])
    if options.smart:
        md.enable(["smartquotes"])
    md.options["tasklists"] = True
    footnote_plugin(md)
    deflist_plugin(md)
    gfm_autolink_plugin(md)
    attrs_plugin(md, after=(), spans=True)
    for rule in RULES:
        rule.install(md)
    if not options.smart:
        md.core.ruler.disable("dashes")
    md.add_render_rule("footnote_caption", Renderer.footnote_caption)
    md.add_render_rule("footnote_block_open", Renderer.footnote_block_open)
    md.add_render_rule("footnote_block_close", Renderer.footnote_block_close)
    install(md)
    return md

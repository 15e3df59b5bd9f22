"""Solutions are folded, long proofs can be: at the place where they begin, and closed where they end."""

from __future__ import annotations

import pytest

from notes_site.markdown.options import Options
from notes_site.markdown.parse import Parser
from notes_site.markdown.render_blocks import LONG
from notes_site.model import Source

SENTENCE = "Since $f$ is convex, the tangent at $x$ lies below the graph.\n\n"


def body(text: str) -> str:
    doc = Parser(Options()).parse(Source("note.md", "", text.encode()))
    assert doc.findings.problems == ()
    return "".join(piece for piece in doc.body if isinstance(piece, str))


@pytest.mark.parametrize("form", ["::: {.proof}\n%s:::\n\nAfter.\n", "::: {.proof}\n## Of it\n\n%s:::\n\nAfter.\n"])
def test_a_long_proof_can_be_folded_and_stands_open(form: str) -> None:
    made = body(form % (SENTENCE * (LONG // len(SENTENCE) + 4)))
    assert made.startswith('<details class="proof" data-end="End of proof" open><summary>')
    assert made.endswith("</details>\n<p>After.</p>\n")
    assert "</div>" not in made


def test_a_long_proof_in_a_callout_can_be_folded_too() -> None:
    made = body("> [!proof]\n> " + (SENTENCE * 40).strip().replace("\n", "\n> ") + "\n\nAfter.\n")
    assert made.count("<details") == made.count("</details>") == 1


def test_a_short_proof_cannot_be_folded_nor_a_long_theorem() -> None:
    assert "<details" not in body("::: {.proof}\n" + SENTENCE + ":::\n")
    assert "<details" not in body("::: {.theorem}\n" + SENTENCE * 40 + ":::\n")


def test_what_stands_in_a_long_proof_keeps_its_own_ends() -> None:
    made = body(":::: {.proof}\n" + SENTENCE * 40 + "::: {.lemma}\nIt holds.\n:::\n\n::::\n\nAfter.\n")
    assert made.count("<div") == made.count("</div>") == 1
    assert made.endswith("</div>\n</details>\n<p>After.</p>\n")

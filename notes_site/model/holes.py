"""Holes: what one file cannot know about the others. The union `Hole` is closed."""

from __future__ import annotations

from typing import TypeAlias

from notes_site.model.values import Value


class Ref(Value, frozen=True, tag=True):
    """The address of a link. Filled with an escaped URL, without quotes.

    With `classes` (perhaps none, "") it stands for the `href` and the `class` of a link written as `[text](target)`;
    one that leads nowhere has no `href`.
    """

    target: str
    classes: str | None = None


class WikiLink(Value, frozen=True, tag=True):
    """`[[target#fragment|text]]`, the text as HTML. Filled with a whole `<a>`."""

    target: str
    fragment: str
    text: str


class Embed(Value, frozen=True, tag=True):
    """`![[target#fragment]]` alone in its paragraph. Filled with that part of the other note."""

    target: str
    fragment: str


class Asset(Value, frozen=True, tag=True):
    """The address of a file beside the note: an image, a video, a download. Filled with an escaped URL."""

    target: str


class Picture(Value, frozen=True, tag=True):
    """An image. Filled with `<img>` and its size in pixels, or with its alternative text when the file is missing.

    `alt` is None where HTML says none, which is not the same as that there is nothing to say. `dark` is the file
    that stands in its place in the dark; `inline` asks for the SVG itself.
    """

    target: str
    alt: str | None
    attributes: tuple[tuple[str, str], ...]
    dark: str = ""
    inline: bool = False


class Include(Value, frozen=True, tag=True):
    """Lines of a file shown as code. `first` and `last` count from 1; `last` 0 is the end of the file."""

    target: str
    language: str
    first: int
    last: int


class Num(Value, frozen=True, tag=True):
    """The number of the n-th label of the note, between two pieces of HTML; nothing at all where it has none."""

    label: int
    before: str = ""
    after: str = ""


class Start(Value, frozen=True, tag=True):
    """Where the n-th label of the note begins. Filled with nothing."""

    label: int


class End(Value, frozen=True, tag=True):
    """Where the n-th label ends. Filled with the notes that refer to the labels that are `told` here."""

    label: int
    told: tuple[int, ...] = ()


class Xref(Value, frozen=True, tag=True):
    """A reference to things with labels: `@thm-clt`, `[@eq-a; @eq-b]`, `\\cref{thm:clt}`. Filled with one link or more.

    `form` is `full` (kind and number), `number` (with the parentheses of an equation), `bare` (without), `title`,
    `kind` alone, or `range` (from the first to the last); `prefix` is HTML that stands for the kind. `capital` is 1
    where a sentence begins, and 2 where the author asks for a capital letter. `inside` is a formula; one that is not
    `linked` is words alone, since what it stands in can be clicked itself.
    """

    keys: tuple[str, ...]
    form: str = "full"
    prefix: str = ""
    capital: int = 0
    inside: bool = False
    linked: bool = True


class Cited(Value, frozen=True):
    """One work of a citation, with the HTML before and after it; `alone` leaves out its authors."""

    key: str
    before: str = ""
    after: str = ""
    alone: bool = False


class Cite(Value, frozen=True, tag=True):
    """A citation: `[see @a, ch. 6; @b]`, or `narrative` in a sentence. `written` is what the author wrote, as HTML.

    `form` asks for `names`, `year` or `title` alone, or for all of it `bare` of brackets; `capital` for a capital
    letter at its beginning.
    """

    works: tuple[Cited, ...]
    narrative: bool = False
    written: str = ""
    form: str = ""
    capital: bool = False


class Term(Value, frozen=True, tag=True):
    """The use of a term of the glossary: its key, the form that is asked for, the words that the author wrote as HTML.

    `form` is `` (as the glossary says), or one of `short`, `long`, `full`; `first` is the first use in the note. What
    is not `linked` stands in a heading, a caption or a link.
    """

    key: str
    text: str = ""
    form: str = ""
    plural: bool = False
    capital: bool = False
    first: bool = False
    linked: bool = True


Hole: TypeAlias = Ref | WikiLink | Embed | Asset | Picture | Include | Num | Start | End | Xref | Cite | Term

"""Questions that an output asks while it is made, and their answers; whether they still hold, and if not, why.

An output is good as long as the notes it shows and every recorded answer are the same; so no dependency is ever
declared by hand, and none can be forgotten. Pure: answers come from the objects that are handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, ParamSpec, TypeAlias, TypeVar, get_type_hints

from msgspec import Struct
from msgspec.structs import fields

from notes_site.model import Target, Value
from notes_site.packing import SIZE, Unpackable, digest, pack, unpack

P = ParamSpec("P")
R = TypeVar("R")
Argument: TypeAlias = str | int

QUERIES: Final[dict[str, Callable[..., object]]] = {}
WORDS: Final[dict[str, str]] = {}


def query(words: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a method as a question that outputs may ask; `words` say it to an author, `{0}` being its first argument."""

    def mark(method: Callable[P, R]) -> Callable[P, R]:
        QUERIES[method.__name__] = method
        WORDS[method.__name__] = words
        return method

    return mark


class Question(Value, frozen=True):
    """A query by its name, with its arguments."""

    name: str
    arguments: tuple[Argument, ...]


class Recorder:
    """Stands before an object with queries: answers them, and keeps each question with its answer."""

    def __init__(self, asked: object, answers: dict[Question, object]) -> None:
        self._asked, self._answers = asked, answers

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in QUERIES:
            raise AttributeError(f"{name} is not a query")
        answers, asked, answer = self._answers, self._asked, QUERIES[name]

        def ask(*arguments: Argument) -> object:
            question = Question(name, arguments)
            if question not in answers:
                answers[question] = answer(asked, *arguments)
            return answers[question]

        self.__dict__[name] = ask
        return ask


# -- what is kept ------------------------------------------------------------------------------------------------------

# an answer longer than this when packed is kept once, under its digest
LONGEST_INLINE: Final = 96


class Answers:
    """Packs the answers of one build. `long` are those too long to stand in a trace, by their digest."""

    def __init__(self) -> None:
        self.long: dict[bytes, bytes] = {}
        self._packed: dict[int, tuple[object, bytes]] = {}

    def packed(self, answer: object) -> bytes:
        """The answer in a trace: its bytes, or the digest of many."""
        known = self._packed.get(id(answer))
        if known is not None:
            return known[1]
        try:
            data = pack(answer)
        except UnicodeEncodeError:  # half a surrogate pair: known by how it is written in Python
            data = b"\xc4" + digest(repr(answer).encode("utf-8", "backslashreplace")) * 8
        if len(data) <= LONGEST_INLINE:
            return b"=" + data
        key = b"#" + digest(data)
        self.long[key[1:]] = data
        self._packed[id(answer)] = answer, key  # the object is kept, so that no other gets its id
        return key


class Answered(Value, frozen=True):
    """One question of a trace and its answer, as `Answers` packs it."""

    question: Question
    answer: bytes


class Record(Value, frozen=True):
    """How an output was made: the notes it showed with the digests of their pages, what it asked, and its own digest.

    `site` and `around` are packed tuples of `Answered`: of the index of all notes, and of everything else. `long` are
    the digests of those answers that stand elsewhere.
    """

    target: Target
    digest: str
    notes: tuple[tuple[str, bytes], ...]
    site: bytes
    around: bytes
    long: tuple[bytes, ...] = ()


def record(
    target: Target,
    digest: str,
    notes: Mapping[str, bytes],
    site: Mapping[Question, object],
    around: Mapping[Question, object],
    answers: Answers,
) -> Record:
    """The record of an output that was just made."""

    long: dict[bytes, None] = {}

    def trace(given: Mapping[Question, object]) -> bytes:
        answered = tuple(Answered(question, answers.packed(answer)) for question, answer in given.items())
        long.update((one.answer[1:], None) for one in answered if one.answer.startswith(b"#"))
        return pack(answered)

    of_site, of_around = trace(site), trace(around)
    return Record(target, digest, tuple(sorted(notes.items())), of_site, of_around, tuple(long))


# -- does it still hold ------------------------------------------------------------------------------------------------


class Reason(Value, frozen=True):
    """Why an output is made again: a question with its old and new answers, or a note, or `text` in plain words."""

    text: str = ""
    note: str = ""
    question: Question | None = None
    before: bytes = b""
    now: bytes = b""


NEW: Final = Reason("there is no record of it")
Ask: TypeAlias = Callable[[Question], object]


class World(Struct, frozen=True):
    """What a build may answer. `site` or `around` is None where it is the very one that the records were made of."""

    faces: Mapping[str, bytes]
    site: object | None
    around: object | None
    answers: Answers


def broken(kept: Record, target: Target, world: World) -> Reason | None:
    """The first reason why an output must be made again; None when all that it was made of is the same."""
    if kept.target.make != target.make or kept.target.argument != target.argument:
        return Reason("another kind of page stood here")
    for path, face in kept.notes:
        if world.faces.get(path, b"") != face:
            return Reason(note=path)
    for asked, trace in ((world.around, kept.around), (world.site, kept.site)):
        if asked is None:
            continue
        for given in unpack(trace, tuple[Answered, ...]):
            question = given.question
            if question.name not in QUERIES:
                return Reason(f"it asked {question.name}, which this version does not know")
            now = world.answers.packed(QUERIES[question.name](asked, *question.arguments))
            if now != given.answer:
                return Reason(question=question, before=given.answer, now=now)
    return None


# -- in the author's words ---------------------------------------------------------------------------------------------

_PLAIN: Final = {"plain", "html"}
_LONGEST_SHOWN: Final = 60


def explain(reason: Reason, long: Callable[[bytes], bytes | None]) -> str:
    """A reason as a sentence; `long` finds the answers that stand in traces only by their digest."""
    if reason.note:
        return f"the text of {reason.note} changed"
    if reason.question is None:
        return reason.text
    question = reason.question
    words = WORDS[question.name].format(*question.arguments)
    kind = get_type_hints(QUERIES[question.name])["return"]
    try:
        before, now = (_unpacked(packed, kind, long) for packed in (reason.before, reason.now))
    except Unpackable:
        return f"{words} changed"
    return next(_differences(before, now, words, ""), f"{words} changed")


def _unpacked(packed: bytes, kind: Any, long: Callable[[bytes], bytes | None]) -> object:
    data: bytes | None = packed[1:]
    if packed.startswith(b"#"):
        data = long(packed[1 : 1 + SIZE])
    if data is None:
        raise Unpackable("the answer is not kept")
    found: object = unpack(data, kind)
    return found


def _name(value: object) -> str:
    """What an author calls a value of the model: the file of a note, the address of anything else."""
    for name in ("path", "url", "card", "collection"):
        found = getattr(value, name, None)
        if isinstance(found, str) and found:
            return found
        if found is not None and not isinstance(found, str):
            return _name(found)
    return ""


def _shown(value: object) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, datetime):
        return value.date().isoformat()
    text = str(getattr(value, "plain", value)) if not isinstance(value, Struct) or hasattr(value, "plain") else ""
    text = text or _name(value) or type(value).__name__
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def _differences(before: object, now: object, words: str, owner: str) -> Iterator[str]:
    """Sentences on what differs, the most telling first; `words` say what holds the two, `owner` whose they are."""
    if before == now:
        return
    if isinstance(before, tuple) and isinstance(now, tuple):
        yield from _members(before, now, words, owner)
    elif isinstance(before, Struct) and type(before) is type(now):
        named = _name(before)
        if named != _name(now) and named:
            yield f"{words}: {_shown(before)} -> {_shown(now)}"
            return
        for field in fields(before):
            old, new = getattr(before, field.name), getattr(now, field.name)
            inner = words if field.name in _PLAIN or _is_many(old) else f"the {field.name} of {named or owner or words}"
            yield from _differences(old, new, inner, named or owner)
    else:
        yield f"{words}: {_shown(before)} -> {_shown(now)}"


def _is_many(value: object) -> bool:
    return isinstance(value, tuple) or hasattr(value, "entries")


def _members(before: tuple[object, ...], now: tuple[object, ...], words: str, owner: str) -> Iterator[str]:
    names_before, names_now = [_name(entry) or _shown(entry) for entry in before], [_name(e) or _shown(e) for e in now]
    came = [name for name in names_now if name not in set(names_before)]
    went = [name for name in names_before if name not in set(names_now)]
    if came:
        yield f"{words}: {came[0]} came"
    if went:
        yield f"{words}: {went[0]} went"
    if not came and not went:
        if names_before == names_now:
            for old, new in zip(before, now, strict=True):
                yield from _differences(old, new, words, owner)
        else:
            yield f"{words}: the order changed"

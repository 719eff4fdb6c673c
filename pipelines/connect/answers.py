"""The shapes of answers: what the JSON of a system must look like before it is read.

Decided here: an answer of another shape (of a proxy, a sign-in page, another version) is a failure
of the other side, like a broken connection, so its shape is checked where it arrives and whoever
reads it takes it for granted. What a shape does not name may be there. A fault names the place and
never the value, which may be of a person.

A shape is a kind, an object by its keys (`"name?"` may be missing or null, `"*"` is every key), a
list of one shape, or a tuple of alternatives.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from pipelines.connect.systems.moments import milliseconds


class Kind(NamedTuple):
    """A kind of values, in words, and what recognises it."""

    words: str
    holds: Callable[[Any], bool]


Shape = Kind | Mapping[str, Any] | list[Any] | tuple[Any, ...]
"""See the module."""


class Mismatch(NamedTuple):
    """Where an answer has another shape, and what was expected there."""

    observed: str
    expected: str


def readable(words: str, read: Callable[[str], Any]) -> Kind:
    """Return the kind of texts and whole numbers that something can read.

    >>> mismatch(["x"], [readable("a number", int)])
    Mismatch(observed='[0] is a text', expected='a number')

    Parameters
    ----------
    words
        Of the kind.
    read
        Raises ValueError, TypeError or OverflowError at what it cannot read.
    """

    def holds(value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, str | int):
            return False
        try:
            read(str(value))
        except (ValueError, TypeError, OverflowError):
            return False
        return True

    return Kind(words, holds)


ANYTHING: Final = Kind("anything", lambda _: True)
NOTHING: Final = Kind("null", lambda value: value is None)
TEXT: Final = Kind("a text", lambda value: isinstance(value, str))
NUMBER: Final = Kind(
    "a number", lambda value: isinstance(value, int | float) and not isinstance(value, bool)
)
INTEGER: Final = Kind(
    "a whole number", lambda value: isinstance(value, int) and not isinstance(value, bool)
)
FLAG: Final = Kind("true or false", lambda value: isinstance(value, bool))
ID: Final = Kind("an id", lambda value: INTEGER.holds(value) or (TEXT.holds(value) and value))
WHOLE: Final = readable("a whole number", int)
MOMENT: Final = readable("a moment with a zone", milliseconds)
OBJECT: Final[Shape] = {"*": ANYTHING}
_WORDS: Final = {
    type(None): "null", bool: "true or false", int: "a number", float: "a number", str: "a text",
    list: "a list", dict: "an object",
}  # fmt: skip


def mismatch(answer: Any, shape: Shape, place: str = "") -> Mismatch | None:
    """Return where an answer has another shape; none if it has not.

    >>> mismatch({"results": [{"id": "7"}]}, {"results": [{"id": WHOLE}], "paging?": OBJECT})
    >>> mismatch({"results": [1]}, {"results": [{"id": WHOLE}]})
    Mismatch(observed='results[0] is a number', expected='an object')
    >>> mismatch({}, {"results": [ANYTHING]})
    Mismatch(observed='results is missing', expected='a list')

    Parameters
    ----------
    answer
        What JSON can hold.
    shape
        What it must be.
    place
        Of the answer within a larger one.
    """
    if isinstance(shape, Kind):
        return None if shape.holds(answer) else _other(answer, shape, place)
    if isinstance(shape, tuple):
        faults = [mismatch(answer, one, place) for one in shape]
        return None if None in faults else faults[-1]
    if isinstance(shape, list) and isinstance(answer, list):
        parts = (mismatch(one, shape[0], f"{place}[{n}]") for n, one in enumerate(answer))
        return next((one for one in parts if one is not None), None)
    if isinstance(shape, Mapping) and isinstance(answer, dict):
        return _of_object(answer, shape, f"{place}." if place else "")
    return _other(answer, shape, place)


def _of_object(answer: dict[str, Any], shape: Mapping[str, Any], before: str) -> Mismatch | None:
    for name, wanted in shape.items():
        key, optional = name.removesuffix("?"), name.endswith("?")
        if key == "*":
            held: dict[str, Any] = answer
        elif key in answer:
            held = {} if optional and answer[key] is None else {key: answer[key]}
        elif optional:
            continue
        else:
            return Mismatch(f"{before}{key} is missing", _words(wanted))
        for own, value in held.items():
            if wrong := mismatch(value, wanted, f"{before}{own}"):
                return wrong
    return None


def _other(answer: Any, shape: Shape, place: str) -> Mismatch:
    return Mismatch(f"{place or 'the whole'} is {_WORDS[type(answer)]}", _words(shape))


def _words(shape: Shape) -> str:
    if isinstance(shape, Kind):
        return shape.words
    if isinstance(shape, tuple):
        return " or ".join(dict.fromkeys(_words(one) for one in shape))
    return "a list" if isinstance(shape, list) else "an object"

"""Refusal of words and numbers that the mapping of the model cannot read.

Decided here: an outcome that nobody knows is never taken for an open deal; a text that is no number
is never kept as a value of a number.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from features.errors import Fault
from features.reading.reading import RecordReading
from features.reading.values import ValueReading
from serve.wire.records import Outcome, Value

_SHOWN: Final = 80
_DO: Final = "correct the field, or list the word under `values` of the mapping and train again"


def unknown_outcomes(
    outcomes: Sequence[Outcome], path: str, reading: RecordReading
) -> Iterator[Fault]:
    """Yield a fault for every outcome whose word is not known.

    Parameters
    ----------
    outcomes
        As decoded.
    path
        Their place in the body, such as `$.outcomes`.
    reading
        Of the model.
    """
    known = reading.outcomes
    for n, one in enumerate(outcomes if known is not None else ()):
        if known is not None and one.outcome.strip() not in known:
            expected = f"one of {', '.join(known)}"
            yield Fault(f"{path}[{n}].outcome: {_shown(one.outcome)}", expected, _DO)


def unreadable_numbers(
    attributes: Mapping[str, Value], readings: Mapping[str, ValueReading]
) -> Iterator[Fault]:
    """Yield a fault for every text in the place of a number that cannot be read as one.

    Parameters
    ----------
    attributes
        Those of a lead or an account.
    readings
        How the mapping reads them.
    """
    for name, value in attributes.items():
        stated = readings.get(name)
        if stated is None or stated.kind != "number" or not isinstance(value, str):
            continue
        if stated.is_unreadable(value):
            expected = 'a number, also as text like "1,200"; empty or null is missing'
            yield Fault(f"$.attributes.{name}: {_shown(value)}", expected, _DO)


def _shown(text: str) -> str:
    return repr(text[:_SHOWN])

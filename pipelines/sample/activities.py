"""The activities as a table: particulars, of which only some texts say anything about interest.

Decided here: the first touch that made a lead known, dwell seconds, who did it, and late entry are
drawn given (type, topic) and what can be seen; so are the texts, but for those that let an intent
show. Only touches that are noise are entered
late; what was not entered before the world's end is not in the table.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.timeline import DAY, SECOND
from pipelines.sample.facets import intents, texts
from pipelines.sample.facets.salespeople import SALESPEOPLE
from pipelines.sample.facets.touches import KINDS, LATE_TOUCHES
from pipelines.sample.simulation.history import SampleHistory

Ints = NDArray[np.int64]
LATE_SHARE = 0.4
LATEST_DAYS = 7
PERSONAL = ("call", "meeting", "greeting_card")


def activities(company: SampleHistory, rng: np.random.Generator) -> pa.Table:
    """Return the table `activities`, sorted by lead, then `occurred_at`.

    Parameters
    ----------
    company
        All that happened.
    rng
        The source of chance.
    """
    lead, at, kind, intent = company.touches
    known = _known(at, kind, rng)
    entered = known < company.ends_at
    lead, at, kind, known, intent = (one[entered] for one in (lead, at, kind, known, intent))
    return pa.table(
        {
            "activity_id": identifiers("A", 8, len(lead)),
            "lead_id": chosen(lead, list(company.lead_ids)),
            "occurred_at": times(at),
            "known_at": times(known),
            "activity_type": chosen(kind, [touch.activity_type for touch in KINDS]),
            "topic": chosen(kind, [touch.topic or None for touch in KINDS]),
            "direction": chosen(kind, [touch.direction for touch in KINDS]),
            "actor": _actors(company, lead, kind),
            "dwell_seconds": _dwell(kind, rng),
            "amount": pa.nulls(len(lead), pa.float64()),
            "text": _texts(kind, intent, rng),
        }
    )


def chosen(numbers: Ints, values: Sequence[str | None]) -> pa.Array:
    """Return `values[number]` for every number.

    Parameters
    ----------
    numbers
        Places in `values`; a negative number is missing.
    values
        What to choose from.
    """
    array = pa.array(list(values), pa.string())
    return array.take(pa.array(numbers, mask=numbers < 0))


def times(moments: Ints) -> pa.Array:
    """Turn moments into UTC timestamps."""
    return pa.array(moments, pa.int64()).cast(pa.timestamp("us", "UTC"))


def identifiers(prefix: str, width: int, n: int) -> pa.Array:
    """Return ids: numbers from 1 with a prefix and leading zeros.

    Parameters
    ----------
    prefix
        What stands before the number.
    width
        Digits of the number.
    n
        How many ids.

    Examples
    --------
    >>> identifiers("A", 3, 2).to_pylist()
    ['A001', 'A002']
    """
    numbers = pc.utf8_lpad(pc.cast(pa.array(np.arange(1, n + 1)), pa.string()), width, "0")
    return pc.binary_join_element_wise(prefix, numbers, "")


def _known(at: Ints, kind: Ints, rng: np.random.Generator) -> Ints:
    may_be_late = np.array([(k.activity_type, k.topic) in LATE_TOUCHES for k in KINDS])[kind]
    late = may_be_late & (rng.random(len(at)) < LATE_SHARE)
    delay = (rng.random(len(at)) * LATEST_DAYS * DAY).astype(np.int64) // SECOND * SECOND
    return at + np.where(late, delay, 0)


def _actors(company: SampleHistory, lead: Ints, kind: Ints) -> pa.Array:
    personal = np.array([touch.activity_type in PERSONAL for touch in KINDS])[kind]
    return chosen(np.where(personal, company.people.owner[lead], -1), [p[0] for p in SALESPEOPLE])


def _dwell(kind: Ints, rng: np.random.Generator) -> pa.Array:
    mean = np.array([touch.dwell for touch in KINDS])[kind]
    seconds = np.maximum(1.0, np.round(mean * rng.lognormal(-0.32, 0.8, len(kind))))
    return pa.array(seconds, mask=mean == 0.0)


def _texts(kind: Ints, intent: Ints, rng: np.random.Generator) -> pa.Array:
    begins, counts = (np.array(part) for part in texts.ranges())
    pick = begins[kind] + (rng.random(len(kind)) * counts[kind]).astype(np.int64)
    number, ways = intents.written(intent, rng)
    plain = np.where(counts[kind] > 0, pick, -1)
    places = np.where(number >= 0, len(texts.FLAT) + number, plain)
    return chosen(places, [*texts.FLAT, *ways])

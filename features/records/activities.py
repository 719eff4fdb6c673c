"""Activities: sorted, coded by the vocabulary, once for the sweep and once for the sales view.

Decided here: a direction that is neither inbound nor outbound is unknown (0); an activity type
that was not learned is "other" (0), and so is a (type, topic) pair. A text is read here, once, into
the terms that it mentions. The numbers of a long table are
converted to exact integers on a second thread meanwhile.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalog.catalog import Vocabulary
from features.catalog.reserved import ACTOR
from features.kernel.inputs import Codes, Events, Indices, Integers, Touches
from features.kernel.mentions import mentions
from features.kernel.order import canonical_order, in_order, starts
from features.records.columns import (
    codes_of,
    distinct,
    has,
    moments_of,
    ranked,
    thousandths,
    translation,
    visible_moments,
)
from features.records.leads import Leads, numbers_of_leads
from features.words.matcher import WordMatcher

DIRECTIONS: Final = ("inbound", "outbound")
_LONG: Final = 200_000
"""The number of rows from which a second thread is worth starting."""

_Number = TypeVar("_Number", np.int16, np.int32, np.int64)


def encode_activities(
    table: pd.DataFrame, leads: Leads, vocabulary: Vocabulary
) -> tuple[Events, Touches, Events]:
    """Sort and code the activities.

    Parameters
    ----------
    table
        The canonical table of activities, in any order.
    leads
        The leads, which number the activities.
    vocabulary
        What the codes mean.

    Returns
    -------
    The same sorted activities, as the sweep and as the sales view read them, and the mentions of
    their texts.
    """
    values = _start_values(table, vocabulary)
    lead = numbers_of_leads(table, "activities", leads.ids)
    occurred_at = moments_of(table, "occurred_at")
    visible_from = visible_moments(table, occurred_at)
    code = _known(codes_of(table["activity_type"], vocabulary.activity_types))
    pair = _pairs(table, code, vocabulary)
    direction = _direction(table)
    actor, actors = _actors(table)
    terms = _terms(table, vocabulary)
    dwell, amount = values()
    rest = tuple(
        column
        for column in (visible_from, code, pair, direction, actor, terms, dwell, amount)
        if column.size
    )
    order = canonical_order(lead, occurred_at, rest)
    start = starts(_put(lead, order), len(leads.ids))
    at_once = visible_from is occurred_at
    occurred_at = _put(occurred_at, order)
    visible_from = occurred_at if at_once else _put(visible_from, order)
    events = Events(
        start=start,
        in_order=in_order(start, occurred_at, visible_from),
        created_at=leads.created_at,
        lead_visible_from=leads.visible_from,
        occurred_at=occurred_at,
        visible_from=visible_from,
        code=_put(code, order),
        pair=_put(pair, order),
        dwell=_put(dwell, order),
        amount=_put(amount, order),
    )
    touches = Touches(
        start=start,
        occurred_at=events.occurred_at,
        visible_from=visible_from,
        type_code=events.code,
        direction=_put(direction, order),
        actor=_put(actor, order),
        actor_code=translation(actors, vocabulary.categories.get(ACTOR, ())),
    )
    return events, touches, mentions(events, _put(terms, order))


def _put(column: NDArray[_Number], order: Integers | None) -> NDArray[_Number]:
    return column if order is None or not column.size else column[order]


def _known(codes: Codes) -> Codes:
    return np.maximum(codes, np.int16(0), out=codes)


def _actors(table: pd.DataFrame) -> tuple[Indices, list[str]]:
    if not has(table, "actor"):
        return np.full(len(table), -1, np.int32), []
    return ranked(table["actor"])


def _direction(table: pd.DataFrame) -> Codes:
    if not has(table, "direction"):
        return np.zeros(len(table), np.int16)
    return _known(codes_of(table["direction"], DIRECTIONS))


def _pairs(table: pd.DataFrame, code: Codes, vocabulary: Vocabulary) -> Codes:
    """Return the code of each activity's (type, topic) pair, from 1; 0 is none of the known."""
    if not vocabulary.topics or not has(table, "topic"):
        return np.zeros(len(table), np.int16)
    topics = tuple(dict.fromkeys(topic for _, topic in vocabulary.topics))
    number = np.zeros((len(vocabulary.activity_types) + 1, len(topics) + 1), np.int16)
    for i, (activity_type, topic) in enumerate(vocabulary.topics):
        type_code = vocabulary.activity_types.index(activity_type) + 1
        number[type_code, topics.index(topic) + 1] = i + 1
    return number[code, _known(codes_of(table["topic"], topics))]


def _terms(table: pd.DataFrame, vocabulary: Vocabulary) -> Integers:
    """Return the terms of each text as bits; nothing if no text is read."""
    if not vocabulary.terms:
        return np.empty(0, np.int64)
    if not has(table, "text"):
        return np.zeros(len(table), np.int64)
    numbers, texts = distinct(table["text"])
    bits = np.array(WordMatcher(vocabulary.terms).bits([*texts, None]), np.int64)
    of_rows: Integers = bits[numbers]
    return of_rows


def _start_values(
    table: pd.DataFrame, vocabulary: Vocabulary
) -> Callable[[], tuple[Integers, Integers]]:
    """Return a function that returns dwell seconds and amounts; start at once on a long table."""

    def work() -> tuple[Integers, Integers]:
        return _values(table, "dwell_seconds", vocabulary), _values(table, "amount", vocabulary)

    if len(table) < _LONG:
        return work
    pool = ThreadPoolExecutor(1)
    begun = pool.submit(work)
    pool.shutdown(wait=False)
    return begun.result


def _values(table: pd.DataFrame, name: str, vocabulary: Vocabulary) -> Integers:
    if not any(column == name for _, column in vocabulary.valued):
        return np.empty(0, np.int64)
    if name not in table.columns:
        return np.zeros(len(table), np.int64)
    return thousandths(table[name], missing=0)

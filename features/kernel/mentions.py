"""Mentions: an activity whose text mentions terms, once for each of them.

Decided here: mentions are activities to the sweep, whose code is the number of the term, so that
one walk counts types, topics and terms alike.
"""

from typing import Any

import numpy as np

from features.kernel.compiled import njit
from features.kernel.inputs import Events, Integers


@njit(cache=True, nogil=True)
def mentions(events: Events, terms: Integers) -> Events:
    """Return the mentions of sorted activities, sorted likewise.

    Parameters
    ----------
    events
        Sorted activities.
    terms
        Shape (activities,): the terms of the text of each, bit n for term number n; empty if no
        text is read.
    """
    start = np.zeros(events.start.size, np.int64)
    source, code = _expanded(terms)
    of_text = np.zeros(terms.size + 1, np.int64)
    for i in source:
        of_text[i + 1] += 1
    for i in range(terms.size):
        of_text[i + 1] += of_text[i]
    if terms.size > 0:
        for n in range(start.size):
            start[n] = of_text[events.start[n]]
    none = np.empty(0, np.int64)
    return Events(
        start, events.in_order, events.created_at, events.lead_visible_from,
        events.occurred_at[source], events.visible_from[source], code,
        np.zeros(source.size, np.int16), none, none,
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _expanded(terms: Integers) -> Any:
    """Return the place of the activity and the number of the term, from 1, of each mention."""
    count = 0
    for bits in terms:
        left = bits
        while left != 0:
            left &= left - 1
            count += 1
    source, code, at = np.empty(count, np.int64), np.empty(count, np.int16), 0
    for i in range(terms.size):
        left, number = terms[i], 1
        while left != 0:
            if left & 1:
                source[at], code[at] = i, number
                at += 1
            left >>= 1
            number += 1
    return source, code

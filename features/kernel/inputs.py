"""The plain columns that kernels read.

Decided here: moments are int64 microseconds; values are int64 thousandths, so that their sums are
exact in any order; `MISSING` stands for no value and no moment.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Codes = NDArray[np.int16]
Indices = NDArray[np.int32]
Matrix = NDArray[np.float32]

MISSING: Final = np.iinfo(np.int64).min
SCALE: Final = 1000
"""Values are stored as integers of 1 / SCALE."""


class Events(NamedTuple):
    """Activities sorted by lead, then by `occurred_at`; lead n owns [start[n], start[n + 1]).

    Attributes
    ----------
    start
        Shape (leads + 1,): the first activity of each lead, and the end.
    in_order
        Shape (leads,): whether the activities of the lead became visible in the order in which
        they occurred.
    created_at, lead_visible_from
        Shape (leads,): when the lead came into being, and from when it is visible.
    occurred_at, visible_from
        Shape (activities,): when it happened, and from when it is visible.
    code, pair
        The activity type and the (type, topic) pair, 0 for one that was not learned.
    dwell, amount
        Thousandths, 0 where there is no value; empty when no feature needs them.
    """

    start: Integers
    in_order: NDArray[np.bool_]
    created_at: Integers
    lead_visible_from: Integers
    occurred_at: Integers
    visible_from: Integers
    code: Codes
    pair: Codes
    dwell: Integers
    amount: Integers


class Touches(NamedTuple):
    """What the sales view reads of the same sorted activities.

    Attributes
    ----------
    start, occurred_at, visible_from, type_code
        As in `Events`.
    direction
        0 unknown, 1 inbound, 2 outbound.
    actor
        The number of the person, -1 for nobody.
    actor_code
        Of each person: the code in the vocabulary.
    """

    start: Integers
    occurred_at: Integers
    visible_from: Integers
    type_code: Codes
    direction: Codes
    actor: Indices
    actor_code: Codes


class Deals(NamedTuple):
    """Outcomes sorted by lead, then by `occurred_at`; `deal` numbers the deals of all leads.

    `kind` is 0 opened, 1 a stage, 2 won, 3 lost.
    """

    start: Integers
    occurred_at: Integers
    visible_from: Integers
    kind: Codes
    stage: Codes
    deal: Indices
    amount: Integers


class Changes(NamedTuple):
    """Attributes: first values, (leads, attributes), and later ones sorted by lead and time."""

    created_at: Integers
    lead_visible_from: Integers
    initial: NDArray[np.float64]
    start: Integers
    visible_from: Integers
    attribute: Indices
    value: NDArray[np.float64]


class Rows(NamedTuple):
    """The requested (lead, cutoff) pairs, sorted by both; `position` is the row of the matrix."""

    lead: Indices
    cutoff: Integers
    position: Integers

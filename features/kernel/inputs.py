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
"""Values are kept as integers of 1 / SCALE."""


class Events(NamedTuple):
    """Activities sorted by lead, then by `occurred_at`; lead n owns [start[n], start[n + 1]).

    `in_order[n]` tells whether the activities of lead n came to be seen in the order in which they
    occurred. `code` and `pair` choose the keys to count under. `dwell` and `amount` may be empty
    when no plan asks for them, and hold 0 where there is no value.
    """

    start: Integers
    in_order: NDArray[np.bool_]
    created_at: Integers
    lead_seen_from: Integers
    occurred_at: Integers
    seen_from: Integers
    code: Codes
    pair: Codes
    dwell: Integers
    amount: Integers


class Touches(NamedTuple):
    """What the sales view reads of the same sorted activities.

    `direction` is 0 unknown, 1 inbound, 2 outbound; `actor` tells people apart (-1 nobody), and
    `actor_code` is the code of each of them in the vocabulary.
    """

    start: Integers
    occurred_at: Integers
    seen_from: Integers
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
    seen_from: Integers
    kind: Codes
    stage: Codes
    deal: Indices
    amount: Integers


class Changes(NamedTuple):
    """Attributes: first values, (leads, attributes), and later ones sorted by lead and time."""

    created_at: Integers
    lead_seen_from: Integers
    initial: NDArray[np.float64]
    start: Integers
    seen_from: Integers
    attribute: Indices
    value: NDArray[np.float64]


class Rows(NamedTuple):
    """The (lead, cutoff) pairs asked for, sorted by both; `position` is the row of the matrix."""

    lead: Indices
    cutoff: Integers
    position: Integers

"""Why deals of the sample company were lost.

Decided here: a reason is drawn once the deal is lost, by the stage in which it was; it says nothing
of the lead that was not known before, and nothing else depends on it. One in ten is not written
down, as happens. The column of the leads has the reason of the last lost deal.
"""

from typing import Final

import numpy as np
import pyarrow as pa

from pipelines.sample.activities import chosen
from pipelines.sample.simulation.history import SampleHistory
from pipelines.sample.simulation.world import LOST, QUOTED

REASONS: Final = ("価格", "他社選定", "時期未定", "社内事情")
WRITTEN: Final = 0.9
_SHARES: Final = {False: (0.15, 0.20, 0.40, 0.25), True: (0.40, 0.35, 0.10, 0.15)}
"""Of the reasons, before and after a quote."""


def reason_codes(company: SampleHistory) -> np.ndarray:
    """Return the number of the reason of every deal event, -1 without."""
    lives = company.lives
    rng = np.random.default_rng([int(company.particulars_seeds[2]), 4])
    lost = lives.event_kind == LOST
    deals = lives.event_lead * 1000 + lives.event_deal
    quoted = np.isin(deals, deals[lives.event_kind == QUOTED])
    code = np.full(len(lost), -1)
    for after_quote, shares in _SHARES.items():
        drawn = rng.choice(len(REASONS), len(lost), p=shares)
        code = np.where(lost & (quoted == after_quote), drawn, code)
    return np.where(rng.random(len(lost)) < WRITTEN, code, -1)


def of_events(company: SampleHistory) -> pa.Array:
    """Return the reason of every deal event, missing unless it was lost and is written down."""
    return chosen(reason_codes(company), REASONS)


def of_leads(company: SampleHistory) -> pa.Array:
    """Return the reason of the last lost deal of every lead."""
    lives, code = company.lives, reason_codes(company)
    rows = np.flatnonzero(lives.event_kind == LOST)
    rows = rows[np.argsort(lives.event_at[rows], kind="stable")]
    last = np.full(len(company.people), -1)
    last[lives.event_lead[rows]] = code[rows]
    return chosen(last, REASONS)

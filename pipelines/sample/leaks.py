"""Planted leaks: columns of the lead export that were filled after the fact.

Decided here: which columns of `leads.csv` look into the future. They hold the *present* value, as
CRM exports do. A good mapping leaves them out; `mikomi evaluate` must name one that was forgotten.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.sample import lost_reasons
from pipelines.sample.activities import chosen
from pipelines.sample.facets.salespeople import SALESPEOPLE
from pipelines.sample.facets.touches import LABELS, TOUCHES
from pipelines.sample.simulation.history import SampleHistory
from pipelines.sample.simulation.world import WON

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Leak:
    """One planted leak: its canonical name, its column in the export, why it is one."""

    name: str
    column: str
    why: str


PLANTED_LEAKS: Final = (
    Leak("contract_code", "契約プラン", "filled when the contract is signed, after the win"),
    Leak("onboarding_owner", "導入担当", "the person who looks after a won customer"),
    Leak("last_activity_type", "最終活動種別", "as of the export, whatever the cutoff"),
    Leak("close_reason", "失注理由", "filled when a deal is lost"),
)
PLANS: Final = ("スタンダード", "プロ", "エンタープライズ")
SIGNED: Final = "契約手続き"
SIGNED_SHARE: Final = 0.6


def leaking_columns(company: SampleHistory, rng: np.random.Generator) -> dict[str, pa.Array]:
    """Return the leaking columns by canonical name, one value a lead, mostly missing.

    Parameters
    ----------
    company
        All that happened.
    rng
        The source of chance.
    """
    n, lives = len(company.people), company.lives
    won = np.zeros(n, dtype=np.bool_)
    won[lives.event_lead[lives.event_kind == WON]] = True
    last = np.full(n, -1)
    last[lives.touch_lead] = lives.touch_kind
    kinds = [LABELS[touch.activity_type].ja for touch in TOUCHES]
    signed = won & (rng.random(n) < SIGNED_SHARE)
    return {
        "contract_code": _sometimes(won, 0.97, rng, PLANS),
        "onboarding_owner": _sometimes(won, 0.85, rng, [person[0] for person in SALESPEOPLE]),
        "last_activity_type": chosen(np.where(signed, len(kinds), last), [*kinds, SIGNED]),
        "close_reason": lost_reasons.of_leads(company),
    }


def _sometimes(
    there: NDArray[np.bool_],
    share: float,
    rng: np.random.Generator,
    values: Sequence[str],
) -> pa.Array:
    filled = there & (rng.random(len(there)) < share)
    return chosen(np.where(filled, rng.integers(0, len(values), len(there)), -1), values)

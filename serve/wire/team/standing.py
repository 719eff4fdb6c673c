"""In which of the lists a lead is, and its deals.

Decided here: a lead with an open deal is in `deals`, whatever else it is; without one, it is a
customer if a deal was won, `lost` if one was lost, and `sleeping` if nothing was heard of it for 60
days. All others are to be called.
"""

from datetime import datetime
from typing import Final, Literal

import msgspec

Standing = Literal["call", "deal", "customer", "lost", "sleeping"]
LeadList = Literal["call", "deals", "customers", "lost", "aside"]
LISTS: Final[dict[str, tuple[Standing, ...]]] = {
    "call": ("call",),
    "deals": ("deal",),
    "customers": ("customer",),
    "lost": ("lost", "sleeping"),
}
"""The standings of the leads of each list; `aside` holds leads that people set aside."""
SILENT_DAYS: Final = 60


class StageEntry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A stage of a deal, and when the deal came to it."""

    stage: str
    at: datetime


class Deal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A deal as it stands: `stage` is its last outcome, in which it is since `stage_since`.

    `decided` is `won` or `lost`, none while it is open; `amount` is the last one that was sent.
    `reason` says why it was lost, if that was sent; `stages` are those it went through, in order.
    """

    deal_id: str
    stage: str
    stage_since: datetime
    opened_at: datetime
    amount: float | None
    decided: Literal["won", "lost"] | None
    reason: str | None = None
    stages: list[StageEntry] = []


class LeadStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A lead with its standing, since `moved_at`, and its deals, the newest first."""

    lead_id: str
    standing: Standing
    moved_at: datetime
    deals: list[Deal]

"""When leads are away: from a lost deal until they become active again.

Decided here: a lead is away after the moment at which its last open deal was lost. It is back when
a deal is opened or moves on, whichever deal, and after the first activity, other than one of our
own side (outbound), that comes `reopen_after` or more after the loss. Both count from when our
systems knew of them. A lead that another deal keeps open is not away. Rows without a deal are about
one and the same deal.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.tables import Tables
from features.timeline import NEVER, Moments, to_moments, visible_from

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Away:
    """Spans in which leads are away, sorted by lead and begin: (after, up_to] of `lead`.

    Attributes
    ----------
    lead
        Position of the lead.
    after, up_to
        The moment of the loss, and that of the return; `NEVER` without one.
    """

    lead: Rows
    after: Moments
    up_to: Moments

    def covers(self, lead: NDArray[np.integer], cutoff: Moments) -> NDArray[np.bool_]:
        """Return which (lead, cutoff) pairs fall into a span.

        Parameters
        ----------
        lead
            Position of the lead of each pair.
        cutoff
            The moment of each pair.
        """
        if not len(self.lead):
            return np.zeros(len(cutoff), dtype=np.bool_)
        ticks = np.unique(self.after)
        width = len(ticks) + 1
        begins = self.lead * width + np.searchsorted(ticks, self.after)
        pairs = lead.astype(np.int64) * width + np.searchsorted(ticks, cutoff)
        place = np.searchsorted(begins, pairs) - 1
        own = (place >= 0) & (self.lead[place] == lead)
        inside: NDArray[np.bool_] = own & (cutoff <= self.up_to[place])
        return inside


def away(lead_id: pd.Series, tables: Tables, reopen_after: int | None) -> Away:
    """Return the spans in which leads are away.

    Parameters
    ----------
    lead_id
        The leads, each once; positions count in this order.
    tables
        Their outcomes and activities, in any order; others are ignored.
    reopen_after
        Microseconds after a loss from which on an activity brings the lead back; None: only a deal
        does.
    """
    events = _deal_moments(lead_id, tables.outcomes)
    same_lead = events["lead"].eq(events["lead"].shift(-1)).to_numpy()
    following = events["visible"].where(~events["lost"], events["at"]).shift(-1, fill_value=NEVER)
    up_to = np.where(same_lead, following.to_numpy(np.int64), NEVER)
    lost = events["lost"].to_numpy(bool)
    lead = events["lead"].to_numpy(np.int64)[lost]
    after, up_to = events["at"].to_numpy(np.int64)[lost], up_to[lost]
    if reopen_after is not None and len(lead):
        woken = _first_activity(lead_id, tables.activities, lead, after + reopen_after)
        up_to = np.minimum(up_to, np.maximum(woken, after))
    return Away(lead, after, up_to)


def _deal_moments(lead_id: pd.Series, outcomes: pd.DataFrame) -> pd.DataFrame:
    """List every moment of a lead's deals: `lead`, `at`, `visible`, and whether all are `lost`."""
    lead = pd.Index(lead_id).get_indexer(pd.Index(outcomes["lead_id"]))
    at = to_moments(outcomes["occurred_at"])
    known = to_moments(outcomes["known_at"]) if "known_at" in outcomes else at
    rows = pd.DataFrame(
        {
            "lead": lead,
            "deal": outcomes["deal_id"].fillna("").to_numpy() if "deal_id" in outcomes else "",
            "at": at,
            "visible": visible_from(at, np.where(known == NEVER, at, known)),
            "lost": (outcomes["outcome"] == "lost").to_numpy(),
            "open": (~outcomes["outcome"].isin(["won", "lost"])).to_numpy(np.int64),
        }
    )
    rows = rows[(rows["lead"] >= 0) & (rows["at"] < NEVER)]
    rows = rows.sort_values(["lead", "at", "lost"], kind="stable", ignore_index=True)
    before = rows.groupby(["lead", "deal"])["open"].shift(1, fill_value=0)
    open_deals = (rows["open"] - before).groupby(rows["lead"]).cumsum()
    rows["lost"] &= open_deals == 0
    return rows.drop_duplicates(["lead", "at"], keep="last", ignore_index=True)


def _first_activity(
    lead_id: pd.Series, activities: pd.DataFrame, lead: Rows, earliest: Moments
) -> Moments:
    """Return the first moment, at or after `earliest`, of an activity that is not outbound."""
    own = pd.Index(lead_id).get_indexer(pd.Index(activities["lead_id"])).astype(np.int64)
    of_lead = np.isin(own, lead)
    if "direction" in activities:
        of_lead &= (activities["direction"] != "outbound").fillna(value=True).to_numpy(bool)
    done = activities[of_lead]
    at = to_moments(done["occurred_at"])
    known = to_moments(done["known_at"]) if "known_at" in done else at
    moment = visible_from(at, np.where(known == NEVER, at, known))
    order = np.lexsort((moment, own[of_lead]))
    doer, moment = own[of_lead][order], moment[order]
    ticks = np.unique(moment)
    width = len(ticks) + 1
    keys = doer * width + np.searchsorted(ticks, moment)
    place = np.searchsorted(keys, lead * width + np.searchsorted(ticks, earliest))
    comes = np.append(doer, -1)[place] == lead
    return np.where(comes, np.append(moment, NEVER)[place], NEVER)

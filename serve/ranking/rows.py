"""From what was computed of open leads to the rows of the ranking that people read.

Decided here: a lead became hot when a refresh first found it hot; where that is not known, or the
model is another, at the first of the weekly points that are hot without a gap up to now. A lead
woke up when it did something itself after 60 silent days.
"""

from typing import Any, Final

import msgspec
import numpy as np

from features.records.attributes import ACCOUNT_PREFIX
from features.records.lead_columns import ColumnsTold
from features.records.normalize import written
from features.timeline import DAY
from models.explain.selected_reasons import Picked
from models.model.reference import BANDS
from serve.ranking.compute import Computed, Ranked
from serve.store.ranking.filters import searched
from serve.store.ranking.ranking import RankedReason
from serve.store.ranking.refreshing import Before

SILENT_DAYS: Final = 60
SHOWN: Final = 2
"""So many reasons for, and so many against."""
_OWNER: Final = "owner_id"


def rows_of(
    computed: Computed, before: dict[str, Before], loaded: Any
) -> dict[str, dict[str, Any]]:
    """Make the rows of the open leads, by id."""
    told, scores = computed.told, computed.scores
    if scores is None:
        return {}
    own = Facts(told, computed.cutoff)
    rows = {}
    for ranked in computed.ranked:
        lead_id = told.leads.lead_id[ranked.lead]
        row = _scored(computed, ranked, loaded) | own.columns(ranked.lead)
        row["crossed_at"] = _crossed_at(ranked, row, before.get(lead_id))
        rows[lead_id] = row | {"lead_id": lead_id}
    return rows


def _scored(computed: Computed, ranked: Ranked, loaded: Any) -> dict[str, Any]:
    scores, row = computed.scores, ranked.row
    assert scores is not None  # noqa: S101 - rows_of gives none without
    return {
        "rank_key": -float(scores.margin[row]),
        "probability": float(scores.probability[row]),
        "score": float(scores.score[row]),
        "band": BANDS[int(scores.band_code[row])],
        "trend": ranked.trend,
        "trend_reason": ranked.trend_reason,
        "reasons": msgspec.json.encode(
            reasons_of(scores.picked, row, loaded.scorer.concepts.codes)
        ).decode(),
        "band_falls_at": ranked.falls_at,
        "as_of": computed.cutoff,
        "model_fingerprint": loaded.fingerprint,
    }


def reasons_of(picked: Picked, row: int, codes: tuple[str, ...]) -> list[RankedReason]:
    """Give the strongest reasons of a row: those for it, then those against it."""
    there = np.flatnonzero(picked.concept[row] >= 0).tolist()
    favourable = [place for place in there if picked.contribution[row, place] > 0.0]
    adverse = [place for place in there if picked.contribution[row, place] <= 0.0]
    return [
        RankedReason(
            codes[int(picked.concept[row, place])],
            int(picked.feature[row, place]),
            None if np.isnan(picked.value[row, place]) else float(picked.value[row, place]),
            float(picked.contribution[row, place]),
            int(picked.snapshots[row, place]),
            int(picked.conversions[row, place]),
        )
        for place in (*favourable[:SHOWN], *adverse[:SHOWN])
    ]


def _crossed_at(ranked: Ranked, row: dict[str, Any], before: Before | None) -> int | None:
    if row["band"] != BANDS[-1]:
        return None if before is None else before.crossed_at
    if before is not None and before.band == BANDS[-1] and before.crossed_at is not None:
        return before.crossed_at
    as_of = int(row["as_of"])
    if before is not None and before.model_fingerprint == row["model_fingerprint"]:
        return as_of
    return as_of - 7 * DAY * max(ranked.hot_since_week - 1, 0)


class Facts:
    """What is known of each lead itself at a cutoff."""

    def __init__(self, told: ColumnsTold, cutoff: int) -> None:
        self._told = told
        self._cutoff = cutoff
        self._done = _by_lead(told.activities, cutoff, len(told.leads.lead_id))
        self._changed = _by_lead(told.changes, cutoff, len(told.leads.lead_id))

    def columns(self, lead: int) -> dict[str, Any]:
        """Give the columns of a lead that no model is needed for."""
        leads = self._told.leads
        attributes, owner = self.attributes(lead)
        last_at, last_type = self.last_activity(lead)
        texts = [value for value in attributes.values() if isinstance(value, str)]
        return {
            "owner_id": owner,
            "source": written(attributes.get("source")),
            "account_id": leads.account_id[lead],
            "attributes": msgspec.json.encode(attributes).decode(),
            "searched": searched("\n".join([leads.lead_id[lead], owner or "", *texts])),
            "created_at": int(leads.created_at[lead]),
            "last_activity_at": last_at,
            "last_activity_type": last_type,
            "woke_up_at": self._woke_up_at(lead),
        }

    def last_activity(self, lead: int) -> tuple[int | None, str | None]:
        """Tell when a lead's last activity was, and its type."""
        if not self._done[lead]:
            return None, None
        done, last = self._told.activities, self._done[lead][-1]
        return int(done.occurred_at[last]), done.activity_type[last]

    def attributes(self, lead: int) -> tuple[dict[str, Any], str | None]:
        """Give the attributes as of the cutoff, the account's among them, and the owner."""
        leads, changes = self._told.leads, self._told.changes
        account = self._told.accounts.get(leads.account_id[lead] or "")
        found = dict(leads.attributes[lead])
        if account is not None and (account.known_at is None or account.known_at < self._cutoff):
            found |= {ACCOUNT_PREFIX + name: value for name, value in account.attributes.items()}
        found[_OWNER] = leads.owner_id[lead]
        for n in self._changed[lead]:
            found[changes.attribute[n]] = changes.value[n]
        return found, written(found.pop(_OWNER))

    def _woke_up_at(self, lead: int) -> int | None:
        done, before = self._told.activities, int(self._told.leads.created_at[lead])
        found = None
        for n in self._done[lead]:
            if done.direction[n] == "outbound":
                continue
            at = int(done.occurred_at[n])
            if at - before >= SILENT_DAYS * DAY:
                found = at
            before = max(at, before)
        return found


def _by_lead(records: Any, cutoff: int, leads: int) -> list[list[int]]:
    """Give the places of the seen records of each lead, in the order in which they occurred."""
    found: list[list[int]] = [[] for _ in range(leads)]
    order = np.lexsort((records.seen_from, records.occurred_at))
    order = order[records.seen_from[order] < cutoff]
    for place, lead in zip(order.tolist(), records.lead[order].tolist(), strict=True):
        found[lead].append(place)
    return found

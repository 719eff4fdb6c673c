"""In which list each lead is, and its deals, from its outcomes and activities.

Decided here: outcomes of one deal are taken in the order of occurrence; the last says where it
stands, and an amount stays until another is sent. Several open deals: the one that moved last is
shown first.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

import msgspec
import numpy as np

from features.reading.reading import PLAIN, RecordReading
from features.records.lead_columns import StoredColumns
from features.timeline import DAY
from serve.ranking.rows import Facts
from serve.store.engine import moment, time_of
from serve.wire.team.standing import SILENT_DAYS, Deal, StageEntry, Standing

_COPIED: Final = (
    *("owner_id", "source", "attributes", "searched", "created_at"),
    *("last_activity_at", "last_activity_type", "woke_up_at"),
)
_DECIDED: Final[dict[str, Literal["won", "lost"]]] = {"won": "won", "lost": "lost"}


def standings_of(
    columns: StoredColumns, leads: Iterable[int], cutoff: int, reading: RecordReading = PLAIN
) -> dict[str, dict[str, Any]]:
    """Build the rows of `standings`, by lead id.

    Parameters
    ----------
    columns
        Leads with their records.
    leads
        The places of the wanted leads.
    cutoff
        The moment, in microseconds.
    reading
        What the words for outcomes mean.
    """
    facts, deals = Facts(columns, cutoff), deals_by_lead(columns, cutoff, reading)
    rows = {}
    for lead in leads:
        own = facts.columns(lead)
        standing, moved_at = _standing(deals[lead], own, cutoff)
        lead_id = columns.leads.lead_id[lead]
        rows[lead_id] = {name: own[name] for name in _COPIED} | {
            "lead_id": lead_id,
            "standing": standing,
            "moved_at": moved_at,
            "deals": msgspec.json.encode(deals[lead]).decode(),
        }
    return rows


def deals_by_lead(
    columns: StoredColumns, cutoff: int, reading: RecordReading = PLAIN
) -> dict[int, list[Deal]]:
    """Return the deals of each lead that has any, those that moved last first.

    Parameters
    ----------
    columns
        Leads with their records.
    cutoff
        The moment, in microseconds; later outcomes are not known yet.
    reading
        What the words for outcomes mean; the words of the CRM stay the names of the stages.
    """
    outcomes = columns.outcomes
    order = np.lexsort((outcomes.visible_from, outcomes.occurred_at))
    order = order[outcomes.visible_from[order] < cutoff]
    places: dict[tuple[int, str], list[int]] = defaultdict(list)
    for n in order.tolist():
        places[int(outcomes.lead[n]), outcomes.deal_id[n] or ""].append(n)
    deals: dict[int, list[Deal]] = defaultdict(list)
    meanings = reading.outcomes or {}
    for (lead, deal_id), rows in places.items():
        deals[lead].append(_deal(columns, deal_id, rows, meanings))
    for own in deals.values():
        own.sort(key=lambda deal: deal.stage_since, reverse=True)
        own.sort(key=lambda deal: deal.decided is not None)
    return deals


def _deal(
    columns: StoredColumns, deal_id: str, rows: list[int], meanings: Mapping[str, str]
) -> Deal:
    outcomes = columns.outcomes
    stage = outcomes.outcome[rows[-1]]
    begun = [row for n, row in enumerate(rows) if _begins(outcomes.outcome, rows, n)]
    moments = [time_of(int(outcomes.occurred_at[row])) for row in begun]
    decided = _DECIDED.get(meanings.get(stage.strip(), stage))
    reasons = [outcomes.reason[row] for row in rows if outcomes.reason[row]]
    amounts = [outcomes.amount[n] for n in rows if outcomes.amount[n] is not None]
    return Deal(
        deal_id=deal_id,
        stage=stage,
        stage_since=moments[-1],
        opened_at=moments[0],
        amount=amounts[-1] if amounts else None,
        decided=decided,
        reason=reasons[-1] if reasons and decided == "lost" else None,
        stages=[
            StageEntry(stage=outcomes.outcome[row], at=at)
            for row, at in zip(begun, moments, strict=True)
        ],
    )


def _begins(outcome: Any, rows: list[int], n: int) -> bool:
    return n == 0 or outcome[rows[n - 1]] != outcome[rows[n]]


def _standing(deals: list[Deal], own: dict[str, Any], cutoff: int) -> tuple[Standing, int]:
    """Return the standing of a lead, and since when it has it."""
    by_decision = {
        decided: [deal for deal in deals if deal.decided == decided]
        for decided in (None, "won", "lost")
    }
    names: dict[Literal["won", "lost"] | None, Standing] = {
        None: "deal",
        "won": "customer",
        "lost": "lost",
    }
    for decided, standing in names.items():
        if by_decision[decided]:
            return standing, moment(by_decision[decided][0].stage_since)
    heard = max(own["created_at"], own["last_activity_at"] or 0)
    return ("sleeping" if cutoff - heard >= SILENT_DAYS * DAY else "call"), heard

"""A store with some leads in it, ranked as of a moment by the small model of `tests.served`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Engine, delete, insert

from models.model.account_rule import AccountRule
from serve.insight.silent_forecast import silent_forecast
from serve.insight.trend import past
from serve.ranking.standings import standings_of
from serve.scoring.loaded_model import LoadedModel
from serve.scoring.numbers import numbers
from serve.store.engine import moment
from serve.store.ranking.account_ranking import accounts_of, rank_accounts
from serve.store.ranking.filters import searched
from serve.store.tables import RANKING, STANDINGS
from serve.stored_leads.store import Store
from serve.wire.records import ScoreRequest, Value
from serve.wire.stored_bodies import LeadBody, StoredActivity, StoredOutcome

RULE = AccountRule(1.5, 100)
"""Of the accounts of planted leads."""
KINDS = ("page_view", "call", "email_open", "inquiry")


@dataclass(frozen=True)
class Planted:
    """A lead to put in: how many calls it had in the weeks before, and what is told of it."""

    lead_id: str
    calls: int = 0
    owner_id: str | None = None
    attributes: dict[str, Value] = field(default_factory=dict)
    age_days: int = 60
    text: str | None = None
    woke_days: float | None = None
    crossed_days: float | None = None
    display: dict[str, str] | None = None
    deals: tuple[tuple[str, float, float | None], ...] = ()
    """Outcomes of one deal: what, how many days ago, the amount."""
    account_id: str | None = None


def plant(engine: Engine, loaded: LoadedModel, leads: Sequence[Planted], at: datetime) -> None:
    """Store leads with their activities, and rank them as of `at`."""
    store = Store(engine)
    for lead in leads:
        created = at - timedelta(days=lead.age_days)
        body = LeadBody(
            created_at=created,
            owner_id=lead.owner_id,
            account_id=lead.account_id,
            attributes=lead.attributes,
            display=lead.display,
            backfill=True,
        )
        store.ingest.put_lead(lead.lead_id, body, at)
        store.ingest.add_activities(_activities(lead, at), at, backfill=True)
        store.ingest.add_outcomes(_outcomes(lead, at), at, backfill=True)
    standings = _standings(store, leads, at)
    rows = [_row(lead, loaded, store.histories.request(lead.lead_id, at)[0]) for lead in leads]
    with engine.begin() as connection:
        connection.execute(
            delete(RANKING).where(
                RANKING.c.lead_id.in_([r["lead_id"] for r in rows]),
                RANKING.c.target == loaded.target,
            )
        )
        ranked = [row | {"standing": standings[row["lead_id"]]["standing"]} for row in rows]
        open_ = [row for row in ranked if row["standing"] not in ("customer", "lost")]
        if open_:
            connection.execute(insert(RANKING), open_)
        names = accounts_of(connection, [row["lead_id"] for row in open_])
        rank_accounts(connection, names, loaded.target, RULE)
        own = STANDINGS.c.lead_id.in_(list(standings))
        connection.execute(delete(STANDINGS).where(own))
        connection.execute(insert(STANDINGS), list(standings.values()))


def _standings(store: Store, leads: Sequence[Planted], at: datetime) -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for lead in leads:
        question, _ = store.histories.question(lead.lead_id, at)
        rows |= standings_of(question.columns, [question.number], moment(at))
    woke = {lead.lead_id: lead.woke_days for lead in leads if lead.woke_days is not None}
    for lead_id, days in woke.items():
        rows[lead_id]["woke_up_at"] = moment(at - timedelta(days=days))
    return rows


def _outcomes(lead: Planted, at: datetime) -> list[StoredOutcome]:
    return [
        StoredOutcome(
            lead_id=lead.lead_id,
            deal_id=f"{lead.lead_id}-D1",
            outcome=outcome,
            occurred_at=at - timedelta(days=days),
            amount=amount,
        )
        for outcome, days, amount in lead.deals
    ]


def _activities(lead: Planted, at: datetime) -> list[StoredActivity]:
    return [
        StoredActivity(
            lead_id=lead.lead_id,
            activity_id=f"{lead.lead_id}-{n}",
            activity_type="call" if n < lead.calls else KINDS[n % 4],
            occurred_at=at - timedelta(days=min(1 + 2 * n, lead.age_days - 1)),
            topic="pricing",
            text=lead.text,
        )
        for n in range(lead.calls + 3)
    ]


def _row(lead: Planted, loaded: LoadedModel, request: ScoreRequest) -> dict[str, Any]:
    answer = loaded.answer(request, "en", "")
    values = loaded.values(request)
    names = {one.name: n for n, one in enumerate(loaded.artifact.catalog.features)}
    last = max(request.histories[0].activities, key=lambda one: one.occurred_at)
    falls = silent_forecast(loaded, request).falls_at

    def ago(days: float | None) -> int | None:
        return None if days is None else moment(request.cutoff - timedelta(days=days))

    return {
        "lead_id": lead.lead_id,
        "target": loaded.target,
        "rank_key": -float(numbers(loaded.scorer, values).margin[0]),
        "probability": answer.probability,
        "score": answer.score,
        "band": answer.band,
        "trend": past(loaded, request).trend,
        "owner_id": lead.owner_id,
        "source": lead.attributes.get("source"),
        "account_id": lead.account_id,
        "attributes": msgspec.json.encode(lead.attributes).decode(),
        "reasons": msgspec.json.encode(
            [
                {
                    "code": one.code,
                    "feature": names[one.feature],
                    "value": _number(values[0, names[one.feature]]),
                    "contribution": one.contribution,
                    "leads": one.leads,
                    "converted_leads": one.converted_leads,
                }
                for one in answer.reasons
            ]
        ).decode(),
        "searched": searched(f"{lead.lead_id} {' '.join(map(str, lead.attributes.values()))}"),
        "created_at": moment(request.histories[0].lead.created_at),
        "last_activity_at": moment(last.occurred_at),
        "last_activity_type": last.activity_type,
        "woke_up_at": ago(lead.woke_days),
        "crossed_at": ago(lead.crossed_days),
        "band_falls_at": None if falls is None else moment(falls),
        "as_of": moment(request.cutoff),
        "model_fingerprint": loaded.fingerprint,
    }


def _number(value: float) -> float | None:
    return float(value) if value == value else None  # noqa: PLR0124 - NaN is missing

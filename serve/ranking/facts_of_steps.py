"""The facts that the rules of the next step read, from the rows of a lead."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from serve.insight.next_step import LeadFacts
from serve.store.ranking.ranking import RankedLead
from serve.store.ranking.standings import ListedLead
from serve.wire.team.standing import Deal
from serve.wire.team.steps import WorkState

_ACCOUNT: Final = "account."
_RISING: Final = 0.005
"""Half a probability point in a week."""


def facts_of(
    row: RankedLead | ListedLead,
    ranked: RankedLead | None,
    deals: Iterable[Deal],
    work: WorkState,
    now: datetime,
) -> LeadFacts:
    """Gather the facts of a lead.

    Parameters
    ----------
    row
        The lead.
    ranked
        Its row of the ranking, if it has one.
    deals
        Its deals.
    work
        What was last done with it.
    now
        The moment.
    """
    own = list(deals)
    current = next((one.stage_since for one in own if one.decided is None), None)
    won = next((one.stage_since for one in own if one.decided == "won"), None)
    return LeadFacts(
        standing=row.standing,
        band=ranked.band if ranked else None,
        work=work.kind,
        result=work.result,
        aside=work.aside(now),
        rising=bool(ranked and (ranked.week_change or 0.0) >= _RISING),
        known=frozenset(
            name.removeprefix(_ACCOUNT) for name, value in row.attributes.items() if value
        ),
        call_helps=ranked is not None and ranked.call_helps is True,
        hot_at=ranked.crossed_at if ranked and ranked.band == "hot" else None,
        hot_until=ranked.band_falls_at if ranked and ranked.band == "hot" else None,
        woke_at=row.woke_up_at,
        worked_at=work.at,
        until=work.until,
        heard_at=row.last_activity_at or row.created_at,
        stage_since=current,
        won_at=won,
    )

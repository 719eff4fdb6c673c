"""Which leads are to be assigned, to whom, and the proposal; for the page, the API and the command.

Decided here: leads to call are taken, the hottest first; those set aside are not. Only salespeople
that were described take part. The rows of the ranking suffice, so no model is needed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple, cast

from serve.insight.assignment import Assignment, OfferedLead, OfferedRep, propose
from serve.store.ranking.filters import Band, RankingFilter
from serve.store.ranking.ranking import RankedLead, StoredRanking
from serve.store.team.reps import RepLoad, Team
from serve.wire.targets import DEFAULT
from serve.wire.team.reps import Rep

Scope = Literal["unowned", "hot", "away", "all"]
SCOPES: Final[tuple[Scope, ...]] = ("unowned", "hot", "away", "all")
"""Leads of nobody; hot since the last week; of salespeople who are away; all leads to call."""
MOST_ASSIGNED: Final = 500
_WEEK: Final = timedelta(days=7)


class AssignmentQuery(NamedTuple):
    """What is to be assigned: the scope, one band or all, how many leads, to whom (none: all)."""

    scope: Scope = "unowned"
    band: Band | None = None
    most: int = 50
    owner_ids: frozenset[str] = frozenset()
    target: str = DEFAULT


class Proposal(NamedTuple):
    """A proposal with the loads it starts from, and the rows of its leads by id."""

    assignment: Assignment
    reps: list[Rep]
    loads: dict[str, RepLoad]
    rows: dict[str, RankedLead]

    def got(self, owner_id: str) -> int:
        """Return how many leads a salesperson gets."""
        return sum(one.owner_id == owner_id for one in self.assignment.pairs)


def proposal_of(
    ranking: StoredRanking, team: Team, query: AssignmentQuery, now: datetime
) -> Proposal:
    """Propose an assignment.

    Parameters
    ----------
    ranking
        Of the database.
    team
        Of the database.
    query
        What is to be assigned.
    now
        The moment, in the zone of the company.
    """
    reps = team.reps()
    loads = team.loads(reps, query.target, now)
    rows = _rows(ranking, query, loads, now)
    taking = [one for one in reps if not query.owner_ids or one.owner_id in query.owner_ids]
    offered = [OfferedRep(one, loads[one.owner_id].free) for one in taking]
    leads = [
        OfferedLead(one.lead_id, one.probability, one.band == "hot", one.attributes) for one in rows
    ]
    by_id = {one.lead_id: one for one in rows}
    return Proposal(propose(leads, offered), taking, loads, by_id)


def _rows(
    ranking: StoredRanking, query: AssignmentQuery, loads: dict[str, RepLoad], now: datetime
) -> Sequence[RankedLead]:
    away = frozenset(owner for owner, load in loads.items() if load.away)
    if query.scope == "away" and not away:
        return []
    owners: dict[Scope, frozenset[str | None] | None] = {
        "unowned": frozenset([None]),
        "hot": None,
        "away": cast("frozenset[str | None]", away),
        "all": None,
    }
    wanted = RankingFilter(
        target=query.target,
        standing="call",
        aside_at=now,
        band=query.band,
        owners=owners[query.scope],
        crossed_since=now - _WEEK if query.scope == "hot" else None,
    )
    return ranking.page(wanted, limit=min(query.most, MOST_ASSIGNED), total=MOST_ASSIGNED).rows

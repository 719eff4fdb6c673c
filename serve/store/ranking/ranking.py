"""Read the ranking: open leads, the hottest first, page by page.

Decided here: leads are ordered by their margin, whose order probability and score never contradict
(or by their contact value, if the target chose that), and by id where these are equal. Ids are
selected first and their rows read then, so that a search does not read rows that it does not show.
A cursor is the position of the last row in that order, so a page never repeats or misses a lead
because others were added meanwhile; the total is counted with the first page and travels in the
cursor. Every row carries the moment as of which it was computed.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Engine, Select, func, select, tuple_

from features.errors import Fault
from features.reading.normalize import folded
from models.contact.known_effects import CONTACT
from serve.errors import BadBody
from serve.insight.trend import Trend
from serve.store.engine import moment, reading, time_of
from serve.store.ranking import cursor as cursors
from serve.store.ranking.filters import Band, Place, RankingFilter, conditions, scans
from serve.store.ranking.hits import hits
from serve.store.tables import RANKING, RANKING_MARKS
from serve.wire.records import Value
from serve.wire.targets import DEFAULT, TargetField, target_field
from serve.wire.team.standing import Standing

MOST: Final = 1_000
_ORDER: Final = (RANKING.c.rank_key, RANKING.c.lead_id)
_TIMES: Final = (
    "created_at", "last_activity_at", "woke_up_at", "crossed_at", "band_falls_at", "as_of",
)  # fmt: skip


class RankedReason(msgspec.Struct, frozen=True):
    """One reason: the input of `models.explain.reasons.say`, and its evidence.

    `feature` is the place in the model's catalog, `value` the lead's own value of it (none is
    missing) as of the row's `as_of`; `contribution` is a probability, signed. `leads` is 0 in a row
    of an earlier version, until the ranking is refreshed.
    """

    code: str
    feature: int
    value: float | None
    contribution: float
    leads: int = 0
    converted_leads: int = 0


_REASONS: Final = msgspec.json.Decoder(list[RankedReason])


class RankedLead(msgspec.Struct, frozen=True, kw_only=True):
    """An open lead as it was last scored; `reasons` are those for it, then those against it.

    `attributes` are those of `as_of`, with the account's as `account.<name>`. `woke_up_at` is when
    the lead last did something after 60 silent days, `crossed_at` when it last became hot,
    `band_falls_at` when its band falls if nothing happens (none: not within half a year).
    `trend_reason` is the code of the proven concept that moved most since the trend began;
    `week_change` is how much the probability changed in the last week, by activities and by time.
    `contact_value` is what a contact adds to the probability, with the ends of its 90 % range;
    `call_helps` is true where a call helps most. They are left out where that is not known.
    """

    lead_id: str
    attributes: dict[str, Value]
    owner_id: str | None
    source: str | None
    account_id: str | None
    margin: float
    probability: float
    score: float
    band: Band
    trend: Trend
    trend_reason: str | None = None
    week_change: float | None = None
    standing: Standing = "call"
    reasons: list[RankedReason]
    created_at: datetime
    last_activity_at: datetime | None
    last_activity_type: str | None
    woke_up_at: datetime | None
    crossed_at: datetime | None
    band_falls_at: datetime | None
    as_of: datetime
    model_fingerprint: str
    contact_value: float | msgspec.UnsetType = msgspec.UNSET
    contact_value_low: float | msgspec.UnsetType = msgspec.UNSET
    contact_value_high: float | msgspec.UnsetType = msgspec.UNSET
    call_helps: bool | msgspec.UnsetType = msgspec.UNSET
    target: TargetField = msgspec.UNSET


class RankedPlace(NamedTuple):
    """The place of a lead in its list, from 1 for the hottest, and the length of the list."""

    number: int
    leads: int


class RankingPage(msgspec.Struct, frozen=True):
    """Some rows; `next_cursor` requests the next page (none at the end); `total` counts all."""

    rows: list[RankedLead]
    next_cursor: str | None
    total: int


class StoredRanking:
    """Reads the ranking from a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

    def page(
        self,
        wanted: RankingFilter,
        cursor: str | None = None,
        limit: int = 50,
        total: int | None = None,
    ) -> RankingPage:
        """Return a page of the ranking.

        Parameters
        ----------
        wanted
            The filter.
        cursor
            `next_cursor` of the page before; missing means the first page.
        limit
            How many rows, at most 1,000.
        total
            How many leads of the filter there are, where the caller has counted them.

        Raises
        ------
        BadBody
            If the cursor is not one of a page, or the limit is out of range.
        """
        if not 1 <= limit <= MOST:
            raise BadBody([Fault(f"limit: {limit}", f"1 to {MOST}", "correct the parameter")])
        place = None if cursor is None else cursors.read(cursor)
        if place is None and total == 0:
            return RankingPage([], None, 0)
        if place is None and total is None and scans(wanted):
            return self.searched(wanted, None, limit)[0]
        narrowed = list(conditions(wanted))
        ids = select(RANKING.c.lead_id).where(*narrowed).order_by(*_ORDER).limit(limit + 1)
        if place is not None:
            ids = ids.where(tuple_(*_ORDER) > tuple_(place.rank_key, place.lead_id))
        query = _rows(wanted.target, ids)
        with self._engine.begin() as connection:
            rows = connection.execute(query).all()
            if place is not None:
                total = place.total
            elif total is None:
                counted = select(func.count()).select_from(RANKING).where(*narrowed)
                total = int(connection.execute(counted).scalar_one())
        return _page(rows, limit, total)

    def searched(
        self, wanted: RankingFilter, cursor: str | None = None, limit: int = 50
    ) -> tuple[RankingPage, dict[str, int]]:
        """Return a page of a search, and how many leads of each band match; see `hits`.

        Parameters
        ----------
        wanted
            The filter.
        cursor
            `next_cursor` of the page before; missing means the first page.
        limit
            How many rows at most.
        """
        place = None if cursor is None else cursors.read(cursor)
        with self._engine.begin() as connection:
            matches = hits(connection, wanted, place, limit + 1)
            rows = connection.execute(_rows(wanted.target, matches.lead_ids)).all()
        total = matches.bands.get(wanted.band, 0) if wanted.band else sum(matches.bands.values())
        return _page(rows, limit, total if place is None else place.total), matches.bands

    def one(self, lead_id: str, target: str = DEFAULT) -> RankedLead | None:
        """Return the row of one lead; none if it is not open, or not yet scored.

        Parameters
        ----------
        lead_id
            The id of the lead; it is normalised here.
        target
            Of the ranking; empty is the default.
        """
        with self._engine.begin() as connection:
            row = connection.execute(_rows(target, [folded(lead_id)])).one_or_none()
        return None if row is None else _ranked(row)

    def place(self, lead_id: str, target: str = DEFAULT) -> "RankedPlace | None":
        """Return the place of a lead among those of its standing; none if it is not ranked.

        Parameters
        ----------
        lead_id
            The id of the lead; it is normalised here.
        target
            Of the ranking; empty is the default.
        """
        own = (RANKING.c.lead_id == folded(lead_id), RANKING.c.target == target)
        key = select(RANKING.c.rank_key).where(*own).scalar_subquery()
        standing = select(RANKING.c.standing).where(*own).scalar_subquery()
        before = func.count().filter(RANKING.c.rank_key < key)
        query = select(key, before, func.count()).where(
            RANKING.c.target == target, RANKING.c.standing == standing
        )
        with self._engine.begin() as connection:
            known, hotter, leads = connection.execute(query).one()
        return None if known is None else RankedPlace(hotter + 1, leads)

    def below(self, wanted: RankingFilter, last: RankedLead | None) -> list[str]:
        """Return the ids of the leads that come after one in the ranking.

        Parameters
        ----------
        wanted
            The filter.
        last
            The lead after which they come; missing means all leads.
        """
        query = select(RANKING.c.lead_id).where(*conditions(wanted))
        if last is not None:
            own = (RANKING.c.lead_id == last.lead_id, RANKING.c.target == wanted.target)
            key = select(RANKING.c.rank_key).where(*own).scalar_subquery()
            query = query.where(tuple_(*_ORDER) > tuple_(key, last.lead_id))
        with self._engine.begin() as connection:
            return list(connection.execute(query).scalars())

    def some(self, lead_ids: Iterable[str], target: str = DEFAULT) -> list[RankedLead]:
        """Return the rows of some leads, the hottest first.

        Parameters
        ----------
        lead_ids
            The leads.
        target
            Of the ranking; empty is the default.
        """
        query = _rows(target, list(lead_ids))
        with self._engine.begin() as connection:
            return [_ranked(row) for row in connection.execute(query).all()]

    def waiting(self, now: datetime) -> int:
        """Count the leads that are due for refreshing."""
        due = RANKING_MARKS.c.due_at <= moment(now)
        query = select(func.count()).select_from(RANKING_MARKS).where(due)
        with self._engine.begin() as connection:
            return int(connection.execute(query).scalar_one())


def _rows(target: str, lead_ids: Any) -> Select[Any]:
    """Return the query of the rows of some leads, the hottest first."""
    own = (RANKING.c.lead_id.in_(lead_ids), RANKING.c.target == target)
    return select(RANKING).where(*own).order_by(*_ORDER)


def _page(rows: Sequence[Any], limit: int, total: int) -> RankingPage:
    """Make a page of rows; one row more than the limit means that there is a next page."""
    last = None if len(rows) <= limit else rows[limit - 1]
    after = last and cursors.written(Place(last.rank_key, last.lead_id, total))
    return RankingPage([_ranked(row) for row in rows[:limit]], after, total)


def _ranked(row: Any) -> RankedLead:
    columns = dict(row._mapping)  # noqa: SLF001 - the public name of a row's columns
    for name in ("searched", "interest", "topic"):
        del columns[name]
    columns["target"] = target_field(columns["target"])
    key = columns.pop("rank_key")
    columns["margin"] = -key if columns["margin"] is None else columns["margin"]
    columns |= {name: msgspec.UNSET for name in CONTACT if columns[name] is None}
    columns["attributes"] = msgspec.json.decode(columns["attributes"], type=dict[str, Value])
    columns["reasons"] = _REASONS.decode(columns["reasons"])
    for name in _TIMES:
        columns[name] = None if columns[name] is None else time_of(columns[name])
    return RankedLead(**columns)

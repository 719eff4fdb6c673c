"""The limits of the bands that people set: stored with their history, and applied to the lists.

Decided here: when limits are set, they are in force for every new answer at once, and the leads of
the ranking change their band `SLICE` at a time, each slice a transaction of its own with a pause
after it: a database with one writer is never held for longer than a slice, and others write in
between. Whatever a slice did not come to (newer limits, a process that ended) the refresher does,
which ranks all leads of other limits anew; so it does what the limits change besides (until when a
lead is hot). A lead that is hot by new limits became hot then.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, case, func, insert, literal, select
from sqlalchemy import update as updating

from models.model.reference import BANDS, BandMeasure
from serve.store.audit import AuditLine, add_line
from serve.store.engine import moment, reading, time_of
from serve.store.id_list import bound, in_ids
from serve.store.tables import RANKING
from serve.store.team_tables import BAND_LIMITS, HOT_MOMENTS
from serve.wire.team.band_limits import BandLimits, LimitsBody

SLICE: Final = 200
"""So many leads change their band in one transaction."""
PAUSE_SECONDS: Final = 0.03
"""Longer than the first waits of a writer that found the database locked."""
_COLD, _WARM, _HOT = BANDS


class Cuts(NamedTuple):
    """Limits in force: what they apply to, and the least of hot and of warm."""

    by: BandMeasure
    hot: float
    warm: float


class BandCount(NamedTuple):
    """Leads to call of a band, and how many of them are expected to convert."""

    leads: int
    expected: float


class Moved(NamedTuple):
    """How many leads changed their band, and how many of them became hot."""

    leads: int
    hot: int


class StoredLimits:
    """The limits of the bands in a database."""

    def __init__(self, engine: Engine, pause: Callable[[float], None] = time.sleep) -> None:
        self._engine = engine
        self._pause = pause

    def latest(self) -> dict[str, BandLimits]:
        """Return the limits in force of every target that ever had any."""
        last = select(func.max(BAND_LIMITS.c.limits_id)).group_by(BAND_LIMITS.c.target)
        query = select(BAND_LIMITS).where(BAND_LIMITS.c.limits_id.in_(last))
        with reading(self._engine).connect() as connection:
            return {row.target: _read(row) for row in connection.execute(query)}

    def one(self, limits_id: int | None) -> BandLimits | None:
        """Return the limits of a number; none if no number, or no limits of it."""
        if limits_id is None:
            return None
        query = select(BAND_LIMITS).where(BAND_LIMITS.c.limits_id == limits_id)
        with reading(self._engine).connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _read(row)

    def history(self, target: str, most: int = 20) -> list[BandLimits]:
        """Return the limits that a target had, the newest first.

        Parameters
        ----------
        target
            Empty is the default.
        most
            How many at most.
        """
        own = select(BAND_LIMITS).where(BAND_LIMITS.c.target == target)
        query = own.order_by(BAND_LIMITS.c.limits_id.desc()).limit(most)
        with reading(self._engine).connect() as connection:
            return [_read(row) for row in connection.execute(query)]

    def preview(self, target: str, cuts: Cuts) -> dict[str, BandCount]:
        """Count the leads to call that limits would put into each band.

        Parameters
        ----------
        target
            Empty is the default.
        cuts
            The limits.
        """
        band, own = _band(cuts), (RANKING.c.target == target, RANKING.c.standing == "call")
        counts = [
            of_band
            for name in BANDS
            for of_band in (
                func.count().filter(band == name),
                func.coalesce(func.sum(RANKING.c.probability).filter(band == name), 0.0),
            )
        ]
        with reading(self._engine).connect() as connection:
            row = connection.execute(select(*counts).where(*own)).one()
        rows = zip(BANDS, row[::2], row[1::2], strict=True)
        return {name: BandCount(int(leads), float(wins)) for name, leads, wins in rows}

    def put(
        self, target: str, body: LimitsBody, own: Cuts, who: str | None, at: datetime
    ) -> BandLimits:
        """Set the limits of a target, and the bands of its leads.

        Parameters
        ----------
        target
            Empty is the default.
        body
            The limits.
        own
            Those of the model, to which limits without `by` return.
        who
            `user:` and the id of a user, or the id of a key.
        at
            The moment.
        """
        row: dict[str, Any] = {
            "target": target,
            "by": body.by,
            "hot": body.hot,
            "warm": body.warm,
            "at": moment(at),
            "who": who,
            "note": body.note or None,
        }
        cuts = own if body.by is None else Cuts(body.by, body.hot, body.warm)
        with self._engine.begin() as connection:
            added = insert(BAND_LIMITS).values(row).returning(BAND_LIMITS.c.limits_id)
            limits_id = connection.execute(added).scalar_one()
        moved = self._move(limits_id, target, cuts, moment(at))
        with self._engine.begin() as connection:
            add_line(connection, AuditLine(at, "set band limits", who, None, moved._asdict()))
        return _read_values(row | {"limits_id": limits_id})

    def _move(self, limits_id: int, target: str, cuts: Cuts, at: int) -> Moved:
        """Change the bands of all leads, slice by slice, while these are the latest limits."""
        query = select(RANKING.c.lead_id).where(*_elsewhere(target, cuts))
        with reading(self._engine).connect() as connection:
            ids = list(connection.execute(query.order_by(RANKING.c.lead_id)).scalars())
        newest = select(func.max(BAND_LIMITS.c.limits_id)).where(BAND_LIMITS.c.target == target)
        moved = Moved(0, 0)
        for begin in range(0, len(ids), SLICE):
            with self._engine.begin() as connection:
                if connection.execute(newest).scalar_one() != limits_id:
                    break
                own = _apply(connection, (target, cuts), at, ids[begin : begin + SLICE])
            moved = Moved(moved.leads + own.leads, moved.hot + own.hot)
            self._pause(PAUSE_SECONDS)
        return moved


def _measure(by: BandMeasure) -> ColumnElement[float]:
    return RANKING.c.score if by == "score" else 100.0 * RANKING.c.probability


def _band(cuts: Cuts) -> ColumnElement[str]:
    measure = _measure(cuts.by)
    return case(
        (measure >= literal(cuts.hot), _HOT), (measure >= literal(cuts.warm), _WARM), else_=_COLD
    )


def _elsewhere(target: str, cuts: Cuts) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the conditions of the leads that limits put into another band."""
    return RANKING.c.target == target, RANKING.c.band != _band(cuts)


def _apply(
    connection: Connection, limits: tuple[str, Cuts], at: int, lead_ids: Sequence[str]
) -> Moved:
    """Change the bands of some leads, and count them."""
    band, ids = _band(limits[1]), bound(connection, lead_ids)
    own = in_ids(connection.dialect.name, RANKING.c.lead_id), *_elsewhere(*limits)
    became = select(RANKING.c.lead_id, RANKING.c.target, literal(at), RANKING.c.probability)
    adding = insert(HOT_MOMENTS).from_select(
        ["lead_id", "target", "at", "probability"], became.where(*own, band == _HOT)
    )
    hot = connection.execute(adding, ids)
    values = {
        "band": band,
        "band_falls_at": None,
        "crossed_at": case((band == _HOT, at), else_=RANKING.c.crossed_at),
    }
    moved = connection.execute(updating(RANKING).where(*own).values(values), ids)
    return Moved(moved.rowcount, hot.rowcount)


def _read(row: Any) -> BandLimits:
    return _read_values(dict(row._mapping))  # noqa: SLF001 - the public name of a row's columns


def _read_values(values: dict[str, Any]) -> BandLimits:
    return BandLimits(**values | {"at": time_of(values["at"])})

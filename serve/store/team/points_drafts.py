"""Points tables as people edited them, with their history; a model takes one up by training."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Engine, insert, select

from serve.store.audit import AuditLine, add_line
from serve.store.engine import moment, reading, time_of
from serve.store.team_tables import POINTS_DRAFTS


class PointsDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A points table: `points` is the content of `scorecard.yaml` as JSON."""

    draft_id: int
    target: str
    points: str
    at: datetime
    who: str | None
    note: str | None


class PointsDrafts:
    """The points tables in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def history(self, target: str, most: int = 20) -> list[PointsDraft]:
        """Return the points tables of a target, the newest first.

        Parameters
        ----------
        target
            Empty is the default.
        most
            How many at most.
        """
        own = select(POINTS_DRAFTS).where(POINTS_DRAFTS.c.target == target)
        query = own.order_by(POINTS_DRAFTS.c.draft_id.desc()).limit(most)
        with reading(self._engine).connect() as connection:
            return [_draft(row) for row in connection.execute(query)]

    def put(self, target: str, points: str, note: str | None, who: str | None, at: datetime) -> int:
        """Store a points table, and return its number.

        Parameters
        ----------
        target
            Empty is the default.
        points
            The content of `scorecard.yaml` as JSON.
        note
            Why it was changed.
        who
            `user:` and the id of a user, or the id of a key.
        at
            The moment.
        """
        row = {"target": target, "points": points, "note": note, "who": who, "at": moment(at)}
        with self._engine.begin() as connection:
            added = insert(POINTS_DRAFTS).values(row).returning(POINTS_DRAFTS.c.draft_id)
            draft_id: int = connection.execute(added).scalar_one()
            add_line(connection, AuditLine(at, "edited the points table", who, None, {}))
        return draft_id


def _draft(row: Any) -> PointsDraft:
    values = dict(row._mapping)  # noqa: SLF001 - the public name of a row's columns
    return PointsDraft(**values | {"at": time_of(values["at"])})

"""Figures of pages that take long to compute, stored with the moment for which they hold.

Decided here: a summary is JSON of counts, without ids of leads; a newer one replaces it. What
cannot be read, as another version of this product wrote it, counts as missing.
"""

from datetime import datetime, timedelta
from typing import Final, TypeVar

import msgspec
from sqlalchemy import Engine, select

from serve.store.engine import moment, reading
from serve.store.leads.refresh_marks import upsert
from serve.store.team_tables import SUMMARIES

OLDEST: Final = timedelta(hours=2)
"""A summary that is older is not shown: the process that renews it is not running."""
_Figures = TypeVar("_Figures")


class Summaries:
    """Reads and writes the summaries of a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def read(self, name: str, target: str, kind: type[_Figures], now: datetime) -> _Figures | None:
        """Return the stored figures; none if there are none, or only old ones.

        Parameters
        ----------
        name
            Of the summary.
        target
            Empty is the default.
        kind
            The class of the figures.
        now
            The moment.
        """
        own = SUMMARIES.c
        query = select(own.body).where(own.name == name, own.target == target)
        newest = query.where(own.at >= moment(now - OLDEST))
        with reading(self._engine).connect() as connection:
            body = connection.execute(newest).scalar_one_or_none()
        try:
            return None if body is None else msgspec.json.decode(body, type=kind)
        except msgspec.ValidationError:
            return None

    def put(self, name: str, target: str, figures: object, at: datetime) -> None:
        """Store figures.

        Parameters
        ----------
        name
            Of the summary.
        target
            Empty is the default.
        figures
            What is shown.
        at
            The moment for which they hold.
        """
        new = {"at": moment(at), "body": msgspec.json.encode(figures).decode()}
        row = {"name": name, "target": target} | new
        with self._engine.begin() as connection:
            adding = upsert(connection.dialect.name, SUMMARIES).values(row)
            connection.execute(
                adding.on_conflict_do_update(index_elements=["name", "target"], set_=new)
            )

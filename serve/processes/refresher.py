"""Refreshing the ranking: rows that are due are computed and written, batch by batch.

Decided here: marked leads come first, then those whose moment has come, then those that another
model scored. A lead that cannot be computed is postponed for an hour and reported; the others go
on.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from features.timeline import HOUR, SECOND
from serve.ranking.compute import Computed, Ranker
from serve.ranking.rows import rows_of
from serve.scoring.loaded_model import LoadedModel
from serve.store.leads.refresh_marks import NEVER
from serve.store.ranking.refreshing import Due, Refreshing, Sweep

BATCH: Final = 500


class Refresher:
    """Refreshes the ranking of a database.

    Parameters
    ----------
    engine
        The database.
    batch
        The number of leads in a batch.
    report
        Called with the id of a lead that cannot be computed, and the error.
    """

    def __init__(
        self,
        engine: Engine,
        batch: int = BATCH,
        report: Callable[[str, Exception], object] = lambda *_: None,
    ) -> None:
        self._refreshing = Refreshing(engine, batch)
        self._report = report
        self._ranker: Ranker | None = None
        self._sweep = Sweep()

    def step(self, loaded: LoadedModel, now: int) -> int:
        """Refresh one batch.

        Parameters
        ----------
        loaded
            The model.
        now
            The moment, in microseconds.

        Returns
        -------
        The number of leads in the batch; 0 when nothing is due.
        """
        ranker = self._of(loaded)
        lead_ids, changed = self._refreshing.due(now)
        if not lead_ids and not self._sweep.done:
            lead_ids, self._sweep = self._refreshing.of_another_model(
                loaded.fingerprint, self._sweep
            )
        if not lead_ids:
            return 0
        mates = changed if ranker.passing.watched.account_matters else ()
        return self._refresh(lead_ids, mates, now)

    def _of(self, loaded: LoadedModel) -> Ranker:
        if self._ranker is None or self._ranker.loaded is not loaded:
            self._ranker, self._sweep = Ranker(loaded), Sweep()
        return self._ranker

    def _refresh(self, lead_ids: Sequence[str], mates: Sequence[str], now: int) -> int:
        try:
            return self._write(self._refreshing.read(lead_ids, mates), now)
        except (SQLAlchemyError, OSError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others go on
            if len(lead_ids) == 1 and not mates:
                self._postpone(lead_ids[0], now, error)
                return 1
            return sum(self._refresh([lead_id], (), now) for lead_id in lead_ids)

    def _write(self, due: Due, now: int) -> int:
        assert self._ranker is not None  # noqa: S101 - step made it
        columns, loaded = due.columns, self._ranker.loaded
        place = {lead_id: n for n, lead_id in enumerate(columns.leads.lead_id)}
        requested = np.array(sorted(place[one] for one in due.marks if one in place), np.int32)
        computed = self._ranker.rank(columns, requested, now)
        rows = rows_of(computed, self._refreshing.before(list(due.marks)), loaded)
        again = self._due_again(due, place, computed)
        marks = {one: (mark, max(again[one], now + SECOND)) for one, mark in due.marks.items()}
        self._refreshing.write(rows, marks, loaded.fingerprint)
        return len(marks)

    def _due_again(self, due: Due, place: dict[str, int], computed: Computed) -> dict[str, int]:
        assert self._ranker is not None  # noqa: S101 - step made it
        columns, ranker = computed.columns, self._ranker
        names = columns.leads.lead_id
        due_at: dict[str, int] = {names[one.lead]: one.due_at for one in computed.ranked}
        for lead_id in due.marks:
            if lead_id not in due_at:
                at = place.get(lead_id)
                due_at[lead_id] = (
                    NEVER if at is None else ranker.due_of_others(columns, at, computed.cutoff)
                )
        return {lead_id: min(at, NEVER) for lead_id, at in due_at.items()}

    def _postpone(self, lead_id: str, now: int, error: Exception) -> None:
        self._report(lead_id, error)
        due = self._refreshing.read([lead_id])
        marks = {one: (mark, now + HOUR) for one, mark in due.marks.items()}
        fingerprint = None if self._ranker is None else self._ranker.loaded.fingerprint
        self._refreshing.write({}, marks, fingerprint)

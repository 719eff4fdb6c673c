"""Refreshing the rankings of all targets: rows that are due are computed and written, in batches.

Decided here: marked leads come first, then those whose moment has come, then those that another
model scored. After a change of the model the numbers of all ranked leads are written first, in turn
with marked leads; their trends and forecasts follow when they are refreshed. Leads are read,
computed and written one after the other, so that a processor is left to whoever waits for an
answer. A lead that cannot be computed is postponed for an hour and reported; the others go on.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from features.errors import MachineFault
from features.reading.reading import PLAIN
from features.timeline import HOUR, SECOND
from models.model.account_rule import AccountRule
from serve.errors import NoStore
from serve.ranking.compute import Computed, Ranker
from serve.ranking.rows import rescored, rows_of
from serve.ranking.standings import standings_of
from serve.scoring.loaded_model import LoadedModel
from serve.store.leads.refresh_marks import NEVER
from serve.store.ranking.outdated import Outdated, Sweep
from serve.store.ranking.refreshing import Due, Refreshing, fingerprint_of
from serve.store.ranking.rescoring import Rescoring

BATCH: Final = 500
RESCORED: Final = 2_000
"""The most leads whose numbers are written at once."""
_OF_THE_MACHINE: Final = (SQLAlchemyError, OSError, NoStore, MachineFault)
"""Errors that say nothing about a lead."""


class Refresher:
    """Refreshes the rankings of a database.

    Parameters
    ----------
    engine
        The database.
    batch
        The number of leads in a batch.
    report
        Called with the id of a lead that cannot be computed, and the error.

    Attributes
    ----------
    rescores
        Whether the last batch was numbers of another model.
    """

    def __init__(
        self,
        engine: Engine,
        batch: int = BATCH,
        report: Callable[[str, Exception], object] = lambda *_: None,
    ) -> None:
        self._refreshing = Refreshing(engine, batch)
        self._outdated = Outdated(engine, batch)
        self._engine = engine
        self._report = report
        self._rankers: dict[str, Ranker] = {}
        self._sweep = Sweep()
        self._turn = False
        self.rescores = False

    def step(self, loaded: LoadedModel, now: int, others: Sequence[LoadedModel] = ()) -> int:
        """Refresh one batch.

        Parameters
        ----------
        loaded
            The model of the default target.
        now
            The moment, in microseconds.
        others
            The models of further targets.

        Returns
        -------
        The number of leads in the batch; 0 when nothing is due.
        """
        self._use([loaded, *others])
        lead_ids, changed = self._refreshing.due(now)
        self._turn = not self._turn
        self.rescores = False
        if (not changed or self._turn) and not self._sweep.rescored:
            of_former, self._sweep = self._outdated.to_rescore(
                self._fingerprints(), self._sweep, RESCORED
            )
            if of_former:
                self.rescores = True
                return self._rescore(of_former, now)
        if not lead_ids and not self._sweep.done:
            lead_ids, self._sweep = self._outdated.of_another_model(self._ranked_by(), self._sweep)
        if not lead_ids:
            return 0
        accounts = any(one.passing.watched.account_matters for one in self._rankers.values())
        return self._refresh(lead_ids, changed if accounts else (), now)

    def _rescore(self, lead_ids: Sequence[str], now: int) -> int:
        """Write what the models say of ranked leads now; one by one if one cannot be computed."""
        try:
            due = self._refreshing.read(lead_ids, now=now)
            self._sweep = self._sweep.again(due.skipped)
            numbers = {t: rescored(due, one.loaded, now) for t, one in self._rankers.items()}
            writing = Rescoring(self._engine, self._refreshing.rules)
            writing.write(numbers, due, (self._fingerprints(), now))
        except _OF_THE_MACHINE:
            raise
        except Exception:  # noqa: BLE001 - the refresh tells which lead it is, and goes on
            return self._one_by_one(lead_ids, now)
        return len(lead_ids)

    def _one_by_one(self, lead_ids: Sequence[str], now: int) -> int:
        return sum(self._refresh([lead_id], (), now) for lead_id in lead_ids)

    def _use(self, models: Sequence[LoadedModel]) -> None:
        """Rank with these models; if one of them is another than before, sweep all leads again."""
        before, self._rankers = self._rankers, {}
        for loaded in models:
            ranker = before.get(loaded.target)
            known = ranker is not None and ranker.loaded is loaded
            self._rankers[loaded.target] = ranker if ranker and known else Ranker(loaded)
        if self._rankers != before:
            self._sweep = Sweep()
            self._refreshing.rules = {
                target: one.loaded.artifact.model.account_rule or AccountRule()
                for target, one in self._rankers.items()
            }

    def _fingerprints(self) -> dict[str, str]:
        return {target: one.loaded.fingerprint for target, one in self._rankers.items()}

    def _ranked_by(self) -> str:
        """Return what the rows were ranked by: the models, and the limits that people set."""
        limits = (one.loaded for one in self._rankers.values())
        set_ = (f" {one.target}limits={one.limits_id}" for one in limits if one.limits_id)
        return fingerprint_of(self._fingerprints()) + "".join(set_)

    def _refresh(self, lead_ids: Sequence[str], mates: Sequence[str], now: int) -> int:
        try:
            due = self._refreshing.read(lead_ids, mates, now)
            self._sweep = self._sweep.again(due.skipped)
            return self._write(due, now)
        except _OF_THE_MACHINE:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others go on
            if len(lead_ids) == 1 and not mates:
                self._postpone(lead_ids[0], now, error)
                return 1
            return self._one_by_one(lead_ids, now)

    def _write(self, due: Due, now: int) -> int:
        columns = due.columns
        place = {lead_id: n for n, lead_id in enumerate(columns.leads.lead_id)}
        requested = np.array(sorted(place[one] for one in due.marks if one in place), np.int32)
        rows, again = {}, dict.fromkeys(due.marks, NEVER)
        reading = next((one.loaded.reading for one in self._rankers.values()), PLAIN)
        standings = standings_of(columns, requested.tolist(), now, reading)
        for target, ranker in self._rankers.items():
            computed = ranker.rank(columns, requested, now)
            before = self._refreshing.before(list(due.marks), target)
            of_target = rows_of(computed, before, ranker.loaded)
            rows[target] = {
                one: row | {"standing": standings[one]["standing"]}
                for one, row in of_target.items()
            }
            for lead_id, at in _due_again(ranker, computed, place, due.marks):
                again[lead_id] = min(again[lead_id], at)
        marks = {one: (mark, max(again[one], now + SECOND)) for one, mark in due.marks.items()}
        self._refreshing.write(rows, marks, self._ranked_by(), standings)
        return len(marks)

    def _postpone(self, lead_id: str, now: int, error: Exception) -> None:
        self._report(lead_id, error)
        due = self._refreshing.read([lead_id], now=now)
        marks = {one: (mark, now + HOUR) for one, mark in due.marks.items()}
        unranked: dict[str, dict[str, dict[str, Any]]] = {target: {} for target in self._rankers}
        self._refreshing.write(unranked, marks, self._ranked_by())


def _due_again(
    ranker: Ranker, computed: Computed, place: Mapping[str, int], marks: Mapping[str, int]
) -> Iterator[tuple[str, int]]:
    """Yield each refreshed lead with the moment from which its row of one target may differ."""
    columns = computed.columns
    names = columns.leads.lead_id
    ranked = {names[one.lead]: one.due_at for one in computed.ranked}
    for lead_id in marks:
        if lead_id in ranked:
            yield lead_id, ranked[lead_id]
        elif lead_id in place:
            yield lead_id, ranker.due_of_others(columns, place[lead_id], computed.cutoff)

"""Screening: checks and quarantine for one table after the other, with the counts kept straight.

Decided here: a table is screened row by row, then among its neighbours that were kept, then
tallied. Whatever is taken out at one step is no longer there at the next.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.tables import SPECS, TableName
from pipelines.intake.checks.check import About, Batch
from pipelines.intake.checks.times.c030_activities_ahead import latest_activity
from pipelines.intake.ledger import Ledger
from pipelines.intake.quarantine import Quarantine
from pipelines.intake.report import TableCount

TIMES: Final = ("created_at", "occurred_at", "known_at")
NONE_TAKEN: Final = np.zeros(0, dtype=np.uint64)


@dataclass
class Count:
    """Rows of one table on their way."""

    read: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)
    accepted: int = 0

    def finished(self, quarantined: int) -> TableCount:
        """Close the count."""
        return TableCount(self.read, dict(self.passed_over), self.accepted, quarantined)


class Screening:
    """Runs the checks over tables, puts rows aside, and counts."""

    def __init__(self, about: About, quarantine: Quarantine) -> None:
        self.about = about
        self.ledger = Ledger(about)
        self.counts: dict[TableName, Count] = {}
        self.latest: pd.Timestamp | None = None
        self.settled: pd.Timestamp | None = None
        self.ahead = False
        self._latest_activity: pd.Timestamp | None = None
        self._quarantine = quarantine

    def arrived(self, table: TableName, rows: int, passed_over: Counter[str]) -> None:
        """Count rows that came for a table, and those of the source that were not for it.

        Parameters
        ----------
        table
            Its name.
        rows
            How many came from the source.
        passed_over
            How many of them are not about this table, by ground.
        """
        count = self.counts.setdefault(table, Count())
        count.read += rows + passed_over.total()
        count.passed_over += passed_over

    def screen(
        self,
        table: TableName,
        frame: pd.DataFrame,
        others: Mapping[TableName, pd.DataFrame],
        zones: Counter[tuple[str, str]] | None = None,
        taken: NDArray[np.uint64] = NONE_TAKEN,
    ) -> pd.DataFrame:
        """Return the rows that can be used; the others go to the quarantine.

        Parameters
        ----------
        table
            Its name.
        frame
            Its rows.
        others
            The tables that were screened before.
        zones
            Counts of times with and without offset, by table and column.
        taken
            Hashes of activity ids of earlier partitions.
        """
        own_zones = {table: zones} if zones else {}
        for phase in ("row", "relation"):
            frame = frame.reset_index(drop=True)
            batch = Batch({**others, table: frame}, self.about, own_zones, taken, self.settled)
            reasons = self.ledger.screen(batch, table, phase)
            frame = self._quarantine.split(table, frame, reasons)
        frame = frame.reset_index(drop=True)
        self.ledger.count(Batch({**others, table: frame}, self.about, own_zones), table)
        self.counts.setdefault(table, Count()).accepted += len(frame)
        self._look_at_times(frame, table)
        return frame

    def finished(self) -> dict[TableName, TableCount]:
        """Close the counts, in the order of the tables."""
        put_aside = self._quarantine.counts
        return {
            table: self.counts[table].finished(put_aside[table])
            for table in SPECS
            if table in self.counts
        }

    def _look_at_times(self, frame: pd.DataFrame, table: TableName) -> None:
        """Note the latest time; activities that run far ahead of all else do not count."""
        latest = [frame[name].max() for name in TIMES if name in frame]
        if table != "activities":
            self.settled = _latest(*latest, self.settled)
            self.latest = self.settled
            return
        self._latest_activity = _latest(*latest, self._latest_activity)
        limit = latest_activity(self.settled, self.about)
        self.ahead = limit is not None and _latest(limit, self._latest_activity) != limit
        self.latest = self.settled if self.ahead else _latest(self.settled, self._latest_activity)


def _latest(*times: pd.Timestamp | None) -> pd.Timestamp | None:
    known = [time for time in times if time is not None and not pd.isna(time)]
    return max(known) if known else None

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
from pipelines.intake.checks.ledger import Ledger
from pipelines.intake.quarantine import Quarantine
from pipelines.intake.report import TableCount

TIMES: Final = ("created_at", "occurred_at", "known_at")
NONE_TAKEN: Final = np.zeros(0, dtype=np.uint64)


@dataclass
class Count:
    """Rows of one table on their way."""

    read: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)
    kept: int = 0

    def finished(self, quarantined: int) -> TableCount:
        """Close the count."""
        return TableCount(self.read, dict(self.passed_over), self.kept, quarantined)


class Screening:
    """Runs the checks over tables, puts rows aside, and counts."""

    def __init__(self, about: About, quarantine: Quarantine) -> None:
        self.about = about
        self.ledger = Ledger(about)
        self.counts: dict[TableName, Count] = {}
        self.latest: pd.Timestamp | None = None
        self._quarantine = quarantine

    def arrived(self, table: TableName, rows: int, passed_over: Counter[str]) -> None:
        """Count rows that came for a table, and those of the source that were not for it."""
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
        """Give the rows that can be used; the others go to the quarantine."""
        seen_zones = {table: zones} if zones else {}
        for phase in ("row", "relation"):
            frame = frame.reset_index(drop=True)
            batch = Batch({**others, table: frame}, self.about, seen_zones, taken)
            reasons = self.ledger.screen(batch, table, phase)
            frame = self._quarantine.split(table, frame, reasons)
        frame = frame.reset_index(drop=True)
        self.ledger.count(Batch({**others, table: frame}, self.about, seen_zones), table)
        self.counts.setdefault(table, Count()).kept += len(frame)
        self._look_at_times(frame)
        return frame

    def finished(self) -> dict[TableName, TableCount]:
        """Close the counts, in the order of the tables."""
        put_aside = self._quarantine.counts
        return {
            table: self.counts[table].finished(put_aside[table])
            for table in SPECS
            if table in self.counts
        }

    def _look_at_times(self, frame: pd.DataFrame) -> None:
        latest = [frame[name].max() for name in TIMES if name in frame]
        known = [time for time in (*latest, self.latest) if time is not None and not pd.isna(time)]
        self.latest = max(known) if known else None

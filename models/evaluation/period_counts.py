"""Size and period of the learning or the test rows of an evaluation."""

from dataclasses import dataclass

from models.stats.training_set import TrainingSet


@dataclass(frozen=True)
class PeriodCounts:
    """Size and period of some rows; moments in microseconds UTC.

    `conversions` counts rows, `converted_leads` the distinct leads of which at least one row
    converted; `base_rate` is the share of the rows.
    """

    rows: int
    leads: int
    conversions: int
    converted_leads: int
    base_rate: float
    first_cutoff: int
    last_cutoff: int

    @classmethod
    def of(cls, rows: TrainingSet) -> "PeriodCounts":
        """Count rows, leads and conversions; there is at least one row."""
        rate = rows.conversions / len(rows)
        ends = int(rows.cutoff.min()), int(rows.cutoff.max())
        counts = rows.leads, rows.conversions, rows.converted_leads
        return cls(len(rows), *counts, rate, *ends)

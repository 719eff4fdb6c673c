"""What a recalibration is made with."""

from dataclasses import dataclass

from models.stats.limits import Count, Days, Redraws, Seed


@dataclass(frozen=True)
class RecalibrationSettings:
    """Settings of a recalibration.

    Attributes
    ----------
    days
        It is fitted on the matured outcomes of this many latest days, and judged on as many; on
        fewer where the history since training is too short for both.
    min_conversions
        Leads that converted, and leads that did not, needed on either side.
    redraws, seed
        Of the bootstrap by lead that judges.
    """

    days: Days = 90.0
    min_conversions: Count = 20
    redraws: Redraws = 400
    seed: Seed = 0

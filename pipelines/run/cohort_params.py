"""The sections `cohort` and `draw`: who is scored when, what is predicted, on how many rows."""

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from features.errors import BadInput, BadParams
from features.labels import Target
from features.snapshots import CohortRule
from models.stats.limits import Count, Days, Hours, Name, Seed, Values


@dataclass(frozen=True)
class CohortParams:
    """Which leads are scored when, and what is predicted; see `CohortRule` and `Target`."""

    outcome: Name = "won"
    horizon_days: Days = 90.0
    repeat: bool = False
    every_days: Days | None = 14.0
    first_cutoff: datetime | None = None
    last_cutoff: datetime | None = None
    early_age_hours: Values[Hours] = (1.0, 24.0, 72.0)
    max_age_days: Days | None = None
    until_decided: bool = False
    reopen_after_days: Days | None = 90.0
    lost_stay: bool = False
    after_outcome: Name | None = None

    @property
    def rule(self) -> CohortRule:
        """Which snapshots are drawn."""
        return CohortRule(
            every_days=self.every_days,
            first_cutoff=utc(self.first_cutoff),
            last_cutoff=utc(self.last_cutoff),
            early_age_hours=self.early_age_hours,
            max_age_days=self.max_age_days,
            repeat=self.repeat,
            target_outcome=self.outcome,
            until_decided=self.until_decided,
            reopen_after_days=self.reopen_after_days,
            lost_stay=self.lost_stay,
            after_outcome=self.after_outcome,
        )

    @property
    def target(self) -> Target:
        """What is predicted."""
        return Target(self.outcome, self.horizon_days, self.repeat)

    def __post_init__(self) -> None:
        """Refuse what the rule or the target cannot use."""
        try:
            _ = self.rule, self.target
        except BadInput as error:
            raise BadParams(list(error.faults)) from error


@dataclass(frozen=True)
class DrawParams:
    """How many snapshots the stages after `snapshot` work on.

    Attributes
    ----------
    max_snapshots
        Above this, leads are drawn with about that many snapshots in all, whole accounts, each with
        the same chance; memory and time of every later stage are bounded by it. Training,
        calibration and evaluation work on the drawn leads, and the model card says so.
    seed
        Of the draw.
    """

    max_snapshots: Count = 1_000_000
    seed: Seed = 0


def utc(moment: datetime | None) -> pd.Timestamp | None:
    """Read a moment without an offset as UTC.

    >>> utc(datetime(2026, 4, 1))
    Timestamp('2026-04-01 00:00:00+0000', tz='UTC')
    """
    if moment is None:
        return None
    stamp = pd.Timestamp(moment)
    return stamp.tz_localize("UTC") if stamp.tz is None else stamp.tz_convert("UTC")

"""What the rows are split with."""

from dataclasses import dataclass

from features.errors import BadParams, Fault
from features.timeline import DAY
from models.stats.limits import Days, Moment, Share


@dataclass(frozen=True)
class SplitSettings:
    """How the rows are split.

    Attributes
    ----------
    horizon_days
        The look-ahead span of the label.
    embargo_days
        Gap between training and test; missing means the horizon. Less than that is refused.
    test_share
        The share of the span of cutoffs, at its end, that is the test.
    test_from
        The first test cutoff; overrides `test_share`. A date or a time in params.yaml (UTC
        without an offset), microseconds UTC in code.
    calibration_share
        The share of the training rows, the latest, that calibration is chosen on.
    """

    horizon_days: Days = 90.0
    embargo_days: Days | None = None
    test_share: Share = 0.25
    test_from: Moment | None = None
    calibration_share: Share = 0.25

    def __post_init__(self) -> None:
        """Refuse an embargo that lets training labels reach into the test."""
        faults = []
        if self.embargo_days is not None and self.embargo_days < self.horizon_days:
            observed = f"embargo_days: {self.embargo_days}"
            expected = f"at least horizon_days, {self.horizon_days}"
            faults.append(Fault(observed, expected, "lengthen the embargo or leave it out"))
        for name, share in (("test", self.test_share), ("calibration", self.calibration_share)):
            if not 0.0 < share < 1.0:
                observed = f"{name}_share: {share}"
                faults.append(Fault(observed, "a share between 0 and 1", "correct params.yaml"))
        if faults:
            raise BadParams(faults)

    @property
    def embargo(self) -> int:
        """The embargo in microseconds."""
        days = self.horizon_days if self.embargo_days is None else self.embargo_days
        return round(days * DAY)

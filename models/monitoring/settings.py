"""The thresholds and false-alarm rate of the monitor: the section `monitor` of params.yaml.

Decided here: one false-alarm rate is stated for a whole run. It is divided equally among the four
families of checks (features and scores, calibration, activities, unknown values); within a family
it is corrected for the number of tests. An alarm must be significant at that rate *and* large
enough to matter (the thresholds below); a significant but small change is shown without an alarm.
"""

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field

from features.errors import BadParams, Fault
from models.stats.limits import Count, Days, Factor, Positive, Seed, Share

FAMILIES: Final = ("drift", "calibration", "activities", "unseen")


@dataclass(frozen=True)
class MonitorSettings:
    """How the champion is monitored.

    Attributes
    ----------
    false_alarm_rate
        The largest share of runs without any change that may raise an alarm.
    psi
        The smallest population stability index, in excess of chance, that matters.
    calibration_factor
        The largest factor by which conversions may differ from the expectation.
    volume_factor
        The largest factor by which the activities of a lead may differ from the reference.
    unseen_share
        The largest rise in the share of values, or of activities, outside the vocabulary.
    period_days
        How long a lead counts as new; the window in which activities are counted; the distance
        between reference moments. Whole weeks preserve the weekday.
    min_leads
        A population with fewer open leads, of today, is not tested.
    min_expected
        A count (of leads in a bin, of conversions, of activities) with a smaller expectation is not
        tested by itself.
    max_leads
        With more leads, a sample of this size is drawn.
    max_segment_values
        The most values of an attribute that are distinguished.
    redraws
        Number of bootstrap redraws behind the test of features and scores.
    seed
        Of all draws.
    """

    false_alarm_rate: Share = 0.01
    psi: Positive = 0.1
    calibration_factor: Factor = 1.5
    volume_factor: Factor = 2.0
    unseen_share: Share = 0.02
    period_days: Days = 28.0
    min_leads: Annotated[Count, Field(ge=10)] = 100
    min_expected: Annotated[Count, Field(ge=5)] = 10
    max_leads: Annotated[Count, Field(ge=100)] = 20_000
    max_segment_values: Count = 8
    redraws: Annotated[Count, Field(ge=100)] = 2000
    seed: Seed = 0

    def __post_init__(self) -> None:
        """Check that there are enough redraws to resolve the rate.

        Raises
        ------
        BadParams
            If `redraws` is too small for `false_alarm_rate`.
        """
        needed = round(2.0 / self.family_rate)
        if self.redraws < needed:
            raise BadParams(
                [
                    Fault(
                        f"redraws: {self.redraws} with false_alarm_rate: {self.false_alarm_rate}",
                        f"at least {needed} redraws",
                        "raise monitor.redraws or monitor.false_alarm_rate",
                    )
                ]
            )

    @property
    def family_rate(self) -> float:
        """The share of runs without any change in which one family may raise an alarm."""
        return self.false_alarm_rate / len(FAMILIES)

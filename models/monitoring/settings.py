"""What a monitor asks, and how often it may be wrong: the section `monitor` of params.yaml.

Decided here: one false-alarm rate is stated for a whole run. It is shared out evenly among the four
families of checks (features and scores, calibration, activities, new words); inside a family it
holds over all that the family asks. An alarm must be real (beyond that rate) *and* large enough to
matter (the sizes below); a change that is real and small is shown and raises nothing.
"""

from dataclasses import dataclass
from typing import Final

from features.errors import BadParams, Fault

FAMILIES: Final = ("drift", "calibration", "activities", "unseen")


@dataclass(frozen=True)
class MonitorSettings:
    """How a company is monitored.

    Attributes
    ----------
    false_alarm_rate
        The most runs without any change that may raise an alarm, as a share of such runs.
    psi
        From which population stability index on, beyond that of chance, a shift matters.
    calibration_factor
        By which factor conversions may differ from what was expected.
    volume_factor
        By which factor the activities of a lead may differ from the reference.
    unseen_share
        By how much the share of values or activities that the model was not taught may rise.
    period_days
        A lead is new for so long; activities are counted over so long; reference moments lie so far
        apart. Whole weeks keep the weekday the same.
    min_leads
        With fewer open leads, now or in the reference, nothing is asked of them.
    min_expected
        Counts (of leads in a bin, of conversions, of activities) that were expected less often are
        not asked about by themselves.
    max_leads
        With more leads, so many of them are drawn.
    max_segment_values
        The most values of an attribute that are told apart.
    redraws
        Redraws of leads behind the test of features and scores.
    seed
        Of all draws.
    """

    false_alarm_rate: float = 0.01
    psi: float = 0.1
    calibration_factor: float = 1.5
    volume_factor: float = 2.0
    unseen_share: float = 0.02
    period_days: float = 28.0
    min_leads: int = 100
    min_expected: int = 10
    max_leads: int = 20_000
    max_segment_values: int = 8
    redraws: int = 2000
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse a rate that so few redraws cannot tell."""
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
        """The share of runs without a change in which one family may raise an alarm."""
        return self.false_alarm_rate / len(FAMILIES)

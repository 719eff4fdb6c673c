"""The report of a run of the monitor: its findings, alarms and verdict.

Decided here: an alarm stands for a cause, not for a column. Columns of one concept in one
population are one alarm, which names the column with the largest shift. The verdict is `alarm` with
any alarm; `not enough` where features could not be compared at all; `quiet` otherwise, also while
no prediction has matured yet, which the report states. What deviates beyond chance and is too small
for an alarm is listed too, so that `quiet` never conceals it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from models.monitoring.activities import Volume
from models.monitoring.drift import Drifted
from models.monitoring.matured import SINGLE, Calibrated, CalibrationPart
from models.monitoring.unknown_values import UnknownValues
from models.stats.ratio import SHOWN

Verdict = Literal["quiet", "alarm", "not enough"]
Check = Literal["feature drift", "score drift", "calibration", "volume", "silence", "unseen"]


@dataclass(frozen=True)
class Alarm:
    """One alarm.

    Attributes
    ----------
    check
        The check that raised it.
    what
        Its subject: a feature, a population, an activity type, a part.
    facts
        The figures of its sentence.
    """

    check: Check
    what: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ComparedSnapshots:
    """Numbers and period of the snapshots compared; moments in microseconds UTC."""

    at: int
    leads: int
    units: int
    reference_rows: int
    reference_units: int
    reference_from: int
    reference_to: int
    left_out: float


@dataclass(frozen=True)
class MonitorReport:
    """The findings of a run.

    Attributes
    ----------
    compared
        Today's snapshots and the reference.
    drift, volumes, unseen
        Of features and scores, of activities, of values outside the vocabulary.
    calibration
        Of matured predictions.
    model
        Fingerprint of the champion.
    """

    compared: ComparedSnapshots
    drift: tuple[Drifted, ...]
    volumes: tuple[Volume, ...]
    unknown_values: tuple[UnknownValues, ...]
    calibration: Calibrated
    model: str

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """All alarms: drift, calibration, volumes, unknown values, in this order."""
        return (
            *of_drift(self.drift),
            *of_calibration(self.calibration),
            *of_volumes(self.volumes),
            *of_unknown_values(self.unknown_values),
        )

    @property
    def parts_below_alarm(self) -> tuple[CalibrationPart, ...]:
        """The parts whose conversions deviate beyond chance, without an alarm.

        All predictions and the bands come first, then the part that is the furthest from 1.
        """
        parts = [part for part in self.calibration.parts if part.deviates and not part.alarm]
        first = {"all": 0, "band": 1}
        return tuple(sorted(parts, key=lambda part: (first.get(part.by, 2), -part.distance)))

    @property
    def deviations_by_chance(self) -> float:
        """The number of parts that would deviate by chance, at most, without any change."""
        tested = [part.by in SINGLE for part in self.calibration.parts if part.testable]
        return SHOWN * (sum(tested) + (not all(tested)))

    def drift_below_alarm(self, rate: float) -> tuple[Drifted, ...]:
        """Return the shifts that are significant at a rate and too small for an alarm."""
        return tuple(one for one in self.drift if one.p_value <= rate and not one.alarm)

    @property
    def verdict(self) -> Verdict:
        """The verdict of the run."""
        if self.alarms:
            return "alarm"
        return "quiet" if self.drift else "not enough"


def of_drift(results: Sequence[Drifted]) -> list[Alarm]:
    """Return one alarm per concept and population, the largest shift first."""
    groups: dict[tuple[str, str], list[Drifted]] = {}
    for one in sorted(results, key=lambda each: -each.psi):
        if one.alarm:
            groups.setdefault((one.concept, one.population), []).append(one)
    return [
        Alarm(
            "score drift" if concept == "score" else "feature drift",
            largest.column,
            {
                "population": population,
                "psi": largest.psi,
                "by_chance": largest.by_chance,
                "p_value": largest.p_value,
                "columns": len(columns),
            },
        )
        for (concept, population), columns in groups.items()
        for largest in columns[:1]
    ]


def of_calibration(calibration: Calibrated) -> list[Alarm]:
    """Return an alarm for every part whose conversions differ from the prediction."""
    return [
        Alarm(
            "calibration",
            part.name if part.by == part.name else f"{part.by} {part.name}",
            {
                "observed": part.observed,
                "expected": part.expected,
                "ratio": part.ratio.value,
                "low": part.ratio.low,
                "high": part.ratio.high,
            },
        )
        for part in calibration.parts
        if part.alarm
    ]


def of_volumes(volumes: Sequence[Volume]) -> list[Alarm]:
    """Return an alarm for every activity type whose volume changed, or that is silent."""
    alarms = []
    for one in volumes:
        facts = {
            "population": one.population,
            "observed": one.observed,
            "expected": one.expected,
            "ratio": one.ratio.value,
            "days": one.silent_days,
        }
        if one.silent:
            alarms.append(Alarm("silence", one.activity_type, facts))
        elif one.moved:
            alarms.append(Alarm("volume", one.activity_type, facts))
    return alarms


def of_unknown_values(shares: Sequence[UnknownValues]) -> list[Alarm]:
    """Return an alarm for every attribute with too many values outside the vocabulary."""
    return [
        Alarm(
            "unseen",
            one.what,
            {"now": one.now, "then": one.then, "words": ", ".join(word for word, _ in one.words)},
        )
        for one in shares
        if one.alarm
    ]

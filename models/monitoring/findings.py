"""What a run of the monitor comes to: the findings, the alarms, the verdict.

Decided here: an alarm speaks of a cause, not of a column. Columns of one concept in one population
are one alarm, with the largest of them named. The verdict is `alarm` with any alarm; `not enough`
where features could not be compared at all; `quiet` otherwise, also while no prediction has matured
yet, which is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from models.monitoring.activities import Volume
from models.monitoring.drift import Drifted
from models.monitoring.matured import Calibrated
from models.monitoring.unknown_values import Unseen

Verdict = Literal["quiet", "alarm", "not enough"]
Check = Literal["feature drift", "score drift", "calibration", "volume", "silence", "unseen"]


@dataclass(frozen=True)
class Alarm:
    """One alarm.

    Attributes
    ----------
    check
        Which check raised it.
    what
        Of what: a feature, a population, an activity type, a part.
    facts
        The figures that its sentence tells.
    """

    check: Check
    what: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Compared:
    """How many snapshots were compared, and from when; moments in microseconds UTC."""

    at: int
    leads: int
    units: int
    reference_rows: int
    reference_units: int
    reference_from: int
    reference_to: int
    left_out: float


@dataclass(frozen=True)
class Watched:
    """The findings of a run.

    Attributes
    ----------
    compared
        Today and the reference.
    drift, volumes, unseen
        Of features and scores, of activities, of what was not taught.
    calibration
        Of matured predictions.
    model
        Fingerprint of the champion.
    """

    compared: Compared
    drift: tuple[Drifted, ...]
    volumes: tuple[Volume, ...]
    unseen: tuple[Unseen, ...]
    calibration: Calibrated
    model: str

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """Everything that is real and large."""
        return (
            *of_drift(self.drift),
            *of_calibration(self.calibration),
            *of_volumes(self.volumes),
            *of_unseen(self.unseen),
        )

    @property
    def verdict(self) -> Verdict:
        """What it comes to."""
        if self.alarms:
            return "alarm"
        return "quiet" if self.drift else "not enough"


def of_drift(found: Sequence[Drifted]) -> list[Alarm]:
    """Give one alarm a concept and population, the largest first."""
    groups: dict[tuple[str, str], list[Drifted]] = {}
    for one in sorted(found, key=lambda each: -each.psi):
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


def of_calibration(found: Calibrated) -> list[Alarm]:
    """Give the parts whose conversions are not as told."""
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
        for part in found.parts
        if part.alarm
    ]


def of_volumes(found: Sequence[Volume]) -> list[Alarm]:
    """Give the activity types whose volume moved, and those that fell silent."""
    told = []
    for one in found:
        facts = {
            "population": one.population,
            "observed": one.observed,
            "expected": one.expected,
            "ratio": one.ratio.value,
            "days": one.silent_days,
        }
        if one.silent:
            told.append(Alarm("silence", one.activity_type, facts))
        elif one.moved:
            told.append(Alarm("volume", one.activity_type, facts))
    return told


def of_unseen(found: Sequence[Unseen]) -> list[Alarm]:
    """Give the attributes, or the activity types, with too much that was not taught."""
    return [
        Alarm(
            "unseen",
            one.what,
            {"now": one.now, "then": one.then, "words": ", ".join(word for word, _ in one.words)},
        )
        for one in found
        if one.alarm
    ]

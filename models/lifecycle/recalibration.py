"""What a repair is decided on, what was decided, and how it is said.

Decided here: a sentence names the rows it speaks of, the gain and its interval, so that it can
stand alone as the grounds of a version.
"""

from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from features.timeline import Moments
from models.evaluation import paired_trial
from models.lifecycle.origins import day_of
from models.stats.metrics import Interval
from models.stats.training_set import Floats

Kind = Literal["none", "shift", "slope"]
Line = tuple[float, float]
"""Slope and shift."""

UNCHANGED: Final[Line] = (1.0, 0.0)
FLAT: Final = "the slope falls to nothing: the order does not hold any more, train anew"
_ENDS: Final = ("value", "low", "high")


@dataclass(frozen=True)
class RepairSettings:
    """How a model is recalibrated.

    Attributes
    ----------
    days
        It is fitted on the outcomes of so many latest days that have matured, and judged on as
        many; on fewer where the history since the model learned is too short for both.
    min_conversions
        Leads that converted, and leads that did not, needed on either side.
    redraws, seed
        Of the bootstrap by lead that judges.
    """

    days: float = 90.0
    min_conversions: int = 20
    redraws: int = 400
    seed: int = 0


@dataclass(frozen=True)
class Matured:
    """Matured answers on rows that the model has not learned from.

    Attributes
    ----------
    margin, label, cutoff
        Shape (rows,): additive log-odds before calibration; what came of them; microseconds UTC.
    lead
        Shape (rows,): a code of the lead.
    """

    margin: Floats
    label: Floats
    lead: NDArray[np.int64]
    cutoff: Moments

    def take(self, rows: NDArray[np.intp]) -> "Matured":
        """Keep some rows."""
        return Matured(self.margin[rows], self.label[rows], self.lead[rows], self.cutoff[rows])


@dataclass(frozen=True)
class Cut:
    """Positions of rows: `judged` the newest; `earlier` had matured when those began; `newest`."""

    earlier: NDArray[np.intp]
    judged: NDArray[np.intp]
    newest: NDArray[np.intp]


@dataclass(frozen=True)
class Tried:
    """One repair on the judged rows: how much less log loss than what stood before it."""

    kind: Kind
    gain: Interval


@dataclass(frozen=True)
class Repair:
    """What was decided.

    Attributes
    ----------
    kind, line
        Which repair, and its slope and shift.
    why
        What was shown, or why nothing is changed, in a sentence.
    tried
        Every repair that was judged.
    cut
        The rows that it was fitted and judged on; missing where there were too few.
    held_out
        Shape of `cut.judged`: probabilities by repairs that knew neither their time nor their lead.
    """

    kind: Kind
    line: Line
    why: str
    tried: tuple[Tried, ...] = ()
    cut: Cut | None = None
    held_out: Floats = field(default_factory=lambda: np.empty(0))


def told(found: Repair) -> dict[str, Any]:
    """Give what was decided as plain data."""
    return {
        "kind": found.kind,
        "slope": found.line[0],
        "shift": found.line[1],
        "why": found.why,
        "tried": [
            {"kind": one.kind, "gain": {end: _plain(getattr(one.gain, end)) for end in _ENDS}}
            for one in found.tried
        ],
    }


def _plain(value: float) -> float | None:
    return value if np.isfinite(value) else None


def lacking(rows: Matured, cut: Cut, least: int) -> str:
    """Say what is missing to fit and to judge a repair; nothing if enough is there."""
    for part, purpose in ((cut.earlier, "fit a repair on"), (cut.judged, "judge it on")):
        found = paired_trial.fewest(rows.label[part], rows.lead[part])
        if found < least:
            return (
                f"too few matured outcomes to {purpose}: {found} leads of the rarer kind "
                f"(converted or not) among {len(part):,} snapshots, {least} are asked for; "
                "wait for more outcomes to mature"
            )
    return ""


def why_not(rows: Matured, cut: Cut, tried: list[Tried]) -> str:
    """Say that no repair wins, and what was tried."""
    said = ", ".join(
        f"{one.kind} {one.gain.value:+.4f} ({one.gain.low:+.4f} to {one.gain.high:+.4f})"
        for one in tried
    )
    return f"no repair wins beyond noise in log loss on {_days(rows, cut.judged)}: {said or FLAT}"


def why(rows: Matured, cut: Cut, line: Line, gain: Interval) -> str:
    """Say which repair wins, on which rows, by how much."""
    return (
        f"log-odds times {line[0]:.3f} and {line[1]:+.3f}, fitted on {_days(rows, cut.newest)}; "
        f"held out by lead and in time order on {_days(rows, cut.judged)} it gains "
        f"{gain.value:+.4f} in log loss ({gain.low:+.4f} to {gain.high:+.4f})"
    )


def _days(rows: Matured, part: NDArray[np.intp]) -> str:
    ends = (day_of(int(end)) for end in (rows.cutoff[part].min(), rows.cutoff[part].max()))
    return f"{len(part):,} snapshots of {' to '.join(ends)}"

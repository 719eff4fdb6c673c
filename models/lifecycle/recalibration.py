"""The input and the decision of a recalibration, and its sentences.

Decided here: a sentence names its rows, the gain and its interval, so that it is complete as the
grounds of a version.
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
class Matured:
    """Matured predictions on rows that the model was not trained on.

    Attributes
    ----------
    margin, label, cutoff
        Shape (rows,): additive log-odds before calibration; 1 or 0; microseconds UTC.
    lead
        Shape (rows,): a code of the lead.
    """

    margin: Floats
    label: Floats
    lead: NDArray[np.int64]
    cutoff: Moments

    def take(self, rows: NDArray[np.intp]) -> "Matured":
        """Select some rows."""
        return Matured(self.margin[rows], self.label[rows], self.lead[rows], self.cutoff[rows])


@dataclass(frozen=True)
class Cut:
    """Positions of rows: `judged` the newest; `earlier` had matured when those began; `newest`."""

    earlier: NDArray[np.intp]
    judged: NDArray[np.intp]
    newest: NDArray[np.intp]


@dataclass(frozen=True)
class Tried:
    """One candidate on the judged rows: its gain in log loss over the best before it."""

    kind: Kind
    gain: Interval


@dataclass(frozen=True)
class Recalibration:
    """The decision about a recalibration.

    Attributes
    ----------
    kind, line
        The kind, and its slope and shift.
    why
        The evidence, or the reason why nothing is changed, in a sentence.
    tried
        Every candidate that was judged.
    cut
        The rows of the fit and of the judgement; None where there were too few.
    held_out
        Shape of `cut.judged`: probabilities by lines of earlier outcomes of other leads.
    """

    kind: Kind
    line: Line
    why: str
    tried: tuple[Tried, ...] = ()
    cut: Cut | None = None
    held_out: Floats = field(default_factory=lambda: np.empty(0))


def as_plain(decision: Recalibration) -> dict[str, Any]:
    """Return the decision as plain data."""
    return {
        "kind": decision.kind,
        "slope": decision.line[0],
        "shift": decision.line[1],
        "why": decision.why,
        "tried": [
            {"kind": one.kind, "gain": {end: _plain(getattr(one.gain, end)) for end in _ENDS}}
            for one in decision.tried
        ],
    }


def _plain(value: float) -> float | None:
    return value if np.isfinite(value) else None


def lacking(rows: Matured, cut: Cut, least: int) -> str:
    """State what is missing to fit and to judge; an empty text if there is enough.

    Parameters
    ----------
    rows
        The matured predictions.
    cut
        The rows of the fit and of the judgement.
    least
        Leads that converted, and leads that did not, needed on either side.
    """
    for part, purpose in ((cut.earlier, "fit a repair on"), (cut.judged, "judge it on")):
        leads = paired_trial.fewest(rows.label[part], rows.lead[part])
        if leads < least:
            return (
                f"too few matured outcomes to {purpose}: {leads} leads of the rarer kind "
                f"(converted or not) among {len(part):,} snapshots, {least} are asked for; "
                "wait for more outcomes to mature"
            )
    return ""


def why_not(rows: Matured, cut: Cut, tried: list[Tried]) -> str:
    """State that no candidate wins, with the gains of those tried.

    Parameters
    ----------
    rows, cut
        The matured predictions, and those that were judged.
    tried
        Every candidate that was judged.
    """
    gains = ", ".join(
        f"{one.kind} {one.gain.value:+.4f} ({one.gain.low:+.4f} to {one.gain.high:+.4f})"
        for one in tried
    )
    return f"no repair wins beyond noise in log loss on {_days(rows, cut.judged)}: {gains or FLAT}"


def why(rows: Matured, cut: Cut, line: Line, gain: Interval) -> str:
    """State which line wins, on which rows, and its gain.

    Parameters
    ----------
    rows, cut
        The matured predictions, and those of the fit and of the judgement.
    line
        Slope and shift.
    gain
        In log loss, with its interval.
    """
    return (
        f"log-odds times {line[0]:.3f} and {line[1]:+.3f}, fitted on {_days(rows, cut.newest)}; "
        f"held out by lead and in time order on {_days(rows, cut.judged)} it gains "
        f"{gain.value:+.4f} in log loss ({gain.low:+.4f} to {gain.high:+.4f})"
    )


def _days(rows: Matured, part: NDArray[np.intp]) -> str:
    ends = (day_of(int(end)) for end in (rows.cutoff[part].min(), rows.cutoff[part].max()))
    return f"{len(part):,} snapshots of {' to '.join(ends)}"

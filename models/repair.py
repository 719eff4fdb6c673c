"""Repair before retraining: new outcomes move the probabilities and never the order of leads.

Decided here: what is repaired is the log-odds z of the probability that was shown, first by a shift
(the base rate has moved), then by a shift and a slope above 0 (it was too sure, or not enough):

    repaired log-odds = slope * z + shift

Each must win before it is used, in time order and by lead at once: it is fitted on the outcomes of
some latest days as they were known when the judged rows began, so an embargo lies between the two,
and judged on the newest days, on leads that it was not fitted on. The 95 % interval of the gain in
log loss, over redraws by lead, must lie above zero; a slope must win beyond the shift. Only then is
the one that won fitted again, on the newest days. Otherwise nothing is changed, and why is said.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from features.timeline import DAY, Moments
from models import calibration, interval, level, promotion
from models.calibration import Calibration, log_losses, logit
from models.lead_model import LeadModel
from models.metrics import Interval
from models.origins import day_of, matured_by
from models.split import folds_by_lead
from models.training_set import Floats

Kind = Literal["none", "shift", "slope"]
Line = tuple[float, float]
"""Slope and shift."""
Fitter = Callable[[Floats, Floats], Line]

LEAST_SLOPE: Final = 0.05
"""A flatter line says that the order does not hold any more: nothing to repair by calibration."""
UNCHANGED: Final[Line] = (1.0, 0.0)
_FOLDS: Final = 5
_ENDS: Final = ("value", "low", "high")
_FLAT: Final = "the slope falls to nothing: the order does not hold any more, train anew"


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


_NONE: Final = Tried("none", Interval(0.0, 0.0, 0.0))


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


def decide(
    curve: Calibration, rows: Matured, embargo: int, settings: RepairSettings | None = None
) -> Repair:
    """Choose a repair of a calibration, or none.

    >>> rng = np.random.default_rng(0)
    >>> margin, cutoff = rng.normal(-2.0, 1.0, 6000), np.arange(6000) * DAY // 20
    >>> label = (rng.random(6000) < calibration.expit(margin + 1.0)).astype(float)
    >>> found = decide(Calibration(), Matured(margin, label, np.arange(6000), cutoff), 30 * DAY)
    >>> found.kind, bool(0.8 < found.line[1] < 1.2)
    ('shift', True)

    Parameters
    ----------
    curve
        The calibration that answers.
    rows
        What has matured since its model learned.
    embargo
        Microseconds from a cutoff until its label is known, at least the horizon.
    settings
        Missing means the defaults.
    """
    settings = settings or RepairSettings()
    cut = _cut(rows.cutoff, embargo, settings.days)
    lacking = _lacking(rows, cut, settings.min_conversions)
    if lacking:
        return Repair("none", UNCHANGED, lacking)
    stands, best, tried = curve.probability(rows.margin[cut.judged]), _NONE, []
    for kind, fitter in _FITTERS.items():
        said = _held_out(curve, rows, cut, fitter, settings.seed)
        if said is None:
            continue
        tried.append(Tried(kind, _gain(rows.take(cut.judged), stands, said, settings)))
        if tried[-1].gain.low > 0.0:
            best, stands = tried[-1], said
    if best.kind == "none":
        return Repair("none", UNCHANGED, _why_not(rows, cut, tried), tuple(tried), cut)
    line = _FITTERS[best.kind](_shown(curve, rows.take(cut.newest)), rows.label[cut.newest])
    if line[0] < LEAST_SLOPE:
        return Repair("none", UNCHANGED, _FLAT, tuple(tried), cut)
    return Repair(best.kind, line, _why(rows, cut, line, best.gain), tuple(tried), cut, stands)


def repaired(model: LeadModel, rows: Matured, found: Repair, horizon_days: float) -> LeadModel:
    """Give the model with its calibration repaired and its interval learned anew.

    The interval is learned from the rows of the fit, each by a repair of other leads. How far a
    base rate moves between periods, few days cannot show: the larger of what the model knew and of
    what they say holds.

    Parameters
    ----------
    model, rows, found
        As `decide` was given and gave; a repair was found.
    horizon_days
        Length of the periods.
    """
    newest = rows if found.cut is None else rows.take(found.cut.newest)
    said = _of_other_leads(model.calibration, newest, found.kind)
    period = interval.periods(newest.cutoff, round(horizon_days * DAY))
    sure = interval.learn(said, newest.label, newest.lead, period)
    return replace(
        model,
        calibration=model.calibration.moved(*found.line),
        interval=replace(sure, period=max(sure.period, model.interval.period)),
        choices=model.choices | {"repair": told(found)},
    )


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


def _of_other_leads(curve: Calibration, rows: Matured, kind: Kind, seed: int = 0) -> Floats:
    """Give every row the repaired probability by a repair that was fitted on other leads."""
    every = np.arange(len(rows.label))
    said = _held_out(curve, rows, Cut(every, every, every), _FITTERS[kind], seed)
    return curve.probability(rows.margin) if said is None else said


def _cut(cutoff: Moments, embargo: int, days: float) -> Cut:
    """Lay out the rows: the newest days judge, as many before the embargo teach the judged."""
    nothing = np.empty(0, np.intp)
    if not len(cutoff):
        return Cut(nothing, nothing, nothing)
    last, span = int(cutoff.max()), int(cutoff.max() - cutoff.min())
    most = round(days * DAY)
    newest = np.flatnonzero(cutoff > last - most)
    length = min(most, (span - embargo) // 2 + 1)
    if length <= 0:
        return Cut(nothing, nothing, newest)
    judged = cutoff > last - length
    begins = int(cutoff[judged].min())
    earlier = matured_by(cutoff, begins, embargo) & (cutoff > begins - embargo - length)
    return Cut(np.flatnonzero(earlier), np.flatnonzero(judged), newest)


def _held_out(
    curve: Calibration, rows: Matured, cut: Cut, fitter: Fitter, seed: int
) -> Floats | None:
    """Repair the judged rows by what was known before them, of other leads; None if too flat."""
    fold = folds_by_lead(rows.lead, rows.label, _FOLDS, seed)
    out = np.empty(len(cut.judged))
    for k in range(_FOLDS):
        taught = rows.take(cut.earlier[fold[cut.earlier] != k])
        line = fitter(_shown(curve, taught), taught.label)
        if line[0] < LEAST_SLOPE:
            return None
        mine = fold[cut.judged] == k
        out[mine] = curve.moved(*line).probability(rows.margin[cut.judged[mine]])
    return out


def _shown(curve: Calibration, rows: Matured) -> Floats:
    """Give the log-odds of what was shown."""
    return logit(curve.probability(rows.margin))


def _shift(shown: Floats, label: Floats) -> Line:
    return 1.0, level.shift(shown, label)


def _slope(shown: Floats, label: Floats) -> Line:
    slope, shift = calibration.fit("sigmoid", shown, label).parameters
    return slope, shift


_FITTERS: Final[dict[Kind, Fitter]] = {"shift": _shift, "slope": _slope}


def _gain(rows: Matured, before: Floats, after: Floats, settings: RepairSettings) -> Interval:
    gain = log_losses(before, rows.label) - log_losses(after, rows.label)
    return promotion.by_lead(gain, rows.lead, settings.redraws, settings.seed)


def _lacking(rows: Matured, cut: Cut, least: int) -> str:
    """Say what is missing to fit and to judge a repair; nothing if enough is there."""
    for part, purpose in ((cut.earlier, "fit a repair on"), (cut.judged, "judge it on")):
        found = promotion.fewest(rows.label[part], rows.lead[part])
        if found < least:
            return (
                f"too few matured outcomes to {purpose}: {found} leads of the rarer kind "
                f"(converted or not) among {len(part):,} snapshots, {least} are asked for; "
                "wait for more outcomes to mature"
            )
    return ""


def _why_not(rows: Matured, cut: Cut, tried: list[Tried]) -> str:
    said = ", ".join(
        f"{one.kind} {one.gain.value:+.4f} ({one.gain.low:+.4f} to {one.gain.high:+.4f})"
        for one in tried
    )
    return f"no repair wins beyond noise in log loss on {_days(rows, cut.judged)}: {said or _FLAT}"


def _why(rows: Matured, cut: Cut, line: Line, gain: Interval) -> str:
    return (
        f"log-odds times {line[0]:.3f} and {line[1]:+.3f}, fitted on {_days(rows, cut.newest)}; "
        f"held out by lead and in time order on {_days(rows, cut.judged)} it gains "
        f"{gain.value:+.4f} in log loss ({gain.low:+.4f} to {gain.high:+.4f})"
    )


def _days(rows: Matured, part: NDArray[np.intp]) -> str:
    ends = (day_of(int(end)) for end in (rows.cutoff[part].min(), rows.cutoff[part].max()))
    return f"{len(part):,} snapshots of {' to '.join(ends)}"

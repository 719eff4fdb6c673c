"""The picture of the splits, from their plan."""

from typing import Final

import numpy as np
import pandas as pd

from features.timeline import DAY, from_moments
from features.wording.sentences import Language
from models.charts import Axis, ChartText, Lane, Span, timeline
from models.stats.split_plan import SplitPart, SplitPlan
from pipelines.reports.evaluation.terms import PARTS
from pipelines.reports.translation import gettext, number, translate

_LANES: Final = {"train": 0, "calibration": 2, "test": 1}
_MOST_MARKS: Final = 8
_MONTHS: Final = (1, 2, 3, 6, 12, 24)


def picture(plan: SplitPlan, language: Language = "en") -> str:
    """Draw the plan as SVG.

    Parameters
    ----------
    plan
        The parts of the split, with their cutoffs.
    language
        The language of all texts.
    """
    parts = [plan.part(name) for name in _LANES]
    longest = max(plan.windows_days, default=0.0)
    firsts = [part.first_cutoff for part in parts if part.first_cutoff is not None]
    start = min(firsts, default=plan.observed_until) / DAY - longest
    end = max(plan.observed_until / DAY, _end(parts[-1], plan.horizon_days))
    axis = Axis("", start, end, marks=_months(start, end))
    key = gettext(
        "strokes: cutoffs; pale before: longest window (%(window)s d); pale after: horizon "
        "(%(horizon)s d); dashed: end of observation",
        language,
        window=f"{longest:g}",
        horizon=f"{plan.horizon_days:g}",
    )
    words = ChartText(
        f"splits-{language}", gettext("The splits", language), _summary(plan, language)
    )
    lanes = [_lane(part, plan, longest, language) for part in parts]
    return timeline(words, axis, lanes, _embargo(plan, language), key, plan.observed_until / DAY)


def _lane(part: SplitPart, plan: SplitPlan, longest: float, language: Language) -> Lane:
    note = gettext(
        "%(rows)s snapshots, %(conversions)s converted",
        language,
        rows=number(part.rows, language),
        conversions=number(part.conversions, language),
    )
    cutoffs = part.cutoffs
    if not cutoffs and part.first_cutoff is not None and part.last_cutoff is not None:
        cutoffs = (part.first_cutoff, part.last_cutoff)
    return Lane(
        name=translate(PARTS[part.name], language),
        note=note,
        cutoffs=tuple(cutoff / DAY for cutoff in cutoffs),
        window=longest,
        horizon=plan.horizon_days,
        rank=_LANES[part.name],
    )


def _embargo(plan: SplitPlan, language: Language) -> Span | None:
    last = plan.part("calibration").last_cutoff or plan.part("train").last_cutoff
    first = plan.part("test").first_cutoff
    if last is None or first is None:
        return None
    name = gettext("embargo %(days)s d", language, days=f"{plan.embargo_days:g}")
    return Span(name, last / DAY, first / DAY)


def _end(part: SplitPart, horizon_days: float) -> float:
    return 0.0 if part.last_cutoff is None else part.last_cutoff / DAY + horizon_days


def _summary(plan: SplitPlan, language: Language) -> str:
    summaries = []
    for part in plan.parts:
        ends = [_date(at) for at in (part.first_cutoff, part.last_cutoff) if at is not None]
        rows = number(part.rows, language)
        name = translate(PARTS[part.name], language)
        summaries.append(f"{name}: {rows} ({' – '.join(ends)})")
    return "; ".join(summaries)


def _date(moment: int) -> str:
    return f"{from_moments(np.array([moment]))[0]:%Y-%m-%d}"


def _months(start: float, end: float) -> tuple[tuple[float, str], ...]:
    """Mark the first days of months, every so many that they do not touch."""
    epoch = pd.Timestamp(0, tz="UTC")
    ends = [epoch + pd.Timedelta(days=days) for days in (start, end)]
    firsts = pd.date_range(ends[0].normalize(), ends[1], freq="MS")
    if len(firsts) < 2:  # noqa: PLR2004 (a span without two months is marked by its weeks)
        weeks = pd.date_range(ends[0].normalize(), ends[1], freq="7D")
        return tuple(((at - epoch) / pd.Timedelta(days=1), f"{at:%m-%d}") for at in weeks[-8:])
    step = next((s for s in _MONTHS if len(firsts) / s <= _MOST_MARKS), _MONTHS[-1])
    marked = [at for at in firsts if (at.year * 12 + at.month - 1) % step == 0]
    return tuple(((at - epoch) / pd.Timedelta(days=1), f"{at:%Y-%m}") for at in marked)

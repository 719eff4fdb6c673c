"""The picture of how long conversions take, with the horizon and the windows that are suggested.

Decided here: conversions and the activities before them share one axis of days, since a horizon
looks as far ahead as a window looks back.
"""

from collections.abc import Iterable
from typing import Final

from features.time_to_conversion import LADDER, TimeToConversion
from models.charts import Axis, Chosen, Point, Steps, Words, steps
from models.charts.axes import say as written
from pipelines.reports.evaluation.words import Language, phrase

_FROM: Final = 0.5
_MARKS: Final = (*LADDER, 730.0, 1825.0, 3650.0)
_APART: Final = (1.6, 0.06)
"""Words stand beside points whose days differ by this factor, or their shares by so much."""


def picture(found: TimeToConversion, language: Language = "en") -> str:
    """Draw what was measured and what is suggested as SVG."""
    axis = Axis(
        phrase("x_days", language, of=_counts(found, language)),
        _FROM,
        _last(found),
        marks=_marks(found),
    )
    share = Axis(phrase("y_share_within", language), 0.0, 1.0, "percent")
    key = f"conversion-times-{language}"
    words = Words(key, phrase("conversion_times", language), summary(found, language))
    return steps(words, axis, share, _curves(found, language), _horizon(found, language))


def summary(found: TimeToConversion, language: Language) -> str:
    """Say the figures of the picture in a line."""
    told = [
        phrase("quantile_said", language, share=written(level, "percent"), days=_days(days))
        for level, days in found.quantiles_days
    ]
    chosen = [] if found.horizon_days is None else [_horizon_said(found.horizon_days, language)]
    windows = ", ".join(f"{days:g}" for days in found.windows_days)
    chosen += [phrase("windows_said", language, days=windows)] if windows else []
    return "; ".join([_counts(found, language), *told, *chosen])


def _counts(found: TimeToConversion, language: Language) -> str:
    counts = {"leads": f"{found.leads:,}", "conversions": f"{found.conversions:,}"}
    return phrase("converted_said", language, **counts)


def _last(found: TimeToConversion) -> float:
    """Tell where the axis ends: at a mark behind both curves."""
    ends = [days for days, _ in (*found.conversion_curve[-1:], *found.activity_curve[-1:])]
    most = max([LADDER[-1], *ends])
    return next((days for days in _MARKS if days >= most), most)


def _marks(found: TimeToConversion) -> tuple[tuple[float, str], ...]:
    return tuple((days, f"{days:g}") for days in _MARKS if days <= _last(found))


def _curves(found: TimeToConversion, language: Language) -> list[Steps]:
    quantiles = [
        (days, level, phrase("days_said", language, days=_days(days)))
        for level, days in found.quantiles_days
    ]
    shares = dict(found.activity_share)
    windows = [
        (days, shares[days], written(round(shares[days], 2), "percent"))
        for days in found.windows_days
    ]
    after, before = (phrase(f"{what}_within", language) for what in ("conversions", "activities"))
    return [
        Steps(after, found.conversion_curve, _points(quantiles)),
        Steps(before, found.activity_curve, _points(windows), falls=True),
    ]


def _points(told: Iterable[tuple[float, float, str]]) -> tuple[Point, ...]:
    """Let points speak that are apart enough, beginning on the right."""
    points: list[Point] = []
    spoken = (float("inf"), float("inf"))
    for days, share, said in sorted(told, reverse=True):
        place = max(days, _FROM)
        speaks = place * _APART[0] <= spoken[0] or share + _APART[1] <= spoken[1]
        points.append(Point(place, share, said if speaks else ""))
        spoken = (place, share) if speaks else spoken
    return tuple(points)


def _horizon(found: TimeToConversion, language: Language) -> Chosen | None:
    days = found.horizon_days
    return None if days is None else Chosen(days, _horizon_said(days, language))


def _horizon_said(days: float, language: Language) -> str:
    return phrase("horizon_said", language, days=f"{days:g}")


def _days(days: float) -> str:
    """Write days as a person does: parts of a day while they are few.

    >>> _days(0.25), _days(1.0), _days(34.4)
    ('0.25', '1', '34')
    """
    return f"{days:.0f}" if days >= 10 else f"{days:.2g}"  # noqa: PLR2004

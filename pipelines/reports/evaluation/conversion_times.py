"""The picture of how long conversions take, with the horizon and the windows that are suggested.

Decided here: conversions and the activities before them share one axis of days, since a horizon
looks as far ahead as a window looks back.
"""

from collections.abc import Iterable
from typing import Final

from features.time_to_conversion import LADDER, TimeToConversion
from features.wording.sentences import Language
from models.charts import Axis, ChartText, Chosen, Point, Steps, steps
from models.charts.axes import format_value as written
from pipelines.reports.translation import gettext, number

_FROM: Final = 0.5
_MARKS: Final = (*LADDER, 730.0, 1825.0, 3650.0)
_APART: Final = (1.6, 0.06)
"""Points have labels whose days differ by this factor, or whose shares differ by this much."""


def picture(times: TimeToConversion, language: Language = "en") -> str:
    """Draw what was measured and what is suggested as SVG.

    Parameters
    ----------
    times
        How long conversions take, and the suggested horizon and windows.
    language
        The language of all texts.
    """
    axis = Axis(
        gettext("Days, in growing steps (%(of)s)", language, of=_counts(times, language)),
        _FROM,
        _last(times),
        marks=_marks(times),
    )
    share = Axis(gettext("Share within so many days", language), 0.0, 1.0, "percent")
    key = f"conversion-times-{language}"
    words = ChartText(key, gettext("How long conversions take", language), summary(times, language))
    return steps(words, axis, share, _curves(times, language), _horizon(times, language))


def summary(times: TimeToConversion, language: Language) -> str:
    """Return the figures of the picture in a line of text.

    Parameters
    ----------
    times
        How long conversions take, and the suggested horizon and windows.
    language
        The language of all texts.
    """
    quantiles = [
        gettext(
            "%(share)s within %(days)s days",
            language,
            share=written(level, "percent"),
            days=_days(days),
        )
        for level, days in times.quantiles_days
    ]
    chosen = [] if times.horizon_days is None else [_horizon_label(times.horizon_days, language)]
    windows = ", ".join(f"{days:g}" for days in times.windows_days)
    chosen += [gettext("windows %(days)s days", language, days=windows)] if windows else []
    return "; ".join([_counts(times, language), *quantiles, *chosen])


def _counts(times: TimeToConversion, language: Language) -> str:
    counts = {
        "leads": number(times.leads, language),
        "conversions": number(times.conversions, language),
    }
    return gettext("%(leads)s leads, %(conversions)s converted", language, **counts)


def _last(times: TimeToConversion) -> float:
    """Return where the axis ends: at a mark behind both curves."""
    ends = [days for days, _ in (*times.conversion_curve[-1:], *times.activity_curve[-1:])]
    most = max([LADDER[-1], *ends])
    return next((days for days in _MARKS if days >= most), most)


def _marks(times: TimeToConversion) -> tuple[tuple[float, str], ...]:
    return tuple((days, f"{days:g}") for days in _MARKS if days <= _last(times))


def _curves(times: TimeToConversion, language: Language) -> list[Steps]:
    quantiles = [
        (days, level, gettext("%(days)s d", language, days=_days(days)))
        for level, days in times.quantiles_days
    ]
    shares = dict(times.activity_share)
    windows = [
        (days, shares[days], written(round(shares[days], 2), "percent"))
        for days in times.windows_days
    ]
    after = gettext("conversions, so long after the lead came", language)
    before = gettext("activities, so long before the conversion", language)
    return [
        Steps(after, times.conversion_curve, _points(quantiles)),
        Steps(before, times.activity_curve, _points(windows), falls=True),
    ]


def _points(places: Iterable[tuple[float, float, str]]) -> tuple[Point, ...]:
    """Return the points of a curve; a label stays where it is clear of the one on its right."""
    points: list[Point] = []
    labelled = (float("inf"), float("inf"))
    for days, share, label in sorted(places, reverse=True):
        place = max(days, _FROM)
        is_clear = place * _APART[0] <= labelled[0] or share + _APART[1] <= labelled[1]
        points.append(Point(place, share, label if is_clear else ""))
        labelled = (place, share) if is_clear else labelled
    return tuple(points)


def _horizon(times: TimeToConversion, language: Language) -> Chosen | None:
    days = times.horizon_days
    return None if days is None else Chosen(days, _horizon_label(days, language))


def _horizon_label(days: float, language: Language) -> str:
    return gettext("horizon %(days)s d", language, days=f"{days:g}")


def _days(days: float) -> str:
    """Write days as a person does: parts of a day while they are few.

    >>> _days(0.25), _days(1.0), _days(34.4)
    ('0.25', '1', '34')
    """
    return f"{days:.0f}" if days >= 10 else f"{days:.2g}"  # noqa: PLR2004

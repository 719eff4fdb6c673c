"""A lead's history: its probability over time, and below, on the same days, its activities.

Decided here: days are counted back from now, which is 0. The line is above the axis, one row of
marks per activity type below it.
"""

from dataclasses import dataclass

from models.charts import style
from models.charts.axes import Axis, Plot
from models.charts.svg import ChartText, marker, path, picture, tag, text

_ROW = 22.0
_DAYS = 40.0
_LINE = 190.0


@dataclass(frozen=True)
class Row:
    """One type of activity, and the days on which it happened (negative: before now)."""

    name: str
    days: tuple[float, ...]


@dataclass(frozen=True)
class ProbabilityCourse:
    """The probability over the days, oldest first."""

    days: tuple[float, ...]
    probability: tuple[float, ...]


def story(words: ChartText, days: Axis, course: ProbabilityCourse, rows: list[Row]) -> str:
    """Draw the probabilities, and below them the rows of activities.

    Parameters
    ----------
    words
        Title and summary.
    days
        The axis: its first day, now, and the text of its ticks.
    course
        The probabilities.
    rows
        The activities.
    """
    left = 24 + max((style.width_of(row.name, style.SMALL) for row in rows), default=0.0)
    plot = Plot(
        days,
        Axis("", 0.0, max([0.02, *course.probability]) * 1.1, "percent"),
        left=max(left, 62.0),
        right=44.0,
        height=_LINE + _DAYS + _ROW * len(rows),
        bottom=_DAYS + _ROW * len(rows),
    )
    places = plot.points(course.days, course.probability)
    color = style.color(0)
    drawn = [
        tag("path", d=path(places), fill="none", stroke=color, stroke_width=style.STROKE + 0.8),
        *[marker("circle", x, y, fill=color) for x, y in places],
    ]
    for number, row in enumerate(rows):
        drawn += _row(plot, _LINE + _DAYS + _ROW * number - 8, row)
    return picture(words, plot.width, plot.height, plot.draw(), *drawn)


def _row(plot: Plot, y: float, row: Row) -> list[str]:
    ends = path([(plot.left, y), (plot.width - plot.right, y)])
    return [
        tag("path", d=ends, stroke=style.GRID, stroke_width=1),
        text(plot.left - 8, y + 4, row.name, text_anchor="end", font_size=style.SMALL),
        *[
            marker("diamond", plot.px(day), y, fill=style.color(1), fill_opacity=0.75)
            for day in row.days
        ],
    ]

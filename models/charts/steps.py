"""Shares that grow with time, as step curves, with labelled points and a highlighted time.

Decided here: days are on a logarithmic scale, because an hour and a year both matter. The label of
a point stands beside its step, below it for the first curve and above it for the second.
"""

import itertools
import math
from dataclasses import dataclass

from models.charts import style
from models.charts.axes import Axis, Plot
from models.charts.svg import ChartText, marker, path, picture, tag, text

_TOP, _ROW = 40.0, 18.0


@dataclass(frozen=True)
class Point:
    """A point on a curve and its label; empty where there is no room."""

    days: float
    share: float
    label: str = ""


@dataclass(frozen=True)
class Steps:
    """One curve: its name, (days, share) ascending, and its labelled points.

    `falls` draws a line from each point down to its days.
    """

    name: str
    curve: tuple[tuple[float, float], ...]
    points: tuple[Point, ...] = ()
    falls: bool = False


@dataclass(frozen=True)
class Chosen:
    """A chosen time in days, and its name."""

    days: float
    name: str


def steps(
    words: ChartText, days: Axis, share: Axis, curves: list[Steps], chosen: Chosen | None = None
) -> str:
    """Draw the curves, named above; the axis `days` is in days and drawn logarithmically.

    Parameters
    ----------
    words
        Title and summary.
    days, share
        The axes; the marks of `days` are in days too.
    curves
        At most two.
    chosen
        A time to highlight with a vertical line.
    """
    plot = Plot(_logarithmic(days), share, width=680, height=400, top=_TOP + _ROW, right=62)
    drawn = [_upright(plot, chosen)] if chosen else []
    drawn += [_steps(plot, one, rank) for rank, one in enumerate(curves)]
    legend = _legend(plot, [one.name for one in curves])
    return picture(words, plot.width, plot.height, plot.draw(), *drawn, *legend)


def _logarithmic(days: Axis) -> Axis:
    marks = tuple((math.log(at), label) for at, label in days.marks)
    return Axis(days.label, math.log(days.low), math.log(days.high), marks=marks)


def _steps(plot: Plot, one: Steps, rank: int) -> str:
    color = style.color(rank)
    drawn = [_curve(plot, one, rank)] if one.curve else []
    for point in one.points:
        x, y = plot.px(math.log(point.days)), plot.py(point.share)
        if one.falls:
            ends = path([(x, y), (x, plot.height - plot.bottom)])
            drawn.append(tag("path", d=ends, stroke=color, stroke_dasharray="2 3"))
        drawn.append(marker(style.MARKERS[rank], x, y, fill=color))
        drawn.append(_label(plot, (x, y), point.label, rank))
    return tag("g", *drawn)


def _label(plot: Plot, place: tuple[float, float], label: str, rank: int) -> str:
    """Write the label of a point: right and below for the first curve, else left and above."""
    right, base = rank == 0, plot.height - plot.bottom
    x = place[0] + (9 if right else -8)
    y = min(place[1] + (14 if right else -7), base - 4)
    anchor = "start" if right else "end"
    return text(x, y, label, text_anchor=anchor, font_size=style.SMALL, fill=style.color(rank))


def _curve(plot: Plot, one: Steps, rank: int) -> str:
    """Draw every step: level to its days, then up."""
    at = [(math.log(days), share) for days, share in one.curve]
    places = [(plot.px(at[0][0]), plot.py(0.0))]
    for (_, before), (days, share) in itertools.pairwise([(0.0, 0.0), *at]):
        places += [(plot.px(days), plot.py(before)), (plot.px(days), plot.py(share))]
    places.append((plot.width - plot.right, plot.py(at[-1][1])))
    return tag(
        "path",
        d=path(places),
        fill="none",
        stroke=style.color(rank),
        stroke_width=style.STROKE + 0.8 * (rank == 0),
        stroke_dasharray=style.dash(rank),
        stroke_linejoin="round",
    )


def _upright(plot: Plot, chosen: Chosen) -> str:
    x, base = plot.px(math.log(chosen.days)), plot.height - plot.bottom
    ends = path([(x, plot.top - 4), (x, base)])
    return tag(
        "g",
        tag("path", d=ends, stroke=style.INK, stroke_width=1.4),
        text(x, plot.top - 9, chosen.name, text_anchor="middle", font_weight="600"),
    )


def _legend(plot: Plot, names: list[str]) -> list[str]:
    drawn, at = [], plot.left
    for rank, name in enumerate(names):
        ends = {"x1": at, "x2": at + 24, "y1": 16, "y2": 16}
        color, pattern = style.color(rank), style.dash(rank)
        drawn.append(tag("line", stroke=color, stroke_width=2.2, stroke_dasharray=pattern, **ends))
        drawn.append(marker(style.MARKERS[rank], at + 12, 16, fill=color))
        drawn.append(text(at + 31, 20, name))
        at += 60 + style.width_of(name)
    return drawn

"""Shares that grow with time, as steps, with the points on them that matter and a span across.

Decided here: days stand on a logarithmic scale, as an hour and a year both matter. A point says its
own words beside its step, the first curve's below it and the second's above, where curves that end
at all leave room.
"""

import itertools
import math
from dataclasses import dataclass

from models.charts import style
from models.charts.axes import Axis, Plot
from models.charts.svg import Words, marker, path, picture, tag, text

_TOP, _ROW = 40.0, 18.0


@dataclass(frozen=True)
class Point:
    """A place on a curve, and what is said of it; nothing is said where there is no room."""

    days: float
    share: float
    said: str = ""


@dataclass(frozen=True)
class Steps:
    """One curve: its name, (days, share) ascending, and the points that are told on it.

    `falls` draws a line from each point down to its days.
    """

    name: str
    curve: tuple[tuple[float, float], ...]
    points: tuple[Point, ...] = ()
    falls: bool = False


@dataclass(frozen=True)
class Chosen:
    """A span that was chosen, and its name."""

    days: float
    name: str


def steps(
    words: Words, days: Axis, share: Axis, curves: list[Steps], chosen: Chosen | None = None
) -> str:
    """Draw the curves, named above; `days` is given in days and drawn by their logarithm.

    Parameters
    ----------
    words
        Title and summary.
    days, share
        The axes; the marks of `days` are in days too.
    curves
        At most as many as there is room for words: two.
    chosen
        A span to stand out over all of them.
    """
    plot = Plot(_logarithmic(days), share, width=680, height=400, top=_TOP + _ROW, right=62)
    drawn = [_upright(plot, chosen)] if chosen else []
    drawn += [_steps(plot, one, rank) for rank, one in enumerate(curves)]
    legend = _legend(plot, [one.name for one in curves])
    return picture(words, plot.width, plot.height, plot.draw(), *drawn, *legend)


def _logarithmic(days: Axis) -> Axis:
    marks = tuple((math.log(at), said) for at, said in days.marks)
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
        drawn.append(_said(plot, (x, y), point.said, rank))
    return tag("g", *drawn)


def _said(plot: Plot, place: tuple[float, float], said: str, rank: int) -> str:
    """Write beside a point: of the first curve to its right and below, else left and above."""
    right, base = rank == 0, plot.height - plot.bottom
    x = place[0] + (9 if right else -8)
    y = min(place[1] + (14 if right else -7), base - 4)
    anchor = "start" if right else "end"
    return text(x, y, said, text_anchor=anchor, font_size=style.SMALL, fill=style.color(rank))


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

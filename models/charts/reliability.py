"""Reliability diagram: the share that converted, by predicted probability."""

from dataclasses import dataclass, replace

from models.charts import style
from models.charts.axes import Axis, Plot
from models.charts.svg import ChartText, marker, path, picture, tag, text


@dataclass(frozen=True)
class Bin:
    """One bin: the mean predicted probability, the share that converted with its interval, rows."""

    predicted: float
    converted: float
    low: float
    high: float
    rows: int


def reliability(words: ChartText, x: Axis, y: Axis, bins: list[Bin], perfect: str) -> str:
    """Draw the converted share against the predicted probability.

    Parameters
    ----------
    words
        Title and summary.
    x, y
        The axes, of the same range.
    bins
        From the lowest to the highest probability.
    perfect
        The label of the diagonal.
    """
    plot = Plot(replace(x, label=x.label), y, width=460, height=420, right=24)
    end = min(x.high, y.high)
    diagonal = path(plot.points((0.0, end), (0.0, end)))
    drawn = [tag("path", d=diagonal, stroke=style.QUIET, stroke_dasharray="4 4", fill="none")]
    drawn.append(
        text(
            plot.px(end) - 8,
            plot.py(end) + 22,
            perfect,
            text_anchor="end",
            font_size=style.SMALL,
            fill=style.QUIET,
        )
    )
    color = style.color(0)
    drawn += [_interval(plot, bin_, color) for bin_ in bins]
    places = [(plot.px(bin_.predicted), plot.py(bin_.converted)) for bin_ in bins]
    if places:
        drawn.append(tag("path", d=path(places), fill="none", stroke=color, stroke_width=2))
    drawn += [marker("circle", at, up, fill=color) for at, up in places]
    return picture(words, plot.width, plot.height, plot.draw(), *drawn)


def _interval(plot: Plot, bin_: Bin, color: str) -> str:
    at = plot.px(bin_.predicted)
    return tag(
        "line",
        x1=at,
        x2=at,
        y1=plot.py(bin_.low),
        y2=plot.py(bin_.high),
        stroke=color,
        stroke_width=1.4,
        stroke_opacity=0.6,
    )

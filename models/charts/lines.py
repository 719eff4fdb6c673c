"""Lines with optional intervals, labelled at their right ends."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.charts import style
from models.charts.axes import Axis, Plot
from models.charts.svg import ChartText, marker, path, picture, tag, text

_ROOM = 15.0


@dataclass(frozen=True)
class LineSeries:
    """One series: its name, its points, an interval around them if there is one.

    `rank` chooses colour, dash and marker; 0 is the model's. `marked` draws the points.
    """

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    rank: int = 0
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    marked: bool = False


def lines(
    words: ChartText, x: Axis, y: Axis, series: list[LineSeries], diagonal: tuple[float, ...] = ()
) -> str:
    """Draw the series, the first on top.

    Parameters
    ----------
    words
        Title and summary.
    x, y
        The axes.
    series
        The lines.
    diagonal
        A reference line: x1, y1, x2, y2; empty draws none.
    """
    right = 42 + max((style.width_of(line.name, style.SMALL) for line in series), default=0)
    plot = Plot(x, y, right=right)
    drawn = [_line(plot, line) for line in reversed(series)]
    return picture(
        words,
        plot.width,
        plot.height,
        plot.draw(),
        _reference(plot, diagonal),
        *drawn,
        *_names(plot, series),
    )


def _reference(plot: Plot, ends: tuple[float, ...]) -> str:
    if not ends:
        return ""
    x1, y1, x2, y2 = ends
    return tag(
        "line",
        x1=plot.px(x1),
        y1=plot.py(y1),
        x2=plot.px(x2),
        y2=plot.py(y2),
        stroke=style.QUIET,
        stroke_width=1,
        stroke_dasharray="3 3",
    )


def _line(plot: Plot, line: LineSeries) -> str:
    color = style.color(line.rank)
    places = plot.points(line.x, line.y)
    drawn = []
    if line.low:
        around = plot.points(line.x, line.high) + plot.points(line.x, line.low)[::-1]
        drawn.append(tag("path", d=path(around) + "Z", fill=color, fill_opacity=0.13))
    drawn.append(
        tag(
            "path",
            d=path(places),
            fill="none",
            stroke=color,
            stroke_linejoin="round",
            stroke_width=style.STROKE + 0.8 * (line.rank == 0),
            stroke_dasharray=style.dash(line.rank),
        )
    )
    if line.marked:
        shape = style.MARKERS[line.rank % len(style.MARKERS)]
        drawn += [marker(shape, px, py, fill=color) for px, py in places]
    return tag("g", *drawn)


def _names(plot: Plot, series: list[LineSeries]) -> list[str]:
    """Write the names at the ends, moved apart where they would overlap."""
    start = plot.width - plot.right
    wanted = sorted((round(plot.py(line.y[-1])), at) for at, line in enumerate(series))
    places = _apart([place for place, _ in wanted], plot.top, plot.height - plot.bottom)
    drawn = []
    for place, (_, index) in zip(places, wanted, strict=True):
        line = series[index]
        ends = path([(start + 6, place), (start + 30, place)])
        stroke, pattern = style.color(line.rank), style.dash(line.rank)
        drawn.append(tag("path", d=ends, stroke=stroke, stroke_width=2, stroke_dasharray=pattern))
        weight = "600" if line.rank == 0 else None
        drawn.append(
            text(start + 35, place + 4, line.name, font_size=style.SMALL, font_weight=weight)
        )
    return drawn


def _apart(wanted: Sequence[float], top: float, bottom: float) -> list[float]:
    """Move ascending places apart, inside [top, bottom] as far as there is room.

    >>> _apart([10, 12, 60], 0, 100)
    [10, 25.0, 60]
    >>> _apart([95, 96], 0, 100)
    [85.0, 100]
    """
    places = list(wanted)
    for index in range(1, len(places)):
        places[index] = max(places[index], places[index - 1] + _ROOM)
    over = max(places[-1] - bottom, 0) if places else 0
    if over:
        places[-1] = bottom
        for index in range(len(places) - 2, -1, -1):
            places[index] = min(places[index], places[index + 1] - _ROOM)
    return [max(place, top) if len(places) == 1 else place for place in places]

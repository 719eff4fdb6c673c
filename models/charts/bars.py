"""Horizontal bars from zero, and dots with intervals, one row per item."""

from dataclasses import dataclass

from models.charts import style
from models.charts.axes import Axis, Plot, format_value
from models.charts.svg import ChartText, marker, picture, tag, text

_ROW = 26.0
_NOTED_ROW = 33.0
_TICK_ROOM = 45.0
"""Width of the text of a tick, in pixels."""


@dataclass(frozen=True)
class Bar:
    """One row: its name, its value, an interval if there is one, a small note below the name.

    `rank` chooses the colour; 0 is the model's.
    """

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    note: str = ""
    rank: int = 0


def bars(words: ChartText, x: Axis, rows: list[Bar]) -> str:
    """Draw bars from zero.

    Parameters
    ----------
    words
        Title and summary.
    x
        The axis of the values; it contains zero.
    rows
        From top to bottom.
    """
    plot = _plot(x, rows)
    drawn = []
    for index, row in enumerate(rows):
        zero, end = plot.px(0.0), plot.px(row.value)
        drawn.append(
            tag(
                "rect",
                x=min(zero, end),
                y=_middle(plot, rows, index) - 8,
                height=16,
                width=max(abs(end - zero), 0.8),
                fill=style.color(row.rank),
                rx=1.5,
            )
        )
        drawn.append(_whisker(plot, row, _middle(plot, rows, index), style.INK))
    return _finish(words, plot, rows, drawn)


def dots(words: ChartText, x: Axis, rows: list[Bar], reference: float | None = None) -> str:
    """Draw dots with their intervals.

    Parameters
    ----------
    words
        Title and summary.
    x
        The axis of the values.
    rows
        From top to bottom.
    reference
        The value of a vertical line to compare with.
    """
    plot = _plot(x, rows)
    drawn = []
    if reference is not None:
        at = plot.px(reference)
        drawn.append(
            tag(
                "line",
                x1=at,
                x2=at,
                y1=plot.top,
                y2=plot.height - plot.bottom,
                stroke=style.QUIET,
                stroke_dasharray="3 3",
            )
        )
    for index, row in enumerate(rows):
        color, middle = style.color(row.rank), _middle(plot, rows, index)
        shape = style.MARKERS[row.rank % len(style.MARKERS)]
        drawn.append(_whisker(plot, row, middle, color))
        drawn.append(marker(shape, plot.px(row.value), middle, fill=color))
    return _finish(words, plot, rows, drawn)


def _plot(x: Axis, rows: list[Bar]) -> Plot:
    wide = [max(1.14 * style.width_of(row.name), 0.85 * style.width_of(row.note)) for row in rows]
    left = 18 + max(wide, default=0)
    height = 62 + _row_height(rows) * max(len(rows), 1)
    return Plot(x, Axis("", 0, 1), height=height, left=min(left, 320), right=76, grid=False)


def _row_height(rows: list[Bar]) -> float:
    return _NOTED_ROW if any(row.note for row in rows) else _ROW


def _middle(plot: Plot, rows: list[Bar], index: int) -> float:
    return plot.top + _row_height(rows) * (index + 0.5)


def _whisker(plot: Plot, row: Bar, middle: float, color: str) -> str:
    if row.low is None or row.high is None:
        return ""
    low, high = plot.px(row.low), plot.px(row.high)
    return tag(
        "g",
        tag("line", x1=low, x2=high, y1=middle, y2=middle),
        tag("line", x1=low, x2=low, y1=middle - 4, y2=middle + 4),
        tag("line", x1=high, x2=high, y1=middle - 4, y2=middle + 4),
        stroke=color,
        stroke_width=1.6,
    )


def _finish(words: ChartText, plot: Plot, rows: list[Bar], drawn: list[str]) -> str:
    names = []
    for index, row in enumerate(rows):
        middle, weight = _middle(plot, rows, index), "600" if row.rank == 0 else None
        lift = 5 if row.note else 0
        edge = plot.left - 10
        names.append(text(edge, middle + 4 - lift, row.name, text_anchor="end", font_weight=weight))
        if row.note:
            names.append(
                text(
                    edge, middle + 10, row.note, text_anchor="end", font_size=9.5, fill=style.QUIET
                )
            )
        end = plot.width - plot.right + 8
        value = (
            f"{row.value:.3f}" if plot.x.form == "number" else format_value(row.value, plot.x.form)
        )
        names.append(text(end, middle + 4, value, font_size=style.SMALL, fill=style.QUIET))
    return picture(words, plot.width, plot.height, _verticals(plot), *drawn, *names)


def _verticals(plot: Plot) -> str:
    base = plot.height - plot.bottom
    drawn = []
    room = plot.width - plot.right - plot.left
    for value, words in plot.x.at(min(5, max(1, int(room / _TICK_ROOM)))):
        at = plot.px(value)
        drawn.append(tag("line", x1=at, x2=at, y1=plot.top, y2=base, stroke=style.GRID))
        drawn.append(
            text(
                at, base + 17, words, text_anchor="middle", font_size=style.SMALL, fill=style.QUIET
            )
        )
    across = (plot.left + plot.width - plot.right) / 2
    drawn.append(
        text(across, plot.height - 8, plot.x.label, text_anchor="middle", fill=style.QUIET)
    )
    return tag("g", *drawn)

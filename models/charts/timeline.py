"""Timeline of the splits: lanes with their cutoffs, windows before, horizons after, the embargo."""

import re
from dataclasses import dataclass

from models.charts import style
from models.charts.axes import Axis, Plot
from models.charts.svg import ChartText, picture, tag, text

_LANE = 54.0
_WIDTH = 720
_LINE = 14.0


@dataclass(frozen=True)
class Span:
    """A named stretch of time that is not a lane: the embargo."""

    name: str
    start: float
    end: float


@dataclass(frozen=True)
class Lane:
    """One part of the split: its name and note, its cutoffs, its window and its horizon.

    `window` reaches back from the first cutoff, `horizon` ahead from the last one, in the unit of
    the axis.
    """

    name: str
    note: str
    cutoffs: tuple[float, ...]
    window: float
    horizon: float
    rank: int = 0


def timeline(
    words: ChartText,
    x: Axis,
    lanes: list[Lane],
    embargo: Span | None,
    key: str,
    end: float | None = None,
) -> str:
    """Draw the lanes below one another.

    Parameters
    ----------
    words
        Title and summary.
    x
        The axis of time.
    lanes
        From top to bottom.
    embargo
        The embargo; None draws none.
    key
        The text that explains the shades.
    end
        The end of observation; None draws none.
    """
    left = 22 + max(max(style.width_of(n, 11.5) for n in (lane.name, lane.note)) for lane in lanes)
    lines = _wrapped(key, _WIDTH - 24)
    bottom = 62 + _LINE * (len(lines) - 1)
    height = 22 + bottom + _LANE * len(lanes)
    frame = {"height": height, "left": left, "bottom": bottom, "width": _WIDTH}
    plot = Plot(x, Axis("", 0, 1), top=22, grid=False, **frame)
    drawn = [_embargo(plot, embargo)] if embargo else []
    drawn += [_lane(plot, lane, index) for index, lane in enumerate(lanes)]
    if end is not None:
        drawn.append(_end(plot, end))
    return picture(words, plot.width, plot.height, *_dates(plot), *drawn, _key(plot, lines))


def _lane(plot: Plot, lane: Lane, index: int) -> str:
    middle = plot.top + _LANE * (index + 0.5)
    color = style.color(lane.rank)
    names = [
        text(plot.left - 12, middle - 2, lane.name, text_anchor="end", font_weight="600"),
        text(
            plot.left - 12,
            middle + 14,
            lane.note,
            text_anchor="end",
            font_size=style.SMALL,
            fill=style.QUIET,
        ),
    ]
    if not lane.cutoffs:
        return tag("g", *names)
    first, last = min(lane.cutoffs), max(lane.cutoffs)
    drawn = [
        _box(plot, (first - lane.window, first), middle, (color, 0.10)),
        _box(plot, (first, last), middle, (color, 0.42)),
        _box(plot, (last, last + lane.horizon), middle, (color, 0.20)),
    ]
    for cutoff in sorted(set(lane.cutoffs)):
        at = plot.px(cutoff)
        drawn.append(
            tag(
                "line", x1=at, x2=at, y1=middle - 11, y2=middle + 11, stroke=color, stroke_width=1.6
            )
        )
    return tag("g", *names, *drawn)


def _box(plot: Plot, span: tuple[float, float], middle: float, fill: tuple[str, float]) -> str:
    start, end = plot.px(span[0]), plot.px(span[1])
    return tag(
        "rect",
        x=start,
        y=middle - 11,
        width=max(end - start, 0.0),
        height=22,
        fill=fill[0],
        fill_opacity=fill[1],
    )


def _embargo(plot: Plot, embargo: Span) -> str:
    start, end = plot.px(embargo.start), plot.px(embargo.end)
    base = plot.height - plot.bottom
    return tag(
        "g",
        tag(
            "rect",
            x=start,
            y=plot.top - 4,
            width=end - start,
            height=base - plot.top + 4,
            fill=style.WASH,
            stroke=style.FRAME,
            stroke_dasharray="2 3",
        ),
        text(
            (start + end) / 2,
            plot.top - 8,
            embargo.name,
            text_anchor="middle",
            font_size=style.SMALL,
            fill=style.QUIET,
        ),
    )


def _end(plot: Plot, end: float) -> str:
    at = plot.px(end)
    ends = {"y1": plot.top - 4, "y2": plot.height - plot.bottom}
    return tag("line", x1=at, x2=at, stroke=style.INK, stroke_dasharray="4 3", **ends)


def _dates(plot: Plot) -> list[str]:
    base = plot.height - plot.bottom
    drawn = []
    for value, words in plot.x.at():
        at = plot.px(value)
        drawn.append(tag("line", x1=at, x2=at, y1=plot.top, y2=base, stroke=style.GRID))
        drawn.append(
            text(
                at, base + 17, words, text_anchor="middle", font_size=style.SMALL, fill=style.QUIET
            )
        )
    return drawn


def _key(plot: Plot, lines: list[str]) -> str:
    drawn = [
        text(
            plot.width / 2,
            plot.height - 12 - _LINE * (len(lines) - 1 - place),
            line,
            text_anchor="middle",
            font_size=style.SMALL,
            fill=style.QUIET,
        )
        for place, line in enumerate(lines)
    ]
    return tag("g", *drawn) if len(drawn) > 1 else drawn[0]


def _wrapped(key: str, width: float) -> list[str]:
    """Part a text at its semicolons into lines that fit."""
    lines: list[str] = []
    for part in re.findall(r"[^;；]+[;；]?", key):
        longer = f"{lines[-1]}{part}" if lines else part
        if lines and style.width_of(longer, style.SMALL) <= width:
            lines[-1] = longer
        else:
            lines.append(part)
    return [line.strip() for line in lines]

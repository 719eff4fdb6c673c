"""Axes: positions of values, round ticks, the frame of a plot."""

import math
from dataclasses import dataclass, field
from typing import Literal

from models.charts import style
from models.charts.svg import tag, text

Form = Literal["number", "percent", "count", "logit"]


def ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Choose round values from low to high, about as many as wanted.

    Parameters
    ----------
    low, high
        The range of the axis.
    wanted
        Approximate number of ticks.

    Examples
    --------
    >>> ticks(0, 1)
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    >>> ticks(0, 0.034, 4)
    [0.0, 0.01, 0.02, 0.03]
    """
    span = high - low
    if span <= 0:
        return [low]
    rough = span / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    step = min((m * power for m in (1, 2, 2.5, 5, 10)), key=lambda s: abs(s - rough))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(index * step, 12) + 0.0 for index in range(first, last + 1)]


def format_value(value: float, form: Form) -> str:
    """Format a value for a reader.

    Parameters
    ----------
    value
        The value; of `logit` the log-odds, of `percent` a share.
    form
        How it is written.

    Examples
    --------
    >>> (
    ...     format_value(0.0525, "percent"),
    ...     format_value(0.5, "percent"),
    ...     format_value(12345, "count"),
    ...     format_value(0.871, "number"),
    ... )
    ('5.25 %', '50 %', '12,345', '0.871')
    """
    if form == "percent":
        return f"{round(100 * value, 2):,.4g} %"
    if form == "logit":
        return format_value(1 / (1 + math.exp(-value)), "percent")
    return f"{value:,.0f}" if form == "count" else f"{value:.4g}"


@dataclass(frozen=True)
class Axis:
    """One axis: its label, range and format; `marks` are its ticks, empty chooses round values."""

    label: str
    low: float
    high: float
    form: Form = "number"
    marks: tuple[tuple[float, str], ...] = ()

    def where(self, value: float, start: float, end: float) -> float:
        """Compute the position of a value between two ends; values outside are put at the edge.

        Parameters
        ----------
        value
            The value.
        start, end
            Positions of the low and the high end of the axis.
        """
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return start + min(max(share, 0.0), 1.0) * (end - start)

    def at(self, wanted: int = 5) -> list[tuple[float, str]]:
        """Return the ticks, value and text: the marks, or about `wanted` round values."""
        if self.marks:
            return list(self.marks)
        return [
            (value, format_value(value, self.form)) for value in ticks(self.low, self.high, wanted)
        ]


@dataclass(frozen=True)
class Plot:
    """A plot area within a picture: two axes and the margins around it."""

    x: Axis
    y: Axis
    width: float = style.WIDTH
    height: float = style.HEIGHT
    left: float = 70.0
    right: float = 20.0
    top: float = 14.0
    bottom: float = 48.0
    grid: bool = field(default=True)

    def px(self, value: float) -> float:
        """Compute the horizontal position of a value."""
        return self.x.where(value, self.left, self.width - self.right)

    def py(self, value: float) -> float:
        """Compute the vertical position of a value."""
        return self.y.where(value, self.height - self.bottom, self.top)

    def points(self, xs: tuple[float, ...], ys: tuple[float, ...]) -> list[tuple[float, float]]:
        """Compute the positions of points.

        Parameters
        ----------
        xs, ys
            Coordinates of the points, of equal length.
        """
        return [(self.px(x), self.py(y)) for x, y in zip(xs, ys, strict=True)]

    def draw(self) -> str:
        """Draw grid, ticks and labels."""
        return tag("g", *self._across(), *self._upwards(), *self._labels())

    def _across(self) -> list[str]:
        base = self.height - self.bottom
        drawn = [_line(self.left, base, self.width - self.right, base, style.FRAME)]
        for value, words in self.x.at():
            at = self.px(value)
            drawn.append(_line(at, base, at, base + 4, style.FRAME))
            drawn.append(_small(at, base + 17, words, "middle"))
        return drawn

    def _upwards(self) -> list[str]:
        drawn = []
        for value, words in self.y.at():
            at = self.py(value)
            if self.grid:
                drawn.append(_line(self.left, at, self.width - self.right, at, style.GRID))
            drawn.append(_small(self.left - 7, at + 4, words, "end"))
        return drawn

    def _labels(self) -> list[str]:
        middle = (self.top + self.height - self.bottom) / 2
        across = (self.left + self.width - self.right) / 2
        turned = f"rotate(-90 14 {middle:.1f})"
        quiet = {"fill": style.QUIET, "text_anchor": "middle"}
        return [
            text(across, self.height - 8, self.x.label, **quiet),
            text(14, middle, self.y.label, transform=turned, **quiet),
        ]


def _line(x1: float, y1: float, x2: float, y2: float, stroke: str) -> str:
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, stroke_width=1)


def _small(x: float, y: float, words: str, anchor: str) -> str:
    return text(x, y, words, text_anchor=anchor, font_size=style.SMALL, fill=style.QUIET)

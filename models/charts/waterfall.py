"""Waterfall chart of a probability: a base, steps up and down, the total.

Decided here: on a wide page a name stands beside its bar, on a narrow one above it, so that a
sentence fits on a phone; a name that does not fit is cut and ends with an ellipsis.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

from models.charts import style
from models.charts.axes import Axis, Plot
from models.charts.svg import ChartText, picture, tag, text

_ROOM = 1.14
"""Factor on the estimated width of a name, because fonts differ."""
_AMOUNT = 72.0


@dataclass(frozen=True)
class Step:
    """One step: its name and the value it adds (negative: subtracts)."""

    name: str
    value: float


@dataclass(frozen=True)
class Layout:
    """Width of the picture, largest width of names, height of a row, names above or beside."""

    width: float = style.WIDTH
    names: float = 312.0
    row: float = 28.0
    above: bool = False

    def fitting(self, name: str) -> str:
        """Cut a name that does not fit."""
        while _width(name) > self.names and len(name) > 1:
            name = name.rstrip("…")[:-1].rstrip() + "…"
        return name


BESIDE = Layout()
WIDE = Layout(width=820.0, names=390.0)
NARROW = Layout(width=350.0, names=394.0, row=42.0, above=True)


def waterfall(
    words: ChartText, ends: tuple[str, str], base: float, steps: list[Step], layout: Layout = BESIDE
) -> str:
    """Draw the steps from the base to the total, which is base + steps, exactly.

    Parameters
    ----------
    words
        Title and summary.
    ends
        The names of the base and of the total.
    base
        The base.
    steps
        From top to bottom.
    layout
        Sizes and position of the names.
    """
    rows = [
        Step(ends[0], base),
        *steps,
        Step(ends[1], math.fsum([base, *(s.value for s in steps)])),
    ]
    rows = [Step(layout.fitting(row.name), row.value) for row in rows]
    reached = [math.fsum([base, *(s.value for s in steps[:k])]) for k in range(len(steps) + 1)]
    top = max([0.02, *reached]) * 1.08
    beside = 18 + max(_width(row.name) for row in rows)
    plot = Plot(
        Axis("", min(0.0, *reached), top, "percent"),
        Axis("", 0, 1),
        grid=False,
        width=layout.width,
        right=_AMOUNT,
        left=2.0 if layout.above else beside,
        height=12 + layout.row * len(rows),
        top=6,
        bottom=6,
    )
    spans = [(0.0, base), *pairwise(reached), (0.0, reached[-1])]
    drawn = [
        _row(plot, layout, index, (row, spans[index], index in (0, len(rows) - 1)))
        for index, row in enumerate(rows)
    ]
    return picture(words, plot.width, plot.height, *drawn)


def _row(
    plot: Plot, layout: Layout, index: int, drawn_row: tuple[Step, tuple[float, float], bool]
) -> str:
    row, span, whole = drawn_row
    bottom = plot.top + layout.row * (index + 1)
    middle = bottom - (11 if layout.above else layout.row / 2)
    color = style.color(0) if whole else (style.GOOD if row.value >= 0 else style.BAD)
    start, end = sorted((plot.px(span[0]), plot.px(span[1])))
    amount = f"{100 * row.value:.1f} %" if whole else f"{100 * row.value:+.1f}"
    place = (plot.left, bottom - 25) if layout.above else (plot.left - 10, middle + 4)
    return tag(
        "g",
        text(
            *place,
            row.name,
            text_anchor="start" if layout.above else "end",
            font_weight="600" if whole else None,
        ),
        tag("rect", x=start, y=middle - 8, width=max(end - start, 0.8), height=16, fill=color),
        text(end + 6, middle + 4, amount, font_size=style.SMALL, fill=style.QUIET),
    )


def _width(name: str) -> float:
    return _ROOM * style.width_of(name)

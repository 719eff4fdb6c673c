"""How a probability comes about: a base, steps up and down, the whole."""

import math
from dataclasses import dataclass

from models.charts import style
from models.charts.axes import Axis, Plot
from models.charts.svg import Words, picture, tag, text

_ROW = 28.0


@dataclass(frozen=True)
class Step:
    """One step: what it is called and how much it adds (negative: takes away)."""

    name: str
    value: float


def waterfall(words: Words, ends: tuple[str, str], base: float, steps: list[Step]) -> str:
    """Draw from the base to the whole; `ends` names both. The whole is base + steps, exactly."""
    rows = [
        Step(ends[0], base),
        *steps,
        Step(ends[1], math.fsum([base, *(s.value for s in steps)])),
    ]
    reached = [math.fsum([base, *(s.value for s in steps[:k])]) for k in range(len(steps) + 1)]
    top = max([0.02, *reached]) * 1.08
    left = 18 + max(1.14 * style.width_of(row.name) for row in rows)
    plot = Plot(
        Axis("", min(0.0, *reached), top, "percent"),
        Axis("", 0, 1),
        grid=False,
        right=72,
        left=min(left, 330),
        height=40 + _ROW * len(rows),
        top=6,
        bottom=30,
    )
    drawn = [_row(plot, 0, rows[0], (0.0, base))]
    for index, step in enumerate(steps):
        drawn.append(_row(plot, index + 1, step, (reached[index], reached[index + 1])))
    drawn.append(_row(plot, len(rows) - 1, rows[-1], (0.0, reached[-1])))
    return picture(words, plot.width, plot.height, *drawn)


def _row(plot: Plot, index: int, row: Step, span: tuple[float, float]) -> str:
    middle = plot.top + _ROW * (index + 0.5)
    whole = span[0] == 0.0
    color = style.color(0) if whole else (style.GOOD if row.value >= 0 else style.BAD)
    start, end = sorted((plot.px(span[0]), plot.px(span[1])))
    amount = f"{100 * row.value:.1f} %" if whole else f"{100 * row.value:+.1f}"
    return tag(
        "g",
        text(
            plot.left - 10,
            middle + 4,
            row.name,
            text_anchor="end",
            font_weight="600" if whole else None,
        ),
        tag("rect", x=start, y=middle - 8, width=max(end - start, 0.8), height=16, fill=color),
        text(end + 6, middle + 4, amount, font_size=style.SMALL, fill=style.QUIET),
    )

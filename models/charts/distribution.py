"""Distribution of the probabilities, for those that converted and those that did not."""

from dataclasses import dataclass

from models.charts import style
from models.charts.axes import Axis, Plot
from models.charts.svg import ChartText, path, picture, tag, text


@dataclass(frozen=True)
class Distribution:
    """One group: its name, and the share of it in each bin."""

    name: str
    share: tuple[float, ...]
    rank: int = 0


def distribution(
    words: ChartText, x: Axis, y: Axis, edges: tuple[float, ...], groups: list[Distribution]
) -> str:
    """Draw each group as steps over the bins.

    Parameters
    ----------
    words
        Title and summary.
    x, y
        The axes.
    edges
        Edges of the bins; one more than there are bins.
    groups
        The share of each group in every bin.
    """
    plot = Plot(x, y, height=330, top=34)
    drawn = [_steps(plot, edges, group) for group in groups]
    return picture(words, plot.width, plot.height, plot.draw(), *drawn, *_legend(plot, groups))


def _steps(plot: Plot, edges: tuple[float, ...], group: Distribution) -> str:
    places = [(plot.px(edges[0]), plot.py(0.0))]
    for left, right, share in zip(edges[:-1], edges[1:], group.share, strict=True):
        places += [(plot.px(left), plot.py(share)), (plot.px(right), plot.py(share))]
    places.append((plot.px(edges[-1]), plot.py(0.0)))
    color = style.color(group.rank)
    return tag(
        "path",
        d=path(places),
        fill=color,
        fill_opacity=0.28 if group.rank == 0 else 0.10,
        stroke=color,
        stroke_width=1.8,
        stroke_dasharray=style.dash(group.rank),
    )


def _legend(plot: Plot, groups: list[Distribution]) -> list[str]:
    drawn, at = [], plot.left
    for group in groups:
        color = style.color(group.rank)
        drawn.append(
            tag(
                "line",
                x1=at,
                x2=at + 22,
                y1=16,
                y2=16,
                stroke=color,
                stroke_width=2.4,
                stroke_dasharray=style.dash(group.rank),
            )
        )
        drawn.append(text(at + 28, 20, group.name))
        at += 56 + style.width_of(group.name)
    return drawn

"""The growth of every stage as two plots, both axes in powers of ten."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from models.charts.axes import Axis
from models.charts.lines import LineSeries, lines
from models.charts.svg import ChartText

_MEASURES: Final = {"cpu_seconds": "CPU seconds", "peak_mib": "most memory, MiB"}


def draw(sizes: Sequence[dict[str, Any]], folder: Path) -> None:
    """Write `growth_cpu_seconds.svg` and `growth_peak_mib.svg`.

    Parameters
    ----------
    sizes
        What was measured at each number of leads, ascending.
    folder
        Where the plots are written.
    """
    for measure, words in _MEASURES.items():
        picture = lines(
            ChartText(measure, words, f"{words} of every stage by the number of leads"),
            _axis("leads", [one["leads"] for one in sizes]),
            _axis(words, [s[measure] for one in sizes for s in one["stages"].values()]),
            [
                _series(sizes, stage, measure, rank)
                for rank, stage in enumerate(sizes[0]["stages"], 1)
            ],
        )
        (folder / f"growth_{measure}.svg").write_text(picture, "utf-8")


def _axis(label: str, values: Sequence[float]) -> Axis:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    marks = tuple((float(power), f"{10.0**power:,.0f}") for power in range(low, high + 1))
    return Axis(label, low, high, marks=marks)


def _series(sizes: Sequence[dict[str, Any]], stage: str, measure: str, rank: int) -> LineSeries:
    there = [one for one in sizes if stage in one["stages"]]
    return LineSeries(
        stage,
        tuple(math.log10(one["leads"]) for one in there),
        tuple(math.log10(one["stages"][stage][measure]) for one in there),
        rank,
        marked=True,
    )

"""Learning curves: the model against its parts and against what others would use.

    python -m benchmarks.quality [--quick] [--only DATASET] [--draws N]

Decided here: every cell (data set, training rows, draw, contender) is kept in artifacts/quality, so
a run can be broken off and taken up again; the cells of our own contenders are kept per state of
the source. results/quality.json is written after every size, and holds only lines that every
contender was measured for. Large sizes are drawn once, and the rows of the sample company that all
contenders learn from are capped: CatBoost and the search would take hours. What the model alone
reaches on all of its rows is told beside.
"""

import argparse
import hashlib
import json
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import harness
from benchmarks.contenders import CONTENDERS
from benchmarks.datasets import Dataset
from benchmarks.dated import ALL as DATASETS
from benchmarks.dated import BPI_BARS
from models import metrics

HERE = Path(__file__).resolve().parent
CELLS = HERE.parent / "artifacts" / "quality"
ORDER = ("x_education", "bank_random", "bank_chronological", "bpic2012", "sample")
TOLD_IN_FULL = ("bpic2012", "sample")
SIZES: dict[str, tuple[int | None, ...]] = {
    "x_education": (200, 500, 1000, 2000, 5000, None),
    "bank_random": (200, 500, 1000, 2000, 5000, None),
    "bank_chronological": (200, 500, 1000, 2000, 5000, None),
    "bpic2012": (200, 500, 1000, 2000, 5000, None),
    "sample": (500, 2000, 5000, 20_000),
}
DRAWS = {200: 3, 500: 3, 1000: 3, 2000: 2}
"""How many draws of a size; 1 of all others."""
OURS = ("mikomi", "scorecard")
SOURCES: tuple[str, ...] = (
    "binning",
    "scorecard",
    "scorecard_solver",
    "booster",
    "combining",
    "training",
)
SOURCES += ("settings", "calibration")
PACKAGES = ("numpy", "lightgbm", "scikit-learn", "catboost")
Line = dict[str, Any]


@dataclass(frozen=True)
class Cell:
    """One measurement."""

    dataset: str
    rows: int | None
    draw: int
    contender: str

    @property
    def path(self) -> Path:
        """Where it is kept."""
        state = source_state() if self.contender in OURS else "fixed"
        return CELLS / f"{self.dataset}-{self.rows}-{self.draw}-{self.contender}-{state}.json"


def source_state() -> str:
    text = b"".join((HERE.parent / "models" / f"{name}.py").read_bytes() for name in SOURCES)
    return hashlib.sha256(text).hexdigest()[:12]


def measure(cell: Cell, dataset: Dataset) -> dict[str, float]:
    if cell.path.exists():
        kept: dict[str, float] = json.loads(cell.path.read_text())
        return kept
    train = dataset.draw(cell.rows, cell.draw)
    began = time.perf_counter()
    probability = CONTENDERS[cell.contender](train, dataset.test, cell.draw)
    seconds = time.perf_counter() - began
    label = dataset.test.label
    found = {
        "auc": metrics.auc(label, probability),
        "log_loss": metrics.log_loss(label, probability),
        "ece": metrics.ece(label, probability),
        "seconds": seconds,
    }
    if cell.contender == "mikomi":
        floor = metrics.ece_floor(probability, dataset.test.lead, draws=50, seed=cell.draw)
        found |= {"ece_floor": floor.mean, "ece_floor_high": floor.high}
    for name, part in dataset.parts.items():
        found[name] = metrics.auc(label[part], probability[part])
    CELLS.mkdir(parents=True, exist_ok=True)
    cell.path.write_text(json.dumps(found))
    return found


def curves(datasets: dict[str, Dataset], most: int, *, quick: bool) -> Iterator[list[Line]]:
    """Measure all contenders, the small sizes of all data sets first."""
    asked = [
        (len(dataset.train) if rows is None else rows, name, rows)
        for name, dataset in datasets.items()
        for rows in (SIZES[name][:3] if quick else SIZES[name])
    ]
    for size, name, rows in sorted(asked, key=lambda one: one[0]):
        draws = range(min(most, DRAWS.get(size, 1)))
        yield [
            _line(
                datasets[name],
                rows,
                contender,
                [measure(Cell(name, rows, k, contender), datasets[name]) for k in draws],
            )
            for contender in CONTENDERS
        ]


def _line(dataset: Dataset, rows: int | None, contender: str, ones: list[dict[str, float]]) -> Line:
    line: Line = {"dataset": dataset.name, "rows": rows or len(dataset.train)}
    line |= {"contender": contender, "draws": len(ones)}
    for key in ones[0]:
        each = np.array([one[key] for one in ones])
        line[key] = round(float(each.mean()), 5)
        if key in ("auc", "log_loss") and len(each) > 1:
            line[f"{key}_se"] = round(float(each.std(ddof=1) / np.sqrt(len(each))), 5)
    return line


def full_size(dataset: Dataset) -> Line:
    """Tell what the model reaches on all rows, and how far that is from the true limit."""
    one = measure(Cell(dataset.name, None, 0, "mikomi"), dataset)
    line = _line(dataset, None, "mikomi", [one])
    if dataset.limit is None:
        return line
    limit = round(dataset.limit, 5)
    return line | {"true_limit_auc": limit, "distance": round(limit - line["auc"], 5)}


def ages(full: list[Line]) -> list[Line]:
    """Set the AUC by age on BPI 2012, learned from all rows, against the published bars."""
    mine = [one for one in full if one["dataset"] == "bpic2012"]
    return [
        {
            "age_hours": hours,
            "bar": bar,
            "wanted": round(bar + 0.01, 3),
            "auc": one[f"auc_{hours}h"],
        }
        for one in mine
        for hours, bar in BPI_BARS.items()
    ]


def show(lines: list[Line]) -> None:
    told = (f"{line['contender']} {line['auc']:.4f}/{line['log_loss']:.4f}" for line in lines)
    print(lines[0]["dataset"], lines[0]["rows"], *told, sep="  ", flush=True)


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one draw, up to 1,000 rows; no file")
    parser.add_argument("--only", choices=ORDER, action="append")
    parser.add_argument("--draws", type=int, default=3, help="the most draws of a size")
    asked = parser.parse_args(argv)
    warnings.simplefilter("ignore")
    datasets = {name: DATASETS[name]() for name in asked.only or ORDER}
    told = [name for name in TOLD_IN_FULL if name in datasets and not asked.quick]
    full = [full_size(datasets[name]) for name in told]
    print(*full, sep="\n", flush=True)
    lines: list[Line] = []
    for found in curves(datasets, 1 if asked.quick else asked.draws, quick=asked.quick):
        lines += found
        show(found)
        if not (asked.quick or asked.only):
            _write(lines, full)


def _write(lines: list[Line], full: list[Line]) -> None:
    lines = sorted(lines, key=lambda one: (ORDER.index(one["dataset"]), one["rows"]))
    content = {"curves": lines, "bpic2012_ages": ages(full), "full_size": full}
    harness.write("quality", content, *PACKAGES)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Learning curves: the model against its parts and against what others would use.

    python -m benchmarks.quality.quality [--quick] [--only DATASET] [--contender NAME]
                                 [--draws N] [--stored]

Decided here: the settings were chosen on other quarters and draws of the same data than those that
judge here; where time divides them (bank in time order, BPI 2012) there is only one test, which had
been looked at before. Every cell (data set, training rows, draw, contender) is stored in
artifacts/quality, so that an interrupted run can continue; the cells of our own contenders are
stored per state of the source. results/quality.json is written after every size; `--stored` writes
it from the stored cells, without the contenders that were not measured. Large sizes are drawn once,
and the rows of the sample company that all contenders learn from are capped: CatBoost and the
search would take hours. What the model alone reaches on all of its rows is reported beside. For
the errors of differences see `paired`.
"""

import argparse
import hashlib
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import harness
from benchmarks.quality.contenders import CONTENDERS
from benchmarks.quality.datasets import Dataset
from benchmarks.quality.dated import ALL as DATASETS
from benchmarks.quality.dated import BPI_BARS
from benchmarks.quality.paired import Difference, by_auc, by_log_loss
from benchmarks.quality.standing import standing
from models.stats import calibration_error, metrics
from models.stats.training_set import Floats

ROOT = Path(__file__).resolve().parents[2]
CELLS = ROOT / "artifacts" / "quality"
ORDER = ("x_education", "bank_random", "bank_chronological", "bpic2012", "sample")
FULL_SIZES = ("bpic2012", "sample")
SIZES: dict[str, tuple[int | None, ...]] = {
    "x_education": (200, 500, 1000, 2000, 5000, None),
    "bank_random": (200, 500, 1000, 2000, 5000, None),
    "bank_chronological": (200, 500, 1000, 2000, 5000, None),
    "bpic2012": (200, 500, 1000, 2000, 5000, None),
    "sample": (500, 2000, 5000, 20_000),
}
DRAWS = {200: 3, 500: 3, 1000: 2}
"""How many draws of a size; 1 of all others."""
FIRST_DRAW = 100
"""Seed of the first draw: none that the settings were chosen on."""
OURS = ("mikomi", "scorecard")
SOURCES = ("model", "stats", "training")
"""The rooms of `models` that decide what our own contenders learn."""
PACKAGES = ("numpy", "lightgbm", "scikit-learn", "catboost")
Line = dict[str, Any]


@dataclass(frozen=True)
class Cell:
    """One measurement."""

    dataset: Dataset
    rows: int | None
    draw: int
    contender: str

    @property
    def path(self) -> Path:
        """Where it is stored."""
        state = source_state() if self.contender in OURS else "fixed"
        name = f"{self.dataset.name}-{self.dataset.fingerprint}-{self.rows}-{self.draw}"
        return CELLS / f"{name}-{self.contender}-{state}.npz"


@dataclass(frozen=True)
class Measured:
    """Predictions of a contender for the test rows, and the seconds to learn and predict."""

    probability: Floats
    seconds: float


def source_state() -> str:
    """Return a hash of the sources that decide what our own contenders learn."""
    folders = [ROOT / "models" / name for name in SOURCES]
    files = [file for folder in folders for file in sorted(folder.rglob("*.py"))]
    text = b"".join(file.read_bytes() for file in files)
    return hashlib.sha256(text).hexdigest()[:12]


def measure(cell: Cell) -> Measured:
    """Measure a cell, or read it if it is stored."""
    if not cell.path.exists():
        seed = FIRST_DRAW + cell.draw
        train = cell.dataset.draw(cell.rows, seed)
        began = time.perf_counter()
        probability = CONTENDERS[cell.contender](train, cell.dataset, seed)
        seconds = time.perf_counter() - began
        CELLS.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(cell.path, probability=probability, seconds=seconds)
    with np.load(cell.path) as stored:
        return Measured(stored["probability"].astype(np.float64), float(stored["seconds"]))


def curves(datasets: dict[str, Dataset], options: argparse.Namespace) -> Iterator[list[Line]]:
    """Measure the contenders, the small sizes of all data sets first."""
    sizes = [
        (len(dataset.train) if rows is None else rows, name, rows)
        for name, dataset in datasets.items()
        for rows in (SIZES[name][:3] if options.quick else SIZES[name])
    ]
    for size, name, rows in sorted(sizes, key=lambda one: one[0]):
        draws = range(1 if options.quick else min(options.draws, DRAWS.get(size, 1)))
        cells = {
            contender: [Cell(datasets[name], rows, k, contender) for k in draws]
            for contender in options.contender or CONTENDERS
        }
        measured = {
            contender: [measure(cell) for cell in own]
            for contender, own in cells.items()
            if not options.stored or all(cell.path.exists() for cell in own)
        }
        if measured:
            yield _lines(datasets[name], rows, measured)


def _lines(dataset: Dataset, rows: int | None, measured: dict[str, list[Measured]]) -> list[Line]:
    """Return one line a contender, with its differences from the model and from the best."""
    lines = {name: _line(dataset, rows, name, ones) for name, ones in measured.items()}
    predictions = {name: [one.probability for one in ones] for name, ones in measured.items()}
    first = max(lines, key=lambda name: float(lines[name]["auc"]))
    least = min(lines, key=lambda name: float(lines[name]["log_loss"]))
    for name, line in lines.items():
        line["auc_behind_best"] = _with_noise(
            by_auc(dataset.test, predictions[first], predictions[name])
        )
        line["log_loss_behind_best"] = _with_noise(
            by_log_loss(dataset.test, predictions[least], predictions[name])
        )
        if name != "mikomi" and "mikomi" in predictions:
            line["mikomi_auc_ahead"] = _with_noise(
                by_auc(dataset.test, predictions["mikomi"], predictions[name])
            )
            ahead = by_log_loss(dataset.test, predictions["mikomi"], predictions[name])
            line["mikomi_log_loss_ahead"] = _with_noise(ahead)
    return list(lines.values())


def _with_noise(difference: Difference) -> Line:
    """Return a difference with its standard error and whether it is beyond noise."""
    return {
        "ahead": round(difference.ahead, 5),
        "se": round(difference.error, 5),
        "beyond_noise": difference.beyond_noise,
    }


def _line(dataset: Dataset, rows: int | None, contender: str, ones: list[Measured]) -> Line:
    line: Line = {"dataset": dataset.name, "rows": rows or len(dataset.train)}
    line |= {"contender": contender, "draws": len(ones)}
    each = [_figures(dataset, one, contender) for one in ones]
    return line | {key: round(float(np.mean([one[key] for one in each])), 5) for key in each[0]}


def _figures(dataset: Dataset, one: Measured, contender: str) -> dict[str, float]:
    label, probability = dataset.test.label, one.probability
    figures = {
        "auc": metrics.auc(label=label, probability=probability),
        "log_loss": metrics.log_loss(label=label, probability=probability),
        "ece": calibration_error.ece(label=label, probability=probability),
        "seconds": one.seconds,
    }
    if contender == "mikomi":
        floor = calibration_error.ece_floor(probability, dataset.test.lead, draws=50, seed=0)
        figures |= {"ece_floor": floor.mean, "ece_floor_high": floor.high}
    for name, part in dataset.parts.items():
        figures[name] = metrics.auc(label=label[part], probability=probability[part])
    return figures


def _whole(dataset: Dataset) -> Cell:
    return Cell(dataset, None, 0, "mikomi")


def full_size(dataset: Dataset) -> Line:
    """Return what the model reaches on all rows, and how far that is from the true limit."""
    line = _line(dataset, None, "mikomi", [measure(_whole(dataset))])
    if dataset.limit is None:
        return line
    limit = round(dataset.limit, 5)
    return line | {"true_limit_auc": limit, "distance": round(limit - line["auc"], 5)}


def ages(dataset: Dataset) -> list[Line]:
    """Set the AUC by age on BPI 2012, learned from all rows, against the published bars.

    Also tells its standard error, the best of the other contenders at that age, and by how much
    near-default LightGBM on the same features is behind.
    """
    cells = {name: Cell(dataset, None, 0, name) for name in CONTENDERS}
    predictions = {
        name: measure(cell).probability for name, cell in cells.items() if cell.path.exists()
    }
    bars = BPI_BARS if "mikomi" in predictions else {}
    return [_age(dataset, predictions, hours, bar) for hours, bar in bars.items()]


def _age(dataset: Dataset, predictions: dict[str, Floats], hours: int, bar: float) -> Line:
    part = dataset.parts[f"auc_{hours}h"]
    test = dataset.test.take(part)
    auc = {
        name: metrics.auc(label=test.label, probability=one[part])
        for name, one in predictions.items()
    }
    mine, coin = predictions["mikomi"][part], np.zeros(len(test))
    line: Line = {"age_hours": hours, "bar": bar, "wanted": round(bar + 0.01, 3)}
    line |= {"test_rows": len(test), "auc": round(auc.pop("mikomi"), 5)}
    line |= {"se": round(by_auc(test, [mine], [coin]).error, 5)}
    if auc:
        best = max(auc, key=lambda name: auc[name])
        line |= {"best_other": best, "best_other_auc": round(auc[best], 5)}
    if "default_lightgbm" in predictions:
        default = predictions["default_lightgbm"][part]
        line["ahead_of_default_lightgbm"] = _with_noise(by_auc(test, [mine], [default]))
    return line


def show(lines: list[Line]) -> None:
    figures = (f"{line['contender']} {line['auc']:.4f}/{line['log_loss']:.4f}" for line in lines)
    print(lines[0]["dataset"], lines[0]["rows"], *figures, sep="  ", flush=True)


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one draw, up to 1,000 rows; no file")
    parser.add_argument("--only", choices=ORDER, action="append")
    parser.add_argument("--contender", choices=tuple(CONTENDERS), action="append")
    parser.add_argument(
        "--stored", action="store_true", help="report stored cells, measure nothing"
    )
    parser.add_argument("--draws", type=int, default=3, help="the most draws of a size")
    options = parser.parse_args(argv)
    warnings.simplefilter("ignore")
    datasets = {name: DATASETS[name]() for name in options.only or ORDER}
    whole = not (options.quick or options.contender or options.only)
    names = [name for name in FULL_SIZES if name in datasets and whole]
    names = [name for name in names if not options.stored or _whole(datasets[name]).path.exists()]
    full = [full_size(datasets[name]) for name in names]
    print(*full, sep="\n", flush=True)
    lines: list[Line] = []
    for measured in curves(datasets, options):
        lines += measured
        show(measured)
        if whole:
            _write(lines, full, datasets)


def _write(lines: list[Line], full: list[Line], datasets: dict[str, Dataset]) -> None:
    lines = sorted(lines, key=lambda one: (ORDER.index(one["dataset"]), one["rows"]))
    content = {"curves": lines, "standing": standing(lines)}
    content |= {"bpic2012_ages": ages(datasets["bpic2012"]), "full_size": full}
    harness.write("quality", content, *PACKAGES)


if __name__ == "__main__":
    main(sys.argv[1:])

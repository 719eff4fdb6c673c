"""Learning curves: the model against its parts and against what others would use.

    python -m benchmarks.quality [--quick] [--only DATASET] [--report]

Decided here: every cell (data set, training rows, draw, contender) is kept in artifacts/quality, so
a run can be broken off and taken up again; the cells of our own contenders are kept per state of
the source. The table goes to benchmarks/results/quality.json.
"""

import argparse
import hashlib
import json
import platform
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.contenders import CONTENDERS
from benchmarks.datasets import Dataset
from benchmarks.dated import ALL as DATASETS
from models import metrics

HERE = Path(__file__).resolve().parent
CELLS = HERE.parent / "artifacts" / "quality"
SIZES = (200, 500, 1000, 2000, 5000, None)
OURS = ("mikomi", "scorecard")
SOURCES = (
    "binning",
    "scorecard",
    "scorecard_solver",
    "booster",
    "combining",
    "training",
    "settings",
)
SOURCES += ("calibration",)


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
    for name, part in dataset.parts.items():
        found[name] = metrics.auc(label[part], probability[part])
    CELLS.mkdir(parents=True, exist_ok=True)
    cell.path.write_text(json.dumps(found))
    return found


def cells(name: str, draws: int, sizes: tuple[int | None, ...]) -> Iterator[Cell]:
    for rows in sizes:
        for draw in range(draws if rows is not None else min(draws, 2)):
            for contender in CONTENDERS:
                yield Cell(name, rows, draw, contender)


def curve(name: str, draws: int, sizes: tuple[int | None, ...]) -> list[dict[str, object]]:
    dataset = DATASETS[name]()
    found: dict[tuple[int | None, str], list[dict[str, float]]] = {}
    for cell in cells(name, draws, sizes):
        one = measure(cell, dataset)
        found.setdefault((cell.rows, cell.contender), []).append(one)
    lines = []
    for (rows, contender), ones in found.items():
        lines.append(
            {"dataset": name, "rows": rows or len(dataset.train), "contender": contender}
            | {"draws": len(ones), "limit_auc": dataset.limit}
            | _summary(ones)
        )
    return lines


def _summary(ones: list[dict[str, float]]) -> dict[str, float]:
    out = {}
    for key in ones[0]:
        each = np.array([one[key] for one in ones])
        out[key] = round(float(each.mean()), 5)
        if key in ("auc", "log_loss") and len(each) > 1:
            out[f"{key}_se"] = round(float(each.std(ddof=1) / np.sqrt(len(each))), 5)
    return out


def show(lines: list[dict[str, object]]) -> None:
    for name in dict.fromkeys(line["dataset"] for line in lines):
        print(f"\n{name}: AUC / log loss")
        print(f"{'rows':>7} " + " ".join(f"{contender[:14]:>14}" for contender in CONTENDERS))
        mine = [line for line in lines if line["dataset"] == name]
        for rows in dict.fromkeys(line["rows"] for line in mine):
            row = {line["contender"]: line for line in mine if line["rows"] == rows}
            told = (f"{row[c]['auc']:.4f}/{row[c]['log_loss']:.4f}" for c in CONTENDERS)
            print(f"{rows:>7} " + " ".join(f"{one:>14}" for one in told), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one draw, up to 1,000 rows")
    parser.add_argument("--only", choices=[*DATASETS], action="append")
    parser.add_argument("--draws", type=int, default=4)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    draws, sizes = (1, SIZES[:3]) if asked.quick else (asked.draws, SIZES)
    lines: list[dict[str, object]] = []
    for name in asked.only or DATASETS:
        lines += curve(name, draws, sizes)
        show(lines[-len(sizes) * len(CONTENDERS) :])
    if asked.only is None and not asked.quick:
        about = {"machine": platform.platform(), "processor": platform.machine(), "curves": lines}
        (HERE / "results" / "quality.json").write_text(json.dumps(about, indent=1) + "\n")


if __name__ == "__main__":
    main()

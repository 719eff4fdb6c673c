"""How long training, evaluation and leak checks take, as ratios to five folds of LightGBM.

    python -m benchmarks.quality.training_time

Decided here: the rows are those of the demo. The unit is what anyone would do with them: five folds
by lead of LightGBM (8 leaves, a rate of .03, early stopping at 100, up to 800 trees), in the same
process. Stages are measured in CPU seconds, without the start of the interpreter.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import lightgbm
import numpy as np
from numpy.typing import NDArray

from benchmarks import harness
from benchmarks.quality.dated import EXAMPLES
from benchmarks.quality.explained_share import sample_mapping
from models.model import booster_parameters
from models.model.settings import BoosterSettings
from models.stats.splits import folds_by_lead
from models.stats.training_set import TrainingSet
from pipelines.run import params_file
from pipelines.run.stage_context import Job
from pipelines.run.workspace import Workspace
from pipelines.stages import evaluate, featurize, ingest, leaks, snapshot, train

BARS: Final = {"train": 1.5, "evaluate": 1.5, "leaks": 0.5}
STAGES: Final[dict[str, Callable[[Job], dict[str, Any]]]] = {
    "train": train.run,
    "evaluate": evaluate.run,
    "leaks": leaks.run,
}
_FOLDS: Final = 5
_TREES: Final = 800
_PATIENCE: Final = 100
_RATE: Final = 0.03


def main(arguments: list[str]) -> None:  # noqa: ARG001 - as every benchmark
    """Measure and write the result."""
    params = params_file.load(EXAMPLES.parent / "params.yaml")
    with TemporaryDirectory() as folder:
        source = replace(params.source, mapping=sample_mapping(Path(folder)))
        incumbent = replace(
            params.incumbent, scores=str(Path(folder, "data/sample/export/former_scores.csv"))
        )
        params = replace(params, source=source, incumbent=incumbent)
        job = Job(params, Workspace("sample", Path(folder)))
        for stage in (ingest, snapshot, featurize):
            stage.run(job)
        rows, _ = train.learning_rows(job)
        began = time.process_time()
        trees = five_folds(rows)
        unit = time.process_time() - began
        print("five folds", round(unit, 1), trees, flush=True)
        seconds = {name: _seconds(name, job) for name in STAGES}
    result = {
        "rows": len(rows),
        "columns": len(rows.names),
        "five_folds": {"cpu_seconds": round(unit, 1), "trees": trees},
        "cpu_seconds": {name: round(one, 1) for name, one in seconds.items()},
        "ratios": {name: round(one / unit, 2) for name, one in seconds.items()},
        "bars": BARS,
    }
    print(result, harness.write("training_time", result, "numpy", "lightgbm"), flush=True)


def five_folds(rows: TrainingSet) -> list[int]:
    """Grow LightGBM with early stopping on five folds by lead; return the trees of each."""
    params = booster_parameters.parameters(BoosterSettings(), len(rows), _RATE, 7)
    params |= {"max_bin": booster_parameters.bins(len(rows)), "boost_from_average": True}
    fold = folds_by_lead(rows.lead, rows.label, _FOLDS, 7)
    return [_stopped(rows, fold == k, params) for k in range(_FOLDS)]


def _stopped(rows: TrainingSet, held: NDArray[np.bool_], params: dict[str, Any]) -> int:
    learning, judged = rows.take(~held), rows.take(held)
    columns = booster_parameters.columns(learning)
    data = lightgbm.Dataset(learning.values, learning.label, params=params, **columns)
    held_out = lightgbm.Dataset(judged.values, judged.label, reference=data, params=params)
    stop = lightgbm.early_stopping(_PATIENCE, verbose=False)
    model = lightgbm.train(params, data, _TREES, valid_sets=[held_out], callbacks=[stop])
    return int(model.best_iteration)


def _seconds(name: str, job: Job) -> float:
    began = time.process_time()
    summary = STAGES[name](job)
    taken = time.process_time() - began
    print(name, round(taken, 1), summary, flush=True)
    return taken


if __name__ == "__main__":
    main(sys.argv[1:])

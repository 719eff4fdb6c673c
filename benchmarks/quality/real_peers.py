"""Plenty of outcomes: the model as `mikomi train` makes it, against its peers, on real data.

    python -m benchmarks.quality.real_peers [SET ...]

Decided here: every contender learns from the same rows and columns (the learning rows of the
example) and is judged on the same later test. The rule of periods was chosen on earlier cutoffs and
on other sets; but the test of oulad had been looked at before, with the number of trees at hand,
and how much may be pruned was set after it was looked at: its line is no clean test. The
tests of the other sets had been looked at before too, by `explained_share`. The model is
pruned to what can be named and moved by the newest rows, as the stage does it; peers are as
`contenders` has them, beside 200 plain trees of 15 leaves. Sets that are not named keep their
lines. Errors of differences are those of `paired`.
"""

import argparse
import json
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import numpy as np

from benchmarks import harness
from benchmarks.quality import contenders, optional_peers
from benchmarks.quality.datasets import Dataset
from benchmarks.quality.dated import EXAMPLES
from benchmarks.quality.paired import Difference, by_auc, by_log_loss
from features.catalog.catalog import Catalog
from models.explain.proof import nameable_model
from models.stats import metrics
from models.stats.follow_up import ObservedRows
from models.stats.training_set import Floats, TrainingSet
from models.training.time import newest_rows
from pipelines.run import params_file
from pipelines.run.params import Params
from pipelines.run.stage_context import Job
from pipelines.run.workspace import Workspace
from pipelines.stages import featurize, ingest, snapshot
from pipelines.stages.featurize import matured_split
from pipelines.stages.observed_rows import observed_rows
from pipelines.stages.train import learning_rows
from pipelines.storage import frames

SETS: Final = (
    *("oulad", "online_retail", "x_education", "online_shoppers"),
    *("uci_bank", "cdnow"),
)
MODEL: Final = "mikomi"
PEERS: Final[dict[str, contenders.Contender]] = {
    "scorecard": contenders.scorecard_alone,
    "tuned_lightgbm": contenders.tuned_lightgbm,
    "trees_200": contenders.plain_trees,
    "catboost": contenders.catboost,
    "logistic": contenders.logistic,
}


class Taught(NamedTuple):
    """A real data set before training.

    Attributes
    ----------
    params
        Of its example.
    catalog
        The columns.
    learning, newest
        The training rows and the newest rows, observed up to the test.
    test
        What all are judged on.
    """

    params: Params
    catalog: Catalog
    learning: ObservedRows
    newest: ObservedRows
    test: TrainingSet


def main(arguments: list[str]) -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.real_peers")
    parser.add_argument("sets", nargs="*", default=list(SETS))
    results = _stored()
    packages = ["numpy", "lightgbm", "scikit-learn"]
    packages += [one for one in ("catboost", "flaml", "pytabkit") if find_spec(one)]
    for name in parser.parse_args(arguments).sets:
        results[name] = measure(name, prepare(name))
        print(harness.write("real_peers", {"sets": results}, *packages), flush=True)


def _stored() -> dict[str, Any]:
    """Read the lines of all sets that were measured before."""
    path = harness.RESULTS / "real_peers.json"
    return dict(json.loads(path.read_text())["sets"]) if path.exists() else {}


def peers() -> dict[str, contenders.Contender]:
    """Return the peers; those of further packages where these are installed."""
    standing = {name: one for name, one in PEERS.items() if name != "catboost" or find_spec(name)}
    return standing | optional_peers.installed()


def prepare(name: str) -> Taught:
    """Run the stages before training on the export of an example."""
    params = params_file.load(EXAMPLES / name / "params.yaml")
    with TemporaryDirectory() as folder:
        job = Job(params, Workspace(name, Path(folder)))
        for stage in (ingest, snapshot, featurize):
            stage.run(job)
        rows, catalog = learning_rows(job)
        learning, newest, _ = observed_rows(job, rows)
        _, split = matured_split(job.places.snapshots, params.split)
        test = TrainingSet.from_frame(*frames.read_features(job.places.features, split.test))
    return Taught(params, catalog, learning, newest, test)


def measure(name: str, data: Taught) -> dict[str, Any]:
    """Train all, and compare the model with every peer.

    Parameters
    ----------
    name
        Of the data set.
    data
        Its rows.
    """
    rows, test, seed = data.learning.rows, data.test, data.params.train.seed
    probability = {MODEL: as_trained(data)}
    about = Dataset(name, rows, test, horizon_days=data.params.cohort.horizon_days)
    for peer, contender in peers().items():
        began = time.process_time()
        probability[peer] = contender(rows, about, seed)
        print(name, peer, round(time.process_time() - began), "CPU seconds", flush=True)
    lines = {one: _line(test, p) for one, p in probability.items()}
    for peer in peers():
        both = [probability[MODEL]], [probability[peer]]
        lines[peer]["mikomi_auc_ahead"] = _plain(by_auc(test, *both))
        lines[peer]["mikomi_log_loss_ahead"] = _plain(by_log_loss(test, *both))
    print(name, lines, flush=True)
    return {
        "rows": len(rows),
        "converted_leads": rows.converted_leads,
        "test_rows": len(test),
        "test_converted_leads": test.converted_leads,
        "observed": round(float(test.label.mean()), 4),
        "contenders": lines,
    }


def as_trained(data: Taught) -> Floats:
    """Train as the stage does, and return the probabilities of the test."""
    train, horizon = data.params.train, data.params.cohort.horizon_days
    how = (train, None, train.seed)
    named = nameable_model.fit(data.learning.rows, data.catalog, how, train.proof)
    model = newest_rows.teach(named.model, data.learning, data.newest, horizon)
    print(model.choices, model.calibration, named.silenced, flush=True)
    return model.probability(data.test.values)


def _line(test: TrainingSet, probability: Floats) -> dict[str, Any]:
    return {
        "auc": round(metrics.auc(label=test.label, probability=probability), 5),
        "log_loss": round(metrics.log_loss(label=test.label, probability=probability), 5),
        "mean_predicted": round(float(np.mean(probability)), 4),
    }


def _plain(difference: Difference) -> dict[str, float]:
    return {
        "ahead": round(difference.ahead, 5),
        "se": round(difference.error, 5),
        "beyond_noise": difference.beyond_noise,
    }


if __name__ == "__main__":
    main(sys.argv[1:])

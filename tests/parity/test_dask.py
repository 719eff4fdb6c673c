"""Law 7 on a cluster: features and scores of Dask workers equal those made here, to the bit."""

from pathlib import Path

import pandas as pd
import pytest
from distributed import Client, LocalCluster

from models import artifact
from pipelines import featurize, partitions, score, snapshot, train
from pipelines.engine import EngineSettings, each
from pipelines.job import Job
from pipelines.params_file import parse
from pipelines.sample.company import SampleSettings, make
from pipelines.workspace import Workspace

LIGHT = """
cohort: {every_days: 90, early_age_hours: [24]}
features: {windows_days: [30], min_support: 60, max_topics: 2, sequence_length: 1}
train: {folds: 2, scorecard: {penalties: [10.0]}, booster: {max_trees: 4, learning_rate: 0.3}}
score: {batch_rows: 40}
"""


def store(places: Workspace) -> None:
    company = make(SampleSettings(leads=300, seed=11))
    tables = company.tables()
    kinds = {
        name: "number" if pd.api.types.is_numeric_dtype(tables.leads[name]) else "category"
        for name in tables.attributes()
    }
    until = pd.Timestamp(company.ends_at, unit="us", tz="UTC").isoformat()
    facts = {"name": "small", "partitions": 3, "observed_until": until, "attributes": kinds}
    partitions.write(tables, places.tables, partitions.Manifest.model_validate(facts))


def worked(folder: Path, model: Path | None, scheduler: str | None = None) -> Workspace:
    """Go from tables to a ranking; the model is given, or trained here."""
    engine = f"engine: {{kind: dask, scheduler: '{scheduler}'}}" if scheduler else ""
    job = Job(parse(LIGHT + engine), Workspace("small", folder))
    store(job.places)
    snapshot.run(job)
    featurize.run(job)
    if model is None:
        train.run(job)
    at = pd.Timestamp("2026-01-01", tz="UTC")
    asked = score.Question(job.places.tables, model or job.places.model, at, job.places.scores)
    score.run(job, asked)
    return job.places


def test_features_and_scores_of_a_cluster_equal_ours_to_the_bit(tmp_path: Path) -> None:
    here = worked(tmp_path / "here", None)
    with (
        LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
        ) as cluster,
        Client(cluster) as client,
    ):
        there = worked(tmp_path / "there", here.model, client.scheduler.address)
    for name in ("snapshots", "features"):
        ours, theirs = (sorted(getattr(place, name).iterdir()) for place in (here, there))
        assert [path.name for path in ours] == [path.name for path in theirs]
        assert all(a.read_bytes() == b.read_bytes() for a, b in zip(ours, theirs, strict=True))
    assert here.scores.read_bytes() == there.scores.read_bytes()
    assert artifact.read_fingerprint(here.model)


def test_a_difference_would_be_noticed(tmp_path: Path) -> None:
    """Another leaf in one tree, another ranking: the comparison above is of what matters."""
    frame = pd.DataFrame({"probability": [0.25, 0.5]})
    frame.to_parquet(tmp_path / "a.parquet")
    frame.assign(probability=[0.25, 0.5 + 2**-53]).to_parquet(tmp_path / "b.parquet")
    assert (tmp_path / "a.parquet").read_bytes() != (tmp_path / "b.parquet").read_bytes()


def test_a_fault_on_a_worker_is_told_here() -> None:
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
    ) as cluster:
        settings = EngineSettings("dask", cluster.scheduler_address)
        with pytest.raises(ZeroDivisionError):
            list(each(lambda part: 1 // part, [0], settings))

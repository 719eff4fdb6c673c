"""Law 7 on a cluster: what Dask workers make equals what is made here, to the bit; resumed too."""

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from features.build import CompiledCatalog
from models.artifact import artifact
from models.model.lead_model import LeadModel
from models.training import fit_model
from models.training.cluster_growth import ClusterGrowth
from models.training.tree_growth import Grow
from pipelines.run.engine import EngineSettings, each
from pipelines.run.params_file import parse
from pipelines.run.stage_context import Job
from pipelines.run.workspace import Workspace
from pipelines.sample.company import SampleSettings, make
from pipelines.scoring import score
from pipelines.stages import featurize, snapshot, train
from pipelines.storage import partitions

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


def job(folder: Path, scheduler: str | None = None, light: str = LIGHT) -> Job:
    engine = f"engine: {{kind: dask, scheduler: '{scheduler}'}}" if scheduler else ""
    return Job(parse(light + engine), Workspace("small", folder))


def question(places: Workspace, model: Path, at: str = "2026-01-01") -> score.Question:
    return score.Question(places.tables, model, pd.Timestamp(at, tz="UTC"), places.scores)


def worked(made: Job, model: Path | None = None) -> Workspace:
    """Go from tables to a ranking; the model is given, or trained here."""
    store(made.places)
    snapshot.run(made)
    featurize.run(made)
    if model is None:
        train.run(made)
    score.run(made, question(made.places, model or made.places.model))
    return made.places


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return worked(job(tmp_path_factory.mktemp("here")))


def test_features_and_scores_of_a_cluster_equal_ours_to_the_bit(
    here: Workspace, scheduler: str, tmp_path: Path
) -> None:
    there = worked(job(tmp_path, scheduler), here.model)
    assert different(here, there) == []
    assert artifact.read_fingerprint(here.model)


def different(here: Workspace, there: Workspace) -> list[str]:
    """Return the files of snapshots, features and ranking whose bytes differ."""
    pairs = [(here.scores, there.scores)]
    for name in ("snapshots", "features"):
        ours, theirs = (sorted(getattr(place, name).iterdir()) for place in (here, there))
        assert [path.name for path in ours] == [path.name for path in theirs]
        pairs += zip(ours, theirs, strict=True)
    return [ours.name for ours, theirs in pairs if ours.read_bytes() != theirs.read_bytes()]


def test_training_hands_the_trees_to_the_workers_and_is_the_same(
    here: Workspace, scheduler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    growers: list[Grow] = []
    fit = fit_model.fit

    def seeing(*question: Any) -> LeadModel:
        growers.append(question[-1])
        return fit(*question)

    monkeypatch.setattr(fit_model, "fit", seeing)
    shutil.copytree(here.root, tmp_path / "there")
    there = job(
        tmp_path / "there", scheduler, LIGHT.replace("train: {", "train: {grown: workers, ")
    )
    train.run(there)
    assert isinstance(growers[0], ClusterGrowth)
    differ = {
        path.name
        for path in here.model.iterdir()
        if path.read_bytes() != (there.places.model / path.name).read_bytes()
    }
    assert differ == {"about.json", "manifest.json"}


def test_features_that_differ_by_one_bit_are_reported(
    here: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: one feature of one lead is the next float, as another sum would give."""
    values = CompiledCatalog.values

    def next_float(self: CompiledCatalog, *request: Any) -> Any:
        matrix = values(self, *request)
        row, column = np.argwhere(np.isfinite(matrix) & (matrix != 0.0))[0]
        matrix[row, column] = np.nextafter(matrix[row, column], np.float32(np.inf))
        return matrix

    monkeypatch.setattr(CompiledCatalog, "values", next_float)
    there = worked(job(tmp_path), here.model)
    assert different(here, there) != []


def test_a_fault_on_a_worker_is_raised_here(scheduler: str) -> None:
    settings = EngineSettings("dask", scheduler)
    with pytest.raises(ZeroDivisionError):
        list(each(lambda part: 1 // part, [0], settings))


class Watched:
    """Counts the partitions that are scored, and is interrupted after so many."""

    def __init__(self, after: int | None = None) -> None:
        self.done, self._after = 0, after

    def __call__(self, things: Iterable[Any], title: str, _total: int) -> Iterator[Any]:
        for thing in things:
            yield thing
            self.done += title == "score"
            if self.done == self._after:
                raise KeyboardInterrupt


def scored_after_interruption(here: Workspace, folder: Path, at: str) -> tuple[Workspace, int]:
    """Interrupt the scoring of a moment after one of three partitions; score as `here` did."""
    made = Job(parse(LIGHT), Workspace("small", folder))
    store(made.places)
    with pytest.raises(KeyboardInterrupt):
        score.run(replace(made, track=Watched(1)), question(made.places, here.model, at))
    assert not made.places.scores.exists()
    again = Watched()
    score.run(replace(made, track=again), question(made.places, here.model))
    assert not list(made.places.artifacts.glob(".*"))
    return made.places, again.done


def test_interrupted_scoring_goes_on_and_ends_the_same(here: Workspace, tmp_path: Path) -> None:
    resumed, done = scored_after_interruption(here, tmp_path / "same", "2026-01-01")
    assert done == 2
    assert resumed.scores.read_bytes() == here.scores.read_bytes()


def test_what_was_scored_for_another_moment_is_not_taken(here: Workspace, tmp_path: Path) -> None:
    fresh, done = scored_after_interruption(here, tmp_path / "other", "2025-12-01")
    assert done == 3
    assert fresh.scores.read_bytes() == here.scores.read_bytes()

"""Whatever the data checks let pass, every later stage takes: messy worlds go through all of them.

Decided here: the messy sample company, made odder by traits that exports have and no check takes
out: visits before registration, days without a time, wins that were undone, leads of one moment.
The leak checks run on what is left.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest

from features import build, labels, learn_catalog, snapshots
from features.catalog.catalog import CatalogSettings
from features.labels import Target
from features.snapshots import CohortRule
from features.tables import Tables
from features.timeline import to_moments
from models.stats.settings import SplitSettings
from models.stats.splits import split_by_cutoff
from pipelines.intake.ingest import IngestSettings, ingest
from pipelines.leaks.check import LeakEvidence
from pipelines.sample import SampleSettings, make, write
from pipelines.stages.leaks import check
from pipelines.storage import partitions

MAPPING = Path(__file__).parents[2] / "examples" / "sample" / "mapping.yaml"
RULE = CohortRule(every_days=56, early_age_hours=(24,))
Change = Callable[[Tables, np.random.Generator], None]


def as_it_is(_tables: Tables, _rng: np.random.Generator) -> None:
    """Change nothing."""


def visits_before(tables: Tables, rng: np.random.Generator) -> None:
    early = rng.random(len(tables.activities)) < 0.3
    at = tables.activities["occurred_at"]
    tables.activities["occurred_at"] = at.mask(early, at - pd.Timedelta(days=200))


def days_only(tables: Tables, _rng: np.random.Generator) -> None:
    for frame in (tables.activities, tables.outcomes):
        frame["occurred_at"] = frame["occurred_at"].dt.normalize()


def undone(tables: Tables, rng: np.random.Generator) -> None:
    won = (tables.outcomes["outcome"] == "won").to_numpy()
    tables.outcomes.loc[won & (rng.random(len(won)) < 0.3), "outcome"] = "lost"


def one_moment(tables: Tables, _rng: np.random.Generator) -> None:
    tables.leads["created_at"] = tables.leads["created_at"].min()
    tables.leads["known_at"] = tables.leads["created_at"]


CHANGES = (as_it_is, visits_before, days_only, undone, one_moment)


@cache
def messy(seed: int) -> tuple[Tables, pd.Timestamp]:
    """Ingest a messy sample company."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        write(make(SampleSettings(leads=240, seed=seed, mess=True)), Path(folder))
        patch.setenv("MIKOMI_SAMPLE", folder)
        store = Path(folder) / "store"
        ingest(MAPPING, store, IngestSettings(partitions=2))
        return partitions.read_all(store), partitions.manifest(store).observed_until_at


def through_all(tables: Tables, until: pd.Timestamp) -> set[str]:
    """Send tables through snapshots, labels, features and leak checks; return their verdicts."""
    rows = snapshots.draw(tables, RULE, until)
    label = labels.attach(rows, tables.outcomes, Target(), until)
    rows = rows.assign(label=label)[label.notna()].reset_index(drop=True)
    split = split_by_cutoff(to_moments(rows["cutoff"]), SplitSettings())
    settings = CatalogSettings(windows_days=(30.0,), min_support=3)
    catalog = learn_catalog.learn(tables, rows.iloc[split.learning], settings)
    frame = build.build(tables, rows[["lead_id", "cutoff"]], catalog)
    assert len(frame.values) == len(rows)
    results = check(LeakEvidence(tables, rows, split.learning, split.test, frame=frame))
    return {result.verdict for result in results}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("seed", [4, 11])
def test_messy_worlds_go_through_every_stage(seed: int, change: Change) -> None:
    tables, until = messy(seed)
    own = Tables(**{name: frame.copy() for name, frame in vars(tables).items()})
    change(own, np.random.default_rng(seed))
    assert through_all(own, until) <= {"pass", "warn", "fail", "not applicable"}

"""What teaches before the test: labels, and what became so far of rows too young for one."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from features.timeline import DAY
from models.stats.settings import SplitSettings
from models.stats.splits import split_by_cutoff
from models.stats.training_set import TrainingSet
from pipelines.stages.observed_rows import observed_rows
from pipelines.storage import frames
from pipelines.storage.atomic import write_json, write_text
from tests.small_model import frame_of, rows

ROWS, HORIZON = 200, 28.0


def workspace(folder: Path, days: np.ndarray[Any, Any], late: float = 0.0) -> Any:
    """Write snapshots and features of a company whose cutoffs are 20 weeks."""
    drawn = rows(ROWS, 0)
    frame = frame_of(drawn)
    (folder / "snapshots").mkdir(parents=True)
    (folder / "features").mkdir()
    label = (days < HORIZON).astype(float)
    stored = frame.keys.assign(
        label=label, converted_after_days=days, conversion_known_after_days=days + late
    )
    pq.write_table(frames.arrow(stored), frames.part_path(folder / "snapshots", 0))
    write_json(folder / "snapshots" / frames.MANIFEST, {"partitions": 1})
    write_text(folder / "features" / frames.CATALOG, frame.catalog.to_json())
    write_json(folder / "features" / frames.MANIFEST, {"rows_of_parts": [ROWS]})
    part = frames.part_path(folder / "features", 0)
    frames.write_features(part, frame, pd.Series(label))
    places = SimpleNamespace(snapshots=folder / "snapshots", features=folder / "features")
    split = SplitSettings(horizon_days=HORIZON)
    return SimpleNamespace(places=places, params=SimpleNamespace(split=split))


def learning(job: Any) -> TrainingSet:
    split = split_by_cutoff(rows(ROWS, 0).cutoff, job.params.split)
    return TrainingSet.from_frame(*frames.read_features(job.places.features, split.learning))


def test_young_rows_teach_what_was_known_before_the_test(tmp_path: Path) -> None:
    days = np.where(np.arange(ROWS) % 2, np.arange(ROWS) % 27 + 0.5, np.nan)
    job = workspace(tmp_path / "one", days)
    known, newest, until = observed_rows(job, learning(job))
    cutoff = rows(ROWS, 0).cutoff
    assert until == np.unique(cutoff)[np.unique(cutoff) >= cutoff.max() * 3 // 4].min()
    assert ((newest.rows.cutoff < until) & (newest.rows.cutoff + HORIZON * DAY > until)).all()
    converted = newest.follow_up.days * DAY + newest.rows.cutoff
    assert (converted[np.isfinite(converted)] < until).all()
    assert 0 < np.isfinite(newest.follow_up.days).mean() < 0.5
    assert len(known.follow_up) == len(known.rows)
    assert (known.follow_up.observed_days >= HORIZON).all()


def test_what_happens_or_is_known_later_changes_nothing(tmp_path: Path) -> None:
    days = np.where(np.arange(ROWS) % 2, np.arange(ROWS) % 27 + 0.5, np.nan)
    job = workspace(tmp_path / "one", days)
    before, until = observed_rows(job, learning(job))[1:]
    cutoff = rows(ROWS, 0).cutoff
    after = cutoff + np.nan_to_num(days, nan=np.inf) * DAY >= until
    other = workspace(tmp_path / "other", np.where(after, np.nan, days))
    changed = observed_rows(other, learning(other))[1]
    assert np.array_equal(before.follow_up.days, changed.follow_up.days)
    unheard = workspace(tmp_path / "late", days, late=1000.0)
    assert np.isinf(observed_rows(unheard, learning(unheard))[1].follow_up.days).all()

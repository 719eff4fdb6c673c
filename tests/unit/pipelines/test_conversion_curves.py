"""The table of curves beside a ranking."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.errors import NotEnoughEvidence
from models.artifact import artifact
from models.stats.follow_up import FollowUp, ObservedRows
from models.training.time import newest_rows
from pipelines.scoring import conversion_curves
from tests.small_model import rows, small_model


def test_the_curves_stand_beside_the_ranking(tmp_path: Path) -> None:
    small = small_model()
    count = len(small.rows)
    days = np.where(small.rows.label == 1.0, np.arange(count) % 90 + 0.5, np.inf)
    learning = ObservedRows(small.rows, FollowUp(days, np.full(count, 200.0)))
    nobody = ObservedRows(rows(0, 0), FollowUp(np.zeros(0), np.zeros(0)))
    model = newest_rows.teach(small.model, learning, nobody, 90.0)
    artifact.save(tmp_path / "model", replace(small.artifact, model=model))
    probability = np.array([0.4, 0.2, 0.2])
    low, high, _ = model.interval.of(probability)
    ranked = pd.DataFrame(
        {"lead_id": ["a", "b", "007"], "probability": probability}
        | {"probability_low": low, "probability_high": high}
    )
    ranked.to_parquet(tmp_path / "scores.parquet")
    ranked.to_csv(tmp_path / "scores.csv", index=False)
    out = conversion_curves.write(tmp_path / "scores.parquet", tmp_path / "model")
    curves = pd.read_parquet(out)
    assert out.name == "scores-curve.parquet"
    assert curves["lead_id"].tolist() == ["a", "b", "007"]
    assert curves["probability_90d"].tolist() == probability.tolist()
    assert (curves["probability_30d"] < curves["probability_60d"]).all()
    assert (curves["probability_90d"] <= curves["probability_180d"]).all()
    assert curves["median_days"].between(0, 180).all()
    again = pd.read_csv(
        conversion_curves.write(tmp_path / "scores.csv", tmp_path / "model"),
        dtype={"lead_id": str},
    )
    pd.testing.assert_frame_equal(again, curves, check_dtype=False)


def test_a_model_without_a_curve_is_refused(tmp_path: Path) -> None:
    artifact.save(tmp_path / "model", small_model().artifact)
    with pytest.raises(NotEnoughEvidence, match="curve"):
        conversion_curves.write(tmp_path / "scores.parquet", tmp_path / "model")

"""CatBoost as an own model, and tables of polars: run where the packages of `make bench` are."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.artifact import artifact
from models.estimator.lead_classifier import LeadEstimator
from models.explain.contributions import Explainer
from models.training import fit_model
from tests import small_model


def table() -> tuple[pd.DataFrame, Any]:
    draw = np.random.default_rng(3)
    frame = pd.DataFrame({name: draw.normal(size=300) for name in ("visits", "calls")})
    return frame, frame["visits"].to_numpy() + draw.normal(size=300) > 1.0


def test_catboost_is_fitted_explained_exactly_and_saved(tmp_path: Path) -> None:
    pytest.importorskip("catboost")
    estimator = "examples.own_model.own_models:catboost"
    rows = small_model.rows(800, 0)
    model = fit_model.fit(rows, replace(small_model.SETTINGS, estimator=estimator), seed=0)
    assert Explainer(model).exact
    made = replace(small_model.small_model().artifact, model=model, about={"seed": 0})
    artifact.save(tmp_path / "model", made)
    again = artifact.load(tmp_path / "model").model
    assert again.probability(rows.values).tolist() == model.probability(rows.values).tolist()


def test_a_table_of_polars_is_one_of_pandas() -> None:
    polars = pytest.importorskip("polars")
    frame, label = table()
    model = LeadEstimator(max_trees=5).fit(polars.from_pandas(frame), label)
    assert list(model.feature_names_in_) == ["visits", "calls"]
    there = model.predict_proba(polars.from_pandas(frame))
    assert there.tolist() == model.predict_proba(frame).tolist()

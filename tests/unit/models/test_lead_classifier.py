"""The estimator keeps the rules of time, wherever scikit-learn takes its rows.

That all checks of scikit-learn pass is tested in `tests/unit/mikomi/test_as_train_learns.py`.
"""

from dataclasses import replace
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

from features.errors import BadInput, BadTables
from features.timeline import DAY
from models.estimator import feature_table
from models.estimator.feature_table import Contract
from models.estimator.lead_classifier import LeadEstimator
from models.estimator.time_folds import TimeFolds
from models.explain.proof import nameable_model
from models.model.settings import BoosterSettings, ScorecardSettings, TrainSettings
from tests import small_model

QUICK = TrainSettings(
    folds=2,
    scorecard=ScorecardSettings(max_bins=4, penalties=(30.0,)),
    booster=BoosterSettings(max_trees=5, patience=5, threads=1),
)
CONTRACT = Contract("won", 14.0, 14.0, "2026-01-01T00:00:00+00:00")


@pytest.fixture(scope="module")
def table() -> tuple[pd.DataFrame, pd.Series]:
    rows = small_model.rows(1200, 3)
    frame = small_model.frame_of(rows)
    keys = frame.keys.assign(label=rows.label)
    return feature_table.table_of(frame, CONTRACT), feature_table.label_of(keys, CONTRACT)


@pytest.fixture(scope="module")
def fitted(table: tuple[pd.DataFrame, pd.Series]) -> LeadEstimator:
    early = cutoffs(table[0]) < pd.Timestamp("1970-03-01", tz="UTC")
    return LeadEstimator(settings=QUICK).fit(table[0][early], table[1][early])


def cutoffs(table: pd.DataFrame) -> Any:
    return table.index.get_level_values("cutoff")


def test_it_learns_what_train_learns(table: tuple[pd.DataFrame, pd.Series]) -> None:
    rows, settings = small_model.rows(1200, 3), replace(QUICK, horizon_days=14.0)
    alone = nameable_model.fit(rows, small_model.catalog(), (settings, None, 0))
    whole = LeadEstimator(settings=QUICK).fit(*table).artifact_
    margin = whole.model.margin(rows.values)
    assert margin.tobytes() == alone.model.margin(rows.values).tobytes()
    assert whole.evidence.proven == alone.evidence.proven


def test_the_contract_survives_what_takes_rows(table: tuple[pd.DataFrame, pd.Series]) -> None:
    features, label = table
    for part in (features.iloc[5:9], label.take([1, 2]), features.sample(4, random_state=0)):
        contract = feature_table.contract_of(part)
        assert contract is not None
        assert contract.horizon_days == 14.0


def test_rows_that_the_training_labels_reach_into_are_refused(
    table: tuple[pd.DataFrame, pd.Series], fitted: LeadEstimator
) -> None:
    until = pd.Timestamp(fitted.learned_until_, unit="us", tz="UTC")
    last = pd.Timestamp("1970-02-26", tz="UTC") + pd.Timedelta(days=14)
    assert until == last
    with pytest.raises(BadInput, match="until when the labels of the training reach"):
        fitted.predict_proba(table[0])
    later = table[0][cutoffs(table[0]) >= until]
    assert fitted.predict_proba(later).shape == (len(later), 2)
    allowed = clone(fitted).set_params(past="allow").fit(*table)
    assert len(allowed.predict(table[0])) == len(table[0])


def test_a_random_split_scores_nothing(table: tuple[pd.DataFrame, pd.Series]) -> None:
    with pytest.raises(BadInput, match="training reach"):
        cross_val_score(LeadEstimator(settings=QUICK), *table, cv=2, error_score="raise")


def test_folds_in_time_lie_an_embargo_apart(table: tuple[pd.DataFrame, pd.Series]) -> None:
    features, label = table
    for learn, judge in TimeFolds(3).split(features):
        gap = cutoffs(features)[judge].min() - cutoffs(features)[learn].max()
        assert gap >= pd.Timedelta(days=14)
    scores = cross_val_score(
        LeadEstimator(settings=QUICK), features, label,
        cv=TimeFolds(2), scoring="roc_auc", error_score="raise",
    )  # fmt: skip
    assert (scores > 0.6).all()


def test_a_shorter_embargo_is_refused(table: tuple[pd.DataFrame, pd.Series]) -> None:
    with pytest.raises(BadInput, match="at least the horizon, 14 days"):
        list(TimeFolds(2, embargo_days=3).split(table[0]))
    with pytest.raises(BadInput, match="rows without cutoffs"):
        list(TimeFolds(2).split(np.zeros((4, 2))))


def test_it_stands_in_a_pipeline_and_the_rules_of_time_stay(
    table: tuple[pd.DataFrame, pd.Series],
) -> None:
    features, label = table
    filled = features.fillna(0.0)
    steps = make_pipeline(SelectKBest(f_classif, k=4), LeadEstimator(settings=QUICK))
    steps.set_output(transform="pandas").fit(filled, label)
    assert steps[-1].learned_until_ == int(cutoffs(features).max().value // 1000) + 14 * DAY
    assert len(steps[-1].artifact_.catalog.names) == 4
    with pytest.raises(BadInput, match="training reach"):
        steps.predict_proba(filled)


def test_cutoffs_without_a_horizon_are_refused(table: tuple[pd.DataFrame, pd.Series]) -> None:
    features, label = (one.copy() for one in table)
    features.attrs, label.attrs = {}, {}
    with pytest.raises(BadInput, match="no horizon"):
        LeadEstimator(settings=QUICK).fit(features, label)
    with pytest.raises(BadInput, match="one horizon"):
        LeadEstimator(settings=QUICK, horizon_days=30.0).fit(*table)
    stated = LeadEstimator(settings=QUICK, horizon_days=14.0).fit(features, label)
    assert stated.artifact_.about["horizon_days"] == 14.0


def test_features_of_one_target_and_labels_of_another_are_refused(
    table: tuple[pd.DataFrame, pd.Series],
) -> None:
    other = table[1].copy()
    other.attrs["mikomi"] = other.attrs["mikomi"] | {"outcome": "opened"}
    with pytest.raises(BadTables, match="opened within 14 days and won within 14 days"):
        LeadEstimator(settings=QUICK).fit(table[0], other)


def test_columns_are_named_that_are_missing_or_unknown(
    table: tuple[pd.DataFrame, pd.Series], fitted: LeadEstimator
) -> None:
    later = table[0][cutoffs(table[0]) >= pd.Timestamp("1970-04-01", tz="UTC")]
    with pytest.raises(ValueError, match="profile__noise0"):
        fitted.predict_proba(later.drop(columns="profile__noise0"))
    with pytest.raises(ValueError, match="strange"):
        fitted.predict_proba(later.assign(strange=1.0))
    with pytest.raises(BadTables, match="no column a") as error:
        feature_table.check_columns(["b"], ["a"])
    assert len(error.value.faults) == 2


def test_arrow_is_accepted_with_its_keys_as_columns(
    table: tuple[pd.DataFrame, pd.Series], fitted: LeadEstimator
) -> None:
    later = table[0][cutoffs(table[0]) >= pd.Timestamp("1970-04-01", tz="UTC")]
    arrow = pa.Table.from_pandas(later.reset_index(), preserve_index=False)
    assert nw.from_native(arrow, eager_only=True).shape[0] == len(later)
    assert np.array_equal(fitted.predict_proba(arrow), fitted.predict_proba(later))
    with pytest.raises(BadInput, match="training reach"):
        fitted.predict_proba(pa.Table.from_pandas(table[0].reset_index()))


def test_cutoffs_need_a_zone(table: tuple[pd.DataFrame, pd.Series], fitted: LeadEstimator) -> None:
    index = table[0].index.to_frame(index=False)
    naive = table[0].set_axis(pd.MultiIndex.from_frame(index.assign(cutoff=1)))
    with pytest.raises(BadTables, match="cutoffs of type int64"):
        fitted.predict_proba(naive)

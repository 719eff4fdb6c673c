"""The state tables give LightGBM's and shap's values, for every kind of split and missing value."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from features.errors import ArtifactError
from models.explain.shap_values import load_shap
from models.explain.trees import tree_text
from models.explain.trees.tree_shap_tables import tabulate

EXACT = 1e-9
"""Sums of some hundred doubles in two orders differ by far less."""


def random_values(rng: np.random.Generator, rows: int) -> NDArray[np.float32]:
    """Numbers, small counts, many and few codes, values next to zero; holes everywhere."""
    values = np.column_stack(
        [
            rng.normal(size=rows),
            rng.exponential(5.0, size=rows),
            rng.poisson(0.4, size=rows),
            rng.integers(0, 30, size=rows),
            rng.integers(0, 3, size=rows),
            rng.choice([-1.0, -1e-36, 0.0, 1e-36, 1.0], size=rows),
        ]
    ).astype(np.float32)
    values[rng.random(values.shape) < 0.15] = np.nan
    return values


def train(
    seed: int = 0, trees: int = 20, categorical: Sequence[int] = (3, 4), **params: Any
) -> tuple[lgb.Booster, NDArray[np.float32]]:
    rng = np.random.default_rng(seed)
    values = random_values(rng, 600)
    known = np.nan_to_num(values)
    logit = known[:, 0] * (known[:, 3] % 3 - 1) + known[:, 2] - 0.1 * known[:, 1] + known[:, 5]
    label = (rng.random(600) < 1 / (1 + np.exp(-logit))).astype(np.float64)
    settings_ = {"objective": "binary", "num_leaves": 8, "min_data_in_leaf": 5, "verbose": -1}
    data = lgb.Dataset(values, label, categorical_feature=list(categorical), params={"verbose": -1})
    booster = lgb.train(settings_ | {"num_threads": 1, "seed": seed} | params, data, trees)
    return lgb.Booster(model_str=booster.model_to_string()), values


def strange_values(values: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    """Rows of training, and rows of what training never saw."""
    rng = np.random.default_rng(seed)
    odd = np.array([np.nan, 0.0, -0.0, 1e-36, -1e-35, 1e-34, -2.5, 99.0, 1e9, np.inf, -np.inf])
    strange = values[:120].copy()
    holes = rng.random(strange.shape) < 0.4
    strange[holes] = rng.choice(odd, size=int(holes.sum())).astype(np.float32)
    # LightGBM casts codes to a C int; what does not fit one is undefined there.
    codes = strange[:, 3:5]
    codes[np.abs(codes) > 1e9] = 500.0
    return np.vstack([values[:120], strange])


KINDS: dict[str, dict[str, Any]] = {
    "NaN is missing": {},
    "zero is missing": {"zero_as_missing": True},
    "nothing is missing": {"use_missing": False},
    "one-hot categories": {"max_cat_to_onehot": 64},
    "large category sets": {"cat_smooth": 0.0, "cat_l2": 0.0, "min_data_per_group": 1},
    "bagged": {"bagging_fraction": 0.6, "bagging_freq": 1, "feature_fraction": 0.5},
    "stumps": {"num_leaves": 2},
}


@pytest.mark.parametrize("kind", KINDS)
def test_equals_pred_contrib_and_the_margin_to_the_bit(kind: str) -> None:
    booster, values = train(**KINDS[kind])
    rows = strange_values(values, seed=1)
    tables = tabulate(tree_text.parse(booster.model_to_string()))
    assert tables is not None
    contributions, margin = tables.explain(rows)
    theirs = np.asarray(booster.predict(rows, pred_contrib=True))
    assert np.abs(contributions - theirs[:, :-1]).max() < EXACT
    assert abs(tables.expected - theirs[0, -1]) < EXACT
    np.testing.assert_array_equal(margin, booster.predict(rows, raw_score=True))
    assert np.abs(tables.expected + contributions.sum(axis=1) - margin).max() < EXACT


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**20), st.integers(2, 8), st.sampled_from(sorted(KINDS)))
def test_random_boosters(seed: int, leaves: int, kind: str) -> None:
    booster, values = train(seed, 5, **{**KINDS[kind], "num_leaves": leaves})
    rows = strange_values(values, seed)
    tables = tabulate(tree_text.parse(booster.model_to_string()))
    assert tables is not None
    contributions, margin = tables.explain(rows)
    theirs = np.asarray(booster.predict(rows, pred_contrib=True))
    assert np.abs(contributions - theirs[:, :-1]).max() < EXACT
    np.testing.assert_array_equal(margin, booster.predict(rows, raw_score=True))


@pytest.mark.filterwarnings("ignore:LightGBM binary classifier:UserWarning")
def test_equals_the_tree_explainer_of_shap() -> None:
    """Once as shap hands the booster to LightGBM, once by shap's own code (numeric splits only)."""
    for categorical, own in (([3, 4], False), ([], True)):
        booster, values = train(categorical=categorical)
        tables = tabulate(tree_text.parse(booster.model_to_string()))
        assert tables is not None
        explainer = load_shap().TreeExplainer(booster, feature_perturbation="tree_path_dependent")
        if own:
            explainer.model.model_type = "internal"
        theirs = explainer.shap_values(values[:100].astype(np.float64), check_additivity=False)
        assert np.abs(tables.explain(values[:100])[0] - theirs).max() < EXACT


def test_one_row_alone_equals_the_same_row_among_many_to_the_bit() -> None:
    booster, values = train(trees=50)
    tables = tabulate(tree_text.parse(booster.model_to_string()))
    assert tables is not None
    together, margins = tables.explain(values[:200])
    for row in range(200):
        alone, margin = tables.explain(values[row : row + 1])
        np.testing.assert_array_equal(alone[0], together[row])
        assert margin[0] == margins[row]


def test_a_planted_fault_in_a_default_direction_is_noticed() -> None:
    booster, values = train(zero_as_missing=True)
    trees = tree_text.parse(booster.model_to_string())
    wrong = tuple(replace(tree, default_left=~tree.default_left) for tree in trees)
    tables = tabulate(wrong)
    assert tables is not None
    theirs = np.asarray(booster.predict(values, pred_contrib=True))[:, :-1]
    assert np.abs(tables.explain(values)[0] - theirs).max() > 1e-3


def test_large_trees_are_left_to_lightgbm() -> None:
    booster, _ = train(num_leaves=31)
    assert tabulate(tree_text.parse(booster.model_to_string())) is None


def test_trees_of_one_leaf_only_move_the_expected_value() -> None:
    booster, values = train(trees=3, min_data_in_leaf=10_000)
    trees = tree_text.parse(booster.model_to_string())
    tables = tabulate(trees)
    assert tables is not None
    contributions, margin = tables.explain(values[:3])
    assert not contributions.any()
    np.testing.assert_array_equal(margin, booster.predict(values[:3], raw_score=True))
    assert margin[0] == tables.expected


def test_no_trees_add_nothing() -> None:
    tables = tabulate(())
    assert tables is not None
    contributions, margin = tables.explain(np.ones((2, 3), dtype=np.float32))
    assert not contributions.any()
    assert not margin.any()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("tree\n", "forest\n"),
        ("num_tree_per_iteration=1", "num_tree_per_iteration=3"),
        ("\nmax_feature_idx", "\naverage_output\nmax_feature_idx"),
        ("is_linear=0", "is_linear=1"),
    ],
)
def test_other_texts_are_refused(before: str, after: str) -> None:
    booster, _ = train(trees=1)
    text = booster.model_to_string()
    assert before in text
    with pytest.raises(ArtifactError, match="in a booster"):
        tree_text.parse(text.replace(before, after, 1))

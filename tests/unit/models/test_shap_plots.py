"""Global pictures show the contributions that reasons are made from."""

import io

import numpy as np
import pytest

from models.explain.contributions import Explainer
from models.explain.shap_plots import beeswarm, importance, importance_bar
from tests.small_model import small_model


def test_what_matters_ranks_above_noise() -> None:
    small = small_model()
    parts = Explainer(small.model).contributions(small.frame.values)
    ranked = importance(parts, small.frame.catalog.names)
    assert ranked[0][0].startswith("engagement__pricing_count")
    sizes = [size for _, size in ranked]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == pytest.approx(np.abs(parts).mean(axis=0).max())
    assert importance(parts, small.frame.catalog.names, top=2) == ranked[:2]


def test_no_rows_have_no_importance() -> None:
    assert importance(np.zeros((0, 2)), ["a", "b"]) == [("a", 0.0), ("b", 0.0)]


def test_pictures_are_drawn_without_touching_the_global_state() -> None:
    small = small_model()
    values = small.frame.values[:200]
    parts, names = Explainer(small.model).contributions(values), small.frame.catalog.names
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    for figure in (importance_bar(parts, names, top=5), beeswarm(parts, values, names, top=5)):
        image = io.BytesIO()
        figure.savefig(image, format="png", dpi=50)
        assert len(image.getvalue()) > 5_000
        assert figure.axes[0].get_xlabel() == "contribution to the margin (log-odds)"
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002

"""Global pictures show the contributions that reasons are made from."""

import io
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from features.build import FeatureFrame
from features.errors import CatalogMismatch
from features.wording.sentences import Language
from models.explain.beeswarm import ACROSS, HIGH, LOW, beeswarm_svg, by_concept
from models.explain.concepts import Concepts
from models.explain.contributions import Explainer
from models.explain.shap_plots import beeswarm, explanation, importance, importance_bar
from models.scoring.scorer import Scorer
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


def test_an_explanation_adds_up_to_the_margin() -> None:
    small = small_model()
    explained = explanation(small.model, small.frame)
    total = explained.base_values + explained.values.sum(axis=1)
    np.testing.assert_allclose(total, small.model.margin(small.frame.values), atol=1e-9)
    assert list(explained.feature_names) == list(small.frame.catalog.names)
    np.testing.assert_array_equal(explained.data, small.frame.values.astype(np.float64))


def test_the_explainer_of_a_scorer_gives_the_same_explanation() -> None:
    small = small_model()
    of_scorer = explanation(Scorer(small.artifact).explainer, small.frame)
    of_model = explanation(small.model, small.frame)
    np.testing.assert_array_equal(of_scorer.values, of_model.values)


def test_features_of_another_catalog_are_refused() -> None:
    frame = small_model().frame
    features = frame.catalog.features[::-1]
    other = FeatureFrame(frame.keys, frame.values, replace(frame.catalog, features=features))
    with pytest.raises(CatalogMismatch, match="names differ"):
        explanation(small_model().model, other)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_beeswarm_is_one_element_with_labels_as_text(language: Language) -> None:
    small = small_model()
    svg = beeswarm_svg(small.model, small.frame, language, top=4)
    root = ET.fromstring(svg)  # noqa: S314 - our own markup
    texts = [one.text for one in root.iter() if one.tag.endswith("}text")]
    concepts = Concepts.of(small.frame.catalog)
    parts, _ = by_concept(
        Explainer(small.model).contributions(small.frame.values),
        small.frame.values.astype(np.float64),
        concepts.of_feature,
    )
    order = np.argsort(-np.abs(parts).mean(axis=0))[:4].tolist()
    wanted = [getattr(concepts.labels[k], language) for k in order]
    assert [text for text in texts if text in wanted] == wanted[::-1]
    assert {getattr(one, language) for one in (ACROSS, LOW, HIGH)} <= set(texts)
    assert {one.tag.split("}")[1] for one in root.iter()}.isdisjoint({"metadata", "style"})
    references = re.findall(r'(?:url\(|href=")#([^)"]*)', svg)
    assert set(re.findall(r' id="([^"]*)"', svg)) == set(references)


def test_a_beeswarm_is_the_same_at_every_time_and_for_every_state() -> None:
    small = small_model()
    first = beeswarm_svg(small.model, small.frame, rows=100, seed=3)
    np.random.seed(1)  # noqa: NPY002 (shap's generator must not matter)
    assert beeswarm_svg(Explainer(small.model), small.frame, rows=100, seed=3) == first
    assert beeswarm_svg(small.model, small.frame, rows=100, seed=4) != first


def test_a_beeswarm_without_rows_is_empty() -> None:
    frame = small_model().frame
    nothing = FeatureFrame(frame.keys[:0], frame.values[:0], frame.catalog)
    assert beeswarm_svg(small_model().model, nothing) == ""

"""Law 8: base + reasons = probability, within 1e-9; points + SHAP = margin, within 1e-6."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from features.build import FeatureFrame
from features.errors import ArtifactError
from models.explain import contributions as contributions_of
from models.explain.contributions import Explainer
from models.explain.select_reasons import STEEPEST, Base, concept_points
from models.explain.settings import ReasonSettings
from models.model.booster import Booster
from models.model.calibration import Calibration
from models.model.lead_model import LeadModel, Weights
from models.scoring.scorer import Scorer
from tests.small_model import catalog, rows, small_model

PROBABILITY = 1e-9
MARGIN = 1e-6
CALIBRATIONS = {
    "none": Calibration(),
    "sigmoid": Calibration("sigmoid", (1.7, -0.4)),
    "beta": Calibration("beta", (0.6, 1.3, 0.2)),
    "quadratic": Calibration("quadratic", (-1.5, -1.6, 0.9, -0.2)),
    "isotonic": Calibration(
        "isotonic",
        (0.01, 0.01, 0.1, 0.1, 0.11, 0.11, 0.8, 0.8),
        (-4.0, -2.5, -2.5, -1.9, -1.9, -0.5, -0.4999999, 4.0),
    ),
}


def strange_frame(seed: int, count: int = 200) -> FeatureFrame:
    """Rows that training never saw, holes included."""
    rng = np.random.default_rng(seed)
    values = rows(count, seed).values.copy()
    odd = np.array([np.nan, 0.0, -1.0, 3.0, 1e9], dtype=np.float32)
    holes = rng.random(values.shape) < 0.3
    values[holes] = rng.choice(odd, size=int(holes.sum()))
    keys = small_model().frame.keys.iloc[:count]
    return FeatureFrame(keys, values, catalog())


def with_trees() -> LeadModel:
    """Return the small model with both parts at work, whatever held-out data chose."""
    model = small_model().model
    assert model.booster is not None
    return replace(model, weights=Weights(0.7, 0.6, -0.1))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**20), st.sampled_from(sorted(CALIBRATIONS)))
def test_base_and_reasons_are_the_probability(seed: int, kind: str) -> None:
    model = replace(with_trees(), calibration=CALIBRATIONS[kind])
    scorer = Scorer(replace(small_model().artifact, model=model))
    frame = strange_frame(seed)
    scores = scorer.score(frame)
    parts = scorer.concept_contributions(frame.values)
    assert np.abs(scores.base_probability + parts.sum(axis=1) - scores.probability).max() < (
        PROBABILITY
    )
    shown = scores.selected.contribution.sum(axis=1)
    total = scores.base_probability + shown + scores.remainder
    assert np.abs(total - scores.probability).max() < PROBABILITY
    np.testing.assert_array_equal(scores.probability, model.probability(frame.values))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**20))
def test_base_margin_and_contributions_are_the_margin(seed: int) -> None:
    model = with_trees()
    explainer = Explainer(model)
    assert explainer.tables is not None
    values = strange_frame(seed).values
    explained = explainer.explain(values)
    total = explainer.base_margin + explained.contributions.sum(axis=1)
    assert np.abs(total - model.margin(values)).max() < MARGIN
    np.testing.assert_array_equal(explained.margin, model.margin(values))
    np.testing.assert_array_equal(explainer.margin(values), explained.margin)
    alone = np.concatenate([explainer.margin(row[None, :]) for row in values])
    np.testing.assert_array_equal(alone, explained.margin)


def test_larger_trees_add_up_by_lightgbms_own_values(monkeypatch: pytest.MonkeyPatch) -> None:
    model, values = with_trees(), strange_frame(7).values
    by_tables = Explainer(model)
    monkeypatch.setattr(contributions_of, "tabulate", lambda _: None)
    by_lightgbm = Explainer(model)
    assert by_tables.tables is not None
    assert by_lightgbm.tables is None
    ours, theirs = by_tables.explain(values), by_lightgbm.explain(values)
    assert np.abs(ours.contributions - theirs.contributions).max() < PROBABILITY
    np.testing.assert_array_equal(ours.margin, theirs.margin)
    np.testing.assert_array_equal(by_tables.margin(values), by_lightgbm.margin(values))


def test_a_planted_fault_in_the_tables_is_refused_when_the_model_is_loaded() -> None:
    model = with_trees()
    assert model.booster is not None
    tables = Explainer(model).tables
    assert tables is not None
    for place in (0, len(tables.cells) // 2):
        cells = tables.cells.copy()
        width = int(tables.tree_slots[1] - tables.tree_slots[0]) + 1
        cells[place // width * width :: width] += 1e-6
        with pytest.raises(ArtifactError, match="differ from LightGBM's own"):
            contributions_of.check(replace(tables, cells=cells), model.booster, len(model.names))
    with pytest.raises(ArtifactError, match="differ from LightGBM's own"):
        contributions_of.check(
            replace(tables, expected=tables.expected + 1e-6), model.booster, len(model.names)
        )


def test_a_planted_fault_tables_of_another_booster_are_refused() -> None:
    model = with_trees()
    assert model.booster is not None
    lines = model.booster.text.split("\n")
    at = next(i for i, line in enumerate(lines) if line.startswith("leaf_count="))
    first, *others = lines[at].removeprefix("leaf_count=").split()
    lines[at] = "leaf_count=" + " ".join([*others, first])  # of the same length: the text says it
    other = Booster("\n".join(lines))
    tables = Explainer(model).tables
    assert tables is not None
    with pytest.raises(ArtifactError, match="differ from LightGBM's own"):
        contributions_of.check(tables, other, len(model.names))


def test_a_planted_fault_a_contribution_left_out_breaks_the_sum() -> None:
    explainer = Explainer(with_trees())
    explained = explainer.explain(strange_frame(3).values)
    lacking = explained.contributions[:, 1:].sum(axis=1) + explainer.base_margin
    assert np.abs(lacking - explained.margin).max() > MARGIN


def in_probability(margins: NDArray[np.float64], base: float, kind: str) -> NDArray[np.float64]:
    """Turn one contribution of 3 and one that makes up the rest into probabilities."""
    parts = np.column_stack([np.full(len(margins), 3.0), margins - base - 3.0])
    curve = CALIBRATIONS[kind]
    scored = (margins, curve.probability(margins), Base.of(base, curve))
    return concept_points(parts, np.arange(2), 2, scored)


@pytest.mark.parametrize("kind", sorted(CALIBRATIONS))
def test_at_and_near_the_base_margin_sums_stay_exact_and_sizes_sane(kind: str) -> None:
    base = -0.49999995 if kind == "isotonic" else -1.2
    margins = base + np.array([0.0, 1e-12, -1e-12, 1e-7, -1e-7, 1e-3, 2.0, -2.0])
    points = in_probability(margins, base, kind)
    gain = CALIBRATIONS[kind].probability(margins) - CALIBRATIONS[kind].probability(
        np.array([base])
    )
    assert np.abs(points.sum(axis=1) - gain).max() < PROBABILITY
    assert np.abs(points).max() <= 3.0 * STEEPEST + 1.0 + 2.0
    assert (points[:, 0] >= 0.0).all(), "what speaks for a lead is never turned against it"


def test_every_choice_of_shown_reasons_adds_up() -> None:
    frame = strange_frame(11)
    for shown in (ReasonSettings(0, 0), ReasonSettings(1, 0), ReasonSettings(9, 9, 0, 0.0)):
        scores = Scorer(small_model().artifact, shown).score(frame)
        total = (
            scores.base_probability + scores.selected.contribution.sum(axis=1) + scores.remainder
        )
        assert np.abs(total - scores.probability).max() < PROBABILITY

"""An own model goes the way of every model: folds, calibration, reasons, artifact, server."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from features.build import build
from features.errors import ArtifactError, ArtifactTampered, BadInput
from features.own.definition import own_feature
from features.timeline import to_moments
from models.artifact import artifact
from models.artifact.artifact import Artifact
from models.estimator.lead_classifier import LeadEstimator
from models.explain.contributions import Explainer
from models.explain.proof import learn_evidence
from models.explain.trees.score_edges import edges_of
from models.model import own_names, reference
from models.model.lead_model import LeadModel
from models.model.own_model import OwnModel
from models.scoring.scorer import Scorer
from models.stats.training_set import TrainingSet
from models.training import fit_model
from serve.scoring.loaded_model import LoadedModel
from tests import builders, served, small_model
from tests.own_models import NotSaved

NAMES = ("linear", "boosted", "Products")
WAYS = {"linear": "additive", "boosted": "trees", "Products": "permutation"}


@cache
def fitted(name: str) -> LeadModel:
    settings = replace(small_model.SETTINGS, estimator=f"tests.own_models:{name}")
    return fit_model.fit(small_model.rows(1500, 0), settings, seed=0)


def own(name: str) -> OwnModel:
    model = fitted(name).booster
    assert isinstance(model, OwnModel)
    return model


def saved(name: str, folder: Path) -> Artifact:
    made = replace(small_model.small_model().artifact, model=fitted(name), about={"seed": 0})
    artifact.save(folder / "model", made)
    return made


@pytest.fixture(autouse=True)
def allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(own_names.VARIABLE, "tests.own_models:Products")


@pytest.mark.parametrize("name", NAMES)
def test_reasons_add_up_and_do_not_depend_on_the_company_of_other_rows(name: str) -> None:
    model = fitted(name)
    explainer = Explainer(model)
    values = small_model.rows(12, 5).values
    explained = explainer.explain(values)
    assert explainer.own is not None
    assert explainer.own.way == WAYS[name]
    assert explainer.exact == (name != "Products")
    gap = explained.contributions.sum(axis=1) + model.base_margin - explained.margin
    assert float(np.abs(gap).max()) < 1e-6
    alone = np.concatenate([explainer.explain(row[None, :]).contributions for row in values])
    assert np.allclose(alone, explained.contributions, atol=1e-9)
    assert np.allclose(explained.margin, model.margin(values))


def test_reasons_of_a_linear_model_are_its_coefficients() -> None:
    model = own("linear")
    fill, scale, logistic = (step for _, step in model.estimator.steps)
    values = small_model.rows(30, 6).values
    slope = logistic.coef_[0] / scale.scale_
    filled, start = (
        fill.transform(model.table(values)),
        fill.transform(model.table(model.background)),
    )
    expected = slope * (filled - start.mean(axis=0))
    assert np.allclose(Explainer(fitted("linear")).contributions(values), expected, atol=1e-9)


def test_planted_fault_a_way_that_does_not_add_up_is_not_taken() -> None:
    assert Explainer(fitted("Products")).own is not None
    contributions = Explainer(fitted("Products")).own
    probes = contributions._probes()
    parts = contributions._additive(probes)
    gap = parts.sum(axis=1) + contributions.model.expected - contributions.model.margin(probes)
    assert np.abs(gap).max() > 0.01


@pytest.mark.parametrize("name", NAMES)
def test_it_is_calibrated_out_of_fold_and_named_in_the_choices(name: str) -> None:
    model = fitted(name)
    assert model.evidence_level == "own_model"
    assert model.choices["estimator"] == f"tests.own_models:{name}"
    assert 0.0 < model.choices["log_loss"][f"tests.own_models:{name}"] < 0.7
    rows = small_model.rows(3000, 9)
    assert abs(model.probability(rows.values).mean() - rows.label.mean()) < 0.05


@pytest.mark.parametrize("name", NAMES)
def test_saved_and_loaded_it_scores_the_same_to_the_bit(name: str, tmp_path: Path) -> None:
    made = saved(name, tmp_path)
    read = artifact.load(tmp_path / "model")
    values = small_model.rows(20, 5).values
    assert read.fingerprint == made.fingerprint
    first, second = (Scorer(one).score_values(values) for one in (made, read))
    assert first.probability.tobytes() == second.probability.tobytes()
    assert (tmp_path / "model" / "estimator.bin").is_file()
    assert not (tmp_path / "model" / "trees.txt").exists()


def test_a_changed_estimator_is_noticed(tmp_path: Path) -> None:
    saved("linear", tmp_path)
    place = tmp_path / "model" / "estimator.bin"
    place.write_bytes(place.read_bytes() + b" ")
    with pytest.raises(ArtifactTampered, match=r"estimator\.bin"):
        artifact.load(tmp_path / "model")


def test_a_class_is_imported_only_where_its_name_is_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved("Products", tmp_path)
    monkeypatch.delenv(own_names.VARIABLE)
    read = artifact.load(tmp_path / "model")
    with pytest.raises(ArtifactError, match=r"set MIKOMI_ESTIMATORS=tests\.own_models:Products"):
        Scorer(read)


def test_planted_fault_a_saved_type_that_nobody_trusts_is_not_loaded() -> None:
    import skops.io  # noqa: PLC0415 - slow to import, for this test alone

    content = skops.io.dumps(NotSaved(0.5))
    strange = replace(own("linear"), content=content)
    with pytest.raises(ArtifactError, match=r"tests\.own_models\.NotSaved"):
        strange.margin(small_model.rows(4, 0).values)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("tests.own_models:no_probabilities", "fit and predict_proba"),
        ("tests.own_models:nothing", "module:object, importable from here"),
        ("nowhere:nothing", "module:object, importable from here"),
        ("nothing", r"entry point of mikomi\.estimators"),
        ("tests.own_models:Fails", "ZeroDivisionError: no"),
        ("tests.own_models:NotSaved", r"an estimator with tests\.own_models\.NotSaved"),
    ],
)
def test_what_cannot_be_used_is_named(name: str, message: str) -> None:
    settings = replace(small_model.SETTINGS, estimator=name)
    with pytest.raises(BadInput, match=message):
        fit_model.fit(small_model.rows(300, 0), settings, seed=0)


def test_no_row_of_the_background_is_that_of_a_lead() -> None:
    rows = small_model.rows(1500, 0).values
    background = own("linear").background
    same = [(np.nan_to_num(rows) == np.nan_to_num(one)).all(axis=1).any() for one in background]
    assert not any(same)


def test_columns_that_training_silenced_never_reach_it() -> None:
    rows = small_model.rows(800, 0)
    values = rows.values.copy()
    values[:, -1] = 0.0
    settings = replace(small_model.SETTINGS, estimator="tests.own_models:linear")
    model = fit_model.fit(replace(rows, values=values), settings, seed=0)
    later = small_model.rows(10, 1).values
    other = later.copy()
    other[:, -1] += 100.0
    assert model.margin(later).tobytes() == model.margin(other).tobytes()
    assert len(edges_of(model)[-1]) == 0
    assert len(edges_of(model)[0]) > 0


def test_concepts_are_proven_by_models_of_other_leads() -> None:
    settings = replace(small_model.SETTINGS, estimator="tests.own_models:linear")
    how = (settings, None, 0)
    rows = small_model.rows(1500, 0)
    proven = learn_evidence.learn(rows, fitted("linear"), small_model.catalog(), how).proven
    assert "pricing" in proven
    assert not [one for one in proven if one.startswith("noise")]


def test_the_estimator_of_notebooks_takes_it() -> None:
    rows = small_model.rows(600, 0)
    settings = replace(small_model.SETTINGS, estimator="tests.own_models:linear")
    model = LeadEstimator(settings=settings).fit(np.nan_to_num(rows.values), rows.label)
    assert model.artifact_.model.evidence_level == "own_model"


@cache
def loaded() -> LoadedModel:
    """A server's model of its own, which has learned from an own feature."""
    tables, base = builders.company(served.SIZE), served.artifact()
    words = ("{value}", "{value}")
    feature = own_feature(label=("a", "b"), value=words, none=("no", "無"))(lambda a, b: None)  # noqa: ARG005
    catalog = replace(base.catalog, features=(*base.catalog.features, feature.record("0" * 16)))
    snapshots = builders.snapshots(tables, 3, each=6)
    values = build(tables, snapshots, base.catalog).values
    values = np.column_stack([values, np.arange(len(values))]).astype(np.float32)
    values[:, :2] = np.random.default_rng(0).normal(size=(len(values), 2))
    label = (values[:, 0] > 0.5).astype(np.float64)
    lead = np.unique(snapshots["lead_id"], return_inverse=True)[1].astype(np.int64)
    rows = TrainingSet(
        values, label, lead, to_moments(snapshots["cutoff"]), catalog.names, catalog.categorical
    )
    settings = replace(served.SETTINGS, estimator="tests.own_models:Products")
    model = fit_model.fit(rows, settings, seed=0)
    people = reference.learn(model.margin(values))
    counted = learn_evidence.of_proof(rows, learn_evidence.Proof((), {}, None), 0)
    return LoadedModel(Artifact(model, catalog, people, counted, {"horizon_days": 30.0}))


def test_a_server_answers_and_names_what_it_cannot_do() -> None:
    now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    body = msgspec.json.encode(served.body(4))
    model = loaded()
    answer: Any = model.answer(model.request_from_bytes(body, now), "en", "r")
    plain = msgspec.to_builtins(answer)
    assert plain["missing_features"] == [model.artifact.catalog.names[-1]]
    assert plain["approximate_reasons"] is True
    assert plain["evidence"] == "own_model"
    request = model.request_from_bytes(body, now)
    assert np.isnan(model.values(request)[0, -1])


def test_other_models_answer_as_before() -> None:
    now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    model = LoadedModel(served.artifact())
    request = model.request_from_bytes(msgspec.json.encode(served.body(4)), now)
    plain = msgspec.to_builtins(model.answer(request, "en", "r"))
    assert {"missing_features", "approximate_reasons"}.isdisjoint(plain)

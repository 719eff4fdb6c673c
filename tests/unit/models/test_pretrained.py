"""Own models with weights of their own, and packages that offer one; what they lack is named."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.errors import ArtifactError, BadInput
from models.artifact import artifact
from models.model import own_names
from models.model.lead_model import LeadModel
from models.model.own_model import OwnModel
from models.training import fit_model
from tests import small_model

NAME = "examples.own_model.pretrained:Pretrained"
OFFERED = """
from sklearn.tree import DecisionTreeClassifier

def shallow():
    return DecisionTreeClassifier(max_depth=2)
"""


def fit(name: str = NAME, rows: int = 800) -> LeadModel:
    settings = replace(small_model.SETTINGS, estimator=name)
    return fit_model.fit(small_model.rows(rows, 0), settings, seed=0)


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    rows = small_model.rows(10, 0)
    draw = np.random.default_rng(1)
    path = tmp_path / "weights.npz"
    names = np.array([*rows.names[:-1], "a column of others"])
    np.savez(path, names=names, matrix=draw.normal(0.0, 0.4, (len(names), 4)))
    monkeypatch.setenv("OWN_WEIGHTS", str(path))
    monkeypatch.setenv(own_names.VARIABLE, NAME)
    return path


def test_weights_come_from_a_path_and_are_not_in_the_artifact(
    weights: Path, tmp_path: Path
) -> None:
    model = fit()
    rows = small_model.rows(20, 5).values
    made = replace(small_model.small_model().artifact, model=model, about={"seed": 0})
    artifact.save(tmp_path / "model", made)
    read = artifact.load(tmp_path / "model").model
    assert read.probability(rows).tobytes() == model.probability(rows).tobytes()
    assert model.probability(rows).std() > 0.001
    saved = (tmp_path / "model" / "estimator.bin").stat().st_size
    assert saved < weights.stat().st_size


def test_other_weights_or_none_are_refused(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = fit().booster
    assert isinstance(own, OwnModel)
    weights.write_bytes(weights.read_bytes() + b" ")
    with pytest.raises(ArtifactError, match="another file than the model was fitted with"):
        replace(own, content=own.content).margin(small_model.rows(4, 0).values)
    monkeypatch.delenv("OWN_WEIGHTS")
    with pytest.raises(BadInput, match="no such file; nothing is downloaded"):
        fit()


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "catboost", None)
    with pytest.raises(BadInput, match=r"own_models:catboost: .*catboost"):
        fit("examples.own_model.own_models:catboost")
    own = fit("tests.own_models:linear", 300).booster
    assert isinstance(own, OwnModel)
    with pytest.raises(ArtifactError, match="install catboost"):
        replace(own, form="catboost").margin(small_model.rows(4, 0).values)


def test_a_package_offers_a_model_by_an_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "offering.py").write_text(OFFERED, "utf-8")
    about = tmp_path / "offering-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: offering\nVersion: 1.0\n", "utf-8"
    )
    (about / "entry_points.txt").write_text(
        "[mikomi.estimators]\nshallow = offering:shallow\n", "utf-8"
    )
    with pytest.raises(BadInput, match="none is installed"):
        fit("shallow", 300)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert own_names.allowed("shallow")().max_depth == 2
    filled = small_model.rows(300, 0)
    filled = replace(filled, values=np.nan_to_num(filled.values))
    settings = replace(small_model.SETTINGS, estimator="shallow")
    model = fit_model.fit(filled, settings, seed=0)
    assert model.choices["estimator"] == "shallow"
    with pytest.raises(BadInput, match=r"entry point of mikomi\.estimators \(shallow\)"):
        fit("deep", 300)

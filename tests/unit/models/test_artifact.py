"""An artifact is saved whole, verified when it is loaded, and holds no code."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from features.catalog.catalog import Catalog, Vocabulary
from features.errors import ArtifactError, ArtifactMissing, ArtifactTampered, CatalogMismatch
from models.artifact import artifact as artifacts
from serve.scoring.feature_fingerprint import FeatureFingerprint
from tests.small_model import small_model

FILES = (
    "about.json",
    "catalog.json",
    "evidence.json",
    "evidence.parquet",
    "model.json",
    "reference.json",
    "trees.txt",
)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    artifacts.save(tmp_path / "model", small_model().artifact)
    return tmp_path / "model"


def test_it_is_these_files_and_no_others(saved: Path) -> None:
    assert sorted(path.name for path in saved.iterdir()) == sorted([*FILES, artifacts.MANIFEST])
    assert [path.name for path in saved.parent.iterdir()] == ["model"]


def test_the_same_artifact_has_the_same_fingerprint_wherever_it_is(saved: Path) -> None:
    artifact = small_model().artifact
    loaded = artifacts.load(saved)
    assert loaded.fingerprint == artifact.fingerprint == artifacts.read_fingerprint(saved)
    assert replace(artifact, about={"seed": 1}).fingerprint != artifact.fingerprint


@pytest.mark.parametrize("name", FILES)
def test_a_changed_file_is_refused_by_name(saved: Path, name: str) -> None:
    content = bytearray((saved / name).read_bytes())
    content[len(content) // 2] ^= 1
    (saved / name).write_bytes(content)
    with pytest.raises(ArtifactTampered, match=name):
        artifacts.load(saved)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused_by_name(saved: Path, name: str) -> None:
    (saved / name).unlink()
    with pytest.raises(ArtifactTampered, match=name):
        artifacts.load(saved)


def test_all_faults_are_named_at_once(saved: Path) -> None:
    (saved / "about.json").unlink()
    (saved / "model.json").write_text("{}")
    with pytest.raises(ArtifactTampered) as raised:
        artifacts.load(saved)
    assert len(raised.value.faults) == 2


def test_trees_that_nobody_saved_are_refused(tmp_path: Path) -> None:
    artifact = small_model().artifact
    artifacts.save(
        tmp_path / "model", replace(artifact, model=replace(artifact.model, booster=None))
    )
    (tmp_path / "model" / "trees.txt").write_text("tree\n")
    with pytest.raises(ArtifactTampered, match=r"trees\.txt"):
        artifacts.load(tmp_path / "model")


@pytest.mark.parametrize(
    "change",
    [
        {"fingerprint": "0" * 64},
        {"files": {}},
        {"files": {"../model.json": {"sha256": "0", "bytes": 1}}},
        {"files": [1, 2]},
        {"catalog": "0" * 64},
    ],
)
def test_a_changed_manifest_is_refused(saved: Path, change: dict[str, object]) -> None:
    path = saved / artifacts.MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ArtifactTampered):
        artifacts.load(saved)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format_version": 1}', "\x00"])
def test_a_broken_manifest_is_refused(saved: Path, content: str) -> None:
    (saved / artifacts.MANIFEST).write_text(content)
    with pytest.raises(ArtifactTampered, match="manifest"):
        artifacts.load(saved)


def test_an_unknown_format_is_refused(saved: Path) -> None:
    path = saved / artifacts.MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format_version": 99}))
    with pytest.raises(ArtifactError, match="format version 99"):
        artifacts.load(saved)


def test_where_there_is_none_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(ArtifactMissing, match="train a model first"):
        artifacts.load(tmp_path / "nothing")


def test_saving_again_replaces_the_whole(saved: Path) -> None:
    artifact = small_model().artifact
    artifacts.save(saved, replace(artifact, model=replace(artifact.model, booster=None)))
    assert not (saved / "trees.txt").exists()
    assert artifacts.load(saved).model.booster is None
    assert [path.name for path in saved.parent.iterdir()] == ["model"]


def test_a_failed_save_leaves_the_old_one(saved: Path) -> None:
    artifact = small_model().artifact
    with pytest.raises(ValueError, match="not JSON compliant"):
        artifacts.save(saved, replace(artifact, about={"auc": float("nan")}))
    assert artifacts.load(saved).fingerprint == artifact.fingerprint
    assert [path.name for path in saved.parent.iterdir()] == ["model"]


def test_a_model_of_other_columns_is_refused() -> None:
    with pytest.raises(CatalogMismatch, match="0 columns of the catalog"):
        replace(small_model().artifact, catalog=Catalog((), Vocabulary()))


def test_the_feature_fingerprint_is_of_values_and_catalog() -> None:
    small = small_model()
    row = small.frame.values[0]
    changed = row.copy()
    changed[0] += 1
    other = replace(small.frame.catalog, vocabulary=Vocabulary())
    fingerprints = {
        FeatureFingerprint(small.frame.catalog).of(row),
        FeatureFingerprint(small.frame.catalog).of(changed),
        FeatureFingerprint(other).of(row),
    }
    assert len(fingerprints) == 3

"""Law 10: save, load in a new process, as a server's, score: equal to the bit."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.artifact import artifact as artifacts
from models.artifact.artifact import Artifact
from models.model.calibration import Calibration
from models.model.lead_model import Weights
from models.scoring.batch_scores import Scores
from models.scoring.scorer import Scorer
from tests.small_model import frame_of, rows, small_model

ROOT = Path(__file__).parents[2]
IN_A_NEW_PROCESS = """
import sys
from pathlib import Path

from serve.scoring import lean_import

lean_import.import_lightgbm()
import numpy as np

from models.artifact import artifact
from models.scoring.scorer import Scorer
assert {"lightgbm", "sklearn"} & sys.modules.keys() == {"lightgbm"}
from tests.laws.test_artifact_round_trip import columns
from tests.small_model import frame_of, rows

for place in map(Path, sys.argv[1:]):
    loaded = artifact.load(place)
    scores = Scorer(loaded).score(frame_of(rows(300, 5)))
    np.savez(place.with_suffix(".npz"), fingerprint=loaded.fingerprint, **columns(scores))

lean_import.import_lightgbm()
from sklearn.isotonic import IsotonicRegression
"""


def columns(scores: Scores) -> dict[str, np.ndarray]:
    """Return everything that is reported of the leads, the sentences included."""
    selected = scores.selected
    return {
        "margin": scores.margin,
        "probability": scores.probability,
        "score": scores.score,
        "band": scores.band,
        "base_probability": np.array(scores.base_probability),
        "remainder": scores.remainder,
        "concept": selected.concept,
        "feature": selected.feature,
        "value": selected.value,
        "contribution": selected.contribution,
        "leads": selected.leads,
        "converted_leads": selected.converted_leads,
        "ja": scores.sentences("ja").astype(str),
        "en": scores.sentences("en").astype(str),
    }


def kinds() -> dict[str, Artifact]:
    whole = small_model().artifact
    awkward = 0.1 + 0.2
    isotonic = Calibration("isotonic", (0.05, awkward, 0.9), (-3.0, -awkward, 2.0))
    return {
        "scorecard and trees": replace(
            whole, model=replace(whole.model, weights=Weights(awkward, 1 / 3, -1e-17))
        ),
        "scorecard alone": replace(
            whole, model=replace(whole.model, booster=None, calibration=isotonic)
        ),
    }


def test_a_new_process_gives_the_same_bits(tmp_path: Path) -> None:
    places = {tmp_path / f"model{i}": artifact for i, artifact in enumerate(kinds().values())}
    fingerprints = {place: artifacts.save(place, artifact) for place, artifact in places.items()}
    command = [sys.executable, "-c", IN_A_NEW_PROCESS, *places]
    subprocess.run(command, check=True, cwd=ROOT)  # noqa: S603 (our own code)
    for place, artifact in places.items():
        here = columns(Scorer(artifact).score(frame_of(rows(300, 5))))
        with np.load(place.with_suffix(".npz")) as there:
            assert str(there["fingerprint"]) == fingerprints[place]
            for name, column in here.items():
                assert there[name].tobytes() == np.asarray(column).tobytes(), name


def test_a_planted_fault_of_one_bit_is_noticed() -> None:
    artifact = kinds()["scorecard and trees"]
    table = artifact.model.scorecard.table.copy()
    table[:] = np.nextafter(table, np.inf)
    card = replace(artifact.model.scorecard, table=table)
    wrong = replace(artifact, model=replace(artifact.model, scorecard=card))
    frame = frame_of(rows(300, 5))
    ours, theirs = Scorer(artifact).score(frame), Scorer(wrong).score(frame)
    assert ours.margin.tobytes() != theirs.margin.tobytes()


def test_how_the_rows_are_cut_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    scorer = Scorer(small_model().artifact)
    taken = rows(300, 5)
    together = columns(scorer.score(frame_of(taken)))
    monkeypatch.setattr("models.scoring.scorer._CHUNK_ROWS", 17)
    apart = columns(scorer.score(frame_of(taken), threads=2))
    for name, column in together.items():
        assert np.asarray(column).tobytes() == np.asarray(apart[name]).tobytes(), name
    for row in (0, 1, 299):
        alone = columns(scorer.score(frame_of(taken.take(np.array([row])))))
        assert alone["margin"][0] == together["margin"][row]
        assert alone["contribution"].tobytes() == together["contribution"][row].tobytes()

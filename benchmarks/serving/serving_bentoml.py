"""The peer on BentoML: the same scorer behind its server, given the features ready made.

Decided here: the least that BentoML can be asked to do. One row of numbers comes in, a probability
and a score go out; no history is read, no reason is said, nothing is logged.
"""

import json
from pathlib import Path

import bentoml  # type: ignore[import-not-found]
import numpy as np

from models.artifact import artifact
from models.scoring.scorer import Scorer

FOLDER = Path("artifacts/serve")


@bentoml.service(workers=1)  # type: ignore[untyped-decorator]
class Peer:
    """One worker with one model."""

    def __init__(self) -> None:
        pointer = json.loads((FOLDER / "champion.json").read_text())
        self._scorer = Scorer(artifact.load(FOLDER / "models" / pointer["fingerprint"]))

    @bentoml.api  # type: ignore[untyped-decorator]
    def score(self, row: list[float | None]) -> dict[str, float]:
        """Score one row of features."""
        scores = self._scorer.score_values(np.array([row], np.float32))
        return {"probability": float(scores.probability[0]), "score": float(scores.score[0])}

"""From feature values to the numbers of an answer, for many rows and without reasons.

Decided here: margins come from the explainer, as those of answers do, so that a number in a
ranking, a trend or a forecast equals the number in an answer, to the bit.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.model.reference import BANDS
from models.scoring.scorer import Scorer
from models.stats.training_set import Floats, Values


class ScoreNumbers(NamedTuple):
    """Margin, probability, score and band code of some rows: shape (rows,) each."""

    margin: Floats
    probability: Floats
    score: Floats
    band_code: NDArray[np.int8]

    def band(self, row: int) -> str:
        """Return the band of one row."""
        return BANDS[int(self.band_code[row])]


def numbers(scorer: Scorer, values: Values) -> ScoreNumbers:
    """Compute the numbers of rows.

    Parameters
    ----------
    scorer
        Of the model.
    values
        Shape (rows, features).
    """
    model, reference = scorer.artifact.model, scorer.artifact.reference
    margin = scorer.explainer.margin(np.ascontiguousarray(values, np.float32))
    score = reference.score(margin)
    probability = model.calibration.probability(margin)
    return ScoreNumbers(margin, probability, score, reference.band(score, probability))

"""The draw of rows for a proof, and for the cost of leaving columns out, where there are many.

Decided here: whole leads are drawn, and of the leads that converted so many that they are half of
the rows, or all of them. What proves a concept are conversions: where few leads convert, a plain
draw would leave out most of them and prove little. The test compares what a concept adds with the
outcome among rows of like age and time; of a concept that says nothing, that is as likely in a draw
by outcome as in any other.
"""

import numpy as np

from models.stats.training_set import Rows, TrainingSet


def draw_by_outcome(rows: TrainingSet, most: int, seed: int) -> Rows:
    """Draw whole leads, up to half of the rows of leads that converted; return their positions.

    Parameters
    ----------
    rows
        The rows.
    most
        About how many rows; if there are no more, all are returned.
    seed
        Of the draw.
    """
    if len(rows) <= most:
        return np.arange(len(rows))
    codes, position = np.unique(rows.lead, return_inverse=True)
    converted = np.bincount(position, rows.label) > 0.0
    of_converted = int(np.count_nonzero(converted[position]))
    of_others = len(rows) - of_converted
    wanted = max(most // 2, most - of_others)
    chance = np.where(
        converted, _share(wanted, of_converted), _share(most - min(wanted, of_converted), of_others)
    )
    drawn = np.random.default_rng(seed).random(len(codes)) < chance
    return np.flatnonzero(drawn[position])


def _share(wanted: int, there: int) -> float:
    return min(1.0, wanted / there) if there else 0.0

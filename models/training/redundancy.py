"""Redundant columns: constant ones, and exact copies of an earlier column.

Decided here: in training they are silenced (set to zero), so that neither scorecard nor trees learn
from them and no penalty is split among copies. In scoring nothing changes: a column that was
silenced has no effect.
"""

import hashlib
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.stats.training_set import TrainingSet, Values


def repeats(values: Values) -> NDArray[np.bool_]:
    """Mark the columns that equal an earlier one, missing values included.

    >>> repeats(np.array([[1, 1, 2], [3, 3, 4]], dtype=np.float32))
    array([False,  True, False])
    """
    hashes: set[bytes] = set()
    marked = np.zeros(values.shape[1], dtype=np.bool_)
    for column in range(values.shape[1]):
        content = np.ascontiguousarray(values[:, column])
        key = hashlib.blake2b(content.tobytes(), digest_size=16).digest()
        marked[column] = key in hashes
        hashes.add(key)
    return marked


def silence(rows: TrainingSet) -> TrainingSet:
    """Return the rows with repeated columns set to zero, so that nothing is learned from them."""
    marked = repeats(rows.values)
    if not marked.any() or len(rows) == 0:
        return rows
    values = rows.values.copy()
    values[:, marked] = 0.0
    return replace(rows, values=values)

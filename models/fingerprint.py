"""The feature fingerprint of one scoring, for receipts.

Decided here: it covers the catalog and the 32-bit values of the row; all kinds of NaN count as one,
and so do both zeros.
"""

import hashlib

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.catalog import Catalog


def feature_fingerprint(values: NDArray[np.float32], catalog: Catalog) -> str:
    """Give the SHA-256 of one row of features: 64 hexadecimal digits.

    >>> from features.catalog import Vocabulary
    >>> row = np.array([0.0, np.nan], dtype=np.float32)
    >>> empty = Catalog((), Vocabulary())
    >>> feature_fingerprint(row, empty) == feature_fingerprint(-row, empty)
    True

    Parameters
    ----------
    values
        Shape (features,), float32.
    catalog
        The catalog that they were built with.
    """
    plain = _plain(np.ascontiguousarray(values)).astype("<f4", copy=False)
    content = catalog.fingerprint.encode() + plain.tobytes()
    return hashlib.sha256(content).hexdigest()


@njit(cache=True, nogil=True)
def _plain(values: NDArray[np.float32]) -> NDArray[np.float32]:
    plain = np.empty(values.size, np.float32)
    for i in range(values.size):
        plain[i] = np.nan if np.isnan(values[i]) else values[i] + np.float32(0.0)
    return plain

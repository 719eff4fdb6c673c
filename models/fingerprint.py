"""The feature fingerprint of one scoring, for receipts.

Decided here: it covers the catalog and the 32-bit values of the row; all kinds of NaN count as one,
and so do both zeros.
"""

import hashlib

import numpy as np
from numpy.typing import NDArray

from features.catalog import Catalog

_ZERO = np.float32(0.0)
_NAN = np.float32(np.nan)


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
    plain = values + _ZERO
    np.copyto(plain, _NAN, where=np.isnan(plain))
    content = catalog.fingerprint.encode() + plain.astype("<f4", copy=False).tobytes()
    return hashlib.sha256(content).hexdigest()

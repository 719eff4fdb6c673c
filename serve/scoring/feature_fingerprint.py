"""The feature fingerprint of one scoring, for receipts.

Decided here: it covers the catalog and the 32-bit values of the row; all kinds of NaN count as one,
and so do both zeros.
"""

import hashlib
import sys
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.catalog.catalog import Catalog
from features.kernel.compiled import njit

_LITTLE: Final = sys.byteorder == "little"


class FeatureFingerprint:
    """Computes the fingerprints of rows of one catalog; the catalog is hashed once.

    Parameters
    ----------
    catalog
        The catalog of the features.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._begun = hashlib.sha256(catalog.fingerprint.encode())

    def of(self, values: NDArray[np.float32]) -> str:
        """Compute the SHA-256 of one row of features: 64 hexadecimal digits.

        >>> from features.catalog.catalog import Vocabulary
        >>> row = np.array([0.0, np.nan], dtype=np.float32)
        >>> fingerprint = FeatureFingerprint(Catalog((), Vocabulary()))
        >>> fingerprint.of(row) == fingerprint.of(-row)
        True

        Parameters
        ----------
        values
            Shape (features,), float32, contiguous.
        """
        digest = self._begun.copy()
        plain = _plain(values)
        digest.update(plain if _LITTLE else plain.astype("<f4"))
        return digest.hexdigest()


@njit(cache=True, nogil=True)
def _plain(values: NDArray[np.float32]) -> NDArray[np.float32]:
    plain = np.empty(values.size, np.float32)
    for i in range(values.size):
        plain[i] = np.nan if np.isnan(values[i]) else values[i] + np.float32(0.0)
    return plain

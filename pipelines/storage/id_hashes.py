"""Hashes of ids, so that millions of ids are compared in bounded memory."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def hash_ids(ids: pd.Series) -> NDArray[np.uint64]:
    """Hash ids, the same in every process."""
    hashes: NDArray[np.uint64] = pd.util.hash_array(ids.to_numpy(object), categorize=False)
    return hashes

"""Attributes by lead: whether each lead converted, and how well one attribute alone predicts it.

Decided here: an attribute is read from the tables, because a rarely filled column is not in the
catalog. It is learned on the earlier half of the leads and judged on the later half.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from models.stats.metrics import auc
from pipelines.leaks.check import LeakEvidence

_SHRINK: Final = 5.0
_BINS: Final = 16
_MIN: Final = 10


@dataclass(frozen=True)
class Alone:
    """The result of one attribute alone: fill shares, and its AUC on the later leads."""

    filled_converted: float
    filled_others: float
    auc: float


def leads(evidence: LeakEvidence) -> pd.DataFrame | None:
    """Return the leads of the rows with `converted`, in order of creation.

    Returns
    -------
    None with too few leads of either outcome in either half.
    """
    converted = evidence.rows.groupby("lead_id")["label"].max().rename("converted")
    known = evidence.tables.leads.merge(converted, left_on="lead_id", right_index=True)
    known = known.sort_values(["created_at", "lead_id"], kind="stable").reset_index(drop=True)
    half = len(known) // 2
    parts = known["converted"].iloc[:half], known["converted"].iloc[half:]
    enough = all(min(part.sum(), (1 - part).sum()) >= _MIN for part in parts)
    return known if enough else None


def alone(values: pd.Series, converted: pd.Series) -> Alone:
    """Judge one attribute.

    Parameters
    ----------
    values, converted
        Shape (leads,), in order of creation: the attribute, and 1 or 0.
    """
    code = _codes(values)
    half, label = len(code) // 2, converted.to_numpy(np.float64)
    size = int(code.max()) + 1
    count = np.bincount(code[:half], minlength=size)
    won = np.bincount(code[:half], label[:half], minlength=size)
    rates = (won + _SHRINK * label[:half].mean()) / (count + _SHRINK)
    filled = values.notna().to_numpy()
    shares = [float(filled[label == one].mean()) for one in (1.0, 0.0)]
    return Alone(
        shares[0], shares[1], float(auc(label=label[half:], probability=rates[code[half:]]))
    )


def _codes(values: pd.Series) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    if pd.api.types.is_numeric_dtype(values) and values.nunique() > _BINS:
        numbers = values.to_numpy(np.float64)
        edges = np.unique(np.nanquantile(numbers, np.arange(1, _BINS) / _BINS))
        binned = np.searchsorted(edges, numbers, side="right") + 1
        return np.where(np.isnan(numbers), 0, binned).astype(np.int64)
    return (pd.factorize(values)[0] + 1).astype(np.int64)

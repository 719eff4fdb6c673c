"""L008: the same lead under two ids, one in the training rows and one in the test rows.

Decided here: two leads are near duplicates if all their attributes but at most one are equal and
the agreement is no chance: it carries more bits than pairing every test lead with every learning
lead explains, plus twenty. Common values carry few bits, so leads with almost no attributes are
never duplicates of each other.
"""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.feature import Text
from pipelines.leaks.check import LeakCheck, LeakEvidence, Suspects

SPARE_BITS: Final = 20.0
MOST: Final = 0.02
WORTH_A_LOOK: Final = 0.005
LEAST_PAIRS: Final = 3
MIN_ATTRIBUTES: Final = 3
Codes = NDArray[np.int64]


def _examine(evidence: LeakEvidence) -> Suspects | None:
    names = evidence.attributes()
    ids = evidence.rows["lead_id"]
    learning = set(ids.iloc[evidence.learning])
    test = set(ids.iloc[evidence.test]) - learning
    leads = evidence.tables.leads
    leads = leads[leads["lead_id"].isin(learning | test)].reset_index(drop=True)
    if len(names) < MIN_ATTRIBUTES or not learning or not test:
        return None
    codes = np.column_stack([_codes(leads[name]) for name in names])
    in_test = leads["lead_id"].isin(test).to_numpy()
    needed = np.log2(float(in_test.sum()) * float((~in_test).sum())) + SPARE_BITS
    twins = duplicates(codes, in_test, needed)
    share = float(twins[in_test].mean())
    grounds = f"{share:.1%} of the test leads have a near duplicate among those learned from"
    if twins.sum() < LEAST_PAIRS or share < WORTH_A_LOOK:
        return Suspects()
    return Suspects({"leads": grounds}) if share >= MOST else Suspects({}, {"leads": grounds})


def duplicates(codes: Codes, in_test: NDArray[np.bool_], needed: float) -> NDArray[np.bool_]:
    """Mark the test leads that have a twin elsewhere: shape (leads,).

    Parameters
    ----------
    codes
        Shape (leads, attributes); 0 is missing.
    in_test
        Shape (leads,): whether the lead is in the test rows.
    needed
        Bits of agreement beyond chance.
    """
    bits = np.column_stack([_bits(codes[:, column]) for column in range(codes.shape[1])])
    marked = np.zeros(len(codes), dtype=np.bool_)
    for column in range(codes.shape[1]):
        left = np.delete(np.arange(codes.shape[1]), column)
        group = pd.util.hash_array(
            pd.util.hash_pandas_object(pd.DataFrame(codes[:, left]), index=False).to_numpy()
        )
        enough = bits[:, left].sum(axis=1) >= needed
        marked |= enough & in_test & np.isin(group, group[~in_test])
    return marked


def _codes(values: pd.Series) -> Codes:
    """Assign a number to every value; text is compared without case and surrounding space."""
    plain = values
    if not pd.api.types.is_numeric_dtype(values):
        plain = values.astype("str").str.strip().str.casefold().where(values.notna())
    return (pd.factorize(plain)[0] + 1).astype(np.int64)


def _bits(code: Codes) -> NDArray[np.float64]:
    """Compute the information of each value in bits; a missing one has none."""
    share = np.bincount(code)[code] / len(code)
    return np.where(code == 0, 0.0, -np.log2(share))


CHECK = LeakCheck(
    "L008",
    Text("near duplicates across the split", "分割をまたぐほぼ同一のリード"),
    "leads that stand once in the export",
    "merge the leads that are one before the export; look for records copied by a conversion",
    _examine,
)

"""C037: an id that could not be read or erased later, such as one with a line break."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from features.reading.id_rule import EXPECTED, is_id
from features.tables import SPECS, TableName
from pipelines.intake.checks.check import Batch, Flags, RowCheck

_IDS = ("lead_id", "account_id", "owner_id", "activity_id", "deal_id")
_PLAIN = r"^[!-\-/-~][ -~]{0,500}$"
"""Nearly all ids match it, in one fast pass; what does not is looked at by itself."""


def _flags(batch: Batch, table: TableName) -> Flags | None:
    frame = batch.tables[table]
    flags: Flags = np.zeros(len(frame), bool)
    for name in _IDS:
        if name in frame:
            flags |= _broken(frame[name])
    return flags


def _broken(ids: pd.Series) -> Flags:
    """Return which ids break the rule; a missing one does not."""
    texts = pa.array(ids.astype("str"), pa.large_string(), from_pandas=True)
    plain = pc.fill_null(pc.match_substring_regex(texts, _PLAIN), fill_value=True)
    odd = ids[~plain.to_numpy(zero_copy_only=False)]
    flags: Flags = ids.isin([one for one in odd.unique() if not is_id(str(one))]).to_numpy()
    return flags


CHECK = RowCheck(
    "C037",
    "ids that break",
    "error",
    EXPECTED,
    "correct these ids in the source; a line break often comes from an unquoted cell",
    tuple(SPECS),
    _flags,
)

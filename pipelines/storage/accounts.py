"""The accounts of leads, from a store: for folds, which never part one, and for their own numbers.

Decided here: a lead without account is by itself. A company whose leads have none has no accounts.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from models.artifact.remote import source
from pipelines.storage import partitions

_COLUMNS = ["lead_id", "account_id"]


def account_ids(directory: Path) -> pd.Series:
    """Return the account of every lead that has one, indexed by lead id.

    Parameters
    ----------
    directory
        A store of canonical tables.
    """
    parts = [_of_part(directory, part) for part in range(partitions.count(directory))]
    known = pd.concat([pd.DataFrame(columns=_COLUMNS, dtype="str"), *parts])
    return known.dropna().set_index("lead_id")["account_id"]


def account_codes(directory: Path, lead_id: pd.Series) -> NDArray[np.int64] | None:
    """Return a code of the account of each row: shape (rows,); None if no lead has an account.

    Parameters
    ----------
    directory
        A store of canonical tables.
    lead_id
        The lead of each row.
    """
    known = account_ids(directory)
    if not len(known):
        return None
    own = known.reindex(lead_id.astype("str")).reset_index(drop=True)
    alone = own.isna().to_numpy()
    codes, accounts = pd.factorize(own)
    leads = pd.factorize(lead_id)[0]
    return np.where(alone, len(accounts) + leads, codes).astype(np.int64)


def account_columns(directory: Path, part: int) -> pd.DataFrame:
    """Return `lead_id` and, if leads have accounts, `account_id` of the leads of one partition.

    Parameters
    ----------
    directory
        A store of canonical tables.
    part
        Number of the partition.
    """
    path = partitions.part_path(directory, "leads", part)
    there = [name for name in _COLUMNS if name in pq.read_schema(source(path)).names]
    frame: pd.DataFrame = pq.read_table(source(path), columns=there).to_pandas()
    return frame


def _of_part(directory: Path, part: int) -> pd.DataFrame:
    frame = account_columns(directory, part)
    if list(frame) != _COLUMNS:
        return pd.DataFrame(columns=_COLUMNS, dtype="str")
    return frame.astype("str").where(frame.notna())

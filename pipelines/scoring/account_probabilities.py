"""The accounts of a ranking: a table beside it, the most probable account first.

Decided here: the probability of an account follows from those of its open leads, so it is computed
from the finished ranking by the rule of the model that ranked. The leads that carry an account are
its most probable ones; their shares and that of the others add up to one.
"""

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from features.errors import NotEnoughEvidence
from features.records.spreadsheet_cells import FORMULA, GUARDED, plain
from models.artifact import artifact
from models.artifact.remote import source
from models.model.account_rule import AccountRule
from models.model.reference import BANDS
from pipelines.storage.accounts import account_ids
from pipelines.storage.atomic import replacing

CARRYING: Final = 5
"""The most leads that are named of an account."""
_COLUMNS: Final = ["lead_id", "probability", "band"]
_BETWEEN: Final = " / "
SCHEMA: Final = pa.schema(
    [
        ("rank", pa.int64()),
        ("account_id", pa.string()),
        ("probability", pa.float64()),
        ("leads", pa.int64()),
        ("hot_leads", pa.int64()),
        ("lead_ids", pa.list_(pa.string())),
        ("shares", pa.list_(pa.float64())),
        ("share_of_others", pa.float64()),
    ]
)


def write(ranking: Path, model: Path, tables: Path) -> Path:
    """Write the accounts of a ranking; return where.

    Parameters
    ----------
    ranking
        A ranking: Parquet or CSV.
    model
        Directory of the artifact that ranked.
    tables
        The store of the leads.

    Raises
    ------
    NotEnoughEvidence
        If no lead has an account.
    """
    known = account_ids(tables)
    if not len(known):
        raise NotEnoughEvidence.of(
            "leads without accounts", "leads with account_id", "map the column of the account"
        )
    rule = artifact.load(model).model.account_rule or AccountRule()
    rows = _read(ranking)
    rows["account_id"] = known.reindex(rows["lead_id"]).to_numpy()
    made = table(rows[rows["account_id"].notna()].reset_index(drop=True), rule)
    out = ranking.with_name(f"{ranking.stem}-accounts{ranking.suffix}")
    with replacing(out) as fresh:
        if ranking.suffix == ".csv":
            pa_csv.write_csv(_flat(made), fresh)
        else:
            pq.write_table(made, fresh, compression="zstd")
    return out


def table(rows: pd.DataFrame, rule: AccountRule) -> pa.Table:
    """Combine leads to accounts.

    Parameters
    ----------
    rows
        `lead_id`, `account_id`, `probability`, `band`, the most probable lead first.
    rule
        Of the model.
    """
    of, accounts = pd.factorize(rows["account_id"], sort=True)
    scores = rule.of(rows["probability"].to_numpy(np.float64), of)
    order = np.argsort(of, kind="stable")
    begins = np.searchsorted(of[order], np.arange(len(accounts) + 1))
    place = np.arange(len(order)) - begins[of[order]]
    carrying = order[place < CARRYING]
    ends = np.concatenate([[0], np.cumsum(np.minimum(np.diff(begins), CARRYING))])
    share = scores.share[carrying]
    first = np.bincount(of[carrying], weights=share, minlength=len(accounts))
    alone = np.diff(begins) <= CARRYING
    columns = {
        "account_id": pa.array(accounts.astype(str), pa.string()),
        "probability": pa.array(scores.probability),
        "leads": pa.array(np.diff(begins)),
        "hot_leads": pa.array(np.bincount(of, rows["band"] == BANDS[-1]).astype(np.int64)),
        "lead_ids": _lists(ends, rows["lead_id"].to_numpy()[carrying]),
        "shares": _lists(ends, share),
        "share_of_others": pa.array(np.where(alone, 0.0, np.maximum(1.0 - first, 0.0))),
    }
    made = pa.table(columns).sort_by([("probability", "descending"), ("account_id", "ascending")])
    return made.add_column(0, "rank", pa.array(np.arange(1, len(accounts) + 1))).cast(SCHEMA)


def _read(ranking: Path) -> pd.DataFrame:
    if ranking.suffix == ".parquet":
        return pd.DataFrame(pq.read_table(source(ranking), columns=_COLUMNS).to_pandas())
    types = {"lead_id": "str"}
    read = pd.read_csv(source(ranking), usecols=_COLUMNS, dtype=types, keep_default_na=False)
    read["lead_id"] = read["lead_id"].map(plain)
    return read


def _lists(ends: np.ndarray, cells: np.ndarray) -> pa.Array:
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), pa.array(cells))


def _flat(made: pa.Table) -> pa.Table:
    """Write lists as words; no text is a formula of a spreadsheet."""
    for name in ("account_id", "lead_ids", "shares"):
        cells = made[name]
        if pa.types.is_list(cells.type):
            cells = pc.binary_join(cells.cast(pa.list_(pa.string())), _BETWEEN)
        cells = pc.replace_substring_regex(cells, FORMULA, GUARDED)
        made = made.set_column(made.schema.get_field_index(name), name, cells)
    return made

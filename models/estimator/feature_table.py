"""Feature tables: features as a pandas table that states what it is.

Decided here: the index names the row, (lead_id, cutoff), so that it survives whatever takes rows;
the contract (target, horizon, embargo, catalog) travels in `DataFrame.attrs`, as plain data, so
that it survives Parquet as well. A label column carries the same contract. Tables of polars and
pyarrow are accepted, with `lead_id` and `cutoff` as columns.
"""

import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Final

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.build import FeatureFrame
from features.catalog.catalog import Catalog, Vocabulary
from features.errors import BadTables, Fault
from features.feature import Feature, Sentence, Text
from features.timeline import DAY, MOMENT_DTYPE

KEYS: Final = ["lead_id", "cutoff"]
PLAIN: Final = "table"
"""The view of a column that no catalog describes."""
_ATTRS: Final = "mikomi"


@dataclass(frozen=True)
class Contract:
    """What the rows of a table are.

    Attributes
    ----------
    outcome
        The conversion outcome.
    horizon_days, embargo_days
        Horizon of the labels, and the gap before a test; in days.
    observed_until
        End of observation, ISO 8601.
    cohort
        Who was eligible, and when, as JSON; "" where it is not stated.
    catalog
        The catalog of the columns, as its JSON; "" for labels alone.
    accounts
        JSON: lead -> a number of its account, of the leads that have one; "" where none has. Folds
        never part an account.
    """

    outcome: str
    horizon_days: float
    embargo_days: float
    observed_until: str
    cohort: str = ""
    catalog: str = ""
    accounts: str = ""

    def account_of(self, lead_id: pd.Series) -> NDArray[np.int64] | None:
        """Return a code of the account of each row, as `TrainingSet` has it.

        Parameters
        ----------
        lead_id
            The lead of each row.
        """
        if not self.accounts:
            return None
        own = lead_id.map(json.loads(self.accounts))
        codes, accounts = pd.factorize(own)
        alone = len(accounts) + pd.factorize(lead_id)[0]
        return np.where(codes < 0, alone, codes).astype(np.int64)

    @property
    def horizon(self) -> int:
        """The horizon in microseconds."""
        return round(self.horizon_days * DAY)

    @property
    def embargo(self) -> int:
        """The embargo in microseconds."""
        return round(self.embargo_days * DAY)


def table_of(
    frame: FeatureFrame, contract: Contract, accounts: pd.Series | None = None
) -> pd.DataFrame:
    """Return a feature frame as a table, indexed by lead and cutoff.

    Parameters
    ----------
    frame
        The features.
    contract
        What the rows are; catalog and accounts are added.
    accounts
        The account of each lead that has one, indexed by lead; None if none has.
    """
    table = pd.DataFrame(
        frame.values, columns=list(frame.catalog.names), index=index_of(frame.keys)
    )
    added = {"catalog": frame.catalog.to_json(), "accounts": _numbered(accounts, frame.keys)}
    table.attrs[_ATTRS] = asdict(contract) | added
    return table


def _numbered(accounts: pd.Series | None, keys: pd.DataFrame) -> str:
    """Return the accounts of the leads of some rows as numbers, which say nothing else of them."""
    if accounts is None or accounts.empty:
        return ""
    own = accounts[accounts.index.isin(keys["lead_id"])]
    numbers = pd.factorize(own)[0].tolist()
    return json.dumps(dict(zip(own.index.tolist(), numbers, strict=True)))


def label_of(keys: pd.DataFrame, contract: Contract) -> pd.Series:
    """Return the column `label` of snapshots, with their index and contract.

    Parameters
    ----------
    keys
        `lead_id`, `cutoff` and `label` of every row.
    contract
        What the rows are.
    """
    label = pd.Series(keys["label"].to_numpy(np.float64), index_of(keys), name="label")
    label.attrs[_ATTRS] = asdict(contract)
    return label


def index_of(keys: pd.DataFrame) -> pd.MultiIndex:
    """Return lead and cutoff of every row as an index."""
    return pd.MultiIndex.from_frame(keys[KEYS])


def pandas_of(table: Any) -> Any:
    """Return a table of pandas, polars or pyarrow as one of pandas; anything else as it is.

    `lead_id` and `cutoff`, where they are columns, become the index.
    """
    native = nw.from_native(table, pass_through=True, eager_only=True)
    if not isinstance(native, nw.DataFrame):
        return table
    own = native.to_pandas()
    if set(KEYS) <= set(own.columns):
        keyed = own.set_index(KEYS)
        keyed.attrs = own.attrs
        return keyed
    return own


def keys_of(*tables: Any) -> pd.DataFrame | None:
    """Return `lead_id` and `cutoff` of the rows from the first table that is indexed by them.

    Raises
    ------
    BadTables
        If the cutoffs are no times with a time zone.
    """
    for table in tables:
        index = getattr(table, "index", None)
        if isinstance(index, pd.MultiIndex) and list(index.names) == KEYS:
            keys = index.to_frame(index=False)
            if not isinstance(keys["cutoff"].dtype, pd.DatetimeTZDtype):
                observed = f"cutoffs of type {keys['cutoff'].dtype}"
                raise BadTables.of(observed, "times with a time zone", "localize them to UTC")
            return keys.astype({"cutoff": MOMENT_DTYPE})
    return None


def contract_of(*tables: Any) -> Contract | None:
    """Return the contract that a table carries, the first one of several.

    Raises
    ------
    BadTables
        If two of them are about another target.
    """
    stated = [getattr(table, "attrs", {}).get(_ATTRS) for table in tables]
    contracts = [Contract(**one) for one in stated if one]
    targets = {(one.outcome, one.horizon_days) for one in contracts}
    if len(targets) > 1:
        observed = " and ".join(sorted(f"{name} within {days:g} days" for name, days in targets))
        raise BadTables.of(observed, "features and labels of one target", "take both of one table")
    return contracts[0] if contracts else None


def catalog_of(names: list[str], contract: Contract | None) -> Catalog:
    """Return the catalog of some columns: known ones as they are, others as plain numbers.

    Parameters
    ----------
    names
        The columns, in order.
    contract
        The contract of their table, if it carries one.
    """
    learned = Catalog((), Vocabulary()) if contract is None else _catalog(contract.catalog)
    known = {feature.name: feature for feature in learned.features}
    own = tuple(known.get(name) or _plain(name) for name in names)
    return Catalog(own, learned.vocabulary, learned.settings)


def check_columns(names: list[str], expected: list[str]) -> None:
    """Check that a table has the columns of a model, by their names.

    Parameters
    ----------
    names
        The columns that there are.
    expected
        The columns of the model.

    Raises
    ------
    BadTables
        With every missing and every unknown column.
    """
    missing = [name for name in expected if name not in set(names)]
    unknown = [name for name in names if name not in set(expected)]
    faults = [Fault(f"no column {name}", "every column of the model", "add it") for name in missing]
    faults += [
        Fault(f"column {name}", "no column that the model does not know", "leave it out")
        for name in unknown
    ]
    if faults:
        raise BadTables(faults)


@lru_cache(maxsize=8)
def _catalog(text: str) -> Catalog:
    return Catalog.from_json(text) if text else Catalog((), Vocabulary())


def _plain(name: str) -> Feature:
    words = Text(name, name)
    return Feature(
        name=name,
        view=PLAIN,
        key="",
        measure="value",
        window_days=None,
        unit="number",
        missing_means="not known",
        known_when="as the table states",
        concept=f"{PLAIN}.{name}",
        concept_label=words,
        sentence=Sentence(
            Text(f"{name}: {{value}}", f"{name}：{{value}}"),
            Text(f"{name}: not known", f"{name}：不明"),
        ),
    )

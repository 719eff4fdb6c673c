"""Tables of a Python user as canonical tables, checked by the names of their columns.

Decided here: what a model does not know is refused by its name, and so is what it needs and does
not get; nothing is dropped silently. Times need a zone, because a time without one is a guess.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import narwhals as nw
import pandas as pd

from features.catalog.catalog import Vocabulary
from features.catalog.naming import ACCOUNT_PREFIX
from features.catalog.reserved import OWNER, attribute_categories
from features.errors import BadTables, Fault
from features.tables import SPECS, TableName, Tables, TableSpec, dtype_of


def canonical(tables: Mapping[str, Any], vocabulary: Vocabulary) -> Tables:
    """Return tables of pandas, polars or pyarrow as canonical tables.

    Parameters
    ----------
    tables
        Name of a table (`leads`, `activities`, ...) -> its rows; None is none.
    vocabulary
        Of the model: the attributes that it knows.

    Raises
    ------
    BadTables
        With every column that is missing or unknown, and every time without a zone.
    """
    made: dict[str, pd.DataFrame] = {}
    faults: list[Fault] = []
    for name, rows in tables.items():
        if rows is None:
            continue
        spec = SPECS[name]  # type: ignore[index]
        table = nw.from_native(rows, eager_only=True).to_pandas()
        faults += _faults(table, spec, _attributes(spec.name, vocabulary))
        made[name] = table
    if faults:
        raise BadTables(faults)
    return Tables(**{name: _typed(table, SPECS[name]) for name, table in made.items()})  # type: ignore[index]


def _attributes(name: TableName, vocabulary: Vocabulary) -> list[str]:
    known = [*attribute_categories(vocabulary), *vocabulary.numbers]
    if name == "accounts":
        return [one.removeprefix(ACCOUNT_PREFIX) for one in known if one.startswith(ACCOUNT_PREFIX)]
    lead = [one for one in known if not one.startswith(ACCOUNT_PREFIX) and one != OWNER]
    return lead if name == "leads" else []


def _faults(table: pd.DataFrame, spec: TableSpec, attributes: list[str]) -> Iterator[Fault]:
    required = [one.name for one in spec.columns if one.required and one.name != "activity_id"]
    known = {*spec.names, *attributes}
    for name in (*required, *attributes):
        if name not in table.columns:
            do = "add it, with missing values where it is not known"
            yield Fault(f"{spec.name} without {name}", "every column of the model", do)
    for name in table.columns.difference(list(known), sort=False):
        expected = f"one of {', '.join(sorted(known))}"
        yield Fault(f"{spec.name}.{name}", expected, "leave it out, or correct the name")
    for name in _without_zone(table, spec):
        observed = f"{spec.name}.{name} of {table[name].dtype}"
        yield Fault(observed, "times with a time zone", "localize them")


def _without_zone(table: pd.DataFrame, spec: TableSpec) -> list[str]:
    times = [one.name for one in spec.columns if one.kind == "time" and one.name in table.columns]
    return [
        name
        for name in times
        if not isinstance(table[name].dtype, pd.DatetimeTZDtype) and table[name].notna().any()
    ]


def _typed(table: pd.DataFrame, spec: TableSpec) -> pd.DataFrame:
    """Return the table with every listed column in its type; a closed table gets those it lacks."""
    whole = table.reset_index(drop=True)
    if spec.name == "activities" and "activity_id" not in whole.columns:
        whole = whole.assign(activity_id=whole.index.astype("str"))
    if not spec.open_ended:
        whole = whole.reindex(columns=list(spec.names))
    kinds = {column.name: column.kind for column in spec.columns if column.name in whole.columns}
    return whole.astype({name: dtype_of(kind) for name, kind in kinds.items()})

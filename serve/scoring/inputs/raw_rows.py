"""Rows of frames as plain data: what pandas, numpy and Spark make of a value becomes JSON's form.

Decided here: NaN, NaT and pandas' NA are null; a moment is written with the zone it has. The frame
of registered models is made of tables here too.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import numpy as np
import pandas as pd

from features.errors import BadInput, Fault
from models.registry.model_columns import INPUT_COLUMNS

TABLES: Final = ("activities", "outcomes", "changes")
_LISTED: Final = ("lead_id", "created_at", "known_at", "account_id", "owner_id")
_Frame = pd.DataFrame
_Row = dict[str, Any]


def plain_row(row: Mapping[Any, Any]) -> _Row:
    """Return a row as plain data.

    >>> plain_row({"as_of": pd.Timestamp("2026-01-01", tz="UTC"), "amount": float("nan")})
    {'as_of': '2026-01-01T00:00:00+00:00', 'amount': None}
    """
    return {str(name): _plain(value) for name, value in row.items()}


def rows_of_tables(
    leads: _Frame, records: Mapping[str, _Frame], as_of: datetime | str, accounts: _Frame | None
) -> _Frame:
    """Make the frame of a registered model from tables.

    Parameters
    ----------
    leads
        A row a lead: `lead_id`, `created_at`, perhaps `known_at`, `account_id`, `owner_id`; every
        other column is an attribute.
    records
        `activities`, `outcomes`, `changes`: a row a record, with the `lead_id`.
    as_of
        The moment for which the leads are scored.
    accounts
        A row an account: `account_id`, perhaps `known_at`, and its attributes; None without.

    Returns
    -------
    A row a lead, in the order of `leads`.

    Raises
    ------
    BadInput
        If a table has no `lead_id`, or has records of leads that are not in `leads`.
    """
    if "lead_id" not in leads.columns:
        raise BadInput.of("leads without the column 'lead_id'", "lead_id", "correct its name")
    ids = {str(one) for one in leads["lead_id"]}
    of_leads = {name: _by_lead(name, table, ids) for name, table in records.items()}
    of_accounts = {} if accounts is None else _accounts(accounts)
    rows = []
    for lead in leads.to_dict("records"):
        own = {name: lead.pop(name, None) for name in _LISTED}
        lead_id = str(own["lead_id"])
        listed = {name: of_leads.get(name, {}).get(lead_id, []) for name in TABLES}
        account = of_accounts.get(str(own["account_id"]))
        rows.append(own | listed | {"attributes": lead, "account": account, "as_of": as_of})
    return pd.DataFrame(rows, columns=list(INPUT_COLUMNS), dtype="object")


def _by_lead(name: str, table: _Frame, ids: set[str]) -> dict[str, list[_Row]]:
    if "lead_id" not in table.columns:
        raise BadInput.of(f"{name} without the column 'lead_id'", "lead_id", "correct its name")
    rows: dict[str, list[_Row]] = {}
    for record in table.to_dict("records"):
        rows.setdefault(str(record.pop("lead_id")), []).append(plain_row(record))
    strangers = sorted(rows.keys() - ids)
    if strangers:
        observed = f"{name} of {len(strangers)} leads that are not in leads: {strangers[:3]}"
        raise BadInput([Fault(observed, "records of the leads in leads", "leave them out")])
    return rows


def _accounts(accounts: _Frame) -> dict[str, _Row]:
    made = {}
    for one in accounts.to_dict("records"):
        own = {"account_id": one.pop("account_id", None), "known_at": one.pop("known_at", None)}
        made[str(own["account_id"])] = own | {"attributes": one}
    return made


def _plain(value: Any) -> Any:
    if hasattr(value, "asDict"):  # a row of Spark
        value = value.asDict()
    if isinstance(value, Mapping):
        return plain_row(value)
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(one) for one in value]
    if value is None or value is pd.NA or value is pd.NaT or value != value:  # noqa: PLR0124 - NaN
        return None
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.item() if isinstance(value, np.generic) else value

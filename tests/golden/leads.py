"""Leads of the sample company as a CRM would send them, read from the tables that ingest wrote."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pandas as pd

COUNT: Final = 200
_NO_ATTRIBUTES: Final = {"lead_id", "created_at", "known_at", "account_id", "owner_id"}
_OF_ACCOUNTS: Final = {"account_id", "known_at"}
_TABLES: Final = {
    "activities": "activities",
    "outcomes": "outcomes",
    "changes": "attribute_changes",
}
Body = dict[str, Any]


def bodies(tables: Path) -> list[Body]:
    """Return every fifth lead with its history and account, as `POST /v1/score` takes it."""
    leads = _read(tables, "leads")
    leads = leads.iloc[:: len(leads) // COUNT].head(COUNT)
    accounts = {one["account_id"]: one for one in _rows(_read(tables, "accounts"), _OF_ACCOUNTS)}
    bodies = {one["lead_id"]: one for one in _rows(leads, _NO_ATTRIBUTES)}
    for name, table in _TABLES.items():
        frame = _read(tables, table)
        for record in _rows(frame[frame["lead_id"].isin(list(bodies))]):
            bodies[record.pop("lead_id")].setdefault(name, []).append(record)
    for body in bodies.values():
        if account := accounts.get(body.get("account_id")):
            body["account"] = account
    return list(bodies.values())


def requests(bodies: list[Body]) -> Iterator[tuple[str, str, Body]]:
    """Return method, path and body of the requests that bring the leads into a server."""
    for body in bodies:
        if "account" in body:
            account = body["account"] | {}
            yield "PUT", f"/v1/accounts/{account.pop('account_id')}", account
        facts = {name: body[name] for name in (*_NO_ATTRIBUTES, "attributes") if name in body}
        yield "PUT", f"/v1/leads/{facts.pop('lead_id')}", facts | {"backfill": True}
    for name in ("activities", "outcomes"):
        records = [
            record | {"lead_id": body["lead_id"]}
            for body in bodies
            for record in body.get(name, ())
        ]
        for first in range(0, len(records), 5_000):
            yield "POST", f"/v1/{name}", {name: records[first : first + 5_000], "backfill": True}


def _read(tables: Path, name: str) -> pd.DataFrame:
    return pd.concat([pd.read_parquet(path) for path in sorted((tables / name).glob("*.parquet"))])


def _rows(frame: pd.DataFrame, listed: set[str] | None = None) -> Iterator[Body]:
    """Return rows without what is missing; with `listed`, all other columns as attributes."""
    for record in frame.to_dict("records"):
        row = {str(name): _plain(value) for name, value in record.items() if not pd.isna(value)}
        if listed is None:
            yield row
            continue
        attributes = {name: value for name, value in row.items() if name not in listed}
        yield {n: value for n, value in row.items() if n in listed} | {"attributes": attributes}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, pd.Timestamp) else value

"""Records of a few leads are coded as the tables of the same records are, to the bit."""

from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.build import CompiledCatalog, build
from features.encoding import single
from features.encoding.single import LeadEncoder, moment_of
from features.errors import BadTables
from features.histories import Histories, encode
from features.rows import make_rows
from features.tables import Tables
from features.timeline import to_moments
from serve.records import Account, Activity, Change, Lead, LeadHistory, Outcome
from tests.builders import Company, company, learned, snapshots

LISTED = ("lead_id", "created_at", "known_at", "account_id", "owner_id")


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        str(name): value.to_pydatetime() if isinstance(value, pd.Timestamp) else value
        for name, value in row.items()
        if not pd.isna(value)
    }


def _made(kind: type[Any], table: pd.DataFrame, lead: str) -> list[Any]:
    rows = table[table["lead_id"] == lead].drop(columns="lead_id").to_dict("records")
    return [kind(**_plain(row)) for row in rows]


def records_of(tables: Tables, ids: list[str]) -> list[LeadHistory]:
    """Give the records of some leads as a CRM would send them."""
    found = []
    for row in map(_plain, tables.leads.to_dict("records")):
        if row["lead_id"] in ids:
            own = {name: row.pop(name) for name in LISTED if name in row}
            found.append(
                LeadHistory(
                    lead=Lead(**own, attributes=row),
                    activities=_made(Activity, tables.activities, own["lead_id"]),
                    outcomes=_made(Outcome, tables.outcomes, own["lead_id"]),
                    changes=_made(Change, tables.attribute_changes, own["lead_id"]),
                )
            )
    return found


def account_of(tables: Tables, name: str) -> Account:
    """Give the record of an account."""
    row = _plain(tables.accounts.set_index("account_id").loc[name].to_dict())
    known_at = row.pop("known_at", None)
    return Account(account_id=name, known_at=known_at, attributes=row)


def only(tables: Tables, ids: list[str], account: str) -> Tables:
    """Keep the tables of some leads and one account."""
    kept = {
        name: frame[frame["lead_id"].isin(ids)].reset_index(drop=True)
        for name in ("leads", "activities", "outcomes", "attribute_changes")
        for frame in [getattr(tables, name)]
    }
    accounts = tables.accounts[tables.accounts["account_id"] == account].reset_index(drop=True)
    return Tables(**kept, accounts=accounts)


def assert_same(ours: Histories, theirs: Histories) -> None:
    """Compare every array of two histories, types and order included."""
    assert list(ours.lead_ids) == list(theirs.lead_ids)
    for name in ("created_at", "seen_from", "account"):
        np.testing.assert_array_equal(getattr(ours.leads, name), getattr(theirs.leads, name))
    for part in fields(Histories):
        one, other = getattr(ours, part.name), getattr(theirs, part.name)
        for name in getattr(one, "_fields", ()):
            mine, expected = getattr(one, name), getattr(other, name)
            assert mine.dtype == expected.dtype, (part.name, name)
            np.testing.assert_array_equal(mine, expected, err_msg=f"{part.name}.{name}")


def both(seed: int, leads: int, seed_of_order: int = 0) -> tuple[Histories, Histories]:
    whole = company(Company(leads=8, activities=120, outcomes=25, changes=30, seed=seed))
    catalog = learned(whole, snapshots(whole, seed))
    ids = [f"lead-{n:03d}" for n in range(leads)]
    part = only(whole, ids, "acme")
    records = records_of(part, ids)
    np.random.default_rng(seed_of_order).shuffle(records)  # type: ignore[arg-type]
    encoder = LeadEncoder(catalog.vocabulary)
    ours = encoder.histories(records, account_of(whole, "acme"))
    return ours, encode(part, catalog.vocabulary)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(0, 9))
def test_records_are_coded_as_tables_are(seed: int, leads: int, order: int) -> None:
    assert_same(*both(seed, leads, order))


def test_the_features_are_the_same_to_the_bit() -> None:
    whole = company(Company(leads=8, activities=120, seed=3))
    rows = snapshots(whole, 3)
    catalog = learned(whole, rows)
    part = only(whole, ["lead-002"], "acme")
    asked = rows[rows["lead_id"] == "lead-002"].reset_index(drop=True)
    theirs = build(part, asked, catalog).to_pandas()[list(catalog.names)].to_numpy()
    encoder = LeadEncoder(catalog.vocabulary)
    ours = encoder.histories(records_of(part, ["lead-002"]), account_of(whole, "acme"))
    given_rows = make_rows(np.zeros(len(asked), np.int32), to_moments(asked["cutoff"]))
    np.testing.assert_array_equal(CompiledCatalog(catalog).values(ours, given_rows), theirs)


def test_a_planted_fault_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(single, "_seen", lambda at, _known: (moment_of(at), moment_of(at)))
    with pytest.raises(AssertionError):
        assert_same(*both(0, 6))


def test_a_lead_that_comes_twice_is_refused() -> None:
    whole = company(Company(leads=2))
    twice = records_of(whole, ["lead-000"]) * 2
    with pytest.raises(BadTables, match="twice"):
        LeadEncoder(learned(whole, snapshots(whole)).vocabulary).histories(twice)

"""Records of a few leads are coded as the tables of the same records are, to the bit."""

import json
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.build import CompiledCatalog, build
from features.encoders import from_records, moments
from features.encoders.from_records import LeadEncoder
from features.errors import BadTables
from features.kernel import coded_lead
from features.records.histories import Histories, encode
from features.records.rows import make_rows
from features.tables import Tables
from features.timeline import MOMENT_DTYPE, to_moments
from serve.wire.bodies import ScoreBody, read, request_from_body
from serve.wire.records import Account, Activity, Change, Lead, LeadHistory, Outcome
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
    """Return the records of some leads as a CRM would send them."""
    records = []
    for row in map(_plain, tables.leads.to_dict("records")):
        if row["lead_id"] in ids:
            own = {name: row.pop(name) for name in LISTED if name in row}
            records.append(
                LeadHistory(
                    lead=Lead(**own, attributes=row),
                    activities=_made(Activity, tables.activities, own["lead_id"]),
                    outcomes=_made(Outcome, tables.outcomes, own["lead_id"]),
                    changes=_made(Change, tables.attribute_changes, own["lead_id"]),
                )
            )
    return records


def account_of(tables: Tables, name: str) -> Account:
    """Return the record of an account."""
    row = _plain(tables.accounts.set_index("account_id").loc[name].to_dict())
    known_at = row.pop("known_at", None)
    return Account(account_id=name, known_at=known_at, attributes=row)


def only(tables: Tables, ids: list[str], account: str) -> Tables:
    """Return the tables of some leads and one account."""
    parts = {
        name: frame[frame["lead_id"].isin(ids)].reset_index(drop=True)
        for name in ("leads", "activities", "outcomes", "attribute_changes")
        for frame in [getattr(tables, name)]
    }
    accounts = tables.accounts[tables.accounts["account_id"] == account].reset_index(drop=True)
    return Tables(**parts, accounts=accounts)


def assert_same(ours: Histories, theirs: Histories) -> None:
    """Compare every array of two histories, types and order included."""
    assert list(ours.lead_ids) == list(theirs.lead_ids)
    for name in ("created_at", "visible_from", "account"):
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
    wanted = rows[rows["lead_id"] == "lead-002"].reset_index(drop=True)
    theirs = build(part, wanted, catalog).to_pandas()[list(catalog.names)].to_numpy()
    encoder = LeadEncoder(catalog.vocabulary)
    ours = encoder.histories(records_of(part, ["lead-002"]), account_of(whole, "acme"))
    matrix_rows = make_rows(np.zeros(len(wanted), np.int32), to_moments(wanted["cutoff"]))
    np.testing.assert_array_equal(CompiledCatalog(catalog).values(ours, matrix_rows), theirs)


MOMENTS = st.builds(
    "2026-05-{:02d}{}{:02d}:00:07{}{}".format,
    st.integers(1, 3),
    st.sampled_from(["T", "t", " "]),
    st.integers(0, 23),
    st.sampled_from(["", ".5", ".25", ".123456", ".000001"]),
    st.sampled_from(["Z", "z", "+00:00", "-00:00", "+09:00", "-03:30", "+14:00"]),
)
TYPES = st.sampled_from(["page_view", " page_view", "call\u3000", "call", "fax", "会議", "Call"])
TEXTS = st.sampled_from([None, "", " ", "pricing", "pricing ", "outbound", "inbound", "sato", "無"])
VALUES = st.sampled_from([None, 0, -0.0, 1.5, -2.25, 1e9, 0.0005, 12345.6789])
SENT = st.fixed_dictionaries(
    {"activity_type": TYPES, "occurred_at": MOMENTS},
    optional={
        "known_at": st.one_of(st.none(), MOMENTS),
        "topic": TEXTS,
        "direction": TEXTS,
        "actor": TEXTS,
        "dwell_seconds": VALUES,
        "amount": VALUES,
    },
)


def _tidied(done: Activity) -> dict[str, Any]:
    """Return an activity as the intake writes it into a table."""
    row: dict[str, Any] = {"lead_id": "L-1"}
    for name in ("activity_type", "topic", "direction", "actor"):
        row[name] = (getattr(done, name) or "").strip() or None
    for name in ("occurred_at", "known_at"):
        at = getattr(done, name)
        row[name] = pd.NaT if at is None else pd.Timestamp(at).tz_convert("UTC")
    return row | {"dwell_seconds": done.dwell_seconds, "amount": done.amount}


def both_of_sent(sent: list[dict[str, Any]]) -> tuple[Histories, Histories]:
    whole = company(Company(leads=8, activities=120, seed=1))
    vocabulary = learned(whole, snapshots(whole, 1)).vocabulary
    request = {"lead_id": "L-1", "created_at": "2026-04-01T00:00:00+09:00", "activities": sent}
    body = read(ScoreBody, json.dumps(request).encode())
    history = request_from_body(body, datetime(2026, 7, 1, tzinfo=UTC)).histories[0]
    at = pd.Series([pd.Timestamp(history.lead.created_at)]).dt.tz_convert("UTC")
    table = pd.DataFrame([_tidied(done) for done in history.activities])
    for name in ("occurred_at", "known_at"):
        table[name] = pd.to_datetime(table[name], utc=True).astype(MOMENT_DTYPE)
    table = table.astype(dict.fromkeys(("dwell_seconds", "amount"), "float64"))
    none = {name: getattr(whole, name).iloc[:0] for name in ("outcomes", "attribute_changes")}
    tables = Tables(
        leads=pd.DataFrame({"lead_id": ["L-1"], "created_at": at.astype(MOMENT_DTYPE)}),
        activities=table,
        accounts=whole.accounts.iloc[:0],
        **none,
    )
    return LeadEncoder(vocabulary).histories([history]), encode(tables, vocabulary)


@settings(max_examples=60, deadline=None)
@given(st.lists(SENT, min_size=1, max_size=12).map(lambda sent: sent + sent[:2]))
def test_odd_forms_are_coded_as_tables_are(sent: list[dict[str, Any]]) -> None:
    assert_same(*both_of_sent(sent))


def test_planted_fault_ties_left_in_the_order_they_came(monkeypatch: pytest.MonkeyPatch) -> None:
    at = "2026-05-01T00:00:00Z"
    sent = [{"activity_type": name, "occurred_at": at} for name in ("page_view", "fax", "call")]
    assert_same(*both_of_sent(sent))
    monkeypatch.setattr(from_records, "sort_activities", coded_lead.sort_activities.py_func)
    monkeypatch.setattr(coded_lead, "_order", lambda keys: np.arange(keys.shape[1]))
    with pytest.raises(AssertionError):
        assert_same(*both_of_sent(sent))


def test_a_planted_fault_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        from_records,
        "put_moments",
        lambda table, at, _known: moments.put_moments(table, at, [None]),
    )
    with pytest.raises(AssertionError):
        assert_same(*both(0, 6))


def test_a_lead_that_comes_twice_is_refused() -> None:
    whole = company(Company(leads=2))
    twice = records_of(whole, ["lead-000"]) * 2
    with pytest.raises(BadTables, match="twice"):
        LeadEncoder(learned(whole, snapshots(whole)).vocabulary).histories(twice)

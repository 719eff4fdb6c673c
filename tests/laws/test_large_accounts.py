"""Of an account with many leads the newest count, the same way in training and in every answer."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features.kernel.account_layout import NEWEST
from features.tables import Tables
from tests import builders, oracle, oracle_accounts

LEADS = 170
AT = builders.START + pd.Timedelta(days=60)


@pytest.fixture(scope="module")
def company() -> Tables:
    """Two accounts of more leads than count; most activities are of few leads."""
    size = builders.Company(leads=LEADS, activities=900, outcomes=150, seed=11)
    tables = builders.company(size)
    assert tables.leads["account_id"].value_counts().min() > NEWEST + 10
    return tables


def differences(tables: Tables, rows: pd.DataFrame) -> list[str]:
    catalog = builders.learned(tables, rows)
    keep = tuple(one for one in catalog.features if one.view in ("account", "buying_group"))
    catalog = replace(catalog, features=keep)
    ours = builders.built(tables, rows, catalog)
    theirs = oracle.features(tables, rows, catalog)
    same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
    return [name for name, fits in zip(catalog.names, same.all(axis=0), strict=True) if not fits]


def rows_of(tables: Tables) -> pd.DataFrame:
    """Every seventh lead before, while and after leads displace each other."""
    days = (8.5, 10.0, 14.0, 20.0, 60.0)
    moments = [builders.START + pd.Timedelta(days=one) for one in days]
    ids = tables.leads["lead_id"].iloc[::7]
    pairs = pd.MultiIndex.from_product([ids, moments], names=["lead_id", "cutoff"])
    frame = pairs.to_frame(index=False)
    return frame.astype({"lead_id": "str", "cutoff": "datetime64[us, UTC]"})


def test_the_newest_count_as_in_the_oracle(company: Tables) -> None:
    assert differences(company, rows_of(company)) == []


@pytest.mark.parametrize("newest", [NEWEST - 1, NEWEST + 1])
def test_planted_fault_another_number_of_leads(
    company: Tables, newest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oracle_accounts, "NEWEST", newest)
    assert "account__lead_count" in differences(company, rows_of(company))


def newest_alone(tables: Tables, lead: str) -> Tables:
    """Return what a server reads of a lead: itself, and the newest that the moment sees."""
    known_at = tables.leads["known_at"].fillna(tables.leads["created_at"])
    visible_from = known_at.where(known_at > tables.leads["created_at"], tables.leads["created_at"])
    account = tables.leads["account_id"]
    mine = account == account[tables.leads["lead_id"] == lead].iloc[0]
    visible = tables.leads.assign(visible_from=visible_from)[mine & (visible_from < AT)]
    newest = visible.sort_values(["visible_from", "lead_id"])["lead_id"].iloc[-NEWEST:]
    return builders.only(tables, {lead, *newest})


def test_the_lead_with_the_newest_alone_has_the_same_features(company: Tables) -> None:
    leads = company.leads[company.leads["account_id"] == "acme"]["lead_id"]
    catalog = builders.learned(company, pd.DataFrame({"cutoff": [AT.as_unit("us")]}))
    displaced = 0
    for lead in leads.iloc[::9]:
        row = pd.DataFrame({"lead_id": [lead], "cutoff": [AT.as_unit("us")]})
        part = newest_alone(company, lead)
        displaced += int(len(part.leads) > NEWEST)
        whole, alone = (builders.built(tables, row, catalog) for tables in (company, part))
        assert whole.tobytes() == alone.tobytes()
    assert displaced

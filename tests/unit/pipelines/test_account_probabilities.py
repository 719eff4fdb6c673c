"""The accounts of a ranking, and the accounts of leads in a store."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.csv as pa_csv
import pytest

from features.errors import NotEnoughEvidence
from models.artifact import artifact
from models.model.account_rule import AccountRule
from pipelines.scoring import account_probabilities
from pipelines.storage.accounts import account_codes
from tests.small_model import small_model

RANKED = pd.DataFrame(
    {
        "lead_id": ["a", "=b", "c", "d", "e", "f", "g", "h"],
        "probability": [0.6, 0.5, 0.4, 0.3, 0.2, 0.2, 0.1, 0.05],
        "band": ["hot", "hot", *["warm"] * 3, *["cold"] * 3],
    }
)
ACCOUNTS = ["x", "y", "x", "x", "x", "x", "x", None]


def laid_down(folder: Path, accounts: list[str | None]) -> None:
    """Write a store of leads, as far as accounts need it."""
    (folder / "leads").mkdir(parents=True)
    leads = pd.DataFrame({"lead_id": RANKED["lead_id"]})
    if any(accounts):
        leads["account_id"] = pd.Series(accounts, dtype="str")
    leads.to_parquet(folder / "leads" / "part-00000.parquet")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("pipelines.storage.partitions.count", lambda _: 1)
    laid_down(tmp_path / "tables", ACCOUNTS)
    small = small_model()
    rule = AccountRule(2.0, 100)
    taught = replace(small.artifact, model=replace(small.model, account_rule=rule))
    artifact.save(tmp_path / "model", taught)
    return tmp_path


def test_the_accounts_stand_beside_the_ranking(store: Path) -> None:
    RANKED.to_parquet(store / "scores.parquet")
    out = account_probabilities.write(store / "scores.parquet", store / "model", store / "tables")
    assert out.name == "scores-accounts.parquet"
    made = pd.read_parquet(out)
    assert made["account_id"].tolist() == ["x", "y"]
    assert made["leads"].tolist() == [6, 1]
    assert made["hot_leads"].tolist() == [1, 1]
    hazard = -np.log1p(-RANKED["probability"][[0, 2, 3, 4, 5, 6]].to_numpy())
    assert made["probability"][0] == pytest.approx(-np.expm1(-np.sqrt((hazard**2).sum())))
    assert made["probability"][1] == pytest.approx(0.5)
    assert made["lead_ids"][0].tolist() == ["a", "c", "d", "e", "f"]
    assert made["shares"][0].sum() + made["share_of_others"][0] == pytest.approx(1.0)
    assert made["shares"][0][0] == pytest.approx(hazard[0] ** 2 / (hazard**2).sum())
    assert made["share_of_others"][1] == 0.0


def test_a_sheet_has_the_same_accounts_and_no_formula(store: Path) -> None:
    sheet = RANKED.assign(lead_id=RANKED["lead_id"].replace("=b", "'=b"))
    sheet.to_csv(store / "scores.csv", index=False)
    out = account_probabilities.write(store / "scores.csv", store / "model", store / "tables")
    made = pa_csv.read_csv(out).to_pandas()
    assert made["lead_ids"].tolist() == ["a / c / d / e / f", "'=b"]


def test_leads_without_accounts_are_refused(store: Path) -> None:
    laid_down(store / "none", [None])
    RANKED.to_parquet(store / "scores.parquet")
    with pytest.raises(NotEnoughEvidence, match="account"):
        account_probabilities.write(store / "scores.parquet", store / "model", store / "none")
    assert account_codes(store / "none", RANKED["lead_id"]) is None


def test_codes_of_accounts_part_leads_without_one(store: Path) -> None:
    codes = account_codes(store / "tables", pd.Series(["h", "a", "c", "=b", "h", "new"]))
    assert codes is not None
    assert codes[1] == codes[2] != codes[3]
    assert codes[0] == codes[4]
    assert len(set(codes.tolist())) == 4

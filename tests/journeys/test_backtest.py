"""A back-test by the command: told in two languages, resumed, and never ahead of its time."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pandas as pd
import pytest

from features.labels import Target
from pipelines.lifecycle.backtest import labelled_snapshots, origin
from pipelines.lifecycle.backtest.origin import METHODS
from pipelines.run.workspace import Workspace
from tests.changed_tables import put_back, take_for_whole
from tests.small_company import PARAMS, create_company, mikomi

BACKTEST = (
    PARAMS + "backtest: {first_share: 0.5, retrain_days: [120], period_days: 60, redraws: 20}\n"
)
WORKED = origin._prepared


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("backtest")
    create_company(folder, leads=500)
    (folder / "params.yaml").write_text(BACKTEST, encoding="utf-8")
    for stage in ("ingest", "snapshot"):
        assert mikomi(folder, stage) == 0
    return folder


def backtest(folder: Path, prepared: Callable[..., Any] = WORKED) -> list[int]:
    """Run it; tell the origins that were worked on."""
    worked: list[int] = []

    def counting(course: Any, one: Any) -> Any:
        worked.append(one.at)
        return prepared(course, one)

    with patch.object(origin, "_prepared", counting):
        mikomi(folder, "backtest")
    return worked


def test_a_back_test_is_reported_and_goes_on_where_it_was(company: Path) -> None:
    places = Workspace("small", company)

    def failing(course: Any, one: Any) -> Any:
        if one.at > course.origins[0].at:
            raise KeyboardInterrupt
        return WORKED(course, one)

    begun = backtest(company, failing)
    assert not places.backtest.exists()
    assert len(list(places.origins.glob("*.parquet"))) == len(METHODS)
    went_on = backtest(company)
    assert begun[0] not in went_on
    assert backtest(company) == []

    table = pd.read_csv(places.backtest / "table.csv")
    report = json.loads((places.backtest / "backtest.json").read_text("utf-8"))
    assert len(report["table"]) == len(table)
    whole = table[(table["period"] == "all") & ~table["recalibrated"]]
    assert set(whole["method"]) >= {"mikomi", "base_rate", "odoo", "logistic", "lightgbm"}
    assert sorted(whole["cadence_days"].fillna(0).unique()) == [0, 120]
    assert (whole["auc_low"] <= whole["auc"]).all()
    for file, word in (("report.html", "Back-test"), ("report.ja.html", "バックテスト")):
        page = (places.backtest / file).read_text("utf-8")
        assert word in page
        assert page.count("<svg") == 7
        assert "nan" not in page.casefold().replace("financ", "")


def test_answers_do_not_depend_on_what_comes_later(company: Path) -> None:
    """The first model answers its first days the same although all that came later is taken back.

    Rows of later days see deals of their own time, whoever answers them.
    """
    places = Workspace("small", company)
    first = min(places.origins.glob("*-mikomi-*.parquet"))
    before = pd.read_parquet(first)
    end = pd.Timestamp(first.name[:10], tz="UTC") + pd.Timedelta(days=20)
    known = labelled_snapshots.read(places.tables, places.snapshots, Target("won", 90.0), 0)
    early = (known.snapshots["cutoff"].iloc[before["row"]] <= end).to_numpy()
    with put_back(places.tables, "outcomes") as files:
        for path in files:
            outcomes = pd.read_parquet(path)
            outcomes[outcomes["occurred_at"] < end].to_parquet(path)
        take_for_whole(places.tables)
        first.unlink()
        backtest(company)
        after = pd.read_parquet(min(places.origins.glob("*-mikomi-*.parquet")))
    assert early.any()
    assert before[early].equals(after[early])

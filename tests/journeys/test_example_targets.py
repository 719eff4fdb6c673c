"""The worked example of four targets: each has its own cohort and labels from one export."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from pipelines.run.params_file import load_all
from pipelines.run.stage_context import Job
from pipelines.run.workspace import Workspace
from pipelines.sample.company import SampleSettings, make
from pipelines.sample.facets.products import SUPPORT_PLAN
from pipelines.sample.write import write
from pipelines.stages import ingest, snapshot
from pipelines.storage import frames

EXAMPLE = Path(__file__).parents[2] / "examples" / "sample" / "targets.yaml"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, pd.DataFrame]]:
    """Return the snapshots of every target, and the outcomes, of a company of 500 leads."""
    folder = tmp_path_factory.mktemp("example")
    write(make(SampleSettings(leads=500, seed=7, months=30, products=True)), folder / "export")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIKOMI_SAMPLE", str(folder / "export"))
        patch.chdir(EXAMPLE.parents[2])
        rows: dict[str, pd.DataFrame] = {}
        for name, params in load_all(EXAMPLE).items():
            job = Job(params, Workspace("example", folder, None if name == "won" else name))
            if name == "won":
                ingest.run(job)
                rows["outcomes"] = pd.read_parquet(job.places.tables / "outcomes")
            snapshot.run(job)
            rows[name] = frames.read_snapshots(job.places.snapshots, ["lead_id", "cutoff", "label"])
        yield rows


def first(outcomes: pd.DataFrame, outcome: str) -> pd.Series:
    return outcomes[outcomes["outcome"] == outcome].groupby("lead_id")["occurred_at"].min()


def test_each_target_has_its_own_leads(drawn: dict[str, pd.DataFrame]) -> None:
    outcomes = drawn["outcomes"]
    won, plan = first(outcomes, "won"), first(outcomes, SUPPORT_PLAN)
    for name in ("repeat", SUPPORT_PLAN):
        rows = drawn[name]
        assert len(rows)
        assert (rows["cutoff"] > rows["lead_id"].map(won)).all()
    without = drawn[SUPPORT_PLAN]
    assert not (without["lead_id"].map(plan) < without["cutoff"]).any()
    again = drawn["repeat"]
    assert (again["lead_id"].map(plan) < again["cutoff"]).any()
    new = drawn["won"]
    assert not (new["lead_id"].map(won) < new["cutoff"]).any()


def test_each_target_has_its_own_conversions(drawn: dict[str, pd.DataFrame]) -> None:
    names = ("won", "opened", "repeat", SUPPORT_PLAN)
    rates = {name: drawn[name]["label"].mean() for name in names}
    assert all(0.0 < rate < 1.0 for rate in rates.values())
    assert len(set(rates.values())) == len(rates)
    rows = drawn[SUPPORT_PLAN].dropna(subset="label")
    bought = rows["lead_id"].map(first(drawn["outcomes"], SUPPORT_PLAN))
    within = (bought >= rows["cutoff"]) & (bought < rows["cutoff"] + pd.Timedelta(days=180))
    assert (within == (rows["label"] == 1.0)).all()

"""What `mikomi splits` shows is what training does: the same snapshots with the same labels."""

from pathlib import Path

import pandas as pd
import pytest

from features.tables import Tables, empty
from pipelines.commands.options import job
from pipelines.run.workspace import Workspace
from pipelines.stages import inspect_data
from pipelines.storage import partitions
from tests.small_company import PARAMS, create_company, inside, mikomi


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("splits")
    create_company(folder, 200)
    assert mikomi(folder, "ingest") == 0
    return folder


def planned(folder: Path) -> tuple[int, int]:
    """Return the planned rows and conversions of the whole."""
    with inside(folder):
        parts = inspect_data.splits(job(Path("params.yaml"))).parts
    return sum(one.rows for one in parts), sum(one.conversions for one in parts)


def drawn(folder: Path) -> tuple[int, int]:
    """Return the snapshots and conversions that the stage writes."""
    assert mikomi(folder, "snapshot") == 0
    files = sorted(Workspace("small", folder).snapshots.glob("part-*.parquet"))
    rows = pd.concat([pd.read_parquet(file) for file in files])
    return len(rows), int((rows["label"] == 1.0).sum())


@pytest.mark.parametrize("more", ["", "contacts: {labels: worked, activity_types: [call]}\n"])
def test_the_plan_has_the_snapshots_and_labels_of_the_stage(company: Path, more: str) -> None:
    (company / "params.yaml").write_text(PARAMS + more, "utf-8")
    assert planned(company) == drawn(company)


def test_planted_fault_without_activities_leads_that_woke_are_missing(
    company: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (company / "params.yaml").write_text(PARAMS, "utf-8")
    read = partitions.read

    def without_activities(tables: Path, part: int) -> Tables:
        whole = read(tables, part)
        return Tables(whole.leads, empty("activities"), whole.outcomes)

    stored = drawn(company)
    monkeypatch.setattr(partitions, "read", without_activities)
    assert planned(company) != stored

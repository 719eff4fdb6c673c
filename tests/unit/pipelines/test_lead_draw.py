"""Where there are too many snapshots, whole accounts are drawn, and what was drawn is stated."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.tables import Tables
from pipelines.run.workspace import Workspace
from pipelines.storage import frames, partitions
from pipelines.storage.lead_draw import FACT, LeadDraw, read_tables
from tests.small_company import PARAMS, create_company, mikomi

MOST = 600
LEADS = pd.DataFrame({"lead_id": [f"L{n}" for n in range(30_000)]})
OF_ACCOUNTS = LEADS.assign(account_id=[f"A{n // 3}" for n in range(len(LEADS))])


def company(folder: Path, per_partition: int = 20_000) -> Workspace:
    """Make a company and its snapshots, with fewer allowed than there are."""
    create_company(folder, 300)
    more = f"draw: {{max_snapshots: {MOST}, seed: 3}}\n"
    own = PARAMS.replace("leads_per_partition: 250", f"leads_per_partition: {per_partition}")
    (folder / "params.yaml").write_text(own + more, "utf-8")
    assert mikomi(folder, "ingest") == 0
    assert mikomi(folder, "snapshot") == 0
    return Workspace("small", folder)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return company(tmp_path_factory.mktemp("drawn"))


def draw_of(places: Workspace) -> LeadDraw:
    stated = LeadDraw.stated(frames.manifest(places.snapshots, "snapshot"))
    assert stated is not None
    return stated


def parted(leads: pd.DataFrame, holds: np.ndarray) -> int:
    """Count the accounts of which some leads are drawn and some are not."""
    shares = pd.Series(holds).groupby(leads["account_id"]).mean()
    return int(shares.between(0.0, 1.0, inclusive="neither").sum())


def test_each_account_has_the_same_chance_and_none_is_parted() -> None:
    for share in (0.07, 0.5):
        holds = LeadDraw(share, 0, 1).holds(OF_ACCOUNTS)
        spread = np.sqrt(share * (1 - share) * 3 / len(OF_ACCOUNTS))
        assert abs(holds.mean() - share) < 4 * spread
        assert parted(OF_ACCOUNTS, holds) == 0


def test_planted_fault_a_draw_of_single_leads_parts_accounts() -> None:
    assert parted(OF_ACCOUNTS, LeadDraw(0.5, 0, 1).holds(LEADS)) > 0


def test_a_larger_share_holds_all_of_a_smaller_and_another_seed_others() -> None:
    few, many = LeadDraw(0.1, 0, 1).holds(LEADS), LeadDraw(0.3, 0, 1).holds(LEADS)
    assert not (few & ~many).any()
    both = few & LeadDraw(0.1, 1, 1).holds(LEADS)
    assert both.mean() == pytest.approx(0.01, abs=0.003)


def test_partitions_do_not_decide_who_is_drawn() -> None:
    part = partitions.partition_of(LEADS["lead_id"], 5)
    shares = pd.Series(LeadDraw(0.3, 0, 1).holds(LEADS)).groupby(part).mean()
    assert shares.between(0.27, 0.33).all()


def test_the_stage_leaves_the_snapshots_of_drawn_leads_alone(drawn: Workspace) -> None:
    facts = frames.manifest(drawn.snapshots, "snapshot")
    draw = draw_of(drawn)
    left = frames.read_snapshots(drawn.snapshots)
    leads = partitions.read_all(drawn.tables).leads
    holds = pd.Series(draw.holds(leads), leads["lead_id"])
    assert holds[left["lead_id"]].all()
    assert draw.share == pytest.approx(MOST / draw.of_snapshots)
    assert facts["rows"] == len(left)
    assert facts["matured"] == left["label"].notna().sum()
    assert facts["conversions"] == (left["label"] == 1.0).sum()
    assert 0.6 * MOST < len(left) < 1.4 * MOST


def test_every_snapshot_of_a_drawn_lead_stays(drawn: Workspace, tmp_path: Path) -> None:
    whole = company(tmp_path, per_partition=90)
    assert partitions.count(whole.tables) > 1
    other = frames.read_snapshots(whole.snapshots)
    mine = frames.read_snapshots(drawn.snapshots)
    order = ["lead_id", "cutoff"]
    pd.testing.assert_frame_equal(
        mine.sort_values(order, ignore_index=True), other.sort_values(order, ignore_index=True)
    )


def test_without_need_nothing_is_drawn_or_stated(drawn: Workspace) -> None:
    (drawn.root / "params.yaml").write_text(PARAMS, "utf-8")
    before = (drawn.snapshots / frames.MANIFEST).read_bytes(), draw_of(drawn)
    assert mikomi(drawn.root, "snapshot") == 0
    facts = frames.manifest(drawn.snapshots, "snapshot")
    assert FACT not in facts
    assert facts["rows"] == before[1].of_snapshots


def test_leak_checks_read_the_drawn_leads_and_all_of_theirs(drawn: Workspace) -> None:
    draw = LeadDraw(0.4, 3, 1)
    whole, own = partitions.read_all(drawn.tables), read_tables(drawn.tables, draw)
    ids = whole.leads["lead_id"][draw.holds(whole.leads)]
    assert set(own.leads["lead_id"]) == set(ids)
    assert 0 < len(ids) < len(whole.leads)
    for name in ("activities", "outcomes", "attribute_changes"):
        of_all: pd.DataFrame = getattr(whole, name)
        assert len(getattr(own, name)) == of_all["lead_id"].isin(ids).sum()
    assert isinstance(read_tables(drawn.tables, None), Tables)

"""The monitor by the command: quiet, then alarmed by what was planted, with its exit codes."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import create_engine, insert

from features.timeline import DAY, to_moments
from models.artifact import artifact
from pipelines.run.workspace import Workspace
from pipelines.storage import partitions
from serve.store.tables import METADATA, OUTCOMES, RECEIPTS
from serve.wire.responses import ScoreAnswer
from tests.changed_tables import put_back, take_for_whole
from tests.monitored import taught_by
from tests.small_company import PARAMS, create_company, mikomi

ALARM, REFUSED = 3, 2
MONITORED = PARAMS + "monitor: {min_leads: 50}\n"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a champion that was taught by its own first year."""
    folder = tmp_path_factory.mktemp("monitor")
    create_company(folder, leads=500)
    (folder / "params.yaml").write_text(MONITORED, encoding="utf-8")
    assert mikomi(folder, "ingest") == 0
    places = Workspace("small", folder)
    artifact.save(places.champion, taught_by(partitions.read_all(places.tables)))
    return folder


@pytest.fixture
def activities(company: Path) -> Iterator[dict[Path, pd.DataFrame]]:
    """The activities of the workspace, to be changed; they are put back."""
    with put_back(Workspace("small", company).tables, "activities") as files:
        yield {path: pd.read_parquet(path) for path in files}


def stored_run(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(
        (Workspace("small", folder).monitor / "monitor.json").read_text("utf-8")
    )
    return read


def test_without_a_planted_change_it_is_quiet_and_states_how_often_it_errs(company: Path) -> None:
    assert mikomi(company, "monitor", "--as-of", "2025-08-01") == 0
    run = stored_run(company)
    assert (run["verdict"], run["alarms"], run["false_alarm_rate"]) == ("quiet", [], 0.01)
    assert run["as_of"].startswith("2025-08-01")
    assert run["compared"]["reference_to"] < run["compared"]["at"] - 90 * DAY
    words = ("No alarm.", "警報はありません") if run["below_alarm"] else ("Quiet.", "異常なし")
    for file, word in zip(("monitor.html", "monitor.ja.html"), words, strict=True):
        page = (Workspace("small", company).monitor / file).read_text("utf-8")
        assert word in page
        assert page.count("<svg") >= 4
        assert "<script" not in page


def test_a_planted_change_is_reported_with_what_to_do(
    company: Path, activities: dict[Path, pd.DataFrame], capsys: pytest.CaptureFixture[str]
) -> None:
    since = pd.Timestamp("2025-07-01", tz="UTC")
    for path, rows in activities.items():
        silent = (rows["activity_type"] == "email_open") & (rows["occurred_at"] >= since)
        more = rows[(rows["activity_type"] == "page_view") & (rows["occurred_at"] >= since)]
        many = [more.assign(activity_id=more["activity_id"] + f"-{n}") for n in range(3)]
        pd.concat([rows[~silent], *many]).sort_values(["lead_id", "occurred_at"]).to_parquet(path)
    take_for_whole(Workspace("small", company).tables)
    assert mikomi(company, "monitor", "--as-of", "2025-08-01") == ALARM
    run = stored_run(company)
    assert run["verdict"] == "alarm"
    kinds = {(one["check"], one["what"]) for one in run["alarms"]}
    assert ("Silence", "email_open") in kinds
    drifted = {what for check, what in kinds if check == "Feature drift"}
    assert "sales_touch__inbound_count__30d" in drifted  # four times the page views
    assert any(what.startswith("engagement__email_open") for what in drifted)
    assert all(one[key] for one in run["alarms"] for key in ("found", "expected", "what_to_do"))
    assert "what to do" in capsys.readouterr().out


def test_receipts_are_judged_when_their_horizon_is_over(company: Path) -> None:
    """The same receipts are many, and not one of them is judged a day too early."""
    assert {"probability", "band"} <= set(ScoreAnswer.__struct_fields__)
    places = Workspace("small", company)
    url = f"sqlite:///{company}/server.db"
    cutoff = pd.Timestamp("2025-10-01", tz="UTC")
    receipts(url, artifact.read_fingerprint(places.champion), cutoff)
    before, after = cutoff + pd.Timedelta(days=89), cutoff + pd.Timedelta(days=91)
    mikomi(company, "monitor", "--as-of", str(before), "--database", url)
    early = stored_run(company)["calibration"]
    assert early["source"] == "snapshots"
    mikomi(company, "monitor", "--as-of", str(after), "--database", url)
    late = stored_run(company)["calibration"]
    assert (late["source"], late["rows"], late["waiting"]) == ("receipts", 400, 0)
    whole = late["parts"][0]
    assert (whole["observed"], whole["expected"]) == (100.0, pytest.approx(40.0))
    assert whole["alarm"]
    assert "Calibration" in {one["check"] for one in stored_run(company)["alarms"]}


def receipts(url: str, fingerprint: str, cutoff: pd.Timestamp) -> None:
    """Store two receipts of 400 leads, each with a probability of .1; one lead in four is won."""
    engine = create_engine(url)
    METADATA.create_all(engine)
    at = int(to_moments(pd.Series([cutoff]))[0])
    answer = json.dumps({"probability": 0.1, "band": "hot"}).encode()
    receipt = {"kind": "score", "feature_sha256": "", "language": "en", "answer": answer}
    rows = [
        receipt
        | {"receipt_id": f"r{n}", "lead_id": f"L{n // 2}", "at": at, "cutoff": at + n % 2}
        | {"model_fingerprint": fingerprint}
        for n in range(800)
    ]
    won = {"deal_id": "d", "outcome": "won", "revision": 1, "occurred_at": at + 5 * DAY}
    with engine.begin() as connection:
        connection.execute(insert(RECEIPTS), rows)
        connection.execute(
            insert(OUTCOMES),
            [won | {"lead_id": f"L{n}", "known_at": at + 6 * DAY} for n in range(0, 400, 4)],
        )
    engine.dispose()


def test_what_cannot_be_is_refused_and_not_taken_for_an_alarm(
    company: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert mikomi(company, "monitor", "--as-of", "2026-05-01") == REFUSED
    assert "when observation of the tables ended" in capsys.readouterr().err
    other = tmp_path / "other.db"
    assert mikomi(company, "monitor", "--database", f"sqlite:///{other}") == REFUSED
    assert f"no file {other}" in capsys.readouterr().err.replace("\n", "")
    assert not other.exists()
    other.touch()
    assert mikomi(company, "monitor", "--database", f"sqlite:///{other}") == REFUSED
    assert "no table receipts" in capsys.readouterr().err
    champion = Workspace("small", company).champion
    shutil.move(champion, tmp_path / "aside")
    assert mikomi(company, "monitor") == REFUSED
    assert "mikomi promote" in capsys.readouterr().err
    shutil.move(tmp_path / "aside", champion)

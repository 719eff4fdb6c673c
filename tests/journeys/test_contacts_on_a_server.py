"""What sales notes on a running server, and what `worked` and `experiment` make of it.

The server lives at a moment of the past: it has what was known then, and its clock stands there.
"""

import csv
import io
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

from features.tables import SPECS, Tables
from models.artifact import artifact
from models.artifact.artifact import save
from pipelines.lifecycle import send_to_server
from pipelines.run.params_file import load
from pipelines.run.stage_context import Job
from pipelines.run.workspace import Workspace
from pipelines.stages.featurize import matured_split
from pipelines.storage import frames, partitions
from serve.processes.refresher import Refresher
from serve.scoring.loaded_model import LoadedModel
from serve.scoring.pointer import point
from serve.settings import Settings
from serve.store.engine import moment, open_engine
from tests.browsing import site
from tests.small_company import create_company, mikomi

STAGES = ("ingest", "snapshot", "featurize", "train")
WORKED_WITHIN = pd.Timedelta(days=14)
DECLARED = """
name: {name}
question: Does it win more?
first: {first}
second: {second}
drawn_by: {by}
starts_at: {starts}
enrols_days: 7
base_rate: 0.1
"""


@dataclass(frozen=True)
class Live:
    """A company, and a server of it at a moment of its past."""

    company: Path
    address: str
    database: str
    at: pd.Timestamp

    @property
    def places(self) -> Workspace:
        return Workspace("small", self.company)

    def send(self, method: str, path: str, **more: Any) -> Any:
        answer = httpx.request(method, self.address + path, trust_env=False, timeout=60, **more)
        assert answer.status_code < 300, answer.text
        return answer

    def contact(self, lead_id: str) -> Any:
        """Note a contact as the pages do."""
        body = {"kind": "contacted", "result": "reached"}
        return self.send("POST", f"/v1/leads/{lead_id}/steps", json=body).json()

    def planned(self) -> dict[str, str]:
        """Return the leads of this week's list, and how each was chosen."""
        text = self.send("GET", "/ranking.csv?take=60&lang=en").content.decode("utf-8-sig")
        return {row["Lead"]: row["Chosen"] for row in csv.DictReader(io.StringIO(text))}

    def declare(self, name: str, by: str, first: str, second: str) -> int:
        starts = (self.at - timedelta(days=1)).isoformat()
        text = DECLARED.format(name=name, by=by, first=first, second=second, starts=starts)
        file = self.company / f"{name}.yaml"
        file.write_text(text, "utf-8")
        return mikomi(self.company, "experiment", "declare", str(file))


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    company, folder = tmp_path_factory.mktemp("company"), tmp_path_factory.mktemp("server")
    create_company(company)
    for stage in STAGES:
        assert mikomi(company, stage) == 0
    places, at = Workspace("small", company), newest_cohort(company) + pd.Timedelta(hours=1)
    model = artifact.load(places.model)
    save(folder / "models" / model.fingerprint, model)
    point(folder, model.fingerprint, 1)
    url = f"sqlite:///{folder / 'mikomi.db'}"
    settings = Settings(models=folder, database_url=url, access_log="no", explore_share=0.3)
    with site(settings, at.to_pydatetime) as address:
        past = replace(places, root=folder)
        write_what_was_known(places, past, at)
        job = Job(load(company / "params.yaml"), past)
        with closing(send_to_server.ServerClient(address, None)) as server:
            send_to_server.run(job, server, today=False)
        rank(url, LoadedModel(model, 1), at)
        yield Live(company, address, url, at)


def newest_cohort(company: Path) -> pd.Timestamp:
    """Return the newest cutoff of many leads in the test period whose horizon is over."""
    places = Workspace("small", company)
    rows = frames.read_snapshots(places.snapshots)
    cutoffs, split = matured_split(places.snapshots, load(company / "params.yaml").split)
    newest = rows.loc[rows["label"].notna(), "cutoff"].value_counts()
    at = newest[newest >= 50].index.max()
    assert moment(at) >= cutoffs[split.test].min()
    return pd.Timestamp(at)


def write_what_was_known(now: Workspace, past: Workspace, at: pd.Timestamp) -> None:
    """Write the tables as they were at a moment."""
    tables, manifest = partitions.read_all(now.tables), partitions.manifest(now.tables)
    known = {}
    for name in SPECS:
        frame = getattr(tables, name)
        times = frame.select_dtypes("datetimetz")
        known[name] = frame[(times.isna() | (times < at)).all(axis=1)].reset_index(drop=True)
    there = set(known["leads"]["lead_id"])
    known = {
        name: one[one["lead_id"].isin(there)] if "lead_id" in one else one
        for name, one in known.items()
    }
    stated = manifest.model_copy(update={"observed_until": at.isoformat(), "files": {}})
    partitions.write(Tables(**known), past.tables, stated)


def rank(url: str, loaded: LoadedModel, at: pd.Timestamp) -> None:
    engine = open_engine(url)
    refresher = Refresher(engine)
    while refresher.step(loaded, moment(at)):
        pass
    engine.dispose()


def snapshots_of(live: Live, leads: set[str]) -> int:
    """Count the matured snapshots that a contact of these leads now works."""
    rows = frames.read_snapshots(live.places.snapshots)
    recent = (rows["cutoff"] > live.at - WORKED_WITHIN) & (rows["cutoff"] <= live.at)
    return int((rows["lead_id"].isin(leads) & recent & rows["label"].notna()).sum())


def test_contacts_noted_on_the_server_work_leads_and_undone_ones_do_not(live: Live) -> None:
    """Steps are what the buttons of the pages note; feedback is the older way."""
    opened = live.send("GET", "/v1/leads?limit=1000").json()["leads"]
    stepped, undone = {one["lead_id"] for one in opened[:30]}, opened[30]["lead_id"]
    for lead_id in stepped:
        live.contact(lead_id)
    step = live.contact(undone)
    live.send("POST", f"/v1/steps/{step['step_id']}/undo")
    fed = opened[31]["lead_id"]
    receipt = live.send("GET", f"/v1/leads/{fed}/score").json()["receipt_id"]
    live.send("POST", f"/v1/receipts/{receipt}/feedback", json={"verdict": "contacted"})
    assert mikomi(live.company, "worked", "--database", live.database) == 0
    facts = json.loads((live.places.worked / "worked.json").read_text("utf-8"))
    worked, others, every = facts["result"]["groups"]
    assert worked["rows"] == snapshots_of(live, stepped | {fed}) > 20
    assert worked["rows"] + others["rows"] == every["rows"]
    for page, words in (
        ("worked.html", "Not worked: the prob"),
        ("worked.ja.html", "未対応：確率"),
    ):
        assert words in (live.places.worked / page).read_text("utf-8")


def test_a_declared_test_is_drawn_once_and_analysed(
    live: Live, capsys: pytest.CaptureFixture[str]
) -> None:
    company, at = live.company, live.at.isoformat()
    assert live.declare("calls", "assign", "no call", "a call") == 0
    assert "in 80 % of cases" in capsys.readouterr().out.replace("\n", " ")
    assert mikomi(company, "experiment", "report", "calls") == 2
    assert "mikomi experiment assign calls" in capsys.readouterr().err.replace("\n", " ")
    assert mikomi(company, "experiment", "assign", "calls", "--at", at) == 0
    drawn = pd.read_parquet(live.places.experiments / "calls/assignments.parquet")
    opened = live.send("GET", "/v1/leads?limit=1000").json()["leads"]
    assert set(drawn["lead_id"]) == {one["lead_id"] for one in opened}
    assert 0.3 < (drawn["arm"] == "second").mean() < 0.7
    assert mikomi(company, "experiment", "assign", "calls", "--at", at) == 0
    assert "new 0" in capsys.readouterr().out
    assert mikomi(company, "experiment", "report", "calls") == 0
    verdict = verdict_of(live, "calls")
    assert (verdict["shown"], verdict["complete"]) in (("not_shown", True), ("too_few", True))
    assigned = [verdict["result"][arm]["assigned"] for arm in ("first", "second")]
    assert assigned == drawn["arm"].value_counts()[["first", "second"]].to_list()
    assert mikomi(company, "contact-value", "--experiment", "calls") == 0
    facts = json.loads((live.places.contact / "contact-value.json").read_text("utf-8"))
    assert (facts["account"]["source"], facts["randomised"]) == ("experiment", True)


def test_the_lots_of_a_servers_week_are_a_test_and_a_source(
    live: Live, capsys: pytest.CaptureFixture[str]
) -> None:
    planned = live.planned()
    lots = [lead for lead, by in planned.items() if by == "drawn at random"]
    assert 10 < len(lots) < len(planned) == 60
    assert live.declare("ranking", "lists", "by lot", "by rank") == 0
    assert mikomi(live.company, "experiment", "report", "ranking") == 2
    assert "--database" in capsys.readouterr().err
    words = ("--database", live.database)
    assert mikomi(live.company, "experiment", "report", "ranking", *words) == 0
    result = verdict_of(live, "ranking")["result"]
    assigned = [result[arm]["assigned"] for arm in ("first", "second")]
    assert assigned == [len(lots), len(planned) - len(lots)]
    assert mikomi(live.company, "contact-value", *words) == 0
    facts = json.loads((live.places.contact / "contact-value.json").read_text("utf-8"))
    assert facts["account"]["source"] == "lottery"
    assert facts["result"]["contacted"] == len(lots)


def test_a_test_in_shadow_needs_scores_of_a_challenger(
    live: Live, capsys: pytest.CaptureFixture[str]
) -> None:
    assert live.declare("shadow", "shadow", "champion", "challenger") == 0
    assert mikomi(live.company, "experiment", "report", "shadow", "--database", live.database) == 2
    assert "MIKOMI_SHADOW_SHARE" in capsys.readouterr().err


def verdict_of(live: Live, name: str) -> Any:
    return json.loads((live.places.experiments / name / "verdict.json").read_text("utf-8"))

"""Pull and push: what is news, what is gone, what is written, and what other hands change."""

import csv
import random
import sqlite3
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from features.errors import BadRequest, InUse
from pipelines.connect import opening, pull, push
from pipelines.connect.connection import Connection, load, store
from pipelines.connect.crm import Crm
from pipelines.connect.erasing import erase
from pipelines.connect.export import export
from pipelines.connect.ledger import ScoreLedger
from pipelines.connect.mirror import Mirror
from pipelines.connect.push import PushRules
from pipelines.connect.score_fields import Amounts, Wording
from pipelines.connect.state import State
from tests.crms import settings
from tests.crms.histories import Scores
from tests.crms.kintone import TOKEN, KintoneStandIn
from tests.crms.stand_in import Faults

RULES = PushRules(Wording("ja"))


class Company:
    """An app of kintone with records, its mirror, and a ranking."""

    def __init__(self, place: Path, records: int = 30) -> None:
        source = random.Random(4)  # noqa: S311 - a test's own
        self.setting = settings.of_kintone(Faults(source))
        self.crm: KintoneStandIn = self.setting.stand_in  # type: ignore[assignment]
        self.state, self.scores = State(place / "state.db"), Scores(source)
        self.scores.calm = True
        self.ids = [self.crm.create("5", self.setting.record(source)) for _ in range(records)]
        for one in self.ids:
            self.scores.move(one, self.crm.now)
        self.reached: Crm = self.setting.connect(self.crm)
        self.mirror = Mirror(self.state, "deals")

    def pull(self, *, whole: bool = False, accept: bool = False) -> pull.Pulled:
        self.crm.now += timedelta(minutes=9)
        return pull.pull(self.reached, self.state, self.crm.now, whole=whole, accept=accept)

    def push(self, rules: PushRules = RULES) -> push.Pushed:
        return push.push(self.reached, self.state, self.scores, self.crm.now, rules)

    def score(self, lead_id: str, score: float) -> None:
        row = self.scores.rows[lead_id]
        row |= {"score": score, "probability": score / 250, "band": "warm", "trend": "steady"}

    def shown(self, lead_id: str, name: str = "mikomi_score") -> str:
        return str(self.crm.tables["5"][lead_id].values.get(name, ""))


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    made = Company(tmp_path)
    yield made
    made.state.close()


def test_the_first_pull_takes_everything_and_the_next_only_changes(company: Company) -> None:
    assert company.pull().news == 30
    assert company.pull().news == 0
    company.crm.update("5", "3", {"status": "受注"})
    assert company.pull().news == 1


def test_writing_scores_back_is_no_news(company: Company) -> None:
    company.pull()
    assert company.push().written == 30
    before = company.state.changes()
    assert company.pull(whole=True) == (0, 0, 0)
    assert company.state.changes() == before


def test_only_what_moved_by_enough_is_written(company: Company) -> None:
    company.score("1", 50.0)
    company.score("2", 50.0)
    company.pull()
    company.push()
    company.score("1", 50.4)
    company.score("2", 52.0)
    pushed = company.push()
    assert (pushed.written, pushed.unchanged) == (1, 29)
    assert company.shown("2") == "52"
    assert company.push(PushRules(Wording("ja"), Amounts(0.1, 0.1))).written == 1


def test_everything_can_be_written_again_at_any_time(company: Company) -> None:
    company.pull()
    company.push()
    assert company.push(PushRules(Wording("ja"), whole=True)).written == 30
    assert company.push() == (0, 0, 30, {})


def test_what_a_person_or_a_late_call_changed_is_put_right(company: Company) -> None:
    company.pull()
    company.push()
    right = company.shown("5")
    company.crm.update("5", "5", {"mikomi_score": "99"})
    company.pull()
    assert company.push().written == 1
    assert company.shown("5") == right


def test_a_late_call_would_stay_if_nothing_were_read_back(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push, "same", lambda *_: True)
    company.pull()
    company.push()
    company.crm.update("5", "5", {"mikomi_score": "99"})
    company.pull()
    assert company.push().written == 0


def test_a_lead_that_is_no_longer_ranked_loses_its_fields(company: Company) -> None:
    company.pull()
    company.push()
    row = company.scores.rows.pop("7")
    assert company.push().emptied == 1
    assert company.shown("7") == company.shown("7", "mikomi_reason_1") == ""
    company.scores.rows["7"] = row
    assert company.push().written == 1


def test_a_lead_that_a_page_missed_keeps_its_fields(company: Company) -> None:
    company.pull()
    company.push()
    company.scores.ranking = lambda _: list(company.scores.rows.values())[:20]  # type: ignore[method-assign]
    assert company.push().emptied == 0
    assert company.shown("30") != ""


def test_a_record_that_is_gone_does_not_stop_the_others(company: Company) -> None:
    company.pull()
    company.crm.delete("5", "11")
    pushed = company.push()
    assert pushed.written == 29
    assert list(pushed.refused) == ["11"]
    assert "GAIA_RE01" in pushed.refused["11"]


def test_only_leads_of_this_crm_are_written(company: Company) -> None:
    company.scores.move("of another CRM", company.crm.now)
    company.pull()
    assert company.push().written == 30


def test_what_is_deleted_is_queued_for_erasure(company: Company) -> None:
    company.pull()
    company.push()
    company.crm.delete("5", "9")
    assert company.pull(whole=True).gone == 1
    assert company.mirror.gone() == ["9"]
    assert "9" not in ScoreLedger(company.state, "deals").all()
    company.mirror.forgotten(["9"])
    assert company.mirror.gone() == []


def test_a_lost_right_is_not_taken_for_deletions(company: Company, tmp_path: Path) -> None:
    more = [company.crm.create("5", {"status": "受注"}) for _ in range(70)]
    company.pull()
    for one in more[:40]:
        company.crm.delete("5", one)
    with pytest.raises(BadRequest, match="40 of 100 records of deals are gone"):
        company.pull(whole=True)
    assert company.mirror.gone() == []
    assert company.pull(whole=True, accept=True).gone == 40
    assert tmp_path.is_dir()


def test_a_hint_reads_the_record_itself(company: Company) -> None:
    company.pull()
    company.crm.update("5", "4", {"status": "新"})
    company.crm.delete("5", "6")
    hinted = ["4", "6", "no number", "999"]
    assert pull.read_again(company.reached, company.state, "deals", hinted, company.crm.now) == 2
    assert dict(company.mirror.records("deals"))["4"]["案件状況"] == "新"
    assert company.mirror.gone() == ["6"]


def test_an_older_version_never_replaces_a_newer_one(company: Company) -> None:
    company.pull()
    stale = company.reached.changes("deals", None)
    company.crm.update("5", "1", {"status": "新"})
    company.pull()
    company.mirror.take_page("deals", stale)
    assert dict(company.mirror.records("deals"))["1"]["案件状況"] == "新"


def test_the_export_has_no_score_and_is_written_only_when_something_changed(
    company: Company, tmp_path: Path
) -> None:
    company.pull()
    company.push()
    company.pull()
    folder = tmp_path / "export"
    assert export(company.state, company.mirror, ("deals",), folder)
    with (folder / "deals.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["レコード番号"] for row in rows] == [str(n) for n in range(1, 31)]
    assert not any("mikomi" in name for name in rows[0])
    assert stat.S_IMODE((folder / "deals.csv").stat().st_mode) == 0o600
    assert not export(company.state, company.mirror, ("deals",), folder)
    company.crm.update("5", "1", {"status": "新"})
    company.pull()
    assert export(company.state, company.mirror, ("deals",), folder)


def of_folder(tmp_path: Path) -> tuple[Connection, Path]:
    made, folder = settings.connection("kintone"), tmp_path / "connections"
    store(folder, made)
    return made, folder


def test_an_erased_person_is_gone_from_every_file_and_stays_away(tmp_path: Path) -> None:
    made, folder = of_folder(tmp_path)
    places = opening.ConnectionPlaces(folder, "kintone")
    company = Company(places.state.parent)
    person = "山田花子"
    company.crm.update("5", "8", {"source": person})
    company.pull()
    company.push()
    export(company.state, company.mirror, ("deals",), places.export)
    company.state.close()
    (removed,) = erase(folder, ["8"])
    assert removed.amount == 1
    for path in folder.rglob("*"):
        assert not path.is_file() or person.encode() not in path.read_bytes(), path
    company.state = State(places.state)
    company.mirror = Mirror(company.state, made.lead_table)
    company.crm.update("5", "8", {"status": "受注"})
    company.pull(whole=True)
    assert "8" not in dict(company.mirror.records("deals"))
    assert company.push().written == 0
    company.state.close()


def test_two_processes_do_not_work_on_one_connection(tmp_path: Path) -> None:
    _, folder = of_folder(tmp_path)
    world = opening.Outside(settings.NOW, {"MIKOMI_KINTONE_TOKEN": TOKEN}, lambda _: None)
    with (
        opening.opened(folder, "kintone", world),
        pytest.raises(InUse, match="one at a time"),
        opening.opened(folder, "kintone", world),
    ):
        pass


def test_calls_of_a_day_are_limited_over_processes(tmp_path: Path) -> None:
    made = settings.connection("kintone", calls_a_day=100)
    folder = tmp_path / "connections"
    store(folder, made)
    company = Company(tmp_path / "other", records=3)
    environment = {"MIKOMI_KINTONE_TOKEN": TOKEN}
    transport = company.crm.transport()
    world = opening.Outside(settings.NOW, environment, lambda _: None, transport)

    def pull_again() -> None:
        for _ in range(60):
            with opening.opened(folder, "kintone", world) as work:
                pull.pull(work.crm, work.state, settings.NOW, whole=True)

    with pytest.raises(BadRequest, match="at most 100 a day"):
        pull_again()
    assert company.crm.calls <= 100 + 2
    tomorrow = world._replace(now=settings.NOW + timedelta(days=1))
    with opening.opened(folder, "kintone", tomorrow) as work:
        pull.pull(work.crm, work.state, tomorrow.now, whole=True)
    company.state.close()


def test_a_file_of_a_connection_reports_every_fault(tmp_path: Path) -> None:
    (tmp_path / "crm.yaml").write_text(
        "system: kintone\naddress: ftp:crm\nzone: Nowhere\nlanguage: fr\ntoken: x\n",
        "utf-8",
    )
    with pytest.raises(Exception, match="language") as caught:
        load(tmp_path, "crm")
    text = str(caught.value)
    assert all(name in text for name in ("address", "zone", "token"))


def test_the_state_is_readable_by_its_owner_alone(company: Company) -> None:
    mode = stat.S_IMODE(company.state.path.stat().st_mode)
    assert mode == 0o600
    with sqlite3.connect(company.state.path) as db:
        assert db.execute("pragma integrity_check").fetchone() == ("ok",)
    db.close()

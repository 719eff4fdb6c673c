"""The systems against their stand-ins: limits of a call, ties, rights, fields, forms of values."""

import random
from datetime import timedelta
from typing import Any

import pytest

from features.errors import MikomiError
from pipelines.connect.connection import draft
from pipelines.connect.credentials import Credentials
from pipelines.connect.crm import Crm, Record
from pipelines.connect.score_fields import BLANK, FIELDS
from pipelines.connect.systems import sql
from tests.crms import settings
from tests.crms.hubspot import HubSpotStandIn
from tests.crms.kintone import KintoneStandIn
from tests.crms.salesforce import SalesforceStandIn
from tests.crms.stand_in import Faults, StandIn

FIRST = {**BLANK, "mikomi_score": "80", "mikomi_band": "ホット", "mikomi_probability": "12.5"}


def faults() -> Faults:
    return Faults(random.Random(1))  # noqa: S311 - a test's own


def every_change(crm: Crm, table: str, cursor: str | None = None) -> tuple[list[Record], str]:
    records: list[Record] = []
    while True:
        page = crm.changes(table, cursor)
        records += page.records
        cursor = page.cursor
        if not page.more:
            return records, cursor


def ready(name: str) -> tuple[StandIn, Crm, str, Any]:
    made = settings.SETTINGS[name](faults())
    return made.stand_in, made.connect(made.stand_in), made.table, made.record(random.Random(2))  # noqa: S311


@pytest.mark.parametrize("name", ["kintone", "hubspot", "salesforce", "dynamics"])
def test_a_bulk_import_at_one_moment_is_read_whole(name: str) -> None:
    stand_in, crm, table, record = ready(name)
    ids = [stand_in.create(table, record) for _ in range(620)]
    stand_in.now += timedelta(hours=1)
    records, cursor = every_change(crm, crm.lead_table)
    assert {one.record_id for one in records} == set(ids)
    assert len(records) <= len(ids) + 400
    later, _ = every_change(crm, crm.lead_table, cursor)
    assert later == [] or name == "dynamics", "what settled long ago is not read again"


@pytest.mark.parametrize("name", ["kintone", "hubspot", "salesforce", "dynamics"])
def test_scores_are_written_and_read_back(name: str) -> None:
    stand_in, crm, table, record = ready(name)
    crm.prepare()
    ids = [stand_in.create(table, record) for _ in range(crm.write_batch)]
    assert crm.write(dict.fromkeys(ids, FIRST)) == {}
    (read,) = crm.read(crm.lead_table, ids[:1])
    shown = {name: read.shown[name] for name in ("mikomi_score", "mikomi_band")}
    assert float(shown["mikomi_score"]) == 80
    assert shown["mikomi_band"] == "ホット"
    assert float(read.shown["mikomi_probability"]) == 12.5
    assert not any("mikomi" in heading.lower() for heading in read.values)
    assert crm.write(dict.fromkeys(ids[:1], BLANK)) == {}
    (emptied,) = crm.read(crm.lead_table, ids[:1])
    assert not any(emptied.shown.values())


@pytest.mark.parametrize("name", ["hubspot", "salesforce", "dynamics"])
def test_a_record_that_is_gone_is_refused_alone(name: str) -> None:
    stand_in, crm, table, record = ready(name)
    crm.prepare()
    ids = [stand_in.create(table, record) for _ in range(3)]
    stand_in.delete(table, ids[1])
    assert list(crm.write(dict.fromkeys(ids, FIRST))) == [ids[1]]
    rows = {one.record_id: one.shown["mikomi_score"] for one in crm.read(crm.lead_table, ids)}
    assert {one: float(score) for one, score in rows.items()} == {ids[0]: 80, ids[2]: 80}


def test_kintone_reads_five_hundred_and_writes_a_hundred() -> None:
    stand_in, crm, table, record = ready("kintone")
    for _ in range(700):
        stand_in.create(table, record)
    records, _ = every_change(crm, "deals")
    assert len(records) == 700
    assert stand_in.largest["read"] == 500
    with pytest.raises(MikomiError, match="too many"):
        crm.write({str(n): FIRST for n in range(1, 102)})


def test_kintone_headings_are_labels_and_the_number_is_the_id() -> None:
    stand_in, crm, table, _ = ready("kintone")
    people = [{"code": "sato", "name": "佐藤"}, {"code": "ito", "name": "伊藤"}]
    stand_in.create(table, {"status": "受注", "people": people, "closed": None})
    (record,), _ = every_change(crm, "deals")
    assert record.values == {
        "レコード番号": "1",
        "作成日時": "2026-06-01T09:00:00Z",
        "案件状況": "受注",
        "流入経路": "",
        "完了日": "",
        "案件担当者": "佐藤\n伊藤",
    }


def test_kintone_misses_no_change_within_a_minute() -> None:
    stand_in, crm, table, record = ready("kintone")
    one = stand_in.create(table, record)
    _, cursor = every_change(crm, "deals")
    stand_in.now += timedelta(seconds=5)
    stand_in.update(table, one, {"status": "失注"})
    (changed,), _ = every_change(crm, "deals", cursor)
    assert changed.values["案件状況"] == "失注"


def test_a_token_without_the_right_to_manage_learns_which_fields_to_add() -> None:
    stand_in = KintoneStandIn(faults(), admin=False)
    crm = settings.connect_kintone(stand_in)
    (fault,) = crm.faults()
    assert all(name in fault.observed for name in FIELDS)
    with pytest.raises(MikomiError, match="no right to manage"):
        crm.prepare()


def test_every_app_that_cannot_be_read_is_named() -> None:
    stand_in = KintoneStandIn(faults(), apps=("5",))
    crm = settings.connect_kintone(stand_in)
    stand_in.tables.clear()
    assert "no such app" in crm.faults()[0].observed


def test_salesforce_says_which_fields_an_administrator_creates_and_creates_none() -> None:
    stand_in = SalesforceStandIn(faults())
    crm = settings.connect_salesforce(stand_in)
    assert crm.prepare() == []
    (fault,) = crm.faults()
    assert all(f"{name}__c" in fault.observed for name in FIELDS)
    stand_in.own |= {f"{name}__c" for name in FIELDS}
    assert settings.connect_salesforce(stand_in).faults() == []


def test_hubspot_creates_its_properties_at_the_first_write() -> None:
    stand_in = HubSpotStandIn(faults())
    one = stand_in.create("deals", {"dealname": "取引", "dealstage": "open"})
    assert settings.connect_hubspot(stand_in).write({one: FIRST}) == {}
    assert set(FIELDS) <= stand_in.properties
    assert settings.connect_hubspot(stand_in).prepare() == []


def test_hubspot_writes_stages_as_its_export_does() -> None:
    stand_in = HubSpotStandIn(faults())
    stand_in.create("deals", {"dealname": "取引", "dealstage": "closedwon"})
    (record,), _ = every_change(settings.connect_hubspot(stand_in), "deals")
    assert record.values["dealstage"] == "Closed won (Sales Pipeline)"
    assert record.values["dealtype"] == ""


def test_hubspot_reads_again_what_its_index_did_not_have() -> None:
    stand_in = HubSpotStandIn(faults())
    stand_in.lag = timedelta(minutes=5)
    stand_in.create("deals", {"dealname": "a"})
    stand_in.now += timedelta(minutes=4)
    stand_in.create("deals", {"dealname": "b"})
    crm = settings.connect_hubspot(stand_in)
    early, cursor = every_change(crm, "deals")
    assert early == []
    stand_in.now += timedelta(minutes=6)
    late, _ = every_change(crm, "deals", cursor)
    assert [one.values["dealname"] for one in late] == ["a", "b"]


def test_dynamics_never_creates_an_opportunity() -> None:
    stand_in, crm, _, _ = ready("dynamics")
    unknown = "00000000-0000-0000-0000-000000000001"
    assert list(crm.write({unknown: FIRST})) == [unknown]
    assert stand_in.tables["opportunities"] == {}
    assert not stand_in.scores  # type: ignore[attr-defined]


def test_a_database_that_lacks_a_column_is_named_without_its_password() -> None:
    tables = {"deals": {"place": "deals", "key": "id", "changed": "no"}}
    secrets = Credentials({"URL": "postgresql+psycopg://me:hunter2-pass@localhost:1/x"})
    (fault,) = sql.SqlDatabase(draft("sql", "sql", {"tables": tables}), secrets).faults()
    assert "hunter2" not in str(fault)

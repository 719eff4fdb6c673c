"""HubSpot's engagements: what they become, of which leads, and how they are mapped."""

import csv
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.connect.connection import store
from pipelines.connect.credentials import Credentials
from pipelines.connect.crm import Crm
from pipelines.connect.erasing import erase
from pipelines.connect.export import export
from pipelines.connect.mirror import Mirror
from pipelines.connect.pull import pull
from pipelines.connect.rest_client import FixedHeaders
from pipelines.connect.state import State
from pipelines.connect.systems import hubspot
from pipelines.intake.guess.draft import guess
from pipelines.intake.mapping.file import parse
from tests.crms import settings
from tests.crms.hubspot import HubSpotStandIn
from tests.crms.stand_in import Faults


def faults() -> Faults:
    return Faults(random.Random(1))  # noqa: S311 - a test's own


WHEN = "2026-05-20T03:00:00.000Z"
LATER = "2026-05-20T05:30:00.000Z"


def a_busy_account() -> tuple[HubSpotStandIn, Crm, list[str]]:
    stand_in = HubSpotStandIn(faults())
    deals = [stand_in.create("deals", {"dealstage": "open"}) for _ in range(3)]
    secrets = Credentials({"TOKEN": settings.HUBSPOT_TOKEN})
    headers = FixedHeaders(hubspot.headers_of(secrets))
    client = settings.client(stand_in, headers, secrets)
    return stand_in, hubspot.HubSpot(settings.connection("hubspot"), client), deals


@pytest.mark.parametrize(
    ("kind", "written", "read"),
    [
        (
            "calls",
            {"hs_timestamp": WHEN, "hs_createdate": LATER, "hs_call_direction": "INBOUND",
             "hs_call_title": "架電", "hs_call_body": "<p>Q&amp;A<br>価格</p>",
             "hs_call_duration": "90500", "hubspot_owner_id": 7},
            {"activity_type": "call", "occurred_at": WHEN, "known_at": LATER, "actor": "7",
             "direction": "inbound", "dwell_seconds": "90.5", "text": "架電 / Q&A 価格"},
        ),
        (
            "emails",
            {"hs_timestamp": WHEN, "hs_createdate": WHEN, "hs_email_direction": "INCOMING_EMAIL",
             "hs_email_subject": "Re: 見積", "hs_email_text": "ありがとう"},
            {"activity_type": "email", "occurred_at": WHEN, "known_at": WHEN,
             "direction": "inbound", "text": "Re: 見積 / ありがとう"},
        ),
        (
            "meetings",
            {"hs_timestamp": WHEN, "hs_createdate": WHEN, "hs_meeting_start_time": LATER,
             "hs_meeting_title": "デモ"},
            {"activity_type": "meeting", "occurred_at": LATER, "known_at": LATER, "text": "デモ"},
        ),
        (
            "notes",
            {"hs_timestamp": "1779246000000", "hs_createdate": WHEN, "hs_note_body": "<b>メモ</b>"},
            {"activity_type": "note", "occurred_at": WHEN, "known_at": WHEN, "text": "メモ"},
        ),
        (
            "tasks",
            {"hs_timestamp": LATER, "hs_createdate": WHEN, "hs_task_status": "NOT_STARTED",
             "hs_task_subject": "電話する"},
            {"activity_type": "task", "occurred_at": "", "known_at": "", "text": "電話する"},
        ),
        (
            "tasks",
            {"hs_timestamp": WHEN, "hs_createdate": WHEN, "hs_task_status": "COMPLETED",
             "hs_task_completion_date": LATER},
            {"activity_type": "task", "occurred_at": LATER, "known_at": LATER, "text": ""},
        ),
    ],
)  # fmt: skip
def test_hubspot_engagements_are_activities(
    kind: str, written: dict[str, Any], read: dict[str, str]
) -> None:
    stand_in, crm, deals = a_busy_account()
    one = stand_in.create(kind, written)
    stand_in.deals_of[kind, one] = deals[:1]
    (record,) = crm.read(kind, [one])
    empty = dict.fromkeys(("direction", "actor", "dwell_seconds"), "")
    leads = {"activity_id": f"{read['activity_type']}-{one}", "lead_ids": deals[0]}
    assert record.values == {**empty, **read, **leads}


def exported(folder: Path, stand_in: HubSpotStandIn, crm: Crm, state: State) -> list[list[str]]:
    pull(crm, state, stand_in.now, whole=True, accept=True)
    export(state, Mirror(state, "deals"), crm.tables, folder)
    rows = csv.DictReader((folder / "calls.csv").read_text("utf-8").splitlines())
    return [[row["activity_id"], row["lead_id"], row["text"]] for row in rows]


def test_a_call_about_several_deals_is_an_activity_of_each(tmp_path: Path) -> None:
    """Moving it is no change to HubSpot, and deals that are gone or erased lose it."""
    stand_in, crm, deals = a_busy_account()
    call = stand_in.create("calls", {"hs_call_title": "秘密", "hs_timestamp": WHEN})
    stand_in.create("calls", {"hs_call_title": "誰の", "hs_timestamp": WHEN})
    stand_in.deals_of["calls", call] = deals[:2]
    state = State(tmp_path / "connections" / "hubspot" / "state.db")
    rows = exported(tmp_path, stand_in, crm, state)
    assert rows == [[f"call-{call}-{one}", one, "秘密"] for one in deals[:2]]
    assert exported(tmp_path, stand_in, crm, state) == rows
    stand_in.deals_of["calls", call] = [deals[1], deals[2]]
    moved = [[f"call-{call}-{one}", one, "秘密"] for one in deals[1:]]
    assert exported(tmp_path, stand_in, crm, state) == moved
    stand_in.delete("deals", deals[2])
    assert exported(tmp_path, stand_in, crm, state) == moved[:1]
    store(tmp_path / "connections", settings.connection("hubspot"))
    assert erase(tmp_path / "connections", [deals[1]])[0].amount == 2
    assert exported(tmp_path, stand_in, crm, state) == [], "no pull brings it back"
    assert "秘密" not in str(list(state.db.iterdump()))
    state.close()


def test_what_was_pulled_of_hubspot_is_mapped_without_a_question(tmp_path: Path) -> None:
    stand_in, crm, _ = a_busy_account()
    source = random.Random(4)  # noqa: S311 - a test's own
    for n in range(200):
        at = stand_in.now - timedelta(days=300 - n)
        stage = source.choice(["open", "closedwon", "closedlost"])
        made = {"dealstage": stage, "createdate": at.isoformat(), "dealtype": f"t{n % 3}"}
        ended = {} if stage == "open" else {"closedate": (at + timedelta(days=40)).isoformat()}
        deal = stand_in.create("deals", made | ended)
        call = stand_in.create(
            "calls",
            {"hs_timestamp": (at + timedelta(hours=n)).isoformat(), "hs_call_body": f"話 {n}",
             "hs_createdate": at.isoformat(), "hs_call_duration": str(n * 1000)},
        )  # fmt: skip
        stand_in.deals_of["calls", call] = [deal]
    stand_in.now += timedelta(hours=1)
    state = State(tmp_path / "state.db")
    exported(tmp_path / "export", stand_in, crm, state)
    files = [tmp_path / "export" / f"{name}.csv" for name in ("deals", "calls")]
    text = guess(files, tmp_path, "hubspot")
    questions = [line for line in text.splitlines()[1:] if "# ?" in line]
    assert [line.partition(":")[0] for line in questions] == ["outcome_activities"]
    (calls,) = parse(text).activities
    assert {name: rule.column for name, rule in calls.columns.items()} == {
        name: name
        for name in ("lead_id", "occurred_at", "known_at", "activity_id", "activity_type",
                     "dwell_seconds", "text")
    }  # fmt: skip
    state.close()

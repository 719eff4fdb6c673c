"""Each system in its stand-in, ready for histories and tests."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pipelines.connect.connection import Connection, draft
from pipelines.connect.credentials import Credentials
from pipelines.connect.crm import Crm
from pipelines.connect.rest_client import Pace, RestClient
from pipelines.connect.systems import hubspot, kintone
from tests.crms.histories import Setting
from tests.crms.hubspot import TOKEN as HUBSPOT_TOKEN
from tests.crms.hubspot import HubSpotStandIn
from tests.crms.kintone import TOKEN as KINTONE_TOKEN
from tests.crms.kintone import KintoneStandIn
from tests.crms.stand_in import Faults, StandIn

ADDRESS = "https:" + "//crm.invalid"
SOURCES = ("展示会", "Web", "紹介")


def connection(system: Any, **more: Any) -> Connection:
    tables = {"tables": {"deals": {"place": 5}}} if system == "kintone" else {}
    return draft(system, system, {"address": ADDRESS, "language": "ja", **tables, **more})


def fixed(headers: Any) -> Callable[[bool], Any]:
    return lambda _renew: headers


def client(stand_in: StandIn, headers: Any, secrets: Credentials) -> RestClient:
    return RestClient(ADDRESS, headers, Pace(lambda _: None), secrets, stand_in.transport())


def connect_kintone(stand_in: StandIn) -> Crm:
    secrets = Credentials({"TOKEN": KINTONE_TOKEN})
    reached = client(stand_in, fixed(kintone.headers_of(secrets)), secrets)
    made = kintone.Kintone(connection("kintone"), reached)
    return made


def of_kintone(faults: Faults) -> Setting:
    stand_in = KintoneStandIn(faults)
    share, faults.share = faults.share, 0.0
    connect_kintone(stand_in).prepare()
    faults.share = share

    def record(source: random.Random) -> dict[str, Any]:
        return {
            "status": source.choice(["商談中", "受注", "失注"]),
            "source": source.choice(SOURCES),
            "closed": f"2026-05-{source.randrange(1, 29):02d}",
        }

    def content(values: dict[str, str]) -> dict[str, Any]:
        return {
            "status": values["案件状況"],
            "source": values["流入経路"],
            "closed": values["完了日"],
        }

    return Setting(stand_in, "5", connect_kintone, record, content)


def connect_hubspot(stand_in: StandIn) -> Crm:
    secrets = Credentials({"TOKEN": HUBSPOT_TOKEN})
    reached = client(stand_in, fixed(hubspot.headers_of(secrets)), secrets)
    return hubspot.HubSpot(connection("hubspot"), reached)


def of_hubspot(faults: Faults) -> Setting:
    from datetime import timedelta  # noqa: PLC0415

    stand_in = HubSpotStandIn(faults)
    stand_in.lag = timedelta(seconds=faults.random.choice([0, 20, 300]))

    def record(source: random.Random) -> dict[str, Any]:
        return {
            "dealname": f"取引{source.randrange(1000)}",
            "dealstage": source.choice(["open", "closedwon", "closedlost"]),
            "dealtype": source.choice(SOURCES),
        }

    labels = {
        "Open (Sales Pipeline)": "open",
        "Closed won (Sales Pipeline)": "closedwon",
        "Closed lost (Sales Pipeline)": "closedlost",
    }

    def content(values: dict[str, str]) -> dict[str, Any]:
        return {
            "dealname": values["dealname"],
            "dealstage": labels[values["dealstage"]],
            "dealtype": values["dealtype"],
        }

    return Setting(stand_in, "deals", connect_hubspot, record, content)


SETTINGS: dict[str, Callable[[Faults], Setting]] = {"kintone": of_kintone, "hubspot": of_hubspot}
NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)

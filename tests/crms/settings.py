"""Each system in its stand-in, ready for histories and tests."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pipelines.connect.connection import Connection, draft
from pipelines.connect.credentials import Credentials
from pipelines.connect.crm import OF_LEADS, Crm
from pipelines.connect.mirror import Mirror
from pipelines.connect.rest_client import FixedHeaders, Pace, RestClient
from pipelines.connect.score_fields import FIELDS
from pipelines.connect.systems import dynamics, hubspot, kintone, salesforce, sql
from tests.crms.dynamics import SECRET as DYNAMICS_SECRET
from tests.crms.dynamics import DynamicsStandIn
from tests.crms.histories import Setting
from tests.crms.hubspot import TOKEN as HUBSPOT_TOKEN
from tests.crms.hubspot import HubSpotStandIn
from tests.crms.kintone import TOKEN as KINTONE_TOKEN
from tests.crms.kintone import KintoneStandIn
from tests.crms.salesforce import SECRET as SALESFORCE_SECRET
from tests.crms.salesforce import SalesforceStandIn
from tests.crms.sql import SqlStandIn
from tests.crms.stand_in import Faults, StandIn

ADDRESS = "https:" + "//crm.invalid"
SOURCES = ("展示会", "Web", "紹介")


def connection(system: Any, **more: Any) -> Connection:
    tables = {"tables": {"deals": {"place": 5}}} if system == "kintone" else {}
    return draft(system, system, {"address": ADDRESS, "language": "ja", **tables, **more})


def client(stand_in: StandIn, headers: Any, secrets: Credentials) -> RestClient:
    return RestClient(ADDRESS, headers, Pace(lambda _: None), secrets, stand_in.transport())


def connect_kintone(stand_in: StandIn) -> Crm:
    secrets = Credentials({"TOKEN": KINTONE_TOKEN})
    reached = client(stand_in, FixedHeaders(kintone.headers_of(secrets)), secrets)
    return kintone.Kintone(connection("kintone"), reached)


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
    reached = client(stand_in, FixedHeaders(hubspot.headers_of(secrets)), secrets)
    tables = {name: {"place": name} for name in ("deals", "calls")}
    return hubspot.HubSpot(connection("hubspot", tables=tables), reached)


class BusyHubSpot(HubSpotStandIn):
    """People call about deals, move calls from one deal to another, and delete them."""

    def create(self, table: str, values: dict[str, Any]) -> str:
        record_id = super().create(table, values)
        if table == "deals":
            self._busy()
        return record_id

    def update(self, table: str, record_id: str, values: dict[str, Any]) -> None:
        super().update(table, record_id, values)
        if table == "deals" and "dealstage" in values:
            self._busy()

    def _busy(self) -> None:
        source = self.faults.random
        deals, calls = list(self.tables["deals"]), list(self.tables["calls"])
        what = source.random()
        some = source.sample(deals, min(len(deals), source.choice([0, 1, 1, 2])))
        if what < 0.5 or not calls:
            call = self.create("calls", {"hs_call_title": f"電話 {source.randrange(99)}"})
            self.deals_of["calls", call] = some
        elif what < 0.7:
            self.deals_of["calls", source.choice(calls)] = some  # which HubSpot counts as no change
        elif what < 0.9:
            self.update("calls", source.choice(calls), {"hs_call_title": "変更"})
        else:
            self.delete("calls", source.choice(calls))

    def differing(self, mirror: Mirror) -> list[str]:
        """List the calls that the mirror does not have as they are, with their deals."""
        mirrored = {
            one: (values.get("text", ""), values[OF_LEADS])
            for one, values in mirror.records("calls")
            if values[OF_LEADS]
        }
        own = {
            one: (call.values["hs_call_title"], ";".join(sorted(deals, key=lambda d: (len(d), d))))
            for one, call in self.tables["calls"].items()
            if (deals := self.deals_of[("calls", one)])
        }
        return [f"call {o}" for o in {*own, *mirrored} if own.get(o) != mirrored.get(o)]


def of_hubspot(faults: Faults) -> Setting:
    from datetime import timedelta  # noqa: PLC0415

    stand_in = BusyHubSpot(faults)
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

    return Setting(stand_in, "deals", connect_hubspot, record, content, further=stand_in.differing)


def connect_salesforce(stand_in: StandIn) -> Crm:
    secrets = Credentials({"CLIENT_ID": "client-1", "CLIENT_SECRET": SALESFORCE_SECRET})
    made = connection("salesforce")
    token = salesforce.token_of(made, secrets, stand_in.transport())
    return salesforce.Salesforce(made, client(stand_in, token, secrets))


def of_salesforce(faults: Faults) -> Setting:
    stand_in = SalesforceStandIn(faults)
    stand_in.own = {f"{name}__c" for name in FIELDS}

    def record(source: random.Random) -> dict[str, Any]:
        return {
            "StageName": source.choice(["Negotiation", "Closed Won", "Closed Lost"]),
            "LeadSource": source.choice(SOURCES),
            "CloseDate": f"2026-05-{source.randrange(1, 29):02d}",
        }

    def content(values: dict[str, str]) -> dict[str, Any]:
        return {name: values[name] for name in ("StageName", "LeadSource", "CloseDate")}

    def shown(one: Any) -> dict[str, str]:
        own = {name: one.values.get(f"{name}__c") for name in FIELDS}
        return {name: "" if value is None else str(value) for name, value in own.items()}

    return Setting(stand_in, "Opportunity", connect_salesforce, record, content, shown)


def connect_dynamics(stand_in: StandIn) -> Crm:
    secrets = Credentials({"CLIENT_ID": "client-1", "CLIENT_SECRET": DYNAMICS_SECRET})
    made = connection("dynamics", login=f"{ADDRESS}/token")
    token = dynamics.token_of(made, secrets, stand_in.transport())
    return dynamics.Dynamics(made, client(stand_in, token, secrets))


def of_dynamics(faults: Faults) -> Setting:
    stand_in = DynamicsStandIn(faults)
    reader = dynamics.Dynamics(
        connection("dynamics", login=f"{ADDRESS}/token"),
        client(stand_in, FixedHeaders({}), Credentials({})),
    )

    def record(source: random.Random) -> dict[str, Any]:
        return {"statecode": source.choice([0, 1, 2]), "name": f"案件 {source.randrange(1000)}"}

    def content(values: dict[str, str]) -> dict[str, Any]:
        state = values["statecode"].removeprefix("State ")
        return {"statecode": int(state), "name": values["name"]}

    def shown(one: Any) -> dict[str, str]:
        return reader.shown(stand_in.scores.get(one.values.get("_score", "")))

    return Setting(stand_in, "opportunities", connect_dynamics, record, content, shown)


class KillableWrites(sql.SqlDatabase):
    """A database whose writer can be killed before and after a batch."""

    def __init__(self, made: Connection, secrets: Credentials, faults: Faults) -> None:
        super().__init__(made, secrets)
        self._faults = faults

    def write(self, rows: Any) -> dict[str, str]:
        self._faults.step()
        refused = super().write(rows)
        self._faults.step()
        return refused


def of_sql(faults: Faults) -> Setting:
    stand_in = SqlStandIn(faults)

    def connect(_: StandIn) -> Crm:
        tables = {"deals": {"place": "deals", "key": "id", "changed": "changed"}}
        made = draft("sql", "sql", {"tables": tables, "scores": "lead_scores"})
        return KillableWrites(made, Credentials({"URL": stand_in.url}), faults)

    def record(source: random.Random) -> dict[str, Any]:
        return {"stage": source.choice(["open", "won", "lost"]), "size": source.randrange(500)}

    def content(values: dict[str, str]) -> dict[str, Any]:
        return {"stage": values["stage"], "size": int(values["size"])}

    return Setting(stand_in, "deals", connect, record, content, stand_in.shown)


SETTINGS: dict[str, Callable[[Faults], Setting]] = {
    "kintone": of_kintone,
    "hubspot": of_hubspot,
    "salesforce": of_salesforce,
    "dynamics": of_dynamics,
    "sql": of_sql,
}
NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)

"""From an empty folder to scores in stand-ins of kintone and HubSpot, by the commands of README."""

import random
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner, Result

from features.errors import MikomiError
from pipelines.commands.app import app
from pipelines.connect.connection import ConnectionPlaces, load
from pipelines.connect.deliver import deliver
from pipelines.connect.state import State
from pipelines.intake import ingest
from tests.crms import settings
from tests.crms.hubspot import TOKEN as HUBSPOT_TOKEN
from tests.crms.hubspot import HubSpotStandIn
from tests.crms.kintone import TOKEN as KINTONE_TOKEN
from tests.crms.kintone import KintoneStandIn
from tests.crms.live import listening
from tests.crms.server import ServerStandIn
from tests.crms.stand_in import START, Faults, StandIn

TOKENS = {"MIKOMI_KINTONE_TOKEN": KINTONE_TOKEN, "MIKOMI_HUBSPOT_TOKEN": HUBSPOT_TOKEN}
STAND_INS: dict[str, type[StandIn]] = {"kintone": KintoneStandIn, "hubspot": HubSpotStandIn}
DEALS = 220
WRONG = "a-wrong-secret-token"


class Connected(NamedTuple):
    """Stand-ins behind ports of loopback, and their addresses."""

    crm: StandIn
    server: ServerStandIn
    address: str
    server_address: str
    system: str

    def mikomi(self, *words: str, token: str | None = None) -> Result:
        environment = TOKENS if token is None else dict.fromkeys(TOKENS, token)
        runner = CliRunner(env=environment)
        return runner.invoke(app, [*words], obj=lambda: self.crm.now)


@pytest.fixture(params=["kintone", "hubspot"])
def connected(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Connected]:
    monkeypatch.chdir(tmp_path)
    source = random.Random(6)  # noqa: S311 - a test's own
    system = request.param
    crm = fresh(system, source)
    server = ServerStandIn()
    with ExitStack() as stack:
        addresses = [stack.enter_context(listening(one)) for one in (crm, server)]
        yield Connected(crm, server, *addresses, system)


def fresh(system: str, source: random.Random) -> StandIn:
    made = STAND_INS[system](Faults(source))
    made.now = START - timedelta(days=500)
    for n in range(DEALS):
        made.now += timedelta(days=2)
        state = source.choice(["open", "closedwon", "closedlost"])
        ended = "" if state == "open" else f"{made.now + timedelta(days=20):%Y-%m-%d}"
        made.create(*deal(system, n, state, ended))
    made.now = START
    return made


def deal(system: str, n: int, state: str, ended: str) -> tuple[str, dict[str, Any]]:
    kind = settings.SOURCES[n % 3]
    if system == "kintone":
        states = {"open": "商談中", "closedwon": "受注", "closedlost": "失注"}
        return "5", {"status": states[state], "source": kind, "closed": ended}
    at = f"{START - timedelta(days=500 - 2 * n):%Y-%m-%dT%H:%M:%SZ}"
    closed = f"{ended}T00:00:00Z" if ended else ""
    values = {"dealname": f"取引{n}", "dealstage": state, "dealtype": kind, "createdate": at}
    return "deals", values | {"closedate": closed}


def test_from_an_empty_folder_to_scores_in_the_crm(connected: Connected) -> None:
    table = ["--table", "deals=5"] if connected.system == "kintone" else []
    name = connected.system
    added = connected.mikomi(
        "connect", "add", name, "--address", connected.address, *table, "--set", "language=ja"
    )
    assert f"MIKOMI_{name.upper()}_TOKEN" in added.output
    checked = connected.mikomi("connect", "check", name, "--create")
    assert "every right is there" in checked.output, checked.output
    pulled = connected.mikomi("connect", "pull", name)
    assert f"{DEALS} new or changed" in pulled.output, pulled.output
    assert connected.mikomi("init", f"connections/{name}/export", "--from", name).exit_code == 0
    report = ingest.check(Path("mapping.yaml"), ingest.IngestSettings(as_of=START))
    assert not report.errors
    for one in connected.crm.tables[next(iter(connected.crm.tables))]:
        connected.server.scores.move(one, START)
    rounds = connected.mikomi(
        "connect", "run", "--rounds", "1", "--server", connected.server_address
    )
    assert f"{DEALS} written" in rounds.output, rounds.output
    again = connected.mikomi("connect", "push", name, "--server", connected.server_address)
    assert "0 written" in again.output, again.output
    assert f"{DEALS} leads sent" in connected.mikomi("connect", "ledger", name).output
    rows = next(iter(connected.crm.tables.values()))
    gone = next(iter(rows))
    del rows[gone], connected.server.scores.rows[gone]
    server = ["--server", connected.server_address]
    erased = connected.mikomi("connect", "pull", name, "--whole", *server)
    assert "1 gone" in erased.output, erased.output
    assert connected.server.erased == [gone]
    assert gone not in Path(f"connections/{name}/export/deals.csv").read_text("utf-8").split(",")
    stored = next(iter(next(iter(connected.crm.tables.values())).values())).values
    assert stored["mikomi_band"] in {"ホット", "ウォーム", "コールド"}
    assert stored["mikomi_reason_1"].startswith("理由")


def test_a_wrong_token_is_named_and_not_shown(connected: Connected) -> None:
    table = ["--table", "deals=5"] if connected.system == "kintone" else []
    connected.mikomi("connect", "add", connected.system, "--address", connected.address, *table)
    refused = connected.mikomi("connect", "pull", connected.system, token=WRONG)
    assert isinstance(refused.exception, MikomiError)
    assert WRONG not in refused.output + str(refused.exception)
    assert WRONG not in repr(load(Path("connections"), connected.system))


class Taken:
    """Takes records as a server does, and counts them."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, Any]] = []

    def send(self, method: str, path: str, body: Any) -> Any:
        self.rows.append((method, path, body))
        return {"conflicting": []}

    def leads(self) -> int:
        return sum(path.startswith("/v1/leads/") for _, path, _ in self.rows)

    def outcomes(self) -> int:
        return sum(len(body.get("outcomes", ())) for _, _, body in self.rows)


def test_a_server_is_sent_only_what_changed(connected: Connected, tmp_path: Path) -> None:
    table = ["--table", "deals=5"] if connected.system == "kintone" else []
    name, place = connected.system, tmp_path / "tables"
    connected.mikomi("connect", "add", name, "--address", connected.address, *table)
    connected.mikomi("connect", "pull", name)
    connected.mikomi("init", f"connections/{name}/export", "--from", name)
    state = State(ConnectionPlaces(Path("connections"), name).state)

    def delivered() -> Taken:
        ingest.ingest(Path("mapping.yaml"), place, ingest.IngestSettings(as_of=START))
        taken = Taken()
        deliver(state, place, taken)
        return taken

    first = delivered()
    assert first.leads() == DEALS
    assert first.outcomes() > 0
    assert delivered().rows == []
    rows = next(iter(connected.crm.tables))
    changed = next(iter(connected.crm.tables[rows]))
    word = "source" if name == "kintone" else "dealtype"
    connected.crm.update(rows, changed, {word: settings.SOURCES[0]})
    connected.crm.update(rows, changed, {word: settings.SOURCES[1]})
    connected.crm.now += timedelta(hours=1)
    connected.mikomi("connect", "pull", name)
    assert delivered().leads() == 1
    state.close()

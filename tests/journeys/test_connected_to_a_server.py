"""From an empty folder to scores of a real server in stand-ins of kintone and HubSpot."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from pipelines.commands.app import app
from serve.scoring.pointer import point
from tests import served
from tests.crms.live import listening
from tests.crms.stand_in import StandIn
from tests.journeys.test_connecting import DEALS, STAND_INS, TOKENS, fresh

MOST_PUSHES = 600
PARAMS = "source:\n  mapping: mapping.yaml\n"


@pytest.fixture
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("server")
    point(folder, served.lay_down(folder), 1)
    with served.server(folder, MIKOMI_REFRESH_SECONDS="0.1") as (_, listens_at):
        yield listens_at


@pytest.mark.parametrize("system", list(STAND_INS))
def test_scores_of_a_server_stand_in_the_crm(
    system: str, port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the server has ranked what it was sent, a push says that it has not."""
    monkeypatch.chdir(tmp_path)
    crm = fresh(system, random.Random(6))  # noqa: S311 - a test's own
    server = ["--server", f"http://127.0.0.1:{port}"]
    with listening(crm) as address:

        def mikomi(*words: str) -> str:
            result = CliRunner(env=TOKENS).invoke(app, [*words], obj=lambda: crm.now)
            assert result.exit_code == 0, f"{words} {result.output} {result.exception}"
            return result.output

        table = ["--table", "deals=5"] if system == "kintone" else []
        mikomi("connect", "add", system, "--address", address, *table, "--set", "language=ja")
        mikomi("connect", "check", system, "--create")
        mikomi("connect", "pull", system)
        mikomi("init", f"connections/{system}/export", "--from", system)
        Path("params.yaml").write_text(PARAMS)
        assert f"leads {DEALS:,}" in mikomi("connect", "send", system, *server)
        for _ in range(MOST_PUSHES):
            pushed = mikomi("connect", "push", system, *server)
            if "not ranked yet" not in pushed:
                break
            time.sleep(0.2)
        assert "not ranked yet" not in pushed
        sent = f"{len(shown(crm))} leads sent"
        assert sent in mikomi("connect", "ledger", system)
        assert len(shown(crm)) > DEALS // 10
        assert "0 written" in mikomi("connect", "push", system, *server)
        rows = next(iter(crm.tables.values()))
        gone = next(iter(rows))
        lead = f"http://127.0.0.1:{port}/v1/leads/{gone}"
        assert httpx.get(lead).status_code == 200
        del rows[gone]
        pulled = mikomi("connect", "pull", system, "--whole")
        assert "1 erased leads may still be on" in pulled
        assert "erased  " in mikomi("connect", "send", system, *server)
        assert httpx.get(lead).status_code == 404


def shown(crm: StandIn) -> list[str]:
    """Return the bands that the CRM shows."""
    rows = next(iter(crm.tables.values())).values()
    return [band for one in rows if (band := one.values.get("mikomi_band"))]

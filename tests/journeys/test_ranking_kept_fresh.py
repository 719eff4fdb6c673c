"""The ranking continues where it was: the server is killed before new records are ranked."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from serve.scoring.pointer import point
from tests import served


def sent(port: int, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    content = None if body is None else json.dumps(body).encode()
    status, answer = served.ask(port, method, path, content)
    assert status == 200, answer
    return json.loads(answer)


def wait_for(port: int, count: int) -> dict[str, Any]:
    for _ in range(1_200):
        page = sent(port, "GET", "/v1/leads")
        rows = {row["lead_id"]: row for row in page["leads"]}
        if page["waiting"] == 0 and len(rows) == count:
            return rows
        time.sleep(0.05)
    raise AssertionError(page)


def lead(n: int) -> dict[str, Any]:
    body = served.body(0)
    return {name: body[name] for name in ("created_at", "attributes")} | {"owner_id": f"o-{n}"}


def activity(n: int) -> dict[str, Any]:
    done = {"activity_id": f"a-{n}", "lead_id": f"L-{n}", "activity_type": "call"}
    return {"activities": [done | {"occurred_at": "2026-05-30T00:00:00Z"}]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    point(tmp_path, served.lay_down(tmp_path), 1)
    return tmp_path


def test_records_sent_before_a_kill_are_ranked_after_it(folder: Path) -> None:
    with served.server(folder, MIKOMI_REFRESH_SECONDS="0.1") as (running, port):
        for n in range(3):
            sent(port, "PUT", f"/v1/leads/L-{n}", lead(n))
        assert wait_for(port, 3)["L-1"]["last_activity_at"] is None
        sent(port, "PUT", "/v1/leads/L-3", lead(3))
        sent(port, "POST", "/v1/activities", activity(1))
        running.kill()
    with served.server(folder, MIKOMI_REFRESH_SECONDS="0.1") as (_, port):
        rows = wait_for(port, 4)
        assert rows["L-1"]["last_activity_at"] == "2026-05-30T00:00:00Z"
        assert rows["L-1"]["probability"] != rows["L-2"]["probability"]

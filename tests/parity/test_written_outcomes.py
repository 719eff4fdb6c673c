"""Outcomes over HTTP, the same on SQLite and on a real PostgreSQL server: why a deal was lost."""

from typing import Any

from fastapi.testclient import TestClient

AT = "2026-05-01T00:00:00Z"


def test_a_reason_may_come_later_and_another_is_a_conflict(client: TestClient) -> None:
    def sent(**more: Any) -> tuple[int, int, int]:
        one = {"lead_id": "L-1", "outcome": "lost", "deal_id": "r", "occurred_at": AT} | more
        added = client.post("/v1/outcomes", json={"outcomes": [one]}).json()
        return added["added"], added["repeated"], len(added["conflicting"])

    body = {"created_at": "2026-04-01T00:00:00Z", "backfill": True}
    assert client.put("/v1/leads/L-1", json=body).status_code == 200
    assert sent() == (1, 0, 0)
    assert sent(reason="  price\n too high ") == (0, 1, 0), "people write it down later"
    assert sent(reason="price too high") == (0, 1, 0)
    assert sent() == (0, 1, 0), "a reason that is left out takes none away"
    assert sent(reason="competitor") == (0, 0, 1)
    store = client.app.state.parts.store  # type: ignore[attr-defined]
    request, _ = store.histories.request("L-1", client.app.state.parts.now())  # type: ignore[attr-defined]
    reasons = {one.deal_id: one.reason for one in request.histories[0].outcomes}
    assert reasons.get("r") == "price too high"

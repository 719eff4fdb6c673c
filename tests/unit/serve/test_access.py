"""Keys: which scope opens what, who comes in before the keys are known, and how often."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from fastapi.routing import APIRoute
from typer.testing import CliRunner

from serve.app import create_app
from serve.cli import command
from serve.errors import KeysUnknown, NoKey, NotAllowed, TooOften
from serve.http import access
from serve.http.access import AccessControl, scope_of
from serve.http.rate_limits import Limits
from serve.settings import Settings
from serve.store.people.api_keys import Key
from serve.store.people.keys import key_hash

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SCOPES = {
    ("POST", "/v1/score"): "score",
    ("POST", "/v1/score/batch"): "score",
    ("POST", "/v1/outlook"): "score",
    ("POST", "/v1/change"): "score",
    ("GET", "/v1/leads"): "read",
    ("GET", "/v1/leads/{lead_id}"): "read",
    ("GET", "/v1/leads/{lead_id}/score"): "score",
    ("GET", "/v1/leads/{lead_id}/history"): "read",
    ("GET", "/v1/leads/{lead_id}/change"): "read",
    ("GET", "/v1/leads/{lead_id}/activities"): "read",
    ("PUT", "/v1/leads/{lead_id}"): "ingest",
    ("DELETE", "/v1/leads/{lead_id}"): "admin",
    ("PUT", "/v1/accounts/{account_id}"): "ingest",
    ("GET", "/v1/accounts"): "read",
    ("GET", "/v1/accounts/{account_id}"): "read",
    ("POST", "/v1/leads/{lead_id}/steps"): "ingest",
    ("GET", "/v1/leads/{lead_id}/steps"): "read",
    ("POST", "/v1/steps/{step_id}/undo"): "ingest",
    ("GET", "/v1/lists/{name}"): "read",
    ("GET", "/v1/reps"): "read",
    ("PUT", "/v1/reps/{owner_id}"): "ingest",
    ("GET", "/v1/assignment"): "read",
    ("POST", "/v1/assignment"): "ingest",
    ("GET", "/v1/band-limits"): "read",
    ("PUT", "/v1/band-limits"): "admin",
    ("GET", "/v1/spend"): "read",
    ("POST", "/v1/spend"): "ingest",
    ("GET", "/v1/digest"): "read",
    ("POST", "/v1/activities"): "ingest",
    ("POST", "/v1/outcomes"): "ingest",
    ("GET", "/v1/receipts/{receipt_id}"): "read",
    ("POST", "/v1/receipts/{receipt_id}/replay"): "read",
    ("GET", "/v1/receipts/{receipt_id}/change"): "read",
    ("GET", "/v1/receipts/{receipt_id}/moves"): "read",
    ("GET", "/v1/receipts/{receipt_id}/similar"): "read",
    ("POST", "/v1/receipts/{receipt_id}/feedback"): "read",
    ("GET", "/v1/model"): "read",
    ("GET", "/v1/hooks/{name}"): "read",
    ("POST", "/v1/hooks/{name}/taken"): "ingest",
    ("GET", "/metrics"): "read",
    ("GET", "/openapi.json"): "read",
}


def routes(routers: Any) -> Iterator[tuple[str, str]]:
    for route in routers:
        if isinstance(route, APIRoute):
            yield from ((method, route.path_format) for method in route.methods)
        elif hasattr(route, "original_router"):
            yield from routes(route.original_router.routes)


def key(name: str, *scopes: str, per_minute: int = 6_000) -> Key:
    return Key(name, name, key_hash(f"mk_{name}"), frozenset(scopes), per_minute, 0, None)


def opened(*keys: Key, burst: float = 1_000.0) -> AccessControl:
    made = AccessControl(Limits(100.0, burst))
    made.use(keys)
    return made


def test_every_route_has_its_scope(tmp_path: Path) -> None:
    app = create_app(
        Settings(models=tmp_path, database_url=f"sqlite:///{tmp_path / 'm.db'}"), lambda: NOW
    )
    served = {one for one in routes(app.routes) if one[1].startswith(access.API)}
    assert len(served) >= 14
    assert served <= set(SCOPES), "say here which scope a new route needs"


@pytest.mark.parametrize(("request_line", "scope"), SCOPES.items(), ids=map(" ".join, SCOPES))
def test_a_key_opens_what_its_scope_says_and_nothing_else(
    request_line: tuple[str, str], scope: str
) -> None:
    method, path = request_line[0], request_line[1].replace("{lead_id}", "score")
    every = opened(*(key(name, name) for name in ("score", "ingest", "read", "admin")))
    for name in ("score", "ingest", "read", "admin"):
        header = f"Bearer mk_{name}"
        if name in (scope, "admin"):
            assert every.admit(header, method, path, 0.0) == name
        else:
            with pytest.raises(NotAllowed):
                every.admit(header, method, path, 0.0)
    with pytest.raises(NoKey):
        every.admit(None, method, path, 0.0)


def test_an_id_cannot_stand_in_for_a_path() -> None:
    """A lead called `score` is written by those who may write."""
    assert scope_of("PUT", "/v1/leads/score") == "ingest"
    assert scope_of("GET", "/v1/leads/L-1/score") == "score"


def test_before_the_keys_are_known_nobody_comes_in() -> None:
    unread = AccessControl(Limits(1.0, 1.0))
    with pytest.raises(KeysUnknown):
        unread.admit("Bearer mk_a", "POST", "/v1/score", 0.0)
    assert unread.admit(None, "GET", "/healthz", 0.0) is None
    unread.use([])
    assert unread.admit(None, "POST", "/v1/score", 0.0) is None


def test_beyond_loopback_no_key_means_nobody() -> None:
    public = AccessControl(Limits(1.0, 1.0), open_without_keys=False)
    public.use([])
    for path in ("/v1/score", "/metrics", "/openapi.json"):
        for header in (None, "Bearer mk_none", "Bearer "):
            with pytest.raises(NoKey, match="mikomi setup"):
                public.admit(header, "POST", path, 0.0)


def test_the_last_key_revoked_leaves_the_gate_closed() -> None:
    closed = opened(key("a", "score")._replace(revoked_at=1))
    with pytest.raises(NoKey, match="no valid key"):
        closed.admit("Bearer mk_a", "POST", "/v1/score", 0.0)


@pytest.mark.parametrize("header", ["mk_a", "Basic mk_a", "Bearer", "Bearer ", "Bearer mk_b", "ö"])
def test_what_is_no_key(header: str) -> None:
    with pytest.raises(NoKey):
        opened(key("a", "score")).admit(header, "POST", "/v1/score", 0.0)


def test_every_key_is_compared_whichever_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time to refuse or accept does not tell which key was near."""
    compared: list[str] = []
    plain = access.same

    def noted(hashed: str, stored_hash: str) -> bool:
        compared.append(stored_hash)
        return plain(hashed, stored_hash)

    monkeypatch.setattr(access, "same", noted)
    several = opened(*(key(name, "score") for name in "abc"))
    for name in "abc":
        several.admit(f"Bearer mk_{name}", "POST", "/v1/score", 0.0)
    assert len(compared) == 9


def test_a_key_asks_as_often_as_it_may_whatever_others_do() -> None:
    limited = opened(key("a", "score", per_minute=60), key("b", "score"), burst=2.0)
    asks = ("Bearer mk_a", "POST", "/v1/score")
    for _ in range(2):
        limited.admit(*asks, 0.0)
    with pytest.raises(TooOften) as refused:
        limited.admit(*asks, 0.5)
    assert refused.value.wait == pytest.approx(0.5)
    limited.admit("Bearer mk_b", "POST", "/v1/score", 0.5)
    limited.admit(*asks, 1.1)


@pytest.mark.parametrize("per_minute", [1, 60, 600])
def test_a_key_of_60_a_minute_is_admitted_60_times_in_any_minute(per_minute: int) -> None:
    limited = opened(key("a", "score", per_minute=per_minute), burst=2_000.0)
    admitted = []
    for tick in range(0, 200_000, max(5, 12_000 // per_minute)):
        with suppress(TooOften):
            limited.admit("Bearer mk_a", "POST", "/v1/score", tick / 1_000)
            admitted.append(tick)
    most = max(sum(at <= one < at + 60_000 for one in admitted) for at in admitted[::50])
    assert most == per_minute
    assert len(admitted) >= 3 * per_minute


def test_a_batch_costs_as_much_as_its_leads() -> None:
    limited = opened(key("a", "score", per_minute=60), key("b", "score", per_minute=60))
    limited.admit("Bearer mk_a", "POST", "/v1/score/batch", 0.0)
    limited.charge("a", 0.0, 59.0)
    with pytest.raises(TooOften) as refused:
        limited.admit("Bearer mk_a", "POST", "/v1/score", 30.0)
    assert 30.0 <= refused.value.wait <= 31.0
    limited.admit("Bearer mk_b", "POST", "/v1/score", 30.0)
    limited.admit("Bearer mk_a", "POST", "/v1/score", 61.0)
    with pytest.raises(TooOften):
        limited.charge("a", 61.0, 60.0)
    limited.charge("a", 61.0, 58.0)
    limited.charge("a", 61.0, 1.0)
    with pytest.raises(TooOften):
        limited.charge("a", 61.0, 1.0)
    costs = {
        "/v1/outlook": 10.0,
        "/v1/leads/score/history": 10.0,
        "/v1/leads/1/steps": 1.0,
        "/v1/leads/history": 1.0,
    }
    assert {path: access.cost_of(path) for path in costs} == costs


def test_the_command_makes_lists_and_revokes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIKOMI_DATABASE_URL", f"sqlite:///{tmp_path / 'm.db'}")
    app = typer.Typer()
    command.add(app)

    def run(*words: str) -> str:
        result = CliRunner().invoke(app, ["key", *words], obj=lambda: NOW)
        assert result.exit_code == 0, result.output
        return result.stdout

    secret = run("create", "crm", "--scopes", "score,read").splitlines()[-1]
    assert secret.startswith("mk_")
    listed = run("list")
    assert "read,score" in listed
    assert secret not in listed
    assert secret.encode() not in (tmp_path / "m.db").read_bytes()
    run("revoke", listed.split()[0])
    assert "revoked" in run("list")
    again = CliRunner().invoke(app, ["key", "revoke", listed.split()[0]], obj=lambda: NOW)
    assert again.exit_code != 0

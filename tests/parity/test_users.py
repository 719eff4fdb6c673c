"""Users, sessions and lock-outs, the same on SQLite and on a real PostgreSQL server."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from features.errors import BadRequest
from serve.errors import LockedOut
from serve.store.engine import open_engine
from serve.store.people.devices import Devices
from serve.store.people.sign_ins import OWN, SignIns
from serve.store.people.users import User, Users
from serve.store.schema_versions import upgrade

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    made = open_engine(url)
    upgrade(made)
    yield made
    made.dispose()


def test_a_user_and_a_session(engine: Engine) -> None:
    users = Users(engine)
    assert not users.exist()
    users.add(User("Ｓato", "sales", "sato"), "correct horse", NOW)
    with pytest.raises(BadRequest):
        users.add(User("SATO", "admin", None), "correct horse", NOW)
    with pytest.raises(BadRequest, match="10 to 1000"):
        users.add(User("abe", "sales", None), "short", NOW)
    user = users.known("sato", "correct horse")
    assert user == User("sato", "sales", "sato")
    token = users.begin_session(user, NOW, timedelta(hours=1))
    assert users.of_session(token, NOW) == user
    assert users.of_session(token, NOW + timedelta(hours=1)) is None
    users.end_session(token)
    assert users.of_session(token, NOW) is None
    with pytest.raises(BadRequest, match="mikomi user list"):
        users.disable("nobody", NOW)


def tried(sign_ins: SignIns, address: str, at: datetime = NOW, **more: Any) -> bool:
    try:
        sign_ins.attempt("sato", address, at, **more)
    except LockedOut:
        return False
    return True


def test_attempts_at_once_are_all_counted(engine: Engine) -> None:
    sign_ins = SignIns(engine)
    with ThreadPoolExecutor(8) as pool:
        admitted = list(pool.map(lambda _: tried(sign_ins, "one"), range(16)))
    assert sum(admitted) == OWN.free


def test_guesses_of_others_delay_nobody_who_signed_in_here_before(engine: Engine) -> None:
    users, sign_ins, devices = Users(engine), SignIns(engine), Devices(engine)
    users.add(User("sato", "sales", "sato"), "correct horse", NOW)
    cookie = devices.add("sato", NOW)
    device = devices.known(cookie, "SATO")
    assert device is not None
    assert devices.known(cookie, "abe") is None
    for n in range(400):
        tried(sign_ins, f"address {n % 40}", NOW + timedelta(seconds=n))
    late = NOW + timedelta(seconds=400)
    assert not tried(sign_ins, "fresh", late - timedelta(seconds=1))
    assert tried(sign_ins, "address 0", late, device=device)
    assert tried(sign_ins, "fresh", late + timedelta(seconds=5)), "others wait for seconds"
    users.set_password("sato", "another horse")
    assert devices.known(cookie, "sato") is None


def test_delays_grow_and_a_clock_set_back_does_not_lengthen_them(engine: Engine) -> None:
    sign_ins = SignIns(engine)
    assert [tried(sign_ins, "one") for _ in range(6)] == [True] * 5 + [False]
    assert tried(sign_ins, "one", NOW + timedelta(seconds=1))
    assert not tried(sign_ins, "one", NOW + timedelta(seconds=2))
    before = NOW - timedelta(days=1)
    assert not tried(sign_ins, "one", before)
    assert tried(sign_ins, "one", before + timedelta(seconds=2))
    assert tried(sign_ins, "two", before)


def test_many_behind_one_proxy_wait_for_seconds_at_most(engine: Engine) -> None:
    sign_ins = SignIns(engine)
    for n in range(100):
        with suppress(LockedOut):
            sign_ins.attempt(f"user{n}", "proxy", NOW + timedelta(seconds=n))
    with suppress(LockedOut):
        sign_ins.attempt("fresh", "proxy", NOW + timedelta(seconds=100))
    sign_ins.attempt("fresh", "proxy", NOW + timedelta(seconds=105))


def test_a_role_changes_and_a_disabled_user_comes_back(engine: Engine) -> None:
    users = Users(engine)
    users.add(User("sato", "sales", "sato"), "correct horse", NOW)
    token = users.begin_session(User("sato", "sales", "sato"), NOW, timedelta(hours=1))
    users.set_role("SATO", "manager", None)
    assert users.of_session(token, NOW) is None, "the session had the former rights"
    users.disable("sato", NOW)
    assert users.known("sato", "correct horse") is None
    users.enable("sato")
    assert users.known("sato", "correct horse") == User("sato", "manager", None)
    with pytest.raises(BadRequest, match="role king"):
        users.set_role("sato", "king", None)
    for common in ("password123", "P@ssw0rd2026!", "sato-sato-12", "qwertyuiop1"):
        with pytest.raises(BadRequest, match="common"):
            users.set_password("sato", common)

"""Users, sessions and lock-outs, the same on SQLite and on a real PostgreSQL server."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from features.errors import BadRequest
from serve.errors import LockedOut
from serve.store.engine import open_engine, upgrade
from serve.store.people.sign_ins import ATTEMPTS_NAME, SignIns
from serve.store.people.users import User, Users

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


def test_attempts_at_once_are_all_counted(engine: Engine) -> None:
    sign_ins = SignIns(engine)

    def tried(n: int) -> bool:
        try:
            sign_ins.attempt("sato", f"address {n}", NOW)
        except LockedOut:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(tried, range(16))) == ATTEMPTS_NAME

"""A server of the pages with leads, users and a clock, used as by a browser."""

import hmac
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import Engine, delete

from serve.app import create_app
from serve.scoring.loaded_model import LoadedModel
from serve.settings import Settings
from serve.store.engine import open_engine
from serve.store.people.users import User, Users
from serve.store.schema_versions import upgrade
from serve.store.tables import RANKING_MARKS
from tests import ranked, served
from tests.clocked import NOW

USERS = (User("sato", "sales", "sato"), User("boss", "manager", None))
RIGHT = "correct horse"


def fill(url: str, leads: list[ranked.Planted], *, due: bool = True) -> Engine:
    """Make a store with users and ranked leads, which are due to be ranked anew or not."""
    engine = open_engine(url)
    upgrade(engine)
    if leads:
        ranked.plant(engine, LoadedModel(served.artifact(), 1), leads, NOW)
    if not due:
        with engine.begin() as connection:
            connection.execute(delete(RANKING_MARKS))
    for user in USERS:
        Users(engine).add(user, RIGHT, NOW)
    return engine


@contextmanager
def opened(
    models: Path, tmp_path: Path, leads: list[ranked.Planted], **more: Any
) -> Iterator[TestClient]:
    """Serve the pages of a filled store; the model is ready."""
    url = f"sqlite:///{tmp_path / 'mikomi.db'}"
    engine = fill(url, leads)
    settings = Settings(models=models, database_url=url, poll_seconds=0.05, access_log="no", **more)
    with TestClient(
        create_app(settings, lambda: NOW),
        base_url="http://localhost",
        headers={"accept": "text/html"},
    ) as client:
        while client.get("/readyz").status_code != 200:
            time.sleep(0.02)
        client.engine = engine  # type: ignore[attr-defined]
        yield client
    engine.dispose()


def enter(client: TestClient, name: str) -> TestClient:
    """Sign a user in."""
    users = Users(client.engine)  # type: ignore[attr-defined]
    user = next(one for one in users.all() if one.user_id == name)
    token = users.begin_session(user, NOW, timedelta(hours=1))
    client.cookies.set("mikomi_session", token)
    return client


def form_token(client: TestClient) -> str:
    """Return the fields that a form of a page carries."""
    return hmac.new(client.cookies["mikomi_session"].encode(), b"form", "sha256").hexdigest()

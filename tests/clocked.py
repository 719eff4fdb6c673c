"""A server whose clock only the test moves."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from serve.app import create_app
from serve.settings import Settings

LOCAL = "http:" + "//localhost"
"""Without keys, only requests to a name of this machine are answered."""
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Clock:
    """A clock that only the test moves."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@contextmanager
def serving(models: Path, url: str, clock: Clock, **more: Any) -> Iterator[TestClient]:
    settings = Settings(models=models, database_url=url, poll_seconds=0.05, access_log="no", **more)
    with TestClient(create_app(settings, clock), LOCAL) as client:
        for _ in range(3_000):
            if client.get("/readyz").status_code == 200:
                break
        yield client

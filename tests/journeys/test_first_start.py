"""A new machine: a server that requires keys starts on an empty database, then comes the first key.

The settings are those that the image sets.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests import served

ROOT: Final = Path(__file__).parents[2]
MIKOMI: Final = Path(sys.executable).parent / "mikomi"
SECONDS: Final = 120
"""How long a busy machine may take."""
TAKEN_UP: Final = 20


def set_by_the_image() -> dict[str, str]:
    """Return the settings of the image `serve`."""
    text = (ROOT / "deploy" / "Containerfile").read_text("utf-8")
    return dict(re.findall(r"\b(MIKOMI_\w+)=(\S+)", text.partition("FROM base AS serve")[2]))


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    ours = {
        "MIKOMI_PORT": str(served.free_port()),
        "MIKOMI_MODELS": str(tmp_path / "models"),
        "MIKOMI_REGISTRY": str(tmp_path / "registry"),
        "MIKOMI_DATABASE_URL": f"sqlite:///{tmp_path / 'mikomi.db'}",
        "MIKOMI_ACCESS_LOG": "no",
    }
    return os.environ | set_by_the_image() | ours


@pytest.fixture
def server(environment: dict[str, str], tmp_path: Path) -> Iterator[httpx.Client]:
    """Run the server of a new machine until its process answers; its log is the file `log`."""
    with (tmp_path / "log").open("wb") as log:
        running = subprocess.Popen(  # noqa: S603 - our own command
            [MIKOMI, "serve"], env=environment, cwd=tmp_path, stderr=log, stdout=log
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{environment['MIKOMI_PORT']}") as client:
            wait_for(running, client, tmp_path / "log")
            yield client
    finally:
        running.terminate()
        running.wait(SECONDS)


def wait_for(running: subprocess.Popen[bytes], client: httpx.Client, log: Path) -> None:
    end = time.monotonic() + SECONDS
    while True:
        assert running.poll() is None, log.read_text("utf-8")
        assert time.monotonic() < end, log.read_text("utf-8")
        try:
            if client.get("/healthz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)


def test_the_image_requires_keys() -> None:
    assert set_by_the_image()["MIKOMI_REQUIRE_KEYS"] == "yes"


def test_a_new_server_answers_nobody_until_set_up_has_made_a_key(
    server: httpx.Client, environment: dict[str, str], tmp_path: Path
) -> None:
    problems = [
        server.get("/v1/leads/L-1"),
        server.put("/v1/leads/L-1", json={"created_at": "2026-05-01T09:00:00Z"}),
        server.get("/metrics", headers={"host": "localhost"}),
        server.get("/v1/leads/L-1", headers={"authorization": "Bearer mk_none"}),
    ]
    assert {one.status_code for one in problems} == {401}
    assert all("mikomi setup" in one.text for one in problems)
    page = server.get("/")
    assert page.status_code == 401
    assert "nobody signed in" in page.text
    assert "NO KEYS YET" in (tmp_path / "log").read_text("utf-8")

    set_up = subprocess.run(  # noqa: S603 - our own command
        [MIKOMI, "setup"], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    bearer = {"authorization": f"Bearer {set_up.stdout.strip()}"}
    end = time.monotonic() + TAKEN_UP
    while (answer := server.get("/v1/leads/L-1", headers=bearer)).status_code == 401:
        assert time.monotonic() < end
        time.sleep(0.1)
    assert answer.status_code == 404, answer.text
    without = server.get("/v1/leads/L-1")
    assert without.status_code == 401
    assert "mikomi setup" not in json.dumps(without.json())

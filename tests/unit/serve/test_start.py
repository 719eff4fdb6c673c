"""A server that starts has the machine for itself, and its helpers come in time."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.dependencies import utils

from serve import app as application
from serve.cli import command, helpers
from serve.http import ending
from serve.scoring.pointer import POINTER
from tests import served
from tests.unit.serve.test_api import serving, settings


class Child:
    """A process that is only noted."""

    begun: list["Child"]

    def __init__(self, arguments: list[str]) -> None:
        self.module, self.ended, self.thread = arguments[2], False, threading.current_thread()
        self.code: int | None = None
        self.begun.append(self)

    def poll(self) -> int | None:
        return self.code

    def terminate(self) -> None:
        self.ended = True

    def wait(self) -> None:
        assert self.ended


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Child]:
    monkeypatch.setattr(Child, "begun", [], raising=False)
    monkeypatch.setattr(helpers.subprocess, "Popen", Child)
    monkeypatch.setattr(command, "FIRST_SECONDS", 0.3)
    monkeypatch.setattr(helpers, "LOOK_SECONDS", 0.02)
    return Child.begun


def beside(folder: Path, seconds: float, begun: list[Child]) -> list[str]:
    """Run a server for a while; tell what ran beside it."""
    configured: Any = SimpleNamespace(models=folder, shadow_share=0.0)
    with command._beside(configured):
        time.sleep(seconds)
        names = [child.module for child in begun]
    assert all(child.ended for child in begun)
    return names


def test_without_a_model_the_follower_comes_at_once(tmp_path: Path, begun: list[Child]) -> None:
    assert beside(tmp_path, 0.1, begun) == ["serve.processes.follow", "serve.processes.refresh"]


def test_a_server_that_has_a_model_is_left_alone_at_first(
    tmp_path: Path, begun: list[Child]
) -> None:
    (tmp_path / POINTER).write_text("{}")
    assert beside(tmp_path, 0.1, begun) == []
    time.sleep(0.3)
    assert begun == [], "not even later, when the server is gone"
    assert beside(tmp_path, 0.6, begun) == ["serve.processes.follow", "serve.processes.refresh"]


def test_a_helper_that_ends_is_started_again_after_ever_longer_pauses(
    begun: list[Child], capsys: pytest.CaptureFixture[str]
) -> None:
    clock = [0.0]
    beside = helpers.Helpers(["serve.processes.follow"], lambda: clock[0])
    starts = []
    for tick in range(80):
        clock[0] = float(tick)
        before = len(begun)
        beside.look()
        if len(begun) > before:
            starts.append(tick)
            begun[-1].code = -9
    assert [later - first for first, later in pairwise(starts)][:4] == [2, 3, 5, 9]
    assert "serve.processes.follow ended with -9" in capsys.readouterr().err
    assert starts[0] == 0


def test_a_helper_that_cannot_be_started_is_tried_again(
    begun: list[Child], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock, popen = [0.0], helpers.subprocess.Popen

    def no_memory(_command: list[str]) -> None:
        raise OSError(12, "Cannot allocate memory")

    beside = helpers.Helpers(["serve.processes.follow"], lambda: clock[0])
    monkeypatch.setattr(helpers.subprocess, "Popen", no_memory)
    beside.look()
    assert "Cannot allocate memory" in capsys.readouterr().err
    monkeypatch.setattr(helpers.subprocess, "Popen", popen)
    clock[0] = 2.0
    beside.look()
    assert [child.module for child in begun] == ["serve.processes.follow"]


def test_a_worker_whose_parent_was_killed_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[tuple[int, int]] = []
    monkeypatch.setattr(application.os, "kill", lambda pid, sign: ended.append((pid, sign)))
    ending.end_without(None)
    ending.end_without(SimpleNamespace(is_alive=lambda: True))
    assert ended == []
    ending.end_without(SimpleNamespace(is_alive=lambda: False))
    assert ended == [(os.getpid(), signal.SIGTERM)]


def test_garbage_is_searched_for_again_once_a_server_is_ready(tmp_path: Path) -> None:
    served.lay_down(tmp_path)
    gc.disable()
    try:
        with serving(settings(tmp_path, tmp_path, access_log="no")):
            assert gc.isenabled()
    finally:
        gc.enable()


def built_while_answering(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """List what of the routes is built only when a request looks for one."""
    built: list[str] = []
    plain = utils.create_model_field

    def noted(name: str, *arguments: Any, **more: Any) -> Any:
        built.append(name)
        return plain(name, *arguments, **more)

    with serving(settings(folder, folder, access_log="no")) as client:
        monkeypatch.setattr(utils, "create_model_field", noted)
        for path in ("/v1/leads", "/v1/leads/L-1/history", "/v1/nothing"):
            client.get(path)
        monkeypatch.undo()
    return built


def test_every_route_is_built_before_the_first_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else two threads silence warnings at once, and undo it for each other."""
    served.lay_down(tmp_path)
    assert built_while_answering(tmp_path, monkeypatch) == []


def test_planted_fault_routes_left_to_the_first_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served.lay_down(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(application, "_build", lambda _app: None)
        assert built_while_answering(tmp_path, monkeypatch) != []


def test_a_server_leaves_no_thread_behind(tmp_path: Path) -> None:
    served.lay_down(tmp_path)
    before = set(threading.enumerate())
    application.create_app(settings(tmp_path, tmp_path))
    assert set(threading.enumerate()) == before, "nothing runs before the server does"
    with serving(settings(tmp_path, tmp_path, access_log="no")) as client:
        client.post("/v1/score", json=served.body(1))
    assert set(threading.enumerate()) == before


SLOW = """
import time, uvicorn
from serve import app
def prepare(server):
    print("prepares", flush=True)
    time.sleep({seconds})
app.Server._follow = prepare
uvicorn.run("serve.app:from_environment", factory=True, port=0, log_level="error")
"""


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_compiles_ends_at_once(tmp_path: Path, by: signal.Signals) -> None:
    address = f"sqlite:///{tmp_path / 'mikomi.db'}"
    with subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-c", SLOW.format(seconds=30)],
        env=os.environ | {"MIKOMI_DATABASE_URL": address, "MIKOMI_MODELS": str(tmp_path)},
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"prepares\n"
        begin = time.monotonic()
        child.send_signal(by)
        assert child.wait(20) == -by
        assert time.monotonic() - begin < 5

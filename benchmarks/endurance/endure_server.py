"""What the tries of `endure` share: a server with a model, requests, their results."""

import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from serve.scoring.pointer import point
from tests import served

BODY = json.dumps(served.body(10)).encode()


@dataclass(frozen=True)
class Trial:
    """How often a promise was tried and held, and what was measured, in words."""

    promise: str
    tries: int
    held: int
    measured: str = ""


def folder_with_model() -> Path:
    """Return a new folder with a model that a server can answer with."""
    folder = Path(tempfile.mkdtemp(prefix="mikomi-endure-"))
    point(folder, served.lay_down(folder), 1)
    return folder


def ask(
    port: int, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, bytes]:
    """Send one request; a `Host` among the headers replaces that of the address."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.putrequest(method, path, skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def seconds_until(is_so: Callable[[], bool], most: float = 30.0) -> float:
    began = time.monotonic()
    while not is_so():
        if time.monotonic() - began > most:
            return float("inf")
        time.sleep(0.05)
    return time.monotonic() - began

"""The tries of `endure` against attackers: open mode, limits, changed models."""

import shutil
from contextlib import suppress

from benchmarks.endurance.endure_server import BODY, Trial, ask, folder_with_model
from features.errors import MikomiError
from models.artifact import artifact
from serve.errors import TooOften
from serve.http.access import AccessControl
from serve.http.rate_limits import Limits
from serve.store.people.api_keys import Key
from serve.store.people.keys import key_hash
from tests import served

EVIL = "http:" + "//evil.test"
HOSTILE: tuple[dict[str, str], ...] = (
    {"Origin": EVIL, "Content-Type": "text/plain"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Host": "evil.test"},
    {"Content-Type": "application/x-www-form-urlencoded"},
    {"Content-Type": "text/plain"},
    {"X-Forwarded-For": "192.0.2.7"},
    {"Forwarded": "for=192.0.2.7"},
    {"X-Real-IP": "192.0.2.7"},
)
ROUTES = (
    ("GET", "/v1/leads", None),
    ("GET", "/v1/leads/L-1", None),
    ("GET", "/metrics", None),
    ("DELETE", "/v1/leads/L-1", None),
    ("POST", "/v1/score", BODY),
    ("PUT", "/v1/leads/L-1", b'{"created_at": "2026-01-01T00:00:00Z"}'),
)


def open_mode() -> Trial:
    """Attack a server without keys as web pages and proxies can."""
    folder = folder_with_model()
    with served.server(folder) as (_, port):
        statuses = [
            ask(port, method, path, body, **headers)[0]
            for headers in HOSTILE
            for method, path, body in ROUTES
        ]
    shutil.rmtree(folder)
    promise = "without keys no web page and no proxy reads, writes or erases"
    return Trial(promise, len(statuses), statuses.count(403))


def limits(per_minute: tuple[int, ...] = (1, 60, 600)) -> Trial:
    """Send as fast as possible for three minutes of a simulated clock; count any sixty seconds."""
    held, most = 0, []
    for limit in per_minute:
        key = Key("k", "k", key_hash("mk_k"), frozenset({"score"}), limit, 0, None)
        gate = AccessControl(Limits(1_000.0, 2_000))
        gate.use([key])
        times = []
        for tick in range(0, 180_000, 20):
            with suppress(TooOften):
                gate.admit("Bearer mk_k", "POST", "/v1/score", tick / 1_000)
                times.append(tick)
        most.append(max(sum(at <= one < at + 60_000 for one in times) for at in times))
        held += most[-1] == limit
    measured = "admitted in any minute: " + ", ".join(map(str, most))
    return Trial("a key's limit is its limit in every minute", len(per_minute), held, measured)


def tampering() -> Trial:
    """Change one byte of every file of a model, at several places; it is never loaded."""
    folder = folder_with_model()
    model = next((folder / "models").iterdir())
    tries = refused = 0
    for file in sorted(model.iterdir()):
        content = file.read_bytes()
        for place in {0, len(content) // 3, len(content) // 2, len(content) - 1}:
            changed = bytearray(content)
            changed[place] ^= 1
            file.write_bytes(changed)
            tries += 1
            try:
                artifact.load(model)
            except (MikomiError, ValueError):
                refused += 1
            file.write_bytes(content)
    shutil.rmtree(folder)
    return Trial("a model with another byte is never loaded", tries, refused)

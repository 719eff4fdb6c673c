"""A scoring as it is logged, and its receipt id.

Decided here: ids begin with the time in milliseconds, so that a log sorted by id is sorted by time,
and end in 80 random bits, so that an id cannot be guessed.
"""

import secrets
from datetime import datetime
from typing import Final

import msgspec

from serve.wire.targets import DEFAULT

UNREAD: Final = -1
"""The number of erasures of a process that has not read it yet."""


class Scoring(msgspec.Struct, frozen=True, kw_only=True):
    """One answer and everything needed to compute it again.

    `input` holds the body of a stateless request, `revisions` the revisions of the leads of a
    stored one; `feature_sha256` is the hash of the float32 feature row. `target` names whose model
    answered; empty is the default's. `limits_id` names the limits of the bands that people had set;
    none were those of the model. `erasures` is the number of the last erasure that the process
    knew when it began to read, see `serve.store.erasures`; it is not logged.
    """

    receipt_id: str
    at: datetime
    lead_id: str
    key_id: str | None
    kind: str
    target: str = DEFAULT
    model_version: int | None
    model_fingerprint: str
    cutoff: datetime
    feature_sha256: str
    language: str
    input: bytes | None
    revisions: dict[str, int] | None
    answer: bytes
    limits_id: int | None = None
    erasures: int = UNREAD


def receipt_id(now: datetime) -> str:
    """Return a new id: 12 hexadecimal digits of time, 20 random ones.

    >>> from datetime import UTC
    >>> receipt_id(datetime(2026, 1, 1, tzinfo=UTC))[:12]
    '019b76daa800'
    """
    return f"{int(now.timestamp() * 1000):012x}{secrets.token_hex(10)}"

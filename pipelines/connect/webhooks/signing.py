"""Signatures of Standard Webhooks (version v1): HMAC-SHA256 over id, timestamp and body.

Source: the specification of Standard Webhooks, section "Symmetric signatures".
"""

import base64
import binascii
import hashlib
import hmac
from typing import Final

from features.errors import BadRequest

_PREFIX: Final = "whsec_"
_SHORTEST, _LONGEST = 24, 64
"""Bytes of a secret, as the specification states them."""


def secret_bytes(secret: str) -> bytes:
    """Return the bytes of a secret such as `whsec_...`.

    Raises
    ------
    BadRequest
        If it is none; the secret is not a part of the message.
    """
    try:
        raw = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (ValueError, binascii.Error):
        raw = b""
    if not _SHORTEST <= len(raw) <= _LONGEST:
        raise BadRequest.of(
            "a webhook secret of another form",
            f"{_PREFIX} and {_SHORTEST} to {_LONGEST} random bytes in base64",
            "make one: python -c 'import os, base64; "
            'print("whsec_" + base64.b64encode(os.urandom(32)).decode())\'',
        )
    return raw


def signed(secret: str, event_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the three headers of a webhook.

    Parameters
    ----------
    secret
        Of the receiver.
    event_id
        The same for every try.
    timestamp
        Of this try, in seconds since 1970.
    body
        As it is sent.
    """
    content = f"{event_id}.{timestamp}.".encode() + body
    digest = hmac.new(secret_bytes(secret), content, hashlib.sha256).digest()
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }

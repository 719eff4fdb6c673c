"""Whether a webhook comes from whom it says: HubSpot v3, Standard Webhooks, a secret path.

Decided here: what is older than five minutes, or as much ahead of our clock, is refused;
comparisons take constant time; a reason for refusal never contains what was expected. Sources:
HubSpot's "Validating requests" (v3) and the specification of Standard Webhooks.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from serve.errors import NoKey

_OLDEST: Final = timedelta(minutes=5)
_DECODED: Final = {
    "%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$", "%27": "'",
    "%28": "(", "%29": ")", "%2A": "*", "%2C": ",", "%3B": ";",
}  # fmt: skip
"""What HubSpot decodes in the address that it signs."""
_ENCODED: Final = re.compile("|".join(_DECODED), re.IGNORECASE)


class HookRequest(NamedTuple):
    """A webhook as it arrived: method, public address, headers in small letters, body."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


def check_hubspot(request: HookRequest, secret: str, now: datetime) -> None:
    """Check a signature of HubSpot, version 3.

    Parameters
    ----------
    request
        As it arrived.
    secret
        The client secret of the app.
    now
        The moment.

    Raises
    ------
    NoKey
        If it is not signed with the secret, or not lately.
    """
    written = request.headers.get("x-hubspot-request-timestamp", "")
    _check_time(written, 1_000, now)
    url = _ENCODED.sub(lambda match: _DECODED[match.group().upper()], request.url)
    content = f"{request.method}{url}".encode() + request.body + written.encode()
    _check(secret.encode(), content, [request.headers.get("x-hubspot-signature-v3", "")])


def check_standard(request: HookRequest, secret: str, now: datetime) -> None:
    """Check a signature of Standard Webhooks, version v1.

    Parameters
    ----------
    request
        As it arrived.
    secret
        `whsec_` and the key in base64.
    now
        The moment.

    Raises
    ------
    NoKey
        If it is not signed with the secret, or not lately.
    """
    event_id = request.headers.get("webhook-id", "")
    written = request.headers.get("webhook-timestamp", "")
    _check_time(written, 1, now)
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (ValueError, binascii.Error):
        raise _refused("a secret of this server that is no base64") from None
    listed = request.headers.get("webhook-signature", "").split()
    signatures = [one[3:] for one in listed if one.startswith("v1,")]
    _check(key, f"{event_id}.{written}.".encode() + request.body, signatures)


def check_path(written: str, secret: str) -> None:
    """Check the secret part of a path.

    Parameters
    ----------
    written
        As it arrived.
    secret
        What it must be.

    Raises
    ------
    NoKey
        If it is another.
    """
    if not hmac.compare_digest(written.encode(), secret.encode()):
        raise _refused("another path")


def _check_time(written: str, per_second: int, now: datetime) -> None:
    if not written.isascii() or not written.isdigit() or len(written) > len("1780000000000"):
        raise _refused("no timestamp")
    at = int(written) / per_second
    if abs(now.timestamp() - at) > _OLDEST.total_seconds():
        raise _refused("a timestamp more than five minutes away")


def _check(key: bytes, content: bytes, signatures: list[str]) -> None:
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest())
    matches = [hmac.compare_digest(one.encode(), expected) for one in signatures]
    if not any(matches):
        raise _refused("no valid signature")


def _refused(observed: str) -> Exception:
    return NoKey.of(f"a webhook with {observed}", "one signed by its sender", "check the secret")

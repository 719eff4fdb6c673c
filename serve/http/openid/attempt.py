"""One attempt to sign in at a provider: what goes there with the browser, and comes back.

Decided here: nothing of an attempt is stored. State, nonce and the verifier of PKCE derive from the
cookie of the visit, which only this browser has and which is replaced as soon as the provider's
answer came. So a state counts once, in one browser, for `MINUTES`.
"""

import hmac
import re
import secrets
from datetime import datetime
from typing import Final, NamedTuple

MINUTES: Final = 10
_SALT: Final = re.compile(r"([0-9A-Za-z_-]{22})\.(\d{1,12})\.([0-9a-f]{64})")


class Attempt(NamedTuple):
    """An attempt; `began` in seconds since 1970-01-01 UTC."""

    token: str
    salt: str
    began: int

    @property
    def state(self) -> str:
        """The text by which the provider's answer is known to belong to this browser."""
        return f"{self.salt}.{self.began}.{self._derived('state')}"

    @property
    def nonce(self) -> str:
        """The text that the provider repeats under its signature."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """The secret of PKCE, without which a stolen code is worthless."""
        return self._derived("verifier")

    def _derived(self, use: str) -> str:
        text = f"{use} {self.salt} {self.began}"
        return hmac.new(self.token.encode(), text.encode(), "sha256").hexdigest()


def begin(token: str, now: datetime) -> Attempt:
    """Begin an attempt.

    Parameters
    ----------
    token
        The cookie of the visit.
    now
        The present moment.
    """
    return Attempt(token, secrets.token_urlsafe(16), int(now.timestamp()))


def attempt_of(token: str, state: str, now: datetime) -> Attempt | None:
    """Return the attempt that a state belongs to.

    Parameters
    ----------
    token
        The cookie of the visit.
    state
        As it came back.
    now
        The present moment.

    Returns
    -------
    None if the state is of another browser, was used, is too old or from the future.
    """
    match = _SALT.fullmatch(state)
    if match is None:
        return None
    attempt = Attempt(token, match[1], int(match[2]))
    age = now.timestamp() - attempt.began
    right = hmac.compare_digest(attempt.state, state) and -1 <= age <= 60 * MINUTES
    return attempt if right else None

"""Passwords: argon2id, verified in the same time whether the user exists or not.

Decided here: at most two passwords are computed at once in a process, because each takes 64 MiB.
"""

from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from features.errors import BadRequest, Fault
from serve.store.people.common_passwords import is_common

LEAST: Final = 10
MOST: Final = 1_000
NO_PASSWORD: Final = ""
"""In the place of a hash: no password is right."""
_HASHER: Final = PasswordHasher()
_AT_ONCE: Final = BoundedSemaphore(2)
_NOBODY: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$bm9ib2R5bm9ib2R5bm8$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)
"""The hash that an unknown user's password is verified against; no password has it."""


def password_hash(password: str, user_id: str) -> str:
    """Return the hash by which a password is stored.

    Parameters
    ----------
    password
        In plain text.
    user_id
        The name of its user.

    Raises
    ------
    BadRequest
        If it is too short, too long or guessed first.
    """
    if not LEAST <= len(password) <= MOST:
        observed, expected = f"a password of {len(password)} characters", f"{LEAST} to {MOST}"
        raise BadRequest([Fault(observed, expected, "choose another")])
    if is_common(password, user_id):
        expected = "one that is not guessed first"
        raise BadRequest.of("a common password", expected, "choose several words")
    with _AT_ONCE:
        return _HASHER.hash(password)


def is_right(password: str, stored_hash: str | None) -> bool:
    """Return whether a password has this hash.

    Parameters
    ----------
    password
        As it was entered.
    stored_hash
        From `password_hash`; none, for an unknown user, never matches.

    >>> is_right("a long password", None)
    False
    """
    try:
        with _AT_ONCE:
            _HASHER.verify(stored_hash or _NOBODY, password[:MOST])
    except (VerificationError, InvalidHashError):
        return False
    return stored_hash is not None

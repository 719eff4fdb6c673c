"""Passwords of people: argon2id, compared in the same time whether there is such a user or not.

Decided here: at most two passwords are computed at once in a process, because each takes 64 MiB.
"""

from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from features.errors import BadRequest, Fault

LEAST: Final = 10
MOST: Final = 1_000
_HASHER: Final = PasswordHasher()
_AT_ONCE: Final = BoundedSemaphore(2)
_NOBODY: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$bm9ib2R5bm9ib2R5bm8$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)
"""What the password of an unknown user is compared with; no password has this hash."""


def password_hash(password: str) -> str:
    """Give what is kept of a password.

    Raises
    ------
    BadRequest
        If it is too short, or longer than any person's.
    """
    if not LEAST <= len(password) <= MOST:
        found, expected = f"a password of {len(password)} characters", f"{LEAST} to {MOST}"
        raise BadRequest([Fault(found, expected, "choose another")])
    with _AT_ONCE:
        return _HASHER.hash(password)


def is_right(password: str, kept: str | None) -> bool:
    """Say whether `password` is the one whose hash was `kept`; with none it never is.

    >>> is_right("a long password", None)
    False
    """
    try:
        with _AT_ONCE:
            _HASHER.verify(kept or _NOBODY, password[:MOST])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None

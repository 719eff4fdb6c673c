"""API keys: made once, shown once, kept only as a hash.

Decided here: a key is 256 random bits, so one SHA-256 is enough to keep it; hashes are compared
in constant time.
"""

import hashlib
import hmac
import secrets

SCOPES = frozenset({"score", "ingest", "read", "admin"})
_PREFIX = "mk_"


def new_key() -> str:
    """Make a key; it is shown once and never kept."""
    return _PREFIX + secrets.token_urlsafe(32)


def key_hash(key: str) -> str:
    """Give what is kept of a key.

    >>> len(key_hash("mk_x"))
    64
    """
    return hashlib.sha256(key.encode()).hexdigest()


def matches(key: str, kept: str) -> bool:
    """Say whether `key` is the one whose hash was `kept`."""
    return same(key_hash(key), kept)


def same(hashed: str, kept: str) -> bool:
    """Compare two hashes in constant time."""
    return hmac.compare_digest(hashed, kept)

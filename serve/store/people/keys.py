"""API keys: created once, shown once, stored only as a hash.

Decided here: a key is 256 random bits, so one SHA-256 protects it; hashes are compared in constant
time.
"""

import hashlib
import hmac
import secrets

SCOPES = frozenset({"score", "ingest", "read", "admin"})
_PREFIX = "mk_"


def new_key() -> str:
    """Create a random key; it is shown once and never stored."""
    return _PREFIX + secrets.token_urlsafe(32)


def key_hash(key: str) -> str:
    """Return the hash by which a key is stored.

    >>> len(key_hash("mk_x"))
    64
    """
    return hashlib.sha256(key.encode()).hexdigest()


def matches(key: str, stored_hash: str) -> bool:
    """Return whether a key has this hash.

    Parameters
    ----------
    key
        As it was sent.
    stored_hash
        From `key_hash`.
    """
    return same(key_hash(key), stored_hash)


def same(key_sha256: str, stored_hash: str) -> bool:
    """Compare two hashes in constant time.

    Parameters
    ----------
    key_sha256
        Of the key that was sent.
    stored_hash
        Of a stored key.
    """
    return hmac.compare_digest(key_sha256, stored_hash)

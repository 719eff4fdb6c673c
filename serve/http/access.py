"""Who may do what: a key, its scopes, and how often.

Decided here: keys are known by their hash, which is compared in constant time; what a path needs is
said in one table. Without any key ever made, a server on loopback lets everyone in; before the keys
are known, and elsewhere, nobody comes in. Pages ask for a user, see `serve.pages`.
"""

from collections.abc import Iterable
from typing import Final

from serve.errors import KeysUnknown, NoKey, NotAllowed, TooOften
from serve.http.rate_limits import Limits
from serve.store.people.api_keys import Key
from serve.store.people.keys import key_hash, same

API: Final = "/v1"
KEYED: Final = (f"{API}/", "/metrics", "/openapi.json")
"""What asks for a key, once there is one."""
OPEN: Final = ("/healthz", "/readyz", *KEYED[1:])
"""What asks for no user; everything else outside the API is a page."""
_SECONDS: Final = 60.0
_LEAD_SLASHES: Final = 3
"""Of /v1/leads/{lead_id}, whatever the lead is called."""


class Gate:
    """The keys in use; they are replaced as a whole.

    Parameters
    ----------
    limits
        How often anyone may ask.
    open_without_keys
        Whether everyone may come in while there never was a key.
    """

    def __init__(self, limits: Limits, *, open_without_keys: bool = True) -> None:
        self._limits = limits
        self._keys: tuple[Key, ...] = ()
        self._closed = not open_without_keys
        self._known = False

    def use(self, keys: Iterable[Key]) -> None:
        """Take up the keys; one that was ever made closes the gate for those without."""
        every = tuple(keys)
        self._known = True
        self._closed = self._closed or bool(every)
        self._keys = tuple(key for key in every if key.revoked_at is None)

    def admit(self, header: str | None, method: str, path: str, now: float) -> str | None:
        """Let a request in and give the id of its key.

        Raises
        ------
        KeysUnknown, NoKey, NotAllowed, TooOften
            If it may not come in.
        """
        if not path.startswith(KEYED):
            return None
        if not self._known:
            raise KeysUnknown.of("no keys yet", "the keys of the database", "wait a little")
        key = self._key(header)
        if key is not None and scope_of(method, path) not in key.scopes | _all(key):
            raise NotAllowed.of(
                f"a key of {', '.join(sorted(key.scopes))}", scope_of(method, path), "use another"
            )
        name, rate = ("", None) if key is None else (key.key_id, key.per_minute / _SECONDS)
        wait = self._limits.wait(name, now, rate)
        if wait > 0.0:
            error = TooOften.of("too many requests", "fewer", f"wait {wait:.1f} seconds")
            error.wait = wait  # type: ignore[attr-defined]
            raise error
        return key.key_id if key else None

    def _key(self, header: str | None) -> Key | None:
        if not self._closed:
            return None
        kind, _, said = (header or "").partition(" ")
        if kind.lower() == "bearer" and said:
            hashed, found = key_hash(said.strip()), None
            for key in self._keys:
                found = key if same(hashed, key.sha256) else found
            if found is not None:
                return found
        raise NoKey.of("no valid key", "Authorization: Bearer <key>", "see `mikomi key create`")


def _all(key: Key) -> frozenset[str]:
    return frozenset({"score", "ingest", "read"}) if "admin" in key.scopes else frozenset()


def scope_of(method: str, path: str) -> str:
    """Tell which scope a request of the API needs.

    >>> (
    ...     scope_of("POST", "/v1/score"),
    ...     scope_of("DELETE", "/v1/leads/1"),
    ...     scope_of("GET", "/v1/model"),
    ... )
    ('score', 'admin', 'read')
    """
    if method == "DELETE":
        return "admin"
    asks = method == "GET" and path.endswith("/score") and path.count("/") > _LEAD_SLASHES
    if asks or path.startswith(("/v1/score", "/v1/outlook", "/v1/change")):
        return "score"
    if path.startswith("/v1/receipts") or method == "GET":
        return "read"
    return "ingest"

"""Access control of the API: keys, their scopes and their rate limits.

Decided here: keys are identified by their hash, which is compared in constant time; the scope of
each path is decided by `scope_of`, what a request costs by `cost_of` and, where only its body says
so, by its route. If no key was ever created, a server on loopback admits every request of this
machine (`serve.http.open_mode`); otherwise, and until the keys are read, requests without a key are
refused. Pages require a user instead, see `serve.pages`.
"""

from collections.abc import Iterable
from typing import Final

from serve.errors import KeysUnknown, NoKey, NotAllowed, TooOften
from serve.http.places import Places
from serve.http.rate_limits import Limits
from serve.store.hang_guard import HangGuard
from serve.store.people.api_keys import Key
from serve.store.people.keys import key_hash, same

API: Final = "/v1"
KEYED: Final = (f"{API}/", "/metrics", "/openapi.json")
"""Paths that require a key, once there is one."""
OPEN: Final = ("/healthz", "/readyz", *KEYED[1:])
"""Paths that require no user; all others outside the API are pages."""
_COSTS: Final = {"/v1/outlook": 10.0, "/v1/change": 5.0}
_COSTS_OF_LEADS: Final = {"history": 10.0, "change": 5.0, "moves": 10.0}
"""What follows the id of a lead or receipt, with its cost; a score costs 1."""
_PLACES: Final = 200
_LEAD_SLASHES: Final = 3
"""How many slashes /v1/leads/{lead_id} has; an id cannot add one."""


class AccessControl:
    """The keys in use; they are replaced as a whole.

    Parameters
    ----------
    limits
        The rate limits, by key.
    open_without_keys
        Whether requests without a key are admitted while no key was ever created.
    """

    def __init__(self, limits: Limits, *, open_without_keys: bool = True) -> None:
        self._limits = limits
        self._keys: tuple[Key, ...] = ()
        self._closed = not open_without_keys
        self._known = False
        self._ever = False
        self.guard: HangGuard | None = None
        """Watches the database, if it may hang; requests are refused meanwhile."""
        self.places = Places(_PLACES)

    def use(self, keys: Iterable[Key]) -> None:
        """Replace the keys; once any key exists, requests without one are refused."""
        every = tuple(keys)
        self._known = True
        self._ever = bool(every)
        self._closed = self._closed or self._ever
        self._keys = tuple(key for key in every if key.revoked_at is None)

    def admit(self, header: str | None, method: str, path: str, now: float) -> str | None:
        """Check a request and return the id of its key; none if it needs none.

        Parameters
        ----------
        header
            The `Authorization` header; none if it was not sent.
        method, path
            Of the request.
        now
            The steady clock, in seconds.

        Raises
        ------
        KeysUnknown, NoKey, NotAllowed, TooOften
            If the request is refused.
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
        self._take(key, now, cost_of(path))
        return key.key_id if key else None

    @property
    def is_open(self) -> bool:
        """Whether requests need no key."""
        return not self._closed

    def charge(self, key_id: str | None, now: float, cost: float) -> None:
        """Charge a request that was admitted for what else its body makes the server do.

        Parameters
        ----------
        key_id
            As `admit` returned it.
        now
            The steady clock, in seconds.
        cost
            Besides what was charged already.

        Raises
        ------
        TooOften
            If the key has not that much left.
        """
        if cost > 0.0:
            own = (key for key in self._keys if key.key_id == key_id)
            self._take(next(own, None), now, cost)

    def _take(self, key: Key | None, now: float, cost: float) -> None:
        name, most = ("", None) if key is None else (key.key_id, float(key.per_minute))
        wait = self._limits.wait(name, now, most, cost)
        if wait > 0.0:
            error = TooOften.of("too much at once", "less", f"wait {wait:.1f} seconds")
            error.wait = wait  # type: ignore[attr-defined]
            raise error

    def _key(self, header: str | None) -> Key | None:
        if not self._closed:
            return None
        kind, _, token = (header or "").partition(" ")
        if kind.lower() == "bearer" and token:
            hashed, match = key_hash(token.strip()), None
            for key in self._keys:
                match = key if same(hashed, key.sha256) else match
            if match is not None:
                return match
        if not self._ever:
            raise NoKey.of(
                "no key at all in this server yet",
                "the first key",
                "who runs this server makes it: mikomi setup",
            )
        raise NoKey.of("no valid key", "Authorization: Bearer <key>", "see `mikomi key create`")


def _all(key: Key) -> frozenset[str]:
    return frozenset({"score", "ingest", "read"}) if "admin" in key.scopes else frozenset()


def cost_of(path: str) -> float:
    """Return what a request costs by its path alone.

    >>> cost_of("/v1/score"), cost_of("/v1/leads/1/history"), cost_of("/v1/leads/history")
    (1.0, 10.0, 1.0)
    """
    if path.count("/") > _LEAD_SLASHES:
        return _COSTS_OF_LEADS.get(path.rpartition("/")[2], 1.0)
    return _COSTS.get(path, 1.0)


def scope_of(method: str, path: str) -> str:
    """Return the scope that a request of the API needs.

    Parameters
    ----------
    method
        Of the request, in capitals.
    path
        Of the request, without the query.

    >>> (
    ...     scope_of("POST", "/v1/score"),
    ...     scope_of("DELETE", "/v1/leads/1"),
    ...     scope_of("GET", "/v1/model"),
    ... )
    ('score', 'admin', 'read')
    """
    if method == "DELETE" or (method, path) == ("PUT", "/v1/band-limits"):
        return "admin"
    scores = method == "GET" and path.endswith("/score") and path.count("/") > _LEAD_SLASHES
    if scores or path.startswith(("/v1/score", "/v1/outlook", "/v1/change")):
        return "score"
    if path.startswith("/v1/receipts") or method == "GET":
        return "read"
    return "ingest"

"""Rate limits of keys: a token bucket and a count of the last minute for each key.

Decided here: a request costs what it makes the server do, not one; a batch of n leads costs n. The
bucket of a key holds no more than its limit, and of any sixty seconds the sum is at most its limit:
60 a minute is 60, also in the first. Every worker has buckets of its own, so the limit of a server
is at most the key's limit times the number of workers; the clock is the process's monotonic one.
"""

from typing import Final

_MOST_KEYS: Final = 10_000
_SECONDS: Final = 60
_SLOTS: Final = _SECONDS + 1
"""One more than a minute has seconds: the oldest second counts whole until it is over."""


class Limits:
    """Token buckets by key.

    Parameters
    ----------
    rate
        Cost a second that a bucket gains, of requests without a limit of their own.
    burst
        Cost that a full bucket holds.
    """

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._left: dict[str, tuple[float, float]] = {}
        self._minutes: dict[str, _Minute] = {}

    def wait(
        self, key: str, now: float, per_minute: float | None = None, cost: float = 1.0
    ) -> float:
        """Take a cost out of a bucket and return the seconds to wait, 0 if it held that much.

        Parameters
        ----------
        key
            Of the bucket.
        now
            The monotonic clock, in seconds.
        per_minute
            The limit of this key; missing means that of all.
        cost
            Of the request; one that costs more than a bucket holds is never admitted.

        >>> limits = Limits(rate=1.0, burst=2.0)
        >>> [limits.wait("k", 0.0), limits.wait("k", 0.0), limits.wait("k", 0.5)]
        [0.0, 0.0, 0.5]
        """
        rate, burst = self._rate, self._burst
        if per_minute is not None:
            rate, burst = per_minute / _SECONDS, min(burst, per_minute)
        left, at = self._left.get(key, (burst, now))
        left = min(burst, left + (now - at) * rate)
        if left < cost:
            self._left[key] = (left, now)
            return (cost - left) / rate
        if per_minute is not None and (wait := self._minute(key).wait(now, per_minute, cost)):
            return wait
        if len(self._left) > _MOST_KEYS:
            self._left.clear()
        self._left[key] = (left - cost, now)
        return 0.0

    def _minute(self, key: str) -> "_Minute":
        if len(self._minutes) > _MOST_KEYS:
            self._minutes.clear()
        return self._minutes.setdefault(key, _Minute())


class _Minute:
    """The cost of each of the last seconds."""

    def __init__(self) -> None:
        self._slots = [0.0] * _SLOTS
        self._second = 0
        self._sum = 0.0

    def wait(self, now: float, most: float, cost: float) -> float:
        """Add a cost if the last minute has room for it; return the seconds until it has.

        Parameters
        ----------
        now
            The monotonic clock, in seconds.
        most
            The most of any minute.
        cost
            To be added.
        """
        second = int(now)
        for passed in range(max(self._second + 1, second - _SECONDS), second + 1):
            self._sum -= self._slots[passed % _SLOTS]
            self._slots[passed % _SLOTS] = 0.0
        self._second = max(self._second, second)
        if self._sum + cost <= most:
            self._slots[second % _SLOTS] += cost
            self._sum += cost
            return 0.0
        return self._until(now, self._sum + cost - most)

    def _until(self, now: float, over: float) -> float:
        """Return the seconds until so much of the cost is a minute old."""
        for ago in range(_SECONDS, -1, -1):
            over -= self._slots[(self._second - ago) % _SLOTS]
            if over <= 0.0:
                return self._second - ago + _SLOTS - now
        return float(_SLOTS)

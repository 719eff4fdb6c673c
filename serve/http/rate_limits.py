"""Rate limits of keys: token buckets.

Decided here: every worker has buckets of its own, so the limit of a server is at most the key's
limit times the number of workers; the clock is the process's monotonic one.
"""

from typing import Final

_MOST_KEYS: Final = 10_000


class Limits:
    """Token buckets by key.

    Parameters
    ----------
    rate
        Requests a second that a bucket gains.
    burst
        Requests that a full bucket holds.
    """

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._left: dict[str, tuple[float, float]] = {}

    def wait(self, key: str, now: float, rate: float | None = None) -> float:
        """Take one request out of a bucket and return the seconds to wait, 0 if it had one.

        Parameters
        ----------
        key
            Of the bucket.
        now
            The monotonic clock, in seconds.
        rate
            Requests a second for this key; missing means that of all.

        >>> limits = Limits(rate=1.0, burst=2.0)
        >>> [limits.wait("k", 0.0), limits.wait("k", 0.0), limits.wait("k", 0.5)]
        [0.0, 0.0, 0.5]
        """
        rate = self._rate if rate is None else rate
        left, at = self._left.get(key, (self._burst, now))
        left = min(self._burst, left + (now - at) * rate)
        if left < 1.0:
            self._left[key] = (left, now)
            return (1.0 - left) / rate
        if len(self._left) > _MOST_KEYS:
            self._left.clear()
        self._left[key] = (left - 1.0, now)
        return 0.0

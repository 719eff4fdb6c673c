"""How often a key may ask: a bucket that fills evenly.

Decided here: every worker keeps its own buckets, so the limit of a server is at most workers times
the key's; the clock is the process's steady one, which no one can set back.
"""

from typing import Final

_MOST_KEYS: Final = 10_000


class Limits:
    """Buckets by key; a bucket holds `burst` requests and gains `rate` a second."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._left: dict[str, tuple[float, float]] = {}

    def wait(self, key: str, now: float, rate: float | None = None) -> float:
        """Take one request out of the bucket; give the seconds to wait if it is empty.

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

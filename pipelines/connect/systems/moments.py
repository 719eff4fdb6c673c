"""Moments as the systems write them, and the overlap with which changes are read again.

Decided here: what changed in the last minutes before the vendor's own clock may still be written,
or not be in the vendor's index, so a cursor never goes beyond that; records read twice are no news.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(written: str) -> int:
    """Return a moment as milliseconds since 1970.

    >>> milliseconds("1970-01-01T00:00:01.5Z"), milliseconds("1970-01-01T09:00:00.000+0900")
    (1500, 0)
    """
    return (datetime.fromisoformat(written) - _EPOCH) // timedelta(milliseconds=1)


def iso(moment: int) -> str:
    """Return milliseconds since 1970 as a moment.

    >>> iso(1500)
    '1970-01-01T00:00:01.500Z'
    """
    at = _EPOCH + timedelta(milliseconds=moment)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{moment % 1000:03d}Z"


def settled(date: datetime | None, overlap: timedelta) -> int | None:
    """Return until when changes are complete, as milliseconds.

    Parameters
    ----------
    date
        The vendor's clock; none if it sends none, and nothing is complete.
    overlap
        How long changes may take to appear.
    """
    return None if date is None else (date - overlap - _EPOCH) // timedelta(milliseconds=1)

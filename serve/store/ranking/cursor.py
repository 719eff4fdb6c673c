"""A cursor: the place of the last row of a page, as text that clients send back."""

import base64
import binascii
from typing import Final

import msgspec

from features.errors import Fault
from serve.errors import BadBody
from serve.store.ranking.filters import Place

_PLACE: Final = msgspec.json.Decoder(Place)


def written(place: Place) -> str:
    """Return the text of a place.

    >>> read(written(Place(-0.5, "L-1", 7))).total
    7
    """
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def read(cursor: str) -> Place:
    """Read the text of a place.

    Raises
    ------
    BadBody
        If it is not one of a page.
    """
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
        return _PLACE.decode(raw)
    except (ValueError, binascii.Error, msgspec.DecodeError):
        fault = Fault(f"cursor: {cursor[:40]}", "the next_cursor of a page", "begin anew")
        raise BadBody([fault]) from None

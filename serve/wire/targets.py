"""How a target is named: in the store, and in an answer.

Decided here: the default target has the empty name, in the store and inside the server, so it can
get another name, or another target can become the default, without a change of rows. Answers of
the default do not name it, so clients that know one target only read the bytes that they know.
"""

from typing import Final

import msgspec

DEFAULT: Final = ""
"""The name of the default target in the store."""
TargetField = str | msgspec.UnsetType
"""The field `target` of an answer; it is left out for the default."""


def target_field(target: str) -> TargetField:
    """Return the field `target` of an answer.

    >>> target_field("upsell"), target_field(DEFAULT)
    ('upsell', UNSET)
    """
    return target or msgspec.UNSET

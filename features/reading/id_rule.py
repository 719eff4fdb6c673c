"""The one rule for ids, in exports and in the API: whatever is let in can be read and erased.

Decided here: an id has one to 512 bytes in its normal form, without surrounding spaces; it holds no
control character, line break, surrogate or noncharacter, and is neither `.` nor `..`, which every
client takes out of an address. Anything else is allowed, slashes and per cent signs included.
"""

import unicodedata
from typing import Final

from features.reading.normalize import folded

MOST_BYTES: Final = 512
REPLACED: Final = "�"
"""What stands for bytes that are no UTF-8."""
EXPECTED: Final = (
    f"an id of 1 to {MOST_BYTES} bytes without control characters, other than . and .."
)
_SHORT: Final = 15
"""So few characters never exceed the bytes of an id: a folded character has at most 33."""
_BROKEN: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_DOTS: Final = frozenset({".", ".."})
_NONCHARACTERS: Final = range(0xFDD0, 0xFDF0)
_LAST_OF_PLANE: Final = 0xFFFE


def plain_id(text: str) -> bool:
    """Check whether an id keeps the rule; False may also mean: perhaps.

    >>> plain_id("L-1"), plain_id(" "), plain_id("a/b"), plain_id("."), plain_id("ﷺ" * 100)
    (True, False, True, False, False)
    """
    if not text.isascii():
        return len(text) <= _SHORT and text.isalnum()
    return len(text) <= MOST_BYTES and text.isprintable() and text.strip() not in ("", ".", "..")


def is_id(text: str) -> bool:
    r"""Check whether an id keeps the rule.

    >>> is_id("山田/1%2F"), is_id("a\nb"), is_id(".."), is_id("．"), is_id("")
    (True, False, False, False, False)
    """
    if plain_id(text):
        return True
    normal = folded(text)
    size = len(normal.encode("utf-8", "replace"))
    return (
        0 < size <= MOST_BYTES and normal not in _DOTS and not any(_breaks(one) for one in normal)
    )


def _breaks(character: str) -> bool:
    number = ord(character)
    return (
        character == REPLACED
        or unicodedata.category(character) in _BROKEN
        or number in _NONCHARACTERS
        or number & _LAST_OF_PLANE == _LAST_OF_PLANE
    )

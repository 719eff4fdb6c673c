"""The one form in which texts and words are compared.

Decided here: compatibility form (NFKC), without case, any run of white space as one space. Full and
half width, capitals and line ends therefore never matter. Nearly every text is folded character by
character, by a table; one that holds a sign which joins its neighbour (half-width kana with a
voicing mark, accents written apart) is normalised as a whole first, which takes longer.
"""

import unicodedata
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.kernel.compiled import njit

PLANE: Final = 0x1_0000
"""Characters beyond the basic plane are compared as they are."""
SPACE: Final = 0x20
_JOINS: Final = 0
_JAMO: Final = range(0x1100, 0x1200)

Points = NDArray[np.uint32]
"""A text as the numbers of its characters."""


def normal_points(text: str) -> Points:
    """Return a text as it is compared, as numbers of characters.

    Parameters
    ----------
    text
        As it was written.
    """
    table = _folding()
    points: Points
    points, whole = _fold(_points(text), table)
    if not whole:
        plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
        points, _ = _fold(_points(plain), table)
    return points


def normal(text: str) -> str:
    r"""Return a text as it is compared.

    >>> normal("Ｂｕｄｇｅｔ は\n 500万円"), normal("ﾃﾞﾓ")
    ('budget は 500万円', 'デモ')
    """
    return normal_points(text).tobytes().decode("utf-32-le", "surrogatepass")


def _points(text: str) -> Points:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


@cache
def _folding() -> Points:
    """Return what each character of the basic plane is compared as; `_JOINS` if not one by one."""
    table = np.arange(PLANE, dtype=np.uint32)
    for point in range(PLANE):
        letter = chr(point)
        plain = unicodedata.normalize("NFKC", letter).casefold()
        if plain.isspace():
            table[point] = SPACE
        elif len(plain) != 1 or point in _JAMO or unicodedata.category(plain)[0] == "M":
            table[point] = _JOINS
        else:
            table[point] = ord(plain)
    table[0] = SPACE
    return table


@njit(cache=True, nogil=True)
def _fold(text: Points, table: Points) -> tuple[Any, bool]:
    """Return the folded text, and whether every character could be folded by itself."""
    out, count, whole = np.empty(text.size, np.uint32), 0, True
    for i in range(text.size):
        point = text[i]
        folded = table[point] if point < PLANE else point
        if folded == _JOINS:
            whole, folded = False, point
        if folded != SPACE or (count > 0 and out[count - 1] != SPACE):
            out[count] = folded
            count += 1
    if count > 0 and out[count - 1] == SPACE:
        count -= 1
    return out[:count], whole

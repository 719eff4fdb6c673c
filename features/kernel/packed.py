"""Many arrays in one: what a model never changes is passed to compiled code as one array.

Decided here: passing an array to compiled code costs about as much as a whole feature of one lead,
and a plan has forty of them. So the arrays of a plan are copied into one int64 array, after a table
of where each begins and how long it is; compiled code cuts them out again, at no cost. A number
takes the place of an array of one. Compiled code names a place as `AT + 3`: numba treats a plain 3
as a type of its own, and would compile the cutting once for every place.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.kernel.compiled import njit
from features.kernel.inputs import Integers

_WORD: Final = 8
AT: Final[Any] = np.int64(0)
"""The first place."""


def pack(parts: Any) -> Integers:
    """Copy nested tuples of arrays and whole numbers into one array, in their order.

    >>> packed = pack((7, (np.array([1, 2], np.int32), np.array([0.5]))))
    >>> int(whole(packed, 0)), int32(packed, 1).tolist(), float64(packed, 2).tolist()
    (7, [1, 2], [0.5])
    """
    arrays = list(_flat(parts))
    words = [-(-array.nbytes // _WORD) for array in arrays]
    first = 2 * len(arrays)
    packed = np.zeros(first + sum(words), np.int64)
    for place, (array, size) in enumerate(zip(arrays, words, strict=True)):
        packed[2 * place], packed[2 * place + 1] = first, array.size
        packed[first : first + size].view(np.uint8)[: array.nbytes] = array.view(np.uint8)
        first += size
    return packed


def width(parts: Any) -> int:
    """Count the places that nested tuples of arrays and whole numbers take in a pack.

    >>> width((7, (np.array([1, 2]), np.array([0.5]))))
    3
    """
    return sum(1 for _ in _flat(parts))


def _flat(parts: Any) -> Any:
    if isinstance(parts, tuple):
        for part in parts:
            yield from _flat(part)
    else:
        yield (
            np.ascontiguousarray(parts).reshape(-1)
            if isinstance(parts, np.ndarray)
            else (np.array([parts], np.int64))
        )


@njit(cache=True, nogil=True, inline="always")
def _cut(packed: Integers, place: int, each: int) -> tuple[Integers, int]:
    first, size = packed[2 * place], packed[2 * place + 1]
    return packed[first : first + (size * each + 7) // 8], size


@njit(cache=True, nogil=True)
def whole(packed: Integers, place: int) -> int:
    """Return a number.

    Parameters
    ----------
    packed
        The result of `pack`.
    place
        Number of the part; nested tuples are counted part by part.
    """
    return packed[packed[2 * place]]  # type: ignore[no-any-return]


@njit(cache=True, nogil=True)
def int64(packed: Integers, place: int) -> Integers:
    """Return an array of int64, without a copy.

    Parameters
    ----------
    packed
        The result of `pack`.
    place
        Number of the part; nested tuples are counted part by part.
    """
    return _cut(packed, place, 8)[0]  # type: ignore[no-any-return]


@njit(cache=True, nogil=True)
def float64(packed: Integers, place: int) -> NDArray[np.float64]:
    """Return an array of float64, without a copy; see `int64`."""
    return _cut(packed, place, 8)[0].view(np.float64)  # type: ignore[no-any-return]


@njit(cache=True, nogil=True)
def int32(packed: Integers, place: int) -> NDArray[np.int32]:
    """Return an array of int32, without a copy; see `int64`."""
    words, size = _cut(packed, place, 4)
    return words.view(np.int32)[:size]  # type: ignore[no-any-return]


@njit(cache=True, nogil=True)
def uint32(packed: Integers, place: int) -> NDArray[np.uint32]:
    """Return an array of uint32, without a copy; see `int64`."""
    words, size = _cut(packed, place, 4)
    return words.view(np.uint32)[:size]  # type: ignore[no-any-return]


@njit(cache=True, nogil=True)
def float32(packed: Integers, place: int) -> NDArray[np.float32]:
    """Return an array of float32, without a copy; see `int64`."""
    words, size = _cut(packed, place, 4)
    return words.view(np.float32)[:size]  # type: ignore[no-any-return]


@njit(cache=True, nogil=True)
def uint16(packed: Integers, place: int) -> NDArray[np.uint16]:
    """Return an array of uint16, without a copy; see `int64`."""
    words, size = _cut(packed, place, 2)
    return words.view(np.uint16)[:size]  # type: ignore[no-any-return]


@njit(cache=True, nogil=True)
def truth(packed: Integers, place: int) -> NDArray[np.bool_]:
    """Return an array of truth values, without a copy; see `int64`."""
    words, size = _cut(packed, place, 1)
    return words.view(np.bool_)[:size]  # type: ignore[no-any-return]

"""Kernels load for a user without a home, and with code that may not be written."""

import warnings
from typing import Any

import numpy as np
import pytest

from features.kernel import compiled


def total(values: Any) -> float:
    """Return the sum of some values."""
    result = 0.0
    for value in values:
        result += value
    return result


def test_a_function_is_compiled_in_memory_where_nothing_may_be_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for locator in (compiled.UserProvided, compiled.InTree, compiled.UserWide):
        monkeypatch.setattr(locator, "from_function", classmethod(lambda *_: None))
    compiled._warn_once.cache_clear()
    with pytest.warns(RuntimeWarning, match="NUMBA_CACHE_DIR"):
        fast = compiled.njit(cache=True, nogil=True)(total)
    assert fast(np.ones(3)) == 3.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compiled.njit(cache=True, nogil=True)(total)
    compiled._warn_once.cache_clear()


def test_other_errors_of_compiling_are_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_options: Any) -> Any:
        raise RuntimeError("something else")

    monkeypatch.setattr(compiled.numba, "njit", broken)
    with pytest.raises(RuntimeError, match="something else"):
        compiled.njit(cache=True)(total)

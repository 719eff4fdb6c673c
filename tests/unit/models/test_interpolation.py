"""Straight lines in compiled code are those of NumPy, to the bit."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.stats.interpolation import between

NUMBERS = st.floats(-1e6, 1e6)


@settings(deadline=None)
@given(
    st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=9),
    st.one_of(NUMBERS, st.just(float("nan")), st.just(float("inf"))),
)
def test_as_numpy(points: list[tuple[float, float]], x: float) -> None:
    assume(len(points) > 1 or not np.isnan(x))  # NumPy takes a lone point for a constant then
    at, values = np.array(sorted(points)).T.copy()
    for point in (x, *at):
        np.testing.assert_array_equal(between(point, at, values), np.interp(point, at, values))

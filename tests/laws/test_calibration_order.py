"""Law 9: calibration never inverts an order; probabilities lie in [0, 1].

The last bits of a probability are those of the processor's exponential, which does not promise to
rise with its argument: what differs by less than `LAST_BITS` counts as equal.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.model import calibration
from models.model.calibration import Calibration

LAST_BITS = 1e-15
MARGINS = st.lists(st.floats(-40, 40), min_size=2, max_size=60)


def holds(curve: Calibration, margin: np.ndarray) -> bool:
    probability = curve.probability(np.sort(margin))
    inside = bool(((probability >= 0) & (probability <= 1)).all())
    return inside and bool((np.diff(probability) >= -LAST_BITS).all())


@pytest.mark.parametrize("kind", ["none", "sigmoid", "beta", "isotonic", "quadratic"])
@settings(max_examples=40, deadline=None)
@given(margins=MARGINS, others=MARGINS, seed=st.integers(0, 1000))
def test_order_is_preserved(
    kind: calibration.Kind, margins: list[float], others: list[float], seed: int
) -> None:
    margin = np.array(margins)
    label = np.random.default_rng(seed).integers(0, 2, len(margin)).astype(float)
    assert holds(calibration.fit(kind, margin, label), np.array(margins + others))


def test_even_when_the_labels_say_the_opposite() -> None:
    margin = np.linspace(-3, 3, 200)
    for kind in ("sigmoid", "beta", "isotonic", "quadratic"):
        assert holds(calibration.fit(kind, margin, (margin < 0).astype(float)), margin)


def test_the_law_bites() -> None:
    margin = np.linspace(-3, 3, 50)
    assert not holds(Calibration("sigmoid", (-1.0, 0.0)), margin)
    assert not holds(Calibration("quadratic", (0.0, 0.0, -1.0, 0.1)), margin)
    assert not holds(Calibration("isotonic", (0.5, 0.2), (-1.0, 1.0)), margin)
    assert not holds(Calibration("isotonic", (0.5, 1.2), (-1.0, 1.0)), margin)

"""Contributions of an own model to its margin.

Decided here, in this order: a model that is additive in its columns is explained by changing one
column at a time, exactly; trees that shap knows, by their interventional SHAP values, exactly; any
other by shap's permutation explainer, which is approximate and is marked so. Which one is found by
trying: contributions that do not add up to the margin are not used. All start from the model's
background, so a row is explained the same, whatever rows come with it.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Final, Literal

import numpy as np

from models.explain import shap_values
from models.model.own_model import OwnModel
from models.stats.training_set import Floats, Values

Way = Literal["additive", "trees", "permutation"]
TOLERANCE: Final = 1e-6
"""Of log-odds; shap computes trees in single precision."""
APPROXIMATE_ROWS: Final = 300
"""Rows of which an average of approximate contributions is made: each costs many predictions."""
_PROBES: Final = 24
_SEED: Final = 20_240_229


class OwnContributions:
    """Explains rows of one own model; tries at construction how.

    Parameters
    ----------
    model
        The model.
    """

    def __init__(self, model: OwnModel) -> None:
        self.model = model
        self.way: Way = self._choose()

    @property
    def exact(self) -> bool:
        """Whether contributions are exact."""
        return self.way != "permutation"

    def contributions(self, values: Values) -> Floats:
        """Compute the contributions in margin units: shape (rows, features).

        With the expected margin they add up to the margin.
        """
        ways: dict[Way, Callable[[Values], Floats]] = {
            "additive": self._additive,
            "trees": self._by_trees,
            "permutation": self._by_permutation,
        }
        return ways[self.way](values)

    def _choose(self) -> Way:
        probes = self._probes()
        if self._adds_up(self._additive, probes):
            return "additive"
        return "trees" if self._adds_up(self._by_trees, probes) else "permutation"

    def _adds_up(self, explain: Callable[[Values], Floats], probes: Values) -> bool:
        try:
            parts = explain(probes)
        except Exception:  # noqa: BLE001 - whatever shap cannot do, the next way does
            return False
        gap = parts.sum(axis=1) + self.model.expected - self.model.margin(probes)
        return parts.shape == probes.shape and bool(np.abs(gap).max() <= TOLERANCE)

    def _probes(self) -> Values:
        """Mix the columns of the background, so that interactions show."""
        background = self.model.background
        shape = (_PROBES, background.shape[1])
        drawn = np.random.default_rng(_SEED).integers(0, len(background), shape)
        return np.take_along_axis(background, drawn, axis=0)

    def _additive(self, values: Values) -> Floats:
        parts = np.zeros(values.shape)
        for column in np.flatnonzero(~self.model.silent).tolist():
            own, place = np.unique(values[:, column], return_inverse=True)
            parts[:, column] = self._alone(column, own)[place] - self._offsets[column]
        return parts

    def _alone(self, column: int, own: Values) -> Floats:
        """Compute the margin of the first background row with other values in one column."""
        rows = np.repeat(self.model.background[:1], len(own), axis=0)
        rows[:, column] = own
        return self.model.margin(rows)

    @cached_property
    def _offsets(self) -> Floats:
        """Shape (features,): the mean of `_alone` over the background."""
        background = self.model.background
        live = ~self.model.silent
        return np.array(
            [
                self._alone(n, background[:, n]).mean() if live[n] else 0.0
                for n in range(background.shape[1])
            ]
        )

    def _by_trees(self, values: Values) -> Floats:
        return self._trees(self.model.table(values))

    @cached_property
    def _trees(self) -> Callable[..., Floats]:
        return shap_values.tree_values(
            self.model.estimator, self.model.table(self.model.background)
        )

    def _by_permutation(self, values: Values) -> Floats:
        live = np.flatnonzero(~self.model.silent)
        parts = np.zeros(values.shape)
        if len(values):
            parts[:, live] = self._permuted(values[:, live])
        return parts

    @cached_property
    def _permuted(self) -> Callable[[Values], Floats]:
        live = np.flatnonzero(~self.model.silent)
        base = self.model.background[0]

        def margin(columns: Values) -> Floats:
            rows = np.repeat(base[None, :], len(columns), axis=0)
            rows[:, live] = columns
            return self.model.margin(rows)

        return shap_values.permutation_values(margin, self.model.background[:, live], _SEED)

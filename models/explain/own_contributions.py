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
_BLOCK: Final = 4_096
"""Rows that an estimator is given at once: some megabytes."""


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
        live = np.flatnonzero(~self.model.silent).tolist()
        own = {n: np.unique(values[:, n], return_inverse=True) for n in live}
        for n, margins in self._alone({n: one for n, (one, _) in own.items()}).items():
            parts[:, n] = margins[own[n][1]] - self._offsets[n]
        return parts

    def _alone(self, own: dict[int, Values]) -> dict[int, Floats]:
        """Compute the margins of the first background row with other values in one column each.

        All columns go to the estimator together, as each call of it costs milliseconds.
        """
        if not own:
            return {}
        lengths = [len(one) for one in own.values()]
        column, value = np.repeat(list(own), lengths), np.concatenate(list(own.values()))
        margins = np.empty(len(column))
        for first in range(0, len(column), _BLOCK):
            block = slice(first, first + _BLOCK)
            rows = np.repeat(self.model.background[:1], len(column[block]), axis=0)
            rows[np.arange(len(rows)), column[block]] = value[block]
            margins[block] = self.model.margin(rows)
        return dict(zip(own, np.split(margins, np.cumsum(lengths)[:-1]), strict=True))

    @cached_property
    def _offsets(self) -> Floats:
        """Shape (features,): the mean of `_alone` over the background."""
        background = self.model.background
        live = np.flatnonzero(~self.model.silent).tolist()
        offsets = np.zeros(background.shape[1])
        for n, margins in self._alone({n: background[:, n] for n in live}).items():
            offsets[n] = margins.mean()
        return offsets

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

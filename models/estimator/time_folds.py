"""Folds in time for scikit-learn: each judges later rows than it learns from, an embargo apart."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.errors import BadInput, NotEnoughEvidence
from features.timeline import DAY, to_moments
from models.estimator import feature_table

Positions = NDArray[np.intp]


class TimeFolds:
    """A splitter for `cross_val_score(..., cv=TimeFolds(3))`.

    The later half of the rows, by cutoff, is parted into spans of about equal rows; each is judged
    by what had matured when it begins: cutoff + embargo <= begin.

    Parameters
    ----------
    n_splits
        How many folds.
    embargo_days
        The gap; None takes that of the table, at least its horizon.

    Examples
    --------
    >>> TimeFolds(4).get_n_splits()
    4
    """

    def __init__(self, n_splits: int = 3, embargo_days: float | None = None) -> None:
        self.n_splits = n_splits
        self.embargo_days = embargo_days

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:  # noqa: ARG002, N803 - scikit-learn's signature
        """Return how many folds there are; see `split`."""
        return self.n_splits

    def split(
        self,
        X: Any,  # noqa: N803 - scikit-learn's signature
        y: Any = None,
        groups: Any = None,  # noqa: ARG002 - scikit-learn's signature
    ) -> Iterator[tuple[Positions, Positions]]:
        """Return positions of what teaches and of what judges, for each fold.

        Parameters
        ----------
        X, y
            A feature table and its labels; one of them is indexed by lead and cutoff.
        groups
            Not used.

        Raises
        ------
        BadInput
            If there are no cutoffs, no horizon, or the embargo is shorter than the horizon.
        NotEnoughEvidence
            If a fold has nothing to learn from.

        Examples
        --------
        >>> for learn, judge in TimeFolds(2).split(drawn.features()):  # doctest: +SKIP
        ...     print(learn.max() > 0, len(judge) > 0)
        True True
        True True
        """
        table = feature_table.pandas_of(X)
        keys = feature_table.keys_of(table, y)
        if keys is None:
            do = "pass the table of Snapshots.features()"
            raise BadInput.of("rows without cutoffs", "an index (lead_id, cutoff)", do)
        cutoff, embargo = to_moments(keys["cutoff"]), self._embargo(table, y)
        shares = np.linspace(0.5, 1.0, self.n_splits + 1)
        for begin, end in pairwise(np.quantile(cutoff, shares, method="lower").tolist()):
            learn = np.flatnonzero(cutoff + embargo <= begin)
            judge = np.flatnonzero((cutoff > begin) & (cutoff <= end))
            if not (len(learn) and len(judge)):
                raise NotEnoughEvidence.of(
                    f"a fold with {len(learn)} rows to learn from and {len(judge)} to judge",
                    f"some of each, {embargo / DAY:g} days apart",
                    "take fewer folds, or bring a longer history",
                )
            yield learn, judge

    def _embargo(self, *tables: Any) -> int:
        contract = feature_table.contract_of(*tables)
        days = self.embargo_days
        if contract is None and days is None:
            do = "pass embargo_days, or the table of Snapshots.features()"
            raise BadInput.of("rows without a horizon", "the horizon of the labels", do)
        if contract is not None and days is not None and days < contract.horizon_days:
            observed = f"embargo_days={days:g}"
            expected = f"at least the horizon, {contract.horizon_days:g} days"
            raise BadInput.of(observed, expected, "leave it out")
        if days is None:
            assert contract is not None  # noqa: S101 - refused above
            return contract.embargo
        return round(days * DAY)

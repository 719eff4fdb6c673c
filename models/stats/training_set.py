"""The training set: features, labels and leads, aligned by row.

Decided here: a row is one matured snapshot; rows of one lead belong together (bootstraps go by
`lead`), and leads of one account do, whose features count each other (folds go by `group`); missing
is NaN and categories are float codes, as in the feature frame.
"""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalog.catalog import Catalog
from features.timeline import Moments, to_moments

Floats = NDArray[np.float64]
Values = NDArray[np.float32]
Rows = NDArray[np.intp]


class Frame(Protocol):
    """The parts of a feature frame that are used: keys, values and the catalog of the columns."""

    @property
    def keys(self) -> pd.DataFrame:
        """Columns `lead_id`, `cutoff`; one row a snapshot."""

    @property
    def values(self) -> Values:
        """Shape (rows, features)."""

    @property
    def catalog(self) -> Catalog:
        """The columns."""


@dataclass(frozen=True)
class TrainingSet:
    """Matured snapshots, ready for a model.

    Attributes
    ----------
    values
        Shape (rows, features); NaN is missing; categories are codes.
    label
        Shape (rows,): 1.0 if the outcome fell in the horizon, else 0.0.
    lead
        Shape (rows,): a code of the lead of each row.
    cutoff
        Shape (rows,): microseconds UTC. All equal when there is no time order.
    names
        The feature columns, in order.
    categorical
        Shape (features,): whether the column holds codes without order.
    account
        Shape (rows,): a code of the account of each row, one of its own for each lead without; None
        where no lead has an account.
    """

    values: Values
    label: Floats
    lead: NDArray[np.int64]
    cutoff: Moments
    names: tuple[str, ...]
    categorical: NDArray[np.bool_]
    account: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.label)

    @property
    def group(self) -> NDArray[np.int64]:
        """Shape (rows,): the account of each row, or its lead; folds never part a group."""
        return self.lead if self.account is None else self.account

    @property
    def conversions(self) -> int:
        """The number of rows that converted."""
        return int(np.count_nonzero(self.label == 1.0))

    @property
    def rarer_rows(self) -> int:
        """The number of rows of the rarer label."""
        return min(self.conversions, len(self) - self.conversions)

    @property
    def leads(self) -> int:
        """The number of distinct leads."""
        return len(np.unique(self.lead))

    @property
    def converted_leads(self) -> int:
        """The number of distinct leads of which at least one row converted."""
        return len(np.unique(self.lead[self.label == 1.0]))

    @property
    def has_time_order(self) -> bool:
        """Whether the cutoffs differ, so that some rows are later than others."""
        return len(self) > 0 and bool(self.cutoff.min() < self.cutoff.max())

    def take(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> "TrainingSet":
        """Return some of the rows, by position or by mask."""
        return replace(
            self,
            values=self.values[rows],
            label=self.label[rows],
            lead=self.lead[rows],
            cutoff=self.cutoff[rows],
            account=None if self.account is None else self.account[rows],
        )

    @classmethod
    def from_frame(
        cls,
        frame: Frame,
        labels: pd.Series | Floats,
        account: NDArray[np.int64] | None = None,
    ) -> "TrainingSet":
        """Join a feature frame with the labels of its rows; leave out rows that are not matured.

        Parameters
        ----------
        frame
            The features.
        labels
            One a row, in the order of the frame: 1, 0, or missing while the horizon is not over.
        account
            Shape (rows,): a code of the account of each row; see `TrainingSet`.
        """
        label = np.asarray(labels, dtype=np.float64)
        whole = cls(
            values=np.ascontiguousarray(frame.values, dtype=np.float32),
            label=label,
            lead=pd.factorize(frame.keys["lead_id"])[0].astype(np.int64),
            cutoff=to_moments(frame.keys["cutoff"]),
            names=frame.catalog.names,
            categorical=frame.catalog.categorical,
            account=account,
        )
        matured = ~np.isnan(label)
        return whole if matured.all() else whole.take(matured)

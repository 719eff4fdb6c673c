"""The reasons selected for many leads, column by column."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.stats.training_set import Floats, Values


@dataclass(frozen=True)
class SelectedReasons:
    """The reasons of some leads; the first `positive` places are for, the others against.

    Attributes
    ----------
    concept, feature
        Shape (rows, places): positions in the concepts and the catalog; -1 where there is none.
    value
        Shape (rows, places): the value of the leading feature.
    contribution
        Shape (rows, places): as a probability; 0 where there is none.
    leads, converted_leads
        Shape (rows, places): distinct comparable leads of training, and how many of them converted.
    """

    concept: NDArray[np.int16]
    feature: NDArray[np.int32]
    value: Values
    contribution: Floats
    leads: NDArray[np.int64]
    converted_leads: NDArray[np.int64]

    @classmethod
    def empty(cls, rows: int, places: int) -> "SelectedReasons":
        """Allocate the reasons of some leads; nothing is written yet.

        Parameters
        ----------
        rows, places
            Number of leads, and the largest number of reasons of a lead.
        """
        shape = (rows, places)
        return cls(
            concept=np.empty(shape, np.int16),
            feature=np.empty(shape, np.int32),
            value=np.empty(shape, np.float32),
            contribution=np.empty(shape),
            leads=np.empty(shape, np.int64),
            converted_leads=np.empty(shape, np.int64),
        )

    @property
    def columns(self) -> tuple[Any, ...]:
        """All columns, in the order that compiled code expects."""
        return (
            self.concept,
            self.feature,
            self.value,
            self.contribution,
            self.leads,
            self.converted_leads,
        )

    def rows(self, first: int, end: int) -> "SelectedReasons":
        """Return a view of the rows [first, end).

        Parameters
        ----------
        first
            The first row.
        end
            The row after the last.
        """
        return SelectedReasons(*(column[first:end] for column in self.columns))

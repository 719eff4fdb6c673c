"""Leads at a moment, some of which were contacted then: what contact value is estimated from."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.stats.training_set import Floats

Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class ContactRows:
    """Matured rows, one a lead and moment.

    Attributes
    ----------
    frame
        The columns that an effect may depend on: numbers and categories known before the moment.
    contacted
        Shape (rows,): contacted from the moment on (drawn for it, where chance decided).
    label
        Shape (rows,): whether it converted within the horizon.
    unit
        Shape (rows,): a code of what is independent: the lead, or the account.
    chance
        Shape (rows,): the probability with which chance contacted it; None where people chose.
    probability
        Shape (rows,): of a conversion, as the ranking has it; None without one.
    """

    frame: pd.DataFrame
    contacted: Flags
    label: Floats
    unit: Codes
    chance: Floats | None = None
    probability: Floats | None = None

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.label)

    @property
    def randomised(self) -> bool:
        """Whether chance decided who was contacted."""
        return self.chance is not None

    def of(self, rows: Flags) -> "ContactRows":
        """Return some of the rows.

        Parameters
        ----------
        rows
            Shape (rows,): which.
        """
        return replace(
            self,
            frame=self.frame[rows].reset_index(drop=True),
            contacted=self.contacted[rows],
            label=self.label[rows],
            unit=self.unit[rows],
            chance=None if self.chance is None else self.chance[rows],
            probability=None if self.probability is None else self.probability[rows],
        )

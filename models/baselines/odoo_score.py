"""The baseline to beat by name: the frequency score of Odoo CRM's predictive lead scoring.

Decided here (from its published behaviour): every closed lead adds one to the `won` or `lost`
counter of each (field, value) it has; a new counter starts at 0.1. The score starts from all leads'
won and lost counts and multiplies, for every value of the lead that has a row, the value's share of
its field's won (lost) sum. Unknown values and unset fields are skipped; tags need 50 cases. No
activity history, no numbers, no time.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.stats.training_set import Floats, TrainingSet, Values

START: Final = 0.1
TAG_CASES: Final = 50
LEAST: Final = 0.0001
"""The score is clipped to [0.01 %, 99.99 %]."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class OdooCells:
    """The values of some leads: one entry a value; a field of a lead may repeat.

    Attributes
    ----------
    row, field, value
        Shape (entries,): the row of the lead, the field, the value's code.
    rows
        The number of leads.
    """

    row: Ints
    field: Ints
    value: Ints
    rows: int


@dataclass(frozen=True)
class Odoo:
    """The frequency table.

    Attributes
    ----------
    field, value
        Shape (cells,): ascending by field, then value.
    log_won, log_lost
        Shape (cells,): log of the value's share of its field's won and lost sums.
    won, lost
        Counts of all leads.
    columns
        The categorical feature columns that are the fields.
    """

    field: Ints
    value: Ints
    log_won: Floats
    log_lost: Floats
    won: float
    lost: float
    columns: Ints

    def probability_of(self, cells: OdooCells) -> Floats:
        """Compute the scores of leads from their values: shape (rows,)."""
        keys, wanted = _key(self.field, self.value), _key(cells.field, cells.value)
        place = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
        known = keys[place] == wanted if len(keys) else np.zeros(len(wanted), dtype=np.bool_)
        won = np.full(cells.rows, np.log(self.won))
        lost = np.full(cells.rows, np.log(self.lost))
        np.add.at(won, cells.row[known], self.log_won[place[known]])
        np.add.at(lost, cells.row[known], self.log_lost[place[known]])
        probability = 1.0 / (1.0 + np.exp(np.clip(lost - won, -700, 700)))
        return np.asarray(np.clip(probability, LEAST, 1.0 - LEAST))

    def probability(self, values: Values) -> Floats:
        """Compute the scores of rows from their categories: shape (rows,)."""
        return self.probability_of(cells_of(values, self.columns))


def learn(cells: OdooCells, won: NDArray[np.bool_], tag_fields: tuple[int, ...] = ()) -> Odoo:
    """Learn the table by counting closed leads.

    Parameters
    ----------
    cells
        The values of the leads.
    won
        Shape (rows,): whether the lead was won; all others were lost.
    tag_fields
        Fields whose values need `TAG_CASES` cases.
    """
    keys, position = np.unique(_key(cells.field, cells.value), return_inverse=True)
    field, value = keys >> _BITS, (keys & ((1 << _BITS) - 1)) - 1
    won_count = np.bincount(position, won[cells.row], len(keys)) + START
    lost_count = np.bincount(position, ~won[cells.row], len(keys)) + START
    enough = ~np.isin(field, tag_fields) | (won_count + lost_count >= TAG_CASES)
    _, group = np.unique(field, return_inverse=True)
    won_share = won_count / np.bincount(group, won_count)[group]
    lost_share = lost_count / np.bincount(group, lost_count)[group]
    return Odoo(
        field[enough],
        value[enough],
        np.log(won_share[enough]),
        np.log(lost_share[enough]),
        float(won.sum() + START),
        float((~won).sum() + START),
        np.unique(cells.field),
    )


def fit(rows: TrainingSet) -> Odoo:
    """Learn the table from the categories of a training set."""
    columns = np.flatnonzero(rows.categorical).astype(np.int64)
    return learn(cells_of(rows.values, columns), rows.label == 1.0)


def cells_of(values: Values, columns: Ints) -> OdooCells:
    """Return the categories of some rows as cells; code 0 (other) counts as unset.

    Parameters
    ----------
    values
        Shape (rows, features).
    columns
        Positions of the categorical columns.
    """
    codes = np.nan_to_num(values[:, columns], nan=0.0).astype(np.int64)
    row, place = np.nonzero(codes > 0)
    return OdooCells(row.astype(np.int64), columns[place], codes[row, place], len(values))


_BITS = 32


def _key(field: Ints, value: Ints) -> Ints:
    return (field << _BITS) + value + 1

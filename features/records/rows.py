"""The rows of a feature matrix: (lead, cutoff) pairs as sorted numbers.

Decided here: kernels process the rows by lead and cutoff; `position` is where each row stood
before, so the matrix has the order of the request.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from features.errors import BadRequest
from features.kernel.compiled import njit
from features.kernel.inputs import Indices, Integers, Rows
from features.records.columns import moments_of, places
from features.records.histories import Histories


def rows_of(histories: Histories, snapshots: pd.DataFrame) -> Rows:
    """Resolve the leads of the snapshots and sort the rows.

    Parameters
    ----------
    histories
        The leads.
    snapshots
        Rows with `lead_id` and `cutoff`, in any order.

    Raises
    ------
    BadRequest
        If a snapshot is of a lead that the histories do not hold.
    """
    lead = places(snapshots["lead_id"], histories.lead_ids)
    unknown = lead < 0
    if unknown.any():
        raise BadRequest.of(
            f"{int(unknown.sum())} snapshots of leads that are not in leads, "
            f"first {snapshots['lead_id'][unknown].iloc[0]!r}",
            "snapshots of known leads",
            "bring the leads along, or leave those snapshots out",
        )
    return make_rows(lead, moments_of(snapshots, "cutoff"))


def make_rows(lead: Indices, cutoff: Integers) -> Rows:
    """Sort the pairs by lead and cutoff.

    >>> make_rows(np.array([1, 0], dtype=np.int32), np.array([5, 7])).position
    array([1, 0])

    Parameters
    ----------
    lead
        Shape (rows,): the number of the lead.
    cutoff
        Shape (rows,): microseconds.
    """
    if _sorted(lead, cutoff):
        return Rows(lead, cutoff, np.arange(lead.size))
    order = np.lexsort((cutoff, lead))
    return Rows(lead[order], cutoff[order], order)


def by_group(histories: Histories, rows: Rows) -> tuple[Rows, Indices]:
    """Sort rows by the group of their lead and by cutoff; return them with their groups.

    Parameters
    ----------
    histories
        The leads and their groups.
    rows
        The rows, by lead and cutoff.
    """
    group = histories.leads.group[rows.lead]
    if group.size == 1:
        return rows, group
    order = np.lexsort((rows.lead, rows.cutoff, group))
    return Rows(rows.lead[order], rows.cutoff[order], rows.position[order]), group[order]


@njit(cache=True, nogil=True)
def _sorted(lead: Indices, cutoff: Integers) -> bool:
    for i in range(1, lead.size):
        if lead[i] < lead[i - 1] or (lead[i] == lead[i - 1] and cutoff[i] < cutoff[i - 1]):
            return False
    return True


def chunks(group: Indices, size: int) -> Iterator[tuple[int, int]]:
    """Cut sorted rows into ranges of about `size` that never split a group.

    >>> list(chunks(np.array([0, 0, 0, 1, 2], dtype=np.int32), 2))
    [(0, 3), (3, 5)]

    Parameters
    ----------
    group
        Shape (rows,): the group of every row, ascending.
    size
        About how many rows a range has.
    """
    if size >= group.size > 0:
        yield 0, group.size
        return
    begin = 0
    while begin < group.size:
        end = min(begin + size, group.size)
        end = int(np.searchsorted(group, group[end - 1], side="right"))
        yield begin, end
        begin = end

"""The columns of leads as if nothing happened after a moment: only the records visible then."""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from features.records.lead_columns import StoredColumns
from features.timeline import NEVER

_Records = TypeVar("_Records", bound=tuple[Any, ...])


def visible_before(columns: StoredColumns, cutoff: int) -> StoredColumns:
    """Drop the records that are not visible at a cutoff.

    Parameters
    ----------
    columns
        Leads with their records.
    cutoff
        The moment, in microseconds.

    Returns
    -------
    The same object if everything is visible. Leads that are not become `NEVER` visible.
    """
    hidden = columns.leads.visible_from >= cutoff
    records = (columns.activities, columns.outcomes, columns.changes)
    if not hidden.any() and all((one.visible_from < cutoff).all() for one in records):
        return columns
    leads = columns.leads._replace(visible_from=np.where(hidden, NEVER, columns.leads.visible_from))
    activities, outcomes, changes = (_only(one, one.visible_from < cutoff) for one in records)
    return StoredColumns(leads, activities, outcomes, changes, columns.accounts)  # type: ignore[arg-type]


def _only(records: _Records, visible: NDArray[np.bool_]) -> _Records:
    places = visible.nonzero()[0].tolist()
    columns = [
        column[visible] if isinstance(column, np.ndarray) else [column[n] for n in places]
        for column in records
    ]
    return type(records)(*columns)

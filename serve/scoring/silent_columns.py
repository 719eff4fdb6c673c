"""What is told of leads as if nothing happened after a moment: only what that moment sees."""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from features.records.lead_columns import ColumnsTold
from features.timeline import NEVER

_Records = TypeVar("_Records", bound=tuple[Any, ...])


def seen_before(told: ColumnsTold, cutoff: int) -> ColumnsTold:
    """Leave out what a cutoff does not see; the same object if it sees everything.

    Leads that it does not see are never seen.
    """
    unseen = told.leads.seen_from >= cutoff
    records = (told.activities, told.outcomes, told.changes)
    if not unseen.any() and all((one.seen_from < cutoff).all() for one in records):
        return told
    leads = told.leads._replace(seen_from=np.where(unseen, NEVER, told.leads.seen_from))
    activities, outcomes, changes = (_only(one, one.seen_from < cutoff) for one in records)
    return ColumnsTold(leads, activities, outcomes, changes, told.accounts)  # type: ignore[arg-type]


def _only(records: _Records, kept: NDArray[np.bool_]) -> _Records:
    places = kept.nonzero()[0].tolist()
    columns = [
        column[kept] if isinstance(column, np.ndarray) else [column[n] for n in places]
        for column in records
    ]
    return type(records)(*columns)

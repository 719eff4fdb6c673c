"""Support tickets: how often the lead asked for help of late.

A view as a contributor would add it under `features/views`. `tests/unit/features/test_a_new_view`
registers it and takes it through the whole product.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalog.catalog import CatalogSettings, Vocabulary
from features.catalog.naming import window_name
from features.feature import Feature, Text
from features.kernel.compiled import njit
from features.kernel.inputs import Events, Indices, Matrix, Rows
from features.kernel.sweep.sweep_plan import PlannedColumn
from features.records.histories import Histories
from features.tables import Tables
from features.timeline import DAY
from features.view import Motion, sliding
from features.wording.activity_words import activity_words, concept_words, count_sentence

VIEW: Final = "support_tickets"
TITLE: Final = Text(
    "support tickets: how often the lead asked for help", "サポート：問い合わせの数"
)
BY_GROUP: Final = False
_TYPE: Final = "support_ticket"
_WINDOW_DAYS: Final = 30.0


class _Plan(NamedTuple):
    code: int
    window: int
    columns: Indices


def features(vocabulary: Vocabulary, settings: CatalogSettings) -> tuple[Feature, ...]:  # noqa: ARG001 (the contract of a view)
    """Return the one record of the view."""
    words = activity_words(_TYPE, "", vocabulary)
    return (
        Feature(
            name=f"{VIEW}__ticket_count__{window_name(_WINDOW_DAYS)}",
            view=VIEW,
            key=_TYPE,
            measure="ticket_count",
            window_days=_WINDOW_DAYS,
            unit="count",
            missing_means="never missing; 0 means none",
            known_when="when the ticket is known",
            concept=f"{VIEW}.tickets",
            concept_label=concept_words(words),
            sentence=count_sentence(words, _WINDOW_DAYS),
        ),
    )


def support(visible: Tables) -> int:
    """Count the leads that have a support ticket."""
    tickets = visible.activities["activity_type"] == _TYPE
    return int(visible.activities.loc[tickets, "lead_id"].nunique())


def plan(columns: Sequence[PlannedColumn], vocabulary: Vocabulary) -> _Plan:
    """Return the code of a ticket, the window in microseconds and the columns to write."""
    code = vocabulary.activity_types.index(_TYPE) + 1 if columns else 0
    numbers = np.array([column.number for column in columns], np.int32)
    return _Plan(code, round(_WINDOW_DAYS * DAY), numbers)


def fill(
    histories: Histories, rows: Rows, chunk: tuple[int, int], plan: _Plan, out: Matrix
) -> None:
    """Write the planned columns of a chunk of rows."""
    _count(histories.events, rows, chunk, plan, out)


def motion(feature: Feature) -> Motion:
    """Return that tickets leave the window."""
    return sliding(feature)


def evidence(feature: Feature, activities: pd.DataFrame) -> NDArray[np.bool_]:
    """Mark the tickets of the window."""
    tickets = activities["activity_type"] == feature.key
    return (tickets & (activities["days_before"] <= feature.window_days)).to_numpy(np.bool_)


@njit(cache=True, nogil=True)
def _count(events: Events, rows: Rows, chunk: tuple[int, int], plan: _Plan, out: Matrix) -> None:
    for r in range(chunk[0], chunk[1]):
        lead, cutoff = rows.lead[r], rows.cutoff[r]
        count = 0
        for i in range(events.start[lead], events.start[lead + 1]):
            recent = events.occurred_at[i] >= cutoff - plan.window
            count += events.code[i] == plan.code and recent and events.visible_from[i] < cutoff
        for column in plan.columns:
            out[rows.position[r], column] = count

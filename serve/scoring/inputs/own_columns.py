"""Own features in the server: computed by the functions of its operator, or missing.

Decided here: a server imports functions from the folder that its setting `MIKOMI_FEATURES_DIR`
names, and from nowhere that a model names. A function counts if its file is the one that the model
was trained with. What a function cannot compute is missing and never an error of the request; the
answer names it. A model without own features takes none of these ways.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalog.catalog import Catalog
from features.encoders.from_columns import ColumnEncoder
from features.encoders.moments import moment_of
from features.encoders.table_rows import tables_of
from features.errors import BadInput, BadTables, CatalogMismatch
from features.kernel.inputs import Integers, Matrix, Rows
from features.own import folder, inputs
from features.own.columns import values
from features.own.definition import OwnFeature
from features.reading.normalize import folded
from features.records.histories import Histories
from features.records.lead_columns import (
    ActivityColumns,
    ChangeColumns,
    LeadColumns,
    OutcomeColumns,
    StoredColumns,
)
from features.tables import Tables
from features.timeline import from_moments
from features.views.own import VIEW
from serve.scoring.inputs.point_in_time import visible_from
from serve.wire.records import Activity, Change, LeadHistory, Outcome


@dataclass(frozen=True)
class SourcedHistories(Histories):
    """Histories with the records that they were coded from, which own features read.

    Attributes
    ----------
    columns
        The records.
    encoder
        What coded them.
    """

    columns: StoredColumns
    encoder: ColumnEncoder

    @cached_property
    def tables(self) -> Tables:
        """The records as canonical tables."""
        return tables_of(self.columns, self.encoder)


class OwnColumns:
    """The own features of a model that a server can compute.

    Parameters
    ----------
    catalog
        Of the model.
    place
        The folder that the operator named; empty without one.

    Attributes
    ----------
    unserved
        Names of the own features that are missing in every answer.
    """

    def __init__(self, catalog: Catalog, place: str) -> None:
        self._functions: dict[int, tuple[OwnFeature, Path]] = {}
        unserved = []
        for number, feature in enumerate(catalog.features):
            if feature.view == VIEW:
                try:
                    if not place:
                        raise CatalogMismatch.of("no folder", "MIKOMI_FEATURES_DIR", "set it")
                    self._functions[number] = folder.function_of(feature, place)
                except CatalogMismatch:
                    unserved.append(feature.name)
        self.unserved = tuple(unserved)

    def __bool__(self) -> bool:
        """Return whether any can be computed."""
        return bool(self._functions)

    def sourced(
        self, histories: Histories, columns: StoredColumns, encoder: ColumnEncoder
    ) -> Histories:
        """Return histories that remember their records.

        Parameters
        ----------
        histories
            Coded records.
        columns, encoder
            The records, and what coded them.
        """
        return SourcedHistories(**vars(histories), columns=columns, encoder=encoder)

    def fill(self, histories: Histories, rows: Rows, matrix: Matrix) -> None:
        """Write the columns of some rows; histories without their records leave them missing.

        Parameters
        ----------
        histories
            What `sourced` returned.
        rows
            A lead and a cutoff each.
        matrix
            Shape (rows, features).
        """
        if isinstance(histories, SourcedHistories):
            lead = np.empty_like(rows.lead)
            cutoff = np.empty_like(rows.cutoff)
            lead[rows.position], cutoff[rows.position] = rows.lead, rows.cutoff
            ids = np.array(histories.columns.leads.lead_id, object)[lead]
            self._write(histories.tables, ids, cutoff, matrix)

    def fill_lead(
        self, one: LeadHistory, encoder: ColumnEncoder, cutoffs: Integers, matrix: Matrix
    ) -> None:
        """Write the columns of one lead whose records came with a request.

        Parameters
        ----------
        one
            The lead and its records.
        encoder
            Of the model.
        cutoffs
            Shape (rows,): microseconds.
        matrix
            Shape (rows, features).
        """
        tables = tables_of(columns_of(one), encoder)
        ids = np.full(cutoffs.size, folded(one.lead.lead_id), object)
        self._write(tables, ids, cutoffs, matrix)

    def _write(
        self, tables: Tables, ids: NDArray[np.object_], cutoffs: Integers, matrix: Matrix
    ) -> None:
        snapshots = pd.DataFrame({"lead_id": ids, "cutoff": from_moments(cutoffs)})
        wanted = set(ids)
        activities, outcomes, changes = (
            one[one["lead_id"].isin(wanted)]
            for one in (tables.activities, tables.outcomes, tables.attribute_changes)
        )
        some = Tables(tables.leads, activities, outcomes, attribute_changes=changes)
        for number, (feature, place) in self._functions.items():
            try:
                table = inputs.table_of(feature, some, place)
                matrix[:, number] = values(feature, table, snapshots)
            except (BadInput, BadTables):
                matrix[:, number] = np.nan


def columns_of(one: LeadHistory) -> StoredColumns:
    """Lay out the records of one lead in columns.

    Parameters
    ----------
    one
        The lead and its records.
    """
    done, deals, changes = one.activities, one.outcomes, one.changes
    lead = one.lead
    born = np.array([moment_of(lead.created_at)], np.int64)
    visible = np.array([moment_of(visible_from(lead))], np.int64)
    return StoredColumns(
        LeadColumns([folded(lead.lead_id)], born, visible, [None], [None], [{}]),
        ActivityColumns(
            *_moments(done),
            [act.activity_type for act in done],
            [act.topic for act in done],
            [act.direction for act in done],
            [act.actor for act in done],
            [act.dwell_seconds for act in done],
            [act.amount for act in done],
            [None] * len(done),
        ),
        OutcomeColumns(
            *_moments(deals),
            [deal.outcome for deal in deals],
            [deal.deal_id for deal in deals],
            [deal.amount for deal in deals],
            [None] * len(deals),
        ),
        ChangeColumns(
            *_moments(changes),
            [change.attribute for change in changes],
            [change.value for change in changes],
        ),
        {},
    )


def _moments(
    records: Sequence[Activity | Outcome | Change],
) -> tuple[NDArray[np.int32], Integers, Integers]:
    occurred = np.array([moment_of(one.occurred_at) for one in records], np.int64)
    visible = np.array([moment_of(visible_from(one)) for one in records], np.int64)
    return np.zeros(len(records), np.int32), occurred, visible

"""From tables and snapshots to the feature frame: one implementation for all callers.

Decided here: training, batch scoring and the single request all use this module; it cuts the rows
into ranges that never split a lead and lets each view fill its own columns. Nothing depends on how
the rows are cut or on how many threads run.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from features.catalog.catalog import Catalog, Vocabulary
from features.compiled_lead import WIDTHS, features_of, packed_plans
from features.errors import CatalogMismatch
from features.kernel.coded_lead import CodedLead, sort_activities, sort_changes, sort_deals
from features.kernel.inputs import Integers, Matrix, Rows
from features.kernel.sweep.sweep_plan import PlannedColumn
from features.own import columns
from features.records.histories import Histories, encode
from features.records.leads import Leads
from features.records.rows import by_group, chunks, make_rows, rows_of
from features.tables import Tables
from features.view import View
from features.views import VIEWS

_CHUNK_ROWS: Final = 16_384


class FeatureFrame:
    """The features of some snapshots.

    Attributes
    ----------
    keys
        `lead_id`, `cutoff`: one row a snapshot, in the requested order.
    values
        Shape (rows, features), float32, C order; NaN is missing; categories are codes.
    catalog
        What the columns are.
    """

    def __init__(
        self, keys: pd.DataFrame | Callable[[], pd.DataFrame], values: Matrix, catalog: Catalog
    ) -> None:
        self._keys = keys
        self.values = values
        self.catalog = catalog

    @cached_property
    def keys(self) -> pd.DataFrame:
        """`lead_id` and `cutoff` of every row."""
        return self._keys if isinstance(self._keys, pd.DataFrame) else self._keys()

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.values)

    def to_pandas(self) -> pd.DataFrame:
        """Return keys and features as one table."""
        named = pd.DataFrame(self.values, columns=list(self.catalog.names))
        return pd.concat([self.keys.reset_index(drop=True), named], axis=1)


class _Planned(NamedTuple):
    view: View
    plan: Any


_Task = tuple[_Planned, Rows, tuple[int, int]]


class CompiledCatalog:
    """A catalog made ready for the kernels; make it once, use it for every build.

    Parameters
    ----------
    catalog
        The wanted columns.

    Raises
    ------
    CatalogMismatch
        If a feature belongs to a view that is not registered.
    """

    def __init__(self, catalog: Catalog) -> None:
        _check_views(catalog)
        self.catalog = catalog
        self._planned = [
            _Planned(view, view.plan(columns, catalog.vocabulary))
            for name, view in VIEWS.items()
            if (columns := _columns_of(catalog, name))
        ]
        self._not_compiled = [one for one in self._planned if one.view.VIEW not in WIDTHS]

    def values(self, histories: Histories, rows: Rows, threads: int = 1) -> Matrix:
        """Compute the matrix of some rows.

        Parameters
        ----------
        histories
            Records of the leads, coded by the vocabulary of this catalog.
        rows
            (lead, cutoff) pairs, sorted by both.
        threads
            How many ranges of leads are computed at a time.

        Returns
        -------
        Matrix
            Shape (rows, features), float32, in the order of `rows.position`; NaN is missing.

        Raises
        ------
        CatalogMismatch
            If the histories were coded by another vocabulary.
        """
        if histories.vocabulary is not self.catalog.vocabulary:
            _check_vocabulary(histories, self.catalog)
        matrix: Matrix = np.empty((rows.lead.size, len(self.catalog.features)), np.float32)
        pool_size = threads if rows.lead.size > _CHUNK_ROWS else 1
        work = _work(self._planned, histories, rows, pool_size)
        if pool_size == 1:
            for planned, ordered, chunk in work:
                planned.view.fill(histories, ordered, chunk, planned.plan, matrix)
            return matrix
        with ThreadPoolExecutor(pool_size) as pool:
            running = [
                pool.submit(planned.view.fill, histories, ordered, chunk, planned.plan, matrix)
                for planned, ordered, chunk in work
            ]
            for one in running:
                one.result()
        return matrix

    def values_of(self, records: CodedLead, lead: int, cutoffs: Integers) -> Matrix:
        """Compute the rows of one lead, one a cutoff, from its coded records.

        Parameters
        ----------
        records
            Of the lead and its account mates, coded by the vocabulary of this catalog.
        lead
            The number of the lead.
        cutoffs
            Shape (rows,): microseconds, in any order.

        Returns
        -------
        Matrix
            Shape (rows, features), equal to what `values` gives to the bit.
        """
        matrix: Matrix = np.empty((cutoffs.size, len(self.catalog.features)), np.float32)
        features_of(records, lead, cutoffs, self._packed, matrix)
        if self._not_compiled:
            histories = _histories(records, self.catalog.vocabulary)
            rows = make_rows(np.full(cutoffs.size, lead, np.int32), cutoffs)
            for planned, ordered, chunk in _work(self._not_compiled, histories, rows):
                planned.view.fill(histories, ordered, chunk, planned.plan, matrix)
        return matrix

    @cached_property
    def _packed(self) -> Integers:
        vocabulary = self.catalog.vocabulary
        return packed_plans(
            {name: VIEWS[name].plan(_columns_of(self.catalog, name), vocabulary) for name in WIDTHS}
        )


def build(
    tables: Tables | Histories,
    snapshots: pd.DataFrame,
    catalog: Catalog | CompiledCatalog,
    threads: int = 2,
    source: Tables | None = None,
) -> FeatureFrame:
    """Compute the features of the snapshots.

    Parameters
    ----------
    tables
        The canonical tables, or the histories made from them with the catalog's vocabulary.
    snapshots
        `lead_id` and `cutoff` of every row wanted, in any order; further columns are ignored.
    catalog
        The wanted columns.
    threads
        How many ranges of leads are computed at a time; the result does not depend on it.
    source
        The tables that histories were made from, where the catalog has own features.

    Raises
    ------
    BadTables, BadRequest, CatalogMismatch
        See `histories.encode`, `rows.rows_of`, `CompiledCatalog.values`, `own.columns.fill`.
    """
    compiled = catalog if isinstance(catalog, CompiledCatalog) else CompiledCatalog(catalog)
    vocabulary = compiled.catalog.vocabulary
    histories = tables if isinstance(tables, Histories) else encode(tables, vocabulary)
    values = compiled.values(histories, rows_of(histories, snapshots), threads)
    read = source if isinstance(tables, Histories) else tables
    columns.fill(read, snapshots, compiled.catalog, values)

    def keys() -> pd.DataFrame:
        return snapshots[["lead_id", "cutoff"]].reset_index(drop=True)

    return FeatureFrame(keys, values, compiled.catalog)


def _work(
    views: Sequence[_Planned], histories: Histories, rows: Rows, threads: int = 1
) -> list[_Task]:
    """List what there is to do: a view, its rows in its order, a range of them."""
    size = _CHUNK_ROWS if threads > 1 else rows.lead.size
    by_lead = list(chunks(rows.lead, size))
    tasks: list[_Task] = []
    for planned in views:
        if planned.view.BY_GROUP:
            ordered, group = by_group(histories, rows)
            tasks += [(planned, ordered, chunk) for chunk in chunks(group, size)]
        else:
            tasks += [(planned, rows, chunk) for chunk in by_lead]
    return tasks


def _histories(records: CodedLead, vocabulary: Vocabulary) -> Histories:
    """Sort the coded records of a few leads, whose numbers stand for their ids."""
    events, touches, mentions = sort_activities(records)
    created_at, visible_from, account = records.leads
    names = [str(number) for number in range(created_at.size)]
    return Histories(
        leads=Leads(names, created_at, visible_from, account.astype(np.int32)),
        events=events,
        touches=touches,
        mentions=mentions,
        deals=sort_deals(records),
        changes=sort_changes(records),
        vocabulary=vocabulary,
    )


def _columns_of(catalog: Catalog, view: str) -> Sequence[PlannedColumn]:
    return [
        PlannedColumn(number, feature)
        for number, feature in enumerate(catalog.features)
        if feature.view == view
    ]


def _check_views(catalog: Catalog) -> None:
    strange = sorted({feature.view for feature in catalog.features} - set(VIEWS))
    if strange:
        raise CatalogMismatch.of(
            f"features of views that are not registered: {', '.join(strange)}",
            f"features of {', '.join(VIEWS)}",
            "register the views in features/views/__init__.py, or train the model anew",
        )


def _check_vocabulary(histories: Histories, catalog: Catalog) -> None:
    if histories.vocabulary != catalog.vocabulary:
        raise CatalogMismatch.of(
            "histories that were coded by another vocabulary",
            "the vocabulary of the catalog",
            "encode the tables with catalog.vocabulary",
        )

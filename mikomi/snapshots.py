"""Snapshots: (lead, cutoff) pairs with their labels; horizon, embargo and target travel along."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mikomi.shown import language
from models.estimator import feature_table
from models.estimator.feature_table import Contract
from pipelines.reports.evaluation import splits
from pipelines.run.stage_context import Job
from pipelines.stages import featurize, inspect_data, snapshot
from pipelines.stages.featurize import matured_split
from pipelines.storage import frames
from pipelines.storage.accounts import account_ids
from pipelines.workbench import requests


@dataclass(frozen=True, eq=False)
class Snapshots:
    """Matured snapshots of one target; `Company.snapshots` draws them.

    Attributes
    ----------
    job
        Parameters and places.
    rows
        Shape (rows,): positions among all matured snapshots, ascending.

    Examples
    --------
    >>> learning.frame.columns.tolist()  # doctest: +SKIP
    ['lead_id', 'cutoff', 'kind', 'label']
    >>> model = mikomi.LeadClassifier(settings=settings).fit(*learning)  # doctest: +SKIP
    """

    job: Job
    rows: NDArray[np.intp]

    @classmethod
    def drawn(cls, job: Job) -> "Snapshots":
        """Draw the snapshots of a job, unless its folder has them already."""
        if not (job.places.snapshots / frames.MANIFEST).is_file():
            snapshot.run(job)
        return cls(job, np.arange(len(_matured(job))))

    @cached_property
    def frame(self) -> pd.DataFrame:
        """`lead_id`, `cutoff`, `kind` and `label`: one row a snapshot, as pandas."""
        return _matured(self.job).iloc[self.rows].reset_index(drop=True)

    @property
    def contract(self) -> Contract:
        """What the rows are: outcome, horizon, embargo, end of observation."""
        return requests.contract_of(self.job)

    @property
    def label(self) -> pd.Series:
        """Whether each snapshot converted within the horizon, 1.0 or 0.0; index of `features`."""
        return feature_table.label_of(self.frame, self.contract)

    def features(self) -> pd.DataFrame:
        """Build the features: indexed by (lead_id, cutoff), one column a feature.

        The catalog is learned before the embargo alone, so both sides of a split have the same
        columns and the test decides none of them. Missing is NaN, categories are codes.

        Examples
        --------
        >>> learning.features().index.names  # doctest: +SKIP
        FrozenList(['lead_id', 'cutoff'])
        """
        place = self.job.places.features
        if not (place / frames.MANIFEST).is_file():
            featurize.run(self.job)
        frame, _ = frames.read_features(place, self.rows)
        accounts = account_ids(self.job.places.tables)
        return feature_table.table_of(frame, self.contract, accounts)

    def split(self) -> "tuple[Snapshots, Snapshots]":
        """Part them by cutoff into what is learned from and what tests, an embargo between.

        Raises
        ------
        NotEnoughEvidence
            If either would be empty.

        Examples
        --------
        >>> learning, test = drawn.split()  # doctest: +SKIP
        >>> learning.frame["cutoff"].max() < test.frame["cutoff"].min()  # doctest: +SKIP
        True
        """
        _, split = matured_split(self.job.places.snapshots, self.job.params.split)
        sides = (np.intersect1d(side, self.rows) for side in (split.learning, split.test))
        learning, test = (Snapshots(self.job, side) for side in sides)
        return learning, test

    def __len__(self) -> int:
        """Count the snapshots."""
        return len(self.rows)

    def __iter__(self) -> Iterator[pd.DataFrame | pd.Series]:
        """Yield features and labels, for `model.fit(*snapshots)`."""
        yield self.features()
        yield self.label

    def __repr__(self) -> str:
        """Describe them in one line."""
        own, label = self.contract, self.frame["label"]
        return (
            f"<Snapshots: {len(self):,} of {self.frame['lead_id'].nunique():,} leads, "
            f"{int(label.sum()):,} {own.outcome} within {own.horizon_days:g} days>"
        )

    def _repr_html_(self) -> str:
        """Draw how they are split."""
        return splits.picture(inspect_data.splits(self.job), language())


def _matured(job: Job) -> pd.DataFrame:
    columns = ["lead_id", "cutoff", "kind", "label"]
    whole = frames.read_snapshots(job.places.snapshots, columns)
    return whole[whole["label"].notna()].reset_index(drop=True)

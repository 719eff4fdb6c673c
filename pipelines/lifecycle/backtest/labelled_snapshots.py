"""The snapshots with their labels, final and as they were known at a moment.

Decided here: at an origin only that is known which people had in hand on that day. A snapshot
teaches when its embargo was over, and a conversion that our systems heard of later is not yet one.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from features import labels
from features.labels import Target
from features.timeline import Moments, from_moments, to_moments, visible_from
from models.artifact.remote import source
from models.lifecycle.origins import matured_by
from models.stats.follow_up import FollowUp
from models.stats.training_set import Floats
from pipelines.storage import frames, partitions


@dataclass(frozen=True)
class Known:
    """All matured snapshots of a workspace, in stored order.

    Attributes
    ----------
    snapshots
        `lead_id`, `cutoff`, `label`, and `part`, the partition.
    outcomes
        The outcomes of all partitions.
    target
        What is predicted.
    embargo
        Microseconds, at least the horizon.
    """

    snapshots: pd.DataFrame
    outcomes: pd.DataFrame
    target: Target
    embargo: int

    @property
    def cutoff(self) -> Moments:
        """The cutoffs: shape (rows,)."""
        return to_moments(self.snapshots["cutoff"])

    @property
    def converts_at(self) -> Moments:
        """The first conversion at or after each cutoff: shape (rows,)."""
        return labels.next_conversion(self.snapshots, self.outcomes, self.target)

    def labels_at(self, moment: int) -> Floats:
        """Return the labels as known at a moment: shape (rows,), missing if not matured."""
        out = np.full(len(self.snapshots), np.nan)
        matured = matured_by(self.cutoff, moment, self.embargo)
        heard = _known_at(self.outcomes) < moment
        until = from_moments(np.array([moment]))[0]
        rows = self.snapshots[matured]
        out[matured] = labels.attach(rows, self.outcomes[heard], self.target, until).to_numpy()
        return out

    def follow_up_at(self, moment: int) -> FollowUp:
        """Return what had been observed of every snapshot, as known at a moment."""
        heard = _known_at(self.outcomes) < moment
        until = from_moments(np.array([moment]))[0]
        days = labels.conversion_days(self.snapshots, self.outcomes[heard], self.target, until)
        return FollowUp.until(moment, self.cutoff, days["converted_after_days"].to_numpy())


def _known_at(outcomes: pd.DataFrame) -> Moments:
    occurred = to_moments(outcomes["occurred_at"])
    if "known_at" not in outcomes:
        return occurred
    return visible_from(occurred, to_moments(outcomes["known_at"].fillna(outcomes["occurred_at"])))


def read(tables: Path, snapshots: Path, target: Target, embargo: int) -> Known:
    """Read the matured snapshots and all outcomes.

    Parameters
    ----------
    tables
        A store of canonical tables: its directory.
    snapshots
        The directory of the snapshots.
    target
        What is predicted.
    embargo
        Microseconds, at least the horizon.
    """
    rows, outcomes = [], []
    for part in range(partitions.count(tables)):
        drawn = pd.read_parquet(source(frames.part_path(snapshots, part)))
        rows.append(drawn[drawn["label"].notna()].assign(part=part))
        outcomes.append(partitions.read(tables, part).outcomes)
    return Known(
        pd.concat(rows, ignore_index=True), pd.concat(outcomes, ignore_index=True), target, embargo
    )

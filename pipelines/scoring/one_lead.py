"""One lead at one cutoff: its features, and the activities behind each, for a person to check.

Decided here: the features come from the same `features.build` as everybody's; the activities are
selected by the fields of the record alone (type, topic, window), so that the two can disagree.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from features import build
from features.catalog.catalog import Catalog
from features.errors import BadRequest
from features.feature import Feature
from features.tables import Tables
from features.timeline import DAY, to_moments, visible_from
from features.views import VIEWS
from features.wording.sentences import Language, render
from models.artifact.remote import source
from pipelines.storage import partitions


@dataclass(frozen=True)
class Shown:
    """One feature of the lead, and the numbers of the activities that its record speaks of."""

    feature: Feature
    value: float
    sentence: str
    activities: tuple[int, ...]


@dataclass(frozen=True)
class OneLead:
    """A lead at a cutoff.

    Attributes
    ----------
    activities
        What was known before the cutoff, newest first, numbered from 1 in its index, with
        `days_before`.
    not_seen
        How many activities of the lead were not known before the cutoff.
    shown
        Its features, in the order of the catalog.
    """

    activities: pd.DataFrame
    later: int
    shown: tuple[Shown, ...]


def look(
    tables: Path, catalog: Catalog, lead_id: str, cutoff: pd.Timestamp, language: Language = "en"
) -> OneLead:
    """Compute one lead's features and find the activities behind them.

    Parameters
    ----------
    tables
        A store of canonical tables: its directory.
    catalog
        The catalog that the features are built by.
    lead_id
        The id of the lead.
    cutoff
        The moment of prediction; UTC.
    language
        Of the sentences.

    Raises
    ------
    BadRequest
        If no lead has this id, or it was not yet known at the cutoff.
    """
    tables_of_lead = find(tables, lead_id)
    row = pd.DataFrame({"lead_id": [lead_id], "cutoff": [cutoff.as_unit("us")]})
    frame = build.build(tables_of_lead, row, catalog)
    values = np.ravel(frame.values).tolist()
    activities, later = _visible(tables_of_lead.activities, lead_id, cutoff)
    shown = tuple(
        Shown(
            feature,
            value,
            render(feature, value, catalog.vocabulary, language),
            _behind(feature, activities),
        )
        for feature, value in zip(catalog.features, values, strict=True)
    )
    return OneLead(activities, later, shown)


def find(tables: Path, lead_id: str) -> Tables:
    """Read the partition that holds a lead.

    Parameters
    ----------
    tables
        A store of canonical tables: its directory.
    lead_id
        The id of the lead.

    Raises
    ------
    BadRequest
        If no lead has this id.
    """
    for part in range(partitions.count(tables)):
        path = partitions.part_path(tables, "leads", part)
        ids = pq.read_table(source(path), columns=["lead_id"], filters=[("lead_id", "=", lead_id)])
        if ids.num_rows:
            return partitions.read(tables, part)
    raise BadRequest.of(
        f"no lead {lead_id!r} in {tables}", "the lead_id of a lead", "see the leads table there"
    )


def _visible(
    activities: pd.DataFrame, lead_id: str, cutoff: pd.Timestamp
) -> tuple[pd.DataFrame, int]:
    mine = activities[activities["lead_id"] == lead_id].reset_index(drop=True)
    occurred = to_moments(mine["occurred_at"])
    known = to_moments(mine["known_at"].fillna(mine["occurred_at"]))
    moment = int(cutoff.as_unit("us").asm8.astype(np.int64))
    visible = visible_from(occurred, known) < moment
    listed = mine[visible].assign(days_before=(moment - occurred[visible]) / DAY)
    listed = listed.sort_values("occurred_at", ascending=False, kind="stable", ignore_index=True)
    listed.index = pd.RangeIndex(1, len(listed) + 1)
    return listed, int((~visible).sum())


def _behind(feature: Feature, activities: pd.DataFrame) -> tuple[int, ...]:
    mine = VIEWS[feature.view].evidence(feature, activities)
    return tuple(int(number) for number in activities.index[mine])

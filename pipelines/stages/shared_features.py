"""Features that another target of the workspace has computed already.

Decided here: a catalog is the same where it was learned from the same tables up to the same moment
with the same settings, and a partition is the same where catalog, tables, code, and the (lead,
cutoff) rows are. Then it is read instead of computed, and has the labels of this target. What
another target was made from stands in its manifest, which only a finished `featurize` writes.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from features.build import FeatureFrame
from features.catalog.catalog import Catalog
from models.artifact.remote import current, source
from pipelines.run.stage_context import Job
from pipelines.storage import frames


def finished(job: Job, made_by: dict[str, str]) -> list[Path]:
    """Return the features of other targets that state the same facts.

    Parameters
    ----------
    job
        The parameters and places.
    made_by
        Name of a fact in the manifest -> its value.
    """
    root = job.places.root
    names = [one.name for one in job.params.targets]
    places = [job.params.at(root, name).features for name in names]
    return [one for one in places if one != job.places.features and _states(one, made_by)]


def _states(place: Path, made_by: dict[str, str]) -> bool:
    if not (current(place) / frames.MANIFEST).is_file():
        return False
    facts: dict[str, Any] = frames.manifest(place, "featurize")
    return all(facts.get(name) == value for name, value in made_by.items())


def read(
    places: Sequence[Path], part: int, rows: pd.DataFrame, catalog: Catalog
) -> FeatureFrame | None:
    """Return the features of a partition from the first place that has the same rows.

    Parameters
    ----------
    places
        Features that the same code computed from the same tables, with this catalog.
    part
        The number of the partition, from 0.
    rows
        `lead_id` and `cutoff` of the rows, in order.
    catalog
        The catalog of the columns.
    """
    for place in places:
        path = frames.part_path(place, part)
        keys = pq.read_table(source(path), columns=frames.KEYS)
        if not keys.equals(frames.arrow(rows[frames.KEYS])):
            continue
        table = pq.read_table(source(path), columns=list(catalog.names))
        values = np.empty((table.num_rows, table.num_columns), dtype=np.float32)
        for column in range(table.num_columns):
            values[:, column] = table.column(column).to_numpy()
        return FeatureFrame(rows[frames.KEYS], values, catalog)
    return None
